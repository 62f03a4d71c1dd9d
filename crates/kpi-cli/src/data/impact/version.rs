//! One version of a policy, from its text to its scores.

use kpi_base::Diagnostic;
use kpi_check::model::Model;
use kpi_engine::Options;
use kpi_plan::{Facts, Roots, Stage};
use kpi_score::{Staged, score_stages};
use kpi_value::Period;

use crate::args;
use crate::console::Failure;
use crate::data::periods::{read_data_date, read_periods};
use crate::data::pipeline::{Data, answer_data, plan, tables};
use crate::data::titles::plan_subject_names;
use crate::project::Project;

/// The exports that all versions are run over, and the periods.
pub(super) struct Exports<'a> {
    pub project: &'a Project,
    /// The newest version: what `kpi.toml` binds is bound for it.
    pub newest: &'a Model,
    pub args: &'a args::Impact,
    pub options: Options,
}

impl Exports<'_> {
    /// The first and the last period judged.
    pub fn periods(&self, model: &Model) -> Result<(Period, Period), Failure> {
        read_periods(&self.args.periods, model)
    }

    pub fn plan<'m>(&self, model: &'m Model) -> Result<Vec<Stage<'m>>, Failure> {
        let (from, to) = self.periods(model)?;
        let data_until = read_data_date(&self.args.periods, model, from)?;
        let mut stages = plan(model, (from, to), data_until, &Roots::all(model))?;
        if self.args.show_private {
            stages.iter_mut().for_each(|stage| plan_subject_names(model, &mut stage.plan));
        }
        Ok(stages)
    }

    /// Reads the exports; the inner errors are about the data.
    pub fn read(&self, model: &Model, stages: &[Stage<'_>]) -> Result<Result<Vec<Facts>, Vec<Diagnostic>>, Failure> {
        let has = |model: &Model, table: &str| model.tables.iter().any(|(_, known)| known.title.name == table);
        // What only the newest version has is bound for no other.
        let mut config = self.project.config.clone();
        let environments = config.environments.iter_mut().map(|(_, bindings)| bindings);
        for bindings in environments.chain([&mut config.sources]) {
            bindings.retain(|binding| has(model, &binding.table) || !has(self.newest, &binding.table));
        }
        let Project { root, shown, files, toml, .. } = self.project;
        let project = Project { root: root.clone(), shown: shown.clone(), files: files.clone(), config, toml: *toml };
        let inputs = project.inputs(model, &tables(stages), self.args.data.env.as_deref())?;
        let data = Data { inputs, options: self.options.clone(), on_bad_row: self.args.data.on_bad_row };
        Ok(answer_data(stages, data).map(|(facts, _)| facts))
    }
}

/// Scores a version.
///
/// # Errors
/// Errors of the run.
pub(super) fn prepare<'a>(stages: &'a [Stage<'a>], facts: &'a [Facts]) -> Result<Staged<'a>, Vec<Diagnostic>> {
    let scored = score_stages(stages, facts);
    let mut findings = scored.findings();
    findings.retain(Diagnostic::is_error);
    if findings.is_empty() { Ok(scored) } else { Err(findings) }
}
