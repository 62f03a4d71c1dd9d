//! Several periods at once: the values of each (`average(X, last 3 months)`), and their rows together (`X over last 3
//! months`).

use std::sync::Arc;

use kpi_check::model::{self, Window, WindowFunction};
use kpi_plan::SpineId;
use kpi_value::{Dec, Overflow, Period};

use super::troubles::Site;
use super::{At, Evaluator};
use crate::Column;
use crate::kernels::sample::{self, Weighted};
use crate::rollup::Pair;

impl Evaluator<'_> {
    /// The values of X in the periods of a window, as far as there are any: no data if there is none, or fewer than it needs.
    pub(crate) fn window(
        &mut self,
        expr: &model::Expr,
        (function, x, window, needs): (WindowFunction, &model::Expr, Window, u32),
        at: At,
    ) -> Arc<Column> {
        let whole = self.whole_spine(at.spine);
        let x = self.column(x, At { spine: whole, pooled: None, ..at });
        let earlier = self.earlier_places(window, whole);
        let spine = self.spine(whole);
        let (mut values, mut column, mut too_large) = (Vec::new(), vec![None; spine.cells()], Vec::new());
        for (cell, slot) in column.iter_mut().enumerate() {
            let place = spine.period(cell);
            let Some(&Some(back)) = earlier.get(place).filter(|_| spine.is_present(cell)) else { continue };
            values.clear();
            for place in place - back..=place {
                let there = spine.cell(spine.entity(cell), place).filter(|&cell| spine.is_present(cell));
                values.extend(there.and_then(|cell| x.dec(cell)));
            }
            if values.is_empty() || values.len() < needs as usize {
                continue;
            }
            match summary(function, &mut values) {
                Ok(value) => *slot = value,
                Err(Overflow) => too_large.push(cell),
            }
        }
        self.note_too_large((Site::Expr(expr.id), expr.span), At { spine: whole, ..at }, too_large);
        self.take_from_whole(Arc::new(Column::Dec(column)), at.spine, whole)
    }

    /// X with the rows of all periods of a window in each of its aggregates.
    pub(crate) fn over_window(&mut self, x: &model::Expr, window: Window, at: At) -> Arc<Column> {
        let whole = self.whole_spine(at.spine);
        let x = self.column(x, At { spine: whole, pooled: Some(window), ..at });
        let earlier = self.earlier_places(window, whole);
        let spine = self.spine(whole);
        let begun =
            |cell: usize| earlier.get(spine.period(cell)).copied().flatten().is_some() && spine.is_present(cell);
        let column = x.gather((0..spine.cells()).map(|cell| Some(cell).filter(|&cell| begun(cell))));
        self.take_from_whole(Arc::new(column), at.spine, whole)
    }

    /// For each period of a spine how many before it belong to its window, as far as they are known; none where the window
    /// has not begun.
    fn earlier_places(&self, window: Window, spine: SpineId) -> Vec<Option<usize>> {
        let (timeline, calendar) = (self.timeline_of(spine), &self.model.policy.calendar);
        let since = |period: &Period, first: Period| {
            let first = calendar.period(timeline.kind, calendar.deciding_day(first)).index;
            usize::try_from(period.index - first).ok()
        };
        let mut unit_began = 0;
        let mut unit = None;
        let back = |(place, period): (usize, &Period)| match window {
            Window::Last(n) => Some((n as usize).saturating_sub(1).min(place)),
            Window::Since(first) => since(period, first).map(|back| back.min(place)),
            Window::This(kind) => {
                let own = Some(calendar.containing(kind, *period));
                if own != unit {
                    (unit, unit_began) = (own, place);
                }
                Some(place - unit_began)
            }
        };
        timeline.periods.iter().enumerate().map(back).collect()
    }

    /// The pairs of rows and cells where each row belongs to all later cells of the subject whose window holds its period.
    /// A period in which the subject is not there brings no rows.
    pub(crate) fn pool(&self, pairs: &[Pair], window: Window, spine: SpineId) -> Vec<Pair> {
        let earlier = self.earlier_places(window, spine);
        let spine = self.spine(spine);
        let mut pooled = Vec::new();
        for &(row, cell) in pairs {
            let (place, entity) = (spine.period(cell as usize), spine.entity(cell as usize));
            if !spine.is_present(cell as usize) {
                continue;
            }
            let later = earlier.iter().enumerate().skip(place);
            let holding = later.take_while(|(later, back)| back.is_some_and(|back| *later - back <= place));
            pooled.extend(holding.filter_map(|(later, _)| Some((row, spine.cell(entity, later)? as u32))));
        }
        pooled
    }

    /// Whether a source says anything about one of the periods of a window.
    pub(crate) fn pooled_availability(&self, available: &[bool], window: Window, spine: SpineId) -> Arc<Vec<bool>> {
        let earlier = self.earlier_places(window, spine);
        let any = |(place, back): (usize, &Option<usize>)| {
            back.is_some_and(|back| available.get(place - back..=place).is_some_and(|all| all.contains(&true)))
        };
        Arc::new(earlier.iter().enumerate().map(any).collect())
    }
}

fn summary(function: WindowFunction, values: &mut [Dec]) -> Result<Option<Dec>, Overflow> {
    let sum = |values: &[Dec]| values.iter().try_fold(Dec::ZERO, |sum, x| sum.add(*x));
    match function {
        WindowFunction::Sum => sum(values).map(Some),
        WindowFunction::Average => sum(values)?.div(Dec::int(values.len() as i64)),
        WindowFunction::Median => {
            values.sort_unstable();
            let weighted: Vec<Weighted> = values.iter().map(|x| (*x, 1)).collect();
            sample::quantile(&weighted, Dec::percent(50))
        }
        WindowFunction::Min => Ok(values.iter().min().copied()),
        WindowFunction::Max => Ok(values.iter().max().copied()),
    }
}
