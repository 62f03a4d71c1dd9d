//! Reads what `exists` looks in: each inner table once, all of it whatever the period, for all the indexes that are made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kpi_base::Diagnostic;
use kpi_check::model::{ColumnId, Exists, ExprId, Model, TableId, Timing, Type};
use kpi_plan::Plan;
use kpi_value::{Date, DateTime, PeriodKind, Value};
use polars::prelude as pl;

use crate::contract::Rep;
use crate::cubes::TableRun;
use crate::exists::{Index, Indexes, exists_of};
use crate::inputs::Inputs;
use crate::kernels::Tally;
use crate::loaded::Loaded;
use crate::lower::{Lowered, Lowering, column_name};
use crate::run::{Scans, table_run};
use crate::sources;
use crate::views::Rows;

/// The indexes of all `exists` of a plan, and the tables that were scanned for them.
///
/// # Errors
/// What Polars says, and what cannot be lowered.
pub fn index_exists(
    model: &Model,
    plan: &Plan,
    inputs: &Inputs,
    loaded: &Loaded,
    files: &Scans,
) -> Result<(Indexes, BTreeMap<TableId, TableRun>), Vec<Diagnostic>> {
    let failed = |error: pl::PolarsError| vec![sources::engine_failed(&error)];
    let mut indexes = Indexes { until: plan.data_until, of: BTreeMap::new(), periods: BTreeMap::new() };
    let mut runs = BTreeMap::new();
    let mut tables: BTreeMap<TableId, Vec<(ExprId, Arc<Exists>)>> = BTreeMap::new();
    for (id, exists) in exists_of(plan) {
        tables.entry(exists.table).or_default().push((id, exists));
    }
    for (id, wanted) in tables {
        let export = model.export_of(id);
        if !inputs.contains_key(&export) {
            indexes.of.extend(wanted.into_iter().map(|(expr, _)| (expr, Arc::new(Index::default()))));
            continue;
        }
        let tally: Arc<Tally> = Arc::default();
        let mut reps = BTreeMap::new();
        let mut absent = BTreeMap::new();
        let frame = match (loaded.get(id), files.get(&id)) {
            (Some(table), _) => {
                let columns = table.columns.values().filter(|c| c.absent);
                absent.extend(columns.map(|c| (c.index, ColumnId { table: export, index: c.index })));
                sources::frame_of_all_rows(model, id, table).map_err(failed)?
            }
            (None, Some((contracts, files))) => {
                reps.extend(contracts.iter().map(|c| (c.index, c.rep)));
                let rows = files.iter().map(|f| f.rows).sum();
                let scanned = Rows { rows, tally: tally.clone(), ..Rows::none() };
                runs.insert(id, table_run(&scanned, true, contracts.clone()));
                sources::scan(model, id, contracts, files, &BTreeSet::new(), &tally)?
            }
            (None, None) => continue,
        };
        let mut lowering = Lowering::new(model, loaded, absent, false);
        (lowering.reps, lowering.tally) = (reps, tally.clone());
        let mut forms: Vec<Form> = Vec::new();
        let mut places = Vec::new();
        for (expr, exists) in wanted {
            let form = lower_form(model, &exists, &mut lowering);
            let place = forms.iter().position(|other| other.name == form.name).unwrap_or(forms.len());
            if place == forms.len() {
                forms.push(form);
            }
            places.push((expr, place));
        }
        if !lowering.findings.is_empty() {
            return Err(lowering.findings);
        }
        let mut whole = frame;
        for (name, expr) in lowering.derived {
            whole = whole.with_column(expr.alias(name));
        }
        let days_of = match model.tables[export].time {
            Timing::Flow(time) => {
                let dated = |column: &&kpi_check::model::Column| matches!(column.ty, Type::Date | Type::DateTime);
                model.tables[export].column(time).filter(dated).map(|_| time)
            }
            _ => None,
        };
        let scanned_days = days_of.filter(|_| loaded.get(export).is_none()).and_then(|time| {
            let rep = files.get(&export)?.0.iter().find(|contract| contract.index == time)?.rep;
            let column = pl::col(column_name(time));
            match rep {
                Rep::Day => Some(column),
                Rep::Time => Some(column.floor_div(pl::lit(DateTime::DAY)).cast(pl::DataType::Int32)),
                _ => None,
            }
        });
        let mut plans: Vec<pl::LazyFrame> = Vec::new();
        // Rows are read once, however many indexes are made of them.
        let whole = if forms.len() + usize::from(scanned_days.is_some()) > 1 { whole.cache() } else { whole };
        plans.extend(forms.iter().map(|form| form.select(&whole)));
        plans.extend(scanned_days.clone().map(|day| whole.group_by([day.alias("day")]).agg([pl::len()])));
        let plans = plans.into_iter().map(|frame| frame.logical_plan).collect();
        let flags = pl::OptFlags::default() | pl::OptFlags::STREAMING;
        let frames = pl::LazyFrame::collect_all_with_engine(plans, pl::Engine::Streaming, flags).map_err(failed)?;
        let mut days = BTreeSet::new();
        if let (Some(time), Some(table)) = (days_of, loaded.get(export)) {
            let values = table.columns.get(&time).into_iter().flat_map(|column| &column.values);
            days.extend(values.flatten().filter_map(day));
        } else if let (Some(_), Some(frame)) = (scanned_days, frames.get(forms.len())) {
            let column = frame.column("day").map_err(failed)?.as_materialized_series();
            days.extend(column.i32().map_err(failed)?.iter().flatten().map(Date));
        }
        let first = days.first().map(|first| first_day(model, *first));
        if days_of.is_some() {
            let (calendar, kind) = (&model.policy.calendar, model.policy.rows_expected());
            indexes.periods.insert(export, days.iter().map(|day| calendar.period(kind, *day).index).collect());
        }
        let mut made = Vec::new();
        for (form, frame) in forms.iter().zip(&frames) {
            let mut index = form.index(frame).map_err(failed)?;
            index.first = first.filter(|_| form.by_time);
            made.push(Arc::new(index));
        }
        let found = places.into_iter().filter_map(|(expr, place)| Some((expr, made.get(place)?.clone())));
        indexes.of.extend(found);
    }
    Ok((indexes, runs))
}

/// The rows that an `exists` looks in, lowered.
struct Form {
    name: String,
    keys: Vec<Lowered>,
    time: Option<Lowered>,
    /// Whether the time is that by which rows belong to periods.
    by_time: bool,
    condition: Option<Lowered>,
    absent: Option<ColumnId>,
}

fn lower_form(model: &Model, exists: &Exists, lowering: &mut Lowering<'_>) -> Form {
    lowering.read_absent = None;
    let keys: Vec<Lowered> = exists.keys.iter().map(|(inner, _)| lowering.lower(inner)).collect();
    let time = exists.time.as_ref().map(|time| lowering.lower(time));
    let condition = exists.condition.as_ref().map(|condition| lowering.lower(condition));
    let forms: Vec<&str> = keys.iter().chain(&time).chain(&condition).map(|l| l.form.as_str()).collect();
    let by_time = exists.is_by_time(model);
    let name = format!("{} {} {by_time} {}", keys.len(), time.is_some(), forms.join(" | "));
    Form { name, keys, time, by_time, condition, absent: lowering.read_absent }
}

impl Form {
    /// The keys and the time of the rows that may answer.
    fn select(&self, whole: &pl::LazyFrame) -> pl::LazyFrame {
        let frame = match &self.condition {
            Some(condition) => whole.clone().filter(condition.expr.clone()),
            None => whole.clone(),
        };
        let named = self.keys.iter().chain(&self.time).enumerate();
        frame.select(named.map(|(i, l)| l.expr.clone().alias(format!("x{i}"))).collect::<Vec<pl::Expr>>())
    }

    fn index(&self, frame: &pl::DataFrame) -> pl::PolarsResult<Index> {
        let reps: Vec<Rep> = self.keys.iter().map(|key| key.rep).collect();
        let (keys, times) = frame.columns().split_at_checked(reps.len()).unwrap_or_default();
        let time = self.time.as_ref().and_then(|time| Some((times.first()?, time.rep)));
        let mut index = Index::new(keys, &reps, time, frame.height())?;
        index.absent = self.absent;
        Ok(index)
    }
}

fn day(value: &Value) -> Option<Date> {
    match value {
        Value::Date(day) => Some(*day),
        Value::DateTime(time) => Some(time.date()),
        _ => None,
    }
}

/// The first moment of which a source says something: its first row's period begins.
fn first_day(model: &Model, first: Date) -> Date {
    let kind: PeriodKind = model.policy.rows_expected();
    model.policy.calendar.start(model.policy.calendar.period(kind, first))
}
