//! Several raters: `weighted(average(r.value where kind == manager): 40%, …) missing reweight`.

use kpi_base::{Diagnostic, codes, text};
use kpi_syntax::ast;
use kpi_value::{Dec, Value};

use crate::checker::Checker;
use crate::context::Context;
use crate::expr::constant;
use crate::model::{self, Builtin, ExprKind, PartMissing, Type, Unit};

impl<'a> Checker<'a> {
    /// The weighted mean of values of one unit.
    pub(crate) fn weighted(
        &mut self,
        e: &'a ast::Expr,
        written: &'a ast::Weighted,
        cx: &Context,
    ) -> Option<model::Expr> {
        if cx.subject().is_none() {
            self.report_not_here(&text!("`weighted(…)`"), e.span, cx);
            return None;
        }
        let (mut args, mut sum, mut sound) = (Vec::new(), Dec::ZERO, true);
        let mut like: Option<model::Expr> = None;
        for (x, weight) in &written.parts {
            let value = match &like {
                None => self.operand(x, cx, None).and_then(|value| {
                    self.need_number(&value, &text!("`weighted`"))?;
                    like = Some(value.clone());
                    Some(value)
                }),
                Some(like) => {
                    let like = like.clone();
                    let value = self.operand(x, cx, Some(like.ty));
                    value.and_then(|value| self.fit_like(value, x, &like))
                }
            };
            let share = self.const_dec(weight, &text!("the weight"), Unit::RATIO);
            let share = share.filter(|share| {
                let fits = *share > Dec::ZERO && *share <= Dec::ONE;
                if !fits {
                    let message = text!("a weight is above 0% and at most 100%");
                    let finding = Diagnostic::new(codes::types::RATER_WEIGHTS, message);
                    self.report(finding.label(weight.span, text!("this one is not")));
                }
                fits
            });
            let (Some(value), Some(share)) = (value, share) else {
                sound = false;
                continue;
            };
            sum = sum.add(share).unwrap_or(sum);
            args.push(value);
            args.push(self.make(constant(Value::Dec(share)), Type::RATIO, weight.span));
        }
        if !sound {
            return None;
        }
        if sum != Dec::ONE {
            let sum = sum.mul(Dec::HUNDRED).map_or_else(|_| sum.to_string(), |sum| format!("{sum}%"));
            let message = text!("the weights of `weighted` add up to {sum}, not to 100%", sum);
            let finding = Diagnostic::new(codes::types::RATER_WEIGHTS, message)
                .label(e.span, text!("these parts"))
                .help(text!("change the weights so that they are 100% together"));
            self.report(finding);
            return None;
        }
        let missing = match written.missing {
            ast::PartMissing::Fail => PartMissing::Fail,
            ast::PartMissing::Reweight => PartMissing::Reweight,
            ast::PartMissing::Zero => PartMissing::Zero,
        };
        let ty = like.map_or(Type::NUMBER, |like| like.ty);
        let ty = if ty == Type::COUNT { Type::NUMBER } else { ty };
        Some(self.make(ExprKind::Call(Builtin::Weighted(missing), args), ty, e.span))
    }
}
