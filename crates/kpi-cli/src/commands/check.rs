//! `kpi check`

use kpi_report::render_findings_json;

use crate::args::{self, TextOrJson};
use crate::console::{Console, Exit, Failure, exit_of};
use crate::project::Project;

pub(crate) fn run(args: &args::Project, format: TextOrJson, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let mut project = Project::load(args.path.as_deref(), console)?;
    let (model, findings) = project.analyse();
    if format == TextOrJson::Json {
        console.out.write_all(render_findings_json(&findings, &project.files, console.language)?.as_bytes())?;
        return Ok(exit_of(&findings));
    }
    console.report(&findings, &project.files)?;
    if let Some(model) = model {
        let count = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
        let mut indicators: Vec<&str> = model.indicators.iter().map(|(_, i)| i.title.name.as_str()).collect();
        indicators.sort_unstable();
        indicators.dedup();
        let parts = [
            count(indicators.len(), "indicator"),
            count(model.scorecards.len(), "scorecard"),
            count(model.incentives.len(), "incentive"),
            count(model.rules.len(), "rule"),
            count(model.tests.len(), "test"),
        ];
        let state = if findings.is_empty() { "no findings" } else { "no errors" };
        writeln!(console.out, "{}: {state} in {}", model.policy.title, parts.join(", "))?;
    }
    Ok(exit_of(&findings))
}
