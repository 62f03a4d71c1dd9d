//! What `kpi check --fix` does to a policy: never anything that could move a score.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use kpi_analysis::{Analysis, analyse};
use kpi_base::{Diagnostic, Edit, Files, SourceFile};
use kpi_lint::Settings;

/// The cases of the messages, each with the prelude of its area, and a policy with an allow that is of no use.
fn policies() -> Vec<(String, String)> {
    let mut policies = Vec::new();
    for area in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")).unwrap() {
        let area = area.unwrap().path();
        let prelude = fs::read_to_string(area.join("prelude.kpi")).unwrap_or_default();
        for case in fs::read_dir(&area).unwrap().map(|case| case.unwrap().path()) {
            if case.extension().is_some_and(|e| e == "kpi") && !case.ends_with("prelude.kpi") {
                policies.push((prelude.clone(), fs::read_to_string(case).unwrap()));
            }
        }
    }
    let head = "policy \"P\" {\n  edition 1\n  currency CNY\n  period month\n}\n".to_owned();
    policies.push((head.clone(), "// kpi: allow(K4203) the drop is meant\nparam 多余: count = 1\n".to_owned()));
    policies.push((head, "param 多余: count = 1 // kpi: allow(K4203) the drop is meant\n".to_owned()));
    policies
}

fn find(prelude: &str, text: &str) -> (Analysis, Vec<Diagnostic>) {
    let mut files = Files::new();
    let ids = [prelude, text].map(|text| files.add(SourceFile::new("a.kpi", text)));
    let settings = Settings::default();
    let analysis = analyse(&mut files, &ids, &settings);
    let findings = analysis.judge(&files, &settings, None, &str::to_owned).findings;
    (analysis, findings)
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    let mut edits: Vec<_> = edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    for edit in edits {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

/// A model as it is printed without places.
fn printed(analysis: &Analysis) -> String {
    let whole = format!("{:?}", analysis.model.as_ref().unwrap());
    let parts = whole.split("Span {").enumerate();
    parts.map(|(i, part)| if i == 0 { part } else { part.split_once('}').map_or("", |(_, rest)| rest) }).collect()
}

#[test]
fn a_safe_fix_leaves_the_model_as_it_is_or_mends_a_text_that_had_none() {
    let (mut mended, mut kept) = (0, 0);
    for (prelude, text) in policies() {
        let (before, findings) = find(&prelude, &text);
        for fix in findings.iter().flat_map(|finding| &finding.fixes).filter(|fix| fix.safe) {
            assert!(fix.edits.iter().all(|edit| edit.span.file.0 == 1), "{text}");
            let changed = apply(&text, &fix.edits);
            assert_ne!(changed, text);
            let (after, _) = find(&prelude, &changed);
            if before.model.is_some() {
                assert_eq!(printed(&before), printed(&after), "{changed}");
                kept += 1;
            } else {
                // Only a text that could not be read may come to mean something.
                let unread = kpi_syntax::parse(kpi_base::FileId(0), &text).diagnostics;
                assert!(unread.iter().any(Diagnostic::is_error), "{text}");
                mended += 1;
            }
        }
    }
    assert!(mended >= 5 && kept >= 2, "{mended} texts were mended, {kept} models compared");
}
