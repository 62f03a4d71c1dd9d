//! The place whose clocks a policy's times are read by.

use std::fmt;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Serialize, Serializer};

use crate::{Date, DateTime};

const MICROS: i64 = 1_000_000;

/// A time zone of the IANA database: `Asia/Shanghai`. The database is part of the program, so that a policy means the same on every machine.
#[derive(Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of this name, written as the database does.
    pub fn named(name: &str) -> Option<Zone> {
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        (zone.iana_name() == Some(name)).then_some(Zone(zone))
    }

    /// The names of all zones.
    pub fn names() -> Vec<String> {
        TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What its clocks show at an instant, in microseconds since 1970-01-01 00:00 UTC; none beyond the years 1 to 9999, and in the last
    /// two days of these.
    pub fn wall(&self, instant: i64) -> Option<DateTime> {
        let time = jiff::Timestamp::from_microsecond(instant).ok()?;
        let offset = i64::from(self.0.to_offset(time).seconds());
        let wall = DateTime(instant.checked_add(offset * MICROS)?);
        let (first, last) = (Date::new(1, 1, 1)?, Date::new(9999, 12, 31)?);
        (first..=last).contains(&wall.date()).then_some(wall)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// How far a clock is ahead of UTC, in microseconds, as it stands behind a time: `Z`, `UTC`, `GMT`, `+08:00`, `+0800`, `+08`, `-05:30`.
pub fn parse_offset(text: &str) -> Option<i64> {
    let text = text.trim();
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some(parts), _) => parts,
        (None, 4) => digits.split_at_checked(2)?,
        (None, _) => (digits, "00"),
    };
    let two = |text: &str, most: i64| {
        let number = text.parse::<i64>().ok().filter(|n| *n <= most)?;
        (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then_some(number)
    };
    Some(sign * (two(hours, 14)? * 3600 + two(minutes, 59)? * 60) * MICROS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i32, month: u8, day: u8, hour: i64) -> i64 {
        Date::new(year, month, day).unwrap().midnight().0 + hour * 3600 * MICROS
    }

    #[test]
    fn clocks_show_what_the_place_shows() {
        let shanghai = Zone::named("Asia/Shanghai").unwrap();
        assert_eq!(shanghai.wall(at(2026, 10, 31, 16)), Some(DateTime(at(2026, 11, 1, 0))));
        // In the nights of 2026-03-29 and 2026-10-25 the clocks of Berlin go from 2:00 to 3:00 and from 3:00 back to 2:00: at 1:00 UTC.
        let berlin = Zone::named("Europe/Berlin").unwrap();
        assert_eq!(berlin.wall(at(2026, 3, 29, 1) - 1), Some(DateTime(at(2026, 3, 29, 2) - 1)));
        assert_eq!(berlin.wall(at(2026, 3, 29, 1)), Some(DateTime(at(2026, 3, 29, 3))));
        assert_eq!(berlin.wall(at(2026, 10, 25, 1) - 1), Some(DateTime(at(2026, 10, 25, 3) - 1)));
        assert_eq!(berlin.wall(at(2026, 10, 25, 1)), Some(DateTime(at(2026, 10, 25, 2))));
        assert_eq!(shanghai.wall(at(9999, 12, 30, 15)), Some(DateTime(at(9999, 12, 30, 23))));
        assert_eq!(shanghai.wall(at(9999, 12, 31, 16)), None);
        assert_eq!(shanghai.wall(i64::MAX), None);
    }

    #[test]
    fn names_are_those_of_the_database() {
        assert_eq!(Zone::named("UTC").unwrap().name(), "UTC");
        for name in ["asia/shanghai", "Shanghai", "", "+08:00", "Asia/Peking"] {
            assert_eq!(Zone::named(name), None, "{name}");
        }
        assert!(Zone::names().iter().any(|name| name == "Asia/Shanghai"));
    }

    #[test]
    fn offsets_are_read_in_all_their_forms() {
        let hour = 3600 * MICROS;
        for (text, offset) in [
            ("Z", 0),
            ("UTC", 0),
            ("+00:00", 0),
            ("+08:00", 8 * hour),
            ("+0800", 8 * hour),
            ("+08", 8 * hour),
            (" +08:00", 8 * hour),
            ("-05:30", -5 * hour - hour / 2),
            ("+14:00", 14 * hour),
        ] {
            assert_eq!(parse_offset(text), Some(offset), "{text}");
        }
        for text in ["", "+", "+8", "+8:00", "+15:00", "+08:60", "08:00", "+08:00:00", "CST", "+０８", "+08: 0", "八"]
        {
            assert_eq!(parse_offset(text), None, "{text}");
        }
    }
}
