//! `kpi init --template`: every template is green from its first run, in both languages.

use std::fs;
use std::path::Path;

use crate::support::Project;

const TEMPLATES: &[&str] = &["shop", "live", "douyin", "ops", "library", "private-domain"];

#[test]
fn every_template_is_green_in_both_languages() {
    for template in TEMPLATES {
        for language in ["en", "zh"] {
            let project = Project::empty();
            let made = project.kpi(&format!("init mine --template {template} --lang {language}"));
            assert_eq!((made.code, &*made.err), (0, ""), "{template} {language}: {}", made.whole());
            for args in ["check mine", "test mine", "fmt mine --check", "run mine --period 2026-10"] {
                let done = project.kpi(&format!("{args} --lang {language}"));
                assert_eq!((done.code, &*done.err), (0, ""), "{template} {language}: kpi {args}: {}", done.whole());
            }
            // The last line is the command that explains somebody; the others are those above.
            let why = made.out.lines().last().unwrap().trim().strip_prefix("kpi ").unwrap().to_owned();
            let why = project.kpi(&format!("{why} --lang {language}"));
            assert_eq!((why.code, &*why.err), (0, ""), "{template} {language}: {}", why.whole());
            no_marks(&project.path("mine"));
        }
    }
}

#[test]
fn a_template_in_chinese_has_chinese_words_labels_and_headers() {
    let project = Project::empty();
    insta::assert_snapshot!("template_zh", project.kpi("init 考核 --template live --lang zh").whole());
    let policy = project.read("考核/policy/live.kpi");
    assert!(policy.starts_with("制度 \"直播团队\" {"), "{policy}");
    assert!(project.read("考核/exports/plan.csv").starts_with("主播工号,月份,计划 GMV\n"));
    insta::assert_snapshot!("template_zh_run", project.kpi("run 考核 --period 2026-10 --lang zh").whole());
}

#[test]
fn the_templates_are_listed() {
    let project = Project::empty();
    insta::assert_snapshot!("template_list", project.kpi("init --list").whole());
    let chinese = project.kpi("init --list --lang zh");
    let help = project.kpi("init --help");
    for template in TEMPLATES {
        assert!(chinese.out.contains(template) && help.out.contains(template), "{template}");
    }
    assert_eq!(project.kpi("init mine --template nothing").code, 2);
    assert!(!project.path("mine").exists());
}

#[test]
fn nothing_is_overwritten_and_nothing_is_left_half_written() {
    let project = Project::empty().write("mine/exports/plan.csv", "my own");
    let taken = project.kpi("init mine --template live");
    assert_eq!(taken.code, 2);
    assert!(taken.err.contains("`mine/exports/plan.csv` is there already"), "{}", taken.err);
    assert_eq!(project.read("mine/exports/plan.csv"), "my own");
    assert!(!project.path("mine/kpi.toml").exists());

    // A file where a folder has to be: found only when files before it are written.
    let project = Project::empty().write("mine/exports", "a file");
    let blocked = project.kpi("init mine --template live");
    assert_eq!(blocked.code, 2);
    assert!(blocked.err.contains("K8012"), "{}", blocked.err);
    let left: Vec<_> = fs::read_dir(project.path("mine")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["exports"]);
}

fn no_marks(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            no_marks(&path);
        } else {
            let text = fs::read_to_string(&path).unwrap();
            assert!(!text.contains(['⟦', '⟧']), "{}", path.display());
        }
    }
}
