//! What the stages of `kpi ci` found, in one report. Here: what is told, and text for a terminal; below: one module for each of the
//! other forms.

mod json;
mod junit;
mod markdown;
mod notes;

pub use json::render_ci_json;
pub use junit::render_ci_junit;
pub use markdown::render_ci_markdown;
pub use notes::{render_ci_github, render_ci_gitlab};

use std::time::Duration;

use kpi_base::{Diagnostic, Files, Text, text};

use kpi_results::Tested;

use crate::grid::{Cell, Grid, Side};
use crate::look::Tone;
use crate::{Look, Review, Titles, render_diff, render_findings, render_impact, render_summary, render_tests};

/// What is done in a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Files are held to the one style.
    Fmt,
    /// The policy is checked.
    Check,
    /// Its tests run.
    Test,
    /// Exports are read against their contracts.
    Data,
    /// The policy is compared with an older version.
    Diff,
    /// Both versions run over the exports.
    Impact,
}

impl Stage {
    /// Its name, the same in every language.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Fmt => "fmt",
            Stage::Check => "check",
            Stage::Test => "test",
            Stage::Data => "data",
            Stage::Diff => "diff",
            Stage::Impact => "impact",
        }
    }
}

/// What became of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CiOutcome {
    /// Nothing stands against the change.
    Passed,
    /// Something must be mended.
    Failed,
    /// It could not run, and says nothing.
    NotRun,
}

impl CiOutcome {
    const fn name(self) -> &'static str {
        match self {
            CiOutcome::Passed => "passed",
            CiOutcome::Failed => "failed",
            CiOutcome::NotRun => "not_run",
        }
    }

    fn word(self) -> Text {
        match self {
            CiOutcome::Passed => text!("passed"),
            CiOutcome::Failed => text!("failed"),
            CiOutcome::NotRun => text!("did not run"),
        }
    }
}

/// A stage.
#[derive(Clone, Debug)]
pub struct CiStage {
    /// Which.
    pub stage: Stage,
    /// What became of it.
    pub outcome: CiOutcome,
    /// What was found, or why it did not run.
    pub found: Text,
    /// What to do about it.
    pub to_do: Option<Text>,
    /// How long it took.
    pub time: Duration,
    /// What it found, in full.
    pub findings: Vec<Diagnostic>,
    /// The files that findings point into.
    pub files: Files,
}

/// All stages, in their order.
#[derive(Clone, Copy, Debug)]
pub struct CiReport<'a> {
    /// What became of each.
    pub stages: &'a [CiStage],
    /// Where annotations of files stand that no finding's files have: the policy's.
    pub files: &'a Files,
    /// The tests that ran.
    pub tested: Option<(&'a Tested, &'a Titles)>,
    /// What the change means, and whom it moves.
    pub review: Option<Review<'a>>,
}

impl CiReport<'_> {
    /// Whether no stage failed.
    pub fn passed(&self) -> bool {
        self.stages.iter().all(|stage| stage.outcome != CiOutcome::Failed)
    }

    fn summary(&self) -> Text {
        let count = |outcome| self.stages.iter().filter(|stage| stage.outcome == outcome).count();
        let (passed, failed, others) = (count(CiOutcome::Passed), count(CiOutcome::Failed), count(CiOutcome::NotRun));
        text!("{passed} stages passed, {failed} failed, {others} did not run", passed, failed, others)
    }
}

/// How many findings of a stage are shown at once with the text that they are about.
const MOST_SHOWN: usize = 50;

/// Everything for a terminal: what was found, stage by stage, and a table of the stages at the end, where people look.
pub fn render_ci(report: CiReport<'_>, look: Look) -> String {
    let mut out = String::new();
    for stage in report.stages {
        let tested = report.tested.filter(|(tested, _)| stage.stage == Stage::Test && tested.failed().next().is_some());
        if stage.findings.is_empty() && tested.is_none() {
            continue;
        }
        out += &format!("{}\n\n", look.paint(Tone::Title, &format!("── {} ──", stage.stage.name())));
        if let Some((tested, titles)) = tested {
            out += &render_tests(tested, titles, &stage.files, look);
        } else {
            out += &render_findings(worst(&stage.findings).as_slice(), &stage.files, look);
            out += &format!("{}\n", render_summary(&stage.findings, look.language));
        }
        out.push('\n');
    }
    if let Some(review) = report.review.filter(|review| !review.diff.changes.is_empty()) {
        out += &format!("{}\n\n", look.paint(Tone::Title, "── diff ──"));
        out += &render_diff(&review, look);
        out += &review.impact.map(|impact| render_impact(impact, look)).unwrap_or_default();
        out.push('\n');
    }
    table(report, look, &mut out);
    out + "\n" + &look.say(report.summary()) + "\n"
}

/// The worst first, where there are more than anybody reads.
fn worst(findings: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut shown = findings.to_vec();
    if shown.len() > MOST_SHOWN {
        shown.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        shown.truncate(MOST_SHOWN);
    }
    shown
}

fn table(report: CiReport<'_>, look: Look, out: &mut String) {
    let mut grid = Grid::default();
    for (title, side) in [
        (text!("stage"), Side::Left),
        (text!("outcome"), Side::Left),
        (text!("time"), Side::Right),
        (text!("what was found"), Side::Left),
        (text!("what to do"), Side::Left),
    ] {
        grid.column(look.say(title), side);
    }
    for stage in report.stages {
        let tone = match stage.outcome {
            CiOutcome::Passed => Tone::Good,
            CiOutcome::Failed => Tone::Bad,
            CiOutcome::NotRun => Tone::Warn,
        };
        let ran = stage.outcome != CiOutcome::NotRun;
        grid.row(vec![
            Cell::new(stage.stage.name()),
            Cell::toned(look.say(stage.outcome.word()), tone),
            Cell::toned(if ran { show_time(stage.time) } else { String::new() }, Tone::Faint),
            Cell::new(look.say(stage.found.clone())),
            Cell::new(stage.to_do.clone().map(|text| look.say(text)).unwrap_or_default()),
        ]);
    }
    grid.render(look, out);
}

fn show_time(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}
