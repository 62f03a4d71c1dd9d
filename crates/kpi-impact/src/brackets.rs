//! Who crosses from one bracket of a pay to another.

use std::collections::BTreeMap;

use kpi_results::{BracketTable, Run, What};
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::moves::Renames;

/// From one bracket to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Crossing {
    /// The incentive, as the newer version calls it.
    pub incentive: String,
    /// The pay.
    pub pay: String,
    /// The row before, as it is written: `≥ 80%`.
    pub from: String,
    /// The row after.
    pub to: String,
}

/// How many do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Crossed {
    /// The scorecard for whose cards it pays; none for a roster.
    pub scorecard: Option<String>,
    /// From where to where.
    #[serde(flatten)]
    pub crossing: Crossing,
    /// How many cards, or people of a roster in a period.
    pub cards: usize,
}

/// Which tables of two runs are one.
pub(crate) struct Tables<'a> {
    base: &'a [BracketTable],
    head: &'a [BracketTable],
    /// By scorecard and, without one, by incentive: the places of a table in both runs, and among the rows that a card or a pay
    /// has of them.
    pairs: FxHashMap<Key<'a>, Vec<Pair>>,
    counts: BTreeMap<(Option<String>, Crossing), usize>,
}

/// The scorecard, or the incentive for a roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key<'a> {
    Card(&'a str),
    Roster(&'a str),
}

#[derive(Clone, Copy)]
struct Pair {
    /// The table in each run.
    tables: (usize, usize),
    /// The place among the rows of one card.
    places: (usize, usize),
}

impl<'a> Tables<'a> {
    pub fn new(base: &'a Run, head: &'a Run, renames: &'a Renames) -> Tables<'a> {
        let newer = |what: What, name: &'a str| renames.get(&(what, name.to_owned())).map_or(name, String::as_str);
        let old_key = |table: &'a BracketTable| match &table.scorecard {
            Some(card) => Key::Card(newer(What::Scorecard, card)),
            None => Key::Roster(newer(What::Incentive, &table.incentive)),
        };
        let new_key = |table: &'a BracketTable| match &table.scorecard {
            Some(card) => Key::Card(card),
            None => Key::Roster(&table.incentive),
        };
        // A table is known by its pay, and by its number among several of one pay.
        let number = |key: Key<'a>, seen: &mut FxHashMap<Key<'a>, usize>| {
            let slot = seen.entry(key).or_default();
            *slot += 1;
            *slot - 1
        };
        let mut old: FxHashMap<(Key<'a>, &'a str, &'a str, usize), (usize, usize)> = FxHashMap::default();
        let (mut places, mut same) = (FxHashMap::default(), FxHashMap::default());
        for (at, table) in base.brackets.iter().enumerate() {
            let (key, incentive) = (old_key(table), newer(What::Incentive, &table.incentive));
            let nth: &mut usize = same.entry((key, incentive, table.pay.as_str())).or_default();
            old.insert((key, incentive, &table.pay, *nth), (at, number(key, &mut places)));
            *nth += 1;
        }
        let mut pairs: FxHashMap<Key<'a>, Vec<Pair>> = FxHashMap::default();
        let (mut places, mut same) = (FxHashMap::default(), FxHashMap::default());
        for (at, table) in head.brackets.iter().enumerate() {
            let key = new_key(table);
            let nth: &mut usize = same.entry((key, table.incentive.as_str(), table.pay.as_str())).or_default();
            let place = number(key, &mut places);
            if let Some((old, before)) = old.get(&(key, table.incentive.as_str(), table.pay.as_str(), *nth)) {
                pairs.entry(key).or_default().push(Pair { tables: (*old, at), places: (*before, place) });
            }
            *nth += 1;
        }
        Tables { base: &base.brackets, head: &head.brackets, pairs, counts: BTreeMap::new() }
    }

    /// Where somebody crosses, by the rows that were taken; it is counted. A row whose bound has moved, or whose value has changed, is still the same
    /// bracket, unless both have.
    pub fn crossings(&mut self, key: Key<'a>, before: &[Option<u32>], after: &[Option<u32>]) -> Vec<Crossing> {
        let mut found = Vec::new();
        for pair in self.pairs.get(&key).map(Vec::as_slice).unwrap_or_default() {
            let taken = |rows: &[Option<u32>], place: usize| rows.get(place).copied().flatten();
            let rows = taken(before, pair.places.0).zip(taken(after, pair.places.1));
            let tables = self.base.get(pair.tables.0).zip(self.head.get(pair.tables.1));
            let Some(((i, j), (old, new))) = rows.zip(tables) else { continue };
            let Some((from, to)) = old.rows.get(i as usize).zip(new.rows.get(j as usize)) else { continue };
            if from.bound == to.bound || from.value == to.value {
                continue;
            }
            let crossing = Crossing {
                incentive: new.incentive.clone(),
                pay: new.pay.clone(),
                from: from.bound.clone(),
                to: to.bound.clone(),
            };
            *self.counts.entry((new.scorecard.clone(), crossing.clone())).or_default() += 1;
            found.push(crossing);
        }
        found
    }

    /// How many have crossed.
    pub fn counted(self) -> Vec<Crossed> {
        let crossed = |((scorecard, crossing), cards)| Crossed { scorecard, crossing, cards };
        self.counts.into_iter().map(crossed).collect()
    }
}
