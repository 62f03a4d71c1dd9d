//! Cards, incentives and rules of their own period: numbers computed by hand, and generated policies against the naive interpreter.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it must be"
)]

mod answer;
mod support;

use kpi_plan::{Facts, Roots, judged_inside, stages};
use kpi_results::Run;
use kpi_score::score_stages;
use kpi_testkit::compare::first_difference;
use kpi_testkit::{Data, interpret};
use support::Policy;

const POLICY: &str = r#"
policy "P" { edition 1, currency CNY, period month }
roster staff { id: text key, salary: money, joined: date, left: date?, valid from joined to left }
source orders { who: -> staff, on: date time, paid: money }
indicator sales { formula sum(orders.paid), target ≥ 100元 }
indicator big { formula count(orders where paid ≥ 50元), target ≥ 2 }
scorecard month_card for staff { sales weight 100% }
scorecard quarter_card for staff {
  period quarter
  month_card weight 60% rolled up by average
  big weight 40%
}
scorecard year_card for staff {
  period year
  quarter_card weight 50% rolled up by worst
  month_card weight 50% rolled up by average
}
incentive quarterly for quarter_card { pay bonus = 1000元 × attainment }
incentive award for staff { period year, pay growth = 5% × sum(orders.paid) }
rule twice for quarter_card { when score ≥ 50 for 2 consecutive periods, then "again" }
rule busy for staff { period day, when count(orders) > 1, then warn "busy" }
test "t" {
  period 2026-06
  staff  | id | salary | joined     | left       |
         | A  | 1000   | 2025-11-01 |            |
         | B  | 2000   | 2026-02-10 | 2026-05-20 |
  orders | who | on         | paid |
         | A   | 2026-01-05 | 100  |
         | A   | 2026-02-05 | 50   |
         | A   | 2026-03-05 | 20   |
         | B   | 2026-03-31 | 130  |
         | A   | 2026-04-01 | 60   |
         | A   | 2026-04-01 | 60   |
         | B   | 2026-05-05 | 70   |
         | A   | 2026-06-30 | 30   |
  expect month_card[A].score == 30
}
"#;

/// The results from one period to another, which the interpreter has as well.
fn run(policy: &Policy, from: &str, to: &str) -> Run {
    let data = Data::of_test(&policy.model, &policy.model.tests[0]);
    let (from, to) = (policy.period(from), policy.period(to));
    let stages = stages(&policy.model, &judged_inside(&policy.model, from, to), None, &Roots::all(&policy.model));
    let facts: Vec<Facts> = stages.iter().map(|stage| answer::answer(&stage.model, &stage.plan, &data)).collect();
    let scored = score_stages(&stages, &facts);
    assert!(!scored.findings().iter().any(kpi_base::Diagnostic::is_error), "{:#?}", scored.findings());
    let found = Run { findings: Vec::new(), paid_by: Vec::new(), ..scored.run((from, to)) };
    let expected = interpret(&policy.model, &data, from, to).unwrap();
    assert_eq!(first_difference(&expected, &found), None);
    found
}

fn shown(run: &Run) -> Vec<String> {
    let card = |card: &kpi_results::Card| {
        let score = card.score.map_or("-".to_owned(), |score| score.to_string());
        format!("{} {} {} {score}", card.scorecard, card.subject, card.period)
    };
    run.cards.iter().map(card).collect()
}

#[test]
fn each_card_is_judged_in_its_own_periods_that_end_in_the_run() {
    let policy = Policy::new(POLICY);
    // A in May: no orders, and May has rows (of B), so that 0 is true. Neither quarter nor year ends in May.
    assert_eq!(shown(&run(&policy, "2026-05", "2026-05")), ["month_card A 2026-05 0", "month_card B 2026-05 70"]);
    // Q1 of A: the months are 100, 50 and 20, their mean 56.67; two orders of 50 and more are 100%: 60% × 56.666… + 40 = 74. B joined in
    // February and has two months, 0 and 100: 60% × 50 + 40% × (1 ÷ 2) = 50.
    assert_eq!(
        shown(&run(&policy, "2026-Q1", "2026-Q1"))[5..],
        ["quarter_card A 2026-Q1 74", "quarter_card B 2026-Q1 50"]
    );
    // June: the second quarter ends. A: 100, 0, 30 → 43.333… × 60% + 40 = 66. B left in May: April 0, May 70 → 35 × 60% + 20 = 41.
    let june = run(&policy, "2026-06", "2026-06");
    assert_eq!(shown(&june), ["month_card A 2026-06 30", "quarter_card A 2026-Q2 66", "quarter_card B 2026-Q2 41"]);
    // 1000 × the attainment, which is 60% × (120% + 0% + 30%) ÷ 3 + 40% × 100% = 70%.
    assert_eq!(june.cards[1].pay["bonus"].unwrap().to_string(), "700");
    let rules: Vec<_> =
        june.cards.iter().flat_map(|card| &card.rules).map(|rule| format!("{:?}", rule.outcome)).collect();
    assert_eq!(rules, ["Fired", "NotFired"]);
}

#[test]
fn cards_of_different_lengths_roll_up_into_one() {
    let policy = Policy::new(POLICY);
    let year = run(&policy, "2026", "2026");
    // Quarters of which nothing is known, and months without any row, are no data and left out: of A 74 and 66 are known, the lower is
    // 66; its months are 100, 50, 20, 100, 0, 30, in the mean 50. 50% × 66 + 50% × 50 = 58.
    let card = year.cards.iter().find(|card| card.scorecard == "year_card" && card.subject == "A").unwrap();
    assert_eq!(card.score.unwrap().to_string(), "58");
    let known = |line: usize| {
        let periods = card.lines[line].periods.as_ref().unwrap();
        periods.iter().filter(|period| period.actual.is_some()).count()
    };
    assert_eq!((known(0), known(1)), (2, 6));
    // 5% of 100 + 50 + 20 + 60 + 60 + 30.
    let award = year.incentives.iter().find(|pay| pay.incentive == "award" && pay.subject == "A").unwrap();
    assert_eq!(award.pay["growth"].unwrap().to_string(), "16");
    let busy: Vec<_> = year.rules.iter().filter(|rule| rule.outcome == kpi_results::RuleOutcome::Fired).collect();
    assert_eq!(busy.iter().map(|rule| (&*rule.subject, &*rule.period)).collect::<Vec<_>>(), [("A", "2026-04-01")]);
}

#[test]
fn a_target_per_month_is_asked_for_so_many_times() {
    let policy = Policy::new(
        r#"
policy "P" { edition 1, currency CNY, period month }
roster staff { id: text key }
source orders { who: -> staff, on: date time, paid: money }
indicator sales { formula sum(orders.paid), target ≥ 100元 per month stretch 150元 tolerance 10元 }
indicator few { formula count(orders), target between 1..2 per quarter }
scorecard month_card for staff { sales }
scorecard quarter_card for staff { period quarter, sales weight 50%, few weight 50% }
scorecard year_card for staff { period year, sales weight 50%, few weight 50% }
test "t" {
  period 2026-03
  staff  | id |
         | A  |
  orders | who | on         | paid |
         | A   | 2026-01-05 | 200  |
         | A   | 2026-03-05 | 90   |
  expect month_card[A].score == 90
}
"#,
    );
    let line = |run: &Run, card: &str, name: &str| {
        let card = run.cards.iter().find(|one| one.scorecard == card).unwrap();
        let line = card.lines.iter().find(|line| line.indicator == name).unwrap();
        (serde_json::to_value(&line.target).unwrap(), line.attainment.unwrap().to_string(), line.status)
    };
    let (march, year) = (run(&policy, "2026-03", "2026-03"), run(&policy, "2026", "2026"));
    let bound = |value: &str| serde_json::json!({ "value": value, "unit": "CNY" });
    let band = |from: &str, to: &str| serde_json::json!({ "from": from, "to": to, "unit": "count" });
    use kpi_results::LineStatus::{Met, Missed};
    // 90 of 100 is within the tolerance of 10, 290 of 300 within one of 30; 290 of 1,200 is not.
    assert_eq!(line(&march, "month_card", "sales"), (bound("100"), "0.9".into(), Met));
    assert_eq!(line(&march, "quarter_card", "sales"), (bound("300"), "0.966666666667".into(), Met));
    assert_eq!(line(&year, "year_card", "sales"), (bound("1200"), "0.241666666667".into(), Missed));
    // One or two orders in a quarter, four to eight in a year: two are there.
    assert_eq!(line(&march, "quarter_card", "few"), (band("1", "2"), "1".into(), Met));
    assert_eq!(line(&year, "year_card", "few"), (band("4", "8"), "0.5".into(), Missed));
}

/// Numbers of a fixed order, by a linear congruence.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len() as u64) as usize]
    }
}

/// A policy with two kinds of periods, cards that roll up, and what is for them.
fn generated(n: &mut Numbers) -> String {
    let own = ["week", "month"][n.below(2) as usize];
    let longer = if own == "week" { n.of(&["month", "quarter"]) } else { n.of(&["quarter", "year"]) };
    let (how, missing) = (n.of(&["average", "worst"]), n.of(&["", " when missing reweight", " when missing zero"]));
    let veto = n.of(&["", "  veto late when count(orders where late is known and late) > 2\n"]);
    let target = n.of(&["≥ 60元", "≥ previous(self)", "≥ 30元 tolerance 10%"]);
    let rule = n.of(&[
        "when score ≥ 60 for 2 consecutive periods",
        "top 50% at least 1",
        "once when attainment ≥ 80% since FIRST",
        "when score ≥ 40 and count(orders) ≥ 2",
    ]);
    let first = if longer == "month" {
        "2026-01"
    } else if longer == "quarter" {
        "2026-Q1"
    } else {
        "2026-01-01"
    };
    let rule = rule.replace("FIRST", first);
    let other = n.of(&["day", "week", "month", "quarter", "year"]);
    let mut rows = String::new();
    for _ in 0..n.below(40) + 3 {
        let who = n.of(&["A", "B", "C"]);
        let day = format!("2026-{:02}-{:02}", 1 + n.below(9), 1 + n.below(28));
        let (paid, late) = (n.below(90), n.of(&["true", "false", "false", ""]));
        rows.push_str(&format!("         | {who} | {day} | {paid} | {late} |\n"));
    }
    format!(
        r#"
policy "P" {{ edition 1, currency CNY, period {own} }}
roster staff {{ id: text key, joined: date, left: date?, valid from joined to left }}
source orders {{ who: -> staff, on: date time, paid: money, late: bool? }}
indicator sales {{ formula sum(orders.paid), target {target} }}
indicator share {{ formula sum(orders.paid) / (sum(orders.paid) over all), target ≥ 30% }}
indicator small {{ formula count(orders where paid < 20元), target ≤ 1 }}
scorecard short for staff {{
  sales weight 70%
  small weight 30%
{veto}}}
scorecard long for staff {{
  period {longer}
  short weight 50% rolled up by {how}{missing}
  share weight 50%{missing}
}}
incentive bonus for long {{ pay extra = 100元 × attainment }}
incentive own for staff {{ period {other}, pay part = 5% × sum(orders.paid) }}
rule told for long {{ {rule}, then "told" }}
rule much for staff {{ period {other}, when count(orders) > 1, then "much" }}
test "t" {{
  period 2026-{period}
  staff  | id | joined     | left       |
         | A  | 2025-12-20 |            |
         | B  | 2026-02-{joined:02} |            |
         | C  | 2026-01-05 | 2026-0{left}-15 |
  orders | who | on         | paid | late |
{rows}  expect short[A] is complete
}}
"#,
        period = if own == "week" { "W20" } else { "06" },
        joined = 1 + n.below(27),
        left = 2 + n.below(6),
    )
}

#[test]
fn generated_policies_agree_with_the_interpreter() {
    let (mut complete, mut rolled) = (0, 0);
    for seed in 0..220 {
        let mut n = Numbers(seed);
        let text = generated(&mut n);
        let policy = Policy::new(&text);
        let (from, to) = if text.contains("period week }") { ("2026-W09", "2026-W27") } else { ("2026-03", "2026-09") };
        let found =
            std::panic::catch_unwind(|| run(&policy, from, to)).unwrap_or_else(|_| panic!("seed {seed}\n{text}"));
        let long = || found.cards.iter().filter(|card| card.scorecard == "long");
        complete += long().filter(|card| card.score.is_some()).count();
        rolled += long().filter(|card| card.lines.iter().any(|line| line.periods.is_some())).count();
    }
    assert!(complete >= 200 && rolled >= 200, "{complete} complete cards, {rolled} that roll up");
}
