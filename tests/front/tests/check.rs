//! What the checker says: every file of `ui/tables`, `ui/views`, `ui/cards` and `ui/policy-tests` holds cases, each headed by a line
//! `//# what it shows`. A case is checked together with the folder's `prelude.kpi`; all its messages stand in the snapshot
//! beside the file. After a change: `INSTA_UPDATE=always cargo test -p kpi-front-tests --test check`, then read the diff.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use kpi_base::{Files, SourceFile, codes};
use kpi_front_tests::render_plain;

#[test]
fn tables() {
    check_folder("tables");
}

#[test]
fn views() {
    check_folder("views");
}

#[test]
fn cards() {
    check_folder("cards");
}

#[test]
fn policy_tests() {
    check_folder("policy-tests");
}

fn check_folder(folder: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui").join(folder);
    let prelude = fs::read_to_string(folder.join("prelude.kpi")).unwrap();
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "kpi") && !path.ends_with("prelude.kpi"));
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let out = check_cases(&prelude, &fs::read_to_string(&file).unwrap());
        insta::with_settings!({ snapshot_path => &folder, prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, out);
        });
    }
}

fn check_cases(prelude: &str, text: &str) -> String {
    let mut out = String::new();
    for case in text.split("//# ").skip(1) {
        let (title, body) = case.split_once('\n').unwrap();
        out += &format!("== {title}\n{}\n", check_case(prelude, body));
    }
    out
}

fn check_case(prelude: &str, body: &str) -> String {
    let mut files = Files::new();
    let mut parsed = Vec::new();
    let mut diagnostics = Vec::new();
    for (path, text) in [("prelude.kpi", prelude), ("case.kpi", body)] {
        let id = files.add(SourceFile::new(path, text));
        let file = kpi_syntax::parse(id, text);
        diagnostics.extend(file.diagnostics);
        parsed.push(file.file);
    }
    diagnostics.extend(kpi_check::check(&parsed).diagnostics);
    // A case declares no more than it needs.
    diagnostics.retain(|finding| finding.code != codes::names::UNUSED);
    if diagnostics.is_empty() {
        return "no findings\n".to_owned();
    }
    diagnostics.iter().map(|finding| render_plain(&files, finding)).collect()
}
