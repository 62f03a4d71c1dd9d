//! Changes for programs: one document, in English.

use kpi_diff::Change;
use serde::Serialize;

use super::standings::Form;
use super::{Review, Versions};
use crate::impact::ImpactForm;

#[derive(Serialize)]
struct Document<'a> {
    base: &'a str,
    head: &'a str,
    changes_meaning: bool,
    changes: &'a [Change],
    #[serde(skip_serializing_if = "Option::is_none")]
    without_data: Option<Vec<Form<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<ImpactForm<'a>>,
}

/// All changes, as `docs/schema/diff.json` describes them.
///
/// # Errors
/// None that a diff can give.
pub fn render_diff_json(review: &Review<'_>) -> serde_json::Result<String> {
    let Review { diff, versions: Versions { base, head }, standings, impact } = *review;
    let impact = impact.as_ref().map(ImpactForm::of);
    let without_data = standings.map(|standings| standings.results.iter().map(Form::of).collect());
    let (changes_meaning, changes) = (diff.changes_meaning(), diff.changes.as_slice());
    let document = Document { base, head, changes_meaning, changes, without_data, impact };
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}
