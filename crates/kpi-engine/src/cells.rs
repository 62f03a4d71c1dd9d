//! The cells of exports, read strictly.
//!
//! Nothing is guessed at and nothing is rounded: a text is a number, a day, a time or a period of the forms that the
//! language names, or it breaks the contract.

use kpi_value::{Calendar, Date, DateTime, Dec, Period, PeriodKind, Zone, parse_offset};

/// Why a cell breaks its contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CellError {
    /// Not digits with at most one point and an optional sign.
    NotANumber,
    /// A count with a fraction.
    NotWhole,
    /// More digits after the point than the column takes.
    TooManyDigits,
    /// More than 26 digits before the point, or a count beyond 64 bits.
    TooLarge,
    /// None of the forms of a date, time or period.
    NotADate,
    /// A day, month or hour that does not exist.
    NoSuchDay,
    /// A time with a zone, where the policy says none.
    Zone,
    /// None of the dimension's members.
    NotAMember,
    /// None of the forms of a truth value.
    NotABool,
    /// The rule at this place of the column is broken.
    Rule(usize),
    /// Empty, where that is not allowed.
    Missing,
    /// A value of a type from which the column's cannot be read.
    WrongType,
    /// The error of a spreadsheet's formula.
    Formula,
}

/// The units of a number at `digits` after the point.
///
/// # Errors
/// If the text is no number, has more digits, or is too large.
pub fn parse_number(text: &str, digits: u32) -> Result<i128, CellError> {
    let bytes = text.as_bytes();
    let (negative, bytes) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    let units = if bytes.len() <= 18 { parse_short(bytes, digits)? } else { parse_long(bytes, digits)? };
    Ok(if negative { -units } else { units })
}

/// At most 18 bytes: the digits fit 64 bits.
fn parse_short(bytes: &[u8], digits: u32) -> Result<i128, CellError> {
    let (mut units, mut seen, mut fraction) = (0u64, false, None::<u32>);
    let mut surplus = false;
    for &byte in bytes {
        match byte {
            b'0'..=b'9' => {
                seen = true;
                match &mut fraction {
                    Some(n) if *n == digits => surplus |= byte != b'0',
                    Some(n) => {
                        units = units * 10 + u64::from(byte - b'0');
                        *n += 1;
                    }
                    None => units = units * 10 + u64::from(byte - b'0'),
                }
            }
            b'.' if fraction.is_none() => fraction = Some(0),
            _ => return Err(CellError::NotANumber),
        }
    }
    if !seen {
        return Err(CellError::NotANumber);
    }
    if surplus {
        return Err(CellError::TooManyDigits);
    }
    Ok(i128::from(units) * power(digits - fraction.unwrap_or(0)))
}

fn parse_long(bytes: &[u8], digits: u32) -> Result<i128, CellError> {
    let text = std::str::from_utf8(bytes).map_err(|_| CellError::NotANumber)?;
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Err(CellError::NotANumber);
    }
    let number: Dec = text.parse().map_err(|error| match error {
        kpi_value::ParseDecError::NotANumber => CellError::NotANumber,
        kpi_value::ParseDecError::TooManyDigits => CellError::TooManyDigits,
        kpi_value::ParseDecError::TooLarge => CellError::TooLarge,
    })?;
    rescale(number.units(), Dec::SCALE, digits)
}

/// The number `units × 10^-from` in units of `10^-to`.
///
/// # Errors
/// If that loses digits or is too large.
pub fn rescale(units: i128, from: u32, to: u32) -> Result<i128, CellError> {
    let units = if from <= to {
        units.checked_mul(power(to - from)).ok_or(CellError::TooLarge)?
    } else {
        let factor = power(from - to);
        if units % factor != 0 {
            return Err(CellError::TooManyDigits);
        }
        units / factor
    };
    if units.unsigned_abs() < 10u128.pow(26 + to.min(12)) { Ok(units) } else { Err(CellError::TooLarge) }
}

/// 10ⁿ; n is at most 38.
pub fn power(n: u32) -> i128 {
    10i128.pow(n.min(38))
}

/// A day: `2026-10-03`, `2026/10/3`, `20261003`; a time of day behind it is read and left out.
///
/// # Errors
/// If the text is no day.
pub fn parse_date(text: &str, zone: Option<&Zone>) -> Result<Date, CellError> {
    parse_datetime(text, zone).map(DateTime::date)
}

/// A wall time: a day, then possibly a blank or `T` and `20:00`, `20:00:15`, `20:00:15.5`. One with a zone behind it (`Z`, `+08:00`) is
/// what the clocks of the policy's zone show at that instant.
///
/// # Errors
/// If the text is no time, or has a zone and the policy none.
pub fn parse_datetime(text: &str, zone: Option<&Zone>) -> Result<DateTime, CellError> {
    let (date, rest) = parse_day(text.as_bytes())?;
    let (clock, rest) = match rest {
        [] => return Ok(date.midnight()),
        [b' ' | b'T', time @ ..] => parse_clock(time)?,
        // A day alone is no instant, whatever zone stands behind it.
        _ if zone.is_none() && offset(rest).is_ok() => return Err(CellError::Zone),
        _ => return Err(CellError::NotADate),
    };
    let wall = date.midnight().0 + clock;
    if rest.is_empty() {
        return Ok(DateTime(wall));
    }
    in_zone(wall - offset(rest)?, zone)
}

fn offset(text: &[u8]) -> Result<i64, CellError> {
    std::str::from_utf8(text).ok().and_then(parse_offset).ok_or(CellError::NotADate)
}

/// What the clocks of the policy's zone show at an instant, in microseconds since 1970-01-01 00:00 UTC.
///
/// # Errors
/// If the policy has no zone, or the time is beyond the years that there are.
pub fn in_zone(instant: i64, zone: Option<&Zone>) -> Result<DateTime, CellError> {
    zone.ok_or(CellError::Zone)?.wall(instant).ok_or(CellError::NoSuchDay)
}

fn parse_day(bytes: &[u8]) -> Result<(Date, &[u8]), CellError> {
    let (year, rest) = take_digits(bytes, 4, 4)?;
    let (month, day, rest) = match rest {
        [b'0'..=b'9', ..] => {
            let (month, rest) = take_digits(rest, 2, 2)?;
            let (day, rest) = take_digits(rest, 2, 2)?;
            (month, day, rest)
        }
        [separator @ (b'-' | b'/'), rest @ ..] => {
            let (month, rest) = take_digits(rest, 1, 2)?;
            let rest = rest.strip_prefix(&[*separator]).ok_or(CellError::NotADate)?;
            let (day, rest) = take_digits(rest, 1, 2)?;
            (month, day, rest)
        }
        _ => return Err(CellError::NotADate),
    };
    if year == 0 || !(1..=12).contains(&month) || day == 0 || day > days_of_month(year, month) {
        return Err(CellError::NoSuchDay);
    }
    Ok((Date(days_from_civil(year, month, day)), rest))
}

/// Microseconds from midnight, and what stands behind.
fn parse_clock(bytes: &[u8]) -> Result<(i64, &[u8]), CellError> {
    let (hour, rest) = take_digits(bytes, 1, 2)?;
    let rest = rest.strip_prefix(b":").ok_or(CellError::NotADate)?;
    let (minute, mut rest) = take_digits(rest, 2, 2)?;
    let (mut second, mut micros) = (0, 0i64);
    if let [b':', tail @ ..] = rest {
        (second, rest) = take_digits(tail, 2, 2)?;
        if let [b'.', tail @ ..] = rest {
            let width = tail.iter().take_while(|b| b.is_ascii_digit()).count();
            if width == 0 {
                return Err(CellError::NotADate);
            }
            let (digits, tail) = tail.split_at(width);
            for place in 0..width.max(6) {
                let digit = digits.get(place).map_or(0, |b| i64::from(b - b'0'));
                match place {
                    0..6 => micros = micros * 10 + digit,
                    _ if digit != 0 => return Err(CellError::TooManyDigits),
                    _ => {}
                }
            }
            rest = tail;
        }
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err(CellError::NoSuchDay);
    }
    Ok((i64::from(hour * 3600 + minute * 60 + second) * 1_000_000 + micros, rest))
}

/// A period of the kind: its own form, a day inside it, or for months also `2026/10`, `202610`.
///
/// # Errors
/// If the text is none.
pub fn parse_period(
    text: &str,
    kind: PeriodKind,
    calendar: &Calendar,
    zone: Option<&Zone>,
) -> Result<Period, CellError> {
    if let Ok(period) = calendar.parse(text)
        && (period.kind == kind || period.kind == PeriodKind::Day)
    {
        return Ok(calendar.containing(kind, period));
    }
    if kind == PeriodKind::Month
        && let Ok((year, rest)) = take_digits(text.as_bytes(), 4, 4)
    {
        let rest = rest.strip_prefix(b"/").or_else(|| rest.strip_prefix(b"-")).unwrap_or(rest);
        if let Ok((month, [])) = take_digits(rest, 1, 2) {
            let known = year > 0 && (1..=12).contains(&month);
            return if known { Ok(Period { kind, index: year * 12 + month - 1 }) } else { Err(CellError::NoSuchDay) };
        }
    }
    parse_date(text, zone).map(|date| calendar.period(kind, date))
}

/// `true`, `1`, `是`, `false`, `0`, `否`.
///
/// # Errors
/// If the text is none of them.
pub fn parse_bool(text: &str) -> Result<bool, CellError> {
    match text {
        "true" | "1" | "是" | "True" | "TRUE" => Ok(true),
        "false" | "0" | "否" | "False" | "FALSE" => Ok(false),
        _ => Err(CellError::NotABool),
    }
}

/// A number of `least` to `most` digits, and what is behind it.
fn take_digits(bytes: &[u8], least: usize, most: usize) -> Result<(i32, &[u8]), CellError> {
    let width = bytes.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
    if width < least {
        return Err(CellError::NotADate);
    }
    let (digits, rest) = bytes.split_at(width);
    Ok((digits.iter().fold(0, |n, b| n * 10 + i32::from(b - b'0')), rest))
}

fn days_of_month(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01, by counting years from March so that a leap day comes last (Howard Hinnant,
/// `days_from_civil`).
fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_with_one_point() {
        assert_eq!(parse_number("1234.5", 2), Ok(123_450));
        assert_eq!(parse_number("-0.10", 2), Ok(-10));
        assert_eq!(parse_number("+7", 0), Ok(7));
        assert_eq!(parse_number(".5", 1), Ok(5));
        assert_eq!(parse_number("12.3400", 2), Ok(1234));
        assert_eq!(parse_number("12.345", 2), Err(CellError::TooManyDigits));
        assert_eq!(parse_number("123456789012345678901.25", 2), Ok(12_345_678_901_234_567_890_125));
        assert_eq!(parse_number("99999999999999999999999999", 12), Ok(99_999_999_999_999_999_999_999_999 * Dec::UNITS));
        assert_eq!(parse_number("100000000000000000000000000", 2), Err(CellError::TooLarge));
        for text in [
            "",
            "-",
            ".",
            "1.2.3",
            "1,234",
            "１２",
            "1e5",
            "--1",
            "0x10",
            "12345678901234567890x",
            "-+12345678901234567890",
        ] {
            assert_eq!(parse_number(text, 2), Err(CellError::NotANumber), "{text}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for days in (-719_162..2_932_896).step_by(11) {
            let date = Date(days);
            assert_eq!(parse_date(&date.to_string(), None), Ok(date));
        }
        assert_eq!(parse_date("2024-02-29", None), Ok(Date::new(2024, 2, 29).unwrap()));
        assert_eq!(parse_date("2026/2/3", None), Ok(Date::new(2026, 2, 3).unwrap()));
        assert_eq!(parse_date("20260203", None), Ok(Date::new(2026, 2, 3).unwrap()));
        for text in ["2023-02-29", "2026-13-01", "2026-00-10", "2026-10-00", "0000-01-01", "2026-10-03 24:00"] {
            assert_eq!(parse_date(text, None), Err(CellError::NoSuchDay), "{text}");
        }
        for text in ["10/3/2026", "2026-10", "2026-10/03", "3.10.2026", "2026-10-03x", "2026-10-03 8", "今天"] {
            assert_eq!(parse_date(text, None), Err(CellError::NotADate), "{text}");
        }
    }

    #[test]
    fn times_are_wall_times() {
        let day = Date::new(2026, 10, 3).unwrap().midnight().0;
        let hour = 3_600_000_000;
        assert_eq!(parse_datetime("2026-10-03 20:00", None), Ok(DateTime(day + 20 * hour)));
        assert_eq!(parse_datetime("2026-10-03T20:00:01.25", None), Ok(DateTime(day + 20 * hour + 1_250_000)));
        assert_eq!(parse_datetime("2026-10-03 00:00:00.000001000", None), Ok(DateTime(day + 1)));
        assert_eq!(parse_datetime("2026-10-03 00:00:00.0000001", None), Err(CellError::TooManyDigits));
        assert_eq!(parse_datetime("2026-10-03", None), Ok(DateTime(day)));
        for text in ["2026-10-03T20:00Z", "2026-10-03 20:00:00+08:00", "2026-10-03 20:00 UTC", "2026-10-03Z"] {
            assert_eq!(parse_datetime(text, None), Err(CellError::Zone), "{text}");
        }
    }

    #[test]
    fn times_with_a_zone_are_what_the_clocks_of_the_policy_show() {
        let zone = Zone::named("Asia/Shanghai");
        let midnight = Date::new(2026, 11, 1).unwrap().midnight();
        for text in
            ["2026-10-31T16:00Z", "2026-10-31 16:00:00 UTC", "2026-11-01 00:00:00.0+08:00", "2026-10-31T11:00-0500"]
        {
            assert_eq!(parse_datetime(text, zone.as_ref()), Ok(midnight), "{text}");
            assert_eq!(parse_date(text, zone.as_ref()), Ok(midnight.date()), "{text}");
        }
        // One microsecond before is the evening before, in October.
        let before = parse_datetime("2026-10-31T15:59:59.999999Z", zone.as_ref()).unwrap();
        assert_eq!(before, DateTime(midnight.0 - 1));
        assert_eq!(parse_datetime("2026-11-01 00:00", zone.as_ref()), Ok(midnight));
        for text in ["2026-10-31T16:00CST", "2026-10-31Z", "2026-10-31T16:00+8", "2026-10-31T16:00 +25:00"] {
            assert_eq!(parse_datetime(text, zone.as_ref()), Err(CellError::NotADate), "{text}");
        }
        assert_eq!(parse_datetime("9999-12-31T23:00Z", zone.as_ref()), Err(CellError::NoSuchDay));
    }

    #[test]
    fn periods_have_their_forms() {
        let calendar = Calendar::default();
        let month = |text| parse_period(text, PeriodKind::Month, &calendar, None).map(|p| calendar.show(p));
        for text in ["2026-10", "2026/10", "202610", "2026-10-31", "2026/10/31"] {
            assert_eq!(month(text).as_deref(), Ok("2026-10"), "{text}");
        }
        assert_eq!(month("2026-13"), Err(CellError::NoSuchDay));
        assert_eq!(month("2026-Q4"), Err(CellError::NotADate));
        let quarter = parse_period("2026-Q4", PeriodKind::Quarter, &calendar, None);
        assert_eq!(quarter, Ok(Period { kind: PeriodKind::Quarter, index: 2026 * 4 + 3 }));
    }
}
