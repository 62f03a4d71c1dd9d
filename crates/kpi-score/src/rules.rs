//! Rules and their outcomes.

mod streak;

use std::sync::Arc;

use kpi_base::Diagnostic;
use kpi_check::model::{Audience, GradeShare, MidPeriod, Model, Rule, RuleId, RuleShare, ScorecardId, StepBound};
use kpi_results::RuleOutcome;
use kpi_value::Dec;

use crate::cards::{Cards, LineColumns, LineSource, Members, Ranking, get, groups_of, members};
use crate::pay::context;
use crate::{At, Column, Evaluator, NOWHERE};

use streak::{first_time, outcome};

/// The outcomes of a rule for the cards of one scorecard, or for a roster: one entry a row of its members from the first
/// judged one on.
#[derive(Clone, Debug)]
pub struct Outcomes {
    /// The rule.
    pub rule: RuleId,
    /// The scorecard whose cards it watches; none for a roster.
    pub card: Option<ScorecardId>,
    /// Whom it watches: for a scorecard the members of its cards, row by row.
    pub members: Members,
    /// For each row whether it can be judged: its card is complete, or for a rule for each indicator the line is on the card.
    pub there: Vec<bool>,
    /// For each row whether it is in the share that the rule takes, if it takes one.
    pub taken: Option<Vec<Option<bool>>>,
    /// What came of it; the first entry belongs to the row [`Members::judged`]. None where the line is not on the card.
    pub outcome: Vec<Option<RuleOutcome>>,
    /// Where it fired and says something, the row of its text in force; [`NOWHERE`] elsewhere.
    pub text: Vec<u32>,
}

impl Outcomes {
    /// The outcome for a row of the members.
    pub fn of(&self, row: usize) -> Option<RuleOutcome> {
        self.outcome.get(row.checked_sub(self.members.judged)?).copied().flatten()
    }

    /// The row of the rule's text that a firing rule says.
    pub fn text(&self, row: usize) -> Option<usize> {
        crate::cards::place(&self.text, row.checked_sub(self.members.judged)?)
    }
}

/// Judges a rule for each of its scorecards, or for its roster.
pub(crate) fn judge_rule(
    ev: &mut Evaluator<'_>,
    id: RuleId,
    cards: &[Option<Cards>],
    findings: &mut Vec<Diagnostic>,
) -> Vec<Outcomes> {
    let model = ev.model;
    let rule = &model.rules[id];
    let name = (rule.title.name.as_str(), rule.title.span);
    match &rule.audience {
        Audience::Table(table, condition) => {
            let members = members(ev, (*table, MidPeriod::Last), condition.as_ref(), name, findings);
            vec![judge(ev, id, None, members)]
        }
        Audience::Cards(ids) => {
            let found = ids.iter().filter_map(|card| cards.get(card.index()).and_then(Option::as_ref));
            found.map(|cards| judge(ev, id, Some(cards), cards.members.clone())).collect()
        }
    }
}

fn judge(ev: &mut Evaluator<'_>, id: RuleId, cards: Option<&Cards>, members: Members) -> Outcomes {
    let model = ev.model;
    let rule = &model.rules[id];
    let at = context(&members, cards.map(|cards| cards.scorecard));
    let concerned: Vec<bool> = (0..members.cells.len()).map(|row| is_on(model, rule, cards, row)).collect();
    let there: Vec<bool> = (0..members.cells.len())
        .map(|row| match (cards, rule.line) {
            (Some(cards), None) => get(&cards.score, row).is_some(),
            _ => concerned.get(row).copied().unwrap_or(false),
        })
        .collect();
    let taken = rule.share.as_ref().map(|share| taken(ev, share, cards, &members, &there));
    let texts = rule.then.as_ref().map(|then| ev.rows_in_force(&then.text, at));
    // Earlier periods are whole ones, with the card of the last stint in them.
    let whole = ev.whole_spine(members.spine);
    let split = whole != members.spine && (rule.streak > 1 || rule.once.is_some());
    let own = Holds::new(ev, rule, at);
    let of_wholes = split.then(|| Holds::new(ev, rule, At { spine: whole, ..at }));
    let spine = ev.spine(members.spine);
    let entities = spine.entities();
    let times = ev.timeline_of(members.spine);
    // The row of the same subject so many periods before; none where it is not concerned.
    let row_before = |cell: usize, n: usize| match split && n > 0 {
        true => {
            let period = times.periods.get(spine.period(cell))?.plus(-i32::try_from(n).ok()?);
            spine.cells_of(spine.entity(cell), times.inside(period)).filter_map(|cell| members.row(cell)).last()
        }
        false => members.row(cell.checked_sub(n * entities)?),
    };
    // A subject that is not concerned in a period, or whose card is incomplete, has no data there.
    let holds = |cell: usize, n: usize| {
        let row = row_before(cell, n).filter(|&row| there.get(row) == Some(&true))?;
        let taken = taken.as_ref().map_or(Some(true), |taken| taken.get(row).copied().flatten());
        let own = match &of_wholes {
            Some(of_wholes) if n > 0 => {
                let period = times.periods.get(spine.period(cell))?.plus(-i32::try_from(n).ok()?);
                let place = ev.timeline_of(whole).place(period.index)?;
                of_wholes.at(ev, ev.spine(whole).cell(spine.entity(cell), place)?)
            }
            _ => own.at(ev, cell.checked_sub(n * entities)?),
        };
        and(own, taken)
    };
    let streak = |cell: usize, from: usize| outcome((from..from + rule.streak as usize).map(|n| holds(cell, n)));
    let (mut outcomes, mut says) = (Vec::new(), Vec::new());
    for (row, &cell) in members.cells.iter().enumerate().skip(members.judged) {
        let cell = cell as usize;
        let judged = match (there.get(row), concerned.get(row)) {
            (Some(true), _) => Some(match rule.once {
                None => streak(cell, 0),
                Some(since) => {
                    let period = times.periods.get(spine.period(cell)).map_or(since.index, |period| period.index);
                    let earlier = |n: usize| row_before(cell, n).filter(|&row| concerned.get(row) == Some(&true));
                    let before = |n: usize| earlier(n).map(|_| streak(cell, n));
                    first_time(streak(cell, 0), period.checked_sub(since.index), before)
                }
            }),
            (_, Some(true)) => Some(RuleOutcome::NotJudged),
            _ => None,
        };
        let text = match (judged, rule.then.as_ref().and_then(|then| then.by_number.as_ref())) {
            (Some(RuleOutcome::Fired), None) => texts.as_ref().and_then(|rows| rows.get(cell)).copied(),
            (Some(RuleOutcome::Fired), Some(_)) => own.row(ev, cell).map(|row| row as u32),
            _ => None,
        };
        outcomes.push(judged);
        says.push(text.unwrap_or(NOWHERE));
    }
    let card = cards.map(|cards| cards.scorecard);
    Outcomes { rule: id, card, members, there, taken, outcome: outcomes, text: says }
}

/// Whether a rule concerns a row at all: one for each indicator only where its line is on the card.
fn is_on(model: &Model, rule: &Rule, cards: Option<&Cards>, row: usize) -> bool {
    let (Some(line), Some(cards)) = (rule.line, cards) else { return true };
    let name = &model.indicators[line].title.name;
    is_on_card(&cards.lines, name, row)
}

/// For each row whether it is in the share of its group; none where its value or its group has no data.
fn taken(
    ev: &mut Evaluator<'_>,
    share: &RuleShare,
    cards: Option<&Cards>,
    members: &Members,
    there: &[bool],
) -> Vec<Option<bool>> {
    let at = context(members, cards.map(|cards| cards.scorecard));
    let column = share.of.as_ref().map(|of| ev.column(of, at));
    let value = |row: usize| match (&column, cards) {
        (Some(column), _) => column.dec(members.cell(row)?),
        (None, Some(cards)) => get(&cards.score, row),
        (None, None) => None,
    };
    let turned = |x: Dec| if share.highest { Some(x) } else { Dec::ZERO.sub(x).ok() };
    let values: Vec<Option<Dec>> = (0..members.cells.len())
        .map(|row| value(row).filter(|_| there.get(row) == Some(&true)).and_then(turned))
        .collect();
    let groups = groups_of(ev, members, &share.by);
    let ranking = Ranking::new(&values, |row| groups.get(row).copied().flatten()).by_order(ev.breaks_ties_by_order());
    let shares = [GradeShare { share: share.share, at_least: share.at_least, grade: String::new() }];
    let grades = ranking.grades(&values, &shares).unwrap_or_else(|_| vec![None; values.len()]);
    grades.into_iter().map(|grade| grade.map(|grade| grade == 0)).collect()
}

/// What a rule asks of a cell by itself: its condition, and a text for its number where the text goes by one.
struct Holds<'r> {
    condition: Arc<Column>,
    number: Option<(Arc<Column>, &'r [StepBound])>,
}

impl<'r> Holds<'r> {
    fn new(ev: &mut Evaluator<'_>, rule: &'r Rule, at: At) -> Holds<'r> {
        let number = rule.then.as_ref().and_then(|then| then.by_number.as_ref());
        let number = number.map(|(number, bounds)| (ev.column(number, at), bounds.as_slice()));
        Holds { condition: ev.column(&rule.condition, at), number }
    }

    fn at(&self, ev: &Evaluator<'_>, cell: usize) -> Option<bool> {
        let said = match &self.number {
            None => Some(true),
            Some((number, bounds)) => number.dec(cell).map(|x| bounds.iter().any(|bound| ev.step_holds(bound, x))),
        };
        and(self.condition.bool(cell), said)
    }

    /// The first row whose bound holds.
    fn row(&self, ev: &Evaluator<'_>, cell: usize) -> Option<usize> {
        let (number, bounds) = self.number.as_ref()?;
        let x = number.dec(cell)?;
        bounds.iter().position(|bound| ev.step_holds(bound, x))
    }
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Whether a card has the line of an indicator, at any depth: what stands in a group that is not on the card is not on it either.
fn is_on_card(lines: &[LineColumns], name: &str, row: usize) -> bool {
    lines.iter().filter(|line| get(&line.status, row).is_some()).any(|line| match line.source {
        LineSource::Indicator { .. } => line.name == name,
        _ => is_on_card(&line.lines, name, row),
    })
}
