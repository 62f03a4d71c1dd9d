//! Types and units: what meets, what comes out, and what is said where things do not meet.

#![allow(missing_docs, reason = "tests")]

mod common;

use common::{all_findings, findings, formulas, on_card, typed};
use kpi_check::model::{Type, Unit};

#[test]
fn units_come_out_as_the_table_says() {
    let cases: &[(&str, Type)] = &[
        ("count(live)", Type::COUNT),
        ("count(live) + count(violation)", Type::COUNT),
        ("count(live) + 1", Type::COUNT),
        ("count(live) / 2", Type::COUNT),
        ("count(live) × 2", Type::COUNT),
        ("count(live) / count(violation)", Type::RATIO),
        ("1 - count(live) / count(violation)", Type::RATIO),
        ("count(live where gmv > 0) / count(live) × 100", Type::NUMBER),
        ("sum(live.gmv)", Type::MONEY),
        ("sum(live.gmv) / count(live)", Type::MONEY),
        ("sum(live.gmv) / lookup(plan.gmv)", Type::RATIO),
        ("sum(live.gmv) × 5%", Type::MONEY),
        ("sum(live.watched) / sum(live.viewers)", Type::DURATION),
        ("sum(live.gmv) / sum(live.watched) × 1h", Type::MONEY),
        ("sum(live.gmv × live.watched) / sum(live.watched)", Type::MONEY),
        ("growth(sum(live.gmv))", Type::RATIO),
        ("rank(sum(live.gmv) among team)", Type::COUNT),
        ("percentile(sum(live.gmv) among all)", Type::RATIO),
        ("average(live.viewers)", Type::NUMBER),
        ("average(live.gmv)", Type::MONEY),
        ("median(sum(live.gmv) among role)", Type::MONEY),
        ("max(live.gmv)", Type::MONEY),
        ("max(sum(live.gmv), 0)", Type::MONEY),
        ("max(live.started)", Type::DateTime),
        ("last(live.gmv)", Type::MONEY),
        ("any(live.gmv > 0)", Type::Bool),
        ("period.end - staff.joined", Type::DURATION),
        ("staff.joined + 30d", Type::Date),
        ("days_between(staff.joined, period.end)", Type::COUNT),
        ("period.days", Type::COUNT),
        ("period.length", Type::DURATION),
        ("staff.team.stage", Type::Member(kpi_check::model::DimensionId::new(1))),
        ("if count(live) > 0 then sum(live.gmv) else 0", Type::MONEY),
        ("if count(live) > 0 then none else sum(live.gmv)", Type::MONEY),
        ("step(count(live)) { ≥ 3: 100%, else: 0% }", Type::RATIO),
        ("coalesce(staff.bonus, 0)", Type::MONEY),
        ("sum(live.gmv) over team", Type::MONEY),
        ("sum(market.size) over all", Type::MONEY),
    ];
    for (formula, expected) in cases {
        assert_eq!(typed(formula).ty, *expected, "{formula}");
    }
}

#[test]
fn a_bare_zero_and_the_form_of_literals_come_from_the_other_side() {
    for formula in
        ["sum(live.gmv) > 0", "0 < sum(live.gmv)", "sum(live.watched) ≥ 0", "count(live) / count(plan) ≥ 1.5"]
    {
        assert_eq!(typed(formula).ty, Type::Bool, "{formula}");
    }
}

#[test]
fn what_does_not_meet() {
    insta::assert_snapshot!(formulas([
        "sum(live.watched) ≥ 80%",
        "sum(live.watched) ≥ 45",
        "45 ≤ sum(live.watched)",
        "sum(live.gmv) > 5000",
        "sum(live.gmv) + 5000",
        "5000 + sum(live.gmv)",
        "sum(live.gmv) + sum(live.watched)",
        "sum(live.gmv) / sum(live.watched)",
        "sum(live.gmv) × sum(live.gmv)",
        "sum(live.gmv) > 100 USD",
        "sum(live.gmv) and true",
        "if sum(live.gmv) then 1 else 2",
        "if count(live) > 0 then sum(live.gmv) else 5%",
        "count(live where started ≥ 2026-10)",
        "count(live where started ≤ 2026-10-03)",
        "count(live where started == 2026-10-03)",
        "count(violation where on > period.start)",
        "staff.joined + 12h",
        "staff.joined + 1",
        "staff.joined - 2026-10",
        "not count(live)",
        "-staff.role",
        "2026-13",
    ]));
}

#[test]
fn times_from_and_before_a_day_are_its_first_moment() {
    for formula in ["count(live where started ≥ 2026-10-03)", "count(live where started < 2026-10-04)"] {
        assert_eq!(typed(formula).ty, Type::COUNT);
    }
}

#[test]
fn percent_after_plus_is_asked_about() {
    insta::assert_snapshot!(formulas([
        "count(live) / count(plan) + 5%",
        "count(live) / count(plan) - 5%",
        "sum(live.gmv) + 5%",
        "count(live) / count(plan) - 100%",
        "count(live) / count(plan) + 5pp",
        "sum(live.gmv) + 5pp",
        "count(live) / count(plan) > 5pp",
        "growth(sum(live.gmv)) - growth(count(live)) > 5pp",
        "100% - count(live) / count(plan)",
    ]));
}

#[test]
fn a_share_is_not_compared_with_more_than_all() {
    insta::assert_snapshot!(formulas([
        "count(live where gmv > 0) / count(live) ≥ 98",
        "count(live where gmv > 0) / count(live) ≥ 0.98",
        "count(live where gmv > 0) / count(live) ≥ 1",
        "count(live) / count(plan) ≥ 1.5",
        "count(live where gmv > 0) / count(live where viewers > 0) ≥ 2",
    ]));
}

#[test]
fn attainments_are_not_compared_with_points() {
    insta::assert_snapshot!(all_findings([
        "indicator a { formula count(live), target ≥ 5 }\nscorecard c for staff { a }\n\
         rule r for c { when attainment < 60, then \"talk\" }\n\
         rule s for c { when a.attainment ≥ 9 or attainment ≥ 1000%, then \"talk\" }\n",
        "indicator a { formula count(live), target ≥ 5 }\nscorecard c for staff { a }\n\
         incentive i for c { pay p = staff.salary × step(attainment) { ≥ 80: 100%, else: 0% } }\n",
        "indicator a { formula count(live), target ≥ 5, scoring linear on attainment { 0: 0%, 100: 100% } }\n\
         scorecard c for staff { a }\n",
        "indicator a { formula count(live where gmv > 0) / count(live), scoring step on actual { ≥ 0.9: 100%, else: 0% } }\n\
         indicator b { formula step(count(live where gmv > 0) / count(live)) { ≥ 90: 2, else: 1 } }\n\
         scorecard c for staff { a, b watch }\n",
    ]));
}

#[test]
fn what_may_be_missing_is_ruled_known_first() {
    insta::assert_snapshot!(formulas([
        "sum(live.likes)",
        "sum(live.likes where likes is known)",
        "sum(live.likes where likes > 3)",
        "sum(live.likes where likes is known and likes > 3)",
        "sum(live.likes where likes is missing or likes > 3)",
        "count(live where likes is missing or likes > 3)",
        "sum(coalesce(live.likes, 0))",
        "count(live where host.mentor.role == host)",
        "count(live where host.mentor is known and host.mentor.role == host)",
        "staff.bonus × 2",
        "if staff.bonus is known then staff.bonus × 2 else 0",
        "if staff.bonus is missing then 0 else staff.bonus × 2",
        "if not (staff.bonus is known) then staff.bonus × 2 else 0",
        "coalesce(staff.bonus, staff.bonus)",
        "sum(live.gmv) == none",
        "none",
        "count(violation where seen > on)",
    ]));
}

#[test]
fn members_texts_and_orders() {
    insta::assert_snapshot!(formulas([
        "count(violation where level == severe)",
        "count(violation where severe == level)",
        "count(violation where level == sevre)",
        "count(violation where level == \"severe\")",
        "count(violation where level > minor)",
        "count(live where host.team.stage ≥ growth)",
        "count(live where host.team.stage in {startup, growth})",
        "count(live where host.team.stage in startup..growth)",
        "count(live where host.team.stage in {startup, minor})",
        "count(live where host.team.stage == host.role)",
        "count(live where host.name < \"b\")",
        "count(live where host == \"A01\")",
        "count(live where gmv in 0..<100 CNY)",
        "count(live where gmv in 0..100)",
        "count(live where viewers not in {1, 2})",
    ]));
}

#[test]
fn arguments_of_functions() {
    insta::assert_snapshot!(formulas([
        "sum(live)",
        "sum(live.host)",
        "sum(live.started)",
        "count(live.gmv > 0)",
        "any(live.gmv)",
        "min(live.host)",
        "quantile(live.gmv)",
        "quantile(live.gmv, 120%)",
        "count(live needs 0)",
        "count(live needs 3)",
        "first(staff.salary)",
        "sum(one)",
        "average(one)",
        "rank(one)",
        "sum(one among team)",
        "sum(gmv)",
        "sum(1)",
        "sum(live.gmv + market.size)",
        "round(sum(live.gmv), 13)",
        "round(sum(live.gmv), 2)",
        "clamp(sum(live.gmv), 0)",
        "clamp(sum(live.gmv), 0, 100)",
        "days_between(staff.joined, 3)",
        "abs(staff.role)",
        "min(count(live), sum(live.gmv))",
        "previous(sum(live.gmv), 0)",
        "previous(sum(live.gmv), 1.5)",
        "abs(count(live) where gmv > 0)",
        "smu(live.gmv)",
        "exists(live where gmv > 0)",
    ]));
}

#[test]
fn parameters_functions_and_curves() {
    let ground = "param bar: count = 5\nparam rate: ratio by role { host: 10%, planner: 20% }\nparam floor: money by date { from 2026-01: 100 CNY, from 2026-07: 200 CNY }\n\
        function twice(x: money): money = x × 2\ncurve payout = linear { 60%: 0%, 100%: 100% }\n";
    let mut out = String::new();
    for formula in [
        "count(live) ≥ bar",
        "sum(live.gmv) × rate",
        "sum(live.gmv × rate[host.role])",
        "sum(live.gmv × rate)",
        "count(live where gmv > floor)",
        "sum(live.gmv) × rate[host]",
        "sum(live.gmv) × rate[host, planner]",
        "sum(live.gmv) × rate[startup]",
        "bar[host]",
        "twice(sum(live.gmv))",
        "twice(count(live))",
        "twice(sum(live.gmv), 2)",
        "payout(count(live) / count(plan))",
        "payout()",
        "sum(live.gmv) over team × rate",
    ] {
        out += &format!("{formula}\n{}\n", findings(&format!("{ground}{}", on_card(formula))));
    }
    for more in [
        "param a: count = b\nparam b: count = a\n",
        "function f(x: count): count = f(x)\n",
        "function f(x: count): money = x\n",
        "function sum(x: count): count = x\n",
        "param p: money = 5\n",
        "param p: money? = 5 CNY\n",
        "param p: ratio = count(live) / 2\n",
        "param p: ratio by rolle { host: 1% }\n",
    ] {
        out += &format!("{more}{}\n", findings(more));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn constants_are_folded() {
    let ground = common::GROUND;
    let text = format!(
        "{ground}param part: ratio = 1.2 × 5%\nindicator a {{ formula count(live), target ≥ 1 }}\nindicator b {{ formula count(live), target ≥ 1 }}\n\
         scorecard card for staff {{ a weight 100% - part\n group rest weight part {{ b weight 100% }} }}\n"
    );
    let (files, model, found) = common::check(&text);
    assert!(model.is_some(), "{}", common::render(&files, &found));
    let _ = Unit::RATIO;
}

#[test]
fn rows_without_time_read_nothing_that_changes_in_time() {
    let text = r#"
roster person { id: text key, role: role, since: date, until: date?, valid from since to until }
source skill { who: -> person, mark: number, pay: money }
param rate: ratio by date { from 2026-01: 10%, from 2026-07: 20% }
param double: ratio = rate × 2
indicator paid { formula sum(skill.pay × rate) }
indicator twice { formula sum(skill.pay × double) }
indicator hosts { formula count(skill where who.role == host) }
indicator plain { formula sum(skill.mark) }
scorecard c for person { plain watch, paid watch, twice watch, hosts watch }
"#;
    let found = findings(text);
    let refused = found.matches("and a row of `skill` has no time").count();
    assert_eq!(refused, 3, "{found}");
    // what lies in time may read both
    let live = "param rate: ratio by date { from 2026-01: 10%, from 2026-07: 20% }\n";
    let found = findings(&format!("{live}{}", on_card("sum(live.gmv × rate where host.role == host)")));
    assert_eq!(found.matches("K2065").count(), 0, "{found}");
}

#[test]
fn nobody_looks_back_further_than_a_run_can_read() {
    let found = findings(&on_card("previous(count(live), 1200)"));
    assert_eq!(found.trim(), "sound");
    let found = findings(&on_card("previous(count(live), 1201)"));
    assert!(found.contains("K2013 how many periods back: at most 1200"), "{found}");
    let rule = |n: &str| {
        let card = on_card("count(live)");
        findings(&format!(
            "{card}rule r for each scorecard of staff {{ when score < 60 for {n} consecutive periods }}\n"
        ))
    };
    assert!(!rule("1200").contains("K4"), "{}", rule("1200"));
    assert!(rule("1201").contains("a streak is at most 1200 periods long"), "{}", rule("1201"));
}
