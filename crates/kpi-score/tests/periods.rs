//! Weeks and days inside of months: the value stage against numbers computed by hand, and as a whole against the naive
//! interpreter.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test stops where something is not as it must be"
)]

mod answer;
mod support;

use kpi_plan::{Request, Roots};
use kpi_results::{Card, Line, LineStatus, Run};
use kpi_score::score;
use kpi_testkit::{Data, interpret};
use support::Policy;

/// The results of the test `t` for a month. They are the interpreter's too.
fn run(text: &str, month: &str) -> Run {
    let policy = Policy::new(text);
    let month = policy.period(month);
    let request = Request { data_until: None, from: month, to: month, roots: Roots::all(&policy.model) };
    let plan = kpi_plan::plan(&policy.model, &request);
    let facts = policy.facts(&plan, "t");
    let scored = score(&policy.model, &plan, &facts);
    let mut found = scored.run();
    found.findings.clear();
    found.paid_by.clear();
    let test = policy.model.tests.iter().find(|test| test.name == "t").unwrap();
    let interpreted = interpret(&policy.model, &Data::of_test(&policy.model, test), month, month).unwrap();
    assert_eq!(found, interpreted);
    found
}

fn card<'r>(run: &'r Run, subject: &str) -> &'r Card {
    run.cards.iter().find(|card| card.subject == subject).expect("a card of the subject")
}

fn line<'c>(card: &'c Card, name: &str) -> &'c Line {
    card.lines.iter().find(|line| line.indicator == name).expect("a line of this name")
}

fn shown(x: Option<kpi_value::Dec>) -> String {
    x.map_or_else(|| "-".to_owned(), |x| x.to_string())
}

/// `W06 4/1 200% met` and so on, in a line a week.
fn weeks(line: &Line) -> Vec<String> {
    let one = |week: &kpi_results::SubPeriod| {
        let actual = week.actual.as_ref().map_or("-", |q| q.value.as_str());
        let met = week.met.map_or("-", |met| if met { "met" } else { "missed" });
        format!("{} {actual} {} {met}", week.period, shown(week.attainment))
    };
    line.periods.as_ref().expect("shorter periods").iter().map(one).collect()
}

/// Hits of four weeks in February 2026, each against at least 1.
fn hits(roll_up: &str) -> String {
    format!(
        r#"
policy "P" {{ edition 1, currency CNY, period month }}
roster staff {{ id: text key }}
source hit {{ who: -> staff, on: date time }}
indicator hits {{
  period  week rolled up by {roll_up}
  formula count(hit)
  target  ≥ 1
}}
scorecard card for staff {{ hits weight 100% }}
test "t" {{
  period 2026-02
  staff | id |
        | A  |
  hit   | who | on         |
        | A   | 2026-02-02 |
        | A   | 2026-02-04 |
        | A   | 2026-02-05 |
        | A   | 2026-02-08 |
  expect card[A].score == 100
}}
"#
    )
}

#[test]
fn four_hits_in_one_of_four_weeks() {
    // 4, 0, 0, 0 against ≥ 1: Σ 4 of Σ 4; the mean of 200% (the cap), 0, 0, 0; the lowest; one of four is met.
    let cases = [("sum", "1", LineStatus::Met), ("average", "0.5", LineStatus::Missed)];
    let cases =
        cases.into_iter().chain([("worst", "0", LineStatus::Missed), ("share_met", "0.25", LineStatus::Missed)]);
    for (roll_up, attainment, status) in cases {
        let run = run(&hits(roll_up), "2026-02");
        let line = line(card(&run, "A"), "hits");
        assert_eq!((shown(line.attainment), line.status), (attainment.to_owned(), status), "{roll_up}");
        let expected = ["2026-W06 4 2 met", "2026-W07 0 0 missed", "2026-W08 0 0 missed", "2026-W09 0 0 missed"];
        assert_eq!(weeks(line), expected);
        assert_eq!(line.actual.is_some(), roll_up == "sum");
    }
}

/// A policy of talks by the week, with rows for the month.
fn talks(body: &str, month: &str, staff: &str, rows: &str) -> String {
    format!(
        r#"
policy "P" {{ edition 1, currency CNY, period month }}
dimension stage {{ new, old }}
roster staff {{ id: text key, stage: stage, since: date, until: date?, valid from since to until }}
source talk {{ id: text key, who: -> staff, on: datetime time, minutes: count }}
{body}
scorecard card for staff {{ talks weight 100% }}
test "t" {{
  period {month}
  staff | id | stage | since | until |
{staff}
  talk | id | who | on | minutes |
{rows}
  expect card[A].score == 100
}}
"#
    )
}

#[test]
fn weeks_belong_to_the_month_that_holds_their_fourth_day() {
    // 2026-03-30..04-05 has its fourth day on 04-02, 2026-04-27..05-03 on 04-30: both are April's. B joins on 04-15, in the
    // week from 04-13; W17 has no row, which is a zero in a month with rows.
    let text = talks(
        "indicator talks { period week rolled up by average, formula count(talk), target ≥ 2 }",
        "2026-04",
        "    | A | new | 2026-01-01 |   |\n    | B | new | 2026-04-15 |   |",
        "    | T1 | A | 2026-03-30 00:00 | 1 |\n    | T2 | A | 2026-04-05 23:59 | 1 |
    | T3 | A | 2026-05-03 23:59 | 1 |\n    | T4 | A | 2026-05-04 00:00 | 1 |\n    | T5 | B | 2026-04-14 09:00 | 1 |
    | T6 | B | 2026-04-16 09:00 | 1 |\n    | T7 | A | 2026-04-08 09:00 | 9 |",
    );
    let run = run(&text, "2026-04");
    let a = line(card(&run, "A"), "talks");
    assert_eq!(
        weeks(a),
        [
            "2026-W14 2 1 met",
            "2026-W15 1 0.5 missed",
            "2026-W16 0 0 missed",
            "2026-W17 0 0 missed",
            "2026-W18 1 0.5 missed",
        ]
    );
    // (100% + 50% + 0 + 0 + 50%) ÷ 5
    assert_eq!(shown(a.attainment), "0.4");
    let b = line(card(&run, "B"), "talks");
    // Not on the roster before 04-15; both rows of W16 are hers, for she is there on a day of that week.
    assert_eq!(
        weeks(b),
        ["2026-W14 - - -", "2026-W15 - - -", "2026-W16 2 1 met", "2026-W17 0 0 missed", "2026-W18 0 0 missed"]
    );
    // 100% ÷ 3
    assert_eq!(shown(b.attainment), "0.333333333333");
}

#[test]
fn the_first_week_of_a_year_begins_in_the_old_one() {
    // 2025-12-29..2026-01-04 has its fourth day on 2026-01-01: January's first week, though most of its rows are December's.
    let text = talks(
        "indicator talks { period week rolled up by sum, formula sum(talk.minutes), target ≥ 10 }",
        "2026-01",
        "    | A | new | 2025-01-01 |   |",
        "    | T1 | A | 2025-12-29 00:00 | 3 |\n    | T2 | A | 2025-12-28 23:59 | 100 |\n    | T3 | A | 2026-01-30 10:00 | 20 |",
    );
    let run = run(&text, "2026-01");
    let a = line(card(&run, "A"), "talks");
    let expected = [
        "2026-W01 3 0.3 missed",
        "2026-W02 0 0 missed",
        "2026-W03 0 0 missed",
        "2026-W04 0 0 missed",
        "2026-W05 20 2 met",
    ];
    assert_eq!(weeks(a), expected);
    // Σ 23 of Σ 50
    assert_eq!((a.actual.as_ref().unwrap().value.as_str(), shown(a.attainment)), ("23", "0.46".to_owned()));
}

#[test]
fn attributes_and_targets_are_as_of_the_last_day_of_the_week() {
    // From 2026-02-11 on (a Wednesday) A is old: W07, which ends on 02-15, asks for 4 already.
    let text = talks(
        "indicator talks {
           period week rolled up by worst
           formula count(talk)
           target by stage { new: ≥ 1, old: ≥ 4 tolerance 25% }
         }",
        "2026-02",
        "    | A | new | 2026-01-01 | 2026-02-10 |\n    | A | old | 2026-02-11 |   |",
        "    | T1 | A | 2026-02-03 10:00 | 1 |\n    | T2 | A | 2026-02-09 10:00 | 1 |\n    | T3 | A | 2026-02-09 11:00 | 1 |
    | T4 | A | 2026-02-12 10:00 | 1 |\n    | T5 | A | 2026-02-16 10:00 | 1 |\n    | T6 | A | 2026-02-17 10:00 | 1 |
    | T7 | A | 2026-02-18 10:00 | 1 |\n    | T8 | A | 2026-02-19 10:00 | 1 |\n    | T9 | A | 2026-02-23 10:00 | 1 |
    | TA | A | 2026-02-24 10:00 | 1 |\n    | TB | A | 2026-02-25 10:00 | 1 |",
    );
    let run = run(&text, "2026-02");
    let a = line(card(&run, "A"), "talks");
    assert_eq!(weeks(a), ["2026-W06 1 1 met", "2026-W07 3 0.75 met", "2026-W08 4 1 met", "2026-W09 3 0.75 met"]);
    // The lowest is 75%; every week is met, two of them by the tolerance, so that the line earns 100%.
    assert_eq!((shown(a.attainment), shown(a.score), a.status), ("0.75".into(), "100".into(), LineStatus::Met));
}

#[test]
fn a_week_looks_back_to_the_week_before() {
    // Minutes 1, 2, 2, 4 after 1 in the week before February: growth 0%, 100%, 0%, 100%; half of the weeks reach 50%.
    let text = talks(
        "indicator talks { period week rolled up by share_met, formula growth(sum(talk.minutes)), target ≥ 50% }",
        "2026-02",
        "    | A | new | 2025-01-01 |   |",
        "    | T0 | A | 2026-01-26 10:00 | 1 |\n    | T1 | A | 2026-02-02 10:00 | 1 |\n    | T2 | A | 2026-02-09 10:00 | 2 |
    | T3 | A | 2026-02-16 10:00 | 2 |\n    | T4 | A | 2026-02-23 10:00 | 4 |",
    );
    let run = run(&text, "2026-02");
    let a = line(card(&run, "A"), "talks");
    assert_eq!(weeks(a), ["2026-W06 0 0 missed", "2026-W07 1 2 met", "2026-W08 0 0 missed", "2026-W09 1 2 met"]);
    assert_eq!(shown(a.attainment), "0.5");
}

#[test]
fn tracked_weeks_and_days_are_shown_and_do_not_score() {
    let text = talks(
        "indicator talks { formula sum(talk.minutes), target ≥ 100, track week 1 ÷ 4, day 1 ÷ 20 }",
        "2026-02",
        "    | A | new | 2025-01-01 |   |",
        "    | T1 | A | 2026-02-02 10:00 | 20 |\n    | T2 | A | 2026-02-01 10:00 | 5 |\n    | T3 | A | 2026-02-28 23:59 | 60 |",
    );
    let run = run(&text, "2026-02");
    let a = line(card(&run, "A"), "talks");
    // 85 of 100. Sunday 02-01 is a day of February in a week of January.
    assert_eq!((shown(a.attainment), shown(a.progress)), ("0.85".into(), "0.85".into()));
    let track = a.track.as_ref().unwrap();
    let show =
        |t: &kpi_results::Tracked| format!("{} {} {}", t.period, t.actual.as_ref().unwrap().value, shown(t.progress));
    let all: Vec<String> = track.iter().map(show).collect();
    assert_eq!(all[..5], ["2026-W06 20 0.8", "2026-W07 0 0", "2026-W08 0 0", "2026-W09 60 2.4", "2026-02-01 5 1"]);
    assert_eq!((all.len(), all[5].as_str(), all[31].as_str()), (32, "2026-02-02 20 4", "2026-02-28 60 12"));
}

/// A policy whose cards are cut where the stage changes, with base pay in proportion.
fn stints(mid: &str, sharing: &str, month: &str, staff: &str, rows: &str) -> String {
    format!(
        r#"
policy "P" {{ edition 1, currency CNY, period month }}
dimension stage {{ new, old }}
roster team {{ id: text key }}
roster staff {{ id: text key, stage: stage, team: -> team, note: text, since: date, until: date?, valid from since to until }}
source talk {{ id: text key, who: -> staff, on: datetime time, minutes: count }}
indicator talks {{ formula sum(talk.minutes), target by stage {{ new: ≥ 10, old: ≥ 40 }} }}
indicator share {{ formula sum(talk.minutes) / (sum(talk.minutes) over team) }}
indicator before {{ formula previous(sum(talk.minutes)) }}
indicator best {{ formula max(sum(talk.minutes) among team) }}
scorecard card for staff {{
  mid_period {mid}
  talks  weight 100%
  share  watch
  before watch
  best   watch
}}
incentive pays for card {{
  {sharing}
  pay base = 1000元
  pay part = 3000元 × stint.days ÷ period.days
}}
test "t" {{
  period {month}
  team | id |
       | T  |
       | U  |
  staff | id | stage | team | note | since | until |
{staff}
  talk | id | who | on | minutes |
{rows}
  expect card[A].score == 100
}}
"#
    )
}

/// `03-01..03-09 (9) score 80 pay 290.32 870.97`, a card a line.
fn cards(run: &Run, subject: &str) -> Vec<String> {
    let own = run.cards.iter().filter(|card| card.subject == subject);
    let one = |card: &Card| {
        let stint = card.stint.as_ref().map(|s| format!("{}..{} ({}) ", &s.from[5..], &s.to[5..], s.days));
        let pay: Vec<String> = card.pay.values().map(|pay| shown(*pay)).collect();
        format!("{}score {} pay {}", stint.unwrap_or_default(), shown(card.score), pay.join(" "))
    };
    own.map(one).collect()
}

const ROWS: &str = "    | T0 | A | 2026-02-10 10:00 | 7  |
    | T1 | A | 2026-03-01 00:00 | 6  |\n    | T2 | A | 2026-03-09 23:59 | 2  |\n    | T3 | A | 2026-03-10 00:00 | 10 |
    | T4 | A | 2026-03-31 23:59 | 22 |\n    | T5 | A | 2026-04-01 00:00 | 99 |\n    | T6 | B | 2026-03-15 10:00 | 60 |";

const STAFF: &str = "    | A | new | T | x | 2026-01-01 | 2026-03-04 |
    | A | new | T | y | 2026-03-05 | 2026-03-09 |\n    | A | old | U | y | 2026-03-10 |            |
    | B | old | U | z | 2026-01-01 |            |";

#[test]
fn a_card_for_each_stint_with_the_rows_of_its_days() {
    let run = run(&stints("split", "share by stint", "2026-03", STAFF, ROWS), "2026-03");
    // `note` is read by nothing, so its change cuts nothing. New to 03-09: 6 + 2 of 10; old from 03-10: 10 + 22 of 40. Base
    // 1000 × 9 ÷ 31 and × 22 ÷ 31; part 3000 × 9 ÷ 31 × 9 ÷ 31 and 3000 × 22 ÷ 31 × 22 ÷ 31.
    assert_eq!(
        cards(&run, "A"),
        ["03-01..03-09 (9) score 80 pay 290.32 252.86", "03-10..03-31 (22) score 80 pay 709.68 1510.93"]
    );
    assert_eq!(cards(&run, "B"), ["03-01..03-31 (31) score 100 pay 1000 3000"]);
    let value = |card: &Card, name: &str| line(card, name).actual.as_ref().map_or("-".into(), |q| q.value.clone());
    let first = card(&run, "A");
    // 8 of the 100 of team U, which A is in by the end of the month; February's 7; the best of U is B's 60.
    let values = [value(first, "share"), value(first, "before"), value(first, "best")];
    assert_eq!(values, ["0.08", "7", "60"]);
}

#[test]
fn boundaries_of_stints() {
    // Gone on 03-05, back on 03-07 for that one day, in another stage from 03-08 on, until 03-31.
    let staff = "    | A | new | T | x | 2026-01-01 | 2026-03-05 |\n    | A | new | T | x | 2026-03-07 | 2026-03-07 |
    | A | old | T | x | 2026-03-08 | 2026-03-31 |\n    | A | new | T | x | 2026-04-01 |            |";
    let rows = "    | T1 | A | 2026-03-05 23:59 | 5 |\n    | T2 | A | 2026-03-06 10:00 | 9 |\n    | T3 | A | 2026-03-07 00:00 | 3 |
    | T4 | A | 2026-03-07 23:59 | 3 |\n    | T5 | A | 2026-03-08 00:00 | 10 |";
    let run = run(&stints("split", "per card", "2026-03", staff, rows), "2026-03");
    // 5 of 10 in 5 days; 6 of 10 on one; 10 of 40 in 24. What happened on 03-06 is nobody's.
    assert_eq!(
        cards(&run, "A"),
        [
            "03-01..03-05 (5) score 50 pay 1000 483.87",
            "03-07..03-07 (1) score 60 pay 1000 96.77",
            "03-08..03-31 (24) score 25 pay 1000 2322.58",
        ]
    );
}

#[test]
fn the_first_valid_day_or_the_last() {
    let first = run(&stints("first", "per card", "2026-03", STAFF, ROWS), "2026-03");
    // 40 minutes of the whole month, against 10 as new, or against 40 as old.
    assert_eq!(cards(&first, "A"), ["score 100 pay 1000 3000"]);
    let target = |run: &Run| format!("{:?}", line(card(run, "A"), "talks").target);
    assert!(target(&first).contains("\"10\""), "{}", target(&first));
    let last = run(&stints("last", "per card", "2026-03", STAFF, ROWS), "2026-03");
    assert!(target(&last).contains("\"40\""), "{}", target(&last));
    let share = |run: &Run| line(card(run, "A"), "share").actual.as_ref().unwrap().value.clone();
    // As of the first day A is alone in T with 40 of 40; as of the last it has 40 of the 100 of U.
    assert_eq!((share(&first), share(&last)), ("1".into(), "0.4".into()));
}

#[test]
fn a_rolled_up_line_is_explained_by_its_weeks() {
    let policy = Policy::new(&hits("average"));
    let month = policy.period("2026-02");
    let request = Request { data_until: None, from: month, to: month, roots: Roots::all(&policy.model) };
    let plan = kpi_plan::plan(&policy.model, &request);
    let facts = policy.facts(&plan, "t");
    let scored = score(&policy.model, &plan, &facts);
    let card = policy.model.scorecards.iter().next().unwrap().0;
    let question = kpi_score::Question::Line(card, "hits".to_owned());
    let mut text = String::new();
    support::tree(&scored.explain(&policy.files, "A", month, &question).unwrap(), 0, &mut text);
    let lines: Vec<&str> = text.lines().collect();
    let weeks: Vec<&str> = lines.iter().filter(|line| line.starts_with("  Period")).copied().collect();
    let expected = ["2026-W06 = 2 ratio", "2026-W07 = 0 ratio", "2026-W08 = 0 ratio", "2026-W09 = 0 ratio"];
    assert_eq!(weeks, expected.map(|week| format!("  Period {week}")), "{text}");
    assert!(lines.contains(&"    Actual count(hit) = 4 count [4 rows]"), "{text}");
    assert!(lines.contains(&"  Attainment attainment = 0.5 ratio (the mean; 4 of 4 periods count)"), "{text}");
}
