//! Changes as notes on the lines of a pull request.

use kpi_base::Language;
use kpi_diff::{Change, Diff, Matter};
use serde_json::json;

use super::{moved, say, sides, words};
use crate::findings::{escape_data, escape_property, fnv};

/// A `::notice` of a GitHub workflow for each change that can move a score.
pub fn render_diff_github(diff: &Diff, language: Language) -> String {
    let mut out = String::new();
    for change in diff.of(Matter::Meaning) {
        let mut properties = Vec::new();
        // What is gone has no line that could be shown.
        if let Some(at) = &change.after {
            properties.push(format!("file={}", escape_property(&at.path)));
            properties.push(format!("line={}", at.line));
        }
        properties.push(format!("title={}", escape_property(&say(words(&change.declaration), language))));
        out += &format!("::notice {}::{}\n", properties.join(","), escape_data(&message(change, language)));
    }
    out
}

/// A Code Quality report of GitLab, with an entry for each change that can move a score.
///
/// # Errors
/// None that a diff can give.
pub fn render_diff_gitlab(diff: &Diff, language: Language) -> serde_json::Result<String> {
    let entry = |change: &Change| {
        let at = change.after.as_ref().or(change.before.as_ref())?;
        let description = format!("{}: {}", say(words(&change.declaration), language), message(change, language));
        Some(json!({
            "description": description,
            "check_name": "kpi diff",
            "fingerprint": format!("{:016x}", fnv(&[&at.path, &description])),
            "severity": "info",
            "location": { "path": at.path, "lines": { "begin": at.line } },
        }))
    };
    let entries: Vec<_> = diff.of(Matter::Meaning).filter_map(entry).collect();
    serde_json::to_string_pretty(&entries).map(|text| text + "\n")
}

fn message(change: &Change, language: Language) -> String {
    let member = change.member.clone().map(|member| say(member, language));
    let what = match sides(change) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (Some(before), None) => format!("- {before}"),
        (None, Some(after)) => format!("+ {after}"),
        (None, None) => String::new(),
    };
    let moved = moved(&[change]).map(|moved| say(moved, language));
    let first = match member {
        Some(member) => format!("{member}: {what}"),
        None => what,
    };
    std::iter::once(first).chain(moved).collect::<Vec<_>>().join("\n")
}
