//! What can be added up over a run, so that the parts of a change add up to the whole.

use std::ops::{Add, Sub};

use kpi_results::{CardStatus, RuleOutcome, Run, Sketch};
use kpi_value::Dec;
use serde::Serialize;

/// Sums and counts over a run, or by how much they differ between two runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Amounts {
    /// All pay, of cards and of incentives for rosters, in the main unit; what is held counts as nothing.
    pub pay: Dec,
    /// The sum of the scores of complete cards.
    pub score: Dec,
    /// How many cards there are.
    pub cards: i64,
    /// How many of them are incomplete.
    pub incomplete: i64,
    /// How many are vetoed.
    pub vetoed: i64,
    /// How many totals are held.
    pub held: i64,
    /// How many rules fired.
    pub rules: i64,
}

impl Amounts {
    /// Those of a run.
    pub fn of(run: &Run) -> Amounts {
        let mut sum = Amounts::default();
        for card in &run.cards {
            sum.cards += 1;
            sum.incomplete += i64::from(card.status == CardStatus::Incomplete);
            sum.vetoed += i64::from(!card.vetoed.is_empty());
            sum.rules += fired(card.rules.iter().map(|rule| rule.outcome));
            sum.score = plus(sum.score, card.score.unwrap_or(Dec::ZERO));
            if !card.pay.is_empty() {
                sum.add_pay(card.total_pay);
            }
        }
        for pay in &run.incentives {
            sum.add_pay(pay.total_pay);
        }
        sum.rules += fired(run.rules.iter().map(|rule| rule.outcome));
        sum
    }

    /// Those of a sketched run.
    pub fn sketched(sketch: &Sketch) -> Amounts {
        let Sketch { pay, score, cards, incomplete, vetoed, held, rules, .. } = *sketch;
        Amounts { pay, score, cards, incomplete, vetoed, held, rules }
    }

    fn add_pay(&mut self, pay: Option<Dec>) {
        self.held += i64::from(pay.is_none());
        self.pay = plus(self.pay, pay.unwrap_or(Dec::ZERO));
    }
}

fn fired(outcomes: impl Iterator<Item = RuleOutcome>) -> i64 {
    outcomes.map(|outcome| i64::from(outcome == RuleOutcome::Fired)).sum()
}

/// Pay and scores are far below what a decimal can hold: a sum beyond it stays at what it was.
pub(crate) fn plus(a: Dec, b: Dec) -> Dec {
    a.add(b).unwrap_or(a)
}

pub(crate) fn minus(a: Dec, b: Dec) -> Dec {
    a.sub(b).unwrap_or(a)
}

impl Add for Amounts {
    type Output = Amounts;

    fn add(self, other: Amounts) -> Amounts {
        Amounts {
            pay: plus(self.pay, other.pay),
            score: plus(self.score, other.score),
            cards: self.cards + other.cards,
            incomplete: self.incomplete + other.incomplete,
            vetoed: self.vetoed + other.vetoed,
            held: self.held + other.held,
            rules: self.rules + other.rules,
        }
    }
}

impl Sub for Amounts {
    type Output = Amounts;

    fn sub(self, other: Amounts) -> Amounts {
        Amounts {
            pay: minus(self.pay, other.pay),
            score: minus(self.score, other.score),
            cards: self.cards - other.cards,
            incomplete: self.incomplete - other.incomplete,
            vetoed: self.vetoed - other.vetoed,
            held: self.held - other.held,
            rules: self.rules - other.rules,
        }
    }
}
