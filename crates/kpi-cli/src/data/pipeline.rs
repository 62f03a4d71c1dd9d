//! The road from a checked policy to what a run found.

use kpi_base::Diagnostic;
use kpi_check::model::Model;
use kpi_engine::{Inputs, Options, execute};
use kpi_plan::{Facts, Plan, Request, plan};
use kpi_score::Scored;

/// Plans what is wanted.
pub(crate) fn make_plan(model: &Model, request: &Request) -> Plan {
    plan(model, request)
}

/// Answers the plan from data, and computes; `then` gets everything that was found.
pub(crate) fn compute<T>(
    model: &Model,
    plan: &Plan,
    inputs: &Inputs,
    options: &Options,
    then: impl FnOnce(&Scored<'_>, &Facts) -> T,
) -> Result<T, Vec<Diagnostic>> {
    let facts: Facts = execute(model, plan, inputs, options)?;
    let scored = kpi_score::score(model, plan, &facts);
    let findings = scored.findings();
    let result = if findings.iter().any(Diagnostic::is_error) { Err(findings) } else { Ok(then(&scored, &facts)) };
    // The process ends soon: taking large facts apart piece by piece would only cost time.
    std::mem::forget(scored);
    std::mem::forget(facts);
    result
}
