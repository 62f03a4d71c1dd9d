//! The labels of a policy for its reports.

use std::collections::HashMap;
use std::rc::Rc;

use kpi_check::model::{Audience, Line, LineKind, Model, TableId};
use kpi_plan::{Facts, Plan, Roster};
use kpi_report::{Money, Titles};

/// The labels that a policy gives, and its currency.
pub(crate) fn titles(model: &Model) -> Titles {
    let currency = &model.policy.currency;
    let mut titles = Titles::new(Money { code: currency.code.clone(), digits: currency.digits });
    for (_, card) in model.scorecards.iter() {
        let name = &card.title.name;
        titles.add_scorecard(name, card.title.shown());
        add_lines(&mut titles, model, name, &card.lines);
        for veto in &card.vetoes {
            titles.add_of_card(name, &veto.title.name, veto.title.shown());
        }
    }
    for (_, incentive) in model.incentives.iter() {
        for pay in &incentive.pays {
            match &incentive.audience {
                Audience::Cards(cards) => {
                    for card in cards {
                        let card = &model.scorecards[*card].title.name;
                        titles.add_of_card(card, &pay.title.name, pay.title.shown());
                    }
                }
                Audience::Table(..) => {
                    titles.add_outside(&incentive.title.name, incentive.title.shown());
                    titles.add_pay(&incentive.title.name, &pay.title.name, pay.title.shown());
                }
            }
        }
    }
    for (_, rule) in model.rules.iter() {
        match &rule.audience {
            Audience::Cards(cards) => {
                for card in cards {
                    let card = &model.scorecards[*card].title.name;
                    titles.add_of_card(card, &rule.title.name, rule.title.shown());
                }
            }
            Audience::Table(..) => titles.add_outside(&rule.title.name, rule.title.shown()),
        }
    }
    titles
}

/// Asks a plan for the labels of its rosters too.
pub(crate) fn plan_subject_names(model: &Model, plan: &mut Plan) {
    for roster in &mut plan.rosters {
        let label = model.tables[roster.table].label.filter(|label| !roster.columns.contains(label));
        roster.columns.extend(label);
        roster.columns.sort_unstable();
    }
}

/// Adds what subjects are called, as their rosters' columns with `label` say.
pub(crate) fn add_subject_names(titles: &mut Titles, model: &Model, facts: &Facts) {
    let names: HashMap<TableId, Rc<HashMap<String, String>>> =
        facts.rosters.iter().map(|roster| (roster.table, Rc::new(names(model, roster)))).collect();
    let cards = model.scorecards.iter().map(|(_, card)| (&card.title, card.table));
    let incentives = model.incentives.iter().map(|(_, incentive)| (&incentive.title, incentive.table));
    let rules = model.rules.iter().map(|(_, rule)| (&rule.title, rule.table));
    for (title, table) in cards.chain(incentives).chain(rules) {
        if let Some(names) = names.get(&table) {
            titles.add_subjects(&title.name, names);
        }
    }
}

/// The names of a roster's subjects by their keys; of several rows the last one's.
fn names(model: &Model, roster: &Roster) -> HashMap<String, String> {
    let label = model.tables[roster.table].label.and_then(|label| roster.column(label));
    let Some(label) = label.filter(|column| !column.absent) else { return HashMap::new() };
    let rows = roster.entities.iter().zip(&label.values);
    rows.filter_map(|(&entity, value)| {
        let name = value.as_ref()?.as_text()?;
        let key = roster.keys.get(entity as usize)?;
        (**key != *name).then(|| (key.to_string(), name.to_owned()))
    })
    .collect()
}

fn add_lines(titles: &mut Titles, model: &Model, scorecard: &str, lines: &[Line]) {
    for line in lines {
        let title = match &line.kind {
            LineKind::Indicator { indicator, .. } => &model.indicators[*indicator].title,
            LineKind::Card(card) => &model.scorecards[*card].title,
            LineKind::Group { title, lines, .. } => {
                add_lines(titles, model, scorecard, lines);
                title
            }
        };
        titles.add_of_card(scorecard, &title.name, title.shown());
    }
}
