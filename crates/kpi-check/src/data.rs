//! Dimensions, rosters and sources.

use crate::checker::Checker;

impl Checker<'_> {
    pub(crate) fn check_data(&mut self) {}
}
