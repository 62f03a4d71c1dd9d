//! Rules: streaks, shares of a group, the first time, what is said.

use kpi_check::model::{Audience, Expr, IndicatorId, Rule, RuleId, RuleShare, ScorecardId, StepBound};
use kpi_results::{Card, CardStatus, Line, RosterRule, Rule as Outcome, RuleOutcome};
use kpi_value::{Dec, Period, Value};

use super::cards::own_card;
use super::time::When;
use super::values::and;
use super::{Fault, Interpreter, Place, Who};

impl Interpreter<'_> {
    /// The outcome of every rule for a card. Those of an incomplete card are not judged, but for those that judge its lines one
    /// by one; where the line is not on the card there is no outcome.
    pub(super) fn judge_card(&self, id: ScorecardId, when: When, card: &mut Card) -> Result<(), Fault> {
        for (_, rule) in self.model.rules.iter() {
            if !matches!(&rule.audience, Audience::Cards(cards) if cards.contains(&id)) {
                continue;
            }
            let place = Place::cell(Who::Row(rule.table, card.subject.as_str().into()), when).on_card(id);
            let name = rule.line.map(|line| self.model.indicators[line].title.name.clone());
            let outcome = match (&name, card.status) {
                (Some(name), _) if !has_line(&card.lines, name) => continue,
                (None, CardStatus::Incomplete) => RuleOutcome::NotJudged,
                _ => self.outcome(rule, &place)?,
            };
            let (says, choices) = self.says(rule, outcome, &place)?;
            card.rules.push(Outcome { rule: rule.title.name.clone(), indicator: name, outcome, says, choices });
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
            let (says, choices) = self.says(rule, outcome, &place)?;
            all.push(RosterRule {
                rule: rule.title.name.clone(),
                subject: key.to_string(),
                period: self.model.policy.calendar.show(period),
                outcome,
                says,
                choices,
            });
        }
        Ok(all)
    }

    /// What comes of a rule: with `once` it fires only if it did not in any period since the first that counts.
    fn outcome(&self, rule: &Rule, place: &Place<'_>) -> Result<RuleOutcome, Fault> {
        let now = self.streak_of(rule, place)?;
        let Some(since) = rule.once else { return Ok(shown(now)) };
        if place.when.period.index < since.index {
            return Ok(RuleOutcome::NotFired);
        }
        let mut first = now;
        for n in 1..=place.when.period.index - since.index {
            let earlier = place.before(n);
            if self.concerned(rule, &earlier)? {
                first = and(first, self.streak_of(rule, &earlier)?.map(|fired| !fired));
            }
        }
        Ok(shown(first))
    }

    /// The condition in each of the periods of the streak, the given one last, all of them joined by `and`.
    fn streak_of(&self, rule: &Rule, place: &Place<'_>) -> Result<Option<bool>, Fault> {
        let mut held = Some(true);
        for n in 0..rule.streak {
            let earlier = place.before(n as i32);
            held = and(held, if self.watched(rule, &earlier)? { self.holds(rule, &earlier)? } else { None });
        }
        Ok(held)
    }

    /// What a rule asks of one period: its condition, that its share takes the subject, that there is a text for its number.
    fn holds(&self, rule: &Rule, place: &Place<'_>) -> Result<Option<bool>, Fault> {
        let mut held = self.truth(&rule.condition, place)?;
        if let Some(share) = &rule.share {
            held = and(held, self.is_taken(rule, share, place)?);
        }
        if let Some((number, bounds)) = rule.then.as_ref().and_then(|then| then.by_number.as_ref()) {
            let number = self.number(number, place)?;
            held = and(held, number.map(|x| bounds.iter().any(|bound| bound.holds(x))));
        }
        Ok(held)
    }

    /// "The largest set of best subjects, ties kept together, that does not exceed p", unless `at least n`: a subject is in it if
    /// those who are no worse fit into the share, or if fewer than n are strictly better.
    fn is_taken(&self, rule: &Rule, share: &RuleShare, place: &Place<'_>) -> Result<Option<bool>, Fault> {
        let turned = |x: Dec| if share.highest { x } else { Dec::ZERO.sub(x).unwrap_or(x) };
        let Some(own) = self.ranked_by(share, place)? else { return Ok(None) };
        let Some(group) = self.columns(share, place)? else { return Ok(None) };
        let mut values = Vec::new();
        for other in self.others(rule, place)? {
            if self.watched(rule, &other)? && self.columns(share, &other)?.as_ref() == Some(&group) {
                values.extend(self.ranked_by(share, &other)?.map(turned));
            }
        }
        let own = turned(own);
        let no_worse = values.iter().filter(|x| **x >= own).count() as i64;
        let better = values.iter().filter(|x| **x > own).count() as i64;
        let room = share.share.mul(Dec::int(values.len() as i64))?;
        Ok(Some(Dec::int(no_worse) <= room || better < i64::from(share.at_least)))
    }

    fn ranked_by(&self, share: &RuleShare, place: &Place<'_>) -> Result<Option<Dec>, Fault> {
        match (&share.of, place.card) {
            (Some(of), _) => self.number(of, place),
            (None, Some(card)) => {
                let cards = self.cards(card, place.when.period)?;
                Ok(own_card(&cards, place).and_then(|marked| marked.card.score))
            }
            (None, None) => Ok(None),
        }
    }

    fn columns(&self, share: &RuleShare, place: &Place<'_>) -> Result<Option<Vec<Value>>, Fault> {
        share.by.iter().map(|path| self.attribute(&place.who, path, place.when)).collect()
    }

    /// All whom a rule may watch in a period: those with such a card, or of its table.
    fn others<'p>(&self, rule: &Rule, place: &Place<'p>) -> Result<Vec<Place<'p>>, Fault> {
        let who = |key: &str| Who::Row(rule.table, key.into());
        Ok(match place.card {
            Some(card) => {
                let cards = self.cards(card, place.when.period)?;
                let of = |marked: &super::cards::Marked| Place {
                    who: who(&marked.card.subject),
                    when: marked.when,
                    ..place.clone()
                };
                cards.iter().map(of).collect()
            }
            None => self
                .subjects(rule.table, place.when)
                .into_iter()
                .map(|key| Place { who: who(&key), ..place.clone() })
                .collect(),
        })
    }

    /// Whether the rule concerns the subject at all: it has such a card, with the line that is judged; or it is on the roster.
    fn concerned(&self, rule: &Rule, place: &Place<'_>) -> Result<bool, Fault> {
        match (&rule.audience, place.card) {
            (Audience::Cards(_), Some(card)) => {
                let cards = self.cards(card, place.when.period)?;
                Ok(own_card(&cards, place).is_some_and(|marked| match rule.line {
                    Some(line) => self.shows(&marked.card, line),
                    None => true,
                }))
            }
            _ => self.watched(rule, place),
        }
    }

    fn shows(&self, card: &Card, line: IndicatorId) -> bool {
        has_line(&card.lines, &self.model.indicators[line].title.name)
    }

    /// Whether the subject is one of those that the rule watches: with a complete card in the period, or on the roster and
    /// meeting the condition. In a period in which it is not, a streak has no data. Of the cards of several stints in an earlier
    /// period the last one counts. A rule for each indicator watches whoever has the line on the card.
    fn watched(&self, rule: &Rule, place: &Place<'_>) -> Result<bool, Fault> {
        match (&rule.audience, place.card) {
            (Audience::Cards(_), Some(card)) => {
                let cards = self.cards(card, place.when.period)?;
                let own = own_card(&cards, place);
                Ok(own.is_some_and(|marked| match rule.line {
                    Some(line) => self.shows(&marked.card, line),
                    None => marked.card.status == CardStatus::Complete,
                }))
            }
            (Audience::Table(_, condition), _) => {
                let belongs = condition.as_ref().map(|condition| self.truth(condition, place)).transpose()?;
                Ok(self.on_roster(&place.who, place.when) && belongs.is_none_or(|belongs| belongs == Some(true)))
            }
            _ => Ok(false),
        }
    }

    /// The text of a rule that fired, and what it leaves to a person.
    fn says(
        &self,
        rule: &Rule,
        outcome: RuleOutcome,
        place: &Place<'_>,
    ) -> Result<(Option<String>, Vec<String>), Fault> {
        let (Some(then), RuleOutcome::Fired) = (&rule.then, outcome) else { return Ok((None, Vec::new())) };
        let text = match &then.by_number {
            Some((number, bounds)) => self.row_of(number, bounds, place)?.and_then(|row| then.text.rows.get(row)),
            None if then.text.rows.is_empty() => None,
            None => return Ok((self.pick(&then.text, place)?.cloned(), then.choices.clone())),
        };
        Ok((text.map(|row| row.value.clone()), then.choices.clone()))
    }

    fn row_of(&self, number: &Expr, bounds: &[StepBound], place: &Place<'_>) -> Result<Option<usize>, Fault> {
        let number = self.number(number, place)?;
        Ok(number.and_then(|x| bounds.iter().position(|bound| bound.holds(x))))
    }
}

fn shown(fired: Option<bool>) -> RuleOutcome {
    match fired {
        Some(true) => RuleOutcome::Fired,
        Some(false) => RuleOutcome::NotFired,
        None => RuleOutcome::NotJudged,
    }
}

/// Whether a line of this name is on a card, in a group or not. No two lines of a card share one.
fn has_line(lines: &[Line], name: &str) -> bool {
    lines
        .iter()
        .any(|line| line.indicator == name || line.lines.as_deref().is_some_and(|inside| has_line(inside, name)))
}
