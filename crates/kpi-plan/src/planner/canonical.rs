//! One text for all row expressions that mean the same by their form.

use std::fmt::Write;

use kpi_check::model::{CurveKind, Expr, ExprKind};

/// The form of an expression without its identity and its place in the policy.
pub(super) fn canonical(expr: &Expr) -> String {
    let mut out = String::new();
    write_expr(expr, &mut out);
    out
}

/// As [`canonical`], for what may be left out.
pub(super) fn canonical_option(expr: Option<&Expr>) -> String {
    expr.map(canonical).unwrap_or_default()
}

fn write_expr(expr: &Expr, out: &mut String) {
    // Writing to a string does not fail.
    let _ = match &expr.kind {
        ExprKind::Const(value) => write!(out, "{value:?}:{:?}", expr.ty),
        ExprKind::Column(path) => write!(out, "{:?}", path.0),
        ExprKind::Inlined(_, body) => {
            write_expr(body, out);
            return;
        }
        ExprKind::Param(id, keys) => write!(out, "param{id:?}{}", if keys.is_some() { "[]" } else { "" }),
        ExprKind::Arithmetic(op, ..) => write!(out, "{op:?}"),
        ExprKind::Compare(op, ..) => write!(out, "{op:?}"),
        ExprKind::InRange(_, _, _, closed, negated) => write!(out, "range {closed} {negated}"),
        ExprKind::InSet(_, _, negated) => write!(out, "set {negated}"),
        ExprKind::Call(builtin, _) => write!(out, "{builtin:?}"),
        ExprKind::Neg(_) => write!(out, "neg"),
        ExprKind::Not(_) => write!(out, "not"),
        ExprKind::And(..) => write!(out, "and"),
        ExprKind::Or(..) => write!(out, "or"),
        ExprKind::IsMissing(_) => write!(out, "missing"),
        ExprKind::If(..) => write!(out, "if"),
        ExprKind::Curve(curve, _) => match &curve.kind {
            CurveKind::Step(rows) => {
                write!(out, "step {:?}", rows.iter().map(|row| &row.bound).collect::<Vec<_>>())
            }
            kind => write!(out, "{kind:?}"),
        },
        ExprKind::Exists(exists) => {
            let _ = write!(out, "exists {:?}", exists.table);
            for inner in exists.inner() {
                write_expr(inner, out);
                out.push(';');
            }
            let bounds = |bounds: &[kpi_check::model::Bound]| bounds.iter().map(|b| b.inclusive).collect::<Vec<_>>();
            write!(out, "{} {:?} {:?}", exists.keys.len(), bounds(&exists.lower), bounds(&exists.upper))
        }
        ExprKind::Period(field) => write!(out, "{field:?}"),
        // The rest stands in no row; its identity tells it apart.
        _ => write!(out, "{:?}", expr.id),
    };
    out.push('(');
    for child in expr.children() {
        write_expr(child, out);
        out.push(',');
    }
    out.push(')');
}
