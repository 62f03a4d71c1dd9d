//! Changes for programs: one document, in English.

use kpi_diff::{Change, Diff};
use serde::Serialize;

use super::Versions;
use crate::ImpactReport;
use crate::impact::ImpactForm;

#[derive(Serialize)]
struct Document<'a> {
    base: &'a str,
    head: &'a str,
    changes_meaning: bool,
    changes: &'a [Change],
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<ImpactForm<'a>>,
}

/// All changes, as `docs/schema/diff.json` describes them.
///
/// # Errors
/// None that a diff can give.
pub fn render_diff_json(
    diff: &Diff,
    versions: Versions<'_>,
    impact: Option<ImpactReport<'_>>,
) -> serde_json::Result<String> {
    let Versions { base, head } = versions;
    let impact = impact.as_ref().map(ImpactForm::of);
    let document = Document { base, head, changes_meaning: diff.changes_meaning(), changes: &diff.changes, impact };
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}
