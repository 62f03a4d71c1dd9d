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

/// A has one manager (4) and two peers (2, 3); B a manager only (5); C nobody.
const SEVERAL: &str = r#"
policy "Several" { edition 1, currency CNY, period month }
scale mark 1..5 { 1: "a", 2: "b", 3: "c", 4: "d", 5: "e" }
dimension kind { manager, peer, report }
roster agent { id: text key }
source rating { agent: -> agent, on: date time, kind: kind, value: mark, pay: money }
indicator fails { formula weighted(average(rating.value where kind == manager): 40%, average(rating.value where kind == peer): 60%), target ≥ 3 }
indicator shared {
  formula weighted(
    average(rating.value where kind == manager): 40%,
    average(rating.value where kind == peer needs 2): 35%,
    average(rating.value where kind == report): 25%,
  ) missing reweight
  target ≥ 3
}
indicator zeroed { formula weighted(average(rating.value where kind == manager): 40%, average(rating.value where kind == peer): 60%) missing zero, target ≥ 1 }
indicator paid { formula weighted(max(rating.pay): 25%, min(rating.pay): 75%) missing zero, target ≥ 1元 }
scorecard card for agent { fails, shared, zeroed, paid }
test "raters" {
  period 2026-10
  agent  | id |
         | A  |
         | B  |
         | C  |
  rating | agent | on         | kind    | value | pay |
         | A     | 2026-10-01 | manager | 4     | 90  |
         | A     | 2026-10-02 | peer    | 2     | 30  |
         | A     | 2026-10-03 | peer    | 3     | 60  |
         | B     | 2026-10-03 | manager | 5     | 10  |
  expect card[A] is complete
}
"#;

#[test]
fn several_raters_are_weighed() {
    let policy = Policy::new(SEVERAL);
    let plan = policy.plan();
    let facts = policy.facts(&plan, "raters");
    let scored = score(&policy.model, &plan, &facts);
    let run = scored.run();
    let actuals = |subject: &str| -> Vec<String> {
        let card = run.cards.iter().find(|card| card.subject == subject).unwrap();
        card.lines.iter().map(|line| line.actual.as_ref().map_or("-".to_owned(), |a| a.value.clone())).collect()
    };
    // 40% × 4 + 60% × 2.5; (40% × 4 + 35% × 2.5) ÷ 75% = 2.475 ÷ 0.75; 25% × 90 + 75% × 30.
    assert_eq!(actuals("A"), ["3.1", "3.3", "3.1", "45"]);
    // Nobody but the manager: no data; all of the weight is his; 40% × 5.
    assert_eq!(actuals("B"), ["-", "5", "2", "10"]);
    // Of nobody no data, but for `zero`.
    assert_eq!(actuals("C"), ["-", "-", "0", "0"]);
    let id = policy.model.scorecards.iter().next().unwrap().0;
    let told = scored.explain(&policy.files, "B", policy.period("2026-10"), &Question::Card(id)).unwrap();
    let mut out = String::new();
    tree(&told, 0, &mut out);
    insta::assert_snapshot!(out);
}
