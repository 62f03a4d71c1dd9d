//! What a condition can be.

/// Whether a condition can hold, can fail, can be without data. A superset of what can happen, never less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truth {
    /// It can be true.
    pub yes: bool,
    /// It can be false.
    pub no: bool,
    /// It can be no data.
    pub missing: bool,
}

impl Truth {
    /// Anything.
    pub const ANY: Truth = Truth { yes: true, no: true, missing: true };

    /// Exactly this.
    pub const fn at(value: bool) -> Truth {
        Truth { yes: value, no: !value, missing: false }
    }

    /// Whether it holds wherever there are data.
    pub const fn is_always(self) -> bool {
        self.yes && !self.no
    }

    /// Whether it fails wherever there are data.
    pub const fn is_never(self) -> bool {
        self.no && !self.yes
    }

    /// `not`
    #[must_use]
    pub const fn not(self) -> Truth {
        Truth { yes: self.no, no: self.yes, missing: self.missing }
    }

    /// `and`, as Kleene has it: false if either is.
    #[must_use]
    pub const fn and(self, other: Truth) -> Truth {
        Truth {
            yes: self.yes && other.yes,
            no: self.no || other.no,
            missing: self.missing && (other.missing || other.yes) || other.missing && self.yes,
        }
    }

    /// `or`: true if either is.
    #[must_use]
    pub const fn or(self, other: Truth) -> Truth {
        self.not().and(other.not()).not()
    }

    /// What is one of two.
    #[must_use]
    pub const fn either(self, other: Truth) -> Truth {
        Truth { yes: self.yes || other.yes, no: self.no || other.no, missing: self.missing || other.missing }
    }
}
