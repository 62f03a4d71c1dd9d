//! `kpi prove`

use kpi_report::{render_proofs, render_proofs_json};

use crate::args::{self, TextOrJson};
use crate::console::{Console, Exit, Failure, exit_of};
use crate::project::Project;

pub(crate) fn run(args: &args::Project, format: TextOrJson, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let mut project = Project::load(args.path.as_deref(), console)?;
    let analysis = project.analyse();
    let findings = project.judge(&analysis)?.findings;
    let Some(model) = analysis.model else { return Err(Failure::Findings(findings, project.files)) };
    let proofs = kpi_prove::prove(&model);
    let proven = kpi_prove::report(&model, &project.files, &proofs);
    if format == TextOrJson::Json {
        let text = render_proofs_json(&proven, &findings, &project.files, console.language)?;
        console.out.write_all(text.as_bytes())?;
    } else {
        console.report(&findings, &project.files)?;
        console.out.write_all(render_proofs(&proven, console.look()).as_bytes())?;
    }
    Ok(exit_of(&findings))
}
