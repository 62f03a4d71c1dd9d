//! Incentives and rules.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::Dec;
use rustc_hash::FxHashMap;

use crate::checker::{Checker, title};
use crate::context::Context;
use crate::model::{self, Audience, ScorecardId, Type, Unit};

mod audience;
mod rules;
mod says;

use audience::Reach;

impl<'a> Checker<'a> {
    /// Checks all incentives into the model.
    pub(crate) fn check_incentives(&mut self) {
        let mut taken: FxHashMap<(ScorecardId, String), Span> = FxHashMap::default();
        for index in 0..self.names.incentives.len() {
            let Some(written) = self.names.incentives.get(index).map(|declared| declared.ast) else { continue };
            let Some(period) = self.own_period(written.audience.as_ref(), written.period) else { continue };
            if let Some(incentive) = self.judged_by(period, |checker| checker.incentive(index, &mut taken)) {
                let id = self.model.incentives.push(incentive);
                if let Some(slot) = self.incentive_ids.get_mut(index) {
                    *slot = Some(id);
                }
            }
        }
    }

    /// Checks all rules into the model.
    pub(crate) fn check_rules(&mut self) {
        for index in 0..self.names.rules.len() {
            let Some(written) = self.names.rules.get(index).map(|declared| declared.ast) else { continue };
            let Some(period) = self.own_period(written.audience.as_ref(), written.period) else { continue };
            for rule in self.judged_by(period, |checker| checker.rule(index)).unwrap_or_default() {
                let id = self.model.rules.push(rule);
                if let Some(slot) = self.rule_ids.get_mut(index) {
                    slot.push(id);
                }
            }
        }
    }

    fn incentive(
        &mut self,
        index: usize,
        taken: &mut FxHashMap<(ScorecardId, String), Span>,
    ) -> Option<model::Incentive> {
        let declared = self.names.incentives.get(index)?;
        let (written, doc, faulty) = (declared.ast, declared.doc, declared.faulty);
        let name = &written.name;
        if faulty && written.audience.is_none() {
            return None;
        }
        if written.pays.is_empty() && !faulty {
            self.report(
                Diagnostic::new(codes::cards::EMPTY, text!("the incentive `{name}` pays nothing", name = name.text))
                    .label(name.span, Text::default())
                    .help(text!("name what it pays: `pay base = staff.salary × 70%`")),
            );
        }
        let Reach { audience, table, cx } = self.audience(written.audience.as_ref(), name, &text!("incentive"))?;
        let sharing = self.sharing(written, &audience)?;
        let condition = self.optional(written.condition.as_ref(), |checker, e| checker.condition(e, &cx));
        let mut names: FxHashMap<&str, Span> = FxHashMap::default();
        let mut pays = Vec::new();
        for pay in &written.pays {
            let named = self.check_pay_name(pay, &mut names, &audience, taken);
            let checked = self.pay(pay, &cx);
            pays.push(named.and(checked));
        }
        let money = Some(Type::MONEY);
        let cap = self.optional(written.cap.as_ref(), |checker, e| checker.expr(e, &cx, money));
        let floor = self.optional(written.floor.as_ref(), |checker, e| checker.expr(e, &cx, money));
        if pays.is_empty() || faulty {
            return None;
        }
        let all = pays.iter().flatten().map(|pay| &pay.value).chain(condition.iter().flatten());
        let all: Vec<_> = all.chain(cap.iter().flatten()).chain(floor.iter().flatten()).cloned().collect();
        self.check_row_lengths(&all, name)?;
        Some(model::Incentive {
            title: title(name, &written.label, doc),
            audience,
            table,
            period: self.judged,
            condition: condition?,
            pays: pays.into_iter().collect::<Option<_>>()?,
            cap: cap?,
            floor: floor?,
            sharing,
        })
    }

    fn sharing(&mut self, written: &ast::Incentive, audience: &Audience) -> Option<model::Sharing> {
        let (sharing, span, what) = match (written.per_card, written.by_stint) {
            (None, None) => return Some(model::Sharing::Once),
            (Some(span), None) => (model::Sharing::PerCard, span, "per card"),
            (None, Some(span)) => (model::Sharing::ByStint, span, "share by stint"),
            (Some(first), Some(second)) => {
                self.report(
                    Diagnostic::new(
                        codes::cards::AUDIENCE,
                        text!("each card pays in full, or its part: both is not possible"),
                    )
                    .label(second, text!("each card pays its part"))
                    .label(first, text!("each card pays in full"))
                    .help(text!("keep one of them")),
                );
                return None;
            }
        };
        if matches!(audience, Audience::Cards(_)) {
            return Some(sharing);
        }
        self.report(
            Diagnostic::new(codes::cards::AUDIENCE, text!("`{what}` belongs to incentives for scorecards", what))
                .label(span, Text::default())
                .help(text!("an incentive for a table pays each of its subjects once: remove `{what}`", what)),
        );
        None
    }

    fn check_pay_name(
        &mut self,
        pay: &'a ast::Pay,
        names: &mut FxHashMap<&'a str, Span>,
        audience: &Audience,
        taken: &mut FxHashMap<(ScorecardId, String), Span>,
    ) -> Option<()> {
        let name = &pay.name;
        if name.word() == "total" {
            self.report(
                Diagnostic::new(codes::cards::PAY, text!("`total` is the sum of an incentive's pays"))
                    .label(name.span, Text::default())
                    .help(text!("give this pay another name")),
            );
            return None;
        }
        let mut first = *names.entry(&name.text).or_insert(name.span);
        if let Audience::Cards(cards) = audience {
            for card in cards {
                let place = *taken.entry((*card, name.text.clone())).or_insert(name.span);
                if first == name.span {
                    first = place;
                }
            }
        }
        if first == name.span {
            return Some(());
        }
        self.report(
            Diagnostic::new(codes::cards::PAY, text!("two pays for one card are called `{name}`", name = name.text))
                .label(name.span, text!("again here"))
                .label(first, text!("first here"))
                .help(text!("results list the pays of a card by name: give one of them another")),
        );
        None
    }

    fn pay(&mut self, written: &'a ast::Pay, cx: &Context) -> Option<model::Pay> {
        let value = self.expr(&written.value, cx, Some(Type::MONEY));
        let minor = Dec::from_scaled(1, self.model.policy.currency.digits).unwrap_or(Dec::ONE);
        let round_to = match &written.round_to {
            None => minor,
            Some(e) => {
                let step = self.const_dec(e, &text!("what a pay is rounded to"), Unit::MONEY)?;
                if step < minor || step.units() % minor.units() != 0 {
                    let minor = self.show_number(minor, Unit::MONEY);
                    self.report(
                        Diagnostic::new(
                            codes::cards::PAY,
                            text!("a pay is rounded to whole multiples of {minor}", minor),
                        )
                        .label(e.span, Text::default())
                        .help(text!("write `round to 1元`, or leave it out")),
                    );
                    return None;
                }
                step
            }
        };
        Some(model::Pay { title: title(&written.name, &written.label, None), value: value?, round_to })
    }
}
