//! Targets that earlier results suggest.

use kpi_base::Text;
use kpi_value::Dec;

/// What the results of some periods suggest for each target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suggestions {
    /// The policy's title.
    pub policy: String,
    /// The first period, as it is written.
    pub from: String,
    /// The last one.
    pub to: String,
    /// The share of results, from the worst on, at whose end a target by the quantile stands.
    pub quantile: Dec,
    /// By which share the median is to become better.
    pub growth: Dec,
    /// The targets, in the order of the policy's text.
    pub targets: Vec<Suggestion>,
}

/// A target, or one row of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The indicator's name.
    pub indicator: String,
    /// Its name for people.
    pub label: Option<String>,
    /// The row, as the policy writes it; none where the target is no table.
    pub row: Option<String>,
    /// The scorecards on which it stands.
    pub scorecards: Vec<String>,
    /// The file in which it is written.
    pub path: String,
    /// The line in it, from 1.
    pub line: u32,
    /// Today's target, as it is written.
    pub today: String,
    /// How many results were measured against it: one a person and period.
    pub results: usize,
    /// How many people these are of.
    pub people: usize,
    /// How many cards had no data for it.
    pub left_out: usize,
    /// The share of results that met it; none without results.
    pub met: Option<Dec>,
    /// The target at the quantile.
    pub by_quantile: Option<Proposal>,
    /// The median, made better by the growth.
    pub by_growth: Option<Proposal>,
    /// Why nothing is suggested.
    pub why_not: Option<Text>,
}

/// Another target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// As the policy would write it.
    pub target: String,
    /// The share of the results that would have met it.
    pub met: Dec,
}
