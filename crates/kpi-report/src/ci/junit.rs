//! Stages and tests as a JUnit report: a suite with a case for each stage, and the suites of the tests.

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{CiOutcome, CiReport, CiStage};
use crate::Look;
use crate::findings::{main_place, whole_message};
use crate::tested::suites;

/// A stage that failed is a failure with all that it found, one that did not run is skipped with the reason.
///
/// # Errors
/// If the document cannot be written.
pub fn render_ci_junit(report: CiReport<'_>, look: Look) -> Result<String, SerializeError> {
    let look = Look { colour: false, ..look };
    let mut junit = Report::new("kpi ci");
    let mut suite = TestSuite::new("kpi ci");
    suite.add_test_cases(report.stages.iter().map(|stage| case(stage, look)));
    junit.add_test_suite(suite);
    if let Some((tested, titles)) = report.tested {
        junit.add_test_suites(suites(tested, titles, report.files, look));
    }
    junit.to_string()
}

fn case(stage: &CiStage, look: Look) -> TestCase {
    let found = stage.found.to(look.language);
    let status = match stage.outcome {
        CiOutcome::Passed => TestCaseStatus::success(),
        CiOutcome::NotRun => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(found);
            status
        }
        CiOutcome::Failed => {
            let mut whole = String::new();
            for finding in &stage.findings {
                if let Some(at) = main_place(finding, &stage.files) {
                    whole += &format!("{}:{}:{}\n", at.path, at.line, at.column);
                }
                whole += &format!("{}\n\n", whole_message(finding, look.language));
            }
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(found).set_type(stage.stage.name()).set_description(whole);
            status
        }
    };
    let mut case = TestCase::new(stage.stage.name(), status);
    case.set_classname("kpi ci").set_time(stage.time);
    case
}
