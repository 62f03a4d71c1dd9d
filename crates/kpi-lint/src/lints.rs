//! The house rules, one module each.

mod cohorts;
mod confusable;
mod goals;
mod groups;
mod shares;
mod size;
mod sources;

use kpi_base::Diagnostic;
use kpi_check::model::Model;
use kpi_syntax::ast;

use crate::Settings;

/// Looks for breaches of house rules in the files of a package; modules of a library are not this house's.
///
/// Rules about what a policy means are looked at where there is a model: where it has no errors.
pub fn lint(files: &[ast::File], model: Option<&Model>, settings: &Settings) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let items: Vec<&ast::Item> = files.iter().filter(|file| !file.library).flat_map(|file| &file.items).collect();
    size::check_size(&items, settings.max_indicators, &mut findings);
    sources::check_sources(&items, &mut findings);
    goals::check_goals(&items, settings, &mut findings);
    confusable::check_names(&items, &mut findings);
    if let Some(model) = model {
        shares::check_shares(model, &items, settings, &mut findings);
        groups::check_groups(model, &items, &mut findings);
        cohorts::check_cohorts(model, &items, &mut findings);
    }
    findings
}
