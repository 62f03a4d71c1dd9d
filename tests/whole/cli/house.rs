//! House rules from `kpi.toml`, the baseline, and changes that kpi makes itself.

use crate::support::Project;

fn unused() -> Project {
    let project = Project::live();
    let policy = project.read("policy/live.kpi");
    project.write("policy/live.kpi", format!("{policy}\nparam 多余: count = 1\n"))
}

#[test]
fn levels_of_kpi_toml_hold_and_wrong_ones_are_told_with_their_place() {
    assert_eq!(unused().kpi("check").code, 0);
    let set = |level: &str| {
        let project = unused();
        let toml = project.read("kpi.toml");
        project.write("kpi.toml", format!("{toml}\n[lints]\n{level}\n")).kpi("check --format concise")
    };
    assert_eq!(set("K1004 = \"deny\"").code, 1);
    assert_eq!((set("K1004 = \"allow\"").code, set("K1004 = \"allow\"").out.as_str()), (0, ""));
    for (wrong, code) in [("K1004 = \"loud\"", "K8004"), ("K2001 = \"allow\"", "K8004"), ("K1 = \"warn\"", "K8003")] {
        let outcome = set(wrong);
        assert_eq!(outcome.code, 2, "{wrong}");
        assert!(outcome.err.contains(code), "{}", outcome.err);
    }
}

#[test]
fn a_baseline_is_written_read_and_shrinks() {
    let project = unused();
    assert!(project.kpi("check").err.contains("K1004"));
    assert_eq!(project.kpi("check --write-baseline").code, 0);
    assert!(project.read("kpi-baseline.json").contains("param 多余"));
    let quiet = project.kpi("check");
    assert!(!quiet.err.contains("K1004"), "{}", quiet.err);
    assert!(quiet.err.contains("not told: 1"), "{}", quiet.err);
    let project = project.replace("policy/live.kpi", "\nparam 多余: count = 1\n", "");
    assert!(project.kpi("check").err.contains("found no more: 1"));
    assert_eq!(project.kpi("check --write-baseline").code, 0);
    assert_eq!(project.kpi("check").err, "");
    let broken = project.write("kpi-baseline.json", "{");
    assert_eq!(broken.kpi("check").code, 2);
}

#[test]
fn fix_makes_safe_changes_only() {
    let project = Project::live().replace("policy/live.kpi", "where role == host", "where role = host");
    assert_eq!(project.kpi("check").code, 1);
    let outcome = project.kpi("check --fix");
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert!(project.read("policy/live.kpi").contains("where role == host"));
    // A name that is nearly right may be another one: nobody but a person changes it.
    let project = project.replace("policy/live.kpi", "where role == host", "where role == hots");
    let before = project.read("policy/live.kpi");
    assert_eq!(project.kpi("check --fix").code, 1);
    assert_eq!(project.read("policy/live.kpi"), before);
}

#[test]
fn fix_with_diff_shows_and_changes_nothing() {
    let project = Project::live().replace("policy/live.kpi", "where role == host", "where role = host");
    let before = project.read("policy/live.kpi");
    let outcome = project.kpi("check --fix --diff");
    assert_eq!(outcome.code, 1, "{}", outcome.err);
    assert!(outcome.out.contains("-scorecard host_card \"主播\" for staff where role = host {"), "{}", outcome.out);
    assert!(outcome.out.contains("+scorecard host_card \"主播\" for staff where role == host {"), "{}", outcome.out);
    assert_eq!(project.read("policy/live.kpi"), before);
    assert_eq!(Project::live().kpi("check --fix --diff").out, "");
}

#[test]
fn an_allow_is_called_unused_by_every_command_and_only_when_all_was_looked_at() {
    let allow = "// kpi: allow(K4203) the drop is meant\nparam 多余: count = 1\n";
    let project = Project::live();
    let policy = project.read("policy/live.kpi");
    let project = project.write("policy/more.kpi", allow);
    for command in ["check", "prove", "test"] {
        assert!(project.kpi(command).err.contains("K4321"), "{command}");
    }
    let broken = project.write("policy/live.kpi", policy.replace("where role == host", "where role == hots"));
    assert!(!broken.kpi("check").err.contains("K4321"));
    let project = broken.write("policy/live.kpi", policy);
    assert_eq!(project.kpi("check --fix").code, 0);
    assert_eq!(project.read("policy/more.kpi"), "param 多余: count = 1\n");
}

#[test]
fn every_format_tells_what_the_baseline_hides() {
    let project = unused();
    assert_eq!(project.kpi("check --write-baseline").code, 0);
    for format in ["full", "concise", "json", "sarif", "junit", "github", "gitlab", "markdown"] {
        let outcome = project.kpi(&format!("check --format {format}"));
        assert!(outcome.err.contains("not told: 1"), "{format}: {}", outcome.err);
    }
}
