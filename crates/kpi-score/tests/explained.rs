//! What explanations say is what the results say, on generated policies and data.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::type_complexity,
    clippy::manual_try_fold,
    clippy::print_stdout,
    reason = "a test"
)]

mod answer;
mod support;

use kpi_base::{Files, SourceFile};
use kpi_plan::{Request, Roots, plan};
use kpi_results::{Card, Derivation, LineStatus, Step};
use kpi_score::{Question, score};
use kpi_testkit::generate::Case;
use kpi_testkit::read;
use support::Policy;

/// The values of all nodes of a step directly below, in order.
fn values(of: &Derivation, step: Step) -> Vec<Option<String>> {
    let nodes = of.from.iter().filter(|node| node.step == step);
    nodes.map(|node| node.value.as_ref().map(|value| value.value.clone())).collect()
}

fn compare(card: &Card, told: &Derivation, seed: u64) {
    let text = |x: Option<kpi_value::Dec>| x.map(|x| x.to_string());
    let place = format!("seed {seed}: {}[{}] {}", card.scorecard, card.subject, card.period);
    assert_eq!(told.value.as_ref().map(|value| value.value.clone()), text(card.score), "{place}");
    // A line that is only watched shows what was measured, the others the points that they add.
    let lines = card.lines.iter().map(|line| match (&line.status, &line.lines) {
        // What is made of shorter periods may have an attainment only.
        (LineStatus::Watched, None) if line.actual.is_none() && line.periods.is_some() => text(line.attainment),
        (LineStatus::Watched, None) => line.actual.as_ref().map(|actual| actual.value.clone()),
        _ => text(line.score),
    });
    assert_eq!(values(told, Step::Line), lines.collect::<Vec<_>>(), "{place}");
    for (line, node) in card.lines.iter().zip(told.from.iter().filter(|node| node.step == Step::Line)) {
        if let Some(actual) = &line.actual {
            assert_eq!(values(node, Step::Actual), [Some(actual.value.clone())], "{place} {}", line.indicator);
        }
        if line.target.is_some() {
            assert_eq!(values(node, Step::Attainment), [text(line.attainment)], "{place} {}", line.indicator);
        }
    }
    let pays: Vec<_> =
        told.from.iter().filter(|node| node.step == Step::Total).flat_map(|t| values(t, Step::Pay)).collect();
    assert_eq!(pays, card.pay.values().map(|x| text(*x)).collect::<Vec<_>>(), "{place}");
    assert_eq!(values(told, Step::Rule).len(), card.rules.len(), "{place}");
}

#[test]
fn every_card_is_explained_by_its_own_numbers() {
    let mut cards = 0;
    for seed in 0..60 {
        let case = Case::generate(seed, 1 + seed as u32 % 3);
        let mut files = Files::new();
        let file = files.add(SourceFile::new("policy.kpi", case.policy()));
        let parsed = kpi_syntax::parse(file, &case.policy());
        let Some(model) = kpi_check::check_meaning(&[parsed.file]).model else { continue };
        let Ok(data) = read(&model, &case.tables) else { continue };
        let period = |text: &str| model.policy.calendar.parse(text).unwrap();
        let plan = plan(
            &model,
            &Request { data_until: None, from: period(&case.from), to: period(&case.to), roots: Roots::all(&model) },
        );
        let facts = answer::answer(&model, &plan, &data);
        let scored = score(&model, &plan, &facts);
        let run = scored.run();
        for (place, card) in run.cards.iter().enumerate() {
            // A subject has a card for each of its stints, in their order.
            let whose = |card: &Card| (card.scorecard.clone(), card.subject.clone(), card.period.clone());
            let nth = run.cards[..place].iter().filter(|other| whose(other) == whose(card)).count();
            let id = model.scorecards.iter().find(|(_, s)| s.title.name == card.scorecard).unwrap().0;
            let told = scored.explain(&files, &card.subject, period(&card.period), &Question::Card(id)).unwrap();
            compare(card, &told[nth], seed);
            cards += 1;
        }
    }
    assert!(cards > 300, "only {cards} cards");
}

const DESK: &str = r#"
policy "Desk" { edition 1, currency CNY, period month }
roster staff { id: text key }
source call { who: -> staff, on: date time, minutes: count }
indicator calls { formula count(call), target between 1..2 }
indicator minutes { formula sum(call.minutes) }
indicator longest { formula max(call.minutes) }
scorecard desk for staff {
  calls weight 100%
  minutes watch
  longest watch
  veto chatty when minutes > 100
  grade { ≥ 90: "A", 50..<90: "B", else: "C" }
}
test "t" {
  period 2026-10
  staff | id  |
        | A01 |
        | A02 |
        | A03 |
  call  | who | on         | minutes |
        | A01 | 2026-10-01 | 5       |
        | A01 | 2026-10-02 | 7       |
        | A03 | 2026-10-02 | 101     |
  expect desk[A01].score == 100
}
"#;

/// The answer to a question as a text.
fn told(subject: &str, question: &Question) -> String {
    let policy = Policy::new(DESK);
    let plan = policy.plan();
    let facts = policy.facts(&plan, "t");
    let scored = score(&policy.model, &plan, &facts);
    let answer = scored.explain(&policy.files, subject, policy.period("2026-10"), question).unwrap();
    let mut text = String::new();
    support::tree(&answer, 0, &mut text);
    text
}

#[test]
fn a_watched_line_shows_what_was_measured() {
    let card = Policy::new(DESK).model.scorecards.iter().next().unwrap().0;
    insta::assert_snapshot!(told("A01", &Question::Line(card, "minutes".into())), @r#"
    Line desk[A01].minutes 2026-10 = 12 count (watched, not scored)
      Actual sum(call.minutes) = 12 count [2 rows]
    "#);
    insta::assert_snapshot!(told("A02", &Question::Line(card, "longest".into())), @r#"
    Line desk[A02].longest 2026-10 = no data (watched, not scored: has no actual: no row of `call`)
      Actual max(call.minutes) = no data [0 rows] (no row of `call`)
    "#);
}

#[test]
fn vetoes_grades_and_ranks_can_be_asked_for() {
    let card = Policy::new(DESK).model.scorecards.iter().next().unwrap().0;
    insta::assert_snapshot!(told("A03", &Question::Veto(card, 0)), @r#"
    Veto desk[A03].veto chatty 2026-10 = true bool (fired: score and attainment are 0)
      Formula minutes > 100 = true bool
        Formula minutes = 101 count
          Aggregate sum(call.minutes) = 101 count [1 rows]
    "#);
    insta::assert_snapshot!(told("A01", &Question::Grade), @r#"
    Grade desk[A01].grade 2026-10 = A text (the score is ≥ 90)
      Card desk[A01] 2026-10 = 100 points
        Line calls = 100 points (met)
          Actual count(call) = 2 count [2 rows]
          Target between 1..2 = 1..2 count
          Attainment attainment = 1 ratio (100% inside the band, actual ÷ low below it, high ÷ actual above it)
          Scoring scoring = 1 ratio (the attainment, up to 100%)
          Weight weight = 1 ratio
        Line minutes = 12 count (watched, not scored)
          Actual sum(call.minutes) = 12 count [2 rows]
        Line longest = 7 count (watched, not scored)
          Actual max(call.minutes) = 7 count [2 rows]
        Formula Σ weight × fraction × 100 = 100 points
        Veto veto chatty = false bool (did not fire)
          Formula minutes > 100 = false bool
            Formula minutes = 12 count
              Aggregate sum(call.minutes) = 12 count [2 rows]
        Attainment attainment = 1 ratio
        Grade grade = A text
        Grade rank = 1 number
    "#);
    insta::assert_snapshot!(told("A02", &Question::Rank), @r#"
    Grade desk[A02].rank 2026-10 = 2 number (among all complete cards of the period)
      Card desk[A02] 2026-10 = 0 points
        Line calls = 0 points (missed)
          Actual count(call) = 0 count [0 rows]
          Target between 1..2 = 1..2 count
          Attainment attainment = 0 ratio (100% inside the band, actual ÷ low below it, high ÷ actual above it)
          Scoring scoring = 0 ratio (the attainment, up to 100%)
          Weight weight = 1 ratio
        Line minutes = 0 count (watched, not scored)
          Actual sum(call.minutes) = 0 count [0 rows]
        Line longest = no data (watched, not scored: has no actual: no row of `call`)
          Actual max(call.minutes) = no data [0 rows] (no row of `call`)
        Formula Σ weight × fraction × 100 = 0 points
        Veto veto chatty = false bool (did not fire)
          Formula minutes > 100 = false bool
            Formula minutes = 0 count
              Aggregate sum(call.minutes) = 0 count [0 rows]
        Attainment attainment = 0 ratio
        Grade grade = C text
        Grade rank = 2 number
    "#);
}

#[test]
fn a_band_is_told_with_both_bounds() {
    let policy = Policy::new(DESK);
    let plan = policy.plan();
    let facts = policy.facts(&plan, "t");
    let scored = score(&policy.model, &plan, &facts);
    let answer = scored.explain(&policy.files, "A01", policy.period("2026-10"), &Question::Cards).unwrap();
    let target = answer[0].from[0].from.iter().find(|node| node.step == Step::Target).unwrap();
    assert_eq!(
        serde_json::to_value(target).unwrap()["value"],
        serde_json::json!({"from": "1", "to": "2", "unit": "count"})
    );
}
