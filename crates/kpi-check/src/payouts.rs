//! Incentives and rules.

use crate::checker::Checker;

impl Checker<'_> {
    /// Checks all incentives into the model.
    pub(crate) fn check_incentives(&mut self) {}

    /// Checks all rules into the model.
    pub(crate) fn check_rules(&mut self) {}
}
