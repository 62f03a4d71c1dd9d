//! Which findings are told, and how loudly.

use kpi_base::{Diagnostic, Files, Severity, codes, text};

use crate::allow::{Allow, read_allows};
use crate::{Baseline, Settings};

/// What is left to tell.
#[derive(Debug)]
pub struct Judged {
    /// The findings, in the order of their places.
    pub findings: Vec<Diagnostic>,
    /// How many the baseline hides.
    pub known: usize,
    /// How many entries of the baseline are found no more.
    pub gone: usize,
}

/// Applies allows, levels and the baseline, in this order. `path` gives the path of a file as the baseline has it.
pub fn judge(
    mut findings: Vec<Diagnostic>,
    files: &Files,
    settings: &Settings,
    baseline: Option<&Baseline>,
    path: &dyn Fn(&str) -> String,
) -> Judged {
    let mut allows = Vec::new();
    let mut about_allows = Vec::new();
    for (id, file) in files.iter() {
        allows.extend(read_allows(id, file, &mut about_allows));
    }
    findings.retain(|finding| !is_allowed(finding, files, &mut allows));
    findings.retain_mut(|finding| {
        // An error of meaning has no level.
        if finding.code.severity() == Severity::Error {
            return true;
        }
        match settings.level(finding.code) {
            Some(level) => level.severity().map(|severity| finding.severity = severity).is_some(),
            None => true,
        }
    });
    findings.extend(about_allows);
    for allow in allows.iter().filter(|allow| !allow.used) {
        let finding = Diagnostic::new(codes::lints::UNUSED_ALLOW, text!("{code} is not found here", code = allow.code));
        findings.push(
            finding
                .label(allow.span, text!("this allow hides nothing"))
                .help(text!("take it out, so that it hides nothing new")),
        );
    }
    let (known, gone) = baseline.map_or((0, 0), |baseline| baseline.hide(&mut findings, files, path));
    findings.sort_by_key(|finding| finding.labels.first().map(|label| (label.span.file, label.span.start)));
    Judged { findings, known, gone }
}

fn is_allowed(finding: &Diagnostic, files: &Files, allows: &mut [Allow]) -> bool {
    if finding.code.severity() == Severity::Error {
        return false;
    }
    let Some(label) = finding.labels.first() else { return false };
    let Some(file) = files.get(label.span.file) else { return false };
    let line = file.line_column(label.span.start).line;
    let mut allowed = false;
    for allow in allows.iter_mut().filter(|a| a.file == label.span.file && a.code == finding.code) {
        if allow.lines.contains(&line) {
            allow.used = true;
            allowed = true;
        }
    }
    allowed
}
