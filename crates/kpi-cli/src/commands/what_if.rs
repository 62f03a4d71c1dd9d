//! `kpi what-if`: what other values would do, with no file changed.

use std::collections::BTreeMap;

use kpi_base::{
    Diagnostic, FileId, Files, Join, Language, SourceFile, Span, Text, codes::config as codes, replace_parts, text,
};
use kpi_check::names::nearest;
use kpi_diff::{Diff, Place, compare, places, same_path};
use kpi_report::{Look, Review, Versions, render_scenarios, render_scenarios_markdown};
use kpi_results::Equivalence;
use serde_json::{Value, json};

use super::diff::{Found, Version, find_impact, parse, render, without_data};
use crate::args::{self, DiffFormat, ScenarioFormat};
use crate::console::{Console, Exit, Failure};
use crate::project::Project;
use crate::replace::{cannot_write, write_whole};

/// A scenario: a name, and the settings that make it.
struct Scenario {
    name: String,
    sets: Vec<Set>,
}

/// What a scenario does.
struct Outcome {
    diff: Diff,
    standings: Option<Equivalence>,
    impact: Option<Found>,
}

/// One setting, with where it is written on the command line.
struct Set {
    path: String,
    value: String,
    place: Span,
}

pub(crate) fn run(args: &args::WhatIf, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let mut written = Files::new();
    let scenarios = read_scenarios(args, &mut written, console.language)?;
    let base = parse(Project::load(args.project.path.as_deref(), console)?)?;
    let known = places(base.side());
    let mut heads = Vec::new();
    for scenario in &scenarios {
        heads.push(with_sets(&base, &known, &scenario.sets, &written)?);
    }
    let today = text!("today").to(console.language);
    let mut found = Vec::new();
    for head in &heads {
        let diff = compare(base.side(), head.side());
        let impact = find_impact(&base, head, &diff, &args.impact, console)?;
        let standings = without_data(&base, head, &diff, console.language);
        found.push(Outcome { diff, standings, impact });
    }
    let exceeds = found.iter().any(|found| found.impact.as_ref().is_some_and(|impact| impact.exceeds()));
    let look = match &args.output {
        None => console.look(),
        Some(_) => Look { colour: false, ..console.look() },
    };
    let text = told(&scenarios, &found, args.format, &today, look)?;
    match &args.output {
        None => console.out.write_all(text.as_bytes())?,
        Some(path) => {
            let whole = console.cwd.join(path);
            write_whole(&whole, &text).map_err(|error| cannot_write(&console.shown(&whole), &error))?;
        }
    }
    Ok(if exceeds { Exit::Findings } else { Exit::Clean })
}

/// What is told: of several scenarios how they compare, then each by itself.
fn told(
    scenarios: &[Scenario],
    found: &[Outcome],
    format: ScenarioFormat,
    today: &str,
    look: Look,
) -> Result<String, Failure> {
    let each = |format: DiffFormat| {
        scenarios.iter().zip(found).map(move |(scenario, found)| {
            let versions = Versions { base: today, head: &scenario.name };
            let (standings, impact) = (found.standings.as_ref(), found.impact.as_ref().map(Found::report));
            render(&Review { diff: &found.diff, versions, standings, impact }, format, look)
        })
    };
    let compared = || -> Vec<_> {
        let pairs = scenarios.iter().zip(found);
        pairs.filter_map(|(scenario, found)| Some((scenario.name.as_str(), found.impact.as_ref()?.report()))).collect()
    };
    Ok(match format {
        ScenarioFormat::Text => {
            let compared = compared();
            let table = if compared.len() > 1 { render_scenarios(&compared, look) } else { String::new() };
            let each: Vec<String> = each(DiffFormat::Text).collect::<Result<_, _>>()?;
            format!("{}{table}", each.join("\n"))
        }
        ScenarioFormat::Markdown => {
            let compared = compared();
            let table =
                if compared.len() > 1 { render_scenarios_markdown(&compared, look.language) } else { String::new() };
            let each: Vec<String> = each(DiffFormat::Markdown).collect::<Result<_, _>>()?;
            format!("{}{table}", each.join("\n"))
        }
        ScenarioFormat::Json => {
            let each: Vec<String> = each(DiffFormat::Json).collect::<Result<_, _>>()?;
            let each: Vec<Value> = each.iter().map(|text| serde_json::from_str(text)).collect::<Result<_, _>>()?;
            let named =
                scenarios.iter().zip(each).map(|(scenario, diff)| json!({ "name": scenario.name, "diff": diff }));
            serde_json::to_string_pretty(&json!({ "scenarios": named.collect::<Vec<_>>() }))? + "\n"
        }
    })
}

/// The scenarios of the command line; each argument becomes a file, so that findings have places.
fn read_scenarios(args: &args::WhatIf, written: &mut Files, language: Language) -> Result<Vec<Scenario>, Failure> {
    let mut scenarios = Vec::new();
    if !args.set.is_empty() {
        let mut sets = Vec::new();
        for (n, text) in args.set.iter().enumerate() {
            let file = written.add(SourceFile::new(format!("--set {}", n + 1), text.clone()));
            sets.push(read_set(written, file, 0, text)?);
        }
        scenarios.push(Scenario { name: text!("what if").to(language), sets });
    }
    for (n, text) in args.scenario.iter().enumerate() {
        let file = written.add(SourceFile::new(format!("--scenario {}", n + 1), text.clone()));
        let Some((name, rest)) = text.split_once(": ").filter(|(name, _)| !name.contains('=')) else {
            let message = text!("a scenario has a name, a colon, and settings");
            let help =
                text!("write `--scenario 'softer: watch_time.target.growth = ≥ 40s; host_card.gmv.weight = 50%'`");
            return Err(refuse(written, whole(file, text), message, help));
        };
        let mut sets = Vec::new();
        let mut at = text.len() - rest.len();
        for part in rest.split(';') {
            if !part.trim().is_empty() {
                sets.push(read_set(written, file, at, part)?);
            }
            at += part.len() + 1;
        }
        scenarios.push(Scenario { name: name.trim().to_owned(), sets });
    }
    Ok(scenarios)
}

/// `PATH = VALUE`, which begins at a byte of the argument.
fn read_set(written: &Files, file: FileId, at: usize, text: &str) -> Result<Set, Failure> {
    let lead = text.len() - text.trim_start().len();
    let place = Span { file, start: (at + lead) as u32, end: (at + text.trim_end().len()) as u32 };
    // Behind a bracket: a row may have `≥` and no `=`, but `>=` is written too.
    let equals = text.match_indices('=').find(|(i, _)| {
        let before = text.get(..*i).unwrap_or_default();
        let open = before.matches('[').count() > before.matches(']').count();
        !open && !before.ends_with(['<', '>', '=', '!'])
    });
    let parts =
        equals.map(|(i, _)| text.split_at(i)).map(|(path, value)| (path.trim(), value.trim_start_matches('=').trim()));
    match parts.filter(|(path, value)| !path.is_empty() && !value.is_empty()) {
        Some((path, value)) => Ok(Set { path: path.to_owned(), value: value.to_owned(), place }),
        None => {
            let help = text!("write `host_card.watch_time.weight = 20%`: a path, an equals sign, a value");
            Err(refuse(written, place, text!("this sets nothing"), help))
        }
    }
}

fn whole(file: FileId, text: &str) -> Span {
    Span { file, start: 0, end: text.len() as u32 }
}

fn refuse(written: &Files, place: Span, message: Text, help: Text) -> Failure {
    let finding = Diagnostic::new(codes::WHAT_IF, message).label(place, Text::default()).help(help);
    Failure::Findings(vec![finding], written.clone())
}

/// The policy with other values.
fn with_sets(base: &Version, known: &[Place], sets: &[Set], written: &Files) -> Result<Version, Failure> {
    let mut edits: BTreeMap<FileId, Vec<(Span, &str)>> = BTreeMap::new();
    let mut taken: Vec<(Span, &Set)> = Vec::new();
    for set in sets {
        let Some(place) = known.iter().find(|place| same_path(&place.path, &set.path)) else {
            return Err(unknown(set, known, written));
        };
        // A row is written with its bound, and takes the place of all of it.
        let row = place.row.filter(|_| set.value.contains([':', '：']));
        let span = row.unwrap_or(place.span);
        if taken.iter().any(|(other, _)| other.file == span.file && other.start < span.end && span.start < other.end) {
            let message = text!("`{path}` is set twice", path = set.path);
            return Err(refuse(written, set.place, message, text!("two values make two scenarios: `--scenario`")));
        }
        taken.push((span, set));
        edits.entry(span.file).or_default().push((span, &set.value));
    }
    let mut texts = BTreeMap::new();
    for (id, edits) in edits {
        let text = base.project.files.get(id).map(|file| file.text.as_str()).unwrap_or_default();
        texts.insert(id, replace_parts(text, edits));
    }
    let project = base.project.with_files(base.project.files.with_texts(&texts));
    // What cannot be read any more, or is wrong now, is the fault of what was set.
    let head = parse(project)?;
    let (mut files, mut parsed) = (head.project.files.clone(), head.side().parsed.to_vec());
    let mut findings = kpi_stdlib::load(&mut files, &mut parsed);
    findings.extend(kpi_check::check_meaning(&parsed).diagnostics);
    findings.retain(Diagnostic::is_error);
    if findings.is_empty() { Ok(head) } else { Err(Failure::Findings(findings, files)) }
}

fn unknown(set: &Set, known: &[Place], written: &Files) -> Failure {
    let message = text!("the policy has no value `{path}`", path = set.path);
    let first = set.path.split(['.', '[']).next().unwrap_or_default().trim();
    let of = |name: &str| -> Vec<&str> {
        let own = known.iter().map(|place| place.path.as_str());
        own.filter(|path| path.split(['.', '[']).next() == Some(name)).collect()
    };
    let own = of(first);
    let help = match nearest(&set.path, known.iter().map(|place| place.path.as_str())) {
        Some(near) => text!("did you mean `{near}`?", near),
        None if !own.is_empty() => {
            let list = Text::list(own.into_iter().take(12).map(Text::quoted), Join::Comma);
            text!("of `{name}` can be set: {list}", name = first, list)
        }
        None => {
            let mut names: Vec<&str> = known.iter().filter_map(|place| place.path.split(['.', '[']).next()).collect();
            names.dedup();
            let near = nearest(first, names.iter().copied());
            let names = near.map_or(names, |near| vec![near]);
            text!(
                "values are set of {list}",
                list = Text::list(names.into_iter().take(12).map(Text::quoted), Join::Comma)
            )
        }
    };
    refuse(written, set.place, message, help)
}
