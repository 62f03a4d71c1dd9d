//! The checked policy: every name resolved, every expression typed, every table complete.
//!
//! A [`Model`] says what a policy *means*; how it is computed is the planner's business. The naive interpreter of
//! `kpi-testkit` is the definition of that meaning, the planner and the engine must agree with it.

mod cards;
mod data;
mod expr;
mod ids;
mod obligations;
mod paths;
mod tables;
mod targets;
mod tests;
mod text_pattern;
mod types;
mod whole;

pub use cards::*;
pub use data::*;
pub use expr::*;
pub use ids::*;
pub use obligations::*;
pub use paths::*;
pub use tables::*;
pub use targets::*;
pub use tests::*;
pub use text_pattern::TextPattern;
pub use types::*;

use kpi_base::Span;
use kpi_value::{Calendar, Dec, PeriodKind, Rounding, Zone};
use serde::Serialize;

/// A checked policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Model {
    /// The policy's own settings.
    pub policy: Policy,
    /// Its dimensions.
    pub dimensions: Arena<Dimension>,
    /// Its scales.
    pub scales: Arena<Scale>,
    /// Its goals.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub goals: Vec<Goal>,
    /// Its rosters and sources.
    pub tables: Arena<Table>,
    /// Its parameters.
    pub params: Arena<Param>,
    /// Its indicators, each after those that it reads.
    pub indicators: Arena<Indicator>,
    /// Its scorecards, each after those that it nests.
    pub scorecards: Arena<Scorecard>,
    /// Its incentives.
    pub incentives: Arena<Incentive>,
    /// Its rules.
    pub rules: Arena<Rule>,
    /// Its tests.
    pub tests: Vec<Test>,
    /// What is to be proven.
    pub obligations: Vec<Obligation>,
    /// How many expressions there are: every [`ExprId`] is below it.
    pub expr_count: u32,
}

/// A name with its label and documentation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Title {
    /// The name in the language.
    pub name: String,
    /// The name for people.
    pub label: Option<String>,
    /// The doc comment.
    pub doc: Option<String>,
    /// Where the name is declared.
    pub span: Span,
}

impl Title {
    /// The label, or the name where there is none.
    pub fn shown(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }
}

/// The settings of a policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Policy {
    /// Its title.
    pub title: String,
    /// Which edition of the language it is judged by.
    pub edition: u32,
    /// The currency of all money.
    pub currency: Currency,
    /// The period of its cards, rules and incentives, unless they say otherwise.
    pub period: PeriodKind,
    /// The period that the policy names for itself; [`Model::judged_by`] puts another in the place of `period`.
    pub declared: PeriodKind,
    /// The largest attainment of a line (default 200%).
    pub attainment_cap: Dec,
    /// How the named roundings round.
    pub rounding: Rounding,
    /// Where weeks and years begin.
    pub calendar: Calendar,
    /// The place by whose clocks times with a zone are read; without one they are refused.
    pub timezone: Option<Zone>,
}

impl Policy {
    /// In each period of this kind every flow that is not `sparse` must have rows: the policy's own period, or a longer one that is judged.
    pub fn rows_expected(&self) -> PeriodKind {
        self.declared.max(self.period)
    }
}

/// A currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Currency {
    /// Its ISO 4217 code.
    pub code: String,
    /// Digits of its minor unit.
    pub digits: u32,
}
