//! What the interpreter says of small policies, against numbers computed by hand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use kpi_results::{Card, CardStatus, Line, LineStatus, RuleOutcome, Run};
use kpi_testkit::{Data, Fault, check, interpret};

const HEAD: &str = r#"
policy "P" { edition 1, currency CNY, period month }
dimension role { host, control }
roster team { id: text key, boss: text }
roster staff { id: text key, role: role, team: -> team, salary: money }
source live { id: text key, host: -> staff subject, floor: -> staff, on_day: date time, gmv: money, viewers: count }
source late { who: -> staff, on_day: date time, points: number, sparse }
source task { id: text key, owner: -> staff, opened: date, closed: date?, valid from opened to closed }
"#;

const PEOPLE: &str = "
  team | id | boss |
       | T1 | x    |
       | T2 | y    |
  staff | id | role    | team | salary |
        | A  | host    | T1   | 8000   |
        | B  | host    | T1   | 6000   |
        | C  | control | T2   | 5000   |
";

/// Interprets the data of the one test of a policy with a scorecard called `card`.
fn judge(policy: &str) -> Result<Run, Fault> {
    // A test must expect something; what, is of no matter here.
    let policy = format!("{}  expect card[A] is complete\n}}\n", policy.trim_end().strip_suffix('}').unwrap());
    let model = check(&policy).unwrap_or_else(|errors| panic!("{errors}\n{policy}"));
    let test = model.tests.first().unwrap();
    interpret(&model, &Data::of_test(&model, test), test.period, test.period)
}

/// One card a person for one indicator, over `live` rows of October unless they say otherwise.
fn measure(indicator: &str, line: &str, live: &str, rest: &str) -> Run {
    let text = format!(
        "{HEAD}\nindicator x {{\n{indicator}\n}}\nscorecard card for staff {{\n  x {line}\n}}\n{rest}\ntest \"t\" {{\n  period 2026-10{PEOPLE}  live | id | host | floor | on_day | gmv | viewers |\n{live}\n}}\n"
    );
    judge(&text).unwrap()
}

fn card<'r>(run: &'r Run, subject: &str) -> &'r Card {
    run.cards.iter().find(|card| card.subject == subject).unwrap()
}

fn line<'r>(run: &'r Run, subject: &str) -> &'r Line {
    &card(run, subject).lines[0]
}

fn actual(run: &Run, subject: &str) -> String {
    line(run, subject).actual.as_ref().map_or("-".into(), |actual| actual.value.clone())
}

fn score(run: &Run, subject: &str) -> String {
    card(run, subject).score.map_or("-".into(), |score| score.to_string())
}

const FIVE: &str = "
    | L1 | A | B | 2026-10-01 | 100 | 10 |
    | L2 | A | C | 2026-10-31 | 200 | 0  |
    | L3 | B | A | 2026-10-15 | 300 | 5  |
    | L4 | C | A | 2026-09-30 | 999 | 1  |
    | L5 | A | A | 2026-11-01 | 999 | 1  |";

fn formula(text: &str) -> [String; 3] {
    let run = measure(&format!("  formula {text}"), "watch", FIVE, "");
    ["A", "B", "C"].map(|subject| actual(&run, subject))
}

#[test]
fn rows_belong_to_their_period_and_to_whom_they_reach() {
    // October has L1, L2 of A and L3 of B; C has none, and the source has rows, so that its sum is a true zero.
    assert_eq!(formula("sum(live.gmv)"), ["300", "300", "0"]);
    assert_eq!(formula("count(live via floor)"), ["1", "1", "1"]);
    assert_eq!(formula("max(live.gmv)"), ["200", "300", "-"]);
    assert_eq!(formula("count(live needs 2)"), ["2", "-", "-"]);
    assert_eq!(formula("previous(sum(live.gmv))"), ["0", "0", "999"]);
    // August has no row of anybody: no data, never 0.
    assert_eq!(formula("previous(sum(live.gmv), 2)"), ["-", "-", "-"]);
}

#[test]
fn over_pools_and_among_lists() {
    assert_eq!(formula("(average(live.gmv) over team)"), ["200", "200", "-"]);
    assert_eq!(formula("(sum(live.gmv) over all)"), ["600", "600", "600"]);
    assert_eq!(formula("average(average(live.gmv) among team)"), ["225", "225", "-"]);
    // 300 ÷ 2 rows and 300: A has 150, B 300, C none. B is first, A second of two; C has no data of its own.
    assert_eq!(formula("rank(average(live.gmv) among all)"), ["2", "1", "-"]);
    assert_eq!(formula("percentile(average(live.gmv) among all)"), ["0", "1", "-"]);
    assert_eq!(formula("percentile(sum(live.gmv) among role)"), ["0", "0", "-"]);
}

#[test]
fn statistics_are_exact() {
    // 100, 200: the quantile at 75% lies at the place 0.75 between them.
    assert_eq!(formula("quantile(live.gmv, 75%)")[0], "175");
    assert_eq!(formula("median(live.gmv)")[0], "150");
    assert_eq!(formula("first(live.gmv)")[0], "100");
    assert_eq!(formula("last(live.gmv)")[0], "200");
    // 200 ÷ 0 in L2 is unknown: that row is left out, 100 ÷ 10 stays.
    assert_eq!(formula("average(live.gmv / live.viewers)")[0], "10");
    assert_eq!(formula("sum(live.gmv) / 7")[0], "42.857142857143");
    // The sample of 100, 200 has a deviation of √5000.
    assert!(formula("stddev(live.gmv)")[0].starts_with("70.710678118"));
}

#[test]
fn growth_and_streaks_look_back() {
    let rows = "
    | L1 | A | B | 2026-08-05 | 100 | 1 |
    | L2 | A | B | 2026-09-05 | 150 | 1 |
    | L3 | A | B | 2026-10-05 | 120 | 1 |
    | L4 | B | B | 2026-08-05 | 0   | 1 |
    | L5 | B | B | 2026-09-05 | 150 | 1 |
    | L6 | C | B | 2026-10-05 | 150 | 1 |";
    let of = |text: &str| {
        let run = measure(&format!("  formula {text}"), "watch", rows, "");
        ["A", "B", "C"].map(|subject| actual(&run, subject))
    };
    // −20%; 0 ÷ 150 − 1; C had 0 in September, which is not above 0.
    assert_eq!(of("growth(sum(live.gmv))"), ["-0.2", "-1", "-"]);
    assert_eq!(of("streak(sum(live.gmv) ≥ 100元)"), ["3", "0", "1"]);
    assert_eq!(of("streak(sum(live.gmv) < 1000元)"), ["3", "3", "3"]);
}

#[test]
fn a_stock_is_read_at_the_end_of_the_period() {
    let tasks = "  task | id | owner | opened | closed |
         | K1 | A | 2026-09-01 | 2026-10-31 |
         | K2 | A | 2026-09-01 | 2026-10-30 |
         | K3 | A | 2026-10-31 |            |
         | K4 | A | 2026-11-01 |            |";
    let text = format!(
        "{HEAD}\nindicator x {{\n formula count(task)\n}}\nscorecard card for staff {{\n  x watch\n}}\ntest \"t\" {{\n  period 2026-10{PEOPLE}{tasks}\n}}\n"
    );
    let run = judge(&text).unwrap();
    assert_eq!(["A", "B"].map(|subject| actual(&run, subject)), ["2", "0"]);
}

fn scored(target: &str) -> [String; 3] {
    // A has 300 of gmv, B 300 and C 0; their salaries are 8000, 6000 and 5000.
    let run = measure(&format!("  formula sum(live.gmv)\n  {target}"), "weight 100%", FIVE, "");
    ["A", "B", "C"].map(|subject| score(&run, subject))
}

#[test]
fn targets_are_met_at_their_bounds() {
    let at = |target: &str| scored(&format!("target {target}\n scoring all_or_nothing"))[0].clone();
    assert_eq!([at("≥ 300元"), at("> 300元"), at("≥ 300.01元"), at("≥ 299.99元")], ["100", "0", "0", "100"]);
    assert_eq!([at("≤ 300元"), at("< 300元"), at("≤ 299.99元")], ["100", "0", "0"]);
    assert_eq!([at("between 300元..400元"), at("between 200元..<300元")], ["100", "0"]);
    assert_eq!([at("= 300元"), at("= 301元"), at("= 301元 tolerance 1元")], ["100", "0", "100"]);
    assert_eq!(
        [at("≥ 400元 tolerance 25%"), at("≥ 400元 tolerance 24.9%"), at("> 400元 tolerance 25%")],
        ["100", "0", "0"]
    );
}

#[test]
fn attainment_is_a_share_of_the_target() {
    assert_eq!(scored("target ≥ 400元"), ["75", "75", "0"]);
    // 100% is the cap of a line that says nothing else.
    assert_eq!(scored("target ≥ 200元"), ["100", "100", "0"]);
    assert_eq!(scored("target ≥ 200元\n scoring proportional cap 140%"), ["140", "140", "0"]);
    // 200 ÷ 300, and the cap of attainments where there is nothing at all: cut to 100%.
    assert_eq!(scored("target ≤ 200元"), ["66.67", "66.67", "100"]);
    assert_eq!(scored("target ≤ 0元"), ["0", "0", "100"]);
    assert_eq!(scored("target ≥ 0元"), ["100", "100", "100"]);
    assert_eq!(scored("target ≥ 400元\n scoring proportional none below 75.01%"), ["0", "0", "0"]);
    // By the tolerance it is met: 100%, no more.
    assert_eq!(scored("target ≥ 400元 tolerance 25%\n scoring proportional cap 140%"), ["100", "100", "0"]);
    // Half way from 200 to 400 is half way from 100% to 120%.
    assert_eq!(scored("target ≥ 200元 stretch 400元\n scoring proportional stretch 120%"), ["110", "110", "0"]);
}

#[test]
fn scorings() {
    // 300 lies 200 and 199 beyond: twice and once 100.
    assert_eq!(scored("target ≤ 100元\n scoring deduct 30% per 100元")[0], "40");
    assert_eq!(scored("target ≤ 101元\n scoring deduct 30% per 100元")[0], "70");
    assert_eq!(scored("target ≥ 200元\n scoring step on attainment { ≥ 150%: 120%, else: 0% }")[0], "120");
    assert_eq!(scored("target ≥ 200元\n scoring step on attainment { > 150%: 120%, else: 0% }")[0], "0");
    assert_eq!(scored("target ≥ 400元\n scoring linear on attainment { 50%: 0%, 100%: 100% }")[0], "50");
    assert_eq!(scored("scoring linear on actual { 0元: 0%, 900元: 100% }")[0], "33.33");
}

#[test]
fn a_line_without_data_does_what_it_says() {
    // Nobody has the maximum of no row.
    let with = |missing: &str| {
        let indicator = "  formula max(live.gmv)\n target ≥ 100元";
        let text = format!(
            "{HEAD}\nindicator x {{\n{indicator}\n}}\nindicator y {{\n formula count(live)\n target ≥ 4\n}}\nscorecard card for staff {{\n  x weight 60% {missing}\n  y weight 40%\n}}\ntest \"t\" {{\n  period 2026-10{PEOPLE}  live | id | host | floor | on_day | gmv | viewers |\n{FIVE}\n}}\n"
        );
        let run = judge(&text).unwrap();
        (score(&run, "A"), score(&run, "C"), card(&run, "C").status, line(&run, "C").status)
    };
    let text = |text: &str| text.to_owned();
    // A: 60% × 100% + 40% × 50%.
    assert_eq!(with(""), (text("80"), text("-"), CardStatus::Incomplete, LineStatus::NoData));
    assert_eq!(with("when missing zero"), (text("80"), text("0"), CardStatus::Complete, LineStatus::NoData));
    assert_eq!(with("when missing full"), (text("80"), text("60"), CardStatus::Complete, LineStatus::NoData));
    assert_eq!(with("when missing reweight"), (text("80"), text("0"), CardStatus::Complete, LineStatus::NoData));
}

#[test]
fn vetoes_adjustments_grades_and_ranks_come_in_their_order() {
    let card_text = "
scorecard card for staff {
  x weight 100%
  veto few when count(live) < 1 then cap 60
  veto many when sum(live.gmv) ≥ 1000元 then score 0
  bonus more = count(live) × 4 cap 5
  deduct off = sum(late.points)
  grade { ≥ 90: \"A\", ≥ 60: \"B\", else: \"C\" }
}
incentive pay_it for card {
  when grade ≠ \"C\"
  pay base = staff.salary × step(attainment) { ≥ 75%: 50%, else: 0% }
  pay share = staff.salary × linear(attainment) { 50%: 0%, 100%: 10% } round to 1元
  cap 4300元
}
rule low for each scorecard {
  when score < 80
  then by role { host: \"talk\", else: \"move\" }
}";
    let text = format!(
        "{HEAD}\nindicator x {{\n formula sum(live.gmv)\n target ≥ 400元\n}}\n{card_text}\ntest \"t\" {{\n  period 2026-10{PEOPLE}  live | id | host | floor | on_day | gmv | viewers |\n{FIVE}\n  late | who | on_day | points |\n   | B | 2026-10-02 | 1.5 |\n}}\n"
    );
    let run = judge(&text).unwrap();
    // A: 75 + min(8, 5); B: 75 + 4 − 1.5; C: 0 and the veto leaves 0.
    assert_eq!(["A", "B", "C"].map(|s| score(&run, s)), ["80", "77.5", "0"]);
    assert_eq!(card(&run, "C").vetoed, ["few"]);
    let grades = ["A", "B", "C"].map(|s| (card(&run, s).grade.clone().unwrap(), card(&run, s).rank.unwrap()));
    assert_eq!(grades, [("B".into(), 1), ("B".into(), 2), ("C".into(), 3)]);
    // A: 4000 + 5% of 8000 = 4400, capped; B: 3000 + 300; C is not eligible.
    let pay = ["A", "B", "C"].map(|s| card(&run, s).total_pay.unwrap().to_string());
    assert_eq!(pay, ["4300", "3300", "0"]);
    let outcome = |s: &str| (card(&run, s).rules[0].outcome, card(&run, s).rules[0].says.clone());
    assert_eq!(outcome("A"), (RuleOutcome::NotFired, None));
    assert_eq!(outcome("B"), (RuleOutcome::Fired, Some("talk".into())));
    assert_eq!(outcome("C"), (RuleOutcome::Fired, Some("move".into())));
}

#[test]
fn one_unknown_row_makes_a_veto_unknown() {
    let veto = |condition: &str| {
        let run = measure(
            "  formula sum(live.gmv)\n target ≥ 300元",
            &format!("weight 100%\n  veto v when {condition}"),
            FIVE,
            "",
        );
        ["A", "B"].map(|s| score(&run, s))
    };
    // L2 of A divides by zero viewers.
    assert_eq!(veto("count(live where gmv / viewers > 50元) > 0"), ["-", "0"]);
    assert_eq!(veto("count(live where gmv > 250元) > 0"), ["100", "0"]);
}

#[test]
fn two_rows_are_no_lookup() {
    let text = format!(
        "{HEAD}\nindicator x {{\n formula lookup(live.gmv)\n}}\nscorecard card for staff {{\n  x watch\n}}\ntest \"t\" {{\n  period 2026-10{PEOPLE}  live | id | host | floor | on_day | gmv | viewers |\n{FIVE}\n}}\n"
    );
    assert!(matches!(judge(&text), Err(Fault::SeveralRows(_))));
}

#[test]
fn the_policy_of_the_reference() {
    let text = include_str!("../../../tests/front/policies/live_team.kpi");
    let model = check(text).unwrap_or_else(|errors| panic!("{errors}"));
    let test = model.tests.iter().find(|test| test.name == "a severe violation vetoes the score").unwrap();
    let run = interpret(&model, &Data::of_test(&model, test), test.period, test.period).unwrap();
    let card = card(&run, "A01");
    assert_eq!(
        (card.score.unwrap().to_string(), card.vetoed.as_slice()),
        ("0".into(), ["severe".to_owned()].as_slice())
    );
    assert!(card.pay.values().all(|pay| pay.is_some_and(|pay| pay.is_zero())));
    // The three lines by themselves earn all of their weights.
    let points: Vec<String> = card.lines.iter().map(|line| line.score.unwrap().to_string()).collect();
    assert_eq!(points, ["60", "30", "10"]);
}

/// What a formula says of A, B and C over three months of sessions.
fn over_months(formula: &str, views: &str) -> [String; 3] {
    let live = "
    | L1 | A | B | 2026-08-03 | 100 | 10 |
    | L2 | A | C | 2026-09-30 | 200 | 0  |
    | L3 | A | C | 2026-09-01 | 50  | 5  |
    | L4 | B | A | 2026-09-15 | 300 | 5  |
    | L5 | A | A | 2026-10-01 | 10  | 10 |
    | L6 | A | A | 2026-10-02 | 20  | 1  |
    | L7 | B | A | 2026-10-05 | 7   | 1  |";
    let run = measure(&format!("  formula {formula}"), "watch", live, views);
    ["A", "B", "C"].map(|subject| actual(&run, subject))
}

#[test]
fn windows_take_the_values_of_their_periods() {
    let of = |formula: &str| over_months(formula, "");
    // A: 100, 250, 30; B: 0, 300, 7, for the source has rows in August; C: 0 in all three.
    assert_eq!(of("average(sum(live.gmv), last 3 months)"), ["126.666666666667", "102.333333333333", "0"]);
    assert_eq!(of("sum(sum(live.gmv), last 2 periods)"), ["280", "307", "0"]);
    assert_eq!(of("median(sum(live.gmv), last 3 months)"), ["100", "7", "0"]);
    // No data before the source's first row in August: those months are left out.
    assert_eq!(of("min(sum(live.gmv), this year)"), ["30", "0", "0"]);
    assert_eq!(of("count(live) + sum(count(live), since 2026-09)"), ["6", "3", "0"]);
    // Without rows the mean of a month is no data, and is left out: B has September and October.
    assert_eq!(of("sum(average(live.gmv), last 3 months needs 2)"), ["240", "307", "-"]);
    assert_eq!(of("sum(average(live.gmv), last 3 months needs 3)"), ["240", "-", "-"]);
}

#[test]
fn pooled_rows_are_those_of_all_periods() {
    let of = |formula: &str| over_months(formula, "");
    // A's five rows: 100, 200, 50, 10, 20; not the mean of the months' means (100, 125, 15).
    assert_eq!(of("average(live.gmv) over last 3 months"), ["76", "153.5", "-"]);
    assert_eq!(of("median(live.gmv) over last 3 months"), ["50", "153.5", "-"]);
    assert_eq!(of("(sum(live.gmv) ÷ count(live)) over last 2 months"), ["70", "153.5", "-"]);
    assert_eq!(of("count(live needs 3) over since 2026-09"), ["4", "-", "-"]);
    // In a team: T1 is A and B, T2 C.
    assert_eq!(of("(count(live) over team) over last 3 months"), ["7", "7", "0"]);
    assert_eq!(of("previous(count(live) over last 2 months)"), ["3", "1", "0"]);
}

#[test]
fn views_are_rows_like_any_others() {
    let of = |formula: &str, views: &str| over_months(formula, views);
    let by_month = "view monthly from live group by host, month { n = count(), gmv = sum(gmv), most = max(gmv where viewers > 5) }\n";
    assert_eq!(of("sum(monthly.gmv)", by_month), ["30", "7", "0"]);
    assert_eq!(of("count(monthly where n ≥ 2)", by_month), ["1", "0", "0"]);
    // No session of B had more than five viewers.
    assert_eq!(of("max(monthly.most where most is known)", by_month), ["10", "-", "-"]);
    assert_eq!(of("max(monthly.gmv) over last 3 months", by_month), ["250", "300", "-"]);
    // Of the whole input, whatever the period judged.
    let ever = "view ever from live group by host { n = count(), mean = average(gmv) }\n";
    assert_eq!(of("sum(ever.n)", ever), ["5", "2", "0"]);
    assert_eq!(of("max(ever.mean)", ever), ["76", "153.5", "-"]);
    // 2026-10-01 is a Thursday, the fourth day of its week, which therefore belongs to October with the 30th of September.
    let weekly = "view weekly from live group by host, week { n = count() }\n";
    assert_eq!(of("max(weekly.n)", weekly), ["3", "1", "-"]);
    let busy = "view big from live where gmv > 15元\nview busy from big group by host, day { n = count() }\n";
    assert_eq!(of("count(big) + sum(busy.n)", busy), ["2", "0", "0"]);
    // The floor controllers are a group of their own; nobody's is one too.
    let floors = "view floors from live group by floor, month { n = count() }\n";
    assert_eq!(of("sum(floors.n)", floors), ["3", "0", "0"]);
}
