//! A JUnit report: a suite for each file, a case for each finding.

use std::collections::BTreeMap;

use kpi_base::{Diagnostic, Files, Severity};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::located::{main_place, whole_message};
use crate::Look;

/// An error is a failure; a warning or note passes and says so in its output. A policy file without findings is a case that
/// passes, so that a report is never empty where something was checked.
///
/// # Errors
/// If the document cannot be written.
pub fn render_findings_junit(findings: &[Diagnostic], files: &Files, look: Look) -> Result<String, SerializeError> {
    let policies = files.iter().map(|(_, file)| file.path.as_str()).filter(|path| path.ends_with(".kpi"));
    let mut suites: BTreeMap<&str, Vec<TestCase>> = policies.map(|path| (path, Vec::new())).collect();
    for finding in findings {
        let place = main_place(finding, files);
        let path = place.map_or("kpi.toml", |at| at.path);
        suites.entry(path).or_default().push(case(finding, path, files, look));
    }
    let mut report = Report::new("kpi check");
    for (path, mut cases) in suites {
        if cases.is_empty() {
            let mut case = TestCase::new("check", TestCaseStatus::success());
            case.set_classname(path);
            cases.push(case);
        }
        let mut suite = TestSuite::new(path);
        suite.add_test_cases(cases);
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn case(finding: &Diagnostic, path: &str, files: &Files, look: Look) -> TestCase {
    let message = finding.message.to(look.language);
    let whole = whole_message(finding, look.language);
    let status = match finding.severity {
        Severity::Error => {
            let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
            failure.set_message(message).set_type(finding.code.name()).set_description(&*whole);
            failure
        }
        Severity::Warning | Severity::Note => TestCaseStatus::success(),
    };
    let at = main_place(finding, files).map(|at| format!(" {}:{}", at.line, at.column)).unwrap_or_default();
    let title = finding.code.title_in(look.language);
    let mut case = TestCase::new(format!("{}{at} {title}", finding.code), status);
    case.set_classname(path);
    if !finding.is_error() {
        case.set_system_out(whole);
    }
    case
}
