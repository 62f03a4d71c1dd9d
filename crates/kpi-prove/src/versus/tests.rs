//! What is told of two versions against what the value stage comes to, on inputs of chance.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;

use kpi_base::{Files, SourceFile};
use kpi_check::model::Model;
use kpi_check::ranges::Ranges;
use kpi_value::{Dec, Value};

use super::{Compared, Standing, versus};
use crate::obligations::Unit;
use crate::replay::{Outcome, Sample, Subject, replay};
use crate::search::Search;
use crate::tests::{CARDS, Chance, GROUND, model_of, samples};

/// The model of a text that may be wrong.
fn sound(text: &str) -> Option<Model> {
    let mut files = Files::new();
    let id = files.add(SourceFile::new("p.kpi", text));
    let file = kpi_syntax::parse(id, text);
    if !file.diagnostics.is_empty() {
        return None;
    }
    kpi_check::check(&[file.file]).model
}

fn unit<'m>(model: &'m Model, ranges: &'m Ranges<'m>, place: super::Place) -> Unit<'m> {
    let table = match (place.card, place.incentive) {
        (Some(card), _) => model.scorecards[card].table,
        (_, Some(incentive)) => model.incentives[incentive].table,
        _ => panic!("nothing is compared"),
    };
    Unit::new(model, ranges, place.card, place.incentive, table)
}

fn result(outcome: &Outcome, subject: Subject) -> Option<Dec> {
    if subject.incentive.is_some() { outcome.total } else { outcome.score }
}

/// Tries inputs of chance on both versions; how many had a result in both, and how many of these differed.
fn tried(base: &Model, head: &Model, told: &Compared, chance: &mut Chance, count: usize) -> (usize, usize) {
    let (old_ranges, new_ranges) = (Ranges::of(base), Ranges::of(head));
    let (old, new) = (unit(base, &old_ranges, told.base), unit(head, &new_ranges, told.head));
    let (mut both, mut differ) = (0, 0);
    for case in old.cases().into_iter().take(3) {
        let first = Search::new((base, &old_ranges), old.subject, &case, &old.inputs);
        let second = Search::new((head, &new_ranges), new.subject, &case, &new.inputs);
        let (ours, theirs) = (samples(&first, chance, count), samples(&second, chance, count));
        // The arenas of data are the same in both, so that an input has one fingerprint.
        let mut olds: Vec<Sample> = Vec::new();
        let mut news: Vec<Sample> = Vec::new();
        for (at, (a, b)) in ours.iter().zip(&theirs).enumerate() {
            let named = |list: &[crate::inputs::Input<'_>], sample: &Sample| -> BTreeMap<String, Option<Value>> {
                list.iter().zip(sample).map(|(input, value)| (input.print.clone(), value.clone())).collect()
            };
            let (mut all, other) = (named(&new.inputs.list, b), named(&old.inputs.list, a));
            // One half from the samples of each version.
            for (print, value) in other {
                if at % 2 == 0 || !all.contains_key(&print) {
                    all.insert(print, value);
                }
            }
            let lost = chance.next(4) == 0;
            let missing = chance.next(all.len() as u64) as usize;
            let print = all.keys().nth(missing).cloned().unwrap();
            // Attributes that must be there are, and a target stays in force.
            let measured = new
                .inputs
                .list
                .iter()
                .chain(&old.inputs.list)
                .any(|input| input.print == print && !matches!(input.kind, crate::inputs::Kind::Attribute(_)));
            if lost && measured {
                all.insert(print, None);
            }
            let of = |unit: &Unit<'_>| unit.inputs.list.iter().map(|input| all[&input.print].clone()).collect();
            olds.push(of(&old));
            news.push(of(&new));
        }
        let before = replay(base, old.subject, &case, &old.inputs, &olds);
        let after = replay(head, new.subject, &case, &new.inputs, &news);
        // A sample at which a run of one version cannot go on says nothing of the other.
        for ((old_outcome, new_outcome), sample) in before.iter().zip(&after).zip(&news) {
            let (a, b) = (result(old_outcome, old.subject), result(new_outcome, new.subject));
            let shown = || format!("{told:?}\n{a:?} → {b:?}\n{sample:?}");
            match (a, b) {
                (Some(a), Some(b)) => {
                    both += 1;
                    differ += usize::from(a != b);
                    let holds = match told.standing {
                        Standing::Equal => a == b,
                        Standing::NeverLess => b >= a,
                        Standing::NeverMore => b <= a,
                        Standing::Open => true,
                    };
                    assert!(holds, "{}", shown());
                }
                (Some(_), None) => assert!(!told.kept, "{}", shown()),
                (None, Some(_)) => assert!(!told.no_more, "{}", shown()),
                (None, None) => {}
            }
        }
    }
    (both, differ)
}

/// A text with one thing said in another way: a number, a comparison, a word, or a line less.
fn changed(text: &str, chance: &mut Chance) -> String {
    let kind = chance.next(6);
    let sites: Vec<(usize, usize)> = match kind {
        0 => {
            let lines = text.split_inclusive('\n').scan(0, |at, line| {
                let from = *at;
                *at += line.len();
                Some((from, line))
            });
            let whole = ["veto", "bonus", "deduct", "pay ", "cap"];
            let of = |(from, line): (usize, &str)| {
                whole.iter().any(|word| line.trim_start().starts_with(word)).then(|| (from, line.len()))
            };
            lines.filter_map(of).collect()
        }
        1 => ["≥", "≤", "< ", "> ", "and", "or "]
            .iter()
            .flat_map(|word| text.match_indices(word))
            .map(|(at, word)| (at, word.len()))
            .collect(),
        2 => ["zero", "reweight", "average", "worst", "met", "max(", "min("]
            .iter()
            .flat_map(|word| text.match_indices(word))
            .map(|(at, word)| (at, word.len()))
            .collect(),
        _ => {
            let bytes = text.as_bytes();
            let starts =
                (1..bytes.len()).filter(|&at| bytes[at].is_ascii_digit() && !bytes[at - 1].is_ascii_alphanumeric());
            starts.map(|at| (at, bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count())).collect()
        }
    };
    let (at, length) = sites[chance.next(sites.len() as u64) as usize];
    let old = &text[at..at + length];
    let new = match (kind, old) {
        (0, _) => String::new(),
        (1, "≥") => [">", "≤"][chance.next(2) as usize].to_owned(),
        (1, "≤") => ["<", "≥"][chance.next(2) as usize].to_owned(),
        (1, "> ") => "≥ ".to_owned(),
        (1, "< ") => "≤ ".to_owned(),
        (1, "and") => "or".to_owned(),
        (1, _) => "and ".to_owned(),
        (2, "zero") => "full".to_owned(),
        (2, "reweight") => "zero".to_owned(),
        (2, "average") => "worst".to_owned(),
        (2, "worst") => ["average", "all"][chance.next(2) as usize].to_owned(),
        (2, "met") => "attainment ≥ 90%".to_owned(),
        (2, "max(") => "min(".to_owned(),
        (2, _) => "max(".to_owned(),
        (_, number) => {
            let number: u64 = number.parse().unwrap();
            match chance.next(4) {
                0 => number + 1,
                1 => number.saturating_sub(1),
                2 => number * 2,
                _ => number / 2,
            }
            .to_string()
        }
    };
    format!("{}{new}{}", &text[..at], &text[at + length..])
}

#[test]
fn nothing_is_told_that_does_not_hold() {
    let base_text = format!("{GROUND}{CARDS}");
    let base = model_of(&[base_text.clone()]);
    let mut chance = Chance(11);
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut versions, mut moved_though_open) = (0, 0);
    let many = std::env::var("KPI_VERSUS").ok().and_then(|n| n.parse().ok()).unwrap_or(120);
    while versions < many {
        let mut text = changed(&base_text, &mut chance);
        if chance.next(3) == 0 {
            text = changed(&text, &mut chance);
        }
        let Some(head) = sound(&text) else { continue };
        versions += 1;
        for (old, new) in [(&base, &head), (&head, &base)] {
            for compared in versus(old, new) {
                let (both, differ) = tried(old, new, &compared, &mut chance, 40);
                let name = match compared.standing {
                    Standing::Equal => "equal",
                    Standing::NeverLess => "never less",
                    Standing::NeverMore => "never more",
                    Standing::Open if both > 0 && differ > 0 => "open, and differs",
                    Standing::Open => "open",
                };
                *told.entry(name).or_default() += 1;
                moved_though_open += usize::from(compared.standing == Standing::Open && differ == 0);
            }
        }
    }
    println!("{told:?}, {moved_though_open} open without a difference");
    // Everything is told often enough to be tested.
    for name in ["equal", "never less", "never more", "open, and differs"] {
        assert!(told.get(name).copied().unwrap_or_default() >= many / 6, "{told:?}");
    }
}
