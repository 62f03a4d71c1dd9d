//! `by` tables, parameters and curves.

use std::sync::Arc;

use kpi_base::Span;
use kpi_check::model::{self, ByKey, ByTable, Curve, CurveKind, ParamId, Pattern};
use kpi_value::{Date, Dec, Period, Value};

use super::troubles::{Kind, Site};
use super::{Applied, At, Evaluator};
use crate::kernels::operators;
use crate::{Column, NOWHERE};

/// The values of one key of a table.
enum Key {
    /// The day of the cell's period as of which such tables are read.
    Date,
    /// A member, or anything else that a pattern may look at.
    Values(Arc<Column>),
}

impl Evaluator<'_> {
    /// For each cell the row of a `by` table in force; [`NOWHERE`] where no row applies, because a key has no data.
    pub fn rows_in_force<T>(&mut self, table: &ByTable<T>, at: At) -> Arc<Vec<u32>> {
        self.rows_for(table, None, at)
    }

    /// For each stretch of time of a spine the day as of which tables by date are read: the first of the policy's period,
    /// the last of a shorter one.
    fn dated_days(&self, spine: kpi_plan::SpineId) -> Vec<Date> {
        let (timeline, calendar) = (self.timeline_of(spine), &self.model.policy.calendar);
        let shorter = timeline.kind != self.model.policy.period;
        let day = |&period: &Period| if shorter { calendar.end(period) } else { calendar.start(period) };
        timeline.periods.iter().map(day).collect()
    }

    fn rows_for<T>(&mut self, table: &ByTable<T>, index: Option<&[model::Expr]>, at: At) -> Arc<Vec<u32>> {
        let cells = self.spine(at.spine).cells();
        let mut written = index.map(<[model::Expr]>::iter);
        let mut keys = Vec::new();
        for key in &table.keys {
            keys.push(match (key, &mut written) {
                (ByKey::Date, _) => Key::Date,
                (ByKey::Expr(own), None) => Key::Values(self.column(own, at)),
                (ByKey::Expr(own), Some(written)) => Key::Values(self.column(written.next().unwrap_or(own), at)),
            });
        }
        let days = self.dated_days(at.spine);
        let spine = self.spine(at.spine);
        let applies = |pattern: &Pattern, key: &Key, cell: usize| match (pattern, key) {
            (Pattern::Any, _) => true,
            (Pattern::Members(members), Key::Values(column)) => {
                column.member(cell).is_some_and(|member| members.contains(&member))
            }
            (Pattern::Dates(from, before), key) => {
                let day = match key {
                    Key::Date => days.get(spine.period(cell)).copied(),
                    Key::Values(column) => match column.value(cell) {
                        Some(Value::Date(day)) => Some(day),
                        _ => None,
                    },
                };
                day.is_some_and(|day| *from <= day && before.is_none_or(|before| day < before))
            }
            (Pattern::Members(_), Key::Date) => false,
        };
        let row = |cell: usize| {
            let found = table
                .rows
                .iter()
                .position(|row| row.patterns.iter().zip(&keys).all(|(pattern, key)| applies(pattern, key, cell)));
            found.map_or(NOWHERE, |place| place as u32)
        };
        Arc::new((0..cells).map(row).collect())
    }

    pub(crate) fn param(
        &mut self,
        expr: &model::Expr,
        id: ParamId,
        index: Option<&[model::Expr]>,
        at: At,
    ) -> Arc<Column> {
        let model = self.model;
        let table = &model.params[id].value;
        let rows = self.rows_for(table, index, at);
        self.applied.insert((expr.id, at), Applied::Rows(Arc::clone(&rows)));
        let values: Vec<_> = table.rows.iter().map(|row| &row.value).collect();
        self.pick(&values, &rows, at)
    }

    /// For each cell the value of the expression at the place that `rows` names.
    fn pick(&mut self, values: &[&model::Expr], rows: &[u32], at: At) -> Arc<Column> {
        let Some(ty) = values.first().map(|value| value.ty) else { return Arc::new(Column::none(rows.len())) };
        if let [value] = values
            && rows.iter().all(|&row| row == 0)
        {
            return self.column(value, at);
        }
        let used = |place: usize| rows.contains(&(place as u32));
        let columns: Vec<Option<Arc<Column>>> =
            values.iter().enumerate().map(|(place, value)| used(place).then(|| self.column(value, at))).collect();
        let value = |(cell, &row): (usize, &u32)| columns.get(row as usize)?.as_ref()?.value(cell);
        Arc::new(Column::of(ty, rows.iter().enumerate().map(value)))
    }

    /// A curve of a column of numbers, and what of it applied.
    pub(crate) fn curve(&mut self, curve: &Curve, x: &Column, what: (Site, Span), at: At) -> (Arc<Column>, Applied) {
        let cells = self.spine(at.spine).cells();
        match &curve.kind {
            CurveKind::Step(rows) => {
                let row = |cell: usize| {
                    let place = x.dec(cell).and_then(|x| rows.iter().position(|row| self.step_holds(&row.bound, x)));
                    place.map_or(NOWHERE, |place| place as u32)
                };
                let places: Arc<Vec<u32>> = Arc::new((0..cells).map(row).collect());
                let values: Vec<_> = rows.iter().map(|row| &row.value).collect();
                (self.pick(&values, &places, at), Applied::Rows(places))
            }
            CurveKind::Linear(points) => {
                let (mut places, mut values) = (vec![NOWHERE; cells], vec![None; cells]);
                let mut too_large = Vec::new();
                for (cell, (place, value)) in places.iter_mut().zip(&mut values).enumerate() {
                    match x.dec(cell).map(|x| operators::linear(points, x)) {
                        Some(Ok(Some((y, point)))) => {
                            *value = Some(y);
                            *place = point.map_or(NOWHERE, |point| point as u32);
                        }
                        Some(Err(_)) => too_large.push(cell),
                        Some(Ok(None)) | None => {}
                    }
                }
                self.note_too_large(what, at, too_large);
                (Arc::new(Column::Dec(values)), Applied::Rows(Arc::new(places)))
            }
            CurveKind::Marginal(slices) => {
                let mut sums: Vec<Option<Dec>> = (0..cells).map(|cell| x.dec(cell).map(|_| Dec::ZERO)).collect();
                let (mut amounts, mut too_large) = (Vec::new(), Vec::new());
                for place in 0..slices.len() {
                    let mut column = vec![None; cells];
                    for (cell, (sum, amount)) in sums.iter_mut().zip(&mut column).enumerate() {
                        let (Some(so_far), Some(x)) = (*sum, x.dec(cell)) else { continue };
                        let charged = operators::slice(slices, place, x);
                        match charged.and_then(|charged| Ok((charged, so_far.add(charged)?))) {
                            Ok((charged, total)) => (*amount, *sum) = (Some(charged), Some(total)),
                            Err(_) => {
                                *sum = None;
                                too_large.push(cell);
                            }
                        }
                    }
                    amounts.push(Column::Dec(column));
                }
                self.note_too_large(what, at, too_large);
                (Arc::new(Column::Dec(sums)), Applied::Slices(Arc::new(amounts)))
            }
        }
    }

    pub(crate) fn note_too_large(&mut self, what: (Site, Span), at: At, cells: Vec<usize>) {
        if !cells.is_empty() {
            self.trouble(Kind::Overflow, what, at.spine, cells);
        }
    }
}
