//! Indicators: what is measured, what is asked for, how it is scored.

use std::sync::Arc;

use kpi_base::Span;
use kpi_value::{Dec, PeriodKind};
use serde::Serialize;

use super::{ByTable, Combine, CompareOp, Curve, Expr, IndicatorId, LineField, Subject, Title};

/// An indicator.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Indicator {
    /// Its name.
    pub title: Title,
    /// What is measured, in the context of a cell; no data where the indicator has parts.
    pub formula: Expr,
    /// The parts that make it, which are indicators of the same subject by themselves. It has no formula and no target then.
    pub parts: Option<Parts>,
    /// The shorter period in which it is judged, if it has one; else it is judged in the period of its user.
    pub shorter: Option<Shorter>,
    /// The shares of the target that are shown for shorter periods.
    pub track: Vec<Track>,
    /// What is asked for; `None` if it has no `target` at all, a row of value `None` for `target none`.
    pub target: Option<ByTable<Option<Target>>>,
    /// How it is scored.
    pub scoring: Scoring,
    /// What a line of it without data does, unless the line says otherwise.
    pub when_missing: WhenMissing,
    /// `note topic "…"`
    pub notes: Vec<(String, String)>,
    /// `tag …`
    pub tags: Vec<String>,
    /// Its targets and weights change only where such a period of the calendar begins.
    pub adjustable: Option<PeriodKind>,
    /// `supports …`: the names of the goals that it serves by itself, without those that they are a part of
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub supports: Vec<String>,
    /// Whom it measures. An indicator of the policy stands in the model once for each kind of subject that it is used
    /// for (`staff` and, by `over team`, `team`), with the same title.
    pub subject: Subject,
    /// The period for which it is computed: that of the card, the incentive or the rule that reads it. One that is used by cards of
    /// several periods stands in the model once for each.
    pub period: PeriodKind,
}

/// The parts of an indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// How they become one: never [`Combine::Sum`].
    pub combine: Combine,
    /// The parts, at least one; their titles are the parts' own names.
    pub parts: Vec<IndicatorId>,
}

/// `period week rolled up by average`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Shorter {
    /// The period in which the indicator is judged; shorter than the policy's.
    pub period: PeriodKind,
    /// How those inside a period of the user become one.
    pub roll_up: RollUp,
}

/// How the values of shorter periods become one. Periods without data are left out; none left is no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RollUp {
    /// Σ actual against Σ target.
    Sum,
    /// The mean of the attainments; met from 100%.
    Average,
    /// The lowest attainment; met if every period is.
    Worst,
    /// The share of the periods that are met as the attainment; met if every period is.
    ShareMet,
}

/// `track week 1 ÷ 4`: the actual of a shorter period against a share of the target; shown, never scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Track {
    /// The shorter period.
    pub period: PeriodKind,
    /// The share of the target that is asked of each.
    pub share: Dec,
}

/// One target.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// The comparison.
    pub kind: TargetKind,
    /// How far the actual may miss it and still meet it.
    pub tolerance: Option<Tolerance>,
    /// The stretch target: shown, and used by [`Scoring::Proportional`] where that has a stretch.
    pub stretch: Option<Expr>,
    /// Its text.
    #[serde(skip)]
    pub span: Span,
}

/// What a target compares the actual with.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    /// `≥ ≤ > <` a bound, and `=` as [`CompareOp::Eq`].
    Compare(CompareOp, Expr),
    /// `between low..high`; the flag: the upper bound belongs to it.
    Between(Expr, Expr, bool),
}

/// How far an actual may miss its target and still meet it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tolerance {
    /// This share of the target.
    Share(Dec),
    /// This much, in the unit of the target.
    Absolute(Dec),
}

/// How a line earns a fraction of its weight.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scoring {
    /// The attainment, up to the cap. With a stretch the cap is the stretch's.
    Proportional {
        /// An attainment below this earns nothing.
        none_below: Option<Dec>,
        /// The largest fraction (default 100%).
        cap: Dec,
        /// To 100% at the base target, then linear in the actual to this fraction at the stretch target, flat beyond.
        stretch: Option<Dec>,
    },
    /// 100% if met, else 0%.
    AllOrNothing,
    /// 100% − share × the whole times that `per` fits into what the actual lies beyond the target; at least 0%.
    Deduct {
        /// The share taken away.
        share: Dec,
        /// For each whole one of these.
        per: Dec,
    },
    /// A curve of the attainment or of the actual.
    Curve(LineField, Arc<Curve>),
    /// Actual ÷ this; 0% to 100%.
    Rating(Dec),
}

/// What a line without data does to its card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenMissing {
    /// The card is incomplete.
    #[default]
    Fail,
    /// Fraction and attainment are 0%.
    Zero,
    /// Fraction and attainment are 100%.
    Full,
    /// The line is left out and the others share its weight.
    Reweight,
}

impl Target {
    /// Whether more is better; `None` for a band, whose best lies inside.
    pub fn higher_is_better(&self) -> Option<bool> {
        match self.kind {
            TargetKind::Compare(CompareOp::Ge | CompareOp::Gt, _) => Some(true),
            TargetKind::Compare(CompareOp::Le | CompareOp::Lt, _) => Some(false),
            _ => None,
        }
    }
}
