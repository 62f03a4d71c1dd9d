//! Messages of the parser, whole: one snapshot a file of `ui/syntax`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use kpi_base::{Files, SourceFile};
use kpi_front_tests::render_plain;

#[test]
fn messages_are_as_they_should_be() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/syntax");
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "kpi"));
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut files = Files::new();
        let id = files.add(SourceFile::new(format!("{name}.kpi"), std::fs::read_to_string(&path).unwrap()));
        let parsed = kpi_syntax::parse(id, &files.get(id).unwrap().text);
        let messages: Vec<_> = parsed.diagnostics.iter().map(|d| render_plain(&files, d)).collect();
        insta::with_settings!({ snapshot_path => &folder, prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, messages.join("\n"));
        });
    }
}
