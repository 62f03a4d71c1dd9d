//! Rules and their streaks.

use kpi_check::model::{Audience, Rule, RuleId, ScorecardId};
use kpi_results::{Card, CardStatus, RosterRule, Rule as Outcome, RuleOutcome};
use kpi_value::Period;

use super::cards::own_card;
use super::time::When;
use super::values::and;
use super::{Fault, Interpreter, Place, Who};

impl Interpreter<'_> {
    /// The outcome of every rule for a card. Those of an incomplete card are not judged.
    pub(super) fn judge_card(&self, id: ScorecardId, when: When, card: &mut Card) -> Result<(), Fault> {
        for (_, rule) in self.model.rules.iter() {
            if !matches!(&rule.audience, Audience::Cards(cards) if cards.contains(&id)) {
                continue;
            }
            let place = Place::cell(Who::Row(rule.table, card.subject.as_str().into()), when).on_card(id);
            let outcome = match card.status {
                CardStatus::Incomplete => RuleOutcome::NotJudged,
                CardStatus::Complete => self.outcome(rule, &place)?,
            };
            let says = self.says(rule, outcome, &place)?;
            card.rules.push(Outcome { rule: rule.title.name.clone(), outcome, says });
        }
        Ok(())
    }

    /// A rule for a roster, for every subject that meets its condition.
    pub(super) fn roster_rules(&self, id: RuleId, period: Period) -> Result<Vec<RosterRule>, Fault> {
        let rule = &self.model.rules[id];
        let Audience::Table(table, _) = &rule.audience else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for key in self.subjects(*table, When::whole(period)) {
            let place = Place::cell(Who::Row(*table, key.clone()), When::whole(period));
            if !self.watched(rule, &place)? {
                continue;
            }
            let outcome = self.outcome(rule, &place)?;
            let says = self.says(rule, outcome, &place)?;
            all.push(RosterRule {
                rule: rule.title.name.clone(),
                subject: key.to_string(),
                period: self.model.policy.calendar.show(period),
                outcome,
                says,
            });
        }
        Ok(all)
    }

    /// The condition in each of the periods of the streak, the judged one last, all of them joined by `and`; but a judged
    /// period that fails is not fired whatever the others lack.
    fn outcome(&self, rule: &Rule, place: &Place<'_>) -> Result<RuleOutcome, Fault> {
        let mut held = Some(true);
        for n in 0..rule.streak {
            let earlier = place.before(n as i32);
            held = and(held, if self.watched(rule, &earlier)? { self.truth(&rule.condition, &earlier)? } else { None });
        }
        Ok(match held {
            Some(true) => RuleOutcome::Fired,
            Some(false) => RuleOutcome::NotFired,
            None => RuleOutcome::NotJudged,
        })
    }

    /// Whether the subject is one of those that the rule watches: with a complete card in the period, or on the roster and
    /// meeting the condition. In a period in which it is not, a streak has no data. Of the cards of several stints in an earlier
    /// period the last one counts.
    fn watched(&self, rule: &Rule, place: &Place<'_>) -> Result<bool, Fault> {
        match (&rule.audience, place.card) {
            (Audience::Cards(_), Some(card)) => {
                let cards = self.cards(card, place.when.period)?;
                let own = own_card(&cards, place);
                Ok(own.is_some_and(|marked| marked.card.status == CardStatus::Complete))
            }
            (Audience::Table(_, condition), _) => {
                let belongs = condition.as_ref().map(|condition| self.truth(condition, place)).transpose()?;
                Ok(self.on_roster(&place.who, place.when) && belongs.is_none_or(|belongs| belongs == Some(true)))
            }
            _ => Ok(false),
        }
    }

    /// The text of a rule that fired.
    fn says(&self, rule: &Rule, outcome: RuleOutcome, place: &Place<'_>) -> Result<Option<String>, Fault> {
        match (&rule.then, outcome) {
            (Some(then), RuleOutcome::Fired) => Ok(self.pick(&then.text, place)?.cloned()),
            _ => Ok(None),
        }
    }
}
