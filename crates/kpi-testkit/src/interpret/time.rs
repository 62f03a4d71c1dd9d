//! When something is measured: periods, the shorter ones inside them, windows of several, stints of a few days.

use kpi_check::model::{TableId, Window};
use kpi_value::{Date, Period, PeriodKind, Value};

use super::{Interpreter, Who};
use crate::Row;

/// When something is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct When {
    /// The period.
    pub period: Period,
    /// As of which of its days rosters are read, and whose rows count.
    pub days: Days,
    /// How many periods before it lend their rows to its aggregates.
    pub pooled: u32,
}

/// As of which days of a period rosters are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Days {
    /// The last valid one.
    Last,
    /// The first valid one; the rows are those of the whole period all the same.
    First,
    /// The last of these days, both included, whose rows alone count.
    Stint(Date, Date),
}

impl When {
    /// A whole period, read as of its last day.
    pub fn whole(period: Period) -> When {
        When { period, days: Days::Last, pooled: 0 }
    }

    /// Another period. What lies outside of the own period knows no stints: "`previous`, windows, `growth`'s past are those
    /// of the whole period".
    pub fn at(self, period: Period) -> When {
        if period == self.period { self } else { When { period, ..self.unsplit() } }
    }

    /// The whole period, on a card that covers a stint: "`among`, `over team` are those of the whole period".
    pub fn unsplit(self) -> When {
        let days = if self.days == Days::First { Days::First } else { Days::Last };
        When { days, ..self }
    }

    /// Only the rows of the own period.
    pub fn alone(self) -> When {
        When { pooled: 0, ..self }
    }

    /// The periods whose rows count, the own one first.
    pub fn periods(self) -> impl Iterator<Item = When> {
        (0..=self.pooled as i32).map(move |n| self.alone().at(self.period.plus(-n)))
    }
}

impl Interpreter<'_> {
    /// The first and the last day.
    pub(super) fn span(&self, when: When) -> (Date, Date) {
        let calendar = &self.model.policy.calendar;
        match when.days {
            Days::Stint(from, to) => (from, to),
            Days::Last | Days::First => (calendar.start(when.period), calendar.end(when.period)),
        }
    }

    /// The day by which a period belongs to a longer one: "a week belongs whole to the month that holds its fourth day".
    pub(super) fn anchor(&self, period: Period) -> Date {
        let calendar = &self.model.policy.calendar;
        if period.kind == PeriodKind::Week { calendar.start(period).plus(3) } else { calendar.end(period) }
    }

    /// The period of another kind to which a period belongs.
    pub(super) fn belongs(&self, period: Period, kind: PeriodKind) -> Period {
        if period.kind == kind { period } else { self.model.policy.calendar.period(kind, self.anchor(period)) }
    }

    /// The period of the policy to which a period belongs.
    pub(super) fn home(&self, period: Period) -> Period {
        self.belongs(period, self.model.policy.period)
    }

    /// The shorter periods that belong to a period, in their order.
    pub(super) fn inside(&self, period: Period, kind: PeriodKind) -> Vec<Period> {
        let calendar = &self.model.policy.calendar;
        let first = calendar.period(kind, calendar.start(period));
        let last = calendar.period(kind, calendar.end(period));
        let all = (first.index..=last.index).map(|index| Period { kind, index });
        all.filter(|shorter| self.belongs(*shorter, period.kind) == period).collect()
    }

    /// The period of a kind in which a time falls.
    pub(super) fn period_of(&self, value: Option<&Value>, kind: PeriodKind) -> Option<Period> {
        match value? {
            Value::Period(period) => Some(self.belongs(*period, kind)),
            value => Some(self.model.policy.calendar.period(kind, exact_day(value)?)),
        }
    }

    /// Whether a row's time falls into a period. A time that is longer than a period inside the policy's holds on all of its days,
    /// and so in a shorter one that has some of them: the roster of April in the week that ends on May 3.
    pub(super) fn falls(&self, value: Option<&Value>, when: When) -> bool {
        let (Some(value), kind) = (value, when.period.kind) else { return false };
        match (value, exact_day(value), when.days) {
            (_, Some(day), Days::Stint(from, to)) => from <= day && day <= to,
            (Value::Period(time), ..) if kind != self.model.policy.period && length(time.kind) > length(kind) => {
                let calendar = &self.model.policy.calendar;
                calendar.start(*time) <= calendar.end(when.period) && calendar.end(*time) >= calendar.start(when.period)
            }
            _ => self.period_of(Some(value), kind) == Some(when.period),
        }
    }

    /// When a row reads what it refers to: in a stint on the row's own day, else with the period.
    pub(super) fn as_of_row(&self, table: TableId, row: &Row, when: When) -> When {
        match (when.days, self.time_of(table, row).and_then(exact_day)) {
            (Days::Stint(..), Some(day)) => When::whole(Period { kind: PeriodKind::Day, index: day.0 }),
            _ => when,
        }
    }

    /// How many periods before the own one belong to a window; none if the own one does not.
    pub(super) fn earlier(&self, window: Window, period: Period) -> Option<u32> {
        let first = match window {
            Window::Last(n) => period.index.saturating_sub(i32::try_from(n).unwrap_or(i32::MAX).saturating_sub(1)),
            Window::Since(since) => self.model.policy.calendar.period(period.kind, self.anchor(since)).index,
            Window::This(kind) => {
                let unit = self.belongs(period, kind);
                self.inside(unit, period.kind).first().map_or(period.index, |first| first.index)
            }
        };
        u32::try_from(period.index.saturating_sub(first)).ok()
    }

    /// The period of the year before that is written alike: `2026-W07` and `2025-W07`, `2026-10-03` and `2025-10-03`.
    pub(super) fn a_year_earlier(&self, period: Period) -> Option<Period> {
        let calendar = &self.model.policy.calendar;
        let written = calendar.show(period);
        let (year, rest) = written.split_at_checked(4)?;
        let earlier = year.parse::<i32>().ok()? - 1;
        calendar.parse(&format!("{earlier:04}{rest}")).ok()
    }

    /// The days that a card covers: those of its stint, else those of the period on which the subject is on the roster.
    pub(super) fn covered_days(&self, who: &Who, when: When) -> i64 {
        let (from, to) = self.span(when);
        let there = |day: &i32| match who {
            Who::Row(table, key) => self.on_roster_on(*table, key, when.period, Date(*day)),
            Who::Group(..) | Who::All => true,
        };
        (from.0..=to.0).filter(there).count() as i64
    }
}

/// The day of a date or of a wall time.
pub(super) fn exact_day(value: &Value) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        Value::DateTime(time) => Some(time.date()),
        _ => None,
    }
}

fn length(kind: PeriodKind) -> u32 {
    match kind {
        PeriodKind::Day => 1,
        PeriodKind::Week => 7,
        PeriodKind::Month => 30,
        PeriodKind::Quarter => 91,
        PeriodKind::Year => 365,
    }
}
