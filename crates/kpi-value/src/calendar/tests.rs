use super::*;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn dates_go_there_and_back() {
    for text in ["1970-01-01", "2000-02-29", "2026-10-03", "0001-01-01", "9999-12-31"] {
        assert_eq!(date(text).to_string(), text);
    }
    assert_eq!(date("1970-01-02"), Date(1));
    assert_eq!(date("1969-12-31"), Date(-1));
    for text in ["2026-02-30", "2026-13-01", "2026-2-03", "26-02-03", "2026-02-03x", "2026/02/03", "0000-01-01"] {
        assert!(text.parse::<Date>().is_err(), "{text}");
    }
}

#[test]
fn periods_are_read_as_they_are_shown() {
    let calendar = Calendar::default();
    for text in ["2026-10-03", "2026-W41", "2026-W01", "2026-W53", "2020-W53", "2026-10", "2026-Q4", "2026"] {
        let period = calendar.parse(text).unwrap();
        assert_eq!(calendar.show(period), text);
    }
    for text in ["", "26", "2026-00", "2026-13", "2026-1", "2026-Q5", "2026-W00", "2025-W53", "2026-10-32", "now"] {
        assert!(calendar.parse(text).is_err(), "{text}");
    }
}

#[test]
fn edges_of_periods() {
    let calendar = Calendar::default();
    let edges = |text: &str| {
        let period = calendar.parse(text).unwrap();
        (calendar.start(period).to_string(), calendar.end(period).to_string(), calendar.days(period))
    };
    assert_eq!(edges("2028-02"), ("2028-02-01".into(), "2028-02-29".into(), 29));
    assert_eq!(edges("2026-Q4"), ("2026-10-01".into(), "2026-12-31".into(), 92));
    assert_eq!(edges("2026"), ("2026-01-01".into(), "2026-12-31".into(), 365));
    // ISO 8601: week 1 of 2026 begins on Monday 2025-12-29.
    assert_eq!(edges("2026-W01"), ("2025-12-29".into(), "2026-01-04".into(), 7));
    assert_eq!(calendar.show(calendar.period(PeriodKind::Week, date("2026-10-04"))), "2026-W40");
    assert_eq!(calendar.show(calendar.period(PeriodKind::Week, date("2026-10-05"))), "2026-W41");
}

#[test]
fn weeks_and_years_begin_where_the_policy_says() {
    let calendar = Calendar { week_start: 6, year_start: 4 };
    let week = calendar.period(PeriodKind::Week, date("2026-10-03"));
    assert_eq!(calendar.start(week), date("2026-09-27"));
    let year = calendar.period(PeriodKind::Year, date("2026-03-31"));
    assert_eq!((calendar.show(year).as_str(), calendar.start(year)), ("2025", date("2025-04-01")));
    let quarter = calendar.parse("2026-Q1").unwrap();
    assert_eq!(calendar.start(quarter), date("2026-04-01"));
    assert_eq!(calendar.show(calendar.parse("2026-W40").unwrap()), "2026-W40");
}

#[test]
fn every_day_lies_in_its_period() {
    for calendar in [Calendar::default(), Calendar { week_start: 6, year_start: 7 }] {
        for day in date("2023-12-20").0..date("2025-01-10").0 {
            for kind in [PeriodKind::Day, PeriodKind::Week, PeriodKind::Month, PeriodKind::Quarter, PeriodKind::Year] {
                let period = calendar.period(kind, Date(day));
                assert!(calendar.start(period).0 <= day && day <= calendar.end(period).0, "{day} {kind:?}");
                assert_eq!(calendar.parse(&calendar.show(period)), Ok(period));
            }
        }
    }
}

#[test]
fn wall_times() {
    let noon = DateTime(date("2026-10-03").midnight().0 + 12 * 3_600_000_000);
    assert_eq!(noon.to_string(), "2026-10-03 12:00");
    assert_eq!(DateTime(noon.0 + 1_500_000).to_string(), "2026-10-03 12:00:01.500000");
    assert_eq!(DateTime(-1).date(), Date(-1));
}

#[test]
fn days_beyond_the_calendar_neither_wrap_nor_stop() {
    let calendar = Calendar::default();
    let last = calendar.period(PeriodKind::Month, Date::new(9999, 12, 31).unwrap());
    // December 9999 has no month after it
    assert!(calendar.start(last.plus(1)).midnight() > calendar.start(last).midnight());
    assert!(Date(i32::MIN).midnight() < Date(0).midnight());
    let far = calendar.period(PeriodKind::Week, Date(i32::MAX));
    assert!(far.index > calendar.period(PeriodKind::Week, Date(0)).index);
}

#[test]
fn the_same_period_of_the_year_before() {
    let calendar = Calendar::default();
    let before = |text: &str| calendar.year_before(calendar.parse(text).unwrap()).map(|p| calendar.show(p));
    // 2026 has 53 weeks, since its first day is a Thursday; 2025 and 2027 have 52.
    for (own, earlier) in [
        ("2026-W01", Some("2025-W01")),
        ("2026-W52", Some("2025-W52")),
        ("2026-W53", None),
        ("2027-W01", Some("2026-W01")),
        ("2027-W52", Some("2026-W52")),
        ("2026-10-03", Some("2025-10-03")),
        ("2024-02-29", None),
        ("2025-02-28", Some("2024-02-28")),
        ("2025-03-01", Some("2024-03-01")),
        ("2026-01", Some("2025-01")),
        ("2026-Q4", Some("2025-Q4")),
        ("2026", Some("2025")),
    ] {
        assert_eq!(before(own).as_deref(), earlier, "{own}");
    }
    // From a week to that of the year before there are as many as the year before has, whatever begins the week.
    for calendar in [Calendar::default(), Calendar { week_start: 6, year_start: 7 }] {
        for index in 2_600..3_200 {
            let week = Period { kind: PeriodKind::Week, index };
            let Some(earlier) = calendar.year_before(week) else { continue };
            assert!((52..=53).contains(&(index - earlier.index)), "{}", calendar.show(week));
            assert_eq!(
                calendar.show(earlier).split_once('-').unwrap().1,
                calendar.show(week).split_once('-').unwrap().1
            );
        }
    }
}
