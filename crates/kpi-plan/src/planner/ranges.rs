//! Which periods of each kind are needed.

use std::collections::BTreeMap;

use kpi_check::model::Model;
use kpi_value::PeriodKind;

use crate::Range;

/// The ranges of all kinds in use: of each shorter kind the periods that belong to those of the policy, and so many before
/// them. Days, which cubes are grouped by wherever a period may be cut, are those of all other ranges.
pub(super) fn ranges(model: &Model, whole: Range, shorter: &BTreeMap<PeriodKind, u32>) -> Vec<Range> {
    let calendar = &model.policy.calendar;
    let mut ranges = Vec::new();
    for (&kind, &before) in shorter {
        let Some((first, last)) = calendar.parts(whole.first, kind).zip(calendar.parts(whole.last, kind)) else {
            continue;
        };
        let before = i32::try_from(before).unwrap_or(i32::MAX);
        ranges.push(Range { first: first.0.plus(before.saturating_neg()), last: last.1 });
    }
    ranges.push(whole);
    let first = ranges.iter().map(|range| calendar.start(range.first)).min();
    let last = ranges.iter().map(|range| calendar.end(range.last)).max();
    if whole.first.kind != PeriodKind::Day
        && let Some((first, last)) = first.zip(last)
    {
        let day = |date| calendar.period(PeriodKind::Day, date);
        ranges.retain(|range| range.first.kind != PeriodKind::Day);
        ranges.insert(0, Range { first: day(first), last: day(last) });
    }
    // Whether a table has rows is asked of a longer period than is judged.
    let expected = model.policy.rows_expected();
    if expected > whole.first.kind {
        let containing = |period| calendar.containing(expected, period);
        ranges.push(Range { first: containing(whole.first), last: containing(whole.last) });
    }
    ranges
}
