//! Whether a row expression can have no data, so that rows must be counted as left out.

use kpi_check::model::{ArithmeticOp, Builtin, Expr, ExprKind, Model, Path};

/// Whether the argument or the condition of an aggregate can be unknown in a row. What the condition rules known is known in
/// the argument.
pub(super) fn can_be_unknown(model: &Model, arg: Option<&Expr>, condition: Option<&Expr>) -> (bool, bool) {
    let mut known = Vec::new();
    let unknown_condition = condition.is_some_and(|c| is_unknown(model, c, &mut known.clone()));
    if let Some(condition) = condition {
        rule_known(condition, &mut known);
    }
    (arg.is_some_and(|a| is_unknown(model, a, &mut known)), unknown_condition)
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

fn is_unknown<'a>(model: &Model, expr: &'a Expr, known: &mut Vec<&'a Path>) -> bool {
    match &expr.kind {
        ExprKind::Const(value) => value.is_none(),
        // A row that a reference names may not hold in the period.
        ExprKind::Column(path) => {
            let optional = path.0.len() > 1 || path.last().is_some_and(|c| model.column(c).optional);
            optional && !known.contains(&path)
        }
        ExprKind::IsMissing(_) | ExprKind::Period(_) => false,
        ExprKind::Arithmetic(ArithmeticOp::Div, a, b) => {
            let divides = b.as_const_dec().is_some_and(|x| !x.is_zero());
            !divides || is_unknown(model, a, known)
        }
        ExprKind::And(a, b) => {
            // `x is known and x > 3` is false, not unknown, where x is missing.
            let before = known.len();
            let unknown = is_unknown(model, a, known) || {
                rule_known(a, known);
                is_unknown(model, b, known)
            };
            known.truncate(before);
            unknown
        }
        ExprKind::Call(Builtin::Coalesce, args) => args.iter().all(|arg| is_unknown(model, arg, known)),
        ExprKind::Param(id, keys) => {
            let rows = &model.params[*id].value;
            keys.iter().flatten().any(|key| is_unknown(model, key, known))
                || rows
                    .rows
                    .iter()
                    .any(|row| row.value.as_const_dec().is_none() && is_unknown(model, &row.value, &mut Vec::new()))
        }
        _ => expr.children().into_iter().any(|child| is_unknown(model, child, known)),
    }
}
