//! Members of `incentive` and `rule`.

use kpi_base::text;
use kpi_value::PeriodKind;

use super::{Builder, find};
use crate::ast::{Incentive, Pay, Rule as PolicyRule, Then};
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
            Rule::r_when => {
                let streak = find(member.clone(), Rule::streak);
                let condition = self.clause(member);
                self.set(&mut rule.condition, condition, "when", span);
                if let Some(streak) = streak {
                    let span = self.span(&streak);
                    rule.streak_unit = self.streak_unit(&find(streak.clone(), Rule::name)?)?;
                    let (n, _) = self.count(&find(streak, Rule::count)?)?;
                    self.set(&mut rule.streak, Some((n, span)), "for … consecutive", span);
                }
            }
            Rule::m_then => {
                let then = self.then(member);
                match then {
                    Some(Ok(then)) => self.set(&mut rule.then, Some(then), "then", span),
                    Some(Err(not_built)) => rule.not_built.push(not_built),
                    None => {}
                }
            }
            Rule::m_once => rule.not_built.push(self.not_built("once when", &member)),
            _ => rule.not_built.push(self.not_built("top", &member)),
        }
        Some(())
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

    fn then(&mut self, pair: Pair<'_>) -> Option<Result<Then, crate::ast::NotBuilt>> {
        let part = pair.into_inner().find(|p| p.as_rule() != Rule::kw_then)?;
        Some(Ok(match part.as_rule() {
            Rule::then_text => Then::Text(self.inner_text(part)?),
            Rule::then_warn => Then::Warn(self.inner_text(part)?),
            Rule::then_one => return Some(Err(self.not_built("then one of", &part))),
            _ => Then::By(self.by(part, |b, value| Some(b.text(&value)))?),
        }))
    }
}
