//! `exists` and the data date, over exports: a cohort that is closed too early has no data, never a small share.

use serde_json::Value;

use crate::support::Project;

const POLICY: &str = r#"policy "用户运营" {
  edition  1
  currency CNY
  period   month
}

roster staff { id: text key }
source user { id: text key from "用户", owner: -> staff, registered: date time }
source activity { user: text, day: date time, hidden: bool }

indicator retention "30日留存率" {
  formula count(user dated registered + 30d where exists(
    activity where activity.user == user.id and activity.day == user.registered + 30d and not activity.hidden))
    ÷ count(user dated registered + 30d)
  target  ≥ 30%
}
scorecard card for staff { retention }
"#;

/// Day 30 of U1 is 30 October, of U2 the 31st, of U3 the 15th: active a day before and a day after. That of U4 is 1 November. The row of the 15th
/// is hidden, that of 用户五 on the 20th is not.
fn project() -> Project {
    Project::empty()
        .write("kpi.toml", "[project]\npolicies = [\"p.kpi\"]\n\n[sources]\nstaff = \"staff.csv\"\nuser = \"user.csv\"\nactivity = \"activity.csv\"\n")
        .write("p.kpi", POLICY)
        .write("staff.csv", "id\nA\n")
        .write(
            "user.csv",
            "用户,owner,registered\nU1,A,2026-09-30\nU2,A,2026-10-01\nU3,A,2026-09-15\nU4,A,2026-10-02\n用户五,A,2026-09-20\n",
        )
        .write(
            "activity.csv",
            "user,day,hidden\nU1,2026-10-30,否\nU1,2026-10-30,否\nU2,2026-10-31,否\nU3,2026-10-14,否\nU3,2026-10-16,否\nU3,2026-10-15,是\n用户五,2026-10-20,否\n",
        )
}

fn actual(project: &Project, more: &str) -> (Value, String) {
    let outcome = project.kpi(&format!("run --period 2026-10 --format json {more}"));
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let run: Value = serde_json::from_str(&outcome.out).unwrap();
    let line = run["cards"][0]["lines"][0].clone();
    (line["actual"]["value"].clone(), run["findings"].to_string())
}

#[test]
fn a_cohort_is_the_share_of_those_who_are_there_on_the_day() {
    // U1, U2 and 用户五 of U1, U2, U3 and 用户五: a row that comes twice counts once, a hidden one not at all.
    assert_eq!(actual(&project(), "").0, "0.75");
    assert_eq!(actual(&project(), "--data-until 2026-10-31").0, "0.75");
    assert_eq!(actual(&project(), "--data-until 2026-11-30").0, "0.75");
}

#[test]
fn what_the_other_table_leaves_out_does_not_exist() {
    let text = POLICY
        .replace(" and not activity.hidden", "")
        .replace("hidden: bool }", "hidden: bool, exclude \"隐藏\" where hidden }");
    assert_eq!(actual(&project().write("p.kpi", &text), "").0, "0.75");
    // The hidden row of U3, when nothing is left out.
    let all = text.replace(", exclude \"隐藏\" where hidden", "");
    assert_eq!(actual(&project().write("p.kpi", &all), "").0, "1");
    // Through a reference: nothing that U1 did counts, who is of the house, and he himself does.
    let house = text
        .replace("owner: -> staff,", "owner: -> staff, house: bool from \"owner2\",")
        .replace("user: text, day", "user: -> user, day")
        .replace("where hidden }", "where hidden or user.house }");
    let users = "用户,owner,owner2,registered\nU1,A,是,2026-09-30\nU2,A,否,2026-10-01\nU3,A,否,2026-09-15\n用户五,A,否,2026-09-20\n";
    assert_eq!(actual(&project().write("p.kpi", &house).write("user.csv", users), "").0, "0.5");
}

#[test]
fn what_lies_before_the_other_tables_first_row_is_no_data() {
    // The export begins in October. Day 30 of U1 is its first day, of U2 its last, and U2 is there on it.
    let with = |condition: &str| {
        let text = POLICY.replace("activity.day == user.registered + 30d", condition);
        project().write("p.kpi", text).write("user.csv", "用户,owner,registered\nU1,A,2026-09-01\nU2,A,2026-10-01\n")
    };
    assert_eq!(actual(&with("activity.day == user.registered + 30d"), "").0, "0.5");
    // The day before that of U1 is the last of September: nobody knows, and it is not false.
    let early = with("activity.day == user.registered + 29d");
    let (value, findings) = actual(&early, "");
    assert_eq!(value, Value::Null, "{findings}");
    assert!(findings.contains("K7108") && findings.contains("2026-10-01"), "{findings}");
    let why = early.kpi("why A retention --period 2026-10");
    assert!(why.out.contains("1 row of `user` asks for days before 2026-10-01"), "{}", why.whole());
    // With a row of September it is known.
    assert_eq!(actual(&early.replace("activity.csv", "U3,2026-10-14", "U3,2026-09-14"), "").0, "0");
    // What only says until when takes the export for all there is, from the first day on.
    assert_eq!(actual(&with("activity.day ≤ user.registered + 30d"), "").0, "0.5");
    assert_eq!(actual(&with("activity.day < user.registered + 30d"), "").0, Value::Null);
    // What only says from when asks for what was there before.
    assert_eq!(actual(&with("activity.day > user.registered + 30d"), "").0, "0.5");
    assert_eq!(actual(&with("activity.day ≥ user.registered + 60d"), "").0, "0");
}

#[test]
fn a_table_that_is_only_looked_in_must_not_miss_a_judged_period() {
    let project = project().write("activity.csv", "user,day,hidden\nU1,2026-09-30,否\nU1,2026-11-30,否\n");
    let outcome = project.kpi("run --period 2026-10");
    assert_ne!(outcome.code, 0);
    assert!(outcome.err.contains("`activity` has no row in 2026-10"), "{}", outcome.err);
    let sparse = project.replace("p.kpi", "hidden: bool }", "hidden: bool, sparse }");
    assert_eq!(actual(&sparse, "").0, "0");
}

#[test]
fn what_the_data_do_not_reach_is_no_data_and_says_until_when() {
    let late = project().replace("activity.csv", "U2,2026-10-31,否\n", "");
    // Known not to be there, a day later than the data of before.
    assert_eq!(actual(&late, "--data-until 2026-10-31").0, "0.5");
    let (value, findings) = actual(&late, "--data-until 2026-10-30");
    assert_eq!(value, Value::Null);
    assert!(findings.contains("not ripe until 2026-10-31"), "{findings}");
    let why = late.kpi("why A retention --period 2026-10 --data-until 2026-10-30");
    assert!(why.out.contains("not ripe until 2026-10-31"), "{}", why.whole());
}

#[test]
fn rows_by_their_own_time_are_not_ripe_at_the_end_of_the_period() {
    let text = POLICY.replace(" dated registered + 30d", "");
    let project = project().write("p.kpi", text);
    let (value, findings) = actual(&project, "");
    assert_eq!(value, Value::Null);
    assert!(findings.contains("not ripe until 2026-11-01"), "{findings}");
    // Those of October: U2 was there on its day, U4 was not.
    assert_eq!(actual(&project, "--data-until 2026-11-01").0, "0.5");
}

#[test]
fn a_data_date_before_the_period_is_refused() {
    let outcome = project().kpi("run --period 2026-10 --data-until 2026-09-30");
    assert_ne!(outcome.code, 0);
    assert!(outcome.err.contains("K7106"), "{}", outcome.err);
}

#[test]
fn a_policy_test_says_how_far_its_data_reach() {
    let grids = "
  period 2026-10
  data   until DATE
  staff    | id |
           | A  |
  user     | id | owner | registered |
           | U1 | A     | 2026-09-30 |
           | U2 | A     | 2026-10-01 |
  activity | user | day        | hidden |
           | U1   | 2026-10-30 | 否     |
";
    let test = |name: &str, date: &str, expect: &str| {
        format!("\ntest \"{name}\" {{{}  expect retention[A].actual {expect}\n}}\n", grids.replace("DATE", date))
    };
    let tests = test("early", "2026-10-30", "is missing") + &test("ripe", "2026-10-31", "== 50%");
    let said = project().write("p.kpi", POLICY.to_owned() + &tests).kpi("test");
    assert!(said.out.contains("2 passed, 0 failed"), "{}", said.whole());
}
