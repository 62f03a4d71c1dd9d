use kpi_value::Dec;

use super::*;

fn pay(cents: i64) -> Amounts {
    Amounts { pay: Dec::int(cents).div(Dec::HUNDRED).unwrap().unwrap(), ..Amounts::default() }
}

/// Pay of a version by which changes it has, in cents.
fn world(pays: impl Fn(&BTreeSet<usize>) -> Option<i64>, kin: &[usize]) -> Attribution {
    let all: BTreeSet<usize> = (0..kin.len()).collect();
    let (base, head) = (pays(&BTreeSet::new()).unwrap(), pays(&all).unwrap());
    let measure = |set: &BTreeSet<usize>| {
        let cents = pays(set)?;
        Some(Measured {
            amounts: pay(cents),
            from_base: usize::from(cents != base),
            to_head: usize::from(cents != head),
        })
    };
    attribute((pay(base), pay(head)), 1, kin, |sets| sets.iter().map(measure).collect())
}

fn sums(found: &Attribution) -> Amounts {
    found.parts.iter().fold(found.joint, |sum, part| sum + part.alone)
}

#[test]
fn what_works_together_is_joint_and_the_parts_add_up() {
    // 1000.10 × 1.1 × 1.05: alone +100.01 and +50.005 → 50.01 (rounded), together 155.0155 → 155.02; so 5.00 is joint.
    let found = world(
        |set| {
            Some(match (set.contains(&0), set.contains(&1)) {
                (false, false) => 100_010,
                (true, false) => 110_011,
                (false, true) => 105_011,
                (true, true) => 115_512,
            })
        },
        &[0, 1],
    );
    assert_eq!(found.parts.iter().map(|part| part.alone).collect::<Vec<_>>(), [pay(10_001), pay(5_001)]);
    assert_eq!(found.parts.iter().map(|part| part.last).collect::<Vec<_>>(), [pay(10_501), pay(5_501)]);
    assert_eq!(found.joint, pay(500));
    assert_eq!(sums(&found), found.total);
    assert_eq!(found.total, pay(15_502));
}

#[test]
fn one_change_needs_no_further_run() {
    let found = attribute((pay(100), pay(90)), 3, &[0], |_| unreachable!());
    assert_eq!(found.parts.len(), 1);
    assert_eq!((found.parts[0].alone, found.parts[0].last, found.parts[0].moves), (pay(-10), pay(-10), 3));
    assert_eq!(found.joint, Amounts::default());
}

#[test]
fn a_change_without_effect_is_told_apart_from_one_that_waits_for_another() {
    // The first moves nothing ever; the second only with the third.
    let found = world(|set| Some(if set.contains(&1) && set.contains(&2) { 150 } else { 100 }), &[0, 1, 2]);
    assert_eq!(found.parts.iter().map(|part| part.without_effect).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!((found.joint, sums(&found)), (pay(50), found.total));
}

#[test]
fn two_weights_that_stand_only_together_are_one_part() {
    // 0 and 1 belong to one declaration, and neither version with one of them is sound.
    let sound = |set: &BTreeSet<usize>| set.contains(&0) == set.contains(&1);
    let pays = |set: &BTreeSet<usize>| {
        sound(set).then(|| 100 + 7 * i64::from(set.contains(&0)) + 20 * i64::from(set.contains(&2)))
    };
    let found = world(pays, &[0, 0, 1]);
    assert_eq!(found.parts.iter().map(|part| part.changes.clone()).collect::<Vec<_>>(), [vec![0, 1], vec![2]]);
    assert_eq!((found.parts[0].alone, found.joint), (pay(7), Amounts::default()));
    assert_eq!(sums(&found), found.total);
}

#[test]
fn what_no_version_has_apart_becomes_one_part_across_declarations() {
    let whole = |set: &BTreeSet<usize>| (set.is_empty() || set.len() == 3).then(|| 100 + set.len() as i64);
    let found = world(whole, &[0, 1, 2]);
    assert_eq!(found.parts.iter().map(|part| part.changes.clone()).collect::<Vec<_>>(), [vec![0, 1, 2]]);
    // Only one of them is broken: it cannot be told from the rest.
    let found = world(|set| (set.len() != 1 || !set.contains(&2)).then_some(100), &[0, 1, 2]);
    assert_eq!(sums(&found), found.total);
}
