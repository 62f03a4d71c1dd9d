//! What is a part of what: quotients that lie between 0% and 100%.

use super::Ranges;
use super::known::{Known, is_same};
use crate::model::{Aggregate, AggregateFunction, ArithmeticOp, Expr, ExprKind, Scope};

/// More terms than this are not paired.
const TERMS: usize = 12;

impl Ranges<'_> {
    /// Whether `a` certainly is a part of `b`: 0 ≤ a ≤ b wherever both are known.
    ///
    /// Both are sums of terms. Each term of `a` must be a part of one term of `b` that is no other's, and what is left of
    /// `b` must not be negative. A term is a part of another if both are counts (or sums of the same that is never
    /// negative) over the rows of one table by one way, and every row of the first is one of the second.
    pub(super) fn is_part<'e>(&self, a: &'e Expr, b: &'e Expr, known: &Known<'e>) -> bool {
        let (mut parts, mut wholes) = (Vec::new(), Vec::new());
        terms(a, &mut parts);
        terms(b, &mut wholes);
        if parts.len() > TERMS || wholes.len() > TERMS || parts.len() > wholes.len() {
            return false;
        }
        if let ([part], [whole]) = (parts.as_slice(), wholes.as_slice())
            && let (ExprKind::Indicator(x, f), ExprKind::Over(over, Scope::All)) = (&part.kind, &whole.kind)
            && let ExprKind::Indicator(y, g) = &inner(over).kind
            && f == g
            && let (Some(x), Some(y)) = (self.indicator(*x), self.indicator(*y))
            && x.shorter.is_none()
            && y.shorter.is_none()
            && let (ExprKind::Aggregate(x), ExprKind::Aggregate(y)) = (&inner(&x.formula).kind, &inner(&y.formula).kind)
        {
            // The indicator stands in the model once for each kind of subject.
            return self.is_part_of_rows(x, y, true);
        }
        for part in parts {
            let Some(place) = wholes.iter().position(|whole| self.is_part_of_term(part, whole, known)) else {
                return false;
            };
            wholes.swap_remove(place);
        }
        wholes.into_iter().all(|rest| self.found(rest, known).range().is_positive())
    }

    fn is_part_of_term<'e>(&self, a: &'e Expr, b: &'e Expr, known: &Known<'e>) -> bool {
        match (&inner(a).kind, &inner(b).kind) {
            (ExprKind::Aggregate(x), ExprKind::Aggregate(y)) if self.is_part_of_rows(x, y, false) => true,
            (ExprKind::Aggregate(x), ExprKind::Over(whole, Scope::All)) => {
                let ExprKind::Aggregate(y) = &inner(whole).kind else { return false };
                self.is_part_of_rows(x, y, true)
            }
            _ => is_same(a, b) && self.found(a, known).range().is_positive(),
        }
    }

    /// Whether the rows of one aggregate are among those of the other, and what it adds up is never negative.
    /// `all`: the second is over all rows of the period, by whatever way they reach a subject.
    fn is_part_of_rows(&self, a: &Aggregate, b: &Aggregate, all: bool) -> bool {
        if a.table != b.table || !all && a.via != b.via || a.function != b.function {
            return false;
        }
        let same = match (&a.arg, &b.arg) {
            (None, None) => true,
            (Some(x), Some(y)) => is_same(x, y),
            // `count(x)` counts the rows in which x is known.
            (Some(_), None) => a.function == AggregateFunction::Count,
            (None, Some(_)) => false,
        };
        let fits = match a.function {
            AggregateFunction::Count | AggregateFunction::CountDistinct => true,
            AggregateFunction::Sum => b.arg.as_ref().is_some_and(|x| self.range(x).is_positive()),
            _ => false,
        };
        let among = match (&a.condition, &b.condition) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(narrow), Some(wide)) => implies(narrow, wide),
        };
        same && fits && among
    }
}

/// Whether one condition holds wherever the other does, as far as their form shows it.
fn implies(narrow: &Expr, wide: &Expr) -> bool {
    if is_same(narrow, wide) {
        return true;
    }
    if let ExprKind::And(a, b) = &wide.kind {
        return implies(narrow, a) && implies(narrow, b);
    }
    if let ExprKind::And(a, b) = &narrow.kind {
        return implies(a, wide) || implies(b, wide);
    }
    matches!(&wide.kind, ExprKind::Or(a, b) if is_same(narrow, a) || is_same(narrow, b))
}

/// The terms of a sum.
fn terms<'e>(e: &'e Expr, found: &mut Vec<&'e Expr>) {
    match &inner(e).kind {
        ExprKind::Arithmetic(ArithmeticOp::Add, a, b) if found.len() <= TERMS => {
            terms(a, found);
            terms(b, found);
        }
        _ => found.push(e),
    }
}

fn inner(e: &Expr) -> &Expr {
    match &e.kind {
        ExprKind::Inlined(_, x) => inner(x),
        _ => e,
    }
}
