//! The layered framework against plain Python: every card, pay and rule of a year; its exports; what was planted in them; and how a dispute is settled.

use std::sync::LazyLock;

use serde_json::Value;

use crate::{kpi, python};

const PATH: &str = "examples/assistant-framework";

/// The year 2025, run once for all tests.
static YEAR: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(&kpi(&["run", PATH, "--format", "json", "--from", "2025-01", "--to", "2025-12"])).unwrap()
});

fn find<'a>(list: &str, name: [&str; 2], subject: &str, period: &str) -> Option<&'a Value> {
    let is = |one: &&Value| one[name[0]] == name[1] && one["subject"] == subject && one["period"] == period;
    YEAR.get(list).unwrap().as_array().unwrap().iter().find(is)
}

fn card<'a>(scorecard: &str, subject: &str, period: &str) -> Option<&'a Value> {
    find("cards", ["scorecard", scorecard], subject, period)
}

/// What a rule says of a card, if it fired.
fn told(scorecard: &str, subject: &str, period: &str) -> Value {
    card(scorecard, subject, period).unwrap().pointer("/rules/0").unwrap().clone()
}

#[test]
fn the_exports_are_what_the_generator_writes() {
    python(PATH, "generate.py", &["--check"]);
}

#[test]
fn every_card_pay_and_rule_of_a_year_equals_plain_python() {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("run.json");
    std::fs::write(&written, YEAR.to_string()).unwrap();
    let said = python(PATH, "expected.py", &["--compare", written.to_str().unwrap()]);
    assert_eq!(said, "416 cards, 140 pays and 420 rules compared, 0 differences\n");
}

#[test]
fn what_was_planted_shows() {
    // Exactly 4.8 stars, 4.7, and 4.9.
    let bonus =
        |subject| find("incentives", ["incentive", "star_bonus"], subject, "2025-02").unwrap()["pay"]["bonus"].clone();
    assert_eq!(["R1", "R2", "R3"].map(bonus), ["800", "0", "700"]);

    // Of three requirements one is answered after 24 hours exactly, one a second later, one never.
    let lines = &card("layered", "C1", "2025-02").unwrap()["lines"];
    let together = lines.as_array().unwrap().iter().find(|line| line["indicator"] == "together").unwrap();
    assert_eq!(together["lines"][0]["actual"]["value"], "0.333333333333");

    // Another stage of the product has another set of indicators.
    let set = |period| {
        let lines = card("layered", "C2", period).unwrap()["lines"][0]["lines"].as_array().unwrap();
        lines.iter().map(|line| line["indicator"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(set("2025-04"), ["conversion", "order_value", "new_user_share"]);
    assert_eq!(set("2025-05"), ["conversion", "order_value", "repurchase"]);

    // One joins in March, one leaves in October.
    assert!(card("layered", "R4", "2025-02").is_none() && card("layered", "R4", "2025-03").is_some());
    assert!(card("layered", "S4", "2025-10").is_some() && card("layered", "S4", "2025-11").is_none());

    // Bad months: a cause that was found, and none.
    assert_eq!(told("layered", "C4", "2025-06")["says"], "目标复盘");
    assert_eq!(told("layered", "S3", "2025-05")["says"], "先做诊断");

    // 3 ÷ 0.9 are 3.33 days: three are in time, four are not.
    assert_eq!(told("task_card", "T-EDGE", "2025-02")["outcome"], "not_fired");
    assert_eq!(told("task_card", "T-LATE", "2025-02")["choices"], serde_json::json!(["增加人手", "简化流程"]));

    // 99 points in May, 100 in June, and more in August.
    let badge = |period| find("rules", ["rule", "badge"], "R2", period).unwrap()["outcome"].clone();
    assert_eq!(["2025-05", "2025-06", "2025-08"].map(badge), ["not_fired", "fired", "not_fired"]);

    // Nobody rated her in the third quarter; nobody can say what it would have been.
    assert_eq!(card("quarter_card", "S1", "2025-Q3").unwrap()["status"], "incomplete");
    assert_eq!(told("quarter_card", "C1", "2025-Q3")["says"], "管培生计划");
}

#[test]
fn everybody_sees_a_rank_and_the_distance_to_each_target() {
    // Ranked among the four of one's role, and beside every line how far it is to the target.
    let own = kpi(&["run", PATH, "--period", "2025-02", "--only", "C1"]);
    insta::assert_snapshot!(own, @r#"
    运营助理分层考核 · 2025-02

    月度分层考核 · 2025-02 (layered) · C1 陆云舒

      line                  actual     target  attainment  weight   points  status
      ────────────────  ──────────  ─────────  ──────────  ──────  ───────  ──────
      经营结果                                    139.46%     50%    50.00  met
        转化率               15.1%        10%     151.16%     40%    40.00  met
        客单价          113.74 CNY  84.00 CNY      135.4%     30%    30.00  met
        新客占比             38.4%        30%     127.91%     30%    30.00  met
      运营效率                                    147.22%     20%    20.00  met
        工单响应时长       19m 22s    30m 00s     154.93%     30%    30.00  met
        解决率               91.7%        90%     101.85%     40%    40.00  met
        交付时长           23h 27m    48h 00m        200%     30%    30.00  met
      用户价值                                       115%     15%    12.75  missed
        NPS                     25         40       62.5%     40%    25.00  missed
        满意度                 4.5        4.5        100%     30%    30.00  met
        投诉率                  0%         1%        200%     30%    30.00  met
      协作创新                                    101.05%     15%   9.1579  missed
        协作节点达成率       33.3%        95%      35.09%     60%  21.0526  missed
        创新提案采纳             2          1        200%     40%    40.00  met

      score       91.91
      attainment  131.58%
      grade       优秀
      rank        2

    星级奖金 · 2025-02

      subject  name    奖金  total CNY
      ───────  ──────  ────  ─────────
      C1       陆云舒  0.00       0.00

    rules

      subject  name    period   rule              outcome
      ───────  ──────  ───────  ────────────────  ───────────────────────────────
      C1       陆云舒  2025-02  低绩效分类干预    not fired
      C1       陆云舒  2025-02  满意度与复购背离  not fired
      C1       陆云舒  2025-02  目标偏离行业均值  客单价目标偏离行业均值 30% 以上
      C1       陆云舒  2025-02  金牌徽章          not fired
    "#);
    let ranks = |role: char| {
        let cards = YEAR["cards"].as_array().unwrap().iter();
        let of_role = cards.filter(|card| card["scorecard"] == "layered" && card["period"] == "2025-03");
        let mut ranks: Vec<u64> = of_role
            .filter(|card| card["subject"].as_str().unwrap().starts_with(role))
            .map(|card| card["rank"].as_u64().unwrap())
            .collect();
        ranks.sort_unstable();
        ranks
    };
    assert_eq!(['R', 'C', 'S'].map(ranks), [[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]]);
}

#[test]
fn a_dispute_is_settled_from_the_record() {
    let why = kpi(&["why", "C1", "nodes", "--period", "2025-02", "--path", PATH]);
    // What was counted, of how many rows of which export, against which target, with which weight.
    insta::assert_snapshot!(why, @r#"
    layered[C1].nodes 2025-02 = 21.0526315789 points  (missed)
    ├─ count(node dated asked + 1d where answered is known and answered - asked ≤ 24h) ÷ count(node dated asked + 1d) = 33.3333333333%
    │  ├─ count(node dated asked + 1d where answered is known and answered - asked ≤ 24h) = 1  (1 row)
    │  └─ count(node dated asked + 1d) = 3  (3 rows)
    ├─ ≥ 95% = 95%
    ├─ attainment = 35.0877192982%  (actual ÷ target)
    ├─ scoring = 35.0877192982%  (the attainment, up to 100%)
    └─ weight = 60%
    "#);
    // Who rated whom stands in the export: the rows behind the mean are counted, and the policy's text is that of the version that ran.
    let mutual = kpi(&["why", "C1", "mutual", "--period", "2025-Q3", "--path", PATH]);
    assert!(mutual.contains("average(peer.value)") && mutual.contains(" rows)"), "{mutual}");
}
