//! Whether the rows of a `step` cover every number exactly once.
//!
//! Rows that look the same way (`≥ 100%`, `≥ 80%`) are a cascade: the first that applies is meant. Any other two rows
//! must not share a number, every row must have numbers of its own, and together they must leave none out.

use std::cmp::Ordering;

use kpi_value::Dec;

use crate::model::{CompareOp, StepBound};

/// What is wrong with the rows of a step; rows by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No row has these numbers: one of each gap, those between rows first.
    Gap(Vec<Dec>),
    /// Two rows have this number.
    Overlap(usize, usize, Dec),
    /// The rows above leave nothing for this one; the first that takes from it.
    Unreachable(usize, Option<usize>),
    /// Its lower bound is above its upper one.
    Empty(usize),
}

/// A place between numbers: just before or just after one, or beyond all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Least,
    Before(Dec),
    After(Dec),
    Most,
}

impl Cut {
    fn order(self) -> (i8, Dec, bool) {
        match self {
            Cut::Least => (-1, Dec::ZERO, false),
            Cut::Before(x) => (0, x, false),
            Cut::After(x) => (0, x, true),
            Cut::Most => (1, Dec::ZERO, false),
        }
    }

    fn compare(self, other: Cut) -> Ordering {
        self.order().cmp(&other.order())
    }

    fn below(self, other: Cut) -> bool {
        self.compare(other).is_lt()
    }
}

/// From one cut to another.
type Stretch = (Cut, Cut);

/// Finds every fault, in the order of the rows; `step` is a small distance in the unit of the bounds, for naming a
/// number beyond them.
pub(crate) fn check_cover(bounds: &[&StepBound], step: Dec) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut covered: Vec<Stretch> = Vec::new();
    let mut seen: Vec<(usize, Stretch, Direction)> = Vec::new();
    let mut looks: Vec<Direction> = Vec::new();
    for (row, bound) in bounds.iter().enumerate() {
        let stretches = stretches(bound);
        if stretches.iter().any(|(low, high)| !low.below(*high)) {
            faults.push(Fault::Empty(row));
            continue;
        }
        let rest: Vec<Stretch> = stretches.iter().flat_map(|s| subtract(*s, &covered)).collect();
        if rest.is_empty() {
            let taker = seen.iter().find(|(_, s, _)| stretches.iter().any(|t| meet(*s, *t).is_some()));
            faults.push(Fault::Unreachable(row, taker.map(|(row, ..)| *row)));
            continue;
        }
        let direction = direction(bound);
        // Rows of which none can share a number with this one are not gone through again: there may be many.
        let alone = rest == stretches || (direction != Direction::Own && looks.iter().all(|look| *look == direction));
        if direction != Direction::Else && !alone {
            let shared = seen.iter().filter(|(_, _, d)| *d != direction || direction == Direction::Own);
            let shared = shared.filter(|(_, _, d)| *d != Direction::Else);
            let mut shared = shared
                .filter_map(|(other, s, _)| stretches.iter().find_map(|t| meet(*s, *t)).map(|both| (*other, both)));
            if let Some((other, both)) = shared.next() {
                faults.push(Fault::Overlap(other, row, number_in(both, step)));
            }
        }
        if direction != Direction::Else && !looks.contains(&direction) {
            looks.push(direction);
        }
        for stretch in stretches {
            seen.push((row, stretch, direction));
            add(&mut covered, stretch);
        }
    }
    let gaps = subtract((Cut::Least, Cut::Most), &covered);
    if !gaps.is_empty() {
        // A gap between rows is a slip that nobody sees; one at the ends comes after those.
        let (ends, between): (Vec<_>, Vec<_>) =
            gaps.into_iter().partition(|(low, high)| *low == Cut::Least || *high == Cut::Most);
        let named = between.into_iter().chain(ends).map(|gap| number_in(gap, step));
        faults.push(Fault::Gap(named.collect()));
    }
    faults
}

/// Which way a row looks: those that look the same way are a cascade.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
    Own,
    Else,
}

fn direction(bound: &StepBound) -> Direction {
    match bound {
        StepBound::Compare(CompareOp::Ge | CompareOp::Gt, _) => Direction::Up,
        StepBound::Compare(CompareOp::Le | CompareOp::Lt, _) => Direction::Down,
        StepBound::Compare(CompareOp::Eq | CompareOp::Ne, _) | StepBound::Range(..) => Direction::Own,
        StepBound::Else => Direction::Else,
    }
}

fn stretches(bound: &StepBound) -> Vec<Stretch> {
    match bound {
        StepBound::Compare(op, x) => match op {
            CompareOp::Ge => vec![(Cut::Before(*x), Cut::Most)],
            CompareOp::Gt => vec![(Cut::After(*x), Cut::Most)],
            CompareOp::Le => vec![(Cut::Least, Cut::After(*x))],
            CompareOp::Lt => vec![(Cut::Least, Cut::Before(*x))],
            CompareOp::Eq => vec![(Cut::Before(*x), Cut::After(*x))],
            CompareOp::Ne => vec![(Cut::Least, Cut::Before(*x)), (Cut::After(*x), Cut::Most)],
        },
        StepBound::Range(low, high, closed) => {
            vec![(Cut::Before(*low), if *closed { Cut::After(*high) } else { Cut::Before(*high) })]
        }
        StepBound::Else => vec![(Cut::Least, Cut::Most)],
    }
}

fn meet(a: Stretch, b: Stretch) -> Option<Stretch> {
    let low = if a.0.below(b.0) { b.0 } else { a.0 };
    let high = if a.1.below(b.1) { a.1 } else { b.1 };
    low.below(high).then_some((low, high))
}

/// What is left of a stretch; `covered` is sorted and its stretches do not touch.
fn subtract(stretch: Stretch, covered: &[Stretch]) -> Vec<Stretch> {
    let mut rest = Vec::new();
    let (mut low, high) = stretch;
    for &(from, to) in covered {
        if low.below(from) && low.below(high) {
            rest.push((low, if from.below(high) { from } else { high }));
        }
        if low.below(to) {
            low = to;
        }
    }
    if low.below(high) {
        rest.push((low, high));
    }
    rest
}

/// Joins a stretch to sorted ones that do not touch.
fn add(covered: &mut Vec<Stretch>, stretch: Stretch) {
    let (mut low, mut high) = stretch;
    covered.retain(|&(from, to)| {
        let apart = to.below(low) || high.below(from);
        if !apart {
            low = if from.below(low) { from } else { low };
            high = if high.below(to) { to } else { high };
        }
        apart
    });
    let place = covered.partition_point(|(from, _)| from.below(low));
    covered.insert(place, (low, high));
}

/// A number of a stretch that people would name: its bound where that belongs to it, else the middle, else one a small
/// step beyond.
fn number_in(stretch: Stretch, step: Dec) -> Dec {
    match stretch {
        (Cut::Before(low), _) => low,
        (Cut::After(low), Cut::Before(high)) => {
            let middle = low.add(high).ok().and_then(|sum| sum.div(Dec::int(2)).ok().flatten());
            let near = low.add(step).ok().filter(|x| *x < high);
            near.or(middle).unwrap_or(low)
        }
        (Cut::After(low), Cut::After(high)) => low.add(step).ok().filter(|x| *x < high).unwrap_or(high),
        (Cut::After(low), _) => low.add(step).unwrap_or(low),
        (_, Cut::After(high)) => high,
        (_, Cut::Before(high)) => high.sub(step).unwrap_or(high),
        _ => Dec::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &[StepBound]) -> Vec<Fault> {
        check_cover(&rows.iter().collect::<Vec<_>>(), Dec::ONE)
    }

    fn cmp(op: CompareOp, x: i64) -> StepBound {
        StepBound::Compare(op, Dec::int(x))
    }

    fn range(low: i64, high: i64, closed: bool) -> StepBound {
        StepBound::Range(Dec::int(low), Dec::int(high), closed)
    }

    use CompareOp::*;

    #[test]
    fn a_cascade_covers_everything() {
        assert_eq!(check(&[cmp(Ge, 90), cmp(Ge, 70), StepBound::Else]), []);
        assert_eq!(check(&[cmp(Lt, 70), cmp(Lt, 90), cmp(Ge, 90)]), []);
        assert_eq!(check(&[cmp(Ge, 90), range(70, 90, false), cmp(Lt, 70)]), []);
        assert_eq!(check(&[cmp(Gt, 90), range(70, 90, true), cmp(Lt, 70)]), []);
        assert_eq!(check(&[StepBound::Else]), []);
    }

    #[test]
    fn a_gap_is_named_by_a_number_in_it() {
        assert_eq!(check(&[cmp(Lt, 70), range(70, 129, true)]), [Fault::Gap(vec![Dec::int(130)])]);
        // Who lends between 100 and 120, between 120 and 130, and above 130: exactly 130 is nobody's.
        assert_eq!(
            check(&[range(100, 120, false), range(120, 130, false), cmp(Gt, 130)]),
            [Fault::Gap(vec![Dec::int(130), Dec::int(99)])]
        );
        assert_eq!(check(&[cmp(Lt, 120), range(120, 130, false), cmp(Gt, 130)]), [Fault::Gap(vec![Dec::int(130)])]);
        assert_eq!(check(&[cmp(Lt, 120), range(120, 130, false), cmp(Ge, 130)]), []);
        assert_eq!(check(&[cmp(Lt, 120), range(120, 130, true), cmp(Gt, 130)]), []);
        assert_eq!(check(&[cmp(Lt, -5), cmp(Gt, -5)]), [Fault::Gap(vec![Dec::int(-5)])]);
        assert_eq!(check(&[cmp(Lt, 70), cmp(Gt, 70)]), [Fault::Gap(vec![Dec::int(70)])]);
        assert_eq!(check(&[cmp(Ge, 70)]), [Fault::Gap(vec![Dec::int(69)])]);
        assert_eq!(check(&[cmp(Le, 70), cmp(Ge, 71)]), [Fault::Gap(vec!["70.5".parse().unwrap()])]);
        assert_eq!(check(&[]), [Fault::Gap(vec![Dec::ZERO])]);
    }

    #[test]
    fn an_overlap_is_named_by_a_number_in_it() {
        assert_eq!(check(&[cmp(Ge, 80), cmp(Le, 80)]), [Fault::Overlap(0, 1, Dec::int(80))]);
        assert_eq!(
            check(&[range(60, 80, true), range(80, 90, true), StepBound::Else]),
            [Fault::Overlap(0, 1, Dec::int(80))]
        );
        assert_eq!(check(&[cmp(Ge, 80), cmp(Lt, 90)]), [Fault::Overlap(0, 1, Dec::int(80))]);
    }

    #[test]
    fn a_row_without_numbers_of_its_own_is_found() {
        assert_eq!(check(&[cmp(Ge, 80), cmp(Ge, 90), StepBound::Else]), [Fault::Unreachable(1, Some(0))]);
        assert_eq!(check(&[cmp(Ge, 80), cmp(Lt, 80), StepBound::Else]), [Fault::Unreachable(2, Some(0))]);
        assert_eq!(check(&[range(80, 70, true), StepBound::Else]), [Fault::Empty(0)]);
        assert_eq!(check(&[range(80, 80, false), StepBound::Else]), [Fault::Empty(0)]);
    }
}
