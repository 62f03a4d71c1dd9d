//! Model to plan: first what is reached from the wanted results (`walk`), then how each aggregate is read (`cubes`).

mod canonical;
mod cubes;
mod moment;
mod ranges;
mod unknown;
mod walk;

use kpi_check::model::Model;
use kpi_value::Period;

use crate::{Plan, Range, Request, RosterUse};

/// The longest streak that `streak(…)` can tell: it says no length itself, and a run must know how much history to read.
pub const STREAK_HISTORY: u32 = 12;

/// Plans how the wanted results of a policy are computed.
pub fn plan(model: &Model, request: &Request) -> Plan {
    plan_since(model, request, request.from)
}

/// As [`plan`], with all results also in the periods since an earlier one.
pub(crate) fn plan_since(model: &Model, request: &Request, earliest: Period) -> Plan {
    let wanted = request.roots.clone().closed(model);
    let mut walk = walk::Walk::new(model, request.from);
    let before = u32::try_from(request.from.index.saturating_sub(earliest.index)).unwrap_or(0);
    let history = walk.walk_roots(&wanted).saturating_add(before);
    let first = request.from.plus(-i32::try_from(history).unwrap_or(i32::MAX));
    let ranges = ranges::ranges(model, Range { first, last: request.to }, &walk.shorter);
    let first_day = ranges.iter().map(|range| model.policy.calendar.start(range.first)).min();
    let first_day = first_day.unwrap_or_else(|| model.policy.calendar.start(first));
    let mut cubes = cubes::Cubes::new(unknown::Ground { model, first_day }, &mut walk);
    let reads = cubes.place_reads();
    let left_out = cubes.count_left_out();
    let cubes = cubes.finish();
    let rosters = walk.rosters.into_iter();
    Plan {
        from: request.from,
        to: request.to,
        data_until: request.data_until.unwrap_or_else(|| model.last_day(request.to)),
        wanted,
        history,
        ranges,
        rosters: rosters.map(|(table, columns)| RosterUse { table, columns: columns.into_iter().collect() }).collect(),
        cubes,
        spines: walk.spines,
        reads,
        left_out,
    }
}
