//! Literals, and what is said where one does not fit.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::{Dec, Value};

use crate::checker::Checker;
use crate::expr::constant;
use crate::model::{self, Type, Unit};

impl<'a> Checker<'a> {
    pub(crate) fn number(&mut self, number: &ast::Number, span: Span, expected: Option<Type>) -> Option<model::Expr> {
        let unit = match &number.unit {
            ast::Unit::None => match expected {
                Some(Type::Number(unit)) if unit.is_plain() || number.value.is_zero() => unit,
                _ => Unit::NUMBER,
            },
            ast::Unit::Percent | ast::Unit::Proportion => Unit::RATIO,
            ast::Unit::Duration => Unit::DURATION,
            ast::Unit::Money(currency) => {
                self.check_currency_of(currency.as_deref(), span)?;
                Unit::MONEY
            }
            ast::Unit::PercentagePoint => {
                self.report(
                    Diagnostic::new(codes::types::POINTS_OUT_OF_PLACE, text!("`pp` has no meaning here"))
                        .label(span, text!("percentage points are the difference of two ratios"))
                        .help(text!("they stand after `+` or `-`, and where a difference of two ratios is compared"))
                        .fix(text!("write a ratio"), span, format!("{value}%", value = times_hundred(number.value))),
                );
                return None;
            }
        };
        Some(self.make(constant(Value::Dec(number.value)), Type::Number(unit), span))
    }

    fn check_currency_of(&mut self, written: Option<&str>, span: Span) -> Option<()> {
        let own = self.model.policy.currency.code.clone();
        match written {
            Some(other) if other != own => {
                let message = text!("`{other}` is not the currency of this policy", other);
                let help = text!("all money of a policy is in one currency, here `{own}`", own);
                self.report(
                    Diagnostic::new(codes::types::CURRENCY, message).label(span, text!("another currency")).help(help),
                );
                None
            }
            _ => Some(()),
        }
    }

    pub(crate) fn text(&mut self, text: &str, span: Span, expected: Option<Type>) -> Option<model::Expr> {
        let ty = match expected {
            Some(Type::Member(dimension)) => {
                let found = &self.model.dimensions[dimension];
                let member = found.members.iter().find(|m| m.name == text || m.label.as_deref() == Some(text));
                let message = text!("a member of `{name}` is written without quotes", name = found.title.name);
                let mut finding =
                    Diagnostic::new(codes::types::TYPE_MISMATCH, message).label(span, text!("this is a text"));
                if let Some(member) = member {
                    let name = member.name.clone();
                    finding = finding.fix(text!("write `{name}`", name), span, name);
                }
                self.report(finding);
                return None;
            }
            Some(Type::Reference(table)) => Type::Reference(table),
            _ => Type::Text,
        };
        Some(self.make(constant(Value::Text(text.into())), ty, span))
    }

    pub(crate) fn period_literal(&mut self, text: &str, span: Span) -> Option<model::Expr> {
        match self.model.policy.calendar.parse(text) {
            Ok(period) => Some(self.make(constant(Value::Period(period)), Type::Period(period.kind), span)),
            Err(_) => {
                let message = text!("there is no `{x}` in the calendar", x = text);
                self.report(Diagnostic::new(codes::types::OUT_OF_RANGE, message).label(span, text!("not a period")));
                None
            }
        }
    }

    /// Brings an expression to an expected type: a date literal to a time, nothing else. Reports what does not fit.
    pub(crate) fn fit(&mut self, typed: model::Expr, e: &ast::Expr, expected: Type) -> Option<model::Expr> {
        if self.fits(typed.ty, expected) {
            return Some(typed);
        }
        let finding = self.mismatch(typed.ty, e, expected);
        self.report(finding.label(e.span, text!("this is {ty}", ty = self.show(typed.ty))));
        None
    }

    /// As [`Checker::fit`], to the type of another value, which is shown.
    pub(crate) fn fit_like(&mut self, typed: model::Expr, e: &ast::Expr, like: &model::Expr) -> Option<model::Expr> {
        if self.fits(typed.ty, like.ty) {
            return Some(typed);
        }
        let finding = self.propose_factor(self.mismatch(typed.ty, e, like.ty), &typed, like);
        let (here, there) = (self.show(typed.ty), self.show(like.ty));
        self.report(
            finding.label(e.span, text!("this is {here}", here)).label(like.span, text!("this is {there}", there)),
        );
        None
    }

    /// Whether a value of a type may stand where another is expected.
    pub(crate) fn fits(&self, found: Type, expected: Type) -> bool {
        match (found, expected) {
            (Type::Number(a), Type::Number(b)) => a.same_dimension(b),
            // A key and a reference to it are the same text.
            (Type::Reference(_), Type::Text) | (Type::Text, Type::Reference(_)) => true,
            _ => found == expected,
        }
    }

    /// The finding that two types do not fit; its label is still to be set.
    pub(crate) fn mismatch(&self, found: Type, e: &ast::Expr, expected: Type) -> Diagnostic {
        let (Type::Number(is), Type::Number(unit)) = (found, expected) else {
            let message =
                text!("{expected} was expected, not {found}", expected = self.show(expected), found = self.show(found));
            let finding = Diagnostic::new(codes::types::TYPE_MISMATCH, message);
            return match (found, expected) {
                (Type::Date, Type::DateTime) | (Type::DateTime, Type::Date) => {
                    finding.help(text!("a date and a time of a day are not compared: declare both columns alike"))
                }
                (_, Type::Bool) => finding.help(text!("a condition compares: `… > 0`, `… == …`, `… is known`")),
                _ => finding,
            };
        };
        let Some(bare) = bare_number(e).filter(|_| is.is_plain()) else {
            let message =
                text!("{found} does not meet {expected}", found = self.show(found), expected = self.show(expected));
            return Diagnostic::new(codes::types::UNIT_MISMATCH, message)
                .help(text!("what is compared, added or subtracted is of one unit: multiply or divide to get there"));
        };
        let message = text!("`{bare}` has no unit, and {expected} is expected", bare, expected = self.show(expected));
        let finding = Diagnostic::new(codes::types::BARE_NUMBER, message);
        if unit == Unit::DURATION {
            finding
                .help(text!("write the unit: `{bare}s`, `{bare}min`, `{bare}h` or `{bare}d`", bare))
                .fix(text!("write `{bare}s`", bare), e.span, format!("{bare}s"))
                .fix(text!("write `{bare}min`", bare), e.span, format!("{bare}min"))
        } else if unit == Unit::MONEY {
            let code = &self.model.policy.currency.code;
            finding.help(text!("write the currency: `{bare} {code}`", bare, code)).fix(
                text!("write `{bare} {code}`", bare, code),
                e.span,
                format!("{bare} {code}"),
            )
        } else {
            self.propose_units(finding, bare, unit, e.span)
        }
    }

    /// The unit of a number, which `what` needs.
    pub(crate) fn need_number(&mut self, typed: &model::Expr, what: &Text) -> Option<Unit> {
        if let Type::Number(unit) = typed.ty {
            return Some(unit);
        }
        let found = self.show(typed.ty);
        self.report(
            Diagnostic::new(codes::types::TYPE_MISMATCH, text!("{what} needs a number, not {found}", what, found))
                .label(typed.span, text!("this is {found}", found)),
        );
        None
    }
}

/// A number written without a unit, with its sign.
pub(crate) fn bare_number(e: &ast::Expr) -> Option<Dec> {
    match &e.kind {
        ast::ExprKind::Number(ast::Number { value, unit: ast::Unit::None }) => Some(*value),
        ast::ExprKind::Neg(x) => bare_number(x).and_then(|x| Dec::ZERO.sub(x).ok()),
        _ => None,
    }
}

/// Whether an expression is a literal, which takes its meaning from what it meets.
pub(crate) fn is_literal(e: &ast::Expr) -> bool {
    match &e.kind {
        ast::ExprKind::Number(_)
        | ast::ExprKind::Text(_)
        | ast::ExprKind::Date(_)
        | ast::ExprKind::Period(_)
        | ast::ExprKind::Bool(_) => true,
        ast::ExprKind::Neg(x) => is_literal(x),
        _ => false,
    }
}

pub(crate) fn times_hundred(x: Dec) -> Dec {
    x.mul(Dec::HUNDRED).unwrap_or(x)
}
