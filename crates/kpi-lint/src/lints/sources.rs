//! An indicator that does not say where its data come from: nobody can check it, or mend it when an export changes.

use kpi_base::{Diagnostic, codes, text};
use kpi_syntax::ast::{Item, ItemKind};

pub(super) fn check_sources(items: &[&Item], findings: &mut Vec<Diagnostic>) {
    for item in items {
        let ItemKind::Indicator(indicator) = &item.kind else { continue };
        // An entry says what it needs, and where that is.
        if indicator.binding.is_some() || !indicator.params.is_empty() {
            continue;
        }
        if indicator.notes.iter().any(|(topic, _)| topic.word() == "data_source") {
            continue;
        }
        let name = &indicator.name;
        let message = text!("the indicator `{name}` does not say where its data come from", name = name.text);
        let finding = Diagnostic::new(codes::lints::NO_DATA_SOURCE, message).label(name.span, text!("declared here"));
        findings.push(finding.help(text!("add `note data_source \"…\"`")));
    }
}
