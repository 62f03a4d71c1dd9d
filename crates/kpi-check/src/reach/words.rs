//! Ranges and numbers in words.

use kpi_base::{Span, Text, text};
use kpi_value::Dec;

use super::Reach;
use crate::model::{ArithmeticOp, Expr, ExprKind, Form, Type};
use crate::ranges::Range;
use crate::show::{show_number, show_range};

/// How many columns are named as the reason of a range.
const REASONS: usize = 2;

impl<'m> Reach<'m> {
    /// A number as it is written in a policy: `98%`, `30s`, `5000 CNY`.
    pub(super) fn number(&self, x: Dec, ty: Type) -> String {
        show_number(self.model, x, ty)
    }

    /// A range in words: "0% to 100%", "0 or more".
    pub(super) fn words(&self, range: Range, ty: Type) -> Text {
        show_range(self.model, range, ty)
    }

    /// Why a value lies where it does: its own place, then the contracts that it rests on.
    pub(super) fn reasons(&self, e: &'m Expr, range: Range) -> Vec<(Span, Text)> {
        let shown = self.words(range, e.ty);
        let own = match &e.kind {
            ExprKind::Arithmetic(ArithmeticOp::Div, ..) if range.known() == Range::SHARE.known() => {
                text!("a part ÷ its whole: {range}", range = shown)
            }
            _ => text!("always {range}", range = shown),
        };
        let mut all = vec![(e.span, own)];
        let mut open = vec![e];
        let mut steps = 0;
        while let Some(e) = open.pop() {
            steps += 1;
            if all.len() > REASONS || steps > 100 {
                break;
            }
            match &e.kind {
                ExprKind::Column(path) => {
                    let Some(id) = path.last().filter(|_| e.ty.unit().is_some()) else { continue };
                    let column = self.model.column(id);
                    let range = self.ranges.column(id);
                    if !column.rules.is_empty() && all.iter().all(|(span, _)| *span != column.title.span) {
                        let range = self.words(range, e.ty);
                        all.push((column.title.span, text!("{range} by its contract", range)));
                    }
                }
                ExprKind::Param(id, _) => {
                    let param = &self.model.params[*id];
                    let range = self.words(self.ranges.range(e), e.ty);
                    if all.iter().all(|(span, _)| *span != param.title.span) {
                        all.push((param.title.span, text!("this parameter is {range}", range)));
                    }
                }
                // The rows that are counted say nothing of how many there are.
                ExprKind::Aggregate(aggregate) => open.extend(&aggregate.arg),
                _ => open.extend(e.children()),
            }
        }
        all
    }

    /// A bare number above 1 that would be a percentage in reach: `98`, with the place where it is written.
    pub(super) fn meant_percent(&self, bound: &Expr, reach: Range) -> Option<String> {
        let x = bound.as_const_dec()?;
        let share = x.div(Dec::HUNDRED).ok()??;
        let written = x.to_string();
        let bare = bound.span.end.checked_sub(bound.span.start) == u32::try_from(written.len()).ok();
        // Of two digits after the point, `1.05` and `105%` are as long as each other.
        let bare = bare && x.fraction_digits() != 2;
        let ratio = matches!(bound.ty, Type::Number(unit) if unit.is_plain() && unit.form == Form::Ratio);
        (bare && ratio && x > Dec::ONE && !reach.contains(x) && reach.contains(share)).then(|| format!("{written}%"))
    }
}
