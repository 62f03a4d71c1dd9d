//! `kpi diff` over real repositories.

use std::path::Path;
use std::process::Command;

use crate::support::{Outcome, Project, run};

const POLICY: &str = "policy/live.kpi";

/// The project in a repository, with one commit and the tag `agreed`.
pub fn repository(project: Project) -> Project {
    git(&project.path("."), &["init", "-q", "-b", "main"]);
    commit(&project);
    git(&project.path("."), &["tag", "agreed"]);
    project
}

pub fn commit(project: &Project) {
    git(&project.path("."), &["add", "-A"]);
    git(&project.path("."), &["commit", "-q", "-m", "policy"]);
}

pub fn git(folder: &Path, args: &[&str]) {
    let mut git = Command::new("git");
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
    git.args(who)
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null");
    assert!(git.status().unwrap().success(), "git {args:?}");
}

/// A target, a weight, a bracket, a veto, a formula, a grade, a name, a label and a test.
fn changed(project: Project) -> Project {
    project
        .replace(POLICY, "growth: ≥ 45s", "growth: ≥ 50s")
        .replace(POLICY, "gmv_attainment weight 60%", "gmv_attainment weight 55%")
        .replace(POLICY, "watch_time     weight 30%", "watch_time     weight 35%")
        .replace(POLICY, "≥ 80%: 100%", "≥ 85%: 100%")
        .replace(POLICY, "level == severe) > 0", "level == severe) > 1")
        .replace(POLICY, "formula count(violation)", "formula count(violation where level == severe)")
        .replace(POLICY, "≥ 70: \"合格\"", "≥ 75: \"合格\"")
        .replace(POLICY, "rule transfer", "rule move")
        .replace(POLICY, "平均停留时长", "停留时长")
        .replace(POLICY, "expect monthly_pay[A01].base == 0", "expect monthly_pay[A01].base ≤ 0")
}

#[test]
fn each_kind_of_change_in_both_languages() {
    let project = changed(repository(Project::live()));
    insta::assert_snapshot!(project.kpi("diff agreed").whole());
    insta::assert_snapshot!(project.kpi("diff agreed --lang zh").whole());
}

#[test]
fn a_reformat_a_reordering_and_a_translation_are_no_change() {
    let project = repository(Project::live());
    let same = "agreed → working tree · no change in meaning\n";
    assert_eq!(project.kpi("fmt --keywords zh").code, 0);
    let outcome = project.kpi("diff agreed --exit-code");
    assert_eq!((outcome.code, outcome.out.as_str()), (0, same), "{}", outcome.whole());
    let text = project.read(POLICY);
    assert!(text.contains("指标 watch_time"));
    let (moved, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.contains(" severity {"));
    assert_eq!(moved.len(), 1);
    let project = project.write(POLICY, format!("{}\n\n{}\n", rest.join("\n"), moved.concat()));
    let outcome = project.kpi("diff agreed --exit-code");
    assert_eq!((outcome.code, outcome.out.as_str()), (0, same), "{}", outcome.whole());
}

#[test]
fn the_exit_code_tells_whether_the_meaning_changed() {
    let code = |project: &Project| project.kpi("diff HEAD --exit-code").code;
    let project = repository(Project::live()).replace(POLICY, "平均停留时长", "停留时长");
    assert_eq!(code(&project), 0);
    let project = project.replace(POLICY, "rule transfer", "rule move");
    assert_eq!(code(&project), 0);
    let project = project.replace(POLICY, "growth: ≥ 45s", "growth: ≥ 50s");
    assert_eq!(code(&project), 1);
    assert_eq!(project.kpi("diff HEAD").code, 0);
}

#[test]
fn other_forms() {
    let project = repository(Project::live())
        .replace(POLICY, "growth: ≥ 45s", "growth: ≥ 50s")
        .replace(POLICY, "\n  violations     weight 10%", "")
        .replace(POLICY, "平均停留时长", "停留|时长");
    for format in ["markdown", "html", "github", "gitlab"] {
        insta::assert_snapshot!(
            format!("form_{format}"),
            project.kpi(&format!("diff agreed --format {format}")).whole()
        );
    }
    let json = project.kpi("diff agreed --format json").out;
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/diff.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(!validator.is_valid(&serde_json::json!({ "changes": [{}] })));
    insta::assert_snapshot!("form_json", json);
    let outcome = project.kpi("diff agreed --format json --output changes.json");
    assert_eq!((outcome.code, outcome.out.as_str()), (0, ""));
    assert_eq!(project.read("changes.json"), json);
}

#[test]
fn revisions_folders_and_projects_below_the_repository() {
    let live = Project::live();
    let (policy, toml) = (live.read(POLICY), live.read("kpi.toml"));
    let older = policy.replace("growth: ≥ 45s", "growth: ≥ 40s");
    let project = Project::empty()
        .write("团队/直播/kpi.toml", &toml)
        .write("团队/直播/policy/live.kpi", &older)
        .write("old/kpi.toml", &toml)
        .write("old/policy/live.kpi", &older);
    let project = repository(project).write("团队/直播/policy/live.kpi", &policy);
    commit(&project);
    let told = |outcome: Outcome| {
        assert_eq!(outcome.code, 0, "{}", outcome.whole());
        assert!(outcome.out.contains("target of `growth`: ≥ 40s → ≥ 45s"), "{}", outcome.whole());
        outcome.out
    };
    let shown = told(project.kpi("diff agreed main --path 团队/直播"));
    assert!(shown.contains("团队/直播/policy/live.kpi:"), "{shown}");
    told(project.kpi("diff main~1 --path 团队/直播"));
    told(project.kpi("diff old 团队/直播"));
    let inside = told(run(&project.path("团队/直播"), "diff agreed"));
    assert!(inside.contains("  policy/live.kpi:"), "{inside}");
    told(run(&project.path("团队/直播/policy"), "diff agreed main"));
}

#[test]
fn what_is_no_version() {
    let project = repository(Project::live()).write("empty/readme.txt", "");
    insta::assert_snapshot!(project.kpi("diff nowhere").whole());
    insta::assert_snapshot!(project.kpi("diff nowhere --lang zh").whole());
    insta::assert_snapshot!(project.kpi("diff empty").whole());
    let project = project.write("below/kpi.toml", "").write("below/a.kpi", "");
    insta::assert_snapshot!(project.kpi("diff agreed --path below").whole());
    let project = project.replace(POLICY, "growth: ≥ 45s", "growth: ≥ ");
    assert_eq!(project.kpi("diff agreed").code, 1);
}

#[test]
fn impact_of_a_change_on_data() {
    let project = repository(Project::live())
        .replace(POLICY, "growth: ≥ 45s, mature: ≥ 60s", "growth: ≥ 50s, mature: ≥ 55s")
        .replace(POLICY, "≥ 80%: 100%", "≥ 75%: 100%")
        .replace(POLICY, "≥ 70: \"合格\"", "≥ 60: \"合格\"")
        .replace(POLICY, "≥ 90: \"优秀\"", "≥ 75: \"优秀\"");
    insta::assert_snapshot!("impact", project.kpi("diff agreed --period 2026-10").whole());
    insta::assert_snapshot!("impact_zh", project.kpi("diff agreed --period 2026-10 --lang zh --show-private").whole());
    insta::assert_snapshot!("impact_markdown", project.kpi("diff agreed --period 2026-10 --format markdown").whole());
    let json: serde_json::Value =
        serde_json::from_str(&project.kpi("diff agreed --period 2026-10 --format json --show-private").out).unwrap();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/diff.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&json).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");

    let limit = |condition: &str| project.kpi(&format!("diff agreed --period 2026-10 --fail-on {condition}"));
    assert_eq!(limit("cards_changed>0").code, 1);
    assert_eq!(limit("cards_gone>0").code, 0);
    insta::assert_snapshot!("impact_limit", limit("cards_changed>many").whole());

    // As annotations: what each change does stands on its line, and nobody's pay.
    let annotated = |format: &str| project.kpi(&format!("diff agreed --period 2026-10 --format {format}"));
    insta::assert_snapshot!("impact_github", annotated("github").out);
    insta::assert_snapshot!("impact_gitlab", annotated("gitlab --lang zh").out);
    assert!(!annotated("github").out.contains("A02"), "people have other names");
    let limited = limit("cards_changed>0 --format github").out;
    assert!(
        limited.ends_with("::error title=kpi diff --fail-on::the limit is exceeded: `cards_changed>0`\n"),
        "{limited}"
    );
    let limited = limit("cards_changed>0 --format gitlab").out;
    assert!(limited.contains("\"severity\": \"major\"") && !limited.contains("\"info\""), "{limited}");
}

#[test]
fn what_kpi_toml_binds_is_compared() {
    let project = repository(Project::live());
    let toml = project.read("kpi.toml");
    // Layout and comments are no change.
    let project = project.write("kpi.toml", format!("# where the exports are\n{}\n", toml.replace(" = ", "   =  ")));
    assert!(project.kpi("diff agreed").out.contains("no change in meaning\n"), "{}", project.kpi("diff agreed").out);
    let first = toml.lines().find(|line| line.contains("plan")).unwrap();
    let other = toml.replace(first, "plan = { file = \"exports/plan-*.csv\", encoding = \"gb18030\" }")
        + "\n[env.test.sources]\nplan = \"test/plan.csv\"\n";
    let project = project.write("kpi.toml", other);
    insta::assert_snapshot!(project.kpi("diff agreed").whole());
    insta::assert_snapshot!(project.kpi("diff agreed --lang zh").out);
    let json: serde_json::Value = serde_json::from_str(&project.kpi("diff agreed --format json").out).unwrap();
    assert_eq!((&json["changes"][0]["matter"], &json["changes_meaning"]), (&"files".into(), &false.into()));
    assert_eq!(json["changes"][0]["after"]["text"], "exports/plan-*.csv (gb18030)");
    assert_eq!(project.kpi("diff agreed --exit-code").code, 0);
}
