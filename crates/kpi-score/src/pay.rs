//! Incentives: pays, their totals, and who is paid nothing or held.

mod total;

use std::sync::Arc;

use kpi_base::Diagnostic;
use kpi_base::codes::run::{PAID_TWICE, SCORE_OVERFLOW};
use kpi_check::model::{Audience, Incentive, IncentiveId, MidPeriod, Model, ScorecardId, Sharing, VetoEffect};
use kpi_value::{Dec, Overflow};

use crate::cards::{Cards, Members, get, members};
use crate::findings::{cards_text, name_some};
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
            let twice = if incentive.sharing != Sharing::Once { Vec::new() } else { reached_twice(&found) };
            report_twice(ev, incentive, &found, &twice, findings);
            for card in found {
                let standing = |row: usize| {
                    let cell = card.members.cell(row).unwrap_or_default();
                    let held = get(&card.score, row).is_none() || twice.get(cell).copied().unwrap_or(false);
                    match held {
                        true => Standing::Held,
                        false if pay_vetoed(model, card, row) => Standing::Nothing,
                        false => Standing::Paid,
                    }
                };
                done.push(start(ev, incentive, id, Some(card.scorecard), card.members.clone(), standing));
            }
        }
    }
    for pays in &mut done {
        if compute(ev, incentive, pays).is_err() {
            let message = format!("a pay of `{}` is too large to be computed", incentive.title.name);
            let finding = Diagnostic::new(SCORE_OVERFLOW, message).label(incentive.title.span, "this incentive");
            findings.push(finding.help("look for a wrong unit or scale in the data"));
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
    Pays { incentive: id, card, members, standing, pays: Vec::new(), total: Vec::new() }
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
        let amounts = cells.iter().zip(&pays.standing);
        let amounts = amounts.map(|(&cell, &standing)| pay(standing, column.dec(cell), each.round_to, rounding));
        pays.pays.push(amounts.collect());
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

/// For each cell whether it has more than one of these cards; empty if there is just one scorecard.
fn reached_twice(cards: &[&Cards]) -> Vec<bool> {
    let Some((first, others)) = cards.split_first() else { return Vec::new() };
    if others.is_empty() {
        return Vec::new();
    }
    let count = |cell: usize| cards.iter().filter(|c| c.members.row(cell).is_some()).count();
    (0..first.members.rows.len()).map(|cell| count(cell) > 1).collect()
}

fn report_twice(
    ev: &Evaluator<'_>,
    incentive: &Incentive,
    cards: &[&Cards],
    twice: &[bool],
    findings: &mut Vec<Diagnostic>,
) {
    let Some(first) = cards.first() else { return };
    let judged = ev.spine(first.members.spine).judged;
    let cells: Vec<usize> = (judged..twice.len()).filter(|&cell| twice.get(cell) == Some(&true)).collect();
    let Some(&one) = cells.first() else { return };
    let which = cards.iter().filter(|cards| cards.members.row(one).is_some());
    let titles: Vec<_> = which.map(|cards| &ev.model.scorecards[cards.scorecard].title).collect();
    let names: Vec<String> = titles.iter().map(|title| format!("`{}`", title.name)).collect();
    let count = cards_text(cells.len(), "subject", "subjects");
    let message = format!("`{}` reaches {count} through two cards: {}", incentive.title.name, names.join(" and "));
    let who = name_some(ev, first.members.spine, &cells);
    let mut finding = Diagnostic::new(PAID_TWICE, message).label(incentive.title.span, format!("twice for {who}"));
    for title in titles {
        finding = finding.label(title.span, "pays by this card");
    }
    let help =
        "make the scorecards exclude each other, name the cards that pay, or write `per card` if each of them pays";
    findings.push(finding.help(help));
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
        ev.set_pay(pays.incentive, Some(place as u32), pays.card, over_spine(column));
    }
    ev.set_pay(pays.incentive, None, pays.card, over_spine(&pays.total));
}
