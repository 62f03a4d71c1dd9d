//! Which tables a plan reads.

use std::collections::BTreeSet;

use kpi_check::model::{ByKey, Expr, ExprKind, GroupKey, Model, Path, TableId, View};

use crate::{Cube, Plan};

impl Plan {
    /// Every table whose rows the plan reads: its rosters, the tables of its cubes, and what their rows refer to on the way
    /// to a key or in an expression. Each of them has to be given.
    pub fn tables(&self, model: &Model) -> BTreeSet<TableId> {
        let mut tables: BTreeSet<TableId> = self.rosters.iter().map(|roster| roster.table).collect();
        for cube in &self.cubes {
            tables.insert(cube.table);
            tables.extend(cube.key_table);
            add_path(cube.key.as_ref(), &mut tables);
            exprs(cube).for_each(|expr| add_expr(model, expr, &mut tables));
        }
        // A view is not given: its input is, with what its rows refer to.
        let is_view = |id: &TableId| model.tables[*id].view.is_some();
        while let Some(id) = tables.iter().copied().find(is_view) {
            tables.remove(&id);
            if let Some(view) = &model.tables[id].view {
                add_view(model, view, &mut tables);
            }
        }
        tables
    }
}

fn add_view(model: &Model, view: &View, tables: &mut BTreeSet<TableId>) {
    tables.insert(view.of);
    view.condition.iter().chain(&view.dated).for_each(|condition| add_expr(model, condition, tables));
    for key in view.grouping.iter().flat_map(|grouping| &grouping.keys) {
        if let GroupKey::Column(path) = key {
            add_path(Some(path), tables);
        }
    }
    let aggregates = view.grouping.iter().flat_map(|grouping| &grouping.aggregates);
    let exprs = aggregates.flat_map(|aggregate| aggregate.arg.iter().chain(&aggregate.condition));
    exprs.for_each(|expr| add_expr(model, expr, tables));
}

fn exprs(cube: &Cube) -> impl Iterator<Item = &Expr> {
    cube.values.iter().chain(cube.parts.iter().flat_map(|part| part.arg.iter().chain(&part.condition)))
}

fn add_path(path: Option<&Path>, tables: &mut BTreeSet<TableId>) {
    tables.extend(path.iter().flat_map(|path| path.0.iter().map(|column| column.table)));
}

fn add_expr(model: &Model, expr: &Expr, tables: &mut BTreeSet<TableId>) {
    match &expr.kind {
        ExprKind::Column(path) => add_path(Some(path), tables),
        ExprKind::Exists(exists) => {
            tables.insert(exists.table);
            exists.inner().for_each(|inner| add_expr(model, inner, tables));
        }
        ExprKind::Param(id, _) => {
            let value = &model.params[*id].value;
            for key in &value.keys {
                if let ByKey::Expr(key) = key {
                    add_expr(model, key, tables);
                }
            }
            value.rows.iter().for_each(|row| add_expr(model, &row.value, tables));
        }
        _ => {}
    }
    expr.children().into_iter().for_each(|child| add_expr(model, child, tables));
}
