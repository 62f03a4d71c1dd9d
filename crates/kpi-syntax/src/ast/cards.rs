//! Scorecards as written.

use kpi_base::Span;
use kpi_value::{Dec, PeriodKind};

use super::{ByKey, ByTable, Combine, CurveRow, Expr, Label, Name, Pattern, RollUp, Scoring, Text, WhenMissing};

/// `scorecard host_card "主播" for staff where role == host { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Scorecard {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// `for staff`
    pub table: Option<Name>,
    /// `where …`
    pub condition: Option<Expr>,
    /// Its lines and groups.
    pub lines: Vec<Line>,
    /// `veto …`
    pub vetoes: Vec<Veto>,
    /// `bonus …`, `deduct …`
    pub adjustments: Vec<Adjustment>,
    /// `grade …`
    pub grade: Option<Grade>,
    /// `rank among role`
    pub rank_among: Option<(Vec<Vec<Name>>, Span)>,
    /// `period quarter`
    pub period: Option<(PeriodKind, Span)>,
    /// `mid_period split`
    pub mid_period: Option<(MidPeriod, Span)>,
    /// `weights by stage { … }`
    pub weights: Option<WeightGrid>,
}

impl Scorecard {
    /// A scorecard of which only name and label are written.
    pub fn new(name: Name, label: Label) -> Scorecard {
        Scorecard {
            name,
            label,
            table: None,
            condition: None,
            lines: Vec::new(),
            vetoes: Vec::new(),
            adjustments: Vec::new(),
            grade: None,
            rank_among: None,
            period: None,
            mid_period: None,
            weights: None,
        }
    }
}

/// As of when a subject's attributes are read, where they change inside a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MidPeriod {
    /// As of the last valid day.
    Last,
    /// As of the first valid day.
    First,
    /// A card for each stint.
    Split,
}

/// A line or a group of a scorecard.
#[allow(clippy::large_enum_variant, reason = "most lines are the large one, and there are few of either")]
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// `watch_time weight 30%`; an indicator or another scorecard
    One(OneLine),
    /// `group g weight 30% combine worst { … }`
    Group(Group),
}

/// `weights by stage { | startup | growth | … }`: the weights of several lines by one key
#[derive(Clone, Debug, PartialEq)]
pub struct WeightGrid {
    /// What the weights depend on.
    pub key: ByKey,
    /// The columns of the header.
    pub columns: Vec<Pattern>,
    /// The header.
    pub header: Span,
    /// The rows, each with a cell a column.
    pub rows: Vec<WeightRow>,
    /// How many of the card's lines stand before it.
    pub at: usize,
    /// The whole member.
    pub span: Span,
}

/// `watch_time | 30% | - |`
#[derive(Clone, Debug, PartialEq)]
pub struct WeightRow {
    /// The line that it adds to the card, unless the line is written besides; without weight.
    pub line: OneLine,
    /// The weights; none for `-`.
    pub weights: Vec<Option<Expr>>,
}

/// `watch_time weight 30% when missing full`
#[derive(Clone, Debug, PartialEq)]
pub struct OneLine {
    /// The indicator or scorecard.
    pub name: Name,
    /// `weight …`
    pub weight: Option<ByTable<Expr>>,
    /// `watch`
    pub watch: Option<Span>,
    /// `when missing …`
    pub when_missing: Option<(WhenMissing, Span)>,
    /// `attainment cap 150%`
    pub attainment_cap: Option<Expr>,
    /// `scoring …`, in place of the indicator's
    pub scoring: Option<Scoring>,
    /// `rolled up by average`, of a scorecard of a shorter period
    pub rolled: Option<(RollUp, Span)>,
    /// The whole line.
    pub span: Span,
}

impl OneLine {
    /// A line of which only the name is written.
    pub fn new(name: Name, span: Span) -> OneLine {
        OneLine {
            name,
            weight: None,
            watch: None,
            when_missing: None,
            attainment_cap: None,
            scoring: None,
            rolled: None,
            span,
        }
    }
}

/// `group quality "质量" weight 30% combine worst { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// `weight …`
    pub weight: Option<ByTable<Expr>>,
    /// `combine …`
    pub combine: Option<(Combine, Span)>,
    /// `when missing …`
    pub when_missing: Option<(WhenMissing, Span)>,
    /// Its lines.
    pub lines: Vec<Line>,
    /// The whole group.
    pub span: Span,
}

/// `veto severe "严重违规" when … then cap 60`
#[derive(Clone, Debug, PartialEq)]
pub struct Veto {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// `when …`
    pub condition: Expr,
    /// `then …`; `score 0` if left out
    pub effect: Option<(VetoEffect, Span)>,
    /// The whole member.
    pub span: Span,
}

/// What a veto does.
#[derive(Clone, Debug, PartialEq)]
pub enum VetoEffect {
    /// `score 0`
    ScoreZero,
    /// `cap 60`
    Cap(Expr),
    /// `pay 0`
    PayZero,
}

/// `bonus ideas "…" = count(idea) × 2 cap 10`, `deduct late = … cap 5`
#[derive(Clone, Debug, PartialEq)]
pub struct Adjustment {
    /// Whether it takes points away.
    pub deduct: bool,
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// Its points.
    pub value: Expr,
    /// `cap …`
    pub cap: Option<Expr>,
    /// The whole member.
    pub span: Span,
}

/// How a score becomes a grade.
#[derive(Clone, Debug, PartialEq)]
pub enum Grade {
    /// `grade { ≥ 90: "优秀", else: "辅导" }`
    Bounds(Vec<CurveRow>, Span),
    /// `grade among role { top 20%: "A", next 70%: "B", else: "C" }`
    Shares(GradeShares),
}

/// `grade among role { top 20%: "A", next 70%: "B", else: "C" }`
#[derive(Clone, Debug, PartialEq)]
pub struct GradeShares {
    /// The columns that make the group; none for `among all`.
    pub by: Vec<Vec<Name>>,
    /// `top 20% [at least 1]`, `next 70%`: share, minimum, label, in order
    pub shares: Vec<GradeShare>,
    /// `else: "C"`
    pub rest: Option<Text>,
    /// The whole member.
    pub span: Span,
}

/// `top 20% at least 1: "A"`
#[derive(Clone, Debug, PartialEq)]
pub struct GradeShare {
    /// The share of the group.
    pub share: Expr,
    /// `at least n`
    pub at_least: Option<(Dec, Span)>,
    /// The grade.
    pub grade: Text,
    /// The whole row.
    pub span: Span,
}
