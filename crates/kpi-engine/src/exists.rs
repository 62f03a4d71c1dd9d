//! `exists`: the rows of the inner table as an index from keys to sorted times, and the kernel that looks each outer row up in it.
//!
//! The inner table is scanned once, all of it whatever the period; no outer row is ever compared with more than one inner time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kpi_check::model::{ColumnId, Exists, Expr, ExprId, ExprKind, TableId};
use kpi_plan::Plan;
use kpi_value::{Date, DateTime, Dec};
use polars::prelude as pl;
use polars::prelude::{IntoColumn, NewChunkedArray};
use rustc_hash::FxHashMap;

use crate::columns::stretched;
use crate::contract::Rep;
use crate::kernels::{self, Columns};

/// An answer in a row: yes, no, or a day; missing where it is unknown. A day after the data date is that on which the answer is
/// ripe; another is the first day of which the inner table says something, where more is asked.
pub const YES: i32 = i32::MAX;
/// See [`YES`].
pub const NO: i32 = i32::MIN;

/// The indexes of all `exists` of a plan.
#[derive(Debug)]
pub struct Indexes {
    /// The data date.
    pub until: Date,
    /// For each `exists` its index.
    pub of: BTreeMap<ExprId, Arc<Index>>,
    /// The periods in which each export that is looked in has rows.
    pub periods: BTreeMap<TableId, BTreeSet<i32>>,
}

/// The inner rows of an `exists`.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Whether the table is given; else nothing is known.
    pub given: bool,
    /// The column of an export that is read and not given.
    pub absent: Option<ColumnId>,
    /// The first day of which the table says something, if the times are those by which its rows belong to periods.
    pub first: Option<Date>,
    /// The place of each key.
    places: FxHashMap<Box<[u8]>, u32>,
    /// For each key its first time, and behind them the number of times. Empty if times do not matter.
    starts: Vec<u32>,
    /// The times, sorted within a key.
    times: Vec<i64>,
}

/// Every `exists` that the cubes of a plan read, once.
pub fn exists_of(plan: &Plan) -> BTreeMap<ExprId, Arc<Exists>> {
    let parts = plan.cubes.iter().flat_map(|cube| &cube.parts);
    let mut open: Vec<&Expr> = parts.flat_map(|part| part.arg.iter().chain(&part.condition)).collect();
    open.extend(plan.cubes.iter().flat_map(|cube| &cube.values));
    let mut found = BTreeMap::new();
    while let Some(expr) = open.pop() {
        if let ExprKind::Exists(exists) = &expr.kind {
            found.insert(expr.id, exists.clone());
        }
        open.extend(expr.children());
    }
    found
}

/// A column of a key.
enum Key {
    Text(pl::StringChunked),
    Small(pl::Int32Chunked),
    Long(pl::Int64Chunked),
    Bool(pl::BooleanChunked),
    Numbers(Vec<Option<Dec>>),
}

impl Key {
    fn read(column: &pl::Column, rep: Rep, height: usize) -> pl::PolarsResult<Key> {
        let series = stretched(column, height).rechunk();
        Ok(match rep {
            Rep::Int | Rep::Dec(_) => Key::Numbers(kernels::numbers(column, height)?),
            Rep::Text => Key::Text(series.str()?.clone()),
            Rep::Bool => Key::Bool(series.bool()?.clone()),
            Rep::Time => Key::Long(series.i64()?.clone()),
            Rep::Day | Rep::Period(_) | Rep::Member => Key::Small(series.i32()?.clone()),
        })
    }

    /// Writes the value of a row; false if it is missing.
    fn write(&self, row: usize, out: &mut Vec<u8>) -> bool {
        let mut add = |bytes: &[u8]| {
            out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
            out.extend_from_slice(bytes);
        };
        match self {
            Key::Text(texts) => texts.get(row).map(|text| add(text.as_bytes())),
            Key::Small(values) => values.get(row).map(|x| add(&x.to_le_bytes())),
            Key::Long(values) => values.get(row).map(|x| add(&x.to_le_bytes())),
            Key::Bool(values) => values.get(row).map(|x| add(&[u8::from(x)])),
            Key::Numbers(values) => values.get(row).copied().flatten().map(|x| add(&x.units().to_le_bytes())),
        }
        .is_some()
    }
}

fn keys(columns: &[pl::Column], reps: &[Rep], height: usize) -> pl::PolarsResult<Vec<Key>> {
    columns.iter().zip(reps).map(|(column, rep)| Key::read(column, *rep, height)).collect()
}

/// Times in microseconds; a day is its midnight.
fn moments(column: &pl::Column, rep: Rep, height: usize) -> pl::PolarsResult<Vec<Option<i64>>> {
    let series = stretched(column, height);
    Ok(match rep {
        Rep::Time => series.i64()?.iter().collect(),
        _ => series.i32()?.iter().map(|day| day.map(|day| i64::from(day) * DateTime::DAY)).collect(),
    })
}

impl Index {
    /// The index of rows: their keys, and their times if those matter.
    ///
    /// # Errors
    /// If a column is of another type.
    pub fn new(
        columns: &[pl::Column],
        reps: &[Rep],
        time: Option<(&pl::Column, Rep)>,
        height: usize,
    ) -> pl::PolarsResult<Index> {
        let keys = keys(columns, reps, height)?;
        let times = time.map(|(column, rep)| moments(column, rep, height)).transpose()?;
        let mut index = Index { given: true, ..Index::default() };
        let mut rows: Vec<(u32, i64)> = Vec::new();
        let mut key = Vec::new();
        for row in 0..height {
            key.clear();
            if !keys.iter().all(|column| column.write(row, &mut key)) {
                continue;
            }
            let time = match &times {
                Some(times) => match times.get(row).copied().flatten() {
                    Some(time) => time,
                    None => continue,
                },
                None => 0,
            };
            let place = match index.places.get(key.as_slice()) {
                Some(place) => *place,
                None => {
                    let place = index.places.len() as u32;
                    index.places.insert(key.as_slice().into(), place);
                    place
                }
            };
            if times.is_some() {
                rows.push((place, time));
            }
        }
        rows.sort_unstable();
        rows.dedup();
        for (n, (place, time)) in rows.into_iter().enumerate() {
            if index.starts.len() <= place as usize {
                index.starts.push(n as u32);
            }
            index.times.push(time);
        }
        index.starts.push(index.times.len() as u32);
        Ok(index)
    }

    /// Whether a row of a key lies within moments, both inclusive.
    fn holds(&self, key: &[u8], bounds: Option<(i64, i64)>) -> bool {
        let Some(place) = self.places.get(key) else { return false };
        let Some((low, high)) = bounds else { return true };
        let place = *place as usize;
        let (Some(start), Some(end)) = (self.starts.get(place), self.starts.get(place + 1)) else { return false };
        let times = self.times.get(*start as usize..*end as usize).unwrap_or_default();
        let first = times.partition_point(|time| *time < low);
        times.get(first).is_some_and(|time| *time <= high)
    }
}

/// How an `exists` is looked up: the columns of the outer row are its keys, its lower bounds and its upper ones.
pub struct LookUp {
    /// The index.
    pub index: Arc<Index>,
    /// How the keys lie.
    pub keys: Vec<Rep>,
    /// How lower bounds lie, and whether each belongs to what it bounds.
    pub lower: Vec<(Rep, bool)>,
    /// Likewise of upper ones.
    pub upper: Vec<(Rep, bool)>,
    /// The data date.
    pub until: Date,
}

impl LookUp {
    /// The answer of each row.
    ///
    /// # Errors
    /// If a column is of another type.
    pub fn answer(&self, columns: &[pl::Column]) -> Columns {
        let height = if columns.iter().any(pl::Column::is_empty) {
            0
        } else {
            columns.iter().map(pl::Column::len).max().unwrap_or_default()
        };
        let (keys_of, bounds) = columns.split_at_checked(self.keys.len()).unwrap_or_default();
        let keys = keys(keys_of, &self.keys, height)?;
        let (lower, upper) = bounds.split_at_checked(self.lower.len()).unwrap_or_default();
        let times = |columns: &[pl::Column], reps: &[(Rep, bool)]| {
            let read = |(column, (rep, _)): (&pl::Column, &(Rep, bool))| moments(column, *rep, height);
            columns.iter().zip(reps).map(read).collect::<pl::PolarsResult<Vec<_>>>()
        };
        let (lower, upper) = (times(lower, &self.lower)?, times(upper, &self.upper)?);
        // What is exclusive begins or ends a microsecond further in.
        let at = |times: &[Option<i64>], row: usize, inclusive: bool, step: i64| {
            Some(times.get(row).copied().flatten()? + if inclusive { 0 } else { step })
        };
        let bounded = !(lower.is_empty() && upper.is_empty());
        let mut key = Vec::new();
        let mut answer = |row: usize| {
            key.clear();
            if !self.index.given || !keys.iter().all(|column| column.write(row, &mut key)) {
                return None;
            }
            let (mut low, mut high) = (i64::MIN, i64::MAX);
            for (times, (_, inclusive)) in lower.iter().zip(&self.lower) {
                low = low.max(at(times, row, *inclusive, 1)?);
            }
            for (times, (_, inclusive)) in upper.iter().zip(&self.upper) {
                high = high.min(at(times, row, *inclusive, -1)?);
            }
            if self.index.holds(&key, bounded.then_some((low, high))) {
                return Some(YES);
            }
            if low > high {
                return Some(NO);
            }
            let last = DateTime(high).date();
            if !upper.is_empty() && last > self.until {
                return Some(last.0);
            }
            let early = |first: &Date| {
                let first = first.midnight().0;
                !lower.is_empty() && low < first || !upper.is_empty() && high < first
            };
            Some(self.index.first.filter(early).map_or(NO, |first| first.0))
        };
        let answers = (0..height).map(&mut answer);
        Ok(pl::Int32Chunked::from_iter_options(pl::PlSmallStr::EMPTY, answers).into_column())
    }
}
