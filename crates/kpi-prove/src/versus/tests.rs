//! What is told of two versions against what the value stage comes to, on inputs of chance.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use std::collections::BTreeMap;

use kpi_base::{Files, SourceFile};
use kpi_check::model::Model;
use kpi_check::ranges::Ranges;
use kpi_value::{Dec, Value};

use kpi_results::Standing;

use super::{Compared, versus};
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
                whole.iter().any(|word| line.trim_start().starts_with(word)).then_some((from, line.len()))
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
    let base = model_of(std::slice::from_ref(&base_text));
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
            for compared in versus(old, new, &BTreeMap::new()) {
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

/// A policy in which each part is easily changed alone.
const DESK: &str = r#"policy "Desk" { edition 1, currency CNY, period month }
dimension role { agent, lead }
dimension stage { startup, growth }
roster staff { id: text key, role: role, stage: stage, salary: money ≥ 0 }
source call { id: text key, who: -> staff, at: date time, wait: duration ≥ 0, amount: money ≥ 0, good: bool }
source complaint { who: -> staff, on: date time, level: count, sparse }
param longest: duration by role { agent: 45s, lead: 60s }
indicator volume { formula sum(call.amount), target by stage { startup: ≥ 1000元, growth: ≥ 2000元 } }
indicator waiting { formula average(call.wait), target ≤ longest }
indicator quality { formula count(call where good) ÷ count(call), target ≥ 80% }
scorecard desk for staff where role == agent {
  volume  weight 50%
  waiting weight 30%
  quality weight 20%
  bonus praise = count(call where good) × 2 cap 10
  veto late when count(complaint where level > 3) > 2 then score 0
  grade { ≥ 90: "A", ≥ 60: "B", else: "C" }
}
incentive pay for desk {
  when score ≥ 20
  pay base  = staff.salary × step(attainment) { ≥ 80%: 100%, ≥ 60%: 80%, else: 50% }
  pay prize = if grade == "A" then 500元 else 0元
  cap 2 × staff.salary
}
"#;

/// What is told of the card and of the pay if a text stands in the place of another one.
fn told_of(replaced: &[(&str, &str)]) -> [String; 2] {
    let mut text = DESK.to_owned();
    for (old, new) in replaced {
        assert!(text.contains(old), "{old}");
        text = text.replacen(old, new, 1);
    }
    let (base, head) = (model_of(&[DESK.to_owned()]), model_of(&[text]));
    let compared = versus(&base, &head, &BTreeMap::new());
    let shown = |told: &Compared| {
        let standing = match told.standing {
            Standing::Equal => "equal",
            Standing::NeverLess => "never less",
            Standing::NeverMore => "never more",
            Standing::Open => "open",
        };
        let data = match (told.kept, told.no_more) {
            (true, true) => "",
            (true, false) => ", on more data",
            (false, true) => ", on less data",
            (false, false) => ", on other data",
        };
        format!("{standing}{data}")
    };
    [shown(&compared[0]), shown(&compared[1])]
}

#[test]
fn what_is_equal_and_what_is_never_less() {
    type Replaced<'t> = &'t [(&'t str, &'t str)];
    let cases: &[(Replaced<'_>, [&str; 2])] = &[
        // The same in other words: a formula with a name, a parameter by its value, a comparison turned, a key that this card's
        // subjects never have, a column that nobody reads.
        (
            &[(
                "indicator quality { formula count(call where good) ÷ count(call)",
                "indicator share { formula count(call where good) ÷ count(call) }\nindicator quality { formula share",
            )],
            ["equal", "equal"],
        ),
        (&[("target ≤ longest", "target ≤ 45s")], ["equal", "equal"]),
        (&[("lead: 60s", "lead: 90s")], ["equal", "equal"]),
        // Fewer rows are counted, or more.
        (&[("where level > 3)", "where level > 4)")], ["never less", "never less"]),
        (&[("where level > 3)", "where level ≥ 3)")], ["never more", "never more"]),
        (&[("count(complaint where level > 3)", "count(complaint)")], ["never more", "never more"]),
        (&[("sum(call.amount)", "sum(call.amount where good)")], ["never more", "never more"]),
        (&[("score ≥ 20", "not (score < 20)")], ["equal", "equal"]),
        (&[("good: bool }", "good: bool, note: text? }")], ["equal", "equal"]),
        (
            &[
                ("dimension stage { startup, growth }", "dimension stage { startup, growth, mature }"),
                ("growth: ≥ 2000元", "else: ≥ 2000元"),
            ],
            ["open", "open"],
        ),
        // Targets that are easier, or harder.
        (&[("startup: ≥ 1000元", "startup: ≥ 900元")], ["never less", "never less"]),
        (&[("growth: ≥ 2000元", "growth: ≥ 2500元")], ["never more", "never more"]),
        (&[("agent: 45s", "agent: 50s")], ["never less", "never less"]),
        (&[("startup: ≥ 1000元", "startup: ≥ 900元"), ("agent: 45s", "agent: 40s")], ["open", "open"]),
        // Vetoes and bonuses: without one fewer data are needed.
        (
            &[("late when count(complaint where level > 3) > 2", "late when count(complaint where level > 3) > 5")],
            ["never less", "never less"],
        ),
        (&[("then score 0", "then cap 60")], ["never less", "never less"]),
        (
            &[("  veto late when count(complaint where level > 3) > 2 then score 0\n", "")],
            ["never less, on more data", "never less, on more data"],
        ),
        (&[("× 2 cap 10", "× 2 cap 5")], ["never more", "never more"]),
        (
            &[("  bonus praise = count(call where good) × 2 cap 10\n", "")],
            ["never more, on more data", "never more, on more data"],
        ),
        // Weights add up to 100%: one is more, another one less.
        (&[("weight 50%", "weight 40%"), ("weight 30%", "weight 40%")], ["open", "open"]),
        // Pays alone. A bracket that begins later pays never more; one row more and one less are anything.
        (&[("≥ 80%: 100%", "≥ 85%: 100%")], ["equal", "never more"]),
        (&[("else: 50%", "else: 55%")], ["equal", "never less"]),
        (&[("≥ 80%: 100%", "≥ 85%: 100%"), ("else: 50%", "else: 55%")], ["equal", "open"]),
        (&[("≥ 80%: 100%, ≥ 60%: 80%", "≥ 80%: 100%, ≥ 70%: 80%, ≥ 60%: 80%")], ["equal", "equal"]),
        (&[("≥ 90: \"A\"", "≥ 85: \"A\"")], ["equal", "never less"]),
        (&[("then 500元", "then 600元")], ["equal", "never less"]),
        (&[("cap 2 ×", "cap 3 ×")], ["equal", "never less"]),
        (&[("  cap 2 × staff.salary\n", "")], ["equal", "never less"]),
        (&[("score ≥ 20", "score ≥ 30")], ["equal", "never more"]),
        (&[("  when score ≥ 20\n", "")], ["equal", "never less"]),
        (&[("score ≥ 20", "score > 20")], ["equal", "never more"]),
        (&[("  pay prize = if grade == \"A\" then 500元 else 0元\n", "")], ["equal", "never more"]),
        // A whole column of a source is read in another unit, and a rounding is another one.
        (&[("wait: duration ≥ 0", "wait: duration in minutes ≥ 0")], ["open, on other data", "open, on other data"]),
        (&[("period month }", "period month, rounding half_even }")], ["open, on other data", "open, on other data"]),
    ];
    let mut wrong = String::new();
    for (replaced, wanted) in cases {
        let told = told_of(replaced);
        if told != *wanted {
            wrong += &format!("{replaced:?}: {told:?} instead of {wanted:?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
