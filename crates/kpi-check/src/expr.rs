//! Typing of expressions: where each kind is sent to.

use std::sync::Arc;

use kpi_base::{Diagnostic, codes, text};
use kpi_syntax::ast;
use kpi_value::Value;

use crate::checker::Checker;
use crate::compare::has_above_one;
use crate::context::{At, Context};
use crate::curves::WrittenCurve;
use crate::literals::bare_number;
use crate::model::{self, ExprKind, Path, Type};

impl<'a> Checker<'a> {
    /// Types an expression whose value is used: it is one of the types (no money²), it is not one that may be missing
    /// without having been ruled known, and it fits `expected`, if that is given.
    ///
    /// `expected` also gives a meaning to a bare `0`, to members' names and to the form of a bare number. Numbers without
    /// dimension fit each other whatever their form; the expression keeps its own form. `none` is a value of any type.
    pub fn expr(&mut self, e: &'a ast::Expr, cx: &Context, expected: Option<Type>) -> Option<model::Expr> {
        let typed = self.branch(e, cx, expected)?;
        if let Type::Number(unit) = typed.ty
            && !unit.is_a_type()
        {
            let found = self.show(typed.ty);
            let finding =
                Diagnostic::new(codes::types::NOT_A_TYPE, text!("the result is {found}, which is not a type", found))
                    .label(e.span, text!("this is {found}", found))
                    .help(text!(
                        "a value is a number, a ratio, money or a duration: is a `÷` missing, or one too many?"
                    ));
            self.report(self.propose_value(finding, &typed, unit));
            return None;
        }
        match expected {
            Some(expected) => self.fit(typed, e, expected),
            None => Some(typed),
        }
    }

    /// A condition.
    pub fn condition(&mut self, e: &'a ast::Expr, cx: &Context) -> Option<model::Expr> {
        self.expr(e, cx, Some(Type::Bool))
    }

    /// As [`Checker::expr`], of any unit.
    pub(crate) fn branch(&mut self, e: &'a ast::Expr, cx: &Context, expected: Option<Type>) -> Option<model::Expr> {
        let typed = self.typed(e, cx, expected)?;
        self.check_known(&typed, cx)?;
        Some(typed)
    }

    /// A value that is computed with or compared: not `none`, known, of any unit.
    pub(crate) fn operand(&mut self, e: &'a ast::Expr, cx: &Context, expected: Option<Type>) -> Option<model::Expr> {
        if matches!(e.kind, ast::ExprKind::None) {
            self.report(
                Diagnostic::new(codes::types::MAYBE_MISSING, text!("`none` is no value to compute or compare with"))
                    .label(e.span, text!("nothing equals `none`"))
                    .help(text!("ask `… is missing` or `… is known`")),
            );
            return None;
        }
        self.branch(e, cx, expected)
    }

    /// Refuses a column that may be missing and was not ruled known.
    fn check_known(&mut self, typed: &model::Expr, cx: &Context) -> Option<()> {
        let ExprKind::Column(path) = &typed.kind else { return Some(()) };
        let Some(missing) = self.first_missing(path, &cx.known) else { return Some(()) };
        let shown = self.show_path(path);
        let remedy = match cx.at {
            At::Row(table) => {
                let column = format!("{}.{shown}", self.model.tables[table].title.name);
                text!(
                    "add `where {shown} is known` to the aggregate, or give a value: `coalesce({column}, …)`",
                    shown,
                    column
                )
            }
            _ => {
                text!("write `{shown} is known and …`, `if {shown} is known then …`, or `coalesce({shown}, …)`", shown)
            }
        };
        let mut finding = Diagnostic::new(codes::types::MAYBE_MISSING, text!("`{shown}` may be missing", shown))
            .label(typed.span, text!("used as if it were always known"));
        finding = finding.label(self.model.column(missing).title.span, text!("declared with `?`"));
        self.report(finding.help(remedy));
        None
    }

    /// Types an expression that may be missing.
    pub(crate) fn typed(&mut self, e: &'a ast::Expr, cx: &Context, expected: Option<Type>) -> Option<model::Expr> {
        let (kind, ty) = match &e.kind {
            ast::ExprKind::Number(number) => return self.number(number, e.span, expected),
            ast::ExprKind::Text(text) => return self.text(text, e.span, expected),
            ast::ExprKind::Date(date) => match expected {
                Some(Type::DateTime) => (constant(Value::DateTime(date.midnight())), Type::DateTime),
                _ => (constant(Value::Date(*date)), Type::Date),
            },
            ast::ExprKind::Period(text) => return self.period_literal(text, e.span),
            ast::ExprKind::Bool(value) => (constant(Value::Bool(*value)), Type::Bool),
            ast::ExprKind::None => match expected {
                Some(ty) => (ExprKind::Const(None), ty),
                None => {
                    self.report(
                        Diagnostic::new(codes::types::TYPE_MISMATCH, text!("`none` alone has no type"))
                            .label(e.span, text!("nothing here says what is missing")),
                    );
                    return None;
                }
            },
            ast::ExprKind::SelfActual => return self.self_actual(e.span, cx),
            ast::ExprKind::Name(_) | ast::ExprKind::Field(..) => return self.names_value(e, cx, expected),
            ast::ExprKind::Index(base, keys) => return self.indexed(e, base, keys, cx),
            ast::ExprKind::Call(call) => return self.call(e, call, cx, expected),
            ast::ExprKind::Curve(curve) => {
                let written = WrittenCurve { name: None, kind: curve.kind, rows: &curve.rows, body: curve.body };
                return self.curve_call(&curve.arg, written, e.span, cx, expected);
            }
            ast::ExprKind::Neg(x) => {
                let typed = self.operand(x, cx, expected)?;
                self.need_number(&typed, &text!("`-`"))?;
                let ty = typed.ty;
                match typed.as_const_dec() {
                    Some(value) => {
                        let zero = kpi_value::Dec::ZERO;
                        (constant(Value::Dec(zero.sub(value).unwrap_or(zero))), ty)
                    }
                    None => (ExprKind::Neg(Box::new(typed)), ty),
                }
            }
            ast::ExprKind::Not(x) => (ExprKind::Not(Box::new(self.truth(x, cx)?)), Type::Bool),
            ast::ExprKind::Binary(op, left, right) => return self.binary(e, *op, left, right, cx, expected),
            ast::ExprKind::In(x, set, negated) => return self.is_in(e, x, set, *negated, cx),
            ast::ExprKind::Is(x, presence) => {
                let typed = self.typed(x, cx, None)?;
                let missing = ExprKind::IsMissing(Box::new(typed));
                match presence {
                    ast::Presence::Missing => (missing, Type::Bool),
                    ast::Presence::Known => {
                        (ExprKind::Not(Box::new(self.make(missing, Type::Bool, e.span))), Type::Bool)
                    }
                }
            }
            ast::ExprKind::If(condition, then, other) => return self.choice(e, condition, then, other, cx, expected),
            ast::ExprKind::Over(x, scope) => return self.over(e, x, scope, cx, expected),
            ast::ExprKind::Placeholder(name) => return self.no_cell(name, e.span),
            ast::ExprKind::Weighted(weighted) => return self.weighted(e, weighted, cx),
        };
        Some(self.make(kind, ty, e.span))
    }

    /// An operand of `and`, `or`, `not`, `if`.
    pub(crate) fn truth(&mut self, e: &'a ast::Expr, cx: &Context) -> Option<model::Expr> {
        let typed = self.operand(e, cx, Some(Type::Bool))?;
        self.fit(typed, e, Type::Bool)
    }

    fn choice(
        &mut self,
        e: &'a ast::Expr,
        condition: &'a ast::Expr,
        then: &'a ast::Expr,
        other: &'a ast::Expr,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<model::Expr> {
        let condition = self.truth(condition, cx);
        let (mut yes, mut no) = (cx.clone(), cx.clone());
        if let Some(condition) = &condition {
            learn(condition, true, &mut yes.known);
            learn(condition, false, &mut no.known);
        }
        // `none` and a bare number take their type from the other branch.
        let open = |e: &ast::Expr| matches!(e.kind, ast::ExprKind::None) || bare_number(e).is_some();
        let (first, second) = if open(then) && !open(other) {
            let second = self.branch(other, &no, expected)?;
            (self.branch_like(then, &yes, &second)?, second)
        } else {
            let first = self.branch(then, &yes, expected)?;
            let second = self.branch_like(other, &no, &first)?;
            (first, second)
        };
        let ty = join(first.ty, second.ty);
        let kind = ExprKind::If(Box::new(condition?), Box::new(first), Box::new(second));
        Some(self.make(kind, ty, e.span))
    }

    /// As [`Checker::branch`], of the type of another value.
    fn branch_like(&mut self, e: &'a ast::Expr, cx: &Context, like: &model::Expr) -> Option<model::Expr> {
        let typed = self.branch(e, cx, Some(like.ty))?;
        self.fit_like(typed, e, like)
    }

    pub(crate) fn curve_call(
        &mut self,
        arg: &'a ast::Expr,
        written: WrittenCurve<'a>,
        span: kpi_base::Span,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<model::Expr> {
        let arg = self.operand(arg, cx, None)?;
        let unit = self.need_number(&arg, &text!("a curve"))?;
        if written.rows.iter().any(has_above_one)
            && let Some(hundred) = self.hundred_percent(&arg)
        {
            self.check_percentages(hundred, arg.span, written.rows)?;
        }
        let pure = Context::pure();
        let curve = self.curve(written, unit, if written.name.is_some() { &pure } else { cx }, expected)?;
        let ty = curve.ty;
        Some(self.make(ExprKind::Curve(Arc::new(curve), Box::new(arg)), ty, span))
    }
}

/// What holds of columns where a condition is true or is false: the paths that are then known are added.
pub fn learn(condition: &model::Expr, truth: bool, known: &mut Vec<Path>) {
    match &condition.kind {
        ExprKind::Not(x) => learn(x, !truth, known),
        ExprKind::And(a, b) if truth => {
            learn(a, truth, known);
            learn(b, truth, known);
        }
        ExprKind::Or(a, b) if !truth => {
            learn(a, truth, known);
            learn(b, truth, known);
        }
        ExprKind::IsMissing(x) if !truth => {
            if let ExprKind::Column(path) = &x.kind {
                known.push(path.clone());
            }
        }
        _ => {}
    }
}

/// The type of a value that is one of two that fit each other.
pub(crate) fn join(a: Type, b: Type) -> Type {
    match (a, b) {
        (Type::Number(a), Type::Number(b)) => {
            Type::Number(model::Unit { form: crate::units::join_forms(a.form, b.form), ..a })
        }
        _ => a,
    }
}

pub(crate) fn constant(value: Value) -> ExprKind {
    ExprKind::Const(Some(value))
}
