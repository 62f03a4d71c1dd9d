//! What an engine answers a plan with: plain columns, no engine's types.
//!
//! Rows are sorted, so that equal data give equal facts whatever the number of threads.

use std::collections::BTreeMap;
use std::sync::Arc;

use kpi_base::Diagnostic;
use kpi_check::model::{ColumnId, TableId};
use kpi_value::{Date, Dec, Value};

/// The answer to a [`Plan`](crate::Plan).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The rosters of the plan, in its order.
    pub rosters: Vec<Roster>,
    /// The cubes of the plan, in its order.
    pub cubes: Vec<CubeFacts>,
    /// What is known of each table that a cube reads.
    pub sources: BTreeMap<TableId, SourceFacts>,
    /// What there is to say about the data that did not stop the run.
    pub findings: Vec<Diagnostic>,
}

/// The rows of a roster.
#[derive(Clone, Debug, PartialEq)]
pub struct Roster {
    /// The table.
    pub table: TableId,
    /// Its keys, sorted and told apart: an *entity* is a place in this list.
    pub keys: Vec<Arc<str>>,
    /// For each row, its entity. Rows are sorted by entity, then by the start of their validity.
    pub entities: Vec<u32>,
    /// For each row, the days on which it holds, both inclusive; open where `None`. All open for a timeless table and for
    /// a flow; the period's days for an as-of table.
    pub validity: Vec<(Option<Date>, Option<Date>)>,
    /// The columns of the plan's [`RosterUse`](crate::RosterUse), in its order.
    pub columns: Vec<RosterColumn>,
}

/// A column of a roster.
#[derive(Clone, Debug, PartialEq)]
pub struct RosterColumn {
    /// Its place in the table.
    pub index: u32,
    /// One value a row.
    pub values: Vec<Option<Value>>,
    /// Whether the data do not give it at all (a policy test may leave it out): a formula that reads it is at fault.
    pub absent: bool,
}

/// What is known of a table that a cube reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceFacts {
    /// Whether it was given at all; in a policy test a table may be left out, and then everything about it is no data.
    pub given: bool,
    /// How many rows it has.
    pub rows: u64,
    /// How many rows each period has, by the period's index, for flows and as-of tables; nothing for others.
    pub periods: BTreeMap<i32, u64>,
}

/// The rows of a cube, sorted by key, period and values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CubeFacts {
    /// For each row the entity of the key table's roster; [`NO_KEY`] where the reference is missing, and in a cube without
    /// key.
    pub keys: Vec<u32>,
    /// For each row the index of its period; 0 in a cube of a timeless table.
    pub periods: Vec<i32>,
    /// The values that rows are grouped by, in the cube's order.
    pub values: Vec<Vec<Option<Value>>>,
    /// The parts, in the cube's order.
    pub parts: Vec<PartFacts>,
    /// The columns that parts or values read and the data do not give, by the part's place (a value's place counts on from
    /// the parts).
    pub absent: BTreeMap<usize, ColumnId>,
}

/// One part of a cube, one entry a row.
#[derive(Clone, Debug, PartialEq)]
pub enum PartFacts {
    /// Counts.
    Counts(Vec<u64>),
    /// Sums, smallest and largest numbers; `None` over no rows.
    Numbers(Vec<Option<Dec>>),
    /// Smallest and largest of what is no number; `None` over no rows.
    Values(Vec<Option<Value>>),
}

/// The key of rows that reach no subject.
pub const NO_KEY: u32 = u32::MAX;

impl Roster {
    /// The entity of a key.
    pub fn entity(&self, key: &str) -> Option<u32> {
        self.keys.binary_search_by(|k| (**k).cmp(key)).ok().map(|i| i as u32)
    }

    /// The column of a place.
    pub fn column(&self, index: u32) -> Option<&RosterColumn> {
        self.columns.iter().find(|c| c.index == index)
    }
}
