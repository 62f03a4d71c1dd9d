//! Members of `test`, but its grids.

use super::{Builder, find, operand};
use crate::ast::Presence;
use crate::ast::{Expect, ExpectKind, Override, RuleOutcome, Test, Text};
use crate::build::expr::presence;
use crate::grammar::{Pair, Rule};

impl Builder<'_> {
    pub(crate) fn test_member(&mut self, pair: Pair<'_>, test: &mut Test) -> Option<()> {
        let member = pair.into_inner().next()?;
        let span = self.span(&member);
        match member.as_rule() {
            Rule::t_period => {
                let text = find(member, Rule::period_text)?;
                let text = Text { value: text.as_str().trim().to_owned(), span: self.span(&text) };
                self.set(&mut test.period, Some(text), "period", span);
            }
            Rule::t_expect => {
                let kind = self.expectation(member)?;
                test.expects.push(Expect { kind, span });
            }
            Rule::t_with => {
                let name = self.name(&find(member.clone(), Rule::name)?);
                let value = self.expr(operand(member)?)?;
                test.overrides.push(Override { name, value, span });
            }
            _ => {
                let date = find(member, Rule::date)?;
                let date = (self.date(&date)?, self.span(&date));
                self.set(&mut test.data_until, Some(date), "data", span);
            }
        }
        Some(())
    }

    fn expectation(&mut self, pair: Pair<'_>) -> Option<ExpectKind> {
        let subject = self.expr(operand(pair.clone())?)?;
        let mut tail = pair.clone().into_inner().last()?;
        let mut within = None;
        if tail.as_rule() == Rule::x_within {
            within = Some(self.expr(operand(tail)?)?);
            tail = find(pair, Rule::compare)?;
        }
        let negated = find(tail.clone(), Rule::not_op).is_some();
        Some(match tail.as_rule() {
            Rule::x_vetoed => {
                let name = self.name(&find(tail, Rule::name)?);
                ExpectKind::Vetoed(subject, name, negated)
            }
            Rule::x_complete if find(tail.clone(), Rule::kw_because).is_some() => {
                let name = self.name(&find(tail, Rule::name)?);
                ExpectKind::Because(subject, name)
            }
            Rule::x_takes => ExpectKind::Takes(subject, self.inner_text(tail)?),
            Rule::x_says => ExpectKind::Says(subject, self.inner_text(tail)?),
            Rule::x_complete => ExpectKind::Incomplete(subject, find(tail, Rule::kw_complete).is_some()),
            Rule::is_tail => ExpectKind::Missing(subject, presence(tail) == Presence::Known),
            Rule::x_fired => {
                let judged = find(tail, Rule::kw_judged).is_some();
                let outcome = match (judged, negated) {
                    (true, _) => RuleOutcome::NotJudged,
                    (false, true) => RuleOutcome::NotFired,
                    (false, false) => RuleOutcome::Fired,
                };
                ExpectKind::Rule(subject, outcome)
            }
            _ => {
                let compared = self.comparison(subject, tail)?;
                match within {
                    Some(within) => ExpectKind::Near(compared, within),
                    None => ExpectKind::Compare(compared),
                }
            }
        })
    }
}
