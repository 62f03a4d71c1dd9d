//! Small packages for the tests of features.

use std::path::Path;
use std::sync::Arc;

use crate::ide::Ide;
use crate::snapshot::{FilePosition, Snapshot};

/// A package that was written into a test.
#[derive(Debug)]
pub struct Fixture {
    /// What is known of it, analysed whole.
    pub snapshot: Arc<Snapshot>,
    /// The first `$0`; the beginning of the first file if there is none.
    pub at: FilePosition,
    /// All places of `$0`, in the order of the text.
    pub marks: Vec<FilePosition>,
    /// What holds it, for tests that go on to change it.
    pub ide: Ide,
}

/// A package by its text: `//- /path.kpi` on a line of its own begins a file, and `$0` marks a place and is taken out. Without such a
/// line all of it is `/policy.kpi`. Where no file has a `policy` declaration, `/zz_policy.kpi` with one (CNY, by months) joins them.
///
/// ```
/// let fixture = kpi_ide::fixture("//- /a.kpi\nparam li$0mit: count = 5\n//- /b.kpi\ndimension stage { startup }\n");
/// let token = fixture.snapshot.token_at(fixture.at).unwrap();
/// assert_eq!(fixture.snapshot.text_of(token.span), "limit");
/// ```
pub fn fixture(text: &str) -> Fixture {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.trim_end().strip_prefix("//- ") {
            Some(path) => files.push((path.to_owned(), String::new())),
            None => match files.last_mut() {
                Some((_, text)) => text.push_str(line),
                None => files.push(("/policy.kpi".to_owned(), line.to_owned())),
            },
        }
    }
    let is_policy = |line: &str| line.starts_with("policy ") || line.starts_with("制度 ");
    if !files.iter().any(|(_, text)| text.lines().any(is_policy)) {
        let policy = "policy \"Fixture\" {\n  edition 1\n  currency CNY\n  period month\n}\n";
        files.push(("/zz_policy.kpi".to_owned(), policy.to_owned()));
    }
    let mut ide = Ide::new();
    ide.add_root(Path::new("/"));
    let mut marks = Vec::new();
    for (path, text) in &files {
        let mut parts = text.split("$0");
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            marks.push((path.clone(), whole.len() as u32));
            whole.push_str(part);
        }
        ide.set_file(Path::new(path), whole);
    }
    let first = files.first().map(|(path, _)| path.clone()).unwrap_or_default();
    ide.settle(Path::new(&first));
    let snapshot = ide.snapshot(Path::new(&first)).unwrap_or_else(|| Arc::new(Snapshot::empty()));
    let position = |(path, offset): &(String, u32)| {
        Some(FilePosition { file: snapshot.file_id(Path::new(path))?, offset: *offset })
    };
    let marks: Vec<FilePosition> = marks.iter().filter_map(position).collect();
    let start = FilePosition { file: snapshot.file_id(Path::new(&first)).unwrap_or_default(), offset: 0 };
    Fixture { at: marks.first().copied().unwrap_or(start), marks, snapshot, ide }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::TokenKind;

    #[test]
    fn marks_are_taken_out_and_files_kept_apart() {
        let fixture = fixture("//- /b.kpi\ndimension sta$0ge { startup }$0\n//- /a.kpi\n参数 上$0限: count = 5\n");
        let names: Vec<_> = fixture.snapshot.declarations().map(|d| d.name.as_str()).collect();
        assert_eq!(names, ["上限", "stage", "Fixture"]);
        let shown = |at| fixture.snapshot.token_at(at).map(|t| (t.kind, fixture.snapshot.text_of(t.span)));
        let found: Vec<_> = fixture.marks.iter().map(|at| shown(*at)).collect();
        let of = [(TokenKind::Name, "stage"), (TokenKind::Punctuation, "}"), (TokenKind::Name, "上限")];
        assert_eq!(found, of.map(Some));
        assert!(fixture.snapshot.is_settled());
    }

    #[test]
    fn tokens_of_both_spellings() {
        let fixture = fixture(
            "/// 文档\n参数 上限：比例 ＝ ８0% // 注\nindicator `x y` \"标\\\"签\" {\n  formula sum(s.v where n>=1.5) / 3万元\n}\n",
        );
        let file = fixture.at.file;
        let show = |t: &crate::Token| format!("{:?} {}", t.kind, fixture.snapshot.text_of(t.span));
        let shown: Vec<_> = fixture.snapshot.tokens(file).iter().map(show).collect();
        insta::assert_snapshot!(shown.join("\n"));
    }
}
