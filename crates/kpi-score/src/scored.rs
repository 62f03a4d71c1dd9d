//! The value stage as a whole: from facts to everything that a run found, kept column by column.

use std::collections::BTreeMap;
use std::sync::Arc;

use kpi_base::codes::run::SCORE_OVERFLOW;
use kpi_base::{Diagnostic, text};
use kpi_check::model::{IncentiveId, IndicatorId, Model, RuleId, ScorecardId, Subject};
use kpi_plan::{Facts, Plan, SpineId};
use kpi_results::CardStatus;
use kpi_value::{Dec, Period};

use crate::cards::{Cards, get, score_cards};
use crate::findings::{incomplete_cards, left_out_rows};
use crate::pay::{Pays, pay_incentive, sum};
use crate::rules::{Outcomes, judge_rule};
use crate::used::keep_used;
use crate::{At, Column, Evaluator, Fraction, IndicatorColumns, Reading, Timeline};

/// Everything that a run found, column by column, with the record of how it came about.
///
/// [`Scored::run`] makes the nested results of it, [`Scored::explain`] reads the record; who writes tables reads the
/// columns themselves.
pub struct Scored<'a> {
    pub(crate) ev: Evaluator<'a>,
    cards: Vec<Option<Cards>>,
    pays: Vec<Pays>,
    outcomes: Vec<Outcomes>,
    /// Attainment and fraction of the indicators that were wanted by themselves.
    indicators: BTreeMap<IndicatorId, (Arc<Column>, Fraction)>,
    findings: Vec<Diagnostic>,
}

/// Computes what the plan wants of a policy.
pub fn score<'a>(model: &'a Model, plan: &'a Plan, facts: &'a Facts) -> Scored<'a> {
    score_with(Evaluator::new(model, plan, facts))
}

/// Computes with an evaluator that is ready.
pub(crate) fn score_with(mut ev: Evaluator<'_>) -> Scored<'_> {
    let (model, plan) = (ev.model, ev.plan);
    let mut findings = Vec::new();
    let mut indicators = BTreeMap::new();
    for &id in &plan.wanted.indicators {
        let cap = model.policy.attainment_cap;
        let Some(spine) = plan.spine(&model.indicators[id].subject) else { continue };
        let reading = Reading::plain(id, spine);
        let attainment = ev.attainment(reading, cap);
        let fraction = ev.fraction(reading, &model.indicators[id].scoring, cap);
        indicators.insert(id, (attainment, fraction));
    }
    let mut cards: Vec<Option<Cards>> = Vec::with_capacity(model.scorecards.len());
    for (id, _) in model.scorecards.iter() {
        let wanted = plan.wanted.scorecards.contains(&id);
        let scored = wanted.then(|| score_cards(&mut ev, id, &cards, &mut findings));
        cards.push(scored);
    }
    let mut pays = Vec::new();
    for &id in &plan.wanted.incentives {
        pays.extend(pay_incentive(&mut ev, id, &cards, &mut findings));
    }
    let mut outcomes = Vec::new();
    for &id in &plan.wanted.rules {
        outcomes.extend(judge_rule(&mut ev, id, &cards, &mut findings));
    }
    if ev.may_stop() {
        keep_used(&mut ev, &cards, &pays, &outcomes);
    }
    for cards in cards.iter().flatten() {
        large_totals(model, cards, &pays, &mut findings);
    }
    Scored { ev, cards, pays, outcomes, indicators, findings }
}

/// A finding where the totals of several incentives for one card add up to more than there are numbers.
fn large_totals(model: &Model, cards: &Cards, pays: &[Pays], findings: &mut Vec<Diagnostic>) {
    let own: Vec<&Pays> = pays.iter().filter(|pays| pays.card == Some(cards.scorecard)).collect();
    let too_large = |row: usize| sum(own.iter().map(|pays| get(&pays.total, row))).is_err();
    if cards.judged().any(too_large) {
        let title = &model.scorecards[cards.scorecard].title;
        let message = text!("the total pay for a card of `{card}` is too large to be computed", card = title.name);
        let finding = Diagnostic::new(SCORE_OVERFLOW, message).label(title.span, text!("this scorecard"));
        findings.push(finding.help(text!("look for a wrong unit or scale in the data")));
    }
}

impl<'a> Scored<'a> {
    /// The policy.
    pub fn model(&self) -> &'a Model {
        self.ev.model
    }

    /// The plan that was carried out.
    pub fn plan(&self) -> &'a Plan {
        self.ev.plan
    }

    /// Every column that was computed, with its expression: the record that explanations read. Of what stands behind a
    /// condition, also in cells in which that does not hold.
    pub fn columns(&self) -> impl Iterator<Item = (kpi_check::model::ExprId, &Column)> {
        self.ev.columns()
    }

    /// A column that was computed, in this context or in the part of it on which the expression hangs.
    pub fn recorded(&self, expr: kpi_check::model::ExprId, at: At) -> Option<&Column> {
        self.ev.recorded(expr, at).map(|column| &**column)
    }

    /// What was measured of an indicator for all its subjects, if it was computed for the policy's periods.
    pub fn measured(&self, id: IndicatorId) -> Option<&IndicatorColumns> {
        let spine = self.ev.plan.spine(&self.ev.model.indicators[id].subject)?;
        self.ev.recorded_indicator(Reading::plain(id, spine))
    }

    /// The periods, those of the history first.
    pub fn timeline(&self) -> &Timeline {
        self.ev.timeline()
    }

    /// What there is to say, that of the engine about the data first. An error among the findings means that the results
    /// must not be used.
    pub fn findings(&self) -> Vec<Diagnostic> {
        self.findings_about(None)
    }

    /// As [`Scored::findings`], of what concerns single subjects only what concerns this one.
    pub fn findings_about(&self, subject: Option<&str>) -> Vec<Diagnostic> {
        let told = self.ev.findings_about(subject);
        let mut findings: Vec<Diagnostic> =
            self.ev.facts.findings.iter().cloned().chain(told).chain(self.findings.iter().cloned()).collect();
        if subject.is_none() {
            left_out_rows(&self.ev, &mut findings);
        }
        // What is missing because of an error is not missing in the data.
        if !findings.iter().any(Diagnostic::is_error) {
            for cards in self.cards() {
                incomplete_cards(&self.ev, self.model(), cards, subject, &mut findings);
            }
        }
        findings
    }

    /// The cards of every scorecard that was wanted, in the order of the policy.
    pub fn cards(&self) -> impl Iterator<Item = &Cards> {
        self.cards.iter().flatten()
    }

    /// The cards of one scorecard, if it was wanted.
    pub fn cards_of(&self, id: ScorecardId) -> Option<&Cards> {
        self.cards.get(id.index())?.as_ref()
    }

    /// Whether any card of a judged period is incomplete.
    pub fn is_incomplete(&self) -> bool {
        self.cards().any(|cards| cards.judged().any(|row| cards.status(row) == CardStatus::Incomplete))
    }

    /// Every incentive that was wanted, for each of its scorecards.
    pub fn pays(&self) -> &[Pays] {
        &self.pays
    }

    /// What incentives pay for the cards of a scorecard.
    pub fn pays_for(&self, card: ScorecardId) -> impl Iterator<Item = &Pays> {
        self.pays.iter().filter(move |pays| pays.card == Some(card))
    }

    /// Every rule that was wanted, for each of its scorecards.
    pub fn outcomes(&self) -> &[Outcomes] {
        &self.outcomes
    }

    /// The outcomes of rules for the cards of a scorecard.
    pub fn outcomes_for(&self, card: ScorecardId) -> impl Iterator<Item = &Outcomes> {
        self.outcomes.iter().filter(move |outcomes| outcomes.card == Some(card))
    }

    /// An incentive for the cards of a scorecard, or for its roster.
    pub fn pays_of(&self, id: IncentiveId, card: Option<ScorecardId>) -> Option<&Pays> {
        self.pays.iter().find(|pays| pays.incentive == id && pays.card == card)
    }

    /// A rule for the cards of a scorecard, or for its roster.
    pub fn outcomes_of(&self, id: RuleId, card: Option<ScorecardId>) -> Option<&Outcomes> {
        self.outcomes.iter().find(|outcomes| outcomes.rule == id && outcomes.card == card)
    }

    /// Attainment and fraction of an indicator that was wanted by itself.
    pub(crate) fn indicator_alone(&self, id: IndicatorId) -> Option<(&Column, &Fraction)> {
        self.indicators.get(&id).map(|(attainment, fraction)| (&**attainment, fraction))
    }

    /// The sum of the totals that incentives pay for a card; none if one is held, and if there is no incentive.
    pub fn total_pay(&self, card: ScorecardId, row: usize) -> Option<Dec> {
        let totals: Vec<Option<Dec>> = self.pays_for(card).map(|pays| get(&pays.total, row)).collect();
        if totals.is_empty() { None } else { sum(totals).ok().flatten() }
    }

    /// The key of the subject of a cell.
    pub fn subject(&self, spine: SpineId, cell: usize) -> &str {
        let spine = self.ev.spine(spine);
        spine.keys.get(spine.entity(cell)).map_or("", |key| key)
    }

    /// The period of a cell.
    pub fn period(&self, spine: SpineId, cell: usize) -> Option<Period> {
        self.ev.timeline_of(spine).periods.get(self.ev.spine(spine).period(cell)).copied()
    }

    /// The cell of a subject and period, if there is just one: a subject may have several stints in a period, and then a day
    /// tells which.
    pub fn cell(&self, spine: SpineId, subject: &str, period: Period) -> Option<usize> {
        let mut cells = self.cells(spine, subject, period).into_iter();
        cells.next().filter(|_| cells.next().is_none())
    }

    /// The cells of a subject in a period, or on a day.
    pub fn cells(&self, spine: SpineId, subject: &str, period: Period) -> Vec<usize> {
        let (own, times) = (self.ev.spine(spine), self.ev.timeline_of(spine));
        let Some(entity) = self.entity(spine, subject) else { return Vec::new() };
        let calendar = &self.model().policy.calendar;
        let whole = calendar.containing(self.plan().from.kind, period);
        let (first, last) = (calendar.start(period), calendar.end(period));
        let holds = |cell: &usize| {
            let days = times.days.get(own.period(*cell));
            days.is_some_and(|(from, to)| *from <= last && first <= *to)
        };
        own.cells_of(entity, times.inside(whole)).filter(holds).collect()
    }

    fn entity(&self, spine: SpineId, subject: &str) -> Option<usize> {
        let cells = self.ev.spine(spine);
        match &cells.subject {
            Subject::Table(_) => cells.keys.binary_search_by(|key| (**key).cmp(subject)).ok(),
            _ => cells.keys.iter().position(|key| **key == *subject),
        }
    }
}
