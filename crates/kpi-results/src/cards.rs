//! Cards, pay and rules.

use indexmap::IndexMap;
use kpi_base::Diagnostic;
use kpi_value::Dec;
use serde::Serialize;

/// Everything that a run found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Run {
    /// The policy's title.
    pub policy: String,
    /// The periods judged.
    pub period: Span,
    /// Every card of every judged period, by scorecard (in the order of the policy), period and subject.
    pub cards: Vec<Card>,
    /// Pay that hangs on no card: incentives for a roster, by incentive, period and subject.
    pub incentives: Vec<RosterPay>,
    /// Rules that hang on no card, by rule, period and subject.
    pub rules: Vec<RosterRule>,
    /// By which incentive each pay of a card comes, for tables that name it: scorecard, pay, incentive.
    #[serde(skip)]
    pub paid_by: Vec<(String, String, String)>,
    /// The tables of brackets by which pays are found, where outcomes are compared.
    #[serde(skip)]
    pub brackets: Vec<BracketTable>,
    /// What the run has to say about the policy and the data.
    pub findings: Vec<Diagnostic>,
}

/// A table of brackets by which a pay is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BracketTable {
    /// The scorecard for whose cards it pays; none for a roster.
    pub scorecard: Option<String>,
    /// The incentive.
    pub incentive: String,
    /// The pay.
    pub pay: String,
    /// Its rows, as they are written.
    pub rows: Vec<BracketRow>,
}

/// A row of a table of brackets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BracketRow {
    /// Where it applies: `≥ 80%`.
    pub bound: String,
    /// What it says.
    pub value: String,
}

/// The first and the last period of a run, as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first.
    pub from: String,
    /// The last.
    pub to: String,
}

/// One subject's scorecard for one period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    /// The scorecard's name.
    pub scorecard: String,
    /// The subject's key.
    pub subject: String,
    /// The period, as it is written.
    pub period: String,
    /// The days that the card covers, on a scorecard that is split where attributes change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stint: Option<Stint>,
    /// Whether everything was there that the card needs.
    pub status: CardStatus,
    /// The final score, of 2 digits; none if the card is incomplete, and likewise below.
    pub score: Option<Dec>,
    /// The final attainment as a fraction of 4 digits.
    pub attainment: Option<Dec>,
    /// The grade; none also where the scorecard has no grades.
    pub grade: Option<String>,
    /// The rank, 1 for the best.
    pub rank: Option<u32>,
    /// The vetoes that fired.
    pub vetoed: Vec<String>,
    /// Its lines; those of weight 0% or target `none` are absent.
    pub lines: Vec<Line>,
    /// Every pay of every incentive for the card; held (none) on an incomplete card.
    pub pay: IndexMap<String, Option<Dec>>,
    /// The sum of the incentives' totals; none if any of it is held, and if the card has no incentive.
    pub total_pay: Option<Dec>,
    /// Every rule for the card.
    pub rules: Vec<Rule>,
    /// For each of the run's tables of brackets for the scorecard the row that was taken; only where outcomes are compared.
    #[serde(skip)]
    pub brackets: Vec<Option<u32>>,
}

/// The days of a period that a card covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stint {
    /// The first day, as it is written.
    pub from: String,
    /// The last day.
    pub to: String,
    /// How many they are.
    pub days: u32,
}

/// Whether everything was there that a card needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CardStatus {
    /// It has a score.
    Complete,
    /// It has none; its pay is held.
    Incomplete,
}

/// One line of a card.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The indicator's, nested scorecard's or group's name.
    pub indicator: String,
    /// What was measured; none for groups and nested cards.
    pub actual: Option<Quantity>,
    /// What was asked for.
    pub target: Option<Goal>,
    /// The attainment as a fraction.
    pub attainment: Option<Dec>,
    /// The weight in force, after `reweight`, as a fraction; none if it is only watched, or left out by `reweight`.
    pub weight: Option<Dec>,
    /// The points that it adds to the card (in a group: to the group): weight × fraction × 100.
    pub score: Option<Dec>,
    /// What became of it.
    pub status: LineStatus,
    /// The lines of a group; the parts of an indicator that has parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<Line>>,
    /// The shorter periods from which it is rolled up, those without data included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub periods: Option<Vec<SubPeriod>>,
    /// Actual ÷ target, without limit, where the indicator is tracked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Dec>,
    /// What is shown of shorter periods, where the indicator is tracked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track: Option<Vec<Tracked>>,
}

/// A shorter period of a line that is rolled up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubPeriod {
    /// The period, as it is written.
    pub period: String,
    /// What was measured.
    pub actual: Option<Quantity>,
    /// What was asked for.
    pub target: Option<Goal>,
    /// The attainment as a fraction.
    pub attainment: Option<Dec>,
    /// Whether the target is met.
    pub met: Option<bool>,
}

/// A shorter period of a line that is tracked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tracked {
    /// The period, as it is written.
    pub period: String,
    /// What was measured.
    pub actual: Option<Quantity>,
    /// The share of the target that is asked of it.
    pub target: Option<Goal>,
    /// Actual ÷ that share.
    pub progress: Option<Dec>,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineStatus {
    /// Its target is met, tolerance included; for a group: every line is.
    Met,
    /// Its target is missed.
    Missed,
    /// It has no actual or no target value.
    NoData,
    /// It has no target and is only watched; or its target cannot be judged although both are known (t < 0).
    NotJudged,
    /// It is shown and never scored.
    Watched,
    /// It is scored without a target.
    Scored,
}

/// A value with its unit; a band where a target is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quantity {
    /// The value as a decimal string, or a date or text as it is written.
    pub value: String,
    /// `number`, `count`, `ratio`, `s`, the currency's code, `points`, `date`, `text`, `bool`.
    pub unit: String,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Goal {
    /// One bound.
    Bound(Quantity),
    /// A band.
    Band {
        /// Its lower bound.
        from: String,
        /// Its upper bound.
        to: String,
        /// As in [`Quantity`].
        unit: String,
    },
}

/// The outcome of a rule for a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The rule's name.
    pub rule: String,
    /// The line that it judged, for a rule for each indicator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub indicator: Option<String>,
    /// What came of it.
    pub outcome: RuleOutcome,
    /// What it says, where it fired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// What a person may decide for, where it fired and leaves that open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// What came of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleOutcome {
    /// Its condition held.
    Fired,
    /// Its condition did not hold.
    NotFired,
    /// Data are missing on which it hangs.
    NotJudged,
}

/// What an incentive for a roster pays to one subject.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RosterPay {
    /// The incentive's name.
    pub incentive: String,
    /// The subject's key.
    pub subject: String,
    /// The period, as it is written.
    pub period: String,
    /// Every pay; none where it is held.
    pub pay: IndexMap<String, Option<Dec>>,
    /// Their sum after cap and floor; none if any of it is held.
    pub total_pay: Option<Dec>,
    /// As for a card.
    #[serde(skip)]
    pub brackets: Vec<Option<u32>>,
}

/// The outcome of a rule for a subject of a roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RosterRule {
    /// The rule's name.
    pub rule: String,
    /// The subject's key.
    pub subject: String,
    /// The period, as it is written.
    pub period: String,
    /// What came of it.
    pub outcome: RuleOutcome,
    /// What it says, where it fired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// What a person may decide for, where it fired and leaves that open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}
