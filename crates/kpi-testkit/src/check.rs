//! Text to model.

use kpi_base::{Diagnostic, Files, SourceFile};
use kpi_check::model::Model;

/// The model of a policy of one file, whose targets and conditions may lie beyond anything that the data can be.
///
/// # Errors
/// What the parser and the checker have against it, with the place of each finding.
pub fn check(policy: &str) -> Result<Model, String> {
    let mut files = Files::new();
    let file = files.add(SourceFile::new("policy.kpi", policy));
    let parsed = kpi_syntax::parse(file, policy);
    let told = |findings: &[Diagnostic]| {
        let errors = findings.iter().filter(|finding| finding.is_error());
        errors.map(|finding| tell(&files, finding)).collect::<Vec<_>>()
    };
    let errors = told(&parsed.diagnostics);
    if !errors.is_empty() {
        return Err(errors.join("\n"));
    }
    let checked = kpi_check::check_meaning(std::slice::from_ref(&parsed.file));
    match (checked.model, told(&checked.diagnostics)) {
        (Some(model), errors) if errors.is_empty() => Ok(model),
        (_, errors) if errors.is_empty() => Err("no model and no error".to_owned()),
        (_, errors) => Err(errors.join("\n")),
    }
}

fn tell(files: &Files, finding: &Diagnostic) -> String {
    let mut text = format!("{:?}: {}", finding.code, finding.message);
    for label in &finding.labels {
        let line = files.get(label.span.file).map(|file| file.line_column(label.span.start).line);
        let shown = files.text(label.span).replace('\n', " ");
        text.push_str(&format!("\n    line {}: `{shown}` {}", line.unwrap_or_default(), label.text));
    }
    text
}
