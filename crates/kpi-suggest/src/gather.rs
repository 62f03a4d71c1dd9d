//! What was measured against each target.

use kpi_base::Span;
use kpi_check::model::{Model, Target, Title};
use kpi_score::{Cards, LineColumns, LineSource, NOWHERE, Scored, Staged};
use kpi_value::Dec;
use rustc_hash::FxHashSet;

/// One row of a target with the results that were judged by it.
pub(crate) struct Seen<'m> {
    pub indicator: &'m Title,
    pub target: &'m Target,
    /// Where the row stands, if the target is a table.
    pub row: Option<Span>,
    /// The scorecards on which it stands.
    pub cards: Vec<String>,
    /// What was measured, in no order.
    pub values: Vec<Dec>,
    /// How many of these met it.
    pub met: usize,
    /// How many cards had no data for it.
    pub left_out: usize,
    /// Whether it is made of shorter periods.
    pub rolled: bool,
    subjects: FxHashSet<String>,
    /// The subjects and periods that are counted: who has it on two cards has one result.
    known: FxHashSet<(String, i32)>,
}

impl Seen<'_> {
    /// How many people there are behind the results.
    pub fn people(&self) -> usize {
        self.subjects.len()
    }
}

/// The rows of all targets that stood on cards, in the order of the policy's text.
pub(crate) fn gather<'m>(scored: &'m Staged<'_>, indicators: &[String]) -> Vec<Seen<'m>> {
    let mut all: Vec<Seen<'m>> = Vec::new();
    for stage in scored.stages() {
        for cards in stage.cards() {
            for line in &cards.lines {
                add_line(stage, cards, line, indicators, &mut all);
            }
        }
    }
    all.sort_by_key(|seen| (seen.target.span.file, seen.target.span.start));
    all
}

fn add_line<'m>(
    scored: &'m Scored<'_>,
    cards: &'m Cards,
    line: &'m LineColumns,
    indicators: &[String],
    all: &mut Vec<Seen<'m>>,
) {
    line.lines.iter().for_each(|inner| add_line(scored, cards, inner, indicators, all));
    let model: &'m Model = scored.model();
    let LineSource::Indicator { id, columns, .. } = &line.source else { return };
    let indicator = &model.indicators[*id];
    let (Some(table), Some(rows)) = (&indicator.target, &columns.target_row) else { return };
    if !indicators.is_empty() && !indicators.contains(&indicator.title.name) {
        return;
    }
    let card = &model.scorecards[cards.scorecard].title.name;
    for row in cards.judged().filter(|row| line.status.get(*row).is_some_and(Option::is_some)) {
        let Some(cell) = cards.members.cell(row) else { continue };
        let Some(place) = rows.get(cell).filter(|place| **place != NOWHERE) else { continue };
        let Some(written) = table.rows.get(*place as usize) else { continue };
        let Some(target) = &written.value else { continue };
        let at = match all.iter().position(|seen| seen.target.span == target.span) {
            Some(at) => at,
            None => {
                all.push(Seen {
                    indicator: &indicator.title,
                    target,
                    row: (!table.keys.is_empty()).then_some(written.span),
                    cards: Vec::new(),
                    values: Vec::new(),
                    met: 0,
                    left_out: 0,
                    rolled: columns.rolled.is_some(),
                    subjects: FxHashSet::default(),
                    known: FxHashSet::default(),
                });
                all.len() - 1
            }
        };
        let Some(seen) = all.get_mut(at) else { continue };
        if !seen.cards.contains(card) {
            seen.cards.push(card.clone());
        }
        let subject = scored.subject(cards.members.spine, cell);
        let period = scored.period(cards.members.spine, cell).map_or(0, |period| period.index);
        if !seen.known.insert((subject.to_owned(), period)) {
            continue;
        }
        match (columns.actual.dec(cell), columns.met.bool(cell)) {
            (Some(actual), Some(met)) => {
                seen.values.push(actual);
                seen.met += usize::from(met);
                seen.subjects.insert(subject.to_owned());
            }
            _ => seen.left_out += 1,
        }
    }
}
