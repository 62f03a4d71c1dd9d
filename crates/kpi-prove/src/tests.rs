//! What is proven against what the value stage comes to on inputs of chance.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kpi_base::{Files, SourceFile};
use kpi_check::model::{CardField, Model, Place, Type};
use kpi_check::ranges::Ranges;
use kpi_value::{Dec, Value};

use crate::inputs::Input;
use crate::obligations::{Unit, result, units_of};
use crate::replay::{Outcome, Sample};
use crate::scene::Scene;
use crate::search::Search;
use crate::{State, prove};

pub(crate) fn model_of(texts: &[String]) -> Model {
    let mut files = Files::new();
    let mut parsed = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let id = files.add(SourceFile::new(format!("{index}.kpi"), text));
        let file = kpi_syntax::parse(id, text);
        assert!(file.diagnostics.is_empty(), "{:?}", file.diagnostics);
        parsed.push(file.file);
    }
    let missing = kpi_stdlib::load(&mut files, &mut parsed);
    assert!(missing.is_empty(), "{missing:?}");
    let checked = kpi_check::check(&parsed);
    checked.model.unwrap_or_else(|| panic!("{:?}", checked.diagnostics))
}

fn example(folder: &str) -> Model {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut paths: Vec<PathBuf> = if root.is_file() {
        vec![root]
    } else {
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    paths.retain(|path| path.extension().is_some_and(|e| e == "kpi"));
    paths.sort();
    model_of(&paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect::<Vec<_>>())
}

/// Numbers of chance, the same in every run.
pub(crate) struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    /// A value of an input: near a breakpoint, or anywhere.
    fn value(&mut self, input: &Input<'_>, known: &[Sample], place: usize) -> Option<Value> {
        let usual = known[self.next(known.len() as u64) as usize][place].clone();
        if !matches!(input.ty, Type::Number(_)) || self.next(3) == 0 {
            return usual;
        }
        let Some(Value::Dec(near)) = usual else { return usual };
        let factor = Dec::percent(self.next(300) as i64);
        Some(Value::Dec(input.can_be(near.mul(factor).ok()?, false)))
    }
}

pub(crate) fn samples(search: &Search<'_, '_>, chance: &mut Chance, count: usize) -> Vec<Sample> {
    let known = search.around();
    let sample = |chance: &mut Chance| {
        search.inputs.list.iter().enumerate().map(|(place, input)| chance.value(input, &known, place)).collect()
    };
    (0..count).map(|_| sample(chance)).collect()
}

fn results(model: &Model, unit: &Unit<'_>) -> Vec<Place> {
    let mut places = Vec::new();
    if let Some(card) = unit.subject.card {
        places.extend([Place::Card(card, CardField::Score), Place::Card(card, CardField::Attainment)]);
    }
    if let Some(incentive) = unit.subject.incentive {
        let count = model.incentives[incentive].pays.len() as u32;
        places.extend((0..count).map(|pay| Place::Pay(incentive, Some(pay))));
        places.push(Place::Pay(incentive, None));
    }
    places
}

fn value(outcome: &Outcome, place: &Place) -> Option<Dec> {
    match place {
        Place::Card(_, CardField::Score) => outcome.score,
        Place::Card(..) => outcome.attainment,
        Place::Pay(_, Some(pay)) => outcome.pays.get(*pay as usize).copied().flatten(),
        _ => outcome.total,
    }
}

/// Every result of inputs of chance lies within the bounds, and never falls where that is proven. How many were looked at.
fn judge(model: &Model, count: usize) -> usize {
    let ranges = Ranges::of(model);
    let mut chance = Chance(7);
    let mut units: Vec<Unit<'_>> = Vec::new();
    for (id, card) in model.scorecards.iter() {
        units.push(Unit::new(model, &ranges, Some(id), None, card.table));
    }
    model.incentives.iter().for_each(|(id, _)| units.extend(units_of(model, &ranges, id)));
    let mut looked_at = 0;
    for unit in &units {
        for case in unit.cases().into_iter().take(4) {
            let search = Search::new((model, &ranges), unit.subject, &case, &unit.inputs);
            let samples = samples(&search, &mut chance, count);
            let outcomes = search.evaluate(&samples);
            for place in results(model, unit) {
                let mut scene = Scene::new(model, &ranges, &case);
                let bounds = result(&mut scene, unit.subject, &place);
                for (sample, outcome) in samples.iter().zip(&outcomes) {
                    let Some(found) = value(outcome, &place) else { continue };
                    let bounds = bounds.unwrap_or_else(|| panic!("{place:?} has no value, and came to {found}"));
                    assert!(
                        bounds.range.holds(found),
                        "{place:?} in {:?}: {found} is not in {:?}\n{sample:?}",
                        case.shown,
                        bounds.range
                    );
                    looked_at += 1;
                }
                // Climbs are many: the score and the total stand for the others.
                if !matches!(place, Place::Card(_, CardField::Score) | Place::Pay(_, None)) {
                    continue;
                }
                for line in &unit.inputs.lines {
                    let Some(input) = unit.inputs.place_of(line.indicator) else { continue };
                    let mut scene = Scene::new(model, &ranges, &case);
                    scene.track(line.indicator);
                    let rises = result(&mut scene, unit.subject, &place).is_some_and(|x| x.trend.never_falls());
                    if !rises || !scene.pins.is_empty() {
                        continue;
                    }
                    let of = |outcome: &Outcome| value(outcome, &place);
                    if let Some((worse, better, before, after)) = search.falling(input, &of) {
                        panic!("{place:?} falls from {before} to {after}:\n{worse:?}\n{better:?}");
                    }
                    looked_at += 1;
                }
            }
        }
    }
    looked_at
}

#[test]
fn what_comes_out_lies_within_the_bounds() {
    for (folder, least) in [
        ("tests/front/policies/live_team.kpi", 500),
        ("examples/airlines/policy", 500),
        ("examples/douyin-team/policy", 2000),
    ] {
        let looked_at = judge(&example(folder), 30);
        assert!(looked_at >= least, "{folder}: only {looked_at} results");
    }
}

/// A policy with a bit of everything: data and indicators.
pub(crate) const GROUND: &str = r#"policy "P" { edition 1, currency CNY, period month }
dimension level { junior, senior }
roster staff { id: text key, level: level, salary: money ≥ 0 }
source live { id: text key, host: -> staff, on: date time, gmv: money, watched: duration ≥ 0, viewers: count }
source fault { who: -> staff, on: date time, kind: level, stars: number in 1..5 }
indicator gmv { formula sum(live.gmv), target by level { junior: ≥ 1000元 stretch 1500元, else: ≥ 2000元 tolerance 10% } }
indicator watch { formula sum(live.watched) / sum(live.viewers), target between 30s..60s }
indicator faults { formula count(fault), target ≤ 2 }
indicator stars { formula average(fault.stars), scoring rating of 5 }
indicator speed { formula average(live.watched), target ≤ 10s, scoring step on attainment { ≥ 150%: 90%, ≥ 100%: 100%, else: 20% } }
indicator both {
  part a { formula max(live.viewers), target ≥ 5 }
  part b { formula min(live.viewers), target > 2, scoring all_or_nothing }
  combine worst
}
"#;
/// And the cards and pays of it.
pub(crate) const CARDS: &str = r#"
scorecard card for staff {
  gmv weight by level { junior: 30%, else: 40% } scoring proportional none below 40% cap 130%
  group care weight by level { junior: 40%, else: 30% } combine average { watch, faults when missing zero, stars when missing reweight }
  group rest weight 30% combine worst { speed, both }
  bonus extra = count(live) × 2 cap 10
  deduct late = count(fault where kind == junior)
  veto bad when count(fault where kind == senior) > 3 then cap 60
  veto nothing when gmv.actual < 0 then score 0
  grade { ≥ 90: "A", ≥ 60: "B", else: "C" }
}
scorecard outer for staff { card weight 50%, gmv weight 50% scoring all_or_nothing }
incentive pay for card, outer {
  per card
  pay base  = staff.salary × (if score ≥ 60 then 100% else 50%)
  pay share = staff.salary × linear(attainment) { 0%: -10%, 100%: 20%, 150%: 10% } round to 1元
  pay extra = marginal(gmv.actual - gmv.target) { from 0元: 1%, from 500元: 3% }
  pay prize = if grade == "A" then 500元 else if faults.met then 100元 else -20元
  cap 3 × staff.salary
}
"#;

#[test]
fn curves_groups_vetoes_and_bonuses_too() {
    let model = model_of(&[format!("{GROUND}{CARDS}")]);
    assert!(judge(&model, 150) >= 1000);
}

#[test]
fn a_thousand_indicators_are_checked_at_once() {
    let mut text = r#"policy "P" { edition 1, currency CNY, period month }
dimension stage { a, b, c }
roster staff { id: text key, stage: stage, salary: money ≥ 0 }
source live { id: text key, host: -> staff, on: date time, x: number ≥ 0 }
"#
    .to_owned();
    for card in 0..100 {
        let mut lines = String::new();
        for line in 0..10 {
            let name = format!("i{card}_{line}");
            text += &format!(
                "indicator {name} {{ formula sum(live.x where x > {line}), target by stage {{ a: ≥ {}, else: ≥ 20 }} }}\n",
                line + 1
            );
            lines += &format!("  {name} weight 10%\n");
        }
        text += &format!("scorecard c{card} for staff {{\n{lines}}}\n");
        text += &format!("prove c{card}.score within 0..100\nprove c{card}.score monotone in i{card}_0\n");
    }
    text += "incentive pay for each scorecard of staff { per card, pay p = staff.salary × linear(attainment) { 60%: 0%, 100%: 100% } }\n";
    let model = model_of(&[text]);
    let start = Instant::now();
    let found = crate::check(&model);
    let took = start.elapsed();
    assert!(found.is_empty(), "{:?}", found.first());
    let most = if cfg!(debug_assertions) { Duration::from_secs(20) } else { Duration::from_millis(100) };
    assert!(took < most, "{took:?}");
}

#[test]
fn the_examples_prove_what_they_promise() {
    for (folder, least) in [
        ("tests/front/policies/live_team.kpi", 4),
        ("examples/airlines/policy", 9),
        ("examples/douyin-team/policy", 20),
    ] {
        let model = example(folder);
        let proofs = prove(&model);
        assert!(proofs.obligations.len() >= least, "{folder}");
        let open: Vec<&State> =
            proofs.obligations.iter().filter(|state| !matches!(state, State::Proven { .. })).collect();
        assert!(open.is_empty(), "{folder}: {open:#?}");
        assert!(proofs.findings.is_empty(), "{folder}: {:#?}", proofs.findings);
    }
}
