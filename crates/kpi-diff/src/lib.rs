//! What a change of a policy means.
//!
//! [`compare`] takes two versions of a policy as they are written and says what one declares that the other does not, member by
//! member: a target's row, a weight, a condition. Layout, comments, order and spelling are no change; nor is what the rewrites of `canon`
//! make equal. What only people read (labels, notes) and what only claims (tests) is told apart from what can move a score
//! ([`Matter`]).
//!
//! It reads no files, runs no policy and renders nothing. Start with `compare`; `members` takes a declaration apart, `canon` makes normal
//! forms, `dependents` follows who reads whom, [`apply`] makes the text of one version with some changes of the other, [`reach()`]
//! says what a change can reach, for who looks at nothing else, and [`places`] where another value can be put.

mod apply;
mod canon;
mod claims;
mod compare;
mod dependents;
mod members;
mod places;
mod reach;

pub use apply::{Unit, apply, units};
pub use compare::compare;
pub use places::{Place, places, same_path};
pub use reach::{Reach, reach};

use kpi_base::{Files, Span, Text, text};
use kpi_syntax::ast;
use serde::Serialize;

/// One version of a policy.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Its files.
    pub files: &'a Files,
    /// What is written in them; modules of a library are passed over.
    pub parsed: &'a [ast::File],
}

/// What a declaration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named as the language names them")]
pub enum Role {
    Policy,
    Dimension,
    Scale,
    Roster,
    Source,
    View,
    Param,
    Function,
    Indicator,
    Scorecard,
    Curve,
    Incentive,
    Rule,
    Goal,
    Shape,
    Entry,
    Require,
    Prove,
    Test,
    Binding,
}

/// What became of a declaration or a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another name, and says the same.
    Renamed,
    /// It says something else.
    Changed,
}

/// What a change can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// Scores, grades, pay, rules, or which data are taken.
    Meaning,
    /// What people read: labels, notes, descriptions.
    Words,
    /// What is claimed and checked: tests, requirements, obligations.
    Tests,
    /// From which files the tables are read: no part of the policy.
    Files,
}

/// A declaration, by what it is and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Declaration {
    /// What it is.
    pub role: Role,
    /// Its name; of a policy and a test the title, of a requirement what is required.
    pub name: String,
    /// Its label.
    pub label: Option<String>,
}

/// What is written on one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Excerpt {
    /// The text, on one line, without comments at its end.
    pub text: String,
    /// The file.
    pub path: String,
    /// The line in it, from 1.
    pub line: u32,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its number, from 1, in the order of the list.
    pub id: u32,
    /// The declaration, as the newer version has it; of one that is gone, the older one.
    pub declaration: Declaration,
    /// What became of the member, or of the whole declaration where there is no member.
    pub became: Became,
    /// What it can move.
    pub matter: Matter,
    /// Which member: `target of growth`; none for the whole declaration.
    pub member: Option<Text>,
    /// What stood there; none for what is new.
    pub before: Option<Excerpt>,
    /// What stands there; none for what is gone.
    pub after: Option<Excerpt>,
    /// The scorecards, incentives and rules that read it, directly or by others, with the indicators between.
    pub dependents: Vec<Declaration>,
}

/// All changes from one version to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// In the order of meaning, words, tests, and of the declarations inside.
    pub changes: Vec<Change>,
}

impl Diff {
    /// Whether something changed that can move a score, or which data are taken.
    pub fn changes_meaning(&self) -> bool {
        self.changes.iter().any(|change| change.matter == Matter::Meaning && change.became != Became::Renamed)
    }

    /// The changes of a matter.
    pub fn of(&self, matter: Matter) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.matter == matter)
    }
}

impl Role {
    /// Its word, as people read it.
    pub fn word(self) -> Text {
        match self {
            Role::Policy => text!("policy"),
            Role::Dimension => text!("dimension"),
            Role::Scale => text!("scale"),
            Role::Roster => text!("roster"),
            Role::Source => text!("source"),
            Role::View => text!("view"),
            Role::Param => text!("parameter"),
            Role::Function => text!("function"),
            Role::Indicator => text!("indicator"),
            Role::Scorecard => text!("scorecard"),
            Role::Curve => text!("curve"),
            Role::Incentive => text!("incentive"),
            Role::Rule => text!("rule"),
            Role::Goal => text!("goal"),
            Role::Shape => text!("shape"),
            Role::Entry => text!("entry"),
            Role::Require => text!("requirement"),
            Role::Prove => text!("obligation"),
            Role::Test => text!("test"),
            Role::Binding => text!("binding"),
        }
    }
}
