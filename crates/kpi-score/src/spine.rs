//! The cells in which values are computed: entities × periods.

use std::sync::Arc;

use kpi_check::model::{Model, Subject, Timing};
use kpi_plan::{Facts, Plan, Roster};
use kpi_value::{Calendar, Date, Period, Value};

/// No row, entity or group, where a place is asked for.
pub const NOWHERE: u32 = u32::MAX;

/// The periods of a run, those of the history first.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// The periods.
    pub periods: Vec<Period>,
    /// The first and the last day of each.
    pub days: Vec<(Date, Date)>,
    /// The place of the first judged one.
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
    /// For each cell the row of the subject's last valid day in the period; [`NOWHERE`] if it is not there, and for groups.
    pub rows: Arc<Vec<u32>>,
    /// The place of the subjects' table among the rosters; none for groups.
    pub roster: Option<usize>,
}

impl Timeline {
    /// The periods of a plan.
    pub fn new(calendar: &Calendar, plan: &Plan) -> Timeline {
        let first = plan.from.plus(-i32::try_from(plan.history).unwrap_or(i32::MAX));
        let periods: Vec<Period> =
            (first.index..=plan.to.index).map(|index| Period { kind: plan.from.kind, index }).collect();
        let days = periods.iter().map(|&p| (calendar.start(p), calendar.end(p))).collect();
        Timeline { judged: periods.len().min(plan.history as usize), periods, days }
    }

    /// The place of the period with this index.
    pub fn place(&self, index: i32) -> Option<usize> {
        let first = self.periods.first()?.index;
        usize::try_from(index.checked_sub(first)?).ok().filter(|&place| place < self.periods.len())
    }
}

impl Spine {
    /// The cells of these subjects.
    pub fn new(
        model: &Model,
        plan: &Plan,
        facts: &Facts,
        timeline: &Timeline,
        rows: &[Arc<Vec<u32>>],
        subject: &Subject,
    ) -> Spine {
        let periods = timeline.periods.len();
        let group = |keys: Vec<Arc<str>>| Spine {
            subject: subject.clone(),
            present: vec![true; keys.len() * periods],
            rows: Arc::new(vec![NOWHERE; keys.len() * periods]),
            roster: None,
            keys,
        };
        match subject {
            Subject::All => group(vec![Arc::from("")]),
            Subject::Group(_, path) => {
                let dimension = path.last().map(|c| model.column(c).ty);
                let Some(kpi_check::model::Type::Member(dimension)) = dimension else { return group(Vec::new()) };
                group(model.dimensions[dimension].members.iter().map(|m| Arc::from(m.name.as_str())).collect())
            }
            Subject::Table(table) => {
                let place = plan.roster(*table);
                let found = place.and_then(|place| Some((facts.rosters.get(place)?, rows.get(place)?)));
                let Some((roster, rows)) = found else { return group(Vec::new()) };
                Spine {
                    subject: subject.clone(),
                    keys: roster.keys.clone(),
                    present: present(model, timeline, roster, rows),
                    rows: Arc::clone(rows),
                    roster: place,
                }
            }
        }
    }

    /// How many entities there are.
    pub fn entities(&self) -> usize {
        self.keys.len()
    }

    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.present.len()
    }

    /// The cell of an entity in the period at a place.
    pub fn cell(&self, entity: usize, period: usize) -> usize {
        period * self.entities() + entity
    }

    /// The entity of a cell.
    pub fn entity(&self, cell: usize) -> usize {
        cell % self.entities().max(1)
    }

    /// The place of a cell's period.
    pub fn period(&self, cell: usize) -> usize {
        cell / self.entities().max(1)
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
    let place = |value: &Value| {
        let day = match value {
            Value::Date(day) => *day,
            Value::DateTime(time) => time.date(),
            Value::Period(period) => calendar.end(*period),
            _ => return None,
        };
        timeline.place(calendar.period(model.policy.period, day).index)
    };
    let times = roster.column(time).map(|column| &column.values);
    let entities = roster.keys.len().max(1);
    let is_present = |(cell, &row): (usize, &u32)| {
        let time = times.and_then(|times| times.get(row as usize)?.as_ref());
        time.and_then(place) == Some(cell / entities)
    };
    rows.iter().enumerate().map(is_present).collect()
}

/// For each cell of a roster's entities the row of the last valid day in the period.
pub(crate) fn rows_in_force(roster: &Roster, timeline: &Timeline) -> Vec<u32> {
    let entities = roster.keys.len();
    let mut rows = vec![NOWHERE; entities * timeline.periods.len()];
    let mut last = vec![Date(i32::MIN); rows.len()];
    for (row, (&entity, &(from, to))) in roster.entities.iter().zip(&roster.validity).enumerate() {
        for (period, &(start, end)) in timeline.days.iter().enumerate() {
            let last_day = to.map_or(end, |to| to.min(end));
            if last_day < start || from.is_some_and(|from| from > last_day) {
                continue;
            }
            let cell = period * entities + entity as usize;
            if let (Some(slot), Some(day)) = (rows.get_mut(cell), last.get_mut(cell))
                && (*slot == NOWHERE || last_day >= *day)
            {
                (*slot, *day) = (row as u32, last_day);
            }
        }
    }
    rows
}
