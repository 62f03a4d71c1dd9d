//! `kpi check` for people and programs, in both languages.

use std::ffi::OsStr;
use std::process::Command;

use crate::support::Project;

/// Two files with Chinese names; a mistake in one, nothing wrong in the other.
fn project() -> Project {
    Project::live()
        .write("policy/扣分.kpi", "indicator 扣分 \"扣分\" {\n  formula sum(lve.gmv)\n}\n")
        .write("policy/空.kpi", "// nothing\n")
}

const FORMATS: [&str; 8] = ["full", "concise", "json", "sarif", "junit", "github", "gitlab", "markdown"];

#[test]
fn every_format_tells_the_mistake_and_fails() {
    let project = project();
    for format in FORMATS {
        let outcome = project.kpi(&format!("check --format {format}"));
        assert_eq!(outcome.code, 1, "{format}: {} {}", outcome.out, outcome.err);
        let text = if format == "full" { &outcome.err } else { &outcome.out };
        assert!(text.contains("lve"), "{format}: {text}");
        assert!(text.contains("K1001"), "{format}: {text}");
    }
    let concise = project.kpi("check --format concise").out;
    assert!(concise.contains("\npolicy/扣分.kpi:2:15: error[K1001] there is no `lve`\n"), "{concise}");
    assert!(project.kpi("check --format sarif").out.contains("\"policy/%E6%89%A3%E5%88%86.kpi\""));
}

#[test]
fn a_clean_policy_gives_whole_and_empty_documents() {
    let project = Project::live();
    for format in FORMATS {
        assert_eq!(project.kpi(&format!("check --format {format}")).code, 0, "{format}");
    }
    assert_eq!(project.kpi("check --format concise").out, "");
    assert_eq!(project.kpi("check --format gitlab").out, "[]\n");
    assert!(project.kpi("check --format junit").out.contains("failures=\"0\""));
}

#[test]
fn findings_go_into_a_file_and_the_terminal_says_how_it_went() {
    let project = project();
    let outcome = project.kpi("check --format junit --output report.xml");
    assert_eq!((outcome.code, outcome.out.as_str()), (1, ""));
    assert!(project.read("report.xml").contains("K1001"));
    let outcome = project.kpi("check --format junit --output missing/report.xml");
    assert_eq!(outcome.code, 2);
    assert!(outcome.err.contains("K8012"), "{}", outcome.err);
}

#[test]
fn the_language_is_asked_for_or_that_of_the_environment() {
    let english = project().kpi("explain K8016").out;
    let chinese = project().kpi("explain K8016 --lang zh").out;
    assert!(english.starts_with("# K8016: a kpi without its engine"));
    assert!(chinese.starts_with("# K8016: "));
    assert_ne!(english, chinese);
    let said = project().kpi("--lang zh check --format concise").out;
    assert!(said.contains("错误[K1001]"), "{said}");

    let Some(kpi) = program() else { panic!("the program kpi is not built beside the tests") };
    let explain = |variables: &[(&str, &str)]| {
        let mut command = Command::new(&kpi);
        command.args(["explain", "K8016"]);
        for name in ["KPI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        String::from_utf8(command.output().unwrap().stdout).unwrap() == chinese
    };
    assert!(!explain(&[]));
    assert!(explain(&[("KPI_LANG", "zh")]));
    assert!(explain(&[("LANG", "zh_CN.UTF-8")]));
    assert!(explain(&[("LC_ALL", "zh_CN.UTF-8"), ("LANG", "en_US.UTF-8")]));
    assert!(!explain(&[("KPI_LANG", "en"), ("LANG", "zh_CN.UTF-8")]));
    assert!(!explain(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]));
}

/// The program, which `cargo test --workspace` builds beside the tests.
fn program() -> Option<std::path::PathBuf> {
    let tests = std::env::current_exe().ok()?;
    let folder = tests.ancestors().find(|folder| folder.file_name() == Some(OsStr::new("deps")))?.parent()?;
    let program = folder.join(format!("kpi{}", std::env::consts::EXE_SUFFIX));
    program.is_file().then_some(program)
}
