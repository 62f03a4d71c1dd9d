//! `kpi suggest targets`

use std::collections::BTreeMap;
use std::path::Path;

use kpi_base::{Diagnostic, FileId, Span, codes::config as codes, replace_parts, text};
use kpi_check::names::nearest;
use kpi_plan::Roots;
use kpi_report::{render_suggestions, render_suggestions_json, render_suggestions_markdown};
use kpi_results::Suggestions;
use kpi_suggest::{Suggested, Wish, suggest};
use kpi_value::Dec;

use super::inputs::Policy;
use super::numbers::Reader;
use super::pipeline::{compute, plan};
use crate::args::{self, ScenarioFormat, SuggestBy};
use crate::console::{Console, Exit, Failure};
use crate::project::Project;
use crate::replace::{cannot_write, replace, write_whole};

pub(crate) fn run(args: &args::SuggestTargets, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let to_stdout = args.patch.as_deref() == Some(Path::new("-"));
    console.json = args.format == ScenarioFormat::Json && !to_stdout;
    let mut project = Project::load(args.project.path.as_deref(), console)?;
    let Policy { model, .. } = project.check()?;
    let names = || model.indicators.iter().map(|(_, indicator)| indicator.title.name.as_str());
    if let Some(name) = args.indicator.iter().find(|name| !names().any(|known| known == name.as_str())) {
        let finding = Diagnostic::new(codes::NOTHING_OF_THIS_NAME, text!("there is no indicator `{name}`", name));
        let near = nearest(name, names());
        return Err(Failure::one(match near {
            Some(near) => finding.help(text!("did you mean `{near}`?", near)),
            None => finding,
        }));
    }
    let wish = Wish {
        quantile: share("--quantile", &args.quantile, Dec::ONE)?,
        growth: share("--growth", &args.growth, Dec::ONE)?,
        indicators: args.indicator.clone(),
        own: project.toml,
    };
    let reader = Reader { project: &project, model: &model, env: args.env.as_deref(), language: console.language };
    let (from, last) = reader.last_periods(args.period.as_deref(), args.last)?;
    let stages = plan(&model, (from, last), None, &Roots::all(&model))?;
    let data = reader.data(reader.inputs(&stages)?);
    let found = compute(&stages, data, |scored, _, _| suggest(&model, &project.files, scored, &wish));
    let Suggested { suggestions, edits, findings } = found.map_err(|found| project.fail(found))?;
    let shown = |period| model.policy.calendar.show(period);
    let suggestions =
        Suggestions { policy: model.policy.title.clone(), from: shown(from), to: shown(last), ..suggestions };
    console.report(&findings, &project.files)?;
    if !to_stdout {
        let text = match args.format {
            ScenarioFormat::Text => render_suggestions(&suggestions, console.look()),
            ScenarioFormat::Markdown => render_suggestions_markdown(&suggestions, console.language),
            ScenarioFormat::Json => render_suggestions_json(&suggestions)?,
        };
        console.out.write_all(text.as_bytes())?;
    }
    let texts = edited(&project, &edits, args.by);
    if let Some(path) = &args.patch {
        let patch = patch(&project, &texts);
        if to_stdout {
            console.out.write_all(patch.as_bytes())?;
        } else {
            let whole = console.cwd.join(path);
            write_whole(&whole, &patch).map_err(|error| cannot_write(&console.shown(&whole), &error))?;
        }
    }
    if args.write {
        for (id, text) in &texts {
            let Some(file) = project.files.get(*id) else { continue };
            let whole = console.cwd.join(&file.path);
            replace(&whole, text).map_err(|error| cannot_write(&file.path, &error))?;
        }
    }
    Ok(Exit::Clean)
}

/// A share from 0 to the most: `60%` or `0.6`.
fn share(option: &str, text: &str, most: Dec) -> Result<Dec, Failure> {
    let plain = text.trim();
    let read = match plain.strip_suffix(['%', '％']) {
        Some(percent) => percent.trim().parse::<Dec>().ok().and_then(|x| x.mul(Dec::percent(1)).ok()),
        None => plain.parse::<Dec>().ok(),
    };
    read.filter(|share| *share >= Dec::ZERO && *share <= most).ok_or_else(|| {
        let message = text!("`{text}` is no share for `{option}`", text, option);
        Failure::one(Diagnostic::new(codes::WRONG_VALUE, message).help(text!("write one from 0% to 100%, such as 60%")))
    })
}

/// The files in which targets are replaced, with their new texts.
fn edited(project: &Project, edits: &[(Span, [Option<String>; 2])], by: SuggestBy) -> BTreeMap<FileId, String> {
    let mut of_file: BTreeMap<FileId, Vec<(Span, &str)>> = BTreeMap::new();
    for (span, [by_quantile, by_growth]) in edits {
        let number = match by {
            SuggestBy::Quantile => by_quantile,
            SuggestBy::Growth => by_growth,
        };
        if let Some(number) = number {
            of_file.entry(span.file).or_default().push((*span, number));
        }
    }
    let edited = |(id, edits): (FileId, Vec<(Span, &str)>)| {
        let old = &project.files.get(id)?.text;
        let new = replace_parts(old, edits);
        (new != *old).then_some((id, new))
    };
    of_file.into_iter().filter_map(edited).collect()
}

/// A patch that `git apply` takes in the project's folder.
fn patch(project: &Project, texts: &BTreeMap<FileId, String>) -> String {
    let of_file = |(id, new): (&FileId, &String)| {
        let file = project.files.get(*id)?;
        let path = project.inside(&file.path);
        let hunks = kpi_fmt::render_diff(&path, &file.text, new, false);
        // The names of both sides, as git writes them.
        let (_, rest) = hunks.split_once("\n+++ ")?;
        let (_, rest) = rest.split_once('\n')?;
        Some(format!("diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n{rest}"))
    };
    texts.iter().filter_map(of_file).collect()
}
