//! Incentives: pays, their totals, and who is paid nothing or held.

mod total;

use std::sync::Arc;

use kpi_base::codes::run::{PAID_TWICE, SCORE_OVERFLOW};
use kpi_base::{Diagnostic, Text, text};
use kpi_check::model::{Audience, Incentive, IncentiveId, MidPeriod, Model, ScorecardId, Sharing, VetoEffect};
use kpi_value::{Dec, Overflow};
use rustc_hash::FxHashMap;

use crate::cards::{Cards, Members, get, members};
use crate::findings::{name_some, subjects_text};
use crate::{At, Column, Evaluator};

pub use total::Standing;
pub(crate) use total::sum;
use total::{Limits, pay, total};

/// What an incentive pays for the cards of one scorecard, or to a roster: one entry a row of its members.
#[derive(Clone, Debug)]
pub struct Pays {
    /// The incentive.
    pub incentive: IncentiveId,
    /// The scorecard for whose cards it pays; none for a roster.
    pub card: Option<ScorecardId>,
    /// Whom it pays: for a scorecard the members of its cards, row by row.
    pub members: Members,
    /// Whether they are paid.
    pub standing: Vec<Standing>,
    /// With `share by stint`, for each row the days of its card and those of all cards of its subject.
    pub shares: Option<Vec<Option<(Dec, Dec)>>>,
    /// For each pay the rounded amounts; none where they are held.
    pub pays: Vec<Vec<Option<Dec>>>,
    /// The totals after cap and floor; none where they are held.
    pub total: Vec<Option<Dec>>,
}

/// Computes an incentive for each of its scorecards, or for its roster.
pub(crate) fn pay_incentive(
    ev: &mut Evaluator<'_>,
    id: IncentiveId,
    cards: &[Option<Cards>],
    findings: &mut Vec<Diagnostic>,
) -> Vec<Pays> {
    let model = ev.model;
    let incentive = &model.incentives[id];
    let name = (incentive.title.name.as_str(), incentive.title.span);
    let mut done = Vec::new();
    match &incentive.audience {
        Audience::Table(table, condition) => {
            let members = members(ev, (*table, MidPeriod::Last), condition.as_ref(), name, findings);
            done.push(start(ev, incentive, id, None, members, |_| Standing::Paid));
        }
        Audience::Cards(ids) => {
            let found: Vec<&Cards> =
                ids.iter().filter_map(|card| cards.get(card.index()).and_then(Option::as_ref)).collect();
            let once = incentive.sharing == Sharing::Once;
            let twice = if once { reached_twice(ev, &found) } else { Reached::default() };
            report_twice(ev, incentive, &found, &twice, findings);
            for &card in &found {
                let standing = |row: usize| {
                    let cell = card.members.cell(row).unwrap_or_default();
                    let held = get(&card.score, row).is_none()
                        || !twice.is_empty() && twice.contains_key(&subject_of(ev, &card.members, cell));
                    match held {
                        true => Standing::Held,
                        false if pay_vetoed(model, card, row) => Standing::Nothing,
                        false => Standing::Paid,
                    }
                };
                let standing: Vec<Standing> = (0..card.len()).map(standing).collect();
                let at_row = |row: usize| standing.get(row).copied().unwrap_or(Standing::Held);
                let mut pays = start(ev, incentive, id, Some(card.scorecard), card.members.clone(), at_row);
                if incentive.sharing == Sharing::ByStint {
                    pays.shares = Some(shares_by_stint(ev, &found, card));
                }
                done.push(pays);
            }
        }
    }
    for pays in &mut done {
        if compute(ev, incentive, pays).is_err() {
            let message = text!("a pay of `{incentive}` is too large to be computed", incentive = incentive.title.name);
            let finding = Diagnostic::new(SCORE_OVERFLOW, message).label(incentive.title.span, text!("this incentive"));
            findings.push(finding.help(text!("look for a wrong unit or scale in the data")));
            let rows = pays.members.cells.len();
            pays.pays = vec![vec![None; rows]; incentive.pays.len()];
            pays.total = vec![None; rows];
        }
        hand_in(ev, pays);
    }
    done
}

/// The pays before any is computed: who is paid, with the eligibility.
fn start(
    ev: &mut Evaluator<'_>,
    incentive: &Incentive,
    id: IncentiveId,
    card: Option<ScorecardId>,
    members: Members,
    standing: impl Fn(usize) -> Standing,
) -> Pays {
    let at = context(&members, card);
    let eligible = incentive.condition.as_ref().map(|condition| ev.column(condition, at));
    let of = |(row, &cell): (usize, &u32)| match standing(row) {
        Standing::Paid => match eligible.as_ref().map_or(Some(true), |column| column.bool(cell as usize)) {
            Some(true) => Standing::Paid,
            Some(false) => Standing::Nothing,
            None => Standing::Held,
        },
        other => other,
    };
    let standing = members.cells.iter().enumerate().map(of).collect();
    Pays { incentive: id, card, members, standing, shares: None, pays: Vec::new(), total: Vec::new() }
}

/// In which context the formulas of an incentive are read.
pub(crate) fn context(members: &Members, card: Option<ScorecardId>) -> At {
    let at = At::spine(members.spine);
    card.map_or(at, |card| at.card(card))
}

fn compute(ev: &mut Evaluator<'_>, incentive: &Incentive, pays: &mut Pays) -> Result<(), Overflow> {
    let at = context(&pays.members, pays.card);
    let rounding = ev.rounding();
    let digits = ev.model.policy.currency.digits;
    let cells: Vec<usize> = pays.members.cells.iter().map(|&cell| cell as usize).collect();
    for each in &incentive.pays {
        let column = ev.column(&each.value, at);
        let mut amounts = Vec::with_capacity(cells.len());
        for (row, (&cell, &standing)) in cells.iter().zip(&pays.standing).enumerate() {
            let whole = column.dec(cell);
            let part = match &pays.shares {
                None => whole,
                Some(shares) => match whole.zip(get(shares, row)) {
                    Some((whole, (own, all))) => whole.mul_div(own, all)?,
                    None => None,
                },
            };
            amounts.push(pay(standing, part, each.round_to, rounding));
        }
        pays.pays.push(amounts);
    }
    let cap = incentive.cap.as_ref().map(|cap| ev.column(cap, at));
    let floor = incentive.floor.as_ref().map(|floor| ev.column(floor, at));
    for (row, (&cell, &standing)) in cells.iter().zip(&pays.standing).enumerate() {
        // What is paid is a whole number of the currency's minor units, whatever bounds it.
        let limit = |column: &Arc<Column>| column.dec(cell).map(|amount| amount.round_with(digits, rounding));
        let limits = Limits { cap: cap.as_ref().map(limit), floor: floor.as_ref().map(limit) };
        let amounts = pays.pays.iter().map(|column| get(column, row));
        pays.total.push(total(standing, amounts, limits)?);
    }
    Ok(())
}

/// Whether a veto takes every pay of a card away.
pub(crate) fn pay_vetoed(model: &Model, cards: &Cards, row: usize) -> bool {
    let vetoes = model.scorecards[cards.scorecard].vetoes.iter().zip(&cards.vetoes);
    vetoes.into_iter().any(|(veto, fired)| veto.effect == VetoEffect::PayZero && get(fired, row) == Some(true))
}

/// The subjects that an incentive reaches in a period, by entity and index of the period, with the rows of the cards by which
/// it does: the place of the scorecard, and the row.
type Reached = FxHashMap<(usize, i32), Vec<(usize, usize)>>;

/// Who is reached by several cards; nobody if there is just one scorecard, whose cards are whole periods.
fn reached_twice(ev: &Evaluator<'_>, cards: &[&Cards]) -> Reached {
    let is_split = |cards: &&Cards| ev.spine(cards.members.spine).is_split();
    if cards.len() < 2 && !cards.iter().any(is_split) {
        return Reached::default();
    }
    let mut reached = Reached::default();
    for (place, cards) in cards.iter().enumerate() {
        for (row, &cell) in cards.members.cells.iter().enumerate() {
            reached.entry(subject_of(ev, &cards.members, cell as usize)).or_default().push((place, row));
        }
    }
    reached.retain(|_, rows| rows.len() > 1);
    reached
}

/// The entity of a cell and the index of its period.
fn subject_of(ev: &Evaluator<'_>, members: &Members, cell: usize) -> (usize, i32) {
    let spine = ev.spine(members.spine);
    let period = ev.timeline_of(members.spine).periods.get(spine.period(cell));
    (spine.entity(cell), period.map_or(0, |period| period.index))
}

fn report_twice(
    ev: &Evaluator<'_>,
    incentive: &Incentive,
    cards: &[&Cards],
    twice: &Reached,
    findings: &mut Vec<Diagnostic>,
) {
    let judged = twice.iter().filter(|((_, period), _)| *period >= ev.plan.from.index);
    let mut found: Vec<_> = judged.map(|((entity, period), rows)| (*period, *entity, rows)).collect();
    found.sort_unstable_by_key(|(period, entity, _)| (*period, *entity));
    let Some((_, _, rows)) = found.first() else { return };
    let mut places: Vec<usize> = rows.iter().map(|(place, _)| *place).collect();
    places.dedup();
    let titles = places.iter().filter_map(|&place| cards.get(place));
    let titles: Vec<_> = titles.map(|cards| &ev.model.scorecards[cards.scorecard].title).collect();
    let names: Vec<Text> = titles.iter().map(|title| Text::quoted(&title.name)).collect();
    let (count, name) = (subjects_text(found.len()), &incentive.title.name);
    let (message, help) = if let [card] = names.as_slice() {
        (
            text!("`{name}` reaches {count} through the cards of several stints of {card}", name, count, card),
            text!(
                "write `share by stint` to pay each card its part of the period, or `per card` if each of them pays in full"
            ),
        )
    } else {
        let cards = Text::and_list(&names);
        (
            text!("`{name}` reaches {count} through two cards: {cards}", name, count, cards),
            text!(
                "make the scorecards exclude each other, name the cards that pay, or write `per card` if each of them pays"
            ),
        )
    };
    let cells = found.iter().filter_map(|(_, _, rows)| {
        let &(place, row) = rows.first()?;
        let members = &cards.get(place)?.members;
        Some((members.spine, members.cell(row)?))
    });
    let cells: Vec<_> = cells.collect();
    let spine = cells.first().map_or(kpi_plan::SpineId(0), |(spine, _)| *spine);
    let of_spine: Vec<usize> = cells.iter().filter(|(own, _)| *own == spine).map(|(_, cell)| *cell).collect();
    let who = name_some(ev, spine, &of_spine);
    let mut finding = Diagnostic::new(PAID_TWICE, message).label(incentive.title.span, text!("twice for {who}", who));
    for title in titles {
        finding = finding.label(title.span, text!("pays by this card"));
    }
    findings.push(finding.help(help));
}

/// For each row of the cards of one scorecard the days of its stint and those of all cards of its subject, which share a pay.
fn shares_by_stint(ev: &Evaluator<'_>, all: &[&Cards], own: &Cards) -> Vec<Option<(Dec, Dec)>> {
    let mut sums: FxHashMap<(usize, i32), Dec> = FxHashMap::default();
    for cards in all {
        let days = ev.stint_days(cards.members.spine);
        for &cell in &cards.members.cells {
            let sum = sums.entry(subject_of(ev, &cards.members, cell as usize)).or_default();
            *sum = days.dec(cell as usize).and_then(|days| sum.add(days).ok()).unwrap_or(*sum);
        }
    }
    let days = ev.stint_days(own.members.spine);
    let share = |&cell: &u32| {
        let all = sums.get(&subject_of(ev, &own.members, cell as usize)).copied()?;
        Some((days.dec(cell as usize)?, all))
    };
    own.members.cells.iter().map(share).collect()
}

/// Hands pays and totals in over the whole spine, for the conditions of rules.
fn hand_in(ev: &mut Evaluator<'_>, pays: &Pays) {
    let cells = ev.spine(pays.members.spine).cells();
    let over_spine = |column: &[Option<Dec>]| {
        let mut values = vec![None; cells];
        for (&cell, &amount) in pays.members.cells.iter().zip(column) {
            if let Some(slot) = values.get_mut(cell as usize) {
                *slot = amount;
            }
        }
        Arc::new(Column::Dec(values))
    };
    for (place, column) in pays.pays.iter().enumerate() {
        ev.set_pay(pays.incentive, Some(place as u32), pays.card, pays.members.spine, over_spine(column));
    }
    ev.set_pay(pays.incentive, None, pays.card, pays.members.spine, over_spine(&pays.total));
}
