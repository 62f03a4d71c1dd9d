//! Expressions.

use std::sync::LazyLock;

use kpi_base::codes::syntax as codes;
use kpi_base::{Diagnostic, Span, text};
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::{Builder, find, operand};
use crate::ast::{
    Among, BinaryOp, Call, CurveAt, CurveCall, CurveKind, CurveRow, Expr, ExprKind, PartMissing, Presence, Range,
    Scope, Set, Weighted, Window, WindowKind,
};
use crate::grammar::{Pair, Rule};

/// Loose to tight. Comparisons stand between `not` and `+`, in the grammar.
static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    PrattParser::new()
        .op(Op::infix(Rule::or_op, Assoc::Left))
        .op(Op::infix(Rule::and_op, Assoc::Left))
        .op(Op::prefix(Rule::not_op))
        .op(Op::infix(Rule::add_op, Assoc::Left) | Op::infix(Rule::sub_op, Assoc::Left))
        .op(Op::infix(Rule::mul_op, Assoc::Left) | Op::infix(Rule::div_op, Assoc::Left))
        .op(Op::prefix(Rule::neg_op))
});

impl Builder<'_> {
    /// `expr`, `arith`, `operand`, `key` or anything below them.
    pub(crate) fn expr(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::expr => return self.scoped(pair),
            Rule::key => return self.expr(pair.into_inner().next()?),
            Rule::paren => {
                // The parentheses belong to the text of the expression.
                let inner = self.expr(operand(pair)?)?;
                return Some(Expr { kind: inner.kind, span });
            }
            Rule::logic | Rule::arith => return self.operators(pair),
            Rule::test => return self.test(pair),
            Rule::operand => return self.operand(pair),
            Rule::if_expr => {
                let mut parts = pair.into_inner().filter(|p| p.as_rule() == Rule::expr);
                let (c, a, b) = (parts.next()?, parts.next()?, parts.next()?);
                let (c, a, b) = (self.expr(c)?, self.expr(a)?, self.expr(b)?);
                ExprKind::If(Box::new(c), Box::new(a), Box::new(b))
            }
            Rule::number => ExprKind::Number(self.number(pair)?),
            Rule::proportion => ExprKind::Number(self.proportion(pair)?),
            Rule::date => ExprKind::Date(self.date(&pair)?),
            Rule::period => ExprKind::Period(self.period(&pair)?),
            Rule::string => ExprKind::Text(self.text(&pair).value),
            Rule::kw_true => ExprKind::Bool(true),
            Rule::kw_false => ExprKind::Bool(false),
            Rule::kw_none => ExprKind::None,
            Rule::kw_self => ExprKind::SelfActual,
            Rule::named => match find(pair.clone(), Rule::args) {
                None => ExprKind::Name(self.name(&pair)),
                Some(_) => ExprKind::Call(Box::new(self.call(pair)?)),
            },
            Rule::placeholder => ExprKind::Placeholder(self.name(&find(pair, Rule::name)?)),
            Rule::raters => ExprKind::Weighted(Box::new(self.weighted(pair)?)),
            Rule::curve_call => ExprKind::Curve(Box::new(self.curve_call(pair)?)),
            _ => return None,
        };
        Some(Expr { kind, span })
    }

    fn weighted(&mut self, pair: Pair<'_>) -> Option<Weighted> {
        let (mut parts, mut missing) = (Vec::new(), PartMissing::Fail);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::rated => {
                    let mut sides = part.into_inner().filter(|side| side.as_rule() != Rule::colon);
                    let (value, weight) = (self.expr(sides.next()?)?, self.expr(sides.next()?)?);
                    parts.push((value, weight));
                }
                Rule::rater_missing if find(part.clone(), Rule::kw_zero).is_some() => missing = PartMissing::Zero,
                Rule::rater_missing if find(part.clone(), Rule::kw_reweight).is_some() => {
                    missing = PartMissing::Reweight;
                }
                _ => {}
            }
        }
        Some(Weighted { parts, missing })
    }

    /// An expression with its `over`.
    fn scoped(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let first = parts.next()?;
        let alone = is_alone(first.clone());
        let inner = self.expr(first)?;
        let Some(over) = parts.next() else { return Some(inner) };
        let over_span = self.span(&over);
        let scope = over.into_inner().find(|p| p.as_rule() != Rule::kw_over)?;
        let scope = match scope.as_rule() {
            Rule::kw_all => Scope::All(self.span(&scope)),
            Rule::window => Scope::Window(self.window(scope)?),
            _ => Scope::Column(self.path(scope)),
        };
        if !alone {
            self.report(
                Diagnostic::new(
                    codes::OVER_WITHOUT_PARENTHESES,
                    text!("`over` behind an operation can be read in two ways"),
                )
                .label(over_span, text!("of the whole, or of its last part?"))
                .label(inner.span, text!("the operation"))
                .help(text!(
                    "put in parentheses what is taken `over` the group: `(a / b) over team`, or `a / (b over team)`"
                )),
            );
            return None;
        }
        Some(Expr { kind: ExprKind::Over(Box::new(inner), scope), span })
    }

    /// Flat operators, by precedence.
    fn operators(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let this = std::cell::RefCell::new(self);
        PRECEDENCE
            .map_primary(|p| this.borrow_mut().expr(p))
            .map_prefix(|op, x| {
                let x = x?;
                let span = this.borrow().span(&op).to(x.span);
                let x = Box::new(x);
                let kind = if op.as_rule() == Rule::not_op { ExprKind::Not(x) } else { ExprKind::Neg(x) };
                Some(Expr { kind, span })
            })
            .map_infix(|left, op, right| {
                let (left, right) = (left?, right?);
                let op = match op.as_rule() {
                    Rule::or_op => BinaryOp::Or,
                    Rule::and_op => BinaryOp::And,
                    Rule::add_op => BinaryOp::Add,
                    Rule::sub_op => BinaryOp::Sub,
                    Rule::mul_op => BinaryOp::Mul,
                    _ => BinaryOp::Div,
                };
                let span = left.span.to(right.span);
                Some(Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), span })
            })
            .parse(pair.into_inner())
    }

    /// At most one comparison, `in` or `is`.
    fn test(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let mut parts = pair.into_inner();
        let left = self.expr(parts.next()?)?;
        let Some(tail) = parts.next() else { return Some(left) };
        if let Some(second) = parts.next() {
            let first = self.span(&tail);
            let second = self.span(&second);
            self.report(
                Diagnostic::new(codes::CHAINED_COMPARISON, text!("comparisons cannot be chained"))
                    .label(second, text!("a second comparison of the same value"))
                    .label(first, text!("the first one"))
                    .help(text!("write both: `a < b and b < c`, or ask for a range: `b in a..c`")),
            );
            return None;
        }
        self.comparison(left, tail)
    }

    /// `≥ x`, `in a..b`, `is missing` behind a value.
    pub(super) fn comparison(&mut self, left: Expr, tail: Pair<'_>) -> Option<Expr> {
        let span = left.span.to(self.span(&tail));
        let kind = match tail.as_rule() {
            Rule::compare => {
                let mut parts = tail.into_inner();
                let op = comparison_op(parts.next()?.as_str());
                ExprKind::Binary(op, Box::new(left), Box::new(self.expr(parts.next()?)?))
            }
            Rule::is_tail => ExprKind::Is(Box::new(left), presence(tail)),
            _ => {
                let mut negated = false;
                let mut set = None;
                for part in tail.into_inner() {
                    match part.as_rule() {
                        Rule::not_op => negated = true,
                        Rule::range => set = Some(Set::Range(self.range(part)?)),
                        Rule::member_set => {
                            let members = part.into_inner().filter(|p| p.as_rule() == Rule::expr);
                            set = Some(Set::Members(members.map(|p| self.expr(p)).collect::<Option<Vec<_>>>()?));
                        }
                        _ => {}
                    }
                }
                ExprKind::In(Box::new(left), set?, negated)
            }
        };
        Some(Expr { kind, span })
    }

    pub(crate) fn range(&mut self, pair: Pair<'_>) -> Option<Range> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let low = Box::new(self.expr(parts.next()?)?);
        let closed = parts.next()?.as_str().trim() == "..";
        let high = Box::new(self.expr(parts.next()?)?);
        Some(Range { low, high, closed, span })
    }

    fn operand(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let mut parts = pair.into_inner();
        let mut expr = self.expr(parts.next()?)?;
        for part in parts {
            let span = expr.span.to(self.span(&part));
            let kind = if part.as_rule() == Rule::field {
                let name = find(part, Rule::name)?;
                ExprKind::Field(Box::new(expr), self.name(&name))
            } else {
                let keys = part.into_inner().filter(|p| p.as_rule() == Rule::expr);
                ExprKind::Index(Box::new(expr), keys.map(|p| self.expr(p)).collect::<Option<Vec<_>>>()?)
            };
            expr = Expr { kind, span };
        }
        Some(expr)
    }

    fn call(&mut self, pair: Pair<'_>) -> Option<Call> {
        let mut parts = pair.into_inner();
        let mut call = Call {
            function: self.name(&parts.next()?),
            args: Vec::new(),
            via: None,
            dated: None,
            at: None,
            condition: None,
            needs: None,
            among: None,
            window: None,
        };
        for part in parts.next()?.into_inner() {
            match part.as_rule() {
                Rule::arg => {
                    let inner = part.into_inner().next()?;
                    if inner.as_rule() == Rule::window {
                        let (window, span) = (self.window(inner.clone())?, self.span(&inner));
                        self.set(&mut call.window, Some(window), "window", span);
                    } else {
                        call.args.push(self.expr(inner)?);
                    }
                }
                Rule::via => call.via = find(part, Rule::path).map(|p| self.path(p)),
                Rule::dated => call.dated = Some(self.expr(operand(part)?)?),
                Rule::at => call.at = Some(self.expr(operand(part)?)?),
                Rule::where_clause => call.condition = Some(self.expr(operand(part)?)?),
                Rule::needs => call.needs = Some(self.count(&find(part, Rule::count)?)?),
                Rule::among => call.among = Some(self.among(part)?),
                _ => {}
            }
        }
        Some(call)
    }

    fn window(&mut self, pair: Pair<'_>) -> Option<Window> {
        let span = self.span(&pair);
        let word = find(pair.clone(), Rule::name).map(|p| self.name(&p));
        let mut parts = pair.into_inner();
        let kind = match parts.next()?.as_rule() {
            Rule::kw_last => WindowKind::Last(self.count(&parts.find(|p| p.as_rule() == Rule::count)?)?, word?),
            Rule::kw_this => WindowKind::This(word?),
            _ => WindowKind::Since(Box::new(self.expr(parts.next()?)?)),
        };
        Some(Window { kind, span })
    }

    fn among(&mut self, pair: Pair<'_>) -> Option<Among> {
        let mut among = Among { by: Vec::new(), condition: None, span: self.span(&pair) };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::path => among.by.push(self.path(part)),
                Rule::where_clause => among.condition = Some(self.expr(operand(part)?)?),
                _ => {}
            }
        }
        Some(among)
    }

    fn curve_call(&mut self, pair: Pair<'_>) -> Option<CurveCall> {
        let (mut kind, mut arg, mut rows) = (CurveKind::Step, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::curve_kind => kind = curve_kind(&part),
                Rule::expr => arg = Some(self.expr(part)?),
                Rule::curve_body => rows = Some(self.curve_rows(part)?),
                _ => {}
            }
        }
        let (rows, body) = rows?;
        Some(CurveCall { kind, arg: arg?, rows, body })
    }

    /// The rows of a curve, and its braces.
    pub(super) fn curve_rows(&mut self, pair: Pair<'_>) -> Option<(Vec<CurveRow>, Span)> {
        let span = self.span(&pair);
        let rows = pair.into_inner().filter(|p| p.as_rule() == Rule::curve_row);
        let rows = rows.map(|row| self.curve_row(row)).collect::<Option<Vec<_>>>()?;
        Some((rows, span))
    }

    fn curve_row(&mut self, pair: Pair<'_>) -> Option<CurveRow> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let at = self.curve_at(parts.next()?)?;
        let value = self.expr(parts.find(|p| p.as_rule() == Rule::expr)?)?;
        Some(CurveRow { at, value, span })
    }

    fn curve_at(&mut self, pair: Pair<'_>) -> Option<CurveAt> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let first = parts.next()?;
        Some(match first.as_rule() {
            Rule::kw_else | Rule::any => CurveAt::Else,
            Rule::kw_from => CurveAt::From(self.expr(parts.next()?)?),
            Rule::bound_op => CurveAt::Compare(comparison_op(first.as_str()), self.expr(parts.next()?)?),
            _ => {
                let low = self.expr(first)?;
                match parts.next() {
                    None => CurveAt::Point(low),
                    Some(op) => {
                        let closed = op.as_str().trim() == "..";
                        let high = Box::new(self.expr(parts.next()?)?);
                        CurveAt::Range(Range { low: Box::new(low), high, closed, span })
                    }
                }
            }
        })
    }
}

/// Whether there is no operator outside parentheses.
fn is_alone(mut pair: Pair<'_>) -> bool {
    while !matches!(pair.as_rule(), Rule::operand) {
        let mut parts = pair.into_inner();
        match (parts.next(), parts.next()) {
            (Some(one), None) => pair = one,
            _ => return false,
        }
    }
    true
}

pub(super) fn comparison_op(text: &str) -> BinaryOp {
    match text.trim() {
        "==" | "=" => BinaryOp::Eq,
        "!=" | "≠" => BinaryOp::Ne,
        ">=" | "≥" => BinaryOp::Ge,
        "<=" | "≤" => BinaryOp::Le,
        ">" => BinaryOp::Gt,
        _ => BinaryOp::Lt,
    }
}

pub(super) fn curve_kind(pair: &Pair<'_>) -> CurveKind {
    match pair.as_str().trim() {
        "linear" => CurveKind::Linear,
        "marginal" => CurveKind::Marginal,
        _ => CurveKind::Step,
    }
}

pub(super) fn presence(pair: Pair<'_>) -> Presence {
    match find(pair, Rule::kw_known) {
        Some(_) => Presence::Known,
        None => Presence::Missing,
    }
}
