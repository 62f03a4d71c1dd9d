//! Five thousand people over a year: the value stage on its own, to be timed by hand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a measurement")]

mod answer;
mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use kpi_check::model::Type;
use kpi_plan::{CubeFacts, Facts, PartFacts, PartOp, Plan, Request, Roots, Roster, RosterColumn, SourceFacts, plan};
use kpi_score::score;
use kpi_value::{Dec, Value};
use support::Policy;

const PEOPLE: usize = 5_000;

/// Facts of a plan, without any data: every person has every cube's row in every month.
fn facts(policy: &Policy, plan: &Plan) -> Facts {
    let model = &policy.model;
    let key = |i: usize| Arc::<str>::from(format!("P{i:05}"));
    let rosters = plan.rosters.iter().map(|wanted| {
        let column = |&index: &u32| {
            let value = |i: usize| match model.tables[wanted.table].columns[index as usize].ty {
                Type::Member(_) => Value::Member(0),
                Type::Number(_) => Value::Dec(Dec::int(8_000 + i as i64)),
                _ => Value::Text(key(i)),
            };
            RosterColumn { index, values: (0..PEOPLE).map(|i| Some(value(i))).collect(), absent: false }
        };
        Roster {
            table: wanted.table,
            keys: (0..PEOPLE).map(key).collect(),
            entities: (0..PEOPLE as u32).collect(),
            validity: vec![(None, None); PEOPLE],
            columns: wanted.columns.iter().map(column).collect(),
        }
    });
    let months: Vec<i32> = (plan.from.index - plan.history as i32..=plan.to.index).collect();
    let rows = PEOPLE * months.len();
    let cubes = plan.cubes.iter().map(|cube| CubeFacts {
        keys: (0..PEOPLE as u32).flat_map(|i| months.iter().map(move |_| i)).collect(),
        periods: (0..PEOPLE).flat_map(|_| months.iter().copied()).collect(),
        values: Vec::new(),
        parts: cube
            .parts
            .iter()
            .map(|part| match part.op {
                PartOp::Count | PartOp::Unknown | PartOp::Unripe => PartFacts::Counts(vec![1; rows]),
                _ => PartFacts::Numbers((0..rows).map(|i| Some(Dec::int(1 + i as i64 % 977))).collect()),
            })
            .collect(),
        absent: BTreeMap::new(),
    });
    let periods: BTreeMap<i32, u64> = months.iter().map(|&month| (month, PEOPLE as u64)).collect();
    let source =
        |cube: &kpi_plan::Cube| (cube.table, SourceFacts { given: true, rows: rows as u64, periods: periods.clone() });
    Facts {
        rosters: rosters.collect(),
        cubes: cubes.collect(),
        sources: plan.cubes.iter().map(source).collect(),
        findings: Vec::new(),
    }
}

#[test]
#[ignore = "a measurement: cargo test --release -p kpi-score --test large -- --ignored --nocapture"]
fn sixty_thousand_cells() {
    let policy = Policy::new(include_str!("live_team.kpi"));
    let request = Request {
        data_until: None,
        from: policy.period("2026-01"),
        to: policy.period("2026-12"),
        roots: Roots::all(&policy.model),
    };
    let plan = plan(&policy.model, &request);
    let facts = facts(&policy, &plan);
    let start = Instant::now();
    let scored = score(&policy.model, &plan, &facts);
    let columns = start.elapsed();
    let run = scored.run();
    println!("{} cards: columns {columns:?}, results {:?}", run.cards.len(), start.elapsed() - columns);
    assert_eq!(run.cards.len(), 12 * PEOPLE);
}
