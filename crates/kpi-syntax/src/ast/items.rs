//! Declarations.

use kpi_base::Span;
use kpi_value::{Dec, PeriodKind, Rounding};

use super::{
    BinaryOp, Binding, By, ByTable, CurveKind, CurveRow, EntryParam, Example, Expr, Label, Name, Range, Set, Text,
};

/// `policy "Live team" { edition 1, currency CNY, period month }`
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Its title.
    pub title: Text,
    /// `edition 1`
    pub edition: Option<(Dec, Span)>,
    /// `currency CNY`
    pub currency: Option<Name>,
    /// `period month`
    pub period: Option<(PeriodKind, Span)>,
    /// `attainment cap 200%`
    pub attainment_cap: Option<Expr>,
    /// `rounding half_even`
    pub rounding: Option<(Rounding, Span)>,
    /// `week starts sunday`, 0 for Monday to 6 for Sunday
    pub week_start: Option<(u8, Span)>,
    /// `year starts april`, 1 to 12
    pub year_start: Option<(u8, Span)>,
    /// `timezone Asia/Shanghai`
    pub timezone: Option<Text>,
}

impl Policy {
    /// A policy of which only the title is written.
    pub fn new(title: Text) -> Policy {
        Policy {
            title,
            edition: None,
            currency: None,
            period: None,
            attainment_cap: None,
            rounding: None,
            week_start: None,
            year_start: None,
            timezone: None,
        }
    }
}

/// `dimension stage ordered { startup "新手期", growth, mature }`
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// Whether its members are in an order and may be compared.
    pub ordered: bool,
    /// Its members with their labels.
    pub members: Vec<(Name, Label)>,
}

/// `scale response_speed "…" 1..5 { 5: "…", 4: "…" }`: what the steps of a rating mean
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// From the lowest step to the highest.
    pub range: Range,
    /// The steps with what they mean.
    pub anchors: Vec<Anchor>,
}

/// `5: "always within 30 seconds"`
#[derive(Clone, Debug, PartialEq)]
pub struct Anchor {
    /// The step.
    pub step: Dec,
    /// What it means.
    pub text: Text,
    /// The step as written.
    pub span: Span,
}

/// A roster or a source.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// Its columns.
    pub columns: Vec<Column>,
    /// `valid from joined to left`: the two columns
    pub valid: Option<Valid>,
    /// `as of month`: the column with the period
    pub as_of: Option<Name>,
    /// `sparse`
    pub sparse: Option<Span>,
    /// `exclude "…" where …`: which rows do not count
    pub exclude: Vec<Exclude>,
}

/// `exclude "beyond control" where cause == outage`
#[derive(Clone, Debug, PartialEq)]
pub struct Exclude {
    /// How outputs call these rows.
    pub label: Text,
    /// Which rows.
    pub condition: Expr,
    /// The whole member.
    pub span: Span,
}

/// `valid from joined to left`
#[derive(Clone, Debug, PartialEq)]
pub struct Valid {
    /// The column with the first day.
    pub from: Name,
    /// The column with the last day, inclusive.
    pub to: Name,
    /// The whole clause.
    pub span: Span,
}

/// `gmv: money from "成交金额" ≥ 0`
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeName,
    /// `key`
    pub key: Option<Span>,
    /// `label`
    pub label: Option<Span>,
    /// `time`
    pub time: Option<Span>,
    /// `subject`
    pub subject: Option<Span>,
    /// `unique`
    pub unique: Option<Span>,
    /// `from "header"`
    pub header: Option<Text>,
    /// `in seconds`: what one unit of a duration column is, in seconds
    pub seconds: Option<(Dec, Span)>,
    /// `digits 4`
    pub digits: Option<(Dec, Span)>,
    /// `private`
    pub private: Option<Span>,
    /// Rules on values: `≥ 0`, `in 1..5`, `matches "…"`
    pub rules: Vec<ColumnRule>,
    /// The whole column.
    pub span: Span,
}

impl Column {
    /// A column of which only name and type are written.
    pub fn new(name: Name, ty: TypeName, span: Span) -> Column {
        Column {
            name,
            ty,
            key: None,
            label: None,
            time: None,
            subject: None,
            unique: None,
            header: None,
            seconds: None,
            digits: None,
            private: None,
            rules: Vec::new(),
            span,
        }
    }
}

/// A rule on the values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnRule {
    /// `≥ 0` and the other comparisons
    Compare(BinaryOp, Expr),
    /// `in 1..5`
    In(Range),
    /// `matches "A\d{3}"`
    Matches(Text),
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeName {
    /// What stands there.
    pub kind: TypeKind,
    /// `?`
    pub optional: bool,
    /// The whole type.
    pub span: Span,
}

/// What stands where a type is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// `money`, `text`, or the name of a dimension
    Named(Name),
    /// `-> team`
    Reference(Name),
}

/// `view weekly_talk "…" from message where … group by member, week { talks = count() }`
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// The table whose rows it takes.
    pub of: Name,
    /// Which of them.
    pub condition: Option<Expr>,
    /// How they are grouped; without it the view has the columns of its input.
    pub grouping: Option<Grouping>,
}

/// `group by member, week { talks = count() }`
#[derive(Clone, Debug, PartialEq)]
pub struct Grouping {
    /// Columns, paths, and at most one calendar word; at least one.
    pub keys: Vec<Vec<Name>>,
    /// From `group` to the last key.
    pub span: Span,
    /// What is computed of each group.
    pub columns: Vec<ViewColumn>,
}

/// `talks "…" = count()`
#[derive(Clone, Debug, PartialEq)]
pub struct ViewColumn {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// Its value.
    pub value: Expr,
}

/// `require host_card: weight(tag long_term) ≥ 25% "…"`: what scorecards must be like
#[derive(Clone, Debug, PartialEq)]
pub struct Require {
    /// Which scorecards; none for `each scorecard`.
    pub cards: Option<Vec<Name>>,
    /// What is asked for of them.
    pub value: Required,
    /// The comparison or range.
    pub test: RequiredTest,
    /// Why, for people.
    pub text: Option<Text>,
    /// What is asked for, with its comparison.
    pub span: Span,
    /// What is asked for of indicators: `each indicator: …`. Then nothing is asked for of scorecards.
    pub of_each: Option<RequiredOfEach>,
}

/// `prove host_card.score within 0..100`: what must hold whatever is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Prove {
    /// The result that it is about, name by name: `host_card.score`.
    pub place: Vec<Name>,
    /// What must hold of it.
    pub obligation: Obligation,
    /// The place with the obligation.
    pub span: Span,
}

/// What must hold of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Obligation {
    /// `within 0..100`: it never leaves the range.
    Within(Range),
    /// `monotone in gmv`: it never gets worse as the indicator gets better.
    Monotone(Name),
}

/// `goal retention "留住用户" supports growth`: what indicators are for.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// The goals that it is a part of.
    pub supports: Vec<Name>,
}

/// What is required of indicators.
#[derive(Clone, Debug, PartialEq)]
pub struct RequiredOfEach {
    /// `each indicator tag key`: of those with the tag only
    pub tag: Option<Name>,
    /// What each must have.
    pub has: Has,
}

/// What an indicator must have.
#[derive(Clone, Debug, PartialEq)]
pub enum Has {
    /// `supports a goal`, `supports growth`
    Goal(SomeGoal),
    /// `note data_source`
    Note(Name),
    /// `target`
    Target,
}

/// `supports a goal`, `supports growth`
#[derive(Clone, Debug, PartialEq)]
pub enum SomeGoal {
    /// Any of them.
    Any,
    /// This one, or one that supports it.
    One(Name),
}

/// What is required of a scorecard.
#[derive(Clone, Debug, PartialEq)]
pub enum Required {
    /// `count(indicators)`
    Count,
    /// `weight(tag long_term)`
    Tag(Name),
    /// `weight(supports growth)`
    Goal(SomeGoal),
    /// `weight(watch_time)`
    Weight(Name),
}

/// How it must be.
#[derive(Clone, Debug, PartialEq)]
pub enum RequiredTest {
    /// `≤ 5`
    Compare(BinaryOp, Expr),
    /// `in 3..5`, `not in 3..5` (true)
    In(Set, bool),
}

/// `param margin_floor: ratio by date { … }`, `param bar: count = 5`
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// Its type.
    pub ty: TypeName,
    /// Its value.
    pub value: ByTable<Expr>,
}

/// `function nps(promoters: count, all: count): number = …`
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// Its parameters.
    pub params: Vec<(Name, TypeName)>,
    /// The type of its value.
    pub ty: TypeName,
    /// Its value.
    pub body: Expr,
}

/// `curve payout = linear { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct NamedCurve {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// Its kind.
    pub kind: CurveKind,
    /// Its rows.
    pub rows: Vec<CurveRow>,
    /// The braces.
    pub body: Span,
}

/// `indicator watch_time "…" { formula …, target …, scoring … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Indicator {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// `formula …`
    pub formula: Option<Expr>,
    /// `target …`
    pub target: Option<ByTable<Target>>,
    /// `scoring …`
    pub scoring: Option<Scoring>,
    /// `when missing …`
    pub when_missing: Option<(WhenMissing, Span)>,
    /// `note data_source "…"`: topic and text
    pub notes: Vec<(Name, Text)>,
    /// `tag long_term`
    pub tags: Vec<Name>,
    /// `supports growth, quality`: the goals that it serves
    pub supports: Vec<Name>,
    /// `period week rolled up by sum`
    pub shorter: Option<ShorterPeriod>,
    /// `track week 1 ÷ 4, day 1 ÷ 24`: the units with their shares of the target
    pub track: Option<(Vec<TrackShare>, Span)>,
    /// `part returns "…" { … }`: what it is made of, each with a name, a formula and a target of its own
    pub parts: Vec<Indicator>,
    /// `combine worst`: how the parts become one
    pub combine: Option<(Combine, Span)>,
    /// `adjustable quarterly`: from which dates its targets and weights may change
    pub adjustable: Option<(PeriodKind, Span)>,
    /// `(s: session)`: what it takes, if it is an entry of a library and no indicator by itself
    pub params: Vec<EntryParam>,
    /// `= std.live.watch_time(live)`: the entry that says what it measures
    pub binding: Option<Binding>,
    /// `example "…" { … }`, of an entry
    pub examples: Vec<Example>,
}

impl Indicator {
    /// An indicator of which only name and label are written.
    pub fn new(name: Name, label: Label) -> Indicator {
        Indicator {
            name,
            label,
            formula: None,
            target: None,
            scoring: None,
            when_missing: None,
            notes: Vec::new(),
            tags: Vec::new(),
            supports: Vec::new(),
            shorter: None,
            track: None,
            parts: Vec::new(),
            combine: None,
            adjustable: None,
            params: Vec::new(),
            binding: None,
            examples: Vec::new(),
        }
    }
}

/// `period week rolled up by sum`
#[derive(Clone, Debug, PartialEq)]
pub struct ShorterPeriod {
    /// `week`
    pub period: (PeriodKind, Span),
    /// `rolled up by sum`
    pub roll_up: Option<(RollUp, Span)>,
    /// The whole member.
    pub span: Span,
}

/// How the values of shorter periods become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RollUp {
    /// Σ actual against Σ target.
    Sum,
    /// The mean of the attainments.
    Average,
    /// The lowest attainment.
    Worst,
    /// The share of the periods that are met.
    ShareMet,
}

/// `week 1 ÷ 4`, of `track`
#[derive(Clone, Debug, PartialEq)]
pub struct TrackShare {
    /// `week`
    pub period: (PeriodKind, Span),
    /// The share of the target that is asked of each.
    pub share: Expr,
}

/// One target: `≥ 30s tolerance 5s`, `between 90%..110%`, `none`
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The comparison.
    pub kind: TargetKind,
    /// `stretch …`
    pub stretch: Option<Expr>,
    /// `tolerance …`
    pub tolerance: Option<Expr>,
    /// `per month`
    pub per: Option<(PeriodKind, Span)>,
    /// The whole target.
    pub span: Span,
}

/// What a target compares with.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetKind {
    /// `≥ x`, `> x`, `≤ x`, `< x`, `= x` (`Eq`)
    Compare(BinaryOp, Expr),
    /// `between a..b`
    Between(Range),
    /// `none`: not judged
    None,
}

/// How a line earns its weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Scoring {
    /// The method.
    pub kind: ScoringKind,
    /// The whole member.
    pub span: Span,
}

/// The methods of scoring.
#[derive(Clone, Debug, PartialEq)]
pub enum ScoringKind {
    /// `proportional none below 60% cap 120% stretch 120%`
    Proportional {
        /// `none below a`
        none_below: Option<Expr>,
        /// `cap b`
        cap: Option<Expr>,
        /// `stretch c`
        stretch: Option<Expr>,
    },
    /// `all_or_nothing`
    AllOrNothing,
    /// `deduct 50% per 1`
    Deduct {
        /// The share taken away.
        share: Expr,
        /// For each whole one of these beyond the target.
        per: Expr,
    },
    /// `step on attainment { … }`, `linear on actual { … }`, or a named curve: `payout on attainment`
    Curve {
        /// `attainment` or `actual`
        on: Name,
        /// The rows, or the name of a curve.
        curve: CurveBody,
    },
    /// `rating of 5`
    Rating(Expr),
}

/// A curve written in place, or the name of one.
#[derive(Clone, Debug, PartialEq)]
pub enum CurveBody {
    /// `step … { … }`
    Inline(CurveKind, Vec<CurveRow>, Span),
    /// The name of a `curve`.
    Named(Name),
}

/// What a line without data does to its card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WhenMissing {
    /// The card is incomplete.
    Fail,
    /// The line earns nothing.
    Zero,
    /// The line earns its full weight.
    Full,
    /// The other lines share its weight.
    Reweight,
}

/// How several lines become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Combine {
    /// The weighted sum of the fractions.
    Sum,
    /// The lowest.
    Worst,
    /// Their mean.
    Average,
    /// 100% if all are met, else 0%.
    All,
}

/// What an incentive or a rule is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Audience {
    /// `for staff where …`: a roster; `for host_card, floor_card`: scorecards. Which of them, only names tell.
    Named(Vec<Name>, Option<Expr>),
    /// `for each scorecard [of staff]`
    EachScorecard(Option<Name>, Span),
    /// `for each indicator [tag key]`, of a rule: each line of each card by itself
    EachIndicator(Option<Name>, Span),
}

/// `incentive monthly_pay for each scorecard of staff { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Incentive {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// `for …`
    pub audience: Option<Audience>,
    /// `when …`: who is eligible
    pub condition: Option<Expr>,
    /// `pay base = …`
    pub pays: Vec<Pay>,
    /// `cap …`, of the total
    pub cap: Option<Expr>,
    /// `floor …`, of the total
    pub floor: Option<Expr>,
    /// `per card`
    pub per_card: Option<Span>,
    /// `share by stint`
    pub by_stint: Option<Span>,
    /// `period year`
    pub period: Option<(PeriodKind, Span)>,
}

/// `pay base "基本" = … round to 1元`
#[derive(Clone, Debug, PartialEq)]
pub struct Pay {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// The amount.
    pub value: Expr,
    /// `round to …`
    pub round_to: Option<Expr>,
    /// The whole member.
    pub span: Span,
}

/// `rule transfer "…" for each scorecard of staff { when … for 2 consecutive periods then "…" }`
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Label,
    /// `for …`
    pub audience: Option<Audience>,
    /// `when …`
    pub condition: Option<Expr>,
    /// `for 2 consecutive periods` (or `months`, …): how many
    pub streak: Option<(Dec, Span)>,
    /// The `months` of `for 2 consecutive months`; none for `periods`.
    pub streak_unit: Option<PeriodKind>,
    /// `then …`
    pub then: Option<Then>,
    /// `once when …`: the word
    pub once: Option<Span>,
    /// `since 2026-01`, of `once when … since 2026-01`
    pub since: Option<Expr>,
    /// `period quarter`
    pub period: Option<(PeriodKind, Span)>,
    /// `top 20% of gmv among role`
    pub share: Option<Share>,
}

/// `top 20% [at least 1] [of gmv] [among role]`: whom of a group a rule takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Whether they are the best ones, rather than the worst.
    pub best: bool,
    /// The share.
    pub share: Expr,
    /// How many at least.
    pub at_least: Option<(Dec, Span)>,
    /// By what they are ranked; the score of the card if it is not written.
    pub of: Option<Expr>,
    /// The columns in which a group agrees; none for everybody.
    pub among: Vec<Vec<Name>>,
    /// The whole member.
    pub span: Span,
}

/// One thing that a person may decide for.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// A member of a dimension.
    Member(Name),
    /// A text.
    Text(Text),
}

/// What a person chooses from.
#[derive(Clone, Debug, PartialEq)]
pub enum Choices {
    /// `{ skill, "other" }`
    Listed(Vec<Choice>),
    /// All members of a dimension.
    Members(Name),
}

/// What a rule says when it fires.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// `then "…"`
    Text(Text),
    /// `then warn "…"`
    Warn(Text),
    /// `then by cause { skill: "…" }`
    By(By<Text>),
    /// `then step(streak(…)) { ≥ 3: "…" }`, with the body
    Step(Expr, Vec<CurveRow>, Span),
    /// `then "review" one of { … }`: a person decides
    OneOf(Option<Text>, Choices, Span),
}
