//! Tests for programs.

use kpi_base::{Files, Language};
use kpi_results::{TestFailure, TestOutcome, Tested};
use serde::Serialize;

use super::coverage;
use crate::findings::{Range, main_place};
use crate::json::{Derived, text};

/// Tests as JSON, as `docs/schema/test.json` says.
///
/// # Errors
/// If JSON cannot be written.
pub fn render_tests_json(tested: &Tested, files: &Files, language: Language) -> serde_json::Result<String> {
    let failed = tested.failed().count();
    text(&Form {
        tests: tested.tests.iter().map(|test| TestForm::of(test, files, language)).collect(),
        passed: tested.tests.len() - failed,
        failed,
        not_run: tested.not_run,
        not_matching: tested.not_matching,
        coverage: tested.coverage.as_ref().map(|coverage| coverage::Form::of(coverage, files, language)),
    })
}

#[derive(Serialize)]
struct Form<'a> {
    tests: Vec<TestForm<'a>>,
    passed: usize,
    failed: usize,
    not_run: usize,
    not_matching: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<coverage::Form<'a>>,
}

#[derive(Serialize)]
struct TestForm<'a> {
    name: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    outcome: &'static str,
    failures: Vec<FailureForm<'a>>,
}

#[derive(Serialize)]
struct FailureForm<'a> {
    code: &'static str,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    message: String,
    expected: Option<&'a str>,
    actual: Option<String>,
    derivation: Vec<Derived<'a>>,
}

impl<'a> TestForm<'a> {
    fn of(test: &'a TestOutcome, files: &'a Files, language: Language) -> TestForm<'a> {
        let at = Range::of(test.span, files);
        TestForm {
            name: &test.name,
            file: at.map(|at| at.path),
            line: at.map(|at| at.line),
            outcome: if test.passed() { "passed" } else { "failed" },
            failures: test.failures.iter().map(|failure| FailureForm::of(failure, files, language)).collect(),
        }
    }
}

impl<'a> FailureForm<'a> {
    fn of(failure: &'a TestFailure, files: &'a Files, language: Language) -> FailureForm<'a> {
        let at = main_place(&failure.finding, files);
        FailureForm {
            code: failure.finding.code.name(),
            file: at.map(|at| at.path),
            line: at.map(|at| at.line),
            column: at.map(|at| at.column),
            message: failure.finding.message.to(language),
            expected: failure.expected.as_deref(),
            actual: failure.actual.as_ref().map(|actual| actual.to(language)),
            derivation: failure.derivation.iter().map(|derivation| Derived::of(derivation, files)).collect(),
        }
    }
}
