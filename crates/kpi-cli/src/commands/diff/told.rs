//! What can be told of two versions without the data of anybody.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use kpi_base::Language;
use kpi_check::model::{IncentiveId, Model};
use kpi_diff::{Became, Diff, Matter, Role};
use kpi_prove::{Compared, versus};
use kpi_results::{Counterexample, Equivalence, Standings};

use super::Version;
use crate::sound::Sound;

/// How many results get an example: a card each, and an incentive for one of its cards.
const EXAMPLES: usize = 4;

/// Deep expressions are compared by recursion, and a thread's own stack is smaller than that of the program.
const STACK: usize = 64 << 20;

/// How the results that a change reaches stand to those before; none where nothing that counts has changed, or a version has errors.
pub(crate) fn without_data(base: &Version, head: &Version, diff: &Diff, language: Language) -> Option<Equivalence> {
    if !diff.changes_meaning() {
        return None;
    }
    let base = Sound::check(&base.project.files).ok()?;
    let head = Sound::check(&head.project.files).ok()?;
    let renamed = renamed(diff);
    let reached = reached(diff);
    let compare = || {
        let compared = versus(&base.model, &head.model, &renamed);
        let mut shown: Vec<Option<IncentiveId>> = Vec::new();
        let is_told = |told: &&Compared| {
            reached.as_ref().is_none_or(|(names, changed)| is_reached(&head.model, told, names, changed))
        };
        let told = compared.iter().filter(is_told);
        told.map(|told| {
            let mut standings = named(&head.model, told);
            let incentive = told.head.incentive;
            let another = incentive.is_some() && shown.contains(&incentive);
            if !told.is_equal() && !another && shown.len() < EXAMPLES {
                shown.push(incentive);
                add_example(&mut standings, (&base, &head), told, language);
            }
            standings
        })
        .collect()
    };
    let results = thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, compare).ok()?;
        thread.join().ok()
    })?;
    Some(Equivalence { results })
}

/// The newer names of what is called otherwise now.
fn renamed(diff: &Diff) -> BTreeMap<String, String> {
    let whole = diff.changes.iter().filter(|change| change.became == Became::Renamed && change.member.is_none());
    whole.filter_map(|change| Some((change.before.as_ref()?.text.clone(), change.declaration.name.clone()))).collect()
}

/// The scorecards and incentives that changes reach, and those that are changed themselves; none where they reach everything.
fn reached(diff: &Diff) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let (mut names, mut changed) = (BTreeSet::new(), BTreeSet::new());
    for change in diff.of(Matter::Meaning).filter(|change| change.became != Became::Renamed) {
        if change.declaration.role == Role::Policy {
            return None;
        }
        let own = std::iter::once(&change.declaration).chain(&change.dependents);
        let told = own.filter(|one| matches!(one.role, Role::Scorecard | Role::Incentive));
        names.extend(told.map(|one| one.name.clone()));
        changed.insert(change.declaration.name.clone());
    }
    Some((names, changed))
}

/// Whether it is told: the same pay is no news where neither the card nor what pays has changed.
fn is_reached(head: &Model, told: &Compared, names: &BTreeSet<String>, changed: &BTreeSet<String>) -> bool {
    let card = told.head.card.map(|id| &head.scorecards[id].title.name);
    match told.head.incentive.map(|id| &head.incentives[id].title.name) {
        Some(incentive) => {
            let moved = card.is_none_or(|card| names.contains(card)) || changed.contains(incentive);
            names.contains(incentive) && (moved || !told.is_equal())
        }
        None => card.is_some_and(|card| names.contains(card)),
    }
}

fn named(head: &Model, told: &Compared) -> Standings {
    Standings {
        card: told.head.card.map(|id| head.scorecards[id].title.name.clone()),
        incentive: told.head.incentive.map(|id| head.incentives[id].title.name.clone()),
        standing: told.standing,
        kept: told.kept,
        no_more: told.no_more,
        because: told.because.clone(),
        example: None::<Counterexample>,
    }
}

#[cfg(feature = "engine")]
fn add_example(standings: &mut Standings, versions: (&Sound, &Sound), told: &Compared, language: Language) {
    use crate::data::examples::{find_example, none_found};
    match find_example(versions, told, language) {
        Ok(Some(example)) => standings.example = Some(example),
        Ok(None) => standings.because.push(none_found()),
        Err(why) => standings.because.push(why),
    }
}

#[cfg(not(feature = "engine"))]
fn add_example(_: &mut Standings, _: (&Sound, &Sound), _: &Compared, _: Language) {}
