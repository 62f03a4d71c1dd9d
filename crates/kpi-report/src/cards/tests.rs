use kpi_results::{Goal, Quantity, RosterPay, Span};

use super::*;
use crate::{Money, Titles, render_csv};

fn dec(text: &str) -> Dec {
    text.parse().unwrap()
}

fn quantity(value: &str, unit: &str) -> Quantity {
    Quantity { value: value.into(), unit: unit.into() }
}

fn line(indicator: &str, actual: (&str, &str), target: &str, numbers: [&str; 3], status: LineStatus) -> Line {
    let [attainment, weight, score] = numbers.map(|n| (!n.is_empty()).then(|| dec(n)));
    let of = |value: &str| (!value.is_empty()).then(|| quantity(value, actual.1));
    Line {
        indicator: indicator.into(),
        actual: of(actual.0),
        target: of(target).map(Goal::Bound),
        attainment,
        weight,
        score,
        status,
        lines: None,
        periods: None,
        progress: None,
        track: None,
    }
}

/// Four hosts of a small team: a good one, two that share a rank, and one without a plan.
pub(crate) fn run() -> Run {
    let card = |subject: &str, score: &str, rank: u32| Card {
        scorecard: "host_card".into(),
        subject: subject.into(),
        period: "2026-10".into(),
        stint: None,
        status: CardStatus::Complete,
        score: Some(dec(score)),
        attainment: Some(dec("1.0325")),
        grade: Some("合格".into()),
        rank: Some(rank),
        vetoed: Vec::new(),
        lines: vec![
            line("GMV 达成率", ("1234567.5", "CNY"), "1200000", ["1.02880625", "0.6", "60"], LineStatus::Met),
            line("watch_time", ("29.96", "s"), "30", ["0.998666666667", "0.3", "29.96"], LineStatus::Missed),
            line("violations", ("0", "count"), "1", ["2", "0.1", "10"], LineStatus::Met),
            line("viewers", ("3000", "count"), "", ["", "", ""], LineStatus::Watched),
        ],
        pay: [("base".to_owned(), Some(dec("5600"))), ("performance".to_owned(), Some(dec("2400")))].into(),
        total_pay: Some(dec("8000")),
        rules: vec![Rule {
            rule: "transfer".into(),
            outcome: RuleOutcome::NotFired,
            says: None,
            indicator: None,
            choices: Vec::new(),
        }],
        brackets: Vec::new(),
    };
    let mut vetoed = card("A02", "0", 3);
    vetoed.vetoed = vec!["severe".into()];
    vetoed.attainment = Some(Dec::ZERO);
    vetoed.grade = Some("辅导".into());
    vetoed.pay = [("base".to_owned(), Some(Dec::ZERO)), ("performance".to_owned(), Some(Dec::ZERO))].into();
    vetoed.total_pay = Some(Dec::ZERO);
    vetoed.rules[0].outcome = RuleOutcome::Fired;
    vetoed.rules[0].says = Some("transfer or training".into());
    let mut held = card("A03", "0", 9);
    held.status = CardStatus::Incomplete;
    (held.score, held.attainment, held.grade, held.rank, held.total_pay) = (None, None, None, None, None);
    held.lines[0] = line("GMV 达成率", ("70000", "CNY"), "", ["", "0.6", ""], LineStatus::NoData);
    held.lines[1] = line("watch_time", ("", "s"), "30", ["", "0.3", ""], LineStatus::NoData);
    held.pay.values_mut().for_each(|amount| *amount = None);
    held.rules[0].outcome = RuleOutcome::NotJudged;
    let mut grouped = card("李四", "97.5", 1);
    grouped.lines.push(Line {
        lines: Some(vec![line("polite", ("4.5", "number"), "", ["", "1", "90"], LineStatus::Scored)]),
        ..line("quality", ("", "ratio"), "", ["0.9", "0.2", "18"], LineStatus::Scored)
    });
    let pay = |subject: &str, amount: Option<&str>| RosterPay {
        incentive: "allowance".into(),
        subject: subject.into(),
        period: "2026-10".into(),
        pay: [("meals".to_owned(), amount.map(dec))].into(),
        total_pay: amount.map(dec),
        brackets: Vec::new(),
    };
    Run {
        policy: "Live team".into(),
        period: Span { from: "2026-10".into(), to: "2026-10".into() },
        cards: vec![card("A01", "97.5", 1), vetoed, held, grouped],
        incentives: vec![pay("A01", Some("300")), pay("A02", None)],
        rules: Vec::new(),
        findings: Vec::new(),
        paid_by: Vec::new(),
        brackets: Vec::new(),
    }
}

fn titles() -> Titles {
    let mut titles = Titles::new(Money { code: "CNY".into(), digits: 2 });
    titles.add_scorecard("host_card", "主播");
    titles.add_of_card("host_card", "watch_time", "平均停留时长");
    titles.add_of_card("host_card", "severe", "严重违规");
    titles.add_outside("allowance", "Allowances");
    let names = [("A01", "张三"), ("A02", "Bea"), ("A03", "Chen 陈")].map(|(key, name)| (key.into(), name.into()));
    titles.add_subjects("host_card", &std::rc::Rc::new(names.into()));
    titles
}

#[test]
fn scorecard_table() {
    insta::assert_snapshot!(render_run(&run(), &titles(), View::default(), Look::default()));
}

#[test]
fn one_subject_with_its_lines() {
    for subject in ["A03", "李四"] {
        let view = View { subject: Some(subject), ..View::default() };
        insta::assert_snapshot!(subject, render_run(&run(), &titles(), view, Look::default()));
    }
}

#[test]
fn colours_do_not_move_columns() {
    let coloured = render_run(&run(), &titles(), View::default(), Look { colour: true, ..Look::default() });
    let plain = render_run(&run(), &titles(), View::default(), Look::default());
    assert_ne!(coloured, plain);
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}

#[test]
fn flat_tables_as_csv() {
    let text = |(name, text)| format!("{name}\n{}", String::from_utf8(text).unwrap());
    insta::assert_snapshot!(render_csv(&run()).into_iter().map(text).collect::<Vec<_>>().join("\n"));
}
