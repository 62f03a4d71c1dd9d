//! Where planted faults act; without the feature `faults` each of these changes nothing.

use kpi_check::model::{CompareOp, StepBound};
use kpi_value::{Date, Dec, Period, Rounding};

use super::Evaluator;
#[cfg(feature = "faults")]
use crate::Fault;
use crate::kernels::goal::Goal;

#[cfg(feature = "faults")]
impl Evaluator<'_> {
    /// Plants a fault.
    pub fn plant(&mut self, fault: Fault) {
        self.fault = Some(fault);
    }

    /// Whether this fault is planted.
    pub fn has_fault(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

impl Evaluator<'_> {
    pub(crate) fn faulty_compare(&self, op: CompareOp) -> CompareOp {
        #[cfg(feature = "faults")]
        if op == CompareOp::Ge && self.has_fault(Fault::GreaterForAtLeast) {
            return CompareOp::Gt;
        }
        op
    }

    pub(crate) fn step_holds(&self, bound: &StepBound, x: Dec) -> bool {
        match bound {
            StepBound::Compare(op, limit) => self.faulty_compare(*op).holds(x.cmp(limit)),
            other => other.holds(x),
        }
    }

    pub(crate) fn faulty_goal(&self, goal: Goal) -> Goal {
        #[cfg(feature = "faults")]
        if let (Goal::AtLeast { bound, .. }, true) = (goal, self.has_fault(Fault::GreaterForAtLeast)) {
            return Goal::AtLeast { bound, strict: true };
        }
        goal
    }

    /// How scores and pay are rounded.
    pub(crate) fn rounding(&self) -> Rounding {
        #[cfg(feature = "faults")]
        if self.has_fault(Fault::HalfEven) {
            return Rounding::HalfEven;
        }
        self.model.policy.rounding
    }

    pub(crate) fn faulty_shift(&self, periods: u32) -> u32 {
        #[cfg(feature = "faults")]
        if self.has_fault(Fault::WindowOffByOne) {
            return periods + 1;
        }
        periods
    }

    /// The day by which a shorter period belongs to a longer one.
    pub(crate) fn faulty_anchor(&self, period: Period) -> Date {
        #[cfg(feature = "faults")]
        if self.has_fault(Fault::WeekByFirstDay) {
            return self.model.policy.calendar.start(period);
        }
        self.model.policy.calendar.deciding_day(period)
    }

    /// The first day of a stint whose rows are in it.
    pub(crate) fn faulty_first(&self, day: Date) -> Date {
        #[cfg(feature = "faults")]
        if self.has_fault(Fault::StintOffByOne) {
            return day.plus(1);
        }
        day
    }

    pub(crate) fn averages_actuals(&self) -> bool {
        #[cfg(feature = "faults")]
        return self.has_fault(Fault::MeanOfActuals);
        #[cfg(not(feature = "faults"))]
        false
    }

    pub(crate) fn no_data_is_zero(&self) -> bool {
        #[cfg(feature = "faults")]
        return self.has_fault(Fault::NoDataAsZero);
        #[cfg(not(feature = "faults"))]
        false
    }

    pub(crate) fn breaks_ties_by_order(&self) -> bool {
        #[cfg(feature = "faults")]
        return self.has_fault(Fault::TieByOrder);
        #[cfg(not(feature = "faults"))]
        false
    }
}
