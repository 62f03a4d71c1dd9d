//! Typed expressions.
//!
//! An expression is evaluated in one of two contexts. In a **row** of a table, columns are those of the row and of the
//! rows that it refers to. For a **subject and period** (a *cell*), columns are attributes of the subject, aggregates
//! run over the rows that reach the subject in the period, and everything has exactly one value or no data.

use std::sync::Arc;

use kpi_base::Span;
use kpi_value::{Dec, Period, PeriodKind, Value};
use serde::Serialize;

use super::{ByTable, Curve, ExprId, IncentiveId, IndicatorId, Model, ParamId, Path, TableId, Timing, Type};

/// A typed expression.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expr {
    /// Its identity. Copies of an expression (an inlined function's argument) keep it.
    pub id: ExprId,
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Its text.
    #[serde(skip)]
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExprKind {
    /// A constant; `None` for `none`.
    Const(Option<Value>),
    /// A column: of the row's table or a row it refers to (row context), or of the subject (cell context).
    Column(Path),
    /// An aggregate over the rows of a table (cell context only).
    Aggregate(Arc<Aggregate>),
    /// Whether a row of another table answers to this one (row context only).
    Exists(Arc<Exists>),
    /// The one row of the subject and period (cell context only).
    Lookup(Arc<Lookup>),
    /// A parameter. The keys stand for those of its [`ByKey::Expr`](super::ByKey), in their order: the written index
    /// `limit[case.kind]`, or, where none is written, the parameter's own keys as they are found from the subject (the
    /// same parameter serves several kinds of subject, for which its keys are different paths). There are none if it
    /// depends on nothing but the date.
    Param(ParamId, Option<Vec<Expr>>),
    /// `-x`
    Neg(Box<Expr>),
    /// `a + b`, `a - b`, `a × b`, `a ÷ b`; ÷ 0 is no data
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    /// `a ≥ b` and the others
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `x in a..b`; the flags: upper bound belongs to it, negated
    InRange(Box<Expr>, Box<Expr>, Box<Expr>, bool, bool),
    /// `x in {a, b}`; the flag: negated
    InSet(Box<Expr>, Vec<Expr>, bool),
    /// `not x`
    Not(Box<Expr>),
    /// `a and b`: false if either is false, else no data if either is
    And(Box<Expr>, Box<Expr>),
    /// `a or b`: true if either is true, else no data if either is
    Or(Box<Expr>, Box<Expr>),
    /// `x is missing`: never no data
    IsMissing(Box<Expr>),
    /// `if c then a else b`: no data if `c` is
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A built-in function.
    Call(Builtin, Vec<Expr>),
    /// A function of the policy, inlined: its name and its body with the arguments in place.
    Inlined(String, Box<Expr>),
    /// A value of an indicator for the same subject and period: `watch_time`, `watch_time.attainment`, and `self`.
    Indicator(IndicatorId, IndicatorField),
    /// `X over team`: X, in the context of a cell of that group, computed as if the group were one subject.
    Over(Box<Expr>, Scope),
    /// `average(X among team, role)`: over the members' own values of X.
    Among(Arc<Among>),
    /// `previous(X, n)`, `year_ago(X)`: X of the same subject in an earlier period.
    Previous(Box<Expr>, Back),
    /// `growth(X)`: X ÷ previous(X) − 1; no data unless previous(X) > 0.
    Growth(Box<Expr>),
    /// `streak(condition)`: for how many periods up to this one the condition has held without a break.
    Streak(Box<Expr>),
    /// `average(X, last 3 months)`: over the values of X in the periods of the window, the cell's own included, as far as they
    /// have data and the subject is there; fewer than so many are no data, and so are none.
    Window(WindowFunction, Box<Expr>, Window, u32),
    /// `X over last 3 months`: X with the rows of all these periods in each aggregate, and the attributes of the cell's own.
    OverWindow(Box<Expr>, Window),
    /// `step(x) { … }`, `linear(x) { … }`, `marginal(x) { … }`
    Curve(Arc<Curve>, Box<Expr>),
    /// `period.start`, `.end`, `.days`
    Period(PeriodField),
    /// `stint.days`: the days of the period that the card covers.
    StintDays,
    /// The line's own values, in a scoring: `attainment`, `actual`
    Line(LineField),
    /// The card's rounded values, in incentives and rules for scorecards: `attainment`, `score`, `grade`, `rank`
    Card(CardField),
    /// The total of an incentive, in rules: `monthly_pay.total`, or one pay of it by its place.
    Pay(IncentiveId, Option<u32>),
}

/// Which earlier period is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Back {
    /// So many periods earlier.
    Periods(u32),
    /// The same period of the year before, where there is one: [`kpi_value::Calendar::year_before`].
    Year,
}

/// `+ - × ÷`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `×`
    Mul,
    /// `÷`
    Div,
}

/// `== ≠ < ≤ > ≥`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CompareOp {
    /// `==`
    Eq,
    /// `≠`
    Ne,
    /// `<`
    Lt,
    /// `≤`
    Le,
    /// `>`
    Gt,
    /// `≥`
    Ge,
}

impl CompareOp {
    /// How it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            CompareOp::Eq => "==",
            CompareOp::Ne => "≠",
            CompareOp::Lt => "<",
            CompareOp::Le => "≤",
            CompareOp::Gt => ">",
            CompareOp::Ge => "≥",
        }
    }

    /// The comparison that holds where this one fails.
    #[must_use]
    pub const fn negated(self) -> CompareOp {
        match self {
            CompareOp::Eq => CompareOp::Ne,
            CompareOp::Ne => CompareOp::Eq,
            CompareOp::Lt => CompareOp::Ge,
            CompareOp::Le => CompareOp::Gt,
            CompareOp::Gt => CompareOp::Le,
            CompareOp::Ge => CompareOp::Lt,
        }
    }

    /// The same with its sides in the other order: `a < b` is `b > a`.
    #[must_use]
    pub const fn turned(self) -> CompareOp {
        match self {
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::Le => CompareOp::Ge,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::Ge => CompareOp::Le,
            same => same,
        }
    }

    /// Whether two values in this order keep the comparison.
    pub const fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            CompareOp::Eq => order.is_eq(),
            CompareOp::Ne => order.is_ne(),
            CompareOp::Lt => order.is_lt(),
            CompareOp::Le => order.is_le(),
            CompareOp::Gt => order.is_gt(),
            CompareOp::Ge => order.is_ge(),
        }
    }
}

/// Built-in functions of values. No data in an argument is no data, but for `coalesce` and `weighted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Builtin {
    /// The first argument that is known.
    Coalesce,
    /// `clamp(x, low, high)`
    Clamp,
    /// The smallest argument.
    Min,
    /// The largest argument.
    Max,
    /// The distance from 0.
    Abs,
    /// `round(x)`, `round(x, digits)`: half away from zero; the second argument is a constant 0 to 12.
    Round,
    /// `days_between(a, b)`: whole days from the day of a to the day of b.
    DaysBetween,
    /// `weighted(a: 40%, b: 60%)`: the sum of values × weights. The arguments are the values, each with its weight behind it, a
    /// constant; the weights add up to 1. What is done where a value has no data stands beside it.
    Weighted(PartMissing),
}

/// What is done where a part of `weighted` has no data; where none has any, the whole has none but under `Zero`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartMissing {
    /// The whole has none.
    Fail,
    /// Σ weight × value ÷ Σ weight of those that have some.
    Reweight,
    /// It counts as 0.
    Zero,
}

/// An aggregate over rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Aggregate {
    /// What is computed.
    pub function: AggregateFunction,
    /// Over which table.
    pub table: TableId,
    /// Of what, in the context of a row; none for `count(table)`.
    pub arg: Option<Expr>,
    /// The references by which rows reach the subject, as far as written.
    pub via: Option<Path>,
    /// Which rows, in the context of a row.
    pub condition: Option<Expr>,
    /// Fewer rows than this are no data.
    pub needs: u32,
}

/// The aggregate functions. Over no rows `Sum`, `Count` and `CountDistinct` are 0, `Any` is false, the others no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AggregateFunction {
    /// The sum.
    Sum,
    /// The number of rows.
    Count,
    /// The number of different values.
    CountDistinct,
    /// Sum ÷ count, rounded once.
    Average,
    /// The quantile at 50%.
    Median,
    /// The quantile at this share, linear between neighbours (Hyndman–Fan 7).
    Quantile(Dec),
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// That of the earliest row by the table's time; among rows of equal time that of the smallest key, or the smallest
    /// value where the table has no key.
    First,
    /// That of the latest row; among rows of equal time that of the largest key, or the largest value.
    Last,
    /// Whether one holds.
    Any,
    /// Whether every one holds.
    All,
    /// The standard deviation of the sample (n − 1), approximate; no data below two rows.
    Stddev,
}

/// `lookup(plan.gmv where …)`
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lookup {
    /// The table.
    pub table: TableId,
    /// What of the row, in its context.
    pub arg: Expr,
    /// The references by which the row reaches the subject, as far as written.
    pub via: Option<Path>,
    /// Which row, in its context.
    pub condition: Option<Expr>,
}

/// `exists(activity where activity.user == user.id and activity.day == user.registered + 30d)`: whether the *inner* table, over
/// its whole input whatever the period, has a row that answers to the row in which this stands, the *outer* one.
///
/// True if there is such a row. Otherwise no data if a value of the outer row that is compared with is no data, or if the last
/// moment at which such a row could lie is after the data date and not before the first (it is *not ripe*), or if a bound of
/// the table's own time lies before the period of its first row; else false. An inner
/// row in which what is compared is missing answers to none, and neither does one for which the condition is not true.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exists {
    /// The inner table.
    pub table: TableId,
    /// What must be equal: a column of the inner row (an [`ExprKind::Column`] in its context), and a value of the outer row.
    pub keys: Vec<(Expr, Expr)>,
    /// The date or time of the inner row that the bounds are about, in its context; there is one if there are bounds.
    pub time: Option<Expr>,
    /// From when: values of the outer row, a date or a time each.
    pub lower: Vec<Bound>,
    /// Until when.
    pub upper: Vec<Bound>,
    /// Which inner rows, in their own context.
    pub condition: Option<Expr>,
}

/// A bound of time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bound {
    /// The date or the time (of a date its midnight, but against dates).
    pub at: Expr,
    /// Whether it belongs to what it bounds.
    pub inclusive: bool,
}

impl Exists {
    /// What stands in the context of the inner row.
    pub fn inner(&self) -> impl Iterator<Item = &Expr> {
        self.keys.iter().map(|(inner, _)| inner).chain(&self.time).chain(&self.condition)
    }

    /// Whether its bounds are of the time by which the inner rows belong to periods: before the first of these nothing is known.
    pub fn is_by_time(&self, model: &Model) -> bool {
        match (self.time.as_ref().map(|time| &time.kind), model.tables[self.table].time) {
            (Some(ExprKind::Column(path)), Timing::Flow(time)) => match path.0.as_slice() {
                [column] => {
                    column.index == time && model.tables[model.export_of(self.table)].time == Timing::Flow(time)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// What stands in the context of the outer row.
    pub fn outer(&self) -> impl Iterator<Item = &Expr> {
        self.keys.iter().map(|(_, outer)| outer).chain(self.lower.iter().chain(&self.upper).map(|bound| &bound.at))
    }
}

/// Who is measured in a cell: what formulas and rows are about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A row of this table.
    Table(TableId),
    /// The rows of the table for which this path of columns (the last is of a dimension's type) has one value.
    Group(TableId, Path),
    /// Everything of the period.
    All,
}

/// How `over` leads from a subject to the one that stands for its group.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All rows of the period, also those that reach no subject: [`Subject::All`].
    All,
    /// The row of another table that this path of references leads to: a [`Subject::Table`].
    Reference(Path),
    /// The subjects that share the value of this dimension column: a [`Subject::Group`].
    Dimension(Path),
}

/// `average(X among team, role where …)`
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Among {
    /// What is computed of the members' values.
    pub function: AmongFunction,
    /// The value of each member, in the context of the member's cell.
    pub of: Expr,
    /// The columns in which members agree with the subject; none for all subjects of the table.
    pub by: Vec<Path>,
    /// Which members, in the context of the member's cell; the subject itself may be left out by it.
    pub condition: Option<Expr>,
    /// Whether more is better: the direction of the indicator that `of` reads, else true.
    pub higher_is_better: bool,
}

/// The functions over the members of a group that have data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AmongFunction {
    /// The mean.
    Average,
    /// The quantile at 50%.
    Median,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The subject's own place, 1 for the best; equal values share the better place.
    Rank,
    /// The share of the others that are strictly worse; no data in a group of one.
    Percentile,
    /// The distance from the mean in standard deviations of the sample, approximate; no data where that is 0.
    Zscore,
}

/// The functions over the values of several periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowFunction {
    /// The sum.
    Sum,
    /// The mean.
    Average,
    /// The quantile at 50%.
    Median,
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

/// Periods up to the cell's own, which is one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// So many; at least one.
    Last(u32),
    /// Those of the same quarter or fiscal year.
    This(PeriodKind),
    /// Those from this one on (of the policy's kind); none before it.
    Since(Period),
}

/// A value of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorField {
    /// What was measured.
    Actual,
    /// What was asked for.
    Target,
    /// Whether the target is met, tolerance included.
    Met,
    /// How far it is attained.
    Attainment,
    /// (actual − target) ÷ target, positive when better.
    Gap,
    /// The fraction of its weight that it earns.
    Score,
    /// Actual ÷ target, without limit; no data where the target is not above 0.
    Progress,
}

/// A value of the line that is scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineField {
    /// What was measured.
    Actual,
    /// How far the target is attained.
    Attainment,
}

/// A value of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CardField {
    /// The score, rounded.
    Score,
    /// The attainment, rounded.
    Attainment,
    /// The grade, a text.
    Grade,
    /// The rank.
    Rank,
}

/// A value of the period judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodField {
    /// Its first day.
    Start,
    /// Its last day.
    End,
    /// Its length as a duration.
    Length,
    /// Its number of days.
    Days,
}

/// A weight, a share or another number that depends on dimensions and dates only.
pub type ByNumber = ByTable<Dec>;

impl Expr {
    /// The constant number, if it is one.
    pub fn as_const_dec(&self) -> Option<Dec> {
        if let ExprKind::Const(Some(Value::Dec(x))) = &self.kind { Some(*x) } else { None }
    }

    /// Whether it or an expression inside it is such a one.
    pub fn any(&self, is: &dyn Fn(&Expr) -> bool) -> bool {
        is(self) || self.children().into_iter().any(|child| child.any(is))
    }

    /// The expressions directly inside it, rows' and members' contexts included; not those of params and indicators, and not
    /// those of the inner rows of `exists`, whose table is another ([`Exists::inner`]).
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Neg(x)
            | ExprKind::Not(x)
            | ExprKind::IsMissing(x)
            | ExprKind::Inlined(_, x)
            | ExprKind::Over(x, _)
            | ExprKind::Previous(x, _)
            | ExprKind::Growth(x)
            | ExprKind::Streak(x)
            | ExprKind::Window(_, x, ..)
            | ExprKind::OverWindow(x, _) => vec![x],
            ExprKind::Arithmetic(_, a, b) | ExprKind::Compare(_, a, b) | ExprKind::And(a, b) | ExprKind::Or(a, b) => {
                vec![a, b]
            }
            ExprKind::InRange(x, a, b, ..) | ExprKind::If(x, a, b) => vec![x, a, b],
            ExprKind::InSet(x, set, _) => std::iter::once(&**x).chain(set).collect(),
            ExprKind::Call(_, args) => args.iter().collect(),
            ExprKind::Param(_, keys) => keys.iter().flatten().collect(),
            ExprKind::Aggregate(a) => a.arg.iter().chain(&a.condition).collect(),
            ExprKind::Lookup(l) => std::iter::once(&l.arg).chain(&l.condition).collect(),
            ExprKind::Among(a) => std::iter::once(&a.of).chain(&a.condition).collect(),
            ExprKind::Exists(exists) => exists.outer().collect(),
            ExprKind::Curve(curve, x) => std::iter::once(&**x).chain(curve.values()).collect(),
            ExprKind::Const(_)
            | ExprKind::Column(_)
            | ExprKind::Indicator(..)
            | ExprKind::Period(_)
            | ExprKind::StintDays
            | ExprKind::Line(_)
            | ExprKind::Card(_)
            | ExprKind::Pay(..) => Vec::new(),
        }
    }
}
