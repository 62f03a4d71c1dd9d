//! Dates, and the periods into which a policy cuts time.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use serde::{Deserialize, Serialize};

use crate::{Dec, Overflow};

/// A day of the Gregorian calendar, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date(pub i32);

/// A wall time, as microseconds since 1970-01-01 00:00 on the policy's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DateTime(pub i64);

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// One day.
    Day,
    /// Seven days from the calendar's first day of the week.
    Week,
    /// A calendar month.
    Month,
    /// Three months of the fiscal year.
    Quarter,
    /// A fiscal year.
    Year,
}

/// One period: the `index`-th of its kind. Neighbours differ by 1.
///
/// A day is counted since 1970-01-01, a week since the one that holds that day, a month as `year × 12 + month − 1`, a
/// quarter as `fiscal year × 4 + quarter − 1`, a year as itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    /// How long it is.
    pub kind: PeriodKind,
    /// Which one it is.
    pub index: i32,
}

/// Where a policy's weeks and years begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Calendar {
    /// The first day of the week, 0 for Monday to 6 for Sunday.
    pub week_start: u8,
    /// The first month of the fiscal year, 1 to 12. A fiscal year bears the number of the calendar year in which it begins.
    pub year_start: u8,
}

/// A text is no period: the forms are `2026-10-03`, `2026-W41`, `2026-10`, `2026-Q4` and `2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a period; write a month as 2026-10, a quarter as 2026-Q4, a year as 2026, a week as 2026-W41 or a day as 2026-10-03"
)]
pub struct ParsePeriodError;

impl Date {
    /// 0001-01-01, the first day there is.
    pub const FIRST: Date = Date(-719_162);

    /// 9999-12-31, the last day there is.
    pub const LAST: Date = Date(2_932_896);

    /// The day `year-month-day`, if there is one; years 1 to 9999.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Date> {
        let year = i16::try_from(year).ok().filter(|y| (1..=9999).contains(y))?;
        let date = civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        Some(Date::from_civil(date))
    }

    /// Year, month and day of the month.
    pub fn ymd(self) -> (i32, u8, u8) {
        let date = self.civil();
        (i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7).unsigned_abs() as u8
    }

    /// The day `days` later.
    pub const fn plus(self, days: i32) -> Date {
        Date(self.0.saturating_add(days))
    }

    /// The day a duration later, counted in whole days.
    ///
    /// # Errors
    /// [`Overflow`] outside of the years 1 to 9999.
    pub fn later(self, duration: Dec) -> Result<Date, Overflow> {
        self.moved(whole_days(duration)?)
    }

    /// The day a duration earlier, counted in whole days.
    ///
    /// # Errors
    /// [`Overflow`] outside of the years 1 to 9999.
    pub fn earlier(self, duration: Dec) -> Result<Date, Overflow> {
        self.moved(-whole_days(duration)?)
    }

    fn moved(self, days: i64) -> Result<Date, Overflow> {
        let day = i64::from(self.0) + days;
        let in_range = (i64::from(Self::FIRST.0)..=i64::from(Self::LAST.0)).contains(&day);
        i32::try_from(day).ok().filter(|_| in_range).map(Date).ok_or(Overflow)
    }

    /// Midnight at the start of the day.
    pub const fn midnight(self) -> DateTime {
        DateTime((self.0 as i64).saturating_mul(DateTime::DAY))
    }

    /// Days beyond jiff's years −9999 to 9999 are shown as the nearest it knows.
    fn civil(self) -> civil::Date {
        let epoch = civil::date(1970, 1, 1);
        let span = jiff::Span::new().try_days(self.0);
        let edge = if self.0 < 0 { civil::Date::MIN } else { civil::Date::MAX };
        span.and_then(|span| epoch.checked_add(span)).unwrap_or(edge)
    }

    fn from_civil(date: civil::Date) -> Date {
        let span = civil::date(1970, 1, 1).until(date).map(|span| span.get_days());
        Date(span.unwrap_or_default())
    }
}

/// A microsecond, in the smallest units of a number of seconds.
const MICRO: i128 = Dec::UNITS / 1_000_000;

fn whole_micros(duration: Dec) -> i128 {
    duration.units().div_euclid(MICRO)
}

/// How many whole days a duration has, at most those of 9999 years.
fn whole_days(duration: Dec) -> Result<i64, Overflow> {
    let days = duration.whole_times(Dec::int(86_400)).ok_or(Overflow)?.units() / Dec::UNITS;
    i32::try_from(days).map(i64::from).map_err(|_| Overflow)
}

impl DateTime {
    /// Microseconds of a day.
    pub const DAY: i64 = 86_400_000_000;

    /// The time a duration later, counted in whole microseconds.
    ///
    /// # Errors
    /// [`Overflow`] outside of the years 1 to 9999.
    pub fn later(self, duration: Dec) -> Result<DateTime, Overflow> {
        self.moved(whole_micros(duration))
    }

    /// The time a duration earlier, counted in whole microseconds.
    ///
    /// # Errors
    /// [`Overflow`] outside of the years 1 to 9999.
    pub fn earlier(self, duration: Dec) -> Result<DateTime, Overflow> {
        self.moved(-whole_micros(duration))
    }

    fn moved(self, micros: i128) -> Result<DateTime, Overflow> {
        let time = i64::try_from(i128::from(self.0).checked_add(micros).ok_or(Overflow)?).map_err(|_| Overflow)?;
        let time = DateTime(time);
        let in_range = time >= Date::FIRST.midnight() && time < Date(Date::LAST.0 + 1).midnight();
        in_range.then_some(time).ok_or(Overflow)
    }

    /// How long after another time it is, in seconds.
    pub fn since(self, other: DateTime) -> Dec {
        let micros = i128::from(self.0) - i128::from(other.0);
        Dec::from_units(micros * MICRO).unwrap_or_default()
    }

    /// The day it falls on.
    pub const fn date(self) -> Date {
        Date(self.0.div_euclid(Self::DAY) as i32)
    }

    /// Hour, minute, second and microsecond of the day.
    pub const fn clock(self) -> (u8, u8, u8, u32) {
        let micros = self.0.rem_euclid(Self::DAY);
        let seconds = micros / 1_000_000;
        ((seconds / 3600) as u8, (seconds / 60 % 60) as u8, (seconds % 60) as u8, (micros % 1_000_000) as u32)
    }
}

impl Default for Calendar {
    fn default() -> Calendar {
        Calendar { week_start: 0, year_start: 1 }
    }
}

impl Calendar {
    /// The period of the given kind that holds the day.
    pub fn period(&self, kind: PeriodKind, date: Date) -> Period {
        let (year, month, _) = date.ymd();
        let months = year * 12 + i32::from(month) - 1;
        let fiscal = months - (i32::from(self.year_start) - 1);
        let index = match kind {
            PeriodKind::Day => date.0,
            PeriodKind::Week => date.0.saturating_add(self.week_shift()).div_euclid(7),
            PeriodKind::Month => months,
            PeriodKind::Quarter => fiscal.div_euclid(3),
            PeriodKind::Year => fiscal.div_euclid(12),
        };
        Period { kind, index }
    }

    /// The first day of the period.
    pub fn start(&self, period: Period) -> Date {
        let fiscal = i32::from(self.year_start) - 1;
        let month = |months: i32| {
            let month = u8::try_from(months.rem_euclid(12) + 1).unwrap_or(1);
            Date::new(months.div_euclid(12), month, 1).unwrap_or(Date(if months < 0 { i32::MIN } else { i32::MAX }))
        };
        match period.kind {
            PeriodKind::Day => Date(period.index),
            PeriodKind::Week => Date(period.index.saturating_mul(7).saturating_sub(self.week_shift())),
            PeriodKind::Month => month(period.index),
            PeriodKind::Quarter => month(period.index.saturating_mul(3).saturating_add(fiscal)),
            PeriodKind::Year => month(period.index.saturating_mul(12).saturating_add(fiscal)),
        }
    }

    /// The last day of the period.
    pub fn end(&self, period: Period) -> Date {
        self.start(period.plus(1)).plus(-1)
    }

    /// How many days the period has.
    pub fn days(&self, period: Period) -> i32 {
        self.start(period.plus(1)).0.saturating_sub(self.start(period).0)
    }

    /// The day that says to which longer period one belongs: the fourth of a week, the last of any other.
    pub fn deciding_day(&self, period: Period) -> Date {
        match period.kind {
            PeriodKind::Week => self.start(period).plus(3),
            _ => self.end(period),
        }
    }

    /// The period of another kind to which this one belongs as a whole: a week to that of its fourth day, any other to
    /// that in which it ends.
    pub fn containing(&self, kind: PeriodKind, period: Period) -> Period {
        self.period(kind, self.deciding_day(period))
    }

    /// The first and the last period of a shorter kind that belong to this one; none if none does, as of a day's weeks.
    pub fn parts(&self, period: Period, kind: PeriodKind) -> Option<(Period, Period)> {
        let first = self.period(kind, self.start(period));
        let last = self.period(kind, self.end(period));
        let belongs = |part: &Period| self.containing(period.kind, *part) == period;
        let first = [first, first.plus(1)].into_iter().find(belongs)?;
        let last = [last, last.plus(-1)].into_iter().find(belongs)?;
        Some((first, last))
    }

    /// The same period of the year before: the month or quarter of its name, the week of its number, the day of its date. A
    /// year without a week 53 and without 29 February has none.
    pub fn year_before(&self, period: Period) -> Option<Period> {
        match period.kind {
            PeriodKind::Day => {
                let (year, month, day) = self.start(period).ymd();
                Date::new(year - 1, month, day).map(|date| self.period(PeriodKind::Day, date))
            }
            PeriodKind::Week => {
                let fourth = |week: Period| self.start(week).plus(3);
                let year = fourth(period).ymd().0;
                let first = |year: i32| Date::new(year, 1, 4).map(|date| self.period(PeriodKind::Week, date));
                let earlier = first(year - 1)?.plus(period.index - first(year)?.index);
                (fourth(earlier).ymd().0 == year - 1).then_some(earlier)
            }
            PeriodKind::Month => Some(period.plus(-12)),
            PeriodKind::Quarter => Some(period.plus(-4)),
            PeriodKind::Year => Some(period.plus(-1)),
        }
    }

    /// How the period is written; a week by the year that holds its fourth day.
    pub fn show(&self, period: Period) -> String {
        let (year, month, day) = self.start(period).ymd();
        match period.kind {
            PeriodKind::Day => format!("{year:04}-{month:02}-{day:02}"),
            PeriodKind::Week => {
                let fourth = self.start(period).plus(3);
                let year = fourth.ymd().0;
                let first = Date::new(year, 1, 1).unwrap_or(fourth);
                format!("{year:04}-W{:02}", (fourth.0 - first.0) / 7 + 1)
            }
            PeriodKind::Month => format!("{year:04}-{month:02}"),
            PeriodKind::Quarter => format!("{:04}-Q{}", period.index.div_euclid(4), period.index.rem_euclid(4) + 1),
            PeriodKind::Year => format!("{:04}", period.index),
        }
    }

    /// Reads what [`Calendar::show`] writes.
    ///
    /// # Errors
    /// [`ParsePeriodError`] if the text has none of the forms, or names a month or week that does not exist.
    pub fn parse(&self, text: &str) -> Result<Period, ParsePeriodError> {
        let year = |text: &str| {
            let digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse::<i32>().ok()).flatten().filter(|&y| y > 0).ok_or(ParsePeriodError)
        };
        let Some((head, tail)) = text.split_once('-') else {
            return Ok(Period { kind: PeriodKind::Year, index: year(text)? });
        };
        let head = year(head)?;
        if let Some(quarter) = tail.strip_prefix('Q') {
            let quarter = quarter.parse::<i32>().ok().filter(|q| (1..=4).contains(q)).ok_or(ParsePeriodError)?;
            return Ok(Period { kind: PeriodKind::Quarter, index: head * 4 + quarter - 1 });
        }
        if let Some(week) = tail.strip_prefix('W') {
            let week = week.parse::<i32>().ok().filter(|w| (1..=53).contains(w)).ok_or(ParsePeriodError)?;
            // The fourth of January always lies in the week whose fourth day is the year's first one of its weekday.
            let first = self.period(PeriodKind::Week, Date::new(head, 1, 4).ok_or(ParsePeriodError)?);
            let period = first.plus(week - 1);
            return if self.show(period) == text { Ok(period) } else { Err(ParsePeriodError) };
        }
        if text.len() == 10 {
            let date = text.parse::<Date>()?;
            return Ok(self.period(PeriodKind::Day, date));
        }
        let month = Some(tail).filter(|t| t.len() == 2).and_then(|t| t.parse::<i32>().ok());
        let month = month.filter(|m| (1..=12).contains(m)).ok_or(ParsePeriodError)?;
        Ok(Period { kind: PeriodKind::Month, index: head * 12 + month - 1 })
    }

    /// Days from the week's first day to the Thursday of 1970-01-01.
    fn week_shift(&self) -> i32 {
        (3 - i32::from(self.week_start)).rem_euclid(7)
    }
}

impl Period {
    /// The period `n` later, of the same kind.
    pub const fn plus(self, n: i32) -> Period {
        Period { kind: self.kind, index: self.index.saturating_add(n) }
    }
}

impl PeriodKind {
    /// Its word in the language.
    pub const fn word(self) -> &'static str {
        match self {
            PeriodKind::Day => "day",
            PeriodKind::Week => "week",
            PeriodKind::Month => "month",
            PeriodKind::Quarter => "quarter",
            PeriodKind::Year => "year",
        }
    }
}

impl FromStr for Date {
    type Err = ParsePeriodError;

    /// Reads `2026-10-03`.
    fn from_str(text: &str) -> Result<Date, ParsePeriodError> {
        let mut parts = text.split('-');
        let mut next = |width: usize| {
            let part = parts.next().filter(|p| p.len() == width && p.bytes().all(|b| b.is_ascii_digit()));
            part.and_then(|p| p.parse::<i32>().ok()).ok_or(ParsePeriodError)
        };
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        if parts.next().is_some() {
            return Err(ParsePeriodError);
        }
        let small = |n: i32| u8::try_from(n).map_err(|_| ParsePeriodError);
        Date::new(year, small(month)?, small(day)?).ok_or(ParsePeriodError)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for DateTime {
    /// `2026-10-03 20:00`, with seconds and a fraction only where they are not 0.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second, micros) = self.clock();
        write!(f, "{} {hour:02}:{minute:02}", self.date())?;
        if second != 0 || micros != 0 {
            write!(f, ":{second:02}")?;
        }
        if micros != 0 {
            write!(f, ".{micros:06}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
