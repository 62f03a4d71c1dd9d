//! Cells of text to values, by the contracts of a model.

use kpi_check::model::{Column, Model, Timing, Type};
use kpi_value::{Date, DateTime, Dec, Value};
use rustc_hash::FxHashSet;

use crate::generate::{Csv, Rng};
use crate::{Data, Row};

/// The rows of generated tables; the tables that are not among them are empty.
///
/// # Errors
/// The first cell that breaks its contract, or a table or header that the model does not know.
pub fn read(model: &Model, tables: &[Csv]) -> Result<Data, String> {
    let mut data = Data::empty(model);
    for csv in tables {
        let declared = model.tables.iter().find(|(_, table)| table.title.name == csv.table);
        let (id, table) = declared.ok_or_else(|| format!("no table `{}`", csv.table))?;
        let mut places = Vec::new();
        for header in &csv.header {
            let place = table.columns.iter().position(|column| column.header == *header);
            places.push(place.ok_or_else(|| format!("no column `{header}` in `{}`", csv.table))?);
        }
        for cells in &csv.rows {
            let mut row: Row = vec![None; table.columns.len()];
            for (place, text) in places.iter().zip(cells) {
                let (Some(column), Some(slot)) = (table.columns.get(*place), row.get_mut(*place)) else { continue };
                *slot = cell(model, column, text)?;
            }
            if let Some(table) = data.tables.get_mut(id.index()) {
                table.rows.push(row);
            }
        }
    }
    Ok(data)
}

/// As [`read`], for a policy whose contracts may be other ones than those that the rows were made for: a cell that breaks its
/// contract becomes one that keeps it, a column that the rows do not have is filled, and what the policy does not know is
/// left out.
pub fn read_or_fill(model: &Model, tables: &[Csv], seed: u64) -> Data {
    let mut rng = Rng::new(seed);
    let mut data = Data::empty(model);
    for csv in tables {
        let Some((id, table)) = model.tables.iter().find(|(_, table)| table.title.name == csv.table) else { continue };
        let mut keys = FxHashSet::default();
        for cells in &csv.rows {
            let mut row: Row = Vec::new();
            for column in &table.columns {
                let place = csv.header.iter().position(|header| *header == column.header);
                let text = place.and_then(|place| cells.get(place)).map_or("", String::as_str);
                row.push(cell(model, column, text).unwrap_or_else(|_| Some(filled(model, column, &mut rng))));
            }
            // A key is one row's, where its rows lie in no time.
            let key = table.key.and_then(|key| row.get(key as usize).cloned()).flatten();
            if table.time == Timing::Timeless && key.is_some_and(|key| !keys.insert(key)) {
                continue;
            }
            if let Some(table) = data.tables.get_mut(id.index()) {
                table.rows.push(row);
            }
        }
    }
    data
}

/// A value that a column may have.
fn filled(model: &Model, column: &Column, rng: &mut Rng) -> Value {
    match column.ty {
        Type::Bool => Value::Bool(rng.chance(50)),
        Type::Text => Value::Text(format!("x{}", rng.below(4)).into()),
        Type::Reference(_) => Value::Text(rng.pick(&["P1", "员2", "T1", "L1", "nobody"]).into()),
        Type::Number(_) => Value::Dec(rng.pick(&[Dec::ZERO, Dec::ONE, Dec::percent(50), Dec::int(-3), Dec::int(1000)])),
        Type::Date => Value::Date(day(rng)),
        Type::DateTime => Value::DateTime(DateTime(day(rng).midnight().0 + 3_600_000_000)),
        Type::Period(kind) => Value::Period(model.policy.calendar.period(kind, day(rng))),
        Type::Member(id) => Value::Member(rng.below(model.dimensions[id].members.len()) as u32),
    }
}

fn day(rng: &mut Rng) -> Date {
    Date::new(2026, 2 + rng.below(4) as u8, 1 + rng.below(28) as u8).unwrap_or(Date(20_500))
}

fn cell(model: &Model, column: &Column, text: &str) -> Result<Option<Value>, String> {
    if text.is_empty() {
        return if column.optional { Ok(None) } else { Err(format!("`{}` is missing", column.title.name)) };
    }
    let value = match column.ty {
        Type::Bool => text.parse().ok().map(Value::Bool),
        Type::Text | Type::Reference(_) => Some(Value::Text(text.into())),
        Type::Number(_) => {
            let number = text.parse::<Dec>().ok();
            number.and_then(|number| number.mul(column.scale).ok()).map(Value::Dec)
        }
        Type::Date => text.parse().ok().map(Value::Date),
        Type::DateTime => wall_time(text).map(Value::DateTime),
        Type::Period(_) => model.policy.calendar.parse(text).ok().map(Value::Period),
        Type::Member(id) => {
            let members = &model.dimensions[id].members;
            let place = members.iter().position(|m| m.name == text || m.label.as_deref() == Some(text));
            place.map(|place| Value::Member(place as u32))
        }
    };
    value.map(Some).ok_or_else(|| format!("`{text}` is no value of `{}`", column.title.name))
}

/// `2026-10-03 20:00`, `2026-10-03 20:00:30`
fn wall_time(text: &str) -> Option<DateTime> {
    let (day, clock) = text.split_once(' ')?;
    let day: Date = day.parse().ok()?;
    let mut seconds = 0i64;
    for (place, part) in clock.split(':').enumerate() {
        seconds += part.parse::<i64>().ok()? * [3600, 60, 1].get(place)?;
    }
    Some(DateTime(day.midnight().0 + seconds * 1_000_000))
}
