//! Aggregates that need every value: from cubes that count the rows of each value.

use kpi_check::model::AggregateFunction;
use kpi_plan::{CubeFacts, PartFacts, Read};
use kpi_value::{Dec, Overflow, Value};

use crate::Evaluator;
use crate::kernels::sample::{self, Weighted};

impl Evaluator<'_> {
    /// An aggregate of the values of each cell, and the cells in which a number leaves the range.
    pub(crate) fn histogram(
        &mut self,
        read: &Read,
        function: AggregateFunction,
        counts: usize,
    ) -> (Vec<Option<Value>>, Vec<usize>) {
        let mut results: Vec<Option<Value>> = vec![None; self.spine(read.spine).cells()];
        let mut too_large = Vec::new();
        let mut pairs = self.pairs(read).to_vec();
        let Some(cube) = self.facts.cubes.get(read.cube) else { return (results, too_large) };
        let Some(PartFacts::Counts(counts)) = cube.parts.get(counts) else { return (results, too_large) };
        let count = |row: u32| counts.get(row as usize).copied().unwrap_or(0);
        pairs.retain(|&(row, _)| count(row) > 0 && argument(cube, row).is_some());
        pairs.sort_unstable_by_key(|&(_, cell)| cell);
        for pairs in pairs.chunk_by(|(_, a), (_, b)| a == b) {
            let rows = pairs.iter().map(|&(row, _)| row);
            let result = match function {
                AggregateFunction::First => {
                    Ok(rows.min_by_key(|&row| order(cube, row)).and_then(|row| argument(cube, row).cloned()))
                }
                AggregateFunction::Last => {
                    Ok(rows.max_by_key(|&row| order(cube, row)).and_then(|row| argument(cube, row).cloned()))
                }
                AggregateFunction::CountDistinct => {
                    let mut values: Vec<&Value> = rows.filter_map(|row| argument(cube, row)).collect();
                    values.sort();
                    values.dedup();
                    Ok(Some(Value::Dec(Dec::int(values.len() as i64))))
                }
                _ => {
                    let numbers = rows.filter_map(|row| Some((argument(cube, row)?.as_dec()?, count(row))));
                    let mut numbers: Vec<Weighted> = numbers.collect();
                    numbers.sort_unstable();
                    numeric(function, &numbers).map(|number| number.map(Value::Dec))
                }
            };
            let Some(&(_, cell)) = pairs.first() else { continue };
            match (result, results.get_mut(cell as usize)) {
                (Ok(value), Some(slot)) => *slot = value,
                (Err(Overflow), _) => too_large.push(cell as usize),
                (Ok(_), None) => {}
            }
        }
        (results, too_large)
    }
}

fn numeric(function: AggregateFunction, sorted: &[Weighted]) -> Result<Option<Dec>, Overflow> {
    match function {
        AggregateFunction::Median => sample::quantile(sorted, Dec::percent(50)),
        AggregateFunction::Quantile(share) => sample::quantile(sorted, share),
        AggregateFunction::Stddev => {
            sample::deviation(sorted).map(|(_, deviation)| Dec::from_approximate(deviation)).transpose()
        }
        _ => Ok(None),
    }
}

/// The argument of a row of a histogram: its last value.
fn argument(cube: &CubeFacts, row: u32) -> Option<&Value> {
    cube.values.last()?.get(row as usize)?.as_ref()
}

/// A row's place in the order of time: all values that it is told apart by, the argument last.
fn order(cube: &CubeFacts, row: u32) -> Vec<Option<&Value>> {
    cube.values.iter().map(|values| values.get(row as usize).and_then(Option::as_ref)).collect()
}
