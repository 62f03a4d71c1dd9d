//! A finding a line, as compilers print them and editors read them.

use kpi_base::{Diagnostic, Files};

use super::located::main_place;
use super::severity_word;
use crate::Look;

/// `policy/host.kpi:12:5: error[K2001] message`, a line for each finding.
pub fn render_findings_concise(findings: &[Diagnostic], files: &Files, look: Look) -> String {
    let mut out = String::new();
    for finding in findings {
        if let Some(at) = main_place(finding, files) {
            out += &format!("{}:{}:{}: ", at.path, at.line, at.column);
        }
        let word = severity_word(finding.severity).to(look.language);
        let message = finding.message.to(look.language);
        out += &format!("{word}[{}] {}\n", finding.code, message.replace('\n', " "));
    }
    out
}
