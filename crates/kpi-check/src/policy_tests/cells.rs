//! The cells of a test's grid, read as an export's would be and, besides, with the units of the language.

use kpi_value::{Date, DateTime, Dec, Value};

use crate::model::{Column, ColumnRule, CompareOp, Form, Model, Type, Unit};

/// Why a cell is no value of its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// What is wrong, for the message.
    pub(super) what: String,
    /// What was wanted, for the label.
    pub(super) wanted: String,
}

/// The value of a cell; none for an empty one of an optional column.
pub(super) fn read_cell(text: &str, column: &Column, model: &Model) -> Result<Option<Value>, Problem> {
    let text = text.trim();
    let wanted = wanted(column, model);
    let problem = |what: String| Problem { what, wanted: wanted.clone() };
    if text.is_empty() {
        return if column.optional { Ok(None) } else { Err(problem("the column is not optional".to_owned())) };
    }
    let value = match column.ty {
        Type::Bool => match text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Text | Type::Reference(_) => Some(Value::Text(text.into())),
        Type::Number(unit) => match read_number(text, unit, column, model) {
            Ok(x) => Some(Value::Dec(x)),
            Err(what) => return Err(problem(what)),
        },
        Type::Date => text.parse::<Date>().ok().map(Value::Date),
        Type::DateTime => read_datetime(text).map(Value::DateTime),
        Type::Period(kind) => model.policy.calendar.parse(text).ok().filter(|p| p.kind == kind).map(Value::Period),
        Type::Member(dimension) => {
            let members = &model.dimensions[dimension].members;
            let place = members.iter().position(|m| m.name == text || m.label.as_deref() == Some(text));
            place.map(|place| Value::Member(place as u32))
        }
    };
    let value = value.ok_or_else(|| problem(format!("not {wanted}")))?;
    for rule in &column.rules {
        check_rule(rule, &value).map_err(problem)?;
    }
    Ok(Some(value))
}

fn wanted(column: &Column, model: &Model) -> String {
    match column.ty {
        Type::Bool => "`true` or `false`".to_owned(),
        Type::Text => "a text".to_owned(),
        Type::Number(unit) => match (unit.money, unit.time, unit.form) {
            (1, 0, _) => "an amount: `50000`, `5万`, `0.5`".to_owned(),
            (0, 1, _) => "a duration: `90s`, `15min`, `2h`".to_owned(),
            (0, 0, Form::Ratio) => "a ratio: `90%`, `0.9`".to_owned(),
            _ => "a number".to_owned(),
        },
        Type::Date => "a date: `2026-10-03`".to_owned(),
        Type::DateTime => "a time: `2026-10-03 20:00`".to_owned(),
        Type::Period(kind) => format!("a {}", kind.word()),
        Type::Member(dimension) => {
            let members: Vec<String> =
                model.dimensions[dimension].members.iter().take(6).map(|m| format!("`{}`", m.name)).collect();
            let more = if model.dimensions[dimension].members.len() > 6 { ", …" } else { "" };
            format!("one of {}{more}", members.join(", "))
        }
        Type::Reference(table) => format!("a key of `{}`", model.tables[table].title.name),
    }
}

/// A number with the scales and units of the language, or a plain one, which counts the column's unit.
fn read_number(text: &str, unit: Unit, column: &Column, model: &Model) -> Result<Dec, String> {
    let text = text.replace('￥', "¥");
    let (money, rest) = match text.strip_prefix('¥') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.as_str()),
    };
    let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-' || c == '+')).unwrap_or(rest.len());
    let (number, tail) = rest.split_at_checked(digits).unwrap_or((rest, ""));
    let number: Dec = number.parse().map_err(|error| format!("{error}"))?;
    let tail = tail.trim();
    let scales = [("k", 1_000), ("万", 10_000), ("亿", 100_000_000)];
    let scale = scales.iter().find_map(|(word, factor)| tail.strip_prefix(word).map(|rest| (rest.trim(), *factor)));
    let (tail, factor) = scale.unwrap_or((tail, 1));
    let times = |x: Dec, factor: Dec| x.mul(factor).map_err(|error| error.to_string());
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
            return Err(format!("all money of the policy is in {}", currency.code));
        }
        _ => return Err("not a number".to_owned()),
    };
    if !found.same_dimension(unit) {
        return Err("the unit is not the column's".to_owned());
    }
    if (bare || unit == Unit::MONEY) && value.fraction_digits() > column.digits {
        return Err(format!("more than {} digits after the point", column.digits));
    }
    if bare { times(value, column.scale) } else { Ok(value) }
}

/// `2026-10-03 20:00`, with seconds and a fraction where there are any; a day alone is its midnight.
fn read_datetime(text: &str) -> Option<DateTime> {
    let (day, clock) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let day: Date = day.parse().ok()?;
    let mut parts = clock.split(':');
    let two = |part: Option<&str>, most: i64| {
        let part = part.filter(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit()))?;
        part.parse::<i64>().ok().filter(|n| *n <= most)
    };
    let (hour, minute) = (two(parts.next(), 23)?, two(parts.next(), 59)?);
    let (seconds, micros) = match parts.next() {
        None => (0, 0),
        Some(part) => {
            let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
            if fraction.len() > 6 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            (two(Some(whole), 59)?, format!("{fraction:0<6}").parse::<i64>().ok()?)
        }
    };
    if parts.next().is_some() {
        return None;
    }
    let micros = ((hour * 60 + minute) * 60 + seconds) * 1_000_000 + micros;
    Some(DateTime(day.midnight().0 + micros))
}

fn check_rule(rule: &ColumnRule, value: &Value) -> Result<(), String> {
    let kept = match rule {
        ColumnRule::Compare(op, bound) => op.holds(value.cmp(bound)),
        ColumnRule::In { low, high, closed } => low <= value && (value < high || *closed && value == high),
    };
    if kept {
        return Ok(());
    }
    Err(match rule {
        ColumnRule::Compare(op, bound) => format!("the contract asks for {} {}", sign(*op), show(bound)),
        ColumnRule::In { low, high, closed } => {
            format!("the contract asks for {}{}{}", show(low), if *closed { ".." } else { "..<" }, show(high))
        }
    })
}

fn sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::Ne => "≠",
        CompareOp::Lt => "<",
        CompareOp::Le => "≤",
        CompareOp::Gt => ">",
        CompareOp::Ge => "≥",
    }
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
