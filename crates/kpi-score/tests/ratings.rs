//! Ratings: scales whose steps have words, and several raters.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test")]

mod answer;
mod support;

use kpi_score::{Question, score};
use support::{Policy, tree};

const RATED: &str = r#"
policy "Rated" { edition 1, currency CNY, period month }
scale speed "响应速度" 1..5 {
  5: "within 30 seconds"
  4: "within a minute", 3: "within 5 minutes"
  2: "within an hour"
  1: "often nobody"
}
dimension kind { manager, peer }
roster agent { id: text key, level: speed }
source rating { agent: -> agent, on: date time, kind: kind, value: speed }
indicator mean { formula average(rating.value), target ≥ 4, scoring rating of 5 }
indicator worst { formula min(rating.value), target ≥ 2 }
indicator above { formula mean - agent.level, target ≥ 0 }
scorecard card for agent { mean, worst, above }
test "ratings" {
  period 2026-10
  agent  | id | level |
         | A  | 3     |
  rating | agent | on         | kind    | value |
         | A     | 2026-10-01 | manager | 5     |
         | A     | 2026-10-02 | peer    | 2     |
         | A     | 2026-10-03 | peer    | 3     |
  expect card[A] is complete
}
"#;

#[test]
fn a_step_is_explained_by_its_words() {
    let policy = Policy::new(RATED);
    let plan = policy.plan();
    let facts = policy.facts(&plan, "ratings");
    let scored = score(&policy.model, &plan, &facts);
    let id = policy.model.scorecards.iter().next().unwrap().0;
    let told = scored.explain(&policy.files, "A", policy.period("2026-10"), &Question::Card(id)).unwrap();
    let mut out = String::new();
    // (5 + 2 + 3) ÷ 3 = 3.33…, of 5; above the level of 3 by 0.33….
    tree(&told, 0, &mut out);
    insta::assert_snapshot!(out);
}
