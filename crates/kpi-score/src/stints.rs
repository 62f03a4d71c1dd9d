//! Stints: the parts into which a change of its attributes cuts a subject's period.

use kpi_check::model::{Model, Timing};
use kpi_plan::{Roster, RosterColumn};
use kpi_value::{Date, Period};

use crate::spine::day_of;

/// The longest run of days of a period on which an entity's row says the same in every column that was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stint {
    /// The period that it is a part of.
    pub period: Period,
    /// Whose.
    pub entity: u32,
    /// Its first and its last day.
    pub days: (Date, Date),
    /// The row of its last day.
    pub row: u32,
}

/// The stints of all entities of a roster, by period, entity and first day. A gap between rows ends one; rows that differ
/// only in when they hold do not.
pub(crate) fn stints(model: &Model, periods: &[Period], roster: &Roster) -> Vec<Stint> {
    let (calendar, time) = (&model.policy.calendar, model.tables[roster.table].time);
    let says = |column: &&RosterColumn| match time {
        Timing::Timeless | Timing::Flow(_) => true,
        Timing::AsOf(time) => column.index != time,
        Timing::Stock { from, to } => column.index != from && column.index != to,
    };
    // Rows that are not valid by days say one thing in the whole period: the last of them.
    let cuts = matches!(time, Timing::Stock { .. });
    let columns: Vec<&RosterColumn> = roster.columns.iter().filter(says).collect();
    let same = |a: u32, b: u32| columns.iter().all(|c| c.values.get(a as usize) == c.values.get(b as usize));
    let mut stints: Vec<Stint> = Vec::new();
    for &period in periods {
        let (start, end) = (calendar.start(period), calendar.end(period));
        for (row, (&entity, &(from, to))) in (0u32..).zip(roster.entities.iter().zip(&roster.validity)) {
            let mut days = (from.map_or(start, |from| from.max(start)), to.map_or(end, |to| to.min(end)));
            if let Timing::Flow(time) = time {
                let value = roster.column(time).and_then(|column| column.values.get(row as usize)?.as_ref());
                let inside = value.and_then(|v| day_of(calendar, v)).is_some_and(|day| start <= day && day <= end);
                if !inside {
                    continue;
                }
            }
            if !cuts {
                if days.0 > days.1 {
                    continue;
                }
                days = (start, end);
                if let Some(last) = stints.last_mut().filter(|last| last.period == period && last.entity == entity) {
                    last.row = row;
                    continue;
                }
            }
            match stints.last_mut().filter(|last| last.period == period && last.entity == entity) {
                Some(last) if last.days.1.plus(1) == days.0 && days.0 <= days.1 && same(last.row, row) => {
                    (last.days.1, last.row) = (days.1, row);
                    continue;
                }
                // Where rows overlap, the later one holds from its first day on.
                Some(last) if days.0 <= last.days.1 && days.0 > last.days.0 => last.days.1 = days.0.plus(-1),
                Some(last) if days.0 <= last.days.1 => days.0 = last.days.1.plus(1),
                _ => {}
            }
            if days.0 <= days.1 {
                stints.push(Stint { period, entity, days, row });
            }
        }
    }
    stints
}
