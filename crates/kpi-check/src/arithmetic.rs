//! `+ - × ÷`, over numbers and dates, and constants.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::{Dec, Overflow, Value};

use crate::checker::Checker;
use crate::compare::is_ratio;
use crate::context::Context;
use crate::literals::{bare_number, is_literal, times_hundred};
use crate::model::{self, ArithmeticOp, Builtin, ExprKind, Type, Unit};
use crate::units::combine_units;
use rustc_hash::FxHashSet;

const DAY: Dec = Dec::int(86_400);

impl<'a> Checker<'a> {
    pub(crate) fn arithmetic(
        &mut self,
        e: &'a ast::Expr,
        op: ArithmeticOp,
        left: &'a ast::Expr,
        right: &'a ast::Expr,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<model::Expr> {
        let sum = matches!(op, ArithmeticOp::Add | ArithmeticOp::Sub);
        let expected = expected.filter(|_| sum);
        // A bare literal takes its meaning from the other side.
        let (a, b) = if sum && bare_number(left).is_some() && !is_literal(right) {
            let b = self.operand(right, cx, expected);
            let a = self.operand(left, cx, b.as_ref().map(|b| b.ty));
            (a?, b?)
        } else {
            let a = self.operand(left, cx, expected);
            let b = match &right.kind {
                ast::ExprKind::Number(number) if sum => self.addend(op, left, a.as_ref()?, number, right),
                _ => self.operand(right, cx, if sum { a.as_ref().map(|a| a.ty) } else { None }),
            };
            (a?, b?)
        };
        if op == ArithmeticOp::Div && matches!(self.fold(&b), Some(Ok(Dec::ZERO))) {
            self.report(
                Diagnostic::new(codes::types::CONSTANT_ZERO, text!("a division by 0 never has data"))
                    .label(b.span, text!("is 0 for every subject"))
                    .help(text!("divide by what is counted, such as `sum(…)` or `count(…)`")),
            );
            return None;
        }
        let ty = match (a.ty, b.ty) {
            (Type::Number(x), Type::Number(y)) => {
                let literals = (bare_number(left).is_some(), bare_number(right).is_some());
                match combine_units(op, x, y, literals) {
                    Some(unit) => Type::Number(unit),
                    None => {
                        self.report_units(left, right, &a, &b);
                        return None;
                    }
                }
            }
            (Type::Date, Type::Date) | (Type::DateTime, Type::DateTime) if op == ArithmeticOp::Sub => Type::DURATION,
            (Type::DateTime, Type::Number(unit)) if sum && unit == Unit::DURATION => Type::DateTime,
            (Type::Date, Type::Number(unit)) if sum && unit == Unit::DURATION => {
                self.check_whole_days(&b)?;
                Type::Date
            }
            _ => {
                self.report_operands(op, &a, &b);
                return None;
            }
        };
        Some(self.make(ExprKind::Arithmetic(op, Box::new(a), Box::new(b)), ty, e.span))
    }

    /// A literal after `+` or `-`: percent would leave open what it is a percentage of.
    fn addend(
        &mut self,
        op: ArithmeticOp,
        left: &'a ast::Expr,
        a: &model::Expr,
        number: &ast::Number,
        right: &'a ast::Expr,
    ) -> Option<model::Expr> {
        let value = number.value;
        match number.unit {
            ast::Unit::PercentagePoint if is_ratio(a.ty) => {
                let kind = ExprKind::Const(Some(Value::Dec(value)));
                Some(self.make(kind, Type::RATIO, right.span))
            }
            ast::Unit::Percent if value != Dec::ONE => {
                let sign = if op == ArithmeticOp::Add { "+" } else { "-" };
                let percent = times_hundred(value);
                let factor = match op {
                    ArithmeticOp::Add => Dec::ONE.add(value),
                    _ => Dec::ONE.sub(value),
                };
                let factor = times_hundred(factor.unwrap_or_default());
                let more = match op {
                    ArithmeticOp::Add => text!("{percent}% more", percent),
                    _ => text!("{percent}% less", percent),
                };
                let message =
                    text!("`{sign} {percent}%` is {more}, or {percent} percentage points?", sign, percent, more);
                let mut finding = Diagnostic::new(codes::types::PERCENT_AFTER_PLUS, message)
                    .label(right.span, text!("a percentage after `+` or `-` can be read in two ways"));
                let end = Span { start: left.span.end, ..left.span.to(right.span) };
                finding = finding.fix(text!("{more}: `× {factor}%`", more, factor), end, format!(" × {factor}%"));
                let mut help = text!("write `× {factor}%` for {more}", factor, more);
                if is_ratio(a.ty) {
                    finding = finding.fix(
                        text!("percentage points: `{sign} {percent}pp`", sign, percent),
                        right.span,
                        format!("{percent}pp"),
                    );
                    help = text!(
                        "write `× {factor}%` for {more}, or `{sign} {percent}pp` for percentage points",
                        factor,
                        more,
                        sign,
                        percent
                    );
                }
                self.report(finding.help(help));
                None
            }
            _ => self.number(number, right.span, Some(a.ty)),
        }
    }

    fn report_units(&mut self, left: &ast::Expr, right: &ast::Expr, a: &model::Expr, b: &model::Expr) {
        let (finding, main, other) = match bare_number(left) {
            Some(_) => (self.mismatch(a.ty, left, b.ty), a, b),
            None => (self.mismatch(b.ty, right, a.ty), b, a),
        };
        let finding = self.propose_factor(finding, a, b);
        let (here, there) = (self.show(main.ty), self.show(other.ty));
        self.report(
            finding.label(main.span, text!("this is {here}", here)).label(other.span, text!("this is {there}", there)),
        );
    }

    fn report_operands(&mut self, op: ArithmeticOp, a: &model::Expr, b: &model::Expr) {
        let (left, right) = (self.show(a.ty), self.show(b.ty));
        let sign = match op {
            ArithmeticOp::Add => "+",
            ArithmeticOp::Sub => "-",
            ArithmeticOp::Mul => "×",
            ArithmeticOp::Div => "÷",
        };
        let mut finding = Diagnostic::new(
            codes::types::TYPE_MISMATCH,
            text!("`{sign}` does not join {left} and {right}", sign, left, right),
        )
        .label(a.span, text!("this is {left}", left))
        .label(b.span, text!("this is {right}", right));
        if matches!(a.ty, Type::Date | Type::DateTime) || matches!(b.ty, Type::Date | Type::DateTime) {
            finding = finding.help(text!("of dates there are `date - date`, which is a duration, and `date + 30d`"));
        }
        self.report(finding);
    }

    /// A date moves by whole days.
    fn check_whole_days(&mut self, b: &model::Expr) -> Option<()> {
        let days = self.fold(b).and_then(Result::ok);
        if days.and_then(|x| x.whole_times(DAY)?.mul(DAY).ok().map(|y| x == y)) == Some(true) {
            return Some(());
        }
        self.report(
            Diagnostic::new(codes::types::TYPE_MISMATCH, text!("a date moves by a whole number of days"))
                .label(b.span, text!("not a constant number of whole days"))
                .help(text!("write `30d`, or compute with a `datetime`")),
        );
        None
    }

    /// The value of a constant number: literals, arithmetics of them, plain parameters. `what` names it in a finding:
    /// "a weight". `expected` is its dimension; a `%` literal after `±` is refused as anywhere.
    pub fn const_dec(&mut self, e: &'a ast::Expr, what: &Text, expected: Unit) -> Option<Dec> {
        let typed = self.expr(e, &Context::pure(), Some(Type::Number(expected)))?;
        self.folded(&typed, what)
    }

    /// As [`Checker::const_dec`], of any dimension, which is returned.
    pub fn const_number(&mut self, e: &'a ast::Expr, what: &Text) -> Option<(Dec, Unit)> {
        let typed = self.expr(e, &Context::pure(), None)?;
        let unit = self.need_number(&typed, what)?;
        Some((self.folded(&typed, what)?, unit))
    }

    fn folded(&mut self, typed: &model::Expr, what: &Text) -> Option<Dec> {
        let finding = match self.fold(typed) {
            Some(Ok(value)) => {
                self.note_params(typed);
                return Some(value);
            }
            Some(Err(Overflow)) => {
                Diagnostic::new(codes::types::OUT_OF_RANGE, text!("the number has more than 26 digits"))
                    .label(typed.span, text!("too large"))
            }
            None => Diagnostic::new(codes::types::NOT_CONSTANT, text!("{what} is a constant, and this is not", what))
                .label(typed.span, text!("this depends on more than the text of the policy"))
                .help(text!("write a number, arithmetics of numbers, or a parameter that has one value")),
        };
        self.report(finding);
        None
    }

    /// Notes the parameters of a constant: the model holds its value, whatever a test says of them.
    fn note_params(&mut self, constant: &model::Expr) {
        let mut open = vec![constant];
        let mut found = Vec::new();
        let mut seen = FxHashSet::default();
        while let Some(e) = open.pop() {
            if let ExprKind::Param(id, _) = &e.kind
                && seen.insert(*id)
            {
                found.push(*id);
                open.extend(self.model.params[*id].value.rows.iter().map(|row| &row.value));
            }
            open.extend(e.children());
        }
        for id in found {
            self.constant_params.entry(id).or_insert(constant.span);
        }
    }

    /// The value of a constant number; `None` if it is not one, or has no value (x ÷ 0).
    pub fn fold(&self, e: &model::Expr) -> Option<Result<Dec, Overflow>> {
        let value = match &e.kind {
            ExprKind::Const(Some(Value::Dec(x))) => Ok(*x),
            ExprKind::Neg(x) => self.fold(x)?.and_then(|x| Dec::ZERO.sub(x)),
            ExprKind::Inlined(_, x) => return self.fold(x),
            ExprKind::Param(id, None) => return self.fold(self.model.params[*id].value.as_plain()?),
            ExprKind::Arithmetic(op, a, b) => {
                if !matches!((a.ty, b.ty), (Type::Number(_), Type::Number(_))) {
                    return None;
                }
                let (a, b) = match (self.fold(a)?, self.fold(b)?) {
                    (Ok(a), Ok(b)) => (a, b),
                    _ => return Some(Err(Overflow)),
                };
                match op {
                    ArithmeticOp::Add => a.add(b),
                    ArithmeticOp::Sub => a.sub(b),
                    ArithmeticOp::Mul => a.mul(b),
                    ArithmeticOp::Div => match a.div(b) {
                        Ok(None) => return None,
                        Ok(Some(x)) => Ok(x),
                        Err(overflow) => Err(overflow),
                    },
                }
            }
            ExprKind::Call(function @ (Builtin::Min | Builtin::Max | Builtin::Abs), args) => {
                let mut values = Vec::new();
                for arg in args {
                    match self.fold(arg)? {
                        Ok(value) => values.push(value),
                        Err(overflow) => return Some(Err(overflow)),
                    }
                }
                match function {
                    Builtin::Min => Ok(values.into_iter().min()?),
                    Builtin::Max => Ok(values.into_iter().max()?),
                    _ => Ok(values.first()?.abs()),
                }
            }
            _ => return None,
        };
        Some(value)
    }
}
