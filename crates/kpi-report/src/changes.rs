//! What changed in a policy, as people and programs read it. Here: text for a terminal; below: one module for each of the other forms.

mod html;
mod json;
mod markdown;
mod notes;
mod standings;

pub use html::render_diff_html;
pub use json::render_diff_json;
pub use markdown::render_diff_markdown;
pub use notes::{render_diff_github, render_diff_gitlab};

use kpi_base::{Join, Language, Text, text};
use kpi_diff::{Became, Change, Declaration, Diff, Matter};
use kpi_results::Equivalence;

use crate::look::Tone;
use crate::{ImpactReport, Look};

/// The versions that are compared, as a reader calls them: `main`, `the working tree`.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'a> {
    /// The older one.
    pub base: &'a str,
    /// The newer one.
    pub head: &'a str,
}

/// A change under review.
#[derive(Clone, Copy, Debug)]
pub struct Review<'a> {
    /// What changed.
    pub diff: &'a Diff,
    /// From which version to which.
    pub versions: Versions<'a>,
    /// What can be told of its results without data, if that was asked for.
    pub standings: Option<&'a Equivalence>,
    /// What it does to data, if that was asked for.
    pub impact: Option<ImpactReport<'a>>,
}

/// Every declaration that changed, with `+`, `~`, `-` or `=` (another name), and its members below it; then how the results stand without data.
pub fn render_diff(review: &Review<'_>, look: Look) -> String {
    let Review { diff, versions, .. } = *review;
    let heading = text!("{base} → {head}", base = versions.base, head = versions.head);
    let mut out = format!("{} · {}\n", look.paint(Tone::Title, &look.say(heading)), look.say(summary(diff)));
    for matter in MATTERS {
        let changes: Vec<&Change> = diff.of(matter).collect();
        if changes.is_empty() {
            continue;
        }
        out.push('\n');
        if let Some(title) = title_of(matter) {
            out.push_str(&look.paint(Tone::Faint, &look.say(title)));
            out.push('\n');
        }
        for group in changes.chunk_by(|a, b| a.declaration == b.declaration) {
            render_group(group, look, &mut out);
        }
    }
    out.push_str(&review.standings.map(|standings| standings::render(standings, look)).unwrap_or_default());
    out
}

fn render_group(group: &[&Change], look: Look, out: &mut String) {
    let Some(first) = group.first() else { return };
    let whole = group.iter().find(|change| change.member.is_none());
    let (sign, tone) = sign(whole.map_or(Became::Changed, |change| change.became));
    let mut line = format!("{sign} {}", look.say(words(&first.declaration)));
    if let Some(label) = &first.declaration.label {
        line.push_str(&format!(" \"{label}\""));
    }
    out.push_str(&look.paint(tone, &line));
    if let Some(Change { became: Became::Renamed, before: Some(before), .. }) = whole {
        out.push_str(&format!(" ({})", look.say(text!("renamed from `{old}`", old = &before.text))));
    }
    out.push('\n');
    for change in group {
        let Some(member) = &change.member else { continue };
        let (sign, tone) = self::sign(change.became);
        out.push_str(&format!("    {} {}", look.paint(tone, sign), look.say(member.clone())));
        out.push_str(&match sides(change) {
            (Some(before), Some(after)) => format!(": {before} → {after}"),
            (Some(one), None) | (None, Some(one)) => format!(": {one}"),
            (None, None) => String::new(),
        });
        out.push_str(&format!("  {}\n", look.paint(Tone::Faint, &place(change))));
    }
    if let Some(moved) = moved(group) {
        out.push_str(&format!("    {}\n", look.paint(Tone::Faint, &look.say(moved))));
    }
}

/// In the order in which they are told.
const MATTERS: [Matter; 4] = [Matter::Meaning, Matter::Words, Matter::Tests, Matter::Files];

/// How many changes there are.
pub(crate) fn summary(diff: &Diff) -> Text {
    let (renamed, meaning): (Vec<&Change>, Vec<&Change>) =
        diff.of(Matter::Meaning).partition(|change| change.became == Became::Renamed);
    let mut parts = vec![match meaning.len() {
        0 => text!("no change in meaning"),
        1 => text!("1 change in meaning"),
        n => text!("{n} changes in meaning", n),
    }];
    match renamed.len() {
        0 => {}
        n => parts.push(text!("{n} renamed", n)),
    }
    match diff.of(Matter::Words).count() {
        0 => {}
        n => parts.push(text!("{n} in words", n)),
    }
    match diff.of(Matter::Tests).count() {
        0 => {}
        n => parts.push(text!("{n} in tests", n)),
    }
    match diff.of(Matter::Files).count() {
        0 => {}
        n => parts.push(text!("{n} in bindings", n)),
    }
    Text::list(parts, Join::Comma)
}

fn title_of(matter: Matter) -> Option<Text> {
    match matter {
        Matter::Meaning => None,
        Matter::Words => Some(text!("what only people read")),
        Matter::Tests => Some(text!("what is claimed and checked")),
        Matter::Files => Some(text!("from which files is read")),
    }
}

const fn sign(became: Became) -> (&'static str, Tone) {
    match became {
        Became::Added => ("+", Tone::Good),
        Became::Removed => ("-", Tone::Bad),
        Became::Renamed => ("=", Tone::Plain),
        Became::Changed => ("~", Tone::Warn),
    }
}

/// `indicator `gmv``
pub(crate) fn words(declaration: &Declaration) -> Text {
    text!("{role} `{name}`", role = declaration.role.word(), name = declaration.name)
}

/// What stood and what stands there, short enough for a line; none where there is nothing to show, as of the data of a test.
pub(crate) fn sides(change: &Change) -> (Option<String>, Option<String>) {
    let short = |text: &str| -> Option<String> {
        let mut short: String = text.chars().take(LONGEST).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        (!short.is_empty()).then_some(short)
    };
    let side = |excerpt: &Option<kpi_diff::Excerpt>| excerpt.as_ref().and_then(|at| short(&at.text));
    (side(&change.before), side(&change.after))
}

/// The most characters of a text that stands on both sides of an arrow.
const LONGEST: usize = 120;

/// Where the change is: in the newer version, or where it was.
pub(crate) fn place(change: &Change) -> String {
    let at = change.after.as_ref().or(change.before.as_ref());
    at.map(|at| format!("{}:{}", at.path, at.line)).unwrap_or_default()
}

/// What hangs on the changes of a declaration.
pub(crate) fn moved(group: &[&Change]) -> Option<Text> {
    let told = group.iter().find(|change| change.matter == Matter::Meaning && change.became != Became::Renamed)?;
    if told.dependents.is_empty() {
        return None;
    }
    let list = Text::list(told.dependents.iter().map(|one| Text::quoted(&one.name)), Join::Comma);
    Some(text!("moves {list}", list))
}

/// A text in a language.
#[allow(clippy::needless_pass_by_value, reason = "texts are made where they are said")]
pub(crate) fn say(text: Text, language: Language) -> String {
    text.to(language)
}
