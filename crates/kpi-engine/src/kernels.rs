//! What is computed row by row: own kernels over whole columns, which Polars runs between its scan and its `group_by`.
//!
//! A kernel never fails because of a cell. It counts what breaks the contract or leaves the range of numbers and yields a
//! missing value; who started the run looks at the [`Tally`] afterwards.

use std::hash::Hasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use kpi_check::model::MidPeriod;
use kpi_value::{Calendar, Date, DateTime, Dec, Overflow, Period, PeriodKind, Value};
use polars::prelude as pl;
use polars::prelude::{IntoColumn, NewChunkedArray};
use rustc_hash::{FxHashSet, FxHasher};

use crate::columns::{decimals, stretched};
use crate::contract::{Cell, Contract, Raw, Rep};
use crate::inputs::Progress;
use crate::loaded::LoadedTable;
use crate::rows;

/// What kernels found.
#[derive(Debug, Default)]
pub struct Tally {
    /// Cells that break their contract; those of a view are its export's.
    pub bad: Arc<AtomicU64>,
    /// Results out of range.
    pub overflows: AtomicU64,
}

impl Tally {
    /// That of a view over the table.
    pub fn of_view(&self) -> Tally {
        Tally { bad: self.bad.clone(), overflows: AtomicU64::default() }
    }
}

/// The result of a kernel.
pub type Columns = pl::PolarsResult<pl::Column>;

/// A kernel as an expression over others.
pub fn kernel<F>(inputs: Vec<pl::Expr>, dtype: pl::DataType, run: F) -> pl::Expr
where
    F: Fn(&[pl::Column]) -> Columns + Send + Sync + 'static,
{
    let mut inputs = inputs.into_iter();
    let first = inputs.next().unwrap_or_else(|| pl::lit(0));
    let rest: Vec<pl::Expr> = inputs.collect();
    let output = move |_: &pl::Schema, fields: &[pl::Field]| {
        let name = fields.first().map(|f| f.name().clone()).unwrap_or_default();
        Ok(pl::Field::new(name, dtype.clone()))
    };
    let run = move |columns: &mut [pl::Column]| {
        let name = columns.first().map(|c| c.name().clone()).unwrap_or_default();
        run(columns).map(|column| column.with_name(name))
    };
    first.map_many(run, &rest, output)
}

/// A column of a file as the contract wants it.
pub fn type_column(column: &pl::Column, contract: &Contract, tally: &Tally) -> Columns {
    let series = column.as_materialized_series();
    if (contract.column.rules.is_empty() || contract.is_at_least_zero())
        && let Some(same) = take_as_it_is(series, contract)?
        && (contract.column.rules.is_empty() || has_nothing_below_zero(&same))
    {
        if contract.required && same.null_count() > 0 {
            tally.bad.fetch_add(same.null_count() as u64, Ordering::Relaxed);
        }
        return Ok(same);
    }
    let mut bad = 0;
    let mut judge = |read: Result<_, _>| {
        read.unwrap_or_else(|_| {
            bad += 1;
            None
        })
    };
    let typed = match series.dtype() {
        pl::DataType::String => {
            let texts = series.str()?;
            contract.rep.column(texts.iter().map(|text| judge(contract.read(text.map(Raw::Text)))))
        }
        _ => {
            let values = series.rechunk();
            contract.rep.column((0..values.len()).map(|row| {
                let value = values.get(row).unwrap_or(pl::AnyValue::Null);
                judge(contract.read(rows::raw(&value)).map(|cell| cell.map(Cell::into_owned)))
            }))
        }
    };
    tally.bad.fetch_add(bad, Ordering::Relaxed);
    Ok(typed)
}

/// Whether a column of whole numbers is seen to have none below zero.
fn has_nothing_below_zero(column: &pl::Column) -> bool {
    let numbers = column.as_materialized_series();
    numbers.i64().is_ok_and(|numbers| numbers.downcast_iter().all(|part| part.values().iter().all(|n| *n >= 0)))
}

/// The column itself, where its type is the wanted one and no cell needs a look.
fn take_as_it_is(series: &pl::Series, contract: &Contract) -> pl::PolarsResult<Option<pl::Column>> {
    let plain = contract.column.scale == Dec::ONE;
    Ok(match (contract.rep, series.dtype()) {
        (Rep::Int, pl::DataType::Int64) | (Rep::Bool, pl::DataType::Boolean) => Some(series.clone().into_column()),
        (Rep::Int, dtype) if dtype.is_integer() && *dtype != pl::DataType::UInt64 => {
            Some(series.cast(&pl::DataType::Int64)?.into_column())
        }
        (Rep::Dec(digits), pl::DataType::Decimal(precision, scale)) if plain && *scale == digits as usize => {
            let units = series.decimal()?.physical();
            let most = crate::cells::power(26 + digits).unsigned_abs();
            let fits = *precision <= 26
                || units.downcast_iter().all(|array| array.values().iter().all(|x| x.unsigned_abs() < most));
            fits.then(|| decimals(units.clone(), digits))
        }
        (Rep::Text, pl::DataType::String) => {
            let texts = series.str()?;
            let empty = if texts.null_count() == 0 {
                texts.downcast_iter().any(|array| array.views().iter().any(|view| view.length == 0))
            } else {
                texts.iter().any(|text| text == Some(""))
            };
            (!empty).then(|| series.clone().into_column())
        }
        (Rep::Day, pl::DataType::Date) => Some(series.to_physical_repr().into_owned().into_column()),
        (Rep::Time, pl::DataType::Datetime(pl::TimeUnit::Microseconds, None)) => {
            Some(series.to_physical_repr().into_owned().into_column())
        }
        (Rep::Time, pl::DataType::Datetime(unit, None)) => {
            let times = series.to_physical_repr();
            let times = times.i64()?.iter().map(|time| time.map(|time| rows::micros(time, *unit)));
            Some(pl::Int64Chunked::from_iter_options(pl::PlSmallStr::EMPTY, times).into_column())
        }
        _ => None,
    })
}

/// The index of the policy's period of each time.
pub fn periods(column: &pl::Column, rep: Rep, kind: PeriodKind, calendar: Calendar) -> Columns {
    let series = column.as_materialized_series();
    let name = pl::PlSmallStr::EMPTY;
    // Neighbours mostly share a period: its bounds answer for them.
    let mut last = (i64::MAX, i64::MIN, 0);
    let mut in_days = |day: i64| {
        if day < last.0 || day > last.1 {
            let period = calendar.period(kind, Date(day as i32));
            last = (i64::from(calendar.start(period).0), i64::from(calendar.end(period).0), period.index);
        }
        last.2
    };
    Ok(match rep {
        Rep::Time => {
            let (mut low, mut high, mut index) = (i64::MAX, i64::MIN, 0);
            let find = |micros: Option<i64>| {
                micros.map(|micros| {
                    if micros < low || micros >= high {
                        let period = calendar.period(kind, DateTime(micros).date());
                        low = calendar.start(period).midnight().0;
                        high = calendar.start(period.plus(1)).midnight().0;
                        index = period.index;
                    }
                    index
                })
            };
            pl::Int32Chunked::from_iter_options(name, series.i64()?.iter().map(find)).into_column()
        }
        Rep::Day => {
            let days = series.i32()?.iter().map(|day| day.map(|day| in_days(i64::from(day))));
            pl::Int32Chunked::from_iter_options(name, days).into_column()
        }
        Rep::Period(own) => {
            let find = |index| calendar.containing(kind, Period { kind: own, index }).index;
            let found = series.i32()?.iter().map(|index| index.map(find));
            pl::Int32Chunked::from_iter_options(name, found).into_column()
        }
        _ => pl::Int32Chunked::from_iter_options(name, std::iter::repeat_n(None, series.len())).into_column(),
    })
}

/// The entities of keys; unknown keys are counted as bad.
pub fn entities(column: &pl::Column, table: &LoadedTable, tally: &Tally) -> Columns {
    let texts = column.as_materialized_series().str()?;
    let mut bad = 0;
    let mut last: (&str, Option<u32>) = ("", None);
    let mut found = Vec::with_capacity(texts.len());
    for text in texts.iter() {
        found.push(text.and_then(|text| {
            if last.1.is_none() || text != last.0 {
                last = (text, table.index.get(text).copied());
                bad += u64::from(last.1.is_none() && table.given);
            }
            last.1
        }));
    }
    let found = pl::UInt32Chunked::from_iter_options(pl::PlSmallStr::EMPTY, found.into_iter());
    tally.bad.fetch_add(bad, Ordering::Relaxed);
    Ok(found.into_column())
}

/// A way from an entity through loaded tables to a column of the last.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The tables passed, each with the column that leads on; in the last it is the column wanted.
    pub steps: Vec<(Arc<LoadedTable>, u32)>,
    /// For each step but the last the table in which its column's keys are looked up: that of the next step.
    pub calendar: Calendar,
    /// As of which of its days tables are read.
    pub mid: MidPeriod,
    /// The period's kind.
    pub kind: PeriodKind,
}

impl Chain {
    /// The value at the end of the way.
    fn follow(&self, entity: u32, days: (Date, Date)) -> Option<&Value> {
        let mut entity = entity;
        let mut steps = self.steps.iter().peekable();
        while let Some((table, column)) = steps.next() {
            let row = table.row_at(entity, days, self.mid)?;
            let value = table.columns.get(column)?.values.get(row as usize)?.as_ref()?;
            match steps.peek() {
                None => return Some(value),
                Some((next, _)) => entity = *next.index.get(value.as_text()?)?,
            }
        }
        None
    }

    /// The values at the end of the way for entities, as of periods (none: as of ever).
    pub fn values(&self, entities: &pl::Column, periods: Option<&pl::Column>, rep: Rep) -> Columns {
        let entities = entities.as_materialized_series().u32()?.clone();
        let periods = match periods {
            Some(column) => Some(stretched(column, entities.len()).i32()?.clone()),
            None => None,
        };
        let mut days = (None, (Date(i32::MIN), Date(i32::MAX)));
        let mut at = 0;
        let cells = entities.iter().map(|entity| {
            let row = at;
            at += 1;
            if let Some(periods) = &periods {
                let index = periods.get(row)?;
                if days.0 != Some(index) {
                    let period = Period { kind: self.kind, index };
                    days = (Some(index), (self.calendar.start(period), self.calendar.end(period)));
                }
            }
            self.follow(entity?, days.1).and_then(|value| rep.cell(value))
        });
        Ok(rep.column(cells))
    }

    /// As [`Chain::values`], where the values are keys of a table: its entities.
    pub fn entities(&self, entities: &pl::Column, periods: Option<&pl::Column>, table: &LoadedTable) -> Columns {
        let keys = self.values(entities, periods, Rep::Text)?;
        self::entities(&keys, table, &Tally::default())
    }
}

/// The group of each row: the entity in the upper half, the period in the lower, so that `group_by` has one whole number
/// as its key.
pub fn pack(entities: Option<&pl::Column>, periods: Option<&pl::Column>, height: usize) -> Columns {
    let name = pl::PlSmallStr::EMPTY;
    let entities = entities.map(|c| stretched(c, height));
    let entities = entities.as_ref().map(|s| s.u32()).transpose()?;
    let periods = periods.map(|c| stretched(c, height));
    let periods = periods.as_ref().map(|s| s.i32()).transpose()?;
    let packed = match (entities, periods) {
        (Some(e), Some(p)) => {
            let pairs = e.iter().zip(p.iter());
            pl::Int64Chunked::from_iter_values(name, pairs.map(|(e, p)| pack_one(e, p)))
        }
        (Some(e), None) => pl::Int64Chunked::from_iter_values(name, e.iter().map(|e| pack_one(e, Some(0)))),
        (None, Some(p)) => pl::Int64Chunked::from_iter_values(name, p.iter().map(|p| pack_one(None, p))),
        (None, None) => pl::Int64Chunked::from_iter_values(name, std::iter::repeat_n(pack_one(None, Some(0)), height)),
    };
    Ok(packed.into_column())
}

/// No period: the row is in none.
const NO_PERIOD: i32 = i32::MIN;

fn pack_one(entity: Option<u32>, period: Option<i32>) -> i64 {
    let entity = u64::from(entity.unwrap_or(kpi_plan::NO_KEY));
    // Shifted, so that packed numbers are in the order of entity and period.
    let period = u64::from((period.unwrap_or(NO_PERIOD) as u32) ^ 0x8000_0000);
    (entity << 32 | period) as i64
}

/// Entity and period of a group; `None` is a row without period.
pub fn unpack(packed: i64) -> (u32, Option<i32>) {
    let packed = packed as u64;
    let period = ((packed as u32) ^ 0x8000_0000) as i32;
    ((packed >> 32) as u32, Some(period).filter(|p| *p != NO_PERIOD))
}

/// Whether values come twice, over all threads.
#[derive(Debug)]
pub struct Unique {
    shards: Vec<Mutex<FxHashSet<u64>>>,
}

impl Default for Unique {
    fn default() -> Unique {
        Unique { shards: (0..16).map(|_| Mutex::default()).collect() }
    }
}

impl Unique {
    /// Notes the values of a column and counts as bad those that were there before. Equal hashes of different values are
    /// counted too; the slow pass then finds nothing.
    pub fn check(&self, column: &pl::Column, tally: &Tally) -> Columns {
        let texts = column.as_materialized_series().cast(&pl::DataType::String)?;
        let hashes: Vec<u64> = texts.str()?.iter().flatten().map(hash).collect();
        let mut bad = 0;
        for (place, shard) in self.shards.iter().enumerate() {
            let Ok(mut seen) = shard.lock() else { continue };
            let own = hashes.iter().filter(|hash| (*hash >> 60) as usize == place);
            bad += own.filter(|hash| !seen.insert(**hash)).count() as u64;
        }
        tally.bad.fetch_add(bad, Ordering::Relaxed);
        Ok(column.clone())
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.write_u8(0xff);
    hasher.finish()
}

/// Tells how many rows went by.
pub fn report(progress: Option<&Arc<dyn Progress>>, column: &pl::Column) {
    if let Some(progress) = progress {
        progress.rows(column.len() as u64);
    }
}

/// The numbers of a column with twelve digits.
pub fn numbers(column: &pl::Column, height: usize) -> pl::PolarsResult<Vec<Option<Dec>>> {
    let series = stretched(column, height);
    Ok(match series.dtype() {
        pl::DataType::Decimal(_, scale) => {
            let factor = crate::cells::power(Dec::SCALE.saturating_sub(*scale as u32));
            let units = series.decimal()?.physical();
            units.iter().map(|units| Dec::from_units(units?.checked_mul(factor)?).ok()).collect()
        }
        _ => series.i64()?.iter().map(|n| n.map(Dec::int)).collect(),
    })
}

/// Computes a number of the numbers of each row; a row with a missing one is missing. What leaves the range is counted.
pub fn compute<F>(columns: &[pl::Column], tally: &Tally, run: F) -> Columns
where
    F: Fn(&[Dec]) -> Result<Option<Dec>, Overflow>,
{
    let height = columns.iter().map(pl::Column::len).max().unwrap_or(0);
    // A column of height 1 beside an empty one stands for no row.
    let height = if columns.iter().any(|c| c.is_empty()) { 0 } else { height };
    let inputs: Vec<Vec<Option<Dec>>> = columns.iter().map(|c| numbers(c, height)).collect::<Result<_, _>>()?;
    let (mut overflows, mut row) = (0, Vec::with_capacity(inputs.len()));
    let units = (0..height).map(|at| {
        row.clear();
        for input in &inputs {
            row.push((*input.get(at)?)?);
        }
        match run(&row) {
            Ok(result) => result.map(Dec::units),
            Err(Overflow) => {
                overflows += 1;
                None
            }
        }
    });
    let units = pl::Int128Chunked::from_iter_options(pl::PlSmallStr::EMPTY, units);
    tally.overflows.fetch_add(overflows, Ordering::Relaxed);
    Ok(decimals(units, Dec::SCALE))
}

/// The numbers of a column in another representation. What leaves the range is counted.
pub fn fit(column: &pl::Column, rep: Rep, tally: &Tally) -> Columns {
    let numbers = numbers(column, column.len())?;
    let missing = column.as_materialized_series().null_count();
    let values: Vec<Option<Value>> = numbers.into_iter().map(|number| number.map(Value::Dec)).collect();
    let fitted = rep.column(values.iter().map(|value| value.as_ref().and_then(|value| rep.cell(value))));
    let lost = fitted.null_count().saturating_sub(missing);
    tally.overflows.fetch_add(lost as u64, Ordering::Relaxed);
    Ok(fitted)
}

/// Takes out numbers so large that a sum of `rows` of them might leave the range, and counts them.
pub fn limit(column: &pl::Column, rows: u64, tally: &Tally) -> Columns {
    let series = column.as_materialized_series();
    let rows = i128::from(rows.max(1));
    let name = pl::PlSmallStr::EMPTY;
    let mut over = 0;
    let limited = match series.dtype() {
        pl::DataType::Decimal(_, scale) => {
            let most = (crate::cells::power(38) - 1) / rows;
            let units = series.decimal()?.physical();
            if units.iter().flatten().all(|x| x.unsigned_abs() <= most.unsigned_abs()) {
                return Ok(column.clone());
            }
            let kept = units.iter().map(|x| {
                x.filter(|x| {
                    let fits = x.unsigned_abs() <= most.unsigned_abs();
                    over += u64::from(!fits);
                    fits
                })
            });
            decimals(pl::Int128Chunked::from_iter_options(name, kept), *scale as u32)
        }
        _ => {
            let most = (i128::from(i64::MAX) / rows) as u64;
            let numbers = series.i64()?;
            if numbers.iter().flatten().all(|x| x.unsigned_abs() <= most) {
                return Ok(column.clone());
            }
            let kept = numbers.iter().map(|x| {
                x.filter(|x| {
                    let fits = x.unsigned_abs() <= most;
                    over += u64::from(!fits);
                    fits
                })
            });
            pl::Int64Chunked::from_iter_options(name, kept).into_column()
        }
    };
    tally.overflows.fetch_add(over, Ordering::Relaxed);
    Ok(limited)
}
