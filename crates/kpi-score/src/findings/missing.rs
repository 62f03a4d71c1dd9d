//! Why an expression has no data: the first place below it where the data end.

use kpi_base::{Text, text};
use kpi_check::model::{self, ArithmeticOp, Back, ExprKind, Path, TableId};
use kpi_value::Value;

use crate::explain::recorded;
use crate::{At, Evaluator};

/// Why one of several values has no data; none if all of them have.
pub(crate) fn why_goal_missing(ev: &Evaluator<'_>, parts: &[&model::Expr], at: At, cell: usize) -> Option<Text> {
    let missing = parts.iter().find(|part| !is_known(ev, part, at, cell))?;
    Some(why_missing(ev, missing, at, cell))
}

/// Why an expression has no data in a cell, in a few words.
pub(crate) fn why_missing(ev: &Evaluator<'_>, expr: &model::Expr, at: At, cell: usize) -> Text {
    let model = ev.model;
    match &expr.kind {
        ExprKind::Aggregate(aggregate) => rows_missing(ev, expr, aggregate.table, aggregate.needs, at, cell),
        ExprKind::Lookup(lookup) => match source_missing(ev, lookup.table, at, cell) {
            Some(why) => why,
            None if unripe_rows(ev, expr, lookup.table, at, cell).is_some() => {
                unripe_rows(ev, expr, lookup.table, at, cell).unwrap_or_default()
            }
            None => {
                let name = &model.tables[lookup.table].title.name;
                let rows = ev.row_counts(expr.id, at).and_then(|counts| counts.rows.get(cell)).copied();
                match (&lookup.arg.kind, rows) {
                    (_, Some(2..)) => text!("several rows in `{name}`", name),
                    (ExprKind::Column(path), Some(1..)) => {
                        text!("`{path}` is empty in `{name}`", path = path_text(ev, path), name)
                    }
                    (_, Some(1..)) => text!("its row of `{name}` has no value", name),
                    _ => text!("no row in `{name}`", name),
                }
            }
        },
        ExprKind::Column(path) => text!("`{path}` is empty", path = path_text(ev, path)),
        // In a veto the indicator has data elsewhere: which rows it lacks is below it.
        ExprKind::Indicator(indicator, _)
            if at.strict
                && model.indicators[*indicator].parts.is_none()
                && !is_known(ev, &model.indicators[*indicator].formula, at, cell) =>
        {
            let title = &model.indicators[*indicator].title;
            let why = why_missing(ev, &model.indicators[*indicator].formula, at, cell);
            text!("`{name}` has no data: {why}", name = title.name, why)
        }
        ExprKind::Indicator(indicator, _) => no_data(&model.indicators[*indicator].title.name),
        ExprKind::Param(param, _) => no_data(&model.params[*param].title.name),
        ExprKind::Arithmetic(ArithmeticOp::Div, a, b) => {
            let known = is_known(ev, a, at, cell) && is_known(ev, b, at, cell);
            if known { text!("a division by 0") } else { first_child(ev, expr, at, cell) }
        }
        ExprKind::Over(x, _) => text!("no data over the group of {what}", what = what(ev, x)),
        ExprKind::Among(among) => text!("no data among the others of {what}", what = what(ev, &among.of)),
        ExprKind::Previous(x, Back::Periods(1)) => text!("no data of {what} in the period before", what = what(ev, x)),
        ExprKind::Previous(x, Back::Periods(n)) => {
            text!("no data {n} periods earlier of {what}", n, what = what(ev, x))
        }
        ExprKind::Previous(x, Back::Year) => {
            text!("no data of {what} in this period of the year before", what = what(ev, x))
        }
        ExprKind::Growth(x) => text!("no growth of {what} without a period before it above 0", what = what(ev, x)),
        ExprKind::Card(_) => text!("the card is incomplete"),
        ExprKind::Pay(incentive, _) => text!("`{name}` is held", name = model.incentives[*incentive].title.name),
        ExprKind::Const(None) => Text::quoted("none"),
        _ => first_child(ev, expr, at, cell),
    }
}

fn no_data(name: &str) -> Text {
    text!("`{name}` has no data", name)
}

/// The reason of the first operand without data.
fn first_child(ev: &Evaluator<'_>, expr: &model::Expr, at: At, cell: usize) -> Text {
    let missing = expr.children().into_iter().find(|child| !is_known(ev, child, at, cell));
    missing.map_or_else(|| text!("no data"), |child| why_missing(ev, child, at, cell))
}

/// Whether a recorded value is known; what was not recorded is taken to be, so that the search goes on elsewhere.
fn is_known(ev: &Evaluator<'_>, expr: &model::Expr, at: At, cell: usize) -> bool {
    recorded(ev, expr, at).is_none_or(|column| column.is_known(cell))
}

fn rows_missing(ev: &Evaluator<'_>, expr: &model::Expr, table: TableId, needs: u32, at: At, cell: usize) -> Text {
    let name = &ev.model.tables[table].title.name;
    if let Some(why) = source_missing(ev, table, at, cell) {
        return why;
    }
    let spine = ev.spine(at.spine);
    if spine.present.get(cell) == Some(&false)
        && let Some(&period) = ev.timeline_of(at.spine).periods.get(spine.period(cell))
    {
        return text!("the subject is not there in {period}", period = ev.model.policy.calendar.show(period));
    }
    let counts = ev.row_counts(expr.id, at);
    let rows = counts.and_then(|counts| counts.rows.get(cell)).copied().unwrap_or_default();
    if let Some(why) = unripe_rows(ev, expr, table, at, cell) {
        return why;
    }
    let unknown = counts.and_then(|c| c.unknown.as_ref()).and_then(|u| u.get(cell)).copied().unwrap_or_default();
    if at.strict && unknown > 0 {
        return match unknown {
            1 => text!("1 row of `{name}` not known to count", name),
            n => text!("{n} rows of `{name}` not known to count", n, name),
        };
    }
    if rows > 0 && rows < u64::from(needs) {
        return text!("only {rows} of the {needs} rows of `{name}` that it needs", rows, needs, name);
    }
    text!("no row of `{name}`", name)
}

/// That rows of an aggregate or a lookup are not ripe, if some are: how many, and when they are.
pub(crate) fn unripe_rows(ev: &Evaluator<'_>, expr: &model::Expr, table: TableId, at: At, cell: usize) -> Option<Text> {
    let (rows, days) = ev.row_counts(expr.id, at)?.unripe.as_ref()?;
    let rows = rows.get(cell).copied().filter(|rows| *rows > 0)?;
    let Value::Date(day) = days.get(cell)?.as_ref()? else { return None };
    let name = &ev.model.tables[table].title.name;
    let (early, day) = (*day <= ev.plan.data_until, day.to_string());
    if early {
        return Some(match rows {
            1 => text!("1 row of `{name}` asks for days before {day}, on which the data begin", name, day),
            n => text!("{n} rows of `{name}` ask for days before {day}, on which the data begin", n, name, day),
        });
    }
    Some(match rows {
        1 => text!("1 row of `{name}` is not ripe until {day}", name, day),
        n => text!("{n} rows of `{name}` are not ripe until {day}", n, name, day),
    })
}

/// Why a whole table has no data in the period of a cell, if that is so.
fn source_missing(ev: &Evaluator<'_>, table: TableId, at: At, cell: usize) -> Option<Text> {
    // Of a view its export is asked, but where its rows are dated in another way.
    let table = ev.model.counted_of(table);
    let source = &ev.model.tables[table];
    let name = &source.title.name;
    let facts = ev.facts.sources.get(&table)?;
    if !facts.given {
        return Some(text!("`{name}` is not given", name));
    }
    if ev.model.always_says(table) {
        return None;
    }
    let whole = *ev.timeline_of(at.spine).wholes.get(ev.spine(at.spine).period(cell))?;
    let period = ev.model.policy.calendar.containing(ev.model.policy.rows_expected(), whole);
    let shown = ev.model.policy.calendar.show(period);
    let empty = facts.periods.get(&period.index).is_none_or(|&rows| rows == 0);
    let before = facts.periods.keys().next().is_some_and(|&first| period.index < first);
    match (empty, source.sparse, before) {
        (true, false, _) => Some(text!("no data of `{name}` in {period}", name, period = shown)),
        (true, true, true) => Some(text!("no data of `{name}` before its first row", name)),
        _ => None,
    }
}

/// What a value is of, for the middle of a sentence.
fn what(ev: &Evaluator<'_>, expr: &model::Expr) -> Text {
    match &expr.kind {
        ExprKind::Indicator(indicator, _) => Text::quoted(&ev.model.indicators[*indicator].title.name),
        ExprKind::Aggregate(aggregate) => Text::quoted(&ev.model.tables[aggregate.table].title.name),
        ExprKind::Lookup(lookup) => Text::quoted(&ev.model.tables[lookup.table].title.name),
        ExprKind::Column(path) => Text::quoted(path_text(ev, path)),
        _ => text!("the formula"),
    }
}

/// `team.stage`
pub(crate) fn path_text(ev: &Evaluator<'_>, path: &Path) -> String {
    let names: Vec<&str> = path.0.iter().map(|&column| ev.model.column(column).title.name.as_str()).collect();
    names.join(".")
}
