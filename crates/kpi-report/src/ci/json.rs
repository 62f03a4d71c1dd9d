//! The report for programs.

use serde_json::{Value, json};

use super::{CiReport, CiStage};
use crate::{Look, render_diff_json, render_findings_json, render_tests_json};

/// One document, described by `docs/schema/ci.json`.
///
/// # Errors
/// If JSON cannot be written.
pub fn render_ci_json(report: CiReport<'_>, look: Look) -> serde_json::Result<String> {
    let parse = |text: &str| serde_json::from_str::<Value>(text);
    let findings = |stage: &CiStage| -> serde_json::Result<Value> {
        let mut document = parse(&render_findings_json(&stage.findings, &stage.files, look.language)?)?;
        Ok(document.get_mut("findings").map_or(Value::Null, Value::take))
    };
    let stage = |stage: &CiStage| -> serde_json::Result<Value> {
        Ok(json!({
            "stage": stage.stage.name(),
            "outcome": stage.outcome.name(),
            "found": stage.found.to(look.language),
            "to_do": stage.to_do.as_ref().map(|text| text.to(look.language)),
            "milliseconds": u64::try_from(stage.time.as_millis()).unwrap_or(u64::MAX),
            "findings": findings(stage)?,
        }))
    };
    let stages = report.stages.iter().map(stage).collect::<serde_json::Result<Vec<Value>>>()?;
    let tests = report.tested.map(|(tested, _)| parse(&render_tests_json(tested, report.files, look.language)?));
    let diff = report.review.map(|review| parse(&render_diff_json(&review)?));
    let document = json!({
        "version": 1,
        "language": look.language.tag(),
        "passed": report.passed(),
        "stages": stages,
        "tests": tests.transpose()?,
        "diff": diff.transpose()?,
    });
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}
