//! `kpi ci` and `--changed-since` over real repositories.

use serde_json::Value;

use crate::diff::{commit, git, repository};
use crate::support::{Outcome, Project, run};

const POLICY: &str = "policy/live.kpi";

/// A second card with a test of its own, which shares nothing with the first but the data.
const OTHER: &str = r#"
indicator talks "谈话" {
  formula count(violation)
  target  ≤ 3
}

scorecard floor_card for staff where role == floor_control {
  talks weight 100%
}

test "floor control" {
  period 2026-10
  team      | id | stage   |
            | T1 | startup |
  staff     | id  | role          | team | salary |
            | A05 | floor_control | T1   |   8000 |
  violation | who | on         | level |
            | A05 | 2026-10-09 | minor |
  expect floor_card[A05].score == 100
}
"#;

fn agreed() -> Project {
    repository(Project::live())
}

/// What a report says, without how long it took and how wide its columns are.
fn timeless(text: &str) -> String {
    let is_time = |cell: &str| {
        let number = cell.strip_suffix(" ms").or_else(|| cell.strip_suffix(" s"));
        number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit() || c == '.'))
    };
    let is_rule = |line: &str| line.contains('─') && line.chars().all(|c| c == '─' || c == ' ');
    let line = |line: &str| -> String {
        let (apart, join) = if line.starts_with('|') { ("|", "|") } else { ("  ", "  ") };
        if is_rule(line) {
            return "──".to_owned();
        }
        if !line.split(apart).any(|cell| is_time(cell.trim())) {
            let heads = ["stage  ", "阶段  "].iter().any(|head| line.trim_start().starts_with(head));
            return if heads { line.split_whitespace().collect::<Vec<_>>().join(" ") } else { line.to_owned() };
        }
        let cells = line.split(apart).map(str::trim).filter(|cell| !cell.is_empty());
        let cells = cells.map(|cell| if is_time(cell) { "TIME" } else { cell });
        cells.collect::<Vec<_>>().join(join)
    };
    // The line of a stage that did not run has no time, but the width of the others'.
    let narrow = |line: String| match line
        .trim_start()
        .split_once("did not run ")
        .or_else(|| line.trim_start().split_once("没有运行 "))
    {
        Some((stage, why)) if !line.starts_with('|') => format!("{} did not run: {}", stage.trim(), why.trim()),
        _ => line,
    };
    text.lines().map(|text| narrow(line(text)) + "\n").collect()
}

fn whole(outcome: &Outcome) -> String {
    timeless(&outcome.whole())
}

/// The outcomes of the stages, in their order.
fn outcomes(outcome: &Outcome) -> Vec<String> {
    let json: Value = serde_json::from_str(&outcome.out).unwrap_or_else(|why| panic!("{why}: {}", outcome.whole()));
    let stages = json["stages"].as_array().unwrap().iter();
    stages.map(|stage| stage["outcome"].as_str().unwrap().to_owned()).collect()
}

fn check(schema: &str, document: &Value) {
    let path = format!("{}/../../docs/schema/{schema}.json", env!("CARGO_MANIFEST_DIR"));
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(!validator.is_valid(&serde_json::json!({ "stages": [{}] })));
}

#[test]
fn a_change_with_data_in_every_form() {
    let project = agreed().replace(POLICY, "growth: ≥ 45s, mature: ≥ 60s", "growth: ≥ 50s, mature: ≥ 55s");
    insta::assert_snapshot!(whole(&project.kpi("ci --base agreed")));
    insta::assert_snapshot!(whole(&project.kpi("ci --base agreed --lang zh")));
    insta::assert_snapshot!(timeless(&project.kpi("ci --base agreed --format markdown").out));
    insta::assert_snapshot!(project.kpi("ci --base agreed --format github --summary summary.md").out);
    insta::assert_snapshot!(project.kpi("ci --base agreed --format gitlab").out);
    assert!(project.read("summary.md").starts_with("### kpi ci: 6 stages passed, 0 failed, 0 did not run\n"));

    let outcome = project.kpi("ci --base agreed --format json");
    assert_eq!(outcomes(&outcome), ["passed"; 6]);
    let json: Value = serde_json::from_str(&outcome.out).unwrap();
    check("ci", &json);
    check("test", &json["tests"]);
    check("diff", &json["diff"]);
    // Nobody is called by key or name.
    for secret in ["A01", "A02", "A04", "张三", "Bea", "8000"] {
        assert!(!outcome.out.contains(secret), "{secret}");
        assert!(!project.kpi("ci --base agreed").whole().contains(secret), "{secret}");
    }
    // The limit: of the two cards that change, the pay of one rises.
    let outcome = project.kpi("ci --base agreed --format json --fail-on cards_changed>1");
    assert_eq!((outcome.code, outcomes(&outcome)[5].as_str()), (1, "failed"));
    let outcome = project.kpi("ci --base agreed --format json --fail-on cards_changed>2");
    assert_eq!((outcome.code, outcomes(&outcome)[5].as_str()), (0, "passed"));
}

#[test]
fn files_beside_the_terminal() {
    let project = agreed().write("summary.md", "from another step\n");
    let args = "ci --base agreed --format gitlab --output quality.json --junit junit.xml --summary summary.md";
    let outcome = project.kpi(args);
    assert_eq!(outcome.code, 0, "{}", outcome.whole());
    assert!(outcome.out.contains("6 stages passed, 0 failed, 0 did not run"), "{}", outcome.out);
    assert_eq!(project.read("quality.json"), "[]\n");
    assert!(project.read("summary.md").starts_with("from another step\n### kpi ci: 6 stages passed"));
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/junit.xsd");
    let xmllint = |project: &Project| {
        let file = project.path("junit.xml");
        let run = std::process::Command::new("xmllint").args(["--noout", "--schema", schema]).arg(file).output();
        let run = run.unwrap_or_else(|why| panic!("xmllint is needed (apt-get install libxml2-utils): {why}"));
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        project.read("junit.xml")
    };
    let junit = xmllint(&project);
    // Six stages and one test.
    assert_eq!((junit.matches("<testcase").count(), junit.matches("<failure").count()), (7, 0), "{junit}");
    let project = project.replace(POLICY, "score == 0", "score == 1").remove("exports/plan.csv");
    assert_eq!(project.kpi(args).code, 1);
    let junit = xmllint(&project);
    // The stage and the test fail, and exports are passed over; a change of a test moves nobody.
    assert_eq!((junit.matches("<failure").count(), junit.matches("<skipped").count()), (2, 1), "{junit}");
}

#[test]
fn without_data_or_salaries_the_rest_runs() {
    let changed = |project: Project| project.replace(POLICY, "growth: ≥ 45s", "growth: ≥ 50s");
    let project = changed(agreed()).remove("exports/staff.csv");
    insta::assert_snapshot!(whole(&project.kpi("ci --base agreed")));
    // A limit that nobody can judge is said to be one, and one that cannot be read is wrong use.
    let told = project.kpi("ci --base agreed --fail-on cards_gone>0");
    assert!(told.out.contains("nobody has judged the limit of `--fail-on`"), "{}", told.whole());
    assert_eq!((told.code, project.kpi("ci --base agreed --fail-on cards_gone>many").code), (0, 2));

    // Salaries in a table of their own, which is not here: 5 of 6 exports are checked.
    let wages = |project: Project| {
        project
            .replace(POLICY, "staff.salary × 70%", "lookup(wage.salary) × 70%")
            .replace(POLICY, "staff.salary × 30%", "lookup(wage.salary) × 30%")
            .replace(POLICY, "source plan ", "source wage      { who: -> staff, month: month time, salary: money }\nsource plan ")
            .replace(POLICY, "  violation | who | on         | level  |", "  wage      | who | month   | salary |\n            | A01 | 2026-10 |   8000 |\n  violation | who | on         | level  |")
            .replace("kpi.toml", "plan ", "wage      = \"hr/wage.csv\"\nplan ")
    };
    let project = changed(repository(wages(Project::live())));
    insta::assert_snapshot!(whole(&project.kpi("ci --base agreed")));
    // A bad cell of the others is found all the same.
    let project = project.write("exports/plan.csv", "who,month,gmv\nA01,2026-10,x\n");
    assert_eq!(outcomes(&project.kpi("ci --base agreed --format json"))[3], "failed");
}

#[test]
fn every_stage_that_can_fail_fails_and_keeps_no_other() {
    let project = agreed()
        .replace(POLICY, "growth: ≥ 45s", "growth:   ≥ 50s")
        .replace(POLICY, "score == 0", "score == 1")
        .replace("exports/staff.csv", "A02,Bea,host", "A02,Bea,boss")
        .replace("exports/plan.csv", "A01,2026-10,50000", "A99,2026-10,50000");
    let outcome = project.kpi("ci --base agreed");
    insta::assert_snapshot!(whole(&outcome));
    for form in ["text", "markdown", "github --summary s.md", "gitlab", "json"] {
        let told = project.kpi(&format!("ci --base agreed --format {form}"));
        assert_eq!(told.code, 1);
        for secret in ["A99", "boss", "Bea"] {
            assert!(!told.whole().contains(secret), "{form}: {secret}\n{}", told.whole());
        }
    }
    let told = project.kpi("ci --base agreed --show-private");
    assert!(told.out.contains("`boss`"), "{}", told.whole());
}

#[test]
fn a_policy_with_errors_has_no_tests() {
    let project = agreed().replace(POLICY, "gmv_attainment weight 60%", "gmv_attainment weight 50%");
    let outcome = project.kpi("ci --base agreed --format json");
    assert_eq!(
        (outcome.code, outcomes(&outcome)),
        (1, ["passed", "failed", "not_run", "not_run", "passed", "not_run"].map(String::from).to_vec())
    );
    let project = project.replace(POLICY, "weight 50%", "weight");
    insta::assert_snapshot!(whole(&project.kpi("ci --base agreed")));
    // A version that cannot be read is mended by the newer one.
    commit(&project);
    let project = project.replace(POLICY, "gmv_attainment weight", "gmv_attainment weight 60%");
    let outcome = project.kpi("ci --base HEAD --format json");
    assert_eq!((outcome.code, outcomes(&outcome)[4].as_str()), (0, "not_run"), "{}", outcome.whole());
}

#[test]
fn the_base_is_where_the_branch_left_the_remote() {
    let remote = agreed();
    let place = Project::empty();
    git(&place.path("."), &["clone", "-q", &remote.path(".").to_string_lossy(), "mine"]);
    git(&place.path("mine"), &["checkout", "-q", "-b", "topic"]);
    // The remote goes on, which is no change of the branch.
    let _remote = remote.replace(POLICY, "mature: ≥ 60s", "mature: ≥ 70s");
    let place = place.replace("mine/policy/live.kpi", "growth: ≥ 45s", "growth: ≥ 50s");
    let outcome = run(&place.path("mine"), "ci");
    assert_eq!(outcome.code, 0, "{}", outcome.whole());
    assert!(outcome.out.contains("changes in meaning since origin/main: 1; others: 0"), "{}", outcome.out);

    let project = agreed();
    assert_eq!(outcomes(&project.kpi("ci --format json"))[4], "not_run");
    let outcome = project.kpi("ci --base nowhere --format json");
    assert_eq!((outcome.code, outcomes(&outcome)[4].as_str()), (2, "failed"), "{}", outcome.whole());
    assert_eq!(project.kpi("ci --changed-since nowhere").code, 2);
    assert_eq!(Project::empty().kpi("ci").code, 2);
}

#[test]
fn only_what_the_change_reaches() {
    let base = || {
        let live = Project::live();
        let policy = live.read(POLICY) + OTHER;
        repository(live.write(POLICY, policy))
    };
    let tests = |project: &Project| project.kpi("test --changed-since agreed");
    let project = base().replace(POLICY, "growth: ≥ 45s", "growth: ≥ 50s");
    let outcome = tests(&project);
    assert_eq!(outcome.err, "1 of 2 tests are reached by the change since agreed\n");
    assert!(outcome.out.contains("severe violation") && !outcome.out.contains("floor control"), "{}", outcome.out);
    // Pay and its test hang on each scorecard: both tests are reached by a change of a card.
    let project =
        base().replace(POLICY, "talks weight 100%", "talks weight 100%\n  grade { ≥ 90: \"A\", else: \"B\" }");
    assert_eq!(tests(&project).err, "2 of 2 tests are reached by the change since agreed\n");
    // Nothing but layout: nothing to run, and nothing is wrong.
    let project = base().replace(POLICY, "target  ≤ 3", "target  ≤ 3 // as agreed");
    let outcome = tests(&project);
    assert_eq!((outcome.code, outcome.err.as_str()), (0, "0 of 2 tests are reached by the change since agreed\n"));
    // The configuration: everything.
    let toml = project.read("kpi.toml") + "\n[lints]\n";
    let project = project.write("kpi.toml", toml);
    assert_eq!(tests(&project).err, "2 of 2 tests are reached by the change since agreed\n");
    assert_eq!(project.kpi("fmt").code, 0);
    let outcome = project.kpi("ci --changed-since agreed --format json");
    assert_eq!((outcome.code, outcomes(&outcome)), (0, vec!["passed".to_owned(); 6]));
}

#[test]
fn findings_that_were_there_are_left_out_and_new_ones_are_not() {
    // A source that nobody reads is found in a file of its own.
    let unread = "source visit { who: -> staff, on: date time }\n";
    let project = repository(Project::live().write("policy/data.kpi", unread));
    let warnings = |project: &Project, args: &str| {
        let found: Value = serde_json::from_str(&project.kpi(&format!("check --format json {args}")).out).unwrap();
        found["findings"].as_array().unwrap().len()
    };
    let project = project.replace(POLICY, "growth: ≥ 45s", "growth: ≥ 50s");
    let all = warnings(&project, "");
    assert!(all > 0, "{}", project.kpi("check").whole());
    assert_eq!(warnings(&project, "--changed-since agreed"), 0);
    assert!(project.kpi("check --changed-since agreed").err.contains(&format!("does not reach: {all}\n")));
    // In the file that is changed they are told, also by a comment.
    let project = project.write("policy/data.kpi", format!("// visits\n{unread}"));
    assert_eq!(warnings(&project, "--changed-since agreed"), all);
    // And where the change makes them: the parameter is read no more, and stands in another file than what read it.
    let wanted = ["≥ lookup(plan.gmv) tolerance 20%", "≥ lookup(plan.gmv)"];
    let project = repository(
        Project::live()
            .replace(POLICY, wanted[0], "≥ wanted tolerance 20%")
            .replace(POLICY, wanted[1], "≥ wanted")
            .write("policy/param.kpi", "param wanted: money = 40000元\n"),
    );
    assert_eq!(warnings(&project, ""), 0, "{}", project.kpi("check").whole());
    let project = project.replace(POLICY, "≥ wanted tolerance 20%", "≥ 40000元 tolerance 20%").replace(
        POLICY,
        "≥ wanted",
        "≥ 40000元",
    );
    assert_eq!(warnings(&project, "--changed-since agreed"), 1, "{}", project.kpi("check").whole());
    // Errors are told wherever they are.
    let project = project.write("policy/param.kpi", "param wanted: nothing = 1\n");
    commit(&project);
    let project = project.replace(POLICY, "\"优秀\"", "\"优\"");
    assert_eq!(project.kpi("check --changed-since HEAD").code, 1);
}
