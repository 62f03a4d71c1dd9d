//! Two runs side by side, card by card.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use kpi_results::{Card, CardStatus, RosterPay, RosterRule, RuleOutcome, Run, Sketch, Span, Stint, What};
use kpi_value::Dec;
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::amounts::{amounts_of, minus, plus};
use crate::brackets::{Crossed, Crossing, Key, Tables};
use crate::{Amounts, Figures, Spread};

/// What two runs over the same data and periods differ in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Impact {
    /// The periods judged.
    pub period: Span,
    /// The figures by which the outcome is judged.
    pub figures: Figures,
    /// Each scorecard that has cards in either version.
    pub scorecards: Vec<OfScorecard>,
    /// The older version's sums and counts.
    pub base: Amounts,
    /// The newer one's.
    pub head: Amounts,
    /// How many people are paid in either version.
    pub people_paid: usize,
    /// Who crosses from one bracket of a pay to another; only what happens.
    pub brackets: Vec<Crossed>,
    /// How the pay of people changes, where it does.
    pub pay_changes: Option<Spread>,
    /// Everything that moves, the largest move of pay first, then of the score.
    pub moves: Vec<Move>,
}

/// The cards of one scorecard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfScorecard {
    /// Its name, in the newer version.
    pub scorecard: String,
    /// How many cards it has in either version.
    pub cards: usize,
    /// How many have a higher score.
    pub up: usize,
    /// How many have a lower score.
    pub down: usize,
    /// How the scores are spread before and after.
    pub scores: Spread,
    /// Who crosses from one grade to another, by both; only what happens.
    pub grades: Vec<Transition>,
}

/// How many cards have come from one grade to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// The grade before; none where there was none.
    pub from: Option<String>,
    /// The grade after.
    pub to: Option<String>,
    /// How many cards.
    pub cards: usize,
}

/// A card, a pay or a rule for a roster that is other than it was.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Move {
    /// What and whose it is.
    #[serde(flatten)]
    pub place: Place,
    /// What became of it.
    pub became: Became,
    /// How it stood.
    pub base: Option<Standing>,
    /// How it stands.
    pub head: Option<Standing>,
    /// By how much the pay has changed; none where it is held in either version, or there is none.
    pub pay_change: Option<Dec>,
    /// By how much the score has changed.
    pub score_change: Option<Dec>,
    /// The brackets that are crossed.
    pub brackets: Vec<Crossing>,
}

/// What is compared: its kind and name, of whom, when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// What it is.
    pub what: What,
    /// The scorecard, the incentive or the rule, as the newer version calls it.
    pub name: String,
    /// The subject's key.
    pub subject: String,
    /// The period, as it is written.
    pub period: String,
    /// The days that a card covers, on a scorecard that is split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stint: Option<Stint>,
}

/// What became of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is another.
    Changed,
}

/// How a card stands in one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Whether it has a score; none for what is no card.
    pub status: Option<CardStatus>,
    /// The score.
    pub score: Option<Dec>,
    /// The attainment.
    pub attainment: Option<Dec>,
    /// The grade.
    pub grade: Option<String>,
    /// The vetoes that fired.
    pub vetoed: Vec<String>,
    /// Every pay; none where it is held.
    pub pay: IndexMap<String, Option<Dec>>,
    /// The total; none where it is held, and without pay.
    pub total_pay: Option<Dec>,
    /// The rules that fired, and those that could not be judged.
    pub rules: BTreeSet<(String, ToldRule)>,
}

/// What is worth telling of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as in the results")]
pub enum ToldRule {
    Fired,
    NotJudged,
}

/// What has another name in the newer version: its old one, and the new.
pub type Renames = BTreeMap<(What, String), String>;

/// Compares what two versions found. Ranks are not compared: they change with those of others, and where pay hangs on them, the pay shows it.
pub fn compare(base: &Run, head: &Run, renames: &Renames) -> Impact {
    let mut moves = Vec::new();
    let mut cards: IndexMap<String, Tally<'_>> = IndexMap::new();
    let mut people: BTreeMap<&str, (Option<Dec>, Option<Dec>)> = BTreeMap::new();
    let named = |what: What, name: &str| renames.get(&(what, name.to_owned())).cloned();
    let renamed: Vec<Option<String>> = base.cards.iter().map(|card| named(What::Scorecard, &card.scorecard)).collect();

    let mut tables = Tables::new(base, head, renames);
    let mut old: FxHashMap<CardKey<'_>, &Card> = FxHashMap::default();
    for (card, renamed) in base.cards.iter().zip(&renamed) {
        old.insert(key(card, renamed.as_deref().unwrap_or(&card.scorecard)), card);
    }
    for card in &head.cards {
        let before = old.remove(&key(card, &card.scorecard));
        let tally = tally(&mut cards, &card.scorecard);
        tally.add(before, Some(card));
        let crossed =
            before.map(|before| tables.crossings(Key::Card(&card.scorecard), &before.brackets, &card.brackets));
        if before.is_none_or(|before| !same(before, card)) {
            let moved = Move::of(card_place(card, &card.scorecard), before.map(standing), Some(standing(card)));
            moves.push(Move { brackets: crossed.unwrap_or_default(), ..moved });
        }
    }
    // What is gone stands in the order of the older run.
    for (card, renamed) in base.cards.iter().zip(&renamed) {
        let name = renamed.as_deref().unwrap_or(&card.scorecard);
        if old.contains_key(&key(card, name)) {
            tally(&mut cards, name).add(Some(card), None);
            moves.push(Move::of(card_place(card, name), Some(standing(card)), None));
        }
    }
    for (run, side) in [(base, 0), (head, 1)] {
        let of_cards = run.cards.iter().filter(|card| !card.pay.is_empty()).map(|card| (&card.subject, card.total_pay));
        for (subject, pay) in of_cards.chain(run.incentives.iter().map(|pay| (&pay.subject, pay.total_pay))) {
            let slot = people.entry(subject).or_default();
            let slot = if side == 0 { &mut slot.0 } else { &mut slot.1 };
            *slot = Some(plus(slot.unwrap_or(Dec::ZERO), pay.unwrap_or(Dec::ZERO)));
        }
    }
    roster_pays(base, head, &named, &mut tables, &mut moves);
    roster_rules(base, head, &named, &mut moves);
    moves.sort_by_key(|one| std::cmp::Reverse(one.size()));

    let scorecards: Vec<OfScorecard> = cards.into_iter().map(|(name, tally)| tally.into_scorecard(name)).collect();
    let changes: Vec<Dec> =
        people.values().map(|(a, b)| minus(b.unwrap_or(Dec::ZERO), a.unwrap_or(Dec::ZERO))).collect();
    let (base_sums, head_sums) = (amounts_of(base), amounts_of(head));
    let pays: Vec<(Dec, Dec)> =
        people.values().map(|(a, b)| (a.unwrap_or(Dec::ZERO), b.unwrap_or(Dec::ZERO))).collect();
    let moved: Vec<Dec> = changes.into_iter().filter(|change| !change.is_zero()).collect();
    Impact {
        period: head.period.clone(),
        figures: Figures::of((&base_sums, &head_sums), &pays, &scorecards, &moves),
        scorecards,
        base: base_sums,
        head: head_sums,
        people_paid: people.len(),
        brackets: tables.counted(),
        pay_changes: Spread::of_changes(&moved),
        moves,
    }
}

/// How many outcomes of two sketched runs differ, those that only one of them has included: as many as [`compare`] finds moves.
pub fn moved(base: &Sketch, head: &Sketch) -> usize {
    let (mut old, mut new) = (base.outcomes.iter().peekable(), head.outcomes.iter().peekable());
    let mut moved = 0;
    loop {
        match (old.peek(), new.peek()) {
            (Some((a, before)), Some((b, after))) if a == b => {
                moved += usize::from(before != after);
                old.next();
                new.next();
            }
            (Some((a, _)), Some((b, _))) => {
                moved += 1;
                if a < b {
                    old.next()
                } else {
                    new.next()
                };
            }
            (Some(_), None) | (None, Some(_)) => return moved + old.count() + new.count(),
            (None, None) => return moved,
        }
    }
}

impl Impact {
    /// Whether nothing moves.
    pub fn is_empty(&self) -> bool {
        self.moves.is_empty()
    }
}

impl Move {
    fn of(place: Place, base: Option<Standing>, head: Option<Standing>) -> Move {
        let became = match (&base, &head) {
            (None, _) => Became::Added,
            (_, None) => Became::Removed,
            _ => Became::Changed,
        };
        // Pay that was not there is nothing, pay that is held is not known.
        let pay = |side: &Option<Standing>| match side {
            Some(standing) if !standing.pay.is_empty() => standing.total_pay,
            _ => Some(Dec::ZERO),
        };
        let paid = [&base, &head].into_iter().flatten().any(|standing| !standing.pay.is_empty());
        let pay_change = pay(&head).zip(pay(&base)).map(|(b, a)| minus(b, a)).filter(|_| paid);
        let score = |side: &Option<Standing>| side.as_ref().and_then(|standing| standing.score);
        let score_change = score(&head).zip(score(&base)).map(|(b, a)| minus(b, a));
        Move { place, became, base, head, pay_change, score_change, brackets: Vec::new() }
    }

    /// How large it is: by pay, then by the score; a card that comes, goes or loses its score stands before one that keeps both.
    fn size(&self) -> (Dec, bool, Dec) {
        let size = |change: Option<Dec>| change.map_or(Dec::ZERO, Dec::abs);
        let lost = |side: &Option<Standing>| side.as_ref().is_none_or(|s| s.status == Some(CardStatus::Incomplete));
        (size(self.pay_change), lost(&self.base) != lost(&self.head), size(self.score_change))
    }

    /// Whether the grade has changed.
    pub fn changes_grade(&self) -> bool {
        let grade = |side: &Option<Standing>| side.as_ref().and_then(|s| s.grade.clone());
        grade(&self.base) != grade(&self.head)
    }
}

type CardKey<'a> = (&'a str, &'a str, &'a str, Option<&'a str>);

fn key<'a>(card: &'a Card, name: &'a str) -> CardKey<'a> {
    (name, &card.subject, &card.period, card.stint.as_ref().map(|stint| stint.from.as_str()))
}

fn card_place(card: &Card, name: &str) -> Place {
    Place {
        what: What::Scorecard,
        name: name.to_owned(),
        subject: card.subject.clone(),
        period: card.period.clone(),
        stint: card.stint.clone(),
    }
}

fn same(a: &Card, b: &Card) -> bool {
    let rules = |card: &Card| -> Vec<(String, Option<String>, RuleOutcome)> {
        card.rules.iter().map(|rule| (rule.rule.clone(), rule.indicator.clone(), rule.outcome)).collect()
    };
    a.status == b.status
        && a.score == b.score
        && a.attainment == b.attainment
        && a.grade == b.grade
        && a.vetoed == b.vetoed
        && a.pay == b.pay
        && a.total_pay == b.total_pay
        && a.stint == b.stint
        && (a.rules.is_empty() && b.rules.is_empty() || rules(a) == rules(b))
}

fn standing(card: &Card) -> Standing {
    let rules = card.rules.iter().map(|rule| {
        let name = match &rule.indicator {
            Some(indicator) => format!("{} ({indicator})", rule.rule),
            None => rule.rule.clone(),
        };
        (name, rule.outcome)
    });
    Standing {
        status: Some(card.status),
        score: card.score,
        attainment: card.attainment,
        grade: card.grade.clone(),
        vetoed: card.vetoed.clone(),
        pay: card.pay.clone(),
        total_pay: card.total_pay,
        rules: told(rules),
    }
}

fn told(rules: impl Iterator<Item = (String, RuleOutcome)>) -> BTreeSet<(String, ToldRule)> {
    rules
        .filter_map(|(name, outcome)| match outcome {
            RuleOutcome::Fired => Some((name, ToldRule::Fired)),
            RuleOutcome::NotJudged => Some((name, ToldRule::NotJudged)),
            RuleOutcome::NotFired => None,
        })
        .collect()
}

fn roster_pays<'a>(
    base: &Run,
    head: &'a Run,
    named: &dyn Fn(What, &str) -> Option<String>,
    tables: &mut Tables<'a>,
    moves: &mut Vec<Move>,
) {
    let standing = |pay: &RosterPay| Standing { pay: pay.pay.clone(), total_pay: pay.total_pay, ..Standing::nothing() };
    let place = |pay: &RosterPay| (pay.incentive.clone(), pay.subject.clone(), pay.period.clone());
    let same = |a: &RosterPay, b: &RosterPay| a.pay == b.pay && a.total_pay == b.total_pay;
    let mut crossed =
        |a: &RosterPay, b: &'a RosterPay| tables.crossings(Key::Roster(&b.incentive), &a.brackets, &b.brackets);
    let both = (base.incentives.as_slice(), head.incentives.as_slice());
    pairs(What::Incentive, both, named, &place, &same, &standing, &mut crossed, moves);
}

fn roster_rules(base: &Run, head: &Run, named: &dyn Fn(What, &str) -> Option<String>, moves: &mut Vec<Move>) {
    let standing = |rule: &RosterRule| Standing {
        rules: told(std::iter::once((rule.rule.clone(), rule.outcome))),
        ..Standing::nothing()
    };
    let place = |rule: &RosterRule| (rule.rule.clone(), rule.subject.clone(), rule.period.clone());
    let same = |a: &RosterRule, b: &RosterRule| a.outcome == b.outcome;
    let both = (base.rules.as_slice(), head.rules.as_slice());
    pairs(What::Rule, both, named, &place, &same, &standing, &mut |_, _| Vec::new(), moves);
}

/// Adds the moves of what hangs on no card.
#[allow(clippy::too_many_arguments, reason = "what pays and rules differ in")]
fn pairs<'a, T>(
    what: What,
    (base, head): (&[T], &'a [T]),
    named: &dyn Fn(What, &str) -> Option<String>,
    place: &dyn Fn(&T) -> (String, String, String),
    same: &dyn Fn(&T, &T) -> bool,
    standing: &dyn Fn(&T) -> Standing,
    crossed: &mut dyn FnMut(&T, &'a T) -> Vec<Crossing>,
    moves: &mut Vec<Move>,
) {
    let at = |(name, subject, period): (String, String, String)| Place { what, name, subject, period, stint: None };
    let mut old: IndexMap<(String, String, String), &T> = IndexMap::new();
    for one in base {
        let (name, subject, period) = place(one);
        old.insert((named(what, &name).unwrap_or(name), subject, period), one);
    }
    let mut met: BTreeSet<(String, String, String)> = BTreeSet::new();
    for one in head {
        let key = place(one);
        let before = old.get(&key).copied();
        if before.is_some() {
            met.insert(key.clone());
        }
        let brackets = before.map(|before| crossed(before, one)).unwrap_or_default();
        if before.is_none_or(|before| !same(before, one)) {
            moves.push(Move { brackets, ..Move::of(at(key), before.map(standing), Some(standing(one))) });
        }
    }
    for (key, one) in old.into_iter().filter(|(key, _)| !met.contains(key)) {
        moves.push(Move::of(at(key), Some(standing(one)), None));
    }
}

impl Standing {
    fn nothing() -> Standing {
        Standing {
            status: None,
            score: None,
            attainment: None,
            grade: None,
            vetoed: Vec::new(),
            pay: IndexMap::new(),
            total_pay: None,
            rules: BTreeSet::new(),
        }
    }
}

/// What is counted of a scorecard while its cards are compared.
#[derive(Default)]
struct Tally<'a> {
    cards: usize,
    up: usize,
    down: usize,
    before: Vec<Dec>,
    after: Vec<Dec>,
    grades: BTreeMap<(Option<&'a str>, Option<&'a str>), usize>,
}

fn tally<'t, 'a>(all: &'t mut IndexMap<String, Tally<'a>>, name: &str) -> &'t mut Tally<'a> {
    if !all.contains_key(name) {
        all.insert(name.to_owned(), Tally::default());
    }
    all.entry(name.to_owned()).or_default()
}

impl<'a> Tally<'a> {
    fn add(&mut self, before: Option<&'a Card>, after: Option<&'a Card>) {
        self.cards += 1;
        let score = |card: Option<&Card>| card.and_then(|card| card.score);
        self.before.extend(score(before));
        self.after.extend(score(after));
        if let Some((a, b)) = score(before).zip(score(after)) {
            self.up += usize::from(b > a);
            self.down += usize::from(b < a);
        }
        let grade = |card: Option<&'a Card>| card.and_then(|card| card.grade.as_deref());
        let (from, to) = (grade(before), grade(after));
        if from != to {
            *self.grades.entry((from, to)).or_default() += 1;
        }
    }

    fn into_scorecard(self, scorecard: String) -> OfScorecard {
        let grades = self.grades.into_iter().map(|((from, to), cards)| Transition {
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            cards,
        });
        OfScorecard {
            scorecard,
            cards: self.cards,
            up: self.up,
            down: self.down,
            scores: Spread::of(&self.before, &self.after),
            grades: grades.collect(),
        }
    }
}

#[cfg(test)]
mod tests;
