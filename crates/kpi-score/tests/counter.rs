//! Counter-examples of the checker, tried: for the input that it names no row applies, and for every other one a row does.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeSet;

use kpi_base::FileId;
use kpi_check::counter::{Claim, Combination, KeyValue};
use kpi_check::model::{ColumnId, Model, Path, TableId};
use kpi_check::{Checked, check_unsound};
use kpi_plan::{Request, Roots, plan};
use kpi_score::{Assumed, imagine, score_assumed};
use kpi_value::{Calendar, Dec, Value};

const HEAD: &str = "policy \"P\" { edition 1, currency CNY, period month }
dimension stage { startup, growth }
dimension level { junior, senior }
roster staff { id: text key, stage: stage, level: level }
source work { who: -> staff, at: date time, hits: count }
scorecard card for staff { hits weight 100% }
";

fn check(body: &str) -> (Model, Checked) {
    let parsed = kpi_syntax::parse(FileId(0), &format!("{HEAD}{body}"));
    assert_eq!(parsed.diagnostics, []);
    check_unsound(&[parsed.file])
}

/// An imagined person: the members of stage and level, and what was measured.
type Person = (u32, u32, i64);

/// Whether each person gets a score, and a pay.
fn evaluate(model: &Model, people: &[Person]) -> Vec<(bool, bool)> {
    let staff = model.tables.iter().find(|(_, table)| table.title.name == "staff").unwrap().0;
    let period = Calendar::default().parse("2026-01").unwrap();
    let (card, incentive) = (model.scorecards.iter().next().unwrap().0, model.incentives.iter().next());
    let mut roots = Roots { scorecards: BTreeSet::from([card]), ..Roots::default() };
    roots.incentives.extend(incentive.map(|(id, _)| id));
    let plan = plan(model, &Request { data_until: None, from: period, to: period, roots });
    let facts = imagine(model, &plan, staff, people.len());
    let attribute = |name: &str, value: fn(&Person) -> u32| {
        (path(model, staff, name), people.iter().map(|person| Some(Value::Member(value(person)))).collect())
    };
    let actual: Vec<_> = people.iter().map(|person| Some(Value::Dec(Dec::int(person.2)))).collect();
    let assumed = Assumed {
        attributes: vec![attribute("stage", |person| person.0), attribute("level", |person| person.1)],
        actuals: model.indicators.iter().map(|(id, _)| (id, actual.clone())).collect(),
        ..Assumed::default()
    };
    let scored = score_assumed(model, &plan, &facts, staff, &assumed);
    let cards = scored.cards_of(card).unwrap();
    let mut results = vec![(false, false); people.len()];
    for row in cards.judged() {
        let cell = cards.members.cell(row).unwrap();
        let person: usize = scored.subject(cards.members.spine, cell).parse().unwrap();
        results[person].0 = cards.score[row].is_some();
    }
    if let Some((incentive, _)) = incentive {
        let pays = scored.pays_of(incentive, Some(card)).unwrap();
        for row in pays.members.judged..pays.members.cells.len() {
            let cell = pays.members.cell(row).unwrap();
            let person: usize = scored.subject(pays.members.spine, cell).parse().unwrap();
            results[person].1 = pays.total[row].is_some();
        }
    }
    results
}

fn path(model: &Model, table: TableId, name: &str) -> Path {
    let index = model.tables[table].find(name).unwrap().0;
    Path(vec![ColumnId { table, index }])
}

/// The members of the combination, in the order of stage and level.
fn members(combination: &Combination) -> (String, String) {
    let member = |key: &str| {
        let part = combination.parts.iter().find(|part| part.key == key).unwrap();
        match &part.value {
            KeyValue::Member(name) => name.clone(),
            other => panic!("{other:?}"),
        }
    };
    (member("stage"), member("level"))
}

#[test]
fn the_combination_that_no_row_has_gets_no_score_and_all_others_do() {
    let people: Vec<Person> = vec![(0, 0, 5), (0, 1, 5), (1, 0, 5), (1, 1, 5)];
    let names = [("startup", "junior"), ("startup", "senior"), ("growth", "junior"), ("growth", "senior")];
    let scored = |rows: &str| {
        let body = format!("indicator hits {{ formula sum(work.hits), target by stage, level {{ {rows} }} }}\n");
        let (model, checked) = check(&body);
        let claimed: BTreeSet<(String, String)> = checked
            .counter_examples
            .iter()
            .map(|example| match &example.claim {
                Claim::NoRow(combination) => members(combination),
                other => panic!("{other:?}"),
            })
            .collect();
        let without: BTreeSet<(String, String)> = names
            .iter()
            .zip(evaluate(&model, &people))
            .filter(|(_, (score, _))| !score)
            .map(|((stage, level), _)| ((*stage).to_owned(), (*level).to_owned()))
            .collect();
        assert_eq!(claimed, without, "{rows}");
        claimed.len()
    };
    assert_eq!(scored("startup, _: ≥ 1, growth, junior: ≥ 2"), 1);
    assert_eq!(scored("startup, junior: ≥ 1, growth, junior: ≥ 2"), 2);
    assert_eq!(scored("startup, _: ≥ 1, growth, junior: ≥ 2, growth, senior: ≥ 3"), 0);
    assert_eq!(scored("startup, junior: ≥ 1, else: ≥ 2"), 0);
}

#[test]
fn the_number_in_no_bracket_is_paid_nothing_and_its_neighbours_are_paid() {
    let numbers = [-1, 0, 99, 100, 119, 120, 129, 130, 131];
    let people: Vec<Person> = numbers.iter().map(|n| (0, 0, *n)).collect();
    let unpaid = |rows: &str| {
        let body = format!(
            "indicator hits {{ formula sum(work.hits), target ≥ 1 }}\n\
             incentive rate for card {{ pay base = 1元 × step(hits.actual) {{ {rows} }} }}\n"
        );
        let (model, checked) = check(&body);
        let claimed: Vec<Dec> = checked
            .counter_examples
            .iter()
            .map(|example| match &example.claim {
                Claim::NoBracket(number) => *number,
                other => panic!("{other:?}"),
            })
            .collect();
        let paid = evaluate(&model, &people);
        let unpaid: Vec<i64> = numbers.iter().zip(paid).filter(|(_, (_, pay))| !pay).map(|(n, _)| *n).collect();
        for number in &claimed {
            assert!(unpaid.iter().any(|n| Dec::int(*n) == *number), "{number} of {rows}");
        }
        assert_eq!(claimed.is_empty(), unpaid.is_empty(), "{rows}");
        unpaid
    };
    // The lending table: each boundary has an owner but 130.
    assert_eq!(unpaid("< 100: 0, 100..<120: 1, 120..<130: 2, > 130: 3"), [130]);
    assert_eq!(unpaid("< 100: 0, 100..<120: 1, 120..<130: 2, ≥ 130: 3"), [0_i64; 0]);
    assert_eq!(unpaid("< 100: 0, 100..<120: 1, 120..130: 2, > 130: 3"), [0_i64; 0]);
}
