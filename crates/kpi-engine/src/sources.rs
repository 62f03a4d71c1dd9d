//! The typed rows of each table as a lazy frame: scans of exports, and frames of what lies in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kpi_base::Diagnostic;
use kpi_check::model::{Model, TableId, Timing};
use kpi_plan::{Grain, NO_KEY, Plan, Range};
use kpi_value::{Date, Period, PeriodKind, Value};
use polars::prelude as pl;
use polars::prelude::{IntoColumn, IntoLazy, IntoSeries, LazyFileListReader, NewChunkedArray};

use crate::contract::{Contract, Rep};
use crate::csv_file;
use crate::files::{FileFacts, Layout, unreadable};
use crate::kernels::{self, Tally, Unique, kernel};
use crate::loaded::{LoadedTable, period_of};
use crate::lower::{column_name, period_name, rep_of};

/// The column with each row's own entity, in a frame of what lies in memory.
pub const OWN_ENTITY: &str = "k";

/// Scans the exports of a table; the columns are typed, and a flow has its periods of these kinds.
///
/// # Errors
/// If a file cannot be read.
pub fn scan(
    model: &Model,
    table: TableId,
    contracts: &[Contract],
    files: &[FileFacts],
    kinds: &BTreeSet<PeriodKind>,
    tally: &Arc<Tally>,
) -> Result<pl::LazyFrame, Vec<Diagnostic>> {
    let contracts: Vec<Arc<Contract>> = contracts.iter().cloned().map(Arc::new).collect();
    let mut frames = Vec::new();
    for group in files.chunk_by(|a, b| a.layout == b.layout) {
        let Some(first) = group.first() else { continue };
        let scanned = match &first.layout {
            Layout::Csv(header) => scan_csv(group, header)?,
            Layout::Parquet(_) => scan_parquet(group)?,
            // A sheet is read into memory.
            Layout::Sheet(_) => continue,
        };
        let header = first.layout.header();
        let name = |contract: &Contract| {
            let place = header.iter().position(|h| *h == contract.header).unwrap_or(0);
            match &first.layout {
                Layout::Csv(_) => csv_name(place),
                Layout::Parquet(_) | Layout::Sheet(_) => contract.header.clone(),
            }
        };
        frames.push(scanned.select(contracts.iter().map(|c| type_expr(c, &name(c), tally)).collect::<Vec<_>>()));
    }
    let frame = if frames.len() > 1 {
        pl::concat(frames, pl::UnionArgs::default()).map_err(|error| vec![engine_failed(&error)])?
    } else {
        frames.pop().unwrap_or_default()
    };
    let frame = match model.tables[table].time {
        Timing::Flow(time) => {
            let rep = model.tables[table].column(time).map_or(Rep::Day, rep_of);
            kinds.iter().fold(frame, |frame, &kind| frame.with_column(period_expr(model, kind, time, rep)))
        }
        _ => frame,
    };
    Ok(frame)
}

/// The finding about an engine that failed.
pub fn engine_failed(error: &pl::PolarsError) -> Diagnostic {
    Diagnostic::new(
        kpi_base::codes::data::FILE_UNREADABLE,
        kpi_base::text!("the exports cannot be read: {error}", error = error.to_string()),
    )
}

fn type_expr(contract: &Arc<Contract>, name: &str, tally: &Arc<Tally>) -> pl::Expr {
    let (own, tally) = (contract.clone(), tally.clone());
    let unique = contract.column.unique.then(Unique::default);
    let run = move |columns: &[pl::Column]| {
        let Some(column) = columns.first() else { return Ok(pl::Column::default()) };
        let typed = kernels::type_column(column, &own, &tally)?;
        match &unique {
            Some(unique) => unique.check(&typed, &tally),
            None => Ok(typed),
        }
    };
    kernel(vec![pl::col(name)], contract.rep.dtype(), run).alias(column_name(contract.index))
}

/// The period of a kind in which each row's time falls.
pub fn period_expr(model: &Model, kind: PeriodKind, time: u32, rep: Rep) -> pl::Expr {
    let calendar = model.policy.calendar;
    let run = move |columns: &[pl::Column]| match columns.first() {
        Some(column) => kernels::periods(column, rep, kind, calendar),
        None => Ok(pl::Column::default()),
    };
    kernel(vec![pl::col(column_name(time))], pl::DataType::Int32, run).alias(period_name(kind))
}

/// Columns of a CSV scan are named by their place: headers may come twice in columns that nobody reads.
fn csv_name(place: usize) -> String {
    format!("f{place}")
}

fn scan_csv(files: &[FileFacts], header: &[String]) -> Result<pl::LazyFrame, Vec<Diagnostic>> {
    let sources = if files.iter().any(|file| file.rewrite) {
        let mut texts = Vec::new();
        for file in files {
            texts.push(
                csv_file::rewrite(&file.path, file.encoding, &file.left_out)
                    .map_err(|error| vec![unreadable(&file.path, &error)])?,
            );
        }
        pl::ScanSources::Buffers(texts.into_iter().map(Into::into).collect())
    } else {
        paths(files)
    };
    let schema: pl::Schema =
        (0..header.len()).map(|place| pl::Field::new(csv_name(place).into(), pl::DataType::String)).collect();
    pl::LazyCsvReader::new_with_sources(sources)
        .with_has_header(true)
        .with_schema(Some(schema.into()))
        .with_glob(false)
        .with_raise_if_empty(false)
        .finish()
        .map_err(|error| vec![engine_failed(&error)])
}

fn scan_parquet(files: &[FileFacts]) -> Result<pl::LazyFrame, Vec<Diagnostic>> {
    let scan = |files: &[FileFacts], row_index| {
        let args = pl::ScanArgsParquet { glob: false, row_index, ..Default::default() };
        pl::LazyFrame::scan_parquet_sources(paths(files), args)
    };
    if files.iter().all(|file| file.left_out.is_empty()) {
        return scan(files, None).map_err(|error| vec![engine_failed(&error)]);
    }
    // Rows that are left out are known by their number in their own file.
    let own = files.chunks(1).map(|file| {
        let left_out = file.iter().flat_map(|file| file.left_out.iter()).map(|row| *row as pl::IdxSize);
        let left_out = pl::Series::from_iter(left_out).implode()?.into_series();
        let numbered = scan(file, Some(pl::RowIndex { name: ROW.into(), offset: 1 }))?;
        Ok(numbered.filter(pl::col(ROW).is_in(pl::lit(left_out), false).not()))
    });
    let own: pl::PolarsResult<Vec<pl::LazyFrame>> = own.collect();
    own.and_then(|own| pl::concat(own, pl::UnionArgs::default())).map_err(|error| vec![engine_failed(&error)])
}

/// The number of a row in its Parquet file, while rows are left out.
const ROW: &str = "#row";

fn paths(files: &[FileFacts]) -> pl::ScanSources {
    let paths = files.iter().map(|file| pl::PlRefPath::new(file.path.to_string_lossy()));
    pl::ScanSources::Paths(paths.collect())
}

/// The rows of a table in memory, with the same columns as a scan and their period of a grain; a stock's come once for each
/// period of the plan at whose end they hold. `ends` are the last days of the stints that begin and end inside of periods.
///
/// # Errors
/// If Polars refuses the columns.
pub fn frame_in_memory(
    model: &Model,
    plan: &Plan,
    id: TableId,
    table: &LoadedTable,
    grain: Grain,
    ends: &BTreeSet<Date>,
) -> pl::PolarsResult<pl::LazyFrame> {
    let declared = &model.tables[id];
    let calendar = &model.policy.calendar;
    let all = 0..table.rows();
    let value = |column: u32, row: usize| table.columns.get(&column).and_then(|c| c.values.get(row)?.as_ref());
    let own_period = |column: u32, row: usize| {
        let own = period_of(model, grain.period, value(column, row)?)?;
        Some(calendar.containing(grain.period, own).index)
    };
    let (rows, periods): (Vec<usize>, Option<Vec<Option<i32>>>) = match declared.time {
        Timing::Timeless => (all.collect(), None),
        Timing::Flow(time) => (all.clone().collect(), Some(all.map(|row| own_period(time, row)).collect())),
        Timing::AsOf(time) => {
            // The last row of a key inside the period; rows without key are told apart by nothing.
            let mut last: BTreeMap<(u32, Option<i32>), Option<&Value>> = BTreeMap::new();
            let place = |row: usize| (table.entities.get(row).copied().unwrap_or(NO_KEY), own_period(time, row));
            for row in all.clone() {
                let latest = last.entry(place(row)).or_default();
                *latest = (*latest).max(value(time, row));
            }
            let holds = |row: &usize| {
                let place = place(*row);
                place.0 == NO_KEY || last.get(&place) == Some(&value(time, *row))
            };
            let kept: Vec<usize> = all.filter(holds).collect();
            let periods = kept.iter().map(|row| own_period(time, *row)).collect();
            (kept, Some(periods))
        }
        Timing::Stock { .. } => {
            let (mut rows, mut periods) = (Vec::new(), Vec::new());
            let all = plan.range(grain.period).into_iter().flat_map(Range::indices);
            let cut = grain.cell != grain.period;
            let ends_cell = |day: &i32| {
                let end = calendar.end(calendar.period(grain.cell, Date(*day)));
                !cut || ends.contains(&Date(*day)) || end == Date(*day)
            };
            for index in all.filter(ends_cell) {
                let period = Period { kind: grain.period, index };
                let day = model.day_of_stock(id, (calendar.start(period), calendar.end(period)));
                let holding = table
                    .validity
                    .iter()
                    .enumerate()
                    .filter(|(_, (from, to))| from.is_none_or(|from| from <= day) && to.is_none_or(|to| to >= day));
                for (row, _) in holding {
                    rows.push(row);
                    periods.push(Some(index));
                }
            }
            (rows, Some(periods))
        }
    };
    let periods = periods.map(|periods| (grain.period, periods));
    frame_of_rows(declared, table, &rows, periods)
}

/// Every row of a table in memory; those of a flow with their period of the policy.
///
/// # Errors
/// If Polars refuses the columns.
pub fn frame_of_all_rows(model: &Model, id: TableId, table: &LoadedTable) -> pl::PolarsResult<pl::LazyFrame> {
    let (declared, policy) = (&model.tables[id], &model.policy);
    let rows: Vec<usize> = (0..table.rows()).collect();
    let periods = match declared.time {
        Timing::Flow(time) => {
            let value = |row: &usize| table.columns.get(&time).and_then(|c| c.values.get(*row)?.as_ref());
            let own = |row| period_of(model, policy.period, value(row)?);
            let index = |row| own(row).map(|own| policy.calendar.containing(policy.period, own).index);
            Some((policy.period, rows.iter().map(index).collect()))
        }
        _ => None,
    };
    frame_of_rows(declared, table, &rows, periods)
}

/// Some rows of a table in memory, with their periods of a kind where they have any.
fn frame_of_rows(
    declared: &kpi_check::model::Table,
    table: &LoadedTable,
    rows: &[usize],
    periods: Option<(PeriodKind, Vec<Option<i32>>)>,
) -> pl::PolarsResult<pl::LazyFrame> {
    let mut columns = vec![{
        let entities = rows.iter().map(|row| table.entities.get(*row).copied().filter(|e| *e != NO_KEY));
        pl::UInt32Chunked::from_iter_options(OWN_ENTITY.into(), entities).into_column()
    }];
    if let Some((kind, periods)) = periods {
        let periods = pl::Int32Chunked::from_iter_options(period_name(kind).into(), periods.into_iter());
        columns.push(periods.into_column());
    }
    for (index, column) in &table.columns {
        let rep = declared.column(*index).map_or(Rep::Text, rep_of);
        let value = |row: &usize| column.values.get(*row).and_then(Option::as_ref).and_then(|v: &Value| rep.cell(v));
        columns.push(rep.column(rows.iter().map(value)).with_name(column_name(*index).into()));
    }
    if !table.given {
        // Nothing was read of a table that is not given; cubes read it all the same, and find no row.
        for (index, column) in declared.columns.iter().enumerate() {
            let index = index as u32;
            if !table.columns.contains_key(&index) {
                columns.push(rep_of(column).column(std::iter::empty()).with_name(column_name(index).into()));
            }
        }
    }
    Ok(pl::DataFrame::new(rows.len(), columns)?.lazy())
}

/// The groups of rows as one whole number: see [`kernels::pack`]. The inputs are a column of full height, then the entity and
/// the period where there are any, then columns that must be looked at although nothing else reads them.
pub fn group_expr(
    anchor: &str,
    entity: Option<pl::Expr>,
    period: Option<PeriodKind>,
    others: &[String],
    report: Report,
) -> pl::Expr {
    let (has_entity, has_period) = (entity.is_some(), period.is_some());
    let mut inputs = vec![pl::col(anchor)];
    inputs.extend(entity);
    inputs.extend(period.map(|kind| pl::col(period_name(kind))));
    inputs.extend(others.iter().map(pl::col));
    kernel(inputs, pl::DataType::Int64, move |columns| {
        let height = columns.first().map_or(0, pl::Column::len);
        let mut rest = columns.iter().skip(1);
        let entity = if has_entity { rest.next() } else { None };
        let period = if has_period { rest.next() } else { None };
        if let (Some(report), Some(column)) = (&report, columns.first()) {
            kernels::report(Some(report), column);
        }
        kernels::pack(entity, period, height)
    })
}

/// Who is told how many rows went by.
pub type Report = Option<Arc<dyn crate::inputs::Progress>>;
