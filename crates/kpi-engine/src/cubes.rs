//! Cubes as lazy frames: one `group_by` each, whatever the number of parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use kpi_check::model::{ColumnId, Timing};
use kpi_plan::{Cube, Part, PartOp};
use kpi_value::Dec;
use polars::prelude as pl;

use crate::contract::{Contract, Rep};
use crate::kernels::{self, kernel};
use crate::lower::{Lowered, Lowering, column_name};
use crate::sources::{OWN_ENTITY, Report, group_expr};

/// A table that cubes read.
pub struct TableRun {
    /// How many rows it has.
    pub rows: u64,
    /// The columns read, if it is scanned.
    pub contracts: Vec<Contract>,
    /// Whether it is scanned; else it lies in memory.
    pub scanned: bool,
    /// What its kernels find.
    pub tally: Arc<kernels::Tally>,
    /// A column of full height.
    pub anchor: String,
    /// Whether its numbers have the digits of a cell; those of a view may be sums.
    pub cells: bool,
    /// The column of an export that is missing, where without it there are no rows at all.
    pub whole_absent: Option<ColumnId>,
}

/// A cube as a lazy frame.
pub struct CubeRun {
    /// What is collected.
    pub frame: Option<pl::LazyFrame>,
    /// How the values that rows are grouped by lie.
    pub values: Vec<Rep>,
    /// The parts.
    pub parts: Vec<PartRun>,
    /// See [`CubeFacts::absent`](kpi_plan::CubeFacts::absent).
    pub absent: BTreeMap<usize, ColumnId>,
}

/// How a part's column is read.
pub struct PartRun {
    /// What is computed.
    pub op: PartOp,
    /// How the argument lies.
    pub rep: Rep,
    /// The column.
    pub column: String,
    /// For a sum the place of the part that counts the same rows.
    pub count: Option<usize>,
}

/// The column with entity and period: see [`kernels::pack`](crate::kernels::pack).
pub const GROUP: &str = "g";
/// The column with the number of rows.
pub const ROWS: &str = "n";

/// Lowers a cube. The first one of a table also looks at the columns that no cube reads, and reports how many rows went by.
pub fn lower_cube(
    cube: &Cube,
    lowering: &mut Lowering<'_>,
    table: &TableRun,
    first: bool,
    report: Report,
) -> LoweredCube {
    let declared = &lowering.model.tables[cube.table];
    lowering.read_absent = table.whole_absent;
    lowering.grain = cube.grain;
    let entity = match &cube.key {
        None => None,
        Some(path) if path.0.is_empty() => Some(pl::col(OWN_ENTITY)),
        Some(path) => cube.key_table.and_then(|to| lowering.lower_key(path, to)),
    };
    if let Timing::Flow(time) | Timing::AsOf(time) = declared.time
        && let Some(missing) = lowering.absent.get(&time)
    {
        lowering.read_absent.get_or_insert(*missing);
    }
    let key_absent = lowering.read_absent.take();
    let mut absent = BTreeMap::new();
    let (mut select, mut keys, mut aggregates) = (Vec::new(), vec![pl::col(GROUP)], vec![pl::len().alias(ROWS)]);
    let all = table.contracts.iter().map(|c| column_name(c.index)).chain(lowering.watched.iter().cloned());
    let others: Vec<String> = if first { all.collect() } else { Vec::new() };
    let report = report.filter(|_| first);
    select.push(
        group_expr(&table.anchor, entity, lowering.has_period.then_some(cube.grain.period), &others, report)
            .alias(GROUP),
    );
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
        if let PartOp::Unripe | PartOp::RipeOn = part.op {
            let of = |e: &Option<kpi_check::model::Expr>, lowering: &mut Lowering<'_>| {
                e.as_ref().and_then(|e| lowering.lower_ripe_on(e))
            };
            let ripe = (of(&part.arg, lowering), of(&part.condition, lowering));
            forms.push((part.op, None, None));
            let name = format!("m{place}");
            let day = ripe_on(arg, condition, ripe);
            let (input, rep) = match part.op {
                PartOp::Unripe => (day.is_not_null(), Rep::Int),
                _ => (day, Rep::Day),
            };
            select.push(input.alias(&name));
            let column = pl::col(&name);
            aggregates.push(if part.op == PartOp::Unripe { column.sum() } else { column.max() });
            parts.push(PartRun { op: part.op, rep, column: name, count: None });
            continue;
        }
        let form = |lowered: &Option<Lowered>| lowered.as_ref().map(|l| l.form.clone());
        forms.push((part.op, form(&arg), form(&condition)));
        let rep = arg.as_ref().map_or(Rep::Int, |arg| arg.rep);
        let column = match part_input(part, arg, condition) {
            None => ROWS.to_owned(),
            Some(input) => {
                let name = format!("m{place}");
                let input = if part.op == PartOp::Sum {
                    limited(input, rep, table.rows, &table.tally, table.cells)
                } else {
                    input
                };
                select.push(input.alias(&name));
                let column = pl::col(&name);
                aggregates.push(match part.op {
                    PartOp::Count | PartOp::Unknown | PartOp::Unripe | PartOp::Sum => column.sum(),
                    PartOp::Min => column.min(),
                    PartOp::Max | PartOp::RipeOn => column.max(),
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

/// A cube whose frame is not there yet.
pub struct LoweredCube {
    select: Vec<pl::Expr>,
    keys: Vec<pl::Expr>,
    aggregates: Vec<pl::Expr>,
    run: CubeRun,
}

impl LoweredCube {
    /// Over this frame.
    pub fn finish(mut self, frame: pl::LazyFrame) -> CubeRun {
        self.run.frame = Some(frame.select(self.select).group_by(self.keys).agg(self.aggregates));
        self.run
    }
}

/// The day on which an unknown row is ripe; missing where it is known, or unknown for another reason.
fn ripe_on(arg: Option<Lowered>, condition: Option<Lowered>, ripe: (Option<pl::Expr>, Option<pl::Expr>)) -> pl::Expr {
    let never = || Rep::Day.literal(None);
    let of_arg = match (arg, ripe.0) {
        (Some(arg), Some(day)) => pl::when(arg.expr.is_null()).then(day).otherwise(never()),
        _ => never(),
    };
    match (condition, ripe.1) {
        (None, _) => of_arg,
        (Some(condition), day) => {
            let unknown = condition.expr.clone().is_null();
            let holds = pl::when(condition.expr).then(of_arg).otherwise(never());
            pl::when(unknown).then(day.unwrap_or_else(never)).otherwise(holds)
        }
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

/// Numbers of which a sum over so many rows might leave the range are taken out and counted. `cells`: they have the digits of
/// cells.
pub fn limited(input: pl::Expr, rep: Rep, rows: u64, tally: &Arc<kernels::Tally>, cells: bool) -> pl::Expr {
    // A cell has at most 26 digits before the point, a sum 38 in all.
    if let (Rep::Dec(scale), true) = (rep, cells)
        && i128::from(rows) < crate::cells::power(Dec::SCALE - scale.min(Dec::SCALE))
    {
        return input;
    }
    let tally = tally.clone();
    kernel(vec![input], rep.dtype(), move |columns| match columns.first() {
        Some(column) => kernels::limit(column, rows, &tally),
        None => Ok(pl::Column::default()),
    })
}
