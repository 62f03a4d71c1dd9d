//! `kpi test`

use kpi_base::{Diagnostic, Text, codes::tests as codes, text};
use kpi_check::model::{Model, Test};
use kpi_report::{Titles, render_test, render_tests, render_tests_json, render_tests_junit};
use kpi_results::Tested;
use kpi_value::Dec;

use super::inputs::Policy;
use super::progress::watch_tests;
use super::test_run::run_tests;
use super::titles::titles;
use crate::args::{self, TestFormat};
use crate::commands::since::Since;
use crate::console::{Console, Exit, Failure};
use crate::project::Project;
use crate::replace::{cannot_write, write_whole};

pub(crate) fn run(args: &args::Test, console: &mut Console<'_>) -> Result<Exit, Failure> {
    console.json = args.format == TestFormat::Json && args.output.is_none();
    // One word that is no folder is the text that names are to contain.
    let path = args.project.path.as_deref();
    let filter = args.filter.as_deref();
    let word = path.filter(|path| filter.is_none() && !console.cwd.join(path).exists());
    let filter = filter.or_else(|| word.and_then(|word| word.to_str()));
    let mut project = Project::load(path.filter(|_| word.is_none()), console)?;
    let Policy { model, examples, warnings } = project.check()?;
    console.report(&warnings, &project.files)?;
    let wanted = filter.map(str::to_lowercase);
    let matches =
        |(_, test): &(&Model, &Test)| wanted.as_ref().is_none_or(|filter| test.name.to_lowercase().contains(filter));
    // The examples of entries are tests of their own small policies.
    let all =
        || std::iter::once(&model).chain(&examples).flat_map(|model| model.tests.iter().map(move |test| (model, test)));
    let mut tests: Vec<(&Model, &Test)> = all().filter(matches).collect();
    if tests.is_empty() {
        return Err(no_test(&model, filter));
    }
    if let Some(name) = &args.changed_since {
        let since = Since::find(name, path.filter(|_| word.is_none()), &project, console)?;
        let all = tests.len();
        tests.retain(|(_, test)| since.reaches(test));
        writeln!(console.err, "{}", say_reached(tests.len(), all, &since).to(console.language))?;
    }
    let titles = titles(&model);
    // What another program reads on the first stream is the report and nothing else.
    let told = args.format == TestFormat::Text || args.output.is_some();
    let look = console.look();
    let progress = watch_tests(args.progress, console.interactive, tests.len(), console.language);
    let asked = args.coverage || args.min_coverage.is_some();
    let mut coverage = asked.then(|| kpi_test::coverage::list(&model, &project.files));
    let outcomes = run_tests(&model, &tests, &project, (args.jobs, args.fail_fast), &mut coverage, &mut |outcome| {
        let Some(progress) = &progress else {
            return if told { console.out.write_all(render_test(outcome, look).as_bytes()) } else { Ok(()) };
        };
        progress.inc(1);
        // The bar stands below the lines, which would else be written over it.
        progress.suspend(|| if told { console.out.write_all(render_test(outcome, look).as_bytes()) } else { Ok(()) })
    })?;
    if let Some(progress) = &progress {
        progress.finish_and_clear();
    }
    let tested = Tested {
        not_run: tests.len() - outcomes.len(),
        tests: outcomes,
        not_matching: all().count() - tests.len(),
        coverage,
    };
    if told {
        console.out.write_all(render_tests(&tested, &titles, &project.files, look).as_bytes())?;
    }
    if args.format != TestFormat::Text || args.output.is_some() {
        let report = render(&tested, &titles, &project, args.format, console)?;
        match &args.output {
            None => console.out.write_all(report.as_bytes())?,
            Some(path) => {
                let whole = console.cwd.join(path);
                write_whole(&whole, &report).map_err(|error| cannot_write(&console.shown(&whole), &error))?;
            }
        }
    }
    let too_little = args.min_coverage.and_then(|share| covers_too_little(&tested, share));
    console.report(too_little.as_slice(), &project.files)?;
    let good = too_little.is_none() && tested.failed().next().is_none();
    Ok(if good { Exit::Clean } else { Exit::Findings })
}

/// How many of the tests the change reaches.
pub(crate) fn say_reached(reached: usize, all: usize, since: &Since) -> Text {
    text!("{reached} of {all} tests are reached by the change since {name}", reached, all, name = &since.name)
}

fn covers_too_little(tested: &Tested, share: Dec) -> Option<Diagnostic> {
    let coverage = tested.coverage.as_ref().filter(|coverage| !coverage.reaches(share))?;
    let (reached, sites) = (coverage.reached(), coverage.sites.len());
    let wanted = share.mul(Dec::HUNDRED).unwrap_or(share);
    let message =
        text!("the tests reach {reached} of {sites} sites, and {wanted}% are demanded", reached, sites, wanted);
    let finding = Diagnostic::new(codes::COVERAGE, message);
    Some(finding.help(text!("`kpi test --coverage` lists what no test shows")))
}

fn render(
    tested: &Tested,
    titles: &Titles,
    project: &Project,
    format: TestFormat,
    console: &Console<'_>,
) -> Result<String, Failure> {
    let look = kpi_report::Look { colour: false, ..console.look() };
    let files = &project.files;
    Ok(match format {
        TestFormat::Text => {
            let lines: String = tested.tests.iter().map(|test| render_test(test, look)).collect();
            lines + &render_tests(tested, titles, files, look)
        }
        TestFormat::Json => render_tests_json(tested, files, look.language)?,
        TestFormat::Junit => render_tests_junit(tested, titles, files, look)
            .map_err(|error| Failure::Io(std::io::Error::other(error)))?,
    })
}

fn no_test(model: &Model, filter: Option<&str>) -> Failure {
    let (message, help) = match filter {
        Some(filter) if !model.tests.is_empty() => {
            let names: Vec<_> = model.tests.iter().take(5).map(|test| format!("\n  {}", test.name)).collect();
            let more = if model.tests.len() > 5 { "\n  …" } else { "" };
            let names = names.concat() + more;
            (text!("no test's name contains `{filter}`", filter), text!("the tests are{names}", names))
        }
        _ => (
            text!("the policy has no test"),
            text!("write one: `test \"what it shows\" { period 2026-10 … expect … }`"),
        ),
    };
    Failure::one(Diagnostic::new(codes::NO_TEST, message).help(help))
}
