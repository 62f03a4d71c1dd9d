//! Whether a `by` table says exactly one thing for every combination of its keys.

use kpi_value::Date;
use rustc_hash::FxHashSet;

use super::walk::{Class, Domain, Rows, TooMany, walk};
use crate::counter::{Combination, KeyValue, Part};
use crate::model::Pattern;

/// A key as messages need it.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// What it is called.
    pub name: String,
    /// What it can be.
    pub domain: Domain,
    /// The names of its members, in order; none for dates.
    pub members: Vec<String>,
    /// Whether it is read from a cell that may be empty, so that a table must say what holds then.
    pub optional: bool,
}

/// What is wrong with a table; rows by their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// The first combinations that no row has.
    pub missing: Vec<Combination>,
    /// How many there are.
    pub missing_count: u128,
    /// Whether each of them has a key without data.
    pub only_no_data: bool,
    /// Two rows that both name a combination.
    pub twice: Vec<(usize, usize, Combination)>,
    /// The first day from which on no row applies, with what else that depends on.
    pub ends: Option<(Combination, Date)>,
    /// Rows that never apply, and the first row above that takes from each.
    pub unused: Vec<(usize, Option<usize>)>,
}

/// How many missing combinations are collected.
pub(crate) const COLLECTED: usize = 12;

/// Finds what is missing, named twice or without effect.
///
/// Days before the first date of a table are not asked for: nothing was laid down then, and there is no data. Nor are those behind
/// its last: there the table ends. The rows for which `ranged` holds say when they end: of two of them that hold on one day neither
/// is meant before the other. A key without
/// data is asked for where it is read from a cell that may be empty; what is looked up may always have no data, and the
/// table then has none.
///
/// `limits` say of whom it is asked: where the first rows of all tables of one of the lists apply. It is asked of everybody if
/// there is no list, or one without tables.
pub(crate) fn check_complete(
    keys: &[Key],
    rows: &Rows<'_>,
    limits: &[Vec<Rows<'_>>],
    ranged: &[bool],
) -> Result<Faults, TooMany> {
    let domains: Vec<Domain> = keys.iter().map(|key| key.domain.clone()).collect();
    let mut faults = Faults::default();
    let mut used = vec![false; rows.len()];
    let mut shadows: Vec<Option<usize>> = vec![None; rows.len()];
    let mut pairs: FxHashSet<(usize, usize)> = FxHashSet::default();
    let everybody = limits.iter().any(Vec::is_empty) || limits.is_empty();
    let limits = if everybody { &[] } else { limits };
    let tables: Vec<Rows<'_>> = std::iter::once(rows).chain(limits.iter().flatten()).cloned().collect();
    walk(&domains, &tables, &mut |leaf| {
        let Some(applying) = leaf.rows.first() else { return };
        let Some((&first, others)) = applying.split_first() else {
            let mut chosen = leaf.rows.iter().skip(1).map(|rows| rows.first() == Some(&0));
            // Every list takes its own.
            let someone = limits.iter().fold(everybody, |someone, list| {
                let here = chosen.by_ref().take(list.len()).filter(|one| !one).count() == 0;
                someone || here
            });
            let ended = |day| {
                let mut rows = rows.iter().zip(ranged).filter(|(_, range)| **range);
                rows.any(|(row, _)| ends_on(row, leaf.classes, day))
            };
            if let Some(end) = end_of(keys, leaf.classes).filter(|(_, day)| someone && ended(*day)) {
                if faults.ends.as_ref().is_none_or(|(_, first)| end.1 < *first) {
                    faults.ends = Some(end);
                }
                return;
            }
            let asked = someone
                && keys.iter().zip(leaf.classes).all(|(key, class)| match class {
                    Class::Missing => key.optional,
                    Class::Before(_) => false,
                    _ => true,
                });
            if asked {
                let no_data = leaf.classes.iter().any(|class| matches!(class, Class::Missing));
                faults.only_no_data = no_data && (faults.missing_count == 0 || faults.only_no_data);
                let room = COLLECTED.saturating_sub(faults.missing.len());
                faults.missing.extend(combinations(keys, leaf.classes, room));
                faults.missing_count = faults.missing_count.saturating_add(count(keys, leaf.classes));
            }
            return;
        };
        if let Some(used) = used.get_mut(first) {
            *used = true;
        }
        for &other in others {
            if let Some(shadow) = shadows.get_mut(other) {
                shadow.get_or_insert(first);
            }
            let is_range = |row: usize| ranged.get(row).copied().unwrap_or(false);
            let both_ranges = is_range(first) && is_range(other);
            if explicit_twice(rows, first, other, both_ranges) && pairs.insert((first, other)) {
                faults.twice.push((first, other, combinations(keys, leaf.classes, 1).pop().unwrap_or_default()));
            }
        }
    })?;
    let named_twice: FxHashSet<usize> = faults.twice.iter().map(|(_, row, _)| *row).collect();
    let unused = used.iter().zip(&shadows).enumerate().filter(|(row, (used, _))| !**used && !named_twice.contains(row));
    faults.unused = unused.map(|(row, (_, shadow))| (row, *shadow)).collect();
    Ok(faults)
}

/// Whether two rows that apply to one combination both name it: a row with `_` is a fallback, and of two dates the later
/// one is meant.
fn explicit_twice(rows: &Rows<'_>, a: usize, b: usize, ranges: bool) -> bool {
    let (Some(a), Some(b)) = (rows.get(a), rows.get(b)) else { return false };
    !a.is_empty()
        && a.iter().zip(b).all(|pair| match pair {
            (Pattern::Members(_), Pattern::Members(_)) => true,
            (Pattern::Dates(..), Pattern::Dates(..)) if ranges => true,
            (Pattern::Dates(a, None), Pattern::Dates(b, None)) => a == b,
            (Pattern::Dates(a, a_before), Pattern::Dates(b, b_before)) => a == b && a_before == b_before,
            _ => false,
        })
}

/// Whether a row held for some of such classes, up to this day.
fn ends_on(row: &[&Pattern], classes: &[Class], day: Date) -> bool {
    row.iter().zip(classes).all(|pair| match pair {
        (Pattern::Dates(_, before), Class::Dates(..)) => *before == Some(day),
        // What never had a row is missing before that day as well.
        (Pattern::Members(of_row), Class::Members(members)) => members.iter().any(|member| of_row.contains(member)),
        (Pattern::Any, _) | (_, Class::Any) => true,
        _ => false,
    })
}

/// Where classes lie behind all dates of a table: the first day of that, and the other keys.
fn end_of(keys: &[Key], classes: &[Class]) -> Option<(Combination, Date)> {
    let mut day = None;
    let mut others = Vec::new();
    for (key, class) in keys.iter().zip(classes) {
        match class {
            Class::Dates(from, None) => day = Some(*from),
            // A cell that may be empty is another matter.
            Class::Missing => return None,
            Class::Before(_) => return None,
            class => others.extend(value(key, class).map(|value| Part { key: key.name.clone(), value })),
        }
    }
    Some((Combination { parts: others }, day?))
}

/// How many combinations a class of them holds; stretches of time count as one.
fn count(keys: &[Key], classes: &[Class]) -> u128 {
    let sizes = keys.iter().zip(classes).map(|(key, class)| match class {
        Class::Members(members) => members.len(),
        Class::Any => (key.members.len() + usize::from(key.optional)).max(1),
        _ => 1,
    });
    sizes.fold(1u128, |all, size| all.saturating_mul(size as u128))
}

/// The first combinations of a class, each with a value for every key.
fn combinations(keys: &[Key], classes: &[Class], most: usize) -> Vec<Combination> {
    let mut found = vec![Combination::default()];
    for (key, class) in keys.iter().zip(classes) {
        let member = |m: &String| Some(KeyValue::Member(m.clone()));
        let values: Vec<Option<KeyValue>> = match class {
            Class::Any if !key.members.is_empty() => {
                let no_data = key.optional.then_some(Some(KeyValue::NoData));
                key.members.iter().map(member).chain(no_data).take(most).collect()
            }
            Class::Members(members) => {
                members.iter().take(most).map(|m| key.members.get(*m as usize).and_then(member)).collect()
            }
            _ => vec![value(key, class)],
        };
        let mut longer = Vec::new();
        for combination in &found {
            for value in &values {
                let mut combination: Combination = combination.clone();
                let part = |value| Part { key: key.name.clone(), value };
                combination.parts.extend(value.clone().map(part));
                longer.push(combination);
            }
        }
        longer.truncate(most);
        found = longer;
    }
    found
}

/// One combination of a class, with the keys that it depends on.
pub(crate) fn one_of(keys: &[Key], classes: &[Class]) -> Combination {
    let parts = keys.iter().zip(classes).filter_map(|(key, class)| {
        let part = |value| Part { key: key.name.clone(), value };
        value(key, class).map(part)
    });
    Combination { parts: parts.collect() }
}

/// One value of a class; none where the key decides nothing.
fn value(key: &Key, class: &Class) -> Option<KeyValue> {
    match class {
        Class::Any => None,
        Class::Members(members) => key.members.get(*members.first()? as usize).cloned().map(KeyValue::Member),
        Class::Missing => Some(KeyValue::NoData),
        Class::Before(date) => Some(KeyValue::Before(*date)),
        Class::Dates(from, before) => Some(KeyValue::Dates(*from, *before)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(members: &[&str], missing: bool) -> Key {
        let members: Vec<String> = members.iter().map(|m| (*m).to_owned()).collect();
        Key { name: "k".to_owned(), domain: Domain::Members(members.len() as u32, missing), members, optional: false }
    }

    fn m(members: &[u32]) -> Pattern {
        Pattern::Members(members.to_vec())
    }

    fn check(keys: &[Key], rows: &[Vec<Pattern>]) -> Faults {
        let rows: Rows<'_> = rows.iter().map(|row| row.iter().collect()).collect();
        check_complete(keys, &rows, &[], &[]).unwrap()
    }

    fn words(combinations: &[Combination]) -> Vec<String> {
        combinations.iter().map(|c| c.words().to_string()).collect()
    }

    #[test]
    fn every_missing_combination_is_named() {
        let keys = [key(&["a", "b", "c"], false), key(&["x", "y"], false)];
        let faults = check(&keys, &[vec![m(&[0]), m(&[0])], vec![m(&[1]), Pattern::Any]]);
        assert_eq!(words(&faults.missing), ["k = a, k = y", "k = c, k = x", "k = c, k = y"]);
        assert_eq!(faults.missing_count, 3);
        let whole = [vec![m(&[0]), m(&[0])], vec![Pattern::Any, Pattern::Any]];
        assert_eq!(check(&keys, &whole), Faults::default());
    }

    #[test]
    fn rows_without_effect_and_rows_named_twice_are_told_apart() {
        let keys = [key(&["a", "b"], false)];
        let faults = check(&keys, &[vec![m(&[0])], vec![m(&[1])], vec![Pattern::Any]]);
        assert_eq!(faults.unused, [(2, Some(0))]);
        let faults = check(&keys, &[vec![m(&[0])], vec![m(&[0, 1])]]);
        assert_eq!(
            faults.twice.iter().map(|(a, b, c)| (*a, *b, c.words().to_string())).collect::<Vec<_>>(),
            [(0, 1, "k = a".to_owned())]
        );
        let faults = check(&keys, &[vec![Pattern::Any], vec![m(&[1])]]);
        assert_eq!((faults.unused, faults.twice), (vec![(1, Some(0))], vec![]));
    }

    #[test]
    fn a_key_that_may_have_no_data_gives_else_something_to_do() {
        let keys = [key(&["a", "b"], true)];
        let faults = check(&keys, &[vec![m(&[0])], vec![m(&[1])], vec![Pattern::Any]]);
        assert_eq!(faults, Faults::default());
        assert_eq!(check(&keys, &[vec![m(&[0, 1])]]), Faults::default());
    }

    #[test]
    fn a_key_whose_cell_may_be_empty_needs_a_row_for_that() {
        let keys = [Key { optional: true, ..key(&["a", "b"], true) }];
        assert_eq!(words(&check(&keys, &[vec![m(&[0, 1])]]).missing), ["k = no data"]);
        assert_eq!(check(&keys, &[vec![m(&[0, 1])], vec![Pattern::Any]]), Faults::default());
        let keys = [key(&["x", "y"], false), keys[0].clone()];
        let faults = check(&keys, &[vec![m(&[0]), m(&[0, 1])], vec![m(&[1]), Pattern::Any]]);
        assert_eq!(words(&faults.missing), ["k = x, k = no data"]);
        let faults = check(&keys, &[vec![m(&[0]), Pattern::Any]]);
        assert_eq!(words(&faults.missing), ["k = y, k = a", "k = y, k = b", "k = y, k = no data"]);
        assert_eq!(faults.missing_count, 3);
    }

    #[test]
    fn a_gap_between_dates_is_named_and_the_time_before_all_is_not() {
        let (jan, mar) = (Date::new(2026, 1, 1).unwrap(), Date::new(2026, 3, 1).unwrap());
        let keys = [
            Key { name: "date".to_owned(), domain: Domain::Dates(vec![jan, mar]), members: vec![], optional: false },
            key(&["a", "b"], false),
        ];
        let faults = check(
            &keys,
            &[vec![Pattern::Dates(mar, None), Pattern::Any], vec![Pattern::Dates(jan, Some(mar)), m(&[0])]],
        );
        assert_eq!(words(&faults.missing), ["from 2026-01 to 2026-02, k = b"]);
        assert_eq!((faults.twice, faults.unused), (vec![], vec![]));
    }

    #[test]
    fn a_large_grid_is_checked_row_by_row() {
        let names: Vec<String> = (0..1000).map(|i| format!("m{i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let keys = [key(&names, false), key(&names[..100], false)];
        let mut rows: Vec<Vec<Pattern>> = Vec::new();
        for a in 0..1000 {
            for b in 0..100 {
                rows.push(vec![m(&[a]), m(&[b])]);
            }
        }
        rows.pop();
        let faults = check(&keys, &rows);
        assert_eq!(words(&faults.missing), ["k = m999, k = m99"]);
    }
}
