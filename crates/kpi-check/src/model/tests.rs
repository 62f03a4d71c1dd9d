//! Policy tests.

use std::borrow::Cow;

use kpi_base::Span;
use kpi_value::{Date, Dec, Period, Value};
use serde::Serialize;

use super::{
    ByTable, CompareOp, ExprKind, IncentiveId, IndicatorField, IndicatorId, Model, ParamId, RuleId, ScorecardId,
    TableId, Type,
};

/// A test: data, and what must come out of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Test {
    /// What it shows; of a case also the values of its row: `a boundary (rate = 80%, score = 100)`.
    pub name: String,
    /// Of a case, the columns of `each` and its row's cells, as written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, String)>,
    /// Parameters that have another value in this test: see [`Test::overridden`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<(ParamId, Value)>,
    /// The period judged.
    pub period: Period,
    /// The last day of which its data tell everything, if it says so.
    pub data_until: Option<Date>,
    /// Its data. A table that is left out is not given: what reads it has no data. A table given without rows is empty:
    /// its sums and counts are 0.
    pub tables: Vec<TestTable>,
    /// What must come out.
    pub expects: Vec<Expect>,
    /// Its text; of a case, its row.
    #[serde(skip)]
    pub span: Span,
}

impl Test {
    /// The policy as the test judges it: with the values that it gives to parameters.
    ///
    /// The checker has made sure that such a parameter is part of no constant of the model.
    pub fn overridden<'m>(&self, model: &'m Model) -> Cow<'m, Model> {
        if self.overrides.is_empty() {
            return Cow::Borrowed(model);
        }
        let mut model = model.clone();
        for (id, value) in &self.overrides {
            let Some(param) = model.params.get_mut(*id) else { continue };
            // The first row's expression is read nowhere else, so that its id can stand for the new value.
            let Some(mut row) = param.value.rows.drain(..).next() else { continue };
            row.value.kind = ExprKind::Const(Some(value.clone()));
            row.patterns.clear();
            param.value = ByTable { keys: Vec::new(), rows: vec![row] };
        }
        Cow::Owned(model)
    }
}

/// The rows of one table of a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestTable {
    /// The table.
    pub table: TableId,
    /// The columns given, by their places. A column that is left out is unknown; a formula that reads it fails the test.
    pub columns: Vec<u32>,
    /// The rows; a missing cell is `None`.
    pub rows: Vec<TestRow>,
}

/// One row of a test's table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestRow {
    /// The cells, one for each of the table's given columns.
    pub cells: Vec<Option<Value>>,
    /// Its text.
    #[serde(skip)]
    pub span: Span,
}

/// An expectation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expect {
    /// Which result.
    pub subject: String,
    /// In which period; the judged one unless written.
    pub period: Period,
    /// What is claimed.
    pub claim: Claim,
    /// Its text.
    #[serde(skip)]
    pub span: Span,
}

/// What an expectation claims.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// A value of the results compares so with a constant; of the type of the value.
    Compare(Place, CompareOp, Value, Type),
    /// A number of the results is this one, give or take the second; of the type of the value.
    Near(Place, Dec, Dec, Type),
    /// A value of the results is missing (true) or known (false).
    Missing(Place, bool),
    /// The card is incomplete (true) or complete (false).
    Incomplete(ScorecardId, bool),
    /// The card is incomplete, and what is missing belongs to the line, veto, bonus or deduction of this name.
    Because(ScorecardId, String),
    /// What led to a value of the results took the row of a table or curve with this text, or with this in front of its colon.
    Takes(Place, String),
    /// The rule fired and says this.
    Says(RuleId, String),
    /// The card is vetoed by the veto of this name (true), or is not (false).
    Vetoed(ScorecardId, String, bool),
    /// The rule has this outcome.
    Rule(RuleId, RuleOutcome),
}

/// A value of the results.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// `host_card[A01].score`, `.attainment`, `.grade`, `.rank`
    Card(ScorecardId, super::CardField),
    /// `host_card[A01].watch_time.actual`; the line's name, which may be a group's or a nested card's. `Score` is the
    /// points that the line adds.
    Line(ScorecardId, String, IndicatorField),
    /// `host_card[A01].watch_time.weight`: the weight in force
    LineWeight(ScorecardId, String),
    /// `watch_time[A01].actual`: an indicator by itself. `Score` is the fraction.
    Indicator(IndicatorId, IndicatorField),
    /// `monthly_pay[A01].base` by the pay's place, `.total` as `None`
    Pay(IncentiveId, Option<u32>),
}

/// The outcome of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleOutcome {
    /// Its condition held.
    Fired,
    /// Its condition did not hold.
    NotFired,
    /// Data are missing on which it hangs.
    NotJudged,
}
