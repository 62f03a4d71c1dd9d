//! Which columns of which tables a plan reads, and which tables must lie in memory.

use std::collections::{BTreeMap, BTreeSet};

use kpi_check::model::{ByKey, Expr, ExprKind, GroupKey, Model, Path, TableId, Timing, View};
use kpi_plan::{Cube, Plan};

use crate::inputs::{Export, Input, Inputs};

/// What is read.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// The tables in memory, with the columns needed of each.
    pub loaded: BTreeMap<TableId, BTreeSet<u32>>,
    /// The tables that are scanned, likewise.
    pub scanned: BTreeMap<TableId, BTreeSet<u32>>,
    /// The views that are made on the way, likewise.
    pub views: BTreeMap<TableId, BTreeSet<u32>>,
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
        needs.loaded.extend(cube.key_table.filter(|to| !needs.loaded.contains_key(to)).map(|to| (to, BTreeSet::new())));
        let mut paths = Vec::new();
        paths.extend(cube.key.clone());
        cube_exprs(cube).for_each(|expr| collect_paths(model, expr, &mut paths));
        take_paths(&paths, columns, &mut needs.loaded);
    }
    for exists in crate::exists::exists_of(plan).values() {
        let mut paths = Vec::new();
        exists.inner().for_each(|expr| collect_paths(model, expr, &mut paths));
        let mut columns = BTreeSet::new();
        take_paths(&paths, &mut columns, &mut needs.loaded);
        if let Timing::Flow(time) = model.tables[exists.table].time {
            columns.insert(time);
        }
        // What a view filters is looked up in memory.
        match model.tables[exists.table].view.is_some() {
            true => needs.loaded.entry(exists.table).or_default().extend(columns),
            false => own.entry(exists.table).or_default().extend(columns),
        }
    }
    // Each view asks for columns of its input, and may ask for another view by a reference.
    let size = |own: &BTreeMap<TableId, BTreeSet<u32>>, needs: &Needs| -> usize {
        own.values().chain(needs.loaded.values()).map(|columns| 1 + columns.len()).sum()
    };
    loop {
        let before = size(&own, &needs);
        let open: Vec<TableId> = own.keys().copied().collect();
        for id in open {
            if lies_in_memory(model, id, inputs) {
                needs.loaded.entry(id).or_default();
            }
        }
        for (id, table) in model.tables.iter().rev() {
            if let Some(view) = &table.view {
                ask_input(model, id, view, &mut own, &mut needs.loaded);
            }
        }
        if size(&own, &needs) == before {
            break;
        }
    }
    for (table, columns) in own {
        match needs.loaded.get_mut(&table) {
            Some(loaded) => loaded.extend(columns),
            None if model.tables[table].view.is_some() => {
                needs.views.insert(table, columns);
            }
            None => {
                needs.scanned.insert(table, columns);
            }
        }
    }
    needs
}

/// Whether a table's rows depend on more than themselves, or are small anyway.
fn lies_in_memory(model: &Model, id: TableId, inputs: &Inputs) -> bool {
    let table = &model.tables[id];
    if matches!(table.time, Timing::Stock { .. } | Timing::AsOf(_)) {
        return true;
    }
    table.view.is_none()
        && match inputs.get(&id) {
            None | Some(Input::Inline(_)) => true,
            Some(Input::Files(exports)) => exports.iter().any(Export::is_workbook),
        }
}

/// Adds what a view that is read needs of its input.
fn ask_input(
    model: &Model,
    id: TableId,
    view: &View,
    own: &mut BTreeMap<TableId, BTreeSet<u32>>,
    loaded: &mut BTreeMap<TableId, BTreeSet<u32>>,
) {
    let in_memory = loaded.contains_key(&id);
    let mut read = loaded.get(&id).cloned().unwrap_or_default();
    match own.get(&id) {
        Some(columns) => read.extend(columns),
        None if !in_memory => return,
        None => {}
    }
    let mut paths = Vec::new();
    let mut columns = BTreeSet::new();
    view.condition.iter().chain(&view.dated).for_each(|condition| collect_paths(model, condition, &mut paths));
    match &view.grouping {
        // The date of its rows is no column of the input.
        None => columns.extend(read.into_iter().filter(|index| model.tables[view.of].column(*index).is_some())),
        Some(grouping) => {
            let first = grouping.keys.len() as u32;
            for key in &grouping.keys {
                if let GroupKey::Column(path) = key {
                    paths.push(path.clone());
                }
            }
            for (place, aggregate) in (first..).zip(&grouping.aggregates) {
                if read.contains(&place) {
                    let exprs = aggregate.arg.iter().chain(&aggregate.condition);
                    exprs.for_each(|expr| collect_paths(model, expr, &mut paths));
                }
            }
        }
    }
    let input = &model.tables[view.of];
    columns.extend(input.key);
    match input.time {
        Timing::Timeless => {}
        Timing::Flow(time) | Timing::AsOf(time) => columns.extend([time]),
        Timing::Stock { from, to } => columns.extend([from, to]),
    }
    take_paths(&paths, &mut columns, loaded);
    let of = if in_memory { loaded } else { own };
    of.entry(view.of).or_default().extend(columns);
}

/// The first column of each path belongs to the table itself, those behind it to tables in memory.
fn take_paths(paths: &[Path], columns: &mut BTreeSet<u32>, loaded: &mut BTreeMap<TableId, BTreeSet<u32>>) {
    for path in paths {
        let Some((first, rest)) = path.0.split_first() else { continue };
        columns.insert(first.index);
        for column in rest {
            loaded.entry(column.table).or_default().insert(column.index);
        }
    }
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
