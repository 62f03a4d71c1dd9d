//! How a number is written by its unit: `97.5%`, `1h 05m` or `1小时05分`, `50,000.00 CNY`.
//!
//! A number is shown with few digits, and with as many as it takes where two different numbers would look the same: what
//! is shown must explain why a target is missed.

use kpi_base::{Language, Text, text};
use kpi_results::{Goal, Quantity};
use kpi_value::Dec;

/// How money is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// The currency's code.
    pub code: String,
    /// Digits of its minor unit.
    pub digits: u32,
}

/// An amount of money without its currency: digits of the minor unit, thousands apart.
pub fn show_amount(amount: Dec, money: &Money) -> String {
    grouped(&amount.to_fixed(money.digits.max(amount.fraction_digits())))
}

/// A value with its unit, with as few digits as people need.
pub fn show_quantity(quantity: &Quantity, money: &Money, language: Language) -> String {
    show(&quantity.value, &quantity.unit, 0, money, language)
}

/// An actual and its target, with as many digits as tell them apart.
pub(crate) fn show_pair(
    actual: Option<&Quantity>,
    target: Option<&Goal>,
    money: &Money,
    language: Language,
) -> (String, String) {
    let texts = |finer: u32| {
        let one = actual.map(|q| show(&q.value, &q.unit, finer, money, language));
        let bounds: Vec<String> = match target {
            Some(Goal::Bound(q)) => vec![show(&q.value, &q.unit, finer, money, language)],
            Some(Goal::Band { from, to, unit }) => {
                vec![show(from, unit, finer, money, language), show(to, unit, finer, money, language)]
            }
            None => Vec::new(),
        };
        (one, bounds)
    };
    let same = |a: &str, b: &str| a == b || matches!((a.parse::<Dec>(), b.parse()), (Ok(a), Ok(b)) if a == b);
    let values: Vec<&str> = match target {
        Some(Goal::Bound(q)) => vec![&q.value],
        Some(Goal::Band { from, to, .. }) => vec![from, to],
        None => Vec::new(),
    };
    let mut finer = 0;
    let (one, bounds) = loop {
        let (one, bounds) = texts(finer);
        let blurred = match (actual, &one) {
            (Some(q), Some(text)) => {
                values.iter().zip(&bounds).any(|(value, bound)| bound == text && !same(&q.value, value))
            }
            _ => false,
        };
        if !blurred || finer == Dec::SCALE {
            break (one, bounds);
        }
        finer += 1;
    };
    (one.unwrap_or_default(), bounds.join(" .. "))
}

/// A fraction as a percentage of exactly two digits: what is final is rounded so.
pub(crate) fn show_final_ratio(fraction: Dec) -> String {
    fraction.mul(Dec::HUNDRED).map_or_else(|_| fraction.to_string(), |p| format!("{}%", grouped(&p.to_fixed(2))))
}

/// A fraction as a percentage without needless digits.
pub(crate) fn show_ratio(fraction: Dec, digits: u32) -> String {
    match fraction.mul(Dec::HUNDRED) {
        Ok(percent) => format!("{}%", trimmed(percent, digits)),
        Err(_) => trimmed(fraction, digits),
    }
}

/// A number with all its digits, thousands apart.
pub(crate) fn show_plain(number: Dec) -> String {
    grouped(&number.to_string())
}

fn show(value: &str, unit: &str, finer: u32, money: &Money, language: Language) -> String {
    if unit == "bool" {
        return show_truth(value, language);
    }
    let Ok(number) = value.parse::<Dec>() else { return value.to_owned() };
    match unit {
        "number" | "count" | "points" => trimmed(number, 2 + finer),
        "ratio" => show_ratio(number, 1 + finer),
        "s" => duration(number, finer).to(language),
        "date" | "text" => value.to_owned(),
        code if code == money.code => {
            format!("{} {code}", grouped(&number.to_fixed(money.digits + finer)))
        }
        other => format!("{} {other}", trimmed(number, 2 + finer)),
    }
}

/// Few digits, thousands apart, no zeros at the end of the fraction.
fn trimmed(number: Dec, digits: u32) -> String {
    grouped(&number.round(digits.min(Dec::SCALE)).to_string())
}

fn show_truth(value: &str, language: Language) -> String {
    match value {
        "true" => text!("true").to(language),
        "false" => text!("false").to(language),
        other => other.to_owned(),
    }
}

/// A number of seconds, all digits of it.
pub(crate) fn seconds(number: Dec) -> Text {
    text!("{seconds}s", seconds = number.to_string())
}

/// `52.3s`, `12m 30s`, `1h 05m`; finer: seconds, then their fractions.
fn duration(seconds: Dec, finer: u32) -> Text {
    let sign = if seconds.is_negative() { "-" } else { "" };
    let size = seconds.abs();
    let (minute, hour) = (Dec::int(60), Dec::int(3600));
    let digits = |at: u32| finer.saturating_sub(at).min(Dec::SCALE);
    // Rounding may carry into the next form: 59.96 seconds are 1m 00s.
    let fine = size.round(digits(0) + 1);
    if fine < minute {
        return text!("{seconds}s", seconds = format!("{sign}{}", trimmed(fine, Dec::SCALE)));
    }
    let whole = size.round(digits(0));
    if whole < hour {
        let (minutes, rest) = split(whole, minute);
        let (minutes, seconds) = (format!("{sign}{minutes}"), two_digits(rest, digits(0)));
        return text!("{minutes}m {seconds}s", minutes, seconds);
    }
    if finer == 0 {
        let minutes = size.round_to(minute, kpi_value::Rounding::HalfAwayFromZero);
        let (hours, rest) = split(minutes, hour);
        let (rest, _) = split(rest, minute);
        let (hours, minutes) = (format!("{sign}{}", grouped(&hours.to_string())), format!("{rest:02}"));
        return text!("{hours}h {minutes}m", hours, minutes);
    }
    let whole = size.round(digits(1));
    let (hours, rest) = split(whole, hour);
    let (minutes, rest) = split(rest, minute);
    let (hours, minutes) = (format!("{sign}{}", grouped(&hours.to_string())), format!("{minutes:02}"));
    text!("{hours}h {minutes}m {seconds}s", hours, minutes, seconds = two_digits(rest, digits(1)))
}

/// How often `step` fits whole into a number that is not negative, and the rest.
fn split(number: Dec, step: Dec) -> (i128, Dec) {
    let times = number.units() / step.units();
    (times, Dec::from_units(number.units() % step.units()).unwrap_or_default())
}

fn two_digits(seconds: Dec, digits: u32) -> String {
    let text = seconds.to_fixed(digits);
    if seconds < Dec::int(10) { format!("0{text}") } else { text }
}

/// A comma between every three digits before the point.
fn grouped(number: &str) -> String {
    let (sign, size) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = size.split_once('.').map_or((size, None), |(w, f)| (w, Some(f)));
    let mut out = String::with_capacity(number.len() + whole.len() / 3);
    out.push_str(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cny() -> Money {
        Money { code: "CNY".into(), digits: 2 }
    }

    fn quantity(value: &str, unit: &str) -> Quantity {
        Quantity { value: value.into(), unit: unit.into() }
    }

    fn one(value: &str, unit: &str) -> String {
        show_quantity(&quantity(value, unit), &cny(), Language::English)
    }

    fn pair(unit: &str, actual: &str, target: &str) -> (String, String) {
        show_pair(Some(&quantity(actual, unit)), Some(&Goal::Bound(quantity(target, unit))), &cny(), Language::English)
    }

    #[test]
    fn units() {
        let shown = [
            one("0.975", "ratio"),
            one("1", "ratio"),
            one("12.5", "ratio"),
            one("1234567.891", "number"),
            one("3000", "count"),
            one("-1234.5", "CNY"),
            one("50000", "CNY"),
            one("2026-10-03", "date"),
            one("优秀", "text"),
        ];
        assert_eq!(
            shown.join(" | "),
            "97.5% | 100% | 1,250% | 1,234,567.89 | 3,000 | -1,234.50 CNY | 50,000.00 CNY | 2026-10-03 | 优秀"
        );
    }

    #[test]
    fn durations() {
        let shown = ["0", "52.34", "59.94", "59.96", "60", "750", "3599.4", "3599.5", "3900", "86400", "-95.5", "7199"];
        let shown = shown.map(|s| one(s, "s"));
        assert_eq!(
            shown.join(" | "),
            "0s | 52.3s | 59.9s | 1m 00s | 1m 00s | 12m 30s | 59m 59s | 1h 00m | 1h 05m | 24h 00m | -1m 36s | 2h 00m"
        );
    }

    #[test]
    fn what_chinese_says_instead() {
        let one = |value: &str, unit: &str| show_quantity(&quantity(value, unit), &cny(), Language::Chinese);
        let shown = [one("52.34", "s"), one("750", "s"), one("3900", "s"), one("-95.5", "s"), one("true", "bool")];
        assert_eq!(shown.join(" | "), "52.3秒 | 12分30秒 | 1小时05分 | -1分36秒 | 是");
        let (actual, target) = (quantity("3920", "s"), Goal::Bound(quantity("3915", "s")));
        let shown = show_pair(Some(&actual), Some(&target), &cny(), Language::Chinese);
        assert_eq!(shown, ("1小时05分20秒".into(), "1小时05分15秒".into()));
    }

    #[test]
    fn as_many_digits_as_tell_actual_from_target() {
        assert_eq!(pair("ratio", "0.9796", "0.98"), ("97.96%".into(), "98%".into()));
        assert_eq!(pair("ratio", "0.97999999", "0.98"), ("97.999999%".into(), "98%".into()));
        assert_eq!(pair("ratio", "0.98", "0.980"), ("98%".into(), "98%".into()));
        assert_eq!(pair("s", "3920", "3915"), ("1h 05m 20s".into(), "1h 05m 15s".into()));
        assert_eq!(pair("s", "29.96", "30"), ("29.96s".into(), "30s".into()));
        assert_eq!(pair("CNY", "49999.999", "50000"), ("49,999.999 CNY".into(), "50,000.000 CNY".into()));
        let band = Goal::Band { from: "0.9".into(), to: "1.1".into(), unit: "ratio".into() };
        let shown = show_pair(Some(&quantity("1.10001", "ratio")), Some(&band), &cny(), Language::English);
        assert_eq!(shown, ("110.001%".into(), "90% .. 110%".into()));
    }
}
