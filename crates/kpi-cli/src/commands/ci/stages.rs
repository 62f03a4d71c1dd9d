//! What each stage does.

use std::path::Path;
use std::time::{Duration, Instant};

use kpi_analysis::Analysis;
use kpi_base::{Diagnostic, Files, Join, Language, Span, Text, codes, text};
use kpi_diff::Diff;
use kpi_fmt::{DeclaredNames, FormatError, Keywords, format_words};
use kpi_report::{CiOutcome, CiReport, CiStage, ImpactReport, Review, Stage, Versions, render_summary};
use kpi_results::Equivalence;

use crate::args;
use crate::commands::diff::{Version, compare_versions, git, parse, version, without_data};
use crate::commands::since::Since;
use crate::console::{Console, Failure};
#[cfg(feature = "engine")]
use crate::data::ci as data;
#[cfg(feature = "engine")]
use crate::data::impact;
use crate::project::Project;

/// What the stages found.
pub(super) struct Found {
    pub stages: Vec<CiStage>,
    files: Files,
    tests: Option<Tests>,
    compared: Option<Compared>,
    #[cfg(feature = "engine")]
    impact: Option<impact::Found>,
}

/// The tests that ran, and what their results are called.
#[cfg(feature = "engine")]
type Tests = (kpi_results::Tested, kpi_report::Titles);
/// Without an engine none run.
#[cfg(not(feature = "engine"))]
enum Tests {}

/// Two versions side by side.
#[cfg_attr(not(feature = "engine"), allow(dead_code, reason = "only what runs them needs more than their difference"))]
struct Compared {
    diff: Diff,
    /// What can be told of results without data.
    standings: Option<Equivalence>,
    base: Version,
    head: Version,
    /// What the versions are called.
    names: (String, String),
}

impl Found {
    pub fn report(&self) -> CiReport<'_> {
        CiReport {
            stages: &self.stages,
            files: &self.files,
            tested: self.tests.as_ref().map(|tests| {
                #[cfg(feature = "engine")]
                return (&tests.0, &tests.1);
                #[cfg(not(feature = "engine"))]
                match *tests {}
            }),
            review: self.compared.as_ref().map(|compared| {
                let (base, head) = (compared.names.0.as_str(), compared.names.1.as_str());
                Review {
                    diff: &compared.diff,
                    versions: Versions { base, head },
                    standings: compared.standings.as_ref(),
                    impact: self.impact(),
                }
            }),
        }
    }

    #[cfg(feature = "engine")]
    fn impact(&self) -> Option<ImpactReport<'_>> {
        self.impact.as_ref().map(impact::Found::report)
    }

    #[cfg(not(feature = "engine"))]
    fn impact(&self) -> Option<ImpactReport<'_>> {
        None
    }
}

/// What a stage says of itself, before it is known how long it took.
pub(crate) struct Said {
    pub outcome: CiOutcome,
    pub found: Text,
    pub to_do: Option<Text>,
    pub findings: Vec<Diagnostic>,
    /// Into which files findings point; those of the project where there are none.
    pub files: Option<Files>,
}

impl Said {
    pub fn passed(found: Text) -> Said {
        Said { outcome: CiOutcome::Passed, found, to_do: None, findings: Vec::new(), files: None }
    }

    pub fn failed(found: Text, findings: Vec<Diagnostic>) -> Said {
        Said { outcome: CiOutcome::Failed, found, to_do: None, findings, files: None }
    }

    pub fn not_run(why: Text) -> Said {
        Said { outcome: CiOutcome::NotRun, found: why, to_do: None, findings: Vec::new(), files: None }
    }

    pub fn with(self, to_do: Text) -> Said {
        Said { to_do: Some(to_do), ..self }
    }

    /// What a stage says that was stopped.
    ///
    /// # Errors
    /// If kpi itself failed.
    pub fn stopped(failure: Failure, language: Language) -> Result<Said, Failure> {
        match failure {
            Failure::Io(error) => Err(Failure::Io(error)),
            Failure::Findings(findings, files) => {
                let found = Text::verbatim(render_summary(&findings, language));
                Ok(Said { files: Some(files), ..Said::failed(found, findings) })
            }
        }
    }
}

/// Gathers stages.
struct Stages {
    list: Vec<CiStage>,
    files: Files,
}

impl Stages {
    fn add(&mut self, stage: Stage, begun: Instant, said: Said, console: &Console<'_>) {
        let Said { outcome, found, to_do, findings, files } = said;
        let findings = console.with_short_paths(&findings);
        let files = files.unwrap_or_else(|| self.files.clone());
        // What did not run took no time that anybody asks for.
        let time = if outcome == CiOutcome::NotRun { Duration::ZERO } else { begun.elapsed() };
        self.list.push(CiStage { stage, outcome, found, to_do, time, findings, files });
    }
}

pub(super) fn run(args: &args::Ci, mut project: Project, console: &Console<'_>) -> Result<Found, Failure> {
    let path = args.project.path.as_deref();
    let since = args.changed_since.as_deref().map(|name| Since::find(name, path, &project, console)).transpose()?;
    let mut stages = Stages { list: Vec::new(), files: project.files.clone() };

    let begun = Instant::now();
    stages.add(Stage::Fmt, begun, format(&project), console);

    let begun = Instant::now();
    let analysis = project.analyse();
    stages.files = project.files.clone();
    let (said, sound) = check(&project, &analysis, since.as_ref(), console)?;
    stages.add(Stage::Check, begun, said, console);

    let begun = Instant::now();
    let (said, tests) = test(&project, &analysis, sound, since.as_ref())?;
    stages.add(Stage::Test, begun, said, console);

    let begun = Instant::now();
    let (said, exports) = read_data(&project, &analysis, sound, args, console)?;
    stages.add(Stage::Data, begun, said, console);

    let begun = Instant::now();
    let (said, compared) = diff(args, &project, console)?;
    stages.add(Stage::Diff, begun, said, console);

    let begun = Instant::now();
    let (mut said, impact) = find_impact(compared.as_ref(), exports, sound, args, console)?;
    if args.impact.fail_on.is_some() && said.outcome == CiOutcome::NotRun {
        said = said.with(text!("nobody has judged the limit of `--fail-on`: run it where the data are"));
    }
    stages.add(Stage::Impact, begun, said, console);
    #[cfg(not(feature = "engine"))]
    let () = impact;

    Ok(Found {
        stages: stages.list,
        files: stages.files,
        tests,
        compared,
        #[cfg(feature = "engine")]
        impact,
    })
}

fn format(project: &Project) -> Said {
    let policies = project.files.iter().take_while(|(id, _)| *id != project.toml);
    let (mut findings, mut unread, mut kept) = (Vec::new(), Vec::new(), 0_usize);
    for (id, file) in policies {
        match format_words(id, &file.text, Keywords::AsWritten, &DeclaredNames::default()) {
            Ok(formatted) if formatted == file.text => kept += 1,
            Ok(formatted) => {
                let same = file.text.bytes().zip(formatted.bytes()).take_while(|(a, b)| a == b).count();
                let start = u32::try_from(same.min(file.text.len())).unwrap_or_default();
                let place = Span { file: id, start, end: start };
                let message = text!("`{path}` is not in the one style", path = &file.path);
                let finding = Diagnostic::new(codes::config::NOT_IN_STYLE, message);
                findings.push(
                    finding.label(place, text!("the first difference")).help(text!("`kpi fmt` writes it in style")),
                );
            }
            Err(FormatError::Syntax(_) | FormatError::Meaning) => unread.push(file.path.clone()),
        }
    }
    if !unread.is_empty() {
        let list = Text::list(unread.iter().map(Text::quoted), Join::Comma);
        let said = Said::failed(text!("cannot be formatted: {list}", list), findings);
        return said.with(text!("mend what `kpi check` finds"));
    }
    match (findings.len(), kept) {
        (0, 1) => Said::passed(text!("1 file in style")),
        (0, n) => Said::passed(text!("{n} files in style", n)),
        (n, _) => Said::failed(text!("files that are not in style: {n}", n), findings)
            .with(text!("run `kpi fmt`, and commit what it writes")),
    }
}

/// Also says whether the policy is sound, whatever is told of it.
fn check(
    project: &Project,
    analysis: &Analysis,
    since: Option<&Since>,
    console: &Console<'_>,
) -> Result<(Said, bool), Failure> {
    let judged = match project.judge(analysis) {
        Ok(judged) => judged,
        Err(failure) => return Ok((Said::stopped(failure, console.language)?, false)),
    };
    let sound = analysis.model.is_some() && !judged.findings.iter().any(Diagnostic::is_error);
    let (findings, left_out) = match since {
        None => (judged.findings, None),
        Some(since) => {
            let narrowed = since.narrow(judged.findings, analysis, project);
            let left_out = narrowed.say(since);
            (narrowed.findings, left_out)
        }
    };
    let mut found = vec![match findings.as_slice() {
        [] => text!("no findings"),
        some => Text::verbatim(render_summary(some, console.language)),
    }];
    found.extend(left_out);
    if judged.known > 0 {
        found.push(text!("findings of the baseline that are not told: {n}", n = judged.known));
    }
    let found = Text::list(found, Join::Semicolon);
    let said = if findings.iter().any(Diagnostic::is_error) || !sound {
        Said::failed(found, findings).with(text!("`kpi check` shows them; `kpi explain CODE` says what to do"))
    } else {
        Said { findings, ..Said::passed(found) }
    };
    Ok((said, sound))
}

fn unsound() -> Said {
    Said::not_run(text!("the policy has errors")).with(text!("mend what `kpi check` finds"))
}

#[cfg(not(feature = "engine"))]
fn no_engine() -> Said {
    Said::not_run(text!("this kpi was built without its engine, and reads no data"))
        .with(text!("install kpi with its engine"))
}

#[cfg(feature = "engine")]
fn test(
    project: &Project,
    analysis: &Analysis,
    sound: bool,
    since: Option<&Since>,
) -> Result<(Said, Option<Tests>), Failure> {
    match &analysis.model {
        Some(model) if sound => data::test(project, model, &analysis.examples, since),
        _ => Ok((unsound(), None)),
    }
}

#[cfg(not(feature = "engine"))]
fn test(_: &Project, _: &Analysis, sound: bool, _: Option<&Since>) -> Result<(Said, Option<Tests>), Failure> {
    Ok((if sound { no_engine() } else { unsound() }, None))
}

/// What is there to compare versions by.
#[cfg(feature = "engine")]
type Exports = data::Exports;
#[cfg(not(feature = "engine"))]
type Exports = ();

#[cfg(feature = "engine")]
fn read_data(
    project: &Project,
    analysis: &Analysis,
    sound: bool,
    args: &args::Ci,
    console: &Console<'_>,
) -> Result<(Said, Exports), Failure> {
    match &analysis.model {
        Some(model) if sound => data::read(project, model, &args.impact, console),
        _ => Ok((unsound(), Exports::NotThere(text!("the policy has errors")))),
    }
}

#[cfg(not(feature = "engine"))]
fn read_data(
    _: &Project,
    _: &Analysis,
    sound: bool,
    _: &args::Ci,
    _: &Console<'_>,
) -> Result<(Said, Exports), Failure> {
    Ok((if sound { no_engine() } else { unsound() }, ()))
}

fn diff(args: &args::Ci, project: &Project, console: &Console<'_>) -> Result<(Said, Option<Compared>), Failure> {
    let path: Option<&Path> = args.project.path.as_deref();
    let asked = args.base.as_ref().or(args.changed_since.as_ref());
    let found = asked.map(|name| (name.clone(), name.clone())).or_else(|| git::fork(&project.root));
    let Some((base, shown)) = found else {
        let said = Said::not_run(text!("no base revision: the repository has no default branch of a remote"));
        return Ok((said.with(text!("name one with `--base`")), None));
    };
    let Ok(head) = parse(project.as_written()) else {
        return Ok((unsound(), None));
    };
    let base = match version(&base, path, console) {
        Ok(base) => base,
        Err(Failure::Findings(found, _)) if !found.iter().any(is_about_use) => {
            let said = Said::not_run(text!("the policy of `{shown}` cannot be read", shown));
            return Ok((said.with(text!("nothing, if the change mends it")), None));
        }
        Err(failure) => {
            let said = Said::stopped(failure, console.language)?;
            return Ok((said.with(text!("name another with `--base`; in CI, fetch the whole history")), None));
        }
    };
    let diff = compare_versions(&base, &head);
    let newer = text!("working tree").to(console.language);
    let meaning = diff.of(kpi_diff::Matter::Meaning).count();
    let found = match (diff.changes.len(), meaning) {
        (0, _) => text!("no change since {shown}", shown),
        (all, 0) => text!("no change in meaning since {shown}; others: {all}", shown, all),
        (all, n) => {
            text!("changes in meaning since {shown}: {n}; others: {others}", shown, n, others = all - n)
        }
    };
    let standings = without_data(&base, &head, &diff, console.language);
    Ok((Said::passed(found), Some(Compared { diff, standings, base, head, names: (shown, newer) })))
}

fn is_about_use(finding: &Diagnostic) -> bool {
    codes::config::ALL.contains(&finding.code)
}

#[cfg(feature = "engine")]
fn find_impact(
    compared: Option<&Compared>,
    exports: Exports,
    sound: bool,
    args: &args::Ci,
    console: &Console<'_>,
) -> Result<(Said, Option<impact::Found>), Failure> {
    if !sound {
        return Ok((unsound(), None));
    }
    let Some(Compared { diff, base, head, .. }) = compared else {
        return Ok((Said::not_run(text!("nothing to compare with")), None));
    };
    if !diff.changes_meaning() {
        return Ok((Said::passed(text!("nothing that can move anybody")), None));
    }
    let ends = impact::Ends { base: base.side(), head: head.side(), diff, project: &head.project };
    data::find_impact(&ends, exports, &args.impact, console)
}

#[cfg(not(feature = "engine"))]
fn find_impact(
    _: Option<&Compared>,
    (): Exports,
    sound: bool,
    _: &args::Ci,
    _: &Console<'_>,
) -> Result<(Said, ()), Failure> {
    Ok((if sound { no_engine() } else { unsound() }, ()))
}
