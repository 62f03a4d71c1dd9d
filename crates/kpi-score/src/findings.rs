//! What the value stage has to say about cards: which are incomplete and why.

mod missing;
mod reasons;

use kpi_base::Diagnostic;
use kpi_base::codes::run::INCOMPLETE_CARDS;
use kpi_check::model::Model;
use kpi_plan::SpineId;
use rustc_hash::FxHashMap;

use crate::Evaluator;
use crate::cards::Cards;

pub(crate) use missing::{path_text, why_missing};
pub(crate) use reasons::{Reason, reasons, why_line};

/// How many subjects a finding names.
const NAMED: usize = 3;

/// `1 card`, `12 cards`
pub(crate) fn cards_text(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The first few of some cells: `A07, A12 and 3 more in 2026-10`, with the period of the first where they differ.
pub(crate) fn name_some(ev: &Evaluator<'_>, spine: SpineId, cells: &[usize]) -> String {
    let calendar = &ev.model.policy.calendar;
    let lie = ev.spine(spine);
    let mut names: Vec<&str> = Vec::new();
    for &cell in cells {
        let name = lie.keys.get(lie.entity(cell)).map_or("", |key| key);
        if names.len() < NAMED && !names.contains(&name) {
            names.push(name);
        }
    }
    let mut entities: Vec<usize> = cells.iter().map(|&cell| lie.entity(cell)).collect();
    let mut periods: Vec<usize> = cells.iter().map(|&cell| lie.period(cell)).collect();
    for list in [&mut entities, &mut periods] {
        list.sort_unstable();
        list.dedup();
    }
    let mut text = names.join(", ");
    if entities.len() > names.len() {
        text = format!("{text} and {} more", entities.len() - names.len());
    }
    let show =
        |place: Option<&usize>| place.and_then(|&p| ev.timeline_of(spine).periods.get(p)).map(|&p| calendar.show(p));
    match (show(periods.first()), show(periods.last())) {
        (Some(first), Some(last)) if first == last => format!("{text} in {first}"),
        (Some(first), Some(last)) => format!("{text} in {first} to {last}"),
        _ => text,
    }
}

/// One finding for each scorecard, line and reason, with how many cards it leaves incomplete.
/// With a subject, of its cards only.
pub(crate) fn incomplete_cards(
    ev: &Evaluator<'_>,
    model: &Model,
    cards: &Cards,
    subject: Option<&str>,
    findings: &mut Vec<Diagnostic>,
) {
    let card = &model.scorecards[cards.scorecard];
    let mut order: Vec<Reason> = Vec::new();
    let mut found: FxHashMap<Reason, Vec<usize>> = FxHashMap::default();
    for row in cards.judged().filter(|&row| cards.score.get(row).is_some_and(Option::is_none)) {
        let Some(cell) = cards.members.cell(row) else { continue };
        if subject.is_some_and(|subject| !ev.is_of(cards.members.spine, cell, subject)) {
            continue;
        }
        for reason in reasons(ev, card, cards, row) {
            let cells = found.entry(reason.clone()).or_default();
            if cells.is_empty() {
                order.push(reason);
            }
            cells.push(cell);
        }
    }
    for reason in order {
        let cells = found.remove(&reason).unwrap_or_default();
        let count = cards_text(cells.len(), "card", "cards");
        let verb = if cells.len() == 1 { "is" } else { "are" };
        let message = format!("{count} of `{}` {verb} incomplete: {}", card.title.name, reason.text);
        let who = format!("for {}", name_some(ev, cards.members.spine, &cells));
        findings.push(Diagnostic::new(INCOMPLETE_CARDS, message).label(reason.span, who).help(reason.help));
    }
}
