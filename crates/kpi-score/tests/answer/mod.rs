//! Answers a plan row by row, as an engine would, so that planner and value stage can be tested without one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::type_complexity,
    reason = "a test may panic"
)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use kpi_check::model::{
    ArithmeticOp, Bound, Builtin, ByKey, ColumnId, CompareOp, CurveKind, Exists, Expr, ExprKind, MidPeriod, Model,
    Path, Pattern, PeriodField, TableId, Timing,
};
use kpi_plan::{
    Cube, CubeFacts, Facts, Grain, NO_KEY, Part, PartFacts, PartOp, Plan, Roster, RosterColumn, RosterUse, SourceFacts,
};
use kpi_testkit::{Data, Row};
use kpi_value::{Date, DateTime, Dec, Period, Value};

struct Answer<'a> {
    model: &'a Model,
    data: &'a Data,
    until: Date,
    /// That of the cube in hand: as of when references inside a row are followed, and of which cell its period is a part.
    grain: Cell<Grain>,
}

/// The facts that a plan asks for.
pub fn answer(model: &Model, plan: &Plan, data: &Data) -> Facts {
    let data = &kpi_testkit::with_views(model, data).unwrap_or_else(|_| data.clone());
    let grain = Cell::new(Grain::of(model.policy.period, MidPeriod::Last));
    let this = Answer { model, data, until: plan.data_until, grain };
    let rosters: Vec<Roster> = plan.rosters.iter().map(|r| this.roster(r)).collect();
    let periods = |kind| {
        let range = plan.range(kind).expect("a range of every grain");
        range.indices().map(|index| Period { kind, index }).collect::<Vec<_>>()
    };
    let cubes = plan.cubes.iter().map(|cube| this.cube(cube, plan, &rosters, &periods(cube.grain.period))).collect();
    let sources = plan.cubes.iter().map(|cube| (cube.table, this.source(cube.table))).collect();
    Facts { rosters, cubes, sources, findings: Vec::new() }
}

impl Answer<'_> {
    fn roster(&self, wanted: &RosterUse) -> Roster {
        let table = self.data.table(wanted.table);
        let mut keys: Vec<Arc<str>> = table.rows.iter().filter_map(|row| self.key(wanted.table, row)).collect();
        keys.sort();
        keys.dedup();
        let entity = |row: &Row| keys.binary_search(&self.key(wanted.table, row).unwrap()).unwrap() as u32;
        let mut rows: Vec<(u32, (Option<Date>, Option<Date>), &Row)> =
            table.rows.iter().map(|row| (entity(row), self.validity(wanted.table, row), row)).collect();
        rows.sort_by_key(|(entity, validity, _)| (*entity, validity.0));
        let column = |&index: &u32| RosterColumn {
            index,
            values: rows.iter().map(|(_, _, row)| row[index as usize].clone()).collect(),
            absent: table.absent.contains(&index),
        };
        Roster {
            table: wanted.table,
            entities: rows.iter().map(|r| r.0).collect(),
            validity: rows.iter().map(|r| r.1).collect(),
            columns: wanted.columns.iter().map(column).collect(),
            keys: keys.clone(),
        }
    }

    fn validity(&self, table: TableId, row: &Row) -> (Option<Date>, Option<Date>) {
        match self.model.tables[table].time {
            Timing::Timeless | Timing::Flow(_) => (None, None),
            Timing::Stock { from, to } => {
                let day = |place: u32| row[place as usize].as_ref().map(|v| self.day(v));
                (day(from), day(to))
            }
            Timing::AsOf(time) => match &row[time as usize] {
                Some(Value::Period(p)) => {
                    (Some(self.model.policy.calendar.start(*p)), Some(self.model.policy.calendar.end(*p)))
                }
                Some(other) => (Some(self.day(other)), Some(self.day(other))),
                None => (Some(Date(1)), Some(Date(0))),
            },
        }
    }

    fn source(&self, table: TableId) -> SourceFacts {
        let data = self.data.table(table);
        let mut periods = BTreeMap::new();
        if let Timing::Flow(time) | Timing::AsOf(time) = self.model.tables[table].time {
            for row in data.rows.iter().filter(|row| row[time as usize].is_some()) {
                *periods.entry(self.period_of(row[time as usize].as_ref().unwrap()).index).or_insert(0) += 1;
            }
        }
        SourceFacts { given: data.given, rows: data.rows.len() as u64, periods }
    }

    fn cube(&self, cube: &Cube, plan: &Plan, rosters: &[Roster], periods: &[Period]) -> CubeFacts {
        self.grain.set(cube.grain);
        let data = self.data.table(cube.table);
        let timeless = self.model.tables[cube.table].time == Timing::Timeless;
        let mut groups: BTreeMap<(u32, i32, Vec<Option<Value>>), Vec<(&Row, Period)>> = BTreeMap::new();
        for &period in if timeless { &periods[periods.len() - 1..] } else { periods } {
            for row in self.rows_in(cube.table, period) {
                let key = self.cube_key(cube, row, period, plan, rosters);
                let values = cube.values.iter().map(|value| self.eval(value, row, period)).collect();
                groups.entry((key, if timeless { 0 } else { period.index }, values)).or_default().push((row, period));
            }
        }
        let part = |part: &Part| self.part(part, groups.values());
        let mut facts = CubeFacts {
            keys: groups.keys().map(|k| k.0).collect(),
            periods: groups.keys().map(|k| k.1).collect(),
            values: (0..cube.values.len()).map(|i| groups.keys().map(|k| k.2[i].clone()).collect()).collect(),
            parts: cube.parts.iter().map(part).collect(),
            absent: BTreeMap::new(),
        };
        let given = data.given;
        let mut note = |place: usize, expr: &Expr| {
            let mut open = vec![expr];
            while let Some(expr) = open.pop() {
                if let ExprKind::Column(path) = &expr.kind {
                    for column in &path.0 {
                        if given && self.data.table(column.table).absent.contains(&column.index) {
                            facts.absent.insert(place, *column);
                        }
                    }
                }
                open.extend(expr.children());
            }
        };
        for (place, part) in cube.parts.iter().enumerate() {
            part.arg.iter().chain(&part.condition).for_each(|expr| note(place, expr));
        }
        for (place, value) in cube.values.iter().enumerate() {
            note(cube.parts.len() + place, value);
        }
        facts
    }

    fn cube_key(&self, cube: &Cube, row: &Row, period: Period, plan: &Plan, rosters: &[Roster]) -> u32 {
        let (Some(path), Some(table)) = (&cube.key, cube.key_table) else { return NO_KEY };
        let key = match path.0.is_empty() {
            true => self.key(cube.table, row),
            false => self.follow(row, path, period).map(|v| v.as_text().unwrap().into()),
        };
        let roster = &rosters[plan.roster(table).unwrap()];
        key.and_then(|key: Arc<str>| roster.entity(&key)).unwrap_or(NO_KEY)
    }

    fn part<'r>(&self, part: &Part, groups: impl Iterator<Item = &'r Vec<(&'r Row, Period)>>) -> PartFacts {
        let taken = |rows: &Vec<(&Row, Period)>| {
            let (mut values, mut unknown) = (Vec::new(), 0u64);
            for (row, period) in rows {
                let holds = part.condition.as_ref().map_or(Some(true), |c| self.truth(c, row, *period));
                if holds == Some(false) {
                    continue;
                }
                let value = part.arg.as_ref().map_or(Some(Value::Bool(true)), |arg| self.eval(arg, row, *period));
                match value.filter(|_| holds == Some(true)) {
                    Some(value) => values.push(value),
                    None => unknown += 1,
                }
            }
            (values, unknown)
        };
        let groups: Vec<_> = groups.collect();
        let groups_again = groups.clone();
        let taken: Vec<_> = groups.into_iter().map(taken).collect();
        let numeric = part.arg.as_ref().is_some_and(|arg| arg.ty.unit().is_some());
        let pick = |largest: bool| {
            let best = |values: &Vec<Value>| if largest { values.iter().max() } else { values.iter().min() }.cloned();
            if numeric {
                PartFacts::Numbers(taken.iter().map(|(v, _)| best(v).map(|v| v.as_dec().unwrap())).collect())
            } else {
                PartFacts::Values(taken.iter().map(|(v, _)| best(v)).collect())
            }
        };
        match part.op {
            PartOp::Count => PartFacts::Counts(taken.iter().map(|(values, _)| values.len() as u64).collect()),
            PartOp::Unknown => PartFacts::Counts(taken.iter().map(|(_, unknown)| *unknown).collect()),
            PartOp::Unripe | PartOp::RipeOn => self.unripe(part, &groups_again),
            PartOp::Min => pick(false),
            PartOp::Max => pick(true),
            PartOp::Sum => {
                let sum = |values: &Vec<Value>| {
                    let numbers = values.iter().map(|v| v.as_dec().unwrap());
                    numbers.reduce(|a, b| a.add(b).unwrap())
                };
                PartFacts::Numbers(taken.iter().map(|(values, _)| sum(values)).collect())
            }
        }
    }

    fn unripe(&self, part: &Part, groups: &[&Vec<(&Row, Period)>]) -> PartFacts {
        let day = |row: &Row, period: Period| {
            let holds = part.condition.as_ref().map_or(Some(true), |c| self.truth(c, row, period));
            let unknown = match holds {
                Some(false) => return None,
                None => part.condition.as_ref(),
                Some(true) => part.arg.as_ref().filter(|arg| self.eval(arg, row, period).is_none()),
            };
            self.ripe_on(unknown?, row, period)
        };
        let days: Vec<Vec<Date>> =
            groups.iter().map(|rows| rows.iter().filter_map(|(row, period)| day(row, *period)).collect()).collect();
        match part.op {
            PartOp::Unripe => PartFacts::Counts(days.iter().map(|days| days.len() as u64).collect()),
            _ => PartFacts::Values(days.iter().map(|days| days.iter().max().map(|day| Value::Date(*day))).collect()),
        }
    }

    /// The latest day to which what is not ripe inside an expression looks.
    fn ripe_on(&self, expr: &Expr, row: &Row, period: Period) -> Option<Date> {
        let own = match &expr.kind {
            ExprKind::Exists(exists) => self.exists(exists, row, period).err().flatten(),
            _ => None,
        };
        let below = expr.children().into_iter().filter_map(|child| self.ripe_on(child, row, period)).max();
        own.max(below)
    }

    /// The answer, or when it is ripe.
    fn exists(&self, exists: &Exists, row: &Row, period: Period) -> Result<bool, Option<Date>> {
        let micros = |value: Value| match value {
            Value::Date(day) => day.midnight().0,
            Value::DateTime(time) => time.0,
            other => panic!("no time: {other:?}"),
        };
        let bound = |bound: &Bound, step: i64| {
            let at = micros(self.eval(&bound.at, row, period)?);
            Some(if bound.inclusive { at } else { at + step })
        };
        let keys: Option<Vec<Value>> = exists.keys.iter().map(|(_, outer)| self.eval(outer, row, period)).collect();
        let lower: Option<Vec<i64>> = exists.lower.iter().map(|b| bound(b, 1)).collect();
        let upper: Option<Vec<i64>> = exists.upper.iter().map(|b| bound(b, -1)).collect();
        let data = self.data.table(exists.table);
        let (Some(keys), Some(lower), Some(upper), true) = (keys, lower, upper, data.given) else { return Err(None) };
        let (low, high) = (lower.into_iter().max().unwrap_or(i64::MIN), upper.into_iter().min());
        let found = data.rows.iter().any(|inner| {
            let value = |e: &Expr| self.eval(e, inner, period);
            exists.condition.as_ref().is_none_or(|c| self.truth(c, inner, period) == Some(true))
                && exists.keys.iter().zip(&keys).all(|((e, _), key)| value(e).as_ref() == Some(key))
                && exists.time.as_ref().is_none_or(|time| {
                    value(time).map(micros).is_some_and(|at| low <= at && high.is_none_or(|high| at <= high))
                })
        });
        match high.map(|high| (high, DateTime(high).date())) {
            Some((high, day)) if !found && low <= high && day > self.until => Err(Some(day)),
            _ if !found && exists.is_by_time(self.model) && high.is_none_or(|high| low <= high) => {
                let Timing::Flow(time) = self.model.tables[exists.table].time else { return Ok(found) };
                let rows = self.data.table(self.model.export_of(exists.table)).rows.iter();
                let first = rows.filter_map(|row| row[time as usize].as_ref()).map(|time| self.period_of(time)).min();
                let first = first.map(|first| self.model.policy.calendar.start(first));
                let early = |first: &Date| {
                    let from = first.midnight().0;
                    !exists.lower.is_empty() && low < from || high.is_some_and(|high| high < from)
                };
                first.filter(early).map_or(Ok(false), |first| Err(Some(first)))
            }
            _ => Ok(found),
        }
    }

    fn key(&self, table: TableId, row: &Row) -> Option<Arc<str>> {
        row[self.model.tables[table].key? as usize].as_ref().map(|v| v.as_text().unwrap().into())
    }

    fn day(&self, value: &Value) -> Date {
        match value {
            Value::Date(date) => *date,
            Value::DateTime(time) => time.date(),
            Value::Period(period) => self.model.policy.calendar.deciding_day(*period),
            other => panic!("no time: {other:?}"),
        }
    }

    fn period_of(&self, value: &Value) -> Period {
        self.model.policy.calendar.period(self.model.policy.rows_expected(), self.day(value))
    }

    /// The period of the same kind as another in which a time falls.
    fn period_in(&self, value: &Value, like: Period) -> Period {
        self.model.policy.calendar.period(like.kind, self.day(value))
    }

    /// Rows of the table that belong to a period, one a key where they are told apart by it.
    fn rows_in(&self, table: TableId, period: Period) -> Vec<&Row> {
        let rows = self.data.table(table).rows.iter();
        let calendar = &self.model.policy.calendar;
        let end = self.model.day_of_stock(table, (calendar.start(period), calendar.end(period)));
        match self.model.tables[table].time {
            Timing::Timeless => rows.collect(),
            Timing::Flow(time) => {
                let inside = |time: &Value| self.period_in(time, period) == period;
                rows.filter(|row| row[time as usize].as_ref().is_some_and(inside)).collect()
            }
            Timing::Stock { .. } => rows
                .filter(|row| {
                    let (from, to) = self.validity(table, row);
                    from.is_none_or(|from| from <= end) && to.is_none_or(|to| end <= to)
                })
                .collect(),
            Timing::AsOf(time) => rows
                .filter(|row| self.period_in(row[time as usize].as_ref().unwrap(), period) == period)
                .filter(|row| {
                    let key = self.key(table, row);
                    key.is_none_or(|key| self.row_of(table, &key, period).is_some_and(|r| std::ptr::eq(r, *row)))
                })
                .collect(),
        }
    }

    /// The row of a key on the last day on which one is valid in the period, or on the first.
    fn row_of(&self, table: TableId, key: &str, period: Period) -> Option<&Row> {
        let mut own = self.data.table(table).rows.iter().filter(|row| self.key(table, row).as_deref() == Some(key));
        if let Timing::Flow(_) = self.model.tables[table].time {
            return own.next();
        }
        let (start, end) = (self.model.policy.calendar.start(period), self.model.policy.calendar.end(period));
        let last_day = |row: &&Row| {
            let (from, to) = self.validity(table, row);
            let last = to.map_or(end, |to| to.min(end));
            (last >= start && from.is_none_or(|from| from <= last)).then_some(last)
        };
        let first_day = |row: &&Row| {
            let (from, to) = self.validity(table, row);
            let first = from.map_or(start, |from| from.max(start));
            (first <= end && to.is_none_or(|to| to >= first)).then_some(first)
        };
        match self.grain.get().mid {
            MidPeriod::First => own.filter(|row| first_day(row).is_some()).min_by_key(first_day),
            _ => own.filter(|row| last_day(row).is_some()).max_by_key(last_day),
        }
    }

    fn follow(&self, row: &Row, path: &Path, period: Period) -> Option<Value> {
        let (last, references) = path.0.split_last()?;
        let mut row = row;
        for ColumnId { table, index } in references {
            let column = &self.model.tables[*table].columns[*index as usize];
            let kpi_check::model::Type::Reference(to) = column.ty else { panic!("no reference") };
            row = self.row_of(to, row[*index as usize].as_ref()?.as_text()?, period)?;
        }
        row[last.index as usize].clone()
    }

    fn truth(&self, expr: &Expr, row: &Row, period: Period) -> Option<bool> {
        self.eval(expr, row, period)?.as_bool()
    }

    fn number(&self, expr: &Expr, row: &Row, period: Period) -> Option<Dec> {
        self.eval(expr, row, period)?.as_dec()
    }

    fn eval(&self, expr: &Expr, row: &Row, period: Period) -> Option<Value> {
        let value = |x: &Expr| self.eval(x, row, period);
        let truth = |x: &Expr| self.truth(x, row, period);
        let compare = |op: CompareOp, a: &Expr, b: &Expr| match (value(a)?, value(b)?) {
            (Value::Date(a), Value::DateTime(b)) => Some(op.holds(a.cmp(&b.date()))),
            (Value::DateTime(a), Value::Date(b)) => Some(op.holds(a.date().cmp(&b))),
            (a, b) => Some(op.holds(a.cmp(&b))),
        };
        let and = |a: Option<bool>, b: Option<bool>| match (a, b) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
        let not = |a: Option<bool>| a.map(|a| !a);
        let or = |a, b| not(and(not(a), not(b)));
        let calendar = &self.model.policy.calendar;
        let cell = calendar.containing(self.grain.get().cell, period);
        match &expr.kind {
            ExprKind::Const(value) => value.clone(),
            ExprKind::Column(path) => self.follow(row, path, period),
            ExprKind::Inlined(_, body) => value(body),
            ExprKind::Exists(exists) => self.exists(exists, row, period).ok().map(Value::Bool),
            ExprKind::Neg(x) => Some(Value::Dec(Dec::ZERO.sub(self.number(x, row, period)?).unwrap())),
            ExprKind::Arithmetic(op, a, b) => match (value(a)?, value(b)?) {
                (Value::Dec(a), Value::Dec(b)) => match op {
                    ArithmeticOp::Add => Some(a.add(b).unwrap()),
                    ArithmeticOp::Sub => Some(a.sub(b).unwrap()),
                    ArithmeticOp::Mul => Some(a.mul(b).unwrap()),
                    ArithmeticOp::Div => a.div(b).unwrap(),
                }
                .map(Value::Dec),
                (Value::DateTime(a), Value::Dec(b)) => Some(Value::DateTime(match op {
                    ArithmeticOp::Sub => a.earlier(b).unwrap(),
                    _ => a.later(b).unwrap(),
                })),
                (Value::Date(a), Value::Dec(b)) => {
                    let days = (b.whole_times(Dec::int(86_400))?.units() / Dec::UNITS) as i32;
                    Some(Value::Date(a.plus(if *op == ArithmeticOp::Sub { -days } else { days })))
                }
                (Value::Date(a), Value::Date(b)) => {
                    Some(Value::Dec(Dec::int((i64::from(a.0) - i64::from(b.0)) * 86_400)))
                }
                (Value::DateTime(a), Value::DateTime(b)) => {
                    let microseconds = i128::from(a.0) - i128::from(b.0);
                    Some(Value::Dec(Dec::from_units(microseconds * (Dec::UNITS / 1_000_000)).unwrap()))
                }
                (a, b) => panic!("{op:?} of {a:?} and {b:?}"),
            },
            ExprKind::Compare(op, a, b) => compare(*op, a, b).map(Value::Bool),
            ExprKind::InRange(x, low, high, closed, negated) => {
                let above = compare(CompareOp::Ge, x, low);
                let below = compare(if *closed { CompareOp::Le } else { CompareOp::Lt }, x, high);
                and(above, below).map(|inside| Value::Bool(inside != *negated))
            }
            ExprKind::InSet(x, set, negated) => {
                let mut found = Some(false);
                for member in set {
                    found = or(found, compare(CompareOp::Eq, x, member));
                }
                found.map(|found| Value::Bool(found != *negated))
            }
            ExprKind::Not(x) => not(truth(x)).map(Value::Bool),
            ExprKind::And(a, b) => and(truth(a), truth(b)).map(Value::Bool),
            ExprKind::Or(a, b) => or(truth(a), truth(b)).map(Value::Bool),
            ExprKind::IsMissing(x) => Some(Value::Bool(value(x).is_none())),
            ExprKind::If(c, a, b) => value(if truth(c)? { a } else { b }),
            ExprKind::Call(Builtin::Coalesce, args) => args.iter().find_map(value),
            ExprKind::Call(builtin, args) => {
                let args: Vec<Value> = args.iter().map(value).collect::<Option<_>>()?;
                Some(match (builtin, args.as_slice()) {
                    (Builtin::Min, args) => args.iter().min().cloned()?,
                    (Builtin::Max, args) => args.iter().max().cloned()?,
                    (Builtin::Clamp, [x, low, high]) => x.clone().max(low.clone()).min(high.clone()),
                    (Builtin::Abs, [x]) => Value::Dec(x.as_dec()?.abs()),
                    (Builtin::Round, [x]) => Value::Dec(x.as_dec()?.round(0)),
                    (Builtin::Round, [x, d]) => {
                        Value::Dec(x.as_dec()?.round((d.as_dec()?.units() / Dec::UNITS) as u32))
                    }
                    (Builtin::DaysBetween, [a, b]) => Value::Dec(Dec::int(i64::from(self.day(b).0 - self.day(a).0))),
                    other => panic!("{other:?}"),
                })
            }
            ExprKind::Param(id, index) => {
                let table = &self.model.params[*id].value;
                let mut written = index.iter().flatten();
                let keys: Vec<Option<Value>> = table
                    .keys
                    .iter()
                    .map(|key| match key {
                        ByKey::Date if cell.kind == self.model.policy.period => Some(Value::Date(calendar.start(cell))),
                        ByKey::Date => Some(Value::Date(calendar.end(cell))),
                        ByKey::Expr(_) => value(written.next().expect("a written index")),
                    })
                    .collect();
                let applies = |pattern: &Pattern, key: &Option<Value>| match (pattern, key) {
                    (Pattern::Any, _) => true,
                    (Pattern::Members(members), Some(Value::Member(member))) => members.contains(member),
                    (Pattern::Dates(from, to), Some(Value::Date(day))) => from <= day && to.is_none_or(|to| *day < to),
                    _ => false,
                };
                let row = table.rows.iter().find(|row| row.patterns.iter().zip(&keys).all(|(p, k)| applies(p, k)));
                row.and_then(|found| value(&found.value))
            }
            ExprKind::Curve(curve, x) => {
                let x = self.number(x, row, period)?;
                match &curve.kind {
                    CurveKind::Step(rows) => value(&rows.iter().find(|row| row.bound.holds(x))?.value),
                    CurveKind::Linear(points) => {
                        let part = |(x0, y0): (Dec, Dec), (x1, y1): (Dec, Dec)| {
                            let rise = y1.sub(y0).unwrap().mul_div(x.sub(x0).unwrap(), x1.sub(x0).unwrap());
                            y0.add(rise.unwrap().unwrap()).unwrap()
                        };
                        let inside = points.windows(2).find(|pair| pair[0].0 <= x && x < pair[1].0);
                        let flat = if x < points[0].0 { points[0].1 } else { points[points.len() - 1].1 };
                        Some(Value::Dec(inside.map_or(flat, |pair| part(pair[0], pair[1]))))
                    }
                    CurveKind::Marginal(slices) => {
                        let mut charge = Dec::ZERO;
                        for (place, (start, rate)) in slices.iter().enumerate() {
                            let end = slices.get(place + 1).map_or(x, |(next, _)| x.min(*next));
                            if x > Dec::ZERO && end > *start {
                                charge = charge.add(end.sub(*start).unwrap().mul(*rate).unwrap()).unwrap();
                            }
                        }
                        Some(Value::Dec(charge))
                    }
                }
            }
            ExprKind::Period(field) => {
                let days = i64::from(calendar.days(cell));
                Some(match field {
                    PeriodField::Start => Value::Date(calendar.start(cell)),
                    PeriodField::End => Value::Date(calendar.end(cell)),
                    PeriodField::Days => Value::Dec(Dec::int(days)),
                    PeriodField::Length => Value::Dec(Dec::int(days * 86_400)),
                })
            }
            other => panic!("no row expression: {other:?}"),
        }
    }
}
