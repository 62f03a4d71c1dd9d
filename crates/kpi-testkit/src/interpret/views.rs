//! Views: their rows are made once, of the whole input, and are rows like any others.

use std::collections::BTreeMap;

use kpi_check::model::{Aggregate, GroupAggregate, GroupKey, Grouping, Model, TableId, Timing, View};
use kpi_value::{Period, PeriodKind, Value};

use super::strict::USED_UNKNOWN;
use super::time::{When, exact_day};
use super::{Fault, Interpreter, Place, Valued, Who};
use crate::{Data, Row, TableData};

/// The data with the rows of every view.
///
/// # Errors
/// [`Fault`] where a view cannot be made.
pub fn with_views(model: &Model, data: &Data) -> Result<Data, Fault> {
    let mut data = data.clone();
    data.tables.resize(model.tables.len(), TableData::default());
    let mut left: Vec<TableId> = model.tables.iter().filter(|(_, t)| t.view.is_some()).map(|(id, _)| id).collect();
    while !left.is_empty() {
        // A view of a view waits for that.
        let ready = |id: &TableId| model.tables[*id].view.as_ref().is_some_and(|view| !left.contains(&view.of));
        let Some(id) = left.iter().copied().find(ready) else { return Err(Fault::Model("a view of itself")) };
        left.retain(|other| *other != id);
        let Some(view) = &model.tables[id].view else { continue };
        let interpreter = Interpreter::new(model, &data, &data);
        let rows = interpreter.view(view)?;
        if let Some(slot) = data.tables.get_mut(id.index()) {
            *slot = rows;
        }
    }
    Ok(data)
}

impl Interpreter<'_> {
    fn view(&self, view: &View) -> Result<TableData, Fault> {
        let input = self.data.table(view.of);
        let mut taken: Vec<&Row> = Vec::new();
        for row in &input.rows {
            let holds = match &view.condition {
                Some(condition) => {
                    // What the input leaves out is a part of the condition.
                    let lenient = !self.model.tables[view.of].exclude.is_empty();
                    self.truth(condition, &Place { lenient, ..self.in_own_row(view.of, row) })?
                }
                None => Some(true),
            };
            if holds == Some(true) {
                taken.push(row);
            }
        }
        let mut made = TableData { given: input.given, absent: Vec::new(), rows: Vec::new() };
        match &view.grouping {
            None => {
                made.rows = taken.into_iter().cloned().collect();
                made.absent.clone_from(&input.absent);
                if let Some(dated) = &view.dated {
                    for row in &mut made.rows {
                        let date = match self.value(dated, &self.in_own_row(view.of, row)) {
                            // `dated` asks for no `is known`: a row without its date belongs to no period.
                            Err(fault) if fault == USED_UNKNOWN => None,
                            date => date?,
                        };
                        row.push(date);
                    }
                }
            }
            Some(grouping) => self.group_rows(view.of, grouping, &taken, &mut made)?,
        }
        Ok(made)
    }

    /// One row a group of rows that agree in the keys: "a missing key value is a group of its own".
    fn group_rows(&self, of: TableId, grouping: &Grouping, taken: &[&Row], made: &mut TableData) -> Result<(), Fault> {
        let mut groups: BTreeMap<Vec<Option<Value>>, Vec<&Row>> = BTreeMap::new();
        for row in taken {
            let keys: Result<Vec<_>, _> = grouping.keys.iter().map(|key| self.key_of(of, key, row)).collect();
            groups.entry(keys?).or_default().push(row);
        }
        for (mut cells, rows) in groups {
            for aggregate in &grouping.aggregates {
                let place = cells.len() as u32;
                cells.push(match self.group_aggregate(of, aggregate, &rows) {
                    // Whoever reads the column reads what a test leaves out.
                    Err(Fault::AbsentColumn(_)) => {
                        if !made.absent.contains(&place) {
                            made.absent.push(place);
                        }
                        None
                    }
                    value => value?,
                });
            }
            made.rows.push(cells);
        }
        Ok(())
    }

    fn key_of(&self, of: TableId, key: &GroupKey, row: &Row) -> Valued {
        match key {
            GroupKey::Column(path) => self.follow(row, path, self.in_own_row(of, row).when),
            GroupKey::Calendar(kind) => {
                let time = self.time_of(of, row);
                Ok(match kind {
                    PeriodKind::Day => time.and_then(exact_day).map(Value::Date),
                    kind => self.period_of(time, *kind).map(Value::Period),
                })
            }
        }
    }

    /// "Rows whose argument or `where` is unknown are left out."
    fn group_aggregate(&self, of: TableId, aggregate: &GroupAggregate, rows: &[&Row]) -> Valued {
        let GroupAggregate { function, arg, condition } = aggregate;
        let mut values = Vec::new();
        for row in rows {
            let place = self.in_own_row(of, row);
            let holds = match condition {
                Some(condition) => self.truth(condition, &place)?,
                None => Some(true),
            };
            if holds != Some(true) {
                continue;
            }
            let value = match arg {
                Some(arg) => self.value(arg, &place)?,
                None => Some(Value::Bool(true)),
            };
            values.extend(value.map(|value| (*row, value)));
        }
        let (function, arg, condition) = (*function, arg.clone(), condition.clone());
        self.finish(&Aggregate { function, table: of, arg, via: None, condition, needs: 0 }, &values)
    }

    pub(super) fn time_of<'r>(&self, table: TableId, row: &'r Row) -> Option<&'r Value> {
        let Timing::Flow(time) = self.model.tables[table].time else { return None };
        row.get(time as usize).and_then(Option::as_ref)
    }

    /// A row in the period in which it lies; a row that lies in none reads nothing that changes in time.
    fn in_own_row<'r>(&self, table: TableId, row: &'r Row) -> Place<'r> {
        let kind = self.model.policy.period;
        let period = self.period_of(self.time_of(table, row), kind).unwrap_or(Period { kind, index: 0 });
        let mut place = Place::cell(Who::All, When::whole(period));
        place.row = Some((table, row));
        place
    }
}
