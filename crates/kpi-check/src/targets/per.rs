//! `≥ 10万元 per month`: targets that say for how long they are meant.

use kpi_base::{Diagnostic, codes, text};
use kpi_syntax::ast;
use kpi_value::{Dec, PeriodKind};

use crate::checker::Checker;
use crate::context::Context;
use crate::model::{self, ArithmeticOp, ExprKind, TargetKind};
use crate::periods::adds_up;
use crate::show::{show_period, show_periods};

impl Checker<'_> {
    /// How many times a target is asked for in the period that is judged: once, unless it is `per` a shorter one; `None` after a report.
    pub(super) fn times_asked(&mut self, written: &ast::Target, formula: &model::Expr, cx: &Context) -> Option<Dec> {
        let judged = cx.unit.unwrap_or(self.judged);
        let Some((own, span)) = written.per else { return Some(Dec::ONE) };
        if own == judged {
            return Some(Dec::ONE);
        }
        let (unit, whole) = (show_period(own), show_period(judged));
        let finding = match times(own, judged) {
            Some(times) if adds_up(formula) => return Some(Dec::int(times)),
            Some(_) => {
                let message = text!("the target of a {unit} is not that of a {whole} so many times over", unit, whole);
                Diagnostic::new(codes::cards::TARGET_PERIOD, message)
                    .label(span, text!("a share and a mean are asked for whatever the period"))
                    .label(formula.span, text!("this does not add up"))
                    .help(text!("leave `per` out; it belongs to sums and counts"))
            }
            None => {
                let message = text!("a {whole} is no whole number of {units}", whole, units = show_periods(own));
                let help = if own < judged {
                    let word = own.word();
                    text!(
                        "say what a {whole} is asked for, or judge by the {unit}: `period {word} rolled up by sum`",
                        whole,
                        unit,
                        word
                    )
                } else {
                    text!("say what a {whole} is asked for", whole)
                };
                Diagnostic::new(codes::cards::TARGET_PERIOD, message)
                    .label(span, text!("judged by the {whole} here", whole))
                    .help(help)
            }
        };
        self.report(finding);
        None
    }

    /// So many times a bound.
    pub(super) fn repeated(&mut self, bound: model::Expr, times: Dec) -> model::Expr {
        if times == Dec::ONE {
            return bound;
        }
        let (ty, span) = (bound.ty, bound.span);
        let times = self.make(ExprKind::Const(Some(kpi_value::Value::Dec(times))), model::Type::NUMBER, span);
        self.make(ExprKind::Arithmetic(ArithmeticOp::Mul, Box::new(bound), Box::new(times)), ty, span)
    }

    /// Notes a target that is the same however long the period is, of what is not.
    pub(super) fn note_constant_target(
        &mut self,
        written: &ast::Target,
        kind: &TargetKind,
        formula: &model::Expr,
        cx: &Context,
    ) {
        let bounds = match kind {
            TargetKind::Compare(_, bound) => [Some(bound), None],
            TargetKind::Between(low, high, _) => [Some(low), Some(high)],
        };
        let constant =
            bounds.into_iter().flatten().any(|bound| self.constant(bound).is_some_and(|bound| !bound.is_zero()));
        if written.per.is_none() && cx.unit.is_none() && constant && adds_up(formula) {
            self.constant_targets.entry(written.span).or_default().insert(self.judged);
        }
    }

    /// Asks of a constant target that cards of different periods use that it says which of them it is meant for.
    pub(crate) fn check_constant_targets(&mut self) {
        let mut found: Vec<_> = std::mem::take(&mut self.constant_targets).into_iter().collect();
        found.retain(|(_, kinds)| kinds.len() > 1);
        found.sort_by_key(|(span, _)| (span.file, span.start));
        for (span, kinds) in found {
            let mut kinds = kinds.into_iter();
            let (Some(short), Some(long)) = (kinds.next(), kinds.next_back()) else { continue };
            let (unit, whole) = (show_period(short), show_period(long));
            let message =
                text!("cards of a {unit} and of a {whole} are asked for the same by this target", unit, whole);
            self.report(
                Diagnostic::new(codes::cards::TARGET_PERIOD, message).label(span, text!("of which period?")).help(
                    text!("what is summed or counted grows with the period: write `… per {word}`", word = short.word()),
                ),
            );
        }
    }
}

/// How many periods of a kind a longer one has, where that is always the same.
const fn times(own: PeriodKind, judged: PeriodKind) -> Option<i64> {
    match (own, judged) {
        (PeriodKind::Day, PeriodKind::Week) => Some(7),
        (PeriodKind::Month, PeriodKind::Quarter) => Some(3),
        (PeriodKind::Month, PeriodKind::Year) => Some(12),
        (PeriodKind::Quarter, PeriodKind::Year) => Some(4),
        _ => None,
    }
}
