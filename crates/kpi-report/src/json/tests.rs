use kpi_base::{FileId, SourceFile, Span, Text, codes};
use kpi_results::{Quantity, Step};

use super::*;

#[test]
fn findings_have_lines_and_columns() {
    let mut files = Files::new();
    files.add(SourceFile::new("policy/a.kpi", "指标 x {\n  formula sun(y)\n}\n"));
    let span = Span { file: FileId(0), start: 21, end: 24 };
    let finding = Diagnostic::new(codes::names::UNKNOWN_NAME, Text::verbatim("there is no function `sun`"))
        .label(span, Text::verbatim("no such function"))
        .help(Text::verbatim("did you mean `sum`?"))
        .fix(Text::verbatim("replace it"), span, "sum");
    let run = Run { findings: vec![finding], ..Run::default() };
    insta::assert_snapshot!(render_json(&run, &files, Language::English).unwrap());
}

#[test]
fn derivations_have_places() {
    let mut files = Files::new();
    files.add(SourceFile::new("a.kpi", "\nsum(a)"));
    let derivation = Derivation {
        what: kpi_base::Text::verbatim("sum(a)"),
        step: Step::Aggregate,
        value: Some(Quantity { value: "1.5".into(), unit: "number".into() }),
        band: None,
        note: None,
        rows: Some(3),
        unknown_rows: None,
        left_out: Vec::new(),
        span: Some(Span { file: FileId(0), start: 1, end: 7 }),
        from: Vec::new(),
    };
    insta::assert_snapshot!(render_derivations_json(&[derivation], &files).unwrap());
}
