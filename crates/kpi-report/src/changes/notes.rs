//! Changes as notes on the lines of a pull request.

use kpi_base::Language;
use kpi_diff::{Change, Matter};
use kpi_results::Standings;
use serde_json::json;

use super::{Review, moved, say, sides, standings, words};
use crate::ImpactReport;
use crate::findings::{escape_data, escape_property, fnv};

/// A `::notice` of a GitHub workflow for each change that can move a score, with what it does to the data where that was asked; then one for what holds whatever is
/// measured, one for all of them, and a
/// `::error` where a limit is exceeded.
pub fn render_diff_github(review: &Review<'_>, language: Language) -> String {
    let Review { diff, standings, impact, .. } = *review;
    let mut out = String::new();
    for change in diff.of(Matter::Meaning) {
        let mut properties = Vec::new();
        // What is gone has no line that could be shown.
        if let Some(at) = &change.after {
            properties.push(format!("file={}", escape_property(&at.path)));
            properties.push(format!("line={}", at.line));
        }
        properties.push(format!("title={}", escape_property(&say(words(&change.declaration), language))));
        out += &format!("::notice {}::{}\n", properties.join(","), escape_data(&message(change, impact, language)));
    }
    if let Some(equivalence) = standings.filter(|equivalence| !equivalence.results.is_empty()) {
        let line = |group: &[Standings]| {
            let sign = group.first().map(standings::sign).unwrap_or_default();
            format!("{sign} {}", say(standings::line(group), language))
        };
        let lines: Vec<String> = standings::groups(equivalence).map(line).collect();
        let title = escape_property(&say(standings::title(), language));
        out += &format!("::notice title={title}::{}\n", escape_data(&lines.join("\n")));
    }
    if let Some(impact) = impact {
        let mut lines = impact.summary(language).into_iter();
        let title = escape_property(&lines.next().unwrap_or_default());
        let figures = lines.collect::<Vec<_>>().join("\n");
        let figures = if figures.is_empty() { title.clone() } else { escape_data(&figures) };
        out += &format!("::notice title={title}::{figures}\n");
        if let Some(excess) = impact.excess(language) {
            out += &format!("::error title=kpi diff --fail-on::{}\n", escape_data(&excess));
        }
    }
    out
}

/// A Code Quality report of GitLab, with an entry for each change that can move a score, with what it does to the data where that was asked. Where a limit is
/// exceeded, every entry says so and is of severity `major`.
///
/// # Errors
/// None that a diff can give.
pub fn render_diff_gitlab(review: &Review<'_>, language: Language) -> serde_json::Result<String> {
    let Review { diff, impact, .. } = *review;
    let excess = impact.and_then(|impact| impact.excess(language));
    let entry = |change: &Change| {
        let at = change.after.as_ref().or(change.before.as_ref())?;
        let said = message(change, impact, language);
        let said = excess.iter().fold(said, |said, excess| format!("{said}\n{excess}"));
        let description = format!("{}: {said}", say(words(&change.declaration), language));
        let severity = if excess.is_some() { "major" } else { "info" };
        Some(json!({
            "description": description,
            "check_name": "kpi diff",
            "fingerprint": format!("{:016x}", fnv(&[&at.path, &description])),
            "severity": severity,
            "location": { "path": at.path, "lines": { "begin": at.line } },
        }))
    };
    let entries: Vec<_> = diff.of(Matter::Meaning).filter_map(entry).collect();
    serde_json::to_string_pretty(&entries).map(|text| text + "\n")
}

fn message(change: &Change, impact: Option<ImpactReport<'_>>, language: Language) -> String {
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
    let effect = impact.and_then(|impact| impact.effect(change.id, language));
    std::iter::once(first).chain(effect).chain(moved).collect::<Vec<_>>().join("\n")
}
