//! What the value stage has to say about cards: which are incomplete and why.

mod left_out;
mod missing;
mod reasons;

use kpi_base::codes::run::INCOMPLETE_CARDS;
use kpi_base::{Diagnostic, Join, Text, text};
use kpi_check::model::Model;
use kpi_plan::SpineId;
use rustc_hash::FxHashMap;

use crate::Evaluator;
use crate::cards::Cards;

pub(crate) use left_out::left_out_rows;
pub(crate) use missing::{path_text, unripe_rows, why_missing};
pub(crate) use reasons::{Reason, reasons, why_line};

/// How many subjects a finding names.
const NAMED: usize = 3;

/// `1 subject`, `12 subjects`
pub(crate) fn subjects_text(n: usize) -> Text {
    if n == 1 { text!("1 subject") } else { text!("{n} subjects", n) }
}

/// The first few of some cells: `A07, A12 and 3 more in 2026-10`, with the period of the first where they differ.
pub(crate) fn name_some(ev: &Evaluator<'_>, spine: SpineId, cells: &[usize]) -> Text {
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
    let more = entities.len() - names.len();
    let names = Text::list(names.into_iter().map(Text::verbatim), Join::Comma);
    let who = if more == 0 { names } else { text!("{names} and {more} more", names, more) };
    let show =
        |place: Option<&usize>| place.and_then(|&p| ev.timeline_of(spine).periods.get(p)).map(|&p| calendar.show(p));
    match (show(periods.first()), show(periods.last())) {
        (Some(first), Some(last)) if first == last => text!("{who} in {first}", who, first),
        (Some(first), Some(last)) => text!("{who} in {first} to {last}", who, first, last),
        _ => who,
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
        let (card, why) = (&card.title.name, &reason.text);
        let message = match cells.len() {
            1 => text!("1 card of `{card}` is incomplete: {why}", card, why),
            n => text!("{n} cards of `{card}` are incomplete: {why}", n, card, why),
        };
        let who = text!("for {who}", who = name_some(ev, cards.members.spine, &cells));
        findings.push(Diagnostic::new(INCOMPLETE_CARDS, message).label(reason.span, who).help(reason.help));
    }
}
