//! Every kind of table, of column and of row expression.

use kpi_value::Value;

use crate::fixtures::{Fixture, file};
use crate::{Export, Input, OutColumn};

const STORES: &str = r#"
policy "Stores" { edition 1, currency CNY, period month }
dimension size ordered { small, large }
dimension kind { food, toys }
roster region { id: text key }
roster store { id: text key, month: month, region: -> region, size: size, as of month }
roster clerk { id: text key, store: -> store, from: date, to: date?, valid from from to to }
source sale { clerk: -> clerk?, at: datetime time, amount: money, kind: kind, promised: date?, ok: bool, rate: ratio? }
param bonus: ratio by kind { food: 10%, toys: 20% }
param season: ratio by date { from 2026-01: 1, from 2026-02: 2 }
"#;

const REGION: &str = "id\nN\nS\n";
const STORE: &str =
    "id,month,region,size\nX,2026-01,N,small\nX,2026-02,S,large\nY,2026-01,S,large\nY,2026-02,S,large\n";
const CLERK: &str = "id,store,from,to\nA,X,2026-01-01,2026-01-20\nA,Y,2026-01-21,\nB,X,2026-02-01,2026-02-15\n";
const SALE: &str = "\
clerk,at,amount,kind,promised,ok,rate
A,2026-01-05 09:00,100,food,2026-01-07,true,50%
A,2026-01-31 23:59:59,50.50,toys,,0,
B,2026-02-10,10,toys,2026-02-09,是,0.125
,2026-02-11,1,food,,FALSE,
";

fn stores(indicators: &str, card: &str) -> Fixture {
    let text = format!("{STORES}{indicators}\nscorecard card for {card}\n");
    Fixture::new(&text, "2026-01", "2026-02")
        .csv("region", &[REGION])
        .csv("store", &[STORE])
        .csv("clerk", &[CLERK])
        .csv("sale", &[SALE])
}

fn sales(formula: &str) -> String {
    let fixture = stores(&format!("indicator x {{ formula {formula}, target ≥ 0 }}"), "clerk { x }");
    fixture.cube(&fixture.run(), "sale")
}

#[test]
fn rows_follow_references_as_of_their_period() {
    // January's last row of A is that of Y, in region S; February's X is in S too.
    let fixture = stores("indicator x { formula sum(sale.amount), target ≥ 0元 }", "region { x }");
    insta::assert_snapshot!(fixture.cube(&fixture.run(), "sale"), @r"
    A 2026-01 | 2 150.5
    B 2026-02 | 1 10
    - 2026-02 | 1 1
    ");
    insta::assert_snapshot!(
        "hops",
        [
            sales("count(sale where clerk.store.size is known and clerk.store.size == small)"),
            sales("count(sale where clerk.store.size is known and clerk.store.size == large)"),
            sales("count(sale where clerk.store.month is known and clerk.store.month == 2026-02)"),
        ]
        .join("\n")
    );
}

#[test]
fn stocks_count_at_the_end_of_the_period() {
    let fixture = stores("indicator x { formula count(clerk), target ≥ 0 }", "store { x }");
    let facts = fixture.run();
    insta::assert_snapshot!(fixture.cube(&facts, "clerk"), @r"
    Y 2026-01 | 1
    Y 2026-02 | 1
    ");
    let roster = facts.rosters.iter().find(|r| r.table == fixture.table("store")).unwrap();
    assert_eq!((roster.keys.len(), roster.entities.as_slice()), (2, [0, 0, 1, 1].as_slice()));
    assert_eq!(roster.validity[1].1.unwrap().to_string(), "2026-02-28");
}

#[test]
fn row_expressions_are_exact() {
    let cases = [
        "sum(sale.amount × bonus[sale.kind])",
        "sum(sale.amount / 3)",
        "sum(sale.amount × season)",
        "count(sale where promised is known and promised < 2026-01-08)",
        "count(sale where promised is missing)",
        "count(sale where ok or rate is known and rate > 10%)",
        "count(sale where kind in {toys})",
        "count(sale where amount in 10元..<100元)",
        "sum(if sale.ok then sale.amount else 0元)",
        "sum(max(sale.amount, 60元) - min(sale.amount, 60元))",
        "sum(coalesce(sale.rate, 1))",
        "sum(round(abs(0 - coalesce(sale.rate, 1)), 1))",
        "max(sale.amount)",
        "median(sale.amount)",
        "count_distinct(sale.kind)",
        "sum(sale.amount / (sale.amount - 10元))",
    ];
    let text: Vec<String> = cases.iter().map(|case| format!("{case}\n{}", sales(case))).collect();
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn contracts_of_time_are_checked() {
    let base = || stores("indicator x { formula sum(sale.amount), target ≥ 0元 }", "region { x }");
    insta::assert_snapshot!(
        "times",
        [
            base().csv("store", &[&format!("{STORE}X,2026-01,N,large\n")]).fail(),
            base().csv("clerk", &[&format!("{CLERK}A,X,2026-01-20,2026-01-20\n")]).fail(),
            base().csv("clerk", &[&format!("{CLERK}A,X,2025-01-20,2025-01-02\n")]).fail(),
            base().csv("clerk", &[&format!("{CLERK}C,Q,2025-01-20,\n")]).fail(),
        ]
        .join("\n")
    );
}

#[test]
fn a_roster_of_a_period_must_be_there() {
    let fixture = stores("indicator x { formula sum(sale.amount), target ≥ 0元 }", "store { x }");
    let january: String =
        STORE.lines().filter(|line| !line.contains("2026-02")).map(|line| format!("{line}\n")).collect();
    assert_eq!(
        fixture.csv("store", &[&january]).fail(),
        "K6031 `store` has no row in 2026-02 (it has rows of 2026-01 only; bind the missing export)"
    );
}

#[test]
fn parquet_gives_the_same_facts() {
    let rows: Vec<Vec<&str>> = SALE.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let texts = |place: usize| {
        OutColumn::Text(rows.iter().map(|r| Some(r[place].to_owned()).filter(|s| !s.is_empty())).collect())
    };
    let decs = |place: usize, digits| OutColumn::Dec(rows.iter().map(|r| r[place].parse().ok()).collect(), digits);
    let path = file("sale.parquet", b"");
    let columns = [
        ("rate", OutColumn::Dec(vec!["0.5".parse().ok(), None, "0.125".parse().ok(), None], 3)),
        ("clerk", texts(0)),
        ("at", texts(1)),
        ("amount", decs(2, 4)),
        ("kind", texts(3)),
        ("promised", texts(4)),
        ("ok", OutColumn::Bool(vec![Some(true), Some(false), Some(true), Some(false)])),
    ];
    crate::write_parquet(&columns, &path).unwrap();
    let indicators = "indicator x { formula sum(sale.amount × coalesce(sale.rate, 1) where ok), target ≥ 0元 }";
    let csv = stores(indicators, "clerk { x }");
    let parquet = stores(indicators, "clerk { x }").path("sale", path.clone());
    assert_eq!(csv.run(), parquet.run());
    let mut bad = columns.clone();
    bad[3].1 = OutColumn::Dec(vec!["1.234".parse().ok(), None, "2".parse().ok(), "3".parse().ok()], 3);
    crate::write_parquet(&bad, &path).unwrap();
    insta::assert_snapshot!(parquet.fail());
    // Behind a file that is as it must be, rows 1 and 2 of the other are set aside.
    let good = file("good.parquet", b"");
    crate::write_parquet(&columns, &good).unwrap();
    let of = |files: Vec<Export>| {
        let mut fixture = stores(indicators, "clerk { x }");
        fixture.inputs.insert(fixture.table("sale"), Input::Files(files));
        fixture
    };
    let (facts, said) = of(vec![good.clone().into(), path.into()]).run_without_bad_rows();
    let rest = file("rest.parquet", b"");
    let rows_3_and_4 = |column: &OutColumn| match column.clone() {
        OutColumn::Text(mut cells) => OutColumn::Text(cells.split_off(2)),
        OutColumn::Dec(mut cells, digits) => OutColumn::Dec(cells.split_off(2), digits),
        OutColumn::Bool(mut cells) => OutColumn::Bool(cells.split_off(2)),
        OutColumn::Int(mut cells) => OutColumn::Int(cells.split_off(2)),
    };
    let left: Vec<_> = bad.iter().map(|(name, column)| (*name, rows_3_and_4(column))).collect();
    crate::write_parquet(&left, &rest).unwrap();
    assert_eq!(facts, of(vec![good.into(), rest.into()]).run());
    insta::assert_snapshot!(said);
}

#[test]
fn sums_out_of_range_stop_the_run() {
    let indicators = "indicator x { formula sum(sale.amount × 90000000000000), target ≥ 0元 }";
    let large = SALE.replace("50.50", "9999999999999.99");
    let fixture = stores(indicators, "clerk { x }").csv("sale", &[&large]);
    insta::assert_snapshot!(fixture.fail());
}

#[test]
fn tests_of_a_policy_take_the_same_road() {
    let policy = r#"
indicator x { formula sum(sale.amount where ok), target ≥ 0元 }
test "t" {
  period 2026-01
  clerk | id | from       |
        | A  | 2026-01-01 |
  sale  | clerk | at         | amount |
        | A     | 2026-01-05 | 12.5   |
        | A     | 2026-01-06 | 7.5    |
  expect card[A].score == 0
}
"#;
    let mut fixture = stores(policy, "clerk { x }");
    let tables = fixture.model.tests[0].tables.clone();
    fixture.inputs = tables.into_iter().map(|table| (table.table, Input::Inline(table))).collect();
    let facts = fixture.run();
    insta::assert_snapshot!(fixture.cube(&facts, "sale"), @"A 2026-01 | 0 none");
    let absent: Vec<_> = facts.cubes[0].absent.values().map(|c| fixture.model.column(*c).title.name.clone()).collect();
    assert!(absent.iter().all(|name| name == "ok") && !absent.is_empty(), "{absent:?}");
    // An unknown key of a test is at fault too.
    for input in fixture.inputs.values_mut() {
        if let Input::Inline(table) = input
            && table.table == fixture.model.tables.iter().find(|(_, t)| t.title.name == "sale").unwrap().0
        {
            table.rows[0].cells[0] = Some(Value::Text("Z".into()));
        }
    }
    assert_eq!(fixture.fail(), "K6021 `Z` is not in `clerk` (add it to `clerk`, or leave the cell empty)");
}

#[test]
fn days_and_times_are_apart_by_seconds_and_move() {
    // From 09:00:00 to 09:02:30.5 are 150.5 s, over midnight from 23:59:50 to 00:00:10 are 20 s.
    let text = r#"
policy "Desk" { edition 1, currency CNY, period month }
roster clerk { id: text key }
source case { clerk: -> clerk, opened: datetime time, closed: datetime?, due: date, done: date }
"#;
    let rows = "clerk,opened,closed,due,done\n\
        A,2026-01-05 09:00:00,2026-01-05 09:02:30.5,2026-01-07,2026-01-05\n\
        A,2026-01-31 23:59:50,2026-02-01 00:00:10,2026-01-31,2026-02-02\n\
        A,2026-01-10 10:00:00,,2026-01-10,2026-01-11\n";
    let cases = |formula: &str| {
        let text = format!("{text}indicator x {{ formula {formula} }}\nscorecard card for clerk {{ x watch }}\n");
        let fixture = Fixture::new(&text, "2026-01", "2026-01").csv("clerk", &["id\nA\n"]).csv("case", &[rows]);
        let cube = fixture.cube(&fixture.run(), "case");
        cube.trim().rsplit(' ').next().unwrap_or_default().to_owned()
    };
    assert_eq!(cases("sum(case.closed - case.opened where closed is known)"), "170.5");
    // 2 days early, 2 days late, 1 day late: 1 day in all.
    assert_eq!(cases("sum(case.done - case.due)"), "86400");
    assert_eq!(cases("count(case where closed is known and opened + 20s ≥ closed)"), "1");
    assert_eq!(cases("count(case where closed is known and closed - 150.5s == opened)"), "1");
    assert_eq!(cases("count(case where due + 2d ≥ done)"), "3");
    assert_eq!(cases("count(case where done - 1d > due)"), "1");
}

#[test]
fn a_date_of_a_row_beyond_the_calendar_stops_the_run() {
    let text = r#"
policy "Desk" { edition 1, currency CNY, period month }
roster clerk { id: text key }
source case { clerk: -> clerk, opened: date time, until: date }
indicator x { formula count(case where until + 2d > opened) }
scorecard card for clerk { x watch }
"#;
    let until = |day: &str| {
        let rows = format!("clerk,opened,until\nA,2026-01-05,{day}\n");
        Fixture::new(text, "2026-01", "2026-01").csv("clerk", &["id\nA\n"]).csv("case", &[&rows])
    };
    // 9999-12-29 and two days are the last day there is.
    let cube = until("9999-12-29").cube(&until("9999-12-29").run(), "case");
    assert_eq!(cube.trim().rsplit(' ').next(), Some("1"));
    assert!(until("9999-12-30").fail().contains("K6032"));
}

#[test]
fn a_table_that_is_not_given_has_no_rows_however_far_they_lead() {
    let text = r#"
policy "Desk" { edition 1, currency CNY, period month }
roster clerk { id: text key }
source case { id: text key, clerk: -> clerk, opened: datetime time }
source step { id: text key, case: -> case, at: datetime time, done: bool }
indicator x { formula count(step where done) }
scorecard card for clerk { x watch }
"#;
    let fixture = Fixture::new(text, "2026-01", "2026-01")
        .csv("clerk", &["id\nA\n"])
        .csv("case", &["id,clerk,opened\n1,A,2026-01-05 09:00\n"]);
    assert_eq!(fixture.cube(&fixture.run(), "step"), "");
}

#[test]
fn rows_that_others_refer_to_fall_on_their_own_day() {
    let text = r#"
policy "Desk" { edition 1, currency CNY, period month }
roster clerk { id: text key }
source case { id: text key, clerk: -> clerk, opened: datetime time }
source step { id: text key, case: -> case, at: datetime time }
indicator x { period week rolled up by average, formula count(case), target ≥ 1 }
indicator y { formula count(step), target ≥ 1 }
scorecard card for clerk { x, y }
"#;
    let fixture = Fixture::new(text, "2026-01", "2026-01")
        .csv("clerk", &["id\nA\n"])
        .csv("case", &["id,clerk,opened\n1,A,2025-12-29 09:00\n2,A,2026-01-04 09:00\n3,A,2026-01-13 09:00\n"])
        .csv("step", &["id,case,at\n1,1,2026-01-05 09:00\n"]);
    // Weeks are made of days. The days since 1970-01-01 of 2025-12-29, 2026-01-04 and 2026-01-13 are 20451, 20457 and 20466,
    // which the fixture shows as if they were months: 20451 = 12 × 1704 + 3.
    let cube = fixture.cube(&fixture.run(), "case");
    assert_eq!(cube.trim(), "A 1704-04 | 1\nA 1704-10 | 1\nA 1705-07 | 1");
}
