//! Data on which two versions of a policy come to different results, as a test of the policy: both versions are run over made subjects, and
//! one of those that differ is kept.

use std::cmp::Reverse;
use std::collections::HashMap;

use kpi_base::{Files, Language, SourceFile, Text, text};
use kpi_check::model::{Model, Type};
use kpi_prove::{Compared, Place, Trial, show_number, trials};
use kpi_results::{Counterexample, Standing};
use kpi_score::Staged;
use kpi_test::judge;
use kpi_value::Dec;

use super::test_run::with_scores;
use crate::sound::Sound;

/// The results of one version by the keys of subjects; none for a card that is incomplete, or a pay that is held.
type Results = HashMap<String, Option<Dec>>;

/// How a subject's result differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Differs {
    Falls,
    Rises,
    IsLost,
    IsNew,
}

/// Finds data on which the newer version comes to another result; the smaller one first, if it may be that.
///
/// # Errors
/// Why none can be made.
pub(crate) fn find_example(
    (base, head): (&Sound, &Sound),
    told: &Compared,
    language: Language,
) -> Result<Option<Counterexample>, Text> {
    let trials = trials(&base.model, &head.model, told)?;
    let run = |trial| Some((trial, results(base, told.base, trial)?, results(head, told.head, trial)?));
    let ran: Vec<_> = trials.iter().filter_map(run).collect();
    for wanted in wanted(told) {
        for (trial, old, new) in &ran {
            let mut found: Vec<(usize, Option<Dec>, Option<Dec>)> = Vec::new();
            for (place, key) in trial.subjects.iter().enumerate() {
                // Whoever has no card at all differs in nothing.
                let (Some(a), Some(b)) = (old.get(key), new.get(key)) else { continue };
                if differs(*a, *b) == Some(wanted) {
                    found.push((place, *a, *b));
                }
            }
            // The plainest data first, and of these what differs most.
            found.sort_by_key(|(place, before, after)| {
                let apart = before.zip(*after).and_then(|(a, b)| a.sub(b).ok()).map(Dec::abs);
                (trial.oddness(*place), Reverse(apart))
            });
            for (place, before, after) in found {
                if let Some(example) = shown((base, head), told, (trial, place), (before, after), language) {
                    return Ok(Some(example));
                }
            }
        }
    }
    Ok(None)
}

/// What could be found, what is worst first.
fn wanted(told: &Compared) -> Vec<Differs> {
    let lost = (!told.kept).then_some(Differs::IsLost);
    let new = (!told.no_more).then_some(Differs::IsNew);
    match told.standing {
        Standing::Open => [Some(Differs::Falls), lost, Some(Differs::Rises), new].into_iter().flatten().collect(),
        Standing::NeverMore => [Some(Differs::Falls), lost, new].into_iter().flatten().collect(),
        Standing::NeverLess => [lost, Some(Differs::Rises), new].into_iter().flatten().collect(),
        Standing::Equal => [lost, new].into_iter().flatten().collect(),
    }
}

fn differs(before: Option<Dec>, after: Option<Dec>) -> Option<Differs> {
    match (before, after) {
        (Some(a), Some(b)) if b < a => Some(Differs::Falls),
        (Some(a), Some(b)) if b > a => Some(Differs::Rises),
        (Some(_), None) => Some(Differs::IsLost),
        (None, Some(_)) => Some(Differs::IsNew),
        _ => None,
    }
}

/// Runs a version over all subjects of a trial; none where it cannot be.
fn results(version: &Sound, place: Place, trial: &Trial) -> Option<Results> {
    let key = trial.subjects.first()?;
    let expect = format!("{} is known", result_of(&version.model, place, key));
    let text = trial.test("trial", None, &[expect], &[]);
    let sound = version.with_test(&text).ok()?;
    let test = sound.model.tests.last()?;
    with_scores(&sound.model, test, |model, scored| read(model, place, scored)).ok()
}

/// The final values of a place, by subject.
fn read(model: &Model, place: Place, scored: &mut Staged<'_>) -> Results {
    let card = place.card.map(|id| model.scorecards[id].period);
    let kind = place.incentive.map(|id| model.incentives[id].period).or(card);
    let mut results = Results::new();
    let Some(scored) = kind.and_then(|kind| scored.of_mut(kind)) else { return results };
    let (members, values) = match (place.incentive, place.card) {
        (Some(incentive), card) => match scored.pays_of(incentive, card) {
            Some(pays) => (&pays.members, &pays.total),
            None => return results,
        },
        (None, Some(card)) => match scored.cards_of(card) {
            Some(cards) => (&cards.members, &cards.score),
            None => return results,
        },
        (None, None) => return results,
    };
    for row in members.judged..members.cells.len() {
        let Some(cell) = members.cell(row) else { continue };
        results.insert(scored.subject(members.spine, cell).to_owned(), values.get(row).copied().flatten());
    }
    results
}

/// The result of a subject as tests name it: `host_card[A1].score`.
fn result_of(model: &Model, place: Place, key: &str) -> String {
    let (name, value) = match (place.incentive, place.card) {
        (Some(incentive), _) => (model.incentives[incentive].title.name.as_str(), "total"),
        (None, Some(card)) => (model.scorecards[card].title.name.as_str(), "score"),
        (None, None) => ("", ""),
    };
    let is_name = key.chars().next().is_some_and(char::is_alphabetic) && key.chars().all(char::is_alphanumeric);
    let key = if is_name { key.to_owned() } else { format!("\"{key}\"") };
    format!("{name}[{key}].{value}")
}

/// The test, if it really passes in the older version and fails in the newer one.
fn shown(
    (base, head): (&Sound, &Sound),
    told: &Compared,
    (trial, subject): (&Trial, usize),
    (before, after): (Option<Dec>, Option<Dec>),
    language: Language,
) -> Option<Counterexample> {
    let result = result_of(&base.model, told.base, trial.first_key());
    let ty = if told.base.incentive.is_some() { Type::MONEY } else { Type::POINTS };
    let number = |x: Dec| show_number(&base.model, x, ty);
    let expect = match before {
        Some(before) => format!("{result} == {}", number(before)),
        None => format!("{result} is missing"),
    };
    let name = result.split('[').next().unwrap_or_default();
    let title = text!("{name} stays as it is", name).to(language);
    let shows = |text: &str| {
        let passes = |version: &Sound| -> Option<bool> {
            let sound = version.with_test(text).ok()?;
            let test = sound.model.tests.last()?;
            let judged = with_scores(&sound.model, test, |model, scored| judge(model, test, scored, &sound.files));
            Some(judged.ok()?.is_empty())
        };
        passes(base) == Some(true) && passes(head) == Some(false)
    };
    let expects = [expect];
    let mut text = trial.test(&title, Some(subject), &expects, &[]);
    if !shows(&text) {
        return None;
    }
    // What has no rows is left out, as far as the test shows the same without it.
    let empty = trial.without_rows(subject);
    let bare = trial.test(&title, Some(subject), &expects, &empty);
    if shows(&bare) {
        text = bare;
    } else {
        let mut left_out: Vec<&str> = Vec::new();
        for table in empty {
            left_out.push(table);
            let less = trial.test(&title, Some(subject), &expects, &left_out);
            if shows(&less) {
                text = less;
            } else {
                left_out.pop();
            }
        }
    }
    let file = Files::new().add(SourceFile::new("test", text.as_str()));
    let test = kpi_fmt::format_text(file, &text).unwrap_or(text);
    let falls = before.zip(after).map(|(before, after)| after < before);
    Some(Counterexample { test, before: before.map(number), after: after.map(number), falls })
}

/// What is said where nothing that differs was found.
pub(crate) fn none_found() -> Text {
    text!("no data were found on which they differ")
}
