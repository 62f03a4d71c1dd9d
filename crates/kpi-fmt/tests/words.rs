//! Words of the language in both spellings: from one to the other and back nothing is lost.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use kpi_base::FileId;
use kpi_fmt::{DeclaredNames, Keywords, format_text, format_words, render_diff};
use kpi_testkit::generate::Case;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every policy below a folder, hidden folders and what cargo builds left out.
fn policies(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            policies(&path, found);
        } else if name.ends_with(".kpi") {
            found.push(path);
        }
    }
}

fn spelt(text: &str, keywords: Keywords, names: &DeclaredNames) -> String {
    format_words(FileId(0), text, keywords, names).unwrap_or_else(|error| panic!("{error:?}\n{text}"))
}

/// To Chinese and back to English, and each once more.
fn there_and_back(name: &str, text: &str, names: &DeclaredNames) -> String {
    let english = spelt(text, Keywords::English, names);
    let chinese = spelt(&english, Keywords::Chinese, names);
    let again = spelt(&chinese, Keywords::English, names);
    assert!(again == english, "{name}\n{}\n{chinese}", render_diff(name, &english, &again, false));
    let twice = spelt(&chinese, Keywords::Chinese, names);
    assert!(twice == chinese, "{name}\n{}", render_diff(name, &chinese, &twice, false));
    assert_eq!(format_text(FileId(0), &chinese).as_ref(), Ok(&chinese), "{name}: Chinese text is in style");
    chinese
}

fn names_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> DeclaredNames {
    let mut names = DeclaredNames::default();
    texts.into_iter().for_each(|text| names.add(text));
    names
}

#[test]
fn every_policy_of_the_repository_goes_to_chinese_and_back() {
    let mut paths = Vec::new();
    policies(&root(), &mut paths);
    let mut count = 0;
    for path in &paths {
        let (text, shown) =
            (fs::read_to_string(path).unwrap(), path.strip_prefix(root()).unwrap().display().to_string());
        // What has errors of syntax on purpose is nothing that can be formatted.
        if !kpi_syntax::parse(FileId(0), &text).diagnostics.is_empty() {
            continue;
        }
        let siblings = paths.iter().filter(|other| other.parent() == path.parent());
        let siblings: Vec<String> = siblings.map(|path| fs::read_to_string(path).unwrap()).collect();
        let chinese = there_and_back(&shown, &text, &names_of(siblings.iter().map(String::as_str)));
        assert_eq!(first_words(&chinese), Vec::<String>::new(), "{shown}: declarations that stayed English");
        count += 1;
    }
    assert!(count > 40, "only {count} policies were found");
}

#[test]
fn generated_policies_go_to_chinese_and_back() {
    for seed in 0..20 {
        let text = Case::generate(seed, 1 + (seed % 4) as u32).policy();
        there_and_back(&format!("seed {seed}"), &text, &names_of([text.as_str()]));
    }
}

/// The words in column 0 that are ASCII.
fn first_words(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_whole_policy_in_chinese() {
    let text = fs::read_to_string(root().join("tests/front/policies/live_team.kpi")).unwrap();
    let chinese = there_and_back("live_team.kpi", &text, &names_of([text.as_str()]));
    insta::assert_snapshot!(chinese);
}

#[test]
fn names_stay_and_attributes_do_not() {
    let text = "source plan { id: text key, 目标: money, date: date time }\n\n\
        indicator a { formula sum(plan.目标), target ≥ 5 }\n\
        indicator b { formula a.target + a.actual, target ≥ 5 }\n\n\
        rule r for each scorecard of staff {\n  when attainment < 60% for 2 consecutive months\n  then \"目标 target\"\n}\n";
    let names = names_of([text]);
    let chinese = spelt(text, Keywords::Chinese, &names);
    insta::assert_snapshot!(chinese, @r#"
    数据源 plan { id: 文本 主键, 目标: 金额, date: 日期 时间 }

    指标 a { 公式 求和(plan.目标), 目标 ≥ 5 }
    指标 b { 公式 a.target + a.实际, 目标 ≥ 5 }

    规则 r 面向 每个 考核表 归属 staff {
      当 达成率 < 60% 连续 2 个月
      则 "目标 target"
    }
    "#);
    assert_eq!(spelt(&chinese, Keywords::English, &names), spelt(text, Keywords::English, &names));
}

#[test]
fn placeholders_stay_even_if_they_are_spelt_like_words() {
    let text = "测试 \"边界\" {\n  周期 2026-10\n  每个 | 达成率 | 目标 |\n       |   100% | 真   |\n  预期 gmv[A01].达成率 == $达成率\n  \
        预期 gmv[A01].达标 == $目标\n}\n";
    let names = names_of([text]);
    let english = spelt(text, Keywords::English, &names);
    assert!(english.contains("attainment == $达成率") && english.contains("met == $目标"), "{english}");
    assert_eq!(there_and_back("placeholders", text, &names), text);
}
