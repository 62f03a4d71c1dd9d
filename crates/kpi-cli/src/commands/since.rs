//! What of a project the change since a revision reaches: for `--changed-since`.

use std::path::Path;

use kpi_analysis::Analysis;
use kpi_base::{Diagnostic, Text, text};
use kpi_diff::{Reach, reach};
use kpi_lint::Baseline;

use super::diff::{Version, git, version};
use crate::console::{Console, Failure};
use crate::project::{CONFIG, Project};

/// The change since a version.
pub(crate) struct Since {
    /// The version, as the user calls it.
    pub name: String,
    reach: Reach,
    /// What was found in it.
    known: Baseline,
}

/// Findings, and how many more the change does not reach.
pub(crate) struct Narrowed {
    pub findings: Vec<Diagnostic>,
    pub left_out: usize,
}

impl Since {
    /// Compares the project as it is on disk with an older version. Where the configuration or the baseline is another, or the
    /// newer version cannot be read, everything is reached.
    ///
    /// # Errors
    /// If there is no such version.
    pub fn find(name: &str, path: Option<&Path>, project: &Project, console: &Console<'_>) -> Result<Since, Failure> {
        let everything = || Since { name: name.to_owned(), reach: Reach::all(), known: Baseline::default() };
        let mut base = match version(name, path, console) {
            Ok(base) => base,
            // It is there, and what was wrong with its text is mended or not: anything may have changed.
            Err(Failure::Findings(found, _)) if !found.iter().any(is_about_the_version) => return Ok(everything()),
            Err(failure) => return Err(failure),
        };
        let Ok(head) = super::diff::parse(project.as_written()) else { return Ok(everything()) };
        if toml(&base) != toml(&head) || baseline_changed(name, &base.project, project, console) {
            return Ok(everything());
        }
        let reach = reach(base.side(), head.side());
        let analysis = base.project.analyse();
        Ok(Since { name: name.to_owned(), reach, known: base.project.baseline_of(&analysis) })
    }

    /// Errors, whatever lies where the change reaches, and whatever the older version was not told.
    pub fn narrow(&self, findings: Vec<Diagnostic>, analysis: &Analysis, project: &Project) -> Narrowed {
        let settings = &project.config.lints;
        let new = analysis.judge(&project.files, settings, Some(&self.known), &|path| project.inside(path)).findings;
        let before = findings.len();
        let reached = |finding: &Diagnostic| {
            let labels = &finding.labels;
            let touched = labels.is_empty() || labels.iter().any(|label| self.reach.touches(label.span));
            finding.is_error() || touched || new.contains(finding)
        };
        let findings: Vec<Diagnostic> = findings.into_iter().filter(reached).collect();
        Narrowed { left_out: before - findings.len(), findings }
    }

    /// Whether a test can come out otherwise than before.
    #[cfg(feature = "engine")]
    pub fn reaches(&self, test: &kpi_check::model::Test) -> bool {
        self.reach.holds(test.span)
    }
}

impl Narrowed {
    /// What is said of findings that are left out; none if none are.
    pub fn say(&self, since: &Since) -> Option<Text> {
        match self.left_out {
            0 => None,
            n => Some(text!("findings that the change since {name} does not reach: {n}", name = &since.name, n)),
        }
    }
}

/// Whether it says that there is no such version, or that none can be looked for.
fn is_about_the_version(finding: &Diagnostic) -> bool {
    use kpi_base::codes::config::{NO_GIT, NO_PROJECT, NO_VERSION};
    [NO_GIT, NO_PROJECT, NO_VERSION].contains(&finding.code)
}

fn toml(version: &Version) -> Option<&str> {
    version.project.files.get(version.project.toml).map(|file| file.text.as_str())
}

/// Whether the baseline hides other findings than it did: what it hides no more is new to whoever reads.
fn baseline_changed(name: &str, base: &Project, project: &Project, console: &Console<'_>) -> bool {
    let now = std::fs::read(project.baseline_path()).ok();
    let folder = console.cwd.join(name);
    let then = if folder.join(CONFIG).is_file() {
        std::fs::read(base.baseline_path()).ok()
    } else {
        git::file(name, &project.root, &project.baseline_path())
    };
    now != then
}
