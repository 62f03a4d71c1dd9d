//! Indicators: actuals, attainments, fractions.

use kpi_value::Dec;

use super::known::Known;
use super::{Bound, Found, Range, Ranges};
use crate::model::{
    ByTable, CompareOp, Indicator, IndicatorField, IndicatorId, LineField, RollUp, Scoring, Target, TargetKind,
    WhenMissing,
};

/// Where the values of a line lie that count towards its card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRange {
    /// The fraction of its weight.
    pub fraction: Range,
    /// Its attainment, as it counts towards the card's: the fraction for `deduct`, `rating`, `all_or_nothing` and a curve
    /// without a target.
    pub attainment: Range,
}

impl LineRange {
    pub(super) fn hull(self, other: LineRange) -> LineRange {
        LineRange { fraction: self.fraction.hull(other.fraction), attainment: self.attainment.hull(other.attainment) }
    }
}

impl<'m> Ranges<'m> {
    pub(super) fn actual_found(&self, id: IndicatorId) -> Found {
        if let Some(found) = self.actuals.borrow().get(&id) {
            // An indicator may read its own past: nothing is known of it yet.
            return found.unwrap_or(Found::Number(Range::ALL));
        }
        let Some(indicator) = self.indicator(id) else { return Found::Number(Range::ALL) };
        self.actuals.borrow_mut().insert(id, None);
        let found = if indicator.parts.is_some() {
            Found::any(indicator.formula.ty)
        } else {
            let own = self.found(&indicator.formula, &Known::default());
            match indicator.shorter {
                // The shorter periods of one, added up; at least one has data. In its own period it is as it is.
                Some(shorter) if shorter.roll_up == RollUp::Sum => {
                    let one = own.range();
                    Found::Number(one.mul(Range::comparing(CompareOp::Ge, Dec::ONE)).hull(one))
                }
                Some(_) | None => own,
            }
        };
        self.actuals.borrow_mut().insert(id, Some(found));
        found
    }

    /// Where a field of an indicator lies that is a number.
    pub(super) fn field_range(&self, id: IndicatorId, field: IndicatorField) -> Range {
        let Some(indicator) = self.indicator(id) else { return Range::ALL };
        match field {
            IndicatorField::Actual => self.actual(id),
            IndicatorField::Target if indicator.shorter.is_none() => self.bounds(indicator),
            IndicatorField::Attainment => self.attainment(id, self.model.policy.attainment_cap),
            IndicatorField::Score => self.line(id, &indicator.scoring, self.model.policy.attainment_cap).fraction,
            IndicatorField::Progress => match self.actual(id) {
                actual if actual.is_positive() => Range::POSITIVE,
                _ => Range::ALL,
            },
            IndicatorField::Target | IndicatorField::Gap | IndicatorField::Met => Range::ALL,
        }
    }

    /// The targets with one bound that an indicator may have; any number where one is a band.
    fn bounds(&self, indicator: &Indicator) -> Range {
        let rows = indicator.target.iter().flat_map(|target| &target.rows).filter_map(|row| row.value.as_ref());
        let bounds = rows.map(|target| match &target.kind {
            TargetKind::Compare(_, bound) => self.range(bound),
            TargetKind::Between(..) => Range::ALL,
        });
        bounds.reduce(Range::hull).unwrap_or(Range::NEVER).or_missing(true)
    }

    /// Where the attainment of an indicator lies under a cap.
    pub fn attainment(&self, id: IndicatorId, cap: Dec) -> Range {
        let limit = Range::between(Dec::ZERO, cap.max(Dec::ZERO)).or_missing(true);
        let Some(indicator) = self.indicator(id) else { return limit };
        if indicator.parts.is_some() || indicator.shorter.is_some() {
            return limit;
        }
        let actual = self.actual(id);
        let rows = indicator.target.iter().flat_map(|target| &target.rows).filter_map(|row| row.value.as_ref());
        let attained = rows.map(|target| self.attainment_of(actual, target, cap));
        attained.reduce(Range::hull).unwrap_or(Range::NEVER).or_missing(true)
    }

    /// Where the attainment of one target lies, tolerance left aside: that moves only whether it is met.
    pub fn attainment_of(&self, actual: Range, target: &Target, cap: Dec) -> Range {
        let limit = Range::between(Dec::ZERO, cap.max(Dec::ZERO));
        let positive = Range::comparing(CompareOp::Gt, Dec::ZERO);
        // Met or not, which is all that a target of 0 knows.
        let either = Range::SHARE.meet(limit);
        let clamp = |x: Range| x.max(Range::at(Dec::ZERO)).min(Range::at(cap.max(Dec::ZERO)));
        let attained = match &target.kind {
            TargetKind::Compare(op, bound) => {
                let bound = self.range(bound);
                let above = bound.meet(positive);
                let quotient = match op {
                    CompareOp::Ge | CompareOp::Gt => clamp(actual.div(above)),
                    CompareOp::Le | CompareOp::Lt => {
                        let some = clamp(above.div(actual.meet(positive)));
                        let none = actual.meet(Range::comparing(CompareOp::Le, Dec::ZERO));
                        if none.is_empty() || above.is_empty() { some } else { some.hull(Range::at(cap)) }
                    }
                    CompareOp::Eq | CompareOp::Ne => either,
                };
                if bound.contains(Dec::ZERO) { quotient.hull(either) } else { quotient }
            }
            TargetKind::Between(..) => either,
        };
        Range { whole: false, missing: true, ..attained }
    }

    /// Where fraction and attainment of a line lie that shows an indicator, with data.
    pub fn line(&self, id: IndicatorId, scoring: &Scoring, cap: Dec) -> LineRange {
        let Some(indicator) = self.indicator(id) else {
            return LineRange { fraction: Range::ALL, attainment: Range::ALL };
        };
        if let Some(parts) = &indicator.parts {
            let own = |part: &IndicatorId| self.indicator(*part).map(|p| self.line(*part, &p.scoring, cap));
            let all = LineRange { fraction: Range::SHARE, attainment: Range::SHARE };
            return parts.parts.iter().filter_map(own).fold(all, LineRange::hull);
        }
        let attainment = self.attainment(id, cap);
        let rolled = indicator.shorter.is_some();
        let fraction = self.fraction(indicator, scoring, self.actual(id), attainment, rolled);
        let as_fraction = match scoring {
            Scoring::Deduct { .. } | Scoring::Rating(_) | Scoring::AllOrNothing => true,
            Scoring::Curve(..) => !crate::targets::asks(indicator.target.as_ref()),
            Scoring::Proportional { .. } => false,
        };
        let attainment = match (as_fraction, rolled) {
            (true, false) => fraction,
            (true, true) => fraction.hull(attainment),
            (false, _) => attainment,
        };
        LineRange { fraction, attainment }
    }

    fn fraction(
        &self,
        indicator: &'m Indicator,
        scoring: &Scoring,
        actual: Range,
        attained: Range,
        rolled: bool,
    ) -> Range {
        match scoring {
            Scoring::Proportional { none_below, cap, stretch } => {
                let most = stretch.unwrap_or(*cap);
                let tolerated = stretch.is_some() || rolled || has_tolerance(indicator.target.as_ref());
                let high = match attained.high {
                    Bound::Closed(x) | Bound::Open(x) if stretch.is_none() => {
                        Bound::Closed(if tolerated { x.max(Dec::ONE).min(most) } else { x.min(most) })
                    }
                    _ => Bound::Closed(most),
                };
                let low = match (attained.low, none_below) {
                    (low, None) if !attained.is_empty() => low.closed().number().map_or(Dec::ZERO, |x| x.min(Dec::ONE)),
                    (Bound::Closed(x), Some(least)) if x >= *least => x.min(Dec::ONE),
                    _ => Dec::ZERO,
                };
                let low = Bound::Closed(low.min(most).max(Dec::ZERO));
                let fraction = Range { low, high, whole: false, missing: true };
                if fraction.is_empty() { Range::between(Dec::ZERO, most).or_missing(true) } else { fraction }
            }
            Scoring::AllOrNothing | Scoring::Deduct { .. } => Range::SHARE,
            Scoring::Rating(of) => {
                let share = actual.div(Range::at(*of)).max(Range::at(Dec::ZERO)).min(Range::at(Dec::ONE));
                Range { whole: false, missing: true, ..share }
            }
            Scoring::Curve(field, curve) => {
                let x = match field {
                    _ if rolled => Range::ALL,
                    LineField::Actual => actual,
                    LineField::Attainment => attained,
                };
                // A curve that several lines share has other surroundings in each.
                let known = Known { inlined: true, ..Known::default() };
                self.curve_found(curve, x, &known).range().or_missing(true)
            }
        }
    }

    /// Any attainment of any line.
    pub(super) fn any_attainment(&self) -> Range {
        let mut most = self.model.policy.attainment_cap;
        for (_, card) in self.model.scorecards.iter() {
            most = most.max(largest_cap(&card.lines));
        }
        Range::between(Dec::ZERO, most).or_missing(true)
    }
}

impl WhenMissing {
    /// What a line without data counts as, if it counts.
    pub(super) const fn stands_for(self) -> Option<Dec> {
        match self {
            WhenMissing::Zero => Some(Dec::ZERO),
            WhenMissing::Full => Some(Dec::ONE),
            WhenMissing::Fail | WhenMissing::Reweight => None,
        }
    }
}

fn has_tolerance(target: Option<&ByTable<Option<Target>>>) -> bool {
    let mut rows = target.iter().flat_map(|target| &target.rows).filter_map(|row| row.value.as_ref());
    rows.any(|target| target.tolerance.is_some())
}

fn largest_cap(lines: &[crate::model::Line]) -> Dec {
    let caps = lines.iter().map(|line| match &line.kind {
        crate::model::LineKind::Indicator { attainment_cap, .. } => *attainment_cap,
        crate::model::LineKind::Card(_) => Dec::ZERO,
        crate::model::LineKind::Group { lines, .. } => largest_cap(lines),
    });
    caps.max().unwrap_or_default()
}
