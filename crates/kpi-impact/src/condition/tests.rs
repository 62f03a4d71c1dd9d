use super::*;
use crate::Amounts;

fn figures(base: i64, head: i64) -> Figures {
    let pay = |n: i64| Amounts { pay: Dec::int(n), ..Amounts::default() };
    Figures::of((&pay(base), &pay(head)), &[(Dec::int(base), Dec::int(head))], &[], &[])
}

fn holds(condition: &str, base: i64, head: i64) -> bool {
    Condition::parse(condition).unwrap().judge(&figures(base, head)).holds()
}

#[test]
fn a_share_a_change_and_a_bare_number() {
    // 2% of 1000 is 20: not above at 1020, above at 1021.
    assert!(!holds("pay_total > +2%", 1000, 1020));
    assert!(holds("pay_total > +2%", 1000, 1021));
    assert!(holds("pay_total ≥ 2%", 1000, 1020));
    assert!(holds("pay_total<-2%", 1000, 979) && !holds("pay_total<-2%", 1000, 980));
    assert!(holds("pay_total > +20", 1000, 1021) && !holds("pay_total > +20", 1000, 1020));
    assert!(holds("pay_total >= 1,020", 1000, 1020) && !holds("pay_total > 1020", 1000, 1020));
    assert!(holds("max_gain > 20", 1000, 1021) && holds("max_loss = 0", 1000, 1021));
    assert!(holds("max_gain ＞ 2％", 1000, 1021) && !holds("max_gain > 2%", 1000, 1020));
}

#[test]
fn from_nothing_to_something_is_more_than_any_share() {
    assert!(holds("pay_total > 1000%", 0, 1) && !holds("pay_total > 0%", 0, 0) && holds("pay_total ≤ 0%", 0, 0));
}

#[test]
fn and_binds_before_or() {
    let condition = "max_loss > 5 or pay_total > 500 and cards_gone = 0";
    assert!(holds(condition, 1000, 990) && holds(condition, 1000, 1000) && !holds(condition, 400, 400));
    assert!(holds("max_loss > 5 或 max_gain > 5 且 held = 0", 1, 10));
    let verdict = Condition::parse("max_gain>5 and held = 0").unwrap().judge(&figures(1, 10));
    assert_eq!(verdict.because, ["max_gain>5", "held = 0"]);
}

#[test]
fn mistakes_have_a_place() {
    let misread = |text: &str| {
        let found = Condition::parse(text).unwrap_err();
        let help: String = found.help.to_string().chars().take(60).collect();
        format!("{:?} {}: {help}", text.get(found.at.clone()).unwrap(), found.message)
    };
    let all: Vec<String> = [
        "",
        "pay_totl > 2%",
        "pay_total",
        "pay_total 5",
        "pay_total >",
        "pay_total > x",
        "pay_total > 1-1",
        "cards_gone > +1",
        "cards_gone > 2%",
        "max_gain > +5",
        "held > 0 held > 1",
        "held > 0 and",
        "奖金 > 1",
    ]
    .map(misread)
    .into();
    insta::assert_snapshot!(all.join("\n"));
}
