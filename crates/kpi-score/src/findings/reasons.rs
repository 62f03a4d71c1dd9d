//! Why a card is incomplete.

use kpi_base::{Span, Text, text};
use kpi_check::model::{Line, LineKind, Scorecard, TargetKind, WhenMissing};
use kpi_results::LineStatus;

use super::missing::{why_goal_missing, why_missing};
use crate::cards::{Cards, LineColumns, LineSource, get, place};
use crate::{At, Evaluator};

/// One thing that a card needs and does not have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Reason {
    /// What is missing and why: `` `watch_time` has no actual: no row of `live` ``.
    pub text: Text,
    /// The line, veto or adjustment.
    pub span: Span,
    /// What to do.
    pub help: Text,
}

fn bring_data() -> Text {
    text!("bring the missing data, or say what the line does without them: `when missing reweight`, `zero` or `full`")
}

/// Everything that keeps a card from being complete.
pub(crate) fn reasons(ev: &Evaluator<'_>, card: &Scorecard, cards: &Cards, row: usize) -> Vec<Reason> {
    let mut found = Vec::new();
    let Some(cell) = cards.members.cell(row) else { return found };
    let at = At::spine(cards.members.spine);
    hold(ev, &card.lines, &cards.lines, (row, cell, at), &mut found);
    if found.is_empty() && !card.lines.is_empty() && get(&cards.steps, row).is_none() {
        let on_card = cards.lines.iter().any(|line| get(&line.status, row).is_some_and(|s| s != LineStatus::Watched));
        let text = if on_card { text!("every line is left out") } else { text!("no line is judged") };
        let lacks_points = cards.adjustments.iter().any(|column| get(column, row).is_none());
        if !lacks_points || !on_card {
            found.push(Reason { text, span: card.title.span, help: bring_data() });
        }
    }
    for (adjustment, column) in card.adjustments.iter().zip(&cards.adjustments) {
        if get(column, row).is_none() {
            let why = why_missing(ev, &adjustment.value, at, cell);
            let text = text!("`{name}` has no points: {why}", name = adjustment.title.name, why);
            let help = text!("bring the missing data, or end the missing value with `coalesce`");
            found.push(Reason { text, span: adjustment.title.span, help });
        }
    }
    for (veto, column) in card.vetoes.iter().zip(&cards.vetoes) {
        if get(column, row).is_none() {
            let why = why_missing(ev, &veto.condition, at.strict(), cell);
            let text = text!("the veto `{name}` cannot be judged: {why}", name = veto.title.name, why);
            let help = text!("bring the missing data; a veto that cannot be judged never counts as not fired");
            found.push(Reason { text, span: veto.title.span, help });
        }
    }
    found
}

/// The lines of a holder that fail it.
fn hold(
    ev: &Evaluator<'_>,
    lines: &[Line],
    columns: &[LineColumns],
    (row, cell, at): (usize, usize, At),
    found: &mut Vec<Reason>,
) {
    for (line, column) in lines.iter().zip(columns) {
        let status = get(&column.status, row);
        if line.weight.is_none() || status.is_none() {
            continue;
        }
        let lacks_weight = get(&column.weight, row).is_none() && column.when_missing != WhenMissing::Reweight;
        let fails = get(&column.mark, row).is_none() && column.when_missing == WhenMissing::Fail;
        if let (LineKind::Group { lines, .. }, true) = (&line.kind, fails) {
            let before = found.len();
            hold(ev, lines, &column.lines, (row, cell, at), found);
            if found.len() > before {
                continue;
            }
        }
        let why = if fails {
            why_line(ev, column, (row, cell, at))
        } else if lacks_weight {
            text!("has no weight: its table has no row for the subject")
        } else {
            continue;
        };
        let text = text!("`{name}` {why}", name = column.name, why);
        found.push(Reason { text, span: line.span, help: bring_data() });
    }
}

/// Why a line has no mark.
pub(crate) fn why_line(ev: &Evaluator<'_>, line: &LineColumns, (row, cell, at): (usize, usize, At)) -> Text {
    match &line.source {
        LineSource::Group(_) => text!("has no line left"),
        LineSource::Card(_) if line.rolled.is_some() => text!("has no complete card in any of the shorter periods"),
        LineSource::Card(_) => text!("is incomplete, or the subject has no such card"),
        LineSource::Indicator { id, columns, .. } => {
            let indicator = &ev.model.indicators[*id];
            let mut parts = line.lines.iter().filter(|part| get(&part.status, row).is_some());
            if let Some(part) = parts.find(|part| get(&part.mark, row).is_none()) {
                let why = why_line(ev, part, (row, cell, at));
                return text!("has a part without data: `{name}` {why}", name = part.name, why);
            }
            if let Some(rolled) = &columns.rolled
                && rolled.counted.get(cell) == Some(&0)
            {
                let all = rolled.cells.get(cell).map_or(0, Vec::len);
                return text!("has no data in any of the {all} shorter periods", all);
            }
            if !columns.is_attainment_only() && !columns.actual.is_known(cell) {
                return text!("has no actual: {why}", why = why_missing(ev, &indicator.formula, at, cell));
            }
            if get(&line.status, row) == Some(LineStatus::NotJudged) {
                return text!("has a target below 0, where no attainment is defined");
            }
            let target = indicator.target.as_ref().zip(columns.target_row.as_ref());
            let Some((table, rows)) = target else { return text!("has no fraction: its scoring has no data") };
            let Some(target_row) = place(rows, cell).and_then(|r| table.rows.get(r)) else {
                return text!("has no target: its table has no row for the subject");
            };
            let Some(target) = &target_row.value else { return text!("has no target") };
            let parts = match &target.kind {
                TargetKind::Compare(_, bound) => vec![bound],
                TargetKind::Between(low, high, _) => vec![low, high],
            };
            why_goal_missing(ev, &parts, at, cell).map_or_else(
                || text!("has no fraction: its scoring has no data"),
                |why| text!("has no target: {why}", why),
            )
        }
    }
}
