//! Cohorts: rows that belong to the period of another date, against numbers computed by hand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use kpi_results::Run;
use kpi_testkit::{Data, check, interpret};

const HEAD: &str = r#"
policy "P" { edition 1, currency CNY, period month }
roster channel { id: text key }
source user { id: text key, channel: -> channel, registered: date time, left: date?, ok: bool }
source member { id: text key, channel: -> channel, joined: date, left: date?, valid from joined to left }
"#;

/// Day 30 of U1 is 10-30, of U2 10-31, of U3 11-01, of U4 the 1st of October; U5 registered in October.
const ROWS: &str = "
  channel | id |
          | A  |
          | B  |
  user    | id | channel | registered | left       | ok    |
          | U1 | A       | 2026-09-30 |            | true  |
          | U2 | A       | 2026-10-01 | 2026-10-02 | false |
          | U3 | A       | 2026-10-02 | 2026-10-31 | true  |
          | U4 | B       | 2026-09-01 | 2026-11-01 | true  |
          | U5 | B       | 2026-10-15 |            | true  |
  member  | id | channel | joined     | left       |
          | M1 | A       | 2026-10-01 | 2026-10-01 |
          | M2 | A       | 2026-10-31 |            |
          | M3 | A       | 2026-11-01 |            |
          | M4 | B       | 2026-09-30 | 2026-10-31 |
";

fn run_with(head: &str, formula: &str) -> Run {
    let text = format!(
        "{head}indicator x {{ formula {formula} }}\nscorecard card for channel {{ x watch }}\ntest \"t\" {{\n  period 2026-10{ROWS}  expect card[A] is complete\n}}\n"
    );
    let model = check(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    let test = model.tests.first().unwrap();
    interpret(&model, &Data::of_test(&model, test), test.period, test.period).unwrap()
}

fn actuals(formula: &str) -> [String; 2] {
    actuals_with(HEAD, formula)
}

fn actuals_with(head: &str, formula: &str) -> [String; 2] {
    let run = run_with(head, formula);
    ["A", "B"].map(|channel| {
        let card = run.cards.iter().find(|card| card.subject == channel).unwrap();
        card.lines[0].actual.as_ref().map_or("-".into(), |actual| actual.value.clone())
    })
}

#[test]
fn rows_belong_to_the_period_of_their_date() {
    assert_eq!(actuals("count(user)"), ["2", "1"]);
    // A day around the 30th moves the edges: U4 falls out of October at 29, U2 at 31, and U3 comes in at 29.
    assert_eq!(actuals("count(user dated registered + 29d)"), ["3", "0"]);
    assert_eq!(actuals("count(user dated registered + 30d)"), ["2", "1"]);
    assert_eq!(actuals("count(user dated registered + 31d)"), ["1", "1"]);
    assert_eq!(actuals("count(user dated registered + 30d where ok)"), ["1", "1"]);
    assert_eq!(actuals("count(user dated registered + 30d where ok) / count(user dated registered + 30d)")[0], "0.5");
    // With 91 days the first of all falls on the 1st of December: of October nothing can be said, and that is not 0.
    assert_eq!(actuals("count(user dated registered + 91d)"), ["-", "-"]);
    assert_eq!(actuals("previous(count(user dated registered + 30d))"), ["-", "-"]);
}

#[test]
fn a_row_without_its_date_belongs_to_no_period() {
    assert_eq!(actuals("count(user dated left)"), ["2", "0"]);
    assert_eq!(actuals("count(user dated left + 1d)"), ["1", "0"]);
}

#[test]
fn what_comes_and_goes_is_counted_by_its_days() {
    // At the end of October there are M2 only; M1 and M2 joined in it, M1 and M4 left.
    assert_eq!(actuals("count(member)"), ["1", "1"]);
    assert_eq!(actuals("count(member dated joined)"), ["2", "0"]);
    assert_eq!(actuals("count(member dated left where left is known)"), ["1", "1"]);
    // Nobody joined in August, and of what is there at any time that is known.
    assert_eq!(actuals("previous(count(member dated joined), 2)"), ["0", "0"]);
}

#[test]
fn a_stock_is_read_at_the_start_of_the_period_where_that_is_asked() {
    // On the 1st of October there are M1, who leaves that very day, and M4 since the 30th of September; M2 and M3 come later.
    assert_eq!(actuals("count(member at period.start)"), ["1", "1"]);
    assert_eq!(actuals("count(member at period.start where left is known)"), ["1", "1"]);
    assert_eq!(actuals("previous(count(member at period.start))"), ["0", "0"]);
    assert_eq!(actuals("count(member dated left where left is known) / count(member at period.start)"), ["1", "1"]);
    // Of two members at October's start nobody is there at its end but M2, who came on the last day, and M4.
    assert_eq!(actuals("(count(member at period.start) over all)"), ["2", "2"]);
    assert_eq!(actuals("(count(member) over all)"), ["2", "2"]);
}

#[test]
fn what_the_inner_table_leaves_out_does_not_exist() {
    let head = HEAD.replace("ok: bool }", "ok: bool, exclude \"gone\" where left < 2026-10-03 }");
    let of = |formula: &str| actuals_with(&head, formula);
    // U2 left on the 2nd of October. Those who have not left are known not to be left out.
    assert_eq!(
        of("count(channel where exists(user where user.channel == channel.id and user.registered < 2026-10-02))"),
        ["1", "1"]
    );
    assert_eq!(
        of("count(channel where exists(user where user.channel == channel.id and user.registered == 2026-10-01))"),
        ["0", "0"]
    );
    assert_eq!(
        actuals("count(channel where exists(user where user.channel == channel.id and user.registered == 2026-10-01))"),
        ["1", "0"]
    );
    // A view of the table has what it leaves out in common with it.
    let viewed = format!("{head}view october from user where registered ≥ 2026-10-01\n");
    let of = |formula: &str| actuals_with(&viewed, formula);
    assert_eq!(
        of("count(channel where exists(october where october.channel == channel.id and not october.ok))"),
        ["0", "0"]
    );
    assert_eq!(of("count(channel where exists(october where october.channel == channel.id))"), ["1", "1"]);
}
