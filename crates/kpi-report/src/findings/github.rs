//! Annotations of a GitHub workflow: commands on standard output, which show on the lines of a pull request.

use kpi_base::{Diagnostic, Files, Severity};

use super::located::{main_place, whole_message};
use crate::Look;

/// `::error file=…,line=…,endLine=…,col=…,endColumn=…,title=…::message`, a line for each finding.
pub fn render_findings_github(findings: &[Diagnostic], files: &Files, look: Look) -> String {
    let mut out = String::new();
    for finding in findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(at) = main_place(finding, files) {
            properties.push(format!("file={}", escape_property(at.path)));
            properties.push(format!("line={}", at.line));
            // Columns are understood only within one line.
            if at.line == at.end_line && at.end_column > at.column {
                properties.push(format!("endLine={},col={},endColumn={}", at.end_line, at.column, at.end_column));
            }
        }
        let title = format!("{} {}", finding.code, finding.code.title_in(look.language));
        properties.push(format!("title={}", escape_property(&title)));
        let message = escape_data(&whole_message(finding, look.language));
        out += &format!("::{command} {}::{message}\n", properties.join(","));
    }
    out
}

/// What follows the second `::`: percent signs and line breaks would end or change it.
pub(crate) fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value between commas and before `::`.
pub(crate) fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}
