//! Expressions to columns.

use std::rc::Rc;

use kpi_base::Diagnostic;
use kpi_check::model::{self, ByTable, CardField, ExprId, IncentiveId, IndicatorId, Model, Path, ScorecardId, Scoring};
use kpi_plan::{Facts, Plan, SpineId};
use kpi_value::Dec;
use rustc_hash::FxHashMap;

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
}

/// Computes columns, and keeps every one that it computed: the memo is the record that explanations read.
pub struct Evaluator<'a> {
    pub(crate) model: &'a Model,
    pub(crate) plan: &'a Plan,
    pub(crate) facts: &'a Facts,
    pub(crate) timeline: Timeline,
    pub(crate) spines: Vec<Spine>,
    /// For each roster and cell of its entities, the row in force.
    pub(crate) rows: Vec<Rc<Vec<u32>>>,
    pub(crate) columns: FxHashMap<(ExprId, At), Rc<Column>>,
    pub(crate) applied: FxHashMap<(ExprId, At), Applied>,
    pub(crate) counts: FxHashMap<(ExprId, SpineId), RowCounts>,
    pub(crate) cards: FxHashMap<(ScorecardId, CardField), Rc<Column>>,
    pub(crate) pays: FxHashMap<(IncentiveId, Option<u32>, Option<ScorecardId>), Rc<Column>>,
    pub(crate) indicators: FxHashMap<IndicatorId, Rc<IndicatorColumns>>,
    pub(crate) findings: Vec<Diagnostic>,
}

/// Which part of a table or curve made the value of each cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Applied {
    /// The row of a `by` table or of a `step` curve; the point at or before x of a `linear` one, or
    /// [`NOWHERE`](crate::NOWHERE) before the first.
    Rows(Rc<Vec<u32>>),
    /// The amount of each slice of a `marginal` curve.
    Slices(Rc<Vec<Column>>),
}

/// How many rows an aggregate took in each cell, and how many it left out as unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct RowCounts {
    /// Rows taken.
    pub rows: Rc<Vec<u64>>,
    /// Rows left out; none if there cannot be any.
    pub unknown: Option<Rc<Vec<u64>>>,
}

/// An indicator in every cell of its spine.
#[derive(Clone, Debug)]
pub struct IndicatorColumns {
    /// The cells.
    pub spine: SpineId,
    /// What was measured.
    pub actual: Rc<Column>,
    /// The target's row in force, [`NOWHERE`](crate::NOWHERE) where its key has no data; none without `target`.
    pub target_row: Option<Rc<Vec<u32>>>,
    /// The bound of a target that has one; no data for a band and for `none`.
    pub bound: Rc<Column>,
    /// The lower bound of a band.
    pub low: Rc<Column>,
    /// The upper bound of a band.
    pub high: Rc<Column>,
    /// The stretch target.
    pub stretch: Rc<Column>,
    /// Whether the target is met, tolerance included.
    pub met: Rc<Column>,
    /// Whether it is met only by the tolerance.
    pub by_tolerance: Rc<Column>,
}

/// A fraction of a weight, and how its curve made it.
#[derive(Clone, Debug)]
pub struct Fraction {
    /// The fraction.
    pub column: Rc<Column>,
    /// What of the scoring's curve applied; none for other scorings.
    pub applied: Option<Applied>,
}

impl At {
    /// The cells of a spine, in no other context.
    pub const fn spine(spine: SpineId) -> At {
        At { spine, card: None, line: None, strict: false }
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
}

impl<'a> Evaluator<'a> {
    /// An evaluator of these facts.
    pub fn new(model: &'a Model, plan: &'a Plan, facts: &'a Facts) -> Evaluator<'a> {
        let timeline = Timeline::new(&model.policy.calendar, plan);
        let rows: Vec<_> = facts.rosters.iter().map(|roster| Rc::new(rows_in_force(roster, &timeline))).collect();
        let spines = plan.spines.iter().map(|s| Spine::new(model, plan, facts, &timeline, &rows, s)).collect();
        Evaluator {
            model,
            plan,
            facts,
            timeline,
            spines,
            rows,
            columns: FxHashMap::default(),
            applied: FxHashMap::default(),
            counts: FxHashMap::default(),
            cards: FxHashMap::default(),
            pays: FxHashMap::default(),
            indicators: FxHashMap::default(),
            findings: Vec::new(),
        }
    }

    /// The periods.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The cells of a spine.
    ///
    /// # Panics
    /// If the spine is not of the plan.
    #[allow(clippy::indexing_slicing, reason = "spine ids are made by the planner of the same plan")]
    pub fn spine(&self, id: SpineId) -> &Spine {
        &self.spines[id.0 as usize]
    }

    /// The values of an expression. What cannot be computed (an overflow, a lookup that finds two rows) becomes a finding
    /// and no data; an error among the findings must stop the run.
    pub fn column(&mut self, expr: &model::Expr, at: At) -> Rc<Column> {
        let _ = expr;
        Rc::new(Column::none(self.spine(at.spine).cells()))
    }

    /// For each cell the row of a `by` table in force; [`NOWHERE`](crate::NOWHERE) where no row applies.
    pub fn rows_in_force<T>(&mut self, table: &ByTable<T>, at: At) -> Rc<Vec<u32>> {
        let _ = table;
        Rc::new(vec![crate::NOWHERE; self.spine(at.spine).cells()])
    }

    /// An attribute of the subjects of a spine.
    pub fn attribute(&mut self, path: &Path, spine: SpineId) -> Rc<Column> {
        let _ = path;
        Rc::new(Column::none(self.spine(spine).cells()))
    }

    /// For each cell the group of subjects of the same period that agree in these columns, counted from 0 over the whole
    /// spine; [`NOWHERE`](crate::NOWHERE) where a column has no data or the subject is not there.
    pub fn groups(&mut self, by: &[Path], spine: SpineId) -> Rc<Vec<u32>> {
        let _ = by;
        Rc::new(vec![crate::NOWHERE; self.spine(spine).cells()])
    }

    /// An indicator in every cell of its spine.
    pub fn indicator(&mut self, id: IndicatorId) -> Rc<IndicatorColumns> {
        let spine = self.plan.spine(&self.model.indicators[id].subject).unwrap_or(SpineId(0));
        let none = Rc::new(Column::none(self.spine(spine).cells()));
        Rc::new(IndicatorColumns {
            spine,
            actual: Rc::clone(&none),
            target_row: None,
            bound: Rc::clone(&none),
            low: Rc::clone(&none),
            high: Rc::clone(&none),
            stretch: Rc::clone(&none),
            met: Rc::clone(&none),
            by_tolerance: none,
        })
    }

    /// How far an indicator's target is attained, limited to 0% to `cap`.
    pub fn attainment(&mut self, id: IndicatorId, cap: Dec) -> Rc<Column> {
        let _ = cap;
        Rc::clone(&self.indicator(id).actual)
    }

    /// The fraction of its weight that an indicator earns under a scoring and an attainment cap.
    pub fn fraction(&mut self, id: IndicatorId, scoring: &Scoring, cap: Dec) -> Fraction {
        let _ = scoring;
        Fraction { column: self.attainment(id, cap), applied: None }
    }

    /// Hands in a value of the cards of a scorecard, over the spine of its table, for `ExprKind::Card`.
    pub fn set_card(&mut self, card: ScorecardId, field: CardField, column: Rc<Column>) {
        self.cards.insert((card, field), column);
    }

    /// Hands in a pay of an incentive (its total as `None`) over the spine of its table, for `ExprKind::Pay`: for the cards
    /// of a scorecard, or for a roster.
    pub fn set_pay(&mut self, incentive: IncentiveId, pay: Option<u32>, card: Option<ScorecardId>, column: Rc<Column>) {
        self.pays.insert((incentive, pay, card), column);
    }

    /// A column that was computed.
    pub fn recorded(&self, expr: ExprId, at: At) -> Option<&Rc<Column>> {
        self.columns.get(&(expr, at))
    }

    /// What of a parameter's table or of a curve applied.
    pub fn applied(&self, expr: ExprId, at: At) -> Option<&Applied> {
        self.applied.get(&(expr, at))
    }

    /// How many rows an aggregate or a lookup took.
    pub fn row_counts(&self, expr: ExprId, spine: SpineId) -> Option<&RowCounts> {
        self.counts.get(&(expr, spine))
    }

    /// What there is to say about the computation so far.
    pub fn findings(&self) -> Vec<Diagnostic> {
        self.findings.clone()
    }
}
