//! An impact for programs.

use indexmap::IndexMap;
use kpi_impact::{
    Amounts, Attribution, Became, Crossed, Crossing, Figure, Move, OfScorecard, Pair, Spread, Standing, ToldRule, What,
};
use kpi_results::{CardStatus, Span, Stint};
use kpi_value::Dec;
use serde::Serialize;

use super::ImpactReport;

/// As `docs/schema/diff.json` describes it.
#[derive(Serialize)]
pub(crate) struct ImpactForm<'a> {
    period: &'a Span,
    figures: IndexMap<&'static str, FigureForm>,
    exceeded: &'a [String],
    scorecards: &'a [OfScorecard],
    brackets: &'a [Crossed],
    pay_changes: Option<&'a Spread>,
    attribution: Option<AttributionForm<'a>>,
    moves: Vec<MoveForm<'a>>,
}

#[derive(Serialize)]
struct FigureForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<Dec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Dec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Dec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<Dec>,
}

impl FigureForm {
    fn of(figure: &Figure, report: &ImpactReport<'_>) -> FigureForm {
        let told = figure.name != "pay_total" || report.tells_pay();
        FigureForm {
            base: figure.base.filter(|_| told),
            value: told.then_some(figure.value),
            change: figure.change(),
            // With a gain and its share, somebody's pay could be told.
            share: figure.share.filter(|_| told && (figure.base.is_some() || report.show_private)),
        }
    }
}

#[derive(Serialize)]
struct AttributionForm<'a> {
    parts: Vec<PartForm>,
    joint: &'a Amounts,
    total: &'a Amounts,
}

#[derive(Serialize)]
struct PartForm {
    changes: Vec<String>,
    alone: Amounts,
    last: Amounts,
    moves: usize,
    without_effect: bool,
}

#[derive(Serialize)]
struct MoveForm<'a> {
    what: What,
    name: &'a str,
    subject: String,
    period: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stint: Option<&'a Stint>,
    became: Became,
    base: Option<StandingForm<'a>>,
    head: Option<StandingForm<'a>>,
    pay_change: Option<Dec>,
    score_change: Option<Dec>,
    brackets: &'a [Crossing],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    explained: &'a [Pair],
}

#[derive(Serialize)]
struct StandingForm<'a> {
    status: Option<CardStatus>,
    score: Option<Dec>,
    attainment: Option<Dec>,
    grade: Option<&'a str>,
    vetoed: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pay: Option<&'a IndexMap<String, Option<Dec>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_pay: Option<Option<Dec>>,
    rules: Vec<RuleForm<'a>>,
}

#[derive(Serialize)]
struct RuleForm<'a> {
    rule: &'a str,
    outcome: ToldRule,
}

impl<'a> ImpactForm<'a> {
    pub(crate) fn of(report: &ImpactReport<'a>) -> ImpactForm<'a> {
        let impact = report.impact;
        let moves = impact.moves.iter().enumerate().map(|(n, one)| {
            // What a number is called at the top has its subject's key in it.
            let pairs = report.explained.get(n).filter(|_| report.show_private).map_or(&[][..], Vec::as_slice);
            MoveForm::of(one, report, pairs)
        });
        ImpactForm {
            period: &impact.period,
            figures: impact.figures.iter().map(|figure| (figure.name, FigureForm::of(figure, report))).collect(),
            exceeded: report.exceeded,
            scorecards: &impact.scorecards,
            brackets: &impact.brackets,
            pay_changes: impact.pay_changes.as_ref(),
            attribution: report.attribution.map(|found| AttributionForm::of(found, report)),
            moves: moves.collect(),
        }
    }
}

impl<'a> AttributionForm<'a> {
    fn of(found: &'a Attribution, report: &ImpactReport<'a>) -> AttributionForm<'a> {
        let parts = found.parts.iter().map(|part| PartForm {
            changes: part.changes.iter().filter_map(|n| report.changes.get(*n)).map(|text| text.to_string()).collect(),
            alone: part.alone,
            last: part.last,
            moves: part.moves,
            without_effect: part.without_effect,
        });
        AttributionForm { parts: parts.collect(), joint: &found.joint, total: &found.total }
    }
}

impl<'a> MoveForm<'a> {
    fn of(one: &'a Move, report: &ImpactReport<'a>, explained: &'a [Pair]) -> MoveForm<'a> {
        let standing = |standing: &'a Standing| StandingForm {
            status: standing.status,
            score: standing.score,
            attainment: standing.attainment,
            grade: standing.grade.as_deref(),
            vetoed: &standing.vetoed,
            pay: report.show_private.then_some(&standing.pay),
            total_pay: report.show_private.then_some(standing.total_pay),
            rules: standing.rules.iter().map(|(rule, outcome)| RuleForm { rule, outcome: *outcome }).collect(),
        };
        MoveForm {
            what: one.place.what,
            name: &one.place.name,
            subject: report.names.name(&one.place.subject),
            period: &one.place.period,
            stint: one.place.stint.as_ref(),
            became: one.became,
            base: one.base.as_ref().map(standing),
            head: one.head.as_ref().map(standing),
            pay_change: one.pay_change,
            score_change: one.score_change,
            brackets: &one.brackets,
            explained,
        }
    }
}
