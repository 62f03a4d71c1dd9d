//! `kpi ci`: the stages one after the other, and one report.
//!
//! A stage that fails keeps no other from running, unless that has nothing to go on without it; then it says so.

pub(crate) mod stages;

use std::io::Write;
use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, codes};
use kpi_report::{
    CiOutcome, CiReport, Look, render_ci, render_ci_github, render_ci_gitlab, render_ci_json, render_ci_junit,
    render_ci_markdown,
};

use crate::args::{self, CiFormat};
use crate::console::{Console, Exit, Failure};
use crate::project::Project;
use crate::replace::{cannot_write, write_whole};
use stages::Found;

/// The file that GitHub shows as the summary of a job.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

pub(crate) fn run(args: &args::Ci, console: &mut Console<'_>) -> Result<Exit, Failure> {
    #[cfg(feature = "engine")]
    crate::data::impact::check_limit(&args.impact)?;
    let project = Project::load(args.project.path.as_deref(), console)?;
    let found = stages::run(args, project, console)?;
    let report = found.report();
    let plain = Look { colour: false, ..console.look() };
    match &args.output {
        Some(path) => {
            write(path, &render(report, args.format, plain)?, console)?;
            console.out.write_all(render_ci(report, console.look()).as_bytes())?;
        }
        None => {
            let text = render(report, args.format, console.look())?;
            console.out.write_all(text.as_bytes())?;
            if args.format != CiFormat::Text {
                console.err.write_all(render_ci(report, console.look()).as_bytes())?;
            }
        }
    }
    if let Some(path) = &args.junit {
        let text = render_ci_junit(report, plain).map_err(|error| Failure::Io(std::io::Error::other(error)))?;
        write(path, &text, console)?;
    }
    if let Some(path) = summary(args) {
        append(&path, &render_ci_markdown(report, plain), console)?;
    }
    Ok(exit(&found))
}

/// Trouble where a stage could not be done for the sake of the command line or the configuration, as other commands have it.
fn exit(found: &Found) -> Exit {
    let failed = || found.stages.iter().filter(|stage| stage.outcome == CiOutcome::Failed);
    let about_use = |finding: &Diagnostic| {
        let code = finding.code;
        finding.is_error() && codes::config::ALL.contains(&code) && code != codes::config::NOT_IN_STYLE
    };
    if failed().any(|stage| stage.findings.iter().any(about_use)) {
        Exit::Trouble
    } else if failed().next().is_some() {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

fn render(report: CiReport<'_>, format: CiFormat, look: Look) -> Result<String, Failure> {
    Ok(match format {
        CiFormat::Text => render_ci(report, look),
        CiFormat::Json => render_ci_json(report, look)?,
        CiFormat::Markdown => render_ci_markdown(report, look),
        CiFormat::Github => render_ci_github(report, look),
        CiFormat::Gitlab => render_ci_gitlab(report, look)?,
    })
}

fn summary(args: &args::Ci) -> Option<PathBuf> {
    let of_job = || std::env::var_os(SUMMARY).filter(|path| !path.is_empty() && args.format == CiFormat::Github);
    args.summary.clone().or_else(|| of_job().map(PathBuf::from))
}

fn write(path: &Path, text: &str, console: &Console<'_>) -> Result<(), Failure> {
    let whole = console.cwd.join(path);
    write_whole(&whole, text).map_err(|error| cannot_write(&console.shown(&whole), &error))
}

/// A summary may hold what other steps of the job have said.
fn append(path: &Path, text: &str, console: &Console<'_>) -> Result<(), Failure> {
    let whole = console.cwd.join(path);
    let mut options = std::fs::OpenOptions::new();
    let done = options.append(true).create(true).open(&whole).and_then(|mut file| file.write_all(text.as_bytes()));
    done.map_err(|error| cannot_write(&console.shown(&whole), &error))
}
