//! Whether a `by` table says exactly one thing for every combination of its keys.

use std::fmt::Write as _;

use super::walk::{Class, Domain, Rows, TooMany, walk};
use crate::model::Pattern;

/// A key as messages need it.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// What it can be.
    pub domain: Domain,
    /// The names of its members, in order; none for dates.
    pub members: Vec<String>,
}

/// What is wrong with a table; rows by their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// The first combinations that no row has.
    pub missing: Vec<String>,
    /// How many there are.
    pub missing_count: u128,
    /// Two rows that both name a combination.
    pub twice: Vec<(usize, usize, String)>,
    /// Rows that never apply, and the first row above that takes from each.
    pub unused: Vec<(usize, Option<usize>)>,
}

/// How many missing combinations a message lists.
const LISTED: usize = 5;

/// Finds what is missing, named twice or without effect.
///
/// Days before the first date of a table are not asked for: nothing was laid down then, and there is no data. Nor is a key
/// without data.
pub(crate) fn check_complete(keys: &[Key], rows: &Rows<'_>) -> Result<Faults, TooMany> {
    let domains: Vec<Domain> = keys.iter().map(|key| key.domain.clone()).collect();
    let mut faults = Faults::default();
    let mut used = vec![false; rows.len()];
    let mut shadows: Vec<Option<usize>> = vec![None; rows.len()];
    let tables = [rows.clone()];
    walk(&domains, &tables, &mut |leaf| {
        let Some(applying) = leaf.rows.first() else { return };
        let Some((&first, others)) = applying.split_first() else {
            if !leaf.classes.iter().any(|c| matches!(c, Class::Missing | Class::Before(_))) {
                let room = LISTED.saturating_sub(faults.missing.len());
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
            let known = faults.twice.iter().any(|(a, b, _)| (*a, *b) == (first, other));
            if !known && explicit_twice(rows, first, other) {
                faults.twice.push((first, other, combinations(keys, leaf.classes, 1).pop().unwrap_or_default()));
            }
        }
    })?;
    let named_twice: Vec<usize> = faults.twice.iter().map(|(_, row, _)| *row).collect();
    let unused = used.iter().zip(&shadows).enumerate().filter(|(row, (used, _))| !**used && !named_twice.contains(row));
    faults.unused = unused.map(|(row, (_, shadow))| (row, *shadow)).collect();
    Ok(faults)
}

/// Whether two rows that apply to one combination both name it: a row with `_` is a fallback, and of two dates the later
/// one is meant.
fn explicit_twice(rows: &Rows<'_>, a: usize, b: usize) -> bool {
    let (Some(a), Some(b)) = (rows.get(a), rows.get(b)) else { return false };
    !a.is_empty()
        && a.iter().zip(b).all(|pair| match pair {
            (Pattern::Members(_), Pattern::Members(_)) => true,
            (Pattern::Dates(a, _), Pattern::Dates(b, _)) => a == b,
            _ => false,
        })
}

/// How many combinations a class of them holds; stretches of time count as one.
fn count(keys: &[Key], classes: &[Class]) -> u128 {
    let sizes = keys.iter().zip(classes).map(|(key, class)| match class {
        Class::Members(members) => members.len(),
        Class::Any => key.members.len().max(1),
        _ => 1,
    });
    sizes.fold(1u128, |all, size| all.saturating_mul(size as u128))
}

/// The first combinations of a class, as an author would write them.
pub(crate) fn combinations(keys: &[Key], classes: &[Class], most: usize) -> Vec<String> {
    let mut texts = vec![String::new()];
    for (place, (key, class)) in keys.iter().zip(classes).enumerate() {
        let parts: Vec<String> = match class {
            Class::Members(members) => members.iter().take(most).map(|m| member(key, *m)).collect(),
            Class::Any if !key.members.is_empty() => key.members.iter().take(most).cloned().collect(),
            Class::Any => vec!["_".to_owned()],
            Class::Missing => vec!["no data".to_owned()],
            Class::Before(date) => vec![format!("before {date}")],
            Class::Dates(from, _) => vec![format!("from {from}")],
        };
        let mut longer = Vec::new();
        for text in &texts {
            for part in &parts {
                let mut text = text.clone();
                let _ = write!(text, "{}{part}", if place == 0 { "" } else { ", " });
                longer.push(text);
            }
        }
        longer.truncate(most);
        texts = longer;
    }
    texts
}

fn member(key: &Key, member: u32) -> String {
    key.members.get(member as usize).cloned().unwrap_or_default()
}

/// A list for a message: "`a`, `b` and 3 more".
pub(crate) fn list(texts: &[String], count: u128) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
    let more = count.saturating_sub(texts.len() as u128);
    match (quoted.split_last(), more) {
        (Some((last, [])), 0) => last.clone(),
        (Some((last, rest)), 0) => format!("{} and {last}", rest.join(", ")),
        _ => format!("{} and {more} more", quoted.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use kpi_value::Date;

    use super::*;

    fn key(members: &[&str], missing: bool) -> Key {
        let members: Vec<String> = members.iter().map(|m| (*m).to_owned()).collect();
        Key { domain: Domain::Members(members.len() as u32, missing), members }
    }

    fn m(members: &[u32]) -> Pattern {
        Pattern::Members(members.to_vec())
    }

    fn check(keys: &[Key], rows: &[Vec<Pattern>]) -> Faults {
        let rows: Rows<'_> = rows.iter().map(|row| row.iter().collect()).collect();
        check_complete(keys, &rows).unwrap()
    }

    #[test]
    fn every_missing_combination_is_named() {
        let keys = [key(&["a", "b", "c"], false), key(&["x", "y"], false)];
        let faults = check(&keys, &[vec![m(&[0]), m(&[0])], vec![m(&[1]), Pattern::Any]]);
        assert_eq!(faults.missing, ["a, y", "c, x", "c, y"]);
        assert_eq!(faults.missing_count, 3);
        assert_eq!(list(&faults.missing, 3), "`a, y`, `c, x` and `c, y`");
        assert_eq!(list(&faults.missing, 5), "`a, y`, `c, x`, `c, y` and 2 more");
        let whole = [vec![m(&[0]), m(&[0])], vec![Pattern::Any, Pattern::Any]];
        assert_eq!(check(&keys, &whole), Faults::default());
    }

    #[test]
    fn rows_without_effect_and_rows_named_twice_are_told_apart() {
        let keys = [key(&["a", "b"], false)];
        let faults = check(&keys, &[vec![m(&[0])], vec![m(&[1])], vec![Pattern::Any]]);
        assert_eq!(faults.unused, [(2, Some(0))]);
        let faults = check(&keys, &[vec![m(&[0])], vec![m(&[0, 1])]]);
        assert_eq!(faults.twice, [(0, 1, "a".to_owned())]);
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
    fn a_gap_between_dates_is_named_and_the_time_before_all_is_not() {
        let (jan, mar) = (Date::new(2026, 1, 1).unwrap(), Date::new(2026, 3, 1).unwrap());
        let keys = [Key { domain: Domain::Dates(vec![jan, mar]), members: vec![] }, key(&["a", "b"], false)];
        let faults = check(
            &keys,
            &[vec![Pattern::Dates(mar, None), Pattern::Any], vec![Pattern::Dates(jan, Some(mar)), m(&[0])]],
        );
        assert_eq!(faults.missing, ["from 2026-01-01, b"]);
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
        assert_eq!(faults.missing, ["m999, m99"]);
    }
}
