//! `// kpi: allow(K1004) reason`: a finding that somebody has looked at and accepts, said where it is.
//!
//! At the end of a line it holds for that line; on a line of its own, for the next line, or for the whole declaration that
//! begins there.

use std::ops::RangeInclusive;

use kpi_base::{Code, Diagnostic, FileId, SourceFile, Span, codes, text};

/// An allow, and how often it was of use.
#[derive(Debug)]
pub(crate) struct Allow {
    /// The file.
    pub file: FileId,
    /// The codes.
    pub code: Code,
    /// The lines for which it holds, from 1.
    pub lines: RangeInclusive<u32>,
    /// The comment.
    pub span: Span,
    /// Whether it has hidden a finding.
    pub used: bool,
}

const MARK: &str = "kpi: allow";

/// All allows of a file; what is wrong with one is reported.
pub(crate) fn read_allows(id: FileId, file: &SourceFile, findings: &mut Vec<Diagnostic>) -> Vec<Allow> {
    // Most files have none, and are not read a second time.
    if !file.text.contains(MARK) {
        return Vec::new();
    }
    let reading = kpi_syntax::read(&file.text);
    let lines: Vec<&str> = file.text.split('\n').collect();
    let items: Vec<u32> = reading.items.iter().map(|at| line_of(&reading.text, *at)).collect();
    let mut allows = Vec::new();
    for comment in &reading.comments {
        let Some(rest) = comment.text.trim_start_matches('/').trim_start().strip_prefix(MARK) else { continue };
        let line = line_of(&reading.text, comment.at);
        let Some(written) = lines.get(line as usize - 1) else { continue };
        let column = written.find(comment.text.as_str()).unwrap_or_default();
        let line_start = file.line_starts().get(line as usize - 1).copied().unwrap_or_default();
        let start = line_start + column as u32;
        let span = Span { file: id, start, end: start + comment.text.trim_end().len() as u32 };
        let own_line = written.get(..column).is_none_or(|before| before.trim().is_empty());
        let held = if own_line { below(line, &lines, &items) } else { line..=line };
        let Some(codes) = read_codes(rest, span, findings) else { continue };
        let allow = |code| Allow { file: id, code, lines: held.clone(), span, used: false };
        allows.extend(codes.into_iter().map(allow));
    }
    allows
}

fn line_of(text: &str, at: usize) -> u32 {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() as u32 + 1
}

/// The line below a comment (comments between them aside), or the whole declaration that begins there.
fn below(line: u32, lines: &[&str], items: &[u32]) -> RangeInclusive<u32> {
    let comment = |n: u32| lines.get(n as usize - 1).is_some_and(|text| text.trim_start().starts_with("//"));
    let mut first = line + 1;
    while comment(first) {
        first += 1;
    }
    if !items.contains(&first) {
        return first..=first;
    }
    let next = items.iter().find(|item| **item > first);
    first..=next.map_or(u32::MAX, |next| next - 1)
}

/// `(K1004, K4301) reason`
fn read_codes(rest: &str, span: Span, findings: &mut Vec<Diagnostic>) -> Option<Vec<Code>> {
    let inside = rest.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let Some((names, reason)) = inside else {
        let finding = Diagnostic::new(codes::lints::WRONG_ALLOW, text!("an allow names codes in parentheses"));
        findings.push(finding.label(span, text!("not readable")).help(text!("write `// kpi: allow(K1004) why`")));
        return None;
    };
    if reason.trim().is_empty() {
        let finding = Diagnostic::new(codes::lints::WRONG_ALLOW, text!("an allow says why"));
        findings.push(finding.label(span, text!("no reason")).help(text!("write the reason behind the parentheses")));
        return None;
    }
    let mut found = Vec::new();
    for name in names.split(',').map(str::trim) {
        let message = match Code::find(name) {
            Some(code) if code.severity() == kpi_base::Severity::Error => {
                text!("{code} is an error of meaning and cannot be allowed", code)
            }
            Some(code) => {
                found.push(code);
                continue;
            }
            None => text!("there is no code `{name}`", name),
        };
        let finding = Diagnostic::new(codes::lints::WRONG_ALLOW, message).label(span, text!("allowed here"));
        findings.push(finding.help(text!("`kpi explain` lists all codes")));
    }
    Some(found)
}
