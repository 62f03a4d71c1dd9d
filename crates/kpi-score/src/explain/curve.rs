//! Which part of a curve made a value.

use kpi_base::{Text, text};
use kpi_check::model::{Curve, CurveKind, Type};
use kpi_results::{Derivation, Step};
use kpi_value::{Dec, Value};

use super::Reader;
use super::node::{node, percent};
use crate::Applied;
use crate::cards::place;

impl Reader<'_, '_> {
    /// What applied of a curve in a cell: the row or the points in words, and the slices of a `marginal` curve. `x` is the
    /// type of what the curve is of.
    pub(super) fn applied(
        &self,
        curve: &Curve,
        applied: Option<&Applied>,
        cell: usize,
        x: Type,
    ) -> (Option<Text>, Vec<Derivation>) {
        match (&curve.kind, applied) {
            (CurveKind::Step(rows), Some(Applied::Rows(taken))) => {
                let row = place(taken, cell).and_then(|row| rows.get(row));
                (row.map(|row| text!("row `{row}`", row = self.source(row.span))), Vec::new())
            }
            (CurveKind::Linear(points), Some(Applied::Rows(taken))) => {
                let after = place(taken, cell).map_or(0, |point| point + 1);
                let before = after.checked_sub(1).and_then(|point| points.get(point));
                let point = |(x0, y0): &(Dec, Dec)| format!("{}: {}", self.brief(*x0, x), self.brief(*y0, curve.ty));
                let note = match (before, points.get(after)) {
                    (Some(a), Some(b)) => Some(text!("between `{a}` and `{b}`", a = point(a), b = point(b))),
                    (None, Some(b)) => Some(text!("flat below `{b}`", b = point(b))),
                    (Some(a), None) => Some(text!("flat from `{a}` on", a = point(a))),
                    (None, None) => None,
                };
                (note, Vec::new())
            }
            (CurveKind::Marginal(starts), Some(Applied::Slices(slices))) => {
                let money = starts.iter().zip(slices.iter()).filter_map(|((start, rate), slice)| {
                    let amount = slice.dec(cell).filter(|amount| !amount.is_zero())?;
                    let rate = if rate.abs() <= Dec::ONE { percent(*rate) } else { rate.to_string() };
                    let what = text!("from {start} at {rate}", start = self.brief(*start, x), rate);
                    Some(node(what, Step::Curve, self.quantity(Some(&Value::Dec(amount)), curve.ty)))
                });
                (None, money.collect())
            }
            _ => (None, Vec::new()),
        }
    }
}
