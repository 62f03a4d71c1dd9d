//! The road from a checked policy to what a run found.

use std::collections::BTreeSet;

use kpi_base::{Diagnostic, codes::config as codes, text};
use kpi_check::model::{Model, TableId};
use kpi_engine::{Inputs, Options, execute};
use kpi_plan::{Facts, Roots, Stage, judged_inside, stages};
use kpi_score::{Staged, score_stages};
use kpi_value::{Date, Period};

use crate::console::Failure;

/// Plans what is wanted, for every kind of period by which something of it is judged.
pub(crate) fn plan<'m>(
    model: &'m Model,
    (from, to): (Period, Period),
    data_until: Option<Date>,
    roots: &Roots,
) -> Result<Vec<Stage<'m>>, Failure> {
    let mut judged = judged_inside(model, from, to);
    let wanted = roots.kinds(model);
    judged.retain(|kind, _| wanted.contains(kind));
    if let (true, Some(kind)) = (judged.is_empty(), wanted.first()) {
        let (from, word) = (model.policy.calendar.show(from), kpi_check::show::show_period(*kind));
        let message = text!("no {word} ends in the periods that are judged", word);
        let finding = Diagnostic::new(codes::PERIOD, message);
        let help = text!("what is wanted is judged by the {word}: name one, or more than {from}", word, from);
        return Err(Failure::one(finding.help(help)));
    }
    Ok(stages(model, &judged, data_until, roots))
}

/// The tables that a run reads.
pub(crate) fn tables(stages: &[Stage<'_>]) -> BTreeSet<TableId> {
    stages.iter().flat_map(|stage| stage.plan.tables(&stage.model)).collect()
}

/// Answers the plans from data, and computes; `then` gets everything that was found.
pub(crate) fn compute<T>(
    stages: &[Stage<'_>],
    inputs: &Inputs,
    options: &Options,
    then: impl FnOnce(&Staged<'_>, &[Facts]) -> T,
) -> Result<T, Vec<Diagnostic>> {
    let facts = stages.iter().map(|stage| execute(&stage.model, &stage.plan, inputs, options));
    let facts: Vec<Facts> = facts.collect::<Result<_, _>>()?;
    let scored = score_stages(stages, &facts);
    let findings = scored.findings();
    let result = if findings.iter().any(Diagnostic::is_error) { Err(findings) } else { Ok(then(&scored, &facts)) };
    // The process ends soon: taking large facts apart piece by piece would only cost time.
    std::mem::forget(scored);
    std::mem::forget(facts);
    result
}
