//! The settings of the policy.

use crate::checker::Checker;

impl Checker<'_> {
    pub(crate) fn check_policy(&mut self) {}
}
