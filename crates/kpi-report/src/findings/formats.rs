//! Tests of the forms for programs, on findings that have everything that could break one of them.

use kpi_base::{Diagnostic, FileId, Files, Language, Place, Severity, SourceFile, Span, codes};
use serde_json::Value;

use super::*;
use crate::Look;

const CHINESE: Look = Look { colour: false, width: 100, language: Language::Chinese };

fn span(file: u32, text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap() as u32;
    Span { file: FileId(file), start, end: start + part.len() as u32 }
}

/// An error with labels in two files and two fixes, a warning with every sign that a format might trip over, a note about
/// data, a finding without a place.
fn findings() -> (Vec<Diagnostic>, Files) {
    let a = "indicator 达成率 \"GMV 😀 | 率\" { formula sun(live.gmv) }\n";
    let b = "source live {\n  gmv: money\n}\n";
    let mut files = Files::new();
    files.add(SourceFile::new("制度/主播 1.kpi", a));
    files.add(SourceFile::new("制度/b.kpi", b));
    files.add(SourceFile::new("制度/clean.kpi", "\n"));
    let error = Diagnostic::new(codes::names::UNKNOWN_NAME, Text::verbatim("there is no `sun`"))
        .label(span(0, a, "sun"), Text::verbatim("a function was expected"))
        .label(span(1, b, "gmv"), Text::verbatim("the column is here"))
        .help(Text::verbatim("did you mean `sum`?"))
        .fix(Text::verbatim("write `sum`"), span(0, a, "sun"), "sum");
    let mut warning = Diagnostic::new(
        codes::names::UNUSED,
        Text::verbatim("100% | a::b, <c> ]]> `x|y` *z*\nsecond line, \"quoted\" & so\u{1} on"),
    )
    .label(span(0, a, "达成率"), Text::verbatim(""));
    warning.severity = Severity::Warning;
    let mut note = Diagnostic::new(codes::data::BAD_NUMBER, Text::verbatim("`abc` is not a number")).at(Place {
        path: "exports/成交.csv".into(),
        line: Some(3),
        column: Some("成交金额".into()),
        ..Place::default()
    });
    note.severity = Severity::Note;
    let nowhere = Diagnostic::new(codes::config::NO_POLICY, Text::verbatim("there is no policy"));
    (vec![error, warning, note, nowhere], files)
}

#[test]
fn concise_is_a_line_a_finding() {
    let (findings, files) = findings();
    insta::assert_snapshot!(render_findings_concise(&findings, &files, Look::default()));
    assert_eq!(render_findings_concise(&[], &files, Look::default()), "");
}

#[test]
fn github_reads_back_what_was_meant() {
    let (findings, files) = findings();
    let text = render_findings_github(&findings, &files, Look::default());
    assert_eq!(text.lines().count(), findings.len());
    for (line, finding) in text.lines().zip(&findings) {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (command, properties) = head.split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&command));
        for property in properties.split(',') {
            let (name, value) = property.split_once('=').unwrap();
            assert!(["file", "line", "endLine", "col", "endColumn", "title"].contains(&name), "{property}");
            assert!(!value.contains([':', ',']), "{property}");
        }
        let read = message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
        assert!(read.starts_with(&finding.message.to_string()), "{read}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn gitlab_has_what_its_documentation_asks_for() {
    let (findings, files) = findings();
    let text = render_findings_gitlab(&findings, &files, Look::default()).unwrap();
    let issues: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(issues.len(), findings.len());
    for issue in &issues {
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()));
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
        assert!(!issue["location"]["path"].as_str().unwrap().starts_with("./"));
        assert!(!issue["description"].as_str().unwrap().is_empty());
    }
    insta::assert_snapshot!(text);
    assert_eq!(render_findings_gitlab(&[], &files, Look::default()).unwrap(), "[]\n");
}

#[test]
fn a_fingerprint_stays_when_lines_move_and_tells_equal_findings_apart() {
    let at = |text: &str, nth: usize| {
        let (start, part) = text.match_indices("sun").nth(nth).unwrap();
        Span { file: FileId(0), start: start as u32, end: (start + part.len()) as u32 }
    };
    let find = |text: &str| {
        let mut files = Files::new();
        files.add(SourceFile::new("a.kpi", text));
        let findings: Vec<Diagnostic> = (0..2)
            .map(|nth| {
                Diagnostic::new(codes::names::UNKNOWN_NAME, Text::verbatim("there is no `sun`"))
                    .label(at(text, nth), Text::verbatim(""))
            })
            .collect();
        located::fingerprints(&findings, &files)
    };
    let here = find("  formula sun\n  formula sun\n");
    assert_ne!(here[0], here[1]);
    assert_eq!(here, find("// moved\n\n    formula sun\n  formula sun\n"));
}

#[test]
fn markdown_keeps_its_table() {
    let (findings, files) = findings();
    let text = render_findings_markdown(&findings, &files, CHINESE);
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 2 + findings.len());
    for row in rows {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
    }
    insta::assert_snapshot!(text);
    insta::assert_snapshot!(render_findings_markdown(&[], &files, CHINESE), @"**kpi check**: 没有发现问题");
}

#[test]
fn junit_has_a_suite_a_file() {
    let (findings, files) = findings();
    insta::assert_snapshot!(render_findings_junit(&findings, &files, Look::default()).unwrap());
}

/// With `xmllint` (Debian: `libxml2-utils`), against the schema of this project, which says what Jenkins and GitLab read.
#[test]
fn junit_is_valid() {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/junit.xsd");
    let (some, files) = findings();
    let dir = tempfile::tempdir().unwrap();
    for (name, findings) in [("some.xml", some.as_slice()), ("none.xml", &[])] {
        let path = dir.path().join(name);
        std::fs::write(&path, render_findings_junit(findings, &files, CHINESE).unwrap()).unwrap();
        let run = std::process::Command::new("xmllint").args(["--noout", "--schema", schema]).arg(&path).output();
        let run = run.unwrap_or_else(|why| panic!("xmllint is needed (apt-get install libxml2-utils): {why}"));
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
    std::fs::write(dir.path().join("wrong.xml"), "<testsuites><testcase/></testsuites>").unwrap();
    let wrong = dir.path().join("wrong.xml");
    let run = std::process::Command::new("xmllint").args(["--noout", "--schema", schema]).arg(wrong).output().unwrap();
    assert!(!run.status.success());
}

#[test]
fn sarif_is_valid() {
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(sarif_schema()).unwrap()).unwrap();
    // The pattern of a language tag has a bracket too many there, which is no regular expression.
    let language = &mut schema["definitions"]["run"]["properties"]["language"];
    assert!(language.as_object_mut().unwrap().remove("pattern").is_some());
    let language = &mut schema["definitions"]["toolComponent"]["properties"]["language"];
    language.as_object_mut().unwrap().remove("pattern");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let (some, files) = findings();
    for findings in [some.as_slice(), &[]] {
        let text = render_findings_sarif(findings, &files, CHINESE).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })));
}

#[test]
fn sarif_has_places_in_characters_and_paths_in_percent() {
    let (findings, files) = findings();
    let document: Value =
        serde_json::from_str(&render_findings_sarif(&findings, &files, Look::default()).unwrap()).unwrap();
    let first = &document["runs"][0]["results"][0];
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "%E5%88%B6%E5%BA%A6/%E4%B8%BB%E6%92%AD%201.kpi");
    // Before `sun` stand 10 + 3 + 1 + 11 + 1 + 1 + 1 + 7 + 1 = 36 characters, whatever their bytes.
    let region = serde_json::json!({ "startLine": 1, "startColumn": 37, "endLine": 1, "endColumn": 40 });
    assert_eq!(place["region"], region);
    assert_eq!(first["relatedLocations"][0]["message"]["text"], "the column is here");
    assert_eq!(first["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "sum");
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for result in document["runs"][0]["results"].as_array().unwrap() {
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
    }
}

/// The schema of OASIS, as the package `serde-sarif` brings it.
fn sarif_schema() -> std::path::PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = std::process::Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    std::path::Path::new(package["manifest_path"].as_str().unwrap()).with_file_name("src").join("schema.json")
}
