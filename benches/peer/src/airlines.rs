//! The service card of `examples/airlines`, month by month.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use polars::prelude::*;

use crate::Failure;
use crate::exact::{ONE, div, mul, round, show};

/// Scores every airline and month of the exports.
pub fn run(exports: &Path, out: &Path) -> Result<(), Failure> {
    let sizes = std::fs::read_to_string(exports.join("carriers.csv"))?;
    let sizes: BTreeMap<&str, &str> =
        sizes.lines().skip(1).filter_map(|line| Some((line.split(',').next()?, line.rsplit(',').next()?))).collect();
    let text = |name: &str| Field::new(name.into(), DataType::String);
    let number = |name: &str| Field::new(name.into(), DataType::Int32);
    let schema: Schema = [
        text("date"),
        text("carrier"),
        text("flight"),
        text("origin"),
        text("dest"),
        number("dep_delay"),
        number("arr_delay"),
        number("distance"),
    ]
    .into_iter()
    .collect();
    let mut files: Vec<_> = std::fs::read_dir(exports)?.filter_map(|e| Some(e.ok()?.path())).collect();
    files.retain(|path| path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with("flights-")));
    files.sort();
    let paths = files.iter().map(|path| PlRefPath::new(path.to_string_lossy())).collect();
    let count = |condition: Expr| condition.sum();
    let frame = LazyCsvReader::new_paths(paths)
        .with_schema(Some(schema.into()))
        .finish()?
        .with_column(col("date").str().slice(lit(0), lit(7)).alias("month"))
        .group_by([col("carrier"), col("month")])
        .agg([
            len().cast(DataType::Int64).alias("rows"),
            count(col("dep_delay").is_not_null()).cast(DataType::Int64).alias("flown"),
            count(col("dep_delay").lt_eq(lit(15))).cast(DataType::Int64).alias("on_time"),
            count(col("arr_delay").is_not_null()).cast(DataType::Int64).alias("arrived"),
            col("arr_delay").cast(DataType::Int64).sum().alias("late"),
            col("distance").cast(DataType::Int64).sum().alias("miles"),
        ])
        .collect_with_engine(Engine::Streaming)?
        .unwrap_single()
        .sort(["carrier", "month"], SortMultipleOptions::default())?;
    let (carriers, months) = (frame.column("carrier")?.str()?, frame.column("month")?.str()?);
    let column = |name: &str| frame.column(name)?.i64().cloned();
    let (rows, flown, on_time) = (column("rows")?, column("flown")?, column("on_time")?);
    let (arrived, late, miles) = (column("arrived")?, column("late")?, column("miles")?);
    let mut text = String::from("subject,period,score\n");
    for row in 0..frame.height() {
        let (Some(carrier), Some(month)) = (carriers.get(row), months.get(row)) else { continue };
        let whole = |column: &Int64Chunked| i128::from(column.get(row).unwrap_or(0));
        let month_of = Month {
            rows: whole(&rows),
            flown: whole(&flown),
            on_time: whole(&on_time),
            arrived: whole(&arrived),
            late: whole(&late) * 60,
            miles: whole(&miles),
        };
        let size = sizes.get(carrier).copied().unwrap_or_default();
        writeln!(text, "{carrier},{month},{}", month_of.score(size).map(show).unwrap_or_default())?;
    }
    Ok(std::fs::write(out, text)?)
}

struct Month {
    rows: i128,
    flown: i128,
    on_time: i128,
    arrived: i128,
    late: i128,
    miles: i128,
}

const PERCENT: i128 = ONE / 100;

impl Month {
    /// The score, unless a line has no data.
    fn score(&self, size: &str) -> Option<i128> {
        if self.flown == 0 || self.arrived == 0 {
            return None;
        }
        let on_time = div(self.on_time, self.flown);
        let (target, tolerated) = match size {
            "small" => (80 * PERCENT, 80 * PERCENT),
            "medium" => (80 * PERCENT, 78 * PERCENT),
            _ => (85 * PERCENT, mul(85 * PERCENT, 95 * PERCENT)),
        };
        let punctual = if on_time >= tolerated { ONE } else { div(on_time, target).min(ONE) };
        let delay = div(self.late, self.arrived);
        let minutes = |n: i128| n * 60 * ONE;
        let early = if delay <= 0 {
            ONE
        } else if delay <= minutes(10) {
            ONE + crate::exact::round_div(-20 * PERCENT * delay, minutes(10))
        } else if delay <= minutes(30) {
            80 * PERCENT + crate::exact::round_div(-80 * PERCENT * (delay - minutes(10)), minutes(20))
        } else {
            0
        };
        let cancelled = div(self.rows - self.flown, self.rows);
        let allowed = if size == "large" { 2 * PERCENT } else { 3 * PERCENT };
        let steps = (cancelled - allowed).max(0) / PERCENT;
        let kept = (ONE - steps * 25 * PERCENT).max(0);
        let (cancel_weight, miles_weight) = if size == "small" { (30, 0) } else { (20, 10) };
        let flown = match size {
            "small" => 0,
            _ => {
                let target = if size == "medium" { 500_000 } else { 1_000_000 };
                let attained = div(self.miles, target);
                if attained < 50 * PERCENT { 0 } else { attained.min(120 * PERCENT) }
            }
        };
        let weighted = mul(40 * PERCENT, punctual)
            + mul(30 * PERCENT, early)
            + mul(cancel_weight * PERCENT, kept)
            + mul(miles_weight * PERCENT, flown);
        let score = round(100 * weighted, 2);
        Some(if cancelled > 125 * ONE / 1000 { score.min(60 * ONE) } else { score })
    }
}
