//! What share of a card's weight some of its indicators have, under every combination of what weights and targets depend on.
//!
//! An indicator counts where it is on the card: where its target is not `none` and its weight is not 0%. Its share is the product
//! of its own weight and of those around it.

use kpi_value::Dec;

use crate::by_tables::complete::one_of;
use crate::by_tables::space::Space;
use crate::by_tables::walk::{Rows, walk};
use crate::certain::certain;
use crate::counter::Combination;
use crate::model::{
    Arena, ByNumber, ByTable, Dimension, Indicator, IndicatorId, Line, LineKind, Model, Scorecard, ScorecardId, Table,
    Target,
};
use crate::scorecards::lines::presence;
use crate::scorecards::weights::Presence;

/// The weights depend on more combinations than can be gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// What some indicators of a card weigh under one combination.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Under which; empty where nothing decides.
    pub combination: Combination,
    /// The share of those that were asked for, 0 to 1.
    pub picked: Dec,
    /// The share of all that are on the card.
    pub all: Dec,
}

/// What the indicators of a card weigh that `pick` takes, under every combination; by classes of combinations that no weight and
/// no target tells apart.
///
/// # Errors
/// [`TooMany`] where the weights depend on too much.
pub fn shares(model: &Model, card: ScorecardId, pick: &dyn Fn(&Indicator) -> bool) -> Result<Vec<Share>, TooMany> {
    let of = Of {
        dimensions: &model.dimensions,
        tables: &model.tables,
        scorecards: &model.scorecards,
        indicator: &|id| Some(&model.indicators[id]),
    };
    let entries = of.entries(card);
    let mut found = Vec::new();
    of.walk(card, &entries, &mut |combination, on_card| {
        let sum = |entries: &mut dyn Iterator<Item = &(&Entry<'_>, Dec)>| {
            entries.fold(Dec::ZERO, |sum, (_, share)| sum.add(*share).unwrap_or(sum))
        };
        let picked = sum(&mut on_card.iter().filter(|(entry, _)| pick(entry.indicator)));
        found.push(Share { combination: combination(), picked, all: sum(&mut on_card.iter()) });
    })?;
    Ok(found)
}

/// The parts of a model, finished or not, that shares are read from.
pub(crate) struct Of<'m> {
    pub dimensions: &'m Arena<Dimension>,
    pub tables: &'m Arena<Table>,
    pub scorecards: &'m Arena<Scorecard>,
    pub indicator: &'m dyn Fn(IndicatorId) -> Option<&'m Indicator>,
}

/// An indicator of a card, however deep.
pub(crate) struct Entry<'m> {
    /// The indicator.
    pub indicator: &'m Indicator,
    /// Its name, and those of the groups and cards around it.
    pub names: Vec<String>,
    /// The weights around it and its own: what it has of the card is their product.
    weights: Vec<&'m ByNumber>,
    /// Where it is judged: where one of these is, or everywhere if there is none.
    judged: Vec<ByTable<bool>>,
}

/// What is told of one combination: how to name it, and the indicators that are on the card, with their shares.
pub(crate) type Visit<'v, 'm> = dyn FnMut(&dyn Fn() -> Combination, &[(&Entry<'m>, Dec)]) + 'v;

impl<'m> Of<'m> {
    /// The indicators of the lines that are scored.
    pub fn entries(&self, card: ScorecardId) -> Vec<Entry<'m>> {
        let mut entries = Vec::new();
        self.gather(&self.scorecards[card].lines, &mut Vec::new(), &mut Vec::new(), &mut entries);
        entries
    }

    /// The indicators of lines that are scored, `weights` and `names` being those around them.
    fn gather(
        &self,
        lines: &'m [Line],
        weights: &mut Vec<&'m ByNumber>,
        names: &mut Vec<String>,
        entries: &mut Vec<Entry<'m>>,
    ) {
        for line in lines {
            let Some(weight) = &line.weight else { continue };
            weights.push(weight);
            match &line.kind {
                LineKind::Indicator { indicator, .. } => {
                    if let Some(indicator) = (self.indicator)(*indicator) {
                        let mut names = names.clone();
                        names.push(indicator.title.name.clone());
                        entries.push(Entry {
                            weights: weights.clone(),
                            judged: self.judged(indicator),
                            names,
                            indicator,
                        });
                    }
                }
                LineKind::Card(card) => {
                    let card = &self.scorecards[*card];
                    names.push(card.title.name.clone());
                    self.gather(&card.lines, weights, names, entries);
                    names.pop();
                }
                LineKind::Group { title, lines, .. } => {
                    names.push(title.name.clone());
                    self.gather(lines, weights, names, entries);
                    names.pop();
                }
            }
            weights.pop();
        }
    }

    /// Where an indicator is judged; nothing where that is everywhere.
    fn judged(&self, indicator: &Indicator) -> Vec<ByTable<bool>> {
        let table = |target: Option<ByTable<Option<Target>>>| match presence(target) {
            Presence::Table(table) => Some(table),
            _ => None,
        };
        match &indicator.parts {
            None => table(indicator.target.clone()).into_iter().collect(),
            Some(parts) => {
                let parts = parts.parts.iter().filter_map(|part| (self.indicator)(*part));
                parts.map(|part| table(part.target.clone())).collect::<Option<_>>().unwrap_or_default()
            }
        }
    }

    /// Goes through every combination of what the weights and targets of these indicators of a card depend on, but those that the
    /// card's `where` rules out.
    pub fn walk(&self, card: ScorecardId, entries: &[Entry<'m>], visit: &mut Visit<'_, 'm>) -> Result<(), TooMany> {
        let mut space = Space::default();
        let numbers: Vec<&ByNumber> = entries.iter().flat_map(|entry| entry.weights.iter().copied()).collect();
        let judged: Vec<&ByTable<bool>> = entries.iter().flat_map(|entry| &entry.judged).collect();
        numbers.iter().for_each(|table| space.add(table, self.dimensions, self.tables));
        judged.iter().for_each(|table| space.add(table, self.dimensions, self.tables));
        // What is certain of something that decides nothing here need not be named.
        let condition = self.scorecards[card].condition.as_ref();
        let certain = condition.map_or_else(Vec::new, |condition| certain(condition, self.dimensions));
        let own: Vec<ByTable<bool>> = certain.iter().map(|certain| certain.table(true, false)).collect();
        let own: Vec<&ByTable<bool>> = own.iter().filter(|table| space.has(table)).collect();
        let mut rows: Vec<Rows<'_>> = numbers.iter().map(|table| space.rows(table)).collect();
        rows.extend(judged.iter().chain(&own).map(|table| space.rows(table)));
        let (keys, first_own) = (space.keys(), numbers.len() + judged.len());
        walk(&space.domains(), &rows, &mut |leaf| {
            let row = |place: usize| leaf.rows.get(place).and_then(|rows| rows.first()).copied();
            let holds = |(at, table): (usize, &&ByTable<bool>)| {
                row(first_own + at).and_then(|row| table.rows.get(row)).is_some_and(|row| row.value)
            };
            if !own.iter().enumerate().all(holds) {
                return;
            }
            let (mut number, mut presence) = (0, numbers.len());
            let mut on_card = Vec::new();
            for entry in entries {
                let mut share = Some(Dec::ONE);
                for table in &entry.weights {
                    let own = row(number).and_then(|row| table.rows.get(row)).map(|row| row.value);
                    share = share.zip(own).and_then(|(share, own)| share.mul(own).ok());
                    number += 1;
                }
                let mut judged = entry.judged.is_empty();
                for table in &entry.judged {
                    judged |= row(presence).and_then(|row| table.rows.get(row)).is_some_and(|row| row.value);
                    presence += 1;
                }
                // Nobody has a card where a key has no data and no row takes that.
                let Some(share) = share else { return };
                if judged && !share.is_zero() {
                    on_card.push((entry, share));
                }
            }
            visit(&|| one_of(&keys, leaf.classes), &on_card);
        })
        .map_err(|_| TooMany)
    }
}
