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

const WEEKS: &str = r#"
policy "Shop" { edition 1, currency CNY, period month }
roster seller { id: text key }
source sale { seller: -> seller, on: date time, amount: money }
indicator steady { formula average(sum(sale.amount), last 3 weeks needs 2), target ≥ 40元, period week rolled up by share_met }
indicator pooled { formula average(sale.amount) over last 2 weeks, target ≥ 40元, period week rolled up by share_met }
indicator so_far { formula sum(sum(sale.amount), this month), target ≥ 100元, period week rolled up by share_met }
scorecard card for seller { steady weight 40%, pooled weight 30%, so_far weight 30% }
test "weeks" {
  period 2026-10
  seller | id |
         | A  |
         | B  |
  sale   | seller | on         | amount |
         | A      | 2026-09-14 | 10     |
         | A      | 2026-09-22 | 20     |
         | A      | 2026-10-01 | 60     |
         | A      | 2026-10-06 | 30     |
         | A      | 2026-10-07 | 10     |
         | A      | 2026-10-20 | 100    |
         | B      | 2026-10-12 | 1      |
         | B      | 2026-10-26 | 1      |
  expect card[A] is complete
}
"#;

#[test]
fn windows_of_weeks_inside_a_month() {
    let policy = Policy::new(WEEKS);
    let plan = policy.plan();
    let facts = policy.facts(&plan, "weeks");
    let scored = score(&policy.model, &plan, &facts);
    // A has 10, 20, 60, 40, 0, 100, 0 in the weeks W38 to W44, of which W40 to W44 belong to October.
    // Means of three weeks: 30, 40, 33.33…, 46.66…, 33.33…: two of five are met.
    // Rows of two weeks: (20 + 60) ÷ 2 = 40, (60 + 30 + 10) ÷ 3 = 33.33…, (30 + 10) ÷ 2 = 20, 100, 100: three of five.
    // So far: 60, 100, 100, 200, 200: four of five.
    let id = policy.model.scorecards.iter().next().unwrap().0;
    let run = scored.run();
    let card = run.cards.iter().find(|card| card.subject == "A").unwrap();
    let attained: Vec<String> = card.lines.iter().map(|line| line.attainment.unwrap().to_string()).collect();
    assert_eq!(attained, ["0.4", "0.6", "0.8"]);
    let told = scored.explain(&policy.files, "A", policy.period("2026-10"), &Question::Card(id)).unwrap();
    let mut out = String::new();
    tree(&told, 0, &mut out);
    insta::assert_snapshot!(out);
}
