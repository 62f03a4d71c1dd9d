//! The labels of a policy for its reports.

use kpi_check::model::{Audience, Line, LineKind, Model};
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
