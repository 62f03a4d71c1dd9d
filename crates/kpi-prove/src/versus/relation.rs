//! How a value of the newer version stands to that of the older one.

use crate::value::Trend;

/// How a value of the newer version stands to that of the older one, whatever is measured. Truth values are ordered: false is below
/// true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Relation {
    /// Where both have data: the same, never below (`Up`), never above (`Down`).
    pub value: Trend,
    /// Which has data: both where one has, the newer wherever the older has (`Up`), the older wherever the newer has (`Down`).
    pub data: Trend,
}

impl Relation {
    /// One and the same.
    pub const SAME: Relation = Relation { value: Trend::Same, data: Trend::Same };
    /// Nothing is known.
    pub const ANY: Relation = Relation { value: Trend::Any, data: Trend::Any };

    /// Of a value, both with data at once.
    pub const fn of(value: Trend) -> Relation {
        Relation { value, data: Trend::Same }
    }

    /// Where nothing is left in the newer version (`Down`), or nothing was there in the older one (`Up`).
    pub const fn only(data: Trend) -> Relation {
        Relation { value: Trend::Same, data }
    }

    pub fn is_same(self) -> bool {
        self == Relation::SAME
    }

    /// Of what needs both, and rises with both; also of either of the two, as something decides that is the same.
    pub const fn and(self, other: Relation) -> Relation {
        Relation { value: self.value.and(other.value), data: self.data.and(other.data) }
    }

    /// Of what falls as it rises.
    pub const fn flip(self) -> Relation {
        Relation { value: self.value.flip(), data: self.data }
    }

    /// The same with more known of its value.
    pub const fn with_value(self, value: Trend) -> Relation {
        Relation { value, data: self.data }
    }
}

/// The relation of two ordered things: the newer beside the older.
pub(crate) fn ordered<T: Ord + Copy>(old: T, new: T) -> Trend {
    match new.cmp(&old) {
        std::cmp::Ordering::Equal => Trend::Same,
        std::cmp::Ordering::Greater => Trend::Up,
        std::cmp::Ordering::Less => Trend::Down,
    }
}
