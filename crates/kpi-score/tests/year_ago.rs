//! The same period of the year before, and an indicator that joins in the middle of a year.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test")]

mod answer;
mod support;

use kpi_plan::{Request, Roots, plan};
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

/// The actuals of a subject's card, in the order of its lines, for a policy with one test.
fn actuals(text: &str, subject: &str) -> (u32, Vec<String>) {
    let policy = Policy::new(text);
    let judged = policy.model.tests.first().unwrap().period;
    let roots = Roots::all(&policy.model);
    let plan = plan(&policy.model, &Request { data_until: None, from: judged, to: judged, roots });
    let facts = policy.facts(&plan, "here");
    let run = score(&policy.model, &plan, &facts).run();
    let card = run.cards.iter().find(|card| card.subject == subject).unwrap();
    let of = |line: &kpi_results::Line| line.actual.as_ref().map_or("-".to_owned(), |actual| actual.value.clone());
    (plan.history, card.lines.iter().map(of).collect())
}

fn shop(kind: &str, period: &str, rows: &str) -> String {
    format!(
        r#"
policy "Shop" {{ edition 1, currency CNY, period {kind} }}
roster seller {{ id: text key }}
source sale {{ seller: -> seller, on: date time, amount: money }}
indicator before {{ formula year_ago(sum(sale.amount)), target ≥ 1元 }}
indicator rise {{ formula sum(sale.amount) / year_ago(sum(sale.amount)) - 100%, target ≥ 0% }}
scorecard card for seller {{ before weight 50%, rise weight 50% }}
test "here" {{
  period {period}
  seller | id |
         | A  |
  sale   | seller | on         | amount |
{rows}
  expect card[A] is complete
}}
"#
    )
}

#[test]
fn the_week_of_the_same_number_of_the_year_before() {
    // 2026-W07 begins on February 9, 2025-W07 on February 10 (2025-W01 on December 30): 100 + 20, and 150 ÷ 120 − 1.
    let rows = "
         | A      | 2025-02-09 | 7      |
         | A      | 2025-02-10 | 100    |
         | A      | 2025-02-16 | 20     |
         | A      | 2025-02-17 | 9      |
         | A      | 2026-02-09 | 150    |";
    assert_eq!(actuals(&shop("week", "2026-W07", rows), "A"), (53, vec!["120".into(), "0.25".into()]));
    // 2026 has a week 53 and 2025 has none.
    let rows = "
         | A      | 2025-12-28 | 7      |
         | A      | 2025-12-29 | 7      |
         | A      | 2026-12-28 | 150    |";
    assert_eq!(actuals(&shop("week", "2026-W53", rows), "A").1, ["-", "-"]);
}

#[test]
fn the_same_day_of_the_year_before() {
    let rows = "
         | A      | 2025-02-28 | 7      |
         | A      | 2025-03-01 | 120    |
         | A      | 2025-03-02 | 9      |
         | A      | 2026-03-01 | 150    |";
    assert_eq!(actuals(&shop("day", "2026-03-01", rows), "A"), (366, vec!["120".into(), "0.25".into()]));
    let rows = "
         | A      | 2027-02-28 | 7      |
         | A      | 2027-03-01 | 7      |
         | A      | 2028-02-29 | 150    |";
    assert_eq!(actuals(&shop("day", "2028-02-29", rows), "A").1, ["-", "-"]);
}

#[test]
fn weeks_inside_a_month_look_back_by_weeks() {
    // The weeks of February 2026 are W06 to W09. Of the year before W06 has 10 (February 3 to 9), W07 has 100 + 20, W08 has 9, W09
    // has none; 30 − 10, 150 − 120, 0 − 9, 0 − 0.
    let text = shop(
        "month",
        "2026-02",
        "
         | A      | 2025-02-03 | 10     |
         | A      | 2025-02-10 | 100    |
         | A      | 2025-02-16 | 20     |
         | A      | 2025-02-17 | 9      |
         | A      | 2025-03-10 | 1      |
         | A      | 2026-02-02 | 30     |
         | A      | 2026-02-15 | 150    |
         | A      | 2026-02-16 | 0      |
         | A      | 2026-03-01 | 0      |",
    );
    let text = text
        .replace("on: date time, amount: money }", "on: date time, amount: money, sparse }")
        .replace(
            "formula sum(sale.amount) / year_ago(sum(sale.amount)) - 100%, target ≥ 0% }",
            "formula sum(sale.amount) - year_ago(sum(sale.amount)), period week rolled up by sum }",
        )
        .replace("rise weight 50%", "rise watch")
        .replace("before weight 50%", "before weight 100%");
    // The month of the year before has all rows but that of March: 139.
    assert_eq!(actuals(&text, "A"), (12, vec!["139".into(), "41".into()]));
}
