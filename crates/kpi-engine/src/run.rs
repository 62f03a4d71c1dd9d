//! The run of a plan: what is loaded, the cubes as lazy frames, one collection for all, and the facts made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use kpi_base::codes::data as codes;
use kpi_base::{Diagnostic, Join, Text, text};
use kpi_check::model::{ColumnId, MidPeriod, Model, Subject, TableId, Timing};
use kpi_plan::{Cube, Facts, Grain, Plan, Range, SourceFacts};
use kpi_value::{Date, Dec, Period, PeriodKind};
use polars::prelude as pl;

use crate::contract::{Contract, Rep};
use crate::cubes::{CubeRun, TableRun, lower_cube};
use crate::exists::Indexes;
use crate::files::{self, FileFacts, Layout};
use crate::groups::{Groups, cube_facts};
use crate::indexes::index_exists;
use crate::inputs::{Input, Inputs, Options, Stage};
use crate::loaded::{self, Loaded};
use crate::lower::{Lowering, rep_of};
use crate::needs::{Needs, find_needs};
use crate::rows::RowReader;
use crate::sources;
use crate::views::{self, Rows, lower_view};

/// A plan made ready to be collected.
pub struct Run<'a> {
    model: &'a Model,
    plan: &'a Plan,
    inputs: &'a Inputs,
    options: &'a Options,
    loaded: Loaded,
    indexes: Indexes,
    tables: BTreeMap<TableId, TableRun>,
    cubes: Vec<CubeRun>,
}

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
        let (indexes, tables) = index_exists(model, plan, inputs, &loaded, &files)?;
        let mut run = Run { model, plan, inputs, options, loaded, indexes, tables, cubes: Vec::new() };
        let mut of_table: BTreeMap<TableId, Vec<usize>> = BTreeMap::new();
        for (place, cube) in plan.cubes.iter().enumerate() {
            of_table.entry(cube.table).or_default().push(place);
        }
        for (view, input) in needs.views.keys().filter_map(|id| Some((id, model.tables[*id].view.as_ref()?.of))) {
            of_table.entry(*view).or_default();
            of_table.entry(input).or_default();
        }
        let mut cubes: BTreeMap<usize, CubeRun> = BTreeMap::new();
        let mut made: BTreeMap<TableId, Rows> = BTreeMap::new();
        let mut order: Vec<(TableId, Vec<usize>)> = of_table.into_iter().collect();
        order.sort_by_key(|(id, _)| views::depth(model, *id));
        for (table, places) in order {
            let own = made.remove(&table);
            let (table_run, lowered) = run.lower_table(table, &places, &files, own, &needs, &mut made)?;
            run.tables.insert(table, table_run);
            cubes.extend(places.into_iter().zip(lowered));
        }
        run.cubes = cubes.into_values().collect();
        Ok(run)
    }

    /// Lowers the cubes of a table, and makes the rows of the views of it.
    fn lower_table(
        &self,
        id: TableId,
        places: &[usize],
        files: &Scans,
        own: Option<Rows>,
        needs: &Needs,
        made: &mut BTreeMap<TableId, Rows>,
    ) -> Result<(TableRun, Vec<CubeRun>), Vec<Diagnostic>> {
        let cubes: Vec<&Cube> = places.iter().filter_map(|place| self.plan.cubes.get(*place)).collect();
        let views: Vec<TableId> = needs
            .views
            .keys()
            .copied()
            .filter(|v| self.model.tables[*v].view.as_ref().is_some_and(|v| v.of == id))
            .collect();
        if let Some(table) = self.loaded.get(id) {
            return self.lower_in_memory(id, table, &cubes, (&views, needs), made);
        }
        // The period of the policy is that in which the rows of a view are made.
        let policy = self.model.policy.period;
        let mut kinds: BTreeSet<PeriodKind> = cubes.iter().map(|cube| cube.grain.period).collect();
        kinds.extend(Some(policy).filter(|_| !views.is_empty()));
        let (rows, contracts) = match (own, files.get(&id)) {
            (Some(mut rows), _) => {
                if let Timing::Flow(time) = self.model.tables[id].time {
                    let rep = self.model.tables[id].column(time).map_or(Rep::Day, rep_of);
                    let period = |frame: pl::LazyFrame, &kind: &PeriodKind| {
                        frame.with_column(sources::period_expr(self.model, kind, time, rep))
                    };
                    rows.frame = kinds.iter().fold(rows.frame, period);
                }
                (rows, Vec::new())
            }
            (None, Some((contracts, files))) => {
                let tally = Arc::default();
                let rows = Rows {
                    frame: sources::scan(self.model, id, contracts, files, &kinds, &tally)?,
                    columns: contracts.iter().map(|c| c.index).collect(),
                    own_entity: false,
                    reps: contracts.iter().map(|c| (c.index, c.rep)).collect(),
                    absent: BTreeMap::new(),
                    whole_absent: None,
                    rows: files.iter().map(|f| f.rows).sum(),
                    cells: true,
                    tally,
                };
                (rows, contracts.clone())
            }
            (None, None) => (Rows::none(), Vec::new()),
        };
        let scanned = self.model.tables[id].view.is_none();
        let table = table_run(&rows, scanned, contracts);
        let cubes: Vec<(usize, &Cube)> = cubes.into_iter().enumerate().collect();
        let lowered = self.lower_rows(id, rows, &table, &cubes, (&views, needs), true, made)?;
        Ok((table, lowered.into_values().collect()))
    }

    /// Lowers cubes over rows, and makes the rows of views of them.
    #[allow(clippy::too_many_arguments, reason = "what is lowered, over what, and where views go")]
    fn lower_rows(
        &self,
        id: TableId,
        rows: Rows,
        table: &TableRun,
        cubes: &[(usize, &Cube)],
        (views, needs): (&[TableId], &Needs),
        first: bool,
        made: &mut BTreeMap<TableId, Rows>,
    ) -> Result<BTreeMap<usize, CubeRun>, Vec<Diagnostic>> {
        let has_period = self.model.tables[id].time != Timing::Timeless;
        let mut lowering = Lowering::new(self.model, &self.loaded, rows.absent.clone(), has_period);
        lowering.reps = rows.reps.clone();
        lowering.tally = rows.tally.clone();
        lowering.indexes = Some(&self.indexes);
        if table.scanned && !views.is_empty() {
            // Views drop rows and group them before anybody follows their references.
            rows.columns.iter().for_each(|index| lowering.watch(ColumnId { table: id, index: *index }));
        }
        let mut lowered = Vec::new();
        for (place, cube) in cubes {
            let report = self.options.progress.clone();
            lowered.push((*place, lower_cube(cube, &mut lowering, table, first && lowered.is_empty(), report)));
        }
        lowering.grain = Grain::of(self.model.policy.period, MidPeriod::Last);
        let mut lowered_views = Vec::new();
        for view in views {
            let Some(how) = &self.model.tables[*view].view else { continue };
            let wanted = needs.views.get(view).cloned().unwrap_or_default();
            lowered_views.push((*view, lower_view(*view, how, &wanted, &mut lowering, &rows)));
        }
        if !lowering.findings.is_empty() {
            return Err(lowering.findings);
        }
        let mut frame = rows.frame;
        for (name, expr) in lowering.derived {
            frame = frame.with_column(expr.alias(name));
        }
        // Rows are typed once, however many cubes they go into.
        let frame = if lowered.len() + lowered_views.len() > 1 { frame.cache() } else { frame };
        made.extend(lowered_views.into_iter().map(|(id, view)| (id, view.finish(frame.clone()))));
        Ok(lowered.into_iter().map(|(place, cube)| (place, cube.finish(frame.clone()))).collect())
    }

    /// Of what lies in memory the rows of a stock depend on the grain, so each grain has a frame of its own.
    fn lower_in_memory(
        &self,
        id: TableId,
        table: &loaded::LoadedTable,
        cubes: &[&Cube],
        (views, needs): (&[TableId], &Needs),
        made: &mut BTreeMap<TableId, Rows>,
    ) -> Result<(TableRun, Vec<CubeRun>), Vec<Diagnostic>> {
        let export = self.model.export_of(id);
        let absent = table.columns.values().filter(|c| c.absent);
        let absent: BTreeMap<u32, ColumnId> =
            absent.map(|c| (c.index, ColumnId { table: export, index: c.index })).collect();
        let tally: Arc<crate::kernels::Tally> = Arc::default();
        let in_memory = |frame: pl::LazyFrame| Rows {
            frame,
            columns: table.columns.keys().copied().collect(),
            own_entity: true,
            reps: BTreeMap::new(),
            absent: absent.clone(),
            whole_absent: None,
            rows: table.rows() as u64,
            cells: true,
            tally: tally.clone(),
        };
        let is_dated = |view: &TableId| self.model.tables[*view].view.as_ref().is_some_and(|view| view.dated.is_some());
        let (dated, views): (Vec<TableId>, Vec<TableId>) = views.iter().partition(|view| is_dated(view));
        let ends = self.stint_ends();
        let policy = Grain::of(self.model.policy.period, MidPeriod::Last);
        let mut grains: Vec<Grain> = Vec::new();
        for grain in cubes.iter().map(|cube| cube.grain).chain(Some(policy).filter(|_| !views.is_empty())) {
            if !grains.contains(&grain) {
                grains.push(grain);
            }
        }
        let (mut done, mut run) = (BTreeMap::new(), None);
        for grain in grains {
            let frame = sources::frame_in_memory(self.model, self.plan, id, table, grain, &ends);
            let rows = in_memory(frame.map_err(|error| vec![sources::engine_failed(&error)])?);
            let first = run.is_none();
            let run: &TableRun = run.get_or_insert_with(|| table_run(&rows, false, Vec::new()));
            let own: Vec<(usize, &Cube)> =
                cubes.iter().enumerate().filter(|(_, cube)| cube.grain == grain).map(|(i, cube)| (i, *cube)).collect();
            let views = if grain == policy { views.as_slice() } else { &[] };
            done.extend(self.lower_rows(id, rows, run, &own, (views, needs), first, made)?);
        }
        if !dated.is_empty() {
            // Rows that are dated come once, whatever the periods in which they hold.
            let frame = sources::frame_of_all_rows(self.model, id, table);
            let rows = in_memory(frame.map_err(|error| vec![sources::engine_failed(&error)])?);
            let run: &TableRun = run.get_or_insert_with(|| table_run(&rows, false, Vec::new()));
            self.lower_rows(id, rows, run, &[], (&dated, needs), false, made)?;
        }
        let run = run.unwrap_or_else(|| table_run(&Rows::none(), false, Vec::new()));
        Ok((run, done.into_values().collect()))
    }

    /// The days before which or on which a row of the subjects of a split spine ends: those on which stints may.
    fn stint_ends(&self) -> BTreeSet<Date> {
        let mut days = BTreeSet::new();
        for spine in self.plan.spines.iter().filter(|spine| spine.mid == MidPeriod::Split) {
            let Subject::Table(table) = spine.subject else { continue };
            for (from, to) in self.loaded.get(table).iter().flat_map(|table| &table.validity) {
                days.extend(from.map(|from| from.plus(-1)));
                days.extend(*to);
            }
        }
        days
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
        let exports = self.tables.iter().filter(|(id, _)| self.model.tables[**id].view.is_none());
        let rows = exports.map(|(_, t)| t.rows).sum();
        stage(self.options, Stage::Aggregating, Some(rows));
        let plans: Vec<pl::DslPlan> =
            self.cubes.iter_mut().filter_map(|cube| cube.frame.take()).map(|frame| frame.logical_plan).collect();
        let flags = pl::OptFlags::default() | pl::OptFlags::STREAMING;
        let collect = || pl::LazyFrame::collect_all_with_engine(plans, pl::Engine::Streaming, flags);
        // An overflowing native sum panics in a debug build.
        let frames = match std::panic::catch_unwind(AssertUnwindSafe(collect)) {
            Ok(frames) => frames.map_err(|error| vec![sources::engine_failed(&error)]),
            Err(_) => Err(vec![Diagnostic::new(codes::SUM_TOO_LARGE, text!("a sum left the range of numbers"))]),
        };
        self.check_tallies()?;
        let frames = frames?;
        let mut facts = Facts {
            rosters: self.plan.rosters.iter().map(|roster| self.loaded.roster(roster)).collect(),
            ..Facts::default()
        };
        for ((cube, run), frame) in self.plan.cubes.iter().zip(&self.cubes).zip(&frames) {
            let groups = Groups::read(run, frame).map_err(|error| vec![sources::engine_failed(&error)])?;
            let timed = matches!(self.model.tables[cube.table].time, Timing::Flow(_) | Timing::AsOf(_));
            let view = self.model.counted_of(cube.table) != cube.table;
            if !view && (!timed || cube.tells_periods(self.model.policy.rows_expected())) {
                let sources = facts.sources.entry(cube.table);
                sources.or_insert_with(|| self.source_facts(cube.table, cube.grain.period, &groups));
            }
            let timeless = self.model.tables[cube.table].time == Timing::Timeless;
            let periods = self.plan.range(cube.grain.period).filter(|_| !timeless).map(Range::indices);
            let found = cube_facts(run, frame, &groups, periods.as_ref());
            match found.map_err(|error| vec![sources::engine_failed(&error)])? {
                Some(cube) => facts.cubes.push(cube),
                None => return Err(vec![self.too_large(cube.table)]),
            }
        }
        if !self.options.any_period {
            self.check_periods(&facts)?;
        }
        Ok(facts)
    }

    fn source_facts(&self, id: TableId, grain: PeriodKind, groups: &Groups) -> SourceFacts {
        let mut periods = BTreeMap::new();
        let policy = &self.model.policy;
        let own = |index: i32| match grain == policy.rows_expected() {
            true => index,
            false => policy.calendar.containing(policy.rows_expected(), Period { kind: grain, index }).index,
        };
        if matches!(self.model.tables[id].time, Timing::Flow(_) | Timing::AsOf(_)) {
            for (place, rows) in groups.places.iter().zip(&groups.rows) {
                if let Some(period) = place.1 {
                    *periods.entry(own(period)).or_default() += rows;
                }
            }
        }
        let rows = self.tables.get(&id).map_or(0, |t| t.rows);
        SourceFacts { given: self.inputs.contains_key(&self.model.export_of(id)), rows, periods }
    }

    fn too_large(&self, table: TableId) -> Diagnostic {
        let declared = &self.model.tables[table];
        let message = text!("a sum over `{table}` leaves the range of numbers", table = declared.title.name);
        Diagnostic::new(codes::SUM_TOO_LARGE, message).label(declared.title.span, text!("of this table"))
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
            let period =
                |(from, _): &(Option<Date>, _)| Some(policy.calendar.period(policy.rows_expected(), (*from)?).index);
            if matches!(self.model.tables[id].time, Timing::AsOf(_)) {
                periods.entry(id).or_insert_with(|| table.validity.iter().filter_map(period).collect());
            }
        }
        for (id, seen) in &self.indexes.periods {
            periods.entry(*id).or_insert_with(|| seen.clone());
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
        let (calendar, kind) = (&self.model.policy.calendar, self.model.policy.rows_expected());
        let show = |index: i32| calendar.show(Period { kind, index });
        let place = |period| calendar.containing(kind, period).index;
        let missing = (place(self.plan.from)..=place(self.plan.to)).filter(|p| !periods.contains(p));
        let missing = Text::list(missing.map(show).map(Text::verbatim), Join::Comma);
        if missing.is_empty() {
            return None;
        }
        let has = match (periods.first(), periods.last()) {
            (Some(first), Some(last)) if first != last => text!(
                "it has rows in {n} periods from {first} to {last}",
                n = periods.len(),
                first = show(*first),
                last = show(*last)
            ),
            (Some(only), _) => text!("it has rows of {only} only", only = show(*only)),
            _ => text!("none of its rows has a time"),
        };
        let name = &declared.title.name;
        let help = if declared.roster {
            text!("{has}; bind the missing export", has)
        } else {
            text!("{has}; bind the missing export, or declare `{name}` as `sparse` if no row is a fact", has, name)
        };
        let finding =
            Diagnostic::new(codes::MISSING_PERIOD, text!("`{name}` has no row in {periods}", name, periods = missing));
        Some(finding.label(declared.title.span, text!("declared here")).help(help))
    }
}

/// What is told of a table whose rows these are.
pub fn table_run(rows: &Rows, scanned: bool, contracts: Vec<Contract>) -> TableRun {
    TableRun {
        rows: rows.rows,
        scanned,
        tally: rows.tally.clone(),
        contracts,
        anchor: rows.anchor(),
        cells: rows.cells,
        whole_absent: rows.whole_absent,
    }
}

/// The tables that are scanned: their columns and files.
pub type Scans = BTreeMap<TableId, (Vec<Contract>, Vec<FileFacts>)>;

fn look_at_scans(model: &Model, needs: &Needs, inputs: &Inputs) -> (Scans, Vec<Diagnostic>) {
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
        Layout::Csv(_) | Layout::Sheet(_) => false,
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
