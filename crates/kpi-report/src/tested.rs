//! What became of the tests of a policy, for people and programs.

mod coverage;
mod json;
mod junit;

pub use json::render_tests_json;
pub use junit::render_tests_junit;
pub(crate) use junit::suites;

use kpi_base::{Files, Text, text};
use kpi_results::{TestFailure, TestOutcome, Tested};

use crate::{Look, Titles, render_derivation, render_findings};

/// One line for a test that was run.
pub fn render_test(test: &TestOutcome, look: Look) -> String {
    let outcome = if test.passed() { text!("ok    ") } else { text!("FAILED") };
    format!("{} {}\n", outcome.to(look.language), test.name)
}

/// Why tests failed, each with how what came out came about, and how many did.
pub fn render_tests(tested: &Tested, titles: &Titles, files: &Files, look: Look) -> String {
    let mut out = String::new();
    for test in tested.failed() {
        out += &format!("\n── {} ──\n\n", test.name);
        for failure in &test.failures {
            out += &render_findings(std::slice::from_ref(&failure.finding), files, look);
            for derivation in &failure.derivation {
                out += &render_derivation(derivation, titles, look);
                out.push('\n');
            }
        }
    }
    if let Some(coverage) = &tested.coverage {
        out += "\n";
        out += &coverage::render(coverage, files, look);
    }
    out + "\n" + &summary(tested).to(look.language) + "\n"
}

fn summary(tested: &Tested) -> Text {
    let failed = tested.failed().count();
    let passed = tested.tests.len() - failed;
    let (not_run, skipped) = (tested.not_run, tested.not_matching);
    match (not_run, skipped) {
        (0, 0) => text!("{passed} passed, {failed} failed", passed, failed),
        (0, _) => text!("{passed} passed, {failed} failed, {skipped} not matching", passed, failed, skipped),
        (_, 0) => text!("{passed} passed, {failed} failed, {not_run} not run", passed, failed, not_run),
        _ => text!(
            "{passed} passed, {failed} failed, {not_run} not run, {skipped} not matching",
            passed,
            failed,
            not_run,
            skipped
        ),
    }
}

/// A derivation as text without colours, for reports that hold texts.
fn derivations(failure: &TestFailure, titles: &Titles, look: Look) -> String {
    let look = Look { colour: false, ..look };
    failure.derivation.iter().map(|derivation| render_derivation(derivation, titles, look)).collect()
}

#[cfg(test)]
mod tests;
