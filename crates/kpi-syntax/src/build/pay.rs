//! Members of `incentive` and `rule`.

use kpi_base::text;
use kpi_value::PeriodKind;

use super::{Builder, find, operand};
use crate::ast::{Choice, Choices, Incentive, Pay, Rule as PolicyRule, Share, Then};
use crate::grammar::{Pair, Rule};

impl Builder<'_> {
    pub(crate) fn incentive_member(&mut self, pair: Pair<'_>, incentive: &mut Incentive) -> Option<()> {
        let member = pair.into_inner().next()?;
        let span = self.span(&member);
        match member.as_rule() {
            Rule::m_pay => {
                let pay = self.pay(member)?;
                incentive.pays.push(pay);
            }
            Rule::m_cap => {
                let cap = self.clause(member);
                self.set(&mut incentive.cap, cap, "cap", span);
            }
            Rule::m_floor => {
                let floor = self.clause(member);
                self.set(&mut incentive.floor, floor, "floor", span);
            }
            Rule::m_when => {
                let condition = self.clause(member);
                self.set(&mut incentive.condition, condition, "when", span);
            }
            Rule::m_period => {
                let kind = self.period_kind(&find(member, Rule::name)?);
                self.set(&mut incentive.period, kind, "period", span);
            }
            Rule::m_per_card => self.set(&mut incentive.per_card, Some(span), "per card", span),
            _ => self.set(&mut incentive.by_stint, Some(span), "share by stint", span),
        }
        Some(())
    }

    fn pay(&mut self, pair: Pair<'_>) -> Option<Pay> {
        let span = self.span(&pair);
        let name = self.name(&find(pair.clone(), Rule::name)?);
        let label = find(pair.clone(), Rule::label).map(|p| self.text(&p));
        let value = self.expr(find(pair.clone(), Rule::expr)?)?;
        let round_to = match find(pair, Rule::arith) {
            Some(step) => Some(self.expr(step)?),
            None => None,
        };
        Some(Pay { name, label, value, round_to, span })
    }

    pub(crate) fn rule_member(&mut self, pair: Pair<'_>, rule: &mut PolicyRule) -> Option<()> {
        let member = pair.into_inner().next()?;
        let span = self.span(&member);
        match member.as_rule() {
            Rule::r_when => self.rule_condition(member, rule)?,
            Rule::m_period => {
                let kind = self.period_kind(&find(member, Rule::name)?);
                self.set(&mut rule.period, kind, "period", span);
            }
            Rule::m_then => {
                let then = self.then(member);
                self.set(&mut rule.then, then, "then", span);
            }
            Rule::m_once => {
                let word = find(member.clone(), Rule::kw_once).map(|word| self.span(&word));
                self.rule_condition(find(member.clone(), Rule::r_when)?, rule)?;
                rule.once = word;
                let since = member.into_inner().find(|part| matches!(part.as_rule(), Rule::date | Rule::period));
                rule.since = match since {
                    Some(since) => Some(self.expr(since)?),
                    None => None,
                };
            }
            _ => {
                let share = self.share(member);
                self.set(&mut rule.share, share, "top", span);
            }
        }
        Some(())
    }

    /// `when … for 2 consecutive periods`
    fn rule_condition(&mut self, member: Pair<'_>, rule: &mut PolicyRule) -> Option<()> {
        let span = self.span(&member);
        let streak = find(member.clone(), Rule::streak);
        let condition = self.clause(member);
        self.set(&mut rule.condition, condition, "when", span);
        if let Some(streak) = streak {
            let span = self.span(&streak);
            rule.streak_unit = self.streak_unit(&find(streak.clone(), Rule::name)?)?;
            let (n, _) = self.count(&find(streak, Rule::count)?)?;
            self.set(&mut rule.streak, Some((n, span)), "for … consecutive", span);
        }
        Some(())
    }

    /// `top 20% at least 1 of gmv among role`
    fn share(&mut self, pair: Pair<'_>) -> Option<Share> {
        let span = self.span(&pair);
        let (mut best, mut share, mut at_least, mut of, mut among) = (false, None, None, None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_top => best = true,
                Rule::key => share = Some(self.expr(operand(part)?)?),
                Rule::at_least => at_least = Some(self.count(&find(part, Rule::count)?)?),
                Rule::expr => of = Some(self.expr(part)?),
                Rule::path => among.push(self.path(part)),
                _ => {}
            }
        }
        Some(Share { best, share: share?, at_least, of, among, span })
    }

    fn streak_unit(&mut self, pair: &Pair<'_>) -> Option<Option<PeriodKind>> {
        const UNITS: &[(&str, Option<PeriodKind>)] = &[
            ("periods", None),
            ("period", None),
            ("days", Some(PeriodKind::Day)),
            ("weeks", Some(PeriodKind::Week)),
            ("months", Some(PeriodKind::Month)),
            ("quarters", Some(PeriodKind::Quarter)),
            ("years", Some(PeriodKind::Year)),
            ("day", Some(PeriodKind::Day)),
            ("week", Some(PeriodKind::Week)),
            ("month", Some(PeriodKind::Month)),
            ("quarter", Some(PeriodKind::Quarter)),
            ("year", Some(PeriodKind::Year)),
        ];
        self.one_of(pair, &text!("unit of a streak"), UNITS).map(|(unit, _)| unit)
    }

    fn then(&mut self, pair: Pair<'_>) -> Option<Then> {
        let part = pair.into_inner().find(|p| p.as_rule() != Rule::kw_then)?;
        Some(match part.as_rule() {
            Rule::then_text => Then::Text(self.inner_text(part)?),
            Rule::then_warn => Then::Warn(self.inner_text(part)?),
            Rule::then_one => self.one_choice(part)?,
            Rule::then_step => {
                let arg = self.expr(find(part.clone(), Rule::expr)?)?;
                let (rows, body) = self.curve_rows(find(part, Rule::curve_body)?)?;
                Then::Step(arg, rows, body)
            }
            _ => Then::By(self.by(part, |b, value| Some(b.text(&value)))?),
        })
    }

    /// `"review" one of { skill, "other" }`
    fn one_choice(&mut self, pair: Pair<'_>) -> Option<Then> {
        let span = self.span(&pair);
        let text = find(pair.clone(), Rule::string).map(|text| self.text(&text));
        let choices = match find(pair.clone(), Rule::choices) {
            Some(listed) => {
                let mut all = Vec::new();
                for choice in listed.into_inner().filter(|part| part.as_rule() == Rule::choice) {
                    all.push(match find(choice.clone(), Rule::name) {
                        Some(name) => Choice::Member(self.name(&name)),
                        None => Choice::Text(self.inner_text(choice)?),
                    });
                }
                Choices::Listed(all)
            }
            None => Choices::Members(self.name(&find(pair, Rule::name)?)),
        };
        Some(Then::OneOf(text, choices, span))
    }
}
