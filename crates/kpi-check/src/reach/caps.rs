//! One line's cap that lifts a whole card over a pay bracket.
//!
//! A line of less than half of a card is reported where it reaches its cap and thereby, with every other line at exactly
//! 100%, brings the card over a bracket above 100% of an incentive for it. A heavier line is meant to move its card. Twice as
//! much as a target asks for is an achievement that the usual cap of 200% allows for; so only such lines count whose cap is
//! their own or above the usual, and those with a target of "at most", which an actual of 0 attains to the cap.

use kpi_base::{Span, codes, text};
use kpi_value::Dec;

use super::Reach;
use crate::literals::times_hundred;
use crate::model::{
    Audience, CardField, CompareOp, CurveKind, Expr, ExprKind, Incentive, Line, LineKind, Scorecard, StepBound, Type,
};
use crate::ranges::Bound;

/// The cap of a policy that names none, in percent.
const USUAL: i64 = 200;

/// A bracket of pay by a card's attainment.
struct Bracket {
    from: Dec,
    span: Span,
    name: String,
}

impl<'m> Reach<'m> {
    pub(super) fn check_caps(&mut self) {
        let model = self.model;
        for (_, incentive) in model.incentives.iter() {
            let Audience::Cards(cards) = &incentive.audience else { continue };
            let brackets = self.brackets(incentive);
            if brackets.is_empty() {
                continue;
            }
            for card in cards {
                let card = &model.scorecards[*card];
                for line in &card.lines {
                    self.check_cap(card, line, &brackets);
                }
            }
        }
    }

    fn check_cap(&mut self, card: &'m Scorecard, line: &'m Line, brackets: &[Bracket]) {
        let LineKind::Indicator { indicator, attainment_cap: cap, .. } = &line.kind else { return };
        let half = Dec::percent(50);
        let weights = line.weight.iter().flat_map(|weight| &weight.rows).map(|row| row.value);
        let Some(weight) = weights.filter(|weight| *weight > Dec::ZERO && *weight < half).max() else { return };
        let Some(range) = self.ranges.line_range(line) else { return };
        if range.attainment.high != Bound::Closed(*cap) || *cap <= Dec::ONE {
            return;
        }
        let raised = *cap != self.model.policy.attainment_cap || *cap > Dec::percent(USUAL);
        let targets = self.model.indicators[*indicator].target.iter().flat_map(|target| &target.rows);
        let mut targets = targets.filter_map(|row| row.value.as_ref());
        if !raised && !targets.any(|target| target.higher_is_better() == Some(false)) {
            return;
        }
        // 100% of everything, and beyond that the weight of what the line has more.
        let lifted = cap.sub(Dec::ONE).and_then(|more| more.mul(weight)).and_then(|more| more.add(Dec::ONE));
        let Ok(lifted) = lifted else { return };
        let lifted = lifted.round(4);
        let Some(bracket) = brackets.iter().filter(|bracket| lifted >= bracket.from).min_by_key(|bracket| bracket.from)
        else {
            return;
        };
        let name = self.model.indicators[*indicator].title.name.clone();
        let (row, card_name) = (bracket.name.clone(), card.title.name.clone());
        let percent = |x: Dec| format!("{}%", times_hundred(x));
        let message = text!(
            "`{name}` alone lifts `{card}` over `{row}`: at its cap it makes an attainment of {lifted} of it",
            name,
            card = card_name,
            row,
            lifted = percent(lifted)
        );
        let own = text!(
            "weight {weight}, attainment up to {cap}; all other lines at 100%",
            weight = percent(weight),
            cap = percent(*cap)
        );
        let finding = Self::finding(codes::reach::CAP_LIFTS, message, line.span, own)
            .label(bracket.span, text!("reached by this line alone"));
        // The most that the line may reach and stay below: in whole percent.
        let room = bracket.from.sub(Dec::ONE).ok().and_then(|room| room.div(weight).ok().flatten());
        let most = room.and_then(|room| {
            times_hundred(room).sub(Dec::percent(1)).ok()?.whole_times(Dec::ONE)?.add(Dec::HUNDRED).ok()
        });
        let finding = match most {
            Some(most) => finding.help(text!(
                "limit the line: `attainment cap {most}%` keeps it below the bracket",
                most = most.to_string()
            )),
            None => finding,
        };
        self.report(finding);
    }

    /// The brackets above 100% of a card's attainment by which an incentive pays.
    fn brackets(&self, incentive: &'m Incentive) -> Vec<Bracket> {
        let mut open: Vec<&Expr> =
            incentive.condition.iter().chain(incentive.pays.iter().map(|pay| &pay.value)).collect();
        let mut found = Vec::new();
        while let Some(e) = open.pop() {
            let named = |from: Dec, op: CompareOp| format!("{} {}", op.sign(), self.number(from, Type::RATIO));
            match &e.kind {
                ExprKind::Curve(curve, x) if matches!(x.kind, ExprKind::Card(CardField::Attainment)) => {
                    let CurveKind::Step(rows) = &curve.kind else { continue };
                    for row in rows {
                        let (from, name) = match row.bound {
                            StepBound::Compare(op @ (CompareOp::Ge | CompareOp::Gt), from) => (from, named(from, op)),
                            StepBound::Range(low, ..) => (low, named(low, CompareOp::Ge)),
                            _ => continue,
                        };
                        if from > Dec::ONE {
                            found.push(Bracket { from, span: row.span, name });
                        }
                    }
                }
                _ => open.extend(e.children()),
            }
        }
        found
    }
}
