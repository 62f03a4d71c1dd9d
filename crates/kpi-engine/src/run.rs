//! The run of a plan: what is loaded, the cubes as lazy frames, one collection for all, and the facts made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use kpi_base::Diagnostic;
use kpi_base::codes::data as codes;
use kpi_check::model::{ColumnId, Model, TableId, Timing};
use kpi_plan::{Cube, CubeFacts, Facts, Part, PartFacts, PartOp, Plan, SourceFacts};
use kpi_value::{Date, Dec, Period, Value};
use polars::prelude as pl;

use crate::contract::{Contract, Rep};
use crate::files::{self, FileFacts, Layout};
use crate::inputs::{Input, Inputs, Options, Stage};
use crate::kernels::{self, kernel, unpack};
use crate::loaded::{self, Loaded};
use crate::lower::{Lowered, Lowering, column_name};
use crate::needs::{Needs, find_needs};
use crate::rows::RowReader;
use crate::sources::{self, OWN_ENTITY};

/// A plan made ready to be collected.
pub struct Run<'a> {
    model: &'a Model,
    plan: &'a Plan,
    inputs: &'a Inputs,
    options: &'a Options,
    loaded: Loaded,
    tables: BTreeMap<TableId, TableRun>,
    cubes: Vec<CubeRun>,
}

/// A table that cubes read.
struct TableRun {
    rows: u64,
    contracts: Vec<Contract>,
    scanned: bool,
    tally: Arc<kernels::Tally>,
}

/// A cube as a lazy frame.
struct CubeRun {
    frame: Option<pl::LazyFrame>,
    values: Vec<Rep>,
    parts: Vec<PartRun>,
    absent: BTreeMap<usize, ColumnId>,
}

/// How a part's column is read.
struct PartRun {
    op: PartOp,
    rep: Rep,
    column: String,
    /// For a sum the place of the part that counts the same rows.
    count: Option<usize>,
}

const GROUP: &str = "g";
const ROWS: &str = "n";

impl<'a> Run<'a> {
    /// Checks the files, loads what lies in memory and lowers all cubes.
    ///
    /// # Errors
    /// What breaks the contracts of files and rosters.
    pub fn prepare(
        model: &'a Model,
        plan: &'a Plan,
        inputs: &'a Inputs,
        options: &'a Options,
    ) -> Result<Run<'a>, Vec<Diagnostic>> {
        let needs = find_needs(model, plan, inputs);
        stage(options, Stage::Checking, None);
        let (files, mut findings) = look_at_scans(model, &needs, inputs);
        stage(options, Stage::Rosters, None);
        let loaded = loaded::load(model, &needs.loaded, inputs).unwrap_or_else(|more| {
            findings.extend(more);
            Loaded::default()
        });
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut run = Run { model, plan, inputs, options, loaded, tables: BTreeMap::new(), cubes: Vec::new() };
        let mut of_table: BTreeMap<TableId, Vec<usize>> = BTreeMap::new();
        for (place, cube) in plan.cubes.iter().enumerate() {
            of_table.entry(cube.table).or_default().push(place);
        }
        let mut cubes: BTreeMap<usize, CubeRun> = BTreeMap::new();
        for (table, places) in of_table {
            let (table_run, lowered) = run.lower_table(table, &places, &files)?;
            run.tables.insert(table, table_run);
            cubes.extend(places.into_iter().zip(lowered));
        }
        run.cubes = cubes.into_values().collect();
        Ok(run)
    }

    fn lower_table(
        &self,
        id: TableId,
        places: &[usize],
        files: &BTreeMap<TableId, (Vec<Contract>, Vec<FileFacts>)>,
    ) -> Result<(TableRun, Vec<CubeRun>), Vec<Diagnostic>> {
        let declared = &self.model.tables[id];
        let in_memory = self.loaded.get(id);
        let absent = |table: &loaded::LoadedTable| {
            table.columns.values().filter(|c| c.absent).map(|c| c.index).collect::<Vec<_>>()
        };
        let absent = in_memory.map(|table| absent(table)).unwrap_or_default();
        let has_period = declared.time != Timing::Timeless;
        let mut lowering = Lowering::new(self.model, &self.loaded, absent, has_period);
        let (frame, contracts, rows) = match (in_memory, files.get(&id)) {
            (Some(table), _) => {
                let frame = sources::frame_in_memory(self.model, self.plan, id, table);
                let frame = frame.map_err(|error| vec![sources::engine_failed(&error)])?;
                (frame, Vec::new(), table.rows() as u64)
            }
            (None, Some((contracts, files))) => {
                lowering.reps = contracts.iter().map(|c| (c.index, c.rep)).collect();
                let frame = sources::scan(self.model, id, contracts, files, &lowering.tally)?;
                (frame, contracts.clone(), files.iter().map(|f| f.rows).sum())
            }
            (None, None) => (pl::LazyFrame::default(), Vec::new(), 0),
        };
        let table = TableRun { rows, scanned: in_memory.is_none(), tally: lowering.tally.clone(), contracts };
        let mut lowered = Vec::new();
        for place in places {
            if let Some(cube) = self.plan.cubes.get(*place) {
                lowered.push(self.lower_cube(cube, &mut lowering, &table, lowered.is_empty()));
            }
        }
        if !lowering.findings.is_empty() {
            return Err(lowering.findings);
        }
        let mut frame = frame;
        for (name, expr) in lowering.derived {
            frame = frame.with_column(expr.alias(name));
        }
        // Rows are typed once, however many cubes they go into.
        let frame = if lowered.len() > 1 { frame.cache() } else { frame };
        let cubes = lowered.into_iter().map(|cube| cube.finish(frame.clone())).collect();
        Ok((table, cubes))
    }

    fn lower_cube(&self, cube: &Cube, lowering: &mut Lowering<'_>, table: &TableRun, first: bool) -> LoweredCube {
        let declared = &self.model.tables[cube.table];
        lowering.read_absent = None;
        let entity = match &cube.key {
            None => None,
            Some(path) if path.0.is_empty() => Some(pl::col(OWN_ENTITY)),
            Some(path) => cube.key_table.and_then(|to| lowering.lower_key(path, to)),
        };
        if let Timing::Flow(time) | Timing::AsOf(time) = declared.time
            && lowering.absent.contains(&time)
        {
            lowering.read_absent.get_or_insert(ColumnId { table: cube.table, index: time });
        }
        let key_absent = lowering.read_absent.take();
        let mut absent = BTreeMap::new();
        let (mut select, mut keys, mut aggregates) = (Vec::new(), vec![pl::col(GROUP)], vec![pl::len().alias(ROWS)]);
        let anchor = match table.contracts.first() {
            Some(contract) => column_name(contract.index),
            None => OWN_ENTITY.to_owned(),
        };
        let others: Vec<String> =
            if first { table.contracts.iter().map(|c| column_name(c.index)).collect() } else { Vec::new() };
        let report = self.options.progress.clone().filter(|_| first);
        select.push(sources::group_expr(&anchor, entity, lowering.has_period, &others, report).alias(GROUP));
        let mut values = Vec::new();
        for (place, value) in cube.values.iter().enumerate() {
            lowering.read_absent = key_absent;
            let lowered = lowering.lower(value);
            absent.extend(lowering.read_absent.map(|column| (cube.parts.len() + place, column)));
            let name = format!("v{place}");
            select.push(lowered.expr.alias(&name));
            keys.push(pl::col(&name));
            values.push(lowered.rep);
        }
        let mut parts: Vec<PartRun> = Vec::new();
        let mut forms: Vec<(PartOp, Option<String>, Option<String>)> = Vec::new();
        for (place, part) in cube.parts.iter().enumerate() {
            lowering.read_absent = key_absent;
            let arg = part.arg.as_ref().map(|arg| {
                let lowered = lowering.lower(arg);
                lowering.keep(lowered)
            });
            let condition = part.condition.as_ref().map(|c| {
                let lowered = lowering.lower(c);
                lowering.keep(lowered)
            });
            absent.extend(lowering.read_absent.map(|column| (place, column)));
            let form = |lowered: &Option<Lowered>| lowered.as_ref().map(|l| l.form.clone());
            forms.push((part.op, form(&arg), form(&condition)));
            let rep = arg.as_ref().map_or(Rep::Int, |arg| arg.rep);
            let column = match part_input(part, arg, condition) {
                None => ROWS.to_owned(),
                Some(input) => {
                    let name = format!("m{place}");
                    let input = if part.op == PartOp::Sum { limited(input, rep, table) } else { input };
                    select.push(input.alias(&name));
                    let column = pl::col(&name);
                    aggregates.push(match part.op {
                        PartOp::Count | PartOp::Unknown | PartOp::Sum => column.sum(),
                        PartOp::Min => column.min(),
                        PartOp::Max => column.max(),
                    });
                    name
                }
            };
            parts.push(PartRun { op: part.op, rep, column, count: None });
        }
        for (part, (op, arg, condition)) in parts.iter_mut().zip(&forms) {
            let counts = |form: &(PartOp, Option<String>, Option<String>)| {
                form.0 == PartOp::Count && form.2 == *condition && (form.1.is_none() || form.1 == *arg)
            };
            part.count = forms.iter().position(counts).filter(|_| *op == PartOp::Sum);
        }
        LoweredCube { select, keys, aggregates, run: CubeRun { frame: None, values, parts, absent } }
    }

    /// The physical plans of all cubes.
    ///
    /// # Errors
    /// What Polars says.
    pub fn explain(&self) -> Result<String, Vec<Diagnostic>> {
        let mut text = String::new();
        for cube in &self.cubes {
            if let Some(frame) = &cube.frame {
                let dot = frame.to_dot_streaming_phys(true).map_err(|error| vec![sources::engine_failed(&error)])?;
                text.push_str(&dot);
                text.push('\n');
            }
        }
        Ok(text)
    }

    /// Collects all cubes at once and makes the facts.
    ///
    /// # Errors
    /// What breaks the contracts of the sources.
    pub fn execute(mut self) -> Result<Facts, Vec<Diagnostic>> {
        let rows = self.tables.values().map(|t| t.rows).sum();
        stage(self.options, Stage::Aggregating, Some(rows));
        let plans: Vec<pl::DslPlan> =
            self.cubes.iter_mut().filter_map(|cube| cube.frame.take()).map(|frame| frame.logical_plan).collect();
        let flags = pl::OptFlags::default() | pl::OptFlags::STREAMING;
        let collect = || pl::LazyFrame::collect_all_with_engine(plans, pl::Engine::Streaming, flags);
        // An overflowing native sum panics in a debug build.
        let frames = match std::panic::catch_unwind(AssertUnwindSafe(collect)) {
            Ok(frames) => frames.map_err(|error| vec![sources::engine_failed(&error)]),
            Err(_) => Err(vec![Diagnostic::new(codes::SUM_TOO_LARGE, "a sum left the range of numbers")]),
        };
        self.check_tallies()?;
        let frames = frames?;
        let mut facts = Facts {
            rosters: self.plan.rosters.iter().map(|roster| self.loaded.roster(roster)).collect(),
            ..Facts::default()
        };
        for ((cube, run), frame) in self.plan.cubes.iter().zip(&self.cubes).zip(&frames) {
            let groups = Groups::read(run, frame).map_err(|error| vec![sources::engine_failed(&error)])?;
            let source = facts.sources.entry(cube.table).or_insert_with(|| self.source_facts(cube.table, &groups));
            debug_assert!(source.rows >= 1 || groups.order.is_empty());
            facts.cubes.push(self.cube_facts(cube, run, frame, &groups)?);
        }
        self.check_periods(&facts)?;
        Ok(facts)
    }

    fn source_facts(&self, id: TableId, groups: &Groups) -> SourceFacts {
        let mut periods = BTreeMap::new();
        if matches!(self.model.tables[id].time, Timing::Flow(_) | Timing::AsOf(_)) {
            for (place, rows) in groups.places.iter().zip(&groups.rows) {
                if let Some(period) = place.1 {
                    *periods.entry(period).or_default() += rows;
                }
            }
        }
        let rows = self.tables.get(&id).map_or(0, |t| t.rows);
        SourceFacts { given: self.inputs.contains_key(&id), rows, periods }
    }

    fn cube_facts(
        &self,
        cube: &Cube,
        run: &CubeRun,
        frame: &pl::DataFrame,
        groups: &Groups,
    ) -> Result<CubeFacts, Vec<Diagnostic>> {
        let first = self.plan.from.index.saturating_sub(self.plan.history as i32);
        let needed = |row: &&usize| {
            let period = groups.places.get(**row).and_then(|place| place.1);
            self.model.tables[cube.table].time == Timing::Timeless
                || period.is_some_and(|p| (first..=self.plan.to.index).contains(&p))
        };
        let rows: Vec<usize> = groups.order.iter().filter(needed).copied().collect();
        let place = |row: &usize| groups.places.get(*row).copied().unwrap_or((kpi_plan::NO_KEY, None));
        let mut facts = CubeFacts {
            keys: rows.iter().map(|row| place(row).0).collect(),
            periods: rows.iter().map(|row| place(row).1.unwrap_or(0)).collect(),
            absent: run.absent.clone(),
            ..CubeFacts::default()
        };
        for values in &groups.values {
            facts.values.push(rows.iter().map(|row| values.get(*row).cloned().flatten()).collect());
        }
        let failed = |error: pl::PolarsError| vec![sources::engine_failed(&error)];
        for part in &run.parts {
            let column = frame.column(&part.column).map_err(failed)?;
            facts.parts.push(match part.op {
                PartOp::Count | PartOp::Unknown => PartFacts::Counts(counts(column, &rows).map_err(failed)?),
                PartOp::Sum | PartOp::Min | PartOp::Max if part.rep.is_number() => {
                    let values = part.rep.values(column, &rows).map_err(failed)?;
                    let series = column.as_materialized_series();
                    let lost = rows
                        .iter()
                        .zip(&values)
                        .any(|(row, value)| value.is_none() && series.get(*row).is_ok_and(|raw| !raw.is_null()));
                    if lost {
                        return Err(vec![self.too_large(cube.table)]);
                    }
                    PartFacts::Numbers(values.into_iter().map(|v| v.as_ref().and_then(Value::as_dec)).collect())
                }
                _ => PartFacts::Values(part.rep.values(column, &rows).map_err(failed)?),
            });
        }
        blank_empty_sums(run, &mut facts);
        Ok(facts)
    }

    fn too_large(&self, table: TableId) -> Diagnostic {
        let declared = &self.model.tables[table];
        let message = format!("a sum over `{}` leaves the range of numbers", declared.title.name);
        Diagnostic::new(codes::SUM_TOO_LARGE, message).label(declared.title.span, "of this table")
    }

    /// Looks for the places of what kernels counted.
    fn check_tallies(&self) -> Result<(), Vec<Diagnostic>> {
        let mut findings = Vec::new();
        for (id, table) in &self.tables {
            if table.scanned
                && table.tally.bad.load(Ordering::Relaxed) > 0
                && let Some(input) = self.inputs.get(id)
            {
                stage(self.options, Stage::Diagnosing, None);
                let contracts = &table.contracts;
                let unique = loaded::unique_sets(self.model, *id, contracts);
                let reader = RowReader { model: self.model, table: *id, contracts, unique, loaded: Some(&self.loaded) };
                findings.extend(reader.read(input, &mut |_, _| {}).err().unwrap_or_default());
            }
        }
        if findings.is_empty() {
            let over = self.tables.iter().filter(|(_, t)| t.tally.overflows.load(Ordering::Relaxed) > 0);
            findings.extend(over.map(|(id, _)| self.too_large(*id)));
        }
        if findings.is_empty() { Ok(()) } else { Err(findings) }
    }

    /// A source without any row in a judged period is a lost export, unless it may be; so is a roster as of a period.
    fn check_periods(&self, facts: &Facts) -> Result<(), Vec<Diagnostic>> {
        let mut periods: BTreeMap<TableId, BTreeSet<i32>> = BTreeMap::new();
        for (id, source) in &facts.sources {
            periods.insert(*id, source.periods.keys().copied().collect());
        }
        for (id, table) in self.loaded.iter() {
            let policy = &self.model.policy;
            let period = |(from, _): &(Option<Date>, _)| Some(policy.calendar.period(policy.period, (*from)?).index);
            if matches!(self.model.tables[id].time, Timing::AsOf(_)) {
                periods.entry(id).or_insert_with(|| table.validity.iter().filter_map(period).collect());
            }
        }
        let findings: Vec<Diagnostic> =
            periods.iter().filter_map(|(id, periods)| self.missing_periods(*id, periods)).collect();
        if findings.is_empty() { Ok(()) } else { Err(findings) }
    }

    fn missing_periods(&self, id: TableId, periods: &BTreeSet<i32>) -> Option<Diagnostic> {
        let declared = &self.model.tables[id];
        let counted = matches!(declared.time, Timing::Flow(_) | Timing::AsOf(_));
        let exported = matches!(self.inputs.get(&id), Some(Input::Files(_)));
        if !counted || declared.sparse || !exported {
            return None;
        }
        let show = |index: i32| self.model.policy.calendar.show(Period { kind: self.plan.from.kind, index });
        let missing = (self.plan.from.index..=self.plan.to.index).filter(|p| !periods.contains(p));
        let missing: Vec<String> = missing.map(show).collect();
        if missing.is_empty() {
            return None;
        }
        let has = match (periods.first(), periods.last()) {
            (Some(first), Some(last)) if first != last => {
                format!("it has rows in {} periods from {} to {}", periods.len(), show(*first), show(*last))
            }
            (Some(only), _) => format!("it has rows of {} only", show(*only)),
            _ => "none of its rows has a time".to_owned(),
        };
        let name = &declared.title.name;
        let help = if declared.roster {
            format!("{has}; bind the missing export")
        } else {
            format!("{has}; bind the missing export, or declare `{name}` as `sparse` if no row is a fact")
        };
        let finding = Diagnostic::new(codes::MISSING_PERIOD, format!("`{name}` has no row in {}", missing.join(", ")));
        Some(finding.label(declared.title.span, "declared here").help(help))
    }
}

/// A cube whose frame is not there yet.
struct LoweredCube {
    select: Vec<pl::Expr>,
    keys: Vec<pl::Expr>,
    aggregates: Vec<pl::Expr>,
    run: CubeRun,
}

impl LoweredCube {
    fn finish(mut self, frame: pl::LazyFrame) -> CubeRun {
        self.run.frame = Some(frame.select(self.select).group_by(self.keys).agg(self.aggregates));
        self.run
    }
}

/// What is aggregated of each row; `None` where every row counts.
fn part_input(part: &Part, arg: Option<Lowered>, condition: Option<Lowered>) -> Option<pl::Expr> {
    let (arg, condition) = (arg.map(|a| a.expr), condition.map(|c| c.expr));
    match (part.op, arg, condition) {
        (PartOp::Count, None, None) => None,
        (PartOp::Count, None, Some(c)) => Some(c),
        (PartOp::Count, Some(a), None) => Some(a.is_not_null()),
        (PartOp::Count, Some(a), Some(c)) => Some(c.and(a.is_not_null())),
        (PartOp::Unknown, None, None) => Some(pl::lit(false)),
        (PartOp::Unknown, None, Some(c)) => Some(c.is_null()),
        (PartOp::Unknown, Some(a), None) => Some(a.is_null()),
        (PartOp::Unknown, Some(a), Some(c)) => Some(c.clone().is_null().or(c.and(a.is_null()))),
        (_, None, _) => Some(pl::lit(pl::NULL).cast(pl::DataType::Int64)),
        (_, Some(a), None) => Some(a),
        // Never a filter: each would be a branch of its own over all rows.
        (_, Some(a), Some(c)) => Some(pl::when(c).then(a).otherwise(pl::lit(pl::NULL))),
    }
}

/// Numbers of which a sum over all rows might leave the range are taken out and counted.
fn limited(input: pl::Expr, rep: Rep, table: &TableRun) -> pl::Expr {
    // A cell has at most 26 digits before the point, a sum 38 in all.
    if let Rep::Dec(scale) = rep
        && i128::from(table.rows) < crate::cells::power(Dec::SCALE - scale.min(Dec::SCALE))
    {
        return input;
    }
    let (rows, tally) = (table.rows, table.tally.clone());
    kernel(vec![input], rep.dtype(), move |columns| match columns.first() {
        Some(column) => kernels::limit(column, rows, &tally),
        None => Ok(pl::Column::default()),
    })
}

/// The groups of a collected cube.
struct Groups {
    /// Entity and period of each group, in the order of the frame.
    places: Vec<(u32, Option<i32>)>,
    /// How many rows each has.
    rows: Vec<u64>,
    /// The values of each.
    values: Vec<Vec<Option<Value>>>,
    /// The groups by entity, period and values.
    order: Vec<usize>,
}

impl Groups {
    fn read(run: &CubeRun, frame: &pl::DataFrame) -> pl::PolarsResult<Groups> {
        let all: Vec<usize> = (0..frame.height()).collect();
        let packed = frame.column(GROUP)?.as_materialized_series().i64()?.rechunk();
        let places: Vec<_> = packed.iter().map(|p| unpack(p.unwrap_or_default())).collect();
        let rows = counts(frame.column(ROWS)?, &all)?;
        let mut values = Vec::new();
        for (place, rep) in run.values.iter().enumerate() {
            values.push(rep.values(frame.column(&format!("v{place}"))?, &all)?);
        }
        let mut order = all;
        let key = |row: usize| places.get(row);
        let value = |row: usize| values.iter().map(move |v: &Vec<Option<Value>>| v.get(row));
        order.sort_unstable_by(|a, b| key(*a).cmp(&key(*b)).then_with(|| value(*a).cmp(value(*b))));
        Ok(Groups { places, rows, values, order })
    }
}

fn counts(column: &pl::Column, rows: &[usize]) -> pl::PolarsResult<Vec<u64>> {
    let series = column.as_materialized_series().cast(&pl::DataType::UInt64)?.rechunk();
    let counts = series.u64()?;
    Ok(rows.iter().map(|row| counts.get(*row).unwrap_or(0)).collect())
}

/// Polars sums nothing to 0; over no rows there is no sum.
fn blank_empty_sums(run: &CubeRun, facts: &mut CubeFacts) {
    for (place, part) in run.parts.iter().enumerate() {
        let Some(PartFacts::Counts(counts)) = part.count.and_then(|count| facts.parts.get(count)).cloned() else {
            continue;
        };
        if let Some(PartFacts::Numbers(sums)) = facts.parts.get_mut(place) {
            for (sum, count) in sums.iter_mut().zip(counts) {
                if count == 0 {
                    *sum = None;
                }
            }
        }
    }
}

fn look_at_scans(
    model: &Model,
    needs: &Needs,
    inputs: &Inputs,
) -> (BTreeMap<TableId, (Vec<Contract>, Vec<FileFacts>)>, Vec<Diagnostic>) {
    let (mut files, mut findings) = (BTreeMap::new(), Vec::new());
    for (id, columns) in &needs.scanned {
        let Some(Input::Files(paths)) = inputs.get(id) else { continue };
        let mut contracts = loaded::contracts(model, *id, columns.iter().copied());
        if contracts.is_empty() {
            // Rows can only be counted by some column.
            contracts = loaded::contracts(model, *id, std::iter::once(0));
        }
        match files::look_at_all(&model.tables[*id], paths, &contracts) {
            Ok(found) => {
                contracts.iter_mut().for_each(|contract| keep_whole_numbers(contract, &found));
                files.insert(*id, (contracts, found));
            }
            Err(more) => findings.extend(more),
        }
    }
    (files, findings)
}

/// Whole numbers of Parquet files stay 64 bits wide: their sums are much cheaper than those of decimals.
fn keep_whole_numbers(contract: &mut Contract, files: &[FileFacts]) {
    let whole = |file: &FileFacts| match &file.layout {
        Layout::Parquet(schema) => schema.get(&contract.header).is_some_and(pl::DataType::is_integer),
        Layout::Csv(_) => false,
    };
    if contract.rep.is_number() && contract.column.scale == Dec::ONE && files.iter().all(whole) {
        contract.rep = Rep::Int;
    }
}

fn stage(options: &Options, stage: Stage, rows: Option<u64>) {
    if let Some(progress) = &options.progress {
        progress.stage(stage, rows);
    }
}
