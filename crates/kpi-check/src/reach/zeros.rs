//! Divisors that may be 0 by what their columns allow.
//!
//! A sum or a count of rows that may be 0 is no finding: whether there are rows is for the data to say, and the run reports
//! it once with the subjects.

use kpi_base::{Text, codes, text};
use kpi_value::Dec;

use super::Reach;
use crate::model::{ArithmeticOp, Expr, ExprKind, Type};

impl<'m> Reach<'m> {
    pub(super) fn check_divisions(&mut self, exprs: &[&'m Expr]) {
        for e in exprs {
            let ExprKind::Arithmetic(ArithmeticOp::Div, _, divisor) = &e.kind else { continue };
            let Some(zero) = self.may_be_zero(divisor) else { continue };
            let (message, label, help) = self.zero_texts(zero);
            let mut finding = Self::finding(codes::reach::MAY_BE_ZERO, message, divisor.span, label);
            if let ExprKind::Column(path) = &zero.kind
                && let Some(id) = path.last()
            {
                let range = self.words(self.ranges.column(id), zero.ty);
                finding = finding.label(self.model.column(id).title.span, text!("{range} by its contract", range));
            }
            self.report(finding.help(help));
        }
    }

    fn zero_texts(&self, zero: &'m Expr) -> (Text, Text, Text) {
        let label = text!("no data where this is 0");
        match &zero.kind {
            ExprKind::Column(path) => {
                let columns = path.0.iter().map(|id| self.model.column(*id).title.name.clone());
                let name = columns.collect::<Vec<_>>().join(".");
                (
                    text!("this divides by `{name}`, which may be 0: the result is no data then", name),
                    label,
                    text!(
                        "write `> 0` in the contract of the column, or say what holds there: `if {name} > 0 then … else …`",
                        name
                    ),
                )
            }
            ExprKind::Param(id, _) => {
                let name = self.model.params[*id].title.name.clone();
                (
                    text!("this divides by `{name}`, which may be 0: the result is no data then", name),
                    label,
                    text!("give the parameter a value other than 0 in each row"),
                )
            }
            _ => (
                text!("this divides by a difference that may be 0: the result is no data then"),
                label,
                text!("say what holds where both are equal: `if … ≠ … then … else …`"),
            ),
        }
    }

    /// The part of a divisor that makes it 0, unless that is an aggregate.
    fn may_be_zero(&self, e: &'m Expr) -> Option<&'m Expr> {
        if !matches!(e.ty, Type::Number(_)) || !self.ranges.range(e).contains(Dec::ZERO) {
            return None;
        }
        match &e.kind {
            ExprKind::Inlined(_, x) | ExprKind::Neg(x) => self.may_be_zero(x),
            ExprKind::Arithmetic(ArithmeticOp::Mul, a, b) => self.may_be_zero(a).or_else(|| self.may_be_zero(b)),
            ExprKind::Arithmetic(ArithmeticOp::Div, a, _) => self.may_be_zero(a),
            ExprKind::Column(_) | ExprKind::Param(..) | ExprKind::Arithmetic(ArithmeticOp::Sub, ..) => Some(e),
            _ => None,
        }
    }
}
