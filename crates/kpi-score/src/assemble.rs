//! Results as nested data, made of the columns.

mod brackets;
mod claims;
mod quantity;

use std::ops::Range;

use indexmap::IndexMap;
use kpi_check::model::{Then, Type};
use kpi_results::{
    Card, Goal, Line, Quantity, RosterPay, RosterRule, Rule, RuleOutcome, Run, Span, Stint, SubPeriod, Tracked,
};
use kpi_value::{Dec, Value};

use crate::cards::{Cards, LineColumns, LineSource, ShorterCard, get, place};
use crate::pay::Pays;
use crate::rules::Outcomes;
use crate::{IndicatorColumns, Scored};

pub use claims::NoPlace;
pub(crate) use quantity::{quantity, unit};

/// How many cards a part of the results has.
const PART: usize = 256;

impl Scored<'_> {
    /// The results of the judged periods, by scorecard (in the order of the policy), period and subject.
    pub fn run(&self) -> Run {
        self.run_with(true)
    }

    /// As [`Scored::run`], with cards that have no lines: enough to compare outcomes, and made in a fraction of the time.
    pub fn brief_run(&self) -> Run {
        self.run_with(false)
    }

    fn run_with(&self, lines: bool) -> Run {
        let all = 0..self.cards().map(|cards| cards.judged().len()).sum();
        Run {
            cards: self.cards_at(all, lines),
            incentives: self.all_roster_pays(!lines),
            rules: self.all_roster_rules(),
            ..if lines { self.head() } else { self.head_only() }
        }
    }

    /// The results without any card, pay and rule: the policy, the periods, the findings.
    pub fn head(&self) -> Run {
        Run { findings: self.findings(), paid_by: self.paid_by(), ..self.head_only() }
    }

    /// The policy and the periods.
    pub(crate) fn head_only(&self) -> Run {
        let show = |period| self.model().policy.calendar.show(period);
        Run {
            policy: self.model().policy.title.clone(),
            period: Span { from: show(self.plan().from), to: show(self.plan().to) },
            ..Run::default()
        }
    }

    /// How many [`Scored::part`]s there are.
    pub fn parts(&self) -> usize {
        let cards: usize = self.cards().map(|cards| cards.judged().len()).sum();
        cards.div_ceil(PART) + 1
    }

    /// A part of the results: some of the cards, behind them what hangs on no card. All parts in order are the cards, pays and
    /// rules of [`Scored::run`]; each is small enough to stay in a processor's cache, and can be made on a thread of its own.
    pub fn part(&self, n: usize) -> Run {
        if n + 1 == self.parts() {
            return Run { incentives: self.all_roster_pays(false), rules: self.all_roster_rules(), ..Run::default() };
        }
        Run { cards: self.cards_at(n * PART..(n + 1) * PART, true), paid_by: self.paid_by(), ..Run::default() }
    }

    /// The cards at these places among all.
    fn cards_at(&self, places: Range<usize>, lines: bool) -> Vec<Card> {
        let mut made = Vec::with_capacity(places.len());
        let mut before = 0;
        for cards in self.cards() {
            let judged = cards.judged();
            let row = |place: usize| (judged.start + place.saturating_sub(before)).min(judged.end);
            made.extend((row(places.start)..row(places.end)).filter_map(|row| self.card_with(cards, row, lines)));
            before += judged.len();
        }
        made
    }

    fn all_roster_pays(&self, brackets: bool) -> Vec<RosterPay> {
        self.pays()
            .iter()
            .filter(|pays| pays.card.is_none())
            .flat_map(|pays| self.roster_pays(pays, brackets))
            .collect()
    }

    fn all_roster_rules(&self) -> Vec<RosterRule> {
        self.outcomes().iter().filter(|o| o.card.is_none()).flat_map(|o| self.roster_rules(o)).collect()
    }

    /// Scorecard, pay and incentive of every pay of cards.
    pub(crate) fn paid_by(&self) -> Vec<(String, String, String)> {
        let model = self.model();
        let of_cards = self.pays().iter().filter_map(|pays| Some((&model.incentives[pays.incentive], pays.card?)));
        let names = of_cards.flat_map(|(incentive, card)| {
            let card = &model.scorecards[card].title.name;
            incentive.pays.iter().map(move |pay| (card.clone(), pay.title.name.clone(), incentive.title.name.clone()))
        });
        names.collect()
    }

    /// One card as nested data.
    pub fn card(&self, cards: &Cards, row: usize) -> Option<Card> {
        self.card_with(cards, row, true)
    }

    fn card_with(&self, cards: &Cards, row: usize, lines: bool) -> Option<Card> {
        let (subject, period) = self.place_of(cards.members.spine, cards.members.cell(row)?);
        let scorecard = &self.model().scorecards[cards.scorecard];
        let fired = scorecard.vetoes.iter().zip(&cards.vetoes).filter(|(_, fired)| get(fired, row) == Some(true));
        let mut pay = IndexMap::new();
        for pays in self.pays_for(cards.scorecard) {
            pay.extend(self.amounts(pays, row));
        }
        let rules = self.outcomes_for(cards.scorecard).filter_map(|outcomes| {
            let outcome = outcomes.of(row)?;
            let model = self.model();
            let rule = &model.rules[outcomes.rule];
            Some(Rule {
                rule: rule.title.name.clone(),
                indicator: rule.line.map(|line| model.indicators[line].title.name.clone()),
                outcome,
                says: self.says(outcomes, row),
                choices: self.choices(outcomes, row),
            })
        });
        Some(Card {
            scorecard: scorecard.title.name.clone(),
            subject,
            period,
            stint: self.stint(cards.members.spine, cards.members.cell(row)?),
            status: cards.status(row),
            score: get(&cards.score, row),
            attainment: get(&cards.attainment, row),
            grade: cards.grade(row).map(str::to_owned),
            rank: get(&cards.rank, row),
            vetoed: fired.map(|(veto, _)| veto.title.name.clone()).collect(),
            lines: if lines { self.lines(&cards.lines, cards, row) } else { Vec::new() },
            pay,
            total_pay: self.total_pay(cards.scorecard, row),
            rules: rules.collect(),
            brackets: if lines {
                Vec::new()
            } else {
                self.pays_for(cards.scorecard).flat_map(|pays| self.brackets(pays, row)).collect()
            },
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
            let holds = matches!(line.source, LineSource::Group(_)) || !line.lines.is_empty();
            let inner = holds.then(|| self.lines(&line.lines, cards, row));
            Line {
                indicator: line.name.clone(),
                actual,
                target,
                attainment: get(&line.attainment, row),
                weight: get(&line.weight, row),
                score: get(&line.score, row),
                status,
                lines: inner,
                periods: self.shorter(line, cell).or_else(|| self.shorter_cards(line, row)),
                progress: line.track.first().and_then(|track| track.progress.dec(cell)),
                track: (!line.track.is_empty()).then(|| self.tracked(line, cell)),
            }
        });
        made.collect()
    }

    /// The days of a card that covers a stint.
    pub fn stint(&self, spine: kpi_plan::SpineId, cell: usize) -> Option<Stint> {
        let own = self.ev.spine(spine);
        let &(first, last) = self.ev.timeline_of(spine).days.get(own.period(cell)).filter(|_| own.is_split())?;
        let days = u32::try_from(last.0 - first.0 + 1).unwrap_or(0);
        Some(Stint { from: first.to_string(), to: last.to_string(), days })
    }

    /// The shorter periods from which a line is rolled up, those without data included.
    fn shorter(&self, line: &LineColumns, cell: usize) -> Option<Vec<SubPeriod>> {
        let LineSource::Indicator { id, columns, .. } = &line.source else { return None };
        let rolled = columns.rolled.as_ref()?;
        let (ty, inside) = (self.model().indicators[*id].formula.ty, &rolled.columns);
        let attainment = line.attained_inside.as_ref();
        let one = |&part: &u32| {
            let part = part as usize;
            let there = self.ev.spine(rolled.inside).is_present(part);
            SubPeriod {
                period: self.place_of(rolled.inside, part).1,
                actual: inside.actual.value(part).map(|value| quantity(self.model(), &value, ty)),
                target: self.goal(inside, part, ty).filter(|_| there),
                attainment: attainment.and_then(|column| column.dec(part)),
                met: inside.met_at(attainment.and_then(|column| column.dec(part)), part),
            }
        };
        Some(rolled.cells.get(cell)?.iter().map(one).collect())
    }

    /// The cards of shorter periods that a line rolls up, the incomplete ones included.
    fn shorter_cards(&self, line: &LineColumns, row: usize) -> Option<Vec<SubPeriod>> {
        let inside = line.rolled.as_ref()?.inside.get(row)?;
        let one = |card: &ShorterCard| SubPeriod {
            period: self.model().policy.calendar.show(card.period),
            actual: card.result.map(|(score, _)| quantity(self.model(), &Value::Dec(score), Type::POINTS)),
            target: None,
            attainment: card.result.map(|(_, attainment)| attainment),
            met: None,
        };
        Some(inside.iter().map(one).collect())
    }

    /// What a line shows of shorter periods that are tracked.
    fn tracked(&self, line: &LineColumns, cell: usize) -> Vec<Tracked> {
        let LineSource::Indicator { id, columns, .. } = &line.source else { return Vec::new() };
        let ty = self.model().indicators[*id].formula.ty;
        let mut all = Vec::new();
        for track in &line.track {
            let part_of = |x: Option<Dec>| x.and_then(|x| x.mul(track.share).ok());
            let asked = columns.bound.dec(cell).or_else(|| {
                let (low, high) = columns.low.dec(cell).zip(columns.high.dec(cell))?;
                (low == high).then_some(low)
            });
            let share = part_of(asked);
            let target = share.map(|x| Goal::Bound(Quantity { value: x.to_string(), unit: unit(self.model(), ty) }));
            for &part in track.cells.get(cell).into_iter().flatten() {
                let actual = track.actual.value(part as usize);
                let number = track.actual.dec(part as usize).zip(share.filter(|share| *share > Dec::ZERO));
                all.push(Tracked {
                    period: self.place_of(track.inside, part as usize).1,
                    actual: actual.map(|value| quantity(self.model(), &value, ty)),
                    target: target.clone(),
                    progress: number.and_then(|(actual, share)| actual.div(share).ok().flatten()),
                });
            }
        }
        all
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

    fn roster_pays<'s>(&'s self, pays: &'s Pays, brackets: bool) -> impl Iterator<Item = RosterPay> + 's {
        let rows = pays.members.judged..pays.members.cells.len();
        rows.filter_map(move |row| {
            let (subject, period) = self.place_of(pays.members.spine, pays.members.cell(row)?);
            Some(RosterPay {
                incentive: self.model().incentives[pays.incentive].title.name.clone(),
                subject,
                period,
                pay: self.amounts(pays, row).collect(),
                total_pay: get(&pays.total, row),
                brackets: if brackets { self.brackets(pays, row) } else { Vec::new() },
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
                choices: self.choices(outcomes, row),
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

    /// What a rule that fired leaves to a person.
    pub fn choices(&self, outcomes: &Outcomes, row: usize) -> Vec<String> {
        let then = self.model().rules[outcomes.rule].then.as_ref();
        let fired = then.filter(|_| outcomes.of(row) == Some(RuleOutcome::Fired));
        fired.map(|then| then.choices.clone()).unwrap_or_default()
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
