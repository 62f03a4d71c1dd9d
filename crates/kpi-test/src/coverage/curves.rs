//! Brackets: rows of steps, points and slices.

use kpi_base::{Span, Text, text};
use kpi_check::model::{CompareOp, Curve, CurveKind, StepBound, Type};
use kpi_value::Dec;

use super::Eye;
use super::site::{Mark, Watched, row_text};
use crate::show::show_number;

impl Eye<'_, '_> {
    /// A curve, and the values for which it was asked.
    pub(super) fn curve(&mut self, curve: &Curve, values: &[Dec], ty: Type) {
        match &curve.kind {
            CurveKind::Step(rows) => {
                for (place, row) in rows.iter().enumerate() {
                    let in_force = |x: Dec| rows.iter().position(|row| holds(&row.bound, x)) == Some(place);
                    self.row(row.span, values.iter().any(|x| in_force(*x)));
                }
                self.bounds(rows.iter().map(|row| (&row.bound, row.span)), values);
            }
            CurveKind::Linear(points) => {
                let shown = |x: Dec| show_number(self.model, x, ty);
                let shown: Vec<String> = points.iter().map(|(x, _)| shown(*x)).collect();
                for (place, ((x, _), text)) in points.iter().zip(&shown).enumerate() {
                    let reached = values.contains(x);
                    self.sites.add(curve.span, Mark::At(Some(*x)), reached, || {
                        text!("no test has exactly {threshold}", threshold = Text::quoted(text))
                    });
                    let (Some((next, _)), Some(end)) = (points.get(place + 1), shown.get(place + 1)) else { continue };
                    let between = values.iter().any(|value| x < value && value < next);
                    self.sites.add(curve.span, Mark::Part(place), between, || {
                        text!("no test lies between `{start}` and `{end}`", start = text, end)
                    });
                }
            }
            CurveKind::Marginal(slices) => {
                for (start, _) in slices {
                    let shown = show_number(self.model, *start, ty);
                    let pairs = values.iter().map(|x| (*x, *start)).collect();
                    let watched = Watched { op: CompareOp::Gt, pairs, value: Some(*start) };
                    self.sites.threshold(curve.span, &watched, || Text::quoted(&shown));
                }
            }
        }
    }

    /// The thresholds of rows, each once.
    pub(super) fn bounds<'b>(&mut self, rows: impl Iterator<Item = (&'b StepBound, Span)>, values: &[Dec]) {
        let files = self.sites.files;
        let mut seen: Vec<Dec> = Vec::new();
        for (bound, span) in rows {
            let row = || {
                let text = row_text(files, span);
                text.split([':', '：']).next().unwrap_or_default().trim().to_owned()
            };
            let mut threshold = |op: CompareOp, at: Dec, shown: &dyn Fn() -> Text| {
                if !seen.contains(&at) {
                    seen.push(at);
                    let watched = Watched { op, pairs: values.iter().map(|x| (*x, at)).collect(), value: Some(at) };
                    self.sites.threshold(span, &watched, shown);
                }
            };
            match bound {
                StepBound::Compare(op, at) => threshold(*op, *at, &|| Text::quoted(row())),
                StepBound::Range(low, high, closed) => {
                    threshold(CompareOp::Ge, *low, &|| text!("the lower bound of `{shown}`", shown = row()));
                    let op = if *closed { CompareOp::Le } else { CompareOp::Lt };
                    threshold(op, *high, &|| text!("the upper bound of `{shown}`", shown = row()));
                }
                StepBound::Else => {}
            }
        }
    }
}

fn holds(bound: &StepBound, x: Dec) -> bool {
    match bound {
        StepBound::Compare(op, at) => op.holds(x.cmp(at)),
        StepBound::Range(low, high, closed) => *low <= x && (x < *high || *closed && x == *high),
        StepBound::Else => true,
    }
}
