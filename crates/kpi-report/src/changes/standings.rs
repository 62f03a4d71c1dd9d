//! How results stand to those before, without data: text, and the parts of the other forms.

use std::fmt::Write;

use kpi_base::{Join, Language, Text, text};
use kpi_results::{Counterexample, Equivalence, Standing, Standings};
use serde::Serialize;

use super::say;
use crate::look::{Look, Tone};

/// What can be told of one result, for programs.
#[derive(Serialize)]
pub(super) struct Form<'a> {
    scorecard: Option<&'a str>,
    incentive: Option<&'a str>,
    standing: Standing,
    kept: bool,
    no_more: bool,
    because: Vec<String>,
    example: Option<Example<'a>>,
}

#[derive(Serialize)]
struct Example<'a> {
    test: &'a str,
    base: Option<&'a str>,
    head: Option<&'a str>,
}

impl<'a> Form<'a> {
    pub fn of(standings: &'a Standings) -> Form<'a> {
        let because = standings.because.iter().map(|why| why.clone().to(Language::English));
        Form {
            scorecard: standings.card.as_deref(),
            incentive: standings.incentive.as_deref(),
            standing: standings.standing,
            kept: standings.kept,
            no_more: standings.no_more,
            because: because.collect(),
            example: standings.example.as_ref().map(|example| Example {
                test: &example.test,
                base: example.before.as_deref(),
                head: example.after.as_deref(),
            }),
        }
    }
}

pub(super) fn title() -> Text {
    text!("whatever is measured")
}

/// A line for each result, with the test that shows a difference below it.
pub(super) fn render(equivalence: &Equivalence, look: Look) -> String {
    if equivalence.results.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", look.paint(Tone::Faint, &look.say(title())));
    for group in groups(equivalence) {
        let Some(standings) = group.first() else { continue };
        let line = format!("{} {}", sign(standings), look.say(line(group)));
        let _ = writeln!(out, "{}", look.paint(tone(standings), &line));
        if let Some(why) = why(standings) {
            let _ = writeln!(out, "    {}", look.paint(Tone::Faint, &look.say(why)));
        }
        if let Some(example) = &standings.example {
            let _ = writeln!(out, "    {}", look.paint(Tone::Faint, &look.say(holds())));
            for line in example.test.lines() {
                let _ = writeln!(out, "      {line}");
            }
        }
    }
    out
}

/// `=` the same, `≥` never less, `≤` never more, `?` what nobody can tell.
pub(super) fn sign(standings: &Standings) -> &'static str {
    match standings.standing {
        Standing::Equal if !standings.is_equal() => "≈",
        Standing::Equal => "=",
        Standing::NeverLess => "≥",
        Standing::NeverMore => "≤",
        Standing::Open => "?",
    }
}

fn tone(standings: &Standings) -> Tone {
    match standings.standing {
        Standing::Equal | Standing::NeverLess if standings.kept => Tone::Good,
        Standing::NeverMore => Tone::Bad,
        _ => Tone::Warn,
    }
}

/// What the test is.
pub(super) fn holds() -> Text {
    text!("this test passes before the change, and fails after it:")
}

/// The results; those of which the same can be told of one incentive for several cards are one.
pub(super) fn groups(equivalence: &Equivalence) -> impl Iterator<Item = &[Standings]> {
    let said = |one: &Standings| (one.standing, one.kept, one.no_more, one.example.is_none());
    let alike = move |a: &Standings, b: &Standings| {
        a.incentive.is_some() && a.incentive == b.incentive && b.example.is_none() && said(a) == said(b)
    };
    equivalence.results.chunk_by(alike)
}

/// What can be told of a result, or of several alike, with the numbers of the example.
pub(super) fn line(group: &[Standings]) -> Text {
    let Some(standings) = group.first() else { return Text::default() };
    let cards: Vec<Text> = group.iter().filter_map(|one| one.card.as_ref()).map(Text::quoted).collect();
    let name = match (&standings.incentive, &standings.card) {
        (Some(incentive), Some(_)) => {
            text!("`{incentive}` for {cards}", incentive, cards = Text::list(cards, Join::Comma))
        }
        (Some(name), None) | (None, Some(name)) => Text::quoted(name),
        (None, None) => Text::default(),
    };
    let pays = standings.incentive.is_some();
    let falls = standings.example.as_ref().and_then(|example| example.falls);
    let said = match (standings.standing, pays) {
        (Standing::Equal, true) => text!("{name} pays the same", name),
        (Standing::Equal, false) => text!("{name} has the same score", name),
        (Standing::NeverLess, true) => text!("{name} never pays less", name),
        (Standing::NeverLess, false) => text!("{name} never has a lower score", name),
        (Standing::NeverMore, true) => text!("{name} never pays more", name),
        (Standing::NeverMore, false) => text!("{name} never has a higher score", name),
        (Standing::Open, true) if falls == Some(true) => text!("{name} may pay less", name),
        (Standing::Open, false) if falls == Some(true) => text!("{name} may have a lower score", name),
        (Standing::Open, true) if falls == Some(false) => {
            text!("{name} may pay more, and whether less cannot be told", name)
        }
        (Standing::Open, false) if falls == Some(false) => {
            text!("{name} may have a higher score, and whether a lower one cannot be told", name)
        }
        (Standing::Open, true) => text!("{name}: whether it pays the same cannot be told", name),
        (Standing::Open, false) => text!("{name}: whether its score is the same cannot be told", name),
    };
    let limited = match (standings.standing, standings.kept) {
        (Standing::Open, _) | (_, true) => said,
        (_, false) => text!("{said}, wherever both versions come to a result", said),
    };
    match &standings.example {
        Some(example) => text!(
            "{said}: {before} → {after}",
            said = limited,
            before = side(&example.before),
            after = side(&example.after)
        ),
        None => limited,
    }
}

fn side(result: &Option<String>) -> Text {
    result.as_ref().map_or_else(|| text!("no result"), |result| Text::verbatim(result.as_str()))
}

/// Why nothing more can be told, where nothing shows it.
pub(super) fn why(standings: &Standings) -> Option<Text> {
    let shown = standings.example.is_some() || standings.is_equal() || standings.because.is_empty();
    (!shown).then(|| Text::list(standings.because.clone(), Join::Semicolon))
}

/// The results as a list of Markdown, tests folded below.
pub(super) fn markdown(equivalence: &Equivalence, language: Language) -> String {
    if equivalence.results.is_empty() {
        return String::new();
    }
    let mut out = format!("\n**{}**\n\n", say(title(), language));
    for group in groups(equivalence) {
        let Some(standings) = group.first() else { continue };
        let _ = writeln!(out, "- {} {}", sign(standings), say(line(group), language));
        if let Some(why) = why(standings) {
            let _ = writeln!(out, "  <br>{}", say(why, language));
        }
        if let Some(Counterexample { test, .. }) = &standings.example {
            let test: String = test.lines().map(|line| format!("  {line}\n")).collect();
            let holds = say(holds(), language);
            let _ = writeln!(out, "  <details><summary>{holds}</summary>\n\n  ```kpi\n{test}  ```\n\n  </details>");
        }
    }
    out
}
