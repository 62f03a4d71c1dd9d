//! `exists` and the data date: numbers computed by hand, and the same of the naive interpreter.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it must be"
)]

mod answer;
mod support;

use kpi_plan::{Request, Roots};
use kpi_results::Run;
use kpi_score::score;
use kpi_testkit::{Data, interpret};
use support::Policy;

const POLICY: &str = r#"
policy "P" { edition 1, currency CNY, period month }
roster channel { id: text key }
source user { id: text key, channel: -> channel, registered: date time, left: date? }
source activity { user: text?, day: date time, kind: text }
indicator retained {
  formula count(user dated registered + 30d where exists(activity where activity.user is known and activity.user == user.id and activity.day == user.registered + 30d))
  target ≥ 1
}
indicator last_month { formula previous(retained), target ≥ 1 }
indicator in_week {
  formula sum(if exists(activity where activity.user is known and activity.user == user.id and activity.day in user.registered..<user.registered + 7d and activity.kind == "登录") then 1 else 0 dated registered + 7d)
  target ≥ 1
}
scorecard card for channel { retained weight 50%, in_week weight 50%, last_month watch }
test "t" {
  period 2026-10
  channel  | id |
           | C1 |
  user     | id   | channel | registered | left |
           | u1   | C1      | 2026-09-01 |      |
           | 用户2 | C1      | 2026-09-02 |      |
           | u3   | C1      | 2026-10-01 |      |
           | u4   | C1      | 2026-08-10 |      |
  activity | user | day        | kind |
           | 用户2 | 2026-10-02 | 登录 |
           | 用户2 | 2026-10-02 | 登录 |
           | u1   | 2026-09-30 | 登录 |
           | u3   | 2026-10-07 | 登录 |
           |      | 2026-10-31 | 登录 |
           | u4   | 2026-09-09 | 登录 |
  expect retained[C1].actual == 1
}
"#;

fn run(until: Option<&str>) -> Run {
    let policy = Policy::new(POLICY);
    let month = policy.period("2026-10");
    let data_until = until.map(|day| day.parse().unwrap());
    let request = Request { data_until, from: month, to: month, roots: Roots::all(&policy.model) };
    let plan = kpi_plan::plan(&policy.model, &request);
    let mut data = Data::of_test(&policy.model, &policy.model.tests[0]);
    data.until = data_until;
    let facts = answer::answer(&policy.model, &plan, &data);
    let mut found = score(&policy.model, &plan, &facts).run();
    let interpreted = interpret(&policy.model, &data, month, month).unwrap();
    let mut silent = found.clone();
    silent.findings.clear();
    silent.paid_by.clear();
    assert_eq!(silent, interpreted);
    found.paid_by.clear();
    found
}

/// The actuals of `retained`, `in_week` and `last_month`.
fn actuals(run: &Run) -> Vec<String> {
    let lines = &run.cards[0].lines;
    lines.iter().map(|line| line.actual.as_ref().map_or("-".to_owned(), |q| q.value.to_string())).collect()
}

#[test]
fn a_cohort_is_counted_when_its_answers_are_there() {
    // Day 30 lies in October for u1 (1 October: active on 30 September only), 用户2 (2 October: active, twice in the export) and u3
    // (31 October: not active; the row without a user answers nobody). In September: u4, on the 9th, active.
    // u3's first week ends in October, on the 7th; 7 October is day 6 after 1 October, so that it lies inside.
    assert_eq!(actuals(&run(None)), ["1", "1", "1"]);
    assert_eq!(actuals(&run(Some("2026-10-31"))), ["1", "1", "1"]);
    assert_eq!(actuals(&run(Some("2026-11-01"))), ["1", "1", "1"]);
}

#[test]
fn what_lies_beyond_the_data_date_is_no_data() {
    // u3 is ripe on 31 October. Its first week is over, and answered; what was asked of September is ripe.
    let early = run(Some("2026-10-30"));
    assert_eq!(actuals(&early), ["-", "1", "1"]);
    let told: Vec<String> = early.findings.iter().map(|finding| finding.message.to_string()).collect();
    assert_eq!(
        told,
        [
            "`retained` has no data before it is ripe on 2026-10-31, for `C1` in 2026-10",
            "1 card of `card` is incomplete: `retained` has no actual: 1 row of `user` is not ripe until 2026-10-31",
        ]
    );
    // An answer that is there is known, whatever the data date: 用户2 on 2 October. u1 and u3 are not ripe then.
    let start = run(Some("2026-09-30"));
    assert_eq!(actuals(&start), ["-", "1", "1"]);
    assert!(
        start.findings.iter().any(|f| f.message.to_string().contains("2 rows of `user` are not ripe until 2026-10-31"))
    );
}
