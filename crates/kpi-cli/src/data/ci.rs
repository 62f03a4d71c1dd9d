//! The stages of `kpi ci` that need the engine: tests, exports against their contracts, and whom a change moves.

use std::collections::BTreeSet;

use kpi_base::{Diagnostic, Join, Language, Text, text};
use kpi_check::model::{Model, TableId, Test};
use kpi_engine::Options;
use kpi_plan::{Facts, Roots};
use kpi_report::Titles;
use kpi_results::Tested;
use kpi_value::Date;

use super::impact::{self, Ends};
use super::numbers::Known;
use super::periods::{read_data_date, read_periods};
use super::pipeline::{Data, answer_data, plan, tables};
use super::progress::watch;
use super::test::say_reached;
use super::test_run::run_tests;
use super::titles::titles;
use crate::args;
use crate::commands::ci::stages::Said;
use crate::commands::since::Since;
use crate::console::{Console, Failure};
use crate::project::Project;

/// Runs the tests of a sound policy, those that a change reaches if one is given.
pub(crate) fn test(
    project: &Project,
    model: &Model,
    examples: &[Model],
    since: Option<&Since>,
) -> Result<(Said, Option<(Tested, Titles)>), Failure> {
    let of_all =
        || std::iter::once(model).chain(examples).flat_map(|model| model.tests.iter().map(move |test| (model, test)));
    let all = of_all().count();
    if all == 0 {
        let said = Said::not_run(text!("the policy has no test"));
        return Ok((said.with(text!("write one: `kpi explain K5104`")), None));
    }
    let tests: Vec<(&Model, &Test)> =
        of_all().filter(|(_, test)| since.is_none_or(|since| since.reaches(test))).collect();
    let outcomes = run_tests(model, &tests, project, (None, false), &mut None, &mut |_| Ok(()))?;
    let tested = Tested { tests: outcomes, not_run: 0, not_matching: all - tests.len(), coverage: None };
    let failed = tested.failed().count();
    let passed = tested.tests.len() - failed;
    let mut found = vec![text!("{passed} passed, {failed} failed", passed, failed)];
    found.extend(since.map(|since| say_reached(tests.len(), all, since)));
    let found = Text::list(found, Join::Semicolon);
    let findings: Vec<Diagnostic> =
        tested.failed().flat_map(|test| &test.failures).map(|failure| failure.finding.clone()).collect();
    let said = match failed {
        0 => Said::passed(found),
        _ => Said::failed(found, findings).with(text!("`kpi test` shows how the results came about")),
    };
    Ok((said, Some((tested, titles(model)))))
}

/// Whether there are exports by which versions can be compared.
pub(crate) enum Exports {
    /// All, and the last period in which each has rows, if one is known.
    There(Option<String>),
    /// Not all: why.
    NotThere(Text),
}

/// Reads every export that a run reads, once, against its contract.
pub(crate) fn read(
    project: &Project,
    model: &Model,
    args: &args::Impact,
    console: &Console<'_>,
) -> Result<(Said, Exports), Failure> {
    match try_read(project, model, args, console) {
        Ok(found) => Ok(found),
        Err(failure) => {
            let said = stopped(failure, args.show_private, console.language)?;
            let said = said.with(text!("mend the exports, or what `kpi.toml` says of them"));
            Ok((said, Exports::NotThere(text!("the exports break their contract"))))
        }
    }
}

fn try_read(
    project: &Project,
    model: &Model,
    args: &args::Impact,
    console: &Console<'_>,
) -> Result<(Said, Exports), Failure> {
    let environment = args.data.env.as_deref();
    let asked = args.periods.period.is_some() || args.periods.from.is_some();
    let judged = if asked {
        read_periods(&args.periods, model)?
    } else {
        // Which period is planned for has no say in what is told of the exports.
        let any = model.policy.calendar.period(model.policy.period, Date(0));
        (any, any)
    };
    let data_until = if asked { read_data_date(&args.periods, model, judged.0)? } else { None };
    let wanted =
        |roots: &Roots| -> Result<BTreeSet<TableId>, Failure> { Ok(tables(&plan(model, judged, data_until, roots)?)) };
    let all = Roots::all(model);
    let every = wanted(&all)?;
    let missing = project.missing(model, &every, environment)?;
    // Cards can be looked at without what only pay needs.
    let cards = Roots { incentives: BTreeSet::new(), rules: BTreeSet::new(), ..all.clone() };
    let of_cards = if cards.scorecards.is_empty() { BTreeSet::new() } else { wanted(&cards)? };
    let only_pay = missing.iter().all(|(id, _)| !of_cards.contains(id)) && !of_cards.is_empty();
    let gone = Text::list(missing.iter().map(|(id, file)| say_missing(model, *id, *file)), Join::Comma);
    if !missing.is_empty() && !only_pay {
        let why = text!("no data: {gone}", gone);
        let said = Said::not_run(why.clone()).with(text!("put the exports where `kpi.toml` says, or name an `--env`"));
        return Ok((said, Exports::NotThere(why)));
    }
    let roots = if missing.is_empty() { &all } else { &cards };
    let stages = plan(model, judged, data_until, roots)?;
    let read = tables(&stages);
    let inputs = project.inputs(model, &read, environment)?;
    let progress = watch(args.data.progress, console.interactive, console.language);
    let options = Options { progress, any_period: !asked };
    let data = Data { inputs, options, on_bad_row: args.data.on_bad_row };
    let (facts, _) = answer_data(&stages, data).map_err(|findings| project.fail(findings))?;
    let last = Known::of(model, &stages, &facts).map(|known| model.policy.calendar.show(known.last));
    let findings = hide(findings_of(&facts), args.show_private, console.language);
    let n = read.len();
    let found = match n {
        1 => text!("1 export keeps its contract"),
        n => text!("{n} exports keep their contracts", n),
    };
    if missing.is_empty() {
        return Ok((Said { findings, ..Said::passed(found) }, Exports::There(last)));
    }
    let why = text!("no salaries, or whatever else only pay reads: {gone}", gone);
    let found = Text::list([found, why.clone()], Join::Semicolon);
    Ok((Said { findings, ..Said::passed(found) }, Exports::NotThere(why)))
}

fn findings_of(facts: &[Facts]) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for finding in facts.iter().flat_map(|facts| &facts.findings) {
        if !found.contains(finding) {
            found.push(finding.clone());
        }
    }
    found
}

fn say_missing(model: &Model, id: TableId, file: Option<&str>) -> Text {
    match file {
        Some(file) => text!("`{file}` is not here", file),
        None => text!("no file is bound to `{name}`", name = &model.tables[id].title.name),
    }
}

/// Runs both versions over the exports.
pub(crate) fn find_impact(
    ends: &Ends<'_>,
    exports: Exports,
    args: &args::Impact,
    console: &Console<'_>,
) -> Result<(Said, Option<impact::Found>), Failure> {
    let last = match exports {
        Exports::NotThere(why) => return Ok((Said::not_run(why), None)),
        Exports::There(None) if args.periods.period.is_none() && args.periods.from.is_none() => {
            let said = Said::not_run(text!("no export has a row with a time: which period is to be judged?"));
            return Ok((said.with(text!("add `--period`")), None));
        }
        Exports::There(last) => last,
    };
    let args = &args.judging(last);
    let found = match impact::find_impact(ends, args, console) {
        Ok(found) => found,
        Err(failure) => return Ok((stopped(failure, args.show_private, console.language)?, None)),
    };
    let report = found.report();
    let moved = report.impact.moves.len();
    let found_text = match moved {
        0 => text!("moves nobody"),
        n => text!("cards, pay and rules that move: {n}", n),
    };
    let said = if found.exceeds() {
        let limits = Text::list(report.exceeded.iter().map(Text::quoted), Join::Comma);
        let found = Text::list([found_text, text!("more than `--fail-on` allows: {limits}", limits)], Join::Semicolon);
        Said::failed(found, Vec::new()).with(text!("change the policy, or agree on the limit anew"))
    } else {
        Said::passed(found_text)
    };
    Ok((said, Some(found)))
}

fn stopped(failure: Failure, show_private: bool, language: Language) -> Result<Said, Failure> {
    let mut said = Said::stopped(failure, language)?;
    said.findings = hide(said.findings, show_private, language);
    Ok(said)
}

/// What findings about rows and people say to everybody: which kind, and where. What stands there is for those who hold the exports.
fn hide(findings: Vec<Diagnostic>, show_private: bool, language: Language) -> Vec<Diagnostic> {
    let hide = |mut finding: Diagnostic| {
        let of_rows = match &finding.place {
            Some(place) => place.line.is_some() || place.row.is_some() || place.cell.is_some(),
            None => true,
        };
        let of_people = finding.code.name().starts_with("K6") && of_rows || finding.code.name().starts_with("K7");
        if show_private || !of_people {
            return finding;
        }
        finding.message = Text::verbatim(finding.code.title_in(language));
        finding.help = Some(text!("`--show-private` shows what stands there"));
        finding.fixes.clear();
        finding.labels.iter_mut().for_each(|label| label.text = Text::default());
        if let Some(place) = &mut finding.place {
            place.cell = None;
        }
        finding
    };
    findings.into_iter().map(hide).collect()
}
