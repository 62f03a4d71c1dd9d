use kpi_results::Quantity;

use super::*;

fn node(what: &str, step: Step, value: Option<(&str, &str)>, from: Vec<Derivation>) -> Derivation {
    let value = value.map(|(value, unit)| Quantity { value: value.into(), unit: unit.into() });
    Derivation {
        what: Text::verbatim(what),
        step,
        value,
        band: None,
        note: None,
        rows: None,
        unknown_rows: None,
        left_out: Vec::new(),
        span: None,
        from,
    }
}

#[test]
fn a_tree_with_exact_values() {
    let mut sum = node("sum(live.watched)", Step::Aggregate, Some(("95.5", "s")), Vec::new());
    (sum.rows, sum.unknown_rows) = (Some(3), Some(1));
    let mut viewers = node("sum(live.viewers)", Step::Aggregate, None, Vec::new());
    viewers.note = Some(Text::verbatim("no row in 2026-10"));
    let actual = node(
        "sum(live.watched)\n    / sum(live.viewers)",
        Step::Formula,
        Some(("47.75", "s")),
        vec![sum, viewers, node("2", Step::Constant, Some(("2", "number")), Vec::new())],
    );
    let attainment = node("attainment", Step::Attainment, Some(("1.591666666667", "ratio")), vec![actual]);
    let pay = node("base", Step::Pay, Some(("5600", "CNY")), Vec::new());
    let card = node("host_card[A01]", Step::Card, Some(("92.5", "points")), vec![attainment, pay]);
    insta::assert_snapshot!(render_derivation(&card, &Titles::default(), Look::default()));
}
