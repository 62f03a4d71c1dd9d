//! The same period of the year before, and an indicator that joins in the middle of a year.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test")]

mod answer;
mod support;

use kpi_score::score;
use support::Policy;

const SHOP: &str = r#"
policy "Shop" { edition 1, currency CNY, period month }
roster seller { id: text key }
source sale { seller: -> seller, on: date time, amount: money }
indicator before { formula year_ago(sum(sale.amount)), target ≥ 1元 }
indicator rise { formula sum(sale.amount) / year_ago(sum(sale.amount)) - 100%, target ≥ 0%, adjustable quarterly }
indicator two_years { formula year_ago(year_ago(sum(sale.amount))), target ≥ 1元 }
scorecard card for seller {
  before    weight by date { from 2026-01: 50%, from 2026-07: 30% }
  rise      weight by date { from 2026-01: 0%, from 2026-10: 20%, from 2027-01: 0% }
  two_years weight by date { from 2026-01: 50%, from 2026-07: 70%, from 2026-10: 50%, from 2027-01: 70% }
}
test "two years" {
  period 2026-10
  seller | id |
         | A  |
         | B  |
  sale   | seller | on         | amount |
         | A      | 2025-09-30 | 7      |
         | A      | 2025-10-01 | 100    |
         | A      | 2025-10-31 | 20     |
         | A      | 2025-11-01 | 9      |
         | A      | 2026-10-05 | 150    |
         | B      | 2026-10-05 | 50     |
  expect card[A] is incomplete
}
"#;

#[test]
fn the_same_month_of_the_year_before() {
    let policy = Policy::new(SHOP);
    let plan = policy.plan();
    assert_eq!(plan.history, 24);
    let facts = policy.facts(&plan, "two years");
    let scored = score(&policy.model, &plan, &facts);
    let run = scored.run();
    let actuals = |subject: &str| -> Vec<String> {
        let card = run.cards.iter().find(|card| card.subject == subject).unwrap();
        card.lines.iter().map(|line| line.actual.as_ref().map_or("-".to_owned(), |a| a.value.clone())).collect()
    };
    // 150 ÷ 120 − 1. Before the first row of the source, in October 2024, there is no data.
    assert_eq!(actuals("A"), ["120", "0.25", "-"]);
    // A source that is there has a true zero for who has no row; 50 ÷ 0 is no data.
    assert_eq!(actuals("B"), ["0", "-", "-"]);
}
