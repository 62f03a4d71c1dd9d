//! Which rows belong to a period, and whom they reach.

use std::sync::Arc;

use kpi_check::model::{ColumnId, Path, TableId, Timing};
use kpi_value::{Date, Period, Value};

use super::{Fault, Interpreter, Valued, Who};
use crate::Row;

impl<'a> Interpreter<'a> {
    /// The day of a date, a wall time or the last day of a period.
    fn day(&self, value: &Value) -> Option<Date> {
        match value {
            Value::Date(date) => Some(*date),
            Value::DateTime(time) => Some(time.date()),
            Value::Period(period) => Some(self.model.policy.calendar.end(*period)),
            _ => None,
        }
    }

    /// The period, of the policy's kind, in which a time falls.
    fn period_of(&self, value: Option<&Value>) -> Option<Period> {
        let calendar = &self.model.policy.calendar;
        let day = self.day(value?)?;
        Some(calendar.period(self.model.policy.period, day))
    }

    /// The days on which a row of a stock holds: the first and the last, both inclusive; missing is open.
    fn validity(&self, row: &Row, from: u32, to: u32) -> (Date, Date) {
        let from = cell(row, from).and_then(|v| self.day(v)).unwrap_or(Date(i32::MIN));
        let to = cell(row, to).and_then(|v| self.day(v)).unwrap_or(Date(i32::MAX));
        (from, to)
    }

    /// The key of a row.
    pub(super) fn key(&self, table: TableId, row: &Row) -> Option<Arc<str>> {
        let place = self.model.tables[table].key?;
        cell(row, place).map(text_key)
    }

    /// The row of a subject in a period: for a stock that of its last valid day in it, for an as-of table the last one
    /// inside it, for a flow the one that falls into it. `None`: the subject is not on the roster in the period.
    pub(super) fn subject_row(&self, table: TableId, key: &str, period: Period) -> Option<&'a Row> {
        let own = self.data.table(table).rows.iter().filter(|row| self.key(table, row).as_deref() == Some(key));
        let calendar = &self.model.policy.calendar;
        match self.model.tables[table].time {
            Timing::Timeless => own.last(),
            Timing::Flow(time) => own.filter(|row| self.period_of(cell(row, time)) == Some(period)).last(),
            Timing::AsOf(time) => own
                .filter(|row| self.period_of(cell(row, time)) == Some(period))
                .max_by_key(|row| cell(row, time).and_then(|v| self.day(v))),
            Timing::Stock { from, to } => {
                let (start, end) = (calendar.start(period), calendar.end(period));
                let valid = own.filter(|row| {
                    let (first, last) = self.validity(row, from, to);
                    first <= end && last >= start && first <= last
                });
                valid.max_by_key(|row| self.validity(row, from, to).1.min(end))
            }
        }
    }

    /// The row that a reference leads to, as of the period; a keyed row of a flow is found whenever it was.
    fn referred_row(&self, table: TableId, key: &str, period: Period) -> Option<&'a Row> {
        match self.model.tables[table].time {
            Timing::Flow(_) => {
                let rows = &self.data.table(table).rows;
                rows.iter().find(|row| self.key(table, row).as_deref() == Some(key))
            }
            _ => self.subject_row(table, key, period),
        }
    }

    /// The keys of all subjects that a table has in a period, in order.
    pub(super) fn subjects(&self, table: TableId, period: Period) -> Vec<Arc<str>> {
        let rows = &self.data.table(table).rows;
        let mut keys: Vec<Arc<str>> = rows.iter().filter_map(|row| self.key(table, row)).collect();
        keys.sort();
        keys.dedup();
        keys.retain(|key| self.subject_row(table, key, period).is_some());
        keys
    }

    /// "For a subject not on the roster in a period every value is no data."
    pub(super) fn on_roster(&self, who: &Who, period: Period) -> bool {
        match who {
            Who::Row(table, key) => self.subject_row(*table, key, period).is_some(),
            Who::Group(..) | Who::All => true,
        }
    }

    /// The rows of a table that belong to a period: all of a timeless table, of a flow those that fall into it, of a
    /// stock those that hold at its end, of an as-of table the last of each key inside it.
    pub(super) fn rows_in(&self, table: TableId, period: Period) -> Vec<&'a Row> {
        let rows = self.data.table(table).rows.iter();
        match self.model.tables[table].time {
            Timing::Timeless => rows.collect(),
            Timing::Flow(time) => rows.filter(|row| self.period_of(cell(row, time)) == Some(period)).collect(),
            Timing::Stock { from, to } => {
                let end = self.model.policy.calendar.end(period);
                let holds = |row: &&Row| {
                    let (first, last) = self.validity(row, from, to);
                    first <= end && end <= last
                };
                rows.filter(holds).collect()
            }
            Timing::AsOf(time) => {
                let inside = rows.filter(|row| self.period_of(cell(row, time)) == Some(period));
                let last_of_key = |row: &&'a Row| match self.key(table, row) {
                    Some(key) => self.subject_row(table, &key, period).is_some_and(|last| std::ptr::eq(last, *row)),
                    None => true,
                };
                inside.filter(last_of_key).collect()
            }
        }
    }

    /// Whether a table says anything about a period. A table that is not given does not. A test's table without rows is
    /// a true zero. Stocks and timeless tables always do. A flow that is not `sparse` must have a row in the period; a
    /// `sparse` one must not begin later, and without any row it is zero.
    pub(super) fn available(&self, table: TableId, period: Period) -> bool {
        let data = self.data.table(table);
        let (Timing::Flow(time) | Timing::AsOf(time)) = self.model.tables[table].time else { return data.given };
        if !data.given {
            return false;
        }
        if data.rows.is_empty() {
            return self.data.test || self.model.tables[table].sparse;
        }
        let mut periods = data.rows.iter().filter_map(|row| self.period_of(cell(row, time)));
        if self.model.tables[table].sparse {
            periods.min().is_none_or(|first| first <= period)
        } else {
            periods.any(|p| p == period)
        }
    }

    /// A column of a row, or of the row that references lead to from it, as of the period.
    pub(super) fn follow(&self, row: &Row, path: &Path, period: Period) -> Valued {
        let Some((last, references)) = path.0.split_last() else {
            return Err(Fault::Model("an empty path of columns"));
        };
        let mut row = row;
        for column in references {
            let Some(key) = self.read(*column, row)? else { return Ok(None) };
            let Some(table) = self.model.referred(*column) else { return Err(Fault::Model("no reference")) };
            let Some(next) = self.referred_row(table, &text_key(&key), period) else { return Ok(None) };
            row = next;
        }
        self.read(*last, row)
    }

    /// One cell; to read a column that a test leaves out is a fault.
    fn read(&self, column: ColumnId, row: &Row) -> Valued {
        if self.data.table(column.table).absent.contains(&column.index) {
            return Err(Fault::AbsentColumn(column));
        }
        Ok(cell(row, column.index).cloned())
    }

    /// Whether a row of a table belongs to somebody: "to every subject it reaches by references, through other tables
    /// too". A group's rows are those of its members as of the period; everything's are all.
    pub(super) fn reaches(
        &self,
        table: TableId,
        row: &Row,
        via: Option<&Path>,
        who: &Who,
        period: Period,
    ) -> Result<bool, Fault> {
        let (subjects, wanted) = match who {
            Who::All => return Ok(true),
            Who::Row(subjects, key) => (*subjects, Err(key)),
            Who::Group(subjects, path, value) => (*subjects, Ok((path, value))),
        };
        let way = self.model.way(table, via, subjects).map_err(|_| Fault::Model("rows reach no subject"))?;
        let key = if way.0.is_empty() {
            self.key(table, row)
        } else {
            self.follow(row, &way, period)?.as_ref().map(text_key)
        };
        let Some(key) = key else { return Ok(false) };
        match wanted {
            Err(wanted) => Ok(key == *wanted),
            Ok((path, value)) => {
                let member = if way.0.is_empty() { Some(row) } else { self.subject_row(subjects, &key, period) };
                let Some(member) = member else { return Ok(false) };
                Ok(self.follow(member, path, period)?.as_ref() == Some(value))
            }
        }
    }
}

fn cell(row: &Row, place: u32) -> Option<&Value> {
    row.get(place as usize).and_then(Option::as_ref)
}

/// The text of a key or of a reference.
pub(super) fn text_key(value: &Value) -> Arc<str> {
    match value {
        Value::Text(text) => text.clone(),
        Value::Dec(x) => x.to_string().into(),
        Value::Date(x) => x.to_string().into(),
        other => format!("{other:?}").into(),
    }
}
