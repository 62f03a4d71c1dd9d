//! `kpi diff`

mod bindings;
pub(super) mod git;
mod told;

use std::io;
use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, FileId, codes::config as codes, text};
use kpi_diff::{Diff, Side, compare};
use kpi_report::{
    Look, Review, Versions, render_diff, render_diff_github, render_diff_gitlab, render_diff_html, render_diff_json,
    render_diff_markdown, render_impact, render_impact_html, render_impact_markdown,
};
use kpi_syntax::ast;

use crate::args::{self, DiffFormat};
use crate::console::{Console, Exit, Failure};
#[cfg(feature = "engine")]
use crate::data::impact;
#[cfg(feature = "engine")]
pub(super) use crate::data::impact::Found;
use crate::project::{CONFIG, Project};
use crate::replace::{cannot_write, write_whole};
pub(super) use told::without_data;

/// The parsed files of one version.
pub(crate) struct Version {
    pub project: Project,
    pub parsed: Vec<ast::File>,
}

pub(crate) fn run(args: &args::Diff, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let base = version(&args.base, args.path.as_deref(), console)?;
    let head = match &args.head {
        Some(head) => version(head, args.path.as_deref(), console)?,
        None => parse(Project::load(args.path.as_deref(), console)?)?,
    };
    let diff = compare_versions(&base, &head);
    let newer = args.head.clone().unwrap_or_else(|| text!("working tree").to(console.language));
    let versions = Versions { base: &args.base, head: &newer };
    let found = find_impact(&base, &head, &diff, &args.impact, console)?;
    let standings = without_data(&base, &head, &diff, console.language);
    let impact = found.as_ref().map(Found::report);
    let review = Review { diff: &diff, versions, standings: standings.as_ref(), impact };
    match &args.output {
        None => {
            let text = render(&review, args.format, console.look())?;
            console.out.write_all(text.as_bytes())?;
        }
        Some(path) => {
            let text = render(&review, args.format, Look { colour: false, ..console.look() })?;
            let whole = console.cwd.join(path);
            write_whole(&whole, &text).map_err(|error| cannot_write(&console.shown(&whole), &error))?;
        }
    }
    let exceeds = found.is_some_and(|found| found.exceeds());
    Ok(if exceeds || args.exit_code && diff.changes_meaning() { Exit::Findings } else { Exit::Clean })
}

/// What changes from one version to the other: the policy, and what is bound to its tables.
pub(super) fn compare_versions(base: &Version, head: &Version) -> Diff {
    let mut diff = compare(base.side(), head.side());
    bindings::add_bindings(base, head, &mut diff);
    diff
}

/// What the change does to data, if that is asked for.
#[cfg(feature = "engine")]
pub(super) fn find_impact(
    base: &Version,
    head: &Version,
    diff: &Diff,
    args: &args::Impact,
    console: &Console<'_>,
) -> Result<Option<Found>, Failure> {
    if !impact::is_wanted(args) {
        return Ok(None);
    }
    let ends = impact::Ends { base: base.side(), head: head.side(), diff, project: &head.project };
    impact::find_impact(&ends, args, console).map(Some)
}

#[cfg(not(feature = "engine"))]
pub(super) fn find_impact(
    _: &Version,
    _: &Version,
    _: &Diff,
    args: &args::Impact,
    _: &Console<'_>,
) -> Result<Option<Found>, Failure> {
    let asked = args.periods.period.is_some() || args.periods.from.is_some();
    if asked || args.fail_on.is_some() { Err(super::no_engine()) } else { Ok(None) }
}

/// Without an engine there is no impact.
#[cfg(not(feature = "engine"))]
pub(super) enum Found {}

#[cfg(not(feature = "engine"))]
impl Found {
    pub fn report(&self) -> kpi_report::ImpactReport<'_> {
        match *self {}
    }

    pub fn exceeds(&self) -> bool {
        match *self {}
    }
}

pub(super) fn render(review: &Review<'_>, format: DiffFormat, look: Look) -> Result<String, Failure> {
    let impact = review.impact;
    Ok(match format {
        DiffFormat::Text => {
            let found = impact.map(|impact| render_impact(impact, look)).unwrap_or_default();
            render_diff(review, look) + &found
        }
        DiffFormat::Json => render_diff_json(review)?,
        DiffFormat::Markdown => {
            let found = impact.map(|impact| render_impact_markdown(impact, look.language)).unwrap_or_default();
            render_diff_markdown(review, look.language) + &found
        }
        DiffFormat::Html => {
            let found = impact.map(|impact| render_impact_html(impact, look.language)).unwrap_or_default();
            render_diff_html(review, look.language).replace("</html>\n", &format!("{found}</html>\n"))
        }
        DiffFormat::Github => render_diff_github(review, look.language),
        DiffFormat::Gitlab => render_diff_gitlab(review, look.language)?,
    })
}

/// The version that is called so: a folder of a project, else a revision of the project's repository.
pub(crate) fn version(name: &str, project: Option<&Path>, console: &Console<'_>) -> Result<Version, Failure> {
    let folder = console.cwd.join(name);
    if folder.join(CONFIG).is_file() {
        return parse(Project::load(Some(Path::new(name)), console)?);
    }
    if folder.is_dir() {
        let message = text!("there is no `kpi.toml` in `{folder}`", folder = name);
        return Err(Failure::one(Diagnostic::new(codes::NO_VERSION, message)));
    }
    let root = Project::load(project, console)?.root;
    // The same project, with the same paths as the working tree shows, in a folder of its own.
    let place = root.strip_prefix(&console.cwd).map(Path::to_path_buf).unwrap_or_default();
    let copy = tempfile::tempdir()?;
    git::copy(name, &root, &copy.path().join(&place), console)?;
    let (mut out, mut err) = (io::sink(), io::sink());
    let there = Console::plain(&mut out, &mut err, copy.path().to_owned());
    let path = if place.as_os_str().is_empty() { PathBuf::from(".") } else { place };
    // A revision has the policy; the exports are where the project is.
    let mut version = parse(Project::load(Some(&path), &there)?)?;
    version.project.root = root;
    Ok(version)
}

/// What can be read is compared, sound or not: `kpi check` tells the rest.
pub(crate) fn parse(project: Project) -> Result<Version, Failure> {
    let (mut parsed, mut findings) = (Vec::new(), Vec::new());
    let policies: Vec<FileId> = project.files.iter().map(|(id, _)| id).filter(|id| *id != project.toml).collect();
    for (id, file) in policies.into_iter().filter_map(|id| Some((id, project.files.get(id)?))) {
        let result = kpi_syntax::parse(id, &file.text);
        findings.extend(result.diagnostics.into_iter().filter(Diagnostic::is_error));
        parsed.push(result.file);
    }
    if findings.is_empty() { Ok(Version { project, parsed }) } else { Err(Failure::Findings(findings, project.files)) }
}

impl Version {
    pub fn side(&self) -> Side<'_> {
        Side { files: &self.project.files, parsed: &self.parsed }
    }
}
