//! What is wanted of a policy.

use std::collections::BTreeSet;

use kpi_check::model::{Audience, Claim, IncentiveId, IndicatorId, LineKind, Model, Place, RuleId, ScorecardId, Test};
use kpi_value::{Date, Period, PeriodKind};
use serde::Serialize;

/// What is wanted of a policy, and for which periods.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The first period judged, of the policy's kind.
    pub from: Period,
    /// The last period judged.
    pub to: Period,
    /// The last day of which the data tell everything; none for the last that the periods judged, with the weeks that belong
    /// to them, can take rows from.
    pub data_until: Option<Date>,
    /// Which results.
    pub roots: Roots,
}

/// Which results are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Roots {
    /// Scorecards.
    pub scorecards: BTreeSet<ScorecardId>,
    /// Incentives.
    pub incentives: BTreeSet<IncentiveId>,
    /// Rules.
    pub rules: BTreeSet<RuleId>,
    /// Indicators by themselves, whether on a card or not.
    pub indicators: BTreeSet<IndicatorId>,
}

impl Roots {
    /// All that a run shows: every scorecard, incentive and rule. An indicator on no card is not among them.
    pub fn all(model: &Model) -> Roots {
        Roots {
            scorecards: model.scorecards.iter().map(|(id, _)| id).collect(),
            incentives: model.incentives.iter().map(|(id, _)| id).collect(),
            rules: model.rules.iter().map(|(id, _)| id).collect(),
            indicators: BTreeSet::new(),
        }
    }

    /// The kinds of period by which they are judged.
    pub fn kinds(&self, model: &Model) -> BTreeSet<PeriodKind> {
        let scorecards = self.scorecards.iter().map(|id| model.scorecards[*id].period);
        let incentives = self.incentives.iter().map(|id| model.incentives[*id].period);
        let rules = self.rules.iter().map(|id| model.rules[*id].period);
        let indicators = self.indicators.iter().map(|id| model.indicators[*id].period);
        scorecards.chain(incentives).chain(rules).chain(indicators).collect()
    }

    /// Those of them that are judged by a kind of period.
    pub(crate) fn of_kind(&self, model: &Model, kind: PeriodKind) -> Roots {
        let scorecards = self.scorecards.iter().copied().filter(|id| model.scorecards[*id].period == kind);
        let incentives = self.incentives.iter().copied().filter(|id| model.incentives[*id].period == kind);
        let rules = self.rules.iter().copied().filter(|id| model.rules[*id].period == kind);
        let indicators = self.indicators.iter().copied().filter(|id| model.indicators[*id].period == kind);
        Roots {
            scorecards: scorecards.collect(),
            incentives: incentives.collect(),
            rules: rules.collect(),
            indicators: indicators.collect(),
        }
    }

    /// One scorecard with the incentives and rules for it.
    pub fn of_card(model: &Model, card: ScorecardId) -> Roots {
        let for_card = |audience: &Audience| matches!(audience, Audience::Cards(cards) if cards.contains(&card));
        let incentives = model.incentives.iter().filter(|(_, i)| for_card(&i.audience)).map(|(id, _)| id);
        let rules = model.rules.iter().filter(|(_, r)| for_card(&r.audience)).map(|(id, _)| id);
        Roots {
            scorecards: BTreeSet::from([card]),
            incentives: incentives.collect(),
            rules: rules.collect(),
            indicators: BTreeSet::new(),
        }
    }

    /// What a policy test speaks of, and nothing else: its data need not suffice for the rest of the policy.
    pub fn of_test(test: &Test) -> Roots {
        let mut roots = Roots::default();
        for expect in &test.expects {
            match &expect.claim {
                Claim::Compare(place, ..)
                | Claim::Near(place, ..)
                | Claim::Missing(place, _)
                | Claim::Takes(place, _) => {
                    roots.add(place);
                }
                Claim::Incomplete(card, _) | Claim::Because(card, _) | Claim::Vetoed(card, ..) => {
                    roots.scorecards.insert(*card);
                }
                Claim::Rule(rule, _) | Claim::Says(rule, _) => {
                    roots.rules.insert(*rule);
                }
            }
        }
        roots
    }

    /// These with all that they need: the scorecards of incentives and rules, nested scorecards, incentives whose pay a
    /// rule reads.
    #[must_use]
    pub fn closed(mut self, model: &Model) -> Roots {
        for rule in &self.rules {
            add_audience(&mut self.scorecards, &model.rules[*rule].audience);
            let mut open = vec![&model.rules[*rule].condition];
            while let Some(expr) = open.pop() {
                if let kpi_check::model::ExprKind::Pay(incentive, _) = expr.kind {
                    self.incentives.insert(incentive);
                }
                open.extend(expr.children());
            }
        }
        for incentive in &self.incentives {
            add_audience(&mut self.scorecards, &model.incentives[*incentive].audience);
        }
        let mut open: Vec<ScorecardId> = self.scorecards.iter().copied().collect();
        while let Some(card) = open.pop() {
            let mut lines: Vec<_> = model.scorecards[card].lines.iter().collect();
            while let Some(line) = lines.pop() {
                match &line.kind {
                    // A card of a shorter period is scored before, in a stage of its own.
                    LineKind::Card(_) if line.rolled.is_some() => {}
                    LineKind::Card(nested) => {
                        if self.scorecards.insert(*nested) {
                            open.push(*nested);
                        }
                    }
                    LineKind::Group { lines: inner, .. } => lines.extend(inner),
                    LineKind::Indicator { .. } => {}
                }
            }
        }
        self
    }

    fn add(&mut self, place: &Place) {
        match place {
            Place::Card(card, _) | Place::Line(card, ..) | Place::LineWeight(card, _) => {
                self.scorecards.insert(*card);
            }
            Place::Indicator(indicator, _) => {
                self.indicators.insert(*indicator);
            }
            Place::Pay(incentive, _) => {
                self.incentives.insert(*incentive);
            }
        }
    }
}

fn add_audience(cards: &mut BTreeSet<ScorecardId>, audience: &Audience) {
    if let Audience::Cards(ids) = audience {
        cards.extend(ids);
    }
}
