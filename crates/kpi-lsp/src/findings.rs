//! Findings as the protocol has them.

use std::collections::BTreeMap;
use std::str::FromStr;

use kpi_base::{Diagnostic as Finding, FileId, Language, Severity, codes};
use kpi_ide::Snapshot;
use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString,
    Range, Uri,
};

use crate::context::Context;

/// The findings of a package by the file in which they are shown: one without a place, or in a module of the library, is
/// shown at the beginning of the package's first file.
pub fn by_file(context: &Context, snapshot: &Snapshot) -> BTreeMap<FileId, Vec<Diagnostic>> {
    let mut found: BTreeMap<FileId, Vec<Diagnostic>> = BTreeMap::new();
    let Some(first) = snapshot.ids().next() else { return found };
    for finding in snapshot.findings() {
        let place = finding.labels.first().map(|label| label.span.file).filter(|file| !snapshot.is_library(*file));
        found.entry(place.unwrap_or(first)).or_default().push(translate(context, snapshot, finding));
    }
    found
}

fn translate(context: &Context, snapshot: &Snapshot, finding: &Finding) -> Diagnostic {
    let place = finding.labels.first().filter(|label| !snapshot.is_library(label.span.file));
    let range = place.map_or_else(Range::default, |label| context.range(snapshot, label.span));
    let others = finding.labels.get(usize::from(place.is_some())..).unwrap_or_default();
    let related = others.iter().filter_map(|other| {
        let location = context.location(snapshot, other.span)?;
        Some(DiagnosticRelatedInformation { location, message: context.say(&other.text) })
    });
    let label = finding.labels.first().map(|label| &label.text).filter(|text| !text.is_empty());
    let parts = [Some(&finding.message), label, finding.help.as_ref()];
    let parts: Vec<String> = parts.into_iter().flatten().map(|text| context.say(text)).collect();
    let severity = match finding.severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Note => DiagnosticSeverity::INFORMATION,
    };
    let unused = [codes::names::UNUSED, codes::lints::UNUSED_ALLOW].contains(&finding.code);
    Diagnostic {
        range,
        severity: Some(severity),
        code: Some(NumberOrString::String(finding.code.name().to_owned())),
        code_description: page(context, finding.code.name()).map(|href| CodeDescription { href }),
        source: Some("kpi".to_owned()),
        message: parts.join("\n"),
        related_information: Some(related.collect()),
        tags: unused.then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    }
}

/// The page of a code, where the user's house has put docs/diagnostics: the setting `kpi.pages` is its address.
pub fn page(context: &Context, code: &str) -> Option<Uri> {
    let pages = context.settings.get("pages")?.as_str()?.trim_end_matches('/');
    let folder = if context.language() == Language::Chinese { "zh/" } else { "" };
    Uri::from_str(&format!("{pages}/{folder}{code}.md")).ok()
}
