//! What a condition tells of the values behind it.
//!
//! `if c then a else b` computes `a` only where `c` holds, an aggregate reads only rows for which its `where` holds. A
//! comparison that holds says where its sides lie; an expression of the same form has the same value in the same
//! surroundings.

use kpi_value::Dec;

use super::{CardRange, Range, Ranges};
use crate::model::{CompareOp, Expr, ExprKind};

/// How many comparisons are kept: a very long chain of conditions must not make the check slow.
const MOST: usize = 16;

/// What is known where an expression stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Known<'e> {
    /// Whether it is evaluated for a row, not for a cell.
    pub row: bool,
    /// Whether it stands in the body of an inlined function: its parts may stand in several places at once.
    pub inlined: bool,
    /// Where values of this form lie.
    pub facts: Vec<(&'e Expr, Range)>,
    /// The cards whose values it reads.
    pub card: Option<CardRange>,
}

impl<'e> Known<'e> {
    /// In a row.
    pub fn in_row() -> Known<'e> {
        Known { row: true, ..Known::default() }
    }

    /// In another period, for another subject: nothing is known of values there.
    pub fn moved(&self) -> Known<'e> {
        Known { facts: Vec::new(), ..self.clone() }
    }

    /// What the conditions before an expression say of it.
    pub fn narrow(&self, e: &Expr, mut range: Range) -> Range {
        for (same, fact) in &self.facts {
            if is_same(same, e) {
                range = range.meet(*fact);
            }
        }
        range
    }
}

impl Ranges<'_> {
    /// Adds what holds where a condition is true, or is false.
    ///
    /// `strict`: also where the condition has no data, as behind `and`; then only comparisons with what always has a value
    /// count, for without data they have none on the other side either.
    pub(super) fn learn<'e>(&self, condition: &'e Expr, truth: bool, strict: bool, known: &mut Known<'e>) {
        match &condition.kind {
            ExprKind::Not(x) => self.learn(x, !truth, strict, known),
            ExprKind::And(a, b) if truth => {
                self.learn(a, truth, strict, known);
                self.learn(b, truth, strict, known);
            }
            ExprKind::Or(a, b) if !truth => {
                self.learn(a, truth, strict, known);
                self.learn(b, truth, strict, known);
            }
            ExprKind::Compare(op, a, b) => {
                let op = if truth { *op } else { op.negated() };
                let (left, right) = (self.found(a, known).range(), self.found(b, known).range());
                self.learn_side(a, op, right, strict, known);
                self.learn_side(b, op.turned(), left, strict, known);
            }
            ExprKind::InRange(x, low, high, closed, negated) if *negated != truth => {
                let (low, high) = (self.found(low, known).range(), self.found(high, known).range());
                self.learn_side(x, CompareOp::Ge, low, strict, known);
                self.learn_side(x, if *closed { CompareOp::Le } else { CompareOp::Lt }, high, strict, known);
            }
            _ => {}
        }
    }

    fn learn_side<'e>(&self, e: &'e Expr, op: CompareOp, other: Range, strict: bool, known: &mut Known<'e>) {
        if strict && other.missing || known.facts.len() >= MOST || other.is_empty() {
            return;
        }
        if e.ty.unit().is_none() || e.as_const_dec().is_some() {
            return;
        }
        let holding = |bound: Option<Dec>, op| bound.map_or(Range::ALL, |x| Range::comparing(op, x));
        let fact = match op {
            CompareOp::Lt | CompareOp::Le => {
                let op = if matches!(other.high, super::Bound::Open(_)) { CompareOp::Lt } else { op };
                holding(other.high.number(), op)
            }
            CompareOp::Gt | CompareOp::Ge => {
                let op = if matches!(other.low, super::Bound::Open(_)) { CompareOp::Gt } else { op };
                holding(other.low.number(), op)
            }
            CompareOp::Eq => other,
            CompareOp::Ne => match other.point() {
                // Only an end can be cut off.
                Some(x) => self.found(e, known).range().without(x),
                None => return,
            },
        };
        known.facts.push((e, fact));
    }
}

/// Whether two expressions have the same value in the same surroundings, by their form.
pub(crate) fn is_same(a: &Expr, b: &Expr) -> bool {
    use ExprKind as K;
    if a.id == b.id {
        return true;
    }
    let both = |a: &Option<Expr>, b: &Option<Expr>| match (a, b) {
        (Some(a), Some(b)) => is_same(a, b),
        (None, None) => true,
        _ => false,
    };
    let all = |a: &[Expr], b: &[Expr]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b));
    match (&a.kind, &b.kind) {
        (K::Inlined(_, a), _) => is_same(a, b),
        (_, K::Inlined(_, b)) => is_same(a, b),
        (K::Const(a), K::Const(b)) => a.is_some() && a == b,
        (K::Column(a), K::Column(b)) => a == b,
        (K::Indicator(a, f), K::Indicator(b, g)) => (a, f) == (b, g),
        (K::Card(a), K::Card(b)) => a == b,
        (K::Line(a), K::Line(b)) => a == b,
        (K::Pay(a, i), K::Pay(b, j)) => (a, i) == (b, j),
        (K::Period(a), K::Period(b)) => a == b,
        (K::StintDays, K::StintDays) => true,
        (K::Param(a, None), K::Param(b, None)) => a == b,
        (K::Param(a, Some(x)), K::Param(b, Some(y))) => a == b && all(x, y),
        (K::Neg(a), K::Neg(b)) | (K::Not(a), K::Not(b)) | (K::IsMissing(a), K::IsMissing(b)) => is_same(a, b),
        (K::Arithmetic(o, a, b), K::Arithmetic(p, c, d)) => o == p && is_same(a, c) && is_same(b, d),
        (K::Compare(o, a, b), K::Compare(p, c, d)) => o == p && is_same(a, c) && is_same(b, d),
        (K::And(a, b), K::And(c, d)) | (K::Or(a, b), K::Or(c, d)) => is_same(a, c) && is_same(b, d),
        (K::InSet(x, xs, n), K::InSet(y, ys, m)) => n == m && is_same(x, y) && all(xs, ys),
        (K::InRange(x, a, b, c, n), K::InRange(y, d, e, f, m)) => {
            (c, n) == (f, m) && is_same(x, y) && is_same(a, d) && is_same(b, e)
        }
        (K::Call(f, xs), K::Call(g, ys)) => f == g && all(xs, ys),
        (K::Over(a, s), K::Over(b, t)) => s == t && is_same(a, b),
        (K::Previous(a, n), K::Previous(b, m)) => n == m && is_same(a, b),
        (K::Aggregate(a), K::Aggregate(b)) => {
            (a.function, a.table, &a.via, a.needs) == (b.function, b.table, &b.via, b.needs)
                && both(&a.arg, &b.arg)
                && both(&a.condition, &b.condition)
        }
        (K::Lookup(a), K::Lookup(b)) => {
            (a.table, &a.via) == (b.table, &b.via) && is_same(&a.arg, &b.arg) && both(&a.condition, &b.condition)
        }
        _ => false,
    }
}
