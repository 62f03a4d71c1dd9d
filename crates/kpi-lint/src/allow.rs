//! `// kpi: allow(K1004) reason`: a finding that somebody has looked at and accepts, said where it is.
//!
//! At the end of a line it holds for that line; on a line of its own, for the next line, or for the whole declaration that
//! begins there.

use std::ops::RangeInclusive;

use kpi_base::{Code, Diagnostic, FileId, Files, Severity, SourceFile, Span, codes, text};
use rustc_hash::FxHashMap;

/// An allow, and how often it was of use.
#[derive(Debug)]
pub(crate) struct Allow {
    /// The codes.
    pub code: Code,
    /// The lines for which it holds, from 1.
    pub lines: RangeInclusive<u32>,
    /// The comment.
    pub span: Span,
    /// What goes with the comment, where it allows nothing else: its line, or the spaces before it.
    pub whole: Option<Span>,
    /// Whether it has hidden a finding.
    pub used: bool,
}

const MARK: &str = "kpi: allow";

/// The allows of all files, to be found by what they allow and the first line for which they hold.
#[derive(Debug, Default)]
pub(crate) struct Allows {
    all: Vec<Allow>,
    by_first_line: FxHashMap<(FileId, &'static str, u32), Vec<usize>>,
    /// The first lines of allows that hold for whole declarations, in order: these do not reach into each other.
    declarations: FxHashMap<(FileId, &'static str), Vec<u32>>,
}

impl Allows {
    /// Reads all files; what is wrong with an allow is reported.
    pub fn read(files: &Files, findings: &mut Vec<Diagnostic>) -> Allows {
        let mut allows = Allows::default();
        for (id, file) in files.iter() {
            for allow in read_allows(id, file, findings) {
                let (key, first) = ((id, allow.code.name()), *allow.lines.start());
                if first < *allow.lines.end() {
                    allows.declarations.entry(key).or_default().push(first);
                }
                allows.by_first_line.entry((key.0, key.1, first)).or_default().push(allows.all.len());
                allows.all.push(allow);
            }
        }
        allows.declarations.values_mut().for_each(|lines| lines.sort_unstable());
        allows
    }

    /// Whether a finding is allowed where it is; the allows that say so are of use.
    pub fn allow(&mut self, finding: &Diagnostic, files: &Files) -> bool {
        if finding.code.severity() == Severity::Error {
            return false;
        }
        let Some(label) = finding.labels.first() else { return false };
        let Some(file) = files.get(label.span.file) else { return false };
        let line = file.line_column(label.span.start).line;
        let key = (label.span.file, finding.code.name());
        let declaration = self.declarations.get(&key).and_then(|lines| {
            let next = lines.partition_point(|first| *first <= line);
            lines.get(next.checked_sub(1)?).copied().filter(|first| *first < line)
        });
        let mut allowed = false;
        for first in std::iter::once(line).chain(declaration) {
            for at in self.by_first_line.get(&(key.0, key.1, first)).into_iter().flatten() {
                if let Some(allow) = self.all.get_mut(*at).filter(|allow| allow.lines.contains(&line)) {
                    allow.used = true;
                    allowed = true;
                }
            }
        }
        allowed
    }

    /// Those that have hidden nothing.
    pub fn unused(&self) -> impl Iterator<Item = &Allow> {
        self.all.iter().filter(|allow| !allow.used)
    }
}

/// All allows of a file; what is wrong with one is reported.
fn read_allows(id: FileId, file: &SourceFile, findings: &mut Vec<Diagnostic>) -> Vec<Allow> {
    // Most files have none, and are not read a second time.
    if !file.text.contains(MARK) {
        return Vec::new();
    }
    let reading = kpi_syntax::read(&file.text);
    let lines: Vec<&str> = file.text.split('\n').collect();
    let breaks: Vec<usize> = reading.text.match_indices('\n').map(|(at, _)| at).collect();
    let line_of = |at: usize| breaks.partition_point(|line_break| *line_break < at) as u32 + 1;
    let items: Vec<u32> = reading.items.iter().map(|at| line_of(*at)).collect();
    let below = lines_below(&lines);
    let mut allows = Vec::new();
    for comment in &reading.comments {
        let Some(rest) = comment.text.trim_start_matches('/').trim_start().strip_prefix(MARK) else { continue };
        let line = line_of(comment.at);
        let Some(written) = lines.get(line as usize - 1) else { continue };
        let column = written.find(comment.text.as_str()).unwrap_or_default();
        let line_start = file.line_starts().get(line as usize - 1).copied().unwrap_or_default();
        let start = line_start + column as u32;
        let span = Span { file: id, start, end: start + comment.text.trim_end().len() as u32 };
        let before = written.get(..column).unwrap_or_default();
        let own_line = before.trim().is_empty();
        let whole = match own_line {
            true => {
                // The last line of a file may have no line break to take out.
                let end = (line_start as usize + written.len() + 1).min(file.text.len());
                Span { file: id, start: line_start, end: end as u32 }
            }
            false => Span { file: id, start: line_start + before.trim_end().len() as u32, end: span.end },
        };
        let held = match below.get(line as usize) {
            Some(first) if own_line => reach(*first, &items),
            _ => line..=line,
        };
        let Some(codes) = read_codes(rest, span, findings) else { continue };
        let whole = (codes.len() == 1).then_some(whole);
        let allow = |code| Allow { code, lines: held.clone(), span, whole, used: false };
        allows.extend(codes.into_iter().map(allow));
    }
    allows
}

/// For each line from 1, the first below it that is no comment.
fn lines_below(lines: &[&str]) -> Vec<u32> {
    let mut below = vec![lines.len() as u32 + 1; lines.len() + 1];
    for n in (1..lines.len()).rev() {
        let (Some(next), Some(after)) = (lines.get(n), below.get(n + 1).copied()) else { continue };
        let first = if next.trim_start().starts_with("//") { after } else { n as u32 + 1 };
        if let Some(place) = below.get_mut(n) {
            *place = first;
        }
    }
    below
}

/// The line itself, or the whole declaration that begins there.
fn reach(first: u32, items: &[u32]) -> RangeInclusive<u32> {
    match items.binary_search(&first) {
        Ok(item) => first..=items.get(item + 1).map_or(u32::MAX, |next| next - 1),
        Err(_) => first..=first,
    }
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
            Some(code) if code.severity() == Severity::Error => {
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
