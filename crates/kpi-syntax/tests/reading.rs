//! Words, literals, layout, precedence: what a text is read as.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test may panic"
)]

mod policy;

use kpi_base::FileId;
use kpi_syntax::ast::*;
use kpi_syntax::parse;
use kpi_value::Dec;
use policy::{members, without_spans};

fn file(text: &str) -> File {
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.diagnostics, [], "{text}");
    parsed.file
}

/// The formula of an indicator, as a short text with all parentheses.
fn read(formula: &str) -> String {
    let file = file(&format!("indicator x {{\n  formula {formula}\n}}\n"));
    match &file.items[0].kind {
        ItemKind::Indicator(i) => show(i.formula.as_ref().unwrap()),
        other => panic!("{other:?}"),
    }
}

fn show_window(window: &WindowKind) -> String {
    match window {
        WindowKind::Last((n, _), word) => format!("last {n} {}", word.text),
        WindowKind::This(word) => format!("this {}", word.text),
        WindowKind::Since(from) => format!("since {}", show(from)),
    }
}

fn show(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Number(n) => format!(
            "{}{}",
            n.value,
            match &n.unit {
                Unit::None => String::new(),
                Unit::Money(None) => " own".to_owned(),
                Unit::Money(Some(code)) => format!(" {code}"),
                other => format!(" {other:?}"),
            }
        ),
        ExprKind::Text(t) => format!("{t:?}"),
        ExprKind::Name(n) => n.text.clone(),
        ExprKind::Field(x, n) => format!("{}.{}", show(x), n.text),
        ExprKind::Index(x, keys) => format!("{}[{}]", show(x), keys.iter().map(show).collect::<Vec<_>>().join(", ")),
        ExprKind::Neg(x) => format!("(-{})", show(x)),
        ExprKind::Not(x) => format!("(not {})", show(x)),
        ExprKind::Binary(op, a, b) => format!("({} {op:?} {})", show(a), show(b)),
        ExprKind::In(x, Set::Range(r), not) => {
            let (dots, word) = (if r.closed { ".." } else { "..<" }, if *not { "not in" } else { "in" });
            format!("({} {word} {}{dots}{})", show(x), show(&r.low), show(&r.high))
        }
        ExprKind::In(x, Set::Members(all), not) => {
            let all = all.iter().map(show).collect::<Vec<_>>().join(", ");
            format!("({} {} {{{all}}})", show(x), if *not { "not in" } else { "in" })
        }
        ExprKind::Is(x, presence) => format!("({} is {presence:?})", show(x)),
        ExprKind::If(c, a, b) => format!("(if {} then {} else {})", show(c), show(a), show(b)),
        ExprKind::Over(x, Scope::All(_)) => format!("({} over all)", show(x)),
        ExprKind::Over(x, Scope::Window(window)) => format!("({} over {})", show(x), show_window(&window.kind)),
        ExprKind::Over(x, Scope::Column(path)) => {
            format!("({} over {})", show(x), path.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join("."))
        }
        ExprKind::Call(call) => {
            let mut out =
                format!("{}({}", call.function.text, call.args.iter().map(show).collect::<Vec<_>>().join(", "));
            if let Some(window) = &call.window {
                out += &format!(", {}", show_window(&window.kind));
            }
            if let Some(via) = &call.via {
                out += &format!(" via {}", via.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join("."));
            }
            for (word, moment) in [("dated", &call.dated), ("at", &call.at)] {
                out += &moment.as_ref().map(|moment| format!(" {word} {}", show(moment))).unwrap_or_default();
            }
            if let Some(condition) = &call.condition {
                out += &format!(" where {}", show(condition));
            }
            if let Some((n, _)) = &call.needs {
                out += &format!(" needs {n}");
            }
            if let Some(among) = &call.among {
                out += &format!(" among {}", among.by.len());
                if let Some(condition) = &among.condition {
                    out += &format!(" where {}", show(condition));
                }
            }
            out + ")"
        }
        other => without_spans(other),
    }
}

#[test]
fn precedence() {
    assert_eq!(read("a + b × c - d ÷ e"), "((a Add (b Mul c)) Sub (d Div e))");
    assert_eq!(read("-a × b"), "((-a) Mul b)");
    assert_eq!(read("- a.b[1] + c"), "((-a.b[1]) Add c)");
    assert_eq!(read("not a == b and c or d"), "(((not (a Eq b)) And c) Or d)");
    assert_eq!(read("a or b and not c"), "(a Or (b And (not c)))");
    assert_eq!(read("a + 1 ≥ b and c in 1..2 + 3"), "(((a Add 1) Ge b) And (c in 1..(2 Add 3)))");
    assert_eq!(read("a not in {b, c} and d is missing"), "((a not in {b, c}) And (d is Missing))");
    assert_eq!(read("x in 60%..<80% and y"), "((x in 0.6 Percent..<0.8 Percent) And y)");
    assert_eq!(read("if a then b else if c then d else e + 1"), "(if a then b else (if c then d else (e Add 1)))");
    assert_eq!(read("a - b - c"), "((a Sub b) Sub c)");
    assert_eq!(read("a / (b over team)"), "(a Div (b over team))");
    assert_eq!(read("(a / b) over team.lead"), "((a Div b) over team.lead)");
    assert_eq!(read("sum(a.b) over all"), "(sum(a.b) over all)");
}

#[test]
fn ascii_and_other_spellings_are_the_same() {
    assert_eq!(read("a >= b and c <= d * e / f"), read("a ≥ b and c ≤ d × e ÷ f"));
    assert_eq!(read("a != b"), read("a ≠ b"));
    assert_eq!(read("ｓｕｍ（ａ．ｂ　ｗｈｅｒｅ ｃ ＞＝ １０％）"), "sum(a.b where (c Ge 0.1 Percent))");
    assert_eq!(read("a == “优秀”"), "(a Eq \"优秀\")");
    assert_eq!(read("a == \"他说“好”\""), "(a Eq \"他说“好”\")");
    assert_eq!(read("x in 1～5"), "(x in 1..5)");
    assert_eq!(read("￥5000 + ¥1.5万"), "(5000 own Add 15000 own)");
}

#[test]
fn numbers_and_their_units() {
    let one = |text: &str| read(text);
    assert_eq!(one("98.5%"), "0.985 Percent");
    assert_eq!(one("5pp"), "0.05 PercentagePoint");
    assert_eq!(one("30s"), "30 Duration");
    assert_eq!(one("30秒"), "30 Duration");
    assert_eq!(one("1.5min"), "90 Duration");
    assert_eq!(one("2小时"), "7200 Duration");
    assert_eq!(one("3d"), "259200 Duration");
    assert_eq!(one("3天"), "259200 Duration");
    assert_eq!(one("10k"), "10000");
    assert_eq!(one("10万元"), "100000 own");
    assert_eq!(one("1.2亿"), "120000000");
    assert_eq!(one("5000 CNY"), "5000 CNY");
    assert_eq!(one("5万 USD"), "50000 USD");
    assert_eq!(one("1:3"), "3 Proportion");
    assert_eq!(one("2:3"), "1.5 Proportion");
    assert_eq!(one("3个 + 2 次 + 1人"), "((3 Add 2) Add 1)");
    assert_eq!(one("0.000000000001"), "0.000000000001");
    assert_eq!(one("10 - 3"), "(10 Sub 3)");
    assert_eq!(one("2026-10 == a.b"), "(Period(\"2026-10\") Eq a.b)");
    assert_eq!(one("a.b ≥ 2026-Q3"), "(a.b Ge Period(\"2026-Q3\"))");
}

#[test]
fn calls_and_their_clauses() {
    assert_eq!(read("sum(a.b via f.g where c needs 3)"), "sum(a.b via f.g where c needs 3)");
    assert_eq!(read("count(live via floor where x > 1)"), "count(live via floor where (x Gt 1))");
    assert_eq!(read("average(X among team, role where x == y)"), "average(X among 2 where (x Eq y))");
    assert_eq!(read("rank(X among all)"), "rank(X among 0)");
    assert_eq!(read("previous(X, 2)"), "previous(X, 2)");
    assert_eq!(read("average(X, last 3 months needs 2)"), "average(X, last 3 months needs 2)");
    assert_eq!(read("sum(a.b, this year)"), "sum(a.b, this year)");
    assert_eq!(read("(a.b) over since 2026-01"), "(a.b over since Period(\"2026-01\"))");
    assert_eq!(read("count(member at period.start)"), "count(member at period.start)");
    assert_eq!(
        read("count(user dated registered + 30d where x)"),
        "count(user dated (registered Add 2592000 Duration) where x)"
    );
    assert_eq!(read("limit[case.kind] + last.key"), "(limit[case.kind] Add last.key)");
}

#[test]
fn soft_keywords_are_names_and_reserved_words_need_backticks() {
    assert_eq!(
        read("level + target + last + time + from + by + over_x"),
        "((((((level Add target) Add last) Add time) Add from) Add by) Add over_x)"
    );
    assert_eq!(read("`if` + `30日留存率` + 播放量"), "((if Add 30日留存率) Add 播放量)");
    // NFC: e and a combining accent are é.
    assert_eq!(read("cafe\u{301}"), "café");
}

#[test]
fn members_end_where_they_should() {
    let one = members(&file("indicator x { formula a + b, target ≥ 5, scoring deduct 50% per 1, tag t }\n"));
    let lines = members(&file(
        "indicator x {\r\n  formula a +\r\n    b\r\n  target\t≥ 5 // five\r\n\r\n  scoring deduct 50% per 1\r\n  tag t\r\n}",
    ));
    assert_eq!(one, lines);
    let lines =
        members(&file("indicator x {\n  formula a\n    + b\n  target ≥ 5\n  scoring deduct 50% per 1\n  tag t\n}\n"));
    assert_eq!(one, lines);
    assert_eq!(read("a\n    and b\n    or c"), read("a and b or c"));
    assert_eq!(read("sum(\n  a.b\n  where c\n)"), read("sum(a.b where c)"));
    let parsed = parse(FileId(0), "indicator x {\n  formula a\n  - b\n}\n");
    assert_eq!(parsed.diagnostics.len(), 1, "a line that begins with `-` is no continuation");
}

#[test]
fn a_group_may_share_its_line() {
    let file = file(
        "scorecard c for staff { a weight 10%, group g weight 50% { x, y weight by s { p: 1%, else: 2% } }, b weight 10%, \
         group h weight 30% combine worst { x, group i weight 50% { z } }, veto v when any(t where u in {p, q}) then cap 60 }\n",
    );
    let ItemKind::Scorecard(card) = &file.items[0].kind else { panic!("{:?}", file.items[0].kind) };
    fn names(lines: &[Line]) -> Vec<String> {
        let name = |line: &Line| match line {
            Line::One(line) => line.name.text.clone(),
            Line::Group(group) => format!("{}({})", group.name.text, names(&group.lines).join(" ")),
        };
        lines.iter().map(name).collect()
    }
    assert_eq!(names(&card.lines), ["a", "g(x y)", "b", "h(x i(z))"]);
    assert_eq!(card.vetoes.len(), 1);
}

#[test]
fn doc_comments_belong_to_the_next_declaration() {
    let file = file(
        "/// Far away.\n\n/// One.\n/// Two.\nparam a: count = 1\n\n// No doc.\nparam b: count = 1\n\n/// Not it.\n\nparam c: count = 2\n",
    );
    let docs: Vec<_> = file.items.iter().map(|i| i.doc.as_deref()).collect();
    assert_eq!(docs, [Some("One.\nTwo."), None, None]);
}

#[test]
fn spans_are_bytes_of_the_file() {
    let text = "\u{feff}param ａ：ratio ＝ ５０％ ＋ `率`　// 注释\n";
    let file = file(text);
    let ItemKind::Param(param) = &file.items[0].kind else { panic!() };
    let at = |span: kpi_base::Span| &text[span.start as usize..span.end as usize];
    assert_eq!(at(param.name.span), "ａ");
    assert_eq!(at(param.ty.span), "ratio");
    let ByTable::Plain(value) = &param.value else { panic!() };
    assert_eq!(at(value.span), "５０％ ＋ `率`");
    let ExprKind::Binary(_, a, b) = &value.kind else { panic!() };
    assert_eq!((at(a.span), at(b.span)), ("５０％", "`率`"));
}

#[test]
fn cells_of_a_test_are_raw() {
    let file = file(
        "test \"raw\" {\n  period 2026-10\n  live | id | note |\n       | S1 | a \"quote, （b {c // d |\n       |    | https://x |   // comment\n  expect card[S1].score == 1\n}\n",
    );
    let ItemKind::Test(test) = &file.items[0].kind else { panic!() };
    let cells: Vec<Vec<_>> =
        test.tables[0].rows.iter().map(|r| r.cells.iter().map(|c| c.value.as_str()).collect()).collect();
    assert_eq!(cells, [["S1", "a \"quote, （b {c // d"], ["", "https://x"]]);
    assert_eq!(test.expects.len(), 1);
}

#[test]
fn grids_and_rows_with_several_keys_are_the_same_table() {
    let grid = file(
        "param a: ratio by scene, level {\n         | junior | senior or lead |\n  shop   | 98%    | 97%  |\n  else   | 99%    | 1:2  |\n}\n",
    );
    let rows = file(
        "param a: ratio by scene, level { shop, junior: 98%, shop, senior or lead: 97%\n  else, junior: 99%\n  else, senior or lead: 1:2 }\n",
    );
    assert_eq!(without_spans(&grid.items[0].kind), without_spans(&rows.items[0].kind));
}

#[test]
fn a_ratio_is_no_row() {
    let file = file("curve c = linear { 0:1, 1 : 1:2, 60%:0% }\n");
    let ItemKind::Curve(curve) = &file.items[0].kind else { panic!() };
    assert_eq!(curve.rows.len(), 3);
    let ExprKind::Number(half) = &curve.rows[1].value.kind else { panic!() };
    assert_eq!(half.value, Dec::int(2));
}

#[test]
fn views_have_a_block_where_they_group() {
    let file = file(
        "view late \"Late ones\" from a where b in {x, y}\n  and c > 1\n\
         view weekly from message where not (d)\n  group by member.team, week {\n    talks \"说\" = count(), most = max(x where y)\n  }\n",
    );
    let [Item { kind: ItemKind::View(late), .. }, Item { kind: ItemKind::View(weekly), .. }] = file.items.as_slice()
    else {
        panic!("{:?}", file.items)
    };
    assert_eq!((late.of.text.as_str(), late.label.as_ref().unwrap().value.as_str()), ("a", "Late ones"));
    assert_eq!(show(late.condition.as_ref().unwrap()), "((b in {x, y}) And (c Gt 1))");
    assert!(late.grouping.is_none());
    let grouping = weekly.grouping.as_ref().unwrap();
    let keys: Vec<usize> = grouping.keys.iter().map(Vec::len).collect();
    let columns: Vec<_> = grouping.columns.iter().map(|c| (c.name.text.as_str(), show(&c.value))).collect();
    assert_eq!(keys, [2, 1]);
    assert_eq!(columns, [("talks", "count()".to_owned()), ("most", "max(x where y)".to_owned())]);
    for text in
        ["view v from a group by b\n", "view v from a where b { c = count() }\n", "view v from a group by b { c }\n"]
    {
        let parsed = parse(FileId(0), text);
        assert_eq!((parsed.diagnostics.len(), parsed.file.items.len()), (1, 1), "{text}: {:?}", parsed.diagnostics);
    }
}

#[test]
fn requirements_proofs_and_grids_are_read() {
    let file = file(
        "\
         require each scorecard: count(indicators) in 3..5\nprove host_card.score within 0..100\n\
         scorecard c for s {\n  weights by stage {\n    | a | b |\n  x | 1 | 2 |\n  }\n  mid_period split\n}\n",
    );
    assert_eq!(file.items.len(), 3);
}

#[test]
fn entries_shapes_and_what_is_bound_to_them() {
    let file = file(
        "\
         shape session { gmv: money from \"成交金额\", who: key, on: date time }\n\
         indicator w(s: session, limit: duration = 30s) \"W\" {\n  formula sum(s.watched)\n\
         \u{20} example \"a row { with | brackets\" {\n    s | on | name |\n      | 2026-10-03 | } \" ( |\n    with limit = 45s\n    expect 30s ± 1s\n  }\n\
         \u{20} track week 1 ÷ 4, day 1 ÷ 24\n  example \"none\" { expect is missing }\n}\n\
         指标 v \"V\" = std.live.watch_time(live { watched = total,\n  viewers = live.people × 2 },\n  limit = 1min) {\n  target ≥ 1\n}\n\
         indicator u = w(live)\n",
    );
    let kinds: Vec<_> = file.items.iter().map(|item| &item.kind).collect();
    let [ItemKind::Shape(shape), ItemKind::Indicator(entry), ItemKind::Indicator(bound), ItemKind::Indicator(bare)] =
        kinds.as_slice()
    else {
        panic!("{:?}", file.items)
    };
    assert_eq!(shape.columns.len(), 3);
    let params: Vec<_> = entry.params.iter().map(|p| (p.name.text.as_str(), p.default.is_some())).collect();
    assert_eq!((params, entry.track.is_some()), (vec![("s", false), ("limit", true)], true));
    let [first, second] = entry.examples.as_slice() else { panic!("{:?}", entry.examples) };
    assert_eq!(first.tables[0].rows[0].cells[1].value, "} \" (");
    assert_eq!((first.values.len(), first.expects.len(), second.expects.len()), (1, 1, 1));
    let binding = bound.binding.as_ref().unwrap();
    let path: Vec<_> = binding.path.iter().map(|n| n.text.as_str()).collect();
    assert_eq!(
        (path.join("."), bound.label.as_ref().unwrap().value.clone()),
        ("std.live.watch_time".to_owned(), "V".to_owned())
    );
    let BindingValue::Table(table, columns) = &binding.args[0].value else { panic!("{:?}", binding.args) };
    let columns: Vec<_> = columns.iter().map(|(name, e)| format!("{} = {}", name.text, show(e))).collect();
    assert_eq!(
        (table.text.as_str(), columns.join(", ").as_str()),
        ("live", "watched = total, viewers = (live.people Mul 2)")
    );
    assert_eq!(binding.args[1].name.as_ref().unwrap().text, "limit");
    assert_eq!(bare.binding.as_ref().unwrap().args.len(), 1);
}

#[test]
fn nothing_makes_it_panic() {
    let whole = policy::WHOLE;
    for at in (0..whole.len()).filter(|at| whole.is_char_boundary(*at)).step_by(13) {
        parse(FileId(0), &whole[..at]);
        parse(FileId(0), &whole[at..]);
    }
    for text in [
        "",
        "\u{feff}",
        "\n\r\n",
        "}",
        "{",
        "\"",
        "`",
        "///",
        "|",
        "test \"\" {\n|\n| |",
        "a\\",
        "“",
        "指标 x",
        "x\u{0}",
    ] {
        parse(FileId(0), text);
    }
}
