//! Cards of shorter periods that are lines of longer ones.

use std::sync::Arc;

use kpi_base::{Text, text};
use kpi_check::model::{RollUp, ScorecardId};
use kpi_value::{Dec, Overflow, Period};
use rustc_hash::FxHashMap;

use super::{Mark, Members, get};
use crate::{Evaluator, Scored};

/// The cards of shorter periods that a run has scored before the longer ones.
#[derive(Clone, Debug, Default)]
pub struct ShorterCards {
    of: FxHashMap<ScorecardId, FxHashMap<Arc<str>, Vec<ShorterCard>>>,
}

/// What a card of a shorter period came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShorterCard {
    /// Its period.
    pub period: Period,
    /// Its final score, and its final attainment; none if it is incomplete.
    pub result: Option<(Dec, Dec)>,
}

/// Of each card of a longer period the shorter ones inside, in the order of time, and how they become one.
#[derive(Clone, Debug)]
pub struct RolledCards {
    /// How.
    pub how: RollUp,
    /// One entry a card.
    pub inside: Vec<Vec<ShorterCard>>,
}

impl ShorterCards {
    /// Adds all cards of a stage.
    pub fn add(&mut self, scored: &Scored<'_>) {
        for cards in scored.cards() {
            let of = self.of.entry(cards.scorecard).or_default();
            for row in 0..cards.len() {
                let Some(cell) = cards.members.cell(row) else { continue };
                let Some(period) = scored.period(cards.members.spine, cell) else { continue };
                let result = get(&cards.score, row).zip(get(&cards.attainment, row));
                let subject: Arc<str> = scored.subject(cards.members.spine, cell).into();
                of.entry(subject).or_default().push(ShorterCard { period, result });
            }
        }
    }

    /// The shorter cards inside of each card of a longer period.
    pub(super) fn inside(&self, ev: &Evaluator<'_>, members: &Members, card: ScorecardId) -> Vec<Vec<ShorterCard>> {
        let (spine, times) = (ev.spine(members.spine), ev.timeline_of(members.spine));
        let calendar = &ev.model.policy.calendar;
        let kind = ev.model.scorecards[card].period;
        let of_cell = |cell: usize| {
            let whole = times.periods.get(spine.period(cell)).copied()?;
            let (first, last) = calendar.parts(whole, kind)?;
            let all = self.of.get(&card)?.get(spine.keys.get(spine.entity(cell))?)?;
            let inside = all.iter().filter(|card| (first.index..=last.index).contains(&card.period.index));
            Some(inside.copied().collect())
        };
        members.cells.iter().map(|&cell| of_cell(cell as usize).unwrap_or_default()).collect()
    }
}

/// What shorter cards come to: those that are incomplete are left out; none if nothing is left.
///
/// # Errors
/// [`Overflow`] if a sum leaves the range.
pub(super) fn roll_up(how: RollUp, inside: &[ShorterCard]) -> Result<Option<Mark>, Overflow> {
    let results: Vec<(Dec, Dec)> = inside.iter().filter_map(|card| card.result).collect();
    let count = Dec::int(i64::try_from(results.len()).unwrap_or(i64::MAX));
    let fold = |values: Vec<Dec>| match how {
        RollUp::Worst => Ok(values.into_iter().min()),
        _ => values.into_iter().try_fold(Dec::ZERO, Dec::add)?.div(count),
    };
    if results.is_empty() {
        return Ok(None);
    }
    let score = fold(results.iter().map(|(score, _)| *score).collect())?;
    let attainment = fold(results.iter().map(|(_, attainment)| *attainment).collect())?;
    let Some((score, attainment)) = score.zip(attainment) else { return Ok(None) };
    Ok(Some(Mark { fraction: score.mul(Dec::percent(1))?, attainment }))
}

/// How shorter cards become one, in words.
pub(crate) fn how_words(rolled: &RolledCards, row: usize) -> Text {
    let inside = rolled.inside.get(row).map(Vec::as_slice).unwrap_or_default();
    let (counted, all) = (inside.iter().filter(|card| card.result.is_some()).count(), inside.len());
    let how = match rolled.how {
        RollUp::Worst => text!("the lowest"),
        _ => text!("the mean"),
    };
    text!("{how}; {counted} of {all} periods count", how, counted, all)
}
