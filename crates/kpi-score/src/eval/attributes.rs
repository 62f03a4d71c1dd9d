//! Attributes of subjects, and where references and dimensions lead.

use std::sync::Arc;

use kpi_check::model::{ColumnId, Path, Subject, TableId, Timing, Type};
use kpi_plan::SpineId;
use kpi_value::Value;
use rustc_hash::FxHashMap;

use super::{Cells, Evaluator};
use crate::{Column, NOWHERE};

impl Evaluator<'_> {
    /// An attribute of the subjects of a spine, as of each period; of a group, that by which it is told apart.
    pub fn attribute(&mut self, path: &Path, spine: SpineId) -> Arc<Column> {
        if let Some(column) = self.attributes.get(&(spine, path.clone())) {
            return Arc::clone(column);
        }
        let column = Arc::new(self.compute_attribute(path, spine));
        self.attributes.insert((spine, path.clone()), Arc::clone(&column));
        column
    }

    fn compute_attribute(&mut self, path: &Path, spine: SpineId) -> Column {
        let cells = self.spine(spine).cells();
        let Some(last) = path.last() else { return Column::none(cells) };
        if let Subject::Group(_, group) = &self.spine(spine).subject {
            let own = group == path;
            let spine = self.spine(spine);
            return Column::Member((0..cells).map(|cell| own.then(|| spine.entity(cell) as u32)).collect());
        }
        if path.table() != self.table_of(spine) {
            return Column::none(cells);
        }
        let rows = self.path_rows(path, self.cells_of(spine));
        self.check_given(last);
        let facts = self.facts;
        let Some(column) = self.plan.roster(last.table).and_then(|r| facts.rosters.get(r)?.column(last.index)) else {
            return Column::none(cells);
        };
        let value = |&row: &u32| column.values.get(row as usize).cloned().flatten();
        Column::of(self.model.column(last).ty, rows.iter().map(value))
    }

    fn table_of(&self, spine: SpineId) -> Option<TableId> {
        if let Subject::Table(table) = &self.spine(spine).subject { Some(*table) } else { None }
    }

    /// Notes if a column of a roster is read that the data do not give.
    fn check_given(&mut self, column: ColumnId) {
        let roster = self.plan.roster(column.table).and_then(|place| self.facts.rosters.get(place));
        let absent = roster.is_some_and(|r| !r.entities.is_empty() && r.column(column.index).is_some_and(|c| c.absent));
        if absent {
            self.absent_column(column);
        }
    }

    /// The cells of a spine, as what paths are followed from.
    pub(crate) fn cells_of(&self, spine: SpineId) -> Cells {
        let own = self.spine(spine);
        if own.is_split() { Cells::Stints(spine) } else { Cells::Timeline(own.timeline) }
    }

    /// For each cell of the path's first table, the row as of the cell's stretch of time of the table of its last column.
    fn path_rows(&mut self, path: &Path, cells: Cells) -> Arc<Vec<u32>> {
        let nothing = || Arc::new(Vec::new());
        let Some((_, references)) = path.0.split_last() else { return nothing() };
        let Some(first) = path.table().and_then(|table| self.plan.roster(table)) else { return nothing() };
        let (timeline, found) = match cells {
            Cells::Timeline(timeline) => (timeline, self.roster_rows(timeline, first)),
            Cells::Stints(spine) => (self.spine(spine).timeline, Some(Arc::clone(&self.spine(spine).rows))),
        };
        let Some(mut rows) = found else { return nothing() };
        let stretches = self.timelines.get(timeline).map_or(0, |timeline| timeline.periods.len()).max(1);
        let entities = (rows.len() / stretches).max(1);
        for reference in references {
            let referred = self.referred_entities(*reference);
            let next = self.model.referred(*reference).and_then(|table| self.plan.roster(table));
            let Some(next) = next else { return nothing() };
            let anytime = self.flow_rows(next);
            let Some(next) = self.roster_rows(timeline, next) else { return nothing() };
            let width = next.len() / stretches;
            let stretch = |cell: usize| match cells {
                Cells::Timeline(_) => cell / entities,
                Cells::Stints(spine) => self.spine(spine).period(cell),
            };
            let hop = |(cell, &row): (usize, &u32)| {
                let entity = referred.get(row as usize).copied().filter(|&entity| entity != NOWHERE)?;
                match &anytime {
                    Some(rows) => rows.get(entity as usize).copied(),
                    None => next.get(stretch(cell) * width + entity as usize).copied(),
                }
            };
            rows = Arc::new(rows.iter().enumerate().map(|x| hop(x).unwrap_or(NOWHERE)).collect());
        }
        rows
    }

    /// Of a flow, for each entity its one row: references find it whenever it was.
    fn flow_rows(&self, roster: usize) -> Option<Vec<u32>> {
        let roster = self.facts.rosters.get(roster)?;
        if !matches!(self.model.tables[roster.table].time, Timing::Flow(_)) {
            return None;
        }
        let mut rows = vec![NOWHERE; roster.keys.len()];
        for (row, &entity) in roster.entities.iter().enumerate() {
            rows.get_mut(entity as usize).into_iter().for_each(|slot| *slot = row as u32);
        }
        Some(rows)
    }

    /// For each row of a roster the entity that a reference of it names; [`NOWHERE`] if it is missing or not on the
    /// roster.
    fn referred_entities(&mut self, reference: ColumnId) -> Arc<Vec<u32>> {
        if let Some(entities) = self.references.get(&reference) {
            return Arc::clone(entities);
        }
        self.check_given(reference);
        let rosters = &self.facts.rosters;
        let own = self.plan.roster(reference.table).and_then(|place| rosters.get(place)?.column(reference.index));
        let to = self.model.referred(reference).and_then(|table| self.plan.roster(table));
        let entities = match (own, to.and_then(|place| rosters.get(place))) {
            (Some(own), Some(to)) => {
                let places: FxHashMap<&str, u32> = to.keys.iter().zip(0..).map(|(key, i)| (&**key, i)).collect();
                let entity = |value: &Option<Value>| {
                    value.as_ref().and_then(Value::as_text).and_then(|key| places.get(key)).copied()
                };
                own.values.iter().map(|value| entity(value).unwrap_or(NOWHERE)).collect()
            }
            _ => Vec::new(),
        };
        let entities = Arc::new(entities);
        self.references.insert(reference, Arc::clone(&entities));
        entities
    }

    /// For each cell of the path's first table, the entity to which the path leads as of the cell's stretch of time: the
    /// referred subject, or the group of the dimension's member.
    pub(crate) fn links(&mut self, path: &Path, cells: Cells) -> Arc<Vec<u32>> {
        if let Some(links) = self.links.get(&(path.clone(), cells)) {
            return Arc::clone(links);
        }
        let links = Arc::new(self.compute_links(path, cells));
        self.links.insert((path.clone(), cells), Arc::clone(&links));
        links
    }

    fn compute_links(&mut self, path: &Path, cells: Cells) -> Vec<u32> {
        let rows = self.path_rows(path, cells);
        let Some(last) = path.last() else { return Vec::new() };
        if let Type::Reference(_) = self.model.column(last).ty {
            let referred = self.referred_entities(last);
            return rows.iter().map(|&row| referred.get(row as usize).copied().unwrap_or(NOWHERE)).collect();
        }
        self.check_given(last);
        let roster = self.plan.roster(last.table).and_then(|place| self.facts.rosters.get(place));
        let Some(column) = roster.and_then(|r| r.column(last.index)) else { return Vec::new() };
        let member = |row: u32| column.values.get(row as usize)?.as_ref()?.as_member();
        rows.iter().map(|&row| member(row).unwrap_or(NOWHERE)).collect()
    }

    /// For each cell the group of subjects of the same period that agree in these columns, counted from 0 over the whole
    /// spine; [`NOWHERE`] where a column has no data or the subject is not there.
    pub fn groups(&mut self, by: &[Path], spine: SpineId) -> Arc<Vec<u32>> {
        let columns: Vec<_> = by.iter().map(|path| self.attribute(path, spine)).collect();
        // Stints of one period are ranked together, whichever days they have.
        let periods = &self.timeline_of(spine).periods;
        let period = |place: usize| periods.get(place).map(|period| period.index);
        let spine = self.spine(spine);
        let mut numbers: FxHashMap<(Option<i32>, Vec<Value>), u32> = FxHashMap::default();
        let group = |cell: usize| {
            if !spine.is_present(cell) {
                return NOWHERE;
            }
            let values: Option<Vec<Value>> = columns.iter().map(|column| column.value(cell)).collect();
            let Some(values) = values else { return NOWHERE };
            let next = numbers.len() as u32;
            *numbers.entry((period(spine.period(cell)), values)).or_insert(next)
        };
        Arc::new((0..spine.cells()).map(group).collect())
    }
}
