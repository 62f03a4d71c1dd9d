//! A run in stages: what is judged by one kind of period is planned, answered and scored by itself.
//!
//! A policy judges by its own period, and single cards, incentives and rules may have another one: a quarterly card beside monthly ones. Each
//! kind of period makes a stage, with its own plan over the same exports. Stages of shorter periods come first: the cards of a longer
//! one may be rolled up from theirs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use kpi_check::model::{Line, LineKind, Model, ScorecardId};
use kpi_value::{Calendar, Date, Period, PeriodKind};

use crate::{Plan, Request, Roots, planner};

/// What is judged by one kind of period.
#[derive(Clone, Debug)]
pub struct Stage<'m> {
    /// The policy, with this kind of period as its own.
    pub model: Cow<'m, Model>,
    /// How its part of the run is computed.
    pub plan: Plan,
    /// Whether its results are wanted by themselves, and not only rolled up into longer ones.
    pub wanted: bool,
}

/// The first and the last period judged of each kind.
pub type Judged = BTreeMap<PeriodKind, (Period, Period)>;

/// The periods of every kind in use that end inside of a range of periods: those of the quarter for its last month.
pub fn judged_inside(model: &Model, from: Period, to: Period) -> Judged {
    let calendar = &model.policy.calendar;
    let kinds = model.judged_kinds().into_iter();
    kinds.filter_map(|kind| Some((kind, ending_inside(calendar, kind, from, to)?))).collect()
}

fn ending_inside(calendar: &Calendar, kind: PeriodKind, from: Period, to: Period) -> Option<(Period, Period)> {
    if kind <= from.kind {
        return Some((parts(calendar, from, kind)?.0, parts(calendar, to, kind)?.1));
    }
    let (mut first, mut last) = (calendar.containing(kind, from), calendar.containing(kind, to));
    let end = |period: Period| parts(calendar, period, from.kind).map_or(i32::MAX, |(_, last)| last.index);
    if end(first) < from.index {
        first = first.plus(1);
    }
    if end(last) > to.index {
        last = last.plus(-1);
    }
    (first.index <= last.index).then_some((first, last))
}

/// The first and the last period of a kind inside a period of the same kind or a longer one.
fn parts(calendar: &Calendar, period: Period, kind: PeriodKind) -> Option<(Period, Period)> {
    if period.kind == kind { Some((period, period)) } else { calendar.parts(period, kind) }
}

/// The stages of a run, those of shorter periods first. A kind of which no period is judged makes one only where cards are rolled up from
/// it.
pub fn stages<'m>(model: &'m Model, judged: &Judged, data_until: Option<Date>, roots: &Roots) -> Vec<Stage<'m>> {
    let calendar = &model.policy.calendar;
    let mut stages: Vec<Stage<'m>> = Vec::new();
    let mut needed: BTreeMap<PeriodKind, (BTreeSet<ScorecardId>, Period, Period)> = BTreeMap::new();
    let kinds: BTreeSet<PeriodKind> = model.judged_kinds().into_iter().chain(judged.keys().copied()).collect();
    for kind in kinds.into_iter().rev() {
        let (own, rolled) = (judged.get(&kind), needed.remove(&kind));
        let mut roots = if own.is_some() { roots.of_kind(model, kind) } else { Roots::default() };
        let Some((mut from, mut to)) = own.copied().or(rolled.as_ref().map(|(_, _, last)| (*last, *last))) else {
            continue;
        };
        let mut earliest = from;
        if let Some((cards, first, last)) = rolled {
            roots.scorecards.extend(cards);
            to = if last.index > to.index { last } else { to };
            earliest = if first.index < earliest.index { first } else { earliest };
            from = if own.is_none() { to } else { from };
        }
        let model = model.judged_by(kind);
        let plan = planner::plan_since(&model, &Request { from, to, data_until, roots }, earliest);
        let first = plan.from.plus(-i32::try_from(plan.history).unwrap_or(i32::MAX));
        for card in plan.wanted.scorecards.iter().flat_map(|card| rolled_cards(&model.scorecards[*card].lines)) {
            let shorter = model.scorecards[card].period;
            let (Some((first, _)), Some((_, last))) =
                (parts(calendar, first, shorter), parts(calendar, plan.to, shorter))
            else {
                continue;
            };
            let slot = needed.entry(shorter).or_insert_with(|| (BTreeSet::new(), first, last));
            slot.0.insert(card);
            slot.1 = if first.index < slot.1.index { first } else { slot.1 };
            slot.2 = if last.index > slot.2.index { last } else { slot.2 };
        }
        stages.push(Stage { model, plan, wanted: own.is_some() });
    }
    stages.reverse();
    stages
}

impl Stage<'_> {
    /// Whether a card of it rolls up cards of shorter periods.
    pub fn rolls_up(&self) -> bool {
        self.plan.wanted.scorecards.iter().any(|card| !rolled_cards(&self.model.scorecards[*card].lines).is_empty())
    }
}

/// The cards of shorter periods that lines roll up.
fn rolled_cards(lines: &[Line]) -> Vec<ScorecardId> {
    let of_line = |line: &Line| match &line.kind {
        LineKind::Card(card) if line.rolled.is_some() => vec![*card],
        LineKind::Group { lines, .. } => rolled_cards(lines),
        _ => Vec::new(),
    };
    lines.iter().flat_map(of_line).collect()
}
