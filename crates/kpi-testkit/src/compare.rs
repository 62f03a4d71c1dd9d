//! Where two results differ.

use kpi_results::{Card, CardStatus, Goal, Line, Quantity, RuleOutcome, Run};

/// One value of a result with its place, both as text; `-` is no data.
type Leaf = (String, String);

/// The first value in which two results differ, described; `None` if they are equal. Lines of indicators called `rough` may
/// differ by 10⁻⁹.
pub fn first_difference(expected: &Run, found: &Run) -> Option<String> {
    let (expected, found) = (leaves(expected), leaves(found));
    for (a, b) in expected.iter().zip(&found) {
        if a.0 != b.0 {
            return Some(format!("expected {} = {}, found {} = {}", a.0, a.1, b.0, b.1));
        }
        if a.1 != b.1 && !close(&a.0, &a.1, &b.1) {
            return Some(format!("{}: expected {}, found {}", a.0, a.1, b.1));
        }
    }
    match (expected.get(found.len()), found.get(expected.len())) {
        (Some((place, value)), _) => Some(format!("{place}: expected {value}, found nothing")),
        (_, Some((place, value))) => Some(format!("{place}: expected nothing, found {value}")),
        _ => None,
    }
}

/// Whether everything that a result says is no data.
pub fn is_wholly_no_data(run: &Run) -> bool {
    let card = |card: &Card| card.status == CardStatus::Complete || card.lines.iter().any(|line| line.actual.is_some());
    !(run.cards.iter().any(card)
        || run.incentives.iter().any(|pay| pay.total_pay.is_some())
        || run.rules.iter().any(|rule| rule.outcome != RuleOutcome::NotJudged))
}

fn close(place: &str, a: &str, b: &str) -> bool {
    let number = |text: &str| text.split(' ').next().and_then(|number| number.parse::<f64>().ok());
    match (place.contains("/rough."), number(a), number(b)) {
        (true, Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
        _ => false,
    }
}

fn leaves(run: &Run) -> Vec<Leaf> {
    let mut out = vec![("policy".to_owned(), run.policy.clone()), ("period".into(), format!("{:?}", run.period))];
    for card in &run.cards {
        let mut place = format!("{}[{}] {}", card.scorecard, card.subject, card.period);
        if let Some(stint) = &card.stint {
            place += &format!(" {}..{} of {} days", stint.from, stint.to, stint.days);
        }
        for line in &card.lines {
            line_leaves(&place, line, &mut out);
        }
        let mut leaf = |name: &str, value: String| out.push((format!("{place}.{name}"), value));
        leaf("vetoed", format!("{:?}", card.vetoed));
        leaf("status", format!("{:?}", card.status));
        leaf("attainment", shown(card.attainment));
        leaf("score", shown(card.score));
        leaf("grade", shown(card.grade.as_ref()));
        leaf("rank", shown(card.rank));
        for (name, amount) in &card.pay {
            leaf(&format!("pay.{name}"), shown(*amount));
        }
        leaf("total_pay", shown(card.total_pay));
        for rule in &card.rules {
            let name = rule.indicator.as_deref().unwrap_or_default();
            let found = format!("{:?} {:?} {:?}", rule.outcome, rule.says, rule.choices);
            leaf(&format!("rule.{}.{name}", rule.rule), found);
        }
    }
    for pay in &run.incentives {
        let place = format!("{}[{}] {}", pay.incentive, pay.subject, pay.period);
        for (name, amount) in &pay.pay {
            out.push((format!("{place}.{name}"), shown(*amount)));
        }
        out.push((format!("{place}.total"), shown(pay.total_pay)));
    }
    for rule in &run.rules {
        let place = format!("{}[{}] {}", rule.rule, rule.subject, rule.period);
        out.push((place, format!("{:?} {:?} {:?}", rule.outcome, rule.says, rule.choices)));
    }
    out
}

fn line_leaves(place: &str, line: &Line, out: &mut Vec<Leaf>) {
    let place = format!("{place}/{}", line.indicator);
    let mut leaf = |name: &str, value: String| out.push((format!("{place}.{name}"), value));
    leaf("actual", line.actual.as_ref().map_or_else(none, quantity));
    leaf("target", line.target.as_ref().map_or_else(none, goal));
    leaf("attainment", shown(line.attainment));
    leaf("status", format!("{:?}", line.status));
    leaf("weight", shown(line.weight));
    leaf("score", shown(line.score));
    for week in line.periods.iter().flatten() {
        let actual = week.actual.as_ref().map_or_else(none, quantity);
        let target = week.target.as_ref().map_or_else(none, goal);
        leaf(&week.period, format!("{actual} / {target}: {} {}", shown(week.attainment), shown(week.met)));
    }
    leaf("progress", shown(line.progress));
    for unit in line.track.iter().flatten() {
        let actual = unit.actual.as_ref().map_or_else(none, quantity);
        let target = unit.target.as_ref().map_or_else(none, goal);
        leaf(&format!("track {}", unit.period), format!("{actual} / {target}: {}", shown(unit.progress)));
    }
    for inner in line.lines.iter().flatten() {
        line_leaves(&place, inner, out);
    }
}

fn quantity(quantity: &Quantity) -> String {
    format!("{} {}", quantity.value, quantity.unit)
}

fn goal(goal: &Goal) -> String {
    match goal {
        Goal::Bound(bound) => quantity(bound),
        Goal::Band { from, to, unit } => format!("{from}..{to} {unit}"),
    }
}

fn shown<T: std::fmt::Display>(value: Option<T>) -> String {
    value.map_or_else(none, |value| value.to_string())
}

fn none() -> String {
    "-".to_owned()
}
