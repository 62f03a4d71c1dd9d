//! Every policy of the repository checks without an error.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, Files, SourceFile, codes};

fn policies(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            policies(&path, found);
        } else if path.extension().is_some_and(|e| e == "kpi") {
            found.push(path);
        }
    }
}

/// Errors, and what the ranges of values say against a policy.
fn errors(paths: &[PathBuf]) -> Vec<String> {
    let mut files = Files::new();
    let mut parsed = Vec::new();
    let mut found = Vec::new();
    for path in paths {
        let id = files.add(SourceFile::new(path.to_string_lossy(), fs::read_to_string(path).unwrap()));
        let result = kpi_syntax::parse(id, &files.get(id).unwrap().text);
        parsed.push(result.file);
        found.extend(result.diagnostics);
    }
    found.extend(kpi_stdlib::load(&mut files, &mut parsed));
    found.extend(kpi_check::check(&parsed).diagnostics);
    found.retain(|finding| finding.is_error() || codes::reach::ALL.contains(&finding.code));
    let place = |d: &Diagnostic| {
        let label = &d.labels[0];
        let file = files.get(label.span.file).unwrap();
        let at = file.line_column(label.span.start);
        format!("{}:{}:{}: {} {} ({})", file.path, at.line, at.column, d.code, d.message, label.text)
    };
    found.iter().map(place).collect()
}

#[test]
fn examples_check() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut projects = 0;
    for entry in fs::read_dir(examples).unwrap() {
        let mut paths = Vec::new();
        policies(&entry.unwrap().path(), &mut paths);
        paths.sort();
        assert_eq!(errors(&paths), [""; 0]);
        projects += 1;
    }
    assert!(projects >= 1);
}

#[test]
fn the_policy_of_the_live_team_checks() {
    assert_eq!(errors(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/live_team.kpi")]), [""; 0]);
}
