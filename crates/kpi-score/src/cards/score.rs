//! From lines to final scores, grades and ranks.

use std::sync::Arc;

use kpi_base::codes::run::{SCORE_OVERFLOW, UNKNOWN_GROUP};
use kpi_base::{Diagnostic, text};
use kpi_check::model::{CardField, Combine, Grade, Path, Scorecard, ScorecardId};
use kpi_value::{Dec, Overflow, Value};

use super::finish::{Steps, points, steps, veto};
use super::lines::hold;
use super::places::Ranking;
use super::{Cards, Mark, Members, get, members};
use crate::findings::name_some;
use crate::{At, Column, Evaluator, NOWHERE};

/// Computes every card of a scorecard, and hands the values in for incentives and rules. `done` are the scorecards
/// computed so far, by id; all that this one nests are among them.
pub(crate) fn score_cards(
    ev: &mut Evaluator<'_>,
    id: ScorecardId,
    done: &[Option<Cards>],
    findings: &mut Vec<Diagnostic>,
) -> Cards {
    let card = &ev.model.scorecards[id];
    let name = (card.title.name.as_str(), card.title.span);
    let members = members(ev, (card.table, card.mid_period), card.condition.as_ref(), name, findings);
    let mut cards = empty(id, members);
    if fill(ev, card, &mut cards, done, findings).is_err() {
        let message = text!("a score of `{card}` is too large to be computed", card = card.title.name);
        let finding = Diagnostic::new(SCORE_OVERFLOW, message).label(card.title.span, text!("this scorecard"));
        findings.push(finding.help(text!("look for a wrong unit or scale in the data")));
        cards = empty(id, cards.members);
        let none = cards.len();
        cards.steps.resize(none, None);
        cards.score.resize(none, None);
        cards.attainment.resize(none, None);
        cards.grade.resize(none, None);
        cards.rank.resize(none, None);
    }
    hand_in(ev, &cards);
    cards
}

fn empty(scorecard: ScorecardId, members: Members) -> Cards {
    Cards {
        scorecard,
        members,
        lines: Vec::new(),
        adjustments: Vec::new(),
        steps: Vec::new(),
        vetoes: Vec::new(),
        score: Vec::new(),
        attainment: Vec::new(),
        grade: Vec::new(),
        grades: Vec::new(),
        rank: Vec::new(),
    }
}

fn fill(
    ev: &mut Evaluator<'_>,
    card: &Scorecard,
    cards: &mut Cards,
    done: &[Option<Cards>],
    findings: &mut Vec<Diagnostic>,
) -> Result<(), Overflow> {
    let held = hold(ev, &cards.members, &card.lines, Combine::Sum, done)?;
    cards.lines = held.lines;
    adjust(ev, card, cards, &held.marks)?;
    apply_vetoes(ev, card, cards)?;
    grade(ev, card, cards, findings)?;
    let groups = groups(ev, cards, &card.rank_among, (card, Given::Rank), findings);
    let ranking = Ranking::new(&cards.score, |row| get(&groups, row)).by_order(ev.breaks_ties_by_order());
    cards.rank = ranking.ranks(&cards.score);
    Ok(())
}

/// Adds and takes away points, limits and rounds.
fn adjust(ev: &mut Evaluator<'_>, card: &Scorecard, cards: &mut Cards, marks: &[Option<Mark>]) -> Result<(), Overflow> {
    let at = At::spine(cards.members.spine);
    for adjustment in &card.adjustments {
        let column = ev.column(&adjustment.value, at);
        let values = cards.members.cells.iter().map(|&cell| column.dec(cell as usize));
        cards.adjustments.push(values.map(|value| value.map(|v| points(v, adjustment.cap))).collect());
    }
    let rounding = ev.rounding();
    for (row, mark) in marks.iter().enumerate() {
        cards.steps.push(match *mark {
            Some(mark) if cards.adjustments.iter().all(|column| get(column, row).is_some()) => {
                let signed = card.adjustments.iter().zip(&cards.adjustments).filter_map(|(adjustment, column)| {
                    let points = get(column, row)?;
                    if adjustment.deduct { Dec::ZERO.sub(points).ok() } else { Some(points) }
                });
                Some(steps(mark, signed, card.score_limit, rounding)?)
            }
            _ => None,
        });
    }
    Ok(())
}

/// Applies vetoes; one without data leaves the card incomplete.
fn apply_vetoes(ev: &mut Evaluator<'_>, card: &Scorecard, cards: &mut Cards) -> Result<(), Overflow> {
    let at = At::spine(cards.members.spine).strict();
    for veto in &card.vetoes {
        let column = ev.column(&veto.condition, at);
        cards.vetoes.push(cards.members.cells.iter().map(|&cell| column.bool(cell as usize)).collect());
    }
    for (row, steps) in cards.steps.iter().enumerate() {
        let last = match steps {
            Some(steps) if cards.vetoes.iter().all(|column| get(column, row).is_some()) => {
                Some(final_values(card, cards, row, steps)?)
            }
            _ => None,
        };
        cards.score.push(last.map(|(score, _)| score));
        cards.attainment.push(last.map(|(_, attainment)| attainment));
    }
    Ok(())
}

fn final_values(card: &Scorecard, cards: &Cards, row: usize, steps: &Steps) -> Result<(Dec, Dec), Overflow> {
    let (mut score, mut attainment) = (steps.rounded, steps.attainment);
    for (rule, fired) in card.vetoes.iter().zip(&cards.vetoes) {
        if get(fired, row) == Some(true) {
            (score, attainment) = veto(rule.effect, score, attainment)?;
        }
    }
    Ok((score, attainment))
}

fn grade(
    ev: &mut Evaluator<'_>,
    card: &Scorecard,
    cards: &mut Cards,
    findings: &mut Vec<Diagnostic>,
) -> Result<(), Overflow> {
    match &card.grade {
        None => cards.grade = vec![None; cards.len()],
        Some(Grade::Bounds(bounds)) => {
            cards.grades = bounds.iter().map(|row| row.grade.clone()).collect();
            let of =
                |score: Dec| bounds.iter().position(|row| ev.step_holds(&row.bound, score)).map(|place| place as u32);
            cards.grade = cards.score.iter().map(|score| score.and_then(of)).collect();
        }
        Some(Grade::Shares { by, shares, rest }) => {
            cards.grades = shares.iter().map(|share| share.grade.clone()).chain([rest.clone()]).collect();
            let groups = groups(ev, cards, by, (card, Given::Grade), findings);
            let ranking = Ranking::new(&cards.score, |row| get(&groups, row)).by_order(ev.breaks_ties_by_order());
            cards.grade = ranking.grades(&cards.score, shares)?;
        }
    }
    Ok(())
}

/// What is given within a group of cards.
#[derive(Clone, Copy, Debug)]
enum Given {
    Rank,
    Grade,
}

/// The group of each card: those of a period that agree in the columns. Cards of which a column has no data are in none.
fn groups(
    ev: &mut Evaluator<'_>,
    cards: &Cards,
    by: &[Path],
    (card, what): (&Scorecard, Given),
    findings: &mut Vec<Diagnostic>,
) -> Vec<Option<u32>> {
    let spine = cards.members.spine;
    let column = groups_of(ev, &cards.members, by);
    if by.is_empty() {
        return column;
    }
    let unknown = cards.judged().filter(|&row| get(&column, row).is_none() && get(&cards.score, row).is_some());
    let unknown: Vec<usize> = unknown.filter_map(|row| cards.members.cell(row)).collect();
    if !unknown.is_empty() {
        let (name, n) = (&card.title.name, unknown.len());
        let message = match what {
            Given::Rank if n == 1 => text!("1 card of `{name}` has no rank: the group has no data", name),
            Given::Rank => text!("{n} cards of `{name}` have no rank: the group has no data", n, name),
            Given::Grade if n == 1 => text!("1 card of `{name}` has no grade: the group has no data", name),
            Given::Grade => text!("{n} cards of `{name}` have no grade: the group has no data", n, name),
        };
        let who = name_some(ev, spine, &unknown);
        let finding = Diagnostic::new(UNKNOWN_GROUP, message).label(card.title.span, text!("no group for {who}", who));
        findings.push(finding.help(text!("fill in the columns that make the group")));
    }
    column
}

/// The group of each row: those of a period that agree in the columns; none where a column has no data.
pub(crate) fn groups_of(ev: &mut Evaluator<'_>, members: &Members, by: &[Path]) -> Vec<Option<u32>> {
    let spine = members.spine;
    if by.is_empty() {
        let (cells, periods) = (ev.spine(spine), &ev.timeline_of(spine).periods);
        let period = |&cell: &u32| periods.get(cells.period(cell as usize)).map(|period| period.index as u32);
        return members.cells.iter().map(period).collect();
    }
    let groups = ev.groups(by, spine);
    let of = |cell: u32| groups.get(cell as usize).copied().filter(|&group| group != NOWHERE);
    members.cells.iter().map(|&cell| of(cell)).collect()
}

/// Hands the cards' values in over the whole spine, for the formulas of incentives and rules.
fn hand_in(ev: &mut Evaluator<'_>, cards: &Cards) {
    let cells = ev.spine(cards.members.spine).cells();
    let numbers = |column: &dyn Fn(usize) -> Option<Dec>| {
        let mut values = vec![None; cells];
        for (row, &cell) in cards.members.cells.iter().enumerate() {
            if let Some(slot) = values.get_mut(cell as usize) {
                *slot = column(row);
            }
        }
        Arc::new(Column::Dec(values))
    };
    let score = numbers(&|row| get(&cards.score, row));
    let attainment = numbers(&|row| get(&cards.attainment, row));
    let rank = numbers(&|row| get(&cards.rank, row).map(|rank| Dec::int(i64::from(rank))));
    let texts: Vec<Value> = cards.grades.iter().map(|grade| Value::Text(grade.as_str().into())).collect();
    let mut grades = vec![None; cells];
    for (row, &cell) in cards.members.cells.iter().enumerate() {
        if let Some(slot) = grades.get_mut(cell as usize) {
            *slot = get(&cards.grade, row).and_then(|grade| texts.get(grade as usize).cloned());
        }
    }
    ev.set_card(cards.scorecard, CardField::Score, cards.members.spine, score);
    ev.set_card(cards.scorecard, CardField::Attainment, cards.members.spine, attainment);
    ev.set_card(cards.scorecard, CardField::Rank, cards.members.spine, rank);
    ev.set_card(cards.scorecard, CardField::Grade, cards.members.spine, Arc::new(Column::Other(grades)));
}
