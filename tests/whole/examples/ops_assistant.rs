//! The operations assistants against plain Python: every card of every month; their exports; and what was planted in them.

use serde_json::Value;

use crate::{kpi, python};

const PATH: &str = "examples/ops-assistant";

fn half_a_year() -> Value {
    serde_json::from_str(&kpi(&["run", PATH, "--format", "json", "--from", "2026-01", "--to", "2026-06"])).unwrap()
}

fn cards<'a>(run: &'a Value, subject: &str, period: &str) -> Vec<&'a Value> {
    let is = |card: &&Value| card["subject"] == subject && card["period"] == period;
    run["cards"].as_array().unwrap().iter().filter(is).collect()
}

fn card<'a>(run: &'a Value, subject: &str, period: &str) -> &'a Value {
    let mut found = cards(run, subject, period);
    assert_eq!(found.len(), 1, "{subject}, {period}");
    found.remove(0)
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
fn every_card_of_every_month_equals_plain_python() {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("run.json");
    std::fs::write(&written, half_a_year().to_string()).unwrap();
    let said = python(PATH, "expected.py", &["--compare", written.to_str().unwrap()]);
    assert!(said.ends_with(" cards compared, 0 differences\n"), "{said}");
}

#[test]
fn what_was_planted_shows() {
    let run = half_a_year();
    let value = |subject: &str, period: &str, name: &str| {
        let line = line(card(&run, subject, period), name).unwrap();
        (line["actual"]["value"].as_str().unwrap_or_default().to_owned(), line["status"].as_str().unwrap().to_owned())
    };
    let is = |value: &str, status: &str| (value.to_owned(), status.to_owned());

    // One joins in February, one leaves in March, one changes scene in April.
    assert_eq!((cards(&run, "E8", "2026-01").len(), cards(&run, "E8", "2026-02").len()), (0, 1));
    assert_eq!((cards(&run, "M8", "2026-03").len(), cards(&run, "M8", "2026-04").len()), (1, 0));
    assert_eq!(card(&run, "B8", "2026-03")["scorecard"], "media_card");
    assert_eq!(card(&run, "B8", "2026-04")["scorecard"], "enterprise_card");

    // Just on, below and above 98%; what product faults spoiled does not count.
    assert_eq!(value("E1", "2026-01", "publish_accuracy"), is("0.98", "met"));
    assert_eq!(value("E2", "2026-01", "publish_accuracy"), is("0.979", "missed"));
    assert_eq!(value("E3", "2026-01", "publish_accuracy"), is("0.981", "met"));

    // A month without urgent tasks keeps that demand; a question of the last evening of March counts in April.
    assert_eq!(value("E2", "2026-02", "urgent"), is("1", "met"));
    assert_eq!(value("E3", "2026-03", "day"), is("1", "met"));
    assert_eq!(value("E3", "2026-04", "day").1, "missed");

    // 15 drafts and 30 images are enough, 14 and 21 drafts are not right.
    assert_eq!(value("M1", "2026-01", "material_output").1, "met");
    assert_eq!(value("M2", "2026-01", "copy"), is("14", "missed"));
    assert_eq!(value("M3", "2026-01", "copy"), is("21", "missed"));

    // No report in time, nothing left after six violations, silence that is full marks, no history, no rating at all.
    assert_eq!(value("M4", "2026-02", "reports_on_time"), is("0", "missed"));
    assert_eq!(line(card(&run, "B2", "2026-02"), "compliance").unwrap()["score"], "0");
    assert_eq!(line(card(&run, "B1", "2026-03"), "anomaly_feedback").unwrap()["score"], "100");
    assert_eq!(card(&run, "B5", "2026-01")["status"], "complete");
    assert_eq!(value("B5", "2026-01", "case_quality").1, "no_data");
    assert_eq!(card(&run, "B4", "2026-06")["status"], "incomplete");

    // Everything late: coaching. And the target of one is far from what he reaches.
    assert_eq!(card(&run, "E6", "2026-05")["grade"], "辅导");
    assert_eq!(card(&run, "M5", "2026-02")["rules"][0]["outcome"], "fired");
    assert_eq!(card(&run, "M1", "2026-02")["rules"][0]["outcome"], "not_fired");
}

#[test]
fn the_weekly_look_shows_how_far_each_week_and_day_is() {
    let run = half_a_year();
    let watched = line(card(&run, "M1", "2026-02"), "replies_given").unwrap();
    let number = |value: &Value| value["value"].as_str().unwrap().parse::<i64>().unwrap();
    let track = watched["track"].as_array().unwrap();
    let (weeks, days): (Vec<&Value>, Vec<&Value>) =
        track.iter().partition(|step| step["period"].as_str().unwrap().contains('W'));
    // Four weeks have their Thursday in February 2026, which has 28 days: a quarter and a twentieth of 400.
    assert_eq!((weeks.len(), days.len()), (4, 28));
    assert!(weeks.iter().all(|week| number(&week["target"]) == 100));
    assert!(days.iter().all(|day| number(&day["target"]) == 20));
    let of_days: i64 = days.iter().map(|day| number(&day["actual"])).sum();
    assert_eq!(of_days, number(&watched["actual"]));
}

#[test]
fn its_policy_tests_pass() {
    let said = kpi(&["test", PATH]);
    assert!(said.contains(" 0 failed"), "{said}");
}
