//! What the tests of the front end share: a finding as text, with the lines it is about underlined; texts that nobody would
//! write ([`mutate`]), and what must hold of every text all the same ([`judge`]); the code of the manual's pages ([`pages`]).

pub mod judge;
pub mod mutate;
pub mod pages;

use kpi_base::{Diagnostic, Files, Language, Severity};

/// The whole message, plainly: code, severity, message, each place with its line and a caret below it, help and fixes.
pub fn render_plain(files: &Files, diagnostic: &Diagnostic, language: Language) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut out = format!("{severity}[{}]: {}\n", diagnostic.code, diagnostic.message.to(language));
    for label in &diagnostic.labels {
        let Some(file) = files.get(label.span.file) else { continue };
        let place = file.line_column(label.span.start);
        let line = file.text.lines().nth(place.line as usize - 1).unwrap_or_default();
        let before: String = line.chars().take(place.column as usize - 1).collect();
        let text = files.text(label.span).lines().next().unwrap_or_default();
        let wide = |s: &str| s.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum::<usize>();
        let carets = "^".repeat(wide(text).max(1));
        out += &format!(
            "  {}:{}:{}\n  | {line}\n  | {}{carets} {}\n",
            file.path,
            place.line,
            place.column,
            " ".repeat(wide(&before)),
            label.text.to(language)
        );
    }
    if let Some(help) = &diagnostic.help {
        out += &format!("  help: {}\n", help.to(language));
    }
    for fix in &diagnostic.fixes {
        out += &format!("  fix: {}\n", fix.title.to(language));
    }
    out
}
