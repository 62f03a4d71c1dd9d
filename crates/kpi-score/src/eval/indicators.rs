//! Indicators: actual, target in force, met, attainment, gap.

use std::sync::Arc;

use kpi_check::model::{IndicatorId, Model, RollUp, Target, TargetKind, Tolerance, Type};
use kpi_plan::SpineId;
use kpi_value::{Dec, Overflow, Value};

use super::troubles::{Kind, Site};
use super::{At, Evaluator, Reading, Rolled};
use crate::kernels::goal::Goal;
use crate::{Column, NOWHERE};

/// An indicator in every cell of its spine.
#[derive(Clone, Debug)]
pub struct IndicatorColumns {
    /// The indicator.
    pub id: IndicatorId,
    /// Whether a veto reads it.
    pub strict: bool,
    /// The cells.
    pub spine: SpineId,
    /// What was measured.
    pub actual: Arc<Column>,
    /// The target's row in force, [`NOWHERE`] where its key has no data; none without `target`.
    pub target_row: Option<Arc<Vec<u32>>>,
    /// The bound of a target that has one; no data for a band and for `none`.
    pub bound: Arc<Column>,
    /// The lower bound of a band.
    pub low: Arc<Column>,
    /// The upper bound of a band.
    pub high: Arc<Column>,
    /// The stretch target.
    pub stretch: Arc<Column>,
    /// Whether the target is met, tolerance included; no data where it cannot be judged, as a negative one.
    pub met: Arc<Column>,
    /// Whether it is met only by the tolerance.
    pub by_tolerance: Arc<Column>,
    /// The shorter periods from which it is rolled up, where it is.
    pub rolled: Option<Arc<Rolled>>,
}

impl IndicatorColumns {
    /// How the indicator was read.
    pub const fn reading(&self) -> Reading {
        Reading { id: self.id, spine: self.spine, strict: self.strict }
    }

    /// The target in force in a cell; none where there is none, where it is `none`, and where its key has no data.
    pub fn target<'m>(&self, model: &'m Model, cell: usize) -> Option<&'m Target> {
        let row = self.target_row.as_ref()?.get(cell)?;
        model.indicators[self.id].target.as_ref()?.rows.get(*row as usize)?.value.as_ref()
    }

    /// Whether a cell has a target, known or not: false without `target` and where it is `none`.
    pub fn has_target(&self, model: &Model, cell: usize) -> bool {
        let row = self.target_row.as_ref().and_then(|rows| rows.get(cell)).copied();
        row.is_some_and(|row| row == NOWHERE) || self.target(model, cell).is_some()
    }

    /// Whether the target is met, where the attainment is limited by the cap of a line: a mean is met from 100%.
    pub(crate) fn met_at(&self, attainment: Option<Dec>, cell: usize) -> Option<bool> {
        match &self.rolled {
            Some(rolled) if rolled.how == RollUp::Average => attainment.map(|attainment| attainment >= Dec::ONE),
            _ => self.met.bool(cell),
        }
    }

    /// Whether it has an attainment and no actual: it is rolled up from shorter periods that do not add up.
    pub(crate) fn is_attainment_only(&self) -> bool {
        self.rolled.as_ref().is_some_and(|rolled| rolled.how != RollUp::Sum)
    }

    /// The target in force with its numbers, where they are known.
    pub(crate) fn goal(&self, model: &Model, cell: usize) -> Option<Goal> {
        let target = self.target(model, cell)?;
        let (low, high) = match target.kind {
            TargetKind::Compare(..) => (self.bound.dec(cell)?, Dec::ZERO),
            TargetKind::Between(..) => (self.low.dec(cell)?, self.high.dec(cell)?),
        };
        Some(Goal::new(target, low, high))
    }
}

/// The parts of targets as they are gathered, one value a cell.
struct Bounds {
    bound: Vec<Option<Value>>,
    low: Vec<Option<Value>>,
    high: Vec<Option<Value>>,
    stretch: Vec<Option<Value>>,
}

impl Evaluator<'_> {
    /// What an indicator measured, in every cell of its spine. An indicator that reads itself there has no data.
    pub(crate) fn actual(&mut self, reading: Reading) -> Arc<Column> {
        let id = reading.id;
        if let Some(actual) = self.actuals.get(&reading) {
            return Arc::clone(actual);
        }
        let model = self.model;
        let indicator = &model.indicators[id];
        let spine = reading.spine;
        if spine.0 as usize >= self.spines.len() {
            return Arc::new(Column::none(0));
        }
        if self.inside_spine(id, spine).is_some() {
            return Arc::clone(&self.indicator(reading).actual);
        }
        if self.owners.contains(&id) && !self.measured.insert(reading) {
            self.trouble(Kind::NotPlanned, (Site::Expr(indicator.formula.id), indicator.formula.span), spine, []);
            return Arc::new(Column::none(self.spine(spine).cells()));
        }
        self.measured.insert(reading);
        self.owners.push(id);
        let actual = self.column(&indicator.formula, reading.at());
        self.owners.pop();
        let actual = self.present_only(&actual, spine);
        self.actuals.insert(reading, Arc::clone(&actual));
        actual
    }

    /// An indicator in every cell of its spine.
    pub fn indicator(&mut self, reading: Reading) -> Arc<IndicatorColumns> {
        let id = reading.id;
        if let Some(columns) = self.indicators.get(&reading) {
            return Arc::clone(columns);
        }
        let model = self.model;
        let indicator = &model.indicators[id];
        let spine = reading.spine;
        if let Some(inside) = self.inside_spine(id, spine) {
            let columns = Arc::new(self.roll_up(reading, inside));
            self.indicators.insert(reading, Arc::clone(&columns));
            return columns;
        }
        let actual = self.actual(reading);
        let none = Arc::new(Column::none(actual.len()));
        let mut columns = IndicatorColumns {
            id,
            strict: reading.strict,
            spine,
            actual,
            target_row: None,
            bound: Arc::clone(&none),
            low: Arc::clone(&none),
            high: Arc::clone(&none),
            stretch: Arc::clone(&none),
            met: Arc::clone(&none),
            by_tolerance: none,
            rolled: None,
        };
        if (spine.0 as usize) >= self.spines.len() {
            return Arc::new(columns);
        }
        // A target that reads its own indicator's target has no end.
        if !self.judged.insert(reading) {
            self.trouble(Kind::NotPlanned, (Site::Indicator(id), indicator.title.span), spine, []);
            return Arc::new(columns);
        }
        if let Some(whole) = self.whole(reading, model.policy.attainment_cap) {
            columns.met = Arc::clone(&whole.met);
        }
        if let Some(table) = &indicator.target {
            self.owners.push(id);
            columns.target_row = Some(self.rows_in_force(table, reading.at()));
            let targets: Vec<Option<&Target>> = table.rows.iter().map(|row| row.value.as_ref()).collect();
            self.gather_bounds(&targets, indicator.formula.ty, &mut columns);
            self.judge(&mut columns);
            self.owners.pop();
        }
        let columns = Arc::new(columns);
        self.indicators.insert(reading, Arc::clone(&columns));
        columns
    }

    fn gather_bounds(&mut self, targets: &[Option<&Target>], ty: Type, columns: &mut IndicatorColumns) {
        let cells = columns.actual.len();
        let at = columns.reading().at();
        let Some(rows) = columns.target_row.clone() else { return };
        let none = || vec![None; cells];
        let mut bounds = Bounds { bound: none(), low: none(), high: none(), stretch: none() };
        for (place, target) in targets.iter().enumerate() {
            let Some(target) = target else { continue };
            let of_row: Vec<usize> = (0..cells)
                .filter(|&cell| rows.get(cell) == Some(&(place as u32)) && self.spine(columns.spine).is_present(cell))
                .collect();
            if of_row.is_empty() {
                continue;
            }
            let put = |to: &mut Vec<Option<Value>>, column: &Column| {
                for &cell in &of_row {
                    to.get_mut(cell).into_iter().for_each(|slot| *slot = column.value(cell));
                }
            };
            match &target.kind {
                TargetKind::Compare(_, bound) => put(&mut bounds.bound, &self.column(bound, at)),
                TargetKind::Between(low, high, _) => {
                    put(&mut bounds.low, &self.column(low, at));
                    put(&mut bounds.high, &self.column(high, at));
                }
            }
            if let Some(stretch) = &target.stretch {
                put(&mut bounds.stretch, &self.column(stretch, at));
            }
        }
        let column = |values: Vec<Option<Value>>| Arc::new(Column::of(ty, values.into_iter()));
        columns.bound = column(bounds.bound);
        columns.low = column(bounds.low);
        columns.high = column(bounds.high);
        columns.stretch = column(bounds.stretch);
    }

    pub(super) fn judge(&mut self, columns: &mut IndicatorColumns) {
        let cells = columns.actual.len();
        let (mut met, mut by_tolerance) = (vec![None; cells], vec![None; cells]);
        let (mut negative, mut too_large) = (Vec::new(), Vec::new());
        for (cell, (met, by_tolerance)) in met.iter_mut().zip(&mut by_tolerance).enumerate() {
            match self.judge_cell(columns, cell) {
                Ok(Some((is_met, tolerated))) => (*met, *by_tolerance) = (Some(is_met), Some(tolerated)),
                Ok(None) => {
                    if columns.goal(self.model, cell).is_some_and(Goal::is_negative) {
                        negative.push(cell);
                    }
                }
                Err(Overflow) => too_large.push(cell),
            }
        }
        columns.met = Arc::new(Column::Bool(met));
        columns.by_tolerance = Arc::new(Column::Bool(by_tolerance));
        let what = (Site::Met(columns.id), self.model.indicators[columns.id].title.span);
        if !negative.is_empty() {
            self.trouble(Kind::NegativeTarget, what, columns.spine, negative);
        }
        self.note_too_large(what, At::spine(columns.spine), too_large);
    }

    /// Whether the target of a cell is met, and whether only by its tolerance.
    fn judge_cell(&self, columns: &IndicatorColumns, cell: usize) -> Result<Option<(bool, bool)>, Overflow> {
        let Some(target) = columns.target(self.model, cell) else { return Ok(None) };
        if !matches!(self.model.indicators[columns.id].formula.ty, Type::Number(_)) {
            return Ok(judge_value(columns, target, cell).map(|met| (met, false)));
        }
        let (Some(actual), Some(goal)) = (columns.actual.dec(cell), columns.goal(self.model, cell)) else {
            return Ok(None);
        };
        if goal.is_negative() {
            return Ok(None);
        }
        let goal = self.faulty_goal(goal);
        if goal.holds(actual) {
            return Ok(Some((true, false)));
        }
        let tolerated = match &target.tolerance {
            Some(Tolerance::Absolute(slack)) => {
                // What is summed may miss its target by as much in each of the periods.
                let times = columns.rolled.as_ref().and_then(|rolled| rolled.counted.get(cell)).copied();
                let slack = slack.mul(Dec::int(i64::from(times.unwrap_or(1))))?;
                goal.widened(&Tolerance::Absolute(slack))?.holds(actual)
            }
            Some(tolerance) => goal.widened(tolerance)?.holds(actual),
            None => false,
        };
        Ok(Some((tolerated, tolerated)))
    }

    /// How far an indicator's target is attained, limited to 0% to `cap`; no data for what is no number.
    pub fn attainment(&mut self, reading: Reading, cap: Dec) -> Arc<Column> {
        if let Some(column) = self.attainments.get(&(reading, cap)) {
            return Arc::clone(column);
        }
        let columns = self.indicator(reading);
        if let Some(whole) = self.whole(reading, cap) {
            return Arc::clone(&whole.attainment);
        }
        if let Some(rolled) = columns.rolled.clone().filter(|rolled| rolled.how != RollUp::Sum) {
            let column = self.rolled_attainment(&columns, &rolled, cap);
            self.attainments.insert((reading, cap), Arc::clone(&column));
            return column;
        }
        let model = self.model;
        let attained = |cell: usize| {
            let (actual, met) = (columns.actual.dec(cell)?, columns.met.bool(cell)?);
            columns.goal(model, cell)?.attainment(actual, met, cap)
        };
        let column = Arc::new(Column::Dec((0..columns.actual.len()).map(attained).collect()));
        self.attainments.insert((reading, cap), Arc::clone(&column));
        column
    }

    /// What a target asks for as one number: its bound, or both bounds of a band where they are equal.
    pub(crate) fn single_target(&mut self, reading: Reading) -> Arc<Column> {
        let columns = self.indicator(reading);
        let value = |cell: usize| {
            columns
                .bound
                .value(cell)
                .or_else(|| columns.low.value(cell).filter(|low| columns.high.value(cell).as_ref() == Some(low)))
        };
        let ty = self.model.indicators[reading.id].formula.ty;
        Arc::new(Column::of(ty, (0..columns.actual.len()).map(value)))
    }

    /// Actual ÷ target, without limit; no data where the target is not above 0.
    pub fn progress(&mut self, reading: Reading) -> Arc<Column> {
        let (columns, target) = (self.indicator(reading), self.single_target(reading));
        let mut too_large = Vec::new();
        let progress = |cell: usize| {
            let (actual, target) = (columns.actual.dec(cell)?, target.dec(cell).filter(|target| *target > Dec::ZERO)?);
            actual.div(target).unwrap_or_else(|_| {
                too_large.push(cell);
                None
            })
        };
        let column = Column::Dec((0..columns.actual.len()).map(progress).collect());
        let what = (Site::Progress(reading.id), self.model.indicators[reading.id].title.span);
        self.note_too_large(what, At::spine(columns.spine), too_large);
        Arc::new(column)
    }

    /// (actual − target) ÷ target, positive when better.
    pub fn gap(&mut self, reading: Reading) -> Arc<Column> {
        let columns = self.indicator(reading);
        let model = self.model;
        let mut too_large = Vec::new();
        let gap = |cell: usize| {
            let (actual, goal) = (columns.actual.dec(cell)?, columns.goal(model, cell)?);
            goal.gap(actual).unwrap_or_else(|_| {
                too_large.push(cell);
                None
            })
        };
        let column = Column::Dec((0..columns.actual.len()).map(gap).collect());
        let what = (Site::Gap(reading.id), model.indicators[reading.id].title.span);
        self.note_too_large(what, At::spine(columns.spine), too_large);
        Arc::new(column)
    }

    /// The column without the cells whose subject is not there.
    pub(super) fn present_only(&self, column: &Arc<Column>, spine: SpineId) -> Arc<Column> {
        let spine = self.spine(spine);
        if spine.present.iter().all(|present| *present) {
            return Arc::clone(column);
        }
        Arc::new(column.gather((0..spine.cells()).map(|cell| Some(cell).filter(|&cell| spine.is_present(cell)))))
    }
}

/// Whether what is no number meets its target.
fn judge_value(columns: &IndicatorColumns, target: &Target, cell: usize) -> Option<bool> {
    let actual = columns.actual.value(cell)?;
    Some(match target.kind {
        TargetKind::Compare(op, _) => op.holds(actual.cmp(&columns.bound.value(cell)?)),
        TargetKind::Between(_, _, closed) => {
            let (low, high) = (columns.low.value(cell)?, columns.high.value(cell)?);
            low <= actual && (actual < high || closed && actual == high)
        }
    })
}
