//! What can be added up over a run, so that the parts of a change add up to the whole.

use std::ops::{Add, Sub};

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
    /// Adds what somebody is paid; what is held is counted, and adds nothing. Pay is far below what a decimal can hold: a sum beyond it stays at
    /// what it was.
    pub fn add_pay(&mut self, pay: Option<Dec>) {
        self.held += i64::from(pay.is_none());
        self.pay = self.pay.add(pay.unwrap_or(Dec::ZERO)).unwrap_or(self.pay);
    }

    /// Adds the score of a card; none adds nothing.
    pub fn add_score(&mut self, score: Option<Dec>) {
        self.score = self.score.add(score.unwrap_or(Dec::ZERO)).unwrap_or(self.score);
    }
}

impl Add for Amounts {
    type Output = Amounts;

    fn add(self, other: Amounts) -> Amounts {
        Amounts {
            pay: self.pay.add(other.pay).unwrap_or(self.pay),
            score: self.score.add(other.score).unwrap_or(self.score),
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
            pay: self.pay.sub(other.pay).unwrap_or(self.pay),
            score: self.score.sub(other.score).unwrap_or(self.score),
            cards: self.cards - other.cards,
            incomplete: self.incomplete - other.incomplete,
            vetoed: self.vetoed - other.vetoed,
            held: self.held - other.held,
            rules: self.rules - other.rules,
        }
    }
}
