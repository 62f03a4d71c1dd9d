//! Lines, groups and the score of a card, in the order of computing.

use std::rc::Rc;
use std::sync::Arc;

use kpi_check::model::{Combine, Line, LineKind, MidPeriod, ScorecardId, VetoEffect, WhenMissing};
use kpi_results::{Card, CardStatus, Line as Shown, LineStatus, Quantity, Stint, SubPeriod};
use kpi_value::{Dec, Period};

use super::indicators::Goal;
use super::stages::roll_up;
use super::time::{Days, When};
use super::{Fault, Interpreter, Place, Who};

/// A card before pay and rules.
pub(super) struct Marked {
    pub card: Card,
    /// What of the period it covers.
    pub when: When,
    /// Whether a veto takes every pay.
    pub pay_zero: bool,
}

/// What a line earned: the fraction of its weight, and the attainment that counts for the card.
type Mark = (Dec, Dec);

/// A line on a card.
struct Entry {
    shown: Shown,
    /// None for a line that is only watched.
    weight: Option<Option<Dec>>,
    mark: Option<Mark>,
    met: bool,
    when_missing: WhenMissing,
}

impl Interpreter<'_> {
    /// All cards of a scorecard in a period: one for each subject on the roster that meets the condition, as of its last or
    /// first valid day; or one for each of its stints that does.
    pub(super) fn cards(&self, id: ScorecardId, period: Period) -> Result<Rc<Vec<Marked>>, Fault> {
        if let Some(known) = self.cards.borrow().get(&(id, period)) {
            return Ok(known.clone());
        }
        let scorecard = &self.model.scorecards[id];
        let mut cards = Vec::new();
        let whole = When::whole(period);
        for key in self.subjects(scorecard.table, whole) {
            let covered = match scorecard.mid_period {
                MidPeriod::Last => vec![whole],
                MidPeriod::First => vec![When { days: Days::First, ..whole }],
                MidPeriod::Split => self.stints(scorecard.table, &key, period),
            };
            for when in covered {
                let place = Place::cell(Who::Row(scorecard.table, key.clone()), when);
                let belongs = match &scorecard.condition {
                    Some(condition) => self.truth(condition, &place)?,
                    None => Some(true),
                };
                if belongs == Some(true) {
                    cards.push(self.mark_card(id, &key, &place)?);
                }
            }
        }
        self.rank(id, &mut cards)?;
        let cards = Rc::new(cards);
        self.cards.borrow_mut().insert((id, period), cards.clone());
        Ok(cards)
    }

    /// Cards with their pay and rules, in the order of subjects.
    pub(super) fn finished_cards(&self, id: ScorecardId, period: Period) -> Result<Vec<Card>, Fault> {
        let mut finished = Vec::new();
        for marked in self.cards(id, period)?.iter() {
            let mut card = marked.card.clone();
            self.pay_card(id, period, marked, &mut card)?;
            self.judge_card(id, marked.when, &mut card)?;
            finished.push(card);
        }
        Ok(finished)
    }

    /// One card up to its vetoes: lines, groups, score = 100 × Σ weight × fraction, bonus and deduct on the score only,
    /// limits, rounding; "from here only rounded values are used".
    fn mark_card(&self, id: ScorecardId, key: &Arc<str>, place: &Place<'_>) -> Result<Marked, Fault> {
        let scorecard = &self.model.scorecards[id];
        let rounding = self.model.policy.rounding;
        let entries = self.entries(&scorecard.lines, place)?;
        let (mark, lines) = combine(Combine::Sum, entries)?;
        let mut complete = mark.is_some();
        let (fraction, attainment) = mark.unwrap_or_default();
        let mut score = fraction.mul(Dec::HUNDRED)?;
        for adjustment in &scorecard.adjustments {
            match self.number(&adjustment.value, place)? {
                Some(points) => {
                    let points = points.max(Dec::ZERO);
                    let points = adjustment.cap.map_or(points, |cap| points.min(cap));
                    score = if adjustment.deduct { score.sub(points)? } else { score.add(points)? };
                }
                None => complete = false,
            }
        }
        score = score.max(Dec::ZERO);
        score = scorecard.score_limit.map_or(score, |limit| score.min(limit));
        score = score.round_with(2, rounding);
        let mut attainment = attainment.round_with(4, rounding);
        let (mut vetoed, mut pay_zero) = (Vec::new(), false);
        for veto in &scorecard.vetoes {
            match self.truth(&veto.condition, &place.clone().in_veto())? {
                None => complete = false,
                Some(false) => {}
                Some(true) => {
                    vetoed.push(veto.title.name.clone());
                    match veto.effect {
                        VetoEffect::ScoreZero => (score, attainment) = (Dec::ZERO, Dec::ZERO),
                        VetoEffect::Cap(cap) => {
                            score = score.min(cap);
                            attainment = attainment.min(cap.mul(Dec::percent(1))?);
                        }
                        VetoEffect::PayZero => pay_zero = true,
                    }
                }
            }
        }
        let card = Card {
            scorecard: scorecard.title.name.clone(),
            subject: key.to_string(),
            period: self.model.policy.calendar.show(place.when.period),
            stint: self.shown_stint(place),
            status: if complete { CardStatus::Complete } else { CardStatus::Incomplete },
            score: complete.then_some(score),
            attainment: complete.then_some(attainment),
            grade: None,
            rank: None,
            vetoed,
            lines,
            pay: indexmap::IndexMap::new(),
            total_pay: None,
            rules: Vec::new(),
            brackets: Vec::new(),
        };
        Ok(Marked { card, when: place.when, pay_zero })
    }

    fn shown_stint(&self, place: &Place<'_>) -> Option<Stint> {
        let Days::Stint(from, to) = place.when.days else { return None };
        let days = u32::try_from(self.covered_days(&place.who, place.when)).unwrap_or_default();
        Some(Stint { from: from.to_string(), to: to.to_string(), days })
    }

    /// The lines that are on a subject's card: all but those of weight 0% and of target `none`.
    fn entries(&self, lines: &[Line], place: &Place<'_>) -> Result<Vec<Entry>, Fault> {
        let mut entries = Vec::new();
        for line in lines {
            let weight = match &line.weight {
                None => None,
                Some(table) => Some(self.pick(table, place)?.copied()),
            };
            if weight == Some(Some(Dec::ZERO)) {
                continue;
            }
            entries.extend(self.entry(line, weight, place)?);
        }
        Ok(entries)
    }

    fn entry(&self, line: &Line, weight: Option<Option<Dec>>, place: &Place<'_>) -> Result<Option<Entry>, Fault> {
        let mut entry = match &line.kind {
            LineKind::Indicator { indicator, scoring, attainment_cap } => {
                // What is on no card is not measured either.
                let declared = &self.model.indicators[*indicator];
                let plain = self.judged_here(declared, place) && declared.parts.is_none();
                if plain && matches!(self.goal(*indicator, place)?, Goal::NotJudged) {
                    return Ok(None);
                }
                let measured = self.measure(*indicator, scoring, *attainment_cap, place)?;
                if matches!(measured.goal, Goal::NotJudged) {
                    return Ok(None);
                }
                let shown = self.shown_line(*indicator, &measured, place)?;
                let (mark, met) = (measured.mark(scoring), measured.counts_as_met());
                Entry { shown, weight, mark, met, when_missing: line.when_missing }
            }
            LineKind::Card(id) if line.rolled.is_some() => {
                let cards = self.shorter_cards(*id, place)?;
                let mark = line.rolled.map(|how| roll_up(how, &cards)).transpose()?.flatten();
                let mark = match mark {
                    Some((score, attainment)) => Some((score.mul(Dec::percent(1))?, attainment)),
                    None => None,
                };
                let status = if mark.is_some() { LineStatus::Scored } else { LineStatus::NoData };
                let periods = cards.iter().map(|(period, card)| self.shown_shorter(*period, card)).collect();
                let name = &self.model.scorecards[*id].title.name;
                let shown = Shown { periods: Some(periods), ..blank(name, mark.map(|mark| mark.1), status) };
                let met = mark.is_some_and(|(fraction, _)| fraction >= Dec::ONE);
                Entry { shown, weight, mark, met, when_missing: line.when_missing }
            }
            // "A nested card gives its final score ÷ 100 and its final attainment."
            LineKind::Card(id) => {
                let cards = self.cards(*id, place.when.period)?;
                let card = own_card(&cards, place).map(|marked| &marked.card);
                let fraction = card.and_then(|card| card.score).map(|score| score.mul(Dec::percent(1))).transpose()?;
                let attainment = card.and_then(|card| card.attainment);
                let status = if fraction.is_some() { LineStatus::Scored } else { LineStatus::NoData };
                let shown = blank(&self.model.scorecards[*id].title.name, attainment, status);
                let met = fraction.is_some_and(|fraction| fraction >= Dec::ONE);
                Entry { shown, weight, mark: fraction.zip(attainment), met, when_missing: line.when_missing }
            }
            LineKind::Group { title, combine: how, lines } => {
                let entries = self.entries(lines, place)?;
                if entries.is_empty() {
                    return Ok(None);
                }
                let met = entries.iter().filter(|entry| entry.present()).all(Entry::counts_as_met);
                let (mark, lines) = combine(*how, entries)?;
                let status = match mark {
                    None => LineStatus::NoData,
                    Some(_) if met => LineStatus::Met,
                    Some(_) => LineStatus::Missed,
                };
                let shown = Shown { lines: Some(lines), ..blank(&title.name, mark.map(|mark| mark.1), status) };
                Entry { shown, weight, mark, met, when_missing: line.when_missing }
            }
        };
        if weight.is_none() {
            entry.shown.status = LineStatus::Watched;
        }
        Ok(Some(entry))
    }
}

impl Interpreter<'_> {
    fn shown_shorter(&self, period: Period, card: &Card) -> SubPeriod {
        let score = card.score.map(|score| Quantity { value: score.to_string(), unit: "points".to_owned() });
        SubPeriod {
            period: self.model.policy.calendar.show(period),
            actual: score,
            target: None,
            attainment: card.attainment,
            met: None,
        }
    }
}

/// The card of a subject among those of a scorecard: of the same stint; where only one of the two is cut into stints, the last one.
pub(super) fn own_card<'c>(cards: &'c [Marked], place: &Place<'_>) -> Option<&'c Marked> {
    let Who::Row(_, key) = &place.who else { return None };
    let mut own = cards.iter().filter(|marked| *marked.card.subject == **key);
    let split = |when: &When| matches!(when.days, Days::Stint(..));
    let same = own.clone().find(|marked| marked.when == place.when);
    // Another stint's card says nothing of this one.
    same.or_else(|| own.rfind(|marked| !(split(&marked.when) && split(&place.when))))
}

pub(super) fn blank(name: &str, attainment: Option<Dec>, status: LineStatus) -> Shown {
    Shown {
        indicator: name.to_owned(),
        actual: None,
        target: None,
        attainment,
        weight: None,
        score: None,
        status,
        lines: None,
        periods: None,
        progress: None,
        track: None,
    }
}

impl Entry {
    /// The mark that counts: "`zero` and `full` set both to 0% and 100%".
    fn counted(&self) -> Option<Mark> {
        self.mark.or(match self.when_missing {
            WhenMissing::Zero => Some((Dec::ZERO, Dec::ZERO)),
            WhenMissing::Full => Some((Dec::ONE, Dec::ONE)),
            WhenMissing::Fail | WhenMissing::Reweight => None,
        })
    }

    /// Whether it is scored: not only watched, and not left out by `reweight`.
    fn present(&self) -> bool {
        self.weight.is_some() && !self.left_out()
    }

    fn left_out(&self) -> bool {
        self.mark.is_none() && self.when_missing == WhenMissing::Reweight
    }

    fn counts_as_met(&self) -> bool {
        if self.mark.is_some() { self.met } else { self.when_missing == WhenMissing::Full }
    }
}

/// Several lines made one, and the lines with what each of them adds.
///
/// `sum`: Σ weight × fraction and likewise of the attainments; where `reweight` left a line out, ÷ Σ weight of what is
/// present. `worst`: the lowest fraction and, separately, the lowest attainment. `average`: their means. `all`: 100% if every
/// line is met, else 0%, with the attainment of `worst`. No data where a line that is to `fail` has none, where its weight
/// is unknown, and where no line is left.
fn combine(how: Combine, entries: Vec<Entry>) -> Result<(Option<Mark>, Vec<Shown>), Fault> {
    let scored: Vec<&Entry> = entries.iter().filter(|entry| entry.present()).collect();
    let reweighted = entries.iter().any(|entry| entry.weight.is_some() && entry.left_out());
    let marks: Option<Vec<(Dec, Mark)>> =
        scored.iter().map(|entry| entry.weight.flatten().zip(entry.counted())).collect();
    let all_met = scored.iter().all(|entry| entry.counts_as_met());
    let mut present = None;
    let mark = match marks {
        Some(marks) if !marks.is_empty() => {
            let n = Dec::int(marks.len() as i64);
            let mut total = Dec::ZERO;
            for (weight, _) in &marks {
                total = total.add(*weight)?;
            }
            present = reweighted.then_some(total);
            let worst = |of: fn(&Mark) -> Dec| marks.iter().map(|(_, mark)| of(mark)).min().unwrap_or_default();
            let sum = |of: fn(&Mark) -> Dec| -> Result<Dec, Fault> {
                let mut sum = Dec::ZERO;
                for (weight, mark) in &marks {
                    sum = sum.add(weight.mul(of(mark))?)?;
                }
                Ok(if reweighted { sum.div(total)?.unwrap_or_default() } else { sum })
            };
            let mean = |of: fn(&Mark) -> Dec| -> Result<Dec, Fault> {
                let mut sum = Dec::ZERO;
                for (_, mark) in &marks {
                    sum = sum.add(of(mark))?;
                }
                Ok(sum.div(n)?.unwrap_or_default())
            };
            let fraction: fn(&Mark) -> Dec = |mark| mark.0;
            let attainment: fn(&Mark) -> Dec = |mark| mark.1;
            Some(match how {
                Combine::Sum => (sum(fraction)?, sum(attainment)?),
                Combine::Worst => (worst(fraction), worst(attainment)),
                Combine::Average => (mean(fraction)?, mean(attainment)?),
                Combine::All => (if all_met { Dec::ONE } else { Dec::ZERO }, worst(attainment)),
            })
        }
        _ => None,
    };
    let mut lines = Vec::new();
    for entry in entries {
        let counted = entry.counted();
        let left_out = entry.left_out();
        let mut shown = entry.shown;
        if let Some(Some(weight)) = entry.weight
            && !left_out
        {
            let weight = match present {
                Some(total) => weight.div(total)?.unwrap_or_default(),
                None => weight,
            };
            shown.weight = Some(weight);
            shown.score = counted.map(|(fraction, _)| weight.mul(fraction)?.mul(Dec::HUNDRED)).transpose()?;
        }
        lines.push(shown);
    }
    Ok((mark, lines))
}
