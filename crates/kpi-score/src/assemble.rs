//! Results as nested data, made of the columns.

mod claims;
mod quantity;

use indexmap::IndexMap;
use kpi_check::model::{Then, Type};
use kpi_results::{Card, Goal, Line, Quantity, RosterPay, RosterRule, Rule, RuleOutcome, Run, Span};
use kpi_value::Dec;

use crate::cards::{Cards, LineColumns, LineSource, get, place};
use crate::pay::Pays;
use crate::rules::Outcomes;
use crate::{IndicatorColumns, Scored};

pub use claims::NoPlace;
pub(crate) use quantity::{quantity, unit};

impl Scored<'_> {
    /// The results of the judged periods, by scorecard (in the order of the policy), period and subject.
    pub fn run(&self) -> Run {
        let model = self.model();
        let show = |period| model.policy.calendar.show(period);
        let of_roster = |pays: &&Pays| pays.card.is_none();
        Run {
            policy: model.policy.title.clone(),
            period: Span { from: show(self.plan().from), to: show(self.plan().to) },
            cards: self.cards().flat_map(|cards| cards.judged().filter_map(|row| self.card(cards, row))).collect(),
            incentives: self.pays().iter().filter(of_roster).flat_map(|pays| self.roster_pays(pays)).collect(),
            rules: self.outcomes().iter().filter(|o| o.card.is_none()).flat_map(|o| self.roster_rules(o)).collect(),
            findings: self.findings(),
        }
    }

    /// One card as nested data.
    pub fn card(&self, cards: &Cards, row: usize) -> Option<Card> {
        let (subject, period) = self.place_of(cards.members.spine, cards.members.cell(row)?);
        let scorecard = &self.model().scorecards[cards.scorecard];
        let fired = scorecard.vetoes.iter().zip(&cards.vetoes).filter(|(_, fired)| get(fired, row) == Some(true));
        let mut pay = IndexMap::new();
        for pays in self.pays_for(cards.scorecard) {
            pay.extend(self.amounts(pays, row));
        }
        let rules = self.outcomes_for(cards.scorecard).filter_map(|outcomes| {
            let outcome = outcomes.of(row)?;
            let rule = self.model().rules[outcomes.rule].title.name.clone();
            Some(Rule { rule, outcome, says: self.says(outcomes, row) })
        });
        Some(Card {
            scorecard: scorecard.title.name.clone(),
            subject,
            period,
            stint: None,
            status: cards.status(row),
            score: get(&cards.score, row),
            attainment: get(&cards.attainment, row),
            grade: cards.grade(row).map(str::to_owned),
            rank: get(&cards.rank, row),
            vetoed: fired.map(|(veto, _)| veto.title.name.clone()).collect(),
            lines: self.lines(&cards.lines, cards, row),
            pay,
            total_pay: self.total_pay(cards.scorecard, row),
            rules: rules.collect(),
        })
    }

    fn lines(&self, lines: &[LineColumns], cards: &Cards, row: usize) -> Vec<Line> {
        let cell = cards.members.cell(row).unwrap_or_default();
        let on_card = lines.iter().filter_map(|line| Some((line, get(&line.status, row)?)));
        let made = on_card.map(|(line, status)| {
            let (actual, target) = match &line.source {
                LineSource::Indicator { id, columns, .. } => {
                    let ty = self.model().indicators[*id].formula.ty;
                    let actual = columns.actual.value(cell).map(|value| quantity(self.model(), &value, ty));
                    (actual, self.goal(columns, cell, ty))
                }
                LineSource::Card(_) | LineSource::Group(_) => (None, None),
            };
            let inner = matches!(line.source, LineSource::Group(_)).then(|| self.lines(&line.lines, cards, row));
            Line {
                indicator: line.name.clone(),
                actual,
                target,
                attainment: get(&line.attainment, row),
                weight: get(&line.weight, row),
                score: get(&line.score, row),
                status,
                lines: inner,
                periods: None,
                progress: None,
                track: None,
            }
        });
        made.collect()
    }

    /// What was asked for; none without data.
    pub fn goal(&self, columns: &IndicatorColumns, cell: usize, ty: Type) -> Option<Goal> {
        let shown = |x: Dec| x.to_string();
        if let Some(bound) = columns.bound.dec(cell) {
            return Some(Goal::Bound(Quantity { value: shown(bound), unit: unit(self.model(), ty) }));
        }
        let (from, to) = columns.low.dec(cell).zip(columns.high.dec(cell))?;
        if from == to {
            return Some(Goal::Bound(Quantity { value: shown(from), unit: unit(self.model(), ty) }));
        }
        Some(Goal::Band { from: shown(from), to: shown(to), unit: unit(self.model(), ty) })
    }

    /// The pays of an incentive for one row, by name.
    fn amounts<'s>(&'s self, pays: &'s Pays, row: usize) -> impl Iterator<Item = (String, Option<Dec>)> + 's {
        let titles = self.model().incentives[pays.incentive].pays.iter().map(|pay| pay.title.name.clone());
        titles.zip(&pays.pays).map(move |(name, column)| (name, get(column, row)))
    }

    fn roster_pays<'s>(&'s self, pays: &'s Pays) -> impl Iterator<Item = RosterPay> + 's {
        let rows = pays.members.judged..pays.members.cells.len();
        rows.filter_map(move |row| {
            let (subject, period) = self.place_of(pays.members.spine, pays.members.cell(row)?);
            Some(RosterPay {
                incentive: self.model().incentives[pays.incentive].title.name.clone(),
                subject,
                period,
                pay: self.amounts(pays, row).collect(),
                total_pay: get(&pays.total, row),
            })
        })
    }

    fn roster_rules<'s>(&'s self, outcomes: &'s Outcomes) -> impl Iterator<Item = RosterRule> + 's {
        let rows = outcomes.members.judged..outcomes.members.cells.len();
        rows.filter_map(move |row| {
            let (subject, period) = self.place_of(outcomes.members.spine, outcomes.members.cell(row)?);
            Some(RosterRule {
                rule: self.model().rules[outcomes.rule].title.name.clone(),
                subject,
                period,
                outcome: outcomes.of(row)?,
                says: self.says(outcomes, row),
            })
        })
    }

    /// What a rule says that fired.
    pub fn says(&self, outcomes: &Outcomes, row: usize) -> Option<String> {
        if outcomes.of(row)? != RuleOutcome::Fired {
            return None;
        }
        let Then { text, .. } = self.model().rules[outcomes.rule].then.as_ref()?;
        text.rows.get(outcomes.text(row)?).map(|row| row.value.clone())
    }

    fn place_of(&self, spine: kpi_plan::SpineId, cell: usize) -> (String, String) {
        let period = self.period(spine, cell).map(|period| self.model().policy.calendar.show(period));
        (self.subject(spine, cell).to_owned(), period.unwrap_or_default())
    }

    /// The row of the target's table in force for a cell.
    pub(crate) fn target_row(&self, columns: &IndicatorColumns, cell: usize) -> Option<usize> {
        place(columns.target_row.as_ref()?, cell)
    }
}
