//! Operators of the language on single values. No data on either side is no data, but for the logic of Kleene.

use kpi_check::model::{ArithmeticOp, Builtin, CompareOp, PartMissing};
use kpi_value::{Date, Dec, Overflow, Value};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What came of a division or any other operation on numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A number.
    Number(Dec),
    /// Division by zero.
    DividedByZero,
    /// The number is too large.
    TooLarge,
}

/// `a op b` for numbers.
#[inline]
pub(crate) fn arithmetic(op: ArithmeticOp, a: Dec, b: Dec) -> Outcome {
    let result = match op {
        ArithmeticOp::Add => a.add(b),
        ArithmeticOp::Sub => a.sub(b),
        ArithmeticOp::Mul => a.mul(b),
        ArithmeticOp::Div => match a.div(b) {
            Ok(None) => return Outcome::DividedByZero,
            Ok(Some(x)) => Ok(x),
            Err(overflow) => Err(overflow),
        },
    };
    result.map_or(Outcome::TooLarge, Outcome::Number)
}

/// `a op b` where one of them is a day or a time: a day moves by whole days, a time by microseconds; how far two of them are
/// apart is counted in seconds.
///
/// # Errors
/// [`Overflow`] for a day outside of the years 1 to 9999.
pub(crate) fn date_arithmetic(op: ArithmeticOp, a: &Value, b: &Value) -> Result<Option<Value>, Overflow> {
    Ok(match (op, a, b) {
        (ArithmeticOp::Add, Value::Date(day), Value::Dec(by))
        | (ArithmeticOp::Add, Value::Dec(by), Value::Date(day)) => Some(Value::Date(day.later(*by)?)),
        (ArithmeticOp::Sub, Value::Date(day), Value::Dec(by)) => Some(Value::Date(day.earlier(*by)?)),
        (ArithmeticOp::Sub, Value::Date(a), Value::Date(b)) => {
            Some(Value::Dec(Dec::int((i64::from(a.0) - i64::from(b.0)) * DAY)))
        }
        (ArithmeticOp::Add, Value::DateTime(time), Value::Dec(by))
        | (ArithmeticOp::Add, Value::Dec(by), Value::DateTime(time)) => Some(Value::DateTime(time.later(*by)?)),
        (ArithmeticOp::Sub, Value::DateTime(time), Value::Dec(by)) => Some(Value::DateTime(time.earlier(*by)?)),
        (ArithmeticOp::Sub, Value::DateTime(a), Value::DateTime(b)) => Some(Value::Dec(a.since(*b))),
        _ => None,
    })
}

/// Whether two values compare so. A day and a wall time compare by days.
pub(crate) fn compare(op: CompareOp, a: &Value, b: &Value) -> bool {
    op.holds(match (a, b) {
        (Value::Date(a), Value::DateTime(b)) => a.cmp(&b.date()),
        (Value::DateTime(a), Value::Date(b)) => a.date().cmp(b),
        (a, b) => a.cmp(b),
    })
}

/// `a and b`: false if either is, else no data if either is.
#[inline]
pub(crate) const fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// `a or b`: true if either is, else no data if either is.
#[inline]
pub(crate) const fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// A built-in function of these arguments.
pub(crate) fn call(builtin: Builtin, args: &[Option<Value>]) -> Option<Value> {
    if builtin == Builtin::Coalesce {
        return args.iter().flatten().next().cloned();
    }
    if let Builtin::Weighted(missing) = builtin {
        // The mean of numbers is no larger than the largest of them.
        return weighted(missing, args).unwrap_or_default().map(Value::Dec);
    }
    let known: Option<Vec<&Value>> = args.iter().map(Option::as_ref).collect();
    match (builtin, known?.as_slice()) {
        (Builtin::Clamp, [x, low, high]) => Some((*x).max(low).min(high).clone()),
        (Builtin::Min, values) => values.iter().min().map(|v| (*v).clone()),
        (Builtin::Max, values) => values.iter().max().map(|v| (*v).clone()),
        (Builtin::Abs, [Value::Dec(x)]) => Some(Value::Dec(x.abs())),
        (Builtin::Round, [Value::Dec(x)]) => Some(Value::Dec(x.round(0))),
        (Builtin::Round, [Value::Dec(x), Value::Dec(digits)]) => {
            let digits = u32::try_from(digits.units() / Dec::UNITS).unwrap_or(Dec::SCALE);
            Some(Value::Dec(x.round(digits)))
        }
        (Builtin::DaysBetween, [a, b]) => {
            let (a, b) = (day(a)?, day(b)?);
            Some(Value::Dec(Dec::int(i64::from(b.0) - i64::from(a.0))))
        }
        _ => None,
    }
}

/// The weighted mean of values, each with its weight behind it.
fn weighted(missing: PartMissing, args: &[Option<Value>]) -> Result<Option<Dec>, Overflow> {
    let (mut sum, mut weights) = (Dec::ZERO, Dec::ZERO);
    for part in args.chunks_exact(2) {
        let [value, Some(Value::Dec(weight))] = part else { return Ok(None) };
        match (value, missing) {
            (Some(Value::Dec(value)), _) => {
                sum = sum.add(value.mul(*weight)?)?;
                weights = weights.add(*weight)?;
            }
            (_, PartMissing::Fail) => return Ok(None),
            (_, PartMissing::Zero) => weights = weights.add(*weight)?,
            (_, PartMissing::Reweight) => {}
        }
    }
    if weights == Dec::ONE { Ok(Some(sum)) } else { sum.div(weights) }
}

const fn day(value: &Value) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        Value::DateTime(time) => Some(time.date()),
        _ => None,
    }
}

/// y₀ + (y₁ − y₀) × (x − x₀) ÷ (x₁ − x₀), rounded once; flat outside. With it the point at or before x.
///
/// # Errors
/// [`Overflow`] if a number leaves the range.
pub(crate) fn linear(points: &[(Dec, Dec)], x: Dec) -> Result<Option<(Dec, Option<usize>)>, Overflow> {
    let after = points.partition_point(|(at, _)| *at <= x);
    let before = after.checked_sub(1);
    let value = match (before.and_then(|i| points.get(i)), points.get(after)) {
        (Some((x0, y0)), Some((x1, y1))) => match y1.sub(*y0)?.mul_div(x.sub(*x0)?, x1.sub(*x0)?)? {
            Some(part) => y0.add(part)?,
            None => *y0,
        },
        (Some((_, y)), None) | (None, Some((_, y))) => *y,
        (None, None) => return Ok(None),
    };
    Ok(Some((value, before)))
}

/// What each slice of a positive x is charged: (min(x, next start) − start) × rate.
///
/// # Errors
/// [`Overflow`] if a number leaves the range.
pub(crate) fn slice(slices: &[(Dec, Dec)], place: usize, x: Dec) -> Result<Dec, Overflow> {
    let Some((start, rate)) = slices.get(place) else { return Ok(Dec::ZERO) };
    let end = slices.get(place + 1).map_or(x, |(next, _)| x.min(*next));
    if x > Dec::ZERO && end > *start { end.sub(*start)?.mul(*rate) } else { Ok(Dec::ZERO) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Dec {
        text.parse().unwrap()
    }

    #[test]
    fn logic_is_kleenes() {
        assert_eq!(and(Some(false), None), Some(false));
        assert_eq!(and(Some(true), None), None);
        assert_eq!(or(Some(true), None), Some(true));
        assert_eq!(or(Some(false), None), None);
        assert_eq!(or(None, None), None);
    }

    #[test]
    fn a_linear_curve_is_flat_outside_and_rounded_once() {
        // 60%: 0%, 100%: 100%, 120%: 150%
        let points = [(dec("0.6"), dec("0")), (dec("1"), dec("1")), (dec("1.2"), dec("1.5"))];
        let at = |x: &str| linear(&points, dec(x)).unwrap().unwrap();
        assert_eq!(at("0.59"), (dec("0"), None));
        assert_eq!(at("0.6"), (dec("0"), Some(0)));
        assert_eq!(at("0.7"), (dec("0.25"), Some(0)));
        assert_eq!(at("1"), (dec("1"), Some(1)));
        assert_eq!(at("1.1"), (dec("1.25"), Some(1)));
        assert_eq!(at("9"), (dec("1.5"), Some(2)));
        // 1 × 1 ÷ 3 has no end
        let thirds = [(dec("0"), dec("0")), (dec("3"), dec("1"))];
        assert_eq!(linear(&thirds, dec("1")).unwrap().unwrap().0, dec("0.333333333333"));
    }

    #[test]
    fn slices_are_charged_at_their_own_rates() {
        // from 0: 0%, from 100000: 3%, from 200000: 5%; 250000 pays 0 + 3000 + 2500
        let slices = [(dec("0"), dec("0")), (dec("100000"), dec("0.03")), (dec("200000"), dec("0.05"))];
        let at = |x: &str| (0..3).map(|i| slice(&slices, i, dec(x)).unwrap()).collect::<Vec<_>>();
        assert_eq!(at("250000"), [dec("0"), dec("3000"), dec("2500")]);
        assert_eq!(at("100000"), [dec("0"), dec("0"), dec("0")]);
        assert_eq!(at("-5"), [dec("0"), dec("0"), dec("0")]);
    }

    #[test]
    fn functions_of_values() {
        let number = |text: &str| Some(Value::Dec(dec(text)));
        assert_eq!(call(Builtin::Coalesce, &[None, number("2")]), number("2"));
        assert_eq!(call(Builtin::Min, &[None, number("2")]), None);
        assert_eq!(call(Builtin::Clamp, &[number("5"), number("0"), number("3")]), number("3"));
        assert_eq!(call(Builtin::Round, &[number("-2.5")]), number("-3"));
        assert_eq!(call(Builtin::Round, &[number("2.345"), number("2")]), number("2.35"));
        let day = |d| Some(Value::Date(Date::new(2026, 10, d).unwrap()));
        assert_eq!(call(Builtin::DaysBetween, &[day(1), day(31)]), number("30"));
    }
}
