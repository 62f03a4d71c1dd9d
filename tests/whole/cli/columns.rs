//! `kpi columns`: headers and values that editors offer.

use serde_json::{Value, json};

use crate::support::Project;

fn columns(project: &Project) -> Value {
    let outcome = project.kpi("columns");
    assert_eq!(outcome.code, 0, "{}", outcome.whole());
    serde_json::from_str::<Value>(&outcome.out).unwrap()["tables"].take()
}

#[test]
fn headers_with_values_whatever_the_policy_says() {
    // Nothing of the policy is read: it is written with what is offered here.
    let project = Project::live().write("policy/live.kpi", "source live {");
    let found = columns(&project);
    let tables: Vec<&str> = found.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(tables, ["team", "staff", "live", "violation", "plan"]);
    assert_eq!(found["staff"][1], json!({ "header": "name", "samples": ["张三", "Bea", "李四光", "Dan", "Eve"] }));
    // Each value once; of several files the last, which is October's.
    assert_eq!(found["live"][4], json!({ "header": "成交金额", "samples": ["50000", "36000", "40000", "10000"] }));
    assert_eq!(found["live"][5], json!({ "header": "watched", "samples": ["90000", "3000"] }));
}

#[test]
fn other_encodings_and_files_that_are_not_there() {
    let (text, _, _) = encoding_rs::GBK.encode("编号,姓名\nA01,张三\n");
    let found = columns(&Project::live().write("exports/staff.csv", text).remove("exports/plan.csv"));
    assert_eq!(found["staff"][1], json!({ "header": "姓名", "samples": ["张三"] }));
    assert_eq!(found["plan"], json!([]));
    assert_eq!(found["team"][0], json!({ "header": "id", "samples": ["T1", "T2"] }));
}

#[test]
fn workbooks_and_parquet_show_the_same_as_csv() {
    let csv = columns(&Project::live());
    let project = Project::live();
    let run = project.kpi("run --period 2026-10 --format parquet --out out");
    assert_eq!(run.code, 0, "{}", run.whole());
    let toml = project.read("kpi.toml").replace("exports/plan.csv", "out/cards.parquet");
    let found = columns(&project.write("kpi.toml", toml));
    let subjects =
        found["plan"].as_array().unwrap().iter().find(|column| column["header"] == "subject").unwrap().clone();
    assert_eq!(subjects["samples"], json!(["A01", "A02", "A03", "A04"]));
    assert_eq!(found["team"], csv["team"]);
    let douyin = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/douyin-team");
    let outcome = crate::support::run(&douyin, "columns");
    let found: Value = serde_json::from_str(&outcome.out).unwrap();
    let sheets: Vec<&Value> = found["tables"].as_object().unwrap().values().collect();
    assert!(sheets.iter().all(|columns| !columns.as_array().unwrap().is_empty()), "{found}");
}
