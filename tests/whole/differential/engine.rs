//! A case by the road that users take: files, plan, engine, value stage.

use kpi_check::model::Model;
use kpi_engine::{Input, Inputs, Options};
use kpi_plan::{Facts, Roots, Stage, judged_inside};
use kpi_results::Run;
use kpi_score::Fault;
use kpi_testkit::generate::{Case, Csv};
use kpi_value::Period;

/// A case whose files were aggregated.
pub struct Executed<'m> {
    stages: Vec<Stage<'m>>,
    facts: Vec<Facts>,
    asked: (Period, Period),
}

/// The first and the last period judged.
pub fn periods(model: &Model, case: &Case) -> (Period, Period) {
    let period = |text: &str| model.policy.calendar.parse(text).unwrap();
    (period(&case.from), period(&case.to))
}

impl<'m> Executed<'m> {
    /// Writes the data of a case into files and aggregates them.
    ///
    /// # Errors
    /// What the engine has against the data.
    pub fn new(model: &'m Model, case: &Case) -> Result<Executed<'m>, String> {
        let folder = tempfile::tempdir().unwrap();
        let mut inputs = Inputs::new();
        for csv in &case.tables {
            // An export may come in several files.
            let cut = if case.seed.is_multiple_of(3) { csv.rows.len() / 2 } else { 0 };
            let (first, second) = csv.rows.split_at(cut);
            let mut paths = Vec::new();
            for (place, rows) in
                [first, second].into_iter().enumerate().filter(|(place, rows)| *place == 1 || !rows.is_empty())
            {
                let path = folder.path().join(format!("{}-{place}.csv", csv.table));
                let part = Csv { rows: rows.to_vec(), ..csv.clone() };
                std::fs::write(&path, part.text()).unwrap();
                paths.push(path.into());
            }
            if let Some((table, _)) = model.tables.iter().find(|(_, table)| table.title.name == csv.table) {
                inputs.insert(table, Input::Files(paths));
            }
        }
        let (from, to) = periods(model, case);
        let stages = kpi_plan::stages(model, &judged_inside(model, from, to), None, &Roots::all(model));
        let facts =
            stages.iter().map(|stage| kpi_engine::execute(&stage.model, &stage.plan, &inputs, &Options::default()));
        let facts = facts.collect::<Result<_, _>>().map_err(|findings: Vec<_>| words(&findings))?;
        Ok(Executed { stages, facts, asked: (from, to) })
    }

    /// The results, with a fault planted or without.
    ///
    /// # Errors
    /// What stops the run.
    pub fn run(&self, fault: Option<Fault>) -> Result<Run, String> {
        let scored = match fault {
            None => kpi_score::score_stages(&self.stages, &self.facts),
            Some(fault) => kpi_score::score_stages_with_fault(&self.stages, &self.facts, fault),
        };
        let errors: Vec<_> = scored.findings().into_iter().filter(kpi_base::Diagnostic::is_error).collect();
        if errors.is_empty() { Ok(scored.run(self.asked)) } else { Err(words(&errors)) }
    }
}

fn words(findings: &[kpi_base::Diagnostic]) -> String {
    let line = |finding: &kpi_base::Diagnostic| {
        let place = finding.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        format!("{} {}{place}", finding.code, finding.message)
    };
    findings.iter().map(line).collect::<Vec<_>>().join("; ")
}
