//! What the last periods come to, declaration by declaration: what an editor shows beside the text of a policy.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The last periods of a policy, summed up. Its JSON is what `kpi numbers` writes; `docs/schema/numbers.json` is its schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// The policy's title.
    pub policy: String,
    /// The first period that was judged, as it is written.
    pub from: String,
    /// The last one.
    pub to: String,
    /// Indicators on scorecards, by scorecard in the order of the policy.
    pub indicators: Vec<IndicatorNumbers>,
    /// Scorecards, in the order of the policy.
    pub scorecards: Vec<ScorecardNumbers>,
    /// Incentives.
    pub incentives: Vec<IncentiveNumbers>,
    /// The files that were read.
    pub inputs: Vec<String>,
}

/// An indicator on a scorecard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorNumbers {
    /// Its name.
    pub indicator: String,
    /// The scorecard's name.
    pub scorecard: String,
    /// The periods, the oldest first.
    pub periods: Vec<IndicatorPeriod>,
}

/// What an indicator came to in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorPeriod {
    /// The period, as it is written.
    pub period: String,
    /// On how many cards it stands.
    pub cards: usize,
    /// On how many of them its target is met.
    pub met: usize,
    /// On how many it is missed.
    pub missed: usize,
    /// On how many it has no actual or no target value.
    pub no_data: usize,
    /// How the actuals are spread.
    pub spread: Vec<Shown>,
}

/// A scorecard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScorecardNumbers {
    /// Its name.
    pub scorecard: String,
    /// The periods, the oldest first.
    pub periods: Vec<ScorecardPeriod>,
}

/// What the cards of a period came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScorecardPeriod {
    /// The period, as it is written.
    pub period: String,
    /// How many cards there are.
    pub cards: usize,
    /// How many of them have no score.
    pub incomplete: usize,
    /// On how many a veto fired.
    pub vetoed: usize,
    /// How many have which grade, in the order in which they came up.
    pub grades: IndexMap<String, usize>,
    /// How the scores are spread.
    pub spread: Vec<Shown>,
}

/// An incentive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncentiveNumbers {
    /// Its name.
    pub incentive: String,
    /// The periods, the oldest first.
    pub periods: Vec<IncentivePeriod>,
}

/// What an incentive paid in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncentivePeriod {
    /// The period, as it is written.
    pub period: String,
    /// For how many cards or people it is computed.
    pub subjects: usize,
    /// To how many of them it pays more than nothing.
    pub paid: usize,
    /// For how many it is held, because data are missing.
    pub held: usize,
    /// The sum of what it pays; none where a cap on several incentives together leaves open whose money was cut.
    pub total: Option<Shown>,
    /// How the amounts are spread.
    pub spread: Vec<Shown>,
}

/// A number as a program and as a person reads it. A spread is five of them: the least, that which a quarter, half and three quarters of all do not
/// exceed, and the greatest; it is empty where nothing was measured that is a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// A decimal.
    pub value: String,
    /// The same with its unit.
    pub shown: String,
}
