//! Scorecards.

use crate::checker::Checker;

pub(crate) mod weights;

impl Checker<'_> {
    /// Checks all scorecards into the model, those that are nested first.
    pub(crate) fn check_scorecards(&mut self) {}
}
