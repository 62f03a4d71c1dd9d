//! One change at a time, as it is told in both languages, and versions with some of several changes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod support;

use std::collections::BTreeSet;

use kpi_base::Language;
use kpi_diff::{Matter, apply, units};
use support::{POLICY, Version, diff, line, lines, replaced};

#[test]
fn one_change_of_each_kind() {
    let cases = [
        ("growth: ≥ 45s", "growth: ≥ 50s"),
        ("growth: ≥ 45s", "growth: none"),
        ("watch_time     weight 30%", "watch_time     weight 35%"),
        ("≥ 80%: 100%", "≥ 85%: 100%"),
        ("100%: 100%, 120%: 150%", "100%: 100%, 110%: 120%, 120%: 150%"),
        ("level == severe) > 0", "level == severe) > 1"),
        ("sum(live.watched) ÷ sum(live.viewers)", "average(live.watched)"),
        ("≥ 70: \"合格\"", "≥ 75: \"合格\""),
        ("viewers: count", "viewers: count?"),
        ("mature \"成熟期\"", "mature \"成熟期\", late"),
        ("平均停留时长", "停留"),
        ("  violations     weight 10%\n", ""),
        ("for 2 consecutive periods", "for 3 consecutive periods"),
        ("expect monthly_pay[A01].base == 0", "expect monthly_pay[A01].base ≥ 0"),
        ("then \"transfer or training\"", "then \"training\""),
        ("where role == host", "where role == host and salary > 0元"),
    ];
    let mut told = String::new();
    for (from, to) in cases {
        let (base, head) = (Version::of_text(POLICY), replaced(from, to));
        told.push_str(&format!("{from} → {}\n", to.trim()));
        for language in [Language::English, Language::Chinese] {
            for change in &diff(&base, &head).changes {
                told.push_str(&format!("  {}\n", line(change, language)));
            }
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_parameter_and_a_declaration_come_and_go() {
    let base = Version::of_text(&format!("{POLICY}\nparam bonus: money = 100元\n"));
    let head = Version::of_text(&format!(
        "{POLICY}\nparam bonus: money = 150元\nrule other for staff {{ when staff.salary > bonus, then \"x\" }}\n"
    ));
    insta::assert_snapshot!(lines(&base, &head).join("\n"));
    insta::assert_snapshot!(lines(&head, &base).join("\n"));
}

#[test]
fn a_rename_is_told_once_wherever_the_name_is_read() {
    let base = Version::of_text(POLICY);
    let head = Version::of_text(&POLICY.replace("watch_time", "stay").replace("violations", "offences"));
    assert_eq!(
        lines(&base, &head),
        ["= indicator stay: watch_time → stay []", "= indicator offences: violations → offences []"]
    );
    assert!(!diff(&base, &head).changes_meaning());
}

#[test]
fn what_people_read_and_what_is_claimed_moves_nothing() {
    for (from, to, matter) in [
        ("平均停留时长", "停留", Matter::Words),
        ("/// One row per person.", "/// A person.", Matter::Words),
        ("host_card[A01].score == 0", "host_card[A01].score ≤ 0", Matter::Tests),
    ] {
        let found = diff(&Version::of_text(POLICY), &replaced(from, to));
        assert_eq!(found.changes.iter().map(|change| change.matter).collect::<Vec<_>>(), [matter], "{from}");
        assert!(!found.changes_meaning());
    }
}

#[test]
fn each_unit_alone_and_all_together() {
    let changed = POLICY
        .replace("growth: ≥ 45s, mature: ≥ 60s", "growth: ≥ 50s, mature: ≥ 70s")
        .replace("≥ 80%: 100%", "≥ 85%: 100%")
        .replace("rule transfer", "rule move")
        .replace("severe) > 0", "severe) > 1")
        .replace("/// How long", "\nparam extra: money = 5元\n/// How long");
    let (base, head) = (Version::of_text(POLICY), Version::of_text(&changed));
    let found = diff(&base, &head);
    let with = |wanted: &BTreeSet<u32>| Version::read(apply(base.side(), head.side(), &found, wanted));
    assert_eq!(lines(&base, &with(&BTreeSet::new())), Vec::<String>::new());
    let all: BTreeSet<u32> = found.changes.iter().map(|change| change.id).collect();
    assert_eq!(lines(&with(&all), &head), Vec::<String>::new());
    let units = units(&found);
    assert_eq!(units.len(), 6, "{units:#?}");
    for unit in &units {
        let alone = with(&unit.changes.iter().copied().collect());
        let told: Vec<String> = found
            .changes
            .iter()
            .filter(|change| unit.changes.contains(&change.id))
            .map(|change| told_alone(&line(change, Language::English)))
            .collect();
        assert_eq!(lines(&base, &alone).iter().map(|line| told_alone(line)).collect::<Vec<_>>(), told);
    }
}

/// Without what hangs on it, which other changes may have renamed.
fn told_alone(line: &str) -> String {
    line.split(" [").next().unwrap_or_default().to_owned()
}
