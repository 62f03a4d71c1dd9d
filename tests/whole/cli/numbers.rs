//! `kpi numbers`: what editors show beside a policy.

use serde_json::{Value, json};

use crate::support::Project;

fn numbers(project: &Project, args: &str) -> Value {
    let outcome = project.kpi(&format!("numbers {args}"));
    assert_eq!(outcome.code, 0, "{}", outcome.whole());
    serde_json::from_str(&outcome.out).unwrap()
}

/// The values of a spread, as people read them.
fn shown(spread: &Value) -> Vec<&str> {
    spread.as_array().unwrap().iter().map(|number| number["shown"].as_str().unwrap()).collect()
}

#[test]
fn the_last_periods_are_summed_up() {
    let found = numbers(&Project::live(), "");
    assert_eq!((&found["from"], &found["to"]), (&json!("2026-09"), &json!("2026-10")));
    let names: Vec<&str> =
        found["indicators"].as_array().unwrap().iter().map(|of| of["indicator"].as_str().unwrap()).collect();
    assert_eq!(names, ["gmv_attainment", "watch_time", "violations"]);

    // exports/live-2026-10.csv: A01 50,000 of 50,000 planned; A02 36,000 of 40,000; A04 10,000 of 40,000; A03 40,000 and no plan. Of
    // four values the first is that which a quarter does not exceed, the second that of half.
    let october = &found["indicators"][0]["periods"][1];
    let counts = ["cards", "met", "missed", "no_data"].map(|of| october[of].as_u64().unwrap());
    assert_eq!(counts, [4, 1, 2, 1]);
    let spread = ["10,000.00 CNY", "10,000.00 CNY", "36,000.00 CNY", "40,000.00 CNY", "50,000.00 CNY"];
    assert_eq!(shown(&october["spread"]), spread);
    // 90,000 s ÷ 3,000 viewers are 30 s, 3,000 ÷ 3,000 are 1 s: A01 and A03 are to reach 30 s, A02 and A04 60 s.
    let october = &found["indicators"][1]["periods"][1];
    assert_eq!((&october["met"], &october["missed"]), (&json!(2), &json!(2)));
    assert_eq!(shown(&october["spread"]), ["1s", "1s", "30s", "30s", "30s"]);

    // `kpi run --period 2026-10`: 100, 79 and 20.5 points; A03 is incomplete.
    let october = &found["scorecards"][0]["periods"][1];
    assert_eq!((&october["cards"], &october["incomplete"], &october["vetoed"]), (&json!(4), &json!(1), &json!(0)));
    assert_eq!(october["grades"], json!({ "优秀": 1, "合格": 1, "辅导": 1 }));
    assert_eq!(shown(&october["spread"]), ["20.5", "20.5", "79", "100", "100"]);
    // A01 gets 5,600 + 2,400, A02 1,140, A04 nothing; that of A03 is held.
    let october = &found["incentives"][0]["periods"][1];
    assert_eq!((&october["subjects"], &october["paid"], &october["held"]), (&json!(4), &json!(2), &json!(1)));
    assert_eq!(october["total"]["value"], "9140");
    assert_eq!(found["inputs"].as_array().unwrap().len(), 6);
}

#[test]
fn the_schema_describes_them() {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/numbers.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for project in [Project::live(), Project::rich()] {
        let found = numbers(&project, "");
        let errors: Vec<String> = validator.iter_errors(&found).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut found = numbers(&Project::live(), "");
    found["indicators"][0]["periods"][0]["spread"].as_array_mut().unwrap().pop();
    assert!(!validator.is_valid(&found));
}

#[test]
fn which_periods_and_whose_language() {
    let project = Project::live();
    let periods = |args: &str| {
        let found = numbers(&project, args);
        let periods = found["scorecards"][0]["periods"].as_array().unwrap().clone();
        periods.iter().map(|of| of["period"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(periods("--last 1"), ["2026-10"]);
    assert_eq!(periods("--period 2026-09 --last 1"), ["2026-09"]);
    // There is no export of November: nothing is measured, and nothing fails.
    assert_eq!(periods("--period 2026-11 --last 2"), ["2026-10", "2026-11"]);
    let found = numbers(&project, "--lang zh --last 1");
    assert_eq!(shown(&found["indicators"][1]["periods"][0]["spread"])[4], "30秒");
}

#[test]
fn what_goes_wrong_is_told_as_json() {
    let told = |project: Project, args: &str| {
        let outcome = project.kpi(&format!("numbers {args}"));
        let said: Value = serde_json::from_str(&outcome.err).unwrap_or_else(|_| panic!("{}", outcome.whole()));
        assert_eq!(outcome.out, "");
        (outcome.code, said["findings"][0]["code"].as_str().unwrap().to_owned())
    };
    let broken = Project::live().replace("policy/live.kpi", "sum(live.gmv)", "sum(live.gmw)");
    assert_eq!(told(broken, ""), (1, "K1001".to_owned()));
    let bad = Project::live().replace("exports/live-2026-10.csv", "50000", "viel");
    assert_eq!(told(bad, ""), (1, "K6010".to_owned()));
    assert_eq!(told(Project::live(), "--period October"), (2, "K8010".to_owned()));
}
