//! Curves of both versions, stretch by stretch.

use kpi_check::model::{Curve, CurveKind, Grade, GradeRow, StepRow, interpolate};
use kpi_value::Dec;

use super::pairs::Pairs;
use super::relation::{Relation, ordered};
use crate::curve::{curve, pieces, through};
use crate::scene::Scene;
use crate::value::{Number, Range, Trend};

impl<'m> Pairs<'m> {
    /// How what a curve makes of a number stands to what the older one makes of the older number, of which the ranges are given.
    pub fn curve(&self, (old, new): (&'m Curve, &'m Curve), x: Relation, (a, b): (Range, Range)) -> Relation {
        let within = if x.value == Trend::Same { a.meet(b) } else { a.join(b) };
        let same_x = match (&old.kind, &new.kind) {
            (CurveKind::Step(old), CurveKind::Step(new)) => self.steps(old, new, within),
            (CurveKind::Linear(old), CurveKind::Linear(new)) => Relation::of(lines(old, new)),
            (CurveKind::Marginal(old), CurveKind::Marginal(new)) => Relation::of(slices(old, new)),
            _ => return Relation::ANY,
        };
        let at_same = same_x.and(Relation::only(x.data));
        if x.value == Trend::Same {
            return at_same;
        }
        // From the old curve of the old number to that of the new number, and on to the new curve; or the other way round.
        let slope = |scene: &Scene<'m>, of: &Curve| {
            let rising = Number { range: within, trend: Trend::Up, free: None };
            curve(scene, of, rising).trend()
        };
        moved(at_same, x, [slope(&self.base, old), slope(&self.head, new)])
    }

    /// How a truth about the grade that a score has stands to that of the older version, of which one holds for some grades of the
    /// older version and one for some of the newer.
    pub fn graded(&self, holds: impl Fn(&str) -> bool, newly: impl Fn(&str) -> bool) -> Option<Relation> {
        let (base, head) = (self.base.card.as_ref()?, self.head.card.as_ref()?);
        let score = self.card.get()?.score;
        let bounds = |scene: &Scene<'m>, id| match &scene.model.scorecards[id].grade {
            Some(Grade::Bounds(rows)) => Some(rows.as_slice()),
            _ => None,
        };
        let (old, new) = (bounds(&self.base, base.id)?, bounds(&self.head, head.id)?);
        let (a, b) = (base.score.range, head.score.range);
        let within = if score.value == Trend::Same { a.meet(b) } else { a.join(b) };
        let truth = |rows: &[GradeRow], row: usize, holds: &dyn Fn(&str) -> bool| {
            rows.get(row).is_some_and(|row| holds(&row.grade))
        };
        let stretches = |rows: &[GradeRow], range: Range| pieces(&rows.iter().map(|row| &row.bound), range);
        let mut pointwise = Trend::Same;
        for piece in stretches(old, within) {
            for part in stretches(new, piece.range) {
                pointwise = pointwise.and(ordered(truth(old, piece.row, &holds), truth(new, part.row, &newly)));
            }
        }
        let slope = |rows: &[GradeRow], holds: &dyn Fn(&str) -> bool| {
            let all: Vec<bool> = stretches(rows, within).iter().map(|piece| truth(rows, piece.row, holds)).collect();
            let steps = all.iter().zip(all.iter().skip(1)).map(|(a, b)| ordered(*a, *b));
            steps.reduce(Trend::and).unwrap_or(Trend::Same)
        };
        let at_same = Relation { value: pointwise, data: score.data };
        Some(if score.value == Trend::Same {
            at_same
        } else {
            moved(at_same, score, [slope(old, &holds), slope(new, &newly)])
        })
    }

    fn steps(&self, old: &'m [StepRow], new: &'m [StepRow], within: Range) -> Relation {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for piece in pieces(&old.iter().map(|row| &row.bound), within) {
            for part in pieces(&new.iter().map(|row| &row.bound), piece.range) {
                if !found.contains(&(piece.row, part.row)) {
                    found.push((piece.row, part.row));
                }
            }
        }
        let rows = found.into_iter().filter_map(|(a, b)| Some((old.get(a)?, new.get(b)?)));
        let each = rows.map(|(old, new)| self.expr(&old.value, &new.value));
        each.reduce(Relation::and).unwrap_or(Relation::ANY)
    }
}

/// From the function of the older version to that of the newer one, of an argument that is not the same; `slopes` say how each of them
/// moves as its argument rises.
fn moved(at_same: Relation, x: Relation, slopes: [Trend; 2]) -> Relation {
    let value = match slopes.map(|slope| through(x.value, slope)) {
        [known, _] if known != Trend::Any => known,
        [_, known] => known,
    };
    at_same.with_value(at_same.value.and(value))
}

/// Two lines between points: where they are in order at all points of both, they are everywhere. A point that only one of them has tells
/// only if the other one, rounded there, is not the same.
fn lines(old: &[(Dec, Dec)], new: &[(Dec, Dec)]) -> Trend {
    if old == new {
        return Trend::Same;
    }
    let mut xs: Vec<Dec> = old.iter().chain(new).map(|(x, _)| *x).collect();
    xs.sort_unstable();
    xs.dedup();
    // Flat outside, a value is exact there, too.
    let exact = |points: &[(Dec, Dec)], x: Dec| {
        points.iter().any(|(at, _)| *at == x)
            || points.first().is_some_and(|(first, _)| x < *first)
            || points.last().is_some_and(|(last, _)| x > *last)
    };
    let at = |x: &Dec| {
        let (Some(a), Some(b)) = (interpolate(old, *x), interpolate(new, *x)) else { return Trend::Any };
        match ordered(a, b) {
            Trend::Same if !(exact(old, *x) && exact(new, *x)) => Trend::Any,
            order => order,
        }
    };
    let order = xs.iter().map(at).reduce(Trend::and).unwrap_or(Trend::Any);
    // Equal at all points, but not of the same ones: the last digit may differ between them.
    if order == Trend::Same { Trend::Any } else { order }
}

/// Two sums of slices, where they begin at the same numbers.
fn slices(old: &[(Dec, Dec)], new: &[(Dec, Dec)]) -> Trend {
    if old.len() != new.len() {
        return Trend::Any;
    }
    let each = old.iter().zip(new).map(
        |((start, rate), (other, moved))| {
            if start == other { ordered(*rate, *moved) } else { Trend::Any }
        },
    );
    each.reduce(Trend::and).unwrap_or(Trend::Any)
}
