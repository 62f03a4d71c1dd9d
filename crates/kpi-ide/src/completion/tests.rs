use kpi_base::Language;

use super::*;
use crate::fixture;

const DATA: &str = "dimension stage ordered { startup \"新手期\", growth \"成长期\", mature }
dimension level { junior, senior }
roster team { id: text key, stage: stage }
roster staff \"员工\" { id: text key, level: level, team: -> team, salary: money }
source live \"直播\" { id: text key, host: -> staff subject, floor: -> staff, on: date time, gmv: money from \"成交额\" ≥ 0, watched: duration in seconds, late: bool }
param bar \"门槛\": money = 500元
goal growth_goal \"增长\"
";

/// The first choices at the mark, with what is written for them.
fn shown(text: &str, most: usize) -> String {
    let fixture = fixture(&format!("{DATA}{text}"));
    let settings = CompletionSettings { pinyin: true, columns: None };
    let found = complete(&fixture.snapshot, fixture.at, settings);
    let mut out = format!("replaces `{}`\n", fixture.snapshot.text_of(found.span));
    for item in found.items.iter().take(most) {
        let detail = item.detail.as_ref().map(|d| format!("  ({})", d.to(Language::Chinese))).unwrap_or_default();
        let filter = item.filter.as_ref().map(|f| format!("  [{f}]")).unwrap_or_default();
        out.push_str(&format!("{} {:?} {}{detail}{filter}\n", item.rank, item.kind, item.label));
        if item.insert != item.label {
            out.push_str(&format!("    {}\n", item.insert.replace('\n', "\n    ")));
        }
    }
    let more = found.items.len().saturating_sub(most);
    if more > 0 {
        out.push_str(&format!("and {more} more\n"));
    }
    out
}

fn labels(text: &str) -> Vec<String> {
    let fixture = fixture(&format!("{DATA}{text}"));
    let found = complete(&fixture.snapshot, fixture.at, CompletionSettings::default());
    found.items.into_iter().map(|item| item.label).collect()
}

// feature: completion
#[test]
fn columns_of_the_table_before_the_point() {
    insta::assert_snapshot!(shown("indicator x { formula sum(live.g$0) }\n", 20));
}

#[test]
fn columns_alone_in_a_condition_and_their_members() {
    insta::assert_snapshot!(shown("indicator x { formula count(live where $0) }\n", 12));
    assert_eq!(labels("indicator x { formula count(live where host.level == $0) }\n"), ["junior", "senior"]);
    assert_eq!(labels("scorecard c for staff where level in {$0} { }\n"), ["junior", "senior"]);
    assert_eq!(labels("indicator x { formula count(live via $0) }\n"), ["floor", "host"]);
}

// feature: completion
#[test]
fn rows_that_a_table_lacks() {
    insta::assert_snapshot!(shown(
        "indicator x {\n  formula sum(live.gmv)\n  target by team.stage {\n    startup: ≥ 5元\n    $0\n  }\n}\n",
        9
    ));
    insta::assert_snapshot!(shown("param y: ratio by stage, level { startup, junior: 5%, g$0 }\n", 9));
}

#[test]
fn declarations_in_the_words_of_the_file() {
    insta::assert_snapshot!(shown("ind$0\n", 5));
    let chinese =
        "指标 甲 { 公式 sum(live.gmv) }\n指标 乙 { 公式 1 }\n规则 a\n规则 b\n规则 c\n规则 d\n规则 e\n规则 f\n规则 g\n";
    insta::assert_snapshot!(shown(&format!("{chinese}指$0\n"), 4));
}

#[test]
fn members_of_a_block() {
    insta::assert_snapshot!(shown("indicator x {\n  formula 1\n  $0\n}\n", 12));
    insta::assert_snapshot!(shown(
        "indicator a { formula 1 }\nindicator b \"乙\" { formula 1 }\nscorecard c for staff {\n  a weight 50%\n  $0\n}\n",
        6
    ));
    assert_eq!(&labels("indicator a { formula 1 }\nscorecard c for staff {\n  a $0\n}\n")[..2], ["watch", "weight"]);
}

#[test]
fn what_has_the_unit_comes_first() {
    // There is no model of a text that is being written, but of the one before it.
    let before = "indicator a { formula sum(live.gmv) }\nindicator b { formula sum(live.watched) }
indicator x { formula sum(live.gmv), target ≥ 1元 }\nscorecard c for staff { a watch, b watch, x watch }\n";
    let mut fixture = fixture(&format!("{DATA}{before}"));
    let text = format!("{DATA}{before}").replace("1元", "");
    let offset = text.find("≥  }").unwrap() as u32 + 4;
    fixture.ide.set_file(std::path::Path::new("/policy.kpi"), text);
    fixture.ide.settle(std::path::Path::new("/policy.kpi"));
    let snapshot = fixture.ide.snapshot(std::path::Path::new("/policy.kpi")).unwrap();
    let found = complete(&snapshot, FilePosition { offset, ..fixture.at }, CompletionSettings::default());
    let place = |label: &str| found.items.iter().position(|item| item.label == label).unwrap();
    assert!(place("a") < place("b") && place("bar") < place("b"));
}

// feature: completion
#[test]
fn clauses_and_types() {
    assert_eq!(labels("indicator x { formula 1, supports $0 }\n"), ["growth_goal"]);
    assert_eq!(labels("indicator x { formula 1, when missing $0 }\n"), ["fail", "full", "reweight", "zero"]);
    assert_eq!(labels("roster r { id: text key, watched: duration in $0 }\n"), ["days", "hours", "minutes", "seconds"]);
    assert!(labels("roster r { id: $0 }\n").starts_with(&["bool", "count"].map(str::to_owned)));
    assert!(labels("scorecard c for $0\n").starts_with(&["staff", "team"].map(str::to_owned)));
    assert!(labels("use $0\n").contains(&"std.live".to_owned()));
    assert!(labels("indicator x = std.live.$0\n").contains(&"watch_time".to_owned()));
    assert_eq!(labels("// $0\n"), Vec::<String>::new());
    assert_eq!(labels("indicator $0\n"), Vec::<String>::new());
    assert_eq!(labels("test \"t\" {\n  live | id | $0\n}\n").len(), 7);
    assert_eq!(labels("test \"t\" {\n  team | id | stage |\n       | T1 | $0 |\n}\n"), ["growth", "mature", "startup"]);
}

#[test]
fn a_choice_is_documented() {
    let fixture = fixture(DATA);
    let said = |key: &str| {
        document(&fixture.snapshot, key).iter().map(|text| text.to(Language::Chinese)).collect::<Vec<_>>().join(" | ")
    };
    assert_eq!(said("word\tFunction\tsum"), "`sum`、`求和` | `求和(x 其中 …)`：对考核对象本周期的行求和；没有行为 0。");
    assert_eq!(said("member\tstage\tstartup"), "**新手期** · `startup` | `stage` 的成员");
    assert!(said("column\tlive\tgmv").contains("成交额"));
    assert_eq!(said("column\tlive\tgone"), "");
}

#[test]
fn pinyin_of_names() {
    assert_eq!(pinyin("成交额 GMV"), "chengjiaoeGMV cjeGMV");
}

#[test]
fn of_thousands_only_those_that_could_be_meant() {
    let many: String = (0..2000).map(|n| format!("indicator i{n} \"第{n}项\" {{ formula {n} }}\n")).collect();
    let found = |typed: &str| {
        let fixture =
            fixture(&format!("{many}scorecard c for staff {{\n  {typed}$0\n}}\nroster staff {{ id: text key }}\n"));
        let settings = CompletionSettings { pinyin: true, columns: None };
        let found = complete(&fixture.snapshot, fixture.at, settings);
        let indicators = found.items.iter().filter(|item| item.kind == CompletionKind::Indicator);
        (indicators.map(|item| item.label.clone()).collect::<Vec<_>>(), found.more)
    };
    let (all, more) = found("");
    assert_eq!((all.len(), more), (100, true));
    // By its name, by its label, by how it sounds.
    for (typed, meant) in [("i1999", "i1999"), ("第1998项", "i1998"), ("d1997x", "i1997")] {
        let (some, more) = found(typed);
        assert!(some.len() < 100 && !more && some.iter().any(|name| name == meant), "{typed}: {some:?}");
    }
}

/// What is offered where the exports of `live` have these columns.
fn with_exports(data: &str, text: &str) -> Vec<CompletionItem> {
    let column = |(header, samples): (&str, &[&str])| kpi_results::ExportColumn {
        header: header.to_owned(),
        samples: samples.iter().map(|sample| (*sample).to_owned()).collect(),
    };
    let live: [(&str, &[&str]); 8] = [
        ("id", &["S1"]),
        ("成交额", &["50000", "36000"]),
        ("kind", &["日常", "大促 😀"]),
        ("备注 \"1\"", &["好"]),
        ("started", &["2026-10-03 20:00"]),
        ("price", &["9.5", "10"]),
        ("empty", &[]),
        ("phone", &["13800000000"]),
    ];
    let live: Vec<_> = live.into_iter().map(column).collect();
    let exports = Exports { tables: [("live".to_owned(), live)].into_iter().collect() };
    let fixture = fixture(&format!("{data}{text}"));
    let settings = CompletionSettings { pinyin: false, columns: Some(&exports) };
    complete(&fixture.snapshot, fixture.at, settings).items
}

fn inserts(items: Vec<CompletionItem>, wanted: impl Fn(&CompletionItem) -> bool) -> String {
    let show = |item: CompletionItem| match item.detail {
        Some(detail) => format!("{}  ({detail})\n", item.insert),
        None => format!("{}\n", item.insert),
    };
    items.into_iter().filter(wanted).map(show).collect()
}

// feature: completion
#[test]
fn headers_of_exports_that_no_column_has_yet() {
    let live = |line: &str| format!("dimension kind {{ day }}\nsource live {{\n  id: text key\n  {line}\n}}\n");
    insta::assert_snapshot!(inserts(with_exports("", &live("note: text from \"$0\"")), |_| true));
    // Of a private column no values are shown.
    let private = inserts(with_exports("", &live("note: text private from \"$0\"")), |_| true);
    assert!(private.contains("phone\n"), "{private}");
    assert_eq!(inserts(with_exports("", "source other { note: text from \"$0\" }\n"), |_| true), "");
    // Where a column begins they come as declarations.
    insta::assert_snapshot!(inserts(with_exports("", &live("$0")), |item| item.rank == 0));
}

// feature: completion
#[test]
fn values_of_exports_in_comparisons_and_grids() {
    let data = DATA.replace("late: bool", "late: bool, phone: text private, kind: text");
    let offered = |text: &str| inserts(with_exports(&data, text), |item| item.kind == CompletionKind::Value);
    let values = "大促 😀\n日常\n";
    assert_eq!(offered("indicator x { formula count(live where kind == \"$0\") }\n"), values);
    assert_eq!(offered("indicator x { formula count(live where live.kind == \"$0\") }\n"), values);
    assert_eq!(offered("test \"t\" {\n  period 2026-10\n  live | id | kind |\n       | S1 | $0\n}\n"), values);
    assert_eq!(offered("indicator x { formula count(live where phone == \"$0\") }\n"), "");
}
