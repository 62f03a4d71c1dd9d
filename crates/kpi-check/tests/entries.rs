//! Modules of a library: what is bound to their entries, and whose names are whose.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use kpi_base::{Files, SourceFile};
use kpi_check::entries::{alone, taken};
use kpi_check::model::Model;
use kpi_syntax::ast;

const POLICY: &str = "policy \"Desk\" {\n  edition 1\n  currency CNY\n  period month\n}\n\
    dimension grade { a, b }\n\
    roster staff { id: text key, salary: money }\n\
    source sale { who: -> staff, day: date time, worth: money, pieces: count, grade: grade, price: money }\n\
    source refund { who: -> staff, day: date time, amount: money }\n";

const SHOP: &str = "shape order { amount: money, day: date time }\n\
    param scale: number = 2\n\
    function twice(x: money): money = x × scale\n\
    curve all = step { ≥ 80%: 100%, else: 0% }\n\
    /// What is sold.\n\
    indicator turnover(o: order) \"营业额\" {\n  formula twice(sum(o.amount))\n  target ≥ 10元\n  scoring all on attainment\n  tag money\n  note counting \"all\"\n  note data \"orders\"\n}\n\
    indicator net(o: order, back: order, share: ratio = 50%) \"净额\" {\n  formula sum(o.amount) - sum(back.amount) × share\n}\n\
    indicator large(o: order, least: money) \"大单\" {\n  formula count(o where amount > least) ÷ count(o)\n}\n";

/// A package with modules, and what is wrong with it.
fn check(policy: &str, modules: &[(&str, &str)]) -> (Option<Model>, Vec<String>) {
    let mut files = Files::new();
    let mut parsed = Vec::new();
    for (name, text) in std::iter::once(("", format!("{POLICY}{policy}").as_str())).chain(modules.iter().copied()) {
        let id = files.add(SourceFile::new("a.kpi", text));
        let file = kpi_syntax::parse(id, text);
        assert_eq!(file.diagnostics, []);
        parsed.push(ast::File { library: !name.is_empty(), module: name.to_owned(), ..file.file });
    }
    let checked = kpi_check::check(&parsed);
    let found = checked.diagnostics.iter().filter(|d| d.is_error());
    let found = found.map(|d| format!("{} {}", d.code, d.message)).collect();
    (checked.model, found)
}

#[test]
fn what_a_policy_says_is_added_or_takes_its_place() {
    let (model, found) = check(
        "indicator income = std.shop.turnover(sale { amount = worth }) {\n  target ≥ 100元\n  tag own\n  note counting \"ours\"\n}\n\
         indicator turnover \"T\" = std.shop.turnover(sale { amount = price × pieces }) { scoring proportional }\n\
         scorecard desk for staff { income, turnover }\n",
        &[("std.shop", SHOP)],
    );
    assert_eq!(found, [""; 0]);
    let model = model.unwrap();
    let indicators: Vec<_> = model.indicators.iter().map(|(_, indicator)| indicator).collect();
    let [income, turnover] = indicators.as_slice() else { panic!("{} indicators", indicators.len()) };
    let title = &income.title;
    assert_eq!(
        (title.name.as_str(), title.label.as_deref(), title.doc.as_deref()),
        ("income", Some("营业额"), Some("What is sold."))
    );
    assert_eq!(turnover.title.label.as_deref(), Some("T"));
    assert_eq!(income.tags, ["own", "money"]);
    let notes: Vec<_> = income.notes.iter().map(|(topic, text)| (topic.as_str(), text.as_str())).collect();
    assert_eq!(notes, [("data", "orders"), ("counting", "ours")]);
    assert_ne!(income.scoring, turnover.scoring);
    assert!(income.target.is_some() && turnover.target.is_some());
    // Places are those of the module, so that explanations lead into it.
    assert_ne!(income.formula.span.file, title.span.file);
}

#[test]
fn names_of_a_module_that_is_not_used_do_not_leak() {
    let bound =
        "indicator turnover = std.shop.turnover(sale { amount = worth })\nscorecard desk for staff { turnover }\n";
    let (_, found) = check(
        &format!("{bound}indicator other {{ formula twice(sum(sale.worth)), target ≥ 1元 }}\n"),
        &[("std.shop", SHOP)],
    );
    assert_eq!(found, ["K1001 there is no `twice`"]);
    let (_, found) = check(
        &format!("use std.shop\n{bound}indicator other {{ formula twice(sum(sale.worth)), target ≥ 1元 }}\n"),
        &[("std.shop", SHOP)],
    );
    assert_eq!(found, [""; 0]);
    // The policy's own names are its own, and two modules may have the same ones.
    let own = "function twice(x: count): count = x × 3\nparam scale: count = 7\nshape order { on: date }\n\
               indicator again = std.fair.turnover(sale { amount = price })\n\
               indicator other { formula twice(count(sale)) × scale, target ≥ 1 }\nscorecard more for staff { again, other }\n";
    let modules = [("std.shop", SHOP), ("std.fair", SHOP)];
    let (model, found) = check(&format!("{bound}{own}"), &modules);
    assert_eq!((found, model.is_some()), (Vec::new(), true));
    let (_, found) = check(&format!("use std.shop\nuse std.fair\n{bound}"), &modules);
    assert_eq!(found[0], "K1002 `scale` is declared twice");
    let (_, found) = check(&format!("use std.shop\n{bound}function twice(x: count): count = x × 3\n"), &[modules[0]]);
    assert_eq!(found[0], "K1002 `twice` is declared here, and in `std.shop`, which is used");
}

#[test]
fn a_module_may_be_called_by_its_last_name_where_it_is_used() {
    let bound = "indicator turnover = shop.turnover(sale { amount = worth })\nscorecard desk for staff { turnover }\n";
    assert_eq!(check(bound, &[("std.shop", SHOP)]).1, ["K1013 there is no module `shop`"]);
    assert_eq!(check(&format!("use std.shop\n{bound}"), &[("std.shop", SHOP)]).1, [""; 0]);
    let (_, found) = check(&format!("use std.shop\nuse my.shop\n{bound}"), &[("std.shop", ""), ("my.shop", "")]);
    assert_eq!(found, ["K1003 `shop` is `my.shop` and `std.shop`, which are both used"]);
}

#[test]
fn several_tables_and_values() {
    let (model, found) = check(
        "param half: ratio = 40%\n\
         indicator net = std.shop.net(sale { amount = worth }, refund) { target ≥ 1元 }\n\
         indicator less = std.shop.net(back = refund, o = sale { amount = worth }, share = half) { target ≥ 1元 }\n\
         view dear from sale where grade == a\n\
         indicator large = std.shop.large(dear { amount = worth }, least = 2元 × 2) { target ≥ 1% }\n\
         scorecard desk for staff { net, less, large }\n",
        &[("std.shop", SHOP)],
    );
    assert_eq!((found, model.is_some()), (Vec::new(), true));
    let (_, found) = check(
        "indicator large = std.shop.large(sale { amount = worth }) { target ≥ 1% }\nscorecard desk for staff { large }\n",
        &[("std.shop", SHOP)],
    );
    assert_eq!(found, ["K1021 `large` needs `least`"]);
}

#[test]
fn what_entries_take_and_what_they_are_alone() {
    let mut files = Files::new();
    let id = files.add(SourceFile::new("shop.kpi", SHOP));
    let file = ast::File { library: true, module: "std.shop".to_owned(), ..kpi_syntax::parse(id, SHOP).file };
    let files = [file];
    let takes = taken(&files, "std.shop");
    let columns = |place: usize| {
        let (_, indicator, taken) = &takes[place];
        let columns = taken.iter().flat_map(|taken| taken.table.iter().flat_map(|(_, columns)| columns));
        (indicator.name.text.as_str(), columns.map(|column| column.name.text.as_str()).collect::<Vec<_>>())
    };
    assert_eq!(columns(0), ("turnover", vec!["amount", "day"]));
    assert_eq!(columns(2), ("large", vec!["amount", "day"]));
    for alone in alone(&files, "std.shop") {
        let checked = kpi_check::check(&alone.files);
        assert!(checked.model.is_some(), "{}: {:?}", alone.entry, checked.diagnostics);
    }
}

#[test]
fn an_entry_alone_is_judged_by_the_period_of_what_is_bound_to_it() {
    // `this month` is longer than the week by which it is judged, and no window of a month.
    let entry = "shape deal { amount: money, day: date time }\n\
        indicator best(d: deal) { formula sum(d.amount) over this month }\n";
    let card = "scorecard desk for staff { top }\n";
    let bound = |member: &str| format!("{entry}indicator top = best(sale {{ amount = worth }}) {{ {member} }}\n{card}");
    let (model, found) = check(&bound("period week rolled up by average, target ≥ 10元"), &[]);
    assert_eq!(found, [""; 0]);
    assert!(model.is_some());
    let (_, found) = check(&bound("target ≥ 10元"), &[]);
    assert!(!found.is_empty() && found.iter().all(|found| found.starts_with("K2013 ")), "{found:?}");
}
