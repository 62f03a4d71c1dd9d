//! `kpi test`: cases, other values of parameters, tolerances, reports, coverage.

use crate::support::Project;

/// A ratio of 70 ÷ 100 = 70% against a parameter; a tolerance of 20% of 50,000, which 40,000 just meets.
const TESTS: &str = "
param share: ratio = 80%

indicator fit { formula sum(live.gmv) / lookup(plan.gmv), target ≥ share }

scorecard fit_card for staff where role == planner { fit weight 100% }

test \"the tolerance\" {
  period 2026-10
  each      | gmv   | met   |
            | 39999 | false |
            | 40000 | true  |
            | 50000 | false |
  team      | id | stage   |
            | T1 | startup |
  staff     | id  | role | team | salary |
            | A01 | host | T1   | 8000   |
  live      | id | host | started          | gmv  | watched | viewers |
            | S1 | A01  | 2026-10-03 20:00 | $gmv | 90000s  | 3000    |
  plan      | who | month   | gmv   |
            | A01 | 2026-10 | 50000 |
  violation | who | on | level |
  expect host_card[A01].gmv_attainment.met == $met
  expect host_card[A01].gmv_attainment.attainment == 90% ± 10.01%
}

test \"another share\" {
  period 2026-10
  each  | share | met   |
        | 70%   | true  |
        | 70.1% | false |
  with share = $share
  staff | id  | role    |
        | A01 | planner |
  live  | id | host | started          | gmv |
        | S1 | A01  | 2026-10-03 20:00 | 70  |
  plan  | who | month   | gmv |
        | A01 | 2026-10 | 100 |
  expect fit_card[A01].fit.met == $met
}
";

fn project() -> Project {
    let project = Project::live();
    let policy = project.read("policy/live.kpi");
    project.write("policy/live.kpi", policy + TESTS)
}

#[test]
fn each_case_is_a_test_of_its_own() {
    // Only the third case is wrong: 50,000 meets its target.
    insta::assert_snapshot!("test_cases", project().kpi("test . tolerance").whole());
    let outcome = project().kpi("test . share");
    assert_eq!(outcome.code, 0, "{}", outcome.whole());
    assert!(outcome.out.contains("ok     another share (share = 70.1%, met = false)"), "{}", outcome.whole());
}

#[test]
fn the_number_of_jobs_changes_no_byte() {
    let project = project();
    for format in ["text", "json", "junit"] {
        let one = project.kpi(&format!("test --coverage --format {format} --jobs 1")).whole();
        for jobs in [2, 7] {
            assert_eq!(one, project.kpi(&format!("test --coverage --format {format} --jobs {jobs}")).whole());
            let fast = |jobs| project.kpi(&format!("test --fail-fast --format {format} --jobs {jobs}")).whole();
            assert_eq!(fast(1), fast(jobs));
        }
    }
}

#[test]
fn nothing_runs_behind_the_first_failure_if_that_is_wanted() {
    let outcome = project().kpi("test --fail-fast");
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.ends_with("3 passed, 1 failed, 2 not run\n"), "{}", outcome.whole());
}

#[test]
fn reports_go_into_a_file_and_text_to_the_terminal() {
    let project = project();
    let outcome = project.kpi("test --format junit --output report.xml");
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.ends_with("5 passed, 1 failed\n"), "{}", outcome.whole());
    assert!(project.read("report.xml").contains("tests=\"6\" skipped=\"0\" failures=\"1\""));
    project.kpi("test --format json --output report.json");
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/test.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    for text in [project.read("report.json"), project.kpi("test --format json --coverage").out] {
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<_> =
            jsonschema::validator_for(&schema).unwrap().iter_errors(&report).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let failed = &report["tests"][3];
        assert_eq!((&failed["outcome"], &failed["line"]), (&"failed".into(), &103.into()));
        assert_eq!(failed["failures"][0]["expected"], "host_card[A01].gmv_attainment.met == false");
        assert_eq!(failed["failures"][0]["actual"], "true");
    }
}

#[test]
fn coverage_names_what_no_test_shows() {
    let project = project();
    insta::assert_snapshot!("test_coverage", project.kpi("test --coverage").out.split_once("coverage:").unwrap().1);
    let zh = project.kpi("test --coverage --lang zh").out;
    insta::assert_snapshot!("test_coverage_zh", zh.split_once("覆盖：").unwrap().1);
    let passing = project.replace("policy/live.kpi", "| 50000 | false |", "| 50000 | true  |");
    assert_eq!(passing.kpi("test --min-coverage 10%").code, 0);
    let outcome = passing.kpi("test --min-coverage 0.99");
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("K5105"), "{}", outcome.err);
    assert_eq!(passing.kpi("test --min-coverage 120%").code, 2);
}

/// A host with everything but a plan, and one whose pay falls into the bracket below 80%.
const REASONS: &str = "
test \"why\" {
  period 2026-10
  team      | id | stage   |
            | T1 | startup |
            | T2 | growth  |
  staff     | id  | role | team | salary |
            | A01 | host | T1   | 8000   |
            | A02 | host | T2   | 8000   |
  live      | id | host | started          | gmv   | watched | viewers |
            | S0 | A02  | 2026-09-03 20:00 | 10000 | 9000s   | 3000    |
            | S1 | A01  | 2026-10-03 20:00 | 40000 | 90000s  | 3000    |
            | S2 | A02  | 2026-10-03 20:00 | 10000 | 9000s   | 3000    |
  plan      | who | month   | gmv   |
            | A02 | 2026-09 | 50000 |
            | A02 | 2026-10 | 50000 |
  violation | who | on | level |
  EXPECTS
}
";

fn judge(expects: &[&str]) -> Vec<String> {
    let project = Project::live();
    let expects: Vec<String> = expects.iter().map(|expect| format!("expect {expect}")).collect();
    let policy = project.read("policy/live.kpi") + &REASONS.replace("EXPECTS", &expects.join("\n  "));
    let outcome = project.write("policy/live.kpi", policy).kpi("test . why");
    let lines = outcome.out.lines().chain(outcome.err.lines());
    lines
        .filter(|line| line.starts_with("  × "))
        .map(|l| l.trim().to_owned())
        .chain([format!("exit {}", outcome.code)])
        .collect()
}

#[test]
fn expectations_may_ask_for_the_reason() {
    let holds = [
        "host_card[A01] is incomplete because gmv_attainment",
        "host_card[A01].watch_time.target takes \"startup\"",
        "host_card[A02].watch_time.target takes \"growth: ≥ 45s\"",
        "monthly_pay[A02].base takes \"else\"",
        "transfer[A02] says \"transfer or training\"",
    ];
    assert_eq!(judge(&holds), ["exit 0"]);
    let fails = [
        "host_card[A01] is incomplete because watch_time",
        "host_card[A02] is incomplete because watch_time",
        "host_card[A02].watch_time.target takes \"startup\"",
        "host_card[A02].watch_time.actual takes \"startup\"",
        "monthly_pay[A02].base takes \"≥ 80%\"",
        "transfer[A02] says \"training\"",
        "transfer[A01] says \"training\"",
    ];
    insta::assert_snapshot!("test_reasons", judge(&fails).join("\n"));
}

#[test]
fn the_examples_of_entries_are_run_with_the_tests() {
    let entry = "shape session { watched: duration, viewers: count, started: datetime time }\n\n\
                 indicator stay(s: session) {\n  formula sum(s.watched) ÷ sum(s.viewers)\n\
                 \u{20} example \"thirty seconds\" {\n    s | started | watched | viewers |\n      | 2026-10-03 20:00 | 60s | 2 |\n    expect 30s\n  }\n\
                 \u{20} example \"nobody\" {\n    s | started | watched | viewers |\n      | 2026-10-03 20:00 | 60s | 3 |\n    expect 30s ± 1s\n  }\n}\n\n";
    let project =
        Project::live().replace("policy/live.kpi", "indicator watch_time", &format!("{entry}indicator watch_time"));
    let outcome = project.kpi("test");
    assert_eq!(outcome.code, 1, "{}", outcome.whole());
    insta::assert_snapshot!("examples_of_entries", outcome.whole());
    assert_eq!(project.kpi("test thirty").code, 0);
    assert_eq!(project.kpi("test --coverage thirty").code, 0);
}

#[test]
fn the_examples_of_the_library_come_out_of_the_engine() {
    let policy =
        "policy \"Library\" {\n  edition 1\n  currency CNY\n  period month\n}\n\nroster staff { id: text key }\n\n";
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stdlib");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        if path.extension().is_none_or(|extension| extension != "kpi") || !text.contains("example \"") {
            continue;
        }
        let outcome = Project::live().write("policy/live.kpi", format!("{policy}{text}")).kpi("test");
        assert_eq!(outcome.code, 0, "{}: {}", path.display(), outcome.whole());
        assert!(outcome.out.contains(", 0 failed"), "{}", outcome.whole());
    }
}
