//! `by` tables and curves.

use kpi_base::Span;
use kpi_value::{Date, Dec};
use serde::Serialize;

use super::{CompareOp, Expr, Type};

/// A value, or a table of values by dimensions and dates. It is complete: some row applies to every combination; the
/// first that applies is the one in force.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ByTable<T> {
    /// What it depends on; none for a plain value.
    pub keys: Vec<ByKey>,
    /// Its rows, in order; exactly one without patterns for a plain value.
    pub rows: Vec<ByRow<T>>,
}

/// What a table depends on.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ByKey {
    /// The first day of the period.
    Date,
    /// An expression of a dimension's type. Where it has no data, only rows that take anything apply; if there is none,
    /// the table has no data.
    Expr(Expr),
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ByRow<T> {
    /// One pattern a key.
    pub patterns: Vec<Pattern>,
    /// Its value.
    pub value: T,
    /// Its text.
    #[serde(skip)]
    pub span: Span,
}

/// What a key must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Anything, no data included.
    Any,
    /// One of these members.
    Members(Vec<u32>),
    /// A date from the first day on and, where there is a second, before that.
    Dates(Date, Option<Date>),
}

/// A curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// Its name, if it is a named one.
    pub name: Option<String>,
    /// Its rows by kind.
    pub kind: CurveKind,
    /// The type of its value.
    pub ty: Type,
    /// Its text.
    #[serde(skip)]
    pub span: Span,
}

/// The kinds of curve. Bounds and points are constants.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CurveKind {
    /// One value picked by bounds. Exactly one row applies to every number.
    Step(Vec<StepRow>),
    /// y₀ + (y₁ − y₀) × (x − x₀) ÷ (x₁ − x₀), rounded once, between the neighbouring points; flat outside. Points rise;
    /// a value is a constant.
    Linear(Vec<(Dec, Dec)>),
    /// Each slice of a positive x is charged at its own rate: Σ (min(x, next start) − start) × rate; 0 for a negative x.
    /// Starts rise; the first may be above 0, and nothing is charged below it.
    Marginal(Vec<(Dec, Dec)>),
}

/// The value of a linear curve: y₀ + (y₁ − y₀) × (x − x₀) ÷ (x₁ − x₀), rounded once; flat outside. `None` if it overflows, or
/// there is no point.
pub fn interpolate(points: &[(Dec, Dec)], x: Dec) -> Option<Dec> {
    let after = points.partition_point(|(at, _)| *at <= x);
    let before = after.checked_sub(1).and_then(|place| points.get(place));
    match (before, points.get(after)) {
        (Some((x0, y0)), Some((x1, y1))) => {
            let part = y1.sub(*y0).ok()?.mul_div(x.sub(*x0).ok()?, x1.sub(*x0).ok()?).ok()?;
            y0.add(part.unwrap_or_default()).ok()
        }
        (Some((_, y)), None) | (None, Some((_, y))) => Some(*y),
        (None, None) => None,
    }
}

/// The value of a marginal curve: Σ (min(x, next start) − start) × rate of a positive x. `None` if it overflows.
pub fn sum_slices(slices: &[(Dec, Dec)], x: Dec) -> Option<Dec> {
    let mut sum = Dec::ZERO;
    for (place, (start, rate)) in slices.iter().enumerate() {
        let end = slices.get(place + 1).map_or(x, |(next, _)| x.min(*next));
        if x > Dec::ZERO && end > *start {
            sum = sum.add(end.sub(*start).ok()?.mul(*rate).ok()?).ok()?;
        }
    }
    Some(sum)
}

/// One row of a `step` curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepRow {
    /// Where it applies.
    pub bound: StepBound,
    /// Its value.
    pub value: Expr,
    /// Its text.
    #[serde(skip)]
    pub span: Span,
}

/// Where a row of a `step` curve applies. Rows are tried in order, the first that applies is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepBound {
    /// Where x compares so with the bound.
    Compare(CompareOp, Dec),
    /// Where x lies between the bounds; the flag: the upper one belongs to it.
    Range(Dec, Dec, bool),
    /// Everywhere else.
    Else,
}

impl<T> ByTable<T> {
    /// A table without keys.
    pub fn plain(value: T, span: Span) -> ByTable<T> {
        ByTable { keys: Vec::new(), rows: vec![ByRow { patterns: Vec::new(), value, span }] }
    }

    /// The value of a table without keys.
    pub fn as_plain(&self) -> Option<&T> {
        if self.keys.is_empty() { self.rows.first().map(|row| &row.value) } else { None }
    }
}

impl StepBound {
    /// Whether the row applies to `x`.
    pub fn holds(&self, x: Dec) -> bool {
        match self {
            StepBound::Compare(op, bound) => op.holds(x.cmp(bound)),
            StepBound::Range(low, high, closed) => *low <= x && (x < *high || *closed && x == *high),
            StepBound::Else => true,
        }
    }
}

impl Curve {
    /// The expressions of its values.
    pub fn values(&self) -> impl Iterator<Item = &Expr> {
        let rows = if let CurveKind::Step(rows) = &self.kind { rows.as_slice() } else { &[] };
        rows.iter().map(|row| &row.value)
    }
}
