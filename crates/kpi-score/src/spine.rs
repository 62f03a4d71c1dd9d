//! The cells in which values are computed: entities × periods, or an entity's stints.

use std::ops::Range;
use std::sync::Arc;

use kpi_check::model::{MidPeriod, Model, Subject, TableId, Timing};
use kpi_plan::{Facts, Plan, Roster, Spine as Planned};
use kpi_value::{Calendar, Date, Period, PeriodKind, Value};
use rustc_hash::FxHashMap;

use crate::stints::{Stint, stints};

/// No row, entity or group, where a place is asked for.
pub const NOWHERE: u32 = u32::MAX;

/// The stretches of time of some spines, those of the history first: all periods of a kind that a run needs, or all
/// different stints in them.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// The kind of its periods.
    pub kind: PeriodKind,
    /// As of which day of a stretch rosters are read.
    pub mid: MidPeriod,
    /// The period of each stretch: it is the period, or a part of it.
    pub periods: Vec<Period>,
    /// The first and the last day of each stretch.
    pub days: Vec<(Date, Date)>,
    /// For each stretch the period of the policy to which it belongs whole.
    pub wholes: Vec<Period>,
    /// The place of the first one of a judged period.
    pub judged: usize,
}

/// All cells of one kind of subject.
#[derive(Clone, Debug)]
pub struct Spine {
    /// Who is measured.
    pub subject: Subject,
    /// The name of each entity: its key, a group's member, nothing for everything.
    pub keys: Vec<Arc<str>>,
    /// For each cell whether the subject is there: on the roster on any day of the period, for a row of a flow in the period
    /// into which it falls. Groups always are.
    pub present: Vec<bool>,
    /// For each cell the row of the subject's last (or first) valid day in the period; [`NOWHERE`] if it is not there, and
    /// for groups.
    pub rows: Arc<Vec<u32>>,
    /// The place of the subjects' table among the rosters; none for groups.
    pub roster: Option<usize>,
    /// The place of its timeline.
    pub timeline: usize,
    /// The first cell of a judged period.
    pub judged: usize,
    /// Of a split spine, its cells.
    stints: Option<Stints>,
}

/// The cells of a split spine, by period of the policy, entity and first day.
#[derive(Clone, Debug)]
struct Stints {
    /// For each cell its entity and its stretch.
    cells: Vec<(u32, u32)>,
    /// The cell of an entity and a stretch.
    places: FxHashMap<(u32, u32), u32>,
}

impl Timeline {
    /// The periods of a kind that a plan needs.
    pub fn new(calendar: &Calendar, plan: &Plan, kind: PeriodKind, mid: MidPeriod) -> Timeline {
        let range = plan.range(kind).map(kpi_plan::Range::indices);
        let periods: Vec<Period> = range.into_iter().flatten().map(|index| Period { kind, index }).collect();
        let days = periods.iter().map(|&p| (calendar.start(p), calendar.end(p))).collect();
        let wholes: Vec<Period> = periods.iter().map(|&p| calendar.containing(plan.from.kind, p)).collect();
        let judged = wholes.partition_point(|whole| whole.index < plan.from.index);
        Timeline { kind, mid, periods, days, wholes, judged }
    }

    /// All different stretches of stints.
    fn of_stints(plan: &Plan, stints: &[Stint]) -> Timeline {
        let mut stretches: Vec<(Period, (Date, Date))> = stints.iter().map(|s| (s.period, s.days)).collect();
        stretches.sort_by_key(|(period, days)| (period.index, *days));
        stretches.dedup();
        let periods: Vec<Period> = stretches.iter().map(|(period, _)| *period).collect();
        Timeline {
            kind: plan.from.kind,
            mid: MidPeriod::Split,
            days: stretches.into_iter().map(|(_, days)| days).collect(),
            judged: periods.partition_point(|period| period.index < plan.from.index),
            wholes: periods.clone(),
            periods,
        }
    }

    /// The place of the period with this index.
    pub fn place(&self, index: i32) -> Option<usize> {
        let first = self.periods.first()?.index;
        usize::try_from(index.checked_sub(first)?).ok().filter(|&place| place < self.periods.len())
    }

    /// The stretches that belong to a period of the policy.
    pub fn inside(&self, whole: Period) -> Range<usize> {
        let first = self.wholes.partition_point(|own| own.index < whole.index);
        first..self.wholes.partition_point(|own| own.index <= whole.index)
    }
}

/// Finds the rows in force of a roster, by its place, for each cell of a timeline and so many entities.
pub(crate) type RowsInForce<'r> = dyn FnMut(&Timeline, usize, usize) -> Arc<Vec<u32>> + 'r;

impl Spine {
    /// The cells of a spine, which begins or goes on with a timeline of the run. `rows` finds the rows of a roster in force.
    pub(crate) fn new(
        model: &Model,
        plan: &Plan,
        facts: &Facts,
        timelines: &mut Vec<Timeline>,
        planned: &Planned,
        rows: &mut RowsInForce<'_>,
    ) -> Spine {
        let place = if let Subject::Table(table) = planned.subject { plan.roster(table) } else { None };
        let roster = place.and_then(|place| facts.rosters.get(place));
        let calendar = &model.policy.calendar;
        if let (MidPeriod::Split, Some(roster)) = (planned.mid, roster) {
            return Spine::split(model, plan, timelines, planned, roster);
        }
        let old = timelines.iter().position(|t| t.kind == planned.period && t.mid == planned.mid);
        let timeline = old.unwrap_or_else(|| {
            timelines.push(Timeline::new(calendar, plan, planned.period, planned.mid));
            timelines.len() - 1
        });
        let Some(times) = timelines.get(timeline) else { return Spine::of_groups(planned, Vec::new(), 0, (0, 0)) };
        let stretches = (times.periods.len(), times.judged);
        match &planned.subject {
            Subject::All => Spine::of_groups(planned, vec![Arc::from("")], timeline, stretches),
            Subject::Group(_, path) => {
                let dimension = path.last().map(|c| model.column(c).ty);
                let members = match dimension {
                    Some(kpi_check::model::Type::Member(dimension)) => model.dimensions[dimension].members.as_slice(),
                    _ => &[],
                };
                let keys = members.iter().map(|m| Arc::from(m.name.as_str())).collect();
                Spine::of_groups(planned, keys, timeline, stretches)
            }
            Subject::Table(_) => {
                let Some((place, roster)) = place.zip(roster) else {
                    return Spine::of_groups(planned, Vec::new(), timeline, stretches);
                };
                let rows = rows(times, timeline, place);
                Spine {
                    subject: planned.subject.clone(),
                    keys: roster.keys.clone(),
                    present: present(model, times, roster, &rows),
                    judged: times.judged * roster.keys.len(),
                    rows,
                    roster: Some(place),
                    timeline,
                    stints: None,
                }
            }
        }
    }

    fn of_groups(planned: &Planned, keys: Vec<Arc<str>>, timeline: usize, (periods, judged): (usize, usize)) -> Spine {
        Spine {
            subject: planned.subject.clone(),
            present: vec![true; keys.len() * periods],
            rows: Arc::new(vec![NOWHERE; keys.len() * periods]),
            roster: None,
            timeline,
            judged: judged * keys.len(),
            stints: None,
            keys,
        }
    }

    fn split(model: &Model, plan: &Plan, timelines: &mut Vec<Timeline>, planned: &Planned, roster: &Roster) -> Spine {
        let all = plan.range(plan.from.kind).into_iter().flat_map(kpi_plan::Range::indices);
        let periods: Vec<Period> = all.map(|index| Period { kind: plan.from.kind, index }).collect();
        let found = stints(model, &periods, roster);
        let timeline = Timeline::of_stints(plan, &found);
        let stretches: FxHashMap<(Period, (Date, Date)), u32> =
            timeline.periods.iter().copied().zip(timeline.days.iter().copied()).zip(0..).collect();
        let place = |stint: &Stint| stretches.get(&(stint.period, stint.days)).copied().unwrap_or(NOWHERE);
        let cells: Vec<(u32, u32)> = found.iter().map(|stint| (stint.entity, place(stint))).collect();
        timelines.push(timeline);
        Spine {
            subject: planned.subject.clone(),
            keys: roster.keys.clone(),
            present: vec![true; cells.len()],
            rows: Arc::new(found.iter().map(|stint| stint.row).collect()),
            roster: plan.roster(roster.table),
            timeline: timelines.len() - 1,
            judged: found.partition_point(|stint| stint.period.index < plan.from.index),
            stints: Some(Stints { places: cells.iter().copied().zip(0..).collect(), cells }),
        }
    }

    /// The table of its subjects; none for groups.
    pub fn table(&self) -> Option<TableId> {
        if let Subject::Table(table) = self.subject { Some(table) } else { None }
    }

    /// Whether its cells are stints.
    pub fn is_split(&self) -> bool {
        self.stints.is_some()
    }

    /// How many entities there are.
    pub fn entities(&self) -> usize {
        self.keys.len()
    }

    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.present.len()
    }

    /// The cell of an entity in the stretch at a place; none if it has no stint there.
    pub fn cell(&self, entity: usize, place: usize) -> Option<usize> {
        match &self.stints {
            None => {
                Some(place * self.entities() + entity).filter(|&cell| entity < self.entities() && cell < self.cells())
            }
            Some(stints) => stints.places.get(&(entity as u32, place as u32)).map(|&cell| cell as usize),
        }
    }

    /// The entity of a cell.
    pub fn entity(&self, cell: usize) -> usize {
        match &self.stints {
            None => cell % self.entities().max(1),
            Some(stints) => stints.cells.get(cell).map_or(0, |(entity, _)| *entity as usize),
        }
    }

    /// The place of a cell's stretch in its timeline.
    pub fn period(&self, cell: usize) -> usize {
        match &self.stints {
            None => cell / self.entities().max(1),
            Some(stints) => stints.cells.get(cell).map_or(0, |(_, place)| *place as usize),
        }
    }

    /// The cells of an entity in some stretches, in their order.
    pub fn cells_of(&self, entity: usize, places: Range<usize>) -> impl Iterator<Item = usize> {
        places.filter_map(move |place| self.cell(entity, place))
    }

    /// Whether the subject of a cell is there in its period.
    pub fn is_present(&self, cell: usize) -> bool {
        self.present.get(cell).copied().unwrap_or(false)
    }
}

/// For each cell whether the subject is there. What a flow tells of is there in the period in which it happened, and
/// references find it whenever that was.
fn present(model: &Model, timeline: &Timeline, roster: &Roster, rows: &[u32]) -> Vec<bool> {
    let Timing::Flow(time) = model.tables[roster.table].time else {
        return rows.iter().map(|&row| row != NOWHERE).collect();
    };
    let calendar = &model.policy.calendar;
    let place = |value: &Value| timeline.place(calendar.period(timeline.kind, day_of(calendar, value)?).index);
    let times = roster.column(time).map(|column| &column.values);
    let entities = roster.keys.len().max(1);
    let is_present = |(cell, &row): (usize, &u32)| {
        let time = times.and_then(|times| times.get(row as usize)?.as_ref());
        time.and_then(place) == Some(cell / entities)
    };
    rows.iter().enumerate().map(is_present).collect()
}

/// The day on which a time falls; the last one of a period.
pub(crate) fn day_of(calendar: &Calendar, value: &Value) -> Option<Date> {
    match value {
        Value::Date(day) => Some(*day),
        Value::DateTime(time) => Some(time.date()),
        Value::Period(period) => Some(calendar.end(*period)),
        _ => None,
    }
}

/// For each entity of a roster and stretch of a timeline the row of the last valid day in it, or of the first.
pub(crate) fn rows_in_force(roster: &Roster, timeline: &Timeline) -> Vec<u32> {
    let entities = roster.keys.len();
    let first = timeline.mid == MidPeriod::First;
    let mut rows = vec![NOWHERE; entities * timeline.periods.len()];
    let mut days = vec![Date(i32::MIN); rows.len()];
    for (row, (&entity, &(from, to))) in roster.entities.iter().zip(&roster.validity).enumerate() {
        for (period, &(start, end)) in timeline.days.iter().enumerate() {
            let last_day = to.map_or(end, |to| to.min(end));
            if last_day < start || from.is_some_and(|from| from > last_day) {
                continue;
            }
            let cell = period * entities + entity as usize;
            let own = if first { from.map_or(start, |from| from.max(start)) } else { last_day };
            if let (Some(slot), Some(day)) = (rows.get_mut(cell), days.get_mut(cell))
                && (*slot == NOWHERE || if first { own < *day } else { own >= *day })
            {
                (*slot, *day) = (row as u32, own);
            }
        }
    }
    rows
}
