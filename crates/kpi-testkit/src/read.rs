//! Cells of text to values, by the contracts of a model.

use kpi_check::model::{Column, Model, Type};
use kpi_value::{Date, DateTime, Dec, Value};

use crate::generate::Csv;
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
