//! Which tables and columns a plan reads.

use std::collections::BTreeSet;

use kpi_check::model::{ByKey, ColumnId, Expr, ExprKind, GroupKey, Model, Path, TableId, Timing, View};

use crate::{Cube, Plan};

/// What is read.
#[derive(Default)]
struct Found {
    tables: BTreeSet<TableId>,
    columns: BTreeSet<ColumnId>,
}

impl Plan {
    /// Every table whose rows the plan reads: its rosters, the tables of its cubes, and what their rows refer to on the way
    /// to a key or in an expression. Each of them has to be given.
    pub fn tables(&self, model: &Model) -> BTreeSet<TableId> {
        self.found(model).tables
    }

    /// Every column of an export that the plan reads, with the keys and the times of its tables.
    pub fn columns(&self, model: &Model) -> BTreeSet<ColumnId> {
        let Found { tables, columns } = self.found(model);
        // A view that does not group has the columns of its input, in the same places.
        let of_export = |column: ColumnId| {
            let mut table = column.table;
            while let Some(view) = &model.tables[table].view {
                if view.grouping.is_some() || (column.index as usize) >= model.tables[view.of].columns.len() {
                    return None;
                }
                table = view.of;
            }
            Some(ColumnId { table, index: column.index })
        };
        let mut all: BTreeSet<ColumnId> = columns.into_iter().filter_map(of_export).collect();
        for table in tables {
            let times = match model.tables[table].time {
                Timing::Timeless => [None, None],
                Timing::Flow(at) | Timing::AsOf(at) => [Some(at), None],
                Timing::Stock { from, to } => [Some(from), Some(to)],
            };
            let places = times.into_iter().chain([model.tables[table].key]).flatten();
            all.extend(places.map(|index| ColumnId { table, index }));
        }
        all
    }

    fn found(&self, model: &Model) -> Found {
        let mut found = Found::default();
        for roster in &self.rosters {
            found.tables.insert(roster.table);
            found.columns.extend(roster.columns.iter().map(|index| ColumnId { table: roster.table, index: *index }));
        }
        for cube in &self.cubes {
            found.tables.insert(cube.table);
            found.tables.extend(cube.key_table);
            found.add_path(cube.key.as_ref());
            exprs(cube).for_each(|expr| found.add_expr(model, expr));
        }
        // A view is not given: its input is, with what its rows refer to.
        let is_view = |id: &TableId| model.tables[*id].view.is_some();
        while let Some(id) = found.tables.iter().copied().find(is_view) {
            found.tables.remove(&id);
            if let Some(view) = &model.tables[id].view {
                found.add_view(model, view);
            }
        }
        found
    }
}

fn exprs(cube: &Cube) -> impl Iterator<Item = &Expr> {
    cube.values.iter().chain(cube.parts.iter().flat_map(|part| part.arg.iter().chain(&part.condition)))
}

impl Found {
    fn add_view(&mut self, model: &Model, view: &View) {
        self.tables.insert(view.of);
        view.condition.iter().chain(&view.dated).for_each(|condition| self.add_expr(model, condition));
        for key in view.grouping.iter().flat_map(|grouping| &grouping.keys) {
            if let GroupKey::Column(path) = key {
                self.add_path(Some(path));
            }
        }
        let aggregates = view.grouping.iter().flat_map(|grouping| &grouping.aggregates);
        let exprs = aggregates.flat_map(|aggregate| aggregate.arg.iter().chain(&aggregate.condition));
        exprs.for_each(|expr| self.add_expr(model, expr));
    }

    fn add_path(&mut self, path: Option<&Path>) {
        for column in path.iter().flat_map(|path| &path.0) {
            self.tables.insert(column.table);
            self.columns.insert(*column);
        }
    }

    fn add_expr(&mut self, model: &Model, expr: &Expr) {
        match &expr.kind {
            ExprKind::Column(path) => self.add_path(Some(path)),
            ExprKind::Exists(exists) => {
                self.tables.insert(exists.table);
                exists.inner().for_each(|inner| self.add_expr(model, inner));
            }
            ExprKind::Param(id, _) => {
                let value = &model.params[*id].value;
                for key in &value.keys {
                    if let ByKey::Expr(key) = key {
                        self.add_expr(model, key);
                    }
                }
                value.rows.iter().for_each(|row| self.add_expr(model, &row.value));
            }
            _ => {}
        }
        expr.children().into_iter().for_each(|child| self.add_expr(model, child));
    }
}
