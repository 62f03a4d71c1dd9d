//! Row expressions of the model as expressions of Polars.
//!
//! Logic and comparisons are Polars' own: both follow Kleene. Arithmetic is done by kernels, because Polars' decimals keep
//! other digits and fail on a division by zero. A bare column stays as it is, so that its sum is native.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use kpi_base::codes::run::NOT_PLANNED;
use kpi_base::{Diagnostic, text};
use kpi_check::model::{
    ArithmeticOp, Builtin, ByKey, ByTable, Column, ColumnId, CompareOp, CurveKind, Exists, Expr, ExprId, ExprKind,
    MidPeriod, Model, Path, Pattern, PeriodField, StepBound, TableId, Type,
};
use kpi_plan::Grain;
use kpi_value::{Date, DateTime, Dec, PeriodKind, Value};
use polars::prelude as pl;

use crate::columns::{decimals, stretched};
use crate::contract::{Cell, Rep};
use crate::exists::{Indexes, LookUp, NO, YES};
use crate::kernels::{self, Chain, Tally, kernel};
use crate::loaded::Loaded;

/// Lowers the row expressions of one table, and gathers the columns that they need besides those of the table.
pub struct Lowering<'a> {
    /// The policy.
    pub model: &'a Model,
    /// The tables in memory.
    pub loaded: &'a Loaded,
    /// How the columns of the table lie, where that is not as declared.
    pub reps: BTreeMap<u32, Rep>,
    /// The columns of the table that the data do not give, each with the column of an export that is missing.
    pub absent: BTreeMap<u32, ColumnId>,
    /// Whether its rows have a period: the column [`period_name`].
    pub has_period: bool,
    /// The grain of the cube that is lowered.
    pub grain: Grain,
    /// What its kernels find.
    pub tally: Arc<Tally>,
    /// Columns made of others, in the order in which they must be made.
    pub derived: Vec<(String, pl::Expr)>,
    /// What has no value in a row: a mistake of the checker.
    pub findings: Vec<Diagnostic>,
    /// Columns that must be looked at although nothing may read them.
    pub watched: Vec<String>,
    /// The first absent column that was read since this was last cleared.
    pub read_absent: Option<ColumnId>,
    /// What `exists` is looked up in; none where it has no place.
    pub indexes: Option<&'a Indexes>,
    names: BTreeMap<String, String>,
}

/// A lowered expression.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The expression.
    pub expr: pl::Expr,
    /// How its values lie in a column.
    pub rep: Rep,
    /// What it computes; equal for expressions that compute the same.
    pub form: String,
}

/// The name of the column with the index of each row's period of a kind.
pub fn period_name(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Day => "p1",
        PeriodKind::Week => "p7",
        PeriodKind::Month => "p30",
        PeriodKind::Quarter => "p90",
        PeriodKind::Year => "p365",
    }
}

/// The name of a column of the table.
pub fn column_name(index: u32) -> String {
    format!("c{index}")
}

/// How the values of a declared column lie in a column.
pub fn rep_of(column: &Column) -> Rep {
    Rep::of(column.ty, if column.scale == Dec::ONE { column.digits } else { Dec::SCALE })
}

/// What arithmetic computes in.
const TWELVE: Rep = Rep::Dec(Dec::SCALE);

impl<'a> Lowering<'a> {
    /// Nothing lowered so far.
    pub fn new(
        model: &'a Model,
        loaded: &'a Loaded,
        absent: BTreeMap<u32, ColumnId>,
        has_period: bool,
    ) -> Lowering<'a> {
        Lowering {
            model,
            loaded,
            reps: BTreeMap::new(),
            absent,
            has_period,
            grain: Grain::of(model.policy.period, MidPeriod::Last),
            tally: Arc::default(),
            derived: Vec::new(),
            findings: Vec::new(),
            read_absent: None,
            watched: Vec::new(),
            indexes: None,
            names: BTreeMap::new(),
        }
    }

    /// Makes a column of an expression, once for all that compute the same.
    pub fn keep(&mut self, lowered: Lowered) -> Lowered {
        if matches!(lowered.expr, pl::Expr::Column(_)) {
            return lowered;
        }
        let name = self.derive(format!("{:?} {}", lowered.rep, lowered.form), lowered.expr);
        Lowered { expr: pl::col(name), ..lowered }
    }

    fn derive(&mut self, form: String, expr: pl::Expr) -> String {
        if let Some(name) = self.names.get(&form) {
            return name.clone();
        }
        let name = format!("d{}", self.derived.len());
        self.derived.push((name.clone(), expr));
        self.names.insert(form, name.clone());
        name
    }

    /// The entities to which the rows lead on a way whose last column refers to `to`.
    pub fn lower_key(&mut self, path: &Path, to: TableId) -> Option<pl::Expr> {
        let (first, rest) = path.0.split_first()?;
        let entity = self.lower_entity(*first)?;
        let Some(chain) = self.chain(*first, rest) else { return Some(entity) };
        let table = self.loaded.get(to)?.clone();
        let inputs = self.with_period(entity);
        let expr = kernel(inputs, pl::DataType::UInt32, move |c| match c {
            [entity, rest @ ..] => chain.entities(entity, rest.first(), &table),
            [] => Err(no_input()),
        });
        Some(pl::col(self.derive(format!("key {path:?} {:?}", self.grain), expr)))
    }

    /// Has every key of a reference looked up, whatever rows are read later.
    pub fn watch(&mut self, column: ColumnId) {
        if let Some(pl::Expr::Column(name)) = self.lower_entity(column) {
            self.watched.push(name.to_string());
        }
    }

    /// The entities of a reference of the table.
    fn lower_entity(&mut self, column: ColumnId) -> Option<pl::Expr> {
        let to = self.loaded.get(self.model.referred(column)?)?.clone();
        let text = self.lower_column(&Path(vec![column]));
        let tally = self.tally.clone();
        let expr = kernel(vec![text.expr], pl::DataType::UInt32, move |c| match c {
            [text, ..] => kernels::entities(text, &to, &tally),
            [] => Err(no_input()),
        });
        Some(pl::col(self.derive(format!("entity {}", column.index), expr)))
    }

    fn chain(&self, first: ColumnId, rest: &[ColumnId]) -> Option<Chain> {
        self.model.referred(first)?;
        if rest.is_empty() {
            return None;
        }
        let steps = rest.iter().map(|c| Some((self.loaded.get(c.table)?.clone(), c.index))).collect::<Option<_>>()?;
        let policy = &self.model.policy;
        Some(Chain { steps, calendar: policy.calendar, kind: self.grain.period, mid: self.grain.mid })
    }

    /// What tells expressions apart that hang on the period.
    fn moment(&self) -> String {
        let Grain { period, cell, mid } = self.grain;
        format!("{} of {} {mid:?}", period.word(), cell.word())
    }

    fn with_period(&self, first: pl::Expr) -> Vec<pl::Expr> {
        if self.has_period { vec![first, pl::col(period_name(self.grain.period))] } else { vec![first] }
    }

    /// A column of the row or of a row that it refers to.
    pub fn lower_column(&mut self, path: &Path) -> Lowered {
        let Some((first, rest)) = path.0.split_first() else { return null(TWELVE) };
        let last = path.last().unwrap_or(*first);
        let rep = rep_of(self.model.column(last));
        let form = format!("{:?}", path.0.iter().map(|c| (c.table.index(), c.index)).collect::<Vec<_>>());
        if rest.is_empty() {
            let rep = self.reps.get(&first.index).copied().unwrap_or(rep);
            if let Some(missing) = self.absent.get(&first.index) {
                self.read_absent.get_or_insert(*missing);
                return null(rep);
            }
            return Lowered { expr: pl::col(column_name(first.index)), rep, form };
        }
        for column in rest {
            let table = self.loaded.get(column.table);
            if table.and_then(|t| t.columns.get(&column.index)).is_some_and(|c| c.absent) {
                // A view that lies in memory has the columns of its export.
                let export = ColumnId { table: self.model.export_of(column.table), ..*column };
                self.read_absent.get_or_insert(export);
            }
        }
        let (Some(entity), Some(chain)) = (self.lower_entity(*first), self.chain(*first, rest)) else {
            return null(rep);
        };
        let inputs = self.with_period(entity);
        let expr = kernel(inputs, rep.dtype(), move |c| match c {
            [entity, rest @ ..] => chain.values(entity, rest.first(), rep),
            [] => Err(no_input()),
        });
        let form = format!("{form} {}", self.moment());
        let name = self.derive(form.clone(), expr);
        Lowered { expr: pl::col(name), rep, form }
    }

    /// Lowers an expression in the context of a row.
    pub fn lower(&mut self, expr: &Expr) -> Lowered {
        match &expr.kind {
            ExprKind::Const(value) => constant(expr.ty, value.as_ref()),
            ExprKind::Column(path) => self.lower_column(path),
            ExprKind::Param(id, keys) => {
                let model = self.model;
                let param = &model.params[*id];
                self.lower_by_table(&param.value, keys.as_deref(), param.ty)
            }
            ExprKind::Neg(x) => {
                let x = self.lower(x);
                self.compute("-", vec![x], |x| match x {
                    [x] => Dec::ZERO.sub(*x).map(Some),
                    _ => Ok(None),
                })
            }
            ExprKind::Arithmetic(op, a, b) => {
                let (a, b) = (self.lower(a), self.lower(b));
                self.lower_arithmetic(*op, a, b)
            }
            ExprKind::Compare(op, a, b) => {
                let (a, b) = (self.lower(a), self.lower(b));
                self.compare(*op, a, b)
            }
            ExprKind::InRange(x, low, high, closed, negated) => {
                let (x, low, high) = (self.lower(x), self.lower(low), self.lower(high));
                let above = self.compare(CompareOp::Ge, x.clone(), low);
                let below = self.compare(if *closed { CompareOp::Le } else { CompareOp::Lt }, x, high);
                let inside = logic("and", &above, &below, above.expr.clone().and(below.expr.clone()));
                if *negated { not(inside) } else { inside }
            }
            ExprKind::InSet(x, set, negated) => {
                let x = self.lower(x);
                let mut inside = constant(Type::Bool, Some(&Value::Bool(false)));
                for member in set {
                    let member = self.lower(member);
                    let equal = self.compare(CompareOp::Eq, x.clone(), member);
                    inside = logic("or", &inside, &equal, inside.expr.clone().or(equal.expr.clone()));
                }
                if *negated { not(inside) } else { inside }
            }
            ExprKind::Not(x) => not(self.lower(x)),
            ExprKind::And(a, b) => {
                let (a, b) = (self.lower(a), self.lower(b));
                logic("and", &a, &b, a.expr.clone().and(b.expr.clone()))
            }
            ExprKind::Or(a, b) => {
                let (a, b) = (self.lower(a), self.lower(b));
                logic("or", &a, &b, a.expr.clone().or(b.expr.clone()))
            }
            ExprKind::IsMissing(x) => {
                let x = self.lower(x);
                Lowered { expr: x.expr.is_null(), rep: Rep::Bool, form: format!("(missing {})", x.form) }
            }
            ExprKind::If(condition, a, b) => {
                let (condition, a, b) = (self.lower(condition), self.lower(a), self.lower(b));
                let unknown = null(a.rep);
                let (a, b) = self.align(a, b);
                let otherwise = choose(&not(condition.clone()), &b, &null(unknown.rep));
                let otherwise = Lowered { rep: b.rep, ..otherwise };
                choose(&condition, &a, &otherwise)
            }
            ExprKind::Call(function, args) => {
                let args: Vec<Lowered> = args.iter().map(|arg| self.lower(arg)).collect();
                self.lower_call(*function, args)
            }
            ExprKind::Inlined(_, body) => self.lower(body),
            ExprKind::Curve(curve, x) => {
                let x = self.lower(x);
                match &curve.kind {
                    CurveKind::Step(rows) => {
                        let mut result = null(Rep::of(curve.ty, Dec::SCALE));
                        for row in rows.iter().rev() {
                            let value = self.lower(&row.value);
                            let holds = self.lower_bound(&row.bound, &x);
                            let (value, rest) = self.align(value, result);
                            result = choose(&holds, &value, &rest);
                        }
                        result
                    }
                    CurveKind::Linear(points) => {
                        let points = points.clone();
                        let name = format!("linear {points:?}");
                        self.compute(&name, vec![x], move |x| x.first().map_or(Ok(None), |x| linear(&points, *x)))
                    }
                    CurveKind::Marginal(slices) => {
                        let slices = slices.clone();
                        let name = format!("marginal {slices:?}");
                        self.compute(&name, vec![x], move |x| x.first().map_or(Ok(None), |x| marginal(&slices, *x)))
                    }
                }
            }
            ExprKind::Period(field) => self.lower_period(*field),
            ExprKind::Exists(exists) if self.indexes.is_some() => {
                let answer = self.lower_answer(expr.id, exists);
                let is = |code: i32| answer.expr.clone().eq(Rep::Day.literal(Some(Cell::Small(code))));
                let unknown = pl::when(is(NO)).then(pl::lit(false)).otherwise(Rep::Bool.literal(None));
                let truth = pl::when(is(YES)).then(pl::lit(true)).otherwise(unknown);
                Lowered { expr: truth, rep: Rep::Bool, form: format!("(yes {})", answer.form) }
            }
            _ => {
                let message = text!("a row has no value of this kind");
                let finding = Diagnostic::new(NOT_PLANNED, message).label(expr.span, text!("here"));
                self.findings.push(finding.help(text!("please report this with the policy; it is a mistake of kpi")));
                null(Rep::of(expr.ty, Dec::SCALE))
            }
        }
    }

    /// The answer of an `exists` in each row: see [`crate::exists::YES`].
    fn lower_answer(&mut self, id: ExprId, exists: &Exists) -> Lowered {
        let Some((until, index)) = self.indexes.and_then(|all| Some((all.until, all.of.get(&id)?.clone()))) else {
            return null(Rep::Day);
        };
        if let Some(absent) = index.absent {
            self.read_absent.get_or_insert(absent);
        }
        let outer: Vec<Lowered> = exists.outer().map(|outer| self.lower(outer)).collect();
        let mut reps = outer.iter().map(|lowered| lowered.rep);
        let keys: Vec<Rep> = reps.by_ref().take(exists.keys.len()).collect();
        let mut bounds = exists.lower.iter().chain(&exists.upper).map(|bound| bound.inclusive);
        let lower = reps.by_ref().zip(bounds.by_ref()).take(exists.lower.len()).collect();
        let upper = reps.zip(bounds).collect();
        let forms: Vec<&str> = outer.iter().map(|lowered| lowered.form.as_str()).collect();
        let form = format!("(exists {id:?} {})", forms.join(" "));
        let inputs: Vec<pl::Expr> = outer.iter().map(|lowered| lowered.expr.clone()).collect();
        let look_up = LookUp { index, keys, lower, upper, until };
        let expr = kernel(inputs, pl::DataType::Int32, move |columns| look_up.answer(columns));
        let name = self.derive(form.clone(), expr);
        Lowered { expr: pl::col(name), rep: Rep::Day, form }
    }

    /// The latest day on which what is not ripe inside an expression is; none without `exists`.
    pub fn lower_ripe_on(&mut self, expr: &Expr) -> Option<pl::Expr> {
        let mut latest = None;
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            if let ExprKind::Exists(exists) = &expr.kind {
                let answer = self.lower_answer(expr.id, exists).expr;
                let no_day = |code: i32| answer.clone().eq(Rep::Day.literal(Some(Cell::Small(code))));
                let day = pl::when(no_day(YES).or(no_day(NO))).then(Rep::Day.literal(None)).otherwise(answer.clone());
                latest = Some(match latest {
                    None => day,
                    Some(other) => later_day(other, day),
                });
            }
            open.extend(expr.children());
        }
        latest
    }

    fn lower_arithmetic(&mut self, op: ArithmeticOp, a: Lowered, b: Lowered) -> Lowered {
        match (op, a.rep, b.rep) {
            (ArithmeticOp::Sub, Rep::Day, Rep::Day) => return self.lower_apart(a, b, Dec::int(DAY)),
            (ArithmeticOp::Sub, Rep::Time, Rep::Time) => return self.lower_apart(a, b, MICROSECOND),
            (ArithmeticOp::Add | ArithmeticOp::Sub, Rep::Day | Rep::Time, _) => {
                return moved(op, a, b, self.tally.clone());
            }
            _ => {}
        }
        let name = match op {
            ArithmeticOp::Add => "+",
            ArithmeticOp::Sub => "-",
            ArithmeticOp::Mul => "×",
            ArithmeticOp::Div => "÷",
        };
        self.compute(name, vec![a, b], move |x| match (x, op) {
            ([a, b], ArithmeticOp::Add) => a.add(*b).map(Some),
            ([a, b], ArithmeticOp::Sub) => a.sub(*b).map(Some),
            ([a, b], ArithmeticOp::Mul) => a.mul(*b).map(Some),
            ([a, b], ArithmeticOp::Div) => a.div(*b),
            _ => Ok(None),
        })
    }

    /// The seconds between two days or two times, which are counted in units of so many seconds.
    fn lower_apart(&mut self, a: Lowered, b: Lowered, unit: Dec) -> Lowered {
        let form = format!("(apart {} {})", a.form, b.form);
        let whole = |x: Lowered| x.expr.cast(pl::DataType::Int64);
        let units = Lowered { expr: whole(a) - whole(b), rep: Rep::Int, form };
        self.compute("seconds", vec![units], move |x| x.first().map(|n| n.mul(unit)).transpose())
    }

    fn lower_call(&mut self, function: Builtin, args: Vec<Lowered>) -> Lowered {
        let mut rest = args.into_iter();
        let Some(mut first) = rest.next() else { return null(TWELVE) };
        match function {
            Builtin::Coalesce => {
                let mut args: Vec<Lowered> = std::iter::once(first).chain(rest).collect();
                let mut result = args.pop().unwrap_or_else(|| null(TWELVE));
                while let Some(arg) = args.pop() {
                    let (a, b) = self.align(arg, result);
                    let known = Lowered {
                        expr: a.expr.clone().is_not_null(),
                        rep: Rep::Bool,
                        form: format!("(known {})", a.form),
                    };
                    result = choose(&known, &a, &b);
                }
                result
            }
            Builtin::Min | Builtin::Max => {
                for arg in rest {
                    let (a, b) = self.align(first, arg);
                    let op = if function == Builtin::Min { CompareOp::Le } else { CompareOp::Ge };
                    let takes_a = self.compare(op, a.clone(), b.clone());
                    let takes_b = choose(&not(takes_a.clone()), &b, &null(b.rep));
                    first = choose(&takes_a, &a, &takes_b);
                }
                first
            }
            Builtin::Clamp => {
                let args: Vec<Lowered> = std::iter::once(first).chain(rest).collect();
                self.compute("clamp", args, |x| match x {
                    [x, low, high] => Ok(Some((*x).max(*low).min(*high))),
                    _ => Ok(None),
                })
            }
            Builtin::Abs => self.compute("abs", vec![first], |x| Ok(x.first().map(|x| x.abs()))),
            Builtin::Round => {
                let args: Vec<Lowered> = std::iter::once(first).chain(rest).collect();
                self.compute("round", args, |x| match x {
                    [x] => Ok(Some(x.round(0))),
                    [x, digits] => Ok(Some(x.round((digits.units() / Dec::UNITS).clamp(0, 12) as u32))),
                    _ => Ok(None),
                })
            }
            // It stands in no row.
            Builtin::Weighted(_) => null(TWELVE),
            Builtin::DaysBetween => {
                let Some(second) = rest.next() else { return null(Rep::Int) };
                let (a, b) = (day(first), day(second));
                let form = format!("(days {} {})", a.form, b.form);
                let days = |x: Lowered| x.expr.cast(pl::DataType::Int64);
                Lowered { expr: days(b) - days(a), rep: Rep::Int, form }
            }
        }
    }

    fn lower_bound(&mut self, bound: &StepBound, x: &Lowered) -> Lowered {
        let number = |n: Dec| constant(Type::NUMBER, Some(&Value::Dec(n)));
        match bound {
            StepBound::Compare(op, bound) => self.compare(*op, x.clone(), number(*bound)),
            StepBound::Range(low, high, closed) => {
                let above = self.compare(CompareOp::Ge, x.clone(), number(*low));
                let op = if *closed { CompareOp::Le } else { CompareOp::Lt };
                let below = self.compare(op, x.clone(), number(*high));
                logic("and", &above, &below, above.expr.clone().and(below.expr.clone()))
            }
            // A missing number has no value of a curve.
            StepBound::Else => {
                Lowered { expr: x.expr.clone().is_not_null(), rep: Rep::Bool, form: format!("(known {})", x.form) }
            }
        }
    }

    fn lower_by_table(&mut self, table: &ByTable<Expr>, keys: Option<&[Expr]>, ty: Type) -> Lowered {
        let mut written = keys.unwrap_or_default().iter();
        let mut lowered = Vec::new();
        for key in &table.keys {
            lowered.push(match key {
                ByKey::Date => None,
                ByKey::Expr(own) => Some(self.lower(if keys.is_some() { written.next().unwrap_or(own) } else { own })),
            });
        }
        let mut result = null(Rep::of(ty, Dec::SCALE));
        for row in table.rows.iter().rev() {
            let value = self.lower(&row.value);
            let mut holds: Option<Lowered> = None;
            for (pattern, key) in row.patterns.iter().zip(&lowered) {
                if let Some(one) = self.lower_pattern(pattern, key.as_ref()) {
                    holds = Some(match holds {
                        Some(all) => logic("and", &all, &one, all.expr.clone().and(one.expr.clone())),
                        None => one,
                    });
                }
            }
            let (value, rest) = self.align(value, result);
            result = match holds {
                Some(holds) => choose(&holds, &value, &rest),
                None => value,
            };
        }
        result
    }

    /// When a pattern applies; `None` is always.
    fn lower_pattern(&mut self, pattern: &Pattern, key: Option<&Lowered>) -> Option<Lowered> {
        match (pattern, key) {
            (Pattern::Any, _) => None,
            (Pattern::Members(members), Some(key)) => {
                let mut any = constant(Type::Bool, Some(&Value::Bool(false)));
                for member in members {
                    let member = Lowered {
                        expr: Rep::Member.literal(Some(Cell::Small(*member as i32))),
                        rep: Rep::Member,
                        form: format!("member {member}"),
                    };
                    let equal = self.compare(CompareOp::Eq, key.clone(), member);
                    any = logic("or", &any, &equal, any.expr.clone().or(equal.expr.clone()));
                }
                Some(any)
            }
            (Pattern::Dates(from, before), _) => {
                // A table by date is read as of the first day of the policy's period, and of the last of a shorter one.
                let shorter = self.grain.cell != self.model.policy.period;
                let start = self.lower_period(if shorter { PeriodField::End } else { PeriodField::Start });
                let date = |date| constant(Type::Date, Some(&Value::Date(date)));
                let after = self.compare(CompareOp::Ge, start.clone(), date(*from));
                Some(match before {
                    Some(end) => {
                        let earlier = self.compare(CompareOp::Lt, start, date(*end));
                        logic("and", &after, &earlier, after.expr.clone().and(earlier.expr.clone()))
                    }
                    None => after,
                })
            }
            (Pattern::Members(_), None) => None,
        }
    }

    fn lower_period(&mut self, field: PeriodField) -> Lowered {
        let rep = match field {
            PeriodField::Start | PeriodField::End => Rep::Day,
            PeriodField::Days => Rep::Int,
            PeriodField::Length => Rep::Dec(0),
        };
        if !self.has_period {
            return null(rep);
        }
        let policy = &self.model.policy;
        let (calendar, own, kind) = (policy.calendar, self.grain.period, self.grain.cell);
        let run = move |columns: &[pl::Column]| {
            let Some(periods) = columns.first() else { return Err(no_input()) };
            let series = stretched(periods, periods.len());
            let cells = series.i32()?.iter().map(|index| {
                let period = calendar.containing(kind, kpi_value::Period { kind: own, index: index? });
                Some(match field {
                    PeriodField::Start => Cell::Small(calendar.start(period).0),
                    PeriodField::End => Cell::Small(calendar.end(period).0),
                    PeriodField::Days => Cell::Int(i64::from(calendar.days(period))),
                    PeriodField::Length => Cell::Dec(i128::from(calendar.days(period)) * 86_400),
                })
            });
            Ok(rep.column(cells))
        };
        let form = format!("period {field:?} {}", self.moment());
        Lowered { expr: kernel(vec![pl::col(period_name(own))], rep.dtype(), run), rep, form }
    }

    /// A number computed by an own kernel.
    fn compute<F>(&mut self, name: &str, args: Vec<Lowered>, run: F) -> Lowered
    where
        F: Fn(&[Dec]) -> Result<Option<Dec>, kpi_value::Overflow> + Send + Sync + 'static,
    {
        let forms: Vec<&str> = args.iter().map(|arg| arg.form.as_str()).collect();
        let form = format!("({name} {})", forms.join(" "));
        let tally = self.tally.clone();
        let inputs = args.into_iter().map(|arg| arg.expr).collect();
        let expr = kernel(inputs, TWELVE.dtype(), move |columns| kernels::compute(columns, &tally, &run));
        Lowered { expr, rep: TWELVE, form }
    }

    /// Two values in one representation.
    fn align(&mut self, a: Lowered, b: Lowered) -> (Lowered, Lowered) {
        match (a.rep, b.rep) {
            (x, y) if x == y => (a, b),
            (x, y) if x.is_number() && y.is_number() => (twelve(a), twelve(b)),
            (Rep::Day, Rep::Time) => (time(a), b),
            (Rep::Time, Rep::Day) => (a, time(b)),
            // A table without rows yields missing values of any kind.
            (_, y) if a.form == NULL => (null(y), b),
            (x, _) if b.form == NULL => (a, null(x)),
            _ => (a, b),
        }
    }

    fn compare(&mut self, op: CompareOp, a: Lowered, b: Lowered) -> Lowered {
        let form = format!("({op:?} {} {})", a.form, b.form);
        let (a, b) = match (exactly(&a, b.rep), exactly(&b, a.rep)) {
            // A constant takes the digits of the column, if it has no more.
            (_, Some(b)) => (a, b),
            (Some(a), _) => (a, b),
            _ => self.align(a, b),
        };
        let (x, y) = (a.expr, b.expr);
        let expr = match op {
            CompareOp::Eq => x.eq(y),
            CompareOp::Ne => x.neq(y),
            CompareOp::Lt => x.lt(y),
            CompareOp::Le => x.lt_eq(y),
            CompareOp::Gt => x.gt(y),
            CompareOp::Ge => x.gt_eq(y),
        };
        Lowered { expr, rep: Rep::Bool, form }
    }
}

/// The later of two days, as far as they are there.
fn later_day(a: pl::Expr, b: pl::Expr) -> pl::Expr {
    let second = pl::when(a.clone().is_null()).then(b.clone()).otherwise(a.clone());
    pl::when(b.clone().gt(a)).then(b).otherwise(second)
}

const NULL: &str = "none";

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Seconds of a microsecond, in which times are counted.
const MICROSECOND: Dec = match Dec::from_units(Dec::UNITS / 1_000_000) {
    Ok(x) => x,
    Err(_) => Dec::ZERO,
};

fn no_input() -> pl::PolarsError {
    pl::PolarsError::ComputeError("a kernel without input".into())
}

/// A missing value.
pub fn null(rep: Rep) -> Lowered {
    Lowered { expr: rep.literal(None), rep, form: NULL.to_owned() }
}

fn constant(ty: Type, value: Option<&Value>) -> Lowered {
    let rep = Rep::of(ty, Dec::SCALE);
    // A count may be compared with a number that has a fraction.
    let rep = if rep == Rep::Int { TWELVE } else { rep };
    match value {
        None => null(rep),
        Some(value) => Lowered {
            expr: rep.literal(rep.cell(value)),
            rep,
            form: format!("`{}`", crate::findings::value_words(value)),
        },
    }
}

/// A constant number as one of another representation, if that is exact.
fn exactly(lowered: &Lowered, rep: Rep) -> Option<Lowered> {
    let pl::Expr::Literal(pl::LiteralValue::Scalar(scalar)) = &lowered.expr else { return None };
    let pl::AnyValue::Decimal(units, _, scale) = *scalar.value() else { return None };
    let cell = match rep {
        Rep::Int => Cell::Int(i64::try_from(crate::cells::rescale(units, scale as u32, 0).ok()?).ok()?),
        Rep::Dec(digits) => Cell::Dec(crate::cells::rescale(units, scale as u32, digits).ok()?),
        _ => return None,
    };
    Some(Lowered { expr: rep.literal(Some(cell)), rep, form: lowered.form.clone() })
}

fn logic(name: &str, a: &Lowered, b: &Lowered, expr: pl::Expr) -> Lowered {
    Lowered { expr, rep: Rep::Bool, form: format!("({name} {} {})", a.form, b.form) }
}

fn not(x: Lowered) -> Lowered {
    Lowered { expr: x.expr.not(), rep: Rep::Bool, form: format!("(not {})", x.form) }
}

/// `a` where the condition holds, else `b`; both have one representation.
fn choose(condition: &Lowered, a: &Lowered, b: &Lowered) -> Lowered {
    let expr = pl::when(condition.expr.clone()).then(a.expr.clone()).otherwise(b.expr.clone());
    Lowered { expr, rep: a.rep, form: format!("(if {} {} {})", condition.form, a.form, b.form) }
}

fn twelve(x: Lowered) -> Lowered {
    if x.rep == TWELVE {
        return x;
    }
    let expr = kernel(vec![x.expr], TWELVE.dtype(), |columns| {
        let Some(column) = columns.first() else { return Err(no_input()) };
        let units = kernels::numbers(column, column.len())?.into_iter().map(|x| x.map(Dec::units));
        Ok(decimals(pl::NewChunkedArray::from_iter_options(pl::PlSmallStr::EMPTY, units), Dec::SCALE))
    });
    Lowered { expr, rep: TWELVE, form: x.form }
}

/// The midnight of a day.
fn time(x: Lowered) -> Lowered {
    let expr = x.expr.cast(pl::DataType::Int64) * pl::lit(DateTime::DAY);
    Lowered { expr, rep: Rep::Time, form: format!("(midnight {})", x.form) }
}

/// A day moved by the whole days of a duration, or a time moved by its microseconds. What leaves the years 1 to 9999 is
/// counted as out of range.
fn moved(op: ArithmeticOp, a: Lowered, b: Lowered, tally: Arc<Tally>) -> Lowered {
    let (rep, form) = (a.rep, format!("({op:?} {} {})", a.form, b.form));
    let later = op == ArithmeticOp::Add;
    let run = move |columns: &[pl::Column]| {
        let [from, by] = columns else { return Err(no_input()) };
        let height = if from.is_empty() || by.is_empty() { 0 } else { from.len().max(by.len()) };
        let from = kernels::numbers(&from.cast(&pl::DataType::Int64)?, height)?;
        let by = kernels::numbers(by, height)?;
        let cells = from.into_iter().zip(by).map(|(from, by)| {
            let (from, by) = (i64::try_from(from?.units() / Dec::UNITS).ok()?, by?);
            let to = if rep == Rep::Day {
                let day = Date(i32::try_from(from).ok()?);
                if later { day.later(by) } else { day.earlier(by) }.map(|day| Cell::Small(day.0))
            } else {
                let time = DateTime(from);
                if later { time.later(by) } else { time.earlier(by) }.map(|time| Cell::Time(time.0))
            };
            if to.is_err() {
                tally.overflows.fetch_add(1, Ordering::Relaxed);
            }
            to.ok()
        });
        Ok(rep.column(cells))
    };
    Lowered { expr: kernel(vec![a.expr, b.expr], rep.dtype(), run), rep, form }
}

/// The day of a time.
fn day(x: Lowered) -> Lowered {
    if x.rep != Rep::Time {
        return x;
    }
    let run = |columns: &[pl::Column]| {
        let Some(column) = columns.first() else { return Err(no_input()) };
        let series = column.as_materialized_series().clone();
        let days = series.i64()?.iter().map(|t| t.map(|t| Cell::Small(DateTime(t).date().0)));
        Ok(Rep::Day.column(days))
    };
    Lowered { expr: kernel(vec![x.expr], Rep::Day.dtype(), run), rep: Rep::Day, form: format!("(day {})", x.form) }
}

/// See [`CurveKind::Linear`].
fn linear(points: &[(Dec, Dec)], x: Dec) -> Result<Option<Dec>, kpi_value::Overflow> {
    let after = points.partition_point(|(at, _)| *at <= x);
    let before = after.checked_sub(1).and_then(|i| points.get(i));
    match (before, points.get(after)) {
        (None, Some((_, y))) | (Some((_, y)), None) => Ok(Some(*y)),
        (Some((x0, y0)), Some((x1, y1))) => match y1.sub(*y0)?.mul_div(x.sub(*x0)?, x1.sub(*x0)?)? {
            Some(rise) => y0.add(rise).map(Some),
            None => Ok(Some(*y0)),
        },
        (None, None) => Ok(None),
    }
}

/// See [`CurveKind::Marginal`].
fn marginal(slices: &[(Dec, Dec)], x: Dec) -> Result<Option<Dec>, kpi_value::Overflow> {
    let mut total = Dec::ZERO;
    for (place, (start, rate)) in slices.iter().enumerate() {
        let end = slices.get(place + 1).map_or(x, |(next, _)| x.min(*next));
        if x > Dec::ZERO && end > *start {
            total = total.add(end.sub(*start)?.mul(*rate)?)?;
        }
    }
    Ok(Some(total))
}
