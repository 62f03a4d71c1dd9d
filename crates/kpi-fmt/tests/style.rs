//! The style, construct by construct, and comments in every odd place.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use kpi_base::FileId;
use kpi_fmt::{FormatError, format_text, render_diff};

/// The formatted text; formatting it again changes nothing.
fn formatted(text: &str) -> String {
    let once = format_text(FileId(0), text).unwrap_or_else(|e| panic!("{text}\n{e:?}"));
    assert_eq!(format_text(FileId(0), &once).as_ref(), Ok(&once), "formatting twice differs");
    once
}

#[test]
fn nothing_is_nothing() {
    for text in ["", "\n", "\n \t\n\n", "\u{feff}", "\u{feff}\r\n"] {
        assert_eq!(formatted(text), "", "{text:?}");
    }
}

#[test]
fn comments_alone_keep_one_empty_line() {
    assert_eq!(formatted("\n\n//a\n  // b   \n\n\n\n/// c\n///\n"), "//a\n// b\n\n/// c\n///\n");
}

#[test]
fn declarations_are_one_line_apart() {
    insta::assert_snapshot!(formatted("\u{feff}// header\r\n\r\n\r\npolicy \"x\" {edition 1,currency CNY}\r\ndimension role{host,planner}\n\n\n\nroster staff{id:text key}\n// the export of the shop\nsource sale{who:->staff}\n\nindicator a{\n\n\n  formula count(sale)\n\n\n  target>=3\n\n}\nindicator b { formula count(sale) }\n/// documented\nindicator c { formula count(sale) }\n// about c\n\n// about the end"), @r#"
    // header

    policy "x" { edition 1, currency CNY }

    dimension role { host, planner }

    roster staff { id: text key }
    // the export of the shop
    source sale  { who: -> staff }

    indicator a {
      formula count(sale)

      target  ≥ 3
    }

    indicator b { formula count(sale) }

    /// documented
    indicator c { formula count(sale) }
    // about c

    // about the end
    "#);
}

#[test]
fn members_stand_in_columns() {
    insta::assert_snapshot!(formatted(r#"policy "x" {
 edition 1, currency CNY
 period month
 week starts sunday
}
dimension role { host "主播"
 floor_control "场控", planner }
roster staff {
  id: text key
  // how the person is called
  display_name: text label from "姓名"

  role: role
  valid from joined to left
  joined: date
}
indicator a "甲" {
  formula count(sale)
  note counting "refunds are left out"
  target by role { host: ≥ 3, floor_control or planner:≥ 10
    else: none }
  scoring deduct 10% per 1
}
scorecard card for staff {
  a weight 30%
  a_longer_name weight 70% when missing full
  group g weight 5% combine worst {
    b weight 50%, ccc weight 50%
  }
  d watch
}
incentive pays for card {
  pay base = staff.salary * 70%
  pay performance "绩效" = staff.salary × 30% × linear(attainment)   { 60%: 0%, 100%: 100% }
  cap 900元
}
"#), @r#"
    policy "x" {
      edition  1
      currency CNY
      period   month
      week starts sunday
    }

    dimension role {
      host          "主播"
      floor_control "场控"
      planner
    }

    roster staff {
      id:           text key
      // how the person is called
      display_name: text label from "姓名"

      role: role
      valid from joined to left
      joined: date
    }

    indicator a "甲" {
      formula count(sale)
      note    counting "refunds are left out"
      target  by role {
        host:                     ≥ 3
        floor_control or planner: ≥ 10
        else:                     none
      }
      scoring deduct 10% per 1
    }

    scorecard card for staff {
      a             weight 30%
      a_longer_name weight 70% when missing full
      group g weight 5% combine worst {
        b   weight 50%
        ccc weight 50%
      }
      d watch
    }

    incentive pays for card {
      pay base               = staff.salary × 70%
      pay performance "绩效" = staff.salary × 30% × linear(attainment) { 60%: 0%, 100%: 100% }
      cap 900元
    }
    "#);
}

#[test]
fn operators_and_spaces() {
    insta::assert_snapshot!(formatted(r#"indicator a {
  formula sum( x.y where a>=1 and b<=2 and c!=3 and d*2/3==-4 and not(e) and k in{1,2} and z in 1 .. 5 )-previous( -x )+ - 3 - -4
  target >= -5
  scoring proportional none below 60%
}
indicator b { formula (a+b)/c[ d , "e" ].f, target between 90%..<110% }
indicator c { formula a -b, target = 1:3, scoring deduct -10% per 1 }
param x:ratio?=if a then b else -1
param y: ratio = 1 - 2
function f(a:count,b : count):number=(a-b)/a
curve k = linear{60:0,80:1:3,100: 1.5}
"#), @r#"
    indicator a {
      formula sum(x.y where a ≥ 1 and b ≤ 2 and c ≠ 3 and d × 2 ÷ 3 == -4 and not (e) and k in {1, 2} and z in 1..5) - previous(-x) + -3 - -4
      target  ≥ -5
      scoring proportional none below 60%
    }

    indicator b { formula (a + b) ÷ c[d, "e"].f, target between 90%..<110% }
    indicator c { formula a -b, target = 1:3, scoring deduct -10% per 1 }

    param x: ratio? = if a then b else -1
    param y: ratio = 1 - 2

    function f(a: count, b: count): number = (a - b) ÷ a

    curve k = linear { 60: 0, 80: 1:3, 100: 1.5 }
    "#);
}

#[test]
fn full_width_is_for_texts_comments_and_data() {
    insta::assert_snapshot!(formatted("indicator a “成交（额）” ｛\n　formula sum（live.gmv where level ＝＝ “优，秀” and viewers in 1～100）　／／　说明（一）\n　target ＞＝ ￥１０００\n｝\ntest \"t\" {\n  period 2026-10\n  live ｜ 编号 ｜ 名 ｜\n  ｜ Ａ１ ｜ ￥５，>= ｜\n}\n"), @r#"
    indicator a "成交（额）" {
      formula sum(live.gmv where level == "优，秀" and viewers in 1..100)  //　说明（一）
      target  ≥ ¥1000
    }

    test "t" {
      period 2026-10
      live | 编号 | 名       |
           | Ａ１ | ￥５，>= |
    }
    "#);
}

#[test]
fn grids_are_aligned() {
    insta::assert_snapshot!(formatted(r#"indicator a {
  formula count(x)
  target by scene, level {
    | junior|senior or `大 师`|
    ecommerce |>=98% | none|
    // a remark
    新媒体| ≥ 98.5% tolerance 2pp|≥ 1*2| // why
  }
}
scorecard c for staff {
  weights by team.stage { | startup | 成熟期 |
    team_gmv | 40% | - |
    b | 100% | - | }
}
test "t" {
  period 2026-10
  staff |id|name|salary|score|
  |A01|张三|8000|4.5| // the first
  // the second has none
  |A02|😀||10|
  live|id|at|share|
  |1/2|2026-10-03|-5%|
  complaint | who |

  staff | id |
  | A3 |
  expect c[A01].score==100
}
"#), @r#"
    indicator a {
      formula count(x)
      target  by scene, level {
                  | junior                | senior or `大 师` |
        ecommerce | ≥ 98%                 | none              |
        // a remark
        新媒体    | ≥ 98.5% tolerance 2pp | ≥ 1 × 2           |  // why
      }
    }

    scorecard c for staff {
      weights by team.stage {
                 | startup | 成熟期 |
        team_gmv |     40% |      - |
        b        |    100% |      - |
      }
    }

    test "t" {
      period 2026-10
      staff     | id  | name | salary | score |
                | A01 | 张三 |   8000 |   4.5 |  // the first
      // the second has none
                | A02 | 😀   |        |    10 |
      live      | id  | at         | share |
                | 1/2 | 2026-10-03 |   -5% |
      complaint | who |

      staff | id |
            | A3 |
      expect c[A01].score == 100
    }
    "#);
}

#[test]
fn comments_in_odd_places() {
    insta::assert_snapshot!(formatted(r#"policy "x" { // after the brace
  edition 1, // after a comma
  currency CNY // at the end
  // before the brace
} // after the brace that closes
roster staff // in a header
  { id: text key // last
}
indicator a
  // in a header, on its own line
  "label" {
  formula sum( // in a call
    live.gmv   // after an argument
    // on its own line
    where a == 1 or // after an operator
      b == 2
  ) // after a call
    / count(live)
  // between members

  /// not a doc comment: nothing is declared here
  target by stage { // after another brace
    startup: ≥ 3, // first
    // second
    else: none // third
  }
}
incentive nothing for card { // nothing in it
}
rule r for card { when attainment < 60%, // left on the line
  then "a // no comment" }
scorecard b for staff where role in {host, // one
  planner} { a }
dimension d {
  // only this
}
/// belongs to what is below

/// attached
dimension e { a, b } /// to the next
dimension f { where, b // kept apart
}
"#), @r#"
    policy "x" {  // after the brace
      edition  1    // after a comma
      currency CNY  // at the end
      // before the brace
    }  // after the brace that closes

    roster staff  // in a header
        {
      id: text key  // last
    }

    indicator a
        // in a header, on its own line
        "label" {
      formula sum(  // in a call
          live.gmv  // after an argument
          // on its own line
          where a == 1 or  // after an operator
          b == 2
      )  // after a call
          ÷ count(live)
      // between members

      /// not a doc comment: nothing is declared here
      target  by stage {  // after another brace
        startup: ≥ 3  // first
        // second
        else:    none  // third
      }
    }

    incentive nothing for card {  // nothing in it
    }

    rule r for card {
      when attainment < 60%  // left on the line
      then "a // no comment"
    }

    scorecard b for staff where role in {
      host  // one
      planner
    } { a }

    dimension d {
      // only this
    }

    /// belongs to what is below

    /// attached
    dimension e { a, b }

    /// to the next
    dimension f {
      where,
      b  // kept apart
    }
    "#);
}

#[test]
fn blocks_that_are_too_wide_are_opened() {
    insta::assert_snapshot!(formatted(r#"indicator a "a label that is long enough to make this line wide" { formula sum(live.gmv where level == "A"), target ≥ 10万元 }
incentive pays for card { pay performance = staff.salary × 30% × linear(attainment) { 60%: 0%, 100%: 100%, 120%: 150%, 130%: 160%, 150%: 170%, 160%: 180% } }
indicator exactly_one_hundred_and_twenty { formula sum(live.gmv where level == "A" or level == "B"), target ≥ 10万元 } // x
indicator exactly_one_hundred_and_twenty_columns { formula sum(live.gmv where level == "A" or level == "BCDEF"), target ≥ 1元 }
scorecard c for staff { a weight 50%, rank among team, role, b weight 50%, grade among team { top 20%: "A", else: "B" }, c weight 20%, veto v when x > 1 }
"#), @r#"
    indicator a "a label that is long enough to make this line wide" {
      formula sum(live.gmv where level == "A")
      target  ≥ 10万元
    }

    incentive pays for card {
      pay performance = staff.salary × 30% × linear(attainment) {
        60%:  0%
        100%: 100%
        120%: 150%
        130%: 160%
        150%: 170%
        160%: 180%
      }
    }

    indicator exactly_one_hundred_and_twenty { formula sum(live.gmv where level == "A" or level == "B"), target ≥ 10万元 }  // x

    indicator exactly_one_hundred_and_twenty_columns {
      formula sum(live.gmv where level == "A" or level == "BCDEF")
      target  ≥ 1元
    }

    scorecard c for staff {
      a weight 50%
      rank among team, role
      b weight 50%
      grade among team { top 20%: "A", else: "B" }
      c weight 20%
      veto v when x > 1
    }
    "#);
}

#[test]
fn what_is_not_built_yet_is_formatted_all_the_same() {
    insta::assert_snapshot!(formatted(r#"policy "x" { edition 1, timezone Asia/Shanghai }
view stock_day "库存" from stock where x>1 group by owner,day { value=sum(value), sold_total=sum(sold where k in { a,b }) }
view all_of_it from stock group by owner,
  day {
  v = sum(value)
  longer = count() }
indicator u {
  part returns "退货" { formula average(x), target ≤ 24h }
  part complaints { formula y,
 target ≤ 12h }
  combine worst
  period week rolled up by share_met
  track week 1/4, day 1/24
}
require each scorecard: count(indicators)<=5 "at most five"
require host_card: weight(tag long_term)>=25%
"#), @r#"
    policy "x" { edition 1, timezone Asia/Shanghai }

    view stock_day "库存" from stock where x > 1 group by owner, day {
      value      = sum(value)
      sold_total = sum(sold where k in {a, b})
    }

    view all_of_it from stock group by owner,
        day {
      v      = sum(value)
      longer = count()
    }

    indicator u {
      part returns "退货" { formula average(x), target ≤ 24h }
      part complaints {
        formula y
        target  ≤ 12h
      }
      combine worst
      period  week rolled up by share_met
      track   week 1 ÷ 4, day 1 ÷ 24
    }

    require each scorecard: count(indicators) ≤ 5 "at most five"
    require host_card: weight(tag long_term) ≥ 25%
    "#);
}

#[test]
fn a_text_with_errors_stays_as_it_is() {
    let Err(FormatError::Syntax(found)) = format_text(FileId(0), "dimension d { a \n") else { panic!("it has errors") };
    insta::assert_snapshot!(found.first().unwrap().message, @"`{` is never closed");
}

#[test]
fn a_diff_shows_what_changes() {
    let before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl";
    let after = "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n";
    insta::assert_snapshot!(render_diff("x.kpi", before, after, false), @r"
    --- x.kpi
    +++ x.kpi
    @@ -1,5 +1,5 @@
     a
    -b
    +B
     c
     d
     e
    @@ -9,4 +9,4 @@
     i
     j
     k
    -l
    \ No newline at end of file
    +l
    ");
    assert_eq!(render_diff("x.kpi", before, before, true), "");
    assert!(render_diff("x.kpi", "a\n", "b\n", true).contains("\u{1b}[31m-a"));
}
