//! `kpi what-if`: other values, without changing a file.

use serde_json::{Value, json};

use crate::support::Project;

const POLICY: &str = "policy/live.kpi";
const HEAVIER: &str = "what-if --set host_card.gmv_attainment.weight=70% --set host_card.watch_time.weight=20%";

fn scenarios(project: &Project, args: &str) -> Vec<Value> {
    let outcome = project.kpi(&format!("{args} --format json"));
    assert_eq!(outcome.code, 0, "{}", outcome.whole());
    let mut document: Value = serde_json::from_str(&outcome.out).unwrap();
    document["scenarios"].as_array_mut().unwrap().drain(..).collect()
}

#[test]
fn other_weights_and_what_they_do() {
    let project = Project::live();
    let before = project.read(POLICY);
    let found = scenarios(&project, &format!("{HEAVIER} --period 2026-10 --show-private"));
    assert_eq!(project.read(POLICY), before, "no file is changed");
    // A02: 90% of the plan, 30 s of 60 s, no violation: 60% × 90 + 30% × 50 + 10 = 79, and 70% × 90 + 20% × 50 + 10 = 83. A04: 25%, 1 s of
    // 60 s, a violation too many: 15 + 0.5 + 5 = 20.5, and 17.5 + 0.33 + 5 = 22.83. A01 has all, A03 is incomplete.
    let moves = found[0]["diff"]["impact"]["moves"].as_array().unwrap();
    let scores: Vec<_> =
        moves.iter().map(|one| json!([one["subject"], one["base"]["score"], one["head"]["score"]])).collect();
    assert_eq!(scores, [json!(["A02", "79", "83"]), json!(["A04", "20.5", "22.83"])]);
    insta::assert_snapshot!(project.kpi(&format!("{HEAVIER} --period 2026-10")).whole());
}

#[test]
fn it_is_what_kpi_diff_says_of_the_changed_file() {
    let settings = [
        ("watch_time.target.mature", "≥55s", "mature: ≥ 60s", "mature: ≥55s"),
        ("watch_time.target[startup]", "≥40s", "startup: ≥ 30s", "startup: ≥40s"),
        ("violations.target", "≤3", "target  ≤ 1", "target  ≤3"),
        ("host_card.severe.when", "false", "count(violation where level == severe) > 0", "false"),
        ("host_card.grade[≥70]", "\"C\"", "≥ 70: \"合格\"", "≥ 70: \"C\""),
        ("host_card.grade[>=70]", "≥60:\"C\"", "≥ 70: \"合格\"", "≥60:\"C\""),
        ("monthly_pay.base[≥80%]", "50%", "≥ 80%: 100%", "≥ 80%: 50%"),
        ("monthly_pay.performance[120%]", "200%", "120%: 150%", "120%: 200%"),
        ("transfer.when", "attainment<50%", "attainment < 60%", "attainment<50%"),
    ];
    for (path, value, old, new) in settings {
        let mut of_set = scenarios(&Project::live(), &format!("what-if --set {path}={value} --period 2026-10"));
        let base = Project::live();
        let changed = Project::live().replace(POLICY, old, new);
        let told = changed.kpi(&format!("diff {} --period 2026-10 --format json", base.path("").display()));
        let mut of_diff: Value = serde_json::from_str(&told.out).unwrap_or_else(|_| panic!("{}", told.whole()));
        for diff in [&mut of_set[0]["diff"], &mut of_diff] {
            assert!(!diff["changes"].as_array().unwrap().is_empty(), "{path}");
            for side in ["base", "head"] {
                diff[side] = Value::Null;
            }
        }
        assert_eq!(of_set[0]["diff"]["impact"], of_diff["impact"], "{path}");
        let said = |diff: &Value| {
            let changes = diff["changes"].as_array().unwrap().iter();
            changes.map(|change| json!([change["member"], change["after"]["text"]])).collect::<Vec<_>>()
        };
        assert_eq!(said(&of_set[0]["diff"]), said(&of_diff), "{path}");
    }
}

#[test]
fn scenarios_side_by_side() {
    let project = Project::live();
    let run = |language: &str, format: &str| {
        let softer = "softer: watch_time.target.mature = ≥ 1s";
        let harder = "harder: watch_time.target[mature] = ≥ 90s; host_card.grade[≥ 90] = ≥ 99: \"优秀\"";
        let mut args = vec!["what-if", "--scenario", softer, "--scenario", harder, "--period", "2026-10"];
        args.extend(["--lang", language, "--format", format]);
        project.kpi_with(&args)
    };
    insta::assert_snapshot!(run("en", "text").whole());
    insta::assert_snapshot!(run("zh", "markdown").whole());
    let document: Value = serde_json::from_str(&run("en", "json").out).unwrap();
    let names: Vec<&Value> = document["scenarios"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["softer", "harder"]);
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/diff.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(document["scenarios"].as_array().unwrap().iter().all(|one| validator.is_valid(&one["diff"])));
}

#[test]
fn what_cannot_be_set() {
    let project = Project::live();
    let mut said = String::new();
    for set in [
        "watch_time.targt.mature = ≥ 55s",
        "host_card.nothing = 3",
        "hostcard.watch_time.weight = 20%",
        "foo",
        "host_card.watch_time.weight = ",
        "host_card.watch_time.weight = 20%",
        "host_card.watch_time.weight = 30s",
        "host_card.watch_time.weight = 30% %",
    ] {
        said += &project.kpi_with(&["what-if", "--set", set]).whole();
        said.push('\n');
    }
    let twice = ["what-if", "--set", "violations.target = ≤ 2", "--set", "violations . target = ≤ 3", "--lang", "zh"];
    said += &project.kpi_with(&twice).whole();
    insta::assert_snapshot!(said);
}
