//! How numbers are spread: quantiles and a histogram of few bins.

use kpi_value::Dec;
use serde::Serialize;

use crate::amounts::{minus, plus};

/// How numbers are spread before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// The smallest, the 10th, 25th, 50th, 75th and 90th hundredth, and the largest, before; empty without numbers. The q-th hundredth is the
    /// smallest number that at least so many hundredths of all do not exceed, so that it is always one of them.
    pub base: Vec<Dec>,
    /// The same after.
    pub head: Vec<Dec>,
    /// How many numbers lie in which range.
    pub bins: Vec<Bin>,
}

/// The numbers of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bin {
    /// From here, inclusive.
    pub from: Dec,
    /// To here, exclusive; inclusive in the last one.
    pub to: Dec,
    /// How many there were.
    pub base: usize,
    /// How many there are.
    pub head: usize,
}

/// The hundredths that are told.
pub(crate) const HUNDREDTHS: [usize; 7] = [0, 10, 25, 50, 75, 90, 100];

/// How many bins there are.
const BINS: i64 = 10;

impl Spread {
    /// That of scores, in bins of ten points, or of what it takes to hold the highest in ten bins.
    pub fn of(base: &[Dec], head: &[Dec]) -> Spread {
        let most = base.iter().chain(head).copied().max().unwrap_or(Dec::HUNDRED);
        let mut width = Dec::int(10);
        while most > times(width, BINS) {
            width = plus(width, Dec::int(10));
        }
        let mut bins: Vec<Bin> =
            (0..BINS).map(|n| Bin { from: times(width, n), to: times(width, n + 1), base: 0, head: 0 }).collect();
        for score in base {
            if let Some(bin) = bin_of(&mut bins, *score) {
                bin.base += 1;
            }
        }
        for score in head {
            if let Some(bin) = bin_of(&mut bins, *score) {
                bin.head += 1;
            }
        }
        Spread { base: quantiles(base), head: quantiles(head), bins }
    }

    /// That of changes, which are there only after; none where nothing changes.
    pub fn of_changes(changes: &[Dec]) -> Option<Spread> {
        let (low, high) = (changes.iter().min()?, changes.iter().max()?);
        let width = minus(*high, *low).div(Dec::int(BINS)).ok().flatten().unwrap_or(Dec::ZERO);
        let mut bins: Vec<Bin> = if width.is_zero() {
            vec![Bin { from: *low, to: *high, base: 0, head: 0 }]
        } else {
            let at = |n: i64| if n == BINS { *high } else { plus(*low, times(width, n)) };
            (0..BINS).map(|n| Bin { from: at(n), to: at(n + 1), base: 0, head: 0 }).collect()
        };
        for change in changes {
            if let Some(bin) = bin_of(&mut bins, *change) {
                bin.head += 1;
            }
        }
        Some(Spread { base: Vec::new(), head: quantiles(changes), bins })
    }
}

fn times(width: Dec, n: i64) -> Dec {
    width.mul(Dec::int(n)).unwrap_or(width)
}

fn bin_of(bins: &mut [Bin], number: Dec) -> Option<&mut Bin> {
    let last = bins.len().checked_sub(1)?;
    let place = bins.partition_point(|bin| bin.to <= number).min(last);
    bins.get_mut(place)
}

fn quantiles(numbers: &[Dec]) -> Vec<Dec> {
    hundredths(numbers, &HUNDREDTHS)
}

/// The hundredths of numbers that are asked for: the q-th is the smallest number that at least so many hundredths of all do not exceed. Empty
/// without numbers.
pub fn hundredths(numbers: &[Dec], asked: &[usize]) -> Vec<Dec> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let place = |q: usize| (q * sorted.len()).div_ceil(100).saturating_sub(1);
    asked.iter().filter_map(|q| sorted.get(place(*q)).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(numbers: &[i64]) -> Vec<Dec> {
        numbers.iter().copied().map(Dec::int).collect()
    }

    #[test]
    fn a_hundredth_is_one_of_the_numbers() {
        // Of four numbers, a quarter of all does not exceed the first, half the second.
        assert_eq!(quantiles(&points(&[40, 10, 30, 20])), points(&[10, 10, 10, 20, 30, 40, 40]));
        assert_eq!(quantiles(&points(&[7])), points(&[7; 7]));
        assert_eq!(quantiles(&[]), []);
    }

    #[test]
    fn a_bound_belongs_to_the_upper_bin_and_the_last_to_the_last() {
        let spread = Spread::of(&points(&[0, 9, 10, 100]), &points(&[10, 11, 99]));
        let counts: Vec<(usize, usize)> = spread.bins.iter().map(|bin| (bin.base, bin.head)).collect();
        assert_eq!(counts, [(2, 0), (1, 2), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (1, 1)]);
        // Scores up to 120 take bins of 20 points.
        assert_eq!(Spread::of(&points(&[120]), &[]).bins.last().unwrap().to, Dec::int(200));
    }

    #[test]
    fn one_change_makes_one_bin() {
        assert_eq!(Spread::of_changes(&[]), None);
        let spread = Spread::of_changes(&points(&[-5, -5])).unwrap();
        assert_eq!((spread.bins.len(), spread.bins[0].head), (1, 2));
        let spread = Spread::of_changes(&points(&[-10, 0, 10])).unwrap();
        assert_eq!(spread.bins.iter().map(|bin| bin.head).collect::<Vec<_>>(), [1, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
    }
}
