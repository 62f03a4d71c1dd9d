//! Policy tests.

use crate::checker::Checker;

impl Checker<'_> {
    /// Checks all tests into the model.
    pub(crate) fn check_tests(&mut self) {}
}
