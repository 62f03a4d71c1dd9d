//! Indicators that are made of parts: the value stage against numbers computed by hand, and as a whole against the naive
//! interpreter.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where something is not as it must be"
)]

mod answer;
mod support;

use kpi_plan::{Request, Roots};
use kpi_results::{Card, CardStatus, LineStatus, Run};
use kpi_score::{Question, score};
use kpi_testkit::{Data, interpret};
use support::Policy;

/// Three parts: the amount of A is 90 of 100 (90%), their stars are 4 and 5 of 5 (90%), and of their complaints, 2 against
/// at most 1, one is too many (50%). B is in a stage in which complaints are not asked for, has 120 of 100 (120%, of which
/// 100% are earned) and 5 of 5. Nobody has rated C.
fn policy(combine: &str) -> String {
    format!(
        r#"
policy "P" {{ edition 1, currency CNY, period month }}
dimension stage {{ startup, mature }}
roster staff {{ id: text key, stage: stage }}
source sale {{ who: -> staff, on: date time, amount: money }}
source rate {{ who: -> staff, on: date time, stars: number }}
source complaint {{ who: -> staff, on: date time, sparse }}
indicator handling "处理" {{
  part amount {{ formula sum(sale.amount), target ≥ 100元 }}
  part stars {{ formula average(rate.stars), scoring rating of 5 }}
  part complaints "投诉" {{
    formula count(complaint)
    target by stage {{ startup: none, else: ≤ 1 }}
    scoring deduct 50% per 1
  }}
  combine {combine}
}}
indicator sales {{ formula count(sale), target ≥ 1 }}
indicator both {{ formula handling.attainment + handling.score, target ≥ 200% }}
scorecard card for staff {{
  handling weight 50%
  sales weight 50%
  both watch
  veto late when handling.met and sales < 1
}}
test "t" {{
  period 2026-10
  staff | id | stage   |
        | A  | mature  |
        | B  | startup |
        | C  | mature  |
  sale  | who | on         | amount |
        | A   | 2026-10-02 | 90     |
        | B   | 2026-10-02 | 120    |
        | C   | 2026-10-02 | 120    |
  rate  | who | on         | stars |
        | A   | 2026-10-02 | 4     |
        | A   | 2026-10-03 | 5     |
        | B   | 2026-10-03 | 5     |
  complaint | who | on         |
            | A   | 2026-10-02 |
            | A   | 2026-10-03 |
            | B   | 2026-10-03 |
  expect card[A].handling.met == false
}}
"#
    )
}

/// The results, which are the interpreter's too, and why A has its score.
fn run(combine: &str) -> (Run, String) {
    let policy = Policy::new(&policy(combine));
    let month = policy.period("2026-10");
    let request = Request { data_until: None, from: month, to: month, roots: Roots::all(&policy.model) };
    let plan = kpi_plan::plan(&policy.model, &request);
    let facts = policy.facts(&plan, "t");
    let scored = score(&policy.model, &plan, &facts);
    let told = scored.explain(&policy.files, "A", month, &Question::Cards).unwrap();
    let mut tree = String::new();
    support::tree(&told, 0, &mut tree);
    let mut found = scored.run();
    found.findings.clear();
    let test = policy.model.tests.first().unwrap();
    assert_eq!(found, interpret(&policy.model, &Data::of_test(&policy.model, test), month, month).unwrap());
    (found, tree)
}

fn card<'r>(run: &'r Run, subject: &str) -> &'r Card {
    run.cards.iter().find(|card| card.subject == subject).unwrap()
}

/// Score and attainment of the card; attainment of the line.
fn numbers(card: &Card) -> [String; 3] {
    let line = card.lines.first().unwrap();
    [card.score, card.attainment, line.attainment].map(|x| x.map_or_else(|| "-".to_owned(), |x| x.to_string()))
}

#[test]
fn parts_are_one_indicator() {
    // A: of 90%, 90%, 50% the lowest; half of the card with 100% of sales: 100 × (0.5 × 0.5 + 0.5) = 75.
    let (worst, told) = run("worst");
    assert_eq!(numbers(card(&worst, "A")), ["75", "0.75", "0.5"]);
    // B: 100% and 100% of 120% and 100% attained; the lowest are 100% and 100%.
    assert_eq!(numbers(card(&worst, "B")), ["100", "1", "1"]);
    insta::assert_snapshot!("parts_explained", told);
    // The mean of 90%, 90%, 50% is 76.666…%: 100 × (0.5 × 0.76666… + 0.5) = 88.33. B attains (120% + 100%) ÷ 2.
    let (average, _) = run("average");
    assert_eq!(numbers(card(&average, "A")), ["88.33", "0.8833", "0.766666666667"]);
    assert_eq!(numbers(card(&average, "B")), ["100", "1.05", "1.1"]);
    // A misses some: 0%, with the attainment of `worst`.
    let (all, _) = run("all");
    assert_eq!(numbers(card(&all, "A")), ["50", "0.75", "0.5"]);
    assert_eq!(numbers(card(&all, "B")), ["100", "1", "1"]);
}

#[test]
fn parts_stand_below_their_line() {
    let (found, _) = run("worst");
    let line = card(&found, "A").lines.first().unwrap();
    assert_eq!((line.status, line.actual.is_none(), line.target.is_none()), (LineStatus::Missed, true, true));
    let parts = line.lines.as_ref().unwrap();
    let shown: Vec<_> = parts.iter().map(|part| (part.indicator.as_str(), part.status)).collect();
    let missed = LineStatus::Missed;
    assert_eq!(shown, [("amount", missed), ("stars", LineStatus::Scored), ("complaints", missed)]);
    assert!(parts.iter().all(|part| part.weight.is_none() && part.score.is_none()));
    // What is not asked for is not there.
    let parts = card(&found, "B").lines.first().unwrap().lines.as_ref().unwrap();
    assert_eq!(parts.iter().map(|part| part.indicator.as_str()).collect::<Vec<_>>(), ["amount", "stars"]);
    // A part without data leaves none of the whole.
    let without = card(&found, "C");
    assert_eq!(without.status, CardStatus::Incomplete);
    assert_eq!(without.lines.first().unwrap().status, LineStatus::NoData);
}
