//! Views: filtered, grouped, of one another; their numbers, and what is wrong with the rows below them.

use crate::fixtures::Fixture;

const SHOP: &str = r#"
policy "Shop" { edition 1, currency CNY, period month }
dimension kind { food, toys }
roster region { id: text key }
roster seller { id: text key, region: -> region }
source sale { id: text key, seller: -> seller, buyer: text?, at: datetime time, amount: money, pieces: count, kind: kind, paid: bool, rate: ratio? }
source stock { owner: -> seller, product: text, at: date time, value: money, sold: money, sparse }

view paid_sale from sale where paid
view by_buyer from sale group by seller, buyer, month {
  orders = count()
  total  = sum(amount where paid)
}
view repeat from by_buyer where orders >= 2
view by_region from by_buyer group by seller.region, month { buyers = count(), most = max(orders) }
view stock_day from stock group by owner, day { value = sum(value), sold = sum(sold) }
view by_week from sale group by seller, week {
  n     = count(sale where paid)
  rates = count(rate where rate is known)
  mean  = average(rate where rate is known)
  least = min(pieces)
  kinds = count_distinct(kind)
  late  = max(at)
  any   = any(kind == toys)
  all   = all(paid where kind == food)
  net   = sum(amount - rate × amount where rate is known)
}
view ever from sale group by seller, kind { pieces = sum(pieces) }
"#;

const REGION: &str = "id\nN\nS\n";
const SELLER: &str = "id,region\nA,N\nB,S\nC,N\n";
/// 2026-02-01 is a Sunday: it lies in the week of 26 January, whose fourth day is 29 January. 2026-03-01 is a Sunday too, of
/// the week of 23 February.
const SALE: &str = "\
id,seller,buyer,at,amount,pieces,kind,paid,rate
1,A,x,2026-01-05 09:00,100,1,food,true,50%
2,A,x,2026-01-31 23:59:59,50.50,2,toys,true,
3,A,y,2026-01-07,10,3,food,false,12.5%
4,A,x,2026-02-01,7,4,food,true,
5,B,,2026-02-11,1,5,food,true,10%
6,B,,2026-02-12,2,6,food,true,20%
7,B,,2026-02-28,4,7,toys,false,40%
8,B,z,2026-03-01,8,8,toys,true,
";
const STOCK: &str = "\
owner,product,at,value,sold
A,p,2026-02-01,100,0
A,q,2026-02-01,300,20
A,p,2026-02-02,200,30
B,p,2026-02-03,7,1
";

fn shop(formula: &str, card: &str) -> Fixture {
    let text = format!("{SHOP}indicator x {{ formula {formula}, target ≥ 0 }}\nscorecard card for {card} {{ x }}\n");
    Fixture::new(&text, "2026-01", "2026-02")
        .csv("region", &[REGION])
        .csv("seller", &[SELLER])
        .csv("sale", &[SALE])
        .csv("stock", &[STOCK])
}

fn cube(view: &str, formula: &str) -> String {
    let fixture = shop(formula, "seller");
    format!("{formula}\n{}", fixture.cube(&fixture.run(), view))
}

#[test]
fn groups_have_the_numbers_of_their_rows() {
    // A in January: x bought twice (100 + 50.50 = 150.5 paid), y once (not paid: 0). In February x once for 7, and somebody
    // unknown bought three times of B, for 1 + 2 paid.
    insta::assert_snapshot!(
        "buyers",
        [
            cube("by_buyer", "count(by_buyer where orders ≥ 2) ÷ count(by_buyer)"),
            cube("by_buyer", "sum(by_buyer.total) ÷ 1元"),
            cube("repeat", "sum(repeat.orders)"),
        ]
        .join("\n")
    );
    // January's buyers in region N: two, of whom the best bought twice; February: N one, S one (the unknown) with three.
    let fixture = shop("sum(by_region.buyers) + max(by_region.most)", "region");
    insta::assert_snapshot!("regions", fixture.cube(&fixture.run(), "by_region"));
    // Daily totals of A: 100 + 300 = 400 and 200, so a mean of 300; sold 50. Turnover 50 ÷ 300.
    insta::assert_snapshot!("turnover", cube("stock_day", "sum(stock_day.sold) ÷ average(stock_day.value)"));
}

#[test]
fn a_week_belongs_to_the_month_of_its_fourth_day() {
    let formulas = [
        "sum(by_week.n)",
        "sum(by_week.rates)",
        "sum(by_week.mean where mean is known)",
        "min(by_week.least)",
        "max(by_week.kinds)",
        "count(by_week where late ≥ 2026-02-01)",
        "count(by_week where any)",
        "count(by_week where all is known and all)",
        "sum(by_week.net) ÷ 1元",
    ];
    insta::assert_snapshot!("weeks", formulas.map(|formula| cube("by_week", formula)).join("\n"));
}

#[test]
fn a_view_without_time_is_there_in_every_period() {
    insta::assert_snapshot!("ever", cube("ever", "sum(ever.pieces where kind == food)"));
}

#[test]
fn a_filtered_view_keeps_key_time_and_references() {
    insta::assert_snapshot!(
        "paid",
        cube("paid_sale", "sum(paid_sale.amount) ÷ 1元 + count_distinct(paid_sale.buyer where buyer is known)")
    );
    // As subjects: the paid sales are those with cards.
    let fixture = shop("sum(paid_sale.amount) ÷ 1元", "paid_sale");
    let facts = fixture.run();
    let keys: Vec<&str> = facts.rosters[0].keys.iter().map(|key| &**key).collect();
    assert_eq!(keys, ["1", "2", "4", "5", "6", "8"]);
}

#[test]
fn an_export_is_judged_whatever_is_made_of_it() {
    let with = |text: &str| shop("count(repeat where total > 0)", "seller").csv("sale", &[text]).fail();
    insta::assert_snapshot!(
        "contracts",
        [
            // A row that the view drops, in a column that it reads.
            with(&SALE.replace("3,A,y", "3,Q,y")),
            with(&SALE.replace(",10,3,food,false", ",10.001,3,food,nein")),
            with(&SALE.replace("6,B,,2026-02-12", "6,B,,2026-02-30")),
            // No rows in a judged month.
            with(SALE.lines().take(4).map(|line| format!("{line}\n")).collect::<String>().as_str()),
        ]
        .join("\n")
    );
}

#[test]
fn byte_order_marks_and_line_ends_are_as_in_a_source() {
    let fixture = shop("sum(repeat.orders)", "seller");
    let other = shop("sum(repeat.orders)", "seller").csv("sale", &[&format!("\u{feff}{}", SALE.replace('\n', "\r\n"))]);
    assert_eq!(fixture.run(), other.run());
    let (first, rest) = SALE.split_at(SALE.find("5,B").unwrap());
    let header = SALE.lines().next().unwrap();
    let parts = shop("sum(repeat.orders)", "seller").csv("sale", &[first, &format!("{header}\n{rest}")]);
    assert_eq!(fixture.run(), parts.run());
}

#[test]
fn a_sum_in_a_view_that_leaves_the_range_is_an_error() {
    let large = "99999999999999999999999999.99";
    let text = SALE.replace(",1,5,food", &format!(",{large},5,food")).replace(",2,6,food", &format!(",{large},6,food"));
    let with = |formula: &str| shop(formula, "seller").csv("sale", &[&text]);
    // Each buyer's own sum: two largest numbers.
    insta::assert_snapshot!("too_large", with("sum(by_buyer.total) ÷ 1元").fail());
    // Another column of the same view is read, and nothing is too large.
    with("sum(by_buyer.orders)").run();
}

#[test]
fn one_scan_serves_a_source_and_its_views() {
    let text = format!(
        "{SHOP}indicator x {{ formula sum(repeat.orders) + sum(by_buyer.total) ÷ sum(sale.amount) + sum(by_week.n), target ≥ 0 }}\nscorecard card for seller {{ x }}\n"
    );
    let fixture = Fixture::new(&text, "2026-01", "2026-02")
        .csv("region", &[REGION])
        .csv("seller", &[SELLER])
        .csv("sale", &[SALE]);
    let facts = fixture.run();
    assert_eq!(facts.sources.len(), 1);
    // One frame is read by the cubes of the source and of all three views.
    let tables: Vec<_> = fixture.plan.cubes.iter().map(|c| fixture.model.tables[c.table].title.name.as_str()).collect();
    assert_eq!(tables.iter().filter(|name| **name == "sale").count(), 1, "{tables:?}");
}
