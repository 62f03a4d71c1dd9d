//! The data of `benches/events`: a log of events in the order of time, employees, and a target a month for each.

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

use polars::prelude::*;

use crate::Failure;

const EMPLOYEES: u64 = 5_000;
const KINDS: [&str; 8] = ["call", "call", "call", "mail", "mail", "visit", "deal", "deal"];

/// Writes `employees.csv`, `plan.parquet` and `events.parquet`; the same bytes every time.
pub fn generate(dir: &Path, events: usize) -> Result<(), Failure> {
    std::fs::create_dir_all(dir)?;
    let mut random = Random(20_130_101);
    let name = |n: u64| format!("E{n:05}");
    let mut text = String::from("id,level,salary\n");
    for employee in 0..EMPLOYEES {
        let level = if random.below(3) == 0 { "senior" } else { "junior" };
        writeln!(text, "{},{level},{}", name(employee), 6000 + random.below(9000))?;
    }
    std::fs::write(dir.join("employees.csv"), text)?;

    let pairs = || (0..EMPLOYEES).flat_map(|employee| (1..=12).map(move |month| (employee, month)));
    let who: Vec<String> = pairs().map(|(employee, _)| name(employee)).collect();
    let months: Vec<String> = pairs().map(|(_, month)| format!("2025-{month:02}")).collect();
    let amounts = pairs().map(|_| i128::from(600_000 + random.below(900_000)));
    let amounts = money("amount", amounts.collect())?;
    write(
        &dir.join("plan.parquet"),
        vec![Column::new("employee".into(), who), Column::new("month".into(), months), amounts],
    )?;

    let names: Vec<String> = (0..EMPLOYEES).map(name).collect();
    let year = 365 * 86_400_000_000u64;
    let start = 1_735_689_600_000_000u64;
    let step = year / events.max(1) as u64;
    let pick: Vec<&str> =
        (0..events).filter_map(|_| names.get(random.below(EMPLOYEES) as usize)).map(String::as_str).collect();
    let times: Vec<i64> = (0..events as u64).map(|i| (start + i * step) as i64).collect();
    let kinds: Vec<&str> = (0..events).filter_map(|_| KINDS.get(random.below(8) as usize)).copied().collect();
    let amounts = (0..events).map(|_| i128::from(100 + random.below(100_000)));
    let amounts = money("amount", amounts.collect())?;
    let seconds: Vec<i32> = (0..events).map(|_| 30 + random.below(600) as i32).collect();
    let ok: Vec<bool> = (0..events).map(|_| random.below(100) < 68).collect();
    let times = Series::new("at".into(), times).cast(&DataType::Datetime(TimeUnit::Microseconds, None))?;
    let columns = vec![
        Column::new("employee".into(), pick),
        times.into_column(),
        Column::new("kind".into(), kinds),
        amounts,
        Column::new("seconds".into(), seconds),
        Column::new("ok".into(), ok),
    ];
    write(&dir.join("events.parquet"), columns)
}

fn money(name: &str, units: Vec<i128>) -> PolarsResult<Column> {
    let units = Int128Chunked::from_vec(name.into(), units);
    Ok(units.into_decimal(18, 2)?.into_column())
}

fn write(path: &Path, columns: Vec<Column>) -> Result<(), Failure> {
    let mut frame = DataFrame::new_infer_height(columns)?;
    ParquetWriter::new(File::create(path)?).with_row_group_size(Some(250_000)).finish(&mut frame)?;
    Ok(())
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % bound
    }
}
