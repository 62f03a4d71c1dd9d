use kpi_results::Rule;

use super::*;

fn card(subject: &str, score: Option<i64>, grade: &str, pay: Option<i64>) -> Card {
    Card {
        scorecard: "host_card".into(),
        subject: subject.into(),
        period: "2026-10".into(),
        stint: None,
        status: if score.is_some() { CardStatus::Complete } else { CardStatus::Incomplete },
        score: score.map(Dec::int),
        attainment: None,
        grade: score.map(|_| grade.to_owned()),
        rank: None,
        vetoed: Vec::new(),
        lines: Vec::new(),
        pay: IndexMap::from([("bonus".to_owned(), pay.map(Dec::int))]),
        total_pay: pay.map(Dec::int),
        rules: Vec::new(),
        brackets: Vec::new(),
    }
}

fn run(cards: Vec<Card>) -> Run {
    Run { cards, ..Run::default() }
}

fn told(impact: &Impact) -> Vec<String> {
    let told = |one: &Move| {
        let change = |by: Option<Dec>| by.map_or("unknown".to_owned(), |by| by.to_string());
        let (pay, score) = (change(one.pay_change), change(one.score_change));
        format!("{} {:?} pay {pay} score {score}", one.place.subject, one.became)
    };
    impact.moves.iter().map(told).collect()
}

#[test]
fn who_gains_and_loses_and_what_comes_and_goes() {
    let base = run(vec![
        card("A", Some(80), "good", Some(100)),
        card("B", Some(90), "best", Some(200)),
        card("C", Some(70), "good", Some(50)),
        card("D", Some(60), "good", Some(40)),
        card("E", Some(50), "good", Some(30)),
    ]);
    let head = run(vec![
        card("A", Some(90), "best", Some(130)),
        card("B", Some(80), "good", Some(150)),
        card("C", Some(70), "good", Some(50)),
        card("D", None, "", None),
        card("F", Some(10), "good", Some(0)),
    ]);
    let impact = compare(&base, &head, &Renames::new());
    // B −50, A +30 = E −30 (gone: its score too, so it stands first), then D, whose pay is held, and F, whose pay is 0.
    insta::assert_snapshot!(told(&impact).join("\n"));
    let figure = |name: &str| impact.figures.get(name).unwrap();
    // 420 before; 130 + 150 + 50 + 0 after.
    assert_eq!((figure("pay_total").base, figure("pay_total").value), (Some(Dec::int(420)), Dec::int(330)));
    // D has no pay any more that is known, which counts as a loss of 40.
    assert_eq!((figure("max_gain").value, figure("max_loss").value), (Dec::int(30), Dec::int(50)));
    assert_eq!((figure("pay_gained").value, figure("pay_lost").value), (Dec::int(1), Dec::int(3)));
    assert_eq!((figure("held").value, figure("incomplete").value), (Dec::ONE, Dec::ONE));
    assert_eq!((figure("cards_new").value, figure("cards_gone").value), (Dec::ONE, Dec::ONE));
    // (80 + 90 + 70 + 60 + 50) ÷ 5, (90 + 80 + 70 + 10) ÷ 4.
    assert_eq!(figure("score_average").base, Some(Dec::int(70)));
    assert_eq!(figure("score_average").value.to_string(), "62.5");
    let [hosts] = impact.scorecards.as_slice() else { panic!() };
    assert_eq!((hosts.cards, hosts.up, hosts.down), (6, 1, 1));
    let grades: Vec<String> = hosts.grades.iter().map(|t| format!("{:?} {:?} {}", t.from, t.to, t.cards)).collect();
    assert_eq!(
        grades,
        [
            r#"None Some("good") 1"#,
            r#"Some("best") Some("good") 1"#,
            r#"Some("good") None 2"#,
            r#"Some("good") Some("best") 1"#
        ]
    );
}

#[test]
fn another_name_is_no_move_and_a_rule_is_one() {
    let base = run(vec![card("A", Some(80), "good", Some(100)), card("B", Some(80), "good", Some(100))]);
    let mut head = base.clone();
    head.cards.iter_mut().for_each(|card| card.scorecard = "anchor_card".into());
    let renames = Renames::from([((What::Scorecard, "host_card".to_owned()), "anchor_card".to_owned())]);
    assert!(compare(&base, &head, &renames).is_empty());
    let rule = |outcome| Rule { rule: "train".into(), indicator: None, outcome, says: None, choices: Vec::new() };
    head.cards[1].rules.push(rule(RuleOutcome::Fired));
    let impact = compare(&base, &head, &renames);
    assert_eq!(impact.moves.len(), 1);
    assert_eq!(impact.moves[0].head.as_ref().unwrap().rules.len(), 1);
    assert_eq!(impact.figures.get("rules_fired").unwrap().value, Dec::ONE);
}

#[test]
fn pay_for_a_roster_is_compared_too() {
    let pay = |subject: &str, amount: i64| RosterPay {
        incentive: "campaign".into(),
        subject: subject.into(),
        period: "2026-10".into(),
        pay: IndexMap::from([("p".to_owned(), Some(Dec::int(amount)))]),
        total_pay: Some(Dec::int(amount)),
        brackets: Vec::new(),
    };
    let base = Run { incentives: vec![pay("A", 5), pay("B", 7)], ..Run::default() };
    let head = Run { incentives: vec![pay("A", 6), pay("C", 1)], ..Run::default() };
    let impact = compare(&base, &head, &Renames::new());
    insta::assert_snapshot!(told(&impact).join("\n"));
}

#[test]
fn who_crosses_a_bracket_is_counted_and_told() {
    let table = |rows: &[(&str, &str)]| kpi_results::BracketTable {
        scorecard: Some("host_card".into()),
        incentive: "monthly".into(),
        pay: "base".into(),
        rows: rows
            .iter()
            .map(|(bound, value)| kpi_results::BracketRow { bound: (*bound).into(), value: (*value).into() })
            .collect(),
    };
    let at = |subject: &str, pay: i64, row: Option<u32>| Card {
        brackets: vec![row],
        ..card(subject, Some(80), "A", Some(pay))
    };
    let of = |rows: &[(&str, &str)], cards: Vec<Card>| Run { brackets: vec![table(rows)], ..run(cards) };
    // The bound of the first row moves from 80% to 75%: A was in it and stays, B comes into it, C stays outside; of D nothing was paid before.
    let base = of(
        &[("≥ 80%", "100%"), ("else", "0%")],
        vec![at("A", 9, Some(0)), at("B", 0, Some(1)), at("C", 0, Some(1)), at("D", 0, None)],
    );
    let head = of(
        &[("≥ 75%", "100%"), ("else", "0%")],
        vec![at("A", 9, Some(0)), at("B", 9, Some(0)), at("C", 0, Some(1)), at("D", 9, Some(0))],
    );
    let impact = compare(&base, &head, &Renames::new());
    let told: Vec<String> = impact
        .brackets
        .iter()
        .map(|one| format!("{} {} → {}: {}", one.crossing.pay, one.crossing.from, one.crossing.to, one.cards))
        .collect();
    assert_eq!(told, ["base else → ≥ 75%: 1"]);
    let who: Vec<&str> =
        impact.moves.iter().filter(|one| !one.brackets.is_empty()).map(|one| one.place.subject.as_str()).collect();
    assert_eq!(who, ["B"]);
    // A value that has changed is the same bracket.
    let raised = of(&[("≥ 80%", "110%"), ("else", "0%")], vec![at("A", 10, Some(0))]);
    assert_eq!(compare(&base, &raised, &Renames::new()).brackets, []);
    // Renamed, it is the same table.
    let mut other = of(&[("≥ 80%", "100%"), ("else", "0%")], vec![at("A", 0, Some(1))]);
    other.brackets.iter_mut().for_each(|table| table.incentive = "pay".into());
    let renames = Renames::from([((What::Incentive, "monthly".to_owned()), "pay".to_owned())]);
    assert_eq!(compare(&base, &other, &renames).brackets.len(), 1);
    assert_eq!(compare(&base, &other, &Renames::new()).brackets, []);
}
