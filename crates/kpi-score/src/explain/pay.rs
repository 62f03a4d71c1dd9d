//! The derivation of pay and of rules.

use kpi_base::{Text, text};
use kpi_check::model::{Audience, ExprKind, Incentive, RuleShare};
use kpi_results::{Derivation, RuleOutcome, Step};
use kpi_value::{Dec, Value};

use super::Reader;
use super::node::{node, number, percent, word};
use crate::cards::get;
use crate::pay::context;
use crate::{Outcomes, Pays, Standing};

impl Reader<'_, '_> {
    /// An incentive for one row, or one of its pays.
    pub(super) fn pays(&self, pays: &Pays, row: usize, only: Option<u32>) -> Derivation {
        let incentive = &self.scored.model().incentives[pays.incentive];
        let places = 0..incentive.pays.len();
        if let Some(place) = only.map(|place| place as usize).filter(|place| places.contains(place)) {
            return self.pay(incentive, pays, place, row);
        }
        let currency = &self.scored.model().policy.currency.code;
        let total = get(&pays.total, row);
        let mut made = node(Text::verbatim(&incentive.title.name), Step::Total, number(total, currency));
        made.span = Some(incentive.title.span);
        made.from = places.map(|place| self.pay(incentive, pays, place, row)).collect();
        made.note = self.standing(incentive, pays, row);
        let paid = pays.standing.get(row) == Some(&Standing::Paid);
        let sum = crate::pay::sum(pays.pays.iter().map(|column| get(column, row))).ok().flatten();
        if paid && (sum != total || incentive.cap.is_some() || incentive.floor.is_some()) {
            made.from.extend(self.limits(incentive, pays, row, sum));
        }
        made
    }

    /// The sum before cap and floor, and both of them.
    fn limits(&self, incentive: &Incentive, pays: &Pays, row: usize, sum: Option<Dec>) -> Vec<Derivation> {
        let at = context(&pays.members, pays.card);
        let cell = pays.members.cell(row).unwrap_or_default();
        let currency = &self.scored.model().policy.currency.code;
        let mut made = vec![node(text!("sum of the pays"), Step::Formula, number(sum, currency))];
        for (name, expr) in [(text!("cap"), &incentive.cap), (text!("floor"), &incentive.floor)] {
            if let Some(expr) = expr {
                let value = self.value_of(expr, at, cell).or_else(|| expr.as_const_dec().map(Value::Dec));
                let mut limit = node(name, Step::Limit, self.quantity(value.as_ref(), expr.ty));
                limit.span = Some(expr.span);
                if expr.as_const_dec().is_none() {
                    limit.from = vec![self.formula(expr, at, cell)];
                }
                made.push(limit);
            }
        }
        if incentive.floor.is_none() {
            made.push(node(text!("floor"), Step::Limit, number(Some(Dec::ZERO), currency)));
        }
        made
    }

    fn pay(&self, incentive: &Incentive, pays: &Pays, place: usize, row: usize) -> Derivation {
        let currency = &self.scored.model().policy.currency.code;
        let amount = pays.pays.get(place).and_then(|column| get(column, row));
        let Some(pay) = incentive.pays.get(place) else { return node(Text::default(), Step::Pay, None) };
        let mut made = node(Text::verbatim(&pay.title.name), Step::Pay, number(amount, currency));
        made.span = Some(pay.title.span);
        let Some(cell) = pays.members.cell(row) else { return made };
        let at = context(&pays.members, pays.card);
        made.note = self.standing(incentive, pays, row);
        if pays.standing.get(row) == Some(&Standing::Nothing) {
            return made;
        }
        made.from = vec![self.formula(&pay.value, at, cell)];
        let exact = self.value_of(&pay.value, at, cell).and_then(|value| value.as_dec());
        if let (Some(exact), Some(amount)) = (exact, amount)
            && exact != amount
        {
            let mut rounding =
                node(text!("rounded to {step}", step = pay.round_to), Step::Rounding, number(Some(amount), currency));
            rounding.note = Some(text!("from {exact}", exact));
            made.from.push(rounding);
        }
        made
    }

    /// Why somebody is paid nothing, or nothing yet.
    fn standing(&self, incentive: &Incentive, pays: &Pays, row: usize) -> Option<Text> {
        let scored = self.scored;
        let cards = pays.card.and_then(|card| scored.cards_of(card));
        match pays.standing.get(row)? {
            Standing::Paid => None,
            Standing::Nothing => {
                let eligible = incentive.condition.as_ref().and_then(|condition| {
                    let at = context(&pays.members, pays.card);
                    self.value_of(condition, at, pays.members.cell(row)?)?.as_bool()
                });
                Some(if eligible == Some(false) { text!("not eligible") } else { text!("a veto takes every pay") })
            }
            Standing::Held => Some(match cards {
                Some(cards) if get(&cards.score, row).is_none() => text!("held: the card is incomplete"),
                _ if matches!(&incentive.audience, Audience::Cards(cards) if cards.len() > 1)
                    && incentive.condition.is_none() =>
                {
                    text!("held: it reaches the subject through two cards")
                }
                _ => text!("held: it is not known whether the subject is eligible"),
            }),
        }
    }

    /// A rule for one row.
    pub(super) fn outcome(&self, outcomes: &Outcomes, row: usize) -> Derivation {
        let rule = &self.scored.model().rules[outcomes.rule];
        let outcome = outcomes.of(row);
        let text = match outcome {
            Some(RuleOutcome::Fired) => "fired",
            Some(RuleOutcome::NotFired) => "not fired",
            Some(RuleOutcome::NotJudged) | None => "not judged",
        };
        let name = match rule.line {
            None => Text::verbatim(&rule.title.name),
            Some(line) => {
                let line = &self.scored.model().indicators[line].title.name;
                text!("{rule} of {indicator}", rule = &rule.title.name, indicator = line)
            }
        };
        let mut made = node(name, Step::Rule, word(text));
        made.span = Some(rule.title.span);
        let (says, choices) = (self.scored.says(outcomes, row), self.scored.choices(outcomes, row));
        let list = || Text::or_list(choices.iter().map(Text::verbatim));
        made.note = match (says, choices.is_empty()) {
            (says, true) => says.map(Text::verbatim),
            (None, false) => Some(text!("to be decided: {choices}", choices = list())),
            (Some(says), false) => Some(text!("{says}, to be decided: {choices}", says, choices = list())),
        };
        let Some(cell) = outcomes.members.cell(row) else { return made };
        let at = context(&outcomes.members, outcomes.card);
        let spine = self.scored.ev.spine(outcomes.members.spine);
        if let Some((number, _)) = rule.then.as_ref().and_then(|then| then.by_number.as_ref()) {
            made.from.push(self.formula(number, at, cell));
        }
        if let Some(share) = &rule.share {
            made.from.push(self.ranked(outcomes, share, row));
        }
        if let Some(since) = rule.once {
            let since = self.scored.model().policy.calendar.show(since);
            made.from.push(node(text!("only the first time since {since}", since), Step::Period, None));
        }
        // Where nothing but a share or a number is asked for there is no condition to show.
        let asks = !matches!(rule.condition.kind, ExprKind::Const(_));
        for back in 0..rule.streak as usize {
            if !asks {
                break;
            }
            let Some(cell) = cell.checked_sub(back * spine.entities()) else {
                made.from.push(node(text!("before the data begin"), Step::Period, None));
                break;
            };
            let mut one = self.formula(&rule.condition, at, cell);
            let period = self.period_text(outcomes.members.spine, cell);
            let complete = |row: usize| outcomes.there.get(row) == Some(&true);
            one.note = Some(match outcomes.members.row(cell) {
                None => text!("in {period}; the subject is not concerned", period),
                Some(row) if !complete(row) && rule.line.is_some() => {
                    text!("in {period}; the line is not on the card", period)
                }
                Some(row) if !complete(row) => text!("in {period}; the card is incomplete", period),
                Some(_) => text!("in {period}", period),
            });
            if outcomes.members.row(cell).is_none_or(|row| !complete(row)) {
                one.value = None;
            }
            made.from.push(one);
        }
        made
    }

    /// By what a rule ranks a group, and whether it takes this one.
    fn ranked(&self, outcomes: &Outcomes, share: &RuleShare, row: usize) -> Derivation {
        let at = context(&outcomes.members, outcomes.card);
        let mut made = match (&share.of, outcomes.members.cell(row)) {
            (Some(of), Some(cell)) => self.formula(of, at, cell),
            _ => {
                let score = outcomes.card.and_then(|card| get(&self.scored.cards_of(card)?.score, row));
                node(text!("score"), Step::Grade, number(score, "points"))
            }
        };
        let percent = percent(share.share);
        let taken = outcomes.taken.as_ref().and_then(|taken| taken.get(row).copied().flatten());
        made.note = Some(match (share.highest, taken) {
            (true, Some(true)) => text!("among the highest {percent}", percent),
            (true, Some(false)) => text!("not among the highest {percent}", percent),
            (false, Some(true)) => text!("among the lowest {percent}", percent),
            (false, Some(false)) => text!("not among the lowest {percent}", percent),
            (_, None) => text!("in no group"),
        });
        made
    }
}
