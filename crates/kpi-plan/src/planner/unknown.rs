//! Whether a row expression can have no data, so that rows must be counted as left out.

use kpi_check::model::{ArithmeticOp, Builtin, ByKey, ByTable, Expr, ExprKind, Model, Path, Pattern};
use kpi_value::Date;

/// What tells whether a value is known.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    /// The policy.
    pub model: &'a Model,
    /// The first day of the first period that is read.
    pub first_day: Date,
}

/// Whether the argument or the condition of an aggregate can be unknown in a row. What the condition rules known is known in
/// the argument.
pub(super) fn can_be_unknown(ground: Ground<'_>, arg: Option<&Expr>, condition: Option<&Expr>) -> (bool, bool) {
    let mut known = Vec::new();
    let unknown_condition = condition.is_some_and(|c| is_unknown(ground, c, &mut known.clone()));
    if let Some(condition) = condition {
        rule_known(condition, &mut known);
    }
    (arg.is_some_and(|a| is_unknown(ground, a, &mut known)), unknown_condition)
}

/// Adds the columns that are known wherever the condition holds.
fn rule_known<'a>(condition: &'a Expr, known: &mut Vec<&'a Path>) {
    match &condition.kind {
        ExprKind::And(a, b) => {
            rule_known(a, known);
            rule_known(b, known);
        }
        ExprKind::Inlined(_, body) => rule_known(body, known),
        ExprKind::Not(inner) => {
            if let ExprKind::IsMissing(x) = &inner.kind
                && let ExprKind::Column(path) = &x.kind
            {
                known.push(path);
            }
        }
        _ => {}
    }
}

fn is_unknown<'a>(ground: Ground<'_>, expr: &'a Expr, known: &mut Vec<&'a Path>) -> bool {
    match &expr.kind {
        ExprKind::Const(value) => value.is_none(),
        // A row that a reference names may not hold in the period.
        ExprKind::Column(path) => {
            let optional = path.0.len() > 1 || path.last().is_some_and(|c| ground.model.column(c).optional);
            optional && !known.contains(&path)
        }
        ExprKind::IsMissing(_) | ExprKind::Period(_) => false,
        // What is not ripe is not known, and neither is what a test leaves out.
        ExprKind::Exists(_) => true,
        ExprKind::Arithmetic(ArithmeticOp::Div, a, b) => {
            let divides = b.as_const_dec().is_some_and(|x| !x.is_zero());
            !divides || is_unknown(ground, a, known)
        }
        ExprKind::And(a, b) => {
            // `x is known and x > 3` is false, not unknown, where x is missing.
            let before = known.len();
            let unknown = is_unknown(ground, a, known) || {
                rule_known(a, known);
                is_unknown(ground, b, known)
            };
            known.truncate(before);
            unknown
        }
        ExprKind::Call(Builtin::Coalesce, args) => args.iter().all(|arg| is_unknown(ground, arg, known)),
        ExprKind::Param(id, keys) => {
            let rows = &ground.model.params[*id].value;
            begins_later(rows, ground.first_day)
                || keys.iter().flatten().any(|key| is_unknown(ground, key, known))
                || rows
                    .rows
                    .iter()
                    .any(|row| row.value.as_const_dec().is_none() && is_unknown(ground, &row.value, &mut Vec::new()))
        }
        _ => expr.children().into_iter().any(|child| is_unknown(ground, child, known)),
    }
}

/// Whether a table `by date` says nothing yet on a day, or nothing any more some day: what is not laid down is no data.
fn begins_later<T>(table: &ByTable<T>, day: Date) -> bool {
    let Some(place) = table.keys.iter().position(|key| matches!(key, ByKey::Date)) else { return false };
    let patterns = || table.rows.iter().filter_map(|row| row.patterns.get(place));
    let begun = patterns().any(|pattern| match pattern {
        Pattern::Dates(from, _) => *from <= day,
        Pattern::Any | Pattern::Members(_) => true,
    });
    let lasts = patterns().any(|pattern| !matches!(pattern, Pattern::Dates(_, Some(_))));
    !begun || !lasts
}
