//! Indicators against their targets: attainment, whether it is met, and the fraction that a line earns.
//!
//! One number against one target is [`kpi_score::Goal`]. Attainment, met and fraction never fall as the actual gets better,
//! nor as the target gets easier while it is above 0; so the ends of their ranges are among the corners of actual and target,
//! 0 and the smallest target above 0 counted as corners of their own.

use kpi_base::text;
use kpi_check::model::{
    Combine, CompareOp, IndicatorId, LineField, RollUp, Scoring, Target, TargetKind, Tolerance, Type,
};
use kpi_score::Goal;
use kpi_value::Dec;

use crate::card::{Mark, combine};
use crate::curve::{curve, ulp};
use crate::scene::Scene;
use crate::value::{Known, Number, Range, Trend, Truth};

/// What is better of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Better {
    Higher,
    Lower,
    /// The nearer to a band or a number, from whichever side.
    Nearer,
}

/// An indicator before it is scored.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub actual: Known,
    /// None where the target is `none` in this case.
    pub asked: bool,
    /// Whether there is a target at all.
    pub targeted: bool,
    pub met: Truth,
    pub attainment: Option<Number>,
}

/// A target with the ranges of its bounds.
struct Asked<'t> {
    target: &'t Target,
    low: Number,
    high: Number,
    stretch: Option<Number>,
}

/// What one actual comes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct One {
    pub attainment: Dec,
    pub met: bool,
    pub fraction: Option<Dec>,
}

/// A number beyond all that a policy speaks of, in place of what has no limit: attainments and fractions are limited long before.
const FAR: i64 = 1_000_000_000_000_000;

impl Better {
    /// How the actual moves as it gets better.
    pub const fn trend(self) -> Trend {
        match self {
            Better::Higher => Trend::Up,
            Better::Lower => Trend::Down,
            Better::Nearer => Trend::Any,
        }
    }
}

impl<'m> Scene<'m> {
    /// The targets that may be in force; none among them for `target none`.
    pub fn targets(&self, id: IndicatorId) -> Option<Vec<Option<&'m Target>>> {
        let model = self.model;
        let table = model.indicators[id].target.as_ref()?;
        Some(self.case.rows(table, None).into_iter().map(Option::as_ref).collect())
    }

    /// What is better of an indicator in this case: what its target says; where it has none, what its curve pays more for, and
    /// else more.
    pub fn better(&self, id: IndicatorId) -> Better {
        if self.model.indicators[id].target.is_none()
            && let Scoring::Curve(LineField::Actual, steps) = &self.model.indicators[id].scoring
        {
            let rising = Number { range: Range::ALL, trend: Trend::Up, free: None };
            let trend = curve(&self.inside(), steps, rising).trend();
            return if trend == Trend::Down { Better::Lower } else { Better::Higher };
        }
        let targets = self.targets(id).unwrap_or_default();
        let mut found: Option<Better> = None;
        for target in targets.into_iter().flatten() {
            let better = match target.higher_is_better() {
                Some(true) => Better::Higher,
                Some(false) => Better::Lower,
                None => Better::Nearer,
            };
            match found {
                Some(known) if known != better => return Better::Nearer,
                _ => found = Some(better),
            }
        }
        found.unwrap_or(Better::Higher)
    }

    /// How the attainment of an indicator moves.
    fn goodness(&self, id: IndicatorId, actual: Trend, asked: &[Asked<'_>]) -> Trend {
        let targets = asked.iter().flat_map(|a| [a.low.trend, a.high.trend]).fold(Trend::Same, Trend::and);
        let better = self.better(id);
        let own = match (actual, better) {
            (Trend::Same, _) => Trend::Same,
            // Whoever is followed gets better by what is better of it.
            _ if self.is_tracked(id) => Trend::Up,
            (trend, Better::Higher) => trend,
            (trend, Better::Lower) => trend.flip(),
            (_, Better::Nearer) => Trend::Any,
        };
        let eased = match better {
            _ if targets == Trend::Same => Trend::Same,
            Better::Higher => targets.flip(),
            Better::Lower => targets,
            Better::Nearer => Trend::Any,
        };
        if eased != Trend::Same && !self.tracked.is_empty() {
            let name = &self.model.indicators[id].title.name;
            self.doubt(text!("the target of `{name}` moves with it", name));
        }
        own.and(eased)
    }

    fn asked(&self, id: IndicatorId) -> Vec<Asked<'m>> {
        let targets = self.targets(id).unwrap_or_default();
        let asked = |target: &'m Target| {
            let (low, high) = match &target.kind {
                TargetKind::Compare(_, bound) => (self.number(bound), Number::point(Dec::ZERO)),
                TargetKind::Between(low, high, _) => (self.number(low), self.number(high)),
            };
            let stretch = target.stretch.as_ref().map(|stretch| self.number(stretch));
            Asked { target, low, high, stretch }
        };
        targets.into_iter().flatten().map(asked).collect()
    }

    /// The bound of a target as one number.
    pub fn target_number(&self, id: IndicatorId) -> Known {
        let asked = self.asked(id);
        asked.iter().map(|asked| Known::Number(asked.low)).fold(Known::Nothing, Known::join)
    }

    /// An indicator, its attainment limited by a cap.
    pub fn judged(&self, id: IndicatorId, cap: Dec) -> Judged {
        let indicator = &self.model.indicators[id];
        if let Some(parts) = &indicator.parts {
            let marks = self.parts(&parts.parts, cap);
            let asked = !marks.is_empty();
            let whole = combine(parts.combine, &marks);
            let met = marks.iter().fold(Truth::known(true), |all, mark| all.and(mark.met));
            let attainment = whole.map(|mark| mark.attainment);
            return Judged { actual: Known::Nothing, asked, targeted: true, met, attainment };
        }
        let mut actual = self.actual(id);
        let Some(targets) = self.targets(id) else {
            let met = Truth::open(actual.trend());
            return Judged { actual, asked: true, targeted: false, met, attainment: None };
        };
        let asked = self.asked(id);
        let roll_up = indicator.shorter.map(|shorter| shorter.roll_up);
        let trend = self.goodness(id, actual.trend(), &asked);
        let is_asked = asked.len() == targets.len() && !asked.is_empty() || asked.len() > 1;
        if !matches!(indicator.formula.ty, Type::Number(_)) {
            return Judged { actual, asked: is_asked, targeted: true, met: Truth::open(trend), attainment: None };
        }
        let mut attainment: Option<Range> = None;
        let (mut can_be_true, mut can_be_false) = (false, false);
        let range = actual.number().map_or(Range::ALL, |actual| actual.range);
        for asked in &asked {
            corners(asked, range, cap, None, &mut |one| {
                let own = Range::point(one.attainment);
                attainment = Some(attainment.map_or(own, |known| known.join(own)));
                if one.met { can_be_true = true } else { can_be_false = true }
            });
        }
        if let Some(roll_up) = roll_up {
            (can_be_true, can_be_false) = (true, true);
            match roll_up {
                RollUp::ShareMet => attainment = attainment.map(|_| Range::new(Dec::ZERO, Dec::ONE)),
                RollUp::Sum => {
                    let days = Number::same(Range::new(Dec::ONE, Dec::int(366)));
                    actual = actual.number().map_or(actual, |actual| Known::Number(actual.mul(days)));
                }
                RollUp::Average | RollUp::Worst => {}
            }
        }
        Judged {
            actual,
            asked: is_asked,
            targeted: true,
            met: Truth::settled(can_be_false, can_be_true, trend),
            attainment: attainment.map(|range| Number { range, trend, free: None }),
        }
    }

    /// The marks of the parts of an indicator.
    fn parts(&self, parts: &[IndicatorId], cap: Dec) -> Vec<Mark> {
        let marks = parts.iter().filter_map(|&part| {
            let mark = self.mark(part, &self.model.indicators[part].scoring, cap)?;
            Some(Mark { weight: Number::point(Dec::ONE), ..mark })
        });
        marks.collect()
    }

    /// What a line of an indicator earns; none where its target is `none`, and where it has no data whatever is measured.
    pub fn mark(&self, id: IndicatorId, scoring: &Scoring, cap: Dec) -> Option<Mark> {
        let indicator = &self.model.indicators[id];
        if let Some(parts) = &indicator.parts {
            let marks = self.parts(&parts.parts, cap);
            return combine(parts.combine, &marks);
        }
        let judged = self.judged(id, cap);
        if !judged.asked {
            return None;
        }
        let fraction = self.fraction(id, scoring, cap)?;
        let by_fraction = match scoring {
            Scoring::Deduct { .. } | Scoring::Rating(_) | Scoring::AllOrNothing => true,
            Scoring::Curve(..) => !judged.targeted,
            Scoring::Proportional { .. } => false,
        };
        let attainment = if by_fraction { fraction } else { judged.attainment? };
        let met = if judged.targeted {
            judged.met
        } else {
            let whole = fraction.range;
            let can_be_true = whole.high.is_none_or(|high| high >= Dec::ONE);
            let can_be_false = whole.low.is_none_or(|low| low < Dec::ONE);
            Truth::settled(can_be_false, can_be_true, fraction.trend)
        };
        Some(Mark { weight: Number::point(Dec::ONE), fraction, attainment, met })
    }

    /// The fraction of its weight that an indicator earns under a scoring.
    pub fn fraction(&self, id: IndicatorId, scoring: &Scoring, cap: Dec) -> Option<Number> {
        let indicator = &self.model.indicators[id];
        if let Some(parts) = &indicator.parts {
            return combine(parts.combine, &self.parts(&parts.parts, cap)).map(|mark| mark.fraction);
        }
        let judged = self.judged(id, cap);
        let free = judged.actual.number().and_then(|actual| actual.free);
        match scoring {
            Scoring::AllOrNothing => Some(judged.met.number()),
            Scoring::Rating(of) => {
                let share = judged.actual.number()?.div(Number::point(*of));
                Some(Number { free: None, ..share.clamp(Some(Dec::ZERO), Some(Dec::ONE)) })
            }
            Scoring::Curve(field, steps) => {
                let x = match field {
                    LineField::Attainment => judged.attainment?,
                    LineField::Actual => judged.actual.number()?,
                };
                let mut inner = self.inside();
                let attainment = judged.attainment.map_or(Known::Nothing, Known::Number);
                inner.line = Some((attainment, judged.actual));
                let mut number = curve(&inner, steps, x).number()?;
                // Nearer is better, and on which side of the band the actual lies nobody knows.
                if self.is_tracked(id) && *field == LineField::Actual && self.better(id) == Better::Nearer {
                    number.trend = self.nearer(id, steps, number);
                }
                Some(Number { free: number.free.or(free), ..number })
            }
            Scoring::Proportional { stretch, cap: most, .. } => {
                let mut fraction: Option<Range> = None;
                let trend = judged.attainment?.trend;
                match indicator.shorter.map(|shorter| shorter.roll_up) {
                    Some(roll_up) if roll_up != RollUp::Sum => {
                        let most = stretch.unwrap_or(*most);
                        let range = judged.attainment?.range.clamp(Some(Dec::ZERO), Some(most));
                        fraction = Some(range.join(Range::point(Dec::ZERO)).join(Range::point(Dec::ONE.min(most))));
                    }
                    _ => self.each_corner(id, scoring, cap, &judged, &mut |one| {
                        let Some(x) = one.fraction else { return };
                        fraction = Some(fraction.map_or(Range::point(x), |known| known.join(Range::point(x))));
                    }),
                }
                Some(Number { range: fraction?, trend, free: None })
            }
            Scoring::Deduct { .. } => {
                let trend = judged.attainment?.trend;
                let mut fraction: Option<Range> = None;
                self.each_corner(id, scoring, cap, &judged, &mut |one| {
                    let Some(x) = one.fraction else { return };
                    fraction = Some(fraction.map_or(Range::point(x), |known| known.join(Range::point(x))));
                });
                Some(Number { range: fraction?, trend, free: None })
            }
        }
    }

    fn each_corner(&self, id: IndicatorId, scoring: &Scoring, cap: Dec, judged: &Judged, visit: &mut dyn FnMut(One)) {
        // What is deducted is counted in the unit of the actual, of which a sum over shorter periods has more.
        let range = judged.actual.number().map_or(Range::ALL, |actual| actual.range);
        for asked in &self.asked(id) {
            corners(asked, range, cap, Some(scoring), visit);
        }
    }

    /// How a curve of an actual moves as the actual comes nearer to its band: up, where the curve rises before and falls behind
    /// it.
    fn nearer(&self, id: IndicatorId, steps: &kpi_check::model::Curve, number: Number) -> Trend {
        let asked = self.asked(id);
        let [asked] = asked.as_slice() else { return Trend::Any };
        let high = if matches!(asked.target.kind, TargetKind::Between(..)) { asked.high } else { asked.low };
        let (Some(low), Some(high)) = (asked.low.range.as_point(), high.range.as_point()) else { return Trend::Any };
        let side = |range: Range, trend: Trend| {
            let x = Number { range, trend, free: None };
            curve(self, steps, x).number().map_or(Trend::Any, |number| number.trend)
        };
        let before = side(Range { low: None, high: Some(low) }, Trend::Up);
        let inside = side(Range::new(low, high), Trend::Up);
        let behind = side(Range { low: Some(high), high: None }, Trend::Down);
        match (before.never_falls(), inside == Trend::Same, behind.never_falls()) {
            (true, true, true) => Trend::Up,
            _ if number.trend == Trend::Same => Trend::Same,
            _ => Trend::Any,
        }
    }
}

/// Judges the corners of an actual and a target.
fn corners(asked: &Asked<'_>, actual: Range, cap: Dec, scoring: Option<&Scoring>, visit: &mut dyn FnMut(One)) {
    let far = Dec::int(FAR);
    let end = |range: Range| (range.low.unwrap_or(Dec::ZERO.sub(far).unwrap_or(far)), range.high.unwrap_or(far));
    let targets = |range: Range| {
        // A negative target is not judged.
        let (low, high) = end(range);
        let low = low.max(Dec::ZERO);
        let mut targets = vec![low, high.max(low)];
        if low.is_zero() && high > Dec::ZERO {
            targets.push(ulp());
        }
        targets
    };
    let is_band = matches!(asked.target.kind, TargetKind::Between(..));
    let bounds = |range: Range| if is_band { vec![end(range).0, end(range).1] } else { targets(range) };
    let (from, to) = end(actual);
    let stretches = match asked.stretch {
        Some(stretch) => vec![Some(end(stretch.range).0), Some(end(stretch.range).1)],
        None => vec![None],
    };
    for low in bounds(asked.low.range) {
        let highs = if is_band { bounds(asked.high.range) } else { vec![Dec::ZERO] };
        for high in highs {
            let mut actuals = vec![from, to];
            if asked.target.higher_is_better().is_none() {
                // A band is best inside, at its ends.
                let middle = if is_band { vec![low, high] } else { vec![low] };
                actuals.extend(middle.into_iter().filter(|x| actual.holds(*x)));
            }
            for &x in &actuals {
                for &stretch in &stretches {
                    if let Some(one) = judge(asked.target, (low, high), stretch, x, cap, scoring) {
                        visit(one);
                    }
                }
            }
        }
    }
}

/// One actual against one target, as the value stage judges it; none for no data.
pub(crate) fn judge(
    target: &Target,
    (low, high): (Dec, Dec),
    stretch: Option<Dec>,
    actual: Dec,
    cap: Dec,
    scoring: Option<&Scoring>,
) -> Option<One> {
    let goal = Goal::new(target, low, high);
    if goal.is_negative() {
        return None;
    }
    let holds = goal.holds(actual);
    let tolerated = !holds
        && match &target.tolerance {
            Some(tolerance) => goal.widened(tolerance).ok()?.holds(actual),
            None => false,
        };
    let met = holds || tolerated;
    let attainment = goal.attainment(actual, met, cap)?;
    let fraction = match scoring {
        None | Some(Scoring::Curve(..)) => None,
        Some(Scoring::AllOrNothing) => Some(if met { Dec::ONE } else { Dec::ZERO }),
        Some(Scoring::Rating(of)) => actual.div(*of).ok().flatten().map(|share| share.max(Dec::ZERO).min(Dec::ONE)),
        Some(Scoring::Deduct { share, per }) => {
            let times = goal.beyond(actual).ok().and_then(|beyond| beyond.whole_times(*per));
            let taken = times.and_then(|times| share.mul(times).ok());
            // What is too large takes everything.
            Some(taken.and_then(|taken| Dec::ONE.sub(taken).ok()).unwrap_or(Dec::ZERO).max(Dec::ZERO))
        }
        Some(Scoring::Proportional { none_below, cap: most, stretch: top }) => Some(if tolerated {
            Dec::ONE.min(top.unwrap_or(*most))
        } else if none_below.is_some_and(|least| attainment < least) {
            Dec::ZERO
        } else if let Some(top) = top {
            let beyond = stretch.and_then(|stretch| goal.stretched(actual, stretch, *top).ok().flatten());
            beyond.unwrap_or(attainment.min(Dec::ONE))
        } else {
            attainment.min(*most)
        }),
    };
    Some(One { attainment, met, fraction })
}

/// The numbers near which a target changes what an actual comes to.
pub(crate) fn edges(target: &Target, low: Dec, high: Dec) -> Vec<Dec> {
    let mut edges = vec![low];
    if matches!(target.kind, TargetKind::Between(..)) {
        edges.push(high);
    }
    if let Some(tolerance) = &target.tolerance {
        let by = |bound: Dec| match tolerance {
            Tolerance::Share(share) => bound.abs().mul(*share).ok(),
            Tolerance::Absolute(amount) => Some(*amount),
        };
        let lower = matches!(target.kind, TargetKind::Compare(CompareOp::Ge | CompareOp::Gt, _));
        let moved =
            |bound: Dec, down: bool| by(bound).and_then(|by| if down { bound.sub(by) } else { bound.add(by) }.ok());
        edges.extend(moved(low, lower));
    }
    edges
}

/// Whether a combination of parts or lines weighs them.
pub(crate) const fn weighs(how: Combine) -> bool {
    matches!(how, Combine::Sum)
}
