//! Comparisons, `in`, and the operators between truth values.

use kpi_base::{Diagnostic, Span, codes, text};
use kpi_syntax::ast;
use kpi_value::Dec;

use crate::checker::Checker;
use crate::context::Context;
use crate::expr::learn;
use crate::literals::{bare_number, is_literal, times_hundred};
use crate::model::{self, ArithmeticOp, CardField, CompareOp, ExprKind, Form, IndicatorField, LineField, Type};
use crate::ranges::{Range, Ranges};

/// The comparison of an operator, if it is one.
pub(crate) fn compare_op(op: ast::BinaryOp) -> Option<CompareOp> {
    Some(match op {
        ast::BinaryOp::Eq => CompareOp::Eq,
        ast::BinaryOp::Ne => CompareOp::Ne,
        ast::BinaryOp::Lt => CompareOp::Lt,
        ast::BinaryOp::Le => CompareOp::Le,
        ast::BinaryOp::Gt => CompareOp::Gt,
        ast::BinaryOp::Ge => CompareOp::Ge,
        _ => return None,
    })
}

impl<'a> Checker<'a> {
    pub(crate) fn binary(
        &mut self,
        e: &'a ast::Expr,
        op: ast::BinaryOp,
        left: &'a ast::Expr,
        right: &'a ast::Expr,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<model::Expr> {
        let arithmetic = match op {
            ast::BinaryOp::Add => ArithmeticOp::Add,
            ast::BinaryOp::Sub => ArithmeticOp::Sub,
            ast::BinaryOp::Mul => ArithmeticOp::Mul,
            ast::BinaryOp::Div => ArithmeticOp::Div,
            ast::BinaryOp::And | ast::BinaryOp::Or => {
                let first = self.truth(left, cx);
                let mut cx = cx.clone();
                if let Some(first) = &first {
                    learn(first, op == ast::BinaryOp::And, &mut cx.known);
                }
                let second = self.truth(right, &cx);
                let (first, second) = (Box::new(first?), Box::new(second?));
                let kind = match op {
                    ast::BinaryOp::And => ExprKind::And(first, second),
                    _ => ExprKind::Or(first, second),
                };
                return Some(self.make(kind, Type::Bool, e.span));
            }
            _ => return self.compare_expr(e, compare_op(op)?, left, right, cx),
        };
        self.arithmetic(e, arithmetic, left, right, cx, expected)
    }

    fn compare_expr(
        &mut self,
        e: &'a ast::Expr,
        op: CompareOp,
        left: &'a ast::Expr,
        right: &'a ast::Expr,
        cx: &Context,
    ) -> Option<model::Expr> {
        // A literal or a member's name takes its meaning from the other side.
        let reversed = (is_literal(left) && !is_literal(right)) || (self.only_a_member(left, cx) && !is_literal(right));
        let (a, b) = if reversed {
            let b = self.operand(right, cx, None)?;
            (self.against(&b, Some(op.turned()), left, cx)?, b)
        } else {
            let a = self.operand(left, cx, None)?;
            let b = self.against(&a, Some(op), right, cx)?;
            (a, b)
        };
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            self.check_ordered(a.ty, e.span)?;
        }
        Some(self.make(ExprKind::Compare(op, Box::new(a), Box::new(b)), Type::Bool, e.span))
    }

    /// Types what a value is compared with: a bound, a target, a member of a set. Reports units that do not meet, a bare
    /// number against a unit, and a number above 1 against a share of a whole.
    ///
    /// `op` is the comparison with `left` on its left side, if there is one.
    pub fn against(
        &mut self,
        left: &model::Expr,
        op: Option<CompareOp>,
        e: &'a ast::Expr,
        cx: &Context,
    ) -> Option<model::Expr> {
        if let ast::ExprKind::Number(ast::Number { value, unit: ast::Unit::PercentagePoint }) = &e.kind
            && self.is_ratio_difference(left)
        {
            let kind = ExprKind::Const(Some(kpi_value::Value::Dec(*value)));
            return Some(self.make(kind, Type::RATIO, e.span));
        }
        if let (ast::ExprKind::Date(date), Type::DateTime) = (&e.kind, left.ty)
            && !matches!(op, Some(CompareOp::Lt | CompareOp::Ge))
        {
            let next = date.plus(1);
            self.report(
                Diagnostic::new(
                    codes::types::TYPE_MISMATCH,
                    text!("is all of {date} meant, or its first moment?", date),
                )
                .label(e.span, text!("a day, and a time of a day is compared with it"))
                .label(left.span, text!("a time of a day"))
                .help(text!(
                    "write `≥ {date}` for times from this day on, `< {next}` for times up to its end",
                    date,
                    next
                )),
            );
            return None;
        }
        let typed = self.operand(e, cx, Some(left.ty))?;
        let typed = self.fit_like(typed, e, left)?;
        if is_above_one(e)
            && let Some(hundred) = self.hundred_percent(left)
        {
            self.check_percentage(hundred, left.span, e)?;
        }
        Some(typed)
    }

    /// Reports a bare number where only a percentage can be meant: `98` against a share.
    fn check_percentage(&mut self, of: Hundred, left: Span, e: &ast::Expr) -> Option<()> {
        let bare = bare_number(e).filter(|x| of.is_left_behind_by(*x));
        let Some(bare) = bare else { return Some(()) };
        let percent = format!("{bare}%");
        let (than, with, why) = match of {
            Hundred::Share => (text!("more than all of them"), text!("a share"), text!("this lies in 0%..100%")),
            Hundred::Attainment => (
                text!("more than any attainment"),
                text!("an attainment"),
                text!("this is 100% where the target is met"),
            ),
        };
        self.report(
            Diagnostic::new(
                codes::types::ABOVE_ALL,
                text!("`{bare}` is {bare2}%, {than}", bare, bare2 = times_hundred(bare), than),
            )
            .label(e.span, text!("compared with {with}", with))
            .label(left, why)
            .help(text!("did you mean `{percent}`?", percent))
            .fix(text!("write `{percent}`", percent), e.span, percent),
        );
        None
    }

    /// As [`Checker::check_percentage`], of the bounds and points of a curve.
    pub(crate) fn check_percentages(&mut self, of: Hundred, left: Span, rows: &[ast::CurveRow]) -> Option<()> {
        let mut sound = Some(());
        for e in rows.iter().flat_map(bounds) {
            if self.check_percentage(of, left, e).is_none() {
                sound = None;
            }
        }
        sound
    }

    /// What 100% means of a value, if no value far above can be meant.
    pub(crate) fn hundred_percent(&self, e: &model::Expr) -> Option<Hundred> {
        match &e.kind {
            ExprKind::Card(CardField::Attainment)
            | ExprKind::Line(LineField::Attainment)
            | ExprKind::Indicator(_, IndicatorField::Attainment) => Some(Hundred::Attainment),
            _ => self.is_share(e).then_some(Hundred::Share),
        }
    }

    /// Refuses `< ≤ > ≥` and ranges of what has no order.
    pub(crate) fn check_ordered(&mut self, ty: Type, span: Span) -> Option<()> {
        let (message, help) = match ty {
            Type::Member(dimension) => {
                let dimension = &self.model.dimensions[dimension];
                if dimension.ordered {
                    return Some(());
                }
                let name = &dimension.title.name;
                (
                    text!("the members of `{name}` have no order", name),
                    text!("declare it `dimension {name} ordered { … }`, lowest first", name),
                )
            }
            Type::Bool | Type::Text | Type::Reference(_) => {
                (text!("{ty} has no order", ty = self.show(ty)), text!("only `==`, `≠` and `in {…}` compare these"))
            }
            _ => return Some(()),
        };
        self.report(
            Diagnostic::new(codes::types::NO_ORDER, message).label(span, text!("an order is needed here")).help(help),
        );
        None
    }

    pub(crate) fn is_in(
        &mut self,
        e: &'a ast::Expr,
        x: &'a ast::Expr,
        set: &'a ast::Set,
        negated: bool,
        cx: &Context,
    ) -> Option<model::Expr> {
        let x = self.operand(x, cx, None)?;
        let kind = match set {
            ast::Set::Range(range) => {
                self.check_ordered(x.ty, range.span)?;
                let low = self.against(&x, Some(CompareOp::Ge), &range.low, cx);
                let upper = if range.closed { CompareOp::Le } else { CompareOp::Lt };
                let high = self.against(&x, Some(upper), &range.high, cx);
                let (low, high) = (Box::new(low?), Box::new(high?));
                ExprKind::InRange(Box::new(x), low, high, range.closed, negated)
            }
            ast::Set::Members(members) => {
                let members: Vec<_> = members.iter().map(|m| self.against(&x, Some(CompareOp::Eq), m, cx)).collect();
                ExprKind::InSet(Box::new(x), members.into_iter().collect::<Option<_>>()?, negated)
            }
        };
        Some(self.make(kind, Type::Bool, e.span))
    }

    /// Whether a value is the difference of two ratios, which `pp` may be compared with.
    fn is_ratio_difference(&self, e: &model::Expr) -> bool {
        match &e.kind {
            ExprKind::Arithmetic(ArithmeticOp::Sub, a, b) => [a, b].iter().all(|x| is_ratio(x.ty)),
            ExprKind::Indicator(id, IndicatorField::Actual) => {
                self.instance(*id).is_some_and(|i| self.is_ratio_difference(&i.formula))
            }
            ExprKind::Inlined(_, x) | ExprKind::Over(x, _) | ExprKind::Previous(x, _) => self.is_ratio_difference(x),
            _ => false,
        }
    }

    /// Whether a ratio certainly lies in 0..100%, by what its formula and the contracts of its columns say.
    fn is_share(&self, e: &model::Expr) -> bool {
        if !is_ratio(e.ty) {
            return false;
        }
        let range = Ranges::so_far(&self.model, &self.instances).range(e);
        !range.is_empty() && range.lies_in(Range::SHARE)
    }
}

/// The bounds and points of a curve's row.
fn bounds(row: &ast::CurveRow) -> impl Iterator<Item = &ast::Expr> {
    let bounds = match &row.at {
        ast::CurveAt::Compare(_, e) | ast::CurveAt::Point(e) | ast::CurveAt::From(e) => [Some(e), None],
        ast::CurveAt::Range(range) => [Some(&*range.low), Some(&*range.high)],
        ast::CurveAt::Else => [None, None],
    };
    bounds.into_iter().flatten()
}

/// Whether it is a bare number above 1, which may have lost its `%`.
fn is_above_one(e: &ast::Expr) -> bool {
    bare_number(e).is_some_and(|x| x > Dec::ONE)
}

/// Whether a row of a curve has such a number.
pub(crate) fn has_above_one(row: &ast::CurveRow) -> bool {
    bounds(row).any(is_above_one)
}

/// What 100% means of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hundred {
    /// All of them: nothing lies above.
    Share,
    /// A target met. It may lie above, but a cap of ten times the target has no use.
    Attainment,
}

impl Hundred {
    fn is_left_behind_by(self, x: Dec) -> bool {
        match self {
            Self::Share => x > Dec::ONE,
            Self::Attainment => x >= Dec::percent(1000),
        }
    }
}

pub(crate) fn is_ratio(ty: Type) -> bool {
    matches!(ty, Type::Number(unit) if unit.is_plain() && unit.form == Form::Ratio)
}
