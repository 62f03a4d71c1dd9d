//! Tables that are held in memory row by row: rosters, what rows refer to, stocks, as-of tables, and the tables of policy
//! tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kpi_base::codes::data as codes;
use kpi_base::{Diagnostic, Text, text};
use kpi_check::model::{MidPeriod, Model, Table, TableId, Timing, Type};
use kpi_plan::{NO_KEY, Roster, RosterColumn, RosterUse};
use kpi_value::{Date, Period, PeriodKind, Value};
use rustc_hash::FxHashMap;

use crate::contract::{Cell, Contract};
use crate::files;
use crate::inputs::{Input, Inputs};
use crate::rows::{RowReader, Seen};

/// The tables in memory.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    tables: BTreeMap<TableId, Arc<LoadedTable>>,
}

/// A table in memory; rows are sorted by entity, then by the start of their validity.
#[derive(Debug, Default)]
pub struct LoadedTable {
    /// Whether its data are given.
    pub given: bool,
    /// Its keys, sorted; none for a table without key.
    pub keys: Vec<Arc<str>>,
    /// The entity of each key.
    pub index: FxHashMap<Arc<str>, u32>,
    /// For each row its entity; [`NO_KEY`] in a table without key.
    pub entities: Vec<u32>,
    /// Whether a reference finds a row whenever it was: so it is in a flow, whose rows are events.
    pub whenever: bool,
    /// For each row the days on which it holds; in a flow those of its period.
    pub validity: Vec<(Option<Date>, Option<Date>)>,
    /// For each entity its first row, and behind them the number of rows.
    pub first_rows: Vec<u32>,
    /// The columns, by their places.
    pub columns: BTreeMap<u32, RosterColumn>,
}

impl Loaded {
    /// The table, if it is in memory.
    pub fn get(&self, table: TableId) -> Option<&Arc<LoadedTable>> {
        self.tables.get(&table)
    }

    /// Puts a table in.
    pub fn insert(&mut self, id: TableId, table: LoadedTable) {
        self.tables.insert(id, Arc::new(table));
    }

    /// All tables.
    pub fn iter(&self) -> impl Iterator<Item = (TableId, &LoadedTable)> {
        self.tables.iter().map(|(id, table)| (*id, &**table))
    }

    /// The keys of a table if the key is not among them; `None` also if the table is not loaded or not given.
    pub fn unknown(&self, table: TableId, key: &str) -> Option<&[Arc<str>]> {
        let table = self.tables.get(&table).filter(|t| t.given)?;
        if table.index.contains_key(key) { None } else { Some(&table.keys) }
    }

    /// The roster of a plan.
    pub fn roster(&self, roster: &RosterUse) -> Roster {
        let empty = LoadedTable::default();
        let table = self.get(roster.table).map_or(&empty, |table| &**table);
        let column = |index: &u32| {
            let none = RosterColumn { index: *index, values: Vec::new(), absent: false };
            table.columns.get(index).cloned().unwrap_or(none)
        };
        Roster {
            table: roster.table,
            keys: table.keys.clone(),
            entities: table.entities.clone(),
            validity: table.validity.clone(),
            columns: roster.columns.iter().map(column).collect(),
        }
    }
}

impl LoadedTable {
    /// A table of which there are no data, with these columns.
    fn not_given(columns: &BTreeSet<u32>) -> LoadedTable {
        let column = |index: &u32| (*index, RosterColumn { index: *index, values: Vec::new(), absent: false });
        LoadedTable { first_rows: vec![0], columns: columns.iter().map(column).collect(), ..LoadedTable::default() }
    }

    /// The row of an entity that holds on the last possible day of a time, or on the first.
    pub fn row_at(&self, entity: u32, days: (Date, Date), mid: MidPeriod) -> Option<u32> {
        let entity = entity as usize;
        let (start, end) = (*self.first_rows.get(entity)?, *self.first_rows.get(entity + 1)?);
        if self.whenever {
            return (start < end).then_some(start);
        }
        match mid {
            MidPeriod::First => (start..end).find(|row| self.holds(*row, days)),
            MidPeriod::Last | MidPeriod::Split => (start..end).rev().find(|row| self.holds(*row, days)),
        }
    }

    /// Whether a row holds on any of the days.
    fn holds(&self, row: u32, (first, last): (Date, Date)) -> bool {
        let Some((from, to)) = self.validity.get(row as usize) else { return false };
        from.is_none_or(|from| from <= last) && to.is_none_or(|to| to >= first)
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.entities.len()
    }
}

/// Loads tables, each with the columns given.
///
/// # Errors
/// What breaks their contracts.
pub fn load(
    model: &Model,
    wanted: &BTreeMap<TableId, BTreeSet<u32>>,
    inputs: &Inputs,
) -> Result<Loaded, Vec<Diagnostic>> {
    let mut loaded = load_exports(model, wanted, inputs)?;
    check_references(model, inputs, &loaded)?;
    crate::views::load_views(model, wanted, &mut loaded)?;
    Ok(loaded)
}

/// Loads the tables that are exports; whether what they refer to is there is not asked.
///
/// # Errors
/// What breaks their contracts.
pub fn load_exports(
    model: &Model,
    wanted: &BTreeMap<TableId, BTreeSet<u32>>,
    inputs: &Inputs,
) -> Result<Loaded, Vec<Diagnostic>> {
    let (mut loaded, mut findings) = (Loaded::default(), Vec::new());
    let exports = wanted.iter().filter(|(id, _)| model.tables[**id].view.is_none());
    for (id, columns) in exports {
        let table = match inputs.get(id) {
            Some(input) => load_table(model, *id, columns, input),
            None => Ok(LoadedTable::not_given(columns)),
        };
        match table {
            Ok(table) => {
                loaded.tables.insert(*id, Arc::new(table));
            }
            Err(more) => findings.extend(more),
        }
    }
    if findings.is_empty() { Ok(loaded) } else { Err(findings) }
}

/// Whether what tables refer to is there.
fn check_references(model: &Model, inputs: &Inputs, loaded: &Loaded) -> Result<(), Vec<Diagnostic>> {
    let mut findings = Vec::new();
    for (id, table) in &loaded.tables {
        if let Some(input) = inputs.get(id).filter(|_| has_unknown_references(model, *id, table, loaded)) {
            let contracts = contracts(model, *id, table.columns.keys().copied());
            let loaded = Some(loaded);
            let reader = RowReader { model, table: *id, contracts: &contracts, unique: Vec::new(), loaded };
            findings.extend(reader.read(input, &mut |_, _| {}).err().unwrap_or_default());
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// Columns of a table, and those that say whose its rows are and when.
pub fn with_own_columns(declared: &Table, columns: &BTreeSet<u32>) -> BTreeSet<u32> {
    let mut columns = columns.clone();
    columns.extend(declared.key);
    match declared.time {
        Timing::Timeless => {}
        Timing::Flow(time) | Timing::AsOf(time) => columns.extend([time]),
        Timing::Stock { from, to } => columns.extend([from, to]),
    }
    columns
}

/// The contracts of columns of a table.
pub fn contracts(model: &Model, table: TableId, columns: impl Iterator<Item = u32>) -> Vec<Contract> {
    let declared = &model.tables[table];
    let time = match declared.time {
        Timing::Flow(time) | Timing::AsOf(time) => Some(time),
        Timing::Timeless | Timing::Stock { .. } => None,
    };
    let contract = |index| Some(Contract::new(model, index, declared.column(index)?, time == Some(index)));
    columns.filter_map(contract).collect()
}

/// The sets of columns of which no two rows may agree in all, by their places among the contracts.
pub fn unique_sets(model: &Model, table: TableId, contracts: &[Contract]) -> Vec<Vec<usize>> {
    let declared = &model.tables[table];
    let place = |index: u32| contracts.iter().position(|c| c.index == index);
    let mut sets = Vec::new();
    for (at, contract) in contracts.iter().enumerate() {
        let is_key = declared.key == Some(contract.index);
        if !contract.column.unique && !is_key {
            continue;
        }
        match declared.time {
            // Those of a stock are checked by their days.
            Timing::Stock { .. } if is_key => {}
            Timing::AsOf(time) => sets.push(std::iter::once(at).chain(place(time)).collect()),
            _ => sets.push(vec![at]),
        }
    }
    sets
}

struct Row {
    key: Option<Arc<str>>,
    validity: (Option<Date>, Option<Date>),
    cells: Vec<Option<Value>>,
    origin: Option<Seen>,
}

fn load_table(
    model: &Model,
    id: TableId,
    columns: &BTreeSet<u32>,
    input: &Input,
) -> Result<LoadedTable, Vec<Diagnostic>> {
    let declared = &model.tables[id];
    let columns = with_own_columns(declared, columns);
    let contracts = contracts(model, id, columns.iter().copied());
    if let Input::Files(paths) = input {
        files::look_at_all(declared, paths, &contracts)?;
    }
    let place = |index: u32| contracts.iter().position(|c| c.index == index);
    let (key, time) = (declared.key.and_then(place), TimePlaces::new(declared.time, place));
    let unique = unique_sets(model, id, &contracts);
    let reader = RowReader { model, table: id, contracts: &contracts, unique, loaded: None };
    let mut rows: Vec<Row> = Vec::new();
    reader.read(input, &mut |cells, origin| {
        let values: Vec<Option<Value>> =
            contracts.iter().zip(cells).map(|(c, cell)| cell.as_ref().and_then(|cell| c.rep.value(cell))).collect();
        rows.push(Row {
            key: key.and_then(|place| match cells.get(place) {
                Some(Some(Cell::Text(text))) => Some(Arc::from(&**text)),
                Some(Some(cell)) => contracts.get(place).and_then(|c| c.rep.value(cell)).map(|v| key_text(&v)),
                _ => None,
            }),
            validity: time.validity(model, &values),
            cells: values,
            origin: matches!(declared.time, Timing::Stock { .. }).then(|| Seen::at(origin)),
        });
    })?;
    // Several days of an as-of table may lie in one period: the last of them comes last. Stable: rows without key stay in the
    // order of the file.
    let day = if let TimePlaces::AsOf(day) = time { day } else { None };
    let day = |row: &Row| day.and_then(|place| row.cells.get(place).cloned().flatten());
    rows.sort_by(|a, b| (&a.key, a.validity.0, day(a)).cmp(&(&b.key, b.validity.0, day(b))));
    if matches!(declared.time, Timing::Stock { .. }) {
        check_validity(model, id, &rows)?;
    }
    let given = |contract: &Contract| match input {
        Input::Files(_) => true,
        Input::Inline(table) => table.columns.contains(&contract.index),
    };
    let whenever = matches!(declared.time, Timing::Flow(_));
    let mut table = LoadedTable { given: true, whenever, ..LoadedTable::default() };
    for row in &rows {
        let entity = match &row.key {
            None => NO_KEY,
            Some(key) => {
                if table.keys.last() != Some(key) {
                    table.index.insert(key.clone(), table.keys.len() as u32);
                    table.first_rows.push(table.entities.len() as u32);
                    table.keys.push(key.clone());
                }
                table.keys.len() as u32 - 1
            }
        };
        table.entities.push(entity);
        table.validity.push(row.validity);
    }
    table.first_rows.push(table.entities.len() as u32);
    for (place, contract) in contracts.iter().enumerate() {
        let values = rows.iter_mut().map(|row| row.cells.get_mut(place).and_then(Option::take)).collect();
        let column = RosterColumn { index: contract.index, values, absent: !given(contract) };
        table.columns.insert(contract.index, column);
    }
    Ok(table)
}

/// Keys are compared as texts.
fn key_text(value: &Value) -> Arc<str> {
    crate::findings::value_words(value).into()
}

/// The columns, by their places among the contracts, that say when a row holds.
enum TimePlaces {
    Always,
    Flow(Option<usize>),
    AsOf(Option<usize>),
    Stock(Option<usize>, Option<usize>),
}

impl TimePlaces {
    fn new(timing: Timing, place: impl Fn(u32) -> Option<usize>) -> TimePlaces {
        match timing {
            Timing::Timeless => TimePlaces::Always,
            Timing::Flow(time) => TimePlaces::Flow(place(time)),
            Timing::AsOf(time) => TimePlaces::AsOf(place(time)),
            Timing::Stock { from, to } => TimePlaces::Stock(place(from), place(to)),
        }
    }

    fn validity(&self, model: &Model, values: &[Option<Value>]) -> (Option<Date>, Option<Date>) {
        let value = |place: Option<usize>| place.and_then(|place| values.get(place)).and_then(Option::as_ref);
        let calendar = &model.policy.calendar;
        let days = |period: Option<Period>| match period {
            Some(period) => (Some(calendar.start(period)), Some(calendar.end(period))),
            None => (None, None),
        };
        match self {
            TimePlaces::Always => (None, None),
            TimePlaces::Flow(time) => {
                let period = value(*time).and_then(|value| period_of(model, model.policy.period, value));
                days(period.map(|period| calendar.containing(model.policy.period, period)))
            }
            TimePlaces::AsOf(time) => days(value(*time).and_then(|value| period_of(model, model.policy.period, value))),
            TimePlaces::Stock(from, to) => (value(*from).and_then(day_of), value(*to).and_then(day_of)),
        }
    }
}

/// The period that a value of a time column is or lies in: its own for a period, one of this kind for a day.
pub fn period_of(model: &Model, kind: PeriodKind, value: &Value) -> Option<Period> {
    match value {
        Value::Period(period) => Some(*period),
        value => day_of(value).map(|day| model.policy.calendar.period(kind, day)),
    }
}

fn day_of(value: &Value) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        Value::DateTime(time) => Some(time.date()),
        _ => None,
    }
}

fn check_validity(model: &Model, id: TableId, rows: &[Row]) -> Result<(), Vec<Diagnostic>> {
    let declared = &model.tables[id];
    let Timing::Stock { from, to } = declared.time else { return Ok(()) };
    let header = |index| declared.column(index).map(|c| c.header.clone()).unwrap_or_default();
    let mut findings = crate::findings::Findings::default();
    let mut add = |row: &Row, index: u32, message: Text, help: Text| {
        findings.add(|| {
            let finding = Diagnostic::new(codes::OVERLAPPING_VALIDITY, message).help(help);
            match &row.origin {
                Some(origin) => origin.mark(finding, &header(index)),
                None => finding,
            }
        });
    };
    for row in rows {
        if let (Some(start), Some(end)) = row.validity
            && end < start
        {
            let message = text!(
                "the row ends on {end}, before it begins on {start}",
                end = end.to_string(),
                start = start.to_string()
            );
            add(row, to, message, text!("the last day belongs to the row"));
        }
    }
    for pair in rows.windows(2) {
        let [before, row] = pair else { continue };
        let (Some(key), true) = (&row.key, before.key == row.key) else { continue };
        let meets = row.validity.0.is_none_or(|start| before.validity.1.is_none_or(|end| start <= end));
        if meets {
            let first = before.origin.as_ref().map(Seen::words).unwrap_or_default();
            let key = key.as_ref();
            let message = match row.validity.0 {
                Some(start) => text!("two rows of `{key}` hold on {day}", key, day = start.to_string()),
                None => text!("two rows of `{key}` hold on the same days", key),
            };
            add(row, from, message, text!("the other is {first}; end it on the day before this one begins", first));
        }
    }
    if findings.count() == 0 { Ok(()) } else { Err(findings.finish(&declared.title.name)) }
}

fn has_unknown_references(model: &Model, id: TableId, table: &LoadedTable, loaded: &Loaded) -> bool {
    table.columns.iter().any(|(index, column)| {
        let declared = model.tables[id].column(*index).map(|c| c.ty);
        let Some(Type::Reference(to)) = declared else { return false };
        let mut keys = column.values.iter().flatten().filter_map(Value::as_text);
        keys.any(|key| loaded.unknown(to, key).is_some())
    })
}
