//! The private-domain operators of two brands against plain Python: every card, pay and rule of a year; their exports; and what was planted in them.

use std::sync::LazyLock;

use serde_json::Value;

use crate::{kpi, python};

const PATH: &str = "examples/private-domain";

/// The year 2025, run once for all tests.
static YEAR: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(&kpi(&["run", PATH, "--format", "json", "--from", "2025-01", "--to", "2025-12"])).unwrap()
});

fn found<'a>(run: &'a Value, list: &str, name: [&str; 2], subject: &str, period: &str) -> Option<&'a Value> {
    let [key, value] = name;
    let is = |entry: &&Value| entry[key] == value && entry["subject"] == subject && entry["period"] == period;
    run[list].as_array().unwrap().iter().find(is)
}

fn card<'a>(run: &'a Value, scorecard: &str, subject: &str, period: &str) -> &'a Value {
    found(run, "cards", ["scorecard", scorecard], subject, period).unwrap()
}

/// A line of a card, however deep.
fn line<'a>(holder: &'a Value, name: &str) -> Option<&'a Value> {
    let lines = holder["lines"].as_array()?;
    lines.iter().find(|line| line["indicator"] == name).or_else(|| lines.iter().find_map(|inner| line(inner, name)))
}

#[test]
fn the_exports_are_what_the_generator_writes() {
    python(PATH, "generate.py", &["--check"]);
}

#[test]
fn every_card_pay_and_rule_of_a_year_equals_plain_python() {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("run.json");
    std::fs::write(&written, YEAR.to_string()).unwrap();
    let said = python(PATH, "expected.py", &["--compare", written.to_str().unwrap()]);
    assert!(said.ends_with(" compared, 0 differences\n"), "{said}");
}

#[test]
fn what_was_planted_shows() {
    let run: &Value = &YEAR;
    let status = |subject: &str, period: &str, name: &str| {
        let line = line(card(run, "pd_card", subject, period), name);
        line.map_or("", |line| line["status"].as_str().unwrap()).to_owned()
    };
    let pay = |subject: &str, period: &str| {
        let pay = &found(run, "incentives", ["incentive", "sales_pay"], subject, period).unwrap()["pay"];
        let text = |name: &str| pay[name].as_str().unwrap_or("held").to_owned();
        (text("base"), text("commission"))
    };
    let is = |base: &str, commission: &str| (base.to_owned(), commission.to_owned());

    // One joins in May, one leaves in September; one is promoted in July.
    assert!(found(run, "cards", ["scorecard", "pd_card"], "B6", "2025-04").is_none());
    assert!(found(run, "cards", ["scorecard", "pd_card"], "M6", "2025-10").is_none());
    assert_eq!(
        (status("B3", "2025-06", "daily_active"), status("B3", "2025-06", "ugc")),
        ("missed".into(), String::new())
    );
    assert_eq!(
        (status("B3", "2025-07", "daily_active"), status("B3", "2025-07", "ugc")),
        (String::new(), "met".into())
    );

    // A community that begins empty has nothing to grow from, and nothing to compare with for a year.
    assert_eq!(status("B6", "2025-05", "pool_growth"), "no_data");
    assert_eq!(card(run, "pd_card", "B6", "2025-05")["status"], "incomplete");
    assert_eq!(status("B6", "2025-06", "community"), "no_data");
    assert_eq!(card(run, "pd_card", "B6", "2025-06")["status"], "complete");

    // 18 of 20, 17 of 19, 19 of 21.
    assert_eq!(status("M1", "2025-03", "praise"), "met");
    assert_eq!(status("M2", "2025-03", "praise"), "missed");
    assert_eq!(status("M3", "2025-03", "praise"), "met");

    // One thin week of five.
    assert_eq!(line(card(run, "pd_card", "M2", "2025-05"), "lead_articles").unwrap()["attainment"], "0.8");

    // Exactly 70% of the plan, a cent less, the plan, and 2000 and 5000 yuan beyond it; and no plan at all.
    assert_eq!(pay("B1", "2025-02"), is("1900", "0"));
    assert_eq!(pay("B5", "2025-02"), is("0", "0"));
    assert_eq!(pay("B2", "2025-02"), is("1950", "0"));
    assert_eq!(pay("B3", "2025-02"), is("1400", "60"));
    assert_eq!(pay("B4", "2025-02"), is("1400", "210"));
    assert_eq!(pay("M2", "2025-04"), is("held", "held"));

    // The award of a year that has none before it is held.
    let award = |subject: &str| {
        found(run, "incentives", ["incentive", "growth_award"], subject, "2025").unwrap()["total_pay"].clone()
    };
    assert_eq!((award("B6"), award("B5")), (Value::Null, "0".into()));

    // A day of one message, weeks that fall one after the other, a first day without a week before it.
    let outcome = |rule: &str, subject: &str, period: &str| {
        found(run, "rules", ["rule", rule], subject, period).unwrap()["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(outcome("message_drop", "B2", "2025-06-18"), "fired");
    assert_eq!(outcome("message_drop", "B6", "2025-05-12"), "not_judged");
    assert_eq!(outcome("message_trend", "M4", "2025-W35"), "fired");

    // A quarter takes the complete ones of its months.
    let months = line(card(run, "quarter_card", "B6", "2025-Q2"), "pd_card").unwrap()["periods"].as_array().unwrap();
    let known: Vec<bool> = months.iter().map(|month| month["actual"].is_object()).collect();
    assert_eq!(known, [false, true]);
    assert_eq!(card(run, "quarter_card", "M6", "2025-Q3")["status"], "complete");

    // Nobody brought anybody; nobody rated; departments that did not rate leave their share to the others; no blind test.
    assert_eq!(status("M3", "2025-02", "referral_k"), "no_data");
    assert_eq!(card(run, "baby_review", "M5", "2025-10")["status"], "incomplete");
    assert_eq!(card(run, "baby_review", "M4", "2025-06")["status"], "complete");
    assert_eq!(card(run, "beauty_review", "B5", "2025-08")["status"], "incomplete");
}

#[test]
fn its_policy_tests_pass() {
    let said = kpi(&["test", PATH]);
    assert!(said.contains(" 0 failed"), "{said}");
}

#[test]
fn why_says_that_somebody_was_not_there_a_year_ago() {
    let said = kpi(&["why", "B6", "community", "--period", "2025-06", "--path", PATH]);
    assert!(said.contains("the subject is not there in 2024-06"), "{said}");
}
