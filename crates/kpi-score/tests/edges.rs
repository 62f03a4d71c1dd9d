//! Where missing data must not become 0, on both sides: the value stage and the naive interpreter, against numbers computed
//! by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it must be"
)]

mod answer;
mod support;

use kpi_results::{CardStatus, LineStatus, Run};
use kpi_score::score;
use kpi_testkit::{Data, interpret};
use support::Policy;

/// The results of the test `t` for October, by the value stage and by the interpreter.
fn both(text: &str) -> [Run; 2] {
    let policy = Policy::new(text);
    let plan = policy.plan();
    let facts = policy.facts(&plan, "t");
    let scored = score(&policy.model, &plan, &facts);
    let month = policy.period("2026-10");
    let test = policy.model.tests.iter().find(|test| test.name == "t").unwrap();
    let interpreted = interpret(&policy.model, &Data::of_test(&policy.model, test), month, month).unwrap();
    [scored.run(), interpreted]
}

#[test]
fn a_veto_that_reads_a_table_before_its_first_date_leaves_the_card_incomplete() {
    let text = |from: &str| {
        format!(
            r#"
policy "P" {{ edition 1, currency CNY, period month }}
roster staff {{ id: text key }}
source call {{ who: -> staff, on: date time, minutes: count }}
param longest: count by date {{ from {from}: 30 }}
indicator calls {{ formula count(call), target ≥ 1 }}
scorecard card for staff {{
  calls weight 100%
  veto long when count(call where minutes > longest) > 0
}}
test "t" {{
  period 2026-10
  staff | id |
        | A  |
  call  | who | on         | minutes |
        | A   | 2026-10-05 | 45      |
  expect card[A] is incomplete
}}
"#
        )
    };
    for run in both(&text("2026-11")) {
        assert_eq!(run.cards[0].status, CardStatus::Incomplete);
    }
    // 45 > 30
    for run in both(&text("2026-10")) {
        assert_eq!(run.cards[0].score, Some("0".parse().unwrap()));
    }
}

#[test]
fn what_a_flow_tells_of_has_a_card_in_its_own_period() {
    let text = r#"
policy "P" { edition 1, currency CNY, period month }
source session { id: text key, on: date time, minutes: count }
indicator minutes { formula sum(session.minutes), target ≥ 40 }
scorecard card for session { minutes weight 100% }
test "t" {
  period 2026-10
  session | id | on         | minutes |
          | S1 | 2026-09-30 | 40      |
          | S2 | 2026-10-01 | 20      |
          | S3 | 2026-11-01 | 40      |
  expect card[S2].score == 50
}
"#;
    for run in both(text) {
        let cards: Vec<_> = run.cards.iter().map(|card| (card.subject.as_str(), card.score)).collect();
        assert_eq!(cards, [("S2", Some("50".parse().unwrap()))]); // 20 ÷ 40
    }
}

#[test]
fn an_exact_target_below_zero_is_not_judged() {
    let text = r#"
policy "P" { edition 1, currency CNY, period month }
roster staff { id: text key, asked: number }
source call { who: -> staff, on: date time, change: number }
indicator change { formula sum(call.change), target = staff.asked }
scorecard card for staff { change weight 100% }
test "t" {
  period 2026-10
  staff | id | asked |
        | A  | -5    |
        | B  | 5     |
  call  | who | on         | change |
        | A   | 2026-10-05 | -5     |
        | B   | 2026-10-05 | 10     |
  expect card[A] is incomplete
}
"#;
    for run in both(text) {
        assert_eq!(run.cards[0].lines[0].status, LineStatus::NotJudged);
        assert_eq!(run.cards[0].status, CardStatus::Incomplete);
        assert_eq!(run.cards[1].score, Some("50".parse().unwrap())); // 5 ÷ 10
    }
}
