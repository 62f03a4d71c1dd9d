//! Indicators that are made of parts.

use std::sync::Arc;

use kpi_value::{Dec, Overflow};

use super::troubles::Site;
use super::{At, Evaluator, Reading};
use crate::Column;
use crate::cards::{Mark, combined_parts, judge_cell};

/// What the parts of an indicator come to, in every cell of its spine.
#[derive(Clone, Debug)]
pub(crate) struct Whole {
    /// The fraction of a weight.
    pub fraction: Arc<Column>,
    /// The attainment.
    pub attainment: Arc<Column>,
    /// Whether every part is met.
    pub met: Arc<Column>,
    /// Whether something is asked for: not every part has target `none`.
    pub asked: Vec<bool>,
}

impl Evaluator<'_> {
    /// What the parts of an indicator come to, where their attainments have this cap; none where it has no parts.
    pub(crate) fn whole(&mut self, reading: Reading, cap: Dec) -> Option<Arc<Whole>> {
        let model = self.model;
        let indicator = &model.indicators[reading.id];
        let parts = indicator.parts.as_ref()?;
        if let Some(whole) = self.wholes.get(&(reading, cap)) {
            return Some(Arc::clone(whole));
        }
        let mut all = Vec::with_capacity(parts.parts.len());
        for &id in &parts.parts {
            let part = Reading { id, ..reading };
            let scoring = &model.indicators[id].scoring;
            all.push((id, self.indicator(part), self.attainment(part, cap), self.fraction(part, scoring, cap)));
        }
        let cells = self.spines.get(reading.spine.0 as usize).map_or(0, |spine| spine.cells());
        let (mut marks, mut met) = (vec![None; cells], vec![None; cells]);
        let mut asked = vec![false; cells];
        let (mut judged, mut too_large) = (Vec::new(), Vec::new());
        for cell in 0..cells {
            if !self.spine(reading.spine).is_present(cell) {
                continue;
            }
            judged.clear();
            for (id, columns, attainments, fraction) in &all {
                let part = &model.indicators[*id];
                let values = (attainments.dec(cell), fraction.column.dec(cell));
                judged.extend(judge_cell(part, columns, &part.scoring, values, cell));
            }
            let mut set = |mark: Option<Mark>, all_met: bool| {
                let place = (marks.get_mut(cell), met.get_mut(cell), asked.get_mut(cell));
                if let (Some(slot), Some(met), Some(asked)) = place {
                    (*slot, *met, *asked) = (mark, mark.map(|_| all_met), !judged.is_empty());
                }
            };
            match combined_parts(parts.combine, &judged) {
                Ok((mark, all_met)) => set(mark, all_met),
                Err(Overflow) => {
                    set(None, false);
                    too_large.push(cell);
                }
            }
        }
        let numbers = |number: fn(Mark) -> Dec| {
            Arc::new(Column::Dec(marks.iter().map(|mark: &Option<Mark>| mark.map(number)).collect()))
        };
        let whole = Whole {
            fraction: numbers(|mark| mark.fraction),
            attainment: numbers(|mark| mark.attainment),
            met: Arc::new(Column::Bool(met)),
            asked,
        };
        let what = (Site::Fraction(reading.id), indicator.title.span);
        self.note_too_large(what, At::spine(reading.spine), too_large);
        let whole = Arc::new(whole);
        self.wholes.insert((reading, cap), Arc::clone(&whole));
        Some(whole)
    }
}
