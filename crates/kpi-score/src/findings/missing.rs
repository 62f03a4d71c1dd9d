//! Why an expression has no data: the first place below it where the data end.

use kpi_check::model::{self, ArithmeticOp, ExprKind, Path, TableId, Timing};

use crate::explain::recorded;
use crate::{At, Evaluator};

/// Why one of several values has no data; none if all of them have.
pub(crate) fn why_goal_missing(ev: &Evaluator<'_>, parts: &[&model::Expr], at: At, cell: usize) -> Option<String> {
    let missing = parts.iter().find(|part| !is_known(ev, part, at, cell))?;
    Some(why_missing(ev, missing, at, cell))
}

/// Why an expression has no data in a cell, in a few words.
pub(crate) fn why_missing(ev: &Evaluator<'_>, expr: &model::Expr, at: At, cell: usize) -> String {
    let model = ev.model;
    match &expr.kind {
        ExprKind::Aggregate(aggregate) => rows_missing(ev, expr, aggregate.table, aggregate.needs, at, cell),
        ExprKind::Lookup(lookup) => match source_missing(ev, lookup.table, at, cell) {
            Some(why) => why,
            None => {
                let name = &model.tables[lookup.table].title.name;
                let rows = ev.row_counts(expr.id, at).and_then(|counts| counts.rows.get(cell)).copied();
                match (&lookup.arg.kind, rows) {
                    (_, Some(2..)) => format!("several rows in `{name}`"),
                    (ExprKind::Column(path), Some(1..)) => format!("`{}` is empty in `{name}`", path_text(ev, path)),
                    (_, Some(1..)) => format!("its row of `{name}` has no value"),
                    _ => format!("no row in `{name}`"),
                }
            }
        },
        ExprKind::Column(path) => format!("`{}` is empty", path_text(ev, path)),
        // In a veto the indicator has data elsewhere: which rows it lacks is below it.
        ExprKind::Indicator(indicator, _)
            if at.strict
                && model.indicators[*indicator].parts.is_none()
                && !is_known(ev, &model.indicators[*indicator].formula, at, cell) =>
        {
            let title = &model.indicators[*indicator].title;
            let why = why_missing(ev, &model.indicators[*indicator].formula, at, cell);
            format!("`{}` has no data: {why}", title.name)
        }
        ExprKind::Indicator(indicator, _) => format!("`{}` has no data", model.indicators[*indicator].title.name),
        ExprKind::Param(param, _) => format!("`{}` has no data", model.params[*param].title.name),
        ExprKind::Arithmetic(ArithmeticOp::Div, a, b) => {
            let known = is_known(ev, a, at, cell) && is_known(ev, b, at, cell);
            if known { "a division by 0".into() } else { first_child(ev, expr, at, cell) }
        }
        ExprKind::Over(x, _) => format!("no data over the group of {}", what(ev, x)),
        ExprKind::Among(among) => format!("no data among the others of {}", what(ev, &among.of)),
        ExprKind::Previous(x, n) => format!("no data {n} periods earlier of {}", what(ev, x)),
        ExprKind::Growth(x) => format!("no growth of {} without a period before it above 0", what(ev, x)),
        ExprKind::Card(_) => "the card is incomplete".into(),
        ExprKind::Pay(incentive, _) => format!("`{}` is held", model.incentives[*incentive].title.name),
        ExprKind::Const(None) => "`none`".into(),
        _ => first_child(ev, expr, at, cell),
    }
}

/// The reason of the first operand without data.
fn first_child(ev: &Evaluator<'_>, expr: &model::Expr, at: At, cell: usize) -> String {
    let missing = expr.children().into_iter().find(|child| !is_known(ev, child, at, cell));
    missing.map_or_else(|| "no data".into(), |child| why_missing(ev, child, at, cell))
}

/// Whether a recorded value is known; what was not recorded is taken to be, so that the search goes on elsewhere.
fn is_known(ev: &Evaluator<'_>, expr: &model::Expr, at: At, cell: usize) -> bool {
    recorded(ev, expr, at).is_none_or(|column| column.is_known(cell))
}

fn rows_missing(ev: &Evaluator<'_>, expr: &model::Expr, table: TableId, needs: u32, at: At, cell: usize) -> String {
    let name = &ev.model.tables[table].title.name;
    if let Some(why) = source_missing(ev, table, at, cell) {
        return why;
    }
    let counts = ev.row_counts(expr.id, at);
    let rows = counts.and_then(|counts| counts.rows.get(cell)).copied().unwrap_or_default();
    let unknown = counts.and_then(|c| c.unknown.as_ref()).and_then(|u| u.get(cell)).copied().unwrap_or_default();
    if at.strict && unknown > 0 {
        return format!(
            "{} of `{name}` not known to count",
            crate::findings::cards_text(unknown as usize, "row", "rows")
        );
    }
    if rows > 0 && rows < u64::from(needs) {
        return format!("only {} of the {needs} rows of `{name}` that it needs", rows);
    }
    format!("no row of `{name}`")
}

/// Why a whole table has no data in the period of a cell, if that is so.
fn source_missing(ev: &Evaluator<'_>, table: TableId, at: At, cell: usize) -> Option<String> {
    // Of a view its export is asked.
    let table = ev.model.export_of(table);
    let source = &ev.model.tables[table];
    let name = &source.title.name;
    let facts = ev.facts.sources.get(&table)?;
    if !facts.given {
        return Some(format!("`{name}` is not given"));
    }
    if !matches!(source.time, Timing::Flow(_) | Timing::AsOf(_)) {
        return None;
    }
    let period = *ev.timeline_of(at.spine).wholes.get(ev.spine(at.spine).period(cell))?;
    let shown = ev.model.policy.calendar.show(period);
    let empty = facts.periods.get(&period.index).is_none_or(|&rows| rows == 0);
    let before = facts.periods.keys().next().is_some_and(|&first| period.index < first);
    match (empty, source.sparse, before) {
        (true, false, _) => Some(format!("no data of `{name}` in {shown}")),
        (true, true, true) => Some(format!("no data of `{name}` before its first row")),
        _ => None,
    }
}

/// What a value is of, for the middle of a sentence.
fn what(ev: &Evaluator<'_>, expr: &model::Expr) -> String {
    match &expr.kind {
        ExprKind::Indicator(indicator, _) => format!("`{}`", ev.model.indicators[*indicator].title.name),
        ExprKind::Aggregate(aggregate) => format!("`{}`", ev.model.tables[aggregate.table].title.name),
        ExprKind::Lookup(lookup) => format!("`{}`", ev.model.tables[lookup.table].title.name),
        ExprKind::Column(path) => format!("`{}`", path_text(ev, path)),
        _ => "the formula".into(),
    }
}

/// `team.stage`
pub(crate) fn path_text(ev: &Evaluator<'_>, path: &Path) -> String {
    let names: Vec<&str> = path.0.iter().map(|&column| ev.model.column(column).title.name.as_str()).collect();
    names.join(".")
}
