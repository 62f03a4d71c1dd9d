//! The road from a checked policy to what a run found.

use std::collections::BTreeSet;

use kpi_base::{Diagnostic, codes::config as codes, text};
use kpi_check::model::{Model, TableId};
use kpi_engine::{Inputs, Options, Quarantine, execute};
use kpi_plan::{Facts, Roots, Stage, judged_inside, stages};
use kpi_score::{Staged, score_stages};
use kpi_value::{Date, Period};

use crate::args::OnBadRow;
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

/// What is computed from.
pub(crate) struct Data {
    /// The exports.
    pub inputs: Inputs,
    /// How they are read.
    pub options: Options,
    /// What becomes of rows that break their contract.
    pub on_bad_row: OnBadRow,
}

/// Answers the plans from data, and computes; `then` gets everything that was found, with the rows that were set aside.
pub(crate) fn compute<T>(
    stages: &[Stage<'_>],
    data: Data,
    then: impl FnOnce(&Staged<'_>, &[Facts], &Quarantine) -> T,
) -> Result<T, Vec<Diagnostic>> {
    let (facts, quarantine) = answer_data(stages, data)?;
    let scored = score_stages(stages, &facts);
    let findings = scored.findings();
    let result =
        if findings.iter().any(Diagnostic::is_error) { Err(findings) } else { Ok(then(&scored, &facts, &quarantine)) };
    // The process ends soon: taking large facts apart piece by piece would only cost time.
    std::mem::forget(scored);
    std::mem::forget(facts);
    result
}

/// Answers the plans from data, with the rows that were set aside.
pub(crate) fn answer_data(stages: &[Stage<'_>], data: Data) -> Result<(Vec<Facts>, Quarantine), Vec<Diagnostic>> {
    Ok(match data.on_bad_row {
        OnBadRow::Stop => (answer(stages, &data.inputs, &data.options)?, Quarantine::default()),
        OnBadRow::Skip => answer_without_bad_rows(stages, data.inputs, &data.options)?,
    })
}

fn answer(stages: &[Stage<'_>], inputs: &Inputs, options: &Options) -> Result<Vec<Facts>, Vec<Diagnostic>> {
    stages.iter().map(|stage| execute(&stage.model, &stage.plan, inputs, options)).collect()
}

/// Answers the plans from the rows that keep their contract, and says which do not.
fn answer_without_bad_rows(
    stages: &[Stage<'_>],
    mut inputs: Inputs,
    options: &Options,
) -> Result<(Vec<Facts>, Quarantine), Vec<Diagnostic>> {
    let mut quarantine = Quarantine::default();
    loop {
        let findings = match answer(stages, &inputs, options) {
            Ok(mut facts) => {
                if let (Some(facts), Some(stage)) = (facts.first_mut(), stages.first()) {
                    facts.findings.splice(0..0, quarantine.findings(&stage.model));
                }
                return Ok((facts, quarantine));
            }
            Err(findings) => findings,
        };
        let mut any = false;
        for stage in stages {
            any |= quarantine.set_aside(&stage.model, &stage.plan, &mut inputs).map_err(|_| findings.clone())?;
        }
        if !any {
            return Err(findings);
        }
    }
}
