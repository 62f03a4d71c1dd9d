//! Curves over the range of their argument.

use kpi_value::Dec;

use super::known::Known;
use super::{Found, Range, Ranges, Truth};
use crate::model::{CompareOp, Curve, CurveKind, StepBound, StepRow, interpolate, sum_slices};

impl Ranges<'_> {
    /// The values of a curve over a range of arguments.
    pub(super) fn curve_found<'e>(&self, curve: &'e Curve, x: Range, known: &Known<'e>) -> Found {
        match &curve.kind {
            CurveKind::Step(rows) => {
                let values: Vec<Found> = rows.iter().map(|row| self.found(&row.value, known)).collect();
                let used = applying(rows, x).zip(values).filter(|(applies, _)| *applies).map(|(_, value)| value);
                let all = used.reduce(Found::hull);
                let never = Found::Number(Range::NEVER);
                all.unwrap_or(if curve.ty.unit().is_some() { never } else { Found::any(curve.ty) })
                    .or_missing(x.missing)
            }
            CurveKind::Linear(points) => Found::Number(self.at_corners(points, x, |x| interpolate(points, x))),
            CurveKind::Marginal(slices) => {
                let range = self.at_corners(slices, x, |x| sum_slices(slices, x));
                // Beyond the last start it goes on at its rate.
                let beyond = match (x.high.number(), slices.last()) {
                    (None, Some((_, rate))) if *rate > Dec::ZERO => Range::comparing(CompareOp::Ge, Dec::ZERO),
                    (None, Some((_, rate))) if rate.is_negative() => Range::comparing(CompareOp::Le, Dec::ZERO),
                    _ => Range::NEVER.known(),
                };
                let range = match (beyond.is_empty(), beyond.high.number()) {
                    (true, _) => range,
                    (false, None) => Range { high: super::Bound::Infinite, ..range },
                    (false, Some(_)) => Range { low: super::Bound::Infinite, ..range },
                };
                Found::Number(range)
            }
        }
    }

    /// The values of what is a straight line between the given places: at them and at the ends of the range.
    fn at_corners(&self, places: &[(Dec, Dec)], x: Range, value: impl Fn(Dec) -> Option<Dec>) -> Range {
        let missing = x.missing;
        if x.is_empty() {
            return Range::NEVER;
        }
        let inside = places
            .iter()
            .map(|(place, _)| *place)
            .filter(|place| x.contains(*place) || x.whole && { Range { whole: false, ..x }.contains(*place) });
        let first = places.first().map(|(place, _)| *place);
        let last = places.last().map(|(place, _)| *place);
        // Flat outside: beyond an infinite end the value is that of the outermost place.
        let ends = [x.low.number().or(first), x.high.number().or(last)];
        let zero = Some(Dec::ZERO).filter(|zero| x.contains(*zero));
        let mut all: Option<Range> = None;
        for corner in inside.chain(ends.into_iter().flatten()).chain(zero) {
            let Some(value) = value(corner) else { return Range::ALL };
            let at = Range { whole: false, ..Range::at(value) };
            all = Some(all.map_or(at, |all| all.hull(at)));
        }
        all.unwrap_or(Range::ALL).or_missing(missing)
    }
}

/// Which rows of a `step` can apply over a range of arguments: a row applies where no row above it does.
pub(crate) fn applying(rows: &[StepRow], x: Range) -> impl Iterator<Item = bool> {
    applying_bounds(rows.iter().map(|row| &row.bound), x)
}

/// As [`applying`], of bare bounds.
pub(crate) fn applying_bounds<'b>(bounds: impl Iterator<Item = &'b StepBound>, x: Range) -> impl Iterator<Item = bool> {
    // What no row above takes for certain. A gap inside of it is not followed: that is wider, never narrower.
    let mut rest = x;
    bounds.map(move |bound| match bound {
        StepBound::Compare(op, at) => {
            let own = Range::comparing(*op, *at);
            let applies = match op {
                CompareOp::Ne => rest.point() != Some(*at) && !rest.is_empty(),
                _ => !rest.meet(own).is_empty(),
            };
            rest = match op {
                CompareOp::Eq => rest.without(*at),
                CompareOp::Ne => rest.meet(Range::at(*at)),
                op => rest.meet(Range::comparing(op.negated(), *at)),
            };
            applies
        }
        StepBound::Range(low, high, closed) => {
            let own = Range {
                low: super::Bound::Closed(*low),
                high: if *closed { super::Bound::Closed(*high) } else { super::Bound::Open(*high) },
                whole: false,
                missing: false,
            };
            let applies = !rest.meet(own).is_empty();
            let below = rest.meet(Range::comparing(CompareOp::Lt, *low));
            let above = rest.meet(Range::comparing(if *closed { CompareOp::Gt } else { CompareOp::Ge }, *high));
            rest = if own.is_empty() { rest } else { Range { missing: rest.missing, ..below.hull(above) } };
            applies
        }
        StepBound::Else => {
            let applies = !rest.is_empty();
            rest = Range::NEVER;
            applies
        }
    })
}

impl Truth {
    /// Neither: what is never evaluated.
    pub const NONE: Truth = Truth { yes: false, no: false, missing: false };
}
