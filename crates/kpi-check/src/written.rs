//! The text of the policy around a place: what a change of it copies and where it goes.

use kpi_base::{Edit, FileId, Span};
use kpi_syntax::ast;
use rustc_hash::FxHashMap;

/// The texts of all files.
#[derive(Debug, Default)]
pub(crate) struct Texts<'a>(FxHashMap<FileId, &'a str>);

impl<'a> Texts<'a> {
    /// Those of these files.
    pub(crate) fn new(files: &'a [ast::File]) -> Texts<'a> {
        Texts(files.iter().filter_map(|file| Some((file.items.first()?.span.file, &*file.text.0))).collect())
    }

    /// The text of a place.
    pub(crate) fn at(&self, span: Span) -> &'a str {
        self.file(span).and_then(|text| text.get(span.start as usize..span.end as usize)).unwrap_or_default()
    }

    /// What stands before a place in its line.
    pub(crate) fn before(&self, span: Span) -> &'a str {
        let before = self.file(span).and_then(|text| text.get(..span.start as usize)).unwrap_or_default();
        before.rsplit_once('\n').map_or(before, |(_, line)| line)
    }

    /// What stands behind a place in its line.
    pub(crate) fn behind(&self, span: Span) -> &'a str {
        let behind = self.file(span).and_then(|text| text.get(span.end as usize..)).unwrap_or_default();
        behind.split_once('\n').map_or(behind, |(line, _)| line)
    }

    /// Whether the first line of what stands there has nothing before it, and the last nothing behind it but a comma and a
    /// comment: a line can be written below it, or it can be taken out, and all else stays as it is.
    pub(crate) fn has_own_lines(&self, span: Span) -> bool {
        let behind = self.behind(span).trim().trim_start_matches([',', '，']).trim();
        self.before(span).trim().is_empty() && (behind.is_empty() || behind.starts_with("//"))
    }

    /// An edit that puts something below the line in which a place ends, indented as its own line is.
    pub(crate) fn line_below(&self, span: Span, line: &str) -> Edit {
        let behind = self.behind(span).trim_end_matches('\r');
        let end = span.end + behind.len() as u32;
        Edit { span: Span { start: end, end, ..span }, text: format!("\n{}{line}", self.before(span)) }
    }

    /// An edit that takes out the whole lines of a place.
    pub(crate) fn without_lines(&self, span: Span) -> Edit {
        let start = span.start - self.before(span).len() as u32;
        let end = span.end + self.behind(span).len() as u32;
        let last = self.file(span).is_none_or(|text| text.len() as u32 <= end);
        Edit { span: Span { start, end: if last { end } else { end + 1 }, ..span }, text: String::new() }
    }

    fn file(&self, span: Span) -> Option<&'a str> {
        self.0.get(&span.file).copied()
    }
}

/// A name as it is written: in backticks where it is no identifier.
pub(crate) fn written_name(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(kpi_syntax::starts_name) && chars.all(kpi_syntax::continues_name);
    let reserved = matches!(
        name,
        "if" | "then" | "else" | "and" | "or" | "not" | "in" | "is" | "true" | "false" | "none" | "self"
    );
    if plain && !reserved { name.to_owned() } else { format!("`{name}`") }
}

/// How many columns a text takes: two for a Chinese character.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum()
}
