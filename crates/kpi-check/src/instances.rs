//! Indicators, made for the subjects that need them.

use kpi_base::Span;
use kpi_syntax::ast;

use crate::checker::Checker;
use crate::model::{self, IndicatorId, Subject};

/// How much of an indicator is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Its actual: the formula alone. A wider subject (`over team`) need not have what targets depend on.
    Actual,
    /// Target and scoring too: a line of a card, `.met`, `.attainment`, …
    All,
}

/// An indicator for one kind of subject.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) model: Option<model::Indicator>,
}

impl<'a> Checker<'a> {
    /// The indicator of this name for a subject, made and checked at its first use; the name is marked as used.
    ///
    /// The formula is checked here, target and scoring by [`Checker::check_target_and_scoring`], once, when they are first
    /// needed. Reports a name that is no indicator, and an indicator that needs itself.
    pub fn indicator(&mut self, name: &ast::Name, subject: &Subject, need: Need) -> Option<IndicatorId> {
        let _ = (name, subject, need);
        None
    }

    /// What is known so far of an indicator made by [`Checker::indicator`]: its formula; target and scoring if they were needed.
    pub fn instance(&self, id: IndicatorId) -> Option<&model::Indicator> {
        self.instances.get(id.index()).and_then(|i| i.model.as_ref())
    }

    /// As [`Checker::instance`], to be filled in.
    pub fn instance_mut(&mut self, id: IndicatorId) -> Option<&mut model::Indicator> {
        self.instances.get_mut(id.index()).and_then(|i| i.model.as_mut())
    }

    pub(crate) fn check_unused(&mut self) {}

    pub(crate) fn order_indicators(&mut self) {}
}

#[allow(unused_imports, reason = "skeleton")]
use Span as _;
