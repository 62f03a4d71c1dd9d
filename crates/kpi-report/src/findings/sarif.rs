//! SARIF 2.1.0, the OASIS format of results of static analysis, as code scanning reads it.

use kpi_base::{Code, Diagnostic, Files, Fix, Severity};
use serde_json::{Value, json};

use super::located::{Range, fingerprints, main_place, uri, whole_message};
use crate::Look;

/// One run with a rule for each code that is found and a result for each finding. Paths are URIs, relative to the folder
/// in which the command ran (`%SRCROOT%`); columns count characters.
///
/// # Errors
/// If JSON cannot be written.
pub fn render_findings_sarif(findings: &[Diagnostic], files: &Files, look: Look) -> serde_json::Result<String> {
    let mut codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable_by_key(|code| code.name());
    codes.dedup();
    let results = findings.iter().zip(fingerprints(findings, files)).map(|(finding, fingerprint)| {
        let rule = codes.iter().position(|code| *code == finding.code).unwrap_or_default();
        result(finding, rule, &fingerprint, files, look)
    });
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "kpi",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "language": look.language.tag(),
                "rules": codes.iter().map(|code| rule(*code, look)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "the folder in which the command ran" } } },
            "results": results.collect::<Vec<_>>(),
        }],
    });
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

fn rule(code: Code, look: Look) -> Value {
    let page = code.page(look.language);
    json!({
        "id": code.name(),
        "shortDescription": { "text": code.title_in(look.language) },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(finding: &Diagnostic, rule: usize, fingerprint: &str, files: &Files, look: Look) -> Value {
    let mut result = json!({
        "ruleId": finding.code.name(),
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": { "text": whole_message(finding, look.language) },
        "partialFingerprints": { "kpiFinding/v1": fingerprint },
    });
    let Some(fields) = result.as_object_mut() else { return result };
    if let Some(at) = main_place(finding, files) {
        fields.insert("locations".to_owned(), json!([{ "physicalLocation": place(at) }]));
    }
    let others = finding.labels.iter().skip(1).filter_map(|label| {
        let mut location = json!({ "physicalLocation": place(Range::of(label.span, files)?) });
        if !label.text.is_empty() {
            let message = json!({ "text": label.text.to(look.language) });
            location.as_object_mut()?.insert("message".to_owned(), message);
        }
        Some(location)
    });
    let others: Vec<Value> = others.collect();
    if !others.is_empty() {
        fields.insert("relatedLocations".to_owned(), Value::Array(others));
    }
    let fixes: Vec<Value> = finding.fixes.iter().filter_map(|fix| mend(fix, files, look)).collect();
    if !fixes.is_empty() {
        fields.insert("fixes".to_owned(), Value::Array(fixes));
    }
    result
}

fn place(at: Range<'_>) -> Value {
    json!({ "artifactLocation": artifact(at.path), "region": region(at) })
}

fn artifact(path: &str) -> Value {
    let uri = uri(path);
    if uri.starts_with("file:") { json!({ "uri": uri }) } else { json!({ "uri": uri, "uriBaseId": "%SRCROOT%" }) }
}

fn region(at: Range<'_>) -> Value {
    json!({ "startLine": at.line, "startColumn": at.column, "endLine": at.end_line, "endColumn": at.end_column })
}

/// A fix with its edits by file; `None` if a place is in no file.
fn mend(fix: &Fix, files: &Files, look: Look) -> Option<Value> {
    let mut changes: Vec<(&str, Vec<Value>)> = Vec::new();
    for edit in &fix.edits {
        let at = Range::of(edit.span, files)?;
        let replacement = json!({ "deletedRegion": region(at), "insertedContent": { "text": edit.text } });
        match changes.iter_mut().find(|(path, _)| *path == at.path) {
            Some((_, replacements)) => replacements.push(replacement),
            None => changes.push((at.path, vec![replacement])),
        }
    }
    let changes = changes
        .into_iter()
        .map(|(path, replacements)| json!({ "artifactLocation": artifact(path), "replacements": replacements }));
    Some(json!({
        "description": { "text": fix.title.to(look.language) },
        "artifactChanges": changes.collect::<Vec<_>>(),
    }))
}
