//! The policy in Chinese words against the same policy in English: results equal to the last digit.

use serde_json::Value;

use crate::{kpi, root};

const MONTHS: [&str; 6] = ["--from", "2026-09", "--to", "2026-10", "--format", "json"];

fn run(project: &str) -> Value {
    let args: Vec<&str> = ["run", project].into_iter().chain(MONTHS).collect();
    serde_json::from_str(&kpi(&args)).unwrap()
}

/// What a card says, without the names that are Chinese in one policy.
fn facts(card: &Value) -> Vec<Value> {
    let mut facts: Vec<Value> = ["subject", "period", "status", "score", "attainment", "grade", "total_pay"]
        .iter()
        .map(|field| card[*field].clone())
        .collect();
    for line in card["lines"].as_array().unwrap() {
        let fields = ["status", "actual", "target", "attainment", "weight", "score"];
        facts.extend(fields.iter().map(|field| line[*field].clone()));
    }
    facts.extend(card["rules"].as_array().unwrap().iter().map(|rule| rule["outcome"].clone()));
    facts.extend(card["pay"].as_object().unwrap().values().cloned());
    facts
}

#[test]
fn chinese_words_give_the_same_results() {
    let (english, chinese) = (run("tests/whole/fixtures/live"), run("examples/live-team-zh"));
    let cards = |run: &Value| -> Vec<Vec<Value>> { run["cards"].as_array().unwrap().iter().map(facts).collect() };
    assert_eq!(cards(&english).len(), 8, "four hosts, two months");
    assert_eq!(cards(&chinese), cards(&english));
}

#[test]
fn its_tests_pass() {
    assert!(kpi(&["test", "examples/live-team-zh"]).contains("3 passed, 0 failed"));
    kpi(&["check", "examples/live-team-zh"]);
    kpi(&["fmt", "--check", "--keywords", "zh", root().join("examples/live-team-zh").to_str().unwrap()]);
}
