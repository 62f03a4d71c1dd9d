//! `exists`: every inner row is looked at for every outer one.

use kpi_check::model::{Bound, Exists, Expr, ExprKind, TableId, Timing};
use kpi_value::{Date, DateTime, Value};

use super::rows::cell;
use super::strict::USED_UNKNOWN;
use super::{Fault, Interpreter, Place};

/// The answer of an `exists` in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A row answers, or none ever will.
    Known(bool),
    /// A value of the outer row is unknown, or the table is not given.
    Unknown,
    /// "An `exists` whose upper time bound passes the data date is not ripe"; nor is one that asks for what lies before the data.
    Unripe,
}

impl Answer {
    pub(super) fn holds(self) -> Option<bool> {
        if let Answer::Known(holds) = self { Some(holds) } else { None }
    }
}

impl Interpreter<'_> {
    pub(super) fn exists(&self, exists: &Exists, place: &Place<'_>) -> Result<Answer, Fault> {
        let mut wanted = Vec::new();
        for outer in exists.outer() {
            self.is_known(outer, place)?;
            wanted.push(self.value(outer, place)?);
        }
        let table = self.data.table(exists.table);
        let Some(wanted) = wanted.into_iter().collect::<Option<Vec<Value>>>() else { return Ok(Answer::Unknown) };
        if !table.given {
            return Ok(Answer::Unknown);
        }
        let (keys, bounds) = wanted.split_at(exists.keys.len());
        let (lower, upper) = bounds.split_at(exists.lower.len());
        // What the table leaves out is a part of the condition.
        let lenient = !self.model.tables[exists.table].exclude.is_empty();
        for row in &table.rows {
            let inside = Place { lenient, ..place.in_row(exists.table, row) };
            let mut answers = match &exists.condition {
                Some(condition) => self.truth(condition, &inside)? == Some(true),
                None => true,
            };
            for ((inner, _), wanted) in exists.keys.iter().zip(keys) {
                answers &= self.value(inner, &inside)?.as_ref() == Some(wanted);
            }
            if let Some(time) = &exists.time {
                let time = self.value(time, &inside)?.as_ref().and_then(moment);
                answers &= time.is_some_and(|time| {
                    let after = |(bound, at): (&Bound, &Value)| {
                        moment(at).is_some_and(|at| if bound.inclusive { at <= time } else { at < time })
                    };
                    let before = |(bound, at): (&Bound, &Value)| {
                        moment(at).is_some_and(|at| if bound.inclusive { time <= at } else { time < at })
                    };
                    exists.lower.iter().zip(lower).all(after) && exists.upper.iter().zip(upper).all(before)
                });
            }
            if answers {
                return Ok(Answer::Known(true));
            }
        }
        // The first and the last moment at which a row could answer.
        let inside =
            |bound: &Bound, at: &Value, step: i64| moment(at).map(|at| at + if bound.inclusive { 0 } else { step });
        let first = exists.lower.iter().zip(lower).filter_map(|(bound, at)| inside(bound, at, 1)).max();
        let last = exists.upper.iter().zip(upper).filter_map(|(bound, at)| inside(bound, at, -1)).min();
        if first.zip(last).is_some_and(|(first, last)| first > last) {
            return Ok(Answer::Known(false));
        }
        let until = self.data.until.unwrap_or(Date(i32::MAX));
        let ahead = last.is_some_and(|last| DateTime(last).date() > until);
        // "Before a source's first row everything is no data."
        let begins = if exists.is_by_time(self.model) { self.begins(exists.table) } else { None };
        let before = begins.is_some_and(|begins| [first, last].into_iter().flatten().any(|at| at < begins));
        Ok(if ahead || before { Answer::Unripe } else { Answer::Known(false) })
    }

    /// The first moment of the period of the first row of a flow, whatever its views leave out.
    fn begins(&self, table: TableId) -> Option<i64> {
        let table = self.model.export_of(table);
        let Timing::Flow(time) = self.model.tables[table].time else { return None };
        let kind = self.model.policy.rows_expected();
        let periods = self.data.table(table).rows.iter().map(|row| cell(row, time));
        let first = periods.filter_map(|time| self.period_of(time, kind)).min()?;
        Some(self.model.policy.calendar.start(first).midnight().0)
    }

    /// Whether something inside an expression is not ripe in a row.
    pub(super) fn looks_ahead(&self, expr: &Expr, place: &Place<'_>) -> Result<bool, Fault> {
        if let ExprKind::Exists(exists) = &expr.kind {
            match self.exists(exists, place) {
                Ok(Answer::Unripe) => return Ok(true),
                // It was not looked at where the row was judged.
                Err(fault) if fault == USED_UNKNOWN => {}
                answer => _ = answer?,
            }
        }
        for child in expr.children() {
            if self.looks_ahead(child, place)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Microseconds; a day is its midnight.
fn moment(value: &Value) -> Option<i64> {
    match value {
        Value::Date(day) => Some(day.midnight().0),
        Value::DateTime(time) => Some(time.0),
        _ => None,
    }
}
