//! Aggregates and lookups, read off cubes.

use std::sync::Arc;

use kpi_check::model;
use kpi_plan::{Finish, Read};
use kpi_value::{Dec, Value};

use super::troubles::{Kind, Site};
use super::{At, Evaluator, RowCounts};
use crate::Column;

impl Evaluator<'_> {
    /// An aggregate or a lookup in every cell: no data where its source has none in the period, where fewer rows are taken
    /// than it `needs`, where a row is not ripe, and, in a veto, where one row is unknown.
    pub(crate) fn read(&mut self, expr: &model::Expr, at: At) -> Column {
        let plan = self.plan;
        let (Some(read), false) = (plan.read(expr.id, at.spine), self.spines.is_empty()) else {
            return (*self.not_planned(expr, at)).clone();
        };
        let Some(table) = self.source_of(read) else { return (*self.not_planned(expr, at)).clone() };
        let mut available = self.availability(table, at.spine);
        if let Some(window) = at.pooled {
            available = self.pooled_availability(&available, window, at.spine);
        }
        self.pooled = at.pooled;
        if self.facts.sources.get(&table).is_some_and(|source| source.given && source.rows > 0) {
            self.check_parts(read, &parts_of(read), matches!(read.finish, Finish::Histogram(..)));
        }
        let rows = self.count_part(read, read.rows);
        let unknown = read.unknown.map(|part| self.count_part(read, part));
        let left_out = read.left_out.iter().map(|&part| self.count_part(read, part)).collect();
        let unripe = read.unripe.map(|(count, on)| {
            let counts = self.count_part(read, count);
            (counts, Arc::new(self.extreme_part(read, on, true)))
        });
        let counts = RowCounts { rows: Arc::clone(&rows), unknown: unknown.clone(), unripe: unripe.clone(), left_out };
        self.counts.insert((expr.id, at.spine, at.pooled), counts);

        let (values, too_large) = self.finish(expr, read, &rows, at);
        self.pooled = None;
        let no_data = self.no_data_is_zero().then(|| expr.ty.unit().map(|_| Value::Dec(Dec::ZERO))).flatten();
        let spine = self.spine(at.spine);
        let value = |cell: usize| {
            if !spine.is_present(cell) {
                return None;
            }
            let is_available = available.get(spine.period(cell)).copied().unwrap_or(false);
            let enough = rows.get(cell).copied().unwrap_or(0) >= u64::from(read.needs);
            let certain = !at.strict || unknown.as_ref().is_none_or(|unknown| unknown.get(cell) == Some(&0));
            let ripe = unripe.as_ref().is_none_or(|(rows, _)| rows.get(cell) == Some(&0));
            if is_available && enough && certain && ripe { values.value(cell) } else { no_data.clone() }
        };
        let column = Column::of(expr.ty, (0..spine.cells()).map(value));
        if let Some((rows, _)) = &unripe {
            let unripe = rows.iter().enumerate().filter(|(cell, rows)| **rows > 0 && spine.is_present(*cell));
            let unripe: Vec<usize> = unripe.map(|(cell, _)| cell).collect();
            if !unripe.is_empty() {
                self.trouble(Kind::NotRipe, (Site::Expr(expr.id), expr.span), at.spine, unripe);
            }
        }
        self.note_too_large((Site::Expr(expr.id), expr.span), at, too_large);
        column
    }

    /// The value of each cell from the parts, as if all were available.
    fn finish(&mut self, expr: &model::Expr, read: &Read, rows: &[u64], at: At) -> (Column, Vec<usize>) {
        let known = |count: u64| (count > 0).then_some(count);
        let whole = |count: u64| i64::try_from(count).map_or(Dec::ZERO, Dec::int);
        match read.finish {
            Finish::Sum(part) => {
                let (sums, too_large) = self.sum_part(read, part);
                (Column::Dec(sums.into_iter().map(|sum| Some(sum.unwrap_or(Dec::ZERO))).collect()), too_large)
            }
            Finish::Count(part) => {
                let counts = self.count_part(read, part);
                (Column::Dec(counts.iter().map(|&count| Some(whole(count))).collect()), Vec::new())
            }
            Finish::Average { sum, count } => {
                let counts = self.count_part(read, count);
                let (sums, mut too_large) = self.sum_part(read, sum);
                let mean = |(cell, (sum, &count)): (usize, (Option<Dec>, &u64))| {
                    sum?.div(whole(known(count)?)).unwrap_or_else(|_| {
                        too_large.push(cell);
                        None
                    })
                };
                let means = sums.into_iter().zip(counts.iter()).enumerate().map(mean).collect();
                (Column::Dec(means), too_large)
            }
            Finish::Min(part) => (Column::of(expr.ty, self.extreme_part(read, part, false).into_iter()), Vec::new()),
            Finish::Max(part) => (Column::of(expr.ty, self.extreme_part(read, part, true).into_iter()), Vec::new()),
            Finish::Any(part) => {
                let counts = self.count_part(read, part);
                (Column::Bool(counts.iter().map(|&count| Some(count > 0)).collect()), Vec::new())
            }
            Finish::All { holding, rows } => {
                let (holding, rows) = (self.count_part(read, holding), self.count_part(read, rows));
                let all =
                    holding.iter().zip(rows.iter()).map(|(holding, &rows)| known(rows).map(|rows| *holding == rows));
                (Column::Bool(all.collect()), Vec::new())
            }
            Finish::Lookup { value, count } => {
                let counts = self.count_part(read, count);
                let values = self.extreme_part(read, value, false);
                let unknown = read.unknown.filter(|_| at.strict).map(|part| self.count_part(read, part));
                let certain = |cell: usize| unknown.as_ref().is_none_or(|unknown| unknown.get(cell) == Some(&0));
                let spine = self.spine(at.spine);
                let several: Vec<usize> = counts
                    .iter()
                    .enumerate()
                    .filter(|&(cell, &count)| count > 1 && spine.is_present(cell) && certain(cell))
                    .map(|(cell, _)| cell)
                    .collect();
                if !several.is_empty() {
                    self.trouble(Kind::SeveralRows, (Site::Expr(expr.id), expr.span), at.spine, several);
                }
                let one = values.into_iter().zip(counts.iter()).map(|(value, &count)| value.filter(|_| count == 1));
                (Column::of(expr.ty, one), Vec::new())
            }
            Finish::Histogram(function, counts) => {
                let (mut values, too_large) = self.histogram(read, function, counts);
                if function == model::AggregateFunction::CountDistinct {
                    let empty = values.iter_mut().zip(rows).filter(|(value, rows)| value.is_none() && **rows == 0);
                    empty.for_each(|(value, _)| *value = Some(Value::Dec(Dec::ZERO)));
                }
                (Column::of(expr.ty, values.into_iter()), too_large)
            }
        }
    }
}

fn parts_of(read: &Read) -> Vec<usize> {
    let mut parts = vec![read.rows];
    parts.extend(read.unknown);
    parts.extend(read.unripe.iter().flat_map(|(count, on)| [*count, *on]));
    match read.finish {
        Finish::Sum(part) | Finish::Count(part) | Finish::Min(part) | Finish::Max(part) | Finish::Any(part) => {
            parts.push(part);
        }
        Finish::Average { sum, count } => parts.extend([sum, count]),
        Finish::All { holding, rows } => parts.extend([holding, rows]),
        Finish::Lookup { value, count } => parts.extend([value, count]),
        Finish::Histogram(_, counts) => parts.push(counts),
    }
    parts
}
