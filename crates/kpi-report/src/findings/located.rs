//! Where a finding is, in the terms of programs.

use kpi_base::{Diagnostic, Files, Language, Span};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A stretch of a file: lines and columns from 1, columns in characters, the end behind the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Range<'a> {
    /// The path that messages show.
    pub path: &'a str,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

impl<'a> Range<'a> {
    pub(crate) fn of(span: Span, files: &'a Files) -> Option<Range<'a>> {
        let file = files.get(span.file)?;
        let (start, end) = (file.line_column(span.start), file.line_column(span.end));
        let path = file.path.as_str();
        Some(Range { path, line: start.line, column: start.column, end_line: end.line, end_column: end.column })
    }
}

/// The main place of a finding: its first label, else its place in data, else nothing.
pub(crate) fn main_place<'a>(finding: &'a Diagnostic, files: &'a Files) -> Option<Range<'a>> {
    if let Some(range) = finding.labels.iter().find_map(|label| Range::of(label.span, files)) {
        return Some(range);
    }
    let place = finding.place.as_ref()?;
    let line = place.line.and_then(|line| u32::try_from(line).ok()).unwrap_or(1);
    Some(Range { path: &place.path, line, column: 1, end_line: line, end_column: 1 })
}

/// Everything that a finding says in one paragraph: message, what stands at its main place, where in the data, help.
pub(crate) fn whole_message(finding: &Diagnostic, language: Language) -> String {
    let label = finding.labels.first().map(|label| label.text.to(language));
    let place = finding.place.as_ref().map(|place| place.to(language));
    let help = finding.help.as_ref().map(|help| help.to(language));
    let parts = [Some(finding.message.to(language)), label, place, help];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A path as the reference of a URI: `/` between folders, everything else that is not plain ASCII in percent. An absolute path
/// becomes a `file:` URI.
pub(super) fn uri(path: &str) -> String {
    /// What stands for itself in a path.
    const ENCODED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'+').remove(b'@');
    let forward = path.replace('\\', "/");
    let encoded = utf8_percent_encode(forward.strip_prefix("./").unwrap_or(&forward), ENCODED).to_string();
    if encoded.starts_with('/') { format!("file://{encoded}") } else { encoded }
}

/// What a finding is recognised by when lines move: a number made of its code, its file, the text of its line and its message,
/// and of how many equal ones stand before it.
pub(super) fn fingerprints(findings: &[Diagnostic], files: &Files) -> Vec<String> {
    let mut seen: std::collections::HashMap<u64, u64> = std::collections::HashMap::new();
    let fingerprint = |finding: &Diagnostic| {
        let place = main_place(finding, files);
        let line = finding.labels.first().and_then(|label| {
            let file = files.get(label.span.file)?;
            file.text.lines().nth(file.line_column(label.span.start).line as usize - 1)
        });
        let message = finding.message.to(Language::English);
        let path = place.map_or("", |place| place.path);
        fnv(&[finding.code.name(), path, line.unwrap_or_default().trim(), &message])
    };
    let mut number = |finding: &Diagnostic| {
        let hash = fingerprint(finding);
        let before = seen.entry(hash).or_default();
        *before += 1;
        format!("{:016x}{:04x}", hash, *before)
    };
    findings.iter().map(&mut number).collect()
}

/// The 64-bit hash FNV-1a (Fowler, Noll, Vo), which is the same in every version and on every machine.
pub(crate) fn fnv(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}
