//! Which findings are told, and how loudly.

use kpi_base::{Diagnostic, Files, Severity, codes, text};

use crate::allow::{Allow, Allows};
use crate::{Baseline, Settings};

/// What is left to tell.
#[derive(Debug)]
pub struct Judged {
    /// The findings, in the order of their places.
    pub findings: Vec<Diagnostic>,
    /// How many the baseline hides.
    pub known: usize,
    /// How many entries of the baseline are found no more; 0 while a stage has not looked, which might find them.
    pub gone: usize,
}

/// Applies allows, levels and the baseline, in this order. `complete` says that every stage has looked at the policy: only then is
/// an allow that hides nothing of no use, and an entry of the baseline gone. `path` gives the path of a file as the baseline has it.
pub fn judge(
    mut findings: Vec<Diagnostic>,
    complete: bool,
    files: &Files,
    settings: &Settings,
    baseline: Option<&Baseline>,
    path: &dyn Fn(&str) -> String,
) -> Judged {
    let mut about_allows = Vec::new();
    let mut allows = Allows::read(files, &mut about_allows);
    findings.retain(|finding| !allows.allow(finding, files));
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
    if complete {
        findings.extend(allows.unused().filter_map(|allow| unused(allow, settings)));
    }
    let (known, gone) = baseline.map_or((0, 0), |baseline| baseline.hide(&mut findings, files, path));
    let gone = if complete { gone } else { 0 };
    findings.sort_by_key(|finding| finding.labels.first().map(|label| (label.span.file, label.span.start)));
    Judged { findings, known, gone }
}

/// The finding about an allow that hides nothing, at the level that was set for it.
fn unused(allow: &Allow, settings: &Settings) -> Option<Diagnostic> {
    let mut finding = Diagnostic::new(codes::lints::UNUSED_ALLOW, text!("{code} is not found here", code = allow.code));
    if let Some(level) = settings.level(finding.code) {
        finding.severity = level.severity()?;
    }
    let finding = finding
        .label(allow.span, text!("this allow hides nothing"))
        .help(text!("take it out, so that it hides nothing new"));
    Some(match allow.whole {
        Some(comment) => finding.safe_fix(text!("take the allow out"), comment, ""),
        None => finding,
    })
}
