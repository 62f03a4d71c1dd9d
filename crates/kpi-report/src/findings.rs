//! Findings as people and programs read them. Here: with the policy's text underlined (the one user of miette); below: one module
//! for each of the other forms.

mod concise;
mod github;
mod gitlab;
mod junit;
mod located;
mod markdown;
mod sarif;

pub use concise::render_findings_concise;
pub use github::render_findings_github;
pub(crate) use github::{escape_data, escape_property};
pub use gitlab::render_findings_gitlab;
pub use junit::render_findings_junit;
pub(crate) use located::{Range, fnv, main_place, whole_message};
pub use markdown::render_findings_markdown;
pub(crate) use markdown::{escape_cell, fence, table as findings_table};
pub use sarif::render_findings_sarif;

use std::fmt::{self, Display, Write};

use kpi_base::{Diagnostic, FileId, Files, Join, Language, Severity, SourceFile, Text, text};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::Look;

/// Every finding in turn: code and page, message, the text it is about, help.
pub fn render_findings(findings: &[Diagnostic], files: &Files, look: Look) -> String {
    let styles = if look.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(look.width)
        .with_break_words(false)
        .without_syntax_highlighting();
    let mut out = String::new();
    for finding in findings {
        let report = Report::of(finding, files, look.language);
        // Writing into a string fails only if a span does not fit its file; the message must get through all the same.
        let start = out.len();
        if handler.render_report(&mut out, &report).is_err() {
            out.truncate(start);
            let _ = writeln!(out, "{}: {}", finding.code, finding.message.to(look.language));
        }
        if look.language == Language::Chinese {
            let shown = out.split_off(start);
            shown.split_inclusive('\n').for_each(|line| push_translated(line, &mut out));
        }
        out.push('\n');
    }
    out
}

/// A line as miette writes it, with its one English word, which begins the help, in Chinese: it is as wide.
fn push_translated(line: &str, out: &mut String) {
    const HELP: &str = "  help: ";
    match line.split_once(HELP) {
        // Nothing stands before it but the code of a colour.
        Some((colour, help)) if colour.is_empty() || colour.starts_with('\u{1b}') && !colour.contains(' ') => {
            let _ = write!(out, "{colour}  建议：{help}");
        }
        _ => out.push_str(line),
    }
}

/// `2 errors, 1 warning`; empty if there is nothing to count.
pub fn render_summary(findings: &[Diagnostic], language: Language) -> String {
    let count = |severity: Severity| findings.iter().filter(|f| f.severity == severity).count();
    let parts = [Severity::Error, Severity::Warning, Severity::Note].into_iter().filter_map(|severity| {
        Some(match (severity, count(severity)) {
            (_, 0) => return None,
            (Severity::Error, 1) => text!("1 error"),
            (Severity::Error, n) => text!("{n} errors", n),
            (Severity::Warning, 1) => text!("1 warning"),
            (Severity::Warning, n) => text!("{n} warnings", n),
            (Severity::Note, 1) => text!("1 note"),
            (Severity::Note, n) => text!("{n} notes", n),
        })
    });
    Text::list(parts, Join::Comma).to(language)
}

fn severity_word(severity: Severity) -> Text {
    match severity {
        Severity::Error => text!("error"),
        Severity::Warning => text!("warning"),
        Severity::Note => text!("note"),
    }
}

/// A finding as miette reads it. Labels in the file of the first one stand in one excerpt; each other file has an excerpt
/// of its own.
struct Report<'a> {
    finding: &'a Diagnostic,
    language: Language,
    source: Option<Excerpt<'a>>,
    labels: Vec<LabeledSpan>,
    cause: Option<Cause>,
    elsewhere: Vec<Elsewhere<'a>>,
}

/// A file that miette cuts an excerpt from.
struct Excerpt<'a> {
    file: &'a SourceFile,
}

/// The longest stretch that is shown in one piece, and how much of a very long line is shown around it.
const MOST_LINES: usize = 40;
const MOST_BYTES: usize = 4000;
const AROUND: usize = 200;

/// The place in a data file, which has no excerpt.
#[derive(Debug)]
struct Cause(String);

/// Labels in another file.
struct Elsewhere<'a> {
    language: Language,
    source: Excerpt<'a>,
    labels: Vec<LabeledSpan>,
}

/// miette itself reads a text from its beginning for every label, and shows everything between two labels: in a long file that
/// takes long and shows what nobody reads. Here a stretch that is too long is refused, so that its ends are shown apart.
impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (text, starts) = (&self.file.text, self.file.line_starts());
        let (start, end) = (span.offset(), span.offset() + span.len());
        let line_of = |at: usize| starts.partition_point(|&start| start as usize <= at).max(1) - 1;
        let start_of = |line: usize| starts.get(line).map_or(text.len(), |&start| start as usize);
        let (first, last) = (line_of(start), line_of(end.saturating_sub(1).max(start)));
        if text.get(start..end).is_none() || last - first > MOST_LINES || end - start > MOST_BYTES {
            return Err(MietteError::OutOfBounds);
        }
        let mut line = first.saturating_sub(before);
        let mut from = if before == 0 { start } else { start_of(line) };
        let mut until = if after == 0 { end } else { start_of(last + after + 1) };
        if start - from > 3 * AROUND {
            (line, from) = (first, boundary(text, start - AROUND));
        }
        if until - end > 3 * AROUND {
            until = boundary(text, end + AROUND);
        }
        let column = if before == 0 { self.file.line_column(start as u32).column as usize - 1 } else { 0 };
        let data = text.get(from..until).unwrap_or_default().as_bytes();
        let place = (from, until - from).into();
        let lines = line_of(until.saturating_sub(1).max(from)) + 1;
        Ok(Box::new(MietteSpanContents::new_named(self.file.path.clone(), data, place, line, column, lines)))
    }
}

/// The last boundary of characters that is not behind a byte.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// The end of a stretch as it is shown: of a long one, its first line, or the beginning of that.
fn shown_end(text: &str, start: usize, end: usize) -> usize {
    let whole = text.get(start..end).unwrap_or_default();
    if whole.len() <= MOST_BYTES && whole.bytes().filter(|b| *b == b'\n').count() < MOST_LINES {
        return end;
    }
    let first = whole.find('\n').unwrap_or(whole.len());
    boundary(text, start + first.min(AROUND))
}

impl<'a> Report<'a> {
    fn of(finding: &'a Diagnostic, files: &'a Files, language: Language) -> Report<'a> {
        let mut order: Vec<FileId> = Vec::new();
        for label in &finding.labels {
            if !order.contains(&label.span.file) && files.get(label.span.file).is_some() {
                order.push(label.span.file);
            }
        }
        let mut excerpts = order.into_iter().filter_map(|id| {
            let file = files.get(id)?;
            let labels = finding.labels.iter().filter(|l| l.span.file == id).enumerate();
            let labels = labels.map(|(i, label)| {
                let text = (!label.text.is_empty()).then(|| label.text.to(language));
                let (start, end) = (label.span.start as usize, label.span.end as usize);
                let end = end.min(file.text.len());
                let start = start.min(end);
                let end = shown_end(&file.text, start, end);
                if i == 0 {
                    LabeledSpan::new_primary_with_span(text, (start, end - start))
                } else {
                    LabeledSpan::new_with_span(text, (start, end - start))
                }
            });
            let source = Excerpt { file };
            Some(Elsewhere { language, source, labels: labels.collect() })
        });
        let (source, labels) = match excerpts.next() {
            Some(Elsewhere { source, labels, .. }) => (Some(source), labels),
            None => (None, Vec::new()),
        };
        let elsewhere = excerpts.collect();
        let cause = finding.place.as_ref().map(|place| Cause(place.to(language)));
        Report { finding, language, source, labels, cause, elsewhere }
    }
}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let word = severity_word(self.finding.severity);
        Some(Box::new(format!("{} {}", word.to(self.language), self.finding.code)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let mut help = self.finding.help.as_ref().map(|help| help.to(self.language)).unwrap_or_default();
        for fix in &self.finding.fixes {
            let title = fix.title.to(self.language);
            let texts: Vec<_> = fix.edits.iter().map(|e| e.text.trim()).filter(|t| !t.is_empty()).collect();
            // What the help says already is not said again.
            if !texts.is_empty() && texts.iter().all(|text| help.contains(&format!("`{text}`"))) {
                continue;
            }
            let separator = if help.is_empty() { "" } else { "\n" };
            let shown = texts.iter().all(|text| title.contains(&format!("`{text}`")));
            let texts = Text::list(texts.iter().map(Text::quoted), Join::Comma);
            let change = if shown { title } else { text!("{title}: {texts}", title, texts).to(self.language) };
            let _ = write!(help, "{separator}{change}");
        }
        (!help.is_empty()).then(|| Box::new(help) as Box<dyn Display>)
    }

    fn url<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(format!("kpi explain {}", self.finding.code)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|s| s as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = _>>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        let related = || self.elsewhere.iter().map(|e| e as &dyn miette::Diagnostic);
        (!self.elsewhere.is_empty()).then(|| Box::new(related()) as Box<dyn Iterator<Item = _>>)
    }
}

impl std::error::Error for Report<'_> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|c| c as &(dyn std::error::Error + 'static))
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.finding.message.to(self.language))
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.finding, f)
    }
}

impl std::error::Error for Cause {}

impl Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl miette::Diagnostic for Elsewhere<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl std::error::Error for Elsewhere<'_> {}

impl Display for Elsewhere<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text!("elsewhere").to(self.language))
    }
}

impl fmt::Debug for Elsewhere<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("elsewhere")
    }
}

#[cfg(test)]
mod formats;
#[cfg(test)]
mod tests;
