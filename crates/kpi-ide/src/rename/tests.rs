use super::*;
use crate::fixture;

/// The files after a renaming at `$0`, or why there is none.
fn renamed(text: &str, new: &str) -> String {
    let fixture = fixture(text);
    let found = match rename(&fixture.snapshot, fixture.at, new) {
        Err(why) => return format!("refused: {why}"),
        Ok(None) => return "nothing".to_owned(),
        Ok(Some(found)) => found,
    };
    let mut out = String::new();
    for id in fixture.snapshot.ids() {
        let edits: Vec<&Edit> = found.edits.iter().filter(|edit| edit.span.file == id).collect();
        if !edits.is_empty() {
            out += &apply(fixture.snapshot.text(id), &edits);
        }
    }
    out
}

const DATA: &str = "dimension stage { startup, growth }\nroster staff { id: text key, stage: stage }\nsource live { who: -> staff, on: date time, gmv: money }\n";

// feature: rename
#[test]
fn everything_is_renamed_and_data_are_read_as_before() {
    let text = format!(
        "{DATA}indicator x {{ formula sum(live.g$0mv where gmv > 0) }}\ntest \"t\" {{\n  period 2026-10\n  live | who | gmv |\n}}\n"
    );
    insta::assert_snapshot!(renamed(&text, "成交 额"), @r#"
    dimension stage { startup, growth }
    roster staff { id: text key, stage: stage }
    source live { who: -> staff, on: date time, `成交 额`: money from "gmv" }
    indicator x { formula sum(live.`成交 额` where `成交 额` > 0) }
    test "t" {
      period 2026-10
      live | who | `成交 额` |
    }
    "#);
    let text = format!(
        "{DATA}indicator x {{ formula count(live where who.stage == grow$0th) }}\ntest \"t\" {{\n  period 2026-10\n  staff | id | stage |\n  | A | growth |\n}}\n"
    );
    insta::assert_snapshot!(renamed(&text, "scale up"), @r#"
    dimension stage { startup, `scale up` "growth" }
    roster staff { id: text key, stage: stage }
    source live { who: -> staff, on: date time, gmv: money }
    indicator x { formula count(live where who.stage == `scale up`) }
    test "t" {
      period 2026-10
      staff | id | stage |
      | A | scale up |
    }
    "#);
}

// feature: rename
#[test]
fn other_files_and_tests_are_renamed_too() {
    let text = "//- /a.kpi\nroster staff { id: text key }\nindicator `a b` { formula 3 }\n//- /b.kpi\nscorecard card for staff { `a $0b` weight 100%, veto late when `a b` > 3 }\n//- /c.kpi\ntest \"t\" { period 2026-10, expect card[A].`a b`.actual == 3 }\n";
    insta::assert_snapshot!(renamed(text, "b"), @r#"
    roster staff { id: text key }
    indicator b { formula 3 }
    scorecard card for staff { b weight 100%, veto late when b > 3 }
    test "t" { period 2026-10, expect card[A].b.actual == 3 }
    "#);
    let text = text.replace("$0", "").replace("late", "la$0te");
    insta::assert_snapshot!(renamed(&text, "否决"), @r#"scorecard card for staff { `a b` weight 100%, veto 否决 when `a b` > 3 }"#);
}

#[test]
fn tables_go_on_to_fit_shapes() {
    let text = "\
source session { started: datetime time, wa$0tched: duration, viewers: count, who: -> staff }
view w from session where viewers > 0
indicator x = std.live.watch_time(session)
indicator y = std.live.watch_time(w { viewers = viewers }) { target ≥ 3s }
";
    insta::assert_snapshot!(renamed(text, "停留"), @r#"
    source session { started: datetime time, 停留: duration from "watched", viewers: count, who: -> staff }
    view w from session where viewers > 0
    indicator x = std.live.watch_time(session { watched = 停留 })
    indicator y = std.live.watch_time(w { viewers = viewers, watched = 停留 }) { target ≥ 3s }
    "#);
    let text = "\
shape s { wat$0ched: duration }
indicator e(t: s) { formula sum(t.watched) }
source live { watched: duration, other: duration }
indicator x = e(live)
indicator y = e(live { watched = other })
";
    insta::assert_snapshot!(renamed(text, "seen"), @r#"
    shape s { seen: duration }
    indicator e(t: s) { formula sum(t.seen) }
    source live { watched: duration, other: duration }
    indicator x = e(live { seen = watched })
    indicator y = e(live { seen = other })
    "#);
}

// feature: rename
#[test]
fn what_would_break_is_refused() {
    let cases = [
        ("indicator x$0 { formula 3 }\nparam y: count = 3\n", "y"),
        ("indicator x$0 { formula 3 }\n", "live"),
        ("indicator x$0 { formula 3 }\n", "a|b"),
        ("indicator x$0 { formula 3 }\n", " "),
        // A column of the subjects would be meant.
        ("indicator x$0 { formula 3 }\nindicator y { formula x + 1 }\nscorecard c for staff { y watch }\n", "id"),
        // A word of the language.
        ("function f$0(a: count): count = a\nindicator y { formula f(3) }\n", "sum"),
        ("view w from live group by who, we$0ek { n = count() }\n", "month"),
        ("indicator x = std.live.watch$0_time(live)\n", "stage"),
        ("use std.sur$0vey\n", "x"),
        ("indicator x { formula np$0s(1, 2, 3) }\nuse std.survey\n", "x"),
        ("incentive i for staff { pay a$0 = 3元, pay b = 4元 }\n", "b"),
    ];
    let shown = cases.map(|(text, new)| format!("{new}: {}", renamed(&format!("{DATA}{text}"), new)));
    insta::assert_snapshot!(shown.join("\n"), @r#"
    y: refused: the name `y` is taken: policy.kpi, line 5
    live: refused: the name `live` is taken: policy.kpi, line 3
    a|b: refused: `a|b` is no name
     : refused: a name has at least one character
    id: refused: with the name `id` something else would be meant: policy.kpi, line 5
    sum: refused: with the name `sum` something else would be meant: policy.kpi, line 5
    month: refused: `week` is a unit of the calendar
    stage: refused: `watch_time` is of the standard library, which is not yours to change
    x: refused: `std.survey` is of the standard library, which is not yours to change
    x: refused: `nps` is of the standard library, which is not yours to change
    b: refused: the name `b` is taken: policy.kpi, line 4
    "#);
}

#[test]
fn a_name_is_named_with_its_place() {
    let fixture = fixture("indicator `a b` { formula 3 }\nscorecard c for staff { `a$0 b` watch }\n");
    let found = prepare(&fixture.snapshot, fixture.at).unwrap().unwrap();
    assert_eq!((found.name.as_str(), fixture.snapshot.text_of(found.span)), ("a b", "`a b`"));
    let nowhere = FilePosition { offset: 2, ..fixture.at };
    assert_eq!(prepare(&fixture.snapshot, nowhere), Ok(None));
}

#[test]
fn bindings_follow() {
    let config = "[project]\nlive = 1\n\n[sources]\nlive = \"a.csv\"\n# live = 3\n\"live\"  = { file = \"b\" }\n\n[env.prod.sources]\n  live=\"c\"\n";
    let mut text = config.to_owned();
    for (range, new) in rename_binding(config, "live", "直播").into_iter().rev() {
        text.replace_range(range, &new);
    }
    insta::assert_snapshot!(text, @r#"
    [project]
    live = 1

    [sources]
    "直播" = "a.csv"
    # live = 3
    "直播"  = { file = "b" }

    [env.prod.sources]
      "直播"="c"
    "#);
}
