//! Expressions told apart by what they say.

use std::fmt::Write as _;

use kpi_check::model::{CurveKind, Expr, ExprKind};

/// A text that two expressions share if they mean the same, wherever they stand.
pub(crate) fn fingerprint(expr: &Expr) -> String {
    let mut out = String::new();
    write_expr(expr, &mut out);
    out
}

fn write_expr(expr: &Expr, out: &mut String) {
    // What is inlined is what it says, by whatever name.
    if let ExprKind::Inlined(_, body) = &expr.kind {
        return write_expr(body, out);
    }
    let _ = match &expr.kind {
        ExprKind::Const(value) => write!(out, "{value:?}"),
        ExprKind::Column(path) => write!(out, "{path:?}"),
        ExprKind::Aggregate(a) => write!(out, "{:?} {:?} {:?} {} ", a.function, a.table, a.via, a.needs),
        ExprKind::Lookup(l) => write!(out, "lookup {:?} {:?}", l.table, l.via),
        ExprKind::Param(id, _) => write!(out, "param {id:?}"),
        ExprKind::Arithmetic(op, ..) => write!(out, "{op:?}"),
        ExprKind::Compare(op, ..) => write!(out, "{op:?}"),
        ExprKind::InRange(.., closed, negated) => write!(out, "in {closed} {negated}"),
        ExprKind::InSet(.., negated) => write!(out, "set {negated}"),
        ExprKind::Call(builtin, _) => write!(out, "{builtin:?}"),
        ExprKind::Indicator(id, field) => write!(out, "{id:?} {field:?}"),
        ExprKind::Over(_, scope) => write!(out, "over {scope:?}"),
        ExprKind::Among(a) => write!(out, "among {:?} {:?} {}", a.function, a.by, a.higher_is_better),
        ExprKind::Previous(_, back) => write!(out, "previous {back:?}"),
        ExprKind::Window(function, _, window, needs) => write!(out, "window {function:?} {window:?} {needs}"),
        ExprKind::OverWindow(_, window) => write!(out, "over {window:?}"),
        ExprKind::Curve(curve, _) => match &curve.kind {
            CurveKind::Step(rows) => rows.iter().try_for_each(|row| write!(out, "{:?}", row.bound)),
            kind => write!(out, "{kind:?}"),
        },
        ExprKind::Period(field) => write!(out, "{field:?}"),
        ExprKind::Line(field) => write!(out, "line {field:?}"),
        ExprKind::Card(field) => write!(out, "card {field:?}"),
        ExprKind::Pay(incentive, pay) => write!(out, "pay {incentive:?} {pay:?}"),
        other => write!(out, "{:?}", std::mem::discriminant(other)),
    };
    out.push('(');
    for child in expr.children() {
        write_expr(child, out);
        out.push(',');
    }
    out.push(')');
}

/// Whether something is true of an expression or of one inside it, those of rows and members included.
pub(crate) fn any(expr: &Expr, is: &mut dyn FnMut(&Expr) -> bool) -> bool {
    is(expr) || expr.children().into_iter().any(|child| any(child, is))
}
