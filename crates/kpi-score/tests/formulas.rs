//! Formulas over whole data, with numbers computed by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::type_complexity,
    reason = "a test stops where something is not as it must be"
)]

mod answer;
mod support;

use kpi_plan::{Request, Roots, plan};
use kpi_score::score;
use kpi_testkit::Data;
use support::Policy;

fn policy() -> Policy {
    Policy::new(include_str!("formulas.kpi"))
}

/// What the lines of the subjects A to D show; `-` is no data.
fn actuals() -> impl Fn(&str) -> [String; 4] {
    let policy = policy();
    let plan = policy.plan();
    let facts = policy.facts(&plan, "october");
    let run = score(&policy.model, &plan, &facts).run();
    move |indicator| {
        ["A", "B", "C", "D"].map(|subject| {
            let card = run.cards.iter().find(|card| card.subject == subject).unwrap();
            let line = card.lines.iter().find(|line| line.indicator == indicator).unwrap();
            line.actual.as_ref().map_or("-".to_owned(), |actual| actual.value.clone())
        })
    }
}

#[test]
fn pooled_groups() {
    let at = actuals();
    assert_eq!(at("amount"), ["300", "300", "60", "0"]);
    assert_eq!(at("share_of_team")[..2], ["0.454545454545", "0.454545454545"]); // 300 ÷ 660
    assert_eq!(at("share_of_team")[2], "0.090909090909"); // 60 ÷ 660
    assert_eq!(at("share_of_team")[3], "-"); // 0 ÷ 0
    assert_eq!(at("share_of_role"), ["0.833333333333", "1", "0.166666666667", "0"]); // of 360 hosts', 300 planners'
    assert_eq!(at("share_of_all"), ["0.454545454545", "0.454545454545", "0.090909090909", "0"]);
}

#[test]
fn members_of_groups() {
    let at = actuals();
    assert_eq!(at("mean_of_team"), ["220", "220", "220", "0"]);
    assert_eq!(at("middle_of_team"), ["300", "300", "300", "0"]);
    assert_eq!(at("place"), ["1", "1", "3", "1"]);
    // of the two others one is strictly worse; a group of one is no data
    assert_eq!(at("better_than"), ["0.5", "0.5", "0", "-"]);
    // the sample 300, 300, 60 has mean 220 and deviation √19200
    let distance = at("distance");
    assert!(distance[0].starts_with("0.57735") && distance[2].starts_with("-1.15470"), "{distance:?}");
    assert_eq!(distance[3], "-");
}

#[test]
fn earlier_periods() {
    let at = actuals();
    assert_eq!(at("before"), ["100", "0", "0", "0"]);
    assert_eq!(at("grown"), ["2", "-", "-", "-"]); // 300 ÷ 100 − 1; nothing grows from 0
    assert_eq!(at("run"), ["2", "1", "0", "0"]); // A: 300, 100, but 50 in August
}

#[test]
fn rows() {
    let at = actuals();
    assert_eq!(at("price"), ["42.857142857143", "42.857142857143", "10", "-"]); // 300 ÷ 7
    assert_eq!(at("complaints"), ["0", "1", "0", "0"]);
    assert_eq!(at("middle"), ["120", "300", "60", "-"]);
    assert_eq!(at("notes"), ["2", "0", "0", "0"]);
    assert_eq!(at("latest"), ["150", "300", "60", "-"]);
    assert_eq!(at("enough"), ["100", "-", "-", "-"]);
    // 120 ÷ 3 and 150 ÷ 4; 30 ÷ 0 is unknown and left out
    assert_eq!(at("dearest"), ["40", "42.857142857143", "10", "-"]);
    assert_eq!(at("planned"), ["500", "-", "-", "-"]);
    assert_eq!(at("known_grade"), ["3", "7", "7", "7"]);
}

/// The findings when everything that a test speaks of is computed of its tables.
fn findings(test: &str) -> Vec<String> {
    let policy = policy();
    let test = policy.model.tests.iter().find(|t| t.name == test).unwrap();
    let request = Request { data_until: None, from: test.period, to: test.period, roots: Roots::of_test(test) };
    let plan = plan(&policy.model, &request);
    let facts = answer::answer(&policy.model, &plan, &Data::of_test(&policy.model, test));
    let findings = score(&policy.model, &plan, &facts).findings();
    findings.iter().map(|d| format!("{:?} {}: {}", d.severity, d.code, d.message)).collect()
}

#[test]
fn what_went_wrong_is_told() {
    insta::assert_snapshot!(
        ["october", "two plans", "no grade", "a negative plan", "a large grade"]
            .map(|test| format!("{test}\n{}", findings(test).join("\n")))
            .join("\n\n")
    );
}
