//! The outcomes of a run, sketched without making any card.

use std::hash::{DefaultHasher, Hash, Hasher};

use kpi_results::{CardStatus, RuleOutcome, Sketch, What};
use kpi_value::Period;

use crate::cards::{Cards, get};
use crate::pay::Pays;
use crate::{Scored, Staged};

/// The newer name of what is called otherwise in another version.
pub type Newer<'n> = dyn Fn(What, &str) -> Option<&'n str> + 'n;

impl Staged<'_> {
    /// The outcomes, by the names that `newer` gives where things have another one in the version with which they are compared.
    pub fn sketch(&self, newer: &Newer<'_>) -> Sketch {
        let mut sketch = Sketch::default();
        for scored in self.wanted() {
            scored.sketch(newer, &mut sketch);
        }
        sketch.outcomes.sort_unstable();
        sketch
    }
}

impl Scored<'_> {
    fn sketch(&self, newer: &Newer<'_>, sketch: &mut Sketch) {
        for cards in self.cards() {
            let name = &self.model().scorecards[cards.scorecard].title.name;
            let name = newer(What::Scorecard, name).unwrap_or(name);
            for row in cards.judged() {
                let Some(cell) = cards.members.cell(row) else { continue };
                let mut key = self.key(What::Scorecard, name, cards.members.spine, cell);
                self.stint(cards.members.spine, cell).map(|stint| stint.from).hash(&mut key);
                let out = self.sketch_card(cards, row, sketch);
                sketch.outcomes.push((key.finish(), out));
            }
        }
        for pays in self.pays().iter().filter(|pays| pays.card.is_none()) {
            let name = &self.model().incentives[pays.incentive].title.name;
            let name = newer(What::Incentive, name).unwrap_or(name);
            for row in pays.members.judged..pays.members.cells.len() {
                let Some(cell) = pays.members.cell(row) else { continue };
                let key = self.key(What::Incentive, name, pays.members.spine, cell);
                let mut out = DefaultHasher::new();
                let total = get(&pays.total, row);
                (self.pay_hash(pays, row), total).hash(&mut out);
                sketch.outcomes.push((key.finish(), out.finish()));
                sketch.amounts.add_pay(total);
            }
        }
        for outcomes in self.outcomes().iter().filter(|outcomes| outcomes.card.is_none()) {
            let name = &self.model().rules[outcomes.rule].title.name;
            let name = newer(What::Rule, name).unwrap_or(name);
            for row in outcomes.members.judged..outcomes.members.cells.len() {
                let (Some(cell), Some(outcome)) = (outcomes.members.cell(row), outcomes.of(row)) else { continue };
                let key = self.key(What::Rule, name, outcomes.members.spine, cell);
                let mut out = DefaultHasher::new();
                (outcome as u8).hash(&mut out);
                sketch.outcomes.push((key.finish(), out.finish()));
                sketch.amounts.rules += i64::from(outcome == RuleOutcome::Fired);
            }
        }
    }

    fn key(&self, what: What, name: &str, spine: kpi_plan::SpineId, cell: usize) -> DefaultHasher {
        let mut key = DefaultHasher::new();
        let period = self.period(spine, cell).map(|Period { kind, index }| (kind, index));
        (what, name, self.subject(spine, cell), period).hash(&mut key);
        key
    }

    /// What is compared of a card: everything that is told of it but its lines and its rank.
    fn sketch_card(&self, cards: &Cards, row: usize, sketch: &mut Sketch) -> u64 {
        let mut out = DefaultHasher::new();
        let (score, status) = (get(&cards.score, row), cards.status(row));
        (status == CardStatus::Complete, score, get(&cards.attainment, row), cards.grade(row)).hash(&mut out);
        let scorecard = &self.model().scorecards[cards.scorecard];
        let mut vetoed = false;
        for (veto, fired) in scorecard.vetoes.iter().zip(&cards.vetoes) {
            if get(fired, row) == Some(true) {
                veto.title.name.hash(&mut out);
                vetoed = true;
            }
        }
        let total = self.total_pay(cards.scorecard, row);
        let (mut pay, mut paid) = (0_u64, false);
        for pays in self.pays_for(cards.scorecard) {
            pay = pay.wrapping_add(self.pay_hash(pays, row));
            paid |= !pays.pays.is_empty();
        }
        (vetoed, pay, total).hash(&mut out);
        for outcomes in self.outcomes_for(cards.scorecard) {
            let Some(outcome) = outcomes.of(row) else { continue };
            let rule = &self.model().rules[outcomes.rule];
            let line = rule.line.map(|line| self.model().indicators[line].title.name.as_str());
            (rule.title.name.as_str(), line, outcome as u8).hash(&mut out);
            sketch.amounts.rules += i64::from(outcome == RuleOutcome::Fired);
        }
        sketch.amounts.cards += 1;
        sketch.amounts.incomplete += i64::from(status == CardStatus::Incomplete);
        sketch.amounts.vetoed += i64::from(vetoed);
        sketch.amounts.add_score(score);
        if paid {
            sketch.amounts.add_pay(total);
        }
        out.finish()
    }

    /// The pays by their names, in any order.
    fn pay_hash(&self, pays: &Pays, row: usize) -> u64 {
        let titles = &self.model().incentives[pays.incentive].pays;
        let each = titles.iter().zip(&pays.pays).map(|(pay, column)| {
            let mut one = DefaultHasher::new();
            (pay.title.name.as_str(), get(column, row)).hash(&mut one);
            one.finish()
        });
        each.fold(0, u64::wrapping_add)
    }
}
