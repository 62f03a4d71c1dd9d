//! The names for people.

use std::collections::HashMap;

use kpi_check::model::{Audience, Line, LineKind, Model, ScorecardId};

use crate::Money;

/// Labels of what results name, and how money is written; [`Titles::default`] shows every name as it is.
#[derive(Clone, Debug, Default)]
pub struct Titles {
    scorecards: HashMap<String, String>,
    /// By scorecard and name: lines, groups, vetoes, pays and rules of two scorecards may share a name.
    inside: HashMap<(String, String), String>,
    /// Pays and rules that hang on no card, by incentive and pay, or by rule alone.
    outside: HashMap<(String, String), String>,
    money: Money,
}

impl Default for Money {
    fn default() -> Money {
        Money { code: String::new(), digits: 2 }
    }
}

impl Titles {
    /// The labels that a policy gives.
    pub fn of(model: &Model) -> Titles {
        let currency = &model.policy.currency;
        let money = Money { code: currency.code.clone(), digits: currency.digits };
        let mut titles = Titles { money, ..Titles::default() };
        for (_, card) in model.scorecards.iter() {
            let name = &card.title.name;
            titles.scorecards.insert(name.clone(), card.title.shown().to_owned());
            titles.lines(model, name, &card.lines);
            for veto in &card.vetoes {
                titles.inside(name, &veto.title.name, veto.title.shown());
            }
        }
        for (_, incentive) in model.incentives.iter() {
            for pay in &incentive.pays {
                titles.audience(model, &incentive.audience, &incentive.title.name, &pay.title.name, pay.title.shown());
            }
        }
        for (_, rule) in model.rules.iter() {
            titles.audience(model, &rule.audience, "", &rule.title.name, rule.title.shown());
        }
        titles
    }

    /// The label of a scorecard.
    pub fn scorecard<'a>(&'a self, name: &'a str) -> &'a str {
        self.scorecards.get(name).map_or(name, String::as_str)
    }

    /// The label of a line, group, veto, pay or rule of a scorecard.
    pub fn of_card<'a>(&'a self, scorecard: &str, name: &'a str) -> &'a str {
        self.inside.get(&(scorecard.to_owned(), name.to_owned())).map_or(name, String::as_str)
    }

    /// The label of a pay of an incentive for a roster.
    pub fn pay<'a>(&'a self, incentive: &str, name: &'a str) -> &'a str {
        self.outside.get(&(incentive.to_owned(), name.to_owned())).map_or(name, String::as_str)
    }

    /// The label of a rule for a roster.
    pub fn rule<'a>(&'a self, name: &'a str) -> &'a str {
        self.pay("", name)
    }

    /// How money is written.
    pub fn money(&self) -> &Money {
        &self.money
    }

    fn inside(&mut self, scorecard: &str, name: &str, shown: &str) {
        self.inside.entry((scorecard.to_owned(), name.to_owned())).or_insert_with(|| shown.to_owned());
    }

    fn audience(&mut self, model: &Model, audience: &Audience, owner: &str, name: &str, shown: &str) {
        match audience {
            Audience::Cards(cards) => {
                for &card in cards {
                    self.inside(&scorecard_name(model, card), name, shown);
                }
            }
            Audience::Table(..) => {
                self.outside.insert((owner.to_owned(), name.to_owned()), shown.to_owned());
            }
        }
    }

    fn lines(&mut self, model: &Model, scorecard: &str, lines: &[Line]) {
        for line in lines {
            match &line.kind {
                LineKind::Indicator { indicator, .. } => {
                    let title = &model.indicators[*indicator].title;
                    self.inside(scorecard, &title.name, title.shown());
                }
                LineKind::Card(card) => {
                    let title = &model.scorecards[*card].title;
                    self.inside(scorecard, &title.name, title.shown());
                }
                LineKind::Group { title, lines, .. } => {
                    self.inside(scorecard, &title.name, title.shown());
                    self.lines(model, scorecard, lines);
                }
            }
        }
    }
}

fn scorecard_name(model: &Model, card: ScorecardId) -> String {
    model.scorecards[card].title.name.clone()
}
