//! Names: what they mean, and what is said where they mean nothing or two things.

#![allow(missing_docs, reason = "tests")]

mod common;

use common::{all_findings, check, findings, formulas, render};
use kpi_check::model::{ExprKind, Subject};

#[test]
fn names_that_are_not_known() {
    insta::assert_snapshot!(formulas([
        "sum(live.gvm)",
        "count(lives)",
        "staff.salry",
        "staff.team.stag",
        "team.stage",
        "staff.role.x",
        "it2",
        "one.actul",
        "one.actual.x",
        "stage",
        "severe",
        "live.gmv",
        "live",
        "card",
        "period.ende",
        "sum(live.gmv via flor)",
        "sum(live.gmv via gmv)",
        "sum(live.gmv via floor)",
        "sum(live.gmv) over tem",
        "sum(live.gmv) over salary",
        "sum(live.gmv) over stage",
        "sum(live.gmv) over role",
        "average(one among rle)",
    ]));
}

#[test]
fn names_without_a_value_where_they_stand() {
    insta::assert_snapshot!(formulas([
        "count(live where gmv > average(live.gmv))",
        "count(live where one > 3)",
        "count(live where started > period.start)",
        "sum(live.gmv over team)",
        "self",
        "previous(self)",
        "staff.salary over team",
        "(if role == host then 1 else 2) over role",
        "average(one among team) over team",
        "market.size",
        "sum(market.size)",
    ]));
}

#[test]
fn targets_may_read_the_indicator_itself() {
    insta::assert_snapshot!(all_findings([
        "indicator a { formula count(live), target > previous(self) }\nscorecard c for staff { a weight 100% }\n",
        "indicator a { formula count(live), target > self × 2 }\nscorecard c for staff { a weight 100% }\n",
        "indicator a { formula count(live), target ≥ (self over team) / 2 }\nscorecard c for staff { a weight 100% }\n",
        "indicator a { formula count(live), target ≥ average(self among team) }\nscorecard c for staff { a weight 100% }\n",
        "indicator a { formula count(live), target ≥ a.target }\nscorecard c for staff { a weight 100% }\n",
        "indicator a { formula b × 2, target ≥ 1 }\nindicator b { formula a + 1 }\nscorecard c for staff { a weight 100% }\n",
        "indicator a { formula count(live), target ≥ b }\nindicator b { formula a + 1 }\nscorecard c for staff { a weight 100% }\n",
        "indicator a { formula b.gap, target ≥ 1 }\nindicator b { formula count(live) }\nscorecard c for staff { a weight 100% }\n",
    ]));
}

#[test]
fn declarations_of_one_name() {
    insta::assert_snapshot!(all_findings([
        "indicator live { formula count(live), target ≥ 1 }\n",
        "dimension d { a, b \"a\" }\nsource s { x: d, x: d }\n",
        "source s { x: text, y: text from \"x\" }\n",
        "policy \"Another\" { edition 1, currency CNY, period month }\n",
        "indicator salary { formula count(live), target ≥ 1 }\nscorecard c for staff { salary weight 100%\n veto v when salary < 1 }\n",
        "dimension x { role, name }\nsource s { who: -> staff, role: x }\nindicator a { formula count(s where role == role), target ≥ 1 }\nscorecard c for staff { a weight 100% }\n",
    ]));
}

#[test]
fn cards_and_lines_are_not_moved() {
    insta::assert_snapshot!(all_findings([
        "indicator a { formula count(live), target ≥ 1 }\nscorecard c for staff { a weight 100% }\n\
         rule r for c { when previous(attainment) < 60%\n then \"x\" }\nrule q for c { when previous(a.attainment) < 60%\n then \"x\" }\n\
         rule s for c { when streak(score > 3) > 2\n then \"x\" }\n",
    ]));
}

#[test]
fn names_in_chinese() {
    insta::assert_snapshot!(all_findings([
        "source 直播场次 { 主播: -> staff, 开始: datetime time, 成交金额: money }\n\
         indicator 成交 { formula sum(直播场次.成交金额), target ≥ 1万元 }\n\
         indicator 场次 { formula count(直播场次 where 成交金额 > 0), target ≥ 3 }\n\
         scorecard 主播卡 for staff { 成交 weight 50%, 场次 weight 50% }\n",
        "source 直播场次 { 主播: -> staff, 开始: datetime time, 成交金额: money }\n\
         indicator 成交 { formula sum(直播场次.成交全额), target ≥ 1万元 }\nscorecard 主播卡 for staff { 成交 weight 100% }\n",
    ]));
}

#[test]
fn an_indicator_says_what_it_measures() {
    insta::assert_snapshot!(findings("indicator a { target ≥ 1 }\nscorecard c for staff { a weight 100% }\n"));
}

#[test]
fn contracts_that_contradict_themselves() {
    insta::assert_snapshot!(all_findings([
        "source s { on: date time, month: month time }\n",
        "source s { on: date time, a: date, b: date, valid from a to b }\n",
        "source s { a: date, b: date?, valid from a to b }\n",
        "source s { a: date, b: text, valid from a to b }\n",
        "source s { m: month, as of m }\n",
        "source s { m: text, as of m }\n",
        "source s { m: text, as of n }\n",
        "source s { on: text time }\n",
        "source s { on: date? time }\n",
        "source s { id: count key }\n",
        "source s { id: text? key, other: text key }\n",
        "source s { a: -> live, b: -> plan }\n",
        "source s { a: -> staff subject, b: -> staff subject, c: text subject }\n",
        "source s { n: count in minutes, d: duration in minutes }\n",
        "source s { n: money digits 4, t: text digits 2, u: count digits 13 }\n",
        "source s { n: money ≥ 0, m: count in 1..5, r: ratio ≤ 100%, t: stage ≥ growth, e: severity ≥ minor, x: money ≥ 5, y: count in 5..1 }\n",
        "source s { a: monney, b: staff, c: -> stage, d: live, e: -> stff }\n",
    ]));
}

#[test]
fn settings_of_a_policy() {
    let mut out = String::new();
    for policy in [
        "",
        "policy \"x\" { }\n",
        "policy \"x\" { edition 2, currency cny, period month }\n",
        "policy \"x\" { edition 1, currency RMB, period month }\n",
        "policy \"x\" { edition 1, currency JPY, period week, attainment cap 90% }\n",
        "policy \"x\" { edition 1, currency JPY, period week, attainment cap 150%, week starts sunday, year starts april }\n",
    ] {
        let (files, _, found) = check(policy);
        out += &format!("{policy}\n{}\n", render(&files, &found));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn several_ways_to_the_subject() {
    insta::assert_snapshot!(all_findings([
        "source talk { from_: -> staff, to: -> staff, on: date time }\nindicator a { formula count(talk), target ≥ 1 }\nscorecard c for staff { a weight 100% }\n",
        "source talk { from_: -> staff, to: -> staff, on: date time }\nindicator a { formula count(talk via to), target ≥ 1 }\nscorecard c for staff { a weight 100% }\n",
        "source talk { from_: -> staff, to: -> staff, on: date time }\nindicator a { formula count(talk where team.stage == startup), target ≥ 1 }\nscorecard c for team { a weight 100% }\n",
        "dimension lang { zh, en }\nroster shop { id: text key, one: lang, two: lang }\nsource sale { shop: -> shop, on: date time }\nindicator a { formula count(sale), target by lang { zh: ≥ 1, en: ≥ 2 } }\nscorecard c for shop { a weight 100% }\n",
    ]));
}

#[test]
fn what_is_never_used() {
    let text = "dimension d { a }\nsource s { x: count }\nparam p: count = 1\nfunction f(x: count): count = x\ncurve k = linear { 0%: 0%, 100%: 100% }\n\
        indicator i { formula sum(live.gmv) / sum(live.watched) }\nindicator j { formula count(live) }\nindicator k2 { formula j + 1 }\n";
    let (files, _, found) = check(&format!("{}{text}", common::GROUND));
    insta::assert_snapshot!(render(&files, &found));
}

#[test]
fn indicators_stand_after_those_they_read_and_once_for_each_kind_of_subject() {
    let text = format!(
        "{}indicator a {{ formula b / (b over team), target ≥ 10% }}\nindicator b {{ formula count(live) + c }}\n\
         indicator c {{ formula count(violation) }}\nscorecard card for staff {{ a weight 100% }}\n",
        common::GROUND
    );
    let (files, model, found) = check(&text);
    let Some(model) = model else { panic!("{}", render(&files, &found)) };
    let order: Vec<_> = model.indicators.iter().map(|(_, i)| (i.title.name.as_str(), i.subject.clone())).collect();
    let (team, staff) = (kpi_check::model::TableId::new(0), kpi_check::model::TableId::new(1));
    let (team, staff) = (Subject::Table(team), Subject::Table(staff));
    assert_eq!(
        order,
        [("c", staff.clone()), ("b", staff.clone()), ("c", team.clone()), ("b", team), ("a", staff)],
        "each is read by what follows"
    );
    let card = model.scorecards.iter().next().unwrap().1;
    let kpi_check::model::LineKind::Indicator { indicator, .. } = &card.lines[0].kind else { panic!() };
    assert_eq!(model.indicators[*indicator].title.name, "a");
}

#[test]
fn a_thousand_indicators_and_a_deep_formula_are_no_trouble() {
    let mut text = common::GROUND.to_owned();
    for i in 0..1000 {
        text += &format!("indicator i{i} {{ formula sum(live.gmv where viewers > {i}), target ≥ lookup(plan.gmv) }}\n");
    }
    text += "scorecard c for staff {\n";
    for i in 0..1000 {
        text += &format!("  i{i} weight 0.1%\n");
    }
    let sum = vec!["count(live)"; 2000].join(" + ");
    text += &format!("  veto v when {sum} > 3\n}}\n");
    let (files, model, found) = check(&text);
    assert!(model.is_some(), "{}", render(&files, found.iter().take(3)));
}

#[test]
fn one_slip_gives_one_finding() {
    let found = findings(
        "indicator a { formula sum(live.gvm) / sum(live.viewers), target ≥ 5 CNY, scoring deduct 5% per 1 CNY }\nscorecard c for staff { a weight 100% }\n",
    );
    assert_eq!(found.matches("K1001").count(), 1, "{found}");
    assert_eq!(found.matches(" K").count(), 1, "{found}");
}

#[test]
fn what_could_not_be_read_is_not_said_to_be_missing() {
    let found = findings(
        "indicator a { formula count(live), target ≥ 1 }\nindicator b { formula count(live) +, target ≥ 1 }\n\
         scorecard c for staff {\n  a weight 60%\n  b weigt 40%\n}\n",
    );
    insta::assert_snapshot!(found);
}

#[test]
fn names_of_cards_and_of_what_is_not_built() {
    insta::assert_snapshot!(all_findings([
        "roster shop { id: text key, grade: text }\nsource sale { shop: -> shop, on: date time, sale: count }\n\
         indicator a { formula sum(sale.sale), target ≥ 1 }\nscorecard c for shop { a weight 100% }\n\
         rule r for c { when grade == \"A\"\n then \"x\" }\nrule q for c { when shop.grade == \"A\"\n then \"x\" }\n",
        "shape weekly { n: count }\nindicator a { formula sum(weekly.n) + weekly.n, target ≥ 1 }\n\
         scorecard c for staff { a weight 100% }\n",
    ]));
}

#[test]
fn a_parameter_is_read_by_the_keys_of_each_subject() {
    let text = format!(
        "{}param bar: count by stage {{ startup: 1, growth: 2, mature: 3 }}\nindicator a {{ formula count(live) / bar, target ≥ (self over team) }}\n\
         scorecard card for staff {{ a weight 100% }}\n",
        common::GROUND
    );
    let (files, model, found) = check(&text);
    let Some(model) = model else { panic!("{}", render(&files, &found)) };
    let lengths: Vec<_> = model
        .indicators
        .iter()
        .map(|(_, i)| {
            let ExprKind::Arithmetic(_, _, bar) = &i.formula.kind else { panic!() };
            let ExprKind::Param(_, Some(keys)) = &bar.kind else { panic!() };
            let ExprKind::Column(path) = &keys[0].kind else { panic!() };
            path.0.len()
        })
        .collect();
    // `stage` for the team as a subject, `team.stage` for one of the staff.
    assert_eq!(lengths, [1, 2]);
}

#[test]
fn words_in_chinese_that_are_not_known() {
    insta::assert_snapshot!(formulas(["求合(live.gmv)", "one.实践", "如果达标", "连续2", "期间.天数", "周期.开始天"]));
}

#[test]
fn built_in_names_are_taken_in_chinese_too() {
    insta::assert_snapshot!(findings("function 求和(x: 计数): 计数 = x × 2\n"));
}
