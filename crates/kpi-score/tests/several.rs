//! Views and windows, explained.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test")]

mod answer;
mod support;

use kpi_score::{Question, score};
use support::{Policy, tree};

const SHOP: &str = r#"
policy "Shop" { edition 1, currency CNY, period month }
roster seller { id: text key }
source sale { seller: -> seller, buyer: text, on: date time, amount: money }
view by_buyer from sale group by seller, buyer, month { orders = count() }
indicator repeat { formula count(by_buyer where orders ≥ 2) / count(by_buyer), target ≥ 50% }
indicator steady { formula average(sum(sale.amount), last 3 months needs 2), target > previous(average(self, last 2 months)) }
indicator pooled { formula average(sale.amount) over last 3 months, target ≥ 50元 }
scorecard card for seller { repeat weight 40%, steady weight 30%, pooled weight 30% }
test "three months" {
  period 2026-10
  seller | id |
         | A  |
  sale   | seller | buyer | on         | amount |
         | A      | x     | 2026-08-01 | 10     |
         | A      | x     | 2026-09-01 | 20     |
         | A      | y     | 2026-09-02 | 40     |
         | A      | x     | 2026-10-01 | 100    |
         | A      | x     | 2026-10-31 | 30     |
         | A      | y     | 2026-10-05 | 50     |
  expect card[A] is complete
}
"#;

#[test]
fn views_and_windows_are_explained() {
    let policy = Policy::new(SHOP);
    let plan = policy.plan();
    let facts = policy.facts(&plan, "three months");
    let scored = score(&policy.model, &plan, &facts);
    // Of two buyers in October one bought twice. Months: 10, 60, 180, mean 83.33…; in September it was (10 + 60) ÷ 2 = 35 and in
    // August, with one month, no data, so that their mean is 35. Rows: 250 ÷ 6 = 41.66….
    let id = policy.model.scorecards.iter().next().unwrap().0;
    let told = scored.explain(&policy.files, "A", policy.period("2026-10"), &Question::Card(id)).unwrap();
    let mut out = String::new();
    tree(&told, 0, &mut out);
    insta::assert_snapshot!(out);
}
