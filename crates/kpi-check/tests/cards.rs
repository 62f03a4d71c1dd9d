//! What tables, scorings and cards become in the model.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use kpi_base::{Files, SourceFile};
use kpi_check::model::{
    Claim, CompareOp, CurveKind, LineKind, Model, Pattern, Place, Scoring, StepBound, Tolerance, WhenMissing,
};
use kpi_value::{Date, Dec, Value};

const PRELUDE: &str = r#"
policy "Cards" { edition 1, currency CNY, period month }
dimension stage { startup, growth, mature }
roster staff { id: text key, stage: stage, mentor: stage?, salary: money }
source work { who: -> staff, on: date time, hits: count, rate: ratio, spent: duration }
"#;

fn model(text: &str) -> Model {
    let mut files = Files::new();
    let id = files.add(SourceFile::new("case.kpi", format!("{PRELUDE}{text}")));
    let parsed = kpi_syntax::parse(id, &files.get(id).unwrap().text);
    let checked = kpi_check::check(&[parsed.file]);
    let Some(model) = checked.model else { panic!("{:#?} {:#?}", parsed.diagnostics, checked.diagnostics) };
    model
}

fn day(year: i32, month: u8, day: u8) -> Date {
    Date::new(year, month, day).unwrap()
}

fn target(model: &Model, name: &str) -> kpi_check::model::Target {
    let indicator = model.indicators.iter().find(|(_, i)| i.title.name == name).unwrap().1;
    indicator.target.as_ref().unwrap().rows[0].value.clone().unwrap()
}

#[test]
fn a_row_from_a_date_ends_where_the_next_begins() {
    let model = model(
        "param p: ratio by date { from 2026-01: 20%, else: 1%, from 2026-07-15: 22% }\n\
         indicator x { formula sum(work.hits) × p, target ≥ 1 }\nscorecard c for staff { x }\n",
    );
    let (_, param) = model.params.iter().next().unwrap();
    let rows: Vec<_> = param.value.rows.iter().map(|row| (row.patterns[0].clone(), row.value.as_const_dec())).collect();
    let (january, july) = (day(2026, 1, 1), day(2026, 7, 15));
    assert_eq!(
        rows,
        [
            (Pattern::Dates(july, None), Some(Dec::percent(22))),
            (Pattern::Dates(january, Some(july)), Some(Dec::percent(20))),
            (Pattern::Any, Some(Dec::percent(1))),
        ]
    );
}

#[test]
fn a_row_that_says_when_it_ends_is_an_exception_to_what_began_before() {
    let model = model(
        "param p: ratio by date { from 2026-01: 20%, 2026-12..2027-01: 30%, 2026-02-10..<2026-02-15: 25%, from 2027-01: 22% }\n\
         indicator x { formula sum(work.hits) × p, target ≥ 1 }\nscorecard c for staff { x }\n",
    );
    let (_, param) = model.params.iter().next().unwrap();
    let rows: Vec<_> = param.value.rows.iter().map(|row| (row.patterns[0].clone(), row.value.as_const_dec())).collect();
    let (january, next) = (day(2026, 1, 1), day(2027, 1, 1));
    // In January 2027 two rows hold, and the one that began last is in force: that `from` 2027-01.
    assert_eq!(
        rows,
        [
            (Pattern::Dates(next, None), Some(Dec::percent(22))),
            (Pattern::Dates(day(2026, 12, 1), Some(day(2027, 2, 1))), Some(Dec::percent(30))),
            (Pattern::Dates(day(2026, 2, 10), Some(day(2026, 2, 15))), Some(Dec::percent(25))),
            (Pattern::Dates(january, Some(next)), Some(Dec::percent(20))),
        ]
    );
}

#[test]
fn a_date_of_some_members_ends_no_row_that_has_others() {
    let model = model(
        "param p: ratio by date, stage { from 2026-01, _: 20%, from 2026-07, startup: 22% }\n\
         indicator x { formula sum(work.hits) × p, target ≥ 1 }\nscorecard c for staff { x }\n",
    );
    let (_, param) = model.params.iter().next().unwrap();
    let rows: Vec<_> = param.value.rows.iter().map(|row| row.patterns.clone()).collect();
    assert_eq!(
        rows,
        [
            vec![Pattern::Dates(day(2026, 7, 1), None), Pattern::Members(vec![0])],
            vec![Pattern::Dates(day(2026, 1, 1), None), Pattern::Any],
        ]
    );
}

#[test]
fn a_tolerance_is_a_share_or_a_distance() {
    let model = model(
        "indicator a { formula average(work.rate), target ≥ 98% tolerance 2% }\n\
         indicator b { formula average(work.rate), target ≥ 98% tolerance 2pp }\n\
         indicator d { formula sum(work.spent), target ≤ 1h tolerance 5min }\n\
         indicator e { formula sum(work.hits), target ≥ 10 tolerance 2 }\n\
         scorecard c for staff { a, b, d, e }\n",
    );
    let tolerances: Vec<_> = ["a", "b", "d", "e"].iter().map(|name| target(&model, name).tolerance.unwrap()).collect();
    assert_eq!(
        tolerances,
        [
            Tolerance::Share(Dec::percent(2)),
            Tolerance::Absolute(Dec::percent(2)),
            Tolerance::Absolute(Dec::int(300)),
            Tolerance::Absolute(Dec::int(2)),
        ]
    );
}

#[test]
fn a_line_has_its_own_scoring_cap_and_missing() {
    let model = model(
        "indicator a { formula sum(work.hits), target ≥ 3, scoring deduct 10% per 2, when missing reweight }\n\
         indicator b { formula sum(work.hits), target ≥ 3 stretch 6, scoring proportional stretch 130% }\n\
         scorecard c for staff { a, b scoring all_or_nothing attainment cap 150% when missing zero }\n",
    );
    let (_, card) = model.scorecards.iter().next().unwrap();
    let half = |line: &kpi_check::model::Line| line.weight.as_ref().unwrap().as_plain().copied();
    let shown: Vec<_> = card.lines.iter().map(|line| (line.kind.clone(), half(line), line.when_missing)).collect();
    let LineKind::Indicator { scoring, attainment_cap, .. } = &shown[0].0 else { panic!() };
    assert_eq!(*scoring, Scoring::Deduct { share: Dec::percent(10), per: Dec::int(2) });
    assert_eq!((*attainment_cap, shown[0].1, shown[0].2), (Dec::int(2), Some(Dec::percent(50)), WhenMissing::Reweight));
    let LineKind::Indicator { scoring, attainment_cap, .. } = &shown[1].0 else { panic!() };
    assert_eq!((scoring, *attainment_cap), (&Scoring::AllOrNothing, Dec::percent(150)));
    assert_eq!(shown[1].2, WhenMissing::Zero);
    let b = model.indicators.iter().find(|(_, i)| i.title.name == "b").unwrap().1;
    let most = Dec::percent(130);
    assert_eq!(b.scoring, Scoring::Proportional { none_below: None, cap: most, stretch: Some(most) });
}

#[test]
fn lines_without_a_weight_share_the_rest_of_each_combination() {
    let model = model(
        "indicator a { formula sum(work.hits), target ≥ 3 }\nindicator b { formula sum(work.hits), target ≥ 4 }\n\
         indicator d { formula sum(work.hits), target ≥ 5 }\n\
         scorecard c for staff { a weight by stage { startup: 40%, else: 20% }, b, d }\n",
    );
    let (_, card) = model.scorecards.iter().next().unwrap();
    let rows = |line: usize| {
        let table = card.lines[line].weight.as_ref().unwrap();
        table.rows.iter().map(|row| (row.patterns[0].clone(), row.value)).collect::<Vec<_>>()
    };
    let rest = vec![(Pattern::Members(vec![0]), Dec::percent(30)), (Pattern::Members(vec![1, 2]), Dec::percent(40))];
    assert_eq!((rows(1), rows(2)), (rest.clone(), rest));
}

#[test]
fn a_key_without_data_has_a_share_too_where_the_other_weights_have_one() {
    let model = model(
        "indicator a { formula sum(work.hits), target ≥ 3 }\nindicator b { formula sum(work.hits), target ≥ 4 }\n\
         scorecard c for staff { a weight by mentor { startup: 40%, else: 20% }, b }\n",
    );
    let (_, card) = model.scorecards.iter().next().unwrap();
    let table = card.lines[1].weight.as_ref().unwrap();
    let rows: Vec<_> = table.rows.iter().map(|row| (row.patterns[0].clone(), row.value)).collect();
    assert_eq!(
        rows,
        [
            (Pattern::Members(vec![0]), Dec::percent(60)),
            (Pattern::Members(vec![1, 2]), Dec::percent(80)),
            (Pattern::Any, Dec::percent(80)),
        ]
    );
}

#[test]
fn the_score_is_limited_by_scorings_and_bonuses() {
    let cases = [
        ("a", Some(100)),
        ("a, bonus b = count(work) cap 5", Some(105)),
        ("a, bonus b = count(work)", None),
        ("a, deduct b = count(work)", Some(100)),
        ("a scoring proportional cap 120%, bonus b = count(work) cap 5", Some(125)),
        ("a scoring step on actual { ≥ 3: 150%, else: 0% }", Some(150)),
        ("a scoring step on actual { ≥ 3: 80%, else: 0% } when missing full", Some(100)),
        ("a scoring step on actual { ≥ 3: 80%, else: 0% }", Some(80)),
    ];
    for (lines, limit) in cases {
        let model = model(&format!(
            "indicator a {{ formula sum(work.hits), target ≥ 3 }}\nscorecard c for staff {{ {lines} }}\n"
        ));
        let (_, card) = model.scorecards.iter().next().unwrap();
        assert_eq!(card.score_limit, limit.map(Dec::int), "{lines}");
    }
}

#[test]
fn nested_cards_come_before_those_that_hold_them() {
    let model = model(
        "indicator a { formula sum(work.hits), target ≥ 3 }\nscorecard outer for staff { inner }\n\
         scorecard inner for staff { a scoring proportional cap 120% }\n",
    );
    let names: Vec<_> = model.scorecards.iter().map(|(_, card)| card.title.name.as_str()).collect();
    assert_eq!(names, ["inner", "outer"]);
    assert_eq!(model.scorecards.iter().map(|(_, c)| c.score_limit).collect::<Vec<_>>(), [Some(Dec::int(120)); 2]);
}

#[test]
fn curves_keep_their_bounds_and_units() {
    let model = model(
        "indicator a { formula sum(work.hits), target ≥ 3, scoring step on attainment { ≥ 100%: 100%, 60%..<100%: 50%, else: 0% } }\n\
         scorecard c for staff { a }\n\
         incentive i for c { pay p = marginal(staff.salary) { from 1万元: 3%, from 10万元: 5% } }\n",
    );
    let (_, a) = model.indicators.iter().next().unwrap();
    let Scoring::Curve(_, curve) = &a.scoring else { panic!() };
    let CurveKind::Step(rows) = &curve.kind else { panic!() };
    let bounds: Vec<_> = rows.iter().map(|row| row.bound.clone()).collect();
    assert_eq!(
        bounds,
        [
            StepBound::Compare(CompareOp::Ge, Dec::ONE),
            StepBound::Range(Dec::percent(60), Dec::ONE, false),
            StepBound::Else,
        ]
    );
    let (_, incentive) = model.incentives.iter().next().unwrap();
    let kpi_check::model::ExprKind::Curve(curve, _) = &incentive.pays[0].value.kind else { panic!() };
    let slices = vec![(Dec::int(10_000), Dec::percent(3)), (Dec::int(100_000), Dec::percent(5))];
    assert_eq!(curve.kind, CurveKind::Marginal(slices));
    assert_eq!(incentive.pays[0].round_to, Dec::percent(1));
}

#[test]
fn expectations_speak_of_places_and_periods() {
    let model = model(
        "indicator a { formula sum(work.hits), target ≥ 3 }\nscorecard c for staff { a }\n\
         test \"t\" {\n  period 2026-10\n  staff | id |\n        | 7  |\n  work | who | on         | spent |\n       | 7   | 2026-10-03 | 1.5min |\n\
         expect c[7].a.score == 100\n  expect c[7, 2026-09] is complete\n  expect a[7].score == 100%\n}\n",
    );
    let test = &model.tests[0];
    assert_eq!(test.tables[1].rows[0].cells[2], Some(Value::Dec(Dec::int(90))));
    let said: Vec<_> = test.expects.iter().map(|e| (e.subject.as_str(), e.period.index - test.period.index)).collect();
    assert_eq!(said, [("7", 0), ("7", -1), ("7", 0)]);
    assert!(
        matches!(&test.expects[0].claim, Claim::Compare(Place::Line(_, line, _), CompareOp::Eq, _, _) if line == "a")
    );
    assert!(matches!(test.expects[1].claim, Claim::Incomplete(_, false)));
    assert!(
        matches!(&test.expects[2].claim, Claim::Compare(Place::Indicator(..), _, Value::Dec(x), _) if *x == Dec::ONE)
    );
}
