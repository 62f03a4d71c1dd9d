//! What was measured, what was asked for, how far it is attained, and what fraction of a weight it earns.

use std::cmp::Ordering;

use kpi_check::model::{
    CompareOp, Indicator, IndicatorField, IndicatorId, LineField, Scoring, Target, TargetKind, Tolerance,
};
use kpi_results::LineStatus;
use kpi_value::{Dec, Period, Value};

use super::{Fault, Interpreter, Number, OwnLine, Place, Valued};

/// Everything about an indicator in a cell.
pub(super) struct Measured {
    pub actual: Option<Value>,
    pub goal: Goal,
    pub met: Option<bool>,
    pub attainment: Option<Dec>,
    /// The fraction that the scoring gives.
    pub fraction: Option<Dec>,
    /// The shorter periods of which it is made.
    pub periods: Option<Vec<(Period, Measured)>>,
    /// The parts of which it is made.
    pub parts: Option<Vec<(IndicatorId, Measured)>>,
}

/// What was asked for in a cell.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    /// The indicator has no target.
    No,
    /// `target none`: not judged, and not on the card.
    NotJudged,
    /// There is a target, its value is no data.
    NoData,
    /// The targets are those of its parts, or of shorter periods that do not add up.
    Inside,
    /// A bound, by how much it may be missed, and the stretch target.
    Bound(Side, Dec, Dec, Option<Option<Dec>>),
    /// `= t`, the band t..t, and by how much it may be missed.
    Exactly(Dec, Dec),
    /// Two bounds, by how much each may be missed, and whether the upper one belongs to the band.
    Band { low: Dec, high: Dec, slack_low: Dec, slack_high: Dec, closed: bool },
}

/// The row of a target that is in force.
pub(super) enum Asked<'m> {
    /// The indicator has no target.
    No,
    /// `target none`
    NotJudged,
    /// No row applies, because a key has no data.
    NoData,
    /// This one.
    For(&'m Target),
}

/// The numbers of a target; `low` and `high` are one where there is one bound.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub low: Dec,
    pub high: Dec,
    pub stretch: Option<Option<Dec>>,
}

/// A one-sided comparison.
#[derive(Clone, Copy)]
pub(super) struct Side {
    op: CompareOp,
    higher_is_better: bool,
}

impl Interpreter<'_> {
    /// `.actual .target .met .attainment .gap .score .progress` of an indicator, by its own scoring and the policy's cap.
    pub(super) fn field(&self, id: IndicatorId, field: IndicatorField, place: &Place<'_>) -> Valued {
        let indicator = &self.model.indicators[id];
        if field == IndicatorField::Actual && self.judged_here(indicator, place) {
            return self.value(&indicator.formula, &place.bare());
        }
        let plain = self.judged_here(indicator, place) && indicator.parts.is_none();
        if field == IndicatorField::Target && plain {
            let goal = self.goal(id, &place.bare())?;
            return Ok(Measured::nothing(goal).target().map(Value::Dec));
        }
        // What the scoring makes of it is looked at for the score only.
        if field != IndicatorField::Score && plain {
            let place = place.bare();
            let actual = self.value(&indicator.formula, &place)?;
            let measured = Measured { actual, ..Measured::nothing(self.goal(id, &place)?) };
            let Some(actual) = measured.actual.as_ref().and_then(Value::as_dec) else { return Ok(None) };
            return Ok(match field {
                IndicatorField::Met => met(actual, measured.goal)?.map(Value::Bool),
                IndicatorField::Gap => measured.gap()?.map(Value::Dec),
                IndicatorField::Progress => measured.progress()?.map(Value::Dec),
                _ => attainment(actual, measured.goal, self.model.policy.attainment_cap)?.map(Value::Dec),
            });
        }
        let measured = self.measure(id, &indicator.scoring, self.model.policy.attainment_cap, place)?;
        Ok(match field {
            IndicatorField::Target => measured.target().map(Value::Dec),
            IndicatorField::Progress => measured.progress()?.map(Value::Dec),
            IndicatorField::Actual => measured.actual,
            IndicatorField::Met => measured.met.map(Value::Bool),
            IndicatorField::Attainment => measured.attainment.map(Value::Dec),
            IndicatorField::Gap => measured.gap()?.map(Value::Dec),
            IndicatorField::Score => measured.fraction.map(Value::Dec),
        })
    }

    /// Whether it is judged in the period of the place itself and not in shorter ones inside it.
    pub(super) fn judged_here(&self, indicator: &Indicator, place: &Place<'_>) -> bool {
        indicator.shorter.is_none_or(|shorter| shorter.period == place.when.period.kind)
    }

    /// An indicator in a cell, scored in this way, with attainments up to this cap.
    pub(super) fn measure(
        &self,
        id: IndicatorId,
        scoring: &Scoring,
        cap: Dec,
        place: &Place<'_>,
    ) -> Result<Measured, Fault> {
        let place = place.bare();
        let indicator = &self.model.indicators[id];
        match (indicator.shorter, &indicator.parts) {
            (Some(shorter), _) if shorter.period != place.when.period.kind => {
                self.rolled_up(id, shorter, scoring, cap, &place)
            }
            (_, Some(parts)) => self.of_parts(parts, cap, &place),
            _ => {
                let actual = self.value(&indicator.formula, &place)?;
                let goal = self.goal(id, &place)?;
                self.judge(actual, goal, scoring, cap, &place)
            }
        }
    }

    /// An actual against what was asked for.
    pub(super) fn judge(
        &self,
        actual: Option<Value>,
        goal: Goal,
        scoring: &Scoring,
        cap: Dec,
        place: &Place<'_>,
    ) -> Result<Measured, Fault> {
        let number = actual.as_ref().and_then(Value::as_dec);
        let (met, attainment) = match number {
            Some(a) => (met(a, goal)?, attainment(a, goal, cap)?),
            None => (None, None),
        };
        let fraction = match number {
            Some(a) => self.fraction(a, goal, met, attainment, scoring, place)?,
            None => None,
        };
        Ok(Measured { met, attainment, fraction, actual, ..Measured::nothing(goal) })
    }

    /// The target in force in a cell.
    pub(super) fn goal(&self, id: IndicatorId, place: &Place<'_>) -> Result<Goal, Fault> {
        match self.asked(id, place)? {
            Asked::No => Ok(Goal::No),
            Asked::NoData => Ok(Goal::NoData),
            Asked::NotJudged => Ok(Goal::NotJudged),
            Asked::For(target) => match self.bounds(target, place)? {
                Some(bounds) => target_of(target, bounds, Dec::ONE),
                None => Ok(Goal::NoData),
            },
        }
    }

    /// The row of the target in force in a cell.
    pub(super) fn asked(&self, id: IndicatorId, place: &Place<'_>) -> Result<Asked<'_>, Fault> {
        let Some(table) = &self.model.indicators[id].target else { return Ok(Asked::No) };
        Ok(match self.pick(table, place)? {
            None => Asked::NoData,
            Some(None) => Asked::NotJudged,
            Some(Some(target)) => Asked::For(target),
        })
    }

    /// The numbers of a target; none where one is no data, but for that of the stretch.
    pub(super) fn bounds(&self, target: &Target, place: &Place<'_>) -> Result<Option<Bounds>, Fault> {
        let (low, high) = match &target.kind {
            TargetKind::Compare(_, bound) => (bound, bound),
            TargetKind::Between(low, high, _) => (low, high),
        };
        let stretch = target.stretch.as_ref().map(|stretch| self.number(stretch, place)).transpose()?;
        Ok(match (self.number(low, place)?, self.number(high, place)?) {
            (Some(low), Some(high)) => Some(Bounds { low, high, stretch }),
            _ => None,
        })
    }

    /// The fraction of its weight that an actual earns.
    fn fraction(
        &self,
        actual: Dec,
        goal: Goal,
        met: Option<bool>,
        attainment: Option<Dec>,
        scoring: &Scoring,
        place: &Place<'_>,
    ) -> Number {
        match scoring {
            Scoring::Proportional { none_below, cap, stretch } => {
                let Some(attainment) = attainment else { return Ok(None) };
                if met == Some(true) && !strictly_met(actual, goal) {
                    return Ok(Some(Dec::ONE.min(stretch.unwrap_or(*cap))));
                }
                if none_below.is_some_and(|least| attainment < least) {
                    return Ok(Some(Dec::ZERO));
                }
                match stretch {
                    Some(most) => stretched(actual, goal, attainment, *most),
                    None => Ok(Some(attainment.min(*cap))),
                }
            }
            Scoring::AllOrNothing => Ok(met.map(|met| if met { Dec::ONE } else { Dec::ZERO })),
            Scoring::Deduct { share, per } => {
                let Some(beyond) = beyond(actual, goal)? else { return Ok(None) };
                let times = beyond.whole_times(*per).unwrap_or_default();
                Ok(Some(Dec::ONE.sub(times.mul(*share)?)?.max(Dec::ZERO)))
            }
            Scoring::Curve(field, curve) => {
                let x = match field {
                    LineField::Actual => Some(actual),
                    LineField::Attainment => attainment,
                };
                let Some(x) = x else { return Ok(None) };
                let line = OwnLine { actual: Some(actual), attainment };
                Ok(self.curve(curve, x, &Place { line: Some(line), ..place.clone() })?.and_then(|value| value.as_dec()))
            }
            Scoring::Rating(of) => Ok(actual.div(*of)?.map(|fraction| fraction.clamp(Dec::ZERO, Dec::ONE))),
        }
    }
}

/// A target with its numbers, as one for so many periods: a tolerance in units counts so many times.
pub(super) fn target_of(target: &Target, bounds: Bounds, periods: Dec) -> Result<Goal, Fault> {
    let slack = |bound: Dec| match target.tolerance {
        None => Ok(Dec::ZERO),
        Some(Tolerance::Share(share)) => bound.abs().mul(share),
        Some(Tolerance::Absolute(slack)) => slack.mul(periods),
    };
    let Bounds { low, high, stretch } = bounds;
    Ok(match target.kind {
        TargetKind::Compare(CompareOp::Eq, _) => Goal::Exactly(low, slack(low)?),
        TargetKind::Compare(op, _) => {
            let side = Side { op, higher_is_better: matches!(op, CompareOp::Ge | CompareOp::Gt) };
            Goal::Bound(side, low, slack(low)?, stretch)
        }
        TargetKind::Between(_, _, closed) => {
            Goal::Band { low, high, slack_low: slack(low)?, slack_high: slack(high)?, closed }
        }
    })
}

impl Measured {
    /// (actual − target) ÷ target, positive when better.
    fn gap(&self) -> Number {
        match self.actual.as_ref().and_then(Value::as_dec) {
            Some(actual) => gap(actual, self.goal),
            None => Ok(None),
        }
    }

    /// What was asked for, if it is one number.
    pub fn target(&self) -> Option<Dec> {
        match self.goal {
            Goal::Bound(_, target, ..) | Goal::Exactly(target, _) => Some(target),
            _ => None,
        }
    }

    /// Actual ÷ target, without limit; no data where the target is not above 0.
    pub fn progress(&self) -> Number {
        match (self.actual.as_ref().and_then(Value::as_dec), self.target()) {
            (Some(actual), Some(target)) if target > Dec::ZERO => Ok(actual.div(target)?),
            _ => Ok(None),
        }
    }

    /// The fraction and the attainment that count for the card: "attainment = Σ weight × line attainment (the fraction for
    /// `deduct`, `rating`, `all_or_nothing`)", and for a curve where there is no target to attain.
    pub fn mark(&self, scoring: &Scoring) -> Option<(Dec, Dec)> {
        let counted = match scoring {
            Scoring::Deduct { .. } | Scoring::Rating(_) | Scoring::AllOrNothing => self.fraction,
            Scoring::Curve(..) if matches!(self.goal, Goal::No) => self.fraction,
            Scoring::Curve(..) | Scoring::Proportional { .. } => self.attainment,
        };
        self.fraction.zip(counted)
    }

    /// Whether its target is met; without a target, whether it earns its whole weight.
    pub fn counts_as_met(&self) -> bool {
        match self.goal {
            Goal::No => self.fraction.is_some_and(|fraction| fraction >= Dec::ONE),
            _ => self.met == Some(true),
        }
    }

    pub fn status(&self) -> LineStatus {
        match self.goal {
            Goal::Bound(_, target, ..) | Goal::Exactly(target, _) if target.is_negative() && self.actual.is_some() => {
                LineStatus::NotJudged
            }
            Goal::NoData => LineStatus::NoData,
            Goal::Inside if self.attainment.is_none() => LineStatus::NoData,
            Goal::Inside if self.met == Some(true) => LineStatus::Met,
            Goal::Inside => LineStatus::Missed,
            _ if self.actual.is_none() => LineStatus::NoData,
            Goal::No => LineStatus::Scored,
            _ if self.met == Some(true) => LineStatus::Met,
            _ => LineStatus::Missed,
        }
    }
}

/// Whether the comparison itself holds, without any tolerance.
fn strictly_met(actual: Dec, goal: Goal) -> bool {
    match goal {
        Goal::Bound(side, target, ..) => side.op.holds(actual.cmp(&target)),
        Goal::Exactly(target, _) => actual == target,
        Goal::Band { low, high, closed, .. } => low <= actual && (actual < high || closed && actual == high),
        Goal::No | Goal::NotJudged | Goal::NoData | Goal::Inside => false,
    }
}

/// Whether the target is met, tolerance included; no data for a target below 0.
fn met(actual: Dec, goal: Goal) -> Result<Option<bool>, Fault> {
    Ok(match goal {
        Goal::Bound(_, target, ..) | Goal::Exactly(target, _) if target.is_negative() => None,
        Goal::Exactly(target, slack) => Some(actual.sub(target)?.abs() <= slack),
        Goal::Bound(side, target, slack, _) => {
            let bound = if side.higher_is_better { target.sub(slack)? } else { target.add(slack)? };
            Some(side.op.holds(actual.cmp(&bound)))
        }
        Goal::Band { low, high, slack_low, slack_high, closed } => {
            let (low, high) = (low.sub(slack_low)?, high.add(slack_high)?);
            Some(low <= actual && (actual < high || closed && actual == high))
        }
        Goal::No | Goal::NotJudged | Goal::NoData | Goal::Inside => None,
    })
}

/// "Limited to 0%..cap, actual a, target t: `≥ t`: a ÷ t. `≤ t`: t ÷ a, the cap when a ≤ 0 < t. Band: 100% inside, a ÷ low
/// below, high ÷ a above. t = 0, or a band with a bound ≤ 0: 100% if met, else 0%. t < 0: no data."
fn attainment(actual: Dec, goal: Goal, cap: Dec) -> Number {
    let Some(met) = met(actual, goal)? else { return Ok(None) };
    let all_or_nothing = if met { Dec::ONE } else { Dec::ZERO };
    let exact = match goal {
        Goal::No | Goal::NotJudged | Goal::NoData | Goal::Inside => return Ok(None),
        Goal::Bound(_, target, ..) | Goal::Exactly(target, _) if target.is_zero() => all_or_nothing,
        Goal::Bound(Side { higher_is_better: true, .. }, target, ..) => share(actual, target, cap),
        Goal::Bound(..) if actual <= Dec::ZERO => cap,
        Goal::Bound(_, target, ..) => share(target, actual, cap),
        Goal::Band { low, high, .. } if low <= Dec::ZERO || high <= Dec::ZERO => all_or_nothing,
        Goal::Exactly(low, _) | Goal::Band { low, .. } if actual < low => share(actual, low, cap),
        Goal::Exactly(high, _) | Goal::Band { high, .. } if actual > high => share(high, actual, cap),
        Goal::Exactly(..) | Goal::Band { .. } => Dec::ONE,
    };
    Ok(Some(exact.max(Dec::ZERO).min(cap)))
}

/// a ÷ b of a positive b; what is too large to be written down is beyond every cap.
fn share(a: Dec, b: Dec, cap: Dec) -> Dec {
    match a.div(b) {
        Ok(quotient) => quotient.unwrap_or(cap),
        Err(_) if a.is_negative() => Dec::ZERO,
        Err(_) => cap,
    }
}

/// "(actual − target) ÷ target, positive when better." A band has no one target to be away from, and nothing is a share of a
/// target that is not positive.
fn gap(actual: Dec, goal: Goal) -> Number {
    let relative = |better: Dec, worse: Dec, target: Dec| -> Number {
        if target <= Dec::ZERO { Ok(None) } else { Ok(better.sub(worse)?.div(target)?) }
    };
    match goal {
        Goal::No | Goal::NotJudged | Goal::NoData | Goal::Inside | Goal::Band { .. } => Ok(None),
        Goal::Bound(Side { higher_is_better: true, .. }, target, ..) => relative(actual, target, target),
        Goal::Bound(_, target, ..) => relative(target, actual, target),
        Goal::Exactly(target, _) => relative(actual.min(target), actual.max(target), target),
    }
}

/// How much the actual lies beyond the target, on the worse side; 0 where it does not.
fn beyond(actual: Dec, goal: Goal) -> Number {
    let beyond = match goal {
        Goal::No | Goal::NotJudged | Goal::NoData | Goal::Inside => return Ok(None),
        Goal::Bound(_, target, ..) | Goal::Exactly(target, _) if target.is_negative() => return Ok(None),
        Goal::Exactly(target, _) => actual.sub(target)?.abs(),
        Goal::Bound(Side { higher_is_better: true, .. }, target, ..) => target.sub(actual)?,
        Goal::Bound(_, target, ..) => actual.sub(target)?,
        Goal::Band { low, .. } if actual < low => low.sub(actual)?,
        Goal::Band { high, .. } => actual.sub(high)?,
    };
    Ok(Some(beyond.max(Dec::ZERO)))
}

/// "To 100% at the base, then linear in the *actual* to `most` at the stretch target, flat beyond."
fn stretched(actual: Dec, goal: Goal, attainment: Dec, most: Dec) -> Number {
    let Goal::Bound(side, base, _, Some(stretch)) = goal else { return Ok(Some(attainment.min(Dec::ONE))) };
    let better = |a: Dec, b: Dec| if side.higher_is_better { a.cmp(&b) } else { b.cmp(&a) };
    if better(actual, base) != Ordering::Greater {
        return Ok(Some(attainment.min(Dec::ONE)));
    }
    let Some(stretch) = stretch else { return Ok(None) };
    if better(actual, stretch) != Ordering::Less {
        return Ok(Some(most));
    }
    let part = most.sub(Dec::ONE)?.mul_div(actual.sub(base)?, stretch.sub(base)?)?;
    Ok(part.map(|part| Dec::ONE.add(part)).transpose()?)
}
