//! Changes for a comment on a pull request.

use kpi_base::{Language, text};
use kpi_diff::{Change, Matter};

use super::{MATTERS, Review, moved, place, say, sides, sign, standings, summary, title_of, words};
use crate::findings::escape_cell;

/// A summary, and a table for what can move a score; what people read and what is claimed is folded below it.
pub fn render_diff_markdown(review: &Review<'_>, language: Language) -> String {
    let Review { diff, versions, .. } = *review;
    let mut out = format!("**kpi diff** `{}` → `{}`: {}\n", versions.base, versions.head, say(summary(diff), language));
    for matter in MATTERS {
        let changes: Vec<&Change> = diff.of(matter).collect();
        if changes.is_empty() {
            continue;
        }
        if let Some(title) = title_of(matter) {
            out += &format!("\n<details><summary>{} ({})</summary>\n", say(title, language), changes.len());
        }
        let heads =
            [text!("declaration"), text!("what"), text!("before"), text!("after")].map(|head| say(head, language));
        out += &format!("\n| | {} |\n|---|---|---|---|---|\n", heads.join(" | "));
        for change in &changes {
            let (before, after) = sides(change);
            let code =
                |text: Option<String>| text.map(|text| format!("`{}`", text.replace('`', "'"))).unwrap_or_default();
            let row = [
                sign(change.became).0.to_owned(),
                say(words(&change.declaration), language),
                change.member.clone().map(|member| say(member, language)).unwrap_or_default(),
                code(before),
                code(after),
            ];
            out += &format!("| {} |\n", row.map(|cell| escape_cell(&cell)).join(" | "));
        }
        for group in changes.chunk_by(|a, b| a.declaration == b.declaration) {
            let (Some(first), Some(moved)) = (group.first(), moved(group)) else { continue };
            let name = say(words(&first.declaration), language);
            out += &format!("\n- {name} ({}): {}\n", place(first), say(moved, language));
        }
        if matter != Matter::Meaning {
            out += "\n</details>\n";
        }
    }
    out += &review.standings.map(|standings| standings::markdown(standings, language)).unwrap_or_default();
    out
}
