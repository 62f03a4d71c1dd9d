//! Rules: whom they watch, and when they fire.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::{Dec, Period, PeriodKind, Value};

use super::audience::Reach;
use crate::checker::{Checker, title};
use crate::context::Context;
use crate::expr::constant;
use crate::model::{self, Audience, IndicatorId, Line, LineKind, RuleShare, ScorecardId, Subject, TableId, Type, Unit};

/// An indicator of a rule for each of them, and the cards that have a line of it.
struct Judged {
    indicator: IndicatorId,
    table: TableId,
    cards: Vec<ScorecardId>,
}

impl<'a> Checker<'a> {
    /// The rule at this place of the names; for each indicator one.
    pub(super) fn rule(&mut self, index: usize) -> Option<Vec<model::Rule>> {
        let declared = self.names.rules.get(index)?;
        let (written, doc, faulty) = (declared.ast, declared.doc, declared.faulty);
        if faulty && written.audience.is_none() {
            return None;
        }
        let by_number = matches!(written.then, Some(ast::Then::Step(..)));
        if written.condition.is_none() && written.share.is_none() && !by_number && !faulty {
            self.report(
                Diagnostic::new(
                    codes::cards::EMPTY,
                    text!("the rule `{name}` has no condition", name = written.name.text),
                )
                .label(written.name.span, Text::default())
                .help(text!("say when it fires: `when attainment < 60%`")),
            );
            return None;
        }
        let Some(ast::Audience::EachIndicator(tag, span)) = &written.audience else {
            let Reach { audience, table, mut cx } =
                self.audience(written.audience.as_ref(), &written.name, &text!("rule"))?;
            cx.pays = true;
            return self.one_rule(written, doc, (audience, table), &cx).map(|rule| vec![rule]);
        };
        let mut rules = Vec::new();
        for Judged { indicator, table, cards } in self.judged_lines(tag.as_ref(), *span)? {
            let mut cx = Context::cell(Subject::Table(table));
            (cx.card, cx.pays, cx.line_of) = (true, true, Some(indicator));
            let before = self.diagnostics.len();
            self.untargeted_line = false;
            let made = self.one_rule(written, doc, (Audience::Cards(cards), table), &cx);
            // What is wrong with the rule itself is said once, not of each indicator.
            let found = self.diagnostics.split_off(before);
            for finding in found {
                if !self.diagnostics.contains(&finding) {
                    self.diagnostics.push(finding);
                }
            }
            match made {
                Some(rule) => rules.push(rule),
                None if self.untargeted_line => {}
                None => return None,
            }
        }
        if rules.is_empty() {
            self.report(
                Diagnostic::new(codes::cards::AUDIENCE, text!("none of these indicators has a target"))
                    .label(*span, text!("the rule asks for one"))
                    .help(text!("give an indicator a target, or judge by `actual` or `score`")),
            );
            return None;
        }
        Some(rules)
    }

    fn one_rule(
        &mut self,
        written: &'a ast::Rule,
        doc: Option<&str>,
        (audience, table): (Audience, TableId),
        cx: &Context,
    ) -> Option<model::Rule> {
        let condition = self.optional(written.condition.as_ref(), |checker, e| checker.condition(e, cx));
        let share = self.optional(written.share.as_ref(), |checker, share| checker.rule_share(share, &audience, cx));
        let streak = match &written.streak {
            None => Some(1),
            Some((n, span)) => self.streak(*n, written.streak_unit, *span),
        };
        let once = self.optional(written.once.as_ref(), |checker, once| checker.once(*once, written.since.as_ref()));
        let then = self.optional(written.then.as_ref(), |checker, then| checker.then(then, cx));
        let condition = match condition? {
            Some(condition) => condition,
            None => self.make(constant(Value::Bool(true)), Type::Bool, written.name.span),
        };
        self.check_row_lengths([&condition], &written.name)?;
        Some(model::Rule {
            title: title(&written.name, &written.label, doc),
            audience,
            table,
            period: self.judged,
            line: cx.line_of,
            condition,
            share: share?,
            streak: streak?,
            once: once?,
            then: then?,
        })
    }

    /// The indicators of all lines of cards, of a tag if one is written, each with the cards on which it stands.
    fn judged_lines(&mut self, tag: Option<&ast::Name>, span: Span) -> Option<Vec<Judged>> {
        let mut found: Vec<Judged> = Vec::new();
        for (id, card) in self.model.scorecards.iter().filter(|(_, card)| card.period == self.judged) {
            let mut lines: Vec<&Line> = card.lines.iter().rev().collect();
            while let Some(line) = lines.pop() {
                match &line.kind {
                    LineKind::Indicator { indicator, .. } => {
                        let tags = self.instance(*indicator).map(|indicator| &indicator.tags);
                        let tagged = |tag: &ast::Name| tags.is_some_and(|tags| tags.contains(&tag.text));
                        if !tag.is_none_or(tagged) {
                            continue;
                        }
                        match found.iter_mut().find(|judged| judged.indicator == *indicator) {
                            Some(judged) => judged.cards.push(id),
                            None => {
                                found.push(Judged { indicator: *indicator, table: card.table, cards: vec![id] });
                            }
                        }
                    }
                    LineKind::Group { lines: inside, .. } => lines.extend(inside.iter().rev()),
                    LineKind::Card(_) => {}
                }
            }
        }
        if !found.is_empty() {
            return Some(found);
        }
        let message = match tag {
            Some(tag) => text!("no line of a card has the tag `{tag}`", tag = tag.text),
            None => text!("no card has a line of an indicator"),
        };
        self.report(
            Diagnostic::new(codes::cards::AUDIENCE, message).label(span, text!("for nothing")).help(text!(
                "a rule for each indicator judges the lines of cards; tags stand in indicators: `tag key`"
            )),
        );
        None
    }

    /// `top 20% at least 1 of gmv among role`
    fn rule_share(&mut self, written: &'a ast::Share, audience: &Audience, cx: &Context) -> Option<RuleShare> {
        let by = self.columns(&written.among, cx);
        let of = self.optional(written.of.as_ref(), |checker, e| {
            let of = checker.operand(e, cx, None)?;
            checker.need_number(&of, &text!("a share of a group"))?;
            Some(of)
        });
        let share = self.const_dec(&written.share, &text!("a share of the group"), Unit::RATIO)?;
        if share <= Dec::ZERO || share > Dec::ONE {
            self.report(
                Diagnostic::new(codes::cards::SHARE, text!("a share of the group lies above 0% and up to 100%"))
                    .label(written.share.span, Text::default()),
            );
            return None;
        }
        let at_least = match &written.at_least {
            None => 0,
            Some((n, span)) => match self.whole(*n, 0) {
                Some(n) => n,
                None => {
                    self.report(
                        Diagnostic::new(codes::cards::SHARE, text!("`at least` counts people, in whole numbers"))
                            .label(*span, Text::default()),
                    );
                    return None;
                }
            },
        };
        let of = of?;
        if of.is_none() && (cx.line_of.is_some() || matches!(audience, Audience::Table(..))) {
            let shown = self.texts.at(written.share.span).to_owned();
            let message = if cx.line_of.is_some() {
                text!("nothing says by what the lines of cards are ranked")
            } else {
                text!("nothing says by what subjects without a card are ranked")
            };
            self.report(
                Diagnostic::new(codes::cards::SHARE, message)
                    .label(written.span, Text::default())
                    .help(text!("name a value: `top {shown} of gmv`", shown)),
            );
            return None;
        }
        let higher_is_better = of.as_ref().and_then(|of| self.direction(of)).unwrap_or(true);
        let highest = written.best == higher_is_better;
        Some(RuleShare { share, at_least, of, highest, by: by?, span: written.span })
    }

    /// The first period that counts for `once when`.
    fn once(&mut self, once: Span, since: Option<&'a ast::Expr>) -> Option<Period> {
        let judged = self.judged;
        let Some(since) = since else {
            self.report(
                Diagnostic::new(codes::cards::ONCE, text!("nothing says since when a rule that fires once looks back"))
                    .label(once, Text::default())
                    .help(text!(
                        "name the first period that counts, behind the condition: `once when … since 2026-01`"
                    )),
            );
            return None;
        };
        match self.since(since, judged) {
            Ok(period) => Some(period),
            Err(why) => {
                self.report(
                    Diagnostic::new(codes::cards::ONCE, text!("this is no period to begin with"))
                        .label(since.span, why)
                        .help(text!(
                            "name the first period that counts, behind the condition: `once when … since 2026-01`"
                        )),
                );
                None
            }
        }
    }

    /// In how many periods on end a condition must hold.
    fn streak(&mut self, n: Dec, unit: Option<PeriodKind>, span: Span) -> Option<u32> {
        let own = self.judged;
        if unit.is_some_and(|unit| unit != own) {
            let message = text!(
                "a streak counts the periods by which the rule is judged, and each of them is a {word}",
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
}
