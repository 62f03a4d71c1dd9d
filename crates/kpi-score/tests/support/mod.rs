//! Policies and facts for tests: the text of a policy to its model, and the tables of its own tests to facts, row by row.

mod rows;

use std::collections::BTreeMap;
use std::sync::Arc;

use kpi_base::{Files, SourceFile};
use kpi_check::model::{Model, Path, TableId, Test, Timing};
use kpi_plan::{Cube, CubeFacts, Facts, NO_KEY, Part, PartFacts, PartOp, Plan, Request, Roots, Roster, RosterColumn};
use kpi_plan::{RosterUse, SourceFacts};
use kpi_value::{Date, Period, PeriodKind, Value};

pub use rows::Tables;

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

    /// The plan for everything, over some periods.
    pub fn plan(&self, from: &str, to: &str) -> Plan {
        let calendar = &self.model.policy.calendar;
        let request = Request {
            from: calendar.parse(from).unwrap(),
            to: calendar.parse(to).unwrap(),
            roots: Roots::all(&self.model),
        };
        kpi_plan::plan(&self.model, &request)
    }

    /// The facts that the tables of a test of the policy come to.
    pub fn facts(&self, plan: &Plan, test: &str) -> Facts {
        let test = self.model.tests.iter().find(|t| t.name == test).expect("a test of this name");
        facts(&self.model, plan, test)
    }
}

fn facts(model: &Model, plan: &Plan, test: &Test) -> Facts {
    let tables = Tables::new(model, test);
    let rosters: Vec<Roster> = plan.rosters.iter().map(|r| roster(&tables, r)).collect();
    let mut sources = BTreeMap::new();
    for cube in &plan.cubes {
        sources.insert(cube.table, source(&tables, cube.table, plan.from.kind));
    }
    let cubes = plan.cubes.iter().map(|cube| cube_facts(&tables, plan, &rosters, cube)).collect();
    Facts { rosters, cubes, sources, findings: Vec::new() }
}

fn roster(tables: &Tables<'_>, wanted: &RosterUse) -> Roster {
    let table = &tables.model.tables[wanted.table];
    let key = table.key.expect("a roster has a key");
    let given = tables.given(wanted.table);
    let mut rows: Vec<(Arc<str>, usize)> = (0..tables.len(wanted.table))
        .filter_map(|row| match tables.cell(wanted.table, key, row) {
            Some(Value::Text(key)) => Some((key, row)),
            _ => None,
        })
        .collect();
    let validity = |row: usize| match table.time {
        Timing::Stock { from, to } => {
            let day = |column| tables.cell(wanted.table, column, row).map(day_of);
            (day(from), day(to))
        }
        Timing::AsOf(column) => {
            let calendar = &tables.model.policy.calendar;
            let period = tables.cell(wanted.table, column, row).map(|v| match v {
                Value::Period(p) => p,
                other => calendar.period(PeriodKind::Month, day_of(other)),
            });
            (period.map(|p| calendar.start(p)), period.map(|p| calendar.end(p)))
        }
        _ => (None, None),
    };
    rows.sort_by(|a, b| (&a.0, validity(a.1).0).cmp(&(&b.0, validity(b.1).0)));
    let mut keys: Vec<Arc<str>> = rows.iter().map(|(key, _)| key.clone()).collect();
    keys.dedup();
    let entity = |key: &Arc<str>| keys.binary_search(key).unwrap() as u32;
    let columns = wanted.columns.iter().map(|&index| RosterColumn {
        index,
        values: rows.iter().map(|(_, row)| tables.cell(wanted.table, index, *row)).collect(),
        absent: given.is_some_and(|given| !given.columns.contains(&index)),
    });
    Roster {
        table: wanted.table,
        entities: rows.iter().map(|(key, _)| entity(key)).collect(),
        validity: rows.iter().map(|(_, row)| validity(*row)).collect(),
        columns: columns.collect(),
        keys,
    }
}

fn day_of(value: Value) -> Date {
    match value {
        Value::Date(date) => date,
        Value::DateTime(time) => time.date(),
        other => panic!("no day: {other:?}"),
    }
}

fn source(tables: &Tables<'_>, table: TableId, kind: PeriodKind) -> SourceFacts {
    let mut periods = BTreeMap::new();
    for row in 0..tables.len(table) {
        if let Some(period) = own_period(tables, table, row, kind) {
            *periods.entry(period).or_default() += 1;
        }
    }
    SourceFacts { given: tables.given(table).is_some(), rows: tables.len(table) as u64, periods }
}

/// The index of the period of a row of a flow or an as-of table.
fn own_period(tables: &Tables<'_>, table: TableId, row: usize, kind: PeriodKind) -> Option<i32> {
    let (Timing::Flow(column) | Timing::AsOf(column)) = tables.model.tables[table].time else { return None };
    let calendar = &tables.model.policy.calendar;
    Some(match tables.cell(table, column, row)? {
        Value::Period(period) => calendar.containing(kind, period).index,
        other => calendar.period(kind, day_of(other)).index,
    })
}

type Group<'t> = ((u32, i32, Vec<Option<Value>>), Vec<usize>);

fn cube_facts(tables: &Tables<'_>, plan: &Plan, rosters: &[Roster], cube: &Cube) -> CubeFacts {
    let timing = tables.model.tables[cube.table].time;
    let calendar = &tables.model.policy.calendar;
    let all = plan.from.index - plan.history as i32..=plan.to.index;
    let mut groups: BTreeMap<(u32, i32, Vec<Option<Value>>), Vec<usize>> = BTreeMap::new();
    for row in 0..tables.len(cube.table) {
        let periods: Vec<i32> = match timing {
            Timing::Timeless => vec![0],
            Timing::Flow(_) | Timing::AsOf(_) => {
                own_period(tables, cube.table, row, plan.from.kind).into_iter().filter(|p| all.contains(p)).collect()
            }
            Timing::Stock { from, to } => {
                let day = |column| tables.cell(cube.table, column, row).map(day_of);
                let end = |index| calendar.end(Period { kind: plan.from.kind, index });
                let holds = |p: &i32| day(from).is_none_or(|d| d <= end(*p)) && day(to).is_none_or(|d| d >= end(*p));
                all.clone().filter(holds).collect()
            }
        };
        let key = match (&cube.key, cube.key_table) {
            (Some(path), Some(table)) => key_of(tables, rosters, cube.table, table, path, row),
            _ => NO_KEY,
        };
        let values: Vec<Option<Value>> = cube.values.iter().map(|v| tables.eval(v, cube.table, row)).collect();
        if values.iter().any(Option::is_none) {
            continue;
        }
        for period in periods {
            groups.entry((key, period, values.clone())).or_default().push(row);
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
    facts.parts = cube.parts.iter().map(|part| part_facts(tables, cube.table, part, &groups)).collect();
    for (place, part) in cube.parts.iter().enumerate() {
        let read = part.arg.iter().chain(&part.condition);
        if let Some(column) = read.into_iter().find_map(|e| tables.absent(e)) {
            facts.absent.insert(place, column);
        }
    }
    facts
}

fn key_of(tables: &Tables<'_>, rosters: &[Roster], from: TableId, to: TableId, path: &Path, row: usize) -> u32 {
    let value = if path.0.is_empty() {
        tables.cell(from, tables.model.tables[from].key.unwrap(), row)
    } else {
        tables.follow(path, from, row)
    };
    let roster = rosters.iter().find(|r| r.table == to).expect("the key's roster is loaded");
    value.as_ref().and_then(Value::as_text).and_then(|key| roster.entity(key)).unwrap_or(NO_KEY)
}

fn part_facts(tables: &Tables<'_>, table: TableId, part: &Part, groups: &[Group<'_>]) -> PartFacts {
    let condition = |row: usize| match &part.condition {
        Some(condition) => tables.eval(condition, table, row).and_then(|v| v.as_bool()),
        None => Some(true),
    };
    let arg = |row: usize| part.arg.as_ref().map(|arg| tables.eval(arg, table, row));
    let known = |rows: &[usize]| -> Vec<Value> {
        rows.iter().filter(|r| condition(**r) == Some(true)).filter_map(|r| arg(*r).flatten()).collect()
    };
    let numbers = part.arg.as_ref().is_some_and(|arg| arg.ty.unit().is_some());
    match part.op {
        PartOp::Count => PartFacts::Counts(
            groups
                .iter()
                .map(|(_, rows)| {
                    let taken = rows.iter().filter(|r| condition(**r) == Some(true) && arg(**r) != Some(None));
                    taken.count() as u64
                })
                .collect(),
        ),
        PartOp::Unknown => PartFacts::Counts(
            groups
                .iter()
                .map(|(_, rows)| {
                    let unknown = |r: &usize| match condition(*r) {
                        None => true,
                        Some(holds) => holds && arg(*r) == Some(None),
                    };
                    rows.iter().filter(|r| unknown(r)).count() as u64
                })
                .collect(),
        ),
        PartOp::Sum => PartFacts::Numbers(
            groups
                .iter()
                .map(|(_, rows)| {
                    let values = known(rows).into_iter().map(|v| v.as_dec().unwrap());
                    values.fold(None, |sum: Option<kpi_value::Dec>, x| Some(sum.map_or(x, |s| s.add(x).unwrap())))
                })
                .collect(),
        ),
        PartOp::Min | PartOp::Max => {
            let pick = |rows: &[usize]| {
                let values = known(rows).into_iter();
                if part.op == PartOp::Min { values.min() } else { values.max() }
            };
            if numbers {
                PartFacts::Numbers(groups.iter().map(|g| pick(&g.1).and_then(|v| v.as_dec())).collect())
            } else {
                PartFacts::Values(groups.iter().map(|g| pick(&g.1)).collect())
            }
        }
    }
}
