//! What a run comes to.

use kpi_results::{Amounts, CardStatus, RuleOutcome, Run};
use kpi_value::Dec;

/// The sums and counts of a run.
pub fn amounts_of(run: &Run) -> Amounts {
    let mut sum = Amounts::default();
    for card in &run.cards {
        sum.cards += 1;
        sum.incomplete += i64::from(card.status == CardStatus::Incomplete);
        sum.vetoed += i64::from(!card.vetoed.is_empty());
        sum.rules += fired(card.rules.iter().map(|rule| rule.outcome));
        sum.add_score(card.score);
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
