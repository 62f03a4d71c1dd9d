//! Targets that earlier results suggest: text, Markdown and JSON.

use kpi_base::{Language, Text, text};
use kpi_results::{Proposal, Suggestion, Suggestions};
use kpi_value::Dec;
use serde::Serialize;

use crate::Look;
use crate::findings::escape_cell;
use crate::grid::{Cell, Grid, Side};
use crate::look::Tone;

/// A table of the targets, with why nothing is suggested below it.
pub fn render_suggestions(suggestions: &Suggestions, look: Look) -> String {
    let mut out = format!("{}\n", look.paint(Tone::Title, &look.say(title(suggestions))));
    if suggestions.targets.is_empty() {
        return out + &format!("{}\n", look.say(none()));
    }
    let mut grid = Grid::default();
    for (at, head) in heads(suggestions).into_iter().enumerate() {
        grid.column(look.say(head), if at < 1 { Side::Left } else { Side::Right });
    }
    for target in &suggestions.targets {
        grid.row(cells(target, look.language).into_iter().map(Cell::new).collect());
    }
    out.push('\n');
    grid.render(look, &mut out);
    for note in notes(suggestions) {
        out += &format!("{}\n", look.paint(Tone::Faint, &look.say(note)));
    }
    out
}

/// The same for a comment on a pull request.
pub fn render_suggestions_markdown(suggestions: &Suggestions, language: Language) -> String {
    let mut out = format!("**kpi suggest targets**: {}\n", title(suggestions).to(language));
    if suggestions.targets.is_empty() {
        return out + &format!("\n{}\n", none().to(language));
    }
    let heads = heads(suggestions).map(|head| head.to(language));
    out += &format!("\n| {} |\n|---|--:|--:|--:|--:|--:|--:|--:|\n", heads.join(" | "));
    for target in &suggestions.targets {
        out += &format!("| {} |\n", cells(target, language).map(|cell| escape_cell(&cell)).join(" | "));
    }
    for note in notes(suggestions) {
        out += &format!("\n- {}\n", note.to(language));
    }
    out
}

fn title(suggestions: &Suggestions) -> Text {
    let Suggestions { policy, from, to, .. } = suggestions;
    text!("targets of {policy}, by the results of {from} to {to}", policy, from, to)
}

fn none() -> Text {
    text!("no target stands on a card")
}

fn heads(suggestions: &Suggestions) -> [Text; 8] {
    let (quantile, growth) = (percent(suggestions.quantile), percent(suggestions.growth));
    [
        text!("target"),
        text!("results"),
        text!("today"),
        text!("met"),
        text!("quantile {share}", share = quantile),
        text!("met"),
        text!("growth {share}", share = growth),
        text!("met"),
    ]
}

fn cells(target: &Suggestion, language: Language) -> [String; 8] {
    let share = |met: Option<Dec>| met.map(percent).unwrap_or_default();
    let number = |proposal: &Option<Proposal>| match proposal {
        Some(proposal) if proposal.target == target.today => text!("as today").to(language),
        Some(proposal) => proposal.target.clone(),
        None => "–".to_owned(),
    };
    let met = |proposal: &Option<Proposal>| share(proposal.as_ref().map(|proposal| proposal.met));
    [
        name(target),
        target.results.to_string(),
        target.today.clone(),
        share(target.met),
        number(&target.by_quantile),
        met(&target.by_quantile),
        number(&target.by_growth),
        met(&target.by_growth),
    ]
}

fn name(target: &Suggestion) -> String {
    let row = target.row.as_ref().map(|row| format!("[{row}]")).unwrap_or_default();
    let label = target.label.as_ref().map(|label| format!(" {label}")).unwrap_or_default();
    format!("{}{row}{label}", target.indicator)
}

/// Why something is not suggested, and who is left out.
fn notes(suggestions: &Suggestions) -> Vec<Text> {
    let mut notes = Vec::new();
    for target in &suggestions.targets {
        let name = name(target);
        if let Some(why) = &target.why_not {
            notes.push(text!("{name}: nothing is suggested: {why}", name = &name, why = why.clone()));
        }
        if target.left_out > 0 {
            notes.push(text!("{name}: cards without data that are left out: {n}", name, n = target.left_out));
        }
    }
    notes
}

fn percent(share: Dec) -> String {
    share.mul(Dec::HUNDRED).map_or_else(|_| share.to_string(), |x| format!("{}%", x.round(1)))
}

#[derive(Serialize)]
struct Document<'a> {
    policy: &'a str,
    from: &'a str,
    to: &'a str,
    quantile: Dec,
    growth: Dec,
    targets: Vec<Form<'a>>,
}

#[derive(Serialize)]
struct Form<'a> {
    indicator: &'a str,
    row: Option<&'a str>,
    scorecards: &'a [String],
    path: &'a str,
    line: u32,
    today: &'a str,
    results: usize,
    people: usize,
    left_out: usize,
    met: Option<Dec>,
    by_quantile: Option<Other<'a>>,
    by_growth: Option<Other<'a>>,
    why_not: Option<String>,
}

#[derive(Serialize)]
struct Other<'a> {
    target: &'a str,
    met: Dec,
}

impl<'a> Other<'a> {
    fn of(proposal: &'a Proposal) -> Other<'a> {
        Other { target: &proposal.target, met: proposal.met }
    }
}

/// One document, as `docs/schema/suggest.json` describes it. Its words are English in every language.
///
/// # Errors
/// None that suggestions can give.
pub fn render_suggestions_json(suggestions: &Suggestions) -> serde_json::Result<String> {
    let targets = suggestions.targets.iter().map(|target| Form {
        indicator: &target.indicator,
        row: target.row.as_deref(),
        scorecards: &target.scorecards,
        path: &target.path,
        line: target.line,
        today: &target.today,
        results: target.results,
        people: target.people,
        left_out: target.left_out,
        met: target.met,
        by_quantile: target.by_quantile.as_ref().map(Other::of),
        by_growth: target.by_growth.as_ref().map(Other::of),
        why_not: target.why_not.as_ref().map(|why| why.to(Language::English)),
    });
    let Suggestions { policy, from, to, quantile, growth, .. } = suggestions;
    let document = Document { policy, from, to, quantile: *quantile, growth: *growth, targets: targets.collect() };
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}
