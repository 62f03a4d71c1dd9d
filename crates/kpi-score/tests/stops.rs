//! What stops a run and what does not: overflows, double rows and dates out of range count only where a result hangs on
//! them; and a veto fails closed, whether it reads rows itself or through an indicator.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test stops where it must")]

mod answer;
mod support;

use kpi_results::{CardStatus, Run};
use kpi_score::score;
use kpi_testkit::compare::first_difference;
use kpi_testkit::{Data, Fault, interpret};
use kpi_value::Dec;
use support::Policy;

/// The codes of the errors of the value stage, and what it and the interpreter find in October 2026 in the policy's test
/// `t`.
fn both(text: &str) -> (Vec<String>, Run, Result<Run, Fault>) {
    let policy = Policy::new(text);
    let plan = policy.plan();
    let facts = policy.facts(&plan, "t");
    let scored = score(&policy.model, &plan, &facts);
    let errors = scored.findings().into_iter().filter(|d| d.is_error()).map(|d| d.code.to_string()).collect();
    let month = policy.period("2026-10");
    let test = policy.model.tests.iter().find(|test| test.name == "t").unwrap();
    (errors, scored.run(), interpret(&policy.model, &Data::of_test(&policy.model, test), month, month))
}

/// The run, on which both agree.
fn agreed(text: &str) -> Run {
    let (errors, found, expected) = both(text);
    assert_eq!(errors, [""; 0]);
    let expected = expected.unwrap();
    assert_eq!(first_difference(&expected, &found), None);
    found
}

/// That the run stops with this finding, as the interpreter does with its fault.
fn stops(text: &str, code: &str, fault: &Fault) {
    let (errors, _, expected) = both(text);
    assert_eq!(errors, [code]);
    assert_eq!(expected.as_ref(), Err(fault));
}

fn dec(text: &str) -> Option<Dec> {
    Some(text.parse().unwrap())
}

/// A01 has two deals, of one of which the rate (3 ÷ 0) is unknown; A02 has one, at 10 ÷ 2 = 5 a head.
fn deals(members: &str) -> String {
    format!(
        r#"
policy "P" {{ edition 1, currency CNY, period month }}
roster staff {{ id: text key }}
source deal {{ who: -> staff, on: date time, gmv: number, heads: count }}
indicator gmv {{ formula sum(deal.gmv), target ≥ 1 }}
indicator dear {{ formula count(deal where gmv / heads > 6), target ≤ 0 }}
indicator dear_share {{ formula dear / count(deal) }}
indicator asked {{ formula sum(deal.gmv), target ≥ 1 + count(deal where gmv / heads > 6) }}
{members}
test "t" {{
  period 2026-10
  staff | id  |
        | A01 |
        | A02 |
  deal  | who | on         | gmv | heads |
        | A01 | 2026-10-01 | 4   | 2     |
        | A01 | 2026-10-02 | 3   | 0     |
        | A02 | 2026-10-03 | 10  | 2     |
  expect card[A02].score == 100
}}
"#
    )
}

#[test]
fn a_veto_fails_closed_through_an_indicator_as_by_itself() {
    let score = |condition: &str| {
        let run = agreed(&deals(&format!("scorecard card for staff {{ gmv weight 100%, veto v when {condition} }}")));
        assert_eq!(run.cards[1].score, dec("100"), "{condition}"); // all of A02's rows are known
        run.cards[0].score
    };
    // Written in the veto, and read through one indicator, two, its target, its attainment, and as of others.
    assert_eq!(score("count(deal where gmv / heads > 6) > 0"), None);
    assert_eq!(score("dear > 0"), None);
    assert_eq!(score("dear_share > 0"), None);
    assert_eq!(score("dear.met == false"), None);
    assert_eq!(score("dear.attainment < 50%"), None);
    assert_eq!(score("dear.score < 50%"), None);
    assert_eq!(score("asked.target > 9"), None);
    assert_eq!(score("asked.gap > 900%"), None);
    assert_eq!(score("previous(gmv) is known or dear > 0"), None);
    // Decided without the row: Kleene logic still settles it.
    assert_eq!(score("false and dear > 0"), dec("100"));
    assert_eq!(score("gmv > 100 and dear > 0"), dec("100"));
    // Elsewhere the row is left out and counted: the same indicator on the card has data.
    let run = agreed(&deals("scorecard card for staff { gmv weight 50%, dear weight 50%, veto v when gmv > 100 }"));
    assert_eq!(run.cards[0].score, dec("100"));
    assert_eq!(run.cards[0].lines[1].actual.as_ref().unwrap().value, Dec::ZERO.to_string());
    // A02: 5 a head is not above 6.
    assert_eq!(run.cards[1].lines[1].actual.as_ref().unwrap().value, Dec::ZERO.to_string());
}

#[test]
fn what_a_veto_lacks_is_said_down_to_the_rows() {
    let policy = Policy::new(&deals("scorecard card for staff { gmv weight 100%, veto v when dear_share > 0 }"));
    let plan = policy.plan();
    let facts = policy.facts(&plan, "t");
    let scored = score(&policy.model, &plan, &facts);
    assert_eq!(scored.run().cards[0].status, CardStatus::Incomplete);
    let texts: Vec<String> = scored.findings().into_iter().map(|d| d.message.to_string()).collect();
    insta::assert_debug_snapshot!(texts, @r#"
    [
        "1 card of `card` is incomplete: the veto `v` cannot be judged: `dear_share` has no data: `dear` has no data: 1 row of `deal` not known to count",
    ]
    "#);
}

/// Somebody with these numbers and a plan, measured by a formula.
fn measured(formula: &str) -> String {
    format!(
        r#"
policy "P" {{ edition 1, currency CNY, period month }}
roster staff {{ id: text key, huge: number, small: number, until: date }}
source plan  {{ who: -> staff, month: month time, gmv: number }}
indicator x {{ formula {formula}, target ≥ 1 }}
scorecard card for staff {{ x weight 100% }}
test "t" {{
  period 2026-10
  staff | id  | huge                       | small | until      |
        | A01 | 90000000000000000000000000 | 2     | 9999-12-30 |
  plan  | who | month   | gmv |
        | A01 | 2026-10 | 5   |
        | A01 | 2026-10 | 6   |
  expect card[A01].score == 100
}}
"#
    )
}

#[test]
fn what_no_result_hangs_on_does_not_stop_the_run() {
    // 9·10²⁵ × 9·10²⁵ leaves the range, two rows of the plan are a double lookup; 2 is what is measured.
    for formula in [
        "if staff.small > 1 then staff.small else staff.huge × staff.huge",
        "if staff.small > 1 and (staff.small > 0 or staff.huge × staff.huge > 1) then staff.small else 0",
        "if staff.small < 1 and staff.huge × staff.huge > 1 then 0 else staff.small",
        "coalesce(staff.small, staff.huge × staff.huge)",
        "if staff.small > 1 then staff.small else lookup(plan.gmv)",
        "step(staff.small) { > 1: staff.small, else: staff.huge × staff.huge }",
        "if staff.small > 1 then staff.small else if staff.until + 2d > 2026-01-01 then 1 else 0",
        "if staff.small > 1 then staff.small else previous(staff.huge × staff.huge)",
        "if staff.small > 1 then staff.small else average((staff.huge × staff.huge) among all)",
    ] {
        let run = agreed(&measured(formula));
        assert_eq!(run.cards[0].lines[0].actual.as_ref().unwrap().value, "2", "{formula}");
    }
}

#[test]
fn what_a_result_hangs_on_stops_the_run() {
    stops(&measured("if staff.small > 1 then staff.huge × staff.huge else 0"), "K7001", &Fault::Overflow);
    stops(&measured("if staff.huge × staff.huge > 1 or staff.small > 1 then 1 else 0"), "K7001", &Fault::Overflow);
    stops(&measured("coalesce(staff.huge × staff.huge, 1)"), "K7001", &Fault::Overflow);
    stops(&measured("(sum(plan.gmv) × 90000000000000000000000000) over all"), "K7001", &Fault::Overflow);
    stops(&measured("average((staff.huge × staff.huge) among all)"), "K7001", &Fault::Overflow);
    let policy = Policy::new(&measured("coalesce(lookup(plan.gmv), 1)"));
    let plan = policy.model.tables.iter().find(|(_, table)| table.title.name == "plan").unwrap().0;
    stops(&measured("coalesce(lookup(plan.gmv), 1)"), "K7003", &Fault::SeveralRows(plan));
}

#[test]
fn a_date_beyond_the_calendar_is_an_error() {
    let reached = |moved: &str| measured(&format!("if staff.until {moved} > 2026-01-01 then 2 else 0"));
    // The last day there is, and one day more; the first, and one day less.
    assert_eq!(agreed(&reached("+ 1d")).cards[0].score, dec("100"));
    stops(&reached("+ 2d"), "K7008", &Fault::Overflow);
    let back = |until: &str| reached("- 2d").replace("9999-12-30", until);
    assert_eq!(agreed(&back("0001-01-03")).cards[0].score, dec("0"));
    stops(&back("0001-01-02"), "K7008", &Fault::Overflow);
}

/// Two incentives that pay somebody so much each.
fn paid(amount: &str) -> String {
    format!(
        r#"
policy "P" {{ edition 1, currency CNY, period month }}
roster staff {{ id: text key, salary: money }}
indicator one {{ formula 1 + 0 × (staff.salary / staff.salary), target ≥ 1 }}
scorecard card for staff {{ one weight 100% }}
incentive base for card {{ pay a = staff.salary }}
incentive more for card {{ pay b = staff.salary }}
test "t" {{
  period 2026-10
  staff | id  | salary |
        | A01 | {amount} |
  expect card[A01].score == 100
}}
"#
    )
}

#[test]
fn a_total_that_is_too_large_is_an_error_and_not_held_pay() {
    // 10²⁶ is the first number out of range: twice half of it.
    assert_eq!(agreed(&paid("49999999999999999999999999")).cards[0].total_pay, dec("99999999999999999999999998"));
    stops(&paid("50000000000000000000000000"), "K7105", &Fault::Overflow);
}

#[test]
fn times_move_and_are_apart_to_the_microsecond() {
    let text = r#"
policy "P" { edition 1, currency CNY, period month }
roster staff { id: text key, came: datetime, went: datetime }
indicator stayed { formula staff.went - staff.came, target ≥ 1h }
indicator late { formula if staff.came + 90min < staff.went then 1 else 0, target = 0 }
scorecard card for staff { stayed weight 50%, late weight 50% }
test "t" {
  period 2026-10
  staff | id  | came             | went             |
        | A01 | 2026-10-01 23:00 | 2026-10-02 00:30 |
        | A02 | 2026-10-01 23:00 | 2026-10-02 00:31 |
  expect card[A01].score == 100
}
"#;
    let run = agreed(text);
    let actual = |card: usize, line: usize| run.cards[card].lines[line].actual.as_ref().unwrap().value.as_str();
    // 1 h 30 min and 1 h 31 min
    assert_eq!([actual(0, 0), actual(1, 0)], ["5400", "5460"]);
    assert_eq!([actual(0, 1), actual(1, 1)], ["0", "1"]);
}

/// What `streak` says in October 2026 with deals in so many months on end, and the codes of what there is to say.
fn streak_of(months: i32) -> (Option<String>, Vec<String>) {
    let month = |back: i32| {
        let index = 2026 * 12 + 9 - back;
        format!("| A01 | {}-{:02}-05 |", index.div_euclid(12), index.rem_euclid(12) + 1)
    };
    let rows: Vec<String> = (0..months).map(month).collect();
    let text = format!(
        r#"
policy "P" {{ edition 1, currency CNY, period month }}
roster staff {{ id: text key }}
source deal {{ who: -> staff, on: date time, sparse }}
indicator in_a_row {{ formula streak(count(deal) ≥ 1), target ≥ 1 }}
scorecard one for staff {{ in_a_row }}
test "t" {{
  period 2026-10
  staff | id |
        | A01 |
  deal  | who | on |
        {}
  expect one[A01].score == 100
}}
"#,
        rows.join("\n        ")
    );
    let policy = Policy::new(&text);
    let plan = policy.plan();
    let facts = policy.facts(&plan, "t");
    let scored = score(&policy.model, &plan, &facts);
    let codes = scored.findings().iter().map(|finding| finding.code.to_string()).collect();
    let actual = scored.run().cards[0].lines[0].actual.clone();
    (actual.map(|actual| actual.value), codes)
}

#[test]
fn a_streak_beyond_the_history_is_not_known() {
    assert_eq!(streak_of(11), (Some("11".to_owned()), Vec::new()));
    assert_eq!(streak_of(12), (Some("12".to_owned()), Vec::new()));
    // Twelve months before the judged one are read: thirteen on end may be more.
    assert_eq!(streak_of(13), (None, vec!["K7006".to_owned(), "K7101".to_owned()]));
    assert_eq!(streak_of(14), (None, vec!["K7006".to_owned(), "K7101".to_owned()]));
}
