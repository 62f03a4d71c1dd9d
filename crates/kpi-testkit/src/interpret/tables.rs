//! `by` tables, parameters and curves.

use kpi_check::model::{ByKey, ByRow, ByTable, Curve, CurveKind, Expr, ParamId, Pattern};
use kpi_value::{Dec, Value};

use super::{Fault, Interpreter, Place, Valued};

impl Interpreter<'_> {
    /// The row in force: "the first that applies". `None`: no row does, because a key has no data.
    pub(super) fn pick<'t, T>(&self, table: &'t ByTable<T>, place: &Place<'_>) -> Result<Option<&'t T>, Fault> {
        let mut keys = Vec::new();
        for key in &table.keys {
            keys.push(match key {
                ByKey::Date => self.dated(place),
                ByKey::Expr(expr) => self.value(expr, place)?,
            });
        }
        Ok(row_for(&table.rows, &keys))
    }

    /// A parameter by its own keys in the cell, or by those written in brackets; `by date` goes by the
    /// period either way.
    pub(super) fn param(&self, id: ParamId, index: Option<&[Expr]>, place: &Place<'_>) -> Valued {
        let table = &self.model.params[id].value;
        let cell = Place { row: None, ..place.clone() };
        let row = match index {
            None => self.pick(table, &cell)?,
            Some(index) => {
                let mut written = index.iter();
                let mut keys = Vec::new();
                for key in &table.keys {
                    keys.push(match key {
                        ByKey::Date => self.dated(place),
                        ByKey::Expr(_) => match written.next() {
                            Some(expr) => self.value(expr, place)?,
                            None => return Err(Fault::Model("an index with too few keys")),
                        },
                    });
                }
                row_for(&table.rows, &keys)
            }
        };
        row.map_or(Ok(None), |expr| self.value(expr, &cell))
    }

    /// The day that `by date` looks at: the first one of the policy's period, the last one of a shorter period.
    fn dated(&self, place: &Place<'_>) -> Option<Value> {
        let (calendar, period) = (&self.model.policy.calendar, place.when.period);
        let shorter = period.kind != self.model.policy.period;
        Some(Value::Date(if shorter { calendar.end(period) } else { calendar.start(period) }))
    }

    /// A curve at x.
    pub(super) fn curve(&self, curve: &Curve, x: Dec, place: &Place<'_>) -> Valued {
        match &curve.kind {
            CurveKind::Step(rows) => match rows.iter().find(|row| row.bound.holds(x)) {
                Some(row) => self.value(&row.value, place),
                None => Ok(None),
            },
            CurveKind::Linear(points) => Ok(linear(points, x)?.map(Value::Dec)),
            CurveKind::Marginal(slices) => Ok(Some(Value::Dec(marginal(slices, x)?))),
        }
    }
}

fn row_for<'t, T>(rows: &'t [ByRow<T>], keys: &[Option<Value>]) -> Option<&'t T> {
    let applies = |row: &&ByRow<T>| row.patterns.iter().zip(keys).all(|(pattern, key)| matches(pattern, key.as_ref()));
    rows.iter().find(applies).map(|row| &row.value)
}

/// Where a key has no data, only patterns that take anything apply.
fn matches(pattern: &Pattern, key: Option<&Value>) -> bool {
    match (pattern, key) {
        (Pattern::Any, _) => true,
        (Pattern::Members(members), Some(Value::Member(member))) => members.contains(member),
        (Pattern::Dates(from, before), Some(Value::Date(date))) => {
            from <= date && before.is_none_or(|before| *date < before)
        }
        _ => false,
    }
}

/// y₀ + (y₁ − y₀) × (x − x₀) ÷ (x₁ − x₀), rounded once, between the neighbouring points; flat outside.
fn linear(points: &[(Dec, Dec)], x: Dec) -> Result<Option<Dec>, Fault> {
    let below = points.iter().rfind(|(at, _)| *at <= x);
    let above = points.iter().find(|(at, _)| *at > x);
    Ok(match (below, above) {
        (Some((x0, y0)), Some((x1, y1))) => {
            let part = y1.sub(*y0)?.mul_div(x.sub(*x0)?, x1.sub(*x0)?)?;
            part.map(|part| y0.add(part)).transpose()?
        }
        (Some((_, y)), None) | (None, Some((_, y))) => Some(*y),
        (None, None) => None,
    })
}

/// Σ (min(x, next start) − start) × rate: "charges each slice at its rate (0 for a negative x)".
fn marginal(slices: &[(Dec, Dec)], x: Dec) -> Result<Dec, Fault> {
    let mut sum = Dec::ZERO;
    for (n, (start, rate)) in slices.iter().enumerate() {
        let end = slices.get(n + 1).map_or(x, |(next, _)| x.min(*next));
        if x > Dec::ZERO && end > *start {
            sum = sum.add(end.sub(*start)?.mul(*rate)?)?;
        }
    }
    Ok(sum)
}
