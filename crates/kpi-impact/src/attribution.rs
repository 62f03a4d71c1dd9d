//! What each of several changes has done to the whole.
//!
//! A change has two measures: *alone* on the older version, and *last*, on top of all others. Where they are equal, the change does the same whatever
//! the others do. Where they differ, changes work together, and what is left of the total when each has its own is *joint*.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use crate::Amounts;

/// What became of a version that has some of the changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Its sums and counts.
    pub amounts: Amounts,
    /// How many cards, pays and rules are other than in the older version.
    pub from_base: usize,
    /// How many are other than in the newer version.
    pub to_head: usize,
}

/// What changes have done, one by one and together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Attribution {
    /// The parts, in the order of the changes.
    pub parts: Vec<Part>,
    /// What is left: it hangs on several of the changes together.
    pub joint: Amounts,
    /// From the older version to the newer one: [`Part::alone`] of all parts and [`Attribution::joint`] add up to it, exactly.
    pub total: Amounts,
}

/// A change, or several that no version has one without the other, such as two weights that add up to 100%.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The places of the changes, as they were given.
    pub changes: Vec<usize>,
    /// By how much the older version changes with it.
    pub alone: Amounts,
    /// By how much the newer version changes when it comes last.
    pub last: Amounts,
    /// How many cards, pays and rules the older version changes with it.
    pub moves: usize,
    /// Whether it moves nothing in these data, alone and last.
    pub without_effect: bool,
}

/// Measures `count` changes. `kin` says which changes belong to one declaration; `measure` tries the older version with the changes
/// at each of these sets of places, none where that version is not sound. It is asked for many versions at once, and once for each, never for both ends, which are
/// given.
pub fn attribute(
    (base, head): (Amounts, Amounts),
    moved: usize,
    kin: &[usize],
    mut measure: impl FnMut(&[BTreeSet<usize>]) -> Vec<Option<Measured>>,
) -> Attribution {
    let all: BTreeSet<usize> = (0..kin.len()).collect();
    let mut known: HashMap<BTreeSet<usize>, Option<Measured>> = HashMap::from([
        (BTreeSet::new(), Some(Measured { amounts: base, from_base: 0, to_head: moved })),
        (all.clone(), Some(Measured { amounts: head, from_base: moved, to_head: 0 })),
    ]);
    let mut groups: Vec<BTreeSet<usize>> = all.iter().map(|place| BTreeSet::from([*place])).collect();
    loop {
        let rest = |group: &BTreeSet<usize>| -> BTreeSet<usize> { all.difference(group).copied().collect() };
        let mut wanted: Vec<BTreeSet<usize>> = groups.iter().flat_map(|group| [group.clone(), rest(group)]).collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|set| !known.contains_key(set));
        if !wanted.is_empty() {
            let found = measure(&wanted);
            known.extend(wanted.into_iter().zip(found));
        }
        let mut parts = Vec::with_capacity(groups.len());
        let mut broken = Vec::new();
        for (n, group) in groups.iter().enumerate() {
            let ask = |set: &BTreeSet<usize>| known.get(set).copied().flatten();
            match (ask(group), ask(&rest(group))) {
                (Some(alone), Some(rest)) => parts.push(Part {
                    changes: group.iter().copied().collect(),
                    alone: alone.amounts - base,
                    last: head - rest.amounts,
                    moves: alone.from_base,
                    without_effect: alone.from_base == 0 && rest.to_head == 0,
                }),
                _ => broken.push(n),
            }
        }
        if broken.is_empty() {
            let total = head - base;
            let own = parts.iter().fold(Amounts::default(), |sum, part| sum + part.alone);
            return Attribution { parts, joint: total - own, total };
        }
        groups = merged(&groups, &broken, kin);
    }
}

/// Puts together what is not sound by itself: first with what belongs to the same declaration, and if that is not enough all of it; at
/// last everything is one, and that is the newer version.
fn merged(groups: &[BTreeSet<usize>], broken: &[usize], kin: &[usize]) -> Vec<BTreeSet<usize>> {
    let of = |group: &BTreeSet<usize>| group.first().and_then(|first| kin.get(*first)).copied();
    let wanted: BTreeSet<Option<usize>> = broken.iter().filter_map(|n| groups.get(*n)).map(of).collect();
    let mut by_kin: BTreeMap<Option<usize>, BTreeSet<usize>> = BTreeMap::new();
    let mut rest = Vec::new();
    for group in groups {
        if wanted.contains(&of(group)) {
            by_kin.entry(of(group)).or_default().extend(group);
        } else {
            rest.push(group.clone());
        }
    }
    if by_kin.len() + rest.len() < groups.len() {
        rest.extend(by_kin.into_values());
    } else if let [_] = broken {
        rest = vec![groups.iter().flatten().copied().collect()];
    } else {
        rest.push(by_kin.into_values().flatten().collect());
    }
    rest.sort();
    rest
}

#[cfg(test)]
mod tests;
