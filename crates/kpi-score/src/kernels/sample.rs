//! Statistics of samples whose values may stand for several rows each.

use kpi_value::{Dec, Overflow};

/// A value and how many rows have it.
pub type Weighted = (Dec, u64);

/// The quantile at a share, linear between neighbours (Hyndman–Fan 7): the value at the place (n − 1) × share of the
/// sorted values, rounded once. `sorted` rises; no data of nothing.
///
/// # Errors
/// [`Overflow`] if a number leaves the range.
pub fn quantile(sorted: &[Weighted], share: Dec) -> Result<Option<Dec>, Overflow> {
    let n: u64 = sorted.iter().map(|(_, count)| count).sum();
    let Some(last) = n.checked_sub(1) else { return Ok(None) };
    let place = Dec::int(i64::try_from(last).map_err(|_| Overflow)?).mul(share)?;
    let whole = u64::try_from(place.units().div_euclid(Dec::UNITS)).map_err(|_| Overflow)?;
    let rest = Dec::from_units(place.units().rem_euclid(Dec::UNITS))?;
    let Some(below) = at(sorted, whole) else { return Ok(None) };
    let Some(above) = at(sorted, whole + 1) else { return Ok(Some(below)) };
    Ok(Some(below.add(above.sub(below)?.mul(rest)?)?))
}

fn at(sorted: &[Weighted], place: u64) -> Option<Dec> {
    let mut seen = 0;
    let found = sorted.iter().find(|(_, count)| {
        seen += count;
        seen > place
    });
    found.map(|(value, _)| *value)
}

/// The mean, rounded once; no data of nothing.
///
/// # Errors
/// [`Overflow`] if the sum leaves the range.
pub(crate) fn mean(values: &[Weighted]) -> Result<Option<Dec>, Overflow> {
    let (mut sum, mut n) = (Dec::ZERO, 0u64);
    for &(value, count) in values {
        sum = sum.add(times(value, count)?)?;
        n += count;
    }
    sum.div(Dec::int(i64::try_from(n).map_err(|_| Overflow)?))
}

fn times(value: Dec, count: u64) -> Result<Dec, Overflow> {
    if count == 1 { Ok(value) } else { value.mul(Dec::int(i64::try_from(count).map_err(|_| Overflow)?)) }
}

/// Mean and standard deviation of the sample (n − 1), approximate; none below two rows. `sorted` rises, so that equal data
/// give equal bits.
pub(crate) fn deviation(sorted: &[Weighted]) -> Option<(f64, f64)> {
    let n: u64 = sorted.iter().map(|(_, count)| count).sum();
    if n < 2 {
        return None;
    }
    let mean = sorted.iter().map(|(x, count)| x.approximate() * *count as f64).sum::<f64>() / n as f64;
    let squares: f64 = sorted.iter().map(|(x, count)| (x.approximate() - mean).powi(2) * *count as f64).sum();
    let all_equal = sorted.first().map(|(x, _)| x) == sorted.last().map(|(x, _)| x);
    Some((mean, if all_equal { 0.0 } else { (squares / (n - 1) as f64).sqrt() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[(&str, u64)]) -> Vec<Weighted> {
        values.iter().map(|(value, count)| (value.parse().unwrap(), *count)).collect()
    }

    #[test]
    fn quantiles_are_of_type_seven() {
        // R: quantile(c(1, 2, 2, 10), c(0, .5, .9, 1)) is 1, 2, 7.6, 10
        let values = sample(&[("1", 1), ("2", 2), ("10", 1)]);
        let at = |share: &str| quantile(&values, share.parse().unwrap()).unwrap().unwrap().to_string();
        assert_eq!([at("0"), at("0.5"), at("0.9"), at("1")], ["1", "2", "7.6", "10"]);
        // the middle of 1 and 2
        assert_eq!(quantile(&sample(&[("1", 1), ("2", 1)]), Dec::percent(50)).unwrap().unwrap().to_string(), "1.5");
        assert_eq!(quantile(&[], Dec::percent(50)).unwrap(), None);
    }

    #[test]
    fn means_are_rounded_once() {
        assert_eq!(mean(&sample(&[("1", 2), ("2", 1)])).unwrap().unwrap().to_string(), "1.333333333333");
        assert_eq!(mean(&[]).unwrap(), None);
    }

    #[test]
    fn deviations_are_of_the_sample() {
        // sd(c(2, 4, 4, 4, 5, 5, 7, 9)) is sqrt(32 / 7)
        let (mean, sd) = deviation(&sample(&[("2", 1), ("4", 3), ("5", 2), ("7", 1), ("9", 1)])).unwrap();
        assert!((mean - 5.0).abs() < 1e-12 && (sd - (32.0f64 / 7.0).sqrt()).abs() < 1e-12);
        assert_eq!(deviation(&sample(&[("2", 1)])), None);
        assert_eq!(deviation(&sample(&[("0.1", 3)])).unwrap().1, 0.0);
    }
}
