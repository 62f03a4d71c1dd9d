//! The names for people.

use std::collections::HashMap;
use std::rc::Rc;

use crate::Money;

/// Labels of what results name, and how money is written; [`Titles::default`] shows every name as it is.
#[derive(Clone, Debug, Default)]
pub struct Titles {
    scorecards: HashMap<String, String>,
    /// By scorecard and name: lines, groups, vetoes, pays and rules of two scorecards may share a name.
    inside: HashMap<(String, String), String>,
    /// Pays and rules that hang on no card, by incentive and pay, or by rule alone.
    outside: HashMap<(String, String), String>,
    /// Names of subjects by their keys, by the scorecard, incentive or rule that they stand under.
    subjects: HashMap<String, Rc<HashMap<String, String>>>,
    /// In which group a subject is in a period, by the scorecard.
    groups: HashMap<String, Rc<Groups>>,
    money: Money,
}

/// The group of a subject in a period, both as they are written.
pub type Groups = HashMap<(String, String), String>;

impl Default for Money {
    fn default() -> Money {
        Money { code: String::new(), digits: 2 }
    }
}

impl Titles {
    /// No labels; money of this currency.
    pub fn new(money: Money) -> Titles {
        Titles { money, ..Titles::default() }
    }

    /// Adds the label of a scorecard.
    pub fn add_scorecard(&mut self, name: &str, label: &str) {
        self.scorecards.insert(name.to_owned(), label.to_owned());
    }

    /// Adds the label of a line, group, veto, pay or rule of a scorecard. The first of a name stays.
    pub fn add_of_card(&mut self, scorecard: &str, name: &str, label: &str) {
        self.inside.entry((scorecard.to_owned(), name.to_owned())).or_insert_with(|| label.to_owned());
    }

    /// Adds the label of a pay of an incentive for a roster.
    pub fn add_pay(&mut self, incentive: &str, name: &str, label: &str) {
        self.outside.insert((incentive.to_owned(), name.to_owned()), label.to_owned());
    }

    /// Adds the label of an incentive or a rule for a roster.
    pub fn add_outside(&mut self, name: &str, label: &str) {
        self.add_pay("", name, label);
    }

    /// Says what the subjects of a scorecard, incentive or rule are called, by their keys.
    pub fn add_subjects(&mut self, owner: &str, names: &Rc<HashMap<String, String>>) {
        self.subjects.insert(owner.to_owned(), Rc::clone(names));
    }

    /// Says in which group the subjects of a scorecard are: their team, or whatever an overview is made by.
    pub fn add_groups(&mut self, scorecard: &str, groups: &Rc<Groups>) {
        self.groups.insert(scorecard.to_owned(), Rc::clone(groups));
    }

    /// The group of a subject of a scorecard in a period; empty without one.
    pub fn group(&self, scorecard: &str, subject: &str, period: &str) -> &str {
        let place = (subject.to_owned(), period.to_owned());
        self.groups.get(scorecard).and_then(|groups| groups.get(&place)).map_or("", String::as_str)
    }

    /// What a subject of a scorecard, incentive or rule is called; empty if it has only its key.
    pub fn subject(&self, owner: &str, key: &str) -> &str {
        self.subjects.get(owner).and_then(|names| names.get(key)).map_or("", String::as_str)
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

    /// The label of an incentive or a rule for a roster.
    pub fn outside<'a>(&'a self, name: &'a str) -> &'a str {
        self.pay("", name)
    }

    /// How money is written.
    pub fn money(&self) -> &Money {
        &self.money
    }
}
