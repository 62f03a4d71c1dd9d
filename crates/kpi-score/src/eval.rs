//! Expressions to columns.
//!
//! [`Evaluator::column`] gives the values of an expression in all cells of a spine, and keeps them. `formulas` has the
//! operators; `attributes`, `tables`, `windows` and `aggregates` what is read from rosters, `by` tables, other cells and
//! cubes; `indicators` and `scoring` what an indicator asks for and earns; `troubles` what becomes a finding.

mod aggregates;
mod attributes;
mod faulty;
mod formulas;
mod indicators;
mod parts;
mod rolled;
mod scoring;
mod several;
mod tables;
mod troubles;
mod windows;

use std::sync::Arc;

use kpi_check::model::{
    CardField, ColumnId, ExprId, IncentiveId, IndicatorId, MidPeriod, Model, Path, ScorecardId, TableId, Window,
};
use kpi_plan::{Facts, Plan, SpineId};
use kpi_value::Dec;
use rustc_hash::{FxHashMap, FxHashSet};

pub(crate) use self::formulas::narrow;
pub use self::indicators::IndicatorColumns;
pub use self::rolled::Rolled;
pub use self::scoring::Fraction;
pub(crate) use self::troubles::Site;
use self::troubles::Troubles;
use crate::cards::ShorterCards;
use crate::rollup::{Pair, PairKey, PartKey};
use crate::spine::rows_in_force;
use crate::{Column, Spine, Timeline};

/// For which cells, and in which context, an expression is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct At {
    /// The cells.
    pub spine: SpineId,
    /// Whose `score`, `attainment`, `grade`, `rank` are meant, in incentives and rules for scorecards.
    pub card: Option<ScorecardId>,
    /// Whose `actual` and `attainment` are meant, in a scoring: the indicator, and the attainment cap on its line.
    pub line: Option<(IndicatorId, Dec)>,
    /// Whether one row left out as unknown makes an aggregate no data, as in a veto.
    pub strict: bool,
    /// The periods whose rows aggregates take together, under `over last 3 months`.
    pub pooled: Option<Window>,
}

/// Computes columns, and keeps every one that it computed: the memo is the record that explanations read.
pub struct Evaluator<'a> {
    pub(crate) model: &'a Model,
    pub(crate) plan: &'a Plan,
    pub(crate) facts: &'a Facts,
    /// The stretches of time in use, the policy's periods first.
    pub(crate) timelines: Vec<Timeline>,
    pub(crate) spines: Vec<Spine>,
    /// For a timeline and a roster, for each stretch and entity the row in force.
    rows: FxHashMap<(usize, usize), Arc<Vec<u32>>>,
    columns: FxHashMap<(ExprId, At), Arc<Column>>,
    /// What is assumed of expressions instead of being computed.
    pub(crate) assumed: FxHashMap<(ExprId, SpineId), Arc<Column>>,
    applied: FxHashMap<(ExprId, At), Applied>,
    counts: FxHashMap<(ExprId, SpineId, Option<Window>), RowCounts>,
    cards: FxHashMap<(ScorecardId, CardField), OnSpine>,
    pays: FxHashMap<(IncentiveId, Option<u32>, Option<ScorecardId>), OnSpine>,
    pub(crate) actuals: FxHashMap<Reading, Arc<Column>>,
    indicators: FxHashMap<Reading, Arc<IndicatorColumns>>,
    attainments: FxHashMap<(Reading, Dec), Arc<Column>>,
    wholes: FxHashMap<(Reading, Dec), Arc<parts::Whole>>,
    pub(crate) attributes: FxHashMap<(SpineId, Path), Arc<Column>>,
    references: FxHashMap<ColumnId, Arc<Vec<u32>>>,
    links: FxHashMap<(Path, Cells), Arc<Vec<u32>>>,
    pub(crate) pairs: FxHashMap<PairKey, Arc<Vec<Pair>>>,
    /// The periods whose rows are read together just now.
    pub(crate) pooled: Option<Window>,
    pub(crate) part_counts: FxHashMap<PartKey, Arc<Vec<u64>>>,
    pub(crate) available: FxHashMap<(TableId, usize), Arc<Vec<bool>>>,
    /// The indicators whose formulas or targets are being computed, the innermost last.
    owners: Vec<IndicatorId>,
    /// The indicators whose formulas were begun.
    measured: FxHashSet<Reading>,
    /// The indicators whose targets were begun.
    judged: FxHashSet<Reading>,
    troubles: Troubles,
    /// For each indicator on a card, the cells in which a card has it.
    on_cards: FxHashMap<(IndicatorId, SpineId), Vec<bool>>,
    /// The cards of shorter periods that were scored before.
    pub(crate) shorter_cards: Arc<ShorterCards>,
    #[cfg(feature = "faults")]
    fault: Option<crate::Fault>,
}

/// An indicator as it is read: on cards and in formulas, or *strictly*, by a veto. Read strictly, every aggregate in its
/// formula, its targets and its scoring has no data where one row is unknown, as one written in the veto itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reading {
    /// The indicator.
    pub id: IndicatorId,
    /// For which cells.
    pub spine: SpineId,
    /// Whether a veto reads it.
    pub strict: bool,
}

/// From which cells a path is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cells {
    /// From every entity of the path's first table in every stretch of a timeline, by its place.
    Timeline(usize),
    /// From the stints of a split spine.
    Stints(SpineId),
}

/// A column with the spine to whose cells its values belong.
type OnSpine = (SpineId, Arc<Column>);

/// Which part of a table or curve made the value of each cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Applied {
    /// The row of a `by` table or of a `step` curve; the point at or before x of a `linear` one, or
    /// [`NOWHERE`](crate::NOWHERE) before the first.
    Rows(Arc<Vec<u32>>),
    /// The amount of each slice of a `marginal` curve.
    Slices(Arc<Vec<Column>>),
}

/// In each cell how many rows are not ripe, and the latest day until which they are not.
pub(crate) type Unripe = (Arc<Vec<u64>>, Arc<Vec<Option<kpi_value::Value>>>);

/// How many rows an aggregate took in each cell, and how many it left out as unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct RowCounts {
    /// Rows taken.
    pub rows: Arc<Vec<u64>>,
    /// Rows left out; none if there cannot be any.
    pub unknown: Option<Arc<Vec<u64>>>,
    /// Rows that the table says do not count and that would be taken else, by its exclusions.
    pub left_out: Vec<Arc<Vec<u64>>>,
    /// How many of these are not ripe, and on which day they are; none if there cannot be any.
    pub unripe: Option<Unripe>,
}

impl Reading {
    /// An indicator as cards and formulas read it.
    pub const fn plain(id: IndicatorId, spine: SpineId) -> Reading {
        Reading { id, spine, strict: false }
    }

    /// The same for other cells.
    #[must_use]
    pub const fn on(self, spine: SpineId) -> Reading {
        Reading { spine, ..self }
    }

    /// The cells in which its expressions are evaluated.
    pub(crate) const fn at(self) -> At {
        At { strict: self.strict, ..At::spine(self.spine) }
    }
}

impl At {
    /// The cells of a spine, in no other context.
    pub const fn spine(spine: SpineId) -> At {
        At { spine, card: None, line: None, strict: false, pooled: None }
    }

    /// In an incentive or a rule for a scorecard.
    #[must_use]
    pub const fn card(self, card: ScorecardId) -> At {
        At { card: Some(card), ..self }
    }

    /// In a veto.
    #[must_use]
    pub const fn strict(self) -> At {
        At { strict: true, ..self }
    }

    /// This context, and those that say less.
    fn wider(self) -> [At; 5] {
        let At { strict, pooled, .. } = self;
        let own = At::spine(self.spine);
        [self, At { strict, pooled, ..own }, At { strict, ..own }, At { pooled, ..own }, own]
    }
}

impl<'a> Evaluator<'a> {
    /// The columns computed so far, with their expressions.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (ExprId, &Column)> {
        self.columns.iter().map(|((id, _), column)| (*id, &**column))
    }

    /// An evaluator of these facts.
    pub fn new(model: &'a Model, plan: &'a Plan, facts: &'a Facts) -> Evaluator<'a> {
        let mut timelines = vec![Timeline::new(&model.policy.calendar, plan, plan.from.kind, MidPeriod::Last)];
        let mut rows: FxHashMap<(usize, usize), Arc<Vec<u32>>> = FxHashMap::default();
        let mut find = |timeline: &Timeline, place: usize, roster: usize| {
            let rows = rows.entry((place, roster)).or_insert_with(|| {
                let roster = facts.rosters.get(roster);
                Arc::new(roster.map(|roster| rows_in_force(roster, timeline)).unwrap_or_default())
            });
            Arc::clone(rows)
        };
        let spines = plan.spines.iter();
        let spines = spines.map(|s| Spine::new(model, plan, facts, &mut timelines, s, &mut find)).collect();
        Evaluator {
            model,
            plan,
            facts,
            timelines,
            spines,
            rows,
            columns: FxHashMap::default(),
            assumed: FxHashMap::default(),
            applied: FxHashMap::default(),
            counts: FxHashMap::default(),
            cards: FxHashMap::default(),
            pays: FxHashMap::default(),
            actuals: FxHashMap::default(),
            indicators: FxHashMap::default(),
            attainments: FxHashMap::default(),
            wholes: FxHashMap::default(),
            attributes: FxHashMap::default(),
            references: FxHashMap::default(),
            links: FxHashMap::default(),
            pairs: FxHashMap::default(),
            pooled: None,
            part_counts: FxHashMap::default(),
            available: FxHashMap::default(),
            owners: Vec::new(),
            measured: FxHashSet::default(),
            judged: FxHashSet::default(),
            troubles: Troubles::default(),
            on_cards: FxHashMap::default(),
            shorter_cards: Arc::default(),
            #[cfg(feature = "faults")]
            fault: None,
        }
    }

    /// The periods of the policy.
    ///
    /// # Panics
    /// Never: there is always one.
    #[allow(clippy::indexing_slicing, reason = "an evaluator begins with the timeline of the policy's periods")]
    pub fn timeline(&self) -> &Timeline {
        &self.timelines[0]
    }

    /// An indicator as it is read in a context: for its cells, if they are those of the indicator's subjects.
    pub(crate) fn reading(&self, id: IndicatorId, at: At) -> Reading {
        let subject = &self.model.indicators[id].subject;
        let found = self.plan.spines.get(at.spine.0 as usize).and_then(|own| match own.subject == *subject {
            true => Some(at.spine),
            false if own.mid == MidPeriod::First => self.plan.spine_of(subject, own.period, own.mid),
            false => self.plan.spine_of(subject, own.period, MidPeriod::Last),
        });
        Reading { id, spine: found.unwrap_or(SpineId(u32::MAX)), strict: at.strict }
    }

    /// The stretches of time of a spine.
    pub fn timeline_of(&self, spine: SpineId) -> &Timeline {
        self.timelines.get(self.spine(spine).timeline).unwrap_or_else(|| self.timeline())
    }

    /// For each stretch of a timeline and entity of a roster the row in force.
    pub(crate) fn roster_rows(&mut self, timeline: usize, roster: usize) -> Option<Arc<Vec<u32>>> {
        if let Some(rows) = self.rows.get(&(timeline, roster)) {
            return Some(Arc::clone(rows));
        }
        let rows = Arc::new(rows_in_force(self.facts.rosters.get(roster)?, self.timelines.get(timeline)?));
        self.rows.insert((timeline, roster), Arc::clone(&rows));
        Some(rows)
    }

    /// The cells of a spine.
    ///
    /// # Panics
    /// If the spine is not of the plan.
    #[allow(clippy::indexing_slicing, reason = "spine ids are made by the planner of the same plan")]
    pub fn spine(&self, id: SpineId) -> &Spine {
        &self.spines[id.0 as usize]
    }

    /// Hands in a value of the cards of a scorecard, over the spine of its members, for `ExprKind::Card`.
    pub fn set_card(&mut self, card: ScorecardId, field: CardField, spine: SpineId, column: Arc<Column>) {
        self.cards.insert((card, field), (spine, column));
    }

    /// Hands in a pay of an incentive (its total as `None`) over the spine of its table, for `ExprKind::Pay`: for the cards
    /// of a scorecard, or for a roster.
    pub fn set_pay(
        &mut self,
        incentive: IncentiveId,
        pay: Option<u32>,
        card: Option<ScorecardId>,
        spine: SpineId,
        column: Arc<Column>,
    ) {
        self.pays.insert((incentive, pay, card), (spine, column));
    }

    /// Says in which cells an indicator is on a card: what it lacks elsewhere need not be told.
    pub(crate) fn put_on_cards(&mut self, id: IndicatorId, spine: SpineId, cells: impl Iterator<Item = usize>) {
        let all = self.spine(spine).cells();
        let on_cards = self.on_cards.entry((id, spine)).or_insert_with(|| vec![false; all]);
        for cell in cells {
            if let Some(slot) = on_cards.get_mut(cell) {
                *slot = true;
            }
        }
    }

    /// An indicator that was computed.
    pub(crate) fn recorded_indicator(&self, reading: Reading) -> Option<&IndicatorColumns> {
        self.indicators.get(&reading).map(|columns| &**columns)
    }

    /// The attainments of an indicator that were computed, limited by a cap.
    pub(crate) fn recorded_attainment(&self, reading: Reading, cap: Dec) -> Option<&Column> {
        self.attainments.get(&(reading, cap)).map(|column| &**column)
    }

    /// Where a path was found to lead from a cell of a spine: an entity.
    pub(crate) fn recorded_link(&self, path: &Path, from: SpineId, cell: usize) -> Option<usize> {
        let links = self.links.get(&(path.clone(), self.cells_of(from)))?;
        links.get(cell).copied().filter(|&entity| entity != crate::NOWHERE).map(|entity| entity as usize)
    }

    /// A column that was computed, in this context or in the part of it on which the expression hangs.
    pub fn recorded(&self, expr: ExprId, at: At) -> Option<&Arc<Column>> {
        at.wider().into_iter().find_map(|at| self.columns.get(&(expr, at)))
    }

    /// What of a parameter's table or of a curve applied.
    pub fn applied(&self, expr: ExprId, at: At) -> Option<&Applied> {
        at.wider().into_iter().find_map(|at| self.applied.get(&(expr, at)))
    }

    /// How many rows an aggregate or a lookup took.
    pub fn row_counts(&self, expr: ExprId, at: At) -> Option<&RowCounts> {
        self.counts.get(&(expr, at.spine, at.pooled)).or_else(|| self.counts.get(&(expr, at.spine, None)))
    }
}
