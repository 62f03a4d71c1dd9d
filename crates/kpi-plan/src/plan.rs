//! The plan as data.

use std::ops::RangeInclusive;

use kpi_check::model::{AggregateFunction, Expr, ExprId, MidPeriod, Path, Subject, TableId};
use kpi_value::{Date, Period, PeriodKind};
use serde::Serialize;

use crate::Roots;

/// How a policy is computed over one run's periods.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// The first period judged.
    pub from: Period,
    /// The last period judged.
    pub to: Period,
    /// The data date: the last day of which the data tell everything.
    pub data_until: Date,
    /// Which results are wanted, with all that they need.
    pub wanted: Roots,
    /// How many periods before the first judged one are needed.
    pub history: u32,
    /// The periods that are needed of each kind in use, in the order of their length.
    pub ranges: Vec<Range>,
    /// The tables whose rows the value stage needs: subjects, and what their attributes refer to.
    pub rosters: Vec<RosterUse>,
    /// What is aggregated, by table.
    pub cubes: Vec<Cube>,
    /// The cells of the value stage: every subject of a spine in every period of its kind that is needed.
    pub spines: Vec<Spine>,
    /// How each aggregate and lookup is read off a cube, sorted by expression and spine.
    pub reads: Vec<Read>,
    /// Where the rows are counted that a table leaves out, for each table that is read.
    pub left_out: Vec<LeftOut>,
}

/// Where the rows are counted that a table leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The table.
    pub table: TableId,
    /// The place of the cube.
    pub cube: usize,
    /// For each exclusion, the part that counts its rows.
    pub parts: Vec<usize>,
    /// The part that counts all rows.
    pub rows: usize,
}

/// The periods of one kind that a plan needs: both are of that kind, and both are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Range {
    /// The first, of the history.
    pub first: Period,
    /// The last.
    pub last: Period,
}

/// Whose values are computed, and in which cells.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Spine {
    /// Who is measured.
    pub subject: Subject,
    /// In periods of this kind.
    pub period: PeriodKind,
    /// As of when attributes are read; a split spine has a cell for each stint instead of one for each period.
    pub mid: MidPeriod,
}

/// A table that is loaded row by row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RosterUse {
    /// The table; it has a key.
    pub table: TableId,
    /// The columns needed, by their places, in rising order; the key, validity and as-of columns are among them.
    pub columns: Vec<u32>,
}

/// One grouped table: rows of a source by the key that they reach and the period that they belong to.
///
/// All parts are additive, so that a wider group is the merge of narrower ones, and a longer period of a flow the merge
/// of its days. Rows of a flow or an as-of table belong to one period; of a stock to every period at whose end they hold;
/// those of a timeless table to none (the cube then has no period, and every period reads the same).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cube {
    /// The source.
    pub table: TableId,
    /// The way to the key: its last column is a reference whose value groups the rows; empty for the table's own key;
    /// none if rows are not told apart (only `over all` reads it).
    pub key: Option<Path>,
    /// The table whose key that is.
    pub key_table: Option<TableId>,
    /// The periods by which rows are grouped.
    pub grain: Grain,
    /// What rows are grouped by besides: none for an additive cube; for aggregates that need every value (median,
    /// count_distinct, first, …) the values, so that the cube is a histogram.
    pub values: Vec<Expr>,
    /// What is computed of each group.
    pub parts: Vec<Part>,
}

/// How finely the rows of a cube are told apart in time, and as of when what stands inside a row is read.
///
/// A cube whose row expressions say the same whatever the period serves spines of several kinds by its days; one that
/// follows references through rows that change in time serves one kind only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Grain {
    /// Rows are grouped by periods of this kind, and references inside a row are followed as of such a period.
    pub period: PeriodKind,
    /// `period.start` and the tables by date inside a row are those of the period of this kind; it is longer than `period`
    /// where the cells are stints.
    pub cell: PeriodKind,
    /// Which of the rows that hold in a period a reference inside a row leads to: the last, or the first.
    pub mid: MidPeriod,
}

/// One additive aggregate of a cube.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// What is computed.
    pub op: PartOp,
    /// Of what, in the context of a row.
    pub arg: Option<Expr>,
    /// Of which rows, in the context of a row.
    pub condition: Option<Expr>,
}

/// The additive aggregates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartOp {
    /// How many rows meet the condition and have a known argument (if there is one).
    Count,
    /// How many rows have an unknown condition, or meet it and have an unknown argument.
    Unknown,
    /// How many of these are *not ripe*: an `exists` in what is unknown has no answer because it looks beyond the data date.
    Unripe,
    /// The latest day to which those look.
    RipeOn,
    /// The sum of the known arguments of the rows that meet the condition.
    Sum,
    /// The smallest of them.
    Min,
    /// The largest of them.
    Max,
}

/// The place of a spine in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct SpineId(pub u32);

/// How an aggregate or a lookup is read off a cube.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Read {
    /// The aggregate or lookup.
    pub expr: ExprId,
    /// For which cells.
    pub spine: SpineId,
    /// The place of the cube.
    pub cube: usize,
    /// How the cube's keys lead to the cells.
    pub rollup: Rollup,
    /// How the value is made of the parts.
    pub finish: Finish,
    /// The part that counts the rows taken.
    pub rows: usize,
    /// The part that counts the rows left out as unknown, if there can be any.
    pub unknown: Option<usize>,
    /// The parts that count those of them that are not ripe, and say when they are; none without `exists`. One such row is no
    /// data.
    pub unripe: Option<(usize, usize)>,
    /// Fewer rows than this are no data.
    pub needs: u32,
    /// For each exclusion of the table, the part that counts the rows that it leaves out and that would be taken else.
    pub left_out: Vec<usize>,
}

/// How a cube's keys lead to the cells of a spine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rollup {
    /// The key is the cell's subject.
    Direct,
    /// The key is a row of the cube's `key_table`; this path of its columns, as of the period, holds the cell's subject or
    /// group.
    Through(Path),
    /// Every key, the missing one too, belongs to the one cell of the period.
    All,
}

/// How a value is made of the parts of a cube, by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The sum; 0 over no rows.
    Sum(usize),
    /// The number of rows.
    Count(usize),
    /// Sum ÷ count.
    Average {
        /// The sum.
        sum: usize,
        /// The count.
        count: usize,
    },
    /// The smallest.
    Min(usize),
    /// The largest.
    Max(usize),
    /// Whether the count is above 0.
    Any(usize),
    /// Whether the two counts are equal; no data over no rows.
    All {
        /// How many rows hold.
        holding: usize,
        /// How many there are.
        rows: usize,
    },
    /// The one row's value: no data over no rows, an error over several.
    Lookup {
        /// Any of the values: the smallest.
        value: usize,
        /// How many rows there are.
        count: usize,
    },
    /// Computed from a histogram cube, whose last value is the argument (those before it give the order of `first` and
    /// `last`) and whose part at this place counts the rows of each value.
    Histogram(AggregateFunction, usize),
}

impl Range {
    /// The indices of its periods.
    pub const fn indices(self) -> RangeInclusive<i32> {
        self.first.index..=self.last.index
    }
}

impl Cube {
    /// Whether its rows tell how many rows each period of a kind has.
    pub fn tells_periods(&self, kind: PeriodKind) -> bool {
        self.grain.period == kind || self.grain.period == PeriodKind::Day
    }
}

impl Grain {
    /// That of cells of one kind of period.
    pub const fn of(period: PeriodKind, mid: MidPeriod) -> Grain {
        Grain { period, cell: period, mid }
    }
}

impl Plan {
    /// How an aggregate or a lookup is read for the cells of a spine.
    pub fn read(&self, expr: ExprId, spine: SpineId) -> Option<&Read> {
        let place = self.reads.binary_search_by_key(&(expr, spine), |read| (read.expr, read.spine)).ok()?;
        self.reads.get(place)
    }

    /// The spine of these subjects in the judged periods, with attributes as of the last valid day.
    pub fn spine(&self, subject: &Subject) -> Option<SpineId> {
        self.spine_of(subject, self.from.kind, MidPeriod::Last)
    }

    /// The spine of these subjects in periods of a kind.
    pub fn spine_of(&self, subject: &Subject, period: PeriodKind, mid: MidPeriod) -> Option<SpineId> {
        let found = self.spines.iter().position(|s| s.period == period && s.mid == mid && s.subject == *subject);
        found.map(|i| SpineId(i as u32))
    }

    /// The periods of a kind that are needed; none if the kind is not in use.
    pub fn range(&self, kind: PeriodKind) -> Option<Range> {
        self.ranges.iter().copied().find(|range| range.first.kind == kind)
    }

    /// The place of a table among the rosters.
    pub fn roster(&self, table: TableId) -> Option<usize> {
        self.rosters.iter().position(|r| r.table == table)
    }
}
