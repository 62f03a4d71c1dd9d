//! What is collected of a cube, as facts.

use std::ops::RangeInclusive;

use kpi_plan::{CubeFacts, NO_KEY, PartFacts, PartOp};
use kpi_value::Value;
use polars::prelude as pl;

use crate::cubes::{CubeRun, GROUP, ROWS};
use crate::kernels::unpack;

/// The groups of a collected cube.
pub struct Groups {
    /// Entity and period of each group, in the order of the frame.
    pub places: Vec<(u32, Option<i32>)>,
    /// How many rows each has.
    pub rows: Vec<u64>,
    /// The values of each.
    values: Vec<Vec<Option<Value>>>,
    /// The groups by entity, period and values.
    order: Vec<usize>,
}

impl Groups {
    /// Reads them off a collected frame.
    ///
    /// # Errors
    /// If a column is not there.
    pub fn read(run: &CubeRun, frame: &pl::DataFrame) -> pl::PolarsResult<Groups> {
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

/// The facts of a cube, of the groups in these periods; of all of them without any. `None` if a sum is out of range.
///
/// # Errors
/// If a column is not there.
pub fn cube_facts(
    run: &CubeRun,
    frame: &pl::DataFrame,
    groups: &Groups,
    periods: Option<&RangeInclusive<i32>>,
) -> pl::PolarsResult<Option<CubeFacts>> {
    let period = |row: usize| groups.places.get(row).and_then(|place| place.1);
    let needed = |row: &&usize| match periods {
        Some(periods) => period(**row).is_some_and(|p| periods.contains(&p)),
        None => true,
    };
    let rows: Vec<usize> = groups.order.iter().filter(needed).copied().collect();
    let place = |row: &usize| groups.places.get(*row).copied().unwrap_or((NO_KEY, None));
    let mut facts = CubeFacts {
        keys: rows.iter().map(|row| place(row).0).collect(),
        periods: rows.iter().map(|row| place(row).1.unwrap_or(0)).collect(),
        absent: run.absent.clone(),
        ..CubeFacts::default()
    };
    for values in &groups.values {
        facts.values.push(rows.iter().map(|row| values.get(*row).cloned().flatten()).collect());
    }
    for part in &run.parts {
        let column = frame.column(&part.column)?;
        facts.parts.push(match part.op {
            PartOp::Count | PartOp::Unknown | PartOp::Unripe => PartFacts::Counts(counts(column, &rows)?),
            PartOp::Sum | PartOp::Min | PartOp::Max if part.rep.is_number() => {
                let values = part.rep.values(column, &rows)?;
                let series = column.as_materialized_series();
                let lost = rows
                    .iter()
                    .zip(&values)
                    .any(|(row, value)| value.is_none() && series.get(*row).is_ok_and(|raw| !raw.is_null()));
                if lost {
                    return Ok(None);
                }
                PartFacts::Numbers(values.into_iter().map(|v| v.as_ref().and_then(Value::as_dec)).collect())
            }
            _ => PartFacts::Values(part.rep.values(column, &rows)?),
        });
    }
    blank_empty_sums(run, &mut facts);
    Ok(Some(facts))
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
