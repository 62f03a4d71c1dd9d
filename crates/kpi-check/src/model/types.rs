//! Types and units.

use kpi_value::PeriodKind;
use serde::Serialize;

use super::{DimensionId, TableId};

/// The type of a value. Whether it may be missing is said beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// A truth value.
    Bool,
    /// A text.
    Text,
    /// A number with its unit.
    Number(Unit),
    /// A day.
    Date,
    /// A wall time.
    DateTime,
    /// A month, quarter or year as a value.
    Period(PeriodKind),
    /// A member of a dimension.
    Member(DimensionId),
    /// A key of a table.
    Reference(TableId),
}

/// What a number counts: its dimension as exponents, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Unit {
    /// The exponent of money.
    pub money: i8,
    /// The exponent of time, whose unit is the second.
    pub time: i8,
    /// How a number without dimension is written; [`Form::Number`] for all others.
    pub form: Form,
}

/// How a number without dimension is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A plain number.
    Number,
    /// A number of things.
    Count,
    /// A share or any other quotient of like with like.
    Ratio,
    /// Points of a score.
    Points,
}

impl Unit {
    /// A plain number.
    pub const NUMBER: Unit = Unit { money: 0, time: 0, form: Form::Number };
    /// A number of things.
    pub const COUNT: Unit = Unit { money: 0, time: 0, form: Form::Count };
    /// A quotient of like with like.
    pub const RATIO: Unit = Unit { money: 0, time: 0, form: Form::Ratio };
    /// Points of a score.
    pub const POINTS: Unit = Unit { money: 0, time: 0, form: Form::Points };
    /// Money.
    pub const MONEY: Unit = Unit { money: 1, time: 0, form: Form::Number };
    /// A duration.
    pub const DURATION: Unit = Unit { money: 0, time: 1, form: Form::Number };

    /// Whether the exponents are equal: the two may be compared, added and subtracted.
    pub const fn same_dimension(self, other: Unit) -> bool {
        self.money == other.money && self.time == other.time
    }

    /// Whether it has no dimension.
    pub const fn is_plain(self) -> bool {
        self.money == 0 && self.time == 0
    }

    /// Whether it is one of the types that a value may have: no dimension, money or a duration.
    pub const fn is_a_type(self) -> bool {
        matches!((self.money, self.time), (0, 0) | (1, 0) | (0, 1))
    }
}

impl Type {
    /// A plain number.
    pub const NUMBER: Type = Type::Number(Unit::NUMBER);
    /// A number of things.
    pub const COUNT: Type = Type::Number(Unit::COUNT);
    /// A quotient of like with like.
    pub const RATIO: Type = Type::Number(Unit::RATIO);
    /// Points of a score.
    pub const POINTS: Type = Type::Number(Unit::POINTS);
    /// Money.
    pub const MONEY: Type = Type::Number(Unit::MONEY);
    /// A duration.
    pub const DURATION: Type = Type::Number(Unit::DURATION);

    /// The unit, if it is a number.
    pub const fn unit(self) -> Option<Unit> {
        if let Type::Number(unit) = self { Some(unit) } else { None }
    }
}
