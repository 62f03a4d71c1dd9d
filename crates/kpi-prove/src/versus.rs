//! Two versions of a policy beside each other, without data: what of them is equal, what is never less, and what nobody can tell.
//!
//! Expressions are compared part by part, as both versions have them, instead of by the ranges of their results: a value of the newer
//! version is the same as that of the older one, never below it, never above it, or anything. What is rounded keeps its order, and so do
//! sums, products with what is not negative, curves that rise, and marks that are weighed alike. Where the parts say nothing, ranges may
//! ([`crate::Range`]): what always lies below is below.
//!
//! Beside the value stands which version has data. Everything holds for all data that both versions accept and can be judged by; that
//! inputs hang together makes nothing wrong, for both versions are told of the same inputs.
//!
//! Start with `pairs` (what is the same in both), then `expressions`, `goals`, `cards` and `pays`.

mod cards;
mod curves;
mod expressions;
mod goals;
mod pairs;
mod pays;
mod relation;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use kpi_base::{Text, text};
use kpi_check::model::{Audience, IncentiveId, Model, ScorecardId};
use kpi_check::ranges::Ranges;
use kpi_results::Standing;

use crate::cases::Case;
use crate::value::Trend;
use pairs::Pairs;
use relation::Relation;

/// What is compared: a card, or what an incentive pays for a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The scorecard; none for an incentive that has an audience of its own.
    pub card: Option<ScorecardId>,
    /// The incentive; none for the card's own score.
    pub incentive: Option<IncentiveId>,
}

/// What can be said of a result of two versions.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The result in the older version.
    pub base: Place,
    /// The same in the newer one.
    pub head: Place,
    /// How it stands wherever both versions have one.
    pub standing: Standing,
    /// Whether the newer version has a result wherever the older one has.
    pub kept: bool,
    /// Whether it has none where the older one has none.
    pub no_more: bool,
    /// What keeps it from being told; nothing where it is equal.
    pub because: Vec<Text>,
}

impl Compared {
    /// Whether it is the same for all data.
    pub fn is_equal(&self) -> bool {
        self.standing == Standing::Equal && self.kept && self.no_more
    }
}

/// Compares the cards and the pays that both versions have; `renamed` gives the newer name of what has another one.
pub fn versus(base: &Model, head: &Model, renamed: &BTreeMap<String, String>) -> Vec<Compared> {
    let newer = |name: &'_ str| renamed.get(name).cloned().unwrap_or_else(|| name.to_owned());
    let (base_ranges, head_ranges, case) = (Ranges::on_demand(base), Ranges::on_demand(head), Case::default());
    let mut all = Vec::new();
    let mut pairs = Pairs::new((base, &base_ranges), (head, &head_ranges), &case);
    let same_settings = pairs.same_settings();
    for (old, card) in base.scorecards.iter() {
        let name = newer(&card.title.name);
        let Some((new, _)) = head.scorecards.iter().find(|(_, other)| other.title.name == name) else { continue };
        let place = |card| Place { card: Some(card), incentive: None };
        pairs.begin(Some(old), Some(new));
        let result = same_settings.then(|| pairs.card(old, new));
        all.push(told((place(old), place(new)), result.map(|card| card.score), &pairs));
    }
    for (old, incentive) in base.incentives.iter() {
        let name = newer(&incentive.title.name);
        let found = head.incentives.iter().find(|(_, other)| other.title.name == name);
        let Some((new, other)) = found else { continue };
        for (old_card, new_card) in cards_of((base, &incentive.audience), (head, &other.audience), &newer) {
            pairs.begin(old_card, new_card);
            let result = same_settings.then(|| pairs.pay((old, old_card), (new, new_card)));
            let places =
                (Place { card: old_card, incentive: Some(old) }, Place { card: new_card, incentive: Some(new) });
            all.push(told(places, result, &pairs));
        }
    }
    all
}

type CardPair = (Option<ScorecardId>, Option<ScorecardId>);

/// The cards for which both versions of an incentive pay; one pair of none where they pay to a table.
fn cards_of(
    (base, old): (&Model, &Audience),
    (head, new): (&Model, &Audience),
    newer: &dyn Fn(&str) -> String,
) -> Vec<CardPair> {
    match (old, new) {
        (Audience::Cards(old), Audience::Cards(new)) => {
            let partner = |id: &ScorecardId| {
                let name = newer(&base.scorecards[*id].title.name);
                let other = new.iter().find(|other| head.scorecards[**other].title.name == name);
                other.map(|other| (Some(*id), Some(*other)))
            };
            old.iter().filter_map(partner).collect()
        }
        (Audience::Table(..), Audience::Table(..)) => vec![(None, None)],
        _ => Vec::new(),
    }
}

fn told((base, head): (Place, Place), relation: Option<Relation>, pairs: &Pairs<'_>) -> Compared {
    let settings = || vec![text!("the settings of the policy are not the same")];
    let because = if relation.is_some() { pairs.doubts() } else { settings() };
    let relation = relation.unwrap_or(Relation::ANY);
    let standing = match relation.value {
        Trend::Same => Standing::Equal,
        Trend::Up => Standing::NeverLess,
        Trend::Down => Standing::NeverMore,
        Trend::Any => Standing::Open,
    };
    let told = Compared {
        base,
        head,
        standing,
        kept: matches!(relation.data, Trend::Same | Trend::Up),
        no_more: matches!(relation.data, Trend::Same | Trend::Down),
        because,
    };
    if told.is_equal() { Compared { because: Vec::new(), ..told } } else { told }
}
