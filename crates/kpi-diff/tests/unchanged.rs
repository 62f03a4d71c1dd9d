//! What is no change: layout, comments, order, the language of the words, and the rewrites of the reference.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kpi_base::FileId;
use kpi_fmt::{DeclaredNames, Keywords, format_words};
use support::{POLICY, Version, lines, replaced};

#[test]
fn a_policy_in_another_layout_order_or_language_is_the_same() {
    let mut policies: Vec<(String, Vec<(String, String)>)> = examples();
    policies.push(("live".to_owned(), vec![("live.kpi".to_owned(), POLICY.to_owned())]));
    assert!(policies.len() >= 7);
    for (name, files) in policies {
        let mut names = DeclaredNames::default();
        files.iter().for_each(|(_, text)| names.add(text));
        let spelt = |keywords| -> Vec<(String, String)> {
            let text = |text: &str| format_words(FileId(0), text, keywords, &names).unwrap();
            files.iter().map(|(path, written)| (path.clone(), text(written))).collect()
        };
        let base = Version::of(&files);
        let other = [
            ("order", reversed(&base)),
            ("layout", files.iter().map(|(path, text)| (path.clone(), crowded(text))).collect()),
            ("English", spelt(Keywords::English)),
            ("Chinese", spelt(Keywords::Chinese)),
        ];
        for (what, files) in other {
            let head = Version::of(&files);
            assert_eq!(lines(&base, &head), Vec::<String>::new(), "{name}: {what}");
            assert_eq!(lines(&head, &base), Vec::<String>::new(), "{name}: {what}, back");
        }
    }
}

/// The rewrites of docs/reference/17-changes.md, each from a text of the policy to another that means the same.
#[test]
fn what_the_rewrites_make_equal_is_the_same() {
    let formula = "sum(live.watched) ÷ sum(live.viewers)";
    let condition = "count(violation where level == severe) > 0";
    let cases: BTreeMap<&str, &str> = [
        (formula, "((sum(live.watched)) ÷ sum(live.viewers))"),
        (condition, "0 < count(violation where level == severe)"),
        (condition, "not not (count(violation where severe == level) > 0)"),
        (condition, "not (count(violation where level == severe) ≤ 0)"),
        (condition, "count(violation where not (level ≠ severe)) > 0.0"),
        ("staff.salary × 70% × step", "0.7 × staff.salary × step"),
        ("growth: ≥ 45s", "growth: ≥ 0.75min"),
        ("tolerance 20%", "tolerance 0.2"),
        ("weight 60%", "weight 0.6"),
    ]
    .into_iter()
    .map(|(from, to)| (to, from))
    .collect();
    for (to, from) in cases {
        assert_eq!(lines(&Version::of_text(POLICY), &replaced(from, to)), Vec::<String>::new(), "{from} → {to}");
    }
}

/// What is not the same to the last digit, or not where a value is missing, is a change.
#[test]
fn what_only_looks_alike_is_a_change() {
    for (from, to) in [
        ("sum(live.watched) ÷ sum(live.viewers)", "sum(live.viewers) ÷ sum(live.watched)"),
        ("count(violation where level == severe) > 0", "count(violation where level == severe) ≥ 0"),
        ("count(violation where level == severe) > 0", "0 > count(violation where level == severe)"),
        ("growth: ≥ 45s", "growth: ≥ 45min"),
        ("growth: ≥ 45s", "growth: > 45s"),
        ("for 2 consecutive periods", "for 3 consecutive periods"),
        ("currency CNY", "currency USD"),
    ] {
        assert!(!lines(&Version::of_text(POLICY), &replaced(from, to)).is_empty(), "{from} → {to}");
    }
}

fn examples() -> Vec<(String, Vec<(String, String)>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut found = Vec::new();
    for example in fs::read_dir(folder).unwrap() {
        let mut files = Vec::new();
        below(&example.unwrap().path(), &mut files);
        let text = |path: &PathBuf| (path.display().to_string(), fs::read_to_string(path).unwrap());
        let name = files.first().map(|path| path.display().to_string());
        found.extend(name.map(|name| (name, files.iter().map(text).collect())));
    }
    found
}

fn below(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| below(&entry.unwrap().path(), found));
    } else if path.extension().is_some_and(|extension| extension == "kpi") && !long(path) {
        found.push(path.to_owned());
    }
}

/// Files of tests alone, most of which are left out for the sake of time.
fn long(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("tests-") && !path.to_string_lossy().contains("ops-assistant")
}

/// All declarations in one file, the last first.
fn reversed(version: &Version) -> Vec<(String, String)> {
    let mut text = String::new();
    for item in version.parsed.iter().rev().flat_map(|file| file.items.iter().rev()) {
        for line in item.doc.iter().flat_map(|doc| doc.lines()) {
            text.push_str(&format!("/// {line}\n"));
        }
        text.push_str(version.files.text(item.span));
        text.push_str("\n\n");
    }
    vec![("other.kpi".to_owned(), text)]
}

/// Comments at every place where a line ends, tables of tests apart, and wide indentation.
fn crowded(text: &str) -> String {
    let mut out = String::from("// a comment\n\n\n");
    for line in text.lines() {
        let plain = line.is_empty() || line.contains(['|', '"', '/']);
        out.push_str(if plain || !line.starts_with(' ') { "" } else { "      " });
        out.push_str(line);
        out.push_str(if plain { "\n" } else { "  // a comment\n" });
    }
    out
}
