//! Expressions, `by` tables and curves.

use kpi_base::Span;
use kpi_value::{Date, Dec};

use super::{Name, Text};

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its whole text.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `30`, `30%`, `5pp`, `30s`, `10万元`, `¥5000`, `5000 CNY`, `1:3`
    Number(Number),
    /// `"…"`
    Text(String),
    /// `2026-10-03`
    Date(Date),
    /// `2026-10`, `2026-Q4`; the text as written
    Period(String),
    /// `true`, `false`
    Bool(bool),
    /// `none`
    None,
    /// `self`
    SelfActual,
    /// A name that stands alone.
    Name(Name),
    /// `x.name`
    Field(Box<Expr>, Name),
    /// `x[a, b]`
    Index(Box<Expr>, Vec<Expr>),
    /// `f(…)`, aggregates with their clauses included
    Call(Box<Call>),
    /// `step(x) { … }`
    Curve(Box<CurveCall>),
    /// `-x`
    Neg(Box<Expr>),
    /// `not x`
    Not(Box<Expr>),
    /// `a + b`, `a and b`, `a ≥ b`, …
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `x in a..b`, `x in {a, b}`; the flag is set for `not in`
    In(Box<Expr>, Set, bool),
    /// `x is missing`, `x is known`
    Is(Box<Expr>, Presence),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `x over team`, `x over all`, `x over last 3 months`
    Over(Box<Expr>, Scope),
    /// `$score`: a column of a test's `each`, which stands here because no row gives it a value.
    Placeholder(Name),
    /// `weighted(x: 40%, y: 60%) missing reweight`
    Weighted(Box<Weighted>),
}

/// `weighted(x: 40%, y: 60%) missing reweight`: several judgements of one thing, each with its weight
#[derive(Clone, Debug, PartialEq)]
pub struct Weighted {
    /// The values with their weights.
    pub parts: Vec<(Expr, Expr)>,
    /// What is done where some of them have no data; `missing fail` where nothing is written.
    pub missing: PartMissing,
}

/// What is done where a part of `weighted` has no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartMissing {
    /// The whole has none.
    Fail,
    /// The others share its weight.
    Reweight,
    /// It counts as 0.
    Zero,
}

/// A number as written, with its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// The number with its scale (`k`, `万`, `亿`) and its unit applied: `98%` is 0.98, `3min` is 180, `10万元` is 100000.
    pub value: Dec,
    /// What it counts.
    pub unit: Unit,
}

/// The unit of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A bare number.
    None,
    /// `%`: a ratio.
    Percent,
    /// `pp`: a difference of two ratios.
    PercentagePoint,
    /// A duration, in seconds.
    Duration,
    /// Money in this currency; `元` and `¥` stand for the policy's own and are `None`.
    Money(Option<String>),
    /// `1:3`, a ratio.
    Proportion,
}

/// Operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `×`, `*`
    Mul,
    /// `÷`, `/`
    Div,
    /// `==`
    Eq,
    /// `≠`, `!=`
    Ne,
    /// `<`
    Lt,
    /// `≤`, `<=`
    Le,
    /// `>`
    Gt,
    /// `≥`, `>=`
    Ge,
    /// `and`
    And,
    /// `or`
    Or,
}

/// The right side of `in`.
#[derive(Clone, Debug, PartialEq)]
pub enum Set {
    /// `a..b`
    Range(Range),
    /// `{a, b, c}`
    Members(Vec<Expr>),
}

/// `90%..110%`, closed, or `60%..<80%`, half-open.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// The lower bound, which belongs to it.
    pub low: Box<Expr>,
    /// The upper bound.
    pub high: Box<Expr>,
    /// Whether the upper bound belongs to it.
    pub closed: bool,
    /// The whole text.
    pub span: Span,
}

/// What `is` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// `is missing`
    Missing,
    /// `is known`
    Known,
}

/// What follows `over`.
#[derive(Clone, Debug, PartialEq)]
pub enum Scope {
    /// `over all`
    All(Span),
    /// `over team`: a reference or a dimension column of the subject
    Column(Vec<Name>),
    /// `over last 3 months`, `over this year`
    Window(Window),
}

/// Several periods up to the one judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Which.
    pub kind: WindowKind,
    /// Where it stands.
    pub span: Span,
}

/// Which periods a window takes.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowKind {
    /// `last 3 months`: how many, and the word behind
    Last((Dec, Span), Name),
    /// `this year`
    This(Name),
    /// `since 2026-01`, `since 2026-01-15`
    Since(Box<Expr>),
}

/// `f(args via path dated date where condition needs n)`
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function.
    pub function: Name,
    /// Its arguments.
    pub args: Vec<Expr>,
    /// `via floor`, `via product.selector`
    pub via: Option<Vec<Name>>,
    /// `dated registered + 30d`
    pub dated: Option<Expr>,
    /// `at period.start`
    pub at: Option<Expr>,
    /// `where …`
    pub condition: Option<Expr>,
    /// `needs 3`
    pub needs: Option<(Dec, Span)>,
    /// `among team, role where …`: the columns and the condition
    pub among: Option<Among>,
    /// `last 3 months` among the arguments
    pub window: Option<Window>,
}

/// `among team, role where …`, `among all`
#[derive(Clone, Debug, PartialEq)]
pub struct Among {
    /// The columns of the subject that make the group; none for `among all`.
    pub by: Vec<Vec<Name>>,
    /// Which subjects are in it.
    pub condition: Option<Expr>,
    /// The whole clause.
    pub span: Span,
}

/// The kind of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CurveKind {
    /// One value picked by bounds.
    Step,
    /// Straight lines between points, flat outside.
    Linear,
    /// Each slice charged at its own rate.
    Marginal,
}

/// `step(x) { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct CurveCall {
    /// Its kind.
    pub kind: CurveKind,
    /// What it is a function of.
    pub arg: Expr,
    /// Its rows.
    pub rows: Vec<CurveRow>,
    /// The braces.
    pub body: Span,
}

/// One row of a curve: `≥ 80%: 100%`, `60%..<80%: 50%`, `100%: 100%`, `from 10万元: 3%`, `else: 0%`.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveRow {
    /// Where it applies.
    pub at: CurveAt,
    /// Its value.
    pub value: Expr,
    /// The whole row.
    pub span: Span,
}

/// Where a row of a curve applies.
#[derive(Clone, Debug, PartialEq)]
pub enum CurveAt {
    /// `≥ 80%` and the other comparisons
    Compare(BinaryOp, Expr),
    /// `60%..<80%`
    Range(Range),
    /// `100%`: a point of a `linear` curve
    Point(Expr),
    /// `from 10万元`: the start of a slice
    From(Expr),
    /// `else`
    Else,
}

/// Something that is either one value or a `by` table of values.
#[derive(Clone, Debug, PartialEq)]
pub enum ByTable<T> {
    /// One value for everybody.
    Plain(T),
    /// `by a, b { … }`
    By(Box<By<T>>),
}

/// `by team.stage { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct By<T> {
    /// What it depends on.
    pub keys: Vec<ByKey>,
    /// Its rows; a grid is unfolded into one row a cell.
    pub rows: Vec<ByRow<T>>,
    /// From `by` to the closing brace.
    pub span: Span,
}

/// What a table depends on.
#[derive(Clone, Debug, PartialEq)]
pub enum ByKey {
    /// `date`
    Date(Span),
    /// An expression of a dimension's type.
    Expr(Expr),
}

/// One row of a `by` table.
#[derive(Clone, Debug, PartialEq)]
pub struct ByRow<T> {
    /// One pattern a key; a lone `else` or `_` is one pattern for all keys.
    pub patterns: Vec<Pattern>,
    /// Its value.
    pub value: T,
    /// The whole row, or the cell of a grid.
    pub span: Span,
}

/// What a key must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// `else`, `_`
    Any(Span),
    /// `ecommerce or new_media`
    Members(Vec<Name>),
    /// `from 2026-07`, `from 2026-07-15`; the first day
    From(Date, Span),
    /// `2026-07..2026-09`, `2026-07-15..<2026-08-01`; the first day, and the first one that is no more in it
    Dates(Date, Date, Span),
}

impl Pattern {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Pattern::Any(span) | Pattern::From(_, span) | Pattern::Dates(_, _, span) => *span,
            Pattern::Members(names) => match names.as_slice() {
                [] => Span::default(),
                [first, .., last] => first.span.to(last.span),
                [one] => one.span,
            },
        }
    }
}

/// A label in quotes or nothing.
pub type Label = Option<Text>;
