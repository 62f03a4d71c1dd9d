//! What tests and examples claim, in normal form.

use kpi_syntax::ast::{Example, ExampleValue, Expect, ExpectKind, Override, Presence, RuleOutcome, TestTable};

use crate::canon::Canon;

/// The example of an entry.
pub fn example(example: &Example, canon: &mut Canon<'_>) -> String {
    let mut parts = vec![example.period.as_ref().map(|period| period.value.clone()).unwrap_or_default()];
    parts.extend(example.data_until.as_ref().map(|(day, _)| format!("data until {day}")));
    parts.extend(example.values.iter().map(|given| override_of(given, canon)));
    parts.extend(example.tables.iter().map(|grid| table(grid, canon)));
    parts.extend(example.expects.iter().map(|claim| match &claim.kind {
        ExampleValue::Value(value, off) => format!("{} ± {}", canon.expr(value), canon.maybe(off.as_deref())),
        ExampleValue::Is(presence) => format!("{presence:?}"),
    }));
    parts.join("; ")
}

/// A parameter that has another value.
pub fn override_of(given: &Override, canon: &mut Canon<'_>) -> String {
    format!("with {} = {}", canon.name(&given.name), canon.expr(&given.value))
}

/// A grid of data.
pub fn table(table: &TestTable, canon: &mut Canon<'_>) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.text.as_str()).collect();
    let rows = table.rows.iter().map(|row| {
        let cells: Vec<&str> = row.cells.iter().map(|cell| cell.value.as_str()).collect();
        format!("{cells:?}")
    });
    format!("{} {columns:?} {}", canon.name(&table.name), rows.collect::<Vec<_>>().join(" "))
}

/// What must come out.
pub fn expect(claim: &Expect, canon: &mut Canon<'_>) -> String {
    match &claim.kind {
        ExpectKind::Compare(expr) => canon.expr(expr),
        ExpectKind::Near(expr, off) => format!("{} ± {}", canon.expr(expr), canon.expr(off)),
        ExpectKind::Vetoed(of, by, negated) => format!("{} vetoed by {} {negated}", canon.expr(of), canon.name(by)),
        ExpectKind::Incomplete(of, complete) => format!("{} incomplete {complete}", canon.expr(of)),
        ExpectKind::Because(of, what) => format!("{} incomplete because {}", canon.expr(of), canon.name(what)),
        ExpectKind::Takes(of, row) => format!("{} takes {:?}", canon.expr(of), row.value),
        ExpectKind::Says(of, text) => format!("{} says {:?}", canon.expr(of), text.value),
        ExpectKind::Missing(of, known) => {
            format!("{} {:?}", canon.expr(of), if *known { Presence::Known } else { Presence::Missing })
        }
        ExpectKind::Rule(of, outcome) => {
            let outcome = match outcome {
                RuleOutcome::Fired => "fired",
                RuleOutcome::NotFired => "not fired",
                RuleOutcome::NotJudged => "not judged",
            };
            format!("{} {outcome}", canon.expr(of))
        }
    }
}
