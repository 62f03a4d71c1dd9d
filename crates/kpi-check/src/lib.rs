//! AST to the checked model: names, types, units, tables.
//!
//! [`check`] takes all files of a package, in any order, and returns the [`model::Model`] with everything there is to say
//! about it. It reads no data and computes no score. The first stop for a reader is [`checker::Checker`], which every
//! module extends: `names` knows the declarations, `paths` the ways along references, `expr` and its neighbours type
//! expressions, `instances` makes indicators for the subjects that need them; `by_tables`, `curves`, `targets`,
//! `scorecards`, `payouts` and `policy_tests` build the rest on those.

pub mod model;

pub mod entries;

pub mod checker;
pub mod context;
pub mod counter;
pub mod names;
pub mod occurrences;
pub mod ranges;
mod raters;

pub mod shares;
pub mod show;

mod adjustable;
mod aggregates;
mod arithmetic;
mod by_tables;
mod calls;
mod certain;
mod cohorts;
mod compare;
mod curves;
mod data;
mod exclusions;
mod exists;
mod expr;
mod factors;
mod goals;
mod instances;
mod literals;
mod obligations;
mod order;
mod params;
mod parts;
mod paths;
mod payouts;
mod periods;
mod policy;
mod policy_tests;
mod reach;
mod requirements;
mod scales;
mod scopes;
mod scorecards;
mod targets;
mod units;
mod values;
mod views;
mod windows;
mod written;

use kpi_base::Diagnostic;
use kpi_syntax::ast;

/// What [`check`] found out.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The policy's meaning; none if a finding is an error.
    pub model: Option<model::Model>,
    /// Every finding, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Inputs under which tables, curves and weights go wrong, sorted by place: those that findings name, as values.
    pub counter_examples: Vec<counter::CounterExample>,
}

/// Checks all files of a package: one namespace, one `policy`.
pub fn check(files: &[ast::File]) -> Checked {
    sound_only(check_deep(files, true))
}

/// As [`check`], but for what the ranges of values say against a policy ([`kpi_base::codes::reach`]): for policies of
/// chance, whose numbers mean nothing.
pub fn check_meaning(files: &[ast::File]) -> Checked {
    sound_only(check_deep(files, false))
}

/// As [`check`], with the model as far as it goes even where it has errors. No policy may be run with that: tests try
/// counter-examples on it.
#[doc(hidden)]
pub fn check_unsound(files: &[ast::File]) -> (model::Model, Checked) {
    let (checked, model, _) = check_deep(files, true);
    (model, checked)
}

/// The findings, the model, and whether that can be used.
type Found = (Checked, model::Model, bool);

fn sound_only((checked, model, sound): Found) -> Checked {
    Checked { model: sound.then_some(model), ..checked }
}

fn check_deep(files: &[ast::File], reach: bool) -> Found {
    // A formula may be as deep as the parser lets it be, and indicators read each other: both are recursions, which may
    // not depend on how large a stack the caller happens to have.
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK);
        let thread = builder.spawn_scoped(scope, || check_here(files, reach));
        thread.ok().and_then(|thread| thread.join().ok())
    })
    .unwrap_or_else(|| check_here(files, reach))
}

/// Bytes of stack for a check.
const STACK: usize = 256 << 20;

fn check_here(files: &[ast::File], reach: bool) -> Found {
    let mut found = Vec::new();
    let expanded = entries::expand(files, &mut found);
    let mut checker = checker::Checker::new(expanded.as_deref().unwrap_or(files));
    checker.diagnostics.extend(found);
    checker.check_policy();
    checker.check_data();
    checker.check_params();
    checker.check_goals();
    checker.check_scorecards();
    checker.check_requirements();
    checker.check_incentives();
    checker.check_rules();
    checker.check_obligations();
    checker.check_starts();
    checker.check_adjustable();
    checker.check_tests();
    checker.check_unused_curves();
    checker.finish(reach)
}
