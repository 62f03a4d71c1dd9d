//! One number against one target.

use kpi_check::model::{CompareOp, Target, TargetKind, Tolerance};
use kpi_value::{Dec, Overflow};

/// A target with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// `≥` and, strictly, `>`.
    AtLeast {
        /// The bound.
        bound: Dec,
        /// Whether the bound itself misses it.
        strict: bool,
    },
    /// `≤` and, strictly, `<`.
    AtMost {
        /// The bound.
        bound: Dec,
        /// Whether the bound itself misses it.
        strict: bool,
    },
    /// `=`
    Exactly(Dec),
    /// `between low..high`, where the upper bound may not belong to it.
    Band {
        /// The lower bound.
        low: Dec,
        /// The upper bound.
        high: Dec,
        /// Whether the upper bound belongs to it.
        closed: bool,
    },
}

impl Goal {
    /// The target with these bounds; of a target with one bound, that is the first.
    pub fn new(target: &Target, low: Dec, high: Dec) -> Goal {
        match target.kind {
            TargetKind::Compare(CompareOp::Ge, _) => Goal::AtLeast { bound: low, strict: false },
            TargetKind::Compare(CompareOp::Gt, _) => Goal::AtLeast { bound: low, strict: true },
            TargetKind::Compare(CompareOp::Le, _) => Goal::AtMost { bound: low, strict: false },
            TargetKind::Compare(CompareOp::Lt, _) => Goal::AtMost { bound: low, strict: true },
            TargetKind::Compare(CompareOp::Eq | CompareOp::Ne, _) => Goal::Exactly(low),
            TargetKind::Between(_, _, closed) => Goal::Band { low, high, closed },
        }
    }

    /// Whether the target is met without tolerance.
    pub fn holds(self, actual: Dec) -> bool {
        match self {
            Goal::AtLeast { bound, strict } => actual > bound || !strict && actual == bound,
            Goal::AtMost { bound, strict } => actual < bound || !strict && actual == bound,
            Goal::Exactly(bound) => actual == bound,
            Goal::Band { low, high, closed } => low <= actual && (actual < high || closed && actual == high),
        }
    }

    /// The target moved by a tolerance: a share of the bound's size, or an amount.
    ///
    /// # Errors
    /// [`Overflow`] if a bound leaves the range.
    pub fn widened(self, tolerance: &Tolerance) -> Result<Goal, Overflow> {
        let by = |bound: Dec| match tolerance {
            Tolerance::Share(share) => bound.abs().mul(*share),
            Tolerance::Absolute(amount) => Ok(*amount),
        };
        let lower = |bound: Dec| bound.sub(by(bound)?);
        let higher = |bound: Dec| bound.add(by(bound)?);
        Ok(match self {
            Goal::AtLeast { bound, strict } => Goal::AtLeast { bound: lower(bound)?, strict },
            Goal::AtMost { bound, strict } => Goal::AtMost { bound: higher(bound)?, strict },
            Goal::Exactly(bound) => Goal::Band { low: lower(bound)?, high: higher(bound)?, closed: true },
            Goal::Band { low, high, closed } => Goal::Band { low: lower(low)?, high: higher(high)?, closed },
        })
    }

    /// Whether the target is negative, so that nothing can be said of how far it is attained. A band of two bounds is not:
    /// where one of them is not positive it is attained or not.
    pub const fn is_negative(self) -> bool {
        match self {
            Goal::AtLeast { bound, .. } | Goal::AtMost { bound, .. } | Goal::Exactly(bound) => bound.is_negative(),
            Goal::Band { .. } => false,
        }
    }

    /// How far it is attained, from 0 to `cap`; none for a negative target. `met` says whether it is met, tolerance
    /// included.
    ///
    /// `≥ t`: a ÷ t. `≤ t`: t ÷ a, the cap when a ≤ 0 < t. Band: 1 inside, a ÷ low below, high ÷ a above. t = 0, or a band
    /// with a bound ≤ 0: 1 if met, else 0.
    pub fn attainment(self, actual: Dec, met: bool, cap: Dec) -> Option<Dec> {
        if self.is_negative() {
            return None;
        }
        let all_or_nothing = if met { Dec::ONE } else { Dec::ZERO };
        let attained = match self {
            Goal::AtLeast { bound, .. } if bound.is_zero() => all_or_nothing,
            Goal::AtLeast { bound, .. } => share(actual, bound, cap),
            Goal::AtMost { bound, .. } if bound.is_zero() => all_or_nothing,
            Goal::AtMost { bound, .. } => share(bound, actual, cap),
            Goal::Exactly(bound) => band(actual, bound, bound, actual == bound, all_or_nothing, cap),
            Goal::Band { low, high, .. } => band(actual, low, high, self.holds(actual), all_or_nothing, cap),
        };
        Some(attained.max(Dec::ZERO).min(cap))
    }

    /// How far the actual lies beyond the target, on the wrong side; 0 where it does not.
    ///
    /// # Errors
    /// [`Overflow`] if the difference leaves the range.
    pub fn beyond(self, actual: Dec) -> Result<Dec, Overflow> {
        let distance = match self {
            Goal::AtLeast { bound, .. } => bound.sub(actual)?,
            Goal::AtMost { bound, .. } => actual.sub(bound)?,
            Goal::Exactly(bound) => actual.sub(bound)?.abs(),
            Goal::Band { low, high, .. } => low.sub(actual)?.max(actual.sub(high)?),
        };
        Ok(distance.max(Dec::ZERO))
    }

    /// (actual − target) ÷ target, positive when better; none for a band, which has no one target, and where the target is
    /// not positive.
    ///
    /// # Errors
    /// [`Overflow`] if the quotient leaves the range.
    pub fn gap(self, actual: Dec) -> Result<Option<Dec>, Overflow> {
        let (better_by, bound) = match self {
            Goal::AtLeast { bound, .. } => (actual.sub(bound)?, bound),
            Goal::AtMost { bound, .. } => (bound.sub(actual)?, bound),
            Goal::Exactly(bound) => (actual.min(bound).sub(actual.max(bound))?, bound),
            Goal::Band { .. } => return Ok(None),
        };
        if bound > Dec::ZERO { better_by.div(bound) } else { Ok(None) }
    }

    /// The fraction beyond the base target under a stretch: 1 at the base, then linear in the actual to `fraction` at the
    /// stretch target, flat beyond; none where the actual does not pass the base.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn stretched(self, actual: Dec, stretch: Dec, fraction: Dec) -> Result<Option<Dec>, Overflow> {
        let (above, length) = match self {
            Goal::AtLeast { bound, .. } => (actual.sub(bound)?, stretch.sub(bound)?),
            Goal::AtMost { bound, .. } => (bound.sub(actual)?, bound.sub(stretch)?),
            Goal::Exactly(_) | Goal::Band { .. } => return Ok(None),
        };
        if above <= Dec::ZERO {
            return Ok(None);
        }
        if above >= length {
            return Ok(Some(fraction));
        }
        match fraction.sub(Dec::ONE)?.mul_div(above, length)? {
            Some(part) => Ok(Some(Dec::ONE.add(part)?)),
            None => Ok(Some(fraction)),
        }
    }
}

/// a ÷ b of a positive b or a positive a; what is too large, or divides by what is not positive, is the cap.
fn share(a: Dec, b: Dec, cap: Dec) -> Dec {
    if b <= Dec::ZERO {
        return cap;
    }
    match a.div(b) {
        Ok(Some(x)) => x,
        // Only a very large quotient gets here, and its sign is that of a.
        Ok(None) | Err(Overflow) => {
            if a.is_negative() {
                Dec::ZERO
            } else {
                cap
            }
        }
    }
}

fn band(actual: Dec, low: Dec, high: Dec, inside: bool, all_or_nothing: Dec, cap: Dec) -> Dec {
    if low <= Dec::ZERO || high <= Dec::ZERO {
        all_or_nothing
    } else if inside {
        Dec::ONE
    } else if actual < low {
        share(actual, low, cap)
    } else {
        share(high, actual, cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Dec {
        text.parse().unwrap()
    }

    fn at_least(bound: &str) -> Goal {
        Goal::AtLeast { bound: dec(bound), strict: false }
    }

    fn at_most(bound: &str) -> Goal {
        Goal::AtMost { bound: dec(bound), strict: false }
    }

    fn attainment(goal: Goal, actual: &str) -> String {
        let met = goal.holds(dec(actual));
        goal.attainment(dec(actual), met, Dec::int(2)).map_or("no data".to_owned(), |x| x.to_string())
    }

    #[test]
    fn bounds_belong_where_they_are_written() {
        let (below, at, above) = (dec("9.999999999999"), dec("10"), dec("10.000000000001"));
        let holds = |goal: Goal| [goal.holds(below), goal.holds(at), goal.holds(above)];
        assert_eq!(holds(at_least("10")), [false, true, true]);
        assert_eq!(holds(Goal::AtLeast { bound: at, strict: true }), [false, false, true]);
        assert_eq!(holds(at_most("10")), [true, true, false]);
        assert_eq!(holds(Goal::AtMost { bound: at, strict: true }), [true, false, false]);
        assert_eq!(holds(Goal::Exactly(at)), [false, true, false]);
        let band = |closed| Goal::Band { low: dec("9"), high: at, closed };
        assert_eq!(holds(band(true)), [true, true, false]);
        assert_eq!(holds(band(false)), [true, false, false]);
        assert!(band(false).holds(dec("9")) && !band(false).holds(dec("8.999999999999")));
    }

    #[test]
    fn attainment_of_at_least() {
        assert_eq!(attainment(at_least("50"), "40"), "0.8");
        assert_eq!(attainment(at_least("50"), "50"), "1");
        assert_eq!(attainment(at_least("50"), "500"), "2");
        assert_eq!(attainment(at_least("50"), "-1"), "0");
        assert_eq!(attainment(at_least("0"), "0"), "1");
        assert_eq!(attainment(at_least("0"), "-1"), "0");
        assert_eq!(attainment(Goal::AtLeast { bound: Dec::ZERO, strict: true }, "0"), "0");
        assert_eq!(attainment(at_least("-1"), "5"), "no data");
    }

    #[test]
    fn attainment_of_at_most() {
        assert_eq!(attainment(at_most("1"), "2"), "0.5");
        assert_eq!(attainment(at_most("1"), "0.25"), "2");
        assert_eq!(attainment(at_most("1"), "0"), "2");
        assert_eq!(attainment(at_most("1"), "-3"), "2");
        assert_eq!(attainment(at_most("0"), "0"), "1");
        assert_eq!(attainment(at_most("0"), "1"), "0");
        assert_eq!(attainment(at_most("-1"), "-2"), "no data");
        // 10¹⁸ ÷ 10⁻¹² does not fit, and is the cap all the same
        assert_eq!(attainment(at_most("1000000000000000000"), "0.000000000001"), "2");
    }

    #[test]
    fn attainment_of_bands() {
        let band = Goal::Band { low: dec("8"), high: dec("10"), closed: true };
        assert_eq!(attainment(band, "4"), "0.5");
        assert_eq!(attainment(band, "8"), "1");
        assert_eq!(attainment(band, "10"), "1");
        assert_eq!(attainment(band, "20"), "0.5");
        assert_eq!(attainment(Goal::Exactly(dec("5")), "10"), "0.5");
        assert_eq!(attainment(Goal::Exactly(dec("0")), "0"), "1");
        // t < 0: no data
        assert_eq!(attainment(Goal::Exactly(dec("-5")), "-5"), "no data");
        assert_eq!(attainment(Goal::Exactly(dec("-5")), "-4"), "no data");
        let around_zero = Goal::Band { low: dec("-1"), high: dec("1"), closed: true };
        assert_eq!(attainment(around_zero, "0.5"), "1");
        assert_eq!(attainment(around_zero, "2"), "0");
        // the open end itself attains all of it
        assert_eq!(attainment(Goal::Band { low: dec("8"), high: dec("10"), closed: false }, "10"), "1");
    }

    #[test]
    fn tolerance_moves_the_bound_in_both_ways() {
        let share = Tolerance::Share(Dec::percent(20));
        let holds = |goal: Goal, tolerance: &Tolerance, a: &str| goal.widened(tolerance).unwrap().holds(dec(a));
        assert!(holds(at_least("50"), &share, "40") && !holds(at_least("50"), &share, "39.999999999999"));
        assert!(holds(at_most("50"), &share, "60") && !holds(at_most("50"), &share, "60.000000000001"));
        let amount = Tolerance::Absolute(dec("2"));
        assert!(holds(Goal::Exactly(dec("5")), &amount, "3") && holds(Goal::Exactly(dec("5")), &amount, "7"));
        assert!(!holds(Goal::Exactly(dec("5")), &amount, "7.000000000001"));
    }

    #[test]
    fn stretch_is_linear_in_the_actual() {
        let at = |goal: Goal, actual: &str, stretch: &str| {
            goal.stretched(dec(actual), dec(stretch), dec("1.2")).unwrap().map(|x| x.to_string())
        };
        assert_eq!(at(at_least("50"), "49", "60"), None);
        assert_eq!(at(at_least("50"), "50", "60"), None);
        assert_eq!(at(at_least("50"), "55", "60").unwrap(), "1.1");
        assert_eq!(at(at_least("50"), "99", "60").unwrap(), "1.2");
        assert_eq!(at(at_most("50"), "45", "40").unwrap(), "1.1");
    }

    #[test]
    fn gaps_are_positive_when_better() {
        assert_eq!(at_least("50").gap(dec("60")).unwrap().unwrap().to_string(), "0.2");
        assert_eq!(at_most("50").gap(dec("60")).unwrap().unwrap().to_string(), "-0.2");
        assert_eq!(at_most("0").gap(dec("60")).unwrap(), None);
        let band = Goal::Band { low: dec("8"), high: dec("10"), closed: true };
        assert_eq!([band.gap(dec("4")).unwrap(), band.gap(dec("9")).unwrap()], [None, None]);
        // |9 − 10| ÷ 10 and |12 − 10| ÷ 10, both of them worse
        assert_eq!(Goal::Exactly(dec("10")).gap(dec("9")).unwrap().unwrap().to_string(), "-0.1");
        assert_eq!(Goal::Exactly(dec("10")).gap(dec("12")).unwrap().unwrap().to_string(), "-0.2");
        assert_eq!(Goal::Exactly(dec("10")).gap(dec("10")).unwrap().unwrap().to_string(), "0");
    }
}
