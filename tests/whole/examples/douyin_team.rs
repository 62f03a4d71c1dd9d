//! The Douyin team against plain Python: every card of every month, to the cent; its exports; and what was planted in them.

use serde_json::Value;

use crate::{kpi, python};

const PATH: &str = "examples/douyin-team";

fn run(arguments: &[&str]) -> String {
    let mut all = vec!["run", PATH, "--format", "json"];
    all.extend(arguments);
    kpi(&all)
}

fn found<'a>(run: &'a Value, scorecard: &str, subject: &str, period: &str) -> Vec<&'a Value> {
    let is = |card: &&Value| card["scorecard"] == scorecard && card["subject"] == subject && card["period"] == period;
    run["cards"].as_array().unwrap().iter().filter(is).collect()
}

fn card<'a>(run: &'a Value, scorecard: &str, subject: &str, period: &str) -> &'a Value {
    let mut cards = found(run, scorecard, subject, period);
    assert_eq!(cards.len(), 1, "{scorecard}[{subject}, {period}]");
    cards.remove(0)
}

fn line<'a>(card: &'a Value, indicator: &str) -> &'a Value {
    card["lines"].as_array().unwrap().iter().find(|line| line["indicator"] == indicator).unwrap()
}

#[test]
fn the_exports_are_what_the_generator_writes() {
    python(PATH, "generate.py", &["--check"]);
}

#[test]
fn every_card_of_every_month_equals_plain_python() {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("run.json");
    std::fs::write(&written, run(&["--from", "2026-01", "--to", "2026-06"])).unwrap();
    let said = python(PATH, "expected.py", &["--compare", written.to_str().unwrap()]);
    assert!(said.ends_with(" cards compared, 0 differences\n"), "{said}");
}

#[test]
fn what_was_planted_shows() {
    let run: Value = serde_json::from_str(&run(&["--from", "2026-01", "--to", "2026-06"])).unwrap();
    let outcome = |scorecard: &str, subject: &str, period: &str| {
        card(&run, scorecard, subject, period)["rules"][0]["outcome"].clone()
    };
    let days = |card: &Value| card["stint"]["days"].as_u64().unwrap();

    // Nobody is told of values that are on no card: means among a role are computed for everybody.
    let codes: Vec<&str> = run["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["K7002", "K7101"], "{}", run["findings"]);

    // Late joiners and a leaver.
    assert!(found(&run, "host_card", "H24", "2026-02").is_empty());
    assert_eq!(days(card(&run, "host_card", "H24", "2026-03")), 16);
    let weeks = line(card(&run, "planner_card", "P32", "2026-02"), "hits")["periods"].as_array().unwrap();
    assert_eq!(weeks.iter().map(|w| w["period"].as_str().unwrap()).collect::<Vec<_>>(), ["2026-W08", "2026-W09"]);
    assert_eq!(days(card(&run, "presales_card", "Q42", "2026-04")), 15);
    assert!(found(&run, "presales_card", "Q42", "2026-05").is_empty());

    // One changes role, one team, in the middle of a month: a card for each stint.
    assert_eq!(days(card(&run, "editor_card", "E22", "2026-03")), 15);
    assert_eq!(days(card(&run, "performer_card", "E22", "2026-03")), 16);
    let stints: Vec<u64> = found(&run, "floor_card", "F31", "2026-04").into_iter().map(days).collect();
    assert_eq!(stints, [12, 18]);

    // A team that grows into another stage is asked for other things.
    let lines = |period: &str| {
        card(&run, "team_card", "T4", period)["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| l["indicator"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(lines("2026-03"), ["team_gmv", "team_punctuality", "viewers_session"]);
    assert_eq!(lines("2026-04"), ["gmv_growth", "customer_cost", "weekly_hit"]);

    // A month without faults is full marks for everybody; F11 has none in February either.
    for (subject, period) in [("F11", "2026-02"), ("F21", "2026-05"), ("F41", "2026-05")] {
        let fault = line(card(&run, "floor_card", subject, period), "fault_time");
        assert_eq!((&fault["actual"], fault["score"].as_str()), (&Value::Null, Some("30")));
    }

    // The veto, the plan that is missing, the plan of 0.
    let vetoed = card(&run, "host_card", "H33", "2026-02");
    assert_eq!((vetoed["vetoed"][0].as_str(), vetoed["score"].as_str()), (Some("severe"), Some("0")));
    let held = card(&run, "host_card", "H12", "2026-03");
    assert_eq!(
        (held["status"].as_str(), &held["pay"]["base"], &held["total_pay"]),
        (Some("incomplete"), &Value::Null, &Value::Null)
    );
    let zero = line(card(&run, "host_card", "H41", "2026-02"), "gmv_attainment");
    assert_eq!((zero["target"]["value"].as_str(), zero["attainment"].as_str()), (Some("0"), Some("1")));

    // Below 60%: in two months, in December and January, and in January with nothing before.
    assert_eq!(outcome("editor_card", "E11", "2026-02"), "not_fired");
    assert_eq!(outcome("editor_card", "E11", "2026-03"), "fired");
    assert_eq!(outcome("editor_card", "E41", "2026-01"), "fired");
    assert_eq!(outcome("aftersales_card", "R11", "2026-01"), "not_judged");

    // Two with the same score share a rank, and the next one has the rank after both.
    let ranks: Vec<u64> =
        (1..=4).map(|n| card(&run, "buyer_card", &format!("B{n}1"), "2026-01")["rank"].as_u64().unwrap()).collect();
    assert_eq!(ranks, [4, 1, 1, 3]);

    // No big campaign in February, no complaint to R21 in April: the other lines share the weight.
    assert_eq!(line(card(&run, "shop_card", "D11", "2026-02"), "campaigns")["weight"], Value::Null);
    let april = card(&run, "aftersales_card", "R21", "2026-04");
    assert_eq!(
        (line(april, "handling_time")["weight"].clone(), line(april, "praise")["weight"].as_str()),
        (Value::Null, Some("0.571428571429"))
    );

    // A raise from April on; who is left alone in a role is the mean of it, and cannot be 10% above.
    assert_eq!(card(&run, "buyer_card", "B21", "2026-03")["pay"]["base"].as_str(), Some("6300"));
    assert_eq!(card(&run, "buyer_card", "B21", "2026-04")["pay"]["base"].as_str(), Some("6860"));
    let alone = line(card(&run, "presales_card", "Q41", "2026-05"), "consult_conversion");
    assert_eq!(alone["attainment"].as_str(), Some("0.909090909091"));

    // Weeks cross months; a video of exactly 100,000 plays is a hit of its planner, and not over 100,000 for the team.
    let weeks = |scorecard: &str, subject: &str, period: &str, indicator: &str| -> Vec<String> {
        let periods = line(card(&run, scorecard, subject, period), indicator)["periods"].as_array().unwrap();
        let shown = |week: &Value| {
            format!("{} {}", week["period"].as_str().unwrap(), week["actual"]["value"].as_str().unwrap())
        };
        periods.iter().map(shown).collect()
    };
    assert!(weeks("planner_card", "P11", "2026-01", "hits").first().unwrap().starts_with("2026-W01"));
    assert!(weeks("planner_card", "P11", "2026-04", "hits").last().unwrap().starts_with("2026-W18"));
    assert_eq!(weeks("planner_card", "P21", "2026-02", "hits").first().unwrap(), "2026-W06 1");
    assert_eq!(weeks("team_card", "T2", "2026-02", "weekly_hit").first().unwrap(), "2026-W06 0");

    // The platform throttles D41's shop, B11 has to stop.
    let fired: Vec<String> = run["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["outcome"] == "fired")
        .map(|r| format!("{} {} {}", r["rule"], r["subject"], r["period"]))
        .collect();
    assert_eq!(fired, [r#""throttled" "D41" "2026-02""#, r#""stop_spend" "B11" "2026-03""#]);
}

#[test]
fn its_policy_tests_pass() {
    let said = kpi(&["test", PATH]);
    assert!(said.contains(" 0 failed"), "{said}");
}

#[test]
fn a_team_stands_with_its_people() {
    let shown = kpi(&["run", PATH, "--period", "2026-03", "--view", "team"]);
    let overview: Vec<&str> = shown.lines().skip(4).take_while(|line| !line.is_empty()).collect();
    let names: Vec<&str> = overview.iter().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names.get(2..).unwrap(), ["启航", "晨星", "青禾", "鼎盛"], "{shown}");
}
