//! A Code Quality report of GitLab.

use kpi_base::{Diagnostic, Files, Severity};
use serde::Serialize;

use super::located::{fingerprints, main_place, whole_message};
use crate::Look;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The findings as a list of issues; one without a place stands at the first line of `kpi.toml`, since each must have one.
///
/// # Errors
/// If JSON cannot be written.
pub fn render_findings_gitlab(findings: &[Diagnostic], files: &Files, look: Look) -> serde_json::Result<String> {
    let issues = findings.iter().zip(fingerprints(findings, files)).map(|(finding, fingerprint)| {
        let (path, begin) = main_place(finding, files).map_or(("kpi.toml", 1), |at| (at.path, at.line));
        Issue {
            description: whole_message(finding, look.language),
            check_name: finding.code.name(),
            fingerprint,
            severity: match finding.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Note => "info",
            },
            location: Location { path: path.strip_prefix("./").unwrap_or(path), lines: Lines { begin } },
        }
    });
    let mut text = serde_json::to_string_pretty(&issues.collect::<Vec<_>>())?;
    text.push('\n');
    Ok(text)
}
