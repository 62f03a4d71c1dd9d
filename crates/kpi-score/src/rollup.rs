//! Rows of cubes to cells: which cell each row of a cube belongs to, and the merge of its parts there.

use std::sync::Arc;

use kpi_check::model::{MidPeriod, TableId, Timing, Window};
use kpi_plan::{NO_KEY, PartFacts, Read, Rollup, SpineId};
use kpi_value::{Dec, Period, Value};
use rustc_hash::FxHashMap;

use crate::eval::Cells;
use crate::{Evaluator, NOWHERE, Timeline};

/// A row of a cube and the cell that it belongs to.
pub(crate) type Pair = (u32, u32);

impl Evaluator<'_> {
    /// Every row of a cube with the cells that it belongs to: one of its period, for a timeless table one of every period.
    pub(crate) fn pairs(&mut self, read: &Read) -> Arc<Vec<Pair>> {
        let path = if let Rollup::Through(path) = &read.rollup { Some(path.clone()) } else { None };
        let key = (read.cube, read.spine, path, self.pooled);
        if let Some(pairs) = self.pairs.get(&key) {
            return Arc::clone(pairs);
        }
        let mut pairs = self.compute_pairs(read);
        if let Some(window) = self.pooled {
            pairs = self.pool(&pairs, window, read.spine);
        }
        let pairs = Arc::new(pairs);
        self.pairs.insert(key, Arc::clone(&pairs));
        pairs
    }

    fn compute_pairs(&mut self, read: &Read) -> Vec<Pair> {
        let timeline = self.spine(read.spine).timeline;
        let links = match &read.rollup {
            Rollup::Through(path) => Some(self.links(path, Cells::Timeline(timeline))),
            Rollup::Direct | Rollup::All => None,
        };
        let (Some(cube), Some(plan)) = (self.facts.cubes.get(read.cube), self.plan.cubes.get(read.cube)) else {
            return Vec::new();
        };
        let Some(timeline) = self.timelines.get(timeline) else { return Vec::new() };
        let periods = timeline.periods.len();
        let width = links.as_ref().map_or(0, |links| links.len() / periods.max(1));
        let spine = self.spine(read.spine);
        let entity = |key: u32, period: usize| match (&read.rollup, &links) {
            (Rollup::All, _) => Some(0),
            _ if key == NO_KEY => None,
            (Rollup::Direct, _) => Some(key),
            (Rollup::Through(_), Some(links)) => links.get(period * width + key as usize).copied(),
            (Rollup::Through(_), None) => None,
        };
        let cell = |key: u32, period: usize| {
            let entity = entity(key, period).filter(|&entity| entity != NOWHERE)?;
            spine.cell(entity as usize, period).map(|cell| cell as u32)
        };
        let rows = cube.keys.iter().zip(&cube.periods).zip(0u32..);
        if self.model.tables[plan.table].time == Timing::Timeless {
            let all = rows.flat_map(|((&key, _), row)| (0..periods).map(move |period| (key, period, row)));
            return all.filter_map(|(key, period, row)| Some((row, cell(key, period)?))).collect();
        }
        if plan.grain.period == timeline.kind && !spine.is_split() {
            return rows.filter_map(|((&key, &index), row)| Some((row, cell(key, timeline.place(index)?)?))).collect();
        }
        let stock = matches!(self.model.tables[plan.table].time, Timing::Stock { .. });
        let mut places: FxHashMap<i32, Vec<usize>> = FxHashMap::default();
        for &index in &cube.periods {
            let own = Period { kind: plan.grain.period, index };
            places.entry(index).or_insert_with(|| self.stretches(timeline, own, stock));
        }
        let mut pairs = Vec::new();
        for ((&key, index), row) in rows {
            for &place in places.get(index).into_iter().flatten() {
                pairs.extend(cell(key, place).map(|cell| (row, cell)));
            }
        }
        pairs
    }

    /// The stretches of a timeline to which the rows of a period of a cube belong: the one that holds it; of stints all
    /// that hold its day, for a stock those that end on it, and all of the period where rows do not tell their day.
    fn stretches(&self, timeline: &Timeline, own: Period, stock: bool) -> Vec<usize> {
        let calendar = &self.model.policy.calendar;
        let holding = calendar.containing(timeline.kind, own);
        if timeline.mid != MidPeriod::Split {
            return timeline.place(holding.index).into_iter().collect();
        }
        let day = calendar.end(own);
        let belongs = |&place: &usize| match timeline.days.get(place) {
            _ if own.kind == timeline.kind => true,
            Some(&(_, last)) if stock => last == day,
            Some(&(first, last)) => self.faulty_first(first) <= day && day <= last,
            None => false,
        };
        timeline.inside(holding).filter(belongs).collect()
    }

    /// How many rows a counting part has in each cell.
    pub(crate) fn count_part(&mut self, read: &Read, part: usize) -> Arc<Vec<u64>> {
        let path = if let Rollup::Through(path) = &read.rollup { Some(path.clone()) } else { None };
        let key = (read.cube, part, read.spine, path, self.pooled);
        if let Some(counts) = self.part_counts.get(&key) {
            return Arc::clone(counts);
        }
        let mut counts = vec![0u64; self.spine(read.spine).cells()];
        let pairs = self.pairs(read);
        if let Some(PartFacts::Counts(values)) = self.facts.cubes.get(read.cube).and_then(|cube| cube.parts.get(part)) {
            for &(row, cell) in pairs.iter() {
                if let (Some(count), Some(value)) = (counts.get_mut(cell as usize), values.get(row as usize)) {
                    *count = count.saturating_add(*value);
                }
            }
        }
        let counts = Arc::new(counts);
        self.part_counts.insert(key, Arc::clone(&counts));
        counts
    }

    /// The sum of a part in each cell, and the cells whose sum leaves the range.
    pub(crate) fn sum_part(&mut self, read: &Read, part: usize) -> (Vec<Option<Dec>>, Vec<usize>) {
        let mut too_large = Vec::new();
        let sums = self.merge_part(read, part, |a, b, cell| match a.add(b) {
            Ok(sum) => sum,
            Err(_) => {
                too_large.push(cell);
                a
            }
        });
        (sums, too_large)
    }

    fn merge_part(
        &mut self,
        read: &Read,
        part: usize,
        mut merge: impl FnMut(Dec, Dec, usize) -> Dec,
    ) -> Vec<Option<Dec>> {
        let mut merged: Vec<Option<Dec>> = vec![None; self.spine(read.spine).cells()];
        let pairs = self.pairs(read);
        if let Some(PartFacts::Numbers(values)) = self.facts.cubes.get(read.cube).and_then(|cube| cube.parts.get(part))
        {
            for &(row, cell) in pairs.iter() {
                let (Some(slot), Some(Some(value))) = (merged.get_mut(cell as usize), values.get(row as usize)) else {
                    continue;
                };
                *slot = Some(slot.map_or(*value, |so_far| merge(so_far, *value, cell as usize)));
            }
        }
        merged
    }

    /// The smallest (or largest) value of a part in each cell.
    pub(crate) fn extreme_part(&mut self, read: &Read, part: usize, largest: bool) -> Vec<Option<Value>> {
        let facts = self.facts.cubes.get(read.cube).and_then(|cube| cube.parts.get(part));
        let Some(PartFacts::Values(values)) = facts else {
            let numbers = self.merge_part(read, part, |a, b, _| if largest { a.max(b) } else { a.min(b) });
            return numbers.into_iter().map(|number| number.map(Value::Dec)).collect();
        };
        let mut merged: Vec<Option<Value>> = vec![None; self.spine(read.spine).cells()];
        for &(row, cell) in self.pairs(read).iter() {
            let (Some(slot), Some(Some(value))) = (merged.get_mut(cell as usize), values.get(row as usize)) else {
                continue;
            };
            if slot.as_ref().is_none_or(|so_far| if largest { value > so_far } else { value < so_far }) {
                *slot = Some(value.clone());
            }
        }
        merged
    }

    /// For each stretch of time of a spine whether a table says anything about the policy's period to which it belongs.
    ///
    /// A table that is not given does not. Stocks and timeless tables always do, and so does a flow that is given without
    /// any row (that is a true zero). A flow that is not `sparse` must have a row in the period; a `sparse` one must not
    /// begin later.
    pub(crate) fn availability(&mut self, table: TableId, spine: SpineId) -> Arc<Vec<bool>> {
        let key = (table, self.spine(spine).timeline);
        if let Some(available) = self.available.get(&key) {
            return Arc::clone(available);
        }
        let source = self.facts.sources.get(&table);
        let contract = &self.model.tables[table];
        let timed = !self.model.always_says(table);
        let (calendar, expected) = (&self.model.policy.calendar, self.model.policy.rows_expected());
        let says = |whole: &Period| {
            let period = calendar.containing(expected, *whole);
            let Some(source) = source.filter(|source| source.given) else { return false };
            if !timed || source.rows == 0 {
                return true;
            }
            let mut counted = source.periods.iter().filter(|(_, rows)| **rows > 0).map(|(index, _)| *index);
            if contract.sparse {
                counted.next().is_none_or(|first| first <= period.index)
            } else {
                source.periods.get(&period.index).is_some_and(|rows| *rows > 0)
            }
        };
        let available = Arc::new(self.timeline_of(spine).wholes.iter().map(says).collect::<Vec<bool>>());
        self.available.insert(key, Arc::clone(&available));
        available
    }

    /// Notes the columns that a read takes from a cube and the data do not give.
    pub(crate) fn check_parts(&mut self, read: &Read, parts: &[usize], values: bool) {
        let Some(cube) = self.facts.cubes.get(read.cube) else { return };
        let from = cube.parts.len();
        let absent: Vec<_> = cube
            .absent
            .iter()
            .filter(|(place, _)| parts.contains(place) || values && **place >= from)
            .map(|(_, column)| *column)
            .collect();
        absent.into_iter().for_each(|column| self.absent_column(column));
    }

    /// The source of a read: for a view the export at its bottom.
    pub(crate) fn source_of(&self, read: &Read) -> Option<TableId> {
        self.plan.cubes.get(read.cube).map(|cube| self.model.counted_of(cube.table))
    }
}

/// The spine and the place of a part of a cube, and how its keys lead there.
pub(crate) type PartKey = (usize, usize, SpineId, Option<kpi_check::model::Path>, Option<Window>);

/// The same without a part.
pub(crate) type PairKey = (usize, SpineId, Option<kpi_check::model::Path>, Option<Window>);
