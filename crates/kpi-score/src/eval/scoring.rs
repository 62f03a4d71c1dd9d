//! The fraction of its weight that a line earns.

use std::sync::Arc;

use kpi_check::model::{LineField, Scoring};
use kpi_value::{Dec, Overflow};

use super::troubles::Site;
use super::{Applied, At, Evaluator, IndicatorColumns, Reading};
use crate::Column;

/// A fraction of a weight, and how its curve made it.
#[derive(Clone, Debug)]
pub struct Fraction {
    /// The fraction.
    pub column: Arc<Column>,
    /// What of the scoring's curve applied; none for other scorings.
    pub applied: Option<Applied>,
}

impl Evaluator<'_> {
    /// The fraction of its weight that an indicator earns under a scoring and an attainment cap.
    pub fn fraction(&mut self, reading: Reading, scoring: &Scoring, cap: Dec) -> Fraction {
        let id = reading.id;
        let columns = self.indicator(reading);
        if let Some(whole) = self.whole(reading, cap) {
            return Fraction { column: Arc::clone(&whole.fraction), applied: None };
        }
        if let Scoring::Curve(field, curve) = scoring {
            let x = match field {
                LineField::Actual => Arc::clone(&columns.actual),
                LineField::Attainment => self.attainment(reading, cap),
            };
            let at = At { line: Some((id, cap)), ..reading.at() };
            let what = (Site::Fraction(id), curve.span);
            self.owners.push(id);
            let (column, applied) = self.curve(curve, &x, what, at);
            self.owners.pop();
            return Fraction { column, applied: Some(applied) };
        }
        let attainment = self.attainment(reading, cap);
        let mut too_large = Vec::new();
        let fraction = |cell: usize| {
            self.fraction_of(&columns, scoring, attainment.dec(cell), cell).unwrap_or_else(|Overflow| {
                too_large.push(cell);
                None
            })
        };
        let column = Column::Dec((0..columns.actual.len()).map(fraction).collect());
        let what = (Site::Fraction(id), self.model.indicators[id].title.span);
        self.note_too_large(what, At::spine(columns.spine), too_large);
        Fraction { column: Arc::new(column), applied: None }
    }

    fn fraction_of(
        &self,
        columns: &IndicatorColumns,
        scoring: &Scoring,
        attainment: Option<Dec>,
        cell: usize,
    ) -> Result<Option<Dec>, Overflow> {
        let whole = |met: bool| if met { Dec::ONE } else { Dec::ZERO };
        match scoring {
            Scoring::AllOrNothing => Ok(columns.met_at(attainment, cell).map(whole)),
            Scoring::Rating(of) => match columns.actual.dec(cell) {
                Some(actual) => Ok(actual.div(*of)?.map(|share| share.max(Dec::ZERO).min(Dec::ONE))),
                None => Ok(None),
            },
            Scoring::Deduct { share, per } => {
                let (Some(actual), Some(goal)) = (columns.actual.dec(cell), columns.goal(self.model, cell)) else {
                    return Ok(None);
                };
                if goal.is_negative() {
                    return Ok(None);
                }
                let Some(times) = goal.beyond(actual)?.whole_times(*per) else { return Err(Overflow) };
                Ok(Some(Dec::ONE.sub(share.mul(times)?)?.max(Dec::ZERO)))
            }
            Scoring::Proportional { none_below, cap, stretch } => {
                let Some(attainment) = attainment else { return Ok(None) };
                if columns.by_tolerance.bool(cell) == Some(true) {
                    return Ok(Some(Dec::ONE.min(stretch.unwrap_or(*cap))));
                }
                if none_below.is_some_and(|least| attainment < least) {
                    return Ok(Some(Dec::ZERO));
                }
                let Some(most) = stretch else { return Ok(Some(attainment.min(*cap))) };
                let (Some(actual), Some(goal)) = (columns.actual.dec(cell), columns.goal(self.model, cell)) else {
                    return Ok(None);
                };
                let up_to_base = Some(attainment.min(Dec::ONE));
                let has_stretch = columns.target(self.model, cell).is_some_and(|target| target.stretch.is_some());
                // Up to the base target the stretch says nothing, known or not.
                if !has_stretch || goal.stretched(actual, actual, *most)?.is_none() {
                    return Ok(up_to_base);
                }
                match columns.stretch.dec(cell) {
                    Some(stretch) => Ok(goal.stretched(actual, stretch, *most)?.or(up_to_base)),
                    None => Ok(None),
                }
            }
            Scoring::Curve(..) => Ok(None),
        }
    }
}
