//! The report as notes on the lines of a pull request.

use serde_json::Value;

use super::CiReport;
use crate::{Look, render_diff_github, render_diff_gitlab, render_findings_github, render_findings_gitlab};

/// Annotations of a GitHub workflow: a line for each finding of each stage, and for each change that can move a score.
pub fn render_ci_github(report: CiReport<'_>, look: Look) -> String {
    let mut out = String::new();
    for stage in report.stages {
        out += &render_findings_github(&stage.findings, &stage.files, look);
    }
    out + &report.review.map(|review| render_diff_github(&review, look.language)).unwrap_or_default()
}

/// A Code Quality report of GitLab, likewise.
///
/// # Errors
/// If JSON cannot be written.
pub fn render_ci_gitlab(report: CiReport<'_>, look: Look) -> serde_json::Result<String> {
    let mut issues: Vec<Value> = Vec::new();
    for stage in report.stages {
        issues.extend(serde_json::from_str::<Vec<Value>>(&render_findings_gitlab(
            &stage.findings,
            &stage.files,
            look,
        )?)?);
    }
    if let Some(review) = report.review {
        issues.extend(serde_json::from_str::<Vec<Value>>(&render_diff_gitlab(&review, look.language)?)?);
    }
    serde_json::to_string_pretty(&issues).map(|text| text + "\n")
}
