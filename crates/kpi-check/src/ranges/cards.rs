//! Cards and pay.

use kpi_value::Dec;

use super::{LineRange, Range, Ranges, grade_bounds};
use crate::model::{
    Audience, ByNumber, Combine, IncentiveId, Line, LineKind, Scorecard, ScorecardId, VetoEffect, WhenMissing,
};

/// Where the values of a card lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardRange {
    /// The score, rounded, after vetoes.
    pub score: Range,
    /// The attainment, likewise.
    pub attainment: Range,
}

impl CardRange {
    /// Any card.
    pub const ANY: CardRange = CardRange { score: Range::POSITIVE, attainment: Range::ALL };

    fn hull(self, other: CardRange) -> CardRange {
        CardRange { score: self.score.hull(other.score), attainment: self.attainment.hull(other.attainment) }
    }
}

impl<'m> Ranges<'m> {
    /// Where score and attainment of a scorecard's cards lie.
    ///
    /// Weights add up to 100% on every card, so a card lies between its lowest and its highest line; where every line has
    /// one weight and stands on every card, they are added up.
    pub fn card(&self, id: ScorecardId) -> CardRange {
        if let Some(range) = self.cards.borrow().get(&id) {
            return *range;
        }
        let card = &self.model.scorecards[id];
        let sum = self
            .lines_together(&card.lines, Combine::Sum)
            .unwrap_or(LineRange { fraction: Range::SHARE, attainment: Range::SHARE });
        let range = CardRange {
            score: self.score(card, sum.fraction),
            attainment: vetoed(card, sum.attainment.round(4), Dec::ONE),
        };
        self.cards.borrow_mut().insert(id, range);
        range
    }

    fn score(&self, card: &'m Scorecard, fraction: Range) -> Range {
        let mut score = fraction.mul(Range::at(Dec::HUNDRED));
        for adjustment in &card.adjustments {
            let mut points = self.range(&adjustment.value).max(Range::at(Dec::ZERO));
            if let Some(cap) = adjustment.cap {
                points = points.min(Range::at(cap));
            }
            score = if adjustment.deduct { score.sub(points) } else { score.add(points) };
        }
        score = score.max(Range::at(Dec::ZERO));
        if let Some(limit) = card.score_limit {
            score = score.min(Range::at(limit));
        }
        vetoed(card, score.round(2), Dec::HUNDRED)
    }

    /// Several lines made one; none where nothing of them is scored.
    fn lines_together(&self, lines: &'m [Line], combine: Combine) -> Option<LineRange> {
        let scored: Vec<(&ByNumber, WhenMissing, LineRange)> = lines
            .iter()
            .filter_map(|line| Some((line.weight.as_ref()?, line.when_missing, self.line_range(line)?)))
            .collect();
        let hull = scored.iter().map(|(_, _, range)| *range).reduce(LineRange::hull)?;
        if combine == Combine::All {
            return Some(LineRange { fraction: Range::SHARE, ..hull });
        }
        let everywhere = |(weight, missing, _): &(&ByNumber, WhenMissing, LineRange)| {
            weight.as_plain().is_some() && *missing != WhenMissing::Reweight
        };
        let none = lines.iter().any(|line| self.may_be_absent(line));
        if combine != Combine::Sum || none || !scored.iter().all(everywhere) {
            return Some(hull);
        }
        let zero = LineRange { fraction: Range::at(Dec::ZERO), attainment: Range::at(Dec::ZERO) };
        Some(scored.iter().fold(zero, |sum, (weight, _, line)| {
            let weight = Range::at(weight.as_plain().copied().unwrap_or_default());
            LineRange {
                fraction: sum.fraction.add(line.fraction.mul(weight)),
                attainment: sum.attainment.add(line.attainment.mul(weight)),
            }
        }))
    }

    /// Where a line lies as it counts, with what stands for it where it has no data.
    pub(crate) fn line_range(&self, line: &'m Line) -> Option<LineRange> {
        let range = match &line.kind {
            LineKind::Indicator { indicator, scoring, attainment_cap } => {
                self.line(*indicator, scoring, *attainment_cap)
            }
            LineKind::Card(id) => {
                let card = self.card(*id);
                let fraction = card.score.div(Range::at(Dec::HUNDRED));
                LineRange { fraction, attainment: card.attainment }
            }
            LineKind::Group { combine, lines, .. } => self.lines_together(lines, *combine)?,
        };
        Some(match line.when_missing.stands_for() {
            Some(x) => range.hull(LineRange { fraction: Range::at(x), attainment: Range::at(x) }),
            None => range,
        })
    }

    /// Whether a line may not be on a card: some target is `none`.
    fn may_be_absent(&self, line: &Line) -> bool {
        match &line.kind {
            LineKind::Indicator { indicator, .. } => {
                let target = self.indicator(*indicator).and_then(|indicator| indicator.target.as_ref());
                target.is_some_and(|target| target.rows.iter().any(|row| row.value.is_none()))
            }
            LineKind::Card(_) => false,
            LineKind::Group { lines, .. } => lines.iter().any(|line| self.may_be_absent(line)),
        }
    }

    /// The cards that an incentive or a rule is for, together; none if it is for subjects.
    pub(crate) fn cards_of(&self, audience: &Audience) -> Option<CardRange> {
        let Audience::Cards(cards) = audience else { return None };
        cards.iter().map(|id| self.card(*id)).reduce(CardRange::hull)
    }

    /// Where a pay of an incentive lies, by its place, or the total.
    pub fn pay_range(&self, id: IncentiveId, place: Option<u32>) -> Range {
        let incentive = &self.model.incentives[id];
        let zero = Range::at(Dec::ZERO);
        let pay = |pay: &crate::model::Pay| {
            let value = self.range(&pay.value).round_to(pay.round_to, self.model.policy.rounding);
            // Who is not eligible, and whom a veto hits, gets 0; who has several cards may get a part of it.
            value.hull(zero)
        };
        if let Some(place) = place {
            return incentive.pays.get(place as usize).map_or(Range::ALL, pay).or_missing(true);
        }
        let mut total = incentive.pays.iter().map(pay).fold(zero, Range::add);
        if let Some(cap) = &incentive.cap {
            total = total.min(self.range(cap)).hull(zero);
        }
        let floor = incentive.floor.as_ref().map_or(zero, |floor| self.range(floor));
        total.max(floor).hull(total.max(zero)).hull(zero).or_missing(true)
    }
}

/// After the vetoes of a card, on a scale on which `full` is the whole.
fn vetoed(card: &Scorecard, range: Range, full: Dec) -> Range {
    card.vetoes.iter().fold(range, |range, veto| match veto.effect {
        VetoEffect::ScoreZero => range.hull(Range::at(Dec::ZERO)),
        VetoEffect::Cap(points) => {
            let cap = points.mul_div(full, Dec::HUNDRED).ok().flatten().unwrap_or_default();
            range.hull(range.min(Range::at(cap)))
        }
        VetoEffect::PayZero => range,
    })
}

impl Ranges<'_> {
    /// Which bounds of a card's grades can apply.
    pub(crate) fn grades_applying(&self, id: ScorecardId) -> Vec<bool> {
        let rows = self.model.scorecards[id].grade.as_ref().map(grade_bounds).unwrap_or_default();
        super::curves::applying_bounds(rows.iter().map(|row| &row.bound), self.card(id).score).collect()
    }
}
