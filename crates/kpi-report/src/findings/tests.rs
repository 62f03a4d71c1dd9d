use kpi_base::{Place, SourceFile, Span, codes};

use super::*;

fn span(file: u32, text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap() as u32;
    Span { file: FileId(file), start, end: start + part.len() as u32 }
}

#[test]
fn excerpts_labels_help_and_page() {
    let (a, b) =
        ("indicator 达成率 \"GMV 达成率\" {\n  formula sun(live.gmv)\n}\n", "source live {\n  gmv: money\n}\n");
    let mut files = Files::new();
    files.add(SourceFile::new("policy/a.kpi", a));
    files.add(SourceFile::new("policy/b.kpi", b));
    let finding = Diagnostic::new(codes::names::UNKNOWN_NAME, Text::verbatim("there is no function `sun`"))
        .label(span(0, a, "sun"), Text::verbatim("no such function"))
        .label(span(0, a, "达成率"), Text::verbatim("in this indicator"))
        .label(span(1, b, "gmv"), Text::verbatim("the column is here"))
        .help(Text::verbatim("did you mean `sum`?"))
        .fix(Text::verbatim("replace it"), span(0, a, "sun"), "sum");
    let mut warning = Diagnostic::new(codes::names::UNKNOWN_NAME, Text::verbatim("`abc` is not a number")).at(Place {
        path: "data/live.csv".into(),
        line: Some(3),
        column: Some("成交金额".into()),
        cell: Some("abc".into()),
        ..Place::default()
    });
    warning.severity = Severity::Warning;
    let findings = [finding, warning];
    insta::assert_snapshot!(render_findings(&findings, &files, Look::default()));
    assert_eq!(render_summary(&findings, Language::English), "1 error, 1 warning");
}

#[test]
fn spans_beyond_the_text_still_give_the_message() {
    let mut files = Files::new();
    files.add(SourceFile::new("a.kpi", "x"));
    let beyond = Span { file: FileId(0), start: 5, end: 9 };
    let finding =
        Diagnostic::new(codes::names::UNKNOWN_NAME, Text::verbatim("something")).label(beyond, Text::verbatim("here"));
    assert!(render_findings(&[finding], &files, Look::default()).contains("something"));
    let nowhere = Span { file: FileId(7), start: 5, end: 9 };
    let finding =
        Diagnostic::new(codes::names::UNKNOWN_NAME, Text::verbatim("something")).label(nowhere, Text::verbatim("here"));
    assert!(render_findings(&[finding], &files, Look::default()).contains("something"));
}

#[test]
fn what_lies_between_distant_places_is_not_shown() {
    let text = format!("a 1\n{}b 2\n", "x\n".repeat(5000));
    let mut files = Files::new();
    files.add(SourceFile::new("a.kpi", &text));
    let whole = Span { file: FileId(0), start: 0, end: text.len() as u32 };
    let finding = Diagnostic::new(codes::names::UNKNOWN_NAME, Text::verbatim("twice"))
        .label(span(0, &text, "b 2"), Text::verbatim("again here"))
        .label(span(0, &text, "a 1"), Text::verbatim("first here"))
        .label(whole, Text::verbatim("all of this"));
    let shown = render_findings(&[finding], &files, Look::default());
    assert!(shown.lines().count() < 30, "{shown}");
    for part in ["a.kpi:5002:1", "again here", "first here", "all of this"] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn of_a_very_long_line_only_the_neighbourhood_is_shown() {
    let text = format!("\"{}\" 错 {}\n", "长".repeat(3_000_000), "y ".repeat(500_000));
    let mut files = Files::new();
    files.add(SourceFile::new("a.kpi", &text));
    let finding = Diagnostic::new(codes::names::UNKNOWN_NAME, Text::verbatim("wrong"))
        .label(span(0, &text, "错"), Text::verbatim("this one"));
    let shown = render_findings(&[finding], &files, Look::default());
    assert!(shown.len() < 5_000, "{} bytes", shown.len());
    // Characters are counted, not bytes.
    assert!(shown.contains("a.kpi:1:3000004") && shown.contains("this one"), "{shown}");
}
