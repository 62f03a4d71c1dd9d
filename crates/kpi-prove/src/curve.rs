//! Curves of a range of numbers.

use kpi_check::model::{Curve, CurveKind, StepBound, interpolate, sum_slices};
use kpi_value::Dec;

use crate::scene::Scene;
use crate::value::{Known, Number, Range, Trend};

/// A stretch of numbers for which one row of a step curve is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub range: Range,
    pub row: usize,
}

/// The smallest difference of two numbers.
pub(crate) fn ulp() -> Dec {
    Dec::from_units(1).unwrap_or(Dec::ZERO)
}

/// The stretches of a range, rising, with the row that is in force in each.
pub(crate) fn pieces<'b>(bounds: &(impl Iterator<Item = &'b StepBound> + Clone), within: Range) -> Vec<Piece> {
    let row = |x: Dec| bounds.clone().position(|bound| bound.holds(x));
    let mut cuts: Vec<Dec> = bounds
        .clone()
        .flat_map(|bound| match bound {
            StepBound::Compare(_, x) => vec![*x],
            StepBound::Range(low, high, _) => vec![*low, *high],
            StepBound::Else => Vec::new(),
        })
        .filter(|x| within.holds(*x))
        .collect();
    cuts.extend(within.low);
    cuts.extend(within.high);
    cuts.sort_unstable();
    cuts.dedup();
    let step = |x: Dec, up: bool| if up { x.add(ulp()) } else { x.sub(ulp()) }.unwrap_or(x);
    let mut stretches: Vec<(Range, Dec)> = Vec::new();
    let Some(&first) = cuts.first() else {
        return row(Dec::ZERO).map(|row| Piece { range: within, row }).into_iter().collect();
    };
    if within.low.is_none() {
        let end = step(first, false);
        stretches.push((Range { low: None, high: Some(end) }, end));
    }
    for (place, &cut) in cuts.iter().enumerate() {
        stretches.push((Range::point(cut), cut));
        match cuts.get(place + 1) {
            Some(&next) => {
                let (from, to) = (step(cut, true), step(next, false));
                if from <= to {
                    stretches.push((Range::new(from, to), from));
                }
            }
            None if within.high.is_none() => stretches.push((Range::from(step(cut, true)), step(cut, true))),
            None => {}
        }
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for (range, sample) in stretches {
        let Some(row) = row(sample) else { continue };
        match pieces.last_mut() {
            Some(last) if last.row == row => last.range = last.range.join(range),
            _ => pieces.push(Piece { range, row }),
        }
    }
    pieces
}

/// What a curve makes of a number.
pub(crate) fn curve(scene: &Scene<'_>, curve: &Curve, x: Number) -> Known {
    match &curve.kind {
        CurveKind::Step(rows) => {
            let pieces = pieces(&rows.iter().map(|row| &row.bound), x.range);
            let values: Vec<Known> =
                pieces.iter().filter_map(|piece| rows.get(piece.row)).map(|row| scene.eval(&row.value)).collect();
            let numbers: Option<Vec<Number>> = values.iter().map(Known::number).collect();
            let joined = values.into_iter().fold(Known::Nothing, Known::join);
            match (joined, numbers) {
                (Known::Number(joined), Some(numbers)) => {
                    let trend = joined.trend.and(through(x.trend, order(&numbers)));
                    Known::Number(Number { trend, ..joined })
                }
                (Known::One(values, trend), _) => {
                    Known::One(values, if x.trend == Trend::Same { trend } else { Trend::Any })
                }
                (joined, _) => joined,
            }
        }
        CurveKind::Linear(points) => {
            let mut xs: Vec<Dec> = points.iter().map(|(at, _)| *at).filter(|at| x.range.holds(*at)).collect();
            // Flat outside: an end without limit is as the last point.
            xs.extend(x.range.low.or_else(|| points.first().map(|(at, _)| *at)));
            xs.extend(x.range.high.or_else(|| points.last().map(|(at, _)| *at)));
            xs.sort_unstable();
            let values: Vec<Number> = xs.iter().filter_map(|x| interpolate(points, *x)).map(Number::point).collect();
            spread(&values, x)
        }
        CurveKind::Marginal(slices) => {
            let mut xs: Vec<Dec> = slices.iter().map(|(at, _)| *at).filter(|at| x.range.holds(*at)).collect();
            xs.push(Dec::ZERO);
            xs.retain(|at| x.range.holds(*at));
            xs.extend(x.range.low);
            xs.extend(x.range.high);
            xs.sort_unstable();
            let values: Vec<Number> = xs.iter().filter_map(|x| sum_slices(slices, *x)).map(Number::point).collect();
            let Known::Number(mut number) = spread(&values, x) else { return Known::Nothing };
            let last = slices.last().map_or(Dec::ZERO, |(_, rate)| *rate);
            let unlimited = x.range.high.is_none();
            if unlimited && last > Dec::ZERO {
                number.range.high = None;
            } else if unlimited && last < Dec::ZERO {
                number.range.low = None;
            }
            let rates = |holds: &dyn Fn(Dec) -> bool| slices.iter().all(|(_, rate)| holds(*rate));
            let own = match (rates(&|rate| rate >= Dec::ZERO), rates(&|rate| rate <= Dec::ZERO)) {
                (true, true) => Trend::Same,
                (true, _) => Trend::Up,
                (_, true) => Trend::Down,
                _ => Trend::Any,
            };
            number.trend = through(x.trend, own);
            Known::Number(number)
        }
    }
}

fn spread(values: &[Number], x: Number) -> Known {
    let Some(joined) = values.iter().copied().reduce(Number::join) else { return Known::Nothing };
    Known::Number(Number { trend: through(x.trend, order(values)), free: x.free, ..joined })
}

/// How a sequence of values moves, as its argument rises.
fn order(values: &[Number]) -> Trend {
    let not_above = |pair: &[Number]| match pair {
        [a, b] => {
            a.range.high.zip(b.range.low).is_some_and(|(a, b)| a <= b)
                || a.range == b.range && a.range.as_point().is_some()
        }
        _ => true,
    };
    let not_below = |pair: &[Number]| match pair {
        [a, b] => a.range.low.zip(b.range.high).is_some_and(|(a, b)| a >= b),
        _ => true,
    };
    match (values.windows(2).all(not_above), values.windows(2).all(not_below)) {
        (true, true) => Trend::Same,
        (true, _) => Trend::Up,
        (_, true) => Trend::Down,
        _ => Trend::Any,
    }
}

/// The trend of a function of a number: `own` says how it moves as the number rises.
pub(crate) const fn through(number: Trend, own: Trend) -> Trend {
    match (number, own) {
        (Trend::Same, _) | (_, Trend::Same) => Trend::Same,
        (number, Trend::Up) => number,
        (number, Trend::Down) => number.flip(),
        _ => Trend::Any,
    }
}
