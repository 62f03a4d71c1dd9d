//! The derivation of one number, read from what a run recorded.

use kpi_base::Span;
use serde::Serialize;

use crate::Quantity;

/// A number, how it came about, and the numbers that it came from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Derivation {
    /// What it is: the text of the formula, or the name of the step (`attainment`, `weight`, `rounding`).
    pub what: String,
    /// How it came about.
    pub step: Step,
    /// Its value; none for no data.
    pub value: Option<Quantity>,
    /// What else is to be said: which row of a table applied, why there are no data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How many rows an aggregate took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// How many rows an aggregate left out because their argument or condition was unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_rows: Option<u64>,
    /// Where the policy says so.
    #[serde(skip)]
    pub span: Option<Span>,
    /// What it came from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<Derivation>,
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
