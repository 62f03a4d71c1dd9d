//! Expressions cell by cell: operators, functions, and where the other kinds are computed.

use std::sync::Arc;

use kpi_check::model::{self, ArithmeticOp, CompareOp, ExprKind, IndicatorField, LineField, PeriodField, Type};
use kpi_value::{Dec, Overflow, Period, Value};

use super::troubles::{Kind, Site};
use super::{At, Evaluator, Reading};
use crate::Column;
use crate::kernels::operators::{self, Outcome};

impl Evaluator<'_> {
    /// The values of an expression. What cannot be computed (an overflow, a lookup that finds two rows) becomes a finding
    /// and no data; an error among the findings must stop the run.
    pub fn column(&mut self, expr: &model::Expr, at: At) -> Arc<Column> {
        if let Some(column) = self.assumed.get(&(expr.id, at.spine)) {
            return Arc::clone(column);
        }
        let at = narrow(&expr.kind, at);
        if let Some(column) = self.columns.get(&(expr.id, at)) {
            return Arc::clone(column);
        }
        let column = self.compute(expr, at);
        self.columns.insert((expr.id, at), Arc::clone(&column));
        column
    }

    fn compute(&mut self, expr: &model::Expr, at: At) -> Arc<Column> {
        let cells = self.spine(at.spine).cells();
        match &expr.kind {
            ExprKind::Const(value) => Arc::new(Column::Same(value.clone(), cells)),
            ExprKind::Column(path) => self.attribute(path, at.spine),
            ExprKind::Aggregate(_) | ExprKind::Lookup(_) => Arc::new(self.read(expr, at)),
            // It stands in rows, which are the engine's.
            ExprKind::Exists(_) => self.not_planned(expr, at),
            ExprKind::Param(id, keys) => self.param(expr, *id, keys.as_deref(), at),
            ExprKind::Neg(x) => {
                let x = self.column(x, at);
                self.decs(expr, at, &[&x], |i| x.dec(i).map(|x| Dec::ZERO.sub(x)).transpose())
            }
            ExprKind::Arithmetic(op, a, b) => self.arithmetic(expr, *op, a, b, at),
            ExprKind::Compare(op, a, b) => self.compare(*op, a, b, at),
            ExprKind::InRange(x, low, high, closed, negated) => {
                let above = self.compare(CompareOp::Ge, x, low, at);
                let below = self.compare(if *closed { CompareOp::Le } else { CompareOp::Lt }, x, high, at);
                bools(cells, &[&above, &below], |i| {
                    operators::and(above.bool(i), below.bool(i)).map(|inside| inside != *negated)
                })
            }
            ExprKind::InSet(x, set, negated) => {
                let equal: Vec<_> = set.iter().map(|member| self.compare(CompareOp::Eq, x, member, at)).collect();
                let sources: Vec<&Column> = equal.iter().map(|c| &**c).collect();
                bools(cells, &sources, |i| {
                    let mut found = Some(false);
                    for column in &equal {
                        found = operators::or(found, column.bool(i));
                    }
                    found.map(|found| found != *negated)
                })
            }
            ExprKind::Not(x) => {
                let x = self.column(x, at);
                bools(cells, &[&x], |i| x.bool(i).map(|x| !x))
            }
            ExprKind::And(a, b) => {
                let (a, b) = (self.column(a, at), self.column(b, at));
                bools(cells, &[&a, &b], |i| operators::and(a.bool(i), b.bool(i)))
            }
            ExprKind::Or(a, b) => {
                let (a, b) = (self.column(a, at), self.column(b, at));
                bools(cells, &[&a, &b], |i| operators::or(a.bool(i), b.bool(i)))
            }
            ExprKind::IsMissing(x) => {
                let x = self.column(x, at);
                bools(cells, &[&x], |i| Some(!x.is_known(i)))
            }
            ExprKind::StintDays => self.stint_days(at.spine),
            ExprKind::Window(function, x, window, needs) => self.window(expr, (*function, x, *window, *needs), at),
            ExprKind::OverWindow(x, window) => self.over_window(x, *window, at),
            ExprKind::If(condition, then, otherwise) => {
                let condition = self.column(condition, at);
                let (then, otherwise) = (self.column(then, at), self.column(otherwise, at));
                self.values(expr.ty, cells, &[&condition, &then, &otherwise], |i| {
                    if condition.bool(i)? { then.value(i) } else { otherwise.value(i) }
                })
            }
            ExprKind::Call(builtin, args) => {
                let args: Vec<_> = args.iter().map(|arg| self.column(arg, at)).collect();
                let sources: Vec<&Column> = args.iter().map(|c| &**c).collect();
                self.values(expr.ty, cells, &sources, |i| {
                    let args: Vec<Option<Value>> = args.iter().map(|arg| arg.value(i)).collect();
                    operators::call(*builtin, &args)
                })
            }
            ExprKind::Inlined(_, body) => self.column(body, at),
            // Under `over last 3 months` an indicator is its formula over the pooled rows.
            ExprKind::Indicator(id, _) if at.pooled.is_some() => {
                let (model, reading) = (self.model, self.reading(*id, at));
                if reading.spine.0 as usize >= self.spines.len() {
                    return Arc::new(Column::none(cells));
                }
                let column = self.column(&model.indicators[*id].formula, At { spine: reading.spine, ..at });
                self.present_only(&column, reading.spine)
            }
            ExprKind::Indicator(id, field) => self.indicator_field(self.reading(*id, at), *field),
            ExprKind::Over(x, scope) => self.over(expr, x, scope, at),
            ExprKind::Among(among) => self.among(expr, among, at),
            ExprKind::Previous(x, back) => self.previous(x, *back, at),
            ExprKind::Growth(x) => self.growth(expr, x, at),
            ExprKind::Streak(condition) => self.streak(expr, condition, at),
            ExprKind::Curve(curve, x) => {
                let x = self.column(x, at);
                let (column, applied) = self.curve(curve, &x, (Site::Expr(expr.id), expr.span), at);
                self.applied.insert((expr.id, at), applied);
                column
            }
            ExprKind::Period(field) => self.period_field(*field, at),
            ExprKind::Line(field) => match (at.line, field) {
                (Some((id, _)), LineField::Actual) => Arc::clone(&self.indicator(self.reading(id, at)).actual),
                (Some((id, cap)), LineField::Attainment) => self.attainment(self.reading(id, at), cap),
                (None, _) => self.not_planned(expr, at),
            },
            ExprKind::Card(field) => match at.card.and_then(|card| self.cards.get(&(card, *field))) {
                Some((spine, column)) => self.on_spine(column, *spine, at.spine),
                None => self.not_planned(expr, at),
            },
            ExprKind::Pay(incentive, pay) => {
                let of_card = self.pays.get(&(*incentive, *pay, at.card));
                match of_card.or_else(|| self.pays.get(&(*incentive, *pay, None))) {
                    Some((spine, column)) => self.on_spine(column, *spine, at.spine),
                    None => self.not_planned(expr, at),
                }
            }
        }
    }

    fn arithmetic(
        &mut self,
        expr: &model::Expr,
        op: ArithmeticOp,
        a: &model::Expr,
        b: &model::Expr,
        at: At,
    ) -> Arc<Column> {
        let numbers = a.ty.unit().is_some() && b.ty.unit().is_some();
        let (a, b) = (self.column(a, at), self.column(b, at));
        if !numbers {
            let cells = self.spine(at.spine).cells();
            let mut out_of_range = Vec::new();
            let column = self.values(expr.ty, cells, &[&a, &b], |i| {
                operators::date_arithmetic(op, &a.value(i)?, &b.value(i)?).unwrap_or_else(|Overflow| {
                    out_of_range.push(i);
                    None
                })
            });
            if !out_of_range.is_empty() {
                self.trouble(Kind::DateOutOfRange, (Site::Expr(expr.id), expr.span), at.spine, out_of_range);
            }
            return column;
        }
        let mut zero = Vec::new();
        let column = self.decs(expr, at, &[&a, &b], |i| {
            let (Some(a), Some(b)) = (a.dec(i), b.dec(i)) else { return Ok(None) };
            match operators::arithmetic(op, a, b) {
                Outcome::Number(x) => Ok(Some(x)),
                Outcome::TooLarge => Err(Overflow),
                Outcome::DividedByZero => {
                    zero.push(i);
                    Ok(None)
                }
            }
        });
        if !zero.is_empty() {
            self.trouble(Kind::DividedByZero, (Site::Expr(expr.id), expr.span), at.spine, zero);
        }
        column
    }

    fn compare(&mut self, op: CompareOp, a: &model::Expr, b: &model::Expr, at: At) -> Arc<Column> {
        let cells = self.spine(at.spine).cells();
        let op = self.faulty_compare(op);
        let types = (a.ty, b.ty);
        let (a, b) = (self.column(a, at), self.column(b, at));
        match types {
            (Type::Number(_), Type::Number(_)) => {
                bools(cells, &[&a, &b], |i| Some(op.holds(a.dec(i)?.cmp(&b.dec(i)?))))
            }
            (Type::Member(_), Type::Member(_)) => {
                bools(cells, &[&a, &b], |i| Some(op.holds(a.member(i)?.cmp(&b.member(i)?))))
            }
            _ => bools(cells, &[&a, &b], |i| Some(operators::compare(op, &a.value(i)?, &b.value(i)?))),
        }
    }

    fn indicator_field(&mut self, reading: Reading, field: IndicatorField) -> Arc<Column> {
        let cap = self.model.policy.attainment_cap;
        match field {
            IndicatorField::Actual => self.actual(reading),
            IndicatorField::Target => self.single_target(reading),
            IndicatorField::Met => Arc::clone(&self.indicator(reading).met),
            IndicatorField::Attainment => self.attainment(reading, cap),
            IndicatorField::Gap => self.gap(reading),
            IndicatorField::Progress => self.progress(reading),
            IndicatorField::Score => {
                let model = self.model;
                self.fraction(reading, &model.indicators[reading.id].scoring, cap).column
            }
        }
    }

    fn period_field(&self, field: PeriodField, at: At) -> Arc<Column> {
        let (spine, calendar) = (self.spine(at.spine), &self.model.policy.calendar);
        let periods = self.timeline_of(at.spine).periods.iter();
        let of_period = |&period: &Period| {
            let days = i64::from(calendar.days(period));
            match field {
                PeriodField::Start => Value::Date(calendar.start(period)),
                PeriodField::End => Value::Date(calendar.end(period)),
                PeriodField::Days => Value::Dec(Dec::int(days)),
                PeriodField::Length => Value::Dec(Dec::int(days * 86_400)),
            }
        };
        let values: Vec<Value> = periods.map(of_period).collect();
        let value = |cell: usize| values.get(spine.period(cell)).cloned();
        let ty = if matches!(field, PeriodField::Start | PeriodField::End) { Type::Date } else { Type::NUMBER };
        Arc::new(Column::of(ty, (0..spine.cells()).map(value)))
    }

    /// No data, and a finding that stops the run.
    pub(crate) fn not_planned(&mut self, expr: &model::Expr, at: At) -> Arc<Column> {
        self.trouble(Kind::NotPlanned, (Site::Expr(expr.id), expr.span), at.spine, []);
        Arc::new(Column::none(self.spine(at.spine).cells()))
    }

    /// One number a cell, computed once where all sources are the same in all cells.
    pub(crate) fn decs(
        &mut self,
        expr: &model::Expr,
        at: At,
        sources: &[&Column],
        mut number: impl FnMut(usize) -> Result<Option<Dec>, Overflow>,
    ) -> Arc<Column> {
        let cells = self.spine(at.spine).cells();
        let mut too_large = Vec::new();
        let mut number = |cell| match number(cell) {
            Ok(value) => value,
            Err(Overflow) => {
                too_large.push(cell);
                None
            }
        };
        let column = if cells > 0 && are_same(sources) {
            Column::Same(number(0).map(Value::Dec), cells)
        } else {
            Column::Dec((0..cells).map(number).collect())
        };
        if !too_large.is_empty() {
            self.trouble(Kind::Overflow, (Site::Expr(expr.id), expr.span), at.spine, too_large);
        }
        Arc::new(column)
    }

    /// One value of a type a cell.
    fn values(
        &self,
        ty: Type,
        cells: usize,
        sources: &[&Column],
        mut value: impl FnMut(usize) -> Option<Value>,
    ) -> Arc<Column> {
        if cells > 0 && are_same(sources) {
            return Arc::new(Column::Same(value(0), cells));
        }
        Arc::new(Column::of(ty, (0..cells).map(value)))
    }
}

/// One truth value a cell.
fn bools(cells: usize, sources: &[&Column], mut truth: impl FnMut(usize) -> Option<bool>) -> Arc<Column> {
    Arc::new(if cells > 0 && are_same(sources) {
        Column::Same(truth(0).map(Value::Bool), cells)
    } else {
        Column::Bool((0..cells).map(truth).collect())
    })
}

fn are_same(sources: &[&Column]) -> bool {
    sources.iter().all(|column| matches!(column, Column::Same(..)))
}

/// The context as far as the value hangs on it, so that cards and lines share what they can.
pub(crate) const fn narrow(kind: &ExprKind, at: At) -> At {
    match kind {
        ExprKind::Const(_) | ExprKind::Column(_) | ExprKind::Period(_) => At::spine(at.spine),
        ExprKind::Aggregate(_) | ExprKind::Indicator(..) => {
            At { strict: at.strict, pooled: at.pooled, ..At::spine(at.spine) }
        }
        // One row is looked up, that of the own period.
        ExprKind::Lookup(_) => At { strict: at.strict, ..At::spine(at.spine) },
        _ => at,
    }
}
