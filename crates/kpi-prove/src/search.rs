//! Samples at the breakpoints of a policy: where a claim fails, it fails at one of them or beside it.

use kpi_base::{Text, text};
use kpi_check::model::{
    CompareOp, Curve, CurveKind, Expr, ExprKind, Incentive, IndicatorField, IndicatorId, Model, Scoring, StepBound,
    Target, TargetKind, Type,
};
use kpi_check::ranges::Ranges;
use kpi_value::{Dec, Value};

use crate::cases::{Case, Choice};
use crate::curve::ulp;
use crate::goal::{Better, edges};
use crate::inputs::{Inputs, Kind, hang_together};
use crate::replay::{Outcome, Sample, Subject, replay};
use crate::scene::Scene;
use crate::value::Range;
use crate::words::any;

/// A search in one case.
pub(crate) struct Search<'a, 'm> {
    pub subject: Subject,
    pub case: &'a Case,
    pub inputs: &'a Inputs<'m>,
    model: &'m Model,
    /// Everything that is not measured by an indicator has its usual value here.
    scene: Scene<'a>,
    /// The values of every input that nothing else is said of.
    usual: Sample,
    /// For each input that an indicator measures, what it may be, from the worst to the best.
    ladders: Vec<Vec<Dec>>,
    /// For each such input the worst and the best by far, where it has no limit.
    far: Vec<Option<(Dec, Dec)>>,
    /// The shares of the card of the indicators on it, by their places in [`Inputs::lines`].
    shares: Vec<Option<Dec>>,
    cuts: Vec<Dec>,
}

/// A target with its numbers.
#[derive(Clone, Copy)]
struct Point<'t> {
    target: &'t Target,
    low: Dec,
    high: Dec,
    stretch: Option<Dec>,
}

/// How many values of an input are tried.
const RUNGS: usize = 24;
/// How many samples are evaluated at once.
const SAMPLES: usize = 3000;
/// How many numbers are computed for one search.
const WORK: usize = 400_000;

impl<'a, 'm: 'a> Search<'a, 'm> {
    pub fn new(
        (model, ranges): (&'m Model, &'m Ranges<'m>),
        subject: Subject,
        case: &'a Case,
        inputs: &'a Inputs<'m>,
    ) -> Search<'a, 'm> {
        let mut scene: Scene<'a> = Scene::new(model, ranges, case);
        let mut usual: Sample = Vec::with_capacity(inputs.list.len());
        for input in &inputs.list {
            let value = match case.choices.get(&input.print) {
                Some(Choice::Members(members)) => members.first().map(|member| Value::Member(*member)),
                Some(_) => None,
                None => input.usual(),
            };
            if let (Some(value), Kind::Read(_) | Kind::Attribute(_)) = (&value, &input.kind) {
                scene.pins.insert(input.print.clone(), value.clone());
            }
            usual.push(value);
        }
        let mut cuts = Vec::new();
        if let Some((incentive, card)) = subject.incentive.zip(subject.card) {
            let incentive: &Incentive = &model.incentives[incentive];
            cuts = scene.cuts(incentive, card);
            cuts.retain(|cut| *cut >= Dec::percent(5) && *cut <= Dec::int(3));
        }
        let mut search = Search {
            subject,
            case,
            inputs,
            model,
            scene,
            usual,
            ladders: Vec::new(),
            far: Vec::new(),
            shares: Vec::new(),
            cuts,
        };
        search.ladders = (0..inputs.list.len()).map(|place| search.ladder(place)).collect();
        search.far = (0..inputs.list.len()).map(|place| search.far_away(place)).collect();
        search.shares = inputs.lines.iter().map(|line| search.share(&line.weights)).collect();
        search
    }

    /// A scene in which everything that no indicator measures has its usual value.
    pub fn usual_scene(&self) -> Scene<'a> {
        self.scene.inside()
    }

    fn share(&self, weights: &[&kpi_check::model::ByNumber]) -> Option<Dec> {
        let mut share = Dec::ONE;
        for table in weights {
            let weight = self.case.rows(table, None).first().copied().copied()?;
            share = share.mul(weight).ok()?;
        }
        Some(share).filter(|share| !share.is_zero())
    }

    fn point(&self, id: IndicatorId) -> Option<Point<'m>> {
        let target = self.scene_targets(id)?;
        let number = |e: &Expr| self.scene.number(e).range.as_point();
        let (low, high) = match &target.kind {
            TargetKind::Compare(_, bound) => (number(bound)?, Dec::ZERO),
            TargetKind::Between(low, high, _) => (number(low)?, number(high)?),
        };
        Some(Point { target, low, high, stretch: target.stretch.as_ref().and_then(number) })
    }

    fn scene_targets(&self, id: IndicatorId) -> Option<&'m Target> {
        let table = self.model.indicators[id].target.as_ref()?;
        self.case.rows(table, None).first().copied()?.as_ref()
    }

    /// The actual at which an indicator attains so much of its target.
    fn actual_at(&self, id: IndicatorId, level: Dec) -> Option<Dec> {
        let point = self.point(id)?;
        match &point.target.kind {
            TargetKind::Compare(CompareOp::Le | CompareOp::Lt, _) => point.low.div(level).ok().flatten(),
            TargetKind::Compare(..) => point.low.mul(level).ok(),
            TargetKind::Between(..) if level >= Dec::ONE => Some(point.low),
            TargetKind::Between(..) => point.low.mul(level).ok(),
        }
    }

    /// The expressions besides lines that may read an indicator: vetoes, points, pays.
    fn each_condition(&self, visit: &mut dyn FnMut(&Expr)) {
        if let Some(card) = self.subject.card.map(|card| &self.model.scorecards[card]) {
            card.vetoes.iter().for_each(|veto| visit(&veto.condition));
            card.adjustments.iter().for_each(|adjustment| visit(&adjustment.value));
        }
        if let Some(incentive) = self.subject.incentive {
            crate::pay::each_expr(&self.model.incentives[incentive], &mut |e| visit(e));
        }
    }

    /// What an input may be, from the worst to the best; nothing for what no indicator measures.
    fn ladder(&self, place: usize) -> Vec<Dec> {
        let Some(input) = self.inputs.list.get(place).filter(|input| matches!(input.ty, Type::Number(_))) else {
            return Vec::new();
        };
        let Some(&id) = input.indicators.first() else { return Vec::new() };
        let mut near: Vec<Dec> = Vec::new();
        let mut marks: Vec<Dec> = Vec::new();
        for &id in &input.indicators {
            let point = self.point(id);
            if let Some(point) = point {
                marks.extend(edges(point.target, point.low, point.high));
                marks.extend(point.stretch);
            }
            let own = &self.model.indicators[id].scoring;
            let placed = self.inputs.lines.iter().filter(|line| line.indicator == id).map(|line| line.scoring);
            for scoring in placed.chain([own]) {
                match scoring {
                    Scoring::Curve(field, curve) => {
                        let xs = curve_points(curve);
                        match field {
                            kpi_check::model::LineField::Actual => marks.extend(xs),
                            kpi_check::model::LineField::Attainment => {
                                marks.extend(xs.into_iter().filter_map(|x| self.actual_at(id, x)));
                            }
                        }
                    }
                    Scoring::Proportional { none_below, cap, .. } => {
                        let levels = none_below.iter().chain([cap]);
                        marks.extend(levels.filter_map(|level| self.actual_at(id, *level)));
                    }
                    Scoring::Deduct { per, .. } => {
                        if let Some(point) = point {
                            marks.extend(point.low.add(*per).ok());
                            marks.extend(point.low.sub(*per).ok());
                        }
                    }
                    Scoring::Rating(of) => marks.push(*of),
                    Scoring::AllOrNothing => {}
                }
            }
            for cut in &self.cuts {
                near.extend(self.actual_at(id, *cut));
            }
            let (mut actuals, mut levels) = (Vec::new(), Vec::new());
            self.each_condition(&mut |e| mentioned(e, id, &mut actuals, &mut levels));
            marks.extend(actuals);
            marks.extend(levels.into_iter().filter_map(|level| self.actual_at(id, level)));
        }
        near.extend(marks.iter().copied());
        let grain = if input.whole {
            Dec::ONE
        } else if input.ty == Type::MONEY {
            Dec::percent(1)
        } else {
            ulp()
        };
        let mut rungs: Vec<Dec> = Vec::new();
        let largest = near.iter().map(|x| x.abs()).max().unwrap_or(Dec::int(10)).max(Dec::ONE);
        let far = largest.mul(Dec::int(4)).unwrap_or(largest);
        rungs.push(input.range.low.unwrap_or(if far > Dec::ZERO {
            Dec::ZERO.sub(far).unwrap_or(Dec::ZERO)
        } else {
            far
        }));
        rungs.push(input.range.high.unwrap_or(far));
        for mark in near {
            rungs.extend([Some(mark), mark.sub(grain).ok(), mark.add(grain).ok()].into_iter().flatten());
            // Enough to move the attainment of a card by a digit.
            rungs.extend(mark.mul(Dec::percent(99)).ok());
            rungs.extend(mark.mul(Dec::percent(101)).ok());
        }
        let mut rungs: Vec<Dec> = rungs.into_iter().map(|x| input.can_be(x, false)).collect();
        rungs.sort_unstable();
        rungs.dedup();
        if rungs.len() > RUNGS * 4 {
            let step = rungs.len() / (RUNGS * 4) + 1;
            let last = rungs.last().copied();
            rungs = rungs.into_iter().step_by(step).collect();
            rungs.extend(last);
            rungs.dedup();
        }
        match self.scene.better(id) {
            Better::Higher => {}
            Better::Lower => rungs.reverse(),
            // To the band from below, then to it from above.
            Better::Nearer => rungs.sort_by_key(|x| {
                let (side, distance) = self.distance(id, *x);
                (side > 0, std::cmp::Reverse(distance))
            }),
        }
        rungs
    }

    /// The ends of a ladder, so far away that nothing is left of a share, and that no commission is too small.
    fn far_away(&self, place: usize) -> Option<(Dec, Dec)> {
        let (input, ladder) = (self.inputs.list.get(place)?, self.ladders.get(place)?);
        let (first, last) = (*ladder.first()?, *ladder.last()?);
        let away = |x: Dec| {
            let unlimited = if x.is_negative() { input.range.low.is_none() } else { input.range.high.is_none() };
            if unlimited { x.mul(Dec::int(100_000)).unwrap_or(x) } else { x }
        };
        Some((away(first), away(last))).filter(|far| *far != (first, last))
    }

    /// On which side of its band an actual lies, and how far from it.
    fn distance(&self, id: IndicatorId, x: Dec) -> (i32, Dec) {
        let Some(point) = self.point(id) else { return (0, Dec::ZERO) };
        let high = if matches!(point.target.kind, TargetKind::Between(..)) { point.high } else { point.low };
        if x < point.low {
            (-1, point.low.sub(x).unwrap_or(Dec::ZERO))
        } else if x > high {
            (1, x.sub(high).unwrap_or(Dec::ZERO))
        } else {
            (0, Dec::ZERO)
        }
    }

    /// Whether one actual is better than another.
    fn is_better(&self, id: IndicatorId, than: Dec, x: Dec) -> bool {
        match self.scene.better(id) {
            Better::Higher => x > than,
            Better::Lower => x < than,
            // Which of two sides is better nobody says.
            Better::Nearer => {
                let ((side, distance), (other, further)) = (self.distance(id, x), self.distance(id, than));
                other != 0 && (side == 0 || side == other && distance < further)
            }
        }
    }

    fn with(&self, choose: impl Fn(usize, &[Dec]) -> Option<Dec>) -> Sample {
        let mut sample = self.usual.clone();
        for (place, (slot, ladder)) in sample.iter_mut().zip(&self.ladders).enumerate() {
            if !ladder.is_empty()
                && let Some(x) = choose(place, ladder)
            {
                *slot = Some(Value::Dec(x));
            }
        }
        sample
    }

    fn worst(&self) -> Sample {
        self.with(|_, ladder| ladder.first().copied())
    }

    fn best(&self) -> Sample {
        self.with(|_, ladder| ladder.last().copied())
    }

    /// Everybody at one attainment, so far as attainments can be chosen; where one input stays at its target.
    fn level(&self, level: Dec, fixed: Option<usize>) -> Option<Sample> {
        let (mut given, mut chosen) = (Dec::ZERO, Dec::ZERO);
        for (line, share) in self.inputs.lines.iter().zip(&self.shares) {
            let Some(share) = share.filter(|_| line.adds) else { continue };
            let place = self.inputs.place_of(line.indicator);
            let free = matches!(line.scoring, Scoring::Proportional { .. } | Scoring::Curve(..))
                && self.point(line.indicator).is_some()
                && place != fixed;
            if free {
                chosen = chosen.add(share).ok()?;
            } else {
                given = given.add(share).ok()?;
            }
        }
        let own = if chosen.is_zero() { level } else { level.sub(given).ok()?.div(chosen).ok()?? };
        if own <= Dec::ZERO {
            return None;
        }
        Some(self.with(|place, ladder| {
            let input = self.inputs.list.get(place)?;
            let id = *input.indicators.first()?;
            let level = if Some(place) == fixed { Dec::ONE } else { own };
            let up = self.scene.better(id) == Better::Higher;
            self.actual_at(id, level).map(|x| input.can_be(x, up)).or(ladder.last().copied())
        }))
    }

    /// Samples of everything at once: the worst, the best, and every attainment at which something changes.
    pub fn ground(&self) -> Vec<Sample> {
        let mut samples = vec![self.worst(), self.best()];
        samples.extend(self.level(Dec::ONE, None));
        let step = Dec::percent(1).mul(Dec::percent(1)).unwrap_or(Dec::ZERO);
        for cut in &self.cuts {
            for level in [Some(*cut), cut.sub(step).ok(), cut.add(step).ok()].into_iter().flatten() {
                samples.extend(self.level(level, None));
            }
        }
        samples
    }

    /// Samples in which one input differs from the best, or from the worst; and those by far.
    pub fn around(&self) -> Vec<Sample> {
        let mut samples = self.ground();
        let far = |best: bool| {
            self.with(|place, ladder| {
                let end = if best { ladder.last() } else { ladder.first() };
                let far = self.far.get(place).copied().flatten();
                far.map(|(low, high)| if best { high } else { low }).or(end.copied())
            })
        };
        samples.extend([far(false), far(true)]);
        let most = (WORK / self.inputs.list.len().max(1)).min(SAMPLES);
        for start in [self.best(), self.worst()] {
            for (place, input) in self.inputs.list.iter().enumerate() {
                let ladder = self.ladders.get(place).map(Vec::as_slice).unwrap_or_default();
                let values: Vec<Value> =
                    if ladder.is_empty() { others(input) } else { ladder.iter().map(|x| Value::Dec(*x)).collect() };
                for value in values {
                    if samples.len() >= most {
                        return samples;
                    }
                    let mut sample = start.clone();
                    if let Some(slot) = sample.get_mut(place) {
                        *slot = Some(value);
                    }
                    samples.push(sample);
                }
            }
        }
        samples
    }

    /// For each surrounding of an input the samples in which it gets better.
    pub fn climbs(&self, place: usize) -> Vec<Vec<Sample>> {
        let mut starts = vec![self.best(), self.worst()];
        starts.extend(self.level(Dec::ONE, Some(place)));
        for cut in &self.cuts {
            starts.extend(self.level(*cut, Some(place)));
        }
        let ladder = self.ladders.get(place).map(Vec::as_slice).unwrap_or_default();
        let climb = |start: &Sample| {
            let at = |x: &Dec| {
                let mut sample = start.clone();
                if let Some(slot) = sample.get_mut(place) {
                    *slot = Some(Value::Dec(*x));
                }
                sample
            };
            ladder.iter().map(at).collect()
        };
        starts.truncate((WORK / (ladder.len() * self.inputs.list.len()).max(1)).clamp(2, 40));
        starts.iter().map(climb).collect()
    }

    pub fn evaluate(&self, samples: &[Sample]) -> Vec<Outcome> {
        replay(self.model, self.subject, self.case, self.inputs, samples)
    }

    /// Two samples of which the second one is better in one input, and what a result falls from and to.
    pub fn falling(&self, place: usize, of: &dyn Fn(&Outcome) -> Option<Dec>) -> Option<(Sample, Sample, Dec, Dec)> {
        let climbs = self.climbs(place);
        let all: Vec<Sample> = climbs.iter().flatten().cloned().collect();
        let outcomes = self.evaluate(&all);
        let id = *self.inputs.list.get(place)?.indicators.first()?;
        let mut outcomes = outcomes.iter();
        let mut found: Option<(Sample, Sample, Dec, Dec)> = None;
        for climb in &climbs {
            let mut last: Option<(&Sample, Dec)> = None;
            for sample in climb {
                let Some(value) = outcomes.next().and_then(of) else { continue };
                if let Some((worse, before)) = last
                    && value < before
                    && self.improves(id, place, worse, sample)
                    && found.as_ref().is_none_or(|(_, _, from, to)| {
                        let drop = |a: Dec, b: Dec| a.sub(b).unwrap_or(Dec::ZERO);
                        drop(before, value) > drop(*from, *to)
                    })
                {
                    found = Some((worse.clone(), sample.clone(), before, value));
                }
                last = Some((sample, value));
            }
        }
        found
    }

    fn improves(&self, id: IndicatorId, place: usize, worse: &Sample, better: &Sample) -> bool {
        let at = |sample: &Sample| sample.get(place).and_then(Option::as_ref).and_then(Value::as_dec);
        at(worse).zip(at(better)).is_some_and(|(worse, better)| self.is_better(id, worse, better))
    }

    /// Two inputs of a sample that cannot be chosen independently of each other; with one given, of that one and others.
    pub fn conflict(&self, sample: &Sample, one: Option<usize>) -> Option<Text> {
        let expr = |place: usize| -> Option<&Expr> {
            match self.inputs.list.get(place)?.kind {
                Kind::Actual(id) => Some(&self.model.indicators[id].formula),
                Kind::Read(expr) => Some(expr),
                Kind::Attribute(_) => None,
            }
        };
        let zero = |place: usize| {
            let value = sample.get(place).and_then(Option::as_ref);
            value.is_some_and(|value| match value {
                Value::Dec(x) => x.is_zero(),
                Value::Bool(truth) => !truth,
                _ => false,
            })
        };
        let count = self.inputs.list.len();
        let firsts = one.map_or(0..count.min(200), |place| place..place + 1);
        for a in firsts {
            let Some(first) = expr(a) else { continue };
            for b in 0..count {
                if a == b || one.is_none() && b < a {
                    continue;
                }
                let Some(second) = expr(b) else { continue };
                if hang_together((first, zero(a)), (second, zero(b))) {
                    let name = |place: usize| self.inputs.list.get(place).map(|input| input.name.clone());
                    let (a, b) = (name(a).unwrap_or_default(), name(b).unwrap_or_default());
                    return Some(text!("{a} and {b} are made of the same rows, and may not go together so", a, b));
                }
            }
        }
        None
    }
}

/// The constants with which actuals and attainments of an indicator are compared, and the points of curves of them.
fn mentioned(expr: &Expr, id: IndicatorId, actuals: &mut Vec<Dec>, levels: &mut Vec<Dec>) {
    let reads = |e: &Expr, field: IndicatorField| {
        any(e, &mut |inner| matches!(inner.kind, ExprKind::Indicator(own, read) if own == id && read == field))
    };
    let mut note = |side: &Expr, xs: Vec<Dec>| {
        if reads(side, IndicatorField::Attainment) {
            levels.extend(&xs);
        }
        if reads(side, IndicatorField::Actual) {
            actuals.extend(xs);
        }
    };
    match &expr.kind {
        ExprKind::Compare(_, a, b) => {
            note(a, b.as_const_dec().into_iter().collect());
            note(b, a.as_const_dec().into_iter().collect());
        }
        ExprKind::InRange(x, low, high, ..) => {
            note(x, low.as_const_dec().into_iter().chain(high.as_const_dec()).collect());
        }
        ExprKind::Curve(curve, x) => note(x, curve_points(curve)),
        _ => {}
    }
    expr.children().into_iter().for_each(|child| mentioned(child, id, actuals, levels));
}

fn curve_points(curve: &Curve) -> Vec<Dec> {
    match &curve.kind {
        CurveKind::Step(rows) => rows.iter().flat_map(|row| bounds(&row.bound)).collect(),
        CurveKind::Linear(points) | CurveKind::Marginal(points) => points.iter().map(|(at, _)| *at).collect(),
    }
}

fn bounds(bound: &StepBound) -> Vec<Dec> {
    match bound {
        StepBound::Compare(_, x) => vec![*x],
        StepBound::Range(low, high, _) => vec![*low, *high],
        StepBound::Else => Vec::new(),
    }
}

/// Other values of an input that no indicator measures.
fn others(input: &crate::inputs::Input<'_>) -> Vec<Value> {
    match input.ty {
        Type::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Type::Number(_) => {
            let counted = matches!(&input.kind, Kind::Read(e) if matches!(e.kind, ExprKind::Aggregate(_)));
            let tried = if counted { [0, 1, 2, 10, 100, 10_000] } else { [-100, 0, 1, 100, 10_000, 1_000_000] };
            let inside = |x: i64| Some(Dec::int(x)).filter(|x| input.range.holds(*x));
            let ends = Range { low: input.range.low, high: input.range.high };
            tried.into_iter().filter_map(inside).chain(ends.low).chain(ends.high).map(Value::Dec).collect()
        }
        _ => Vec::new(),
    }
}
