//! Rules.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::{Dec, PeriodKind};

use super::audience::Reach;
use crate::by_tables::Gives;
use crate::checker::{Checker, title};
use crate::context::Context;
use crate::model::{self, ByTable};

impl<'a> Checker<'a> {
    /// The rule at this place of the names.
    pub(super) fn rule(&mut self, index: usize) -> Option<model::Rule> {
        let declared = self.names.rules.get(index)?;
        let (written, doc, faulty) = (declared.ast, declared.doc, declared.faulty);
        self.report_all_not_built(&written.not_built);
        if faulty && written.audience.is_none() {
            return None;
        }
        let Reach { audience, table, mut cx } =
            self.audience(written.audience.as_ref(), &written.name, &text!("rule"))?;
        cx.pays = true;
        if written.condition.is_none() && written.not_built.is_empty() && !faulty {
            self.report(
                Diagnostic::new(
                    codes::cards::EMPTY,
                    text!("the rule `{name}` has no condition", name = written.name.text),
                )
                .label(written.name.span, Text::default())
                .help(text!("say when it fires: `when attainment < 60%`")),
            );
        }
        let condition = self.optional(written.condition.as_ref(), |checker, e| checker.condition(e, &cx));
        let streak = match &written.streak {
            None => Some(1),
            Some((n, span)) => self.streak(*n, written.streak_unit, *span),
        };
        let then = self.optional(written.then.as_ref(), |checker, then| checker.then(then, &cx));
        Some(model::Rule {
            title: title(&written.name, &written.label, doc),
            audience,
            table,
            period: self.model.policy.period,
            condition: condition??,
            streak: streak?,
            then: then?,
        })
    }

    /// In how many periods on end a condition must hold.
    fn streak(&mut self, n: Dec, unit: Option<PeriodKind>, span: Span) -> Option<u32> {
        let own = self.model.policy.period;
        if unit.is_some_and(|unit| unit != own) {
            let message = text!(
                "a streak counts the periods of the policy, and each of them is a {word}",
                word = crate::show::show_period(own)
            );
            self.report(
                Diagnostic::new(codes::cards::STREAK, message)
                    .label(span, Text::default())
                    .help(text!("write `for {n} consecutive periods`", n)),
            );
            return None;
        }
        let streak = self.whole(n, 1);
        let most = crate::scopes::MOST_PERIODS;
        if streak.is_none_or(|n| n > most) {
            let message = match streak {
                None => text!("a streak is a whole number of periods, at least 1"),
                Some(_) => text!("a streak is at most {most} periods long", most),
            };
            self.report(
                Diagnostic::new(codes::cards::STREAK, message)
                    .label(span, Text::default())
                    .help(text!("write `for 2 consecutive periods`")),
            );
            return None;
        }
        streak
    }

    fn then(&mut self, written: &'a ast::Then, cx: &Context) -> Option<model::Then> {
        let plain = |warn, text: &ast::Text| model::Then { warn, text: ByTable::plain(text.value.clone(), text.span) };
        match written {
            ast::Then::Text(text) => Some(plain(false, text)),
            ast::Then::Warn(text) => Some(plain(true, text)),
            ast::Then::By(by) => {
                let text = self.by_rows(by, cx, &Gives::Text, |_, text| Some(text.value.clone()))?;
                Some(model::Then { warn: false, text })
            }
        }
    }
}
