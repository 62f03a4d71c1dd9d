//! What `kpi diff` tells without data, and the tests that it offers.

use crate::diff::repository;
use crate::support::Project;

const POLICY: &str = "policy/live.kpi";

/// The example, in which nobody's salary is negative.
fn live() -> Project {
    Project::live().replace(POLICY, "salary: money", "salary: money ≥ 0")
}

/// What is told of the example with one text in the place of another.
fn told(old: &str, new: &str) -> String {
    repository(live()).replace(POLICY, old, new).kpi("diff agreed").out
}

/// The test that a report offers.
fn offered(out: &str) -> String {
    let from = out.find("      test \"").unwrap();
    let whole: Vec<&str> = out[from..].lines().take_while(|line| line.starts_with("      ")).collect();
    whole.iter().map(|line| format!("{}\n", &line[6..])).collect()
}

#[test]
fn an_easier_target_never_pays_less() {
    let out = told("growth: ≥ 45s", "growth: ≥ 40s");
    assert!(out.contains("≥ `host_card` never has a lower score"), "{out}");
    assert!(out.contains("≥ `monthly_pay` for `host_card` never pays less"), "{out}");
    insta::assert_snapshot!(out);
}

#[test]
fn other_weights_may_pay_less_and_a_test_shows_it() {
    let project = repository(live()).replace(POLICY, "gmv_attainment weight 60%", "gmv_attainment weight 50%").replace(
        POLICY,
        "watch_time     weight 30%",
        "watch_time     weight 40%",
    );
    let found = project.kpi("diff agreed");
    insta::assert_snapshot!(found.whole());
    insta::assert_snapshot!(project.kpi("diff agreed --lang zh").out);
    assert!(found.out.contains("? `host_card` may have a lower score"), "{}", found.out);
    // The test that is offered is one of the language: it passes before the change, and fails after it.
    let test = offered(&found.out);
    let name = "stays as it is";
    let before = live().write("policy/offered.kpi", &test);
    let ran = before.kpi_with(&["test", ".", name]);
    assert_eq!(ran.code, 0, "{}\n{test}", ran.whole());
    assert!(ran.out.contains("1 passed") || ran.out.contains("1 test"), "{}", ran.out);
    let after = project.write("policy/offered.kpi", &test);
    let ran = after.kpi_with(&["test", ".", name]);
    assert_eq!(ran.code, 1, "{}\n{test}", ran.whole());
}

#[test]
fn what_is_written_otherwise_and_pays_the_same_is_equal() {
    let project = repository(live())
        .replace(POLICY, "indicator watch_time", "param enough: duration = 45s\nindicator watch_time")
        .replace(POLICY, "growth: ≥ 45s", "growth: ≥ enough");
    let out = project.kpi("diff agreed").out;
    assert!(out.contains("= `host_card` has the same score\n"), "{out}");
    assert!(out.contains("= `monthly_pay` for `host_card` pays the same\n"), "{out}");
    assert!(!out.contains("test \""), "nothing is to be shown: {out}");
}

#[test]
fn a_test_is_offered_wherever_rows_can_be_made() {
    // A count against a count, a sum, a veto, an average: each by itself makes the score fall.
    for (old, new) in [
        ("growth: ≥ 45s", "growth: ≥ 50s"),
        ("level == severe) > 0", "level == severe) > 1"),
        ("formula count(violation)", "formula count(violation where level == severe)"),
        ("≥ 80%: 100%", "≥ 85%: 100%"),
    ] {
        let out = told(old, new);
        assert!(out.contains("this test passes before the change, and fails after it"), "{old} → {new}\n{out}");
    }
}

#[test]
fn what_may_be_negative_is_told() {
    let out = repository(Project::live()).replace(POLICY, "≥ 80%: 100%", "≥ 85%: 100%").kpi("diff agreed").out;
    assert!(out.contains("? `monthly_pay` for `host_card` may pay less"), "{out}");
    let project = repository(Project::live()).replace(POLICY, "staff.salary × 30%", "staff.salary × 35%");
    let json: serde_json::Value = serde_json::from_str(&project.kpi("diff agreed --format json").out).unwrap();
    let because = json["without_data"][0]["because"].to_string();
    assert!(because.contains("`salary` may be negative: its column says no `≥ 0`"), "{json}");
}

#[test]
fn other_forms() {
    let project = repository(live()).replace(POLICY, "≥ 80%: 100%", "≥ 85%: 100%");
    for format in ["markdown", "html", "github", "gitlab"] {
        insta::assert_snapshot!(format!("form_{format}"), project.kpi(&format!("diff agreed --format {format}")).out);
    }
    let json: serde_json::Value = serde_json::from_str(&project.kpi("diff agreed --format json").out).unwrap();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/diff.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&json).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let pay = json["without_data"].as_array().unwrap().iter().find(|one| one["incentive"] == "monthly_pay").unwrap();
    assert_eq!((&pay["standing"], &pay["kept"]), (&"never_more".into(), &true.into()));
    assert!(pay["example"]["test"].as_str().unwrap().starts_with("test \""));
}
