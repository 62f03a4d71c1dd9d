//! Cards, in the order of computing of the value stage.

use kpi_check::model::{Combine, Line, LineKind, Scorecard, ScorecardId, VetoEffect, WhenMissing};
use kpi_value::Dec;

use crate::goal::weighs;
use crate::scene::Scene;
use crate::value::{Number, Range, Truth};

/// What a line earns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub weight: Number,
    pub fraction: Number,
    pub attainment: Number,
    pub met: Truth,
}

/// What is known of a card's final values; none where no subject can have a complete card.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CardValue {
    pub score: Number,
    pub attainment: Number,
    /// Whether a veto may take every pay away, and how that moves.
    pub pays_nothing: Truth,
}

/// A line with what it does without data.
struct Part {
    mark: Mark,
    when_missing: WhenMissing,
}

impl<'m> Scene<'m> {
    /// The card of a scorecard in this case; none where nobody has one.
    pub fn card(&self, id: ScorecardId) -> Option<CardValue> {
        if let Some(known) = self.cards.borrow().get(&id) {
            return Some(*known);
        }
        let model = self.model;
        let card = &model.scorecards[id];
        if card.condition.as_ref().is_some_and(|condition| !self.truth(condition).can_be_true) {
            return None;
        }
        let value = self.compute(card)?;
        self.cards.borrow_mut().insert(id, value);
        Some(value)
    }

    fn compute(&self, card: &Scorecard) -> Option<CardValue> {
        let rounding = self.model.policy.rounding;
        let mark = self.hold(Combine::Sum, &card.lines)?;
        let mut score = mark.fraction.mul(Number::point(Dec::HUNDRED));
        for adjustment in &card.adjustments {
            let points = self.number(&adjustment.value).clamp(Some(Dec::ZERO), adjustment.cap);
            score = score.add(if adjustment.deduct { points.neg() } else { points });
        }
        score = score.clamp(Some(Dec::ZERO), card.score_limit).rising(|x| x.round_with(2, rounding));
        if score.range.high.is_some() && score.range.low.is_some() {
            score.free = None;
        }
        let mut attainment = mark.attainment.rising(|x| x.round_with(4, rounding));
        let mut pays_nothing = Truth::known(false);
        for veto in &card.vetoes {
            let fires = self.truth(&veto.condition);
            match veto.effect {
                VetoEffect::ScoreZero => {
                    score = vetoed(score, fires, Number::point(Dec::ZERO));
                    attainment = vetoed(attainment, fires, Number::point(Dec::ZERO));
                }
                VetoEffect::Cap(cap) => {
                    let of_attainment = cap.mul(Dec::percent(1)).unwrap_or(cap);
                    score = vetoed(score, fires, score.clamp(None, Some(cap)));
                    attainment = vetoed(attainment, fires, attainment.clamp(None, Some(of_attainment)));
                }
                VetoEffect::PayZero => pays_nothing = pays_nothing.or(fires),
            }
        }
        Some(CardValue { score, attainment, pays_nothing })
    }

    /// What lines come to together; none where there is none of them.
    fn hold(&self, how: Combine, lines: &[Line]) -> Option<Mark> {
        let mut parts = Vec::with_capacity(lines.len());
        for line in lines {
            let Some(table) = &line.weight else { continue };
            let weights: Vec<Dec> = self.case.rows(table, None).into_iter().copied().collect();
            let weight = weights.iter().map(|weight| Range::point(*weight)).reduce(Range::join)?;
            if weight == Range::point(Dec::ZERO) {
                continue;
            }
            let mark = match &line.kind {
                LineKind::Indicator { indicator, scoring, attainment_cap } => {
                    self.mark(*indicator, scoring, *attainment_cap)
                }
                LineKind::Card(card) => self.card(*card).map(|card| {
                    let hundredth = Number::point(Dec::percent(1));
                    let whole = Truth::open(card.score.trend);
                    Mark {
                        weight: hundredth,
                        fraction: card.score.mul(hundredth),
                        attainment: card.attainment,
                        met: whole,
                    }
                }),
                LineKind::Group { combine, lines, .. } => self.hold(*combine, lines),
            };
            // A line that is not there, as its target is `none`, is no part of the card.
            let Some(mark) = mark else { continue };
            let mark = Mark { weight: Number::same(weight), ..mark };
            parts.push(Part { mark, when_missing: line.when_missing });
        }
        let plain: Vec<Mark> = parts.iter().map(Part::with_missing).collect();
        let whole = combine(how, &plain)?;
        if parts.iter().any(|part| part.when_missing == WhenMissing::Reweight) && weighs(how) {
            let fraction = Number { range: reweighted(&parts, |mark| mark.fraction.range), ..whole.fraction };
            let attainment = Number { range: reweighted(&parts, |mark| mark.attainment.range), ..whole.attainment };
            return Some(Mark { fraction, attainment, ..whole });
        }
        Some(whole)
    }
}

impl Part {
    /// What it earns, with what stands in for missing data.
    fn with_missing(&self) -> Mark {
        let instead = match self.when_missing {
            WhenMissing::Zero => Dec::ZERO,
            WhenMissing::Full => Dec::ONE,
            WhenMissing::Fail | WhenMissing::Reweight => return self.mark,
        };
        let or = |number: Number| Number { range: number.range.join(Range::point(instead)), ..number };
        let met = match self.when_missing {
            WhenMissing::Full => Truth { can_be_true: true, ..self.mark.met },
            _ => Truth { can_be_false: true, ..self.mark.met },
        };
        Mark { fraction: or(self.mark.fraction), attainment: or(self.mark.attainment), met, ..self.mark }
    }
}

/// What a number is where a veto fires, or is what it was.
fn vetoed(number: Number, fires: Truth, instead: Number) -> Number {
    match (fires.can_be_true, fires.can_be_false) {
        (false, _) => number,
        (true, false) => instead,
        _ => {
            // The vetoed value is never above the other: firing less is getting better.
            let trend = number.trend.and(instead.trend).and(fires.trend.flip());
            Number { range: number.range.join(instead.range), trend, free: number.free }
        }
    }
}

/// Makes one mark of several.
pub(crate) fn combine(how: Combine, marks: &[Mark]) -> Option<Mark> {
    let all = |of: fn(&Mark) -> Number, f: fn(Number, Number) -> Number| marks.iter().map(of).reduce(f);
    let count = Number::point(Dec::int(marks.len() as i64));
    let met = marks.iter().fold(Truth::known(true), |all, mark| all.and(mark.met));
    let (fraction, attainment) = match how {
        Combine::Sum => {
            let weighed =
                |of: fn(&Mark) -> Number| marks.iter().map(|mark| mark.weight.mul(of(mark))).reduce(Number::add);
            (weighed(|mark| mark.fraction)?, weighed(|mark| mark.attainment)?)
        }
        Combine::Worst => (all(|mark| mark.fraction, Number::min)?, all(|mark| mark.attainment, Number::min)?),
        Combine::Average => {
            (all(|mark| mark.fraction, Number::add)?.div(count), all(|mark| mark.attainment, Number::add)?.div(count))
        }
        Combine::All => {
            if marks.is_empty() {
                return None;
            }
            (met.number(), all(|mark| mark.attainment, Number::min)?)
        }
    };
    Some(Mark { weight: Number::point(Dec::ONE), fraction, attainment, met })
}

/// The range of Σ weight × value ÷ Σ weight over the lines that are there, where some may be left out: whoever raises the mean
/// is taken, one after the other.
fn reweighted(parts: &[Part], of: impl Fn(&Mark) -> Range) -> Range {
    let end = |high: bool| -> Option<Dec> {
        let (mut sum, mut weights) = (Dec::ZERO, Dec::ZERO);
        let mut optional: Vec<(Dec, Dec)> = Vec::new();
        for part in parts {
            let range = of(&part.with_missing());
            let (value, weight) = (if high { range.high? } else { range.low? }, part.mark.weight.range.as_point()?);
            if part.when_missing == WhenMissing::Reweight {
                optional.push((value, weight));
            } else {
                sum = sum.add(value.mul(weight).ok()?).ok()?;
                weights = weights.add(weight).ok()?;
            }
        }
        optional.sort_unstable();
        if high {
            optional.reverse();
        }
        let mut mean = sum.div(weights).ok()?;
        for (value, weight) in optional {
            if mean.is_some_and(|mean| if high { value <= mean } else { value >= mean }) {
                break;
            }
            sum = sum.add(value.mul(weight).ok()?).ok()?;
            weights = weights.add(weight).ok()?;
            mean = sum.div(weights).ok()?;
        }
        mean
    };
    // Sums of rounded products may lie a last digit beside the mean of the ends.
    let slack = Dec::from_units(parts.len() as i128).unwrap_or(Dec::ZERO);
    let low = end(false).and_then(|low| low.sub(slack).ok());
    Range { low, high: end(true).and_then(|high| high.add(slack).ok()) }
}
