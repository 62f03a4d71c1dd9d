//! The cells of a test's grid, read as an export's would be and, besides, with the units of the language.

use kpi_base::{Join, Text, text};
use kpi_value::{Calendar, Date, DateTime, Dec, ParseDecError, Period, PeriodKind, Value, parse_offset};

use crate::model::{Column, ColumnRule, Form, Model, Type, Unit};

/// Why a cell is no value of its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// What is wrong, for the message.
    pub(super) what: Text,
    /// What was wanted, for the label.
    pub(super) wanted: Text,
}

/// The value of a cell; none for an empty one of an optional column.
pub(super) fn read_cell(text: &str, column: &Column, model: &Model) -> Result<Option<Value>, Problem> {
    let text = text.trim();
    let wanted = wanted(column, model);
    let problem = |what: Text| Problem { what, wanted: wanted.clone() };
    if text.is_empty() {
        return if column.optional { Ok(None) } else { Err(problem(text!("the column is not optional"))) };
    }
    let value = match column.ty {
        Type::Bool => match text {
            "true" | "1" | "是" | "True" | "TRUE" => Some(Value::Bool(true)),
            "false" | "0" | "否" | "False" | "FALSE" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Text | Type::Reference(_) => Some(Value::Text(text.into())),
        Type::Number(unit) => match read_number(text, unit, column, model) {
            Ok(x) => Some(Value::Dec(x)),
            Err(what) => return Err(problem(what)),
        },
        Type::Date => read_time(text, model).map(|time| Value::Date(time.date())),
        Type::DateTime => read_time(text, model).map(Value::DateTime),
        Type::Period(kind) => read_period(text, kind, &model.policy.calendar).map(Value::Period),
        Type::Member(dimension) => {
            let members = &model.dimensions[dimension].members;
            let named = members.iter().position(|m| m.name == text);
            let place = named.or_else(|| members.iter().position(|m| m.label.as_deref() == Some(text)));
            place.map(|place| Value::Member(place as u32))
        }
    };
    let value = value.ok_or_else(|| problem(text!("not {wanted}", wanted)))?;
    for rule in &column.rules {
        check_rule(rule, &value).map_err(problem)?;
    }
    Ok(Some(value))
}

fn wanted(column: &Column, model: &Model) -> Text {
    match column.ty {
        Type::Bool => text!("`true` or `false`"),
        Type::Text => text!("a text"),
        Type::Number(unit) => match (unit.money, unit.time, unit.form) {
            (1, 0, _) => text!("an amount: `50000`, `5万`, `0.5`"),
            (0, 1, _) => text!("a duration: `90s`, `15min`, `2h`"),
            (0, 0, Form::Ratio) => text!("a ratio: `90%`, `0.9`"),
            _ => text!("a number"),
        },
        Type::Date => text!("a date: `2026-10-03`"),
        Type::DateTime => text!("a time: `2026-10-03 20:00`"),
        Type::Period(kind) => text!("a {word}", word = crate::show::show_period(kind)),
        Type::Member(dimension) => {
            let all = &model.dimensions[dimension].members;
            let members = all.iter().take(6).map(|m| Text::verbatim(format!("`{}`", m.name)));
            let members = members.chain((all.len() > 6).then(|| Text::verbatim("…")));
            text!("one of {members}", members = Text::list(members, Join::Comma))
        }
        Type::Reference(table) => text!("a key of `{name}`", name = model.tables[table].title.name),
    }
}

/// A number with the scales and units of the language, or a plain one, which counts the column's unit.
fn read_number(text: &str, unit: Unit, column: &Column, model: &Model) -> Result<Dec, Text> {
    let text = text.replace('￥', "¥");
    let (money, rest) = match text.strip_prefix('¥') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.as_str()),
    };
    let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-' || c == '+')).unwrap_or(rest.len());
    let (number, tail) = rest.split_at_checked(digits).unwrap_or((rest, ""));
    let number: Dec = number.parse().map_err(not_read)?;
    let tail = tail.trim();
    let scales = [("k", 1_000), ("万", 10_000), ("亿", 100_000_000)];
    let scale = scales.iter().find_map(|(word, factor)| tail.strip_prefix(word).map(|rest| (rest.trim(), *factor)));
    let (tail, factor) = scale.unwrap_or((tail, 1));
    let times = |x: Dec, factor: Dec| x.mul(factor).map_err(|_| text!("more than 26 digits before the point"));
    let number = times(number, Dec::int(factor))?;
    let currency = &model.policy.currency;
    let (value, found, bare) = match tail {
        "" if money => (number, Unit::MONEY, false),
        "" => (number, unit, true),
        "%" | "％" => (times(number, Dec::percent(1))?, Unit::RATIO, false),
        "s" | "秒" => (number, Unit::DURATION, false),
        "min" | "分钟" => (times(number, Dec::int(60))?, Unit::DURATION, false),
        "h" | "小时" => (times(number, Dec::int(3_600))?, Unit::DURATION, false),
        "d" | "天" => (times(number, Dec::int(86_400))?, Unit::DURATION, false),
        "元" => (number, Unit::MONEY, false),
        other if other == currency.code => (number, Unit::MONEY, false),
        code if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) => {
            return Err(text!("all money of the policy is in {code}", code = currency.code));
        }
        _ => return Err(text!("not a number")),
    };
    if !found.same_dimension(unit) {
        return Err(text!("the unit is not the column's"));
    }
    if (bare || unit == Unit::MONEY) && value.fraction_digits() > column.digits {
        return Err(text!("more than {digits} digits after the point", digits = column.digits));
    }
    if bare { times(value, column.scale) } else { Ok(value) }
}

/// A period of the kind in its own form, or the one that holds a day; a month also as `2026/10` and `202610`.
fn read_period(text: &str, kind: PeriodKind, calendar: &Calendar) -> Option<Period> {
    if let Ok(period) = calendar.parse(text)
        && (period.kind == kind || period.kind == PeriodKind::Day)
    {
        return Some(calendar.containing(kind, period));
    }
    let month = text.split_once(['-', '/']).or_else(|| text.split_at_checked(4)).filter(|_| kind == PeriodKind::Month);
    if let Some((year, month)) = month
        && let (Some(year), Some(month)) = (digits(year, 4, 4), digits(month, 1, 2))
    {
        return (year > 0 && (1..=12).contains(&month)).then_some(Period { kind, index: year * 12 + month - 1 });
    }
    read_datetime(text).map(|time| calendar.period(kind, time.date()))
}

/// A wall time, or what the clocks of the policy's zone show at a time with a zone: `2026-10-03T20:00Z`.
fn read_time(text: &str, model: &Model) -> Option<DateTime> {
    let clock = text.find(':').unwrap_or(text.len());
    let zone = text.get(clock..)?.find(|c: char| c.is_ascii_alphabetic() || matches!(c, '+' | '-'));
    let (Some(zone), Some(policy)) = (zone, &model.policy.timezone) else { return read_datetime(text) };
    let (wall, offset) = text.split_at_checked(clock + zone)?;
    policy.wall(read_datetime(wall.trim_end())?.0 - parse_offset(offset)?)
}

/// `2026-10-03 20:00`, with seconds and a fraction where there are any; a day alone is its midnight. Days may be written
/// `2026/10/3` and `20261003` too.
fn read_datetime(text: &str) -> Option<DateTime> {
    let (day, clock) = text.split_once([' ', 'T']).unwrap_or((text, "0:00"));
    let day = read_day(day)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let hour = digits(parts.next()?, 1, 2).filter(|n| *n <= 23)?;
    let minute = digits(parts.next()?, 2, 2).filter(|n| *n <= 59)?;
    let second = match parts.next() {
        Some(part) => digits(part, 2, 2).filter(|n| *n <= 59)?,
        None if fraction == "0" => 0,
        None => return None,
    };
    let fraction = fraction.trim_end_matches('0');
    let micros = if fraction.is_empty() { 0 } else { digits(&format!("{fraction:0<6}"), 6, 6)? };
    if parts.next().is_some() {
        return None;
    }
    let seconds = i64::from((hour * 60 + minute) * 60 + second);
    Some(DateTime(day.midnight().0 + seconds * 1_000_000 + i64::from(micros)))
}

fn read_day(text: &str) -> Option<Date> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let (year, month, day) = match text.split_once(separator) {
        Some((year, rest)) => {
            let (month, day) = rest.split_once(separator)?;
            (year, digits(month, 1, 2)?, digits(day, 1, 2)?)
        }
        None => {
            let (year, rest) = text.split_at_checked(4)?;
            let (month, day) = rest.split_at_checked(2)?;
            (year, digits(month, 2, 2)?, digits(day, 2, 2)?)
        }
    };
    Date::new(digits(year, 4, 4)?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

/// A number of `least` to `most` digits.
fn digits(text: &str, least: usize, most: usize) -> Option<i32> {
    let fits = (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| fits)
}

fn not_read(error: ParseDecError) -> Text {
    match error {
        ParseDecError::NotANumber => text!("not a number"),
        ParseDecError::TooManyDigits => text!("more than 12 digits after the point"),
        ParseDecError::TooLarge => text!("more than 26 digits before the point"),
    }
}

fn check_rule(rule: &ColumnRule, value: &Value) -> Result<(), Text> {
    if rule.holds(value) {
        return Ok(());
    }
    Err(match rule {
        ColumnRule::Compare(op, bound) => {
            text!("the contract asks for {sign} {bound}", sign = op.sign(), bound = show(bound))
        }
        ColumnRule::In { low, high, closed } => {
            text!(
                "the contract asks for {low}{dots}{high}",
                low = show(low),
                dots = if *closed { ".." } else { "..<" },
                high = show(high)
            )
        }
        ColumnRule::Matches(pattern) => text!("the contract asks for `{pattern}`", pattern = pattern.text()),
    })
}

fn show(value: &Value) -> String {
    match value {
        Value::Bool(x) => x.to_string(),
        Value::Dec(x) => x.to_string(),
        Value::Text(x) => format!("`{x}`"),
        Value::Date(x) => x.to_string(),
        Value::DateTime(x) => x.to_string(),
        Value::Period(x) => format!("{} {}", x.kind.word(), x.index),
        Value::Member(x) => format!("member {x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_read_as_in_exports() {
        let day = Date::new(2026, 10, 3).unwrap();
        for text in ["2026-10-03", "2026-10-3", "2026/10/3", "20261003", "2026-10-03 0:00", "2026-10-03T00:00:00.0"] {
            assert_eq!(read_datetime(text), Some(day.midnight()), "{text}");
        }
        let evening = DateTime(day.midnight().0 + (20 * 3600 + 61) * 1_000_000 + 250_000);
        assert_eq!(read_datetime("2026-10-03 20:01:01.25"), Some(evening));
        for text in ["2026-13-03", "2026-02-30", "2026-10", "10/3/2026", "2026-10-03 24:00", "2026-10-03 8", "今天", ""]
        {
            assert_eq!(read_datetime(text), None, "{text}");
        }
    }

    #[test]
    fn a_period_may_be_given_by_a_day() {
        let calendar = Calendar::default();
        let shown = |text, kind| read_period(text, kind, &calendar).map(|p| calendar.show(p));
        for text in ["2026-10", "2026/10", "202610", "2026-10-31", "2026/10/31"] {
            assert_eq!(shown(text, PeriodKind::Month).as_deref(), Some("2026-10"), "{text}");
        }
        assert_eq!(shown("2026-Q4", PeriodKind::Quarter).as_deref(), Some("2026-Q4"));
        assert_eq!(shown("2026-10-01", PeriodKind::Quarter).as_deref(), Some("2026-Q4"));
        for text in ["2026-13", "2026-Q4", "2026", "月"] {
            assert_eq!(shown(text, PeriodKind::Month), None, "{text}");
        }
    }
}
