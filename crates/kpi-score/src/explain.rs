//! How a number came about: derivations, read from what the run recorded. Nothing is computed a second way.
//!
//! [`Scored::explain`] finds the subject's cards, pay and rules; `card` and `line` derive a card, `pay` incentives and
//! rules, `formula` any expression, `curve` the row or the slices of a curve, `node` makes the parts that all share.

mod card;
mod curve;
mod formula;
mod line;
mod node;
mod pay;

use kpi_base::{Files, Text, text};
use kpi_check::model::{IncentiveId, IndicatorId, RuleId, ScorecardId, Subject};
use kpi_check::names::nearest;
use kpi_results::Derivation;
use kpi_value::Period;

pub(crate) use node::recorded;

use crate::cards::{Cards, LineColumns, LineSource, get};
use crate::{Evaluator, Scored};

/// What is to be explained of a subject and period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// All of the subject's cards with pay and rules, and what it gets and is told without a card.
    Cards,
    /// One card, with its pay and rules.
    Card(ScorecardId),
    /// One line of a card, by its name; it may stand in a group.
    Line(ScorecardId, String),
    /// An indicator: each line of it on the subject's cards, or else the indicator by itself.
    Indicator(IndicatorId),
    /// An incentive, or one pay of it by its place.
    Pay(IncentiveId, Option<u32>),
    /// A rule.
    Rule(RuleId),
    /// A veto of a card, by its place.
    Veto(ScorecardId, usize),
    /// The grade on each of the subject's cards.
    Grade,
    /// The rank on each of the subject's cards.
    Rank,
}

/// Why there is nothing to explain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer {
    /// The reason: lower case, no final period, names in backticks.
    pub message: Text,
    /// Names that may be meant, or that there are.
    pub near: Vec<String>,
}

/// How many subjects are named where none is near to the one asked for.
const SHOWN_SUBJECTS: usize = 5;

/// What an explanation reads.
pub(crate) struct Reader<'r, 'a> {
    pub scored: &'r Scored<'a>,
    pub files: &'r Files,
}

impl Scored<'_> {
    /// How results of a subject in a period came about. Formulas are shown as the policy's text, which `files` hold.
    ///
    /// # Errors
    /// [`NoAnswer`] if the period was not computed, or the subject has nothing of the kind in it.
    pub fn explain(
        &self,
        files: &Files,
        subject: &str,
        period: Period,
        question: &Question,
    ) -> Result<Vec<Derivation>, NoAnswer> {
        let reader = Reader { scored: self, files };
        self.check_period(period)?;
        let shown = self.model().policy.calendar.show(period);
        // What stands alone says whose it is and when: `host_card[A01].watch_time 2026-10`.
        let named = |made: Derivation, of: Option<&str>| {
            let what = match of {
                Some(of) => text!("{of}[{subject}].{what} {shown}", of, subject, what = made.what, shown),
                None => text!("{what}[{subject}] {shown}", what = made.what, subject, shown),
            };
            Derivation { what, ..made }
        };
        let found = match question {
            Question::Cards => {
                let cards = self.own_cards(subject, period);
                let mut found: Vec<Derivation> =
                    cards.into_iter().map(|(cards, row)| reader.card(cards, row)).collect();
                let pays = self.roster_pays_of(subject, period);
                found.extend(pays.map(|(pays, row)| named(reader.pays(pays, row, None), None)));
                let rules = self.roster_rules_of(subject, period);
                found.extend(rules.map(|(rules, row)| named(reader.outcome(rules, row), None)));
                found
            }
            Question::Card(card) => {
                let own = self.own_cards(subject, period).into_iter();
                own.filter(|(cards, _)| cards.scorecard == *card).map(|(cards, row)| reader.card(cards, row)).collect()
            }
            Question::Line(card, name) => {
                let mut own = self.own_cards(subject, period);
                own.retain(|(cards, _)| cards.scorecard == *card);
                let Some(&(cards, row)) = own.first() else { return Err(self.nobody(subject, period)) };
                let of = &self.model().scorecards[*card].title.name;
                let lines = own.iter().filter_map(|(cards, row)| reader.line_named(cards, name, *row));
                let lines: Vec<Derivation> = lines.map(|line| named(line, Some(of))).collect();
                return if lines.is_empty() { Err(self.no_line(cards, name, row)) } else { Ok(lines) };
            }
            Question::Indicator(id) => {
                let lines = self.own_cards(subject, period).into_iter().filter_map(|(cards, row)| {
                    let card = &self.model().scorecards[cards.scorecard].title.name;
                    reader.line_of(cards, *id, row).map(|line| named(line, Some(card)))
                });
                let lines: Vec<Derivation> = lines.collect();
                if lines.is_empty() {
                    reader.indicator_alone(*id, subject, period).into_iter().map(|one| named(one, None)).collect()
                } else {
                    lines
                }
            }
            Question::Pay(id, pay) => {
                let pays = self.pays().iter().filter(|pays| pays.incentive == *id);
                let rows = pays.flat_map(|pays| {
                    let cells = self.cells(pays.members.spine, subject, period).into_iter();
                    cells.filter_map(move |cell| Some((pays, pays.members.row(cell)?)))
                });
                let of = pay.map(|_| self.model().incentives[*id].title.name.as_str());
                rows.map(|(pays, row)| named(reader.pays(pays, row, *pay), of)).collect()
            }
            Question::Veto(card, veto) => {
                let title = self.model().scorecards[*card].title.name.as_str();
                let own = self.own_cards(subject, period).into_iter().filter(|(cards, _)| cards.scorecard == *card);
                let told = own.filter_map(|(cards, row)| reader.veto(cards, *veto, row));
                told.map(|told| named(told, Some(title))).collect()
            }
            Question::Grade | Question::Rank => {
                let told = self.own_cards(subject, period).into_iter().filter_map(|(cards, row)| {
                    let title = self.model().scorecards[cards.scorecard].title.name.as_str();
                    let told = match question {
                        Question::Rank => Some(reader.rank(cards, row)),
                        _ => reader.grade(cards, row),
                    };
                    told.map(|told| named(told, Some(title)))
                });
                told.collect()
            }
            Question::Rule(id) => {
                let outcomes = self.outcomes().iter().filter(|outcomes| outcomes.rule == *id);
                let rows = outcomes.flat_map(|outcomes| {
                    let cells = self.cells(outcomes.members.spine, subject, period).into_iter();
                    let rows = cells.filter_map(|cell| outcomes.members.row(cell));
                    rows.filter_map(move |row| outcomes.of(row).map(|_| (outcomes, row)))
                });
                rows.map(|(outcomes, row)| named(reader.outcome(outcomes, row), None)).collect()
            }
        };
        if found.is_empty() { Err(self.nobody(subject, period)) } else { Ok(found) }
    }

    /// The cards of a subject in a period, or on a day.
    fn own_cards(&self, subject: &str, period: Period) -> Vec<(&Cards, usize)> {
        let rows = self
            .cards()
            .flat_map(|cards| self.rows_of(cards, subject, period).into_iter().map(move |row| (cards, row)));
        rows.collect()
    }

    fn roster_pays_of<'s>(
        &'s self,
        subject: &'s str,
        period: Period,
    ) -> impl Iterator<Item = (&'s crate::Pays, usize)> + 's {
        self.pays().iter().filter(|pays| pays.card.is_none()).filter_map(move |pays| {
            let cell = self.cell(pays.members.spine, subject, period)?;
            Some((pays, pays.members.row(cell)?))
        })
    }

    fn roster_rules_of<'s>(
        &'s self,
        subject: &'s str,
        period: Period,
    ) -> impl Iterator<Item = (&'s crate::Outcomes, usize)> + 's {
        self.outcomes().iter().filter(|outcomes| outcomes.card.is_none()).filter_map(move |outcomes| {
            let cell = self.cell(outcomes.members.spine, subject, period)?;
            let row = outcomes.members.row(cell)?;
            outcomes.of(row).map(|_| (outcomes, row))
        })
    }

    fn check_period(&self, period: Period) -> Result<(), NoAnswer> {
        let timeline = self.timeline();
        let judged = timeline.periods.get(timeline.judged..).unwrap_or_default();
        if judged.contains(&self.model().policy.calendar.containing(self.plan().from.kind, period)) {
            return Ok(());
        }
        let calendar = &self.model().policy.calendar;
        let near = judged.iter().map(|&period| calendar.show(period)).collect();
        Err(NoAnswer {
            message: text!("the period `{period}` is not judged by this run", period = calendar.show(period)),
            near,
        })
    }

    /// Nothing of the kind for this subject: who is it, and what does it have?
    fn nobody(&self, subject: &str, period: Period) -> NoAnswer {
        let shown = self.model().policy.calendar.show(period);
        let tables = self.plan().spines.iter().zip(0..).filter(|(s, _)| matches!(s.subject, Subject::Table(_)));
        let spines: Vec<_> = tables.map(|(_, id)| self.ev.spine(kpi_plan::SpineId(id))).collect();
        let keys = || spines.iter().flat_map(|spine| spine.keys.iter().map(|key| &**key));
        if !keys().any(|key| key == subject) {
            let near = match nearest(subject, keys()) {
                Some(near) => vec![near.to_owned()],
                None => keys().take(SHOWN_SUBJECTS).map(str::to_owned).collect(),
            };
            return NoAnswer { message: text!("no roster has `{subject}`", subject), near };
        }
        let cards = self.own_cards(subject, period).into_iter();
        let near: Vec<String> =
            cards.map(|(cards, _)| self.model().scorecards[cards.scorecard].title.name.clone()).collect();
        let message = if near.is_empty() {
            text!("`{subject}` has no card in {shown}", subject, shown)
        } else {
            text!("there is nothing of the kind for `{subject}` in {shown}", subject, shown)
        };
        NoAnswer { message, near }
    }

    fn no_line(&self, cards: &Cards, name: &str, row: usize) -> NoAnswer {
        let mut names = Vec::new();
        collect(&cards.lines, row, &mut names);
        let near = nearest(name, names.iter().copied()).map(|near| vec![near.to_owned()]);
        let near = near.unwrap_or_else(|| names.into_iter().map(str::to_owned).collect());
        NoAnswer { message: text!("the card has no line `{name}`", name), near }
    }
}

/// The names of all lines on a card.
fn collect<'l>(lines: &'l [LineColumns], row: usize, names: &mut Vec<&'l str>) {
    for line in lines.iter().filter(|line| get(&line.status, row).is_some()) {
        names.push(&line.name);
        collect(&line.lines, row, names);
    }
}

/// Whether a line shows an indicator. One indicator of the policy may stand in the model several times, with one name.
fn shows(line: &LineColumns, ev: &Evaluator<'_>, id: IndicatorId) -> bool {
    let name = |id: IndicatorId| &ev.model.indicators[id].title.name;
    matches!(&line.source, LineSource::Indicator { id: own, .. } if *own == id || name(*own) == name(id))
}
