//! Dimensions, rosters, sources and parameters.

use kpi_base::Span;
use kpi_value::{Date, Dec, Period, PeriodKind, Value};
use serde::Serialize;

use super::{
    AggregateFunction, Builtin, ByTable, ColumnId, CompareOp, Expr, ExprId, ExprKind, Path, ScaleId, TableId,
    TextPattern, Title, Type,
};

/// A dimension with its members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dimension {
    /// Its name.
    pub title: Title,
    /// Whether members may be compared; they are in the order of the declaration.
    pub ordered: bool,
    /// Its members.
    pub members: Vec<Title>,
}

/// What the steps of a rating mean: whole numbers, each with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scale {
    /// Its name.
    pub title: Title,
    /// The lowest step.
    pub low: i64,
    /// What each step means, from the lowest on.
    pub anchors: Vec<String>,
}

impl Scale {
    /// The highest step.
    pub fn high(&self) -> i64 {
        self.low + self.anchors.len() as i64 - 1
    }

    /// What a step means; none between steps and outside.
    pub fn anchor(&self, x: Dec) -> Option<&str> {
        let place = (0..self.anchors.len()).find(|place| Dec::int(self.low + *place as i64) == x)?;
        self.anchors.get(place).map(String::as_str)
    }
}

/// What indicators are for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Goal {
    /// Its name.
    pub title: Title,
    /// The names of the goals that it is a part of; there is no circle.
    pub supports: Vec<String>,
}

/// A roster or a source: the contract of an export.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// Its name.
    pub title: Title,
    /// Whether it was declared as a roster.
    pub roster: bool,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The column with `key`, by its place.
    pub key: Option<u32>,
    /// The column with `label`, by its place.
    pub label: Option<u32>,
    /// How its rows lie in time.
    pub time: Timing,
    /// Whether a period without any row means zero of everything rather than a missing export.
    pub sparse: bool,
    /// Which rows take no part in any aggregate, lookup or view of it: those for which one of these is true. A view without
    /// `group by` has those of its input.
    pub exclude: Vec<Exclusion>,
    /// How its rows are made, if it is a view; else they are read from exports.
    pub view: Option<View>,
}

/// Rows that are left out, and how outputs call them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exclusion {
    /// How outputs call these rows; a row that meets several conditions is counted under the first.
    pub label: String,
    /// Which rows, in the context of a row; where it is unknown, the row is not left out.
    pub condition: Expr,
}

/// How the rows of a view are made of those of another table: of its whole input, whatever the period judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    /// The table whose rows it takes; it may be a view itself.
    pub of: TableId,
    /// Which of them, in the context of a row: those for which it is true.
    pub condition: Option<Expr>,
    /// How they are grouped. Without it the view has the columns of its input, in the same places.
    pub grouping: Option<Grouping>,
    /// The date by which its rows belong, in the context of a row of the input: a column behind those of the input, and the
    /// view's time. A row without that date belongs to no period. Such a view has no name of its own: it stands for the rows
    /// of its input in `count(user dated registered + 30d)`.
    pub dated: Option<Expr>,
    /// Whether its rows are those that hold on a period's first day rather than on its last: it stands for the rows of its
    /// input, a stock, in `count(member at period.start)`, and has no name of its own either.
    pub at_start: bool,
}

impl View {
    /// Whether it is declared, rather than that an aggregate reads its input in another way than usual.
    pub fn is_declared(&self) -> bool {
        self.dated.is_none() && !self.at_start
    }
}

/// How a view groups its input. Its columns are the keys, then the aggregates.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grouping {
    /// What rows of one group agree in; a missing value is a value like others.
    pub keys: Vec<GroupKey>,
    /// What is computed of each group.
    pub aggregates: Vec<GroupAggregate>,
}

/// What the rows of one group agree in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKey {
    /// A column of the input, or of a table that it refers to.
    Column(Path),
    /// The calendar unit in which the input's time falls: a date for days, else a period. It is the view's time.
    Calendar(PeriodKind),
}

/// One aggregate of a view: `Sum`, `Count`, `CountDistinct`, `Average`, `Min`, `Max`, `Any` or `All`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupAggregate {
    /// What is computed.
    pub function: AggregateFunction,
    /// Of what, in the context of a row; none for `count()`.
    pub arg: Option<Expr>,
    /// Of which rows, in the context of a row.
    pub condition: Option<Expr>,
}

/// How the rows of a table lie in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// A row belongs to every period.
    Timeless,
    /// A flow: a row belongs to the period in which the date of this column falls (type date, datetime, month, quarter or year).
    Flow(u32),
    /// A stock: a row holds from the day of the first column to the day of the second, inclusive; missing is open. It is
    /// read at the period's end.
    Stock {
        /// The column with the first day.
        from: u32,
        /// The column with the last day.
        to: u32,
    },
    /// One row a key and period: the row holds in the period of this column (`as of`). For a longer period the last one
    /// inside it is read.
    AsOf(u32),
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Its name.
    pub title: Title,
    /// The header in the export.
    pub header: String,
    /// Its type.
    pub ty: Type,
    /// Whether a cell may be empty.
    pub optional: bool,
    /// Whether the values must differ: `key` or `unique`.
    pub unique: bool,
    /// Whether it is the usual one of several references to the same table.
    pub subject: bool,
    /// What one unit in the export is, in the unit of the type: 60 for a duration `in minutes`; 1 otherwise.
    pub scale: Dec,
    /// The most digits after the point that a cell may have: the currency's for money, 12 otherwise.
    pub digits: u32,
    /// Whether its values are for nobody but those who hold the export: no finding shows them.
    pub private: bool,
    /// The scale of whose steps the cells are.
    pub anchors: Option<ScaleId>,
    /// Rules that every cell keeps.
    pub rules: Vec<ColumnRule>,
}

impl Column {
    /// A column of which only its name and type are said.
    pub fn plain(title: Title, ty: Type) -> Column {
        Column {
            header: title.name.clone(),
            title,
            ty,
            optional: false,
            unique: false,
            subject: false,
            scale: Dec::ONE,
            digits: Dec::SCALE,
            private: false,
            anchors: None,
            rules: Vec::new(),
        }
    }
}

/// A rule that every cell of a column keeps. An empty cell keeps all rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRule {
    /// The cell compares so with the bound.
    Compare(CompareOp, Value),
    /// The cell lies between the bounds.
    In {
        /// The lower bound, which belongs to it.
        low: Value,
        /// The upper bound.
        high: Value,
        /// Whether the upper bound belongs to it.
        closed: bool,
    },
    /// The whole text matches the pattern.
    Matches(TextPattern),
}

impl ColumnRule {
    /// Whether a value keeps it.
    pub fn holds(&self, value: &Value) -> bool {
        match self {
            ColumnRule::Compare(op, bound) => op.holds(value.cmp(bound)),
            ColumnRule::In { low, high, closed } => low <= value && (value < high || *closed && value == high),
            ColumnRule::Matches(pattern) => value.as_text().is_none_or(|text| pattern.holds(text)),
        }
    }
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Param {
    /// Its name.
    pub title: Title,
    /// Its type.
    pub ty: Type,
    /// Its value.
    pub value: ByTable<Expr>,
}

impl Table {
    /// Which rows are not left out, in the context of a row; none if all count. It is known of every row. `fresh` gives the
    /// identities of its expressions.
    pub fn kept(&self, fresh: &mut impl FnMut() -> ExprId) -> Option<Expr> {
        let mut any: Option<Expr> = None;
        for place in 0..self.exclude.len() {
            let one = self.left_out(place, fresh)?;
            let span = one.span;
            any = Some(match any {
                None => one,
                Some(before) => bool_expr(ExprKind::Or(Box::new(before), Box::new(one)), span, fresh),
            });
        }
        let any = any?;
        let span = any.span;
        Some(bool_expr(ExprKind::Not(Box::new(any)), span, fresh))
    }

    /// Which rows one of the conditions leaves out; it is known of every row.
    pub fn left_out(&self, place: usize, fresh: &mut impl FnMut() -> ExprId) -> Option<Expr> {
        let condition = self.exclude.get(place)?.condition.clone();
        let span = condition.span;
        let no = bool_expr(ExprKind::Const(Some(Value::Bool(false))), span, fresh);
        Some(bool_expr(ExprKind::Call(Builtin::Coalesce, vec![condition, no]), span, fresh))
    }

    /// Which rows are counted under one of the conditions: those that no condition before it leaves out.
    pub fn counted_under(&self, place: usize, fresh: &mut impl FnMut() -> ExprId) -> Option<Expr> {
        let mut counted = self.left_out(place, fresh)?;
        for before in 0..place {
            let before = self.left_out(before, fresh)?;
            let span = before.span;
            let not = bool_expr(ExprKind::Not(Box::new(before)), span, fresh);
            counted = bool_expr(ExprKind::And(Box::new(not), Box::new(counted)), span, fresh);
        }
        Some(counted)
    }

    /// The column at a place.
    pub fn column(&self, index: u32) -> Option<&Column> {
        self.columns.get(index as usize)
    }

    /// The place and the column of a name.
    pub fn find(&self, name: &str) -> Option<(u32, &Column)> {
        self.columns.iter().enumerate().find(|(_, c)| c.title.name == name).map(|(i, c)| (i as u32, c))
    }
}

fn bool_expr(kind: ExprKind, span: Span, fresh: &mut impl FnMut() -> ExprId) -> Expr {
    Expr { id: fresh(), kind, ty: Type::Bool, span }
}

impl super::Model {
    /// The table at the bottom of a view, whose rows are read from exports; the table itself if it is no view.
    pub fn export_of(&self, mut table: TableId) -> TableId {
        while let Some(view) = &self.tables[table].view {
            table = view.of;
        }
        table
    }

    /// The table whose rows tell whether a table says anything in a period: that whose rows are dated in another way than
    /// those of its input, else the export at the bottom.
    pub fn counted_of(&self, mut table: TableId) -> TableId {
        while let Some(view) = self.tables[table].view.as_ref().filter(|view| view.dated.is_none()) {
            table = view.of;
        }
        table
    }

    /// Whether a table says something in any period at all, if its export is given: rows that belong to no period of their
    /// own do so when they are dated, too.
    pub fn always_says(&self, table: TableId) -> bool {
        let table = &self.tables[table];
        match (&table.view, table.time) {
            (Some(View { of, dated: Some(_), .. }), _) => self.always_says(self.counted_of(*of)),
            (_, time) => matches!(time, Timing::Timeless | Timing::Stock { .. }),
        }
    }

    /// The last day that a period of the policy, with the shorter ones in use that belong to it, can take rows from.
    pub fn last_day(&self, period: Period) -> Date {
        let calendar = &self.policy.calendar;
        let shorter = self.indicators.iter().flat_map(|(_, indicator)| {
            indicator.shorter.iter().map(|s| s.period).chain(indicator.track.iter().map(|t| t.period))
        });
        let ends = shorter.filter_map(|kind| Some(calendar.end(calendar.parts(period, kind)?.1)));
        ends.fold(calendar.end(period), Date::max)
    }

    /// The day of a period on which a stock is read, from its first and its last.
    pub fn day_of_stock(&self, table: TableId, (first, last): (Date, Date)) -> Date {
        if self.tables[table].view.as_ref().is_some_and(|view| view.at_start) { first } else { last }
    }

    /// The column of an id.
    ///
    /// # Panics
    /// If the id is not of this model.
    #[allow(clippy::indexing_slicing, reason = "column ids are made by the checker of the same model")]
    pub fn column(&self, id: ColumnId) -> &Column {
        &self.tables[id.table].columns[id.index as usize]
    }
}
