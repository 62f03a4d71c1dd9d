//! The outcomes of a run, sketched: enough to count how many differ from those of another run, and to add up what they come to.

use serde::Serialize;

use crate::Amounts;

/// What has an outcome for a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named as the language names them")]
pub enum What {
    Scorecard,
    Incentive,
    Rule,
}

/// The outcomes of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    /// For each card, pay for a roster and rule for a roster a hash of what and whose it is, and one of what came out, by the first.
    pub outcomes: Vec<(u64, u64)>,
    /// What they come to.
    pub amounts: Amounts,
}
