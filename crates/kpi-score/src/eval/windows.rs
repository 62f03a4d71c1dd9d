//! Other periods and other subjects: `previous`, `growth`, `streak`, `over`, `among`.

use std::sync::Arc;

use kpi_check::model::{self, Among, AmongFunction, Back, Scope, Subject, Timing};
use kpi_plan::{STREAK_HISTORY, SpineId};
use kpi_value::{Date, Dec, Overflow};

use super::troubles::{Kind, Site};
use super::{At, Evaluator};
use crate::kernels::sample::{self, Weighted};
use crate::{Column, NOWHERE};

impl Evaluator<'_> {
    /// The spine that other periods and other members are read from: for stints that of the whole periods.
    pub(crate) fn whole_spine(&self, spine: SpineId) -> SpineId {
        let own = self.spine(spine);
        let whole = own.is_split().then(|| self.plan.spine(&own.subject));
        whole.flatten().unwrap_or(spine)
    }

    /// For each stint of a split spine the cell of its whole period.
    fn whole_cells(&self, spine: SpineId, whole: SpineId) -> Vec<Option<usize>> {
        let (own, of_whole) = (self.spine(spine), self.spine(whole));
        let places = self.wider_places(spine, whole);
        let cell = |cell: usize| of_whole.cell(own.entity(cell), places.get(own.period(cell)).copied().flatten()?);
        (0..own.cells()).map(cell).collect()
    }

    /// Where the whole period of a cell is read: the cell itself but for a stint.
    pub(crate) fn whole_cell(&self, at: At, cell: usize) -> Option<(At, usize)> {
        let spine = self.whole_spine(at.spine);
        if spine == at.spine {
            return Some((at, cell));
        }
        let own = self.spine(at.spine);
        let period = self.timeline_of(at.spine).periods.get(own.period(cell))?;
        let place = self.timeline_of(spine).place(period.index)?;
        Some((At { spine, ..at }, self.spine(spine).cell(own.entity(cell), place)?))
    }

    /// A column of whole periods for the stints in them.
    pub(super) fn take_from_whole(&self, column: Arc<Column>, spine: SpineId, whole: SpineId) -> Arc<Column> {
        if spine == whole {
            return column;
        }
        Arc::new(column.gather(self.whole_cells(spine, whole).into_iter()))
    }

    /// A column of the cells of one spine for those of another of the same subjects: for a stint the value of its whole period,
    /// for a whole period that of its last stint.
    pub(crate) fn on_spine(&self, column: &Arc<Column>, from: SpineId, to: SpineId) -> Arc<Column> {
        let (own, other) = (self.spine(from), self.spine(to));
        if own.is_split() == other.is_split() {
            return Arc::clone(column);
        }
        let (times, periods) = (self.timeline_of(from), &self.timeline_of(to).periods);
        let cell = |cell: usize| {
            let period = *periods.get(other.period(cell))?;
            let stints = own.cells_of(other.entity(cell), times.inside(period));
            stints.filter(|&cell| own.is_present(cell) && column.is_known(cell)).last()
        };
        Arc::new(column.gather((0..other.cells()).map(cell)))
    }

    /// The spine of a group's subject for the cells of another spine.
    pub(crate) fn wider_spine(&self, subject: &Subject, spine: SpineId) -> Option<SpineId> {
        let planned = self.plan.spines.get(spine.0 as usize)?;
        self.plan.spine_of(subject, planned.period, planned.mid)
    }

    /// For each stretch of time of a spine the place of the same period on another.
    fn wider_places(&self, spine: SpineId, wider: SpineId) -> Vec<Option<usize>> {
        let wider = self.timeline_of(wider);
        self.timeline_of(spine).periods.iter().map(|period| wider.place(period.index)).collect()
    }

    /// For each cell the days that it covers: of a stint its own, else those of the period on which the subject is there.
    pub(crate) fn stint_days(&self, spine: SpineId) -> Arc<Column> {
        let (own, timeline) = (self.spine(spine), self.timeline_of(spine));
        let length = |(first, last): (Date, Date)| Dec::int(i64::from(last.0) - i64::from(first.0) + 1);
        let whole = |cell: usize| timeline.days.get(own.period(cell)).copied().map(length);
        let roster = own.roster.and_then(|place| self.facts.rosters.get(place));
        let timed = roster.filter(|roster| {
            matches!(self.model.tables[roster.table].time, Timing::Stock { .. } | Timing::AsOf(_)) && !own.is_split()
        });
        let mut days: Vec<Option<Dec>> = (0..own.cells()).map(whole).collect();
        if let Some(roster) = timed {
            days.fill(None);
            for (&entity, &(from, to)) in roster.entities.iter().zip(&roster.validity) {
                for (place, &(start, end)) in timeline.days.iter().enumerate() {
                    let (first, last) = (from.map_or(start, |d| d.max(start)), to.map_or(end, |d| d.min(end)));
                    let slot = own.cell(entity as usize, place).and_then(|cell| days.get_mut(cell));
                    if let (true, Some(slot)) = (first <= last, slot) {
                        *slot = slot.unwrap_or(Dec::ZERO).add(length((first, last))).ok();
                    }
                }
            }
        }
        let there = days.into_iter().enumerate().map(|(cell, days)| days.filter(|_| own.is_present(cell)));
        Arc::new(Column::Dec(there.collect()))
    }

    /// X of the same subject in an earlier period; no data before the first period, and where the subject was not there.
    pub(crate) fn previous(&mut self, x: &model::Expr, back: Back, at: At) -> Arc<Column> {
        let whole = self.whole_spine(at.spine);
        let x = self.column(x, At { spine: whole, ..at });
        let back = match back {
            Back::Periods(n) => Back::Periods(self.faulty_shift(n)),
            Back::Year => Back::Year,
        };
        let (own, spine) = (self.spine(at.spine), self.spine(whole));
        let places = 0..self.timeline_of(whole).periods.len();
        let earlier: Vec<Option<usize>> = places.map(|place| self.earlier_place(back, whole, place)).collect();
        let before = |cell: usize| {
            let place = earlier.get(spine.period(cell)).copied().flatten()?;
            spine.cell(spine.entity(cell), place).filter(|&cell| spine.is_present(cell))
        };
        if whole == at.spine {
            return Arc::new(x.gather((0..spine.cells()).map(before)));
        }
        let wholes = self.whole_cells(at.spine, whole);
        Arc::new(x.gather((0..own.cells()).map(|cell| wholes.get(cell).copied().flatten().and_then(before))))
    }

    /// The place of an earlier period on the timeline of a spine of whole periods, as far as it is known.
    fn earlier_place(&self, back: Back, spine: SpineId, place: usize) -> Option<usize> {
        let timeline = self.timeline_of(spine);
        match back {
            Back::Periods(n) => place.checked_sub(n as usize),
            Back::Year => {
                let period = *timeline.periods.get(place)?;
                timeline.place(self.model.policy.calendar.year_before(period)?.index)
            }
        }
    }

    /// The cell of the same subject in an earlier period, of a cell of whole periods.
    pub(crate) fn earlier_cell(&self, back: Back, spine: SpineId, cell: usize) -> Option<usize> {
        let own = self.spine(spine);
        own.cell(own.entity(cell), self.earlier_place(back, spine, own.period(cell))?)
    }

    /// X ÷ previous(X) − 1; no data unless previous(X) is above 0.
    pub(crate) fn growth(&mut self, expr: &model::Expr, x: &model::Expr, at: At) -> Arc<Column> {
        let before = self.previous(x, Back::Periods(1), at);
        let now = self.column(x, at);
        self.decs(expr, at, &[&now, &before], |i| {
            let (Some(now), Some(before)) = (now.dec(i), before.dec(i).filter(|x| *x > Dec::ZERO)) else {
                return Ok(None);
            };
            now.div(before)?.map(|quotient| quotient.sub(Dec::ONE)).transpose()
        })
    }

    /// For how many periods up to this one a condition has held: a period where it is false or has no data ends the count.
    /// No data in the cell's own period is no data, and so is a streak longer than [`STREAK_HISTORY`].
    pub(crate) fn streak(&mut self, expr: &model::Expr, condition: &model::Expr, at: At) -> Arc<Column> {
        let whole = self.whole_spine(at.spine);
        let condition_of = condition;
        let condition = self.column(condition, At { spine: whole, ..at });
        let spine = self.spine(whole);
        let mut lengths: Vec<Option<u32>> = Vec::with_capacity(spine.cells());
        for cell in 0..spine.cells() {
            let before = cell.checked_sub(spine.entities()).and_then(|before| lengths.get(before).copied().flatten());
            let holds = condition.bool(cell).filter(|_| spine.is_present(cell));
            lengths.push(holds.map(|holds| if holds { before.unwrap_or(0) + 1 } else { 0 }));
        }
        if whole != at.spine {
            // A stint goes on with the whole periods before it.
            let own = self.column(condition_of, at);
            let wholes = self.whole_cells(at.spine, whole);
            let length = |cell: usize| {
                let before =
                    wholes.get(cell).copied().flatten().and_then(|c| c.checked_sub(self.spine(whole).entities()));
                let before = before.and_then(|before| lengths.get(before).copied().flatten());
                own.bool(cell).map(|holds| if holds { before.unwrap_or(0) + 1 } else { 0 })
            };
            lengths = (0..self.spine(at.spine).cells()).map(length).collect();
        }
        let told = |length: &Option<u32>| length.filter(|&length| length <= STREAK_HISTORY);
        let column = Column::Dec(lengths.iter().map(|l| told(l).map(|length| Dec::int(length.into()))).collect());
        let too_long: Vec<usize> =
            (0..lengths.len()).filter(|&cell| lengths.get(cell).is_some_and(|l| *l != told(l))).collect();
        if !too_long.is_empty() {
            self.trouble(Kind::StreakTooLong, (Site::Expr(expr.id), expr.span), at.spine, too_long);
        }
        Arc::new(column)
    }

    /// X for the group to which the subject belongs as of the period.
    pub(crate) fn over(&mut self, expr: &model::Expr, x: &model::Expr, scope: &Scope, at: At) -> Arc<Column> {
        let whole = self.whole_spine(at.spine);
        if whole != at.spine {
            let column = self.column(expr, At { spine: whole, ..at });
            return self.take_from_whole(column, at.spine, whole);
        }
        let subject = match scope {
            Scope::All => Some(Subject::All),
            Scope::Reference(path) => path.last().and_then(|c| self.model.referred(c)).map(Subject::Table),
            Scope::Dimension(path) => path.table().map(|table| Subject::Group(table, path.clone())),
        };
        let Some(wider) = subject.and_then(|subject| self.wider_spine(&subject, at.spine)) else {
            return self.not_planned(expr, at);
        };
        let x = self.column(x, At { spine: wider, ..at });
        let links = match scope {
            Scope::All => None,
            Scope::Reference(path) | Scope::Dimension(path) => Some(self.links(path, self.cells_of(at.spine))),
        };
        let (own, wider) = (self.spine(at.spine), self.spine(wider));
        let from = (0..own.cells()).map(|cell| {
            let entity = links.as_ref().map_or(Some(0), |links| links.get(cell).copied());
            let entity = entity.filter(|&entity| entity != NOWHERE && own.is_present(cell))?;
            wider.cell(entity as usize, own.period(cell)).filter(|&cell| wider.is_present(cell))
        });
        Arc::new(x.gather(from))
    }

    /// The members' own values of X, as of the period: those that agree with the subject, meet the condition and have data.
    pub(crate) fn among(&mut self, expr: &model::Expr, among: &Among, at: At) -> Arc<Column> {
        let whole = self.whole_spine(at.spine);
        if whole != at.spine {
            let column = self.column(expr, At { spine: whole, ..at });
            return self.take_from_whole(column, at.spine, whole);
        }
        let of = self.column(&among.of, at);
        let condition = among.condition.as_ref().map(|condition| self.column(condition, at));
        let groups = self.groups(&among.by, at.spine);
        let number = groups.iter().filter(|&&group| group != NOWHERE).max().map_or(0, |&last| last as usize + 1);
        let mut members: Vec<Vec<(Dec, usize)>> = vec![Vec::new(); number];
        for (cell, &group) in groups.iter().enumerate() {
            let is_member = condition.as_ref().is_none_or(|condition| condition.bool(cell) == Some(true));
            if let (true, Some(value), Some(members)) = (is_member, of.dec(cell), members.get_mut(group as usize)) {
                members.push((value, cell));
            }
        }
        let mut column = vec![None; groups.len()];
        let mut too_large = Vec::new();
        if matches!(among.function, AmongFunction::Rank | AmongFunction::Percentile | AmongFunction::Zscore) {
            for members in &mut members {
                let mut put = |cell: usize, value: Result<Option<Dec>, Overflow>| match value {
                    Ok(value) => column.get_mut(cell).into_iter().for_each(|slot| *slot = value),
                    Err(Overflow) => too_large.push(cell),
                };
                self.place(among, members, &mut put);
            }
        } else {
            let values: Vec<_> = members.iter_mut().map(|members| summary(among.function, members)).collect();
            for (cell, (slot, &group)) in column.iter_mut().zip(&*groups).enumerate() {
                match values.get(group as usize) {
                    Some(Ok(value)) => *slot = *value,
                    Some(Err(Overflow)) => too_large.push(cell),
                    None => {}
                }
            }
        }
        self.note_too_large((Site::Expr(expr.id), expr.span), at, too_large);
        Arc::new(Column::Dec(column))
    }

    /// Where each member stands in its group.
    fn place(
        &self,
        among: &Among,
        members: &mut [(Dec, usize)],
        put: &mut dyn FnMut(usize, Result<Option<Dec>, Overflow>),
    ) {
        // The best first; equal values stay in the order of the subjects.
        members.sort_by(|(a, _), (b, _)| if among.higher_is_better { b.cmp(a) } else { a.cmp(b) });
        let zscore = (among.function == AmongFunction::Zscore).then(|| {
            let mut rising: Vec<Weighted> = members.iter().map(|&(value, _)| (value, 1)).collect();
            rising.sort();
            sample::deviation(&rising)
        });
        let ties_by_order = self.breaks_ties_by_order();
        let mut better = 0;
        let mut rest: &[(Dec, usize)] = members;
        while let Some(&(value, _)) = rest.first() {
            let equal = if ties_by_order { 1 } else { rest.partition_point(|(other, _)| *other == value) };
            let (same, others) = rest.split_at(equal);
            let worse = members.len() - better - equal;
            let result = match among.function {
                AmongFunction::Rank => Ok(Some(Dec::int(better as i64 + 1))),
                AmongFunction::Percentile => Dec::int(worse as i64).div(Dec::int(members.len() as i64 - 1)),
                _ => match zscore.flatten() {
                    Some((mean, deviation)) if deviation > 0.0 => {
                        Dec::from_approximate((value.approximate() - mean) / deviation).map(Some)
                    }
                    _ => Ok(None),
                },
            };
            same.iter().for_each(|&(_, cell)| put(cell, result));
            better += equal;
            rest = others;
        }
    }
}

/// What a group comes to as a whole.
fn summary(function: AmongFunction, members: &mut [(Dec, usize)]) -> Result<Option<Dec>, Overflow> {
    members.sort();
    let sorted: Vec<Weighted> = members.iter().map(|&(value, _)| (value, 1)).collect();
    match function {
        AmongFunction::Average => sample::mean(&sorted),
        AmongFunction::Median => sample::quantile(&sorted, Dec::percent(50)),
        AmongFunction::Min => Ok(sorted.first().map(|(value, _)| *value)),
        AmongFunction::Max => Ok(sorted.last().map(|(value, _)| *value)),
        AmongFunction::Rank | AmongFunction::Percentile | AmongFunction::Zscore => Ok(None),
    }
}
