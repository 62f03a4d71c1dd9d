//! Tests of the reports of tests.

use kpi_base::{Diagnostic, FileId, Files, Language, SourceFile, Span, Text, codes};
use kpi_results::{Coverage, Derivation, Quantity, Site, Step, TestFailure, TestOutcome, Tested};
use serde_json::Value;

use super::*;
use crate::{Look, Money};

const POLICY: &str = "test \"a < b & \"\n  expect 卡[A01].score == 1\ntest \"ok\" {}\n";

/// A test that failed for two reasons, with signs that could break a format, and one that passed.
fn tested() -> (Tested, Files) {
    let span = |part: &str| {
        let start = POLICY.find(part).unwrap() as u32;
        Span { file: FileId(0), start, end: start + part.len() as u32 }
    };
    let mut files = Files::new();
    files.add(SourceFile::new("制度/主播.kpi", POLICY));
    let finding = Diagnostic::new(codes::tests::EXPECTATION, Text::verbatim("expected `<1>`, got \"2\" ]]> & \u{1}"))
        .label(span("expect 卡[A01].score == 1"), Text::verbatim("got 2"));
    let derivation = Derivation {
        what: Text::verbatim("卡[A01]"),
        step: Step::Card,
        value: Some(Quantity { value: "2".into(), unit: "points".into() }),
        band: None,
        note: None,
        rows: None,
        unknown_rows: None,
        left_out: Vec::new(),
        span: None,
        from: Vec::new(),
    };
    let unmet = TestFailure {
        finding,
        expected: Some("卡[A01].score == 1".into()),
        actual: Some(Text::verbatim("2")),
        derivation: vec![derivation],
    };
    let broken = TestFailure::before(Diagnostic::new(codes::tests::UNKNOWN_COLUMN, Text::verbatim("no column")));
    let failed = TestOutcome { name: "a < b & ".into(), span: span("test \"a"), failures: vec![unmet, broken] };
    let passed = TestOutcome { name: "ok".into(), span: span("test \"ok"), failures: Vec::new() };
    let site = |part: &str, reached| Site {
        declaration: "卡".into(),
        declared: span("test \"ok"),
        span: span(part),
        missing: kpi_base::text!("no test has exactly {threshold}", threshold = Text::quoted("≥ 80%")),
        reached,
    };
    let coverage = Coverage { sites: vec![site("expect", true), site("卡", false), site("ok", false)] };
    (Tested { tests: vec![failed, passed], not_run: 1, not_matching: 3, coverage: Some(coverage) }, files)
}

fn titles() -> Titles {
    Titles::new(Money { code: "CNY".into(), digits: 2 })
}

#[test]
fn json_is_as_its_schema_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/test.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let (some, files) = tested();
    for tested in [&some, &Tested::default()] {
        let document: Value =
            serde_json::from_str(&render_tests_json(tested, &files, Language::Chinese).unwrap()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    assert!(!validator.is_valid(&serde_json::json!({ "tests": [{}] })));
    insta::assert_snapshot!(render_tests_json(&some, &files, Language::English).unwrap());
}

/// With `xmllint`, as the reports of findings are.
#[test]
fn junit_is_valid() {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/junit.xsd");
    let (some, files) = tested();
    let dir = tempfile::tempdir().unwrap();
    for (name, tested) in [("some.xml", &some), ("none.xml", &Tested::default())] {
        let path = dir.path().join(name);
        std::fs::write(&path, render_tests_junit(tested, &titles(), &files, Look::default()).unwrap()).unwrap();
        let run = std::process::Command::new("xmllint").args(["--noout", "--schema", schema]).arg(&path).output();
        let run = run.unwrap_or_else(|why| panic!("xmllint is needed (apt-get install libxml2-utils): {why}"));
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
    insta::assert_snapshot!(render_tests_junit(&some, &titles(), &files, Look::default()).unwrap());
}

#[test]
fn text_shows_failures_and_counts() {
    let (some, files) = tested();
    let look = Look { language: Language::Chinese, ..Look::default() };
    insta::assert_snapshot!(render_tests(&some, &titles(), &files, look));
}
