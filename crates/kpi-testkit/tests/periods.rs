//! Shorter periods, tracks, windows and stints, against numbers computed by hand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic, reason = "tests")]

use kpi_results::{Card, CardStatus, Goal, Line, LineStatus, Run, SubPeriod};
use kpi_testkit::{Data, Fault, check, interpret};

/// Weeks of 2026: W36 begins on Monday, August 31; its fourth day is September 3. W40 begins on September 28, its fourth day
/// is October 1; W44 ends on November 1. September has the weeks W36 to W39, October W40 to W44.
const HEAD: &str = r#"
policy "P" { edition 1, currency CNY, period month }
dimension role { host, control }
roster team { id: text key, boss: text }
roster staff { id: text key, role: role, team: -> team, salary: money, desk: text, from_day: date, to_day: date?, valid from from_day to to_day }
source hit { id: text key, who: -> staff, on_day: date time, n: count }
source late { who: -> staff, at: datetime time, points: number, sparse }
"#;

const PEOPLE: &str = "
  team | id | boss |
       | T1 | x    |
       | T2 | y    |
  staff | id | role    | team | salary | desk | from_day   | to_day     |
        | A  | host    | T1   | 8000   | d1   | 2026-01-01 |            |
        | B  | host    | T1   | 6000   | d1   | 2026-09-16 |            |
";

fn judge(policy: &str, period: &str, people: &str, rows: &str) -> Result<Run, Fault> {
    let text = format!(
        "{HEAD}{policy}\ntest \"t\" {{\n  period {period}{people}  hit | id | who | on_day | n |\n{rows}\n  expect card[A] is complete\n}}\n"
    );
    let model = check(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    let test = model.tests.first().unwrap();
    interpret(&model, &Data::of_test(&model, test), test.period, test.period)
}

fn card<'r>(run: &'r Run, subject: &str) -> &'r Card {
    run.cards.iter().find(|card| card.subject == subject).unwrap()
}

fn cards<'r>(run: &'r Run, subject: &str) -> Vec<&'r Card> {
    run.cards.iter().filter(|card| card.subject == subject).collect()
}

fn line<'r>(run: &'r Run, subject: &str) -> &'r Line {
    &card(run, subject).lines[0]
}

fn text(value: Option<impl ToString>) -> String {
    value.map_or("-".into(), |value| value.to_string())
}

fn actual(line: &Line) -> String {
    text(line.actual.as_ref().map(|actual| actual.value.clone()))
}

fn target(goal: Option<&Goal>) -> String {
    text(goal.map(|goal| match goal {
        Goal::Bound(bound) => bound.value.clone(),
        Goal::Band { from, to, .. } => format!("{from}..{to}"),
    }))
}

fn weeks(line: &Line) -> Vec<String> {
    let shown = |week: &SubPeriod| {
        let actual = text(week.actual.as_ref().map(|actual| actual.value.clone()));
        format!(
            "{} {actual}/{} {} {}",
            week.period,
            target(week.target.as_ref()),
            text(week.attainment),
            text(week.met)
        )
    };
    line.periods.iter().flatten().map(shown).collect()
}

/// A has 4 hits in the first week of September and none in the others; B is there from Wednesday of the third week on, and
/// has 1 and 3 in the last two.
const SEPTEMBER: &str = "
    | H1 | A | 2026-08-31 | 4 |
    | H2 | B | 2026-09-20 | 1 |
    | H3 | B | 2026-09-21 | 3 |
    | H4 | A | 2026-09-28 | 9 |";

fn by_week(roll_up: &str, rest: &str) -> Run {
    let policy = format!(
        "indicator x {{\n  formula sum(hit.n)\n  target ≥ 1 {rest}\n  period week rolled up by {roll_up}\n}}\nscorecard card for staff {{ x weight 100% }}\n"
    );
    judge(&policy, "2026-09", PEOPLE, SEPTEMBER).unwrap()
}

#[test]
fn weekly_hits_of_4_0_0_0_are_rolled_up_in_four_ways() {
    let of = |roll_up: &str| {
        let run = by_week(roll_up, "");
        let line = line(&run, "A");
        (text(line.attainment), line.status, text(card(&run, "A").score), actual(line), target(line.target.as_ref()))
    };
    let made = |attainment: &str, met, score: &str, actual: &str, target: &str| {
        let met = if met { LineStatus::Met } else { LineStatus::Missed };
        (attainment.to_owned(), met, score.to_owned(), actual.to_owned(), target.to_owned())
    };
    // 4 of 4; 200%, 0%, 0%, 0%; the lowest; one of four. The attainment of 400% is cut to the cap of 200% in its week.
    assert_eq!(of("sum"), made("1", true, "100", "4", "4"));
    assert_eq!(of("average"), made("0.5", false, "50", "-", "-"));
    assert_eq!(of("worst"), made("0", false, "0", "-", "-"));
    assert_eq!(of("share_met"), made("0.25", false, "25", "-", "-"));
}

#[test]
fn a_week_belongs_to_the_month_of_its_fourth_day() {
    let run = by_week("sum", "");
    // August 31 is in, September 28 is not.
    let a = ["2026-W36 4/1 2 true", "2026-W37 0/1 0 false", "2026-W38 0/1 0 false", "2026-W39 0/1 0 false"];
    assert_eq!(weeks(line(&run, "A")), a);
    // B is not there in the first two weeks, which are left out of Σ target.
    let b = ["2026-W36 -/- - -", "2026-W37 -/- - -", "2026-W38 1/1 1 true", "2026-W39 3/1 2 true"];
    assert_eq!(weeks(line(&run, "B")), b);
    assert_eq!((actual(line(&run, "B")), target(line(&run, "B").target.as_ref())), ("4".into(), "2".into()));
    assert_eq!(text(line(&by_week("average", ""), "B").attainment), "1.5");
    assert_eq!(line(&by_week("worst", ""), "B").status, LineStatus::Met);
    assert_eq!(text(card(&by_week("share_met", ""), "B").score), "100");
}

#[test]
fn a_source_is_asked_for_data_by_the_month_of_the_week() {
    // In October nobody has a row: no data in any of its weeks, although W40 begins with September 28.
    let policy = "indicator x { formula sum(hit.n), target ≥ 1, period week rolled up by average }\nscorecard card for staff { x weight 100% }\n";
    let run = judge(policy, "2026-10", PEOPLE, SEPTEMBER).unwrap();
    assert_eq!(card(&run, "A").status, CardStatus::Incomplete);
    assert_eq!((line(&run, "A").status, line(&run, "A").attainment), (LineStatus::NoData, None));
    assert_eq!(weeks(line(&run, "A")).len(), 5);
}

#[test]
fn tolerances_and_scorings_of_what_is_rolled_up() {
    // 1 and 3 of B against 2 weeks of ≥ 2.5: 2.5 × 2 = 5 with 20% off is 4; with an absolute 0.5 a week also 4.
    let of = |target: &str, roll_up: &str, scoring: &str| {
        let policy = format!(
            "indicator x {{\n formula sum(hit.n)\n target {target}\n period week rolled up by {roll_up}\n {scoring}\n}}\nscorecard card for staff {{ x weight 100% }}\n"
        );
        let run = judge(&policy, "2026-09", PEOPLE, SEPTEMBER).unwrap();
        (text(card(&run, "B").score), line(&run, "B").status)
    };
    let (met, missed) = (LineStatus::Met, LineStatus::Missed);
    assert_eq!(of("≥ 2.5", "sum", ""), ("80".into(), missed));
    assert_eq!(of("≥ 2.5 tolerance 20%", "sum", ""), ("100".into(), met));
    assert_eq!(of("≥ 2.5 tolerance 19%", "sum", ""), ("80".into(), missed));
    // 1 is met by half of 2, and 3 by itself; 50% is the lowest, and what is met by a tolerance earns 100%.
    assert_eq!(of("≥ 2 tolerance 50%", "worst", ""), ("100".into(), met));
    assert_eq!(of("≥ 2", "worst", ""), ("50".into(), missed));
    // 50% and 150%: the mean is 100%.
    assert_eq!(of("≥ 2", "average", "scoring all_or_nothing"), ("100".into(), met));
    assert_eq!(of("≥ 2.1", "average", "scoring all_or_nothing"), ("0".into(), missed));
    assert_eq!(of("≥ 2", "share_met", "scoring step on attainment { ≥ 50%: 70%, else: 0% }"), ("70".into(), missed));
    assert_eq!(of("≥ 2", "sum", "scoring deduct 50% per 1"), ("100".into(), met));
    assert_eq!(of("≥ 2.5", "sum", "scoring deduct 50% per 1"), ("50".into(), missed));
    // The week before, in a week: W37 to W39 of A have 4, 0, 0 before them, W36 none of the month of August.
    assert_eq!(of("≥ previous(self)", "share_met", ""), ("100".into(), met));
}

#[test]
fn fields_of_what_is_rolled_up_are_those_of_the_month() {
    let policy = "
indicator x { formula sum(hit.n), target ≥ 1, period week rolled up by sum }
indicator y { formula sum(hit.n), target ≥ 1, period week rolled up by worst }
indicator twice { formula x × 2 + x.target, target ≥ 1 }
indicator low { formula y.attainment + previous(y.attainment), target ≥ 1% }
indicator how_far { formula x.progress, target ≥ 1% }
scorecard card for staff { twice, low, how_far, x, y }
";
    let rows = "
    | H1 | A | 2026-08-03 | 5 |
    | H2 | A | 2026-08-10 | 5 |
    | H3 | A | 2026-08-17 | 1 |
    | H4 | A | 2026-08-24 | 5 |
    | H5 | A | 2026-09-02 | 6 |";
    let run = judge(policy, "2026-09", PEOPLE, rows).unwrap();
    let lines = &card(&run, "A").lines;
    // 6 × 2 + 4 weeks; the lowest is 0 in September, 100% in August; 6 of 4.
    assert_eq!([0, 1, 2].map(|n| actual(&lines[n])), ["16", "1", "1.5"]);
}

#[test]
fn what_is_tracked_is_held_against_a_share_of_the_target() {
    let policy = "
indicator x { formula sum(hit.n), target ≥ 16, track week 1 ÷ 4, day 1 ÷ 8 }
scorecard card for staff { x }
";
    let run = judge(policy, "2026-09", PEOPLE, SEPTEMBER).unwrap();
    let line = line(&run, "A");
    // September has 9 on the 28th. Of the week of August 31 all days belong to it.
    assert_eq!((actual(line), text(line.progress)), ("9".into(), "0.5625".into()));
    let track = line.track.as_ref().unwrap();
    assert_eq!(track.len(), 4 + 30);
    let shown = |n: usize| {
        let at = &track[n];
        let actual = text(at.actual.as_ref().map(|actual| actual.value.clone()));
        format!("{} {actual}/{} {}", at.period, target(at.target.as_ref()), text(at.progress))
    };
    assert_eq!(shown(0), "2026-W36 4/4 1");
    assert_eq!(shown(4), "2026-09-01 0/2 0");
    assert_eq!(shown(31), "2026-09-28 9/2 4.5");
    // B is not there before the 16th.
    assert_eq!(text(card(&run, "B").lines[0].track.as_ref().unwrap()[4].actual.as_ref().map(|_| 1)), "-");
}

/// A is a host at the desk d1, from the 11th at d2, and from the 21st to the 24th of control; then there is a gap until
/// the 28th.
const MOVES: &str = "
  team | id | boss |
       | T1 | x    |
  staff | id | role    | team | salary | desk | from_day   | to_day     |
        | A  | host    | T1   | 3000   | d1   | 2026-01-01 | 2026-09-10 |
        | A  | host    | T1   | 3000   | d2   | 2026-09-11 | 2026-09-20 |
        | A  | control | T1   | 3000   | d2   | 2026-09-21 | 2026-09-24 |
        | A  | control | T1   | 3000   | d2   | 2026-09-28 |            |
        | B  | host    | T1   | 6000   | d1   | 2026-09-16 |            |
";

const MOVED: &str = "
    | H1 | A | 2026-09-01 | 1 |
    | H2 | A | 2026-09-20 | 2 |
    | H3 | A | 2026-09-21 | 4 |
    | H4 | A | 2026-09-26 | 8 |
    | H5 | A | 2026-09-30 | 16 |
    | H6 | B | 2026-09-30 | 32 |
    | H7 | A | 2026-08-30 | 64 |";

fn stints(run: &Run, subject: &str) -> Vec<String> {
    let stint = |card: &&Card| {
        let stint = card.stint.as_ref().unwrap();
        format!("{} {}..{} {}", card.scorecard, &stint.from[5..], &stint.to[5..], stint.days)
    };
    cards(run, subject).iter().map(stint).collect()
}

#[test]
fn a_period_is_split_where_what_the_policy_reads_changes() {
    let policy = "
indicator x { formula sum(hit.n), target ≥ 10 }
scorecard card for staff where role in {host, control} { x, mid_period split }
";
    let run = judge(policy, "2026-09", MOVES, MOVED).unwrap();
    // The desk is not read: d1 and d2 are one stint. The gap from the 25th to the 27th cuts, and its row is nobody's.
    assert_eq!(stints(&run, "A"), ["card 09-01..09-20 20", "card 09-21..09-24 4", "card 09-28..09-30 3"]);
    let actuals: Vec<String> = cards(&run, "A").iter().map(|card| actual(&card.lines[0])).collect();
    assert_eq!(actuals, ["3", "4", "16"]);
    assert_eq!(stints(&run, "B"), ["card 09-16..09-30 15"]);
    // Ranks are among all cards: 30, 40, 100 and 100 points.
    let ranks: Vec<Option<u32>> = run.cards.iter().map(|card| card.rank).collect();
    assert_eq!(ranks, [Some(4), Some(3), Some(1), Some(1)]);
}

#[test]
fn a_stint_is_on_the_card_whose_condition_it_meets() {
    let policy = "
indicator x { formula sum(hit.n), target ≥ 10 }
indicator before { formula previous(sum(hit.n)), target ≥ 10 }
indicator all_of_us { formula (sum(hit.n) over team) }
indicator mean { formula average(sum(hit.n) among all) }
indicator covered { formula stint.days }
scorecard card for staff where role == host { x, before, all_of_us watch, mean watch, covered watch, mid_period split }
scorecard other for staff where desk == \"d2\" { x, covered watch, mid_period first }
scorecard plain for staff where desk == \"d2\" { x, covered watch }
";
    let run = judge(policy, "2026-09", MOVES, MOVED).unwrap();
    let of = |name: &str, subject: &str| {
        let cards: Vec<&Card> = run.cards.iter().filter(|c| c.scorecard == name && c.subject == subject).collect();
        cards.iter().map(|card| card.lines.iter().map(actual).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    // The desk is read: two stints of a host. August, the team and the mean are those of whole months, in which the row of the
    // gap counts.
    assert_eq!(of("card", "A"), [["1", "64", "63", "31.5", "10"], ["2", "64", "63", "31.5", "10"]]);
    // As of the first day the desk is d1, as of the last one d2; 27 days on the roster.
    assert_eq!(of("other", "A"), Vec::<Vec<String>>::new());
    assert_eq!(of("plain", "A"), [["31", "27"]]);
}

#[test]
fn what_is_shared_by_stint_sums_to_the_whole() {
    let policy = |sharing: &str| {
        format!(
            "
indicator x {{ formula sum(hit.n), target ≥ 1 }}
scorecard card for staff where role == host {{ x, mid_period split }}
scorecard other for staff where role == control {{ x, mid_period split }}
incentive pay_it for card, other {{
  pay fixed = staff.salary
  pay days = staff.salary × stint.days ÷ period.days
  {sharing}
}}
"
        )
    };
    let pays = |sharing: &str| -> Vec<String> {
        let run = judge(&policy(sharing), "2026-09", MOVES, MOVED).unwrap();
        let pay = |card: &&Card| format!("{} {}", text(card.pay["fixed"]), text(card.pay["days"]));
        cards(&run, "A").iter().map(pay).collect()
    };
    // 20, 4 and 3 of 27 days of 3000; 2222.222, 444.444 and 333.333 are 3000 together. The second pay is 2000, 400, 300 in
    // full: by stint 20 ÷ 27 × 2000 and so on.
    assert_eq!(pays("share by stint"), ["2222.22 1481.48", "444.44 59.26", "333.33 33.33"]);
    assert_eq!(pays("per card"), ["3000 2000", "3000 400", "3000 300"]);
    let once = judge(&policy(""), "2026-09", MOVES, MOVED);
    assert_eq!(once, Err(Fault::TwoCards { incentive: "pay_it".into(), subject: "A".into() }));
}

#[test]
fn a_time_of_day_is_on_its_day() {
    // 23:59 of the 20th is in the first stint, 00:00 of the 21st in the second.
    let policy = "
indicator x { formula sum(late.points), target ≤ 10 }
scorecard card for staff where role in {host, control} { x, mid_period split }
";
    let rows = format!(
        "{MOVED}\n  late | who | at | points |\n    | A | 2026-09-20 23:59 | 1 |\n    | A | 2026-09-21 00:00 | 2 |"
    );
    let run = judge(policy, "2026-09", MOVES, &rows).unwrap();
    let actuals: Vec<String> = cards(&run, "A").iter().map(|card| actual(&card.lines[0])).collect();
    assert_eq!(actuals, ["1", "2", "0"]);
}

/// A has 10 in June, 2 and 4 in August and nothing in September; B, who is there from September 16 on, 7 in September and a
/// row of August. Nobody has a row in July.
const QUARTERS: &str = "
    | H1 | A | 2026-06-30 | 10  |
    | H2 | A | 2026-08-01 | 2   |
    | H3 | A | 2026-08-31 | 4   |
    | H4 | B | 2026-08-20 | 100 |
    | H5 | B | 2026-09-16 | 7   |";

fn windowed(formula: &str) -> [String; 2] {
    let policy = format!("indicator x {{ formula {formula} }}\nscorecard card for staff {{ x watch }}\n");
    let run = judge(&policy, "2026-09", PEOPLE, QUARTERS).unwrap();
    ["A", "B"].map(|subject| actual(line(&run, subject)))
}

#[test]
fn windows_take_the_values_of_periods_with_data() {
    // Of A: 10 in June, no data in July, 6 in August, 0 in September. B is not there before September.
    assert_eq!(windowed("average(sum(hit.n), last 3 months)"), ["3", "7"]);
    assert_eq!(windowed("average(sum(hit.n), last 3 months needs 2)"), ["3", "-"]);
    assert_eq!(windowed("average(sum(hit.n), last 3 months needs 3)"), ["-", "-"]);
    assert_eq!(windowed("sum(sum(hit.n), this year)"), ["16", "7"]);
    assert_eq!(windowed("sum(sum(hit.n), this quarter)"), ["6", "7"]);
    assert_eq!(windowed("min(sum(hit.n), last 4 periods)"), ["0", "7"]);
    assert_eq!(windowed("max(sum(hit.n), last 4 periods)"), ["10", "7"]);
    assert_eq!(windowed("median(sum(hit.n), last 4 periods)"), ["6", "7"]);
    assert_eq!(windowed("sum(sum(hit.n), since 2026-08)"), ["6", "7"]);
    assert_eq!(windowed("sum(sum(hit.n), since 2026-10)"), ["-", "-"]);
    // No row of September has a mean of A: only June and August are left, with 10 and 3.
    assert_eq!(windowed("average(average(hit.n), last 4 months)"), ["6.5", "7"]);
    assert_eq!(windowed("previous(sum(sum(hit.n), last 2 months))"), ["6", "-"]);
}

#[test]
fn windows_pool_the_rows_of_periods() {
    // 10, 2 and 4; a row of a month in which B is not there is not among them.
    assert_eq!(windowed("(average(hit.n) over last 4 months)"), ["5.333333333333", "7"]);
    assert_eq!(windowed("(count(hit) over last 2 months)"), ["2", "1"]);
    assert_eq!(windowed("(count(hit needs 3) over last 2 months)"), ["-", "-"]);
    assert_eq!(windowed("(sum(hit.n) over last 3 months) / salary × 1元"), ["0.00075", "0.001166666667"]);
    assert_eq!(windowed("previous(sum(hit.n) over last 2 months)"), ["6", "-"]);
    assert_eq!(windowed("(first(hit.n) over this year)"), ["10", "7"]);
    // In July there is no data, and pooled with June there is.
    assert_eq!(windowed("previous(sum(hit.n), 2)"), ["-", "-"]);
    assert_eq!(windowed("previous((sum(hit.n) over last 2 months), 2)"), ["10", "-"]);
}

#[test]
fn parts_become_one_indicator() {
    let of = |parts: &str, combine: &str| {
        let policy = format!("indicator x {{\n{parts}\n combine {combine}\n}}\nscorecard card for staff {{ x }}\n");
        let run = judge(&policy, "2026-09", PEOPLE, SEPTEMBER).unwrap();
        let line = line(&run, "B").clone();
        (text(card(&run, "B").score), text(line.attainment), line.status, line.lines.unwrap().len())
    };
    let (met, missed, no_data) = (LineStatus::Met, LineStatus::Missed, LineStatus::NoData);
    // B has 2 rows with 4 hits together: 80%, and 200% of which 100% count.
    let two = " part hits { formula sum(hit.n), target ≥ 5 }\n part rows { formula count(hit), target ≥ 1 }";
    assert_eq!(of(two, "worst"), ("80".into(), "0.8".into(), missed, 2));
    assert_eq!(of(two, "average"), ("90".into(), "1.4".into(), missed, 2));
    assert_eq!(of(two, "all"), ("0".into(), "0.8".into(), missed, 2));
    // Each part is scored in its own way: 1 beyond costs 30%, which is also what counts of its attainment.
    let deduct = " part hits { formula sum(hit.n), target ≤ 3, scoring deduct 30% per 1 }\n part rows { formula count(hit), target ≥ 1 }";
    assert_eq!(of(deduct, "worst"), ("70".into(), "0.7".into(), missed, 2));
    let all = " part hits { formula sum(hit.n), target ≥ 4 }\n part rows { formula count(hit), target ≥ 1 }";
    assert_eq!(of(all, "all"), ("100".into(), "1".into(), met, 2));
    // A part that is not judged is left out, one without data makes the whole no data.
    let none = " part hits { formula sum(hit.n), target by role { host: none, control: ≥ 1 } }\n part rows { formula count(hit), target ≥ 4 }";
    assert_eq!(of(none, "average"), ("50".into(), "0.5".into(), missed, 1));
    let lost = " part hits { formula previous(sum(hit.n)), target ≥ 1 }\n part rows { formula count(hit), target ≥ 4 }";
    assert_eq!(of(lost, "average"), ("-".into(), "-".into(), no_data, 2));
}

#[test]
fn stints_are_ranked_with_those_of_other_days() {
    // A of 20, 4 and 3 days and B of 15: the stints of a host are ranked together, and so are those of control, whichever
    // days they have. 30 and 100 points; 40 and 100.
    let policy = "
indicator x { formula sum(hit.n), target ≥ 10 }
scorecard card for staff { x, mid_period split, rank among role }
";
    let run = judge(policy, "2026-09", MOVES, MOVED).unwrap();
    let ranks: Vec<Option<u32>> = run.cards.iter().map(|card| card.rank).collect();
    assert_eq!(ranks, [Some(2), Some(2), Some(1), Some(1)]);
}
