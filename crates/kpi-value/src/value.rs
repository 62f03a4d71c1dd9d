//! One cell.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Date, DateTime, Dec, Period};

/// One known value. A missing one is `None` of an `Option<Value>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// A number, count, ratio, points; money in the currency's main unit; a duration in seconds.
    Dec(Dec),
    /// A text, or the key that a reference holds.
    Text(Arc<str>),
    /// A day.
    Date(Date),
    /// A wall time.
    DateTime(DateTime),
    /// A month, quarter or year as a value.
    Period(Period),
    /// A member of a dimension, by its place in the declaration.
    Member(u32),
}

impl Value {
    /// The number, if it is one.
    pub const fn as_dec(&self) -> Option<Dec> {
        if let Value::Dec(x) = self { Some(*x) } else { None }
    }

    /// The truth value, if it is one.
    pub const fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(x) = self { Some(*x) } else { None }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(x) = self { Some(x) } else { None }
    }

    /// The place of the dimension member, if it is one.
    pub const fn as_member(&self) -> Option<u32> {
        if let Value::Member(x) = self { Some(*x) } else { None }
    }
}
