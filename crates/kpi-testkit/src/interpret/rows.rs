//! Which rows belong to a period, and whom they reach.

use std::rc::Rc;
use std::sync::Arc;

use kpi_check::model::{ColumnId, Path, TableId, Timing};
use kpi_value::{Date, Period, PeriodKind, Value};

use super::time::{Days, When, exact_day};
use super::{Fault, Interpreter, Rows, Valued, Who};
use crate::Row;

impl<'a> Interpreter<'a> {
    /// The days on which a row of a stock holds: the first and the last, both inclusive; missing is open.
    fn validity(&self, row: &Row, from: u32, to: u32) -> (Date, Date) {
        let calendar = &self.model.policy.calendar;
        let day = |value: &Value| match value {
            Value::Period(period) => Some(calendar.end(*period)),
            value => exact_day(value),
        };
        let from = cell(row, from).and_then(day).unwrap_or(Date(i32::MIN));
        let to = cell(row, to).and_then(day).unwrap_or(Date(i32::MAX));
        (from, to)
    }

    /// The key of a row.
    pub(super) fn key(&self, table: TableId, row: &Row) -> Option<Arc<str>> {
        let place = self.model.tables[table].key?;
        cell(row, place).map(text_key)
    }

    /// The row of a subject: for a stock that of its last valid day (or its first, where a card says so), for an as-of table
    /// the last one inside the period, for a flow the one that falls into it. `None`: the subject is not on the roster.
    pub(super) fn subject_row(&self, table: TableId, key: &str, when: When) -> Option<&'a Row> {
        let when = when.alone();
        if let Some(known) = self.subjects.borrow().get(&(table, when)).and_then(|known| known.get(key)) {
            return *known;
        }
        let found = self.find_subject(table, key, when);
        self.subjects.borrow_mut().entry((table, when)).or_default().insert(key.into(), found);
        found
    }

    fn find_subject(&self, table: TableId, key: &str, when: When) -> Option<&'a Row> {
        let own = self.data.table(table).rows.iter().filter(|row| self.key(table, row).as_deref() == Some(key));
        // "A row whose time is longer than a day, or an `as of` row, belongs to every stint of its period."
        let inside = |row: &&Row, time: u32| self.falls(cell(row, time), when.unsplit());
        match self.model.tables[table].time {
            Timing::Timeless => own.last(),
            Timing::Flow(time) => own.filter(|row| inside(row, time)).last(),
            Timing::AsOf(time) => {
                let day = |row: &&Row| self.period_of(cell(row, time), PeriodKind::Day);
                let own = own.filter(|row| inside(row, time));
                if when.days == Days::First { own.min_by_key(day) } else { own.max_by_key(day) }
            }
            Timing::Stock { from, to } => {
                let (start, end) = self.span(when);
                let valid = own.filter(|row| {
                    let (first, last) = self.validity(row, from, to);
                    first <= end && last >= start && first <= last
                });
                if when.days == Days::First {
                    valid.min_by_key(|row| self.validity(row, from, to).0.max(start))
                } else {
                    valid.max_by_key(|row| self.validity(row, from, to).1.min(end))
                }
            }
        }
    }

    /// Whether a subject is on the roster on a day of a period.
    pub(super) fn on_roster_on(&self, table: TableId, key: &str, period: Period, day: Date) -> bool {
        let when = When { days: Days::Stint(day, day), ..When::whole(period) };
        self.subject_row(table, key, when).is_some()
    }

    /// The row that a reference leads to, as of the period; a keyed row of a flow is found whenever it was.
    pub(super) fn referred_row(&self, table: TableId, key: &str, when: When) -> Option<&'a Row> {
        match self.model.tables[table].time {
            Timing::Flow(_) => {
                let rows = &self.data.table(table).rows;
                rows.iter().find(|row| self.key(table, row).as_deref() == Some(key))
            }
            _ => self.subject_row(table, key, when),
        }
    }

    /// The keys of all subjects that a table has in a period, in order.
    pub(super) fn subjects(&self, table: TableId, when: When) -> Vec<Arc<str>> {
        let rows = &self.data.table(table).rows;
        let mut keys: Vec<Arc<str>> = rows.iter().filter_map(|row| self.key(table, row)).collect();
        keys.sort();
        keys.dedup();
        keys.retain(|key| self.subject_row(table, key, when).is_some());
        keys
    }

    /// "For a subject not on the roster in a period every value is no data."
    pub(super) fn on_roster(&self, who: &Who, when: When) -> bool {
        match who {
            Who::Row(table, key) => self.subject_row(*table, key, when).is_some(),
            Who::Group(..) | Who::All => true,
        }
    }

    /// The rows of a table that belong to a period: all of a timeless table, of a flow those that fall into it, of a
    /// stock those that hold at its end (a stint's last day), of an as-of table the last of each key inside it.
    pub(super) fn rows_in(&self, table: TableId, when: When) -> Rows<'a> {
        if let Some(known) = self.rows.borrow().get(&(table, when)) {
            return known.clone();
        }
        let rows = Rc::new(self.find_rows(table, when));
        self.rows.borrow_mut().insert((table, when), rows.clone());
        rows
    }

    fn find_rows(&self, table: TableId, when: When) -> Vec<&'a Row> {
        let rows = self.data.table(table).rows.iter();
        match self.model.tables[table].time {
            Timing::Timeless => rows.collect(),
            Timing::Flow(time) => rows.filter(|row| self.falls(cell(row, time), when)).collect(),
            Timing::Stock { from, to } => {
                let day = self.model.day_of_stock(table, self.span(when));
                let holds = |row: &&Row| {
                    let (first, last) = self.validity(row, from, to);
                    first <= day && day <= last
                };
                rows.filter(holds).collect()
            }
            Timing::AsOf(time) => {
                let when = When::whole(when.period);
                let inside = rows.filter(|row| self.falls(cell(row, time), when));
                let last_of_key = |row: &&'a Row| match self.key(table, row) {
                    Some(key) => self.subject_row(table, &key, when).is_some_and(|last| std::ptr::eq(last, *row)),
                    None => true,
                };
                inside.filter(last_of_key).collect()
            }
        }
    }

    /// Whether a table says anything about a period. A table that is not given does not. A test's table without rows is
    /// a true zero. Stocks and timeless tables always do. A flow that is not `sparse` must have a row in the period; a
    /// `sparse` one must not begin later, and without any row it is zero. A shorter period asks the policy's own to which it
    /// belongs: "a week without any row in a month that has some is a true zero".
    /// Of a view its export is asked, but where its rows are dated in another way: those of a flow begin with their first date
    /// and have no gaps, those of what is there in every period always say something.
    pub(super) fn available(&self, mut table: TableId, period: Period) -> bool {
        while let Some(view) = &self.model.tables[table].view {
            if view.dated.is_some() {
                let below = self.model.export_of(table);
                if matches!(self.model.tables[below].time, Timing::Stock { .. } | Timing::Timeless) {
                    return self.data.table(below).given;
                }
                break;
            }
            table = view.of;
        }
        let data = self.data.table(table);
        let (Timing::Flow(time) | Timing::AsOf(time)) = self.model.tables[table].time else { return data.given };
        if !data.given {
            return false;
        }
        if data.rows.is_empty() {
            return self.data.test || self.model.tables[table].sparse;
        }
        let period = self.belongs(self.home(period), self.model.policy.rows_expected());
        let mut periods = data.rows.iter().filter_map(|row| self.period_of(cell(row, time), period.kind));
        if self.model.tables[table].sparse {
            periods.min().is_none_or(|first| first <= period)
        } else {
            periods.any(|p| p == period)
        }
    }

    /// A column of a row, or of the row that references lead to from it, as of the period.
    pub(super) fn follow(&self, row: &Row, path: &Path, when: When) -> Valued {
        let Some((last, references)) = path.0.split_last() else {
            return Err(Fault::Model("an empty path of columns"));
        };
        let mut row = row;
        for column in references {
            let Some(key) = self.read(*column, row)? else { return Ok(None) };
            let Some(table) = self.model.referred(*column) else { return Err(Fault::Model("no reference")) };
            let Some(next) = self.referred_row(table, &text_key(&key), when) else { return Ok(None) };
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
        when: When,
    ) -> Result<bool, Fault> {
        let (subjects, wanted) = match who {
            Who::All => return Ok(true),
            Who::Row(subjects, key) => (*subjects, Err(key)),
            Who::Group(subjects, path, value) => (*subjects, Ok((path, value))),
        };
        let way = self.model.way(table, via, subjects).map_err(|_| Fault::Model("rows reach no subject"))?;
        let key =
            if way.0.is_empty() { self.key(table, row) } else { self.follow(row, &way, when)?.as_ref().map(text_key) };
        let Some(key) = key else { return Ok(false) };
        match wanted {
            Err(wanted) => Ok(key == *wanted),
            Ok((path, value)) => {
                let member = if way.0.is_empty() { Some(row) } else { self.subject_row(subjects, &key, when) };
                let Some(member) = member else { return Ok(false) };
                Ok(self.follow(member, path, when)?.as_ref() == Some(value))
            }
        }
    }
}

pub(super) fn cell(row: &Row, place: u32) -> Option<&Value> {
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
