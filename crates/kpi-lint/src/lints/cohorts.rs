//! Cohorts that are counted before they are ripe: "bought within 30 days of registering", by the month of registering, says of those
//! who came at the month's end only what their first days have brought.

use kpi_base::{Diagnostic, Span, codes, text};
use kpi_check::model::{Aggregate, ArithmeticOp, Builtin, Expr, ExprKind, Model, Table, Timing};
use kpi_syntax::ast::Item;
use kpi_value::{Dec, Value};
use rustc_hash::FxHashSet;

/// A day in seconds, as durations are counted.
const DAY: i64 = 86_400;

/// A day of a row: the place of its column, and how many seconds later.
struct Day {
    column: u32,
    later: Dec,
}

pub(super) fn check_cohorts(model: &Model, items: &[&Item], findings: &mut Vec<Diagnostic>) {
    let files: FxHashSet<_> = items.iter().map(|item| item.span.file).collect();
    let mut said: FxHashSet<Span> = FxHashSet::default();
    for whole in model.exprs() {
        let ExprKind::Aggregate(aggregate) = &whole.kind else { continue };
        if files.contains(&whole.span.file)
            && let Some((finding, place)) = unripe(model, aggregate)
            && said.insert(place)
        {
            findings.push(finding);
        }
    }
}

/// The finding about an aggregate that looks further than its rows are ripe, and the place of what looks so far.
fn unripe(model: &Model, aggregate: &Aggregate) -> Option<(Diagnostic, Span)> {
    let table = &model.tables[aggregate.table];
    let (counted, dated) = counted_by(table)?;
    let mut furthest: Option<(Dec, Span)> = None;
    for expr in aggregate.arg.iter().chain(&aggregate.condition) {
        look(expr, counted.column, &mut furthest);
    }
    let (reach, place) = furthest?;
    let missing = reach.sub(counted.later).ok().filter(|missing| *missing >= Dec::int(DAY))?;
    let (reach, missing) = (days(reach)?, days(missing)?);
    let column = table.column(counted.column).map(|column| column.title.name.clone()).unwrap_or_default();
    let message = text!("the cohort is counted {days}d before it is ripe", days = missing);
    let finding = Diagnostic::new(codes::lints::UNRIPE_COHORT, message)
        .label(place, text!("known only {days}d after `{column}`", days = reach, column))
        .help(text!("count a row when it is ripe: `dated {column} + {days}d`", column, days = reach));
    Some(match dated {
        Some(span) => (finding.label(span, text!("a row counts by this date")), place),
        None => (finding.label(table.title.span, text!("a row counts by its `{column}`", column)), place),
    })
}

/// The day by which rows count: that which `dated` names, or that of their time.
fn counted_by(table: &Table) -> Option<(Day, Option<Span>)> {
    if let Some(dated) = table.view.as_ref().and_then(|view| view.dated.as_ref()) {
        return Some((day(dated)?, Some(dated.span)));
    }
    match table.time {
        Timing::Flow(column) => Some((Day { column, later: Dec::ZERO }, None)),
        _ => None,
    }
}

/// `registered`, `registered + 30d`
fn day(expr: &Expr) -> Option<Day> {
    match &expr.kind {
        ExprKind::Column(path) => match path.0.as_slice() {
            [column] => Some(Day { column: column.index, later: Dec::ZERO }),
            _ => None,
        },
        ExprKind::Arithmetic(op @ (ArithmeticOp::Add | ArithmeticOp::Sub), date, span) => {
            let (date, span) = (day(date)?, number(span)?);
            let later = match op {
                ArithmeticOp::Sub => date.later.sub(span),
                _ => date.later.add(span),
            };
            Some(Day { later: later.ok()?, ..date })
        }
        _ => None,
    }
}

fn number(expr: &Expr) -> Option<Dec> {
    match &expr.kind {
        ExprKind::Const(Some(Value::Dec(number))) => Some(*number),
        _ => None,
    }
}

/// Finds how many seconds after the day in a column an expression looks at most: `registered + 30d`, `bought - registered ≤ 30d`,
/// `days_between(registered, bought) ≤ 30`.
fn look(expr: &Expr, column: u32, furthest: &mut Option<(Dec, Span)>) {
    let mut note = |reach: Option<Dec>| {
        if let Some(reach) = reach.filter(|reach| furthest.is_none_or(|(known, _)| *reach > known)) {
            *furthest = Some((reach, expr.span));
        }
    };
    match &expr.kind {
        ExprKind::Arithmetic(..) => note(day(expr).filter(|day| day.column == column).map(|day| day.later)),
        ExprKind::Compare(_, a, b) => {
            note(since(a, column).and_then(|unit| number(b)?.mul(unit).ok()));
            note(since(b, column).and_then(|unit| number(a)?.mul(unit).ok()));
        }
        ExprKind::InRange(x, _, high, ..) => note(since(x, column).and_then(|unit| number(high)?.mul(unit).ok())),
        _ => {}
    }
    for inner in expr.children() {
        look(inner, column, furthest);
    }
}

/// Whether an expression is the time since the day in a column: how many seconds its unit has.
fn since(expr: &Expr, column: u32) -> Option<Dec> {
    let is_it = |expr: &Expr| day(expr).is_some_and(|day| day.column == column && day.later.is_zero());
    match &expr.kind {
        ExprKind::Arithmetic(ArithmeticOp::Sub, _, from) if is_it(from) => Some(Dec::ONE),
        ExprKind::Call(Builtin::DaysBetween, dates) => dates.first().filter(|from| is_it(from)).map(|_| Dec::int(DAY)),
        _ => None,
    }
}

/// Whole days, the part of one counted as one.
fn days(seconds: Dec) -> Option<String> {
    let days = seconds.div(Dec::int(DAY)).ok()??;
    let whole = days.round(0);
    Some(if whole < days { whole.add(Dec::ONE).ok()? } else { whole }.to_string())
}
