//! Operators, functions and the fields of indicators, cards and pay.

use kpi_check::model::{
    ArithmeticOp, Back, Builtin, CardField, CompareOp, Expr, ExprKind, LineField, PartMissing, PeriodField, Window,
    WindowFunction,
};
use kpi_value::{Dec, Value};

use super::aggregates::{average, quantile, sum};
use super::cards::own_card;
use super::strict::of_type;
use super::time::When;
use super::{Fault, Interpreter, Number, Place, Valued};

impl<'a> Interpreter<'a> {
    /// The value of an expression; `None` is no data.
    pub(super) fn value(&self, expr: &Expr, place: &Place<'_>) -> Valued {
        if place.row.is_some() || place.line.is_some() || !worth_keeping(&expr.kind) {
            return self.compute_strictly(expr, place);
        }
        let key = (expr.id, place.who.clone(), place.when, place.card, place.veto);
        if let Some(known) = self.values.borrow().get(&key) {
            return Ok(known.clone());
        }
        let value = self.compute_strictly(expr, place)?;
        self.values.borrow_mut().insert(key, value.clone());
        Ok(value)
    }

    /// The value of an expression whose type is a number.
    pub(super) fn number(&self, expr: &Expr, place: &Place<'_>) -> Number {
        match self.value(expr, place)? {
            None => Ok(None),
            Some(Value::Dec(x)) => Ok(Some(x)),
            Some(_) => Err(Fault::Model("a number was expected")),
        }
    }

    /// The value of a condition.
    pub(super) fn truth(&self, expr: &Expr, place: &Place<'_>) -> Result<Option<bool>, Fault> {
        match self.value(expr, place)? {
            None => Ok(None),
            Some(Value::Bool(x)) => Ok(Some(x)),
            Some(_) => Err(Fault::Model("a truth value was expected")),
        }
    }

    /// As [`Interpreter::compute`], where what the checker promised is seen to be true.
    fn compute_strictly(&self, expr: &Expr, place: &Place<'_>) -> Valued {
        if place.row.is_some() || self.on_roster(&place.who, place.when) {
            self.operands_are_known(expr, place)?;
        }
        let value = self.compute(expr, place)?;
        of_type(self.model, value.as_ref(), expr.ty)?;
        Ok(value)
    }

    fn compute(&self, expr: &Expr, place: &Place<'_>) -> Valued {
        if place.row.is_none() && !self.on_roster(&place.who, place.when) {
            return Ok(None);
        }
        match &expr.kind {
            ExprKind::Const(value) => Ok(value.clone()),
            ExprKind::Column(path) => match place.row {
                Some((table, row)) => self.follow(row, path, self.as_of_row(table, row, place.when)),
                None => self.attribute(&place.who, path, place.when),
            },
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, place),
            ExprKind::Lookup(lookup) => self.lookup(lookup, place),
            ExprKind::Exists(exists) => Ok(self.exists(exists, place)?.holds().map(Value::Bool)),
            ExprKind::Param(id, index) => self.param(*id, index.as_deref(), place),
            ExprKind::Neg(x) => {
                let x = self.number(x, place)?;
                Ok(x.map(|x| Dec::ZERO.sub(x)).transpose()?.map(Value::Dec))
            }
            ExprKind::Arithmetic(op, a, b) => match (self.value(a, place)?, self.value(b, place)?) {
                (Some(a), Some(b)) => arithmetic(*op, &a, &b),
                _ => Ok(None),
            },
            ExprKind::Compare(op, a, b) => {
                let (a, b) = (self.value(a, place)?, self.value(b, place)?);
                Ok(compare(*op, a.as_ref(), b.as_ref()).map(Value::Bool))
            }
            ExprKind::InRange(x, low, high, closed, negated) => {
                let (x, low, high) = (self.value(x, place)?, self.value(low, place)?, self.value(high, place)?);
                let above = compare(CompareOp::Ge, x.as_ref(), low.as_ref());
                let below = compare(if *closed { CompareOp::Le } else { CompareOp::Lt }, x.as_ref(), high.as_ref());
                Ok(and(above, below).map(|inside| Value::Bool(inside != *negated)))
            }
            ExprKind::InSet(x, set, negated) => {
                let x = self.value(x, place)?;
                let mut found = Some(false);
                for member in set {
                    found = or(found, compare(CompareOp::Eq, x.as_ref(), self.value(member, place)?.as_ref()));
                }
                Ok(found.map(|found| Value::Bool(found != *negated)))
            }
            ExprKind::Not(x) => Ok(self.truth(x, place)?.map(|x| Value::Bool(!x))),
            // What cannot change the outcome is not looked at, and so cannot stop the run.
            ExprKind::And(a, b) => match self.truth(a, place)? {
                Some(false) => Ok(Some(Value::Bool(false))),
                a => Ok(and(a, self.known_truth(b, place)?).map(Value::Bool)),
            },
            ExprKind::Or(a, b) => match self.truth(a, place)? {
                Some(true) => Ok(Some(Value::Bool(true))),
                a => Ok(or(a, self.known_truth(b, place)?).map(Value::Bool)),
            },
            ExprKind::IsMissing(x) => Ok(Some(Value::Bool(self.value(x, place)?.is_none()))),
            ExprKind::If(condition, then, otherwise) => match self.truth(condition, place)? {
                Some(true) => self.value(then, place),
                Some(false) => self.value(otherwise, place),
                None => Ok(None),
            },
            ExprKind::Call(function, args) => self.call(*function, args, place),
            ExprKind::Inlined(_, body) => self.value(body, place),
            ExprKind::Indicator(id, field) => self.field(*id, *field, place),
            ExprKind::Over(x, scope) => self.over(x, scope, place),
            ExprKind::Among(among) => self.among(among, place),
            ExprKind::Previous(x, back) => self.previous(x, *back, place),
            ExprKind::Growth(x) => self.growth(x, place),
            ExprKind::Streak(condition) => self.streak(condition, place),
            ExprKind::Window(function, x, window, needs) => self.window(*function, x, *window, *needs, place),
            ExprKind::OverWindow(x, window) => self.over_window(x, *window, place),
            ExprKind::StintDays => Ok(Some(Value::Dec(Dec::int(self.covered_days(&place.who, place.when))))),
            ExprKind::Curve(curve, x) => match self.number(x, place)? {
                Some(x) => self.curve(curve, x, place),
                None => Ok(None),
            },
            ExprKind::Period(field) => self.period_field(*field, place),
            ExprKind::Line(field) => match (place.line, field) {
                (Some(line), LineField::Actual) => Ok(line.actual.map(Value::Dec)),
                (Some(line), LineField::Attainment) => Ok(line.attainment.map(Value::Dec)),
                (None, _) => Err(Fault::Model("a line's value outside of a scoring")),
            },
            ExprKind::Card(field) => self.card_field(*field, place),
            ExprKind::Pay(id, pay) => self.pay_field(*id, *pay, place),
        }
    }

    /// The value of a condition that is no empty cell.
    fn known_truth(&self, expr: &Expr, place: &Place<'_>) -> Result<Option<bool>, Fault> {
        self.is_known(expr, place)?;
        self.truth(expr, place)
    }

    /// "No data in an argument is no data, but for `coalesce`", which is the first argument that is known.
    fn call(&self, function: Builtin, args: &[Expr], place: &Place<'_>) -> Valued {
        if function == Builtin::Coalesce {
            for arg in args {
                if let Some(value) = self.value(arg, place)? {
                    return Ok(Some(value));
                }
            }
            return Ok(None);
        }
        if let Builtin::Weighted(missing) = function {
            return self.weighted(missing, args, place);
        }
        let args: Vec<Option<Value>> = args.iter().map(|arg| self.value(arg, place)).collect::<Result<_, _>>()?;
        let Some(args) = args.into_iter().collect::<Option<Vec<Value>>>() else { return Ok(None) };
        Ok(match (function, args.as_slice()) {
            (Builtin::Clamp, [x, low, high]) => Some(x.clone().max(low.clone()).min(high.clone())),
            (Builtin::Min, values) => values.iter().min().cloned(),
            (Builtin::Max, values) => values.iter().max().cloned(),
            (Builtin::Abs, [Value::Dec(x)]) => Some(Value::Dec(x.abs())),
            (Builtin::Round, [Value::Dec(x)]) => Some(Value::Dec(x.round(0))),
            (Builtin::Round, [Value::Dec(x), Value::Dec(digits)]) => {
                let digits = u32::try_from(digits.units() / Dec::UNITS).unwrap_or(Dec::SCALE);
                Some(Value::Dec(x.round(digits)))
            }
            (Builtin::DaysBetween, [a, b]) => match (day(a), day(b)) {
                (Some(a), Some(b)) => Some(Value::Dec(Dec::int(i64::from(b) - i64::from(a)))),
                _ => return Err(Fault::Model("days between what are no dates")),
            },
            _ => return Err(Fault::Model("a function with other arguments than it takes")),
        })
    }

    /// "`fail`: no data as soon as one part has none; `reweight`: Σ w·x ÷ Σ w of the present, none present is no data; `zero`
    /// counts a missing part as 0."
    fn weighted(&self, missing: PartMissing, args: &[Expr], place: &Place<'_>) -> Valued {
        let mut present = Vec::new();
        for part in args.chunks(2) {
            let [x, weight] = part else { return Err(Fault::Model("a part without its weight")) };
            let weight = weight.as_const_dec().ok_or(Fault::Model("a weight that is no constant"))?;
            match self.number(x, place)? {
                Some(x) => present.push((x, weight)),
                None if missing == PartMissing::Fail => return Ok(None),
                None if missing == PartMissing::Zero => present.push((Dec::ZERO, weight)),
                None => {}
            }
        }
        let mut total = Dec::ZERO;
        for (x, weight) in &present {
            total = total.add(x.mul(*weight)?)?;
        }
        let weights = sum(present.iter().map(|(_, weight)| Ok(*weight)))?;
        Ok(total.div(weights)?.map(Value::Dec))
    }

    /// `period.start`, `.end`, `.days`, and `.length` in seconds.
    fn period_field(&self, field: PeriodField, place: &Place<'_>) -> Valued {
        let (calendar, period) = (&self.model.policy.calendar, place.when.period);
        let days = i64::from(calendar.days(period));
        Ok(Some(match field {
            PeriodField::Start => Value::Date(calendar.start(period)),
            PeriodField::End => Value::Date(calendar.end(period)),
            PeriodField::Days => Value::Dec(Dec::int(days)),
            PeriodField::Length => Value::Dec(Dec::int(days * 86_400)),
        }))
    }

    /// The card's final values; no data on an incomplete card and where the subject has none.
    fn card_field(&self, field: CardField, place: &Place<'_>) -> Valued {
        let Some(scorecard) = place.card else {
            return Err(Fault::Model("a card's value where there is no card"));
        };
        let cards = self.cards(scorecard, place.when.period)?;
        let Some(marked) = own_card(&cards, place) else { return Ok(None) };
        Ok(match field {
            CardField::Score => marked.card.score.map(Value::Dec),
            CardField::Attainment => marked.card.attainment.map(Value::Dec),
            CardField::Grade => marked.card.grade.as_deref().map(|grade| Value::Text(grade.into())),
            CardField::Rank => marked.card.rank.map(|rank| Value::Dec(Dec::int(i64::from(rank)))),
        })
    }

    /// X of the same subject in an earlier period: "They move everything: rows, roster attributes, membership, dated tables."
    fn previous(&self, x: &Expr, back: Back, place: &Place<'_>) -> Valued {
        let n = match back {
            Back::Periods(n) => i32::try_from(n).unwrap_or(i32::MAX),
            Back::Year => match self.a_year_earlier(place.when.period) {
                Some(earlier) => place.when.period.index - earlier.index,
                None => return Ok(None),
            },
        };
        let before = place.before(n);
        self.is_known(x, &before)?;
        self.value(x, &before)
    }

    /// X ÷ previous(X) − 1, no data unless previous(X) > 0.
    fn growth(&self, x: &Expr, place: &Place<'_>) -> Valued {
        self.is_known(x, place)?;
        self.is_known(x, &place.before(1))?;
        let (now, before) = (self.number(x, place)?, self.number(x, &place.before(1))?);
        let (Some(now), Some(before)) = (now, before.filter(|before| *before > Dec::ZERO)) else { return Ok(None) };
        Ok(now.div(before)?.map(|quotient| quotient.sub(Dec::ONE)).transpose()?.map(Value::Dec))
    }

    /// "Takes the values of X in the periods of the window, the judged one included, periods without data left out, `needs n`
    /// demands n; no data if none is left." On the card of a stint all of them are whole periods.
    fn window(&self, function: WindowFunction, x: &Expr, window: Window, needs: u32, place: &Place<'_>) -> Valued {
        let place = &place.during(place.when.unsplit().alone());
        let Some(earlier) = self.earlier(window, place.when.period) else { return Ok(None) };
        let mut values = Vec::new();
        for n in 0..=earlier as i32 {
            self.is_known(x, &place.before(n))?;
            values.extend(self.number(x, &place.before(n))?);
        }
        if values.is_empty() || values.len() < needs as usize {
            return Ok(None);
        }
        Ok(match function {
            WindowFunction::Sum => Some(sum(values.into_iter().map(Ok))?),
            WindowFunction::Average => average(&values)?,
            WindowFunction::Median => quantile(values, Dec::percent(50))?,
            WindowFunction::Min => values.into_iter().min(),
            WindowFunction::Max => values.into_iter().max(),
        }
        .map(Value::Dec))
    }

    /// "`X over last 3 months` pools the rows of those periods: every aggregate inside X runs over all their rows; attributes
    /// are those of the judged period."
    fn over_window(&self, x: &Expr, window: Window, place: &Place<'_>) -> Valued {
        match self.earlier(window, place.when.period) {
            Some(pooled) => self.value(x, &place.during(When { pooled, ..place.when.unsplit() })),
            None => Ok(None),
        }
    }

    /// For how many periods up to this one the condition has held without a break; no data if it has none in this one, and
    /// where the streak is longer than can be told: [`LONGEST_STREAK`]. A period without data ends it like one in which the
    /// condition fails.
    fn streak(&self, condition: &Expr, place: &Place<'_>) -> Valued {
        if self.truth(condition, place)?.is_none() {
            return Ok(None);
        }
        let mut length = 0i32;
        while length <= LONGEST_STREAK && self.truth(condition, &place.before(length))? == Some(true) {
            length += 1;
        }
        Ok((length <= LONGEST_STREAK).then(|| Value::Dec(Dec::int(i64::from(length)))))
    }
}

/// How long a streak `streak(…)` can tell, whatever the periods of a run: it says no length itself, and a run must know how
/// much history to read.
const LONGEST_STREAK: i32 = 12;

/// Expressions that start new work elsewhere; without keeping their values nested ones would take forever.
fn worth_keeping(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::Aggregate(_)
            | ExprKind::Lookup(_)
            | ExprKind::Indicator(..)
            | ExprKind::Over(..)
            | ExprKind::Among(_)
            | ExprKind::Previous(..)
            | ExprKind::Growth(_)
            | ExprKind::Streak(_)
            | ExprKind::Window(..)
            | ExprKind::OverWindow(..)
    )
}

/// `false and no data` is false; otherwise no data spreads.
pub(super) fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// `true or no data` is true; otherwise no data spreads.
fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// A comparison; no data if either side is. A day and a wall time compare by days.
pub(super) fn compare(op: CompareOp, a: Option<&Value>, b: Option<&Value>) -> Option<bool> {
    let order = match (a?, b?) {
        (Value::Date(a), Value::DateTime(b)) => a.cmp(&b.date()),
        (Value::DateTime(a), Value::Date(b)) => a.date().cmp(b),
        (a, b) => a.cmp(b),
    };
    Some(op.holds(order))
}

/// `+ - × ÷` of numbers; ÷ 0 is no data. A day moves by whole days and a time by microseconds, within the years 1 to 9999;
/// two of them are apart by seconds.
fn arithmetic(op: ArithmeticOp, a: &Value, b: &Value) -> Valued {
    const DAY: i64 = 86_400;
    Ok(match (op, a, b) {
        (ArithmeticOp::Add, Value::Dec(a), Value::Dec(b)) => Some(Value::Dec(a.add(*b)?)),
        (ArithmeticOp::Sub, Value::Dec(a), Value::Dec(b)) => Some(Value::Dec(a.sub(*b)?)),
        (ArithmeticOp::Mul, Value::Dec(a), Value::Dec(b)) => Some(Value::Dec(a.mul(*b)?)),
        (ArithmeticOp::Div, Value::Dec(a), Value::Dec(b)) => a.div(*b)?.map(Value::Dec),
        (ArithmeticOp::Add, Value::Date(day), Value::Dec(duration))
        | (ArithmeticOp::Add, Value::Dec(duration), Value::Date(day)) => Some(Value::Date(day.later(*duration)?)),
        (ArithmeticOp::Sub, Value::Date(day), Value::Dec(duration)) => Some(Value::Date(day.earlier(*duration)?)),
        (ArithmeticOp::Sub, Value::Date(a), Value::Date(b)) => {
            Some(Value::Dec(Dec::int((i64::from(a.0) - i64::from(b.0)) * DAY)))
        }
        (ArithmeticOp::Add, Value::DateTime(time), Value::Dec(duration))
        | (ArithmeticOp::Add, Value::Dec(duration), Value::DateTime(time)) => {
            Some(Value::DateTime(time.later(*duration)?))
        }
        (ArithmeticOp::Sub, Value::DateTime(time), Value::Dec(duration)) => {
            Some(Value::DateTime(time.earlier(*duration)?))
        }
        (ArithmeticOp::Sub, Value::DateTime(a), Value::DateTime(b)) => {
            Some(Value::Dec(Dec::from_units((i128::from(a.0) - i128::from(b.0)) * (Dec::UNITS / 1_000_000))?))
        }
        _ => return Err(Fault::Model("arithmetic of what are no numbers")),
    })
}

fn day(value: &Value) -> Option<i32> {
    match value {
        Value::Date(date) => Some(date.0),
        Value::DateTime(time) => Some(time.date().0),
        _ => None,
    }
}
