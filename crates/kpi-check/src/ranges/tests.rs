//! Intervals derived by hand.

use kpi_base::{Files, SourceFile};

use super::{Range, Ranges};
use crate::model::Model;

fn range(text: &str) -> Range {
    let (low, high) = text.split_once(',').unwrap();
    let dec = |text: &str| text.trim().parse().unwrap();
    let low = match low.split_at(1) {
        (_, "") => super::Bound::Infinite,
        ("[", x) => super::Bound::Closed(dec(x)),
        (_, x) => super::Bound::Open(dec(x)),
    };
    let high = match high.split_at(high.len() - 1) {
        ("", _) => super::Bound::Infinite,
        (x, "]") => super::Bound::Closed(dec(x)),
        (x, _) => super::Bound::Open(dec(x)),
    };
    Range { low, high, whole: false, missing: false }
}

#[test]
fn products_and_quotients_of_intervals() {
    let times = |a, b| range(a).mul(range(b)).to_string();
    // The corners −2 × 5, −2 × −1, 3 × 5, 3 × −1: from −10 to 15.
    assert_eq!(times("[-2,3]", "[-1,5]"), "[-10, 15]");
    assert_eq!(times("[0,)", "[0,1]"), "[0, ∞)");
    assert_eq!(times("(,)", "[0,0]"), "{0}");
    // 30% of something above 0 may round to 0; three of it may not.
    assert_eq!(times("(0,)", "[0.3,0.3]"), "[0, ∞)");
    assert_eq!(times("(0,2)", "[3,3]"), "(0, 6)");
    assert_eq!(times("(0,2)", "[-3,-3]"), "(-6, 0)");
    let through = |a, b| range(a).div(range(b)).to_string();
    assert_eq!(through("[1,2]", "[4,8]"), "[0.125, 0.5]");
    assert_eq!(through("[1,2]", "[-8,-4]"), "[-0.5, -0.125]");
    // Near 0 from above it grows without end; at 0 there is no data.
    assert_eq!(through("[1,2]", "[0,8]"), "[0.125, ∞)?");
    assert_eq!(through("[-1,2]", "(0,8]"), "(-∞, ∞)");
    assert_eq!(through("[1,2]", "[-1,1]"), "(-∞, ∞)?");
    assert_eq!(through("[0,0]", "[-1,1]"), "{0}?");
    assert_eq!(through("[1,2]", "[0,0]"), "{}?");
    assert_eq!(through("[1,2]", "[4,)"), "[0, 0.5]");
}

#[test]
fn whole_numbers_have_whole_ends() {
    assert_eq!(range("(0,2.5]").wholes().to_string(), "[1, 2] whole");
    assert_eq!(range("(-1.5,-1)").wholes().to_string(), "{}");
    assert_eq!(range("(0,)").wholes().add(Range::at(kpi_value::Dec::ONE)).to_string(), "[2, ∞) whole");
    assert_eq!(range("[0.5,)").hull(range("(,-1)")).to_string(), "(-∞, ∞)");
}

#[test]
fn comparisons_at_the_ends() {
    use crate::model::CompareOp::{Eq, Ge, Gt, Le, Lt, Ne};
    let compare = |a, op, b| {
        let truth = range(a).compare(op, range(b));
        (truth.yes, truth.no)
    };
    // 100% can be reached by what lies in 0..100%, and not be passed.
    assert_eq!(compare("[0,1]", Ge, "[1,1]"), (true, true));
    assert_eq!(compare("[0,1]", Gt, "[1,1]"), (false, true));
    assert_eq!(compare("[0,1)", Ge, "[1,1]"), (false, true));
    assert_eq!(compare("[0,1]", Le, "[1,1]"), (true, false));
    assert_eq!(compare("[0,1)", Lt, "[1,1]"), (true, false));
    assert_eq!(compare("[0,1]", Lt, "[1,1]"), (true, true));
    assert_eq!(compare("[0,)", Lt, "[0,0]"), (false, true));
    assert_eq!(compare("(0,)", Le, "[0,0]"), (false, true));
    assert_eq!(compare("[2,2]", Eq, "[2,2]"), (true, false));
    assert_eq!(compare("[2,3]", Eq, "(3,)"), (false, true));
    assert_eq!(compare("[2,3]", Ne, "(3,)"), (true, false));
    assert_eq!(compare("(,)", Ge, "(,)"), (true, true));
}

const DATA: &str = r#"
policy "ranges" { edition 1, currency CNY, period month }
dimension stage { startup, mature }
roster team { id: text key, stage: stage }
roster staff { id: text key, team: -> team, salary: money ≥ 0, level: count in 1..5 }
source case {
  who:    -> staff
  on:     date time
  amount: money ≥ 0
  cost:   money ≥ 0
  left:   money
  marks:  number in 1..5
  good:   bool
  items:  count > 0
  hours:  duration? ≥ 0
  stage:  stage
}
view month_case from case group by who, month { times = count(), most = max(marks), spent = sum(cost where good) }
view large from case where amount ≥ 100 CNY
param share: ratio = 30%
param floor: ratio by team.stage { startup: 10%, mature: 20% }
function part(x: money, all: money): ratio = if all > 0 then clamp(x ÷ all, 0%, 100%) else 0%
"#;

fn model(rest: &str) -> Model {
    let mut files = Files::new();
    let text = format!("{DATA}{rest}");
    let id = files.add(SourceFile::new("case.kpi", text.clone()));
    let parsed = kpi_syntax::parse(id, &text);
    assert_eq!(parsed.diagnostics, []);
    let checked = crate::check(&[parsed.file]);
    let errors: Vec<_> = checked.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.message.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    checked.model.unwrap()
}

/// Where the formula lies of an indicator of staff.
fn formula(formula: &str) -> String {
    let model = model(&format!(
        "indicator x {{ formula {formula} }}\nscorecard card for staff {{ x watch\n  y weight 100% }}\n\
         indicator y {{ formula count(case)\n  target ≥ 1 }}\n"
    ));
    let ranges = Ranges::of(&model);
    let x = model.indicators.iter().find(|(_, i)| i.title.name == "x").unwrap();
    ranges.range(&x.1.formula).to_string()
}

#[test]
fn aggregates_of_columns() {
    assert_eq!(formula("count(case)"), "[0, ∞) whole?");
    assert_eq!(formula("count(case needs 3)"), "[3, ∞) whole?");
    assert_eq!(formula("count_distinct(case.good)"), "[0, 2] whole?");
    assert_eq!(formula("count_distinct(case.stage)"), "[0, 2] whole?");
    assert_eq!(formula("sum(case.amount)"), "[0, ∞)?");
    assert_eq!(formula("sum(case.left)"), "(-∞, ∞)?");
    assert_eq!(formula("sum(-case.cost)"), "(-∞, 0]?");
    assert_eq!(formula("sum(case.items)"), "[0, ∞) whole?");
    // `> 0` of whole numbers is from 1 on.
    assert_eq!(formula("min(case.items)"), "[1, ∞) whole?");
    assert_eq!(formula("average(case.marks)"), "[1, 5]?");
    assert_eq!(formula("average(case.marks where marks > 3)"), "(3, 5]?");
    assert_eq!(formula("median(case.marks where marks ≤ 2 and good)"), "[1, 2]?");
    assert_eq!(formula("max(case.left where left in 10 CNY..<20 CNY)"), "[10, 20)?");
    // One of the two conditions may hold without the other.
    assert_eq!(formula("average(case.marks where marks > 3 or good)"), "[1, 5]?");
    assert_eq!(formula("average(case.marks where not (marks > 3 or good))"), "[1, 3]?");
    assert_eq!(formula("stddev(case.marks)"), "[0, ∞)?");
    // 5 − 1 and 1 − 5 are the most that two of them are apart.
    assert_eq!(formula("average(case.marks) - median(case.marks)"), "[-4, 4]?");
    assert_eq!(formula("average(month_case.times)"), "[1, ∞)?");
    assert_eq!(formula("sum(month_case.most)"), "[0, ∞)?");
    assert_eq!(formula("max(month_case.most)"), "[1, 5]?");
    assert_eq!(formula("min(large.amount)"), "[100, ∞)?");
    assert_eq!(formula("lookup(case.marks)"), "[1, 5]?");
}

#[test]
fn parts_of_a_whole_are_shares() {
    assert_eq!(formula("count(case where good) ÷ count(case)"), "[0, 1]?");
    assert_eq!(formula("1 - count(case where good) ÷ count(case)"), "[0, 1]?");
    assert_eq!(formula("count(case where good and marks > 3) ÷ count(case where good)"), "[0, 1]?");
    assert_eq!(formula("count(case where good) ÷ count(case where marks > 3)"), "[0, ∞)?");
    assert_eq!(formula("count(case) ÷ count(case where good)"), "[0, ∞)?");
    assert_eq!(formula("sum(case.amount where good) ÷ sum(case.amount)"), "[0, 1]?");
    // What may be negative may make its whole smaller than a part.
    assert_eq!(formula("sum(case.left where good) ÷ sum(case.left)"), "(-∞, ∞)?");
    assert_eq!(formula("sum(case.cost) ÷ sum(case.amount)"), "[0, ∞)?");
    assert_eq!(formula("sum(case.cost) ÷ (sum(case.amount) + sum(case.cost))"), "[0, 1]?");
    assert_eq!(formula("sum(case.amount) ÷ (sum(case.amount) over all)"), "[0, 1]?");
    assert_eq!(formula("(count(case where good) - count(case where not good)) ÷ count(case)"), "(-∞, ∞)?");
}

#[test]
fn functions_and_branches() {
    assert_eq!(formula("clamp(sum(case.left), 0 CNY, 10 CNY)"), "[0, 10]?");
    assert_eq!(formula("max(0 CNY, sum(case.left))"), "[0, ∞)?");
    assert_eq!(formula("abs(average(case.marks) - 3)"), "[0, 2]?");
    assert_eq!(formula("round(average(case.marks))"), "[1, 5] whole?");
    assert_eq!(formula("coalesce(average(case.marks), 0)"), "[0, 5]");
    assert_eq!(formula("if count(case) > 0 then 1 else 0"), "[0, 1] whole?");
    // In the first branch it is above 100, in the second at most 100.
    assert_eq!(formula("if sum(case.left) > 100 CNY then sum(case.left) - 100 CNY else 0"), "[0, ∞)?");
    assert_eq!(formula("if sum(case.left) ≤ 0 CNY then 0 else sum(case.left)"), "[0, ∞)?");
    assert_eq!(formula("staff.salary × share × floor"), "[0, ∞)?");
    assert_eq!(formula("floor"), "[0.1, 0.2]?");
    assert_eq!(formula("share"), "{0.3}");
    assert_eq!(formula("part(sum(case.left), sum(case.amount))"), "[0, 1]?");
    assert_eq!(formula("step(average(case.marks)) { ≥ 6: 900%, ≥ 4: 120%, ≥ 2: 100%, else: 50% }"), "[0.5, 1.2]?");
    assert_eq!(formula("linear(average(case.marks)) { 0: 0%, 2: 100%, 6: 200% }"), "[0.5, 1.75]?");
    assert_eq!(formula("marginal(sum(case.left)) { from 0: 0%, from 100 CNY: 3% }"), "[0, ∞)?");
}

#[test]
fn time_and_groups() {
    assert_eq!(formula("previous(average(case.marks))"), "[1, 5]?");
    assert_eq!(formula("growth(sum(case.amount))"), "[-1, ∞)?");
    assert_eq!(formula("average(average(case.marks), last 3 months)"), "[1, 5]?");
    // Of up to three months with data: from 1 × 1 to 3 × 5.
    assert_eq!(formula("sum(average(case.marks), last 3 months)"), "[1, 15]?");
    assert_eq!(formula("rank(sum(case.amount) among team)"), "[1, ∞) whole?");
    assert_eq!(formula("percentile(sum(case.amount) among team)"), "[0, 1]?");
    assert_eq!(formula("average(average(case.marks) among team)"), "[1, 5]?");
    assert_eq!(formula("streak(count(case) > 3)"), "[0, ∞) whole?");
    assert_eq!(formula("period.days"), "[1, 366] whole");
}

#[test]
fn attainments_fractions_and_cards() {
    let model = model(
        "indicator pass { formula count(case where good) ÷ count(case)\n  target ≥ 80% }\n\
         indicator marks { formula average(case.marks)\n  target ≤ 4 }\n\
         scorecard card for staff { pass weight 60%\n  marks weight 40%\n  veto bad when count(case where not good) > 3 then cap 60 }\n\
         incentive pay for card { pay p = staff.salary × step(attainment) { ≥ 100%: 100%, else: 50% } }\n",
    );
    let ranges = Ranges::of(&model);
    let [(pass, _), (marks, _)] = model.indicators.iter().collect::<Vec<_>>()[..] else { panic!() };
    let cap = model.policy.attainment_cap;
    // 100% ÷ 80%, and nothing reaches the cap of 200%.
    assert_eq!(ranges.attainment(pass, cap).to_string(), "[0, 1.25]?");
    // 4 ÷ 5 to 4 ÷ 1, which is cut at the cap.
    assert_eq!(ranges.attainment(marks, cap).to_string(), "[0.8, 2]?");
    let card = ranges.card(model.scorecards.iter().next().unwrap().0);
    // 60% × 0..125% + 40% × 80%..200%; below a veto's cap of 60 nothing changes.
    assert_eq!(card.attainment.to_string(), "[0.32, 1.55]?");
    assert_eq!(card.score.to_string(), "[32, 100]?");
    let (incentive, _) = model.incentives.iter().next().unwrap();
    assert_eq!(ranges.pay_range(incentive, None).to_string(), "[0, ∞)?");
}
