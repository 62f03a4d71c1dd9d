//! Dimensions, rosters, sources and parameters.

use kpi_value::{Dec, Value};
use serde::Serialize;

use super::{ByTable, ColumnId, CompareOp, Expr, Title, Type};

/// A dimension with its members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dimension {
    /// Its name.
    pub title: Title,
    /// Whether members may be compared; they are in the order of the declaration.
    pub ordered: bool,
    /// Its members.
    pub members: Vec<Title>,
}

/// A roster or a source: the contract of an export.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// Its name.
    pub title: Title,
    /// Whether it was declared as a roster.
    pub roster: bool,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The column with `key`, by its place.
    pub key: Option<u32>,
    /// The column with `label`, by its place.
    pub label: Option<u32>,
    /// How its rows lie in time.
    pub time: Timing,
    /// Whether a period without any row means zero of everything rather than a missing export.
    pub sparse: bool,
}

/// How the rows of a table lie in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// A row belongs to every period.
    Timeless,
    /// A flow: a row belongs to the period in which the date of this column falls (type date, datetime, month, quarter or year).
    Flow(u32),
    /// A stock: a row holds from the day of the first column to the day of the second, inclusive; missing is open. It is
    /// read at the period's end.
    Stock {
        /// The column with the first day.
        from: u32,
        /// The column with the last day.
        to: u32,
    },
    /// One row a key and period: the row holds in the period of this column (`as of`). For a longer period the last one
    /// inside it is read.
    AsOf(u32),
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Its name.
    pub title: Title,
    /// The header in the export.
    pub header: String,
    /// Its type.
    pub ty: Type,
    /// Whether a cell may be empty.
    pub optional: bool,
    /// Whether the values must differ: `key` or `unique`.
    pub unique: bool,
    /// Whether it is the usual one of several references to the same table.
    pub subject: bool,
    /// What one unit in the export is, in the unit of the type: 60 for a duration `in minutes`; 1 otherwise.
    pub scale: Dec,
    /// The most digits after the point that a cell may have: the currency's for money, 12 otherwise.
    pub digits: u32,
    /// Rules that every cell keeps.
    pub rules: Vec<ColumnRule>,
}

/// A rule that every cell of a column keeps. An empty cell keeps all rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRule {
    /// The cell compares so with the bound.
    Compare(CompareOp, Value),
    /// The cell lies between the bounds.
    In {
        /// The lower bound, which belongs to it.
        low: Value,
        /// The upper bound.
        high: Value,
        /// Whether the upper bound belongs to it.
        closed: bool,
    },
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Param {
    /// Its name.
    pub title: Title,
    /// Its type.
    pub ty: Type,
    /// Its value.
    pub value: ByTable<Expr>,
}

impl Table {
    /// The column at a place.
    pub fn column(&self, index: u32) -> Option<&Column> {
        self.columns.get(index as usize)
    }

    /// The place and the column of a name.
    pub fn find(&self, name: &str) -> Option<(u32, &Column)> {
        self.columns.iter().enumerate().find(|(_, c)| c.title.name == name).map(|(i, c)| (i as u32, c))
    }
}

impl super::Model {
    /// The column of an id.
    ///
    /// # Panics
    /// If the id is not of this model.
    #[allow(clippy::indexing_slicing, reason = "column ids are made by the checker of the same model")]
    pub fn column(&self, id: ColumnId) -> &Column {
        &self.tables[id.table].columns[id.index as usize]
    }
}
