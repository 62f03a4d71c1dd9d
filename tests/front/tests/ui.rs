//! What the compiler says: one mistake a file below `ui`, its whole message in English and Chinese in the snapshot beside it.
//!
//! To add a case, write `ui/AREA/MISTAKE.kpi`, with a comment on what it shows first. Where the area has a `prelude.kpi`, the two are
//! checked together; else the case is parsed alone. In the area `lints` the house rules are looked at as well. Then `INSTA_UPDATE=always cargo test -p kpi-front-tests --test ui`, and read
//! the new snapshot. A pair `X-gap` and `X-ok` shows a mistake and its remedy.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, Files, Language, SourceFile, codes};
use kpi_front_tests::{pages::house, render_plain};
use kpi_lint::{Level, Settings};

#[test]
fn messages_are_as_they_should_be() {
    let areas = list(&Path::new(env!("CARGO_MANIFEST_DIR")).join("ui"));
    let mut failed = Vec::new();
    let mut cases = 0;
    for area in areas {
        for case in list(&area).into_iter().filter(|path| path.extension().is_some_and(|e| e == "kpi")) {
            if case.ends_with("prelude.kpi") {
                continue;
            }
            cases += 1;
            let shown = show(&area, &case);
            let name = case.file_stem().unwrap().to_str().unwrap();
            let judged = std::panic::catch_unwind(|| {
                insta::with_settings!({ snapshot_path => &area, prepend_module_to_snapshot => false, omit_expression => true }, {
                    insta::assert_snapshot!(name, shown);
                });
            });
            if judged.is_err() {
                failed.push(case);
            }
        }
    }
    assert!(failed.is_empty(), "the messages of these differ: {failed:#?}");
    assert!(cases >= 150, "there are {cases} cases");
}

#[test]
fn no_snapshot_is_left_over() {
    for area in list(&Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")) {
        for snapshot in list(&area).into_iter().filter(|path| path.extension().is_some_and(|e| e == "snap")) {
            assert!(snapshot.with_extension("kpi").is_file(), "{} has no case", snapshot.display());
        }
    }
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The messages of a case in English, and below them in Chinese.
fn show(area: &Path, case: &Path) -> String {
    let mut files = Files::new();
    let findings = find(area, case, &mut files);
    if findings.is_empty() {
        return "no findings\n".to_owned();
    }
    let all = |language| findings.iter().map(|f| render_plain(&files, f, language)).collect::<Vec<_>>().join("\n");
    format!("{}\n-- 中文 --\n\n{}", all(Language::English), all(Language::Chinese))
}

fn find(area: &Path, case: &Path, files: &mut Files) -> Vec<Diagnostic> {
    let prelude = area.join("prelude.kpi");
    let checked = prelude.is_file();
    let mut parsed = Vec::new();
    let mut findings = Vec::new();
    for path in [checked.then_some(prelude.as_path()), Some(case)].into_iter().flatten() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(path).unwrap();
        let id = files.add(SourceFile::new(name, &text));
        let file = kpi_syntax::parse(id, &text);
        findings.extend(file.diagnostics);
        parsed.push(file.file);
    }
    if checked {
        findings.extend(kpi_stdlib::load(files, &mut parsed));
        let checked = kpi_check::check(&parsed);
        findings.extend(checked.diagnostics);
        if let Some(model) = checked.model.as_ref().filter(|_| area.ends_with("proofs")) {
            findings.extend(kpi_prove::check(model));
        }
        if area.ends_with("lints") {
            let settings = Settings { levels: vec![(codes::lints::NO_DATA_SOURCE, Level::Allow)], ..house() };
            findings.extend(kpi_lint::lint(&parsed, checked.model.as_ref(), &settings));
            findings =
                kpi_lint::judge(findings, checked.model.is_some(), files, &settings, None, &str::to_owned).findings;
        }
        // A case declares no more than it needs.
        if !area.ends_with("goals") {
            findings.retain(|finding| finding.code != codes::names::UNUSED);
        }
    }
    findings
}
