//! Which columns of which tables a plan reads, and which tables must lie in memory.

use std::collections::{BTreeMap, BTreeSet};

use kpi_check::model::{ByKey, Expr, ExprKind, Model, Path, TableId, Timing};
use kpi_plan::{Cube, Plan};

use crate::inputs::{Export, Input, Inputs};

/// What is read.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// The tables in memory, with the columns needed of each.
    pub loaded: BTreeMap<TableId, BTreeSet<u32>>,
    /// The tables that are scanned, likewise.
    pub scanned: BTreeMap<TableId, BTreeSet<u32>>,
}

/// Finds what a plan reads.
pub fn find_needs(model: &Model, plan: &Plan, inputs: &Inputs) -> Needs {
    let mut needs = Needs::default();
    for roster in &plan.rosters {
        needs.loaded.entry(roster.table).or_default().extend(&roster.columns);
    }
    let mut own: BTreeMap<TableId, BTreeSet<u32>> = BTreeMap::new();
    for cube in &plan.cubes {
        let columns = own.entry(cube.table).or_default();
        let table = &model.tables[cube.table];
        columns.extend(table.key);
        if let Timing::Flow(time) | Timing::AsOf(time) = table.time {
            columns.insert(time);
        }
        let in_memory = matches!(table.time, Timing::Stock { .. } | Timing::AsOf(_))
            || match inputs.get(&cube.table) {
                None | Some(Input::Inline(_)) => true,
                Some(Input::Files(exports)) => exports.iter().any(Export::is_workbook),
            };
        if in_memory {
            needs.loaded.entry(cube.table).or_default();
        }
        needs.loaded.extend(cube.key_table.filter(|to| !needs.loaded.contains_key(to)).map(|to| (to, BTreeSet::new())));
        let mut paths = Vec::new();
        paths.extend(cube.key.clone());
        cube_exprs(cube).for_each(|expr| collect_paths(model, expr, &mut paths));
        for path in &paths {
            let Some((first, rest)) = path.0.split_first() else { continue };
            columns.insert(first.index);
            for column in rest {
                needs.loaded.entry(column.table).or_default().insert(column.index);
            }
        }
    }
    for (table, columns) in own {
        match needs.loaded.get_mut(&table) {
            Some(loaded) => loaded.extend(columns),
            None => {
                needs.scanned.insert(table, columns);
            }
        }
    }
    needs
}

/// The row expressions of a cube.
fn cube_exprs(cube: &Cube) -> impl Iterator<Item = &Expr> {
    cube.values.iter().chain(cube.parts.iter().flat_map(|part| part.arg.iter().chain(&part.condition)))
}

fn collect_paths(model: &Model, expr: &Expr, paths: &mut Vec<Path>) {
    match &expr.kind {
        ExprKind::Column(path) => paths.push(path.clone()),
        ExprKind::Param(id, keys) => {
            let table = &model.params[*id].value;
            for key in &table.keys {
                if let (ByKey::Expr(key), None) = (key, keys) {
                    collect_paths(model, key, paths);
                }
            }
            for row in &table.rows {
                collect_paths(model, &row.value, paths);
            }
        }
        _ => {}
    }
    for child in expr.children() {
        collect_paths(model, child, paths);
    }
}
