//! The derivation of one number, read from what a run recorded.

use kpi_base::{Span, Text};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::{Goal, Quantity};

/// A number, how it came about, and the numbers that it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivation {
    /// What it is: the text of the formula, or the name of the step (`attainment`, `weight`, `rounding`).
    pub what: Text,
    /// How it came about.
    pub step: Step,
    /// Its value; none for no data.
    pub value: Option<Quantity>,
    /// The bounds of a target that is a band, whose value is both of them as one text.
    pub band: Option<Band>,
    /// What else is to be said: which row of a table applied, why there are no data.
    pub note: Option<Text>,
    /// How many rows an aggregate took.
    pub rows: Option<u64>,
    /// How many rows an aggregate left out because their argument or condition was unknown.
    pub unknown_rows: Option<u64>,
    /// The rows that the source says do not count, by their labels; nothing where there are none.
    pub left_out: Vec<LeftOut>,
    /// Where the policy says so.
    pub span: Option<Span>,
    /// What it came from.
    pub from: Vec<Derivation>,
}

/// Rows that an `exclude` of a source leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What it calls them.
    pub label: String,
    /// How many there are.
    pub rows: u64,
}

/// The bounds of a band, as numbers without their unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// The lower one.
    pub from: String,
    /// The upper one.
    pub to: String,
}

impl Derivation {
    /// The value as results write it: a band as `{from, to, unit}`, anything else as `{value, unit}`.
    pub fn goal(&self) -> Option<Goal> {
        let value = self.value.as_ref()?;
        Some(match &self.band {
            Some(Band { from, to }) => Goal::Band { from: from.clone(), to: to.clone(), unit: value.unit.clone() },
            None => Goal::Bound(value.clone()),
        })
    }
}

impl Serialize for Derivation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("what", &self.what)?;
        map.serialize_entry("step", &self.step)?;
        map.serialize_entry("value", &self.goal())?;
        if let Some(note) = &self.note {
            map.serialize_entry("note", note)?;
        }
        if let Some(rows) = &self.rows {
            map.serialize_entry("rows", rows)?;
        }
        if let Some(rows) = &self.unknown_rows {
            map.serialize_entry("unknown_rows", rows)?;
        }
        if !self.left_out.is_empty() {
            map.serialize_entry("left_out", &self.left_out)?;
        }
        if !self.from.is_empty() {
            map.serialize_entry("from", &self.from)?;
        }
        map.end()
    }
}

/// How a number came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The card as a whole.
    Card,
    /// A line of a card, or a group.
    Line,
    /// What was measured.
    Actual,
    /// What was asked for.
    Target,
    /// How far it was attained.
    Attainment,
    /// The fraction that the scoring gives.
    Scoring,
    /// The weight in force.
    Weight,
    /// Points added or taken away.
    Adjustment,
    /// A limit that was applied.
    Limit,
    /// A rounding.
    Rounding,
    /// A veto.
    Veto,
    /// A grade.
    Grade,
    /// A pay.
    Pay,
    /// A total of pays.
    Total,
    /// A rule.
    Rule,
    /// An operation on other numbers.
    Formula,
    /// An aggregate over rows.
    Aggregate,
    /// A row looked up.
    Lookup,
    /// A column of the subject.
    Attribute,
    /// A parameter, or the row of a table that applied.
    Table,
    /// A curve, or one slice of it.
    Curve,
    /// The same in another period.
    Period,
    /// The same for a group of subjects.
    Group,
    /// A constant.
    Constant,
}
