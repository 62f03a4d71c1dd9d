//! Tests as a JUnit report: a suite for each file, a case for each test.

use std::collections::BTreeMap;

use kpi_base::Files;
use kpi_results::{TestOutcome, Tested};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::derivations;
use crate::findings::{Range, whole_message};
use crate::{Look, Titles};

/// A test that failed is a failure with the message of the first thing that went wrong, and with everything that did as its
/// text.
///
/// # Errors
/// If the document cannot be written.
pub fn render_tests_junit(
    tested: &Tested,
    titles: &Titles,
    files: &Files,
    look: Look,
) -> Result<String, SerializeError> {
    let mut report = Report::new("kpi test");
    report.add_test_suites(suites(tested, titles, files, look));
    report.to_string()
}

/// A suite for each file.
pub(crate) fn suites(tested: &Tested, titles: &Titles, files: &Files, look: Look) -> Vec<TestSuite> {
    let mut suites: BTreeMap<&str, Vec<TestCase>> = BTreeMap::new();
    for test in &tested.tests {
        let path = Range::of(test.span, files).map_or("kpi.toml", |at| at.path);
        suites.entry(path).or_default().push(case(test, path, titles, files, look));
    }
    let suite = |(path, cases): (&str, Vec<TestCase>)| {
        let mut suite = TestSuite::new(path);
        suite.add_test_cases(cases);
        suite
    };
    suites.into_iter().map(suite).collect()
}

fn case(test: &TestOutcome, path: &str, titles: &Titles, files: &Files, look: Look) -> TestCase {
    let status = match test.failures.first() {
        None => TestCaseStatus::success(),
        Some(first) => {
            let mut whole = String::new();
            for failure in &test.failures {
                if let Some(at) = failure.finding.labels.first().and_then(|label| Range::of(label.span, files)) {
                    whole += &format!("{}:{}:{}\n", at.path, at.line, at.column);
                }
                whole += &format!("{}\n\n", whole_message(&failure.finding, look.language));
                whole += &derivations(failure, titles, look);
            }
            let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let message = first.finding.message.to(look.language);
            failure.set_message(message).set_type(first.finding.code.name()).set_description(whole);
            failure
        }
    };
    let mut case = TestCase::new(test.name.as_str(), status);
    case.set_classname(path);
    case
}
