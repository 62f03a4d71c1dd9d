//! Typed indices into the arenas of a [`Model`](super::Model).

use std::marker::PhantomData;
use std::ops::Index;

use serde::{Serialize, Serializer};

/// The place of a `T` in its [`Arena`].
pub struct Id<T>(u32, PhantomData<fn() -> T>);

/// All declarations of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Arena<T>(Vec<T>);

/// A dimension.
pub type DimensionId = Id<super::Dimension>;
/// The place of a scale.
pub type ScaleId = Id<super::Scale>;
/// A roster or a source.
pub type TableId = Id<super::Table>;
/// A parameter.
pub type ParamId = Id<super::Param>;
/// An indicator.
pub type IndicatorId = Id<super::Indicator>;
/// A scorecard.
pub type ScorecardId = Id<super::Scorecard>;
/// An incentive.
pub type IncentiveId = Id<super::Incentive>;
/// A rule.
pub type RuleId = Id<super::Rule>;

/// An expression of the model. Equal ids mean the same expression: its value is the same wherever the context is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ExprId(pub u32);

/// A column of a table, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ColumnId {
    /// The table.
    pub table: TableId,
    /// The place among its columns.
    pub index: u32,
}

impl<T> Id<T> {
    /// The id of the `index`-th.
    pub fn new(index: usize) -> Id<T> {
        Id(index as u32, PhantomData)
    }

    /// The place.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl<T> Arena<T> {
    /// No declarations.
    pub fn new() -> Arena<T> {
        Arena(Vec::new())
    }

    /// Adds one.
    pub fn push(&mut self, item: T) -> Id<T> {
        self.0.push(item);
        Id::new(self.0.len() - 1)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All with their ids.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Id<T>, &T)> + ExactSizeIterator {
        self.0.iter().enumerate().map(|(i, item)| (Id::new(i), item))
    }

    /// One to be changed.
    pub fn get_mut(&mut self, id: Id<T>) -> Option<&mut T> {
        self.0.get_mut(id.index())
    }
}

impl<T> Default for Arena<T> {
    fn default() -> Arena<T> {
        Arena::new()
    }
}

impl<T> Index<Id<T>> for Arena<T> {
    type Output = T;

    #[allow(clippy::indexing_slicing, reason = "ids are made by push of the same arena")]
    fn index(&self, id: Id<T>) -> &T {
        &self.0[id.index()]
    }
}

impl<T> FromIterator<T> for Arena<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Arena<T> {
        Arena(items.into_iter().collect())
    }
}

impl<T: Serialize> Serialize for Arena<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Id<T> {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Id<T>) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Id<T>) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Id<T>) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> std::fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.0)
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}
