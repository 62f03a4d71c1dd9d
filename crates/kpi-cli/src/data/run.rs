//! `kpi run`

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::Path;

use kpi_base::{Diagnostic, Text, codes::config as codes, text};
use kpi_check::model::{Model, ScorecardId};
use kpi_check::names::nearest;
use kpi_engine::{Options, OutColumn, write_parquet};
use kpi_plan::Roots;
use kpi_report::{
    Cells, FlatTable, Show, View, flatten, render_csv, render_csv_parts, render_json, render_quarantine, render_run,
};
use kpi_results::{CardStatus, Run};
use kpi_score::Staged;

use super::groups::Grouping;
use super::inputs::Policy;
use super::output::Output;
use super::periods::{read_data_date, read_periods};
use super::pipeline::{Data, compute, plan, tables};
use super::progress::watch;
use super::titles::{add_subject_names, plan_subject_names, titles};
use crate::args::{self, FailOn, Format, OnBadRow};
use crate::console::{Console, Exit, Failure};
use crate::project::Project;

pub(crate) fn run(args: &args::Run, console: &mut Console<'_>) -> Result<Exit, Failure> {
    console.json = args.format == Format::Json;
    let table_files = matches!(args.format, Format::Csv | Format::Parquet);
    if table_files && args.out.is_none() {
        let finding =
            Diagnostic::new(codes::NEEDS_OUT, text!("this format writes four files and needs a folder for them"));
        return Err(Failure::one(finding.help(text!("add `--out results/`"))));
    }
    let mut project = Project::load(args.project.path.as_deref(), console)?;
    let Policy { model, warnings, .. } = project.check()?;
    let (from, to) = read_periods(&args.periods, &model)?;
    let data_until = read_data_date(&args.periods, &model, from)?;
    let only = args.only.as_deref().map(|name| Only::find(name, &model));
    let roots = match only {
        Some(Only::Card(card)) => Roots::of_card(&model, card),
        _ => Roots::all(&model),
    };
    let mut stages = plan(&model, (from, to), data_until, &roots)?;
    stages.iter_mut().for_each(|stage| plan_subject_names(&model, &mut stage.plan));
    let grouping =
        (args.view == args::Show::Team || args.by.is_some()).then(|| Grouping::find(&model, args.by.as_deref()));
    let grouping = grouping.transpose()?;
    if let Some(grouping) = &grouping {
        stages.iter_mut().for_each(|stage| grouping.plan(&model, &mut stage.plan));
    }
    let mut titles = titles(&model);
    let inputs = project.inputs(&model, &tables(&stages), args.data.env.as_deref())?;
    // Before the work: a folder that cannot be written is told at once.
    let output = args.out.as_deref().map(|dir| Output::open(dir, console)).transpose()?;
    let progress = watch(args.data.progress, console.interactive, console.language);
    let data = Data { inputs, options: Options { progress, ..Options::default() }, on_bad_row: args.data.on_bad_row };
    // Tables of everybody are written as they are made; whatever else is shown needs the run as a whole.
    let in_parts =
        if args.format == Format::Csv && !matches!(only, Some(Only::Subject(_))) { output.as_ref() } else { None };
    let found = compute(&stages, data, |scored, facts, quarantine| -> Result<_, Failure> {
        if let (Some(output), OnBadRow::Skip) = (&output, args.data.on_bad_row) {
            let bad: Vec<(&str, Diagnostic)> = quarantine
                .rows(&model)
                .flat_map(|(table, bad)| {
                    console.with_short_paths(std::slice::from_ref(bad)).into_iter().map(move |bad| (table, bad))
                })
                .collect();
            let bad = bad.iter().map(|(table, bad)| (*table, bad));
            output.write("quarantine.csv", |path| fs::write(path, render_quarantine(bad, console.language)))?;
        }
        if let Some(output) = in_parts {
            write_csv_parts(scored, output)?;
            return Ok((scored.head((from, to)), scored.is_incomplete()));
        }
        facts.iter().for_each(|facts| add_subject_names(&mut titles, &model, facts));
        if let Some(grouping) = &grouping {
            for (stage, facts) in stages.iter().zip(facts) {
                grouping.add(&mut titles, &model, facts, (stage.plan.from, stage.plan.to));
            }
        }
        let mut run = scored.run((from, to));
        if let Some(Only::Subject(subject)) = only {
            run.findings = scored.findings_about(Some(subject));
        }
        Ok((run, false))
    });
    let found = found.map_err(|found| project.fail(warnings.iter().cloned().chain(found).collect()));
    let (mut run, incomplete) = found??;
    run.findings.splice(0..0, warnings);
    run.findings = console.with_short_paths(&run.findings);
    if let Some(only) = only {
        only.narrow(&mut run, &model)?;
    }
    let show = match args.view {
        args::Show::Cards => Show::Cards,
        args::Show::Team => Show::Team,
        args::Show::Ranking => Show::Ranking,
        args::Show::Progress => Show::Progress,
    };
    let view = match only {
        Some(Only::Subject(subject)) => View { subject: Some(subject), scorecard: None, show },
        Some(Only::Card(card)) => View { subject: None, scorecard: Some(&model.scorecards[card].title.name), show },
        None => View { show, ..View::default() },
    };

    let text = |console: &Console<'_>, colour: bool| {
        let look = kpi_report::Look { colour, ..console.look() };
        render_run(&run, &titles, view, look)
    };
    match (&output, args.format) {
        (None, Format::Json) => {
            console.out.write_all(render_json(&run, &project.files, console.language)?.as_bytes())?;
        }
        (None, _) => {
            let text = text(console, console.colour);
            console.out.write_all(text.as_bytes())?;
        }
        (Some(output), Format::Json) => {
            let json = render_json(&run, &project.files, console.language)?;
            output.write("run.json", |path| fs::write(path, json))?;
        }
        (Some(output), Format::Text) => output.write("run.txt", |path| fs::write(path, text(console, false)))?,
        (Some(_), Format::Csv) if in_parts.is_some() => {}
        (Some(output), Format::Csv) => {
            for (name, text) in render_csv(&run) {
                output.write(&format!("{name}.csv"), |path| fs::write(path, text))?;
            }
        }
        (Some(output), Format::Parquet) => {
            for table in flatten(&run) {
                output.write(&format!("{}.parquet", table.name), |path| parquet(table, path))?;
            }
        }
    }
    if let Some(output) = output {
        output.commit()?;
    }
    if args.format != Format::Json || args.out.is_some() {
        console.report(&run.findings, &project.files)?;
    }
    let incomplete = incomplete || run.cards.iter().any(|card| card.status == CardStatus::Incomplete);
    // The process ends: taking a large run apart piece by piece would only cost time.
    std::mem::forget(run);
    Ok(if incomplete && args.fail_on == Some(FailOn::Incomplete) { Exit::Findings } else { Exit::Clean })
}

/// What `--only` names.
#[derive(Clone, Copy)]
enum Only<'a> {
    /// A scorecard of the policy.
    Card(ScorecardId),
    /// Anything else is a subject's key.
    Subject(&'a str),
}

impl<'a> Only<'a> {
    fn find(name: &'a str, model: &Model) -> Only<'a> {
        let named = |wanted: &dyn Fn(&kpi_check::model::Title) -> bool| {
            model.scorecards.iter().find(|(_, card)| wanted(&card.title)).map(|(id, _)| id)
        };
        let card = named(&|title| title.name == name).or_else(|| named(&|title| title.label.as_deref() == Some(name)));
        card.map_or(Only::Subject(name), Only::Card)
    }

    /// Leaves in a run what is wanted of it.
    fn narrow(self, run: &mut Run, model: &Model) -> Result<(), Failure> {
        let Only::Subject(subject) = self else { return Ok(()) };
        let cards = run.cards.iter().map(|c| c.subject.as_str());
        let others =
            run.incentives.iter().map(|p| p.subject.as_str()).chain(run.rules.iter().map(|r| r.subject.as_str()));
        let subjects: Vec<&str> = cards.chain(others).collect();
        if !subjects.contains(&subject) {
            return Err(no_subject(subject, &subjects, run, model));
        }
        run.cards.retain(|card| card.subject == subject);
        run.incentives.retain(|pay| pay.subject == subject);
        run.rules.retain(|rule| rule.subject == subject);
        Ok(())
    }
}

fn no_subject(name: &str, subjects: &[&str], run: &Run, model: &Model) -> Failure {
    let period = &run.period;
    let when = if period.from == period.to {
        Text::verbatim(&*period.from)
    } else {
        text!("{from} to {to}", from = period.from, to = period.to)
    };
    let message = text!("neither a subject with a card in {when} nor a scorecard is called `{name}`", when, name);
    let scorecards = model.scorecards.iter().map(|(_, card)| card.title.name.as_str());
    let finding = Diagnostic::new(codes::NOTHING_OF_THIS_NAME, message);
    let help = match nearest(name, subjects.iter().copied().chain(scorecards)) {
        Some(near) => text!("did you mean `{near}`?", near),
        None => text!("without `--only` the run shows every subject"),
    };
    Failure::one(finding.help(help))
}

fn write_csv_parts(scored: &Staged<'_>, output: &Output) -> Result<(), Failure> {
    output.write_by_and_by("csv", |write| render_csv_parts(scored.parts(), |n| scored.part(n), write))
}

fn parquet(table: FlatTable<'_>, path: &Path) -> io::Result<()> {
    let columns: Vec<_> = table.columns.into_iter().map(|column| (column.name, out_column(column.cells))).collect();
    write_parquet(&columns, path)
}

fn out_column(cells: Cells<'_>) -> OutColumn {
    match cells {
        Cells::Text(cells) => OutColumn::Text(cells.into_iter().map(|cell| cell.map(Cow::into_owned)).collect()),
        Cells::Number(cells) => OutColumn::Dec(cells, kpi_value::Dec::SCALE),
        Cells::Whole(cells) => OutColumn::Int(cells.into_iter().map(|cell| cell.map(i64::from)).collect()),
    }
}
