//! Views: rows made of other rows. Most are lazy frames over the frame of their input; those whose rows are referred to, or
//! hold for a while, lie in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kpi_base::codes::tests::UNKNOWN_COLUMN;
use kpi_base::{Diagnostic, text};
use kpi_check::model::{AggregateFunction, ColumnId, GroupAggregate, GroupKey, Grouping, Model, TableId, Timing, View};
use kpi_plan::NO_KEY;
use kpi_value::{Dec, PeriodKind};
use polars::prelude as pl;

use crate::contract::Rep;
use crate::cubes::limited;
use crate::kernels::{self, Tally, kernel};
use crate::loaded::{Loaded, LoadedTable};
use crate::lower::{Lowered, Lowering, column_name, rep_of};
use crate::sources::{self, OWN_ENTITY};

/// The typed rows of a table on their way into cubes and views.
pub struct Rows {
    /// The rows.
    pub frame: pl::LazyFrame,
    /// The columns of the table that it has.
    pub columns: BTreeSet<u32>,
    /// Whether each row has its own entity: it came from memory.
    pub own_entity: bool,
    /// How the columns lie, where that is not as declared.
    pub reps: BTreeMap<u32, Rep>,
    /// The columns that the data do not give, each with the column of an export that is missing.
    pub absent: BTreeMap<u32, ColumnId>,
    /// The column of an export that is missing, where without it there are no rows at all.
    pub whole_absent: Option<ColumnId>,
    /// How many rows there are at most.
    pub rows: u64,
    /// Whether its numbers have the digits of a cell; else they may be sums.
    pub cells: bool,
    /// What kernels find.
    pub tally: Arc<Tally>,
}

/// A view lowered over the rows of its input.
pub struct LoweredView {
    condition: Option<pl::Expr>,
    /// The date of each row.
    dated: Option<pl::Expr>,
    groups: Option<Groups>,
    made: Rows,
}

/// How a grouped view's rows are made.
#[derive(Default)]
struct Groups {
    /// Of each row: keys and what is aggregated.
    select: Vec<pl::Expr>,
    keys: Vec<pl::Expr>,
    aggregates: Vec<pl::Expr>,
    /// Of each group.
    finish: Vec<pl::Expr>,
}

impl Rows {
    /// A column of full height.
    pub fn anchor(&self) -> String {
        if self.own_entity {
            return OWN_ENTITY.to_owned();
        }
        self.columns.first().map_or_else(|| OWN_ENTITY.to_owned(), |index| column_name(*index))
    }

    /// No rows, and no columns.
    pub fn none() -> Rows {
        Rows {
            frame: pl::LazyFrame::default(),
            columns: BTreeSet::new(),
            own_entity: false,
            reps: BTreeMap::new(),
            absent: BTreeMap::new(),
            whole_absent: None,
            rows: 0,
            cells: true,
            tally: Arc::default(),
        }
    }
}

/// Lowers a view over the rows of its input, whose columns `lowering` knows.
pub fn lower_view(
    id: TableId,
    view: &View,
    wanted: &BTreeSet<u32>,
    lowering: &mut Lowering<'_>,
    input: &Rows,
) -> LoweredView {
    lowering.read_absent = input.whole_absent;
    let condition = view.condition.as_ref().map(|condition| {
        let lowered = lowering.lower(condition);
        lowering.keep(lowered).expr
    });
    let mut made = Rows {
        frame: pl::LazyFrame::default(),
        columns: input.columns.clone(),
        own_entity: input.own_entity && view.grouping.is_none(),
        reps: input.reps.clone(),
        absent: input.absent.clone(),
        whole_absent: lowering.read_absent,
        rows: input.rows,
        cells: input.cells,
        tally: Arc::new(input.tally.of_view()),
    };
    let mut dated = None;
    if let (Some(date), Timing::Flow(time)) = (&view.dated, lowering.model.tables[id].time) {
        lowering.read_absent = None;
        let lowered = lowering.lower(date);
        made.absent.extend(lowering.read_absent.map(|absent| (time, absent)));
        made.columns.insert(time);
        made.reps.insert(time, lowered.rep);
        dated = Some(lowered.expr.alias(column_name(time)));
    }
    let Some(grouping) = &view.grouping else { return LoweredView { condition, dated, groups: None, made } };
    (made.reps, made.absent, made.cells) = (BTreeMap::new(), BTreeMap::new(), false);
    made.columns = (0..grouping.keys.len() as u32).chain(wanted.iter().copied()).collect();
    let groups = lower_groups(id, view.of, grouping, lowering, input, &mut made);
    LoweredView { condition, dated, groups: Some(groups), made }
}

fn lower_groups(
    id: TableId,
    of: TableId,
    grouping: &Grouping,
    lowering: &mut Lowering<'_>,
    input: &Rows,
    made: &mut Rows,
) -> Groups {
    let declared = &lowering.model.tables[id];
    let rep = |place: u32| declared.column(place).map_or(Rep::Dec(Dec::SCALE), rep_of);
    let mut groups = Groups::default();
    for (place, key) in (0u32..).zip(&grouping.keys) {
        lowering.read_absent = None;
        let lowered = match key {
            GroupKey::Column(path) => lowering.lower_column(path),
            GroupKey::Calendar(kind) => calendar(of, *kind, lowering),
        };
        // Without a key there are no groups to speak of.
        made.whole_absent = made.whole_absent.or(lowering.read_absent);
        let name = column_name(place);
        groups.select.push(fitted(lowered.expr, lowered.rep, rep(place), &made.tally).alias(&name));
        groups.keys.push(pl::col(&name));
        groups.finish.push(pl::col(&name));
    }
    let first = grouping.keys.len() as u32;
    for (place, aggregate) in (first..).zip(&grouping.aggregates) {
        if !made.columns.contains(&place) {
            continue;
        }
        lowering.read_absent = None;
        let column = lower_aggregate(place, aggregate, rep(place), lowering, (input, &made.tally), &mut groups);
        made.absent.extend(lowering.read_absent.map(|absent| (place, absent)));
        groups.finish.push(column.alias(column_name(place)));
    }
    groups
}

/// The unit of the calendar in which each row's time falls.
fn calendar(of: TableId, kind: PeriodKind, lowering: &mut Lowering<'_>) -> Lowered {
    let unit = if kind == PeriodKind::Day { Rep::Day } else { Rep::Period(kind) };
    let Timing::Flow(time) = lowering.model.tables[of].time else { return crate::lower::null(unit) };
    let lowered = lowering.lower_column(&kpi_check::model::Path(vec![ColumnId { table: of, index: time }]));
    let (rep, calendar) = (lowered.rep, lowering.model.policy.calendar);
    let run = move |columns: &[pl::Column]| match columns.first() {
        Some(column) => kernels::periods(column, rep, kind, calendar),
        None => Ok(pl::Column::default()),
    };
    Lowered { expr: kernel(vec![lowered.expr], unit.dtype(), run), rep: unit, form: String::new() }
}

/// The values of one representation in another; what does not fit is counted as too large.
fn fitted(expr: pl::Expr, from: Rep, to: Rep, tally: &Arc<Tally>) -> pl::Expr {
    if from == to || !to.is_number() {
        return expr;
    }
    let tally = tally.clone();
    kernel(vec![expr], to.dtype(), move |columns| match columns.first() {
        Some(column) => kernels::fit(column, to, &tally),
        None => Ok(pl::Column::default()),
    })
}

/// Adds what must be aggregated to the groups; the value of a group is made of it.
fn lower_aggregate(
    place: u32,
    aggregate: &GroupAggregate,
    rep: Rep,
    lowering: &mut Lowering<'_>,
    (input, tally): (&Rows, &Arc<Tally>),
    groups: &mut Groups,
) -> pl::Expr {
    let arg = aggregate.arg.as_ref().map(|arg| {
        let lowered = lowering.lower(arg);
        lowering.keep(lowered)
    });
    let condition = aggregate.condition.as_ref().map(|condition| {
        let lowered = lowering.lower(condition);
        lowering.keep(lowered).expr
    });
    let own = arg.as_ref().map_or(Rep::Int, |arg| arg.rep);
    let value = arg.map_or_else(|| pl::lit(true), |arg| arg.expr);
    let taken = match &condition {
        Some(condition) => pl::when(condition.clone()).then(value.clone()).otherwise(pl::lit(pl::NULL)),
        None => value.clone(),
    };
    let mut add = |suffix: &str, of_row: pl::Expr, total: fn(pl::Expr) -> pl::Expr| {
        let name = format!("a{place}{suffix}");
        groups.select.push(of_row.alias(&name));
        groups.aggregates.push(total(pl::col(&name)));
        pl::col(&name)
    };
    let int = |x: pl::Expr| x.cast(pl::DataType::Int64);
    let sum = |x: pl::Expr| x.sum();
    // Counted as whole numbers: a sum of truth values is one of 32 bits.
    let known = int(taken.clone().is_not_null());
    match aggregate.function {
        AggregateFunction::Count => add("", known, sum),
        AggregateFunction::CountDistinct => {
            let distinct = add("", taken.clone(), |x| x.n_unique());
            let missing = add("n", int(taken.is_null()), |x| x.max());
            int(distinct) - missing
        }
        AggregateFunction::Average => {
            let total = add("", limited(taken, own, input.rows, tally, input.cells), sum);
            let count = add("n", known, sum);
            let tally = tally.clone();
            let mean = |x: &[Dec]| match x {
                [total, count] => total.div(*count),
                _ => Ok(None),
            };
            kernel(vec![total, count], rep.dtype(), move |columns| kernels::compute(columns, &tally, mean))
        }
        AggregateFunction::Min => fitted(add("", taken, |x| x.min()), own, rep, tally),
        AggregateFunction::Max => fitted(add("", taken, |x| x.max()), own, rep, tally),
        AggregateFunction::Any => add("", int(holding(condition, value)), sum).gt(pl::lit(0)),
        AggregateFunction::All => {
            let holding = add("", int(holding(condition, value)), sum);
            let rows = add("n", known, sum);
            pl::when(rows.clone().gt(pl::lit(0))).then(holding.eq(rows)).otherwise(pl::lit(pl::NULL))
        }
        // A view holds no others than a sum.
        _ => {
            let total = add("", limited(taken, own, input.rows, tally, input.cells), sum);
            let tally = tally.clone();
            // A sum of decimals may have more digits before the point than a number of the language.
            kernel(vec![total], rep.dtype(), move |columns| match columns.first() {
                Some(column) => kernels::fit(column, rep, &tally),
                None => Ok(pl::Column::default()),
            })
        }
    }
}

fn holding(condition: Option<pl::Expr>, value: pl::Expr) -> pl::Expr {
    match condition {
        Some(condition) => condition.and(value),
        None => value,
    }
}

impl LoweredView {
    /// Over this frame of the input.
    pub fn finish(self, frame: pl::LazyFrame) -> Rows {
        let LoweredView { condition, dated, groups, mut made } = self;
        let frame = match condition {
            Some(condition) => frame.filter(condition),
            None => frame,
        };
        let frame = match dated {
            Some(date) => frame.with_column(date),
            None => frame,
        };
        made.frame = match groups {
            Some(groups) => {
                let grouped = frame.select(groups.select).group_by(groups.keys).agg(groups.aggregates);
                grouped.select(groups.finish)
            }
            None => frame,
        };
        made
    }
}

/// Makes the views that lie in memory, of tables that do.
///
/// # Errors
/// If a condition reads what a policy test leaves out, or cannot be computed.
pub fn load_views(
    model: &Model,
    wanted: &BTreeMap<TableId, BTreeSet<u32>>,
    loaded: &mut Loaded,
) -> Result<(), Vec<Diagnostic>> {
    let mut views: Vec<TableId> = wanted.keys().copied().filter(|id| model.tables[*id].view.is_some()).collect();
    views.sort_by_key(|id| depth(model, *id));
    for id in views {
        let Some(view) = &model.tables[id].view else { continue };
        let Some(input) = loaded.get(view.of).cloned() else { continue };
        let kept = kept_rows(model, id, view, &input, loaded)?;
        loaded.insert(id, input.keep(&kept));
    }
    Ok(())
}

/// How many views lie between a table and its export, itself included.
pub fn depth(model: &Model, mut table: TableId) -> usize {
    let mut depth = 0;
    while let Some(view) = &model.tables[table].view {
        (table, depth) = (view.of, depth + 1);
    }
    depth
}

/// The rows of a table in memory that a view takes.
fn kept_rows(
    model: &Model,
    id: TableId,
    view: &View,
    input: &LoadedTable,
    loaded: &Loaded,
) -> Result<Vec<bool>, Vec<Diagnostic>> {
    let Some(condition) = &view.condition else { return Ok(vec![true; input.rows()]) };
    let failed = |error: pl::PolarsError| vec![sources::engine_failed(&error)];
    let absent = input.columns.values().filter(|c| c.absent);
    let absent = absent.map(|c| (c.index, ColumnId { table: model.export_of(view.of), index: c.index })).collect();
    let has_period = matches!(model.tables[view.of].time, Timing::Flow(_));
    let mut lowering = Lowering::new(model, loaded, absent, has_period);
    let lowered = lowering.lower(condition);
    if let Some(column) = lowering.read_absent {
        let (table, name) = (&model.tables[column.table].title.name, &model.column(column).title.name);
        let message = text!("the test leaves out `{table}.{name}`, which a view reads", table, name);
        let finding = Diagnostic::new(UNKNOWN_COLUMN, message).label(condition.span, text!("read here")).help(text!(
            "add `{name}` to the test's `{table}`",
            name,
            table
        ));
        return Err(vec![finding]);
    }
    if !lowering.findings.is_empty() {
        return Err(lowering.findings);
    }
    let mut frame = sources::frame_of_all_rows(model, view.of, input).map_err(failed)?;
    for (name, expr) in lowering.derived {
        frame = frame.with_column(expr.alias(name));
    }
    // Beside a column of full height, so that a condition on nothing has that height too.
    let frame = frame.select([pl::col(OWN_ENTITY), lowered.expr.alias("kept")]).collect().map_err(failed)?;
    let kept = frame.column("kept").map_err(failed)?.as_materialized_series().clone();
    if lowering.tally.overflows.load(std::sync::atomic::Ordering::Relaxed) > 0 {
        let name = &model.tables[id].title;
        let message = text!("the condition of `{view}` leaves the range of numbers", view = name.name);
        return Err(vec![
            Diagnostic::new(kpi_base::codes::data::SUM_TOO_LARGE, message).label(name.span, text!("of this view")),
        ]);
    }
    let kept = kept.bool().map_err(failed)?;
    Ok(kept.iter().map(|holds| holds == Some(true)).collect())
}

impl LoadedTable {
    /// The table with some of its rows.
    fn keep(&self, kept: &[bool]) -> LoadedTable {
        let rows: Vec<usize> = kept.iter().enumerate().filter(|(_, kept)| **kept).map(|(row, _)| row).collect();
        let mut table = LoadedTable { given: self.given, whenever: self.whenever, ..LoadedTable::default() };
        for row in &rows {
            let key = self.entities.get(*row).and_then(|entity| self.keys.get(*entity as usize));
            let entity = match key {
                None => NO_KEY,
                Some(key) => {
                    if table.keys.last() != Some(key) {
                        table.index.insert(key.clone(), table.keys.len() as u32);
                        table.first_rows.push(table.entities.len() as u32);
                        table.keys.push(key.clone());
                    }
                    table.keys.len() as u32 - 1
                }
            };
            table.entities.push(entity);
            table.validity.push(self.validity.get(*row).copied().unwrap_or_default());
        }
        table.first_rows.push(table.entities.len() as u32);
        for (index, column) in &self.columns {
            let values = rows.iter().map(|row| column.values.get(*row).cloned().flatten()).collect();
            let column = kpi_plan::RosterColumn { index: *index, values, absent: column.absent };
            table.columns.insert(*index, column);
        }
        table
    }
}
