//! Scorecards, incentives and rules.

use kpi_base::Span;
use kpi_value::{Dec, Period, PeriodKind};
use serde::Serialize;

use super::{
    ByNumber, ByTable, Expr, IndicatorId, Path, RollUp, ScorecardId, Scoring, StepBound, TableId, Title, WhenMissing,
};

/// A scorecard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scorecard {
    /// Its name.
    pub title: Title,
    /// The table of its subjects.
    pub table: TableId,
    /// Which of them, in the context of a cell.
    pub condition: Option<Expr>,
    /// Its period.
    pub period: PeriodKind,
    /// As of when a subject's attributes are read, where they change inside a period.
    pub mid_period: MidPeriod,
    /// Its lines and groups.
    pub lines: Vec<Line>,
    /// Its vetoes.
    pub vetoes: Vec<Veto>,
    /// Points added and taken away.
    pub adjustments: Vec<Adjustment>,
    /// How its score becomes a grade.
    pub grade: Option<Grade>,
    /// The columns in which subjects that are ranked together agree; none to rank all of them.
    pub rank_among: Vec<Path>,
    /// The largest score: 100 × the largest fraction that its scorings allow + the caps of its bonuses; `None` where a
    /// bonus has no cap.
    pub score_limit: Option<Dec>,
}

/// As of when a subject's attributes are read, where they change inside a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MidPeriod {
    /// As of the last valid day of the period.
    #[default]
    Last,
    /// As of the first valid day.
    First,
    /// The period is cut into *stints*, the longest runs of days on which the subject's row says the same in every column
    /// that the policy reads. Each has a card of its own, with the rows of its days.
    Split,
}

/// A line or a group of a scorecard. Lines of weight 0% and of target `none` are not on a subject's card.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What it shows.
    pub kind: LineKind,
    /// Its share of the card or of the group that holds it; `None` for `watch`: shown, never scored.
    pub weight: Option<ByNumber>,
    /// What it does without data.
    pub when_missing: WhenMissing,
    /// Of a scorecard of a shorter period: how its cards inside this one become one.
    pub rolled: Option<RollUp>,
    /// Its text.
    #[serde(skip)]
    pub span: Span,
}

/// What a line shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// An indicator, with the scoring and the attainment cap in force on this line.
    Indicator {
        /// The indicator.
        indicator: IndicatorId,
        /// Its own scoring, or the line's.
        scoring: Scoring,
        /// The policy's cap, or the line's.
        attainment_cap: Dec,
    },
    /// Another scorecard of the same table: its final score ÷ 100 and its final attainment.
    Card(ScorecardId),
    /// Several lines made one.
    Group {
        /// The group's name.
        title: Title,
        /// How.
        combine: Combine,
        /// Its lines, with their share of the group.
        lines: Vec<Line>,
    },
}

/// How the lines of a group become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// Σ weight × fraction, and likewise of the attainments. The default.
    Sum,
    /// The lowest fraction and, separately, the lowest attainment.
    Worst,
    /// The mean of the fractions, and of the attainments, whatever the weights.
    Average,
    /// 100% if every line is met, else 0%; the attainment as for `Worst`.
    All,
}

/// A veto.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Veto {
    /// Its name.
    pub title: Title,
    /// When it fires, in the context of the card's cell; no data makes the card incomplete.
    pub condition: Expr,
    /// What it does.
    pub effect: VetoEffect,
}

/// What a veto does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VetoEffect {
    /// Score and attainment become 0.
    ScoreZero,
    /// The score is at most this, the attainment at most a hundredth of it.
    Cap(Dec),
    /// Every pay becomes 0; score and attainment stay.
    PayZero,
}

/// Points added to or taken from the score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adjustment {
    /// Its name.
    pub title: Title,
    /// Whether they are taken away.
    pub deduct: bool,
    /// The points, in the context of the card's cell; negative ones count as 0; no data makes the card incomplete.
    pub value: Expr,
    /// The most points.
    pub cap: Option<Dec>,
}

/// How a score becomes a grade.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// By bounds of the score; rows are tried in order.
    Bounds(Vec<GradeRow>),
    /// By shares of a group.
    Shares {
        /// The columns in which members agree; none for all cards of the scorecard.
        by: Vec<Path>,
        /// From the best down: the share, how many get it at least, the grade.
        shares: Vec<GradeShare>,
        /// The grade of all others.
        rest: String,
    },
}

/// One grade by a bound of the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GradeRow {
    /// Where it is given.
    pub bound: StepBound,
    /// The grade.
    pub grade: String,
    /// Its text.
    #[serde(skip)]
    pub span: Span,
}

/// One share of a group: the largest set of best subjects, ties kept together, that with those above does not exceed the
/// sum of the shares down to here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GradeShare {
    /// The share.
    pub share: Dec,
    /// How many get the grade at least; ties are kept together still.
    pub at_least: u32,
    /// The grade.
    pub grade: String,
}

/// What an incentive or a rule is for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Every card of these scorecards.
    Cards(Vec<ScorecardId>),
    /// Every subject of a table that meets the condition, whatever its cards.
    Table(TableId, Option<Expr>),
}

/// An incentive.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Incentive {
    /// Its name.
    pub title: Title,
    /// Whom it pays.
    pub audience: Audience,
    /// The table of those subjects.
    pub table: TableId,
    /// Its period.
    pub period: PeriodKind,
    /// Who is eligible; the others get 0.
    pub condition: Option<Expr>,
    /// Its pays.
    pub pays: Vec<Pay>,
    /// The most that the total may be.
    pub cap: Option<Expr>,
    /// The least that the total may be (default 0).
    pub floor: Option<Expr>,
    /// What it pays to a subject that has several of its cards in a period.
    pub sharing: Sharing,
}

/// What an incentive pays to a subject that has several of its cards in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sharing {
    /// That is an error of the run.
    #[default]
    Once,
    /// Each card pays in full.
    PerCard,
    /// Each card pays its part: the days of its stint ÷ those of all the subject's cards.
    ByStint,
}

/// One pay of an incentive.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pay {
    /// Its name, which no other pay for the same scorecard has.
    pub title: Title,
    /// The amount.
    pub value: Expr,
    /// It is rounded to a multiple of this: the currency's minor unit, or what `round to` says.
    pub round_to: Dec,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// Its name.
    pub title: Title,
    /// Whom it watches.
    pub audience: Audience,
    /// The table of those subjects.
    pub table: TableId,
    /// Its period.
    pub period: PeriodKind,
    /// The line of the cards that it judges, for a rule `for each indicator`: such a rule stands in the model once for each
    /// of them, and its condition reads that indicator. It is judged where the line is on the card, whatever the others.
    pub line: Option<IndicatorId>,
    /// Its condition; true where it only takes a share.
    pub condition: Expr,
    /// Whom of a group it takes, besides.
    pub share: Option<RuleShare>,
    /// In how many periods on end, the judged one last, the condition must hold; 1 for just the judged one.
    pub streak: u32,
    /// Where it fires once only: the first period that counts. It does not fire where it would have fired before, too.
    pub once: Option<Period>,
    /// What it says.
    pub then: Option<Then>,
}

/// The best or the worst of a group: the largest set of them, ties kept together, that does not exceed a share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleShare {
    /// The share.
    pub share: Dec,
    /// How many at least; ties are kept together still.
    pub at_least: u32,
    /// The value by which they are ranked, in the context of a cell; none for the score of the card.
    pub of: Option<Expr>,
    /// Whether those of the highest values are taken, rather than of the lowest.
    pub highest: bool,
    /// The columns in which a group agrees; none for all.
    pub by: Vec<Path>,
    /// Its text.
    #[serde(skip)]
    pub span: Span,
}

/// What a rule says when it fires.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Then {
    /// Whether it is a warning only.
    pub warn: bool,
    /// The text; no row where nothing is said. With `by_number` a row for each of its bounds, and no keys.
    pub text: ByTable<String>,
    /// The number that chooses the text, and the bounds: the first one that holds.
    pub by_number: Option<(Expr, Vec<StepBound>)>,
    /// What a person may decide for; none where nothing is to be decided.
    pub choices: Vec<String>,
}
