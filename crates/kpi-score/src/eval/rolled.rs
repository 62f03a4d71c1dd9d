//! Indicators that are judged in shorter periods and rolled up.

use std::sync::Arc;

use kpi_check::model::{IndicatorId, MidPeriod, RollUp, TargetKind};
use kpi_plan::SpineId;
use kpi_value::{Dec, Overflow};

use super::troubles::Site;
use super::{At, Evaluator, IndicatorColumns, Reading};
use crate::kernels::sample;
use crate::{Column, NOWHERE};

/// From which shorter periods an indicator is rolled up, and how.
#[derive(Clone, Debug)]
pub struct Rolled {
    /// How.
    pub how: RollUp,
    /// The spine of the shorter periods.
    pub inside: SpineId,
    /// The indicator in them.
    pub columns: Arc<IndicatorColumns>,
    /// For each cell those of the shorter periods that belong to it, in their order.
    pub cells: Vec<Vec<u32>>,
    /// For each cell how many of them count: those in which the subject is on the roster and that have data.
    pub counted: Vec<u32>,
}

impl Evaluator<'_> {
    /// The spine of the shorter periods in which an indicator is judged, if those of a spine are longer.
    pub(crate) fn inside_spine(&self, id: IndicatorId, spine: SpineId) -> Option<SpineId> {
        let own = self.plan.spines.get(spine.0 as usize)?;
        let shorter = self.model.indicators[id].shorter.filter(|shorter| shorter.period < own.period)?;
        self.plan.spine_of(&self.model.indicators[id].subject, shorter.period, MidPeriod::Last)
    }

    /// For each cell of a spine those of shorter periods that belong to it whole: a week to the period, or to the stint, that
    /// holds its fourth day.
    pub(crate) fn cells_inside(&self, spine: SpineId, inside: SpineId) -> Vec<Vec<u32>> {
        let (own, parts) = (self.spine(spine), self.spine(inside));
        let (times, shorter) = (self.timeline_of(spine), self.timeline_of(inside));
        let anchors: Vec<_> = shorter.periods.iter().map(|&period| self.faulty_anchor(period)).collect();
        let belonging = times.days.iter().map(|&(first, last)| {
            let from = anchors.partition_point(|&anchor| anchor < first);
            from..anchors.partition_point(|&anchor| anchor <= last)
        });
        let belonging: Vec<_> = belonging.collect();
        let inside = |cell: usize| {
            let places = belonging.get(own.period(cell)).cloned().unwrap_or_default();
            places.filter_map(|place| parts.cell(own.entity(cell), place)).map(|cell| cell as u32).collect()
        };
        (0..own.cells()).map(inside).collect()
    }

    /// An indicator rolled up from shorter periods. Those in which the subject is not on the roster, or without data, are left
    /// out; none left is no data. Where all of them have target `none`, the whole has.
    pub(super) fn roll_up(&mut self, reading: Reading, inside: SpineId) -> IndicatorColumns {
        let (id, model) = (reading.id, self.model);
        let how = model.indicators[id].shorter.map_or(RollUp::Average, |shorter| shorter.roll_up);
        let parts = self.indicator(reading.on(inside));
        let cap = model.policy.attainment_cap;
        let attained = self.attainment(reading.on(inside), cap);
        let cells = self.cells_inside(reading.spine, inside);
        let counts = |&cell: &u32| self.counts(&parts, &attained, how, cell as usize);
        let counted: Vec<Vec<u32>> = cells.iter().map(|cells| cells.iter().copied().filter(counts).collect()).collect();
        let none = Arc::new(Column::none(cells.len()));
        let rolled = Rolled {
            how,
            inside,
            columns: Arc::clone(&parts),
            counted: counted.iter().map(|cells| cells.len() as u32).collect(),
            cells,
        };
        let target_row = parts.target_row.as_ref().map(|rows| {
            let row = |(all, counted): (&Vec<u32>, &Vec<u32>)| {
                let place = |cell: &u32| rows.get(*cell as usize).copied();
                counted.last().and_then(place).or_else(|| self.row_of_none(&parts, all)).unwrap_or(NOWHERE)
            };
            Arc::new(rolled.cells.iter().zip(&counted).map(row).collect::<Vec<u32>>())
        });
        let mut whole = IndicatorColumns {
            id,
            strict: reading.strict,
            spine: reading.spine,
            actual: Arc::clone(&none),
            target_row,
            bound: Arc::clone(&none),
            low: Arc::clone(&none),
            high: Arc::clone(&none),
            stretch: Arc::clone(&none),
            met: Arc::clone(&none),
            by_tolerance: none,
            rolled: Some(Arc::new(rolled)),
        };
        self.owners.push(id);
        match how {
            RollUp::Sum => self.sum_up(&mut whole, &parts, &counted),
            RollUp::Average | RollUp::Worst | RollUp::ShareMet => self.meet(&mut whole, &parts, &attained, &counted),
        }
        self.owners.pop();
        whole
    }

    /// Whether a shorter period counts.
    fn counts(&self, parts: &IndicatorColumns, attained: &Column, how: RollUp, cell: usize) -> bool {
        if !self.spine(parts.spine).is_present(cell) {
            return false;
        }
        if how != RollUp::Sum {
            return attained.is_known(cell);
        }
        let judged = parts.target_row.is_none() || parts.goal(self.model, cell).is_some();
        judged && parts.actual.dec(cell).is_some()
    }

    /// The row of target `none`, if that is in force in all shorter periods in which the subject is there.
    fn row_of_none(&self, parts: &IndicatorColumns, cells: &[u32]) -> Option<u32> {
        let spine = self.spine(parts.spine);
        let mut there = cells.iter().map(|&cell| cell as usize).filter(|&cell| spine.is_present(cell));
        let first = there.next()?;
        let nothing = |cell: usize| !parts.has_target(self.model, cell);
        (nothing(first) && there.all(nothing)).then(|| parts.target_row.as_ref()?.get(first).copied()).flatten()
    }

    /// Σ actual against Σ target, with the comparison of the last period that counts.
    fn sum_up(&mut self, whole: &mut IndicatorColumns, parts: &IndicatorColumns, counted: &[Vec<u32>]) {
        let mut too_large = Vec::new();
        let mut total = |value: &dyn Fn(usize) -> Option<Dec>| -> Arc<Column> {
            let sums = counted.iter().enumerate().map(|(cell, counted)| {
                let mut sum = None;
                for &part in counted {
                    let own = value(part as usize)?;
                    sum = Some(match sum {
                        None => own,
                        Some(sum) => Dec::add(sum, own).unwrap_or_else(|Overflow| {
                            too_large.push(cell);
                            sum
                        }),
                    });
                }
                sum
            });
            Arc::new(Column::Dec(sums.collect()))
        };
        whole.actual = total(&|cell| parts.actual.dec(cell));
        let low = total(&|cell| parts.bound.dec(cell).or_else(|| parts.low.dec(cell)));
        let high = total(&|cell| parts.bound.dec(cell).or_else(|| parts.high.dec(cell)));
        whole.stretch = total(&|cell| parts.stretch.dec(cell));
        let is_band = |cell: usize| {
            let target = whole.target(self.model, cell);
            target.is_some_and(|target| matches!(target.kind, TargetKind::Between(..)))
        };
        let of = |column: &Column, band: bool| {
            Arc::new(column.gather((0..counted.len()).map(|cell| Some(cell).filter(|&cell| is_band(cell) == band))))
        };
        (whole.bound, whole.low, whole.high) = (of(&low, false), of(&low, true), of(&high, true));
        if whole.target_row.is_some() {
            self.judge(whole);
        }
        let what = (Site::Met(whole.id), self.model.indicators[whole.id].title.span);
        self.note_too_large(what, At::spine(whole.spine), too_large);
    }

    /// Whether the whole is met: a mean from 100%, otherwise if every period is.
    fn meet(
        &mut self,
        whole: &mut IndicatorColumns,
        parts: &IndicatorColumns,
        attained: &Column,
        counted: &[Vec<u32>],
    ) {
        let Some(rolled) = whole.rolled.clone() else { return };
        let attainment = self.rolled_attainment(whole, &rolled, self.model.policy.attainment_cap);
        let all_met = |counted: &Vec<u32>| counted.iter().all(|&part| parts.met.bool(part as usize) == Some(true));
        let met = |(cell, counted): (usize, &Vec<u32>)| {
            let attainment = attainment.dec(cell)?;
            Some(if rolled.how == RollUp::Average { attainment >= Dec::ONE } else { all_met(counted) })
        };
        let met: Vec<Option<bool>> = counted.iter().enumerate().map(met).collect();
        // What is met by a tolerance in one of the periods lies below 100% there.
        let below = |counted: &Vec<u32>| counted.iter().any(|&part| attained.dec(part as usize) < Some(Dec::ONE));
        let tolerated = met
            .iter()
            .zip(counted)
            .map(|(met, counted)| met.map(|met| met && rolled.how == RollUp::Worst && below(counted)));
        whole.by_tolerance = Arc::new(Column::Bool(tolerated.collect()));
        whole.met = Arc::new(Column::Bool(met));
    }

    /// The attainment of what is rolled up from those of the shorter periods, each limited by the cap.
    pub(super) fn rolled_attainment(&mut self, whole: &IndicatorColumns, rolled: &Rolled, cap: Dec) -> Arc<Column> {
        let parts = whole.reading().on(rolled.inside);
        let attained = self.attainment(parts, cap);
        let met = Arc::clone(&rolled.columns.met);
        let (spine, of_actuals) = (self.spine(rolled.inside), self.averages_actuals());
        let mut too_large = Vec::new();
        let mut roll = |(cell, inside): (usize, &Vec<u32>)| {
            let there = inside.iter().map(|&part| part as usize).filter(|&part| spine.is_present(part));
            let values: Vec<(Dec, bool)> =
                there.filter_map(|part| Some((attained.dec(part)?, met.bool(part) == Some(true)))).collect();
            let number = values.len() as i64;
            let result = match rolled.how {
                RollUp::Worst => Ok(values.iter().map(|(value, _)| *value).min()),
                RollUp::ShareMet => {
                    let held = values.iter().filter(|(_, met)| *met).count() as i64;
                    Dec::int(held).div(Dec::int(number)).map(|share| share.map(|share| share.min(cap)))
                }
                RollUp::Average if of_actuals => {
                    let add = |sum: Dec, x: Dec| sum.add(x).unwrap_or(sum);
                    let known = |column: &Column| {
                        inside.iter().filter_map(|&part| column.dec(part as usize)).fold(Dec::ZERO, add)
                    };
                    known(&rolled.columns.actual)
                        .div(known(&rolled.columns.bound))
                        .map(|share| share.map(|s| s.min(cap)))
                }
                RollUp::Average | RollUp::Sum => {
                    let weighted: Vec<sample::Weighted> = values.iter().map(|(value, _)| (*value, 1)).collect();
                    sample::mean(&weighted)
                }
            };
            result.unwrap_or_else(|Overflow| {
                too_large.push(cell);
                None
            })
        };
        let column = Arc::new(Column::Dec(rolled.cells.iter().enumerate().map(&mut roll).collect()));
        let what = (Site::Met(whole.id), self.model.indicators[whole.id].title.span);
        self.note_too_large(what, At::spine(whole.spine), too_large);
        column
    }
}
