//! Rules and their outcomes.

mod streak;

use kpi_base::Diagnostic;
use kpi_check::model::{Audience, MidPeriod, RuleId, ScorecardId};
use kpi_results::RuleOutcome;

use crate::cards::{Cards, Members, get, members};
use crate::pay::context;
use crate::{Evaluator, NOWHERE};

use streak::outcome;

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
    /// What came of it; the first entry belongs to the row [`Members::judged`].
    pub outcome: Vec<RuleOutcome>,
    /// Where it fired and says something, the row of its text in force; [`NOWHERE`] elsewhere.
    pub text: Vec<u32>,
}

impl Outcomes {
    /// The outcome for a row of the members.
    pub fn of(&self, row: usize) -> Option<RuleOutcome> {
        self.outcome.get(row.checked_sub(self.members.judged)?).copied()
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
    let condition = ev.column(&rule.condition, at);
    let texts = rule.then.as_ref().map(|then| ev.rows_in_force(&then.text, at));
    // Earlier periods are whole ones, with the card of the last stint in them.
    let whole = ev.whole_spine(members.spine);
    let split = whole != members.spine && rule.streak > 1;
    let of_wholes = split.then(|| ev.column(&rule.condition, crate::At { spine: whole, ..at }));
    let spine = ev.spine(members.spine);
    let entities = spine.entities();
    let times = ev.timeline_of(members.spine);
    let earlier = |cell: usize, n: usize| {
        let period = times.periods.get(spine.period(cell))?.plus(-i32::try_from(n).ok()?);
        let last =
            spine.cells_of(spine.entity(cell), times.inside(period)).filter_map(|cell| members.row(cell)).last()?;
        if cards.is_some_and(|cards| get(&cards.score, last).is_none()) {
            return None;
        }
        let place = ev.timeline_of(whole).place(period.index)?;
        of_wholes.as_ref()?.bool(ev.spine(whole).cell(spine.entity(cell), place)?)
    };
    // A subject that is not concerned in a period, or whose card is incomplete, has no data there.
    let holds = |cell: usize| {
        let row = members.row(cell)?;
        if cards.is_some_and(|cards| get(&cards.score, row).is_none()) {
            return None;
        }
        condition.bool(cell)
    };
    let (mut outcomes, mut says) = (Vec::new(), Vec::new());
    for (row, &cell) in members.cells.iter().enumerate().skip(members.judged) {
        let cell = cell as usize;
        let incomplete = cards.is_some_and(|cards| get(&cards.score, row).is_none());
        let back = (0..rule.streak as usize).map(|n| match split && n > 0 {
            true => earlier(cell, n),
            false => cell.checked_sub(n * entities).and_then(holds),
        });
        let outcome = if incomplete { RuleOutcome::NotJudged } else { outcome(back) };
        let text = texts.as_ref().filter(|_| outcome == RuleOutcome::Fired).and_then(|rows| rows.get(cell)).copied();
        outcomes.push(outcome);
        says.push(text.unwrap_or(NOWHERE));
    }
    Outcomes { rule: id, card: cards.map(|cards| cards.scorecard), members, outcome: outcomes, text: says }
}
