//! The card of `benches/events`: five indicators over five million events. Writes the cards, and beside them the lines that
//! led to each score, as kpi does.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use polars::prelude::*;

use crate::Failure;
use crate::exact::{ONE, div, mul, parse, round, show};

const PERCENT: i128 = ONE / 100;

/// Scores every employee and month.
pub fn run(exports: &Path, out: &Path) -> Result<(), Failure> {
    let employees = std::fs::read_to_string(exports.join("employees.csv"))?;
    let employees: HashMap<&str, (bool, i128)> = employees
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            Some((cells.next()?, (cells.next()? == "senior", parse(cells.next()?)?)))
        })
        .collect();
    let plan = LazyFrame::scan_parquet(path(exports, "plan.parquet"), ScanArgsParquet::default())?
        .collect_with_engine(Engine::Streaming)?
        .unwrap_single();
    let (who, months, amounts) =
        (plan.column("employee")?.str()?, plan.column("month")?.str()?, plan.column("amount")?);
    let amounts = amounts.decimal()?.physical();
    let mut targets: HashMap<(&str, i32), i128> = HashMap::with_capacity(plan.height());
    for row in 0..plan.height() {
        let (Some(who), Some(month), Some(amount)) = (who.get(row), months.get(row), amounts.get(row)) else {
            continue;
        };
        targets.insert((who, month_of(month).unwrap_or_default()), amount * (ONE / 100));
    }

    let deal = || col("kind").eq(lit("deal"));
    let call = || col("kind").eq(lit("call"));
    let amount_of = |units: i128| lit(Scalar::new(DataType::Decimal(38, 2), AnyValue::Decimal(units, 38, 2)));
    let frame = LazyFrame::scan_parquet(path(exports, "events.parquet"), ScanArgsParquet::default())?
        .with_column(
            (col("at").dt().year() * lit(12) + col("at").dt().month().cast(DataType::Int32) - lit(1)).alias("month"),
        )
        .group_by([col("employee"), col("month")])
        .agg([
            len().cast(DataType::Int64).alias("rows"),
            when(deal()).then(col("amount")).otherwise(lit(NULL)).sum().alias("revenue"),
            deal().sum().cast(DataType::Int64).alias("deals"),
            deal().and(col("amount").gt_eq(amount_of(80_000))).sum().cast(DataType::Int64).alias("large"),
            col("ok").sum().cast(DataType::Int64).alias("ok"),
            when(call()).then(col("seconds")).otherwise(lit(NULL)).cast(DataType::Int64).sum().alias("seconds"),
            call().sum().cast(DataType::Int64).alias("calls"),
        ])
        .collect_with_engine(Engine::Streaming)?
        .unwrap_single()
        .sort(["employee", "month"], SortMultipleOptions::default())?;
    let (who, months) = (frame.column("employee")?.str()?, frame.column("month")?.i32()?);
    let revenue = frame.column("revenue")?.decimal()?.physical().clone();
    let column = |name: &str| frame.column(name)?.i64().cloned();
    let (rows, deals, large) = (column("rows")?, column("deals")?, column("large")?);
    let (ok, seconds, calls) = (column("ok")?, column("seconds")?, column("calls")?);
    let mut text = String::from("subject,period,score,attainment,grade,total_pay\n");
    let mut lines_text = String::from("subject,period,indicator,actual,target,attainment,weight,score,status\n");
    for row in 0..frame.height() {
        let (Some(who), Some(month)) = (who.get(row), months.get(row)) else { continue };
        let (Some(&(senior, salary)), Some(&target)) = (employees.get(who), targets.get(&(who, month))) else {
            return Err(format!("{who} is unknown").into());
        };
        let whole = |column: &Int64Chunked| i128::from(column.get(row).unwrap_or(0)) * ONE;
        let period = format!("{:04}-{:02}", month / 12, month % 12 + 1);
        if whole(&calls) == 0 {
            writeln!(text, "{who},{period},,,,")?;
            continue;
        }
        let at_least =
            |actual: i128, target: i128| (actual, target, div(actual, target).min(2 * ONE), actual >= target);
        let handling = div(whole(&seconds), whole(&calls));
        let limit = 300 * ONE;
        let attained = if handling <= 0 { 2 * ONE } else { div(limit, handling).min(2 * ONE) };
        let lines = [
            ("revenue", 30, at_least(revenue.get(row).unwrap_or(0) * (ONE / 100), target)),
            ("deals", 20, at_least(whole(&deals), if senior { 25 * ONE } else { 20 * ONE })),
            ("large_deals", 15, at_least(whole(&large), 5 * ONE)),
            ("success", 20, at_least(div(whole(&ok), whole(&rows)), 70 * PERCENT)),
            ("handling", 15, (handling, limit, attained, handling <= limit)),
        ];
        let (mut sum, mut attainment) = (0, 0);
        for (name, weight, (actual, target, attained, met)) in lines {
            let (weight, status) = (weight * PERCENT, if met { "met" } else { "missed" });
            let points = mul(weight, attained.min(ONE));
            sum += points;
            attainment += mul(weight, attained);
            let (actual, target, attained) = (show(actual), show(target), show(attained));
            let (weight, points) = (show(weight), show(100 * points));
            writeln!(lines_text, "{who},{period},{name},{actual},{target},{attained},{weight},{points},{status}")?;
        }
        let score = round(100 * sum, 2);
        let attainment = round(attainment, 4);
        let grade = match score / ONE {
            90.. => "A",
            70.. => "B",
            _ => "C",
        };
        let share = match attainment / PERCENT {
            120.. => 150,
            100.. => 100,
            80.. => 50,
            _ => 0,
        };
        let pay = round(mul(mul(salary, 30 * PERCENT), share * PERCENT), 2);
        writeln!(text, "{who},{period},{},{},{grade},{}", show(score), show(attainment), show(pay))?;
    }
    std::fs::write(out.with_extension("lines.csv"), lines_text)?;
    Ok(std::fs::write(out, text)?)
}

fn month_of(text: &str) -> Option<i32> {
    let (year, month) = text.split_once('-')?;
    Some(year.parse::<i32>().ok()? * 12 + month.parse::<i32>().ok()? - 1)
}

fn path(exports: &Path, name: &str) -> PlRefPath {
    PlRefPath::new(exports.join(name).to_string_lossy())
}
