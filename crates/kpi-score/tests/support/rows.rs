//! Rows of tables, and expressions over one row.

use std::cmp::Ordering;

use kpi_check::model::{
    ArithmeticOp, Builtin, ByKey, ColumnId, CurveKind, Expr, ExprKind, Model, Path, Pattern, PeriodField, TableId,
    Timing,
};
use kpi_testkit::Data;
use kpi_value::{Date, Dec, Period, Value};

/// The tables of a policy, read in one period.
#[derive(Clone, Copy)]
pub struct Rows<'m> {
    pub model: &'m Model,
    pub data: &'m Data,
    pub period: Period,
}

pub fn day_of(model: &Model, value: &Value) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        Value::DateTime(time) => Some(time.date()),
        Value::Period(period) => Some(model.policy.calendar.end(*period)),
        _ => None,
    }
}

impl Rows<'_> {
    pub fn len(&self, table: TableId) -> usize {
        self.data.table(table).rows.len()
    }

    pub fn cell(&self, table: TableId, column: u32, row: usize) -> Option<Value> {
        self.data.table(table).rows.get(row)?.get(column as usize)?.clone()
    }

    /// The first and last day of a row's validity, both inclusive; open where none.
    pub fn validity(&self, table: TableId, row: usize) -> (Option<Date>, Option<Date>) {
        let calendar = &self.model.policy.calendar;
        let day = |column| self.cell(table, column, row).and_then(|v| day_of(self.model, &v));
        match self.model.tables[table].time {
            Timing::Stock { from, to } => (day(from), day(to)),
            Timing::AsOf(column) => {
                let period = day(column).map(|d| calendar.period(self.model.policy.period, d));
                (period.map(|p| calendar.start(p)), period.map(|p| calendar.end(p)))
            }
            _ => (None, None),
        }
    }

    /// The row of a key as of the period; that of its last valid day.
    fn row_of(&self, table: TableId, key: &Value) -> Option<usize> {
        let column = self.model.tables[table].key?;
        let calendar = &self.model.policy.calendar;
        let (start, end) = (calendar.start(self.period), calendar.end(self.period));
        let last_day = |row: usize| {
            let (from, to) = self.validity(table, row);
            let last = to.map_or(end, |to| to.min(end));
            (last >= start && from.is_none_or(|from| from <= last)).then_some(last)
        };
        let rows = (0..self.len(table)).filter(|row| self.cell(table, column, *row).as_ref() == Some(key));
        rows.filter_map(|row| Some((last_day(row)?, row))).max().map(|(_, row)| row)
    }

    /// The value at the end of a path of columns.
    pub fn follow(&self, path: &Path, table: TableId, row: usize) -> Option<Value> {
        let (last, references) = path.0.split_last()?;
        let (mut table, mut row) = (table, row);
        for reference in references {
            let key = self.cell(table, reference.index, row)?;
            table = self.model.referred(*reference)?;
            row = self.row_of(table, &key)?;
        }
        self.cell(table, last.index, row)
    }

    /// A column that an expression reads and the data do not give.
    pub fn absent(&self, expr: &Expr) -> Option<ColumnId> {
        if let ExprKind::Column(path) = &expr.kind {
            return path.0.iter().find(|c| self.data.table(c.table).absent.contains(&c.index)).copied();
        }
        expr.children().into_iter().find_map(|e| self.absent(e))
    }

    /// An expression over one row.
    pub fn eval(&self, expr: &Expr, table: TableId, row: usize) -> Option<Value> {
        let sub = |e: &Expr| self.eval(e, table, row);
        let truth = |e: &Expr| sub(e).and_then(|v| v.as_bool());
        match &expr.kind {
            ExprKind::Const(value) => value.clone(),
            ExprKind::Column(path) => self.follow(path, table, row),
            ExprKind::Compare(op, a, b) => Some(Value::Bool(op.holds(order(&sub(a)?, &sub(b)?)))),
            ExprKind::And(a, b) => match (truth(a), truth(b)) {
                (Some(false), _) | (_, Some(false)) => Some(Value::Bool(false)),
                (a, b) => a.zip(b).map(|_| Value::Bool(true)),
            },
            ExprKind::Or(a, b) => match (truth(a), truth(b)) {
                (Some(true), _) | (_, Some(true)) => Some(Value::Bool(true)),
                (a, b) => a.zip(b).map(|_| Value::Bool(false)),
            },
            ExprKind::IsMissing(x) => Some(Value::Bool(sub(x).is_none())),
            ExprKind::Not(x) => Some(Value::Bool(!truth(x)?)),
            ExprKind::Neg(x) => Some(Value::Dec(Dec::ZERO.sub(sub(x)?.as_dec()?).ok()?)),
            ExprKind::Inlined(_, body) => sub(body),
            ExprKind::If(c, a, b) => {
                if truth(c)? {
                    sub(a)
                } else {
                    sub(b)
                }
            }
            ExprKind::InSet(x, set, negated) => {
                let x = sub(x)?;
                let mut unknown = false;
                for member in set {
                    match sub(member) {
                        Some(member) if order(&member, &x).is_eq() => return Some(Value::Bool(!negated)),
                        None => unknown = true,
                        _ => {}
                    }
                }
                (!unknown).then_some(Value::Bool(*negated))
            }
            ExprKind::InRange(x, low, high, closed, negated) => {
                let x = sub(x)?;
                let above = sub(low).map(|low| order(&x, &low).is_ge());
                let below = sub(high).map(|high| {
                    let order = order(&x, &high);
                    if *closed { order.is_le() } else { order.is_lt() }
                });
                let inside = match (above, below) {
                    (Some(false), _) | (_, Some(false)) => false,
                    (a, b) => a.zip(b).map(|_| true)?,
                };
                Some(Value::Bool(inside != *negated))
            }
            ExprKind::Arithmetic(op, a, b) => arithmetic(*op, &sub(a)?, &sub(b)?),
            ExprKind::Call(function, args) => call(*function, args.iter().map(sub).collect()),
            ExprKind::Param(id, index) => {
                let by = &self.model.params[*id].value;
                let mut written = index.iter().flatten();
                let keys: Vec<Option<Value>> = by
                    .keys
                    .iter()
                    .map(|key| match key {
                        ByKey::Date => Some(Value::Date(self.model.policy.calendar.start(self.period))),
                        ByKey::Expr(own) => sub(written.next().unwrap_or(own)),
                    })
                    .collect();
                let applies = |pattern: &Pattern, key: &Option<Value>| match (pattern, key) {
                    (Pattern::Any, _) => true,
                    (Pattern::Members(members), Some(Value::Member(member))) => members.contains(member),
                    (Pattern::Dates(from, before), Some(Value::Date(d))) => from <= d && before.is_none_or(|b| *d < b),
                    _ => false,
                };
                let taken = by.rows.iter().find(|row| row.patterns.iter().zip(&keys).all(|(p, k)| applies(p, k)))?;
                sub(&taken.value)
            }
            ExprKind::Period(field) => {
                let calendar = &self.model.policy.calendar;
                let days = i64::from(calendar.days(self.period));
                Some(match field {
                    PeriodField::Start => Value::Date(calendar.start(self.period)),
                    PeriodField::End => Value::Date(calendar.end(self.period)),
                    PeriodField::Days => Value::Dec(Dec::int(days)),
                    PeriodField::Length => Value::Dec(Dec::int(days * 86_400)),
                })
            }
            ExprKind::Curve(curve, x) => {
                let x = sub(x)?.as_dec()?;
                match &curve.kind {
                    CurveKind::Step(rows) => sub(&rows.iter().find(|row| row.bound.holds(x))?.value),
                    other => panic!("rows of tests do not know {other:?}"),
                }
            }
            other => panic!("rows of tests do not know {other:?}"),
        }
    }
}

/// A day and a wall time compare by the wall time's day at midnight.
fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Date(a), Value::DateTime(b)) => a.midnight().cmp(b),
        (Value::DateTime(a), Value::Date(b)) => a.cmp(&b.midnight()),
        _ => a.cmp(b),
    }
}

fn arithmetic(op: ArithmeticOp, a: &Value, b: &Value) -> Option<Value> {
    let (Value::Dec(a), Value::Dec(b)) = (a, b) else { panic!("rows of tests do not know arithmetic of dates") };
    match op {
        ArithmeticOp::Add => a.add(*b).ok(),
        ArithmeticOp::Sub => a.sub(*b).ok(),
        ArithmeticOp::Mul => a.mul(*b).ok(),
        ArithmeticOp::Div => a.div(*b).ok().flatten(),
    }
    .map(Value::Dec)
}

fn call(function: Builtin, args: Vec<Option<Value>>) -> Option<Value> {
    if function == Builtin::Coalesce {
        return args.into_iter().flatten().next();
    }
    let args: Vec<Value> = args.into_iter().collect::<Option<_>>()?;
    match (function, args.as_slice()) {
        (Builtin::Clamp, [x, low, high]) => Some(x.clone().max(low.clone()).min(high.clone())),
        (Builtin::Min, values) => values.iter().min().cloned(),
        (Builtin::Max, values) => values.iter().max().cloned(),
        (Builtin::Abs, [Value::Dec(x)]) => Some(Value::Dec(x.abs())),
        (Builtin::Round, [Value::Dec(x)]) => Some(Value::Dec(x.round(0))),
        (Builtin::Round, [Value::Dec(x), Value::Dec(n)]) => {
            Some(Value::Dec(x.round(u32::try_from(n.units() / Dec::UNITS).ok()?)))
        }
        (Builtin::DaysBetween, [a, b]) => {
            let day = |v: &Value| match v {
                Value::Date(d) => Some(*d),
                Value::DateTime(t) => Some(t.date()),
                _ => None,
            };
            Some(Value::Dec(Dec::int(i64::from(day(b)?.0) - i64::from(day(a)?.0))))
        }
        other => panic!("rows of tests do not know {other:?}"),
    }
}
