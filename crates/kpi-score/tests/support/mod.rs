//! Policies and facts for tests: the text of a policy to its model, and rows of tables to the facts of a plan, one by one.
#![allow(dead_code, reason = "not every test that shares this module needs all of it")]

mod rows;

use std::collections::BTreeMap;
use std::sync::Arc;

use kpi_base::{Files, SourceFile};
use kpi_check::model::{Model, Path, TableId, Timing};
use kpi_plan::{Cube, CubeFacts, Facts, NO_KEY, Part, PartFacts, PartOp, Plan, Request, Roots, Roster, RosterColumn};
use kpi_plan::{RosterUse, SourceFacts};
use kpi_testkit::Data;
use kpi_value::{Period, Value};
use rows::{Rows, day_of};

/// A policy that is checked and has no faults.
pub struct Policy {
    pub files: Files,
    pub model: Model,
}

impl Policy {
    pub fn new(text: &str) -> Policy {
        let mut files = Files::new();
        let id = files.add(SourceFile::new("policy.kpi", text));
        let parsed = kpi_syntax::parse(id, text);
        assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
        let checked = kpi_check::check(std::slice::from_ref(&parsed.file));
        let errors: Vec<_> = checked.diagnostics.iter().filter(|d| d.is_error()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        Policy { files, model: checked.model.expect("a policy without errors has a model") }
    }

    pub fn period(&self, text: &str) -> Period {
        self.model.policy.calendar.parse(text).unwrap()
    }

    /// The plan for everything, over some periods.
    pub fn plan(&self, from: &str, to: &str) -> Plan {
        plan(&self.model, self.period(from), self.period(to))
    }

    /// The facts that the tables of a test of the policy come to.
    pub fn facts(&self, plan: &Plan, test: &str) -> Facts {
        let test = self.model.tests.iter().find(|t| t.name == test).expect("a test of this name");
        facts(&self.model, plan, &Data::of_test(&self.model, test))
    }
}

/// The plan for everything.
pub fn plan(model: &Model, from: Period, to: Period) -> Plan {
    kpi_plan::plan(model, &Request { from, to, roots: Roots::all(model) })
}

/// What an engine would answer.
pub fn facts(model: &Model, plan: &Plan, data: &Data) -> Facts {
    let rows = Rows { model, data, period: plan.to };
    let rosters: Vec<Roster> = plan.rosters.iter().map(|r| roster(rows, r)).collect();
    let sources = plan.cubes.iter().map(|cube| (cube.table, source(rows, cube.table))).collect();
    let cubes = plan.cubes.iter().map(|cube| cube_facts(rows, plan, &rosters, cube)).collect();
    Facts { rosters, cubes, sources, findings: Vec::new() }
}

fn roster(rows: Rows<'_>, wanted: &RosterUse) -> Roster {
    let key = rows.model.tables[wanted.table].key.expect("a roster has a key");
    let keyed = (0..rows.len(wanted.table)).filter_map(|row| match rows.cell(wanted.table, key, row) {
        Some(Value::Text(key)) => Some((key, row)),
        _ => None,
    });
    let mut places: Vec<(Arc<str>, usize)> = keyed.collect();
    places.sort_by(|a, b| {
        let start = |row| rows.validity(wanted.table, row).0;
        (&a.0, start(a.1)).cmp(&(&b.0, start(b.1)))
    });
    let mut keys: Vec<Arc<str>> = places.iter().map(|(key, _)| key.clone()).collect();
    keys.dedup();
    let columns = wanted.columns.iter().map(|&index| RosterColumn {
        index,
        values: places.iter().map(|(_, row)| rows.cell(wanted.table, index, *row)).collect(),
        absent: rows.data.table(wanted.table).absent.contains(&index),
    });
    Roster {
        table: wanted.table,
        entities: places.iter().map(|(key, _)| keys.binary_search(key).unwrap() as u32).collect(),
        validity: places.iter().map(|(_, row)| rows.validity(wanted.table, *row)).collect(),
        columns: columns.collect(),
        keys,
    }
}

fn source(rows: Rows<'_>, table: TableId) -> SourceFacts {
    let mut periods = BTreeMap::new();
    for row in 0..rows.len(table) {
        if let Some(period) = own_period(rows, table, row) {
            *periods.entry(period).or_default() += 1;
        }
    }
    SourceFacts { given: rows.data.table(table).given, rows: rows.len(table) as u64, periods }
}

/// The index of the period of a row of a flow or an as-of table.
fn own_period(rows: Rows<'_>, table: TableId, row: usize) -> Option<i32> {
    let (Timing::Flow(column) | Timing::AsOf(column)) = rows.model.tables[table].time else { return None };
    let day = day_of(rows.model, &rows.cell(table, column, row)?)?;
    Some(rows.model.policy.calendar.period(rows.model.policy.period, day).index)
}

type Group<'t> = ((u32, i32, Vec<Option<Value>>), Vec<(Rows<'t>, usize)>);

fn cube_facts(rows: Rows<'_>, plan: &Plan, rosters: &[Roster], cube: &Cube) -> CubeFacts {
    let timing = rows.model.tables[cube.table].time;
    let calendar = &rows.model.policy.calendar;
    let period = |index| Period { kind: plan.from.kind, index };
    let all = plan.from.index - plan.history as i32..=plan.to.index;
    let mut groups: BTreeMap<(u32, i32, Vec<Option<Value>>), Vec<(Rows<'_>, usize)>> = BTreeMap::new();
    for row in 0..rows.len(cube.table) {
        let periods: Vec<i32> = match timing {
            Timing::Timeless => vec![0],
            Timing::Flow(_) | Timing::AsOf(_) => {
                own_period(rows, cube.table, row).into_iter().filter(|p| all.contains(p)).collect()
            }
            Timing::Stock { .. } => {
                let (from, to) = rows.validity(cube.table, row);
                let holds = |p: &i32| {
                    let end = calendar.end(period(*p));
                    from.is_none_or(|d| d <= end) && to.is_none_or(|d| d >= end)
                };
                all.clone().filter(holds).collect()
            }
        };
        for index in periods {
            let then = if timing == Timing::Timeless { rows } else { Rows { period: period(index), ..rows } };
            let key = match (&cube.key, cube.key_table) {
                (Some(path), Some(table)) => key_of(then, rosters, cube.table, table, path, row),
                _ => NO_KEY,
            };
            let values: Vec<Option<Value>> = cube.values.iter().map(|v| then.eval(v, cube.table, row)).collect();
            groups.entry((key, index, values)).or_default().push((then, row));
        }
    }
    let groups: Vec<Group<'_>> = groups.into_iter().collect();
    let mut facts = CubeFacts {
        keys: groups.iter().map(|g| g.0.0).collect(),
        periods: groups.iter().map(|g| g.0.1).collect(),
        ..CubeFacts::default()
    };
    for nth in 0..cube.values.len() {
        facts.values.push(groups.iter().map(|g| g.0.2[nth].clone()).collect());
    }
    facts.parts = cube.parts.iter().map(|part| part_facts(cube.table, part, &groups)).collect();
    for (place, part) in cube.parts.iter().enumerate() {
        if let Some(column) = part.arg.iter().chain(&part.condition).find_map(|e| rows.absent(e)) {
            facts.absent.insert(place, column);
        }
    }
    facts
}

fn key_of(rows: Rows<'_>, rosters: &[Roster], from: TableId, to: TableId, path: &Path, row: usize) -> u32 {
    let value = match rows.model.tables[from].key {
        Some(key) if path.0.is_empty() => rows.cell(from, key, row),
        _ => rows.follow(path, from, row),
    };
    let roster = rosters.iter().find(|r| r.table == to).expect("the key's roster is loaded");
    value.as_ref().and_then(Value::as_text).and_then(|key| roster.entity(key)).unwrap_or(NO_KEY)
}

fn part_facts(table: TableId, part: &Part, groups: &[Group<'_>]) -> PartFacts {
    let condition = |(rows, row): &(Rows<'_>, usize)| match &part.condition {
        Some(condition) => rows.eval(condition, table, *row).and_then(|v| v.as_bool()),
        None => Some(true),
    };
    let arg = |(rows, row): &(Rows<'_>, usize)| part.arg.as_ref().map(|arg| rows.eval(arg, table, *row));
    let known = |rows: &[(Rows<'_>, usize)]| -> Vec<Value> {
        rows.iter().filter(|r| condition(r) == Some(true)).filter_map(|r| arg(r).flatten()).collect()
    };
    let counts = |counted: &dyn Fn(&(Rows<'_>, usize)) -> bool| {
        PartFacts::Counts(groups.iter().map(|(_, rows)| rows.iter().filter(|r| counted(r)).count() as u64).collect())
    };
    match part.op {
        PartOp::Count => counts(&|r| condition(r) == Some(true) && arg(r) != Some(None)),
        PartOp::Unknown => counts(&|r| condition(r).map_or(true, |holds| holds && arg(r) == Some(None))),
        PartOp::Sum => {
            let sum = |rows: &[(Rows<'_>, usize)]| {
                let values = known(rows).into_iter().map(|v| v.as_dec().unwrap());
                values.reduce(|a, b| a.add(b).unwrap())
            };
            PartFacts::Numbers(groups.iter().map(|(_, rows)| sum(rows)).collect())
        }
        PartOp::Min | PartOp::Max => {
            let pick = |rows: &[(Rows<'_>, usize)]| {
                let values = known(rows).into_iter();
                if part.op == PartOp::Min { values.min() } else { values.max() }
            };
            if part.arg.as_ref().is_some_and(|arg| arg.ty.unit().is_some()) {
                PartFacts::Numbers(groups.iter().map(|g| pick(&g.1).and_then(|v| v.as_dec())).collect())
            } else {
                PartFacts::Values(groups.iter().map(|g| pick(&g.1)).collect())
            }
        }
    }
}
