//! The derivation of a card: lines, adjustments, limits, rounding, vetoes, grade, rank, pay and rules.

use kpi_base::{Join, Text, text};
use kpi_check::model::{Grade, Path, Scorecard, StepBound, VetoEffect};
use kpi_results::{Derivation, Step};

use super::Reader;
use super::node::{node, number, percent, truth, word};
use crate::At;
use crate::cards::{Cards, Steps, get};
use crate::findings::{path_text, reasons};

impl Reader<'_, '_> {
    /// A card with everything that hangs on it.
    pub(super) fn card(&self, cards: &Cards, row: usize) -> Derivation {
        let mut made = self.score(cards, row);
        for pays in self.scored.pays_for(cards.scorecard) {
            made.from.push(self.pays(pays, row, None));
        }
        for outcomes in self.scored.outcomes_for(cards.scorecard) {
            if outcomes.of(row).is_some() {
                made.from.push(self.outcome(outcomes, row));
            }
        }
        made
    }

    /// A card's score, attainment, grade and rank.
    pub(super) fn score(&self, cards: &Cards, row: usize) -> Derivation {
        let scored = self.scored;
        let card = &scored.model().scorecards[cards.scorecard];
        let cell = cards.members.cell(row).unwrap_or_default();
        let spine = cards.members.spine;
        let subject = scored.subject(spine, cell);
        let (name, period) = (&card.title.name, self.period_text(spine, cell));
        let what = match scored.stint(spine, cell) {
            None => text!("{name}[{subject}] {period}", name, subject, period),
            Some(stint) => {
                text!(
                    "{name}[{subject}] {period}, {from} to {to}",
                    name,
                    subject,
                    period,
                    from = stint.from,
                    to = stint.to
                )
            }
        };
        let mut made = node(what, Step::Card, number(get(&cards.score, row), "points"));
        made.span = Some(card.title.span);
        let missing = if get(&cards.score, row).is_none() { reasons(&scored.ev, card, cards, row) } else { Vec::new() };
        if !missing.is_empty() {
            let why = Text::list(missing.iter().map(|reason| &reason.text), Join::Semicolon);
            made.note = Some(text!("incomplete: {why}", why));
        }
        made.from = self.lines(&card.lines, &cards.lines, cards, row);
        self.adjustments(&mut made, card, cards, row, cell);
        if let Some(steps) = get(&cards.steps, row) {
            made.from.extend(self.steps(card, &steps));
        }
        self.vetoes(&mut made, cards, row);
        if let Some(attainment) = get(&cards.attainment, row) {
            made.from.push(node(text!("attainment"), Step::Attainment, number(Some(attainment), "ratio")));
        }
        self.grade_and_rank(&mut made, card, cards, row);
        made
    }

    fn adjustments(&self, made: &mut Derivation, card: &Scorecard, cards: &Cards, row: usize, cell: usize) {
        let at = At::spine(cards.members.spine);
        for (adjustment, column) in card.adjustments.iter().zip(&cards.adjustments) {
            let name = &adjustment.title.name;
            let what = if adjustment.deduct { text!("deduct {name}", name) } else { text!("bonus {name}", name) };
            let points = get(column, row);
            let mut step = node(what, Step::Adjustment, number(points, "points"));
            step.span = Some(adjustment.title.span);
            let exact = self.value_of(&adjustment.value, at, cell).and_then(|value| value.as_dec());
            step.note = match (exact, adjustment.cap) {
                (Some(exact), _) if exact.is_negative() => Some(text!("a negative number counts as 0")),
                (Some(exact), Some(cap)) if exact > cap => Some(text!("at most {most}", most = cap)),
                _ => None,
            };
            step.from = vec![self.formula(&adjustment.value, at, cell)];
            made.from.push(step);
        }
    }

    /// Sum, limits and rounding, each where it changed something.
    fn steps(&self, card: &Scorecard, steps: &Steps) -> Vec<Derivation> {
        let points = |what: Text, step, value| node(what, step, number(Some(value), "points"));
        let mut made = vec![points(text!("Σ weight × fraction × 100"), Step::Formula, steps.lines)];
        if !card.adjustments.is_empty() {
            made.push(points(text!("with bonus and deduction"), Step::Formula, steps.adjusted));
        }
        if steps.limited != steps.adjusted {
            let mut limit = points(text!("limits of the score"), Step::Limit, steps.limited);
            limit.note = Some(match card.score_limit {
                None => text!("at least 0, no upper limit"),
                Some(most) => text!("at least 0, at most {most}", most),
            });
            made.push(limit);
        }
        if steps.rounded != steps.limited {
            let mut score = points(text!("score rounded to 0.01"), Step::Rounding, steps.rounded);
            score.note = Some(text!("from {exact}", exact = steps.limited));
            made.push(score);
        }
        if steps.attainment != steps.exact_attainment {
            let rounded = number(Some(steps.attainment), "ratio");
            let mut attainment = node(text!("attainment rounded to 0.01%"), Step::Rounding, rounded);
            attainment.note = Some(text!("from {exact}", exact = percent(steps.exact_attainment)));
            made.push(attainment);
        }
        made
    }

    fn vetoes(&self, made: &mut Derivation, cards: &Cards, row: usize) {
        made.from.extend((0..cards.vetoes.len()).filter_map(|place| self.veto(cards, place, row)));
    }

    /// A veto by its place: whether it fired, and what it looked at.
    pub(super) fn veto(&self, cards: &Cards, place: usize, row: usize) -> Option<Derivation> {
        let at = At::spine(cards.members.spine).strict();
        let cell = cards.members.cell(row)?;
        let veto = self.scored.model().scorecards[cards.scorecard].vetoes.get(place)?;
        let fired = get(cards.vetoes.get(place)?, row);
        let mut step = node(text!("veto {name}", name = veto.title.name), Step::Veto, truth(fired));
        step.span = Some(veto.title.span);
        step.note = Some(match (fired, veto.effect) {
            (None, _) => text!("cannot be judged: the card is incomplete"),
            (Some(false), _) => text!("did not fire"),
            (Some(true), VetoEffect::ScoreZero) => text!("fired: score and attainment are 0"),
            (Some(true), VetoEffect::Cap(cap)) => {
                text!("fired: the score is at most {cap}, the attainment {cap}%", cap)
            }
            (Some(true), VetoEffect::PayZero) => text!("fired: every pay is 0"),
        });
        step.from = vec![self.formula(&veto.condition, at, cell)];
        Some(step)
    }

    fn grade_and_rank(&self, made: &mut Derivation, card: &Scorecard, cards: &Cards, row: usize) {
        if let Some(grade) = cards.grade(row) {
            let mut step = node(text!("grade"), Step::Grade, word(grade));
            step.note = match &card.grade {
                Some(Grade::Shares { .. }) => Some(text!("by its share of the group")),
                _ => None,
            };
            made.from.push(step);
        }
        if get(&cards.rank, row).is_some() {
            made.from.push(rank_of(cards, row));
        }
    }

    /// The grade of a card, with the score that it hangs on; none where the card has no grades.
    pub(super) fn grade(&self, cards: &Cards, row: usize) -> Option<Derivation> {
        let card = &self.scored.model().scorecards[cards.scorecard];
        let mut made = node(text!("grade"), Step::Grade, cards.grade(row).and_then(word));
        made.note = match (card.grade.as_ref()?, get(&cards.grade, row)) {
            (_, None) => Some(text!("an incomplete card has no grade")),
            (Grade::Shares { by, .. }, _) => Some(text!("by its share of {group}", group = self.group(by))),
            (Grade::Bounds(bounds), Some(place)) => bounds.get(place as usize).map(|row| match &row.bound {
                StepBound::Else => text!("the score is in none of the other grades"),
                StepBound::Compare(op, bound) => text!("the score is {op} {bound}", op = op.sign(), bound),
                StepBound::Range(low, high, true) => text!("the score is in {low}..{high}", low, high),
                StepBound::Range(low, high, false) => text!("the score is in {low}..<{high}", low, high),
            }),
        };
        made.from = vec![self.score(cards, row)];
        Some(made)
    }

    /// The rank of a card, with the score that it hangs on.
    pub(super) fn rank(&self, cards: &Cards, row: usize) -> Derivation {
        let card = &self.scored.model().scorecards[cards.scorecard];
        let mut made = rank_of(cards, row);
        made.note = Some(match (get(&cards.rank, row), get(&cards.score, row)) {
            (Some(_), _) => text!("among {group}", group = self.group(&card.rank_among)),
            (None, Some(_)) => text!("the subject is in no group"),
            (None, None) => text!("an incomplete card has no rank"),
        });
        made.from = vec![self.score(cards, row)];
        made
    }

    /// With whom a card is compared, in words.
    fn group(&self, by: &[Path]) -> Text {
        if by.is_empty() {
            return text!("all complete cards of the period");
        }
        let by = Text::and_list(by.iter().map(|path| Text::quoted(path_text(&self.scored.ev, path))));
        text!("the complete cards of the period with the same {by}", by)
    }
}

fn rank_of(cards: &Cards, row: usize) -> Derivation {
    let rank = get(&cards.rank, row).map(|rank| kpi_value::Dec::int(i64::from(rank)));
    node(text!("rank"), Step::Grade, number(rank, "number"))
}
