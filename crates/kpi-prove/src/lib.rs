//! What a policy can come to, whatever is measured: bounds, cliffs, and proofs of what it promises.
//!
//! A card's score and a pay are looked at as functions of what the lines measure, for each combination of what weights,
//! targets and scorings depend on. [`check`] gives the findings that belong to `kpi check`: cliffs, and obligations
//! (`prove …`) that are refuted or undecided. [`prove`] gives everything that `kpi prove` shows.
//!
//! A proof is arithmetics on ranges ([`Range`]) and on trends: how a value moves as one indicator gets better, everything
//! else being the same. Inputs are taken as independent, each within the range that the checker finds, so that a proof holds
//! for all data. A refutation is an input, and counts only if the value stage itself comes to the result
//! ([`kpi_score::score_assumed`]), and if the parts of the input can be chosen independently: two indicators that count
//! the same rows cannot. What is neither is undecided, and says why.
//!
//! It evaluates no data and knows no engine. Start with `obligations`, then `scene` (expressions), `goal` (lines), `card`
//! and `pay`; `search` looks for inputs that break a claim, at the breakpoints and beside them. `versus` looks at two versions of a policy beside each other, and `examples`
//! makes data on which they may differ.

mod value;
mod words;

mod cases;
mod curve;
mod scene;

mod card;
mod goal;
mod pay;

mod inputs;
mod replay;
mod search;

mod examples;
mod versus;

mod bounds;
mod cliffs;
mod findings;
mod obligations;
mod report;
mod show;

#[cfg(test)]
mod tests;

use kpi_base::Diagnostic;
use kpi_check::model::Model;
use kpi_check::ranges::Ranges;

pub use bounds::{Bounds, Reached};
pub use examples::{Trial, trials};
pub use findings::place_name;
pub use obligations::{Fall, Refutation, State};
pub use report::report;
pub use show::{show_number, show_range};
pub use value::Range;
pub use versus::{Compared, Place, versus};

/// What is known of a policy in advance.
#[derive(Clone, Debug)]
pub struct Proofs {
    /// The bounds of each card, and of each incentive on each of its cards.
    pub bounds: Vec<Bounds>,
    /// What became of each obligation, in the order of the policy.
    pub obligations: Vec<State>,
    /// Cliffs, and obligations that are not proven.
    pub findings: Vec<Diagnostic>,
}

/// Finds cliffs, and obligations that are refuted or undecided.
pub fn check(model: &Model) -> Vec<Diagnostic> {
    // Cliffs are looked for in every policy, and need few ranges.
    let ranges = if model.obligations.is_empty() { Ranges::on_demand(model) } else { Ranges::of(model) };
    findings_of(model, &ranges, &states(model, &ranges))
}

/// Finds everything that can be said in advance.
pub fn prove(model: &Model) -> Proofs {
    let ranges = Ranges::of(model);
    let obligations = states(model, &ranges);
    let findings = findings_of(model, &ranges, &obligations);
    Proofs { bounds: bounds::bounds(model, &ranges), obligations, findings }
}

fn states(model: &Model, ranges: &Ranges<'_>) -> Vec<State> {
    model.obligations.iter().map(|obligation| obligations::decide(model, ranges, obligation)).collect()
}

fn findings_of(model: &Model, ranges: &Ranges<'_>, states: &[State]) -> Vec<Diagnostic> {
    let mut found = cliffs::cliffs(model, ranges);
    let stated = model.obligations.iter().zip(states);
    found.extend(stated.filter_map(|(obligation, state)| findings::finding(model, obligation, state)));
    found.sort_by_key(|finding| finding.labels.first().map(|label| (label.span.file, label.span.start)));
    found
}
