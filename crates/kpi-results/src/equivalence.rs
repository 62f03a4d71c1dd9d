//! What can be told of two versions of a policy without data.

use kpi_base::Text;
use serde::Serialize;

/// How a result of the newer version stands to that of the older one, whatever is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The same.
    Equal,
    /// Never less.
    NeverLess,
    /// Never more.
    NeverMore,
    /// Nobody can tell.
    Open,
}

/// The results of both versions beside each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Equivalence {
    /// Those that a change reaches: scores of cards, then totals of incentives.
    pub results: Vec<Standings>,
}

/// What can be told of one result.
#[derive(Clone, Debug, PartialEq)]
pub struct Standings {
    /// The scorecard, as the newer version calls it; none for an incentive that has an audience of its own.
    pub card: Option<String>,
    /// The incentive; none for the card's own score.
    pub incentive: Option<String>,
    /// How it stands wherever both versions have one.
    pub standing: Standing,
    /// Whether the newer version has a result wherever the older one has.
    pub kept: bool,
    /// Whether it has none where the older one has none.
    pub no_more: bool,
    /// What keeps it from being told.
    pub because: Vec<Text>,
    /// Data on which the results are not the same.
    pub example: Option<Counterexample>,
}

/// Data on which two versions come to different results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// A test in the language: it passes in the older version, and fails in the newer one.
    pub test: String,
    /// The result of the older version with its unit; none without one.
    pub before: Option<String>,
    /// The result of the newer version.
    pub after: Option<String>,
    /// Whether the newer result is the smaller one; none where one of them is missing.
    pub falls: Option<bool>,
}

impl Standings {
    /// Whether it is the same for all data.
    pub fn is_equal(&self) -> bool {
        self.standing == Standing::Equal && self.kept && self.no_more
    }
}
