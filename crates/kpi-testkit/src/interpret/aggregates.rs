//! Aggregates over the rows that reach somebody in a period, and `lookup`.

use kpi_check::model::{Aggregate, AggregateFunction, Expr, Lookup, Path, TableId, Timing};
use kpi_value::{Dec, Value};

use super::{Fault, Interpreter, Number, Place, Valued};
use crate::Row;

/// A row's time and key, by which `first` and `last` go.
type Moment = (Option<Value>, Option<Value>);

/// The rows that an aggregate takes.
struct Taken<'a> {
    /// Each with its argument; without an argument, with `true`.
    rows: Vec<(&'a Row, Value)>,
    /// How many rows were left out because their condition or argument is unknown.
    unknown: usize,
    /// How many of them are unknown because they are not ripe.
    unripe: usize,
}

impl<'a> Interpreter<'a> {
    /// An aggregate: no data where its source has none in the period, or fewer rows than it `needs`, or, in a veto, one
    /// row about which it is unknown whether and with what it counts.
    pub(super) fn aggregate(&self, aggregate: &Aggregate, place: &Place<'_>) -> Valued {
        let Aggregate { table, arg, via, condition, needs, .. } = aggregate;
        if !place.when.periods().any(|when| self.available(*table, when.period)) {
            return Ok(None);
        }
        let taken = self.take(*table, arg.as_ref(), via.as_ref(), condition.as_ref(), place)?;
        if taken.rows.len() < *needs as usize || place.veto && taken.unknown > 0 || taken.unripe > 0 {
            return Ok(None);
        }
        self.finish(aggregate, &taken.rows)
    }

    /// The value in the one row of the subject and period (or of its `where`): "none is no data, two an error". It is no
    /// aggregate: under `over last 3 months` it reads the cell's own period.
    pub(super) fn lookup(&self, lookup: &Lookup, place: &Place<'_>) -> Valued {
        let Lookup { table, arg, via, condition } = lookup;
        let place = &place.during(place.when.alone());
        if !self.available(*table, place.when.period) {
            return Ok(None);
        }
        let taken = self.take(*table, None, via.as_ref(), condition.as_ref(), place)?;
        match taken.rows.as_slice() {
            _ if place.veto && taken.unknown > 0 || taken.unripe > 0 => Ok(None),
            [] => Ok(None),
            [(row, _)] => self.value(arg, &place.in_row(*table, row)),
            _ => Err(Fault::SeveralRows(*table)),
        }
    }

    /// The rows of the period that reach the subject and meet the condition. "Rows whose argument or `where` is unknown
    /// are left out and counted." Of several pooled periods each lends its rows as they are in it: those that reach the
    /// subject then, if it is on the roster then; a row that holds in several counts once.
    fn take(
        &self,
        table: TableId,
        arg: Option<&Expr>,
        via: Option<&Path>,
        condition: Option<&Expr>,
        place: &Place<'_>,
    ) -> Result<Taken<'a>, Fault> {
        let mut taken = Taken { rows: Vec::new(), unknown: 0, unripe: 0 };
        let mut seen = Vec::new();
        for when in place.when.periods() {
            // A row of a week whose month has lost its export is a row all the same.
            if !self.on_roster(&place.who, when) {
                continue;
            }
            let place = place.during(when);
            for &row in self.rows_in(table, when).iter() {
                if seen.iter().any(|other| std::ptr::eq(*other, row))
                    || !self.reaches(table, row, via, &place.who, when)?
                {
                    continue;
                }
                seen.push(row);
                let inside = place.in_row(table, row);
                if self.is_left_out(table, &inside)? {
                    continue;
                }
                let meets = match condition {
                    Some(condition) => self.truth(condition, &inside)?,
                    None => Some(true),
                };
                if meets == Some(false) {
                    continue;
                }
                let value = match arg {
                    _ if meets.is_none() => None,
                    Some(arg) => {
                        self.is_known(arg, &inside)?;
                        self.value(arg, &inside)?
                    }
                    None => Some(Value::Bool(true)),
                };
                match value {
                    Some(value) => taken.rows.push((row, value)),
                    None => {
                        taken.unknown += 1;
                        let unknown = if meets.is_none() { condition } else { arg };
                        taken.unripe += usize::from(unknown.map_or(Ok(false), |e| self.looks_ahead(e, &inside))?);
                    }
                }
            }
        }
        Ok(taken)
    }

    /// Whether `exclude` takes a row out: "a row whose condition is unknown counts".
    fn is_left_out(&self, table: TableId, row: &Place<'_>) -> Result<bool, Fault> {
        let exclusions = &self.model.tables[table].exclude;
        if exclusions.is_empty() {
            return Ok(false);
        }
        let row = Place { lenient: true, ..row.clone() };
        for exclusion in exclusions {
            if self.truth(&exclusion.condition, &row)? == Some(true) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// "Over no rows `sum`, `count` and `count_distinct` are 0, `any` is false, the others no data."
    pub(super) fn finish(&self, aggregate: &Aggregate, rows: &[(&Row, Value)]) -> Valued {
        let values = || rows.iter().map(|(_, value)| value);
        let numbers = || values().map(|v| v.as_dec().ok_or(Fault::Model("an aggregate of what is no number")));
        Ok(match aggregate.function {
            AggregateFunction::Sum => Some(Value::Dec(sum(numbers())?)),
            AggregateFunction::Count => Some(count(rows.len())),
            AggregateFunction::CountDistinct => {
                let mut distinct: Vec<&Value> = values().collect();
                distinct.sort();
                distinct.dedup();
                Some(count(distinct.len()))
            }
            AggregateFunction::Average => average(&numbers().collect::<Result<Vec<_>, _>>()?)?.map(Value::Dec),
            AggregateFunction::Median => {
                quantile(numbers().collect::<Result<_, _>>()?, Dec::percent(50))?.map(Value::Dec)
            }
            AggregateFunction::Quantile(share) => {
                quantile(numbers().collect::<Result<_, _>>()?, share)?.map(Value::Dec)
            }
            AggregateFunction::Min => values().min().cloned(),
            AggregateFunction::Max => values().max().cloned(),
            AggregateFunction::First => self.in_time(aggregate.table, rows).first().map(|(_, value)| (*value).clone()),
            AggregateFunction::Last => self.in_time(aggregate.table, rows).last().map(|(_, value)| (*value).clone()),
            AggregateFunction::Any => Some(Value::Bool(values().any(|v| *v == Value::Bool(true)))),
            AggregateFunction::All if rows.is_empty() => None,
            AggregateFunction::All => Some(Value::Bool(values().all(|v| *v == Value::Bool(true)))),
            AggregateFunction::Stddev => {
                let numbers: Vec<Dec> = numbers().collect::<Result<_, _>>()?;
                stddev(&numbers).map(Dec::from_approximate).transpose()?.map(Value::Dec)
            }
        })
    }

    /// Values in the order of the table's time; rows of equal time in the order of their keys, or of the values where the
    /// table has no key.
    fn in_time<'b>(&self, table: TableId, rows: &'b [(&Row, Value)]) -> Vec<(Moment, &'b Value)> {
        let declared = &self.model.tables[table];
        let time = match declared.time {
            Timing::Timeless => None,
            Timing::Flow(time) | Timing::AsOf(time) | Timing::Stock { from: time, .. } => Some(time),
        };
        let cell = |row: &Row, place: Option<u32>| place.and_then(|place| row.get(place as usize).cloned().flatten());
        let mut ordered: Vec<_> =
            rows.iter().map(|(row, value)| ((cell(row, time), cell(row, declared.key)), value)).collect();
        ordered.sort();
        ordered
    }
}

fn count(n: usize) -> Value {
    Value::Dec(Dec::int(n as i64))
}

pub(super) fn sum(numbers: impl Iterator<Item = Result<Dec, Fault>>) -> Result<Dec, Fault> {
    let mut sum = Dec::ZERO;
    for number in numbers {
        sum = sum.add(number?)?;
    }
    Ok(sum)
}

/// Sum ÷ count, rounded once.
pub(super) fn average(numbers: &[Dec]) -> Number {
    Ok(sum(numbers.iter().map(|x| Ok(*x)))?.div(Dec::int(numbers.len() as i64))?)
}

/// Linear between neighbours: the value at the place (n − 1) × share of the sorted numbers (Hyndman–Fan 7).
pub(super) fn quantile(mut numbers: Vec<Dec>, share: Dec) -> Number {
    numbers.sort();
    let place = Dec::int(numbers.len() as i64 - 1).mul(share)?;
    let whole = place.units().div_euclid(Dec::UNITS);
    let rest = Dec::from_units(place.units().rem_euclid(Dec::UNITS))?;
    let at = |n: i128| usize::try_from(n).ok().and_then(|n| numbers.get(n)).copied();
    let Some(below) = at(whole) else { return Ok(None) };
    let Some(above) = at(whole + 1) else { return Ok(Some(below)) };
    Ok(Some(below.add(above.sub(below)?.mul(rest)?)?))
}

/// The standard deviation of the sample (n − 1), approximate; none below two numbers.
pub(super) fn stddev(numbers: &[Dec]) -> Option<f64> {
    if numbers.len() < 2 {
        return None;
    }
    // The mean of equal numbers may be another one by a rounding.
    if numbers.windows(2).all(|pair| pair.first() == pair.last()) {
        return Some(0.0);
    }
    let numbers: Vec<f64> = numbers.iter().map(|x| x.approximate()).collect();
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let squares: f64 = numbers.iter().map(|x| (x - mean) * (x - mean)).sum();
    Some((squares / (numbers.len() - 1) as f64).sqrt())
}
