//! Policy files and places in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Which of the [`Files`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// A stretch of a policy file, in bytes; `end` is exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Its first byte.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
}

/// A place as people count: line and character column, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: u32,
    /// The character (Unicode scalar value) in the line, from 1.
    pub column: u32,
}

/// The text of one policy file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path that messages show.
    pub path: String,
    /// The whole text, without a byte order mark.
    pub text: String,
    line_starts: Vec<u32>,
}

/// All policy files of a project. A copy shares the texts.
#[derive(Clone, Debug, Default)]
pub struct Files {
    files: Vec<Arc<SourceFile>>,
}

impl Span {
    /// From the start of this to the end of `other`.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty place behind it.
    #[must_use]
    pub const fn after(self) -> Span {
        Span { file: self.file, start: self.end, end: self.end }
    }
}

impl SourceFile {
    /// A file of this path and text; a byte order mark is taken off.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> SourceFile {
        let mut text: String = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let starts = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1);
        let line_starts = std::iter::once(0).chain(starts).collect();
        SourceFile { path: path.into(), text, line_starts }
    }

    /// Line and character column of a byte.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let line = self.line_starts.partition_point(|&start| start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or_default();
        let before = self.text.get(start as usize..offset as usize).unwrap_or_default();
        LineColumn { line: line as u32, column: before.chars().count() as u32 + 1 }
    }

    /// The first byte of each line.
    pub fn line_starts(&self) -> &[u32] {
        &self.line_starts
    }
}

impl Files {
    /// No files.
    pub fn new() -> Files {
        Files::default()
    }

    /// Adds a file.
    pub fn add(&mut self, file: impl Into<Arc<SourceFile>>) -> FileId {
        self.files.push(file.into());
        FileId(self.files.len() as u32 - 1)
    }

    /// Puts another file in the place of the one with this id; what is no id of these files changes nothing.
    pub fn replace(&mut self, id: FileId, file: impl Into<Arc<SourceFile>>) {
        if let Some(place) = self.files.get_mut(id.0 as usize) {
            *place = file.into();
        }
    }

    /// These files, some of them with another text; the ids stay.
    #[must_use]
    pub fn with_texts(&self, texts: &BTreeMap<FileId, String>) -> Files {
        let changed = |(i, file): (usize, &Arc<SourceFile>)| match texts.get(&FileId(i as u32)) {
            Some(text) => Arc::new(SourceFile::new(file.path.clone(), text.clone())),
            None => file.clone(),
        };
        Files { files: self.files.iter().enumerate().map(changed).collect() }
    }

    /// The file with this id.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize).map(Arc::as_ref)
    }

    /// The file with this id, shared.
    pub fn shared(&self, id: FileId) -> Option<Arc<SourceFile>> {
        self.files.get(id.0 as usize).cloned()
    }

    /// All files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, file)| (FileId(i as u32), file.as_ref()))
    }

    /// The text of a span; empty if there is none.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).and_then(|f| f.text.get(span.start as usize..span.end as usize)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let file = SourceFile::new("a.kpi", "\u{feff}指标 x\r\n😀 y\n");
        assert_eq!(file.line_column(0), LineColumn { line: 1, column: 1 });
        assert_eq!(file.line_column(7), LineColumn { line: 1, column: 4 });
        assert_eq!(file.line_column(15), LineColumn { line: 2, column: 3 });
        assert_eq!(file.line_column(17), LineColumn { line: 3, column: 1 });
    }
}
