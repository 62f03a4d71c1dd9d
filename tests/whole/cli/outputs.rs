//! Files and JSON: their schema, their bytes, and what a failed run leaves of them.

use std::fs;

use crate::support::Project;

fn schema() -> jsonschema::Validator {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/run.json");
    let schema = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn assert_fits(text: &str) {
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    let errors: Vec<String> = schema().iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{}\n{text}", errors.join("\n"));
}

#[test]
fn the_json_of_a_run_fits_its_schema() {
    let project = Project::live();
    let outcome = project.kpi("run --period 2026-10 --format json");
    assert_eq!(outcome.code, 0, "{}", outcome.whole());
    assert_fits(&outcome.out);
    insta::assert_snapshot!(outcome.out);
    assert_fits(&project.kpi("run --from 2026-09 --to 2026-10 --format json").out);
    assert_fits(&project.kpi("run --period 2026-10 --format json --only A02").out);
}

#[test]
fn everything_that_a_card_may_hold_fits_the_schema() {
    let project = Project::rich();
    // By hand for A02: 36000 ÷ 40000 = 90% of 40% is 36 points. The group takes the worse of 30s, 75% of 40s, and of 12 CNY a
    // viewer, inside 10..14: 75% of 60% is 45. Two points are added: 83.
    insta::assert_snapshot!("rich_text", project.kpi("run --period 2026-10").whole());
    insta::assert_snapshot!("rich_subject", project.kpi("run --period 2026-10 --only A02").whole());
    let outcome = project.kpi("run --period 2026-10 --format json");
    assert_eq!(outcome.code, 0, "{}", outcome.whole());
    assert_fits(&outcome.out);
    for part in
        ["\"lines\": [", "\"from\": \"10\"", "\"watched\"", "\"incentive\": \"allowance\"", "\"rule\": \"newcomer\""]
    {
        assert!(outcome.out.contains(part), "{part}: {}", outcome.out);
    }
    insta::assert_snapshot!("rich_json", outcome.out);
    assert_eq!(project.kpi("run --period 2026-10 --format csv --out out").code, 0);
    let files = ["cards", "lines", "pay", "rules"];
    insta::assert_snapshot!("rich_csv", files.map(|name| project.read(&format!("out/{name}.csv"))).join("\n"));
}

#[test]
fn the_schema_refuses_what_is_no_run() {
    let good = Project::live().kpi("run --period 2026-10 --format json").out;
    for (from, to) in [
        ("\"status\": \"complete\"", "\"status\": \"done\""),
        ("\"score\": \"79\"", "\"score\": 79"),
        ("\"cards\"", "\"card\""),
    ] {
        assert!(good.contains(from), "{from}");
        let bad = serde_json::from_str(&good.replacen(from, to, 1)).unwrap();
        assert!(!schema().is_valid(&bad), "{to}");
    }
}

#[test]
fn json_goes_to_a_file_too() {
    let project = Project::live();
    let outcome = project.kpi("run --period 2026-10 --format json --out out/deep");
    assert_eq!((outcome.code, outcome.out.as_str()), (0, ""), "{}", outcome.whole());
    assert_eq!(project.read("out/deep/run.json"), project.kpi("run --period 2026-10 --format json").out);
}

#[test]
fn text_goes_to_a_file_too() {
    let project = Project::live();
    assert_eq!(project.kpi("run --period 2026-10 --out out").code, 0);
    assert_eq!(project.read("out/run.txt"), project.kpi("run --period 2026-10").out);
}

#[test]
fn csv_files() {
    let project = Project::live();
    assert_eq!(project.kpi("run --period 2026-10 --format csv --out out").code, 0);
    let files = ["cards", "lines", "pay", "rules"];
    let text = files.map(|name| format!("{name}\n{}", project.read(&format!("out/{name}.csv"))));
    insta::assert_snapshot!(text.join("\n"));
    let mut names: Vec<_> = fs::read_dir(project.path("out")).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["cards.csv", "lines.csv", "pay.csv", "rules.csv"]);
}

#[test]
fn parquet_files() {
    let project = Project::live();
    let outcome = project.kpi("run --period 2026-10 --format parquet --out out");
    assert_eq!(outcome.code, 0, "{}", outcome.whole());
    for name in ["cards", "lines", "pay", "rules"] {
        let bytes = fs::read(project.path(&format!("out/{name}.parquet"))).unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{name}");
    }
}

#[test]
fn a_repeated_run_gives_the_same_bytes() {
    let project = Project::live();
    let once = project.kpi("run --from 2026-09 --to 2026-10 --format json").out;
    assert_eq!(once, project.kpi("run --from 2026-09 --to 2026-10 --format json").out);
}

#[test]
fn a_failed_run_leaves_the_old_outputs_whole() {
    let project = Project::live();
    assert_eq!(project.kpi("run --period 2026-10 --format csv --out out").code, 0);
    let old = project.read("out/cards.csv");
    let project = project.replace("exports/plan.csv", "50000", "many");
    let outcome = project.kpi("run --period 2026-10 --format csv --out out");
    assert_eq!(outcome.code, 1, "{}", outcome.whole());
    assert_eq!(project.read("out/cards.csv"), old);
    let count = fs::read_dir(project.path("out")).unwrap().count();
    assert_eq!(count, 4, "nothing is left beside the old files");
    assert_eq!(project.kpi("run --period 2026-10 --format csv --out fresh").code, 1);
    assert!(!project.path("fresh").exists());
}

#[test]
fn an_output_folder_that_cannot_be_written() {
    let project = Project::live().write("taken", "a file");
    insta::assert_snapshot!(project.kpi("run --period 2026-10 --format csv --out taken").whole());
    assert_eq!(project.kpi("run --period 2026-10 --format csv --out taken/below").code, 2);
    assert_eq!(project.read("taken"), "a file");
}
