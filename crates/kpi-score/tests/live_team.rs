//! The policy of the reference's first chapter, with numbers computed by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::type_complexity,
    reason = "a test stops where something is not as it must be"
)]

mod answer;
mod support;

use kpi_results::{Card, CardStatus, LineStatus, RuleOutcome};
use kpi_score::{Question, score};
use kpi_value::Dec;
use support::{Policy, tree};

fn live_team() -> Policy {
    Policy::new(include_str!("live_team.kpi"))
}

fn d(text: &str) -> Option<Dec> {
    Some(text.parse().unwrap())
}

fn card<'r>(run: &'r kpi_results::Run, subject: &str) -> &'r Card {
    run.cards.iter().find(|card| card.subject == subject).unwrap()
}

#[test]
fn a_severe_violation_vetoes_the_score() {
    let policy = live_team();
    let plan = policy.plan();
    let facts = policy.facts(&plan, "a severe violation vetoes the score");
    let scored = score(&policy.model, &plan, &facts);
    let run = scored.run();
    let card = card(&run, "A01");
    assert_eq!(card.status, CardStatus::Complete, "{:#?}", run.findings);
    assert_eq!(card.vetoed, ["severe"]);
    assert_eq!((card.score, card.attainment), (d("0"), d("0")));
    assert_eq!(card.grade.as_deref(), Some("辅导"));
    assert_eq!(card.pay["base"], d("0"));
    assert_eq!(card.pay["performance"], d("0"));
    assert_eq!(card.total_pay, d("0"));
    // September has no sessions, so that nothing is known of it: two months on end are not judged.
    assert_eq!(card.rules[0].outcome, RuleOutcome::NotJudged);
}

#[test]
fn a_month_of_four_hosts() {
    let policy = live_team();
    let plan = policy.plan();
    let facts = policy.facts(&plan, "a month of four hosts");
    let scored = score(&policy.model, &plan, &facts);
    let run = scored.run();
    assert_eq!(run.cards.len(), 4, "A05 is no host");

    // All met: 50000 ÷ 50000, 90000s ÷ 3000 = 30s against 30s, no violation.
    let a01 = card(&run, "A01");
    assert_eq!((a01.score, a01.attainment, a01.rank), (d("100"), d("1"), Some(1)));
    assert_eq!(a01.grade.as_deref(), Some("优秀"));
    assert_eq!((a01.pay["base"], a01.pay["performance"], a01.total_pay), (d("5600"), d("2400"), d("8000")));

    // 36000 ÷ 40000 = 90%, 30s ÷ 60s = 50%, deduct 100%: 54 + 15 + 10 = 79.
    let a02 = card(&run, "A02");
    assert_eq!((a02.score, a02.attainment, a02.rank), (d("79"), d("0.79"), Some(2)));
    assert_eq!(a02.grade.as_deref(), Some("合格"));
    // Base needs 80%; performance 2400 × (0.79 − 0.6) ÷ 0.4 = 1140.
    assert_eq!((a02.pay["base"], a02.pay["performance"], a02.total_pay), (d("0"), d("1140"), d("1140")));
    let statuses: Vec<LineStatus> = a02.lines.iter().map(|line| line.status).collect();
    assert_eq!(statuses, [LineStatus::Missed, LineStatus::Missed, LineStatus::Met]);
    assert_eq!(a02.lines[0].score, d("54"));
    // No violation against at most one: as well as can be, the cap.
    assert_eq!(a02.lines[2].attainment, d("2"));

    // No plan row: no target, so that the card is incomplete and all pay is held.
    let a03 = card(&run, "A03");
    assert_eq!((a03.status, a03.score, a03.total_pay), (CardStatus::Incomplete, None, None));
    assert_eq!(a03.lines[0].status, LineStatus::NoData);
    assert_eq!(a03.pay["base"], None);
    assert_eq!(a03.rules[0].outcome, RuleOutcome::NotJudged);

    // 10000 ÷ 40000 = 25%: 15 points; 1s ÷ 60s: 0.5 points; one violation beyond the target: 50%, 5 points.
    let a04 = card(&run, "A04");
    assert_eq!((a04.score, a04.attainment), (d("20.5"), d("0.205")));
    // September: 15 + 0.5 + 10 = 25.5%, also below 60%.
    assert_eq!(a04.rules[0].outcome, RuleOutcome::Fired);
    assert_eq!(a04.rules[0].says.as_deref(), Some("transfer or training"));

    let messages: Vec<String> =
        run.findings.iter().map(|f| format!("{} {}: {}", f.code, f.message, f.labels[0].text)).collect();
    insta::assert_snapshot!(messages.join("\n"), @"K7101 1 card of `host_card` is incomplete: `gmv_attainment` has no target: no row in `plan`: for A03 in 2026-10");
}

fn why(subject: &str, question: &Question) -> String {
    let policy = live_team();
    let plan = policy.plan();
    let facts = policy.facts(&plan, "a month of four hosts");
    let scored = score(&policy.model, &plan, &facts);
    let period = policy.period("2026-10");
    let mut out = String::new();
    match scored.explain(&policy.files, subject, period, question) {
        Ok(found) => tree(&found, 0, &mut out),
        Err(none) => out = format!("{} {:?}", none.message, none.near),
    }
    out
}

#[test]
fn a_card_explains_itself() {
    insta::assert_snapshot!(why("A02", &Question::Cards));
}

#[test]
fn an_incomplete_card_says_where_the_data_end() {
    insta::assert_snapshot!(why("A03", &Question::Cards));
}

#[test]
fn a_streak_shows_its_periods() {
    let policy = live_team();
    let rule = policy.model.rules.iter().next().unwrap().0;
    insta::assert_snapshot!(why("A04", &Question::Rule(rule)));
}

#[test]
fn who_is_not_there_is_answered_with_who_may_be_meant() {
    insta::assert_snapshot!(why("A01x", &Question::Cards), @r#"no roster has `A01x` ["A01"]"#);
    insta::assert_snapshot!(why("A05", &Question::Cards), @"`A05` has no card in 2026-10 []");
    let card = live_team().model.scorecards.iter().next().unwrap().0;
    insta::assert_snapshot!(why("A02", &Question::Line(card, "watch_tim".into())), @r#"the card has no line `watch_tim` ["watch_time"]"#);
}
