//! Findings for a comment on a pull request.

use kpi_base::{Diagnostic, Files, text};

use super::located::{main_place, whole_message};
use super::{render_summary, severity_word};
use crate::Look;

/// A summary, a table with a row for each finding, and the whole of each below it, folded.
pub fn render_findings_markdown(findings: &[Diagnostic], files: &Files, look: Look) -> String {
    let language = look.language;
    if findings.is_empty() {
        return format!("**kpi check**: {}\n", text!("no findings").to(language));
    }
    format!("**kpi check**: {}\n\n", render_summary(findings, language)) + &table(findings, files, look)
}

/// A table with a row for each finding, and the whole of each below it, folded.
pub(crate) fn table(findings: &[Diagnostic], files: &Files, look: Look) -> String {
    let language = look.language;
    let mut out = String::new();
    let heads = [text!("severity"), text!("code"), text!("place"), text!("message")].map(|head| head.to(language));
    out += &format!("| {} |\n|---|---|---|---|\n", heads.join(" | "));
    for finding in findings {
        let place = main_place(finding, files);
        let place = place.map(|at| format!("`{}:{}:{}`", at.path.replace('`', "'"), at.line, at.column));
        let row = [
            severity_word(finding.severity).to(language),
            finding.code.to_string(),
            place.unwrap_or_default(),
            finding.message.to(language),
        ];
        out += &format!("| {} |\n", row.map(|cell| escape_cell(&cell)).join(" | "));
    }
    out += &format!("\n<details><summary>{}</summary>\n\n", text!("details").to(language));
    for finding in findings {
        out += &format!("#### {}: {}\n\n", finding.code, finding.code.title_in(language));
        out += &fence(&whole_message(finding, language));
    }
    out += "</details>\n";
    out
}

/// A cell of a table: a bar would end it, a line break the row; outside of code an angle bracket might begin a tag.
pub(crate) fn escape_cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    for c in text.chars() {
        match c {
            '`' => {
                code = !code;
                out.push(c);
            }
            '|' => out.push_str("\\|"),
            '\n' | '\r' => out.push(' '),
            '<' if !code => out.push_str("&lt;"),
            '*' | '_' | '[' | ']' if !code => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A block of plain text, fenced by more backticks than stand in it.
pub(crate) fn fence(text: &str) -> String {
    let most = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(most.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}\n\n")
}
