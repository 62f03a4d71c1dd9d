//! Value ranges: between which numbers the value of an expression lies, whatever the data.
//!
//! [`Ranges::of`] reads a finished [`Model`] once and finds for each of its expressions a [`Range`] (or, for a condition, a
//! [`Truth`]) from the contracts of columns, the meaning of aggregates, constants and the formulas between them. It is
//! sound: a value that a run computes from data that keep their contracts lies in its range; where nothing is known, the
//! range is wider. It costs one pass over the model.
//!
//! | known of | a value lies in |
//! |---|---|
//! | a column | what its rules say (`≥ 0`, `in 1..5`); a `count` is whole |
//! | `count(…)` | whole, from 0 (from n with `needs n`) |
//! | `sum(x)` | from 0 where x is never negative |
//! | a part ÷ its whole | 0%..100%: `count(t where c) ÷ count(t)`, `sum(x where c) ÷ sum(x)`, `a ÷ (a + b)` of what is never negative, anything ÷ (the same `over all`) |
//! | `average min max median first last` | the range of what they are of, within their `where` |
//! | `if`, `and`, `where` | narrowed by what the condition says of columns and values |
//! | a table | all of its rows |
//! | a curve | its values over the range of its argument |
//! | an attainment | from 0 to the cap, or to actual ÷ target where that is less |
//! | a card's score and attainment | its lines' by their weights |

mod cards;
mod curves;
mod eval;
mod goals;
mod known;
mod range;
mod rows;
mod shares;
#[cfg(test)]
mod tests;
mod truth;

use std::cell::RefCell;

use rustc_hash::FxHashMap;

pub use cards::CardRange;
pub(crate) use curves::applying;
pub use goals::LineRange;
pub use range::{Bound, Range};
pub use truth::Truth;

use crate::instances::Instance;
use crate::model::{self, ByTable, ColumnId, ExprId, Grade, Indicator, IndicatorId, Model, ScorecardId};
use known::Known;

/// The value ranges of a model.
#[derive(Debug)]
pub struct Ranges<'m> {
    pub(crate) model: &'m Model,
    /// The indicators of a check under way, which do not stand in the model yet.
    instances: Option<&'m [Instance]>,
    exprs: RefCell<Memo>,
    columns: RefCell<FxHashMap<ColumnId, Range>>,
    /// None while it is being found.
    actuals: RefCell<FxHashMap<IndicatorId, Option<Found>>>,
    cards: RefCell<FxHashMap<ScorecardId, CardRange>>,
}

/// What was found of expressions. Of a finished model most of the ids are asked for, of one under way only a few.
#[derive(Debug, Default)]
struct Memo {
    /// For each id the place in `found`, from 1; 0 for none.
    places: Vec<u32>,
    few: FxHashMap<ExprId, u32>,
    found: Vec<Found>,
}

impl Memo {
    fn get(&self, id: ExprId) -> Option<Found> {
        let place = match self.places.get(id.0 as usize) {
            Some(place) => *place,
            None => *self.few.get(&id)?,
        };
        self.found.get((place as usize).checked_sub(1)?).copied()
    }

    fn insert(&mut self, id: ExprId, found: Found) {
        self.found.push(found);
        let place = self.found.len() as u32;
        match self.places.get_mut(id.0 as usize) {
            Some(slot) => *slot = place,
            None => drop(self.few.insert(id, place)),
        }
    }
}

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Number(Range),
    Truth(Truth),
    /// A date, a text, a member; whether it may be missing.
    Other(bool),
}

impl<'m> Ranges<'m> {
    /// The ranges of all expressions of a model.
    pub fn of(model: &'m Model) -> Ranges<'m> {
        let ranges = Ranges::empty(model, None);
        ranges.visit_all();
        ranges
    }

    /// As [`Ranges::of`], each range found only when it is asked for, and then by itself: what stands in the branch of an
    /// `if` is not narrowed by its condition.
    pub fn on_demand(model: &'m Model) -> Ranges<'m> {
        Ranges::empty(model, None)
    }

    /// As far as a check under way has come; each range is found when it is asked for.
    pub(crate) fn so_far(model: &'m Model, instances: &'m [Instance]) -> Ranges<'m> {
        Ranges::empty(model, Some(instances))
    }

    fn empty(model: &'m Model, instances: Option<&'m [Instance]>) -> Ranges<'m> {
        Ranges {
            model,
            instances,
            exprs: RefCell::new(Memo { places: vec![0; model.expr_count as usize], ..Memo::default() }),
            columns: RefCell::default(),
            actuals: RefCell::default(),
            cards: RefCell::default(),
        }
    }

    /// Where the number of an expression of the model lies; [`Range::ALL`] for what is no number. Inside the branch of an
    /// `if` and behind an `and`, as narrowed by the condition before it.
    pub fn range(&self, e: &model::Expr) -> Range {
        self.found(e, &Known::default()).range()
    }

    /// Whether a condition of the model can hold and can fail; any for what is no condition.
    pub fn truth(&self, e: &model::Expr) -> Truth {
        self.found(e, &Known::default()).truth()
    }

    /// Where the actual of an indicator lies.
    pub fn actual(&self, id: IndicatorId) -> Range {
        self.actual_found(id).range()
    }

    /// Where the cells of a column lie that holds numbers; every number if it does not.
    pub fn column(&self, id: ColumnId) -> Range {
        self.column_range(id)
    }

    fn indicator(&self, id: IndicatorId) -> Option<&'m Indicator> {
        match self.instances {
            Some(instances) => instances.get(id.index())?.model.as_ref(),
            None => Some(&self.model.indicators[id]),
        }
    }

    fn visit<'e>(&self, e: &'e model::Expr, known: &Known<'e>) {
        self.found(e, known);
    }

    /// Finds every range in its surroundings, from what is read to what reads it.
    fn visit_all(&self) {
        let model = self.model;
        let (cell, row) = (Known::default(), Known::in_row());
        for (_, table) in model.tables.iter() {
            let Some(view) = &table.view else { continue };
            let mut inside = row.clone();
            if let Some(condition) = &view.condition {
                self.found(condition, &row);
                self.learn(condition, true, false, &mut inside);
            }
            if let Some(dated) = &view.dated {
                self.found(dated, &row);
            }
            for aggregate in view.grouping.iter().flat_map(|grouping| &grouping.aggregates) {
                self.aggregate_range(
                    aggregate.function,
                    aggregate.arg.as_ref(),
                    aggregate.condition.as_ref(),
                    0,
                    &inside,
                );
            }
        }
        for (_, param) in model.params.iter() {
            param.value.rows.iter().for_each(|row| self.visit(&row.value, &cell));
        }
        for (id, indicator) in model.indicators.iter() {
            self.actual_found(id);
            if let Some(target) = &indicator.target {
                self.visit_keys(target, &cell);
                for target in target.rows.iter().filter_map(|row| row.value.as_ref()) {
                    target.exprs().for_each(|e| self.visit(e, &cell));
                }
            }
            if let model::Scoring::Curve(_, curve) = &indicator.scoring {
                curve.values().for_each(|e| self.visit(e, &cell));
            }
        }
        for (id, card) in model.scorecards.iter() {
            card.condition.iter().for_each(|e| self.visit(e, &cell));
            self.visit_lines(&card.lines, &cell);
            card.vetoes.iter().for_each(|veto| self.visit(&veto.condition, &cell));
            card.adjustments.iter().for_each(|adjustment| self.visit(&adjustment.value, &cell));
            self.card(id);
        }
        for (_, incentive) in model.incentives.iter() {
            let known = Known { card: self.cards_of(&incentive.audience), ..Known::default() };
            if let model::Audience::Table(_, Some(condition)) = &incentive.audience {
                self.found(condition, &cell);
            }
            let parts = incentive.condition.iter().chain(&incentive.cap).chain(&incentive.floor);
            parts.for_each(|e| self.visit(e, &known));
            incentive.pays.iter().for_each(|pay| self.visit(&pay.value, &known));
        }
        for (_, rule) in model.rules.iter() {
            let known = Known { card: self.cards_of(&rule.audience), ..Known::default() };
            if let model::Audience::Table(_, Some(condition)) = &rule.audience {
                self.found(condition, &cell);
            }
            self.found(&rule.condition, &known);
            rule.share.iter().filter_map(|share| share.of.as_ref()).for_each(|e| self.visit(e, &known));
            if let Some(then) = &rule.then {
                self.visit_keys(&then.text, &known);
                then.by_number.iter().for_each(|(number, _)| self.visit(number, &known));
            }
        }
    }

    fn visit_keys<T>(&self, table: &'m ByTable<T>, known: &Known<'m>) {
        for key in &table.keys {
            if let model::ByKey::Expr(e) = key {
                self.found(e, known);
            }
        }
    }

    fn visit_lines(&self, lines: &'m [model::Line], known: &Known<'m>) {
        for line in lines {
            if let Some(weight) = &line.weight {
                self.visit_keys(weight, known);
            }
            match &line.kind {
                model::LineKind::Indicator { scoring: model::Scoring::Curve(_, curve), .. } => {
                    curve.values().for_each(|e| self.visit(e, known));
                }
                model::LineKind::Group { lines, .. } => self.visit_lines(lines, known),
                _ => {}
            }
        }
    }
}

impl Found {
    const fn any(ty: model::Type) -> Found {
        match ty {
            model::Type::Number(_) => Found::Number(Range::ALL),
            model::Type::Bool => Found::Truth(Truth::ANY),
            _ => Found::Other(true),
        }
    }

    const fn range(self) -> Range {
        match self {
            Found::Number(range) => range,
            _ => Range::ALL,
        }
    }

    const fn truth(self) -> Truth {
        match self {
            Found::Truth(truth) => truth,
            _ => Truth::ANY,
        }
    }

    const fn may_be_missing(self) -> bool {
        match self {
            Found::Number(range) => range.missing,
            Found::Truth(truth) => truth.missing,
            Found::Other(missing) => missing,
        }
    }

    fn or_missing(self, missing: bool) -> Found {
        match self {
            Found::Number(range) => Found::Number(range.or_missing(missing)),
            Found::Truth(truth) => Found::Truth(Truth { missing: truth.missing || missing, ..truth }),
            Found::Other(already) => Found::Other(already || missing),
        }
    }

    fn hull(self, other: Found) -> Found {
        match (self, other) {
            (Found::Number(a), Found::Number(b)) => Found::Number(a.hull(b)),
            (Found::Truth(a), Found::Truth(b)) => Found::Truth(a.either(b)),
            (a, b) => Found::Other(a.may_be_missing() || b.may_be_missing()),
        }
    }
}

impl model::Target {
    /// The expressions of its bounds and of its stretch.
    pub fn exprs(&self) -> impl Iterator<Item = &model::Expr> {
        let (first, second) = match &self.kind {
            model::TargetKind::Compare(_, bound) => (bound, None),
            model::TargetKind::Between(low, high, _) => (low, Some(high)),
        };
        std::iter::once(first).chain(second).chain(&self.stretch)
    }
}

/// The bounds of a grade, if it has them.
pub(crate) fn grade_bounds(grade: &Grade) -> &[model::GradeRow] {
    if let Grade::Bounds(rows) = grade { rows } else { &[] }
}
