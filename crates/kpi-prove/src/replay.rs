//! Imagined subjects, evaluated by the value stage as it is.

use std::collections::BTreeSet;

use kpi_base::Diagnostic;
use kpi_check::model::{IncentiveId, Model, ScorecardId, TableId};
use kpi_plan::{Request, Roots, plan};
use kpi_score::{Assumed, imagine, score_assumed};
use kpi_value::{Date, Dec, Period, Value};

use crate::cases::{Case, Choice, DATE};
use crate::inputs::{Inputs, Kind};

/// One value for each input.
pub(crate) type Sample = Vec<Option<Value>>;

/// What came of a sample; none for no data.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    pub score: Option<Dec>,
    pub attainment: Option<Dec>,
    pub pays: Vec<Option<Dec>>,
    pub total: Option<Dec>,
}

/// What is evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject {
    pub table: TableId,
    pub card: Option<ScorecardId>,
    pub incentive: Option<IncentiveId>,
}

/// The period that is judged in a case: the first whose first day lies in it.
pub(crate) fn period_of(model: &Model, case: &Case) -> Period {
    let calendar = &model.policy.calendar;
    let kind = model.policy.period;
    let usual = Date::new(2026, 1, 1).unwrap_or(Date(0));
    let from = match case.choices.get(DATE) {
        Some(Choice::Days(from, before)) if *from > usual || before.is_some_and(|before| before <= usual) => *from,
        _ => usual,
    };
    let period = calendar.period(kind, from);
    if calendar.start(period) < from { period.plus(1) } else { period }
}

/// Evaluates samples. Those of which a run would say that it cannot go on have no outcome.
pub(crate) fn replay(
    model: &Model,
    subject: Subject,
    case: &Case,
    inputs: &Inputs<'_>,
    samples: &[Sample],
) -> Vec<Outcome> {
    let incentive = subject.incentive.map(|incentive| model.incentives[incentive].period);
    let kind = incentive.or(subject.card.map(|card| model.scorecards[card].period));
    let model = &*model.judged_by(kind.unwrap_or(model.policy.period));
    let period = period_of(model, case);
    let mut roots = Roots { scorecards: BTreeSet::from_iter(subject.card), ..Roots::default() };
    roots.incentives.extend(subject.incentive);
    let plan = plan(model, &Request { data_until: None, from: period, to: period, roots });
    let facts = imagine(model, &plan, subject.table, samples.len());
    let assumed = assume(inputs, samples);
    let scored = score_assumed(model, &plan, &facts, subject.table, &assumed);
    let mut outcomes = vec![Outcome::default(); samples.len()];
    if scored.findings().iter().any(Diagnostic::is_error) {
        return outcomes;
    }
    let place = |spine, cell| scored.subject(spine, cell).parse::<usize>().ok();
    if let Some(cards) = subject.card.and_then(|card| scored.cards_of(card)) {
        for row in cards.judged() {
            let place = cards.members.cell(row).and_then(|cell| place(cards.members.spine, cell));
            let Some(outcome) = place.and_then(|place| outcomes.get_mut(place)) else { continue };
            outcome.score = cards.score.get(row).copied().flatten();
            outcome.attainment = cards.attainment.get(row).copied().flatten();
        }
    }
    if let Some(pays) = subject.incentive.and_then(|incentive| scored.pays_of(incentive, subject.card)) {
        for row in pays.members.judged..pays.members.cells.len() {
            let place = pays.members.cell(row).and_then(|cell| place(pays.members.spine, cell));
            let Some(outcome) = place.and_then(|place| outcomes.get_mut(place)) else { continue };
            outcome.pays = pays.pays.iter().map(|column| column.get(row).copied().flatten()).collect();
            outcome.total = pays.total.get(row).copied().flatten();
        }
    }
    outcomes
}

fn assume(inputs: &Inputs<'_>, samples: &[Sample]) -> Assumed {
    let mut assumed = Assumed::default();
    for (place, input) in inputs.list.iter().enumerate() {
        let values: Vec<Option<Value>> = samples.iter().map(|sample| sample.get(place).cloned().flatten()).collect();
        if let Kind::Attribute(path) = &input.kind {
            assumed.attributes.push(((*path).clone(), values));
            continue;
        }
        for id in &input.indicators {
            assumed.actuals.push((*id, values.clone()));
        }
        for id in &input.exprs {
            assumed.expressions.push((*id, input.ty, values.clone()));
        }
    }
    assumed
}
