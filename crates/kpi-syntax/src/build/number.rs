//! Numbers, dates and periods as written.

use kpi_base::codes::syntax as codes;
use kpi_base::{Diagnostic, Span, Text, text};
use kpi_value::{Date, Dec};

use super::Builder;
use crate::ast::{Number, Unit};
use crate::grammar::{Pair, Rule};

impl Builder<'_> {
    /// A number with its scale and unit applied, exactly.
    pub(super) fn number(&mut self, pair: Pair<'_>) -> Option<Number> {
        let span = self.span(&pair);
        let mut digits = "";
        let (mut factor, mut hundredths) = (1i128, 0u32);
        let mut unit = Unit::None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::yen => unit = Unit::Money(None),
                Rule::digits => digits = part.as_str(),
                Rule::scale => {
                    factor *= match part.as_str() {
                        "k" => 1_000,
                        "万" => 10_000,
                        _ => 100_000_000,
                    }
                }
                Rule::currency => {
                    if unit != Unit::None {
                        self.report(
                            Diagnostic::new(codes::UNIT, text!("a number with two units"))
                                .label(span, text!("the unit is said twice"))
                                .help(text!(
                                    "leave out one of them: a currency code stands alone, as in `5000 {code}`",
                                    code = part.as_str()
                                )),
                        );
                        return None;
                    }
                    unit = Unit::Money(Some(part.as_str().to_owned()));
                }
                Rule::unit => {
                    if unit != Unit::None {
                        self.report(
                            Diagnostic::new(codes::UNIT, text!("a number with two units"))
                                .label(span, text!("the unit is said twice"))
                                .help(text!("leave out one of them: `¥5000` or `5000元`")),
                        );
                        return None;
                    }
                    let (new, seconds) = match part.as_str() {
                        "%" => (Unit::Percent, 1),
                        "pp" => (Unit::PercentagePoint, 1),
                        "元" => (Unit::Money(None), 1),
                        "min" | "分钟" => (Unit::Duration, 60),
                        "h" | "小时" => (Unit::Duration, 3_600),
                        "d" | "天" => (Unit::Duration, 86_400),
                        _ => (Unit::Duration, 1),
                    };
                    hundredths = if matches!(new, Unit::Percent | Unit::PercentagePoint) { 2 } else { 0 };
                    factor *= seconds;
                    unit = new;
                }
                _ => {}
            }
        }
        self.dec(digits, factor, hundredths, span).map(|value| Number { value, unit })
    }

    /// `1:3`
    pub(super) fn proportion(&mut self, pair: Pair<'_>) -> Option<Number> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner().filter(|p| p.as_rule() == Rule::digits);
        let (left, right) = (parts.next()?, parts.next()?);
        let left = self.dec(left.as_str(), 1, 0, span)?;
        let right = self.dec(right.as_str(), 1, 0, span)?;
        match right.div(left) {
            Ok(Some(value)) => Some(Number { value, unit: Unit::Proportion }),
            _ => {
                self.report(
                    Diagnostic::new(codes::MALFORMED_NUMBER, text!("a ratio of nothing"))
                        .label(span, text!("its first number is 0, or it is too large"))
                        .help(text!("`1:3` is 3 to 1, that is 3")),
                );
                None
            }
        }
    }

    /// `digits × factor ÷ 10^shift`, exactly.
    pub(super) fn dec(&mut self, digits: &str, factor: i128, shift: u32, span: Span) -> Option<Dec> {
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let scale = u32::try_from(fraction.len()).ok().and_then(|n| n.checked_add(shift));
        let mantissa = format!("{whole}{fraction}").parse::<i128>().ok().and_then(|n| n.checked_mul(factor));
        let value = mantissa.zip(scale).and_then(|(units, scale)| Dec::from_scaled(units, scale));
        if value.is_none() {
            self.report(
                Diagnostic::new(codes::MALFORMED_NUMBER, text!("the number has too many digits"))
                    .label(span, text!("at most 26 digits before the point and 12 after it"))
                    .help(text!("round it to 12 digits after the point")),
            );
        }
        value
    }

    pub(super) fn date(&mut self, pair: &Pair<'_>) -> Option<Date> {
        let date = pair.as_str().trim().parse().ok();
        if date.is_none() {
            self.no_such(pair, &text!("day"));
        }
        date
    }

    /// `2026-10`, `2026-Q4`: the text, whose numbers are in range.
    pub(super) fn period(&mut self, pair: &Pair<'_>) -> Option<String> {
        let text = pair.as_str().trim();
        let tail = text.split_once('-').map_or("", |(_, tail)| tail);
        let (limit, number) = match (tail.strip_prefix('Q'), tail.strip_prefix('W')) {
            (Some(quarter), _) => (4, quarter),
            (_, Some(week)) => (53, week),
            _ => (12, tail),
        };
        if number.parse::<u8>().is_ok_and(|n| (1..=limit).contains(&n)) {
            return Some(text.to_owned());
        }
        let what = match limit {
            4 => text!("quarter"),
            53 => text!("week"),
            _ => text!("month"),
        };
        self.no_such(pair, &what);
        None
    }

    /// The first day of `from 2026-07` or `from 2026-07-15`.
    pub(super) fn first_day(&mut self, pair: &Pair<'_>) -> Option<Date> {
        if pair.as_rule() == Rule::date {
            return self.date(pair);
        }
        let text = self.period(pair)?;
        match format!("{text}-01").parse() {
            Ok(date) => Some(date),
            Err(_) => {
                let span = self.span(pair);
                self.report(
                    Diagnostic::new(codes::NO_SUCH_DATE, text!("`{text}` does not say a day or a month", text))
                        .label(span, text!("from which day?"))
                        .help(text!("write a month, `2026-07`, or a day, `2026-07-15`")),
                );
                None
            }
        }
    }

    fn no_such(&mut self, pair: &Pair<'_>, what: &Text) {
        let span = self.span(pair);
        let date = pair.as_str().trim();
        self.report(
            Diagnostic::new(codes::NO_SUCH_DATE, text!("there is no {what} `{date}`", what, date))
                .label(span, text!("not in the calendar"))
                .help(text!("days are written `2026-10-03`, months `2026-10`, quarters `2026-Q3`")),
        );
    }
}
