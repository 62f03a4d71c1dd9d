//! Who reads a declaration, directly or by others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::members::EACH_SCORECARD;
use crate::{Declaration, Role};

/// Which declarations read which names. It goes by names alone: a column called as an indicator makes a reader too many, never one
/// too few.
#[derive(Debug, Default)]
pub struct Readers<'a> {
    by_name: BTreeMap<&'a str, Vec<&'a Declaration>>,
    scorecards: BTreeSet<&'a str>,
}

impl<'a> Readers<'a> {
    /// Notes that a declaration reads names.
    pub fn add(&mut self, reader: &'a Declaration, names: &'a BTreeSet<String>) {
        // A test or a requirement hangs on nothing that counts.
        if matches!(reader.role, Role::Test | Role::Require | Role::Prove | Role::Goal) {
            return;
        }
        for name in names.iter().filter(|name| **name != reader.name) {
            self.by_name.entry(name).or_default().push(reader);
        }
        if reader.role == Role::Scorecard {
            self.scorecards.insert(&reader.name);
        }
    }

    /// Everything that hangs on a name: indicators first, then cards, pay, rules, and last what is between.
    pub fn of(&self, name: &str) -> Vec<Declaration> {
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::from([name]));
        let mut next = VecDeque::from([name]);
        while let Some(name) = next.pop_front() {
            let of_each = if self.scorecards.contains(&name) { EACH_SCORECARD } else { "" };
            for reader in [name, of_each].into_iter().filter_map(|name| self.by_name.get(name)).flatten() {
                found.insert(*reader);
                if seen.insert(reader.name.as_str()) {
                    next.push_back(&reader.name);
                }
            }
        }
        let told = |reader: &&&Declaration| {
            matches!(reader.role, Role::Indicator | Role::Scorecard | Role::Incentive | Role::Rule)
        };
        found.iter().filter(told).map(|reader| (*reader).clone()).collect()
    }
}
