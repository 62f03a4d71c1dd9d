//! Rows that a source leaves out: what is measured, what is told of it, and how it is explained.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test")]

mod answer;
mod support;

use kpi_score::{Question, score};
use support::{Policy, tree};

/// Of A's six cases in October two are faults of the product, one of these with no answer, and one more has no answer: three
/// are left, of 10, 20 and 60 seconds. Of B's only one there is none left. C's cause is not known: that case counts.
const DESK: &str = r#"
policy "Desk" { edition 1, currency CNY, period month }
dimension cause { service, product_fault, outside }
roster agent { id: text key }
source case {
  id: text key, agent: -> agent, on: date time, answered: duration, cause: cause?
  exclude "beyond control" where cause in {product_fault, outside}
  exclude "not answered" where answered == 0s
}
view slow from case where answered ≥ 20s
view by_day from case group by agent, day { n = count() }
indicator answering { formula average(case.answered), target ≤ 60s }
indicator cases { formula count(case), target ≥ 1 }
indicator median_of { formula median(case.answered), target ≤ 60s }
indicator slow_ones { formula count(slow), target ≤ 1 }
indicator days { formula count(by_day), target ≥ 1 }
indicator shifted { formula count(case dated on + 1d), target ≥ 1 }
scorecard card for agent { answering, cases, median_of, slow_ones, days, shifted }
test "causes" {
  period 2026-10
  agent | id |
        | A  |
        | B  |
        | C  |
  case  | id | agent | on         | answered | cause         |
        | 1  | A     | 2026-10-01 | 10s      | service       |
        | 2  | A     | 2026-10-01 | 20s      | service       |
        | 3  | A     | 2026-10-02 | 60s      |               |
        | 4  | A     | 2026-10-03 | 900s     | product_fault |
        | 5  | A     | 2026-10-04 | 0s       | product_fault |
        | 6  | A     | 2026-10-05 | 0s       | service       |
        | 7  | B     | 2026-10-31 | 900s     | outside       |
        | 8  | C     | 2026-10-31 | 30s      |               |
        | 9  | C     | 2026-09-30 | 900s     | outside       |
  expect card[A] is complete
}
"#;

#[test]
fn rows_left_out_are_in_no_aggregate() {
    let policy = Policy::new(DESK);
    let plan = policy.plan();
    let facts = policy.facts(&plan, "causes");
    let scored = score(&policy.model, &plan, &facts);
    let run = scored.run();
    let actuals = |subject: &str| -> Vec<String> {
        let card = run.cards.iter().find(|card| card.subject == subject).unwrap();
        card.lines.iter().map(|line| line.actual.as_ref().map_or("-".to_owned(), |a| a.value.clone())).collect()
    };
    // (10 + 20 + 60) ÷ 3; the 2nd and the 3rd are slow; they lie on two days.
    assert_eq!(actuals("A"), ["30", "3", "20", "2", "2", "3"]);
    assert_eq!(actuals("B"), ["-", "0", "-", "0", "0", "0"]);
    // Case 8 comes to lie in November; case 9 would come into October, and is left out.
    assert_eq!(actuals("C"), ["30", "1", "30", "1", "1", "0"]);

    let told: Vec<String> =
        scored.findings().iter().map(|found| format!("{}: {}", found.code, found.message)).collect();
    // Case 5 meets both conditions and is told under the first; case 9 lies in September.
    let left_out: Vec<&String> = told.iter().filter(|told| told.contains("K6041")).collect();
    assert_eq!(
        left_out,
        [
            "K6041: 3 of 8 rows of `case` left out: beyond control",
            "K6041: 1 of 8 rows of `case` left out: not answered"
        ]
    );

    let id = policy.model.scorecards.iter().next().unwrap().0;
    let told = scored.explain(&policy.files, "A", policy.period("2026-10"), &Question::Card(id)).unwrap();
    let mut out = String::new();
    tree(&told, 0, &mut out);
    let average: Vec<&str> = out.lines().filter(|line| line.trim().starts_with("Actual")).map(str::trim).collect();
    assert!(!average.is_empty(), "{out}");
    insta::assert_snapshot!(average.join("\n"));
}
