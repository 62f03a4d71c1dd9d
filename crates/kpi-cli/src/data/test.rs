//! `kpi test`

use kpi_base::{Diagnostic, codes::tests as codes, text};
use kpi_check::model::{Model, Test};
use kpi_engine::{Input, Inputs, Options, execute};
use kpi_plan::plan;
use kpi_report::{Titles, render_derivation, render_findings};
use kpi_test::{Failure as Unmet, judge, request, unknown_columns};

use super::inputs::Policy;
use super::titles::titles;
use crate::args;
use crate::console::{Console, Exit, Failure};
use crate::project::Project;

pub(crate) fn run(args: &args::Project, filter: Option<&str>, console: &mut Console<'_>) -> Result<Exit, Failure> {
    // One word that is no folder is the text that names are to contain.
    let path = args.path.as_deref();
    let word = path.filter(|path| filter.is_none() && !console.cwd.join(path).exists());
    let filter = filter.or_else(|| word.and_then(|word| word.to_str()));
    let mut project = Project::load(path.filter(|_| word.is_none()), console)?;
    let Policy { model, warnings } = project.check()?;
    console.report(&warnings, &project.files)?;
    let wanted = filter.map(str::to_lowercase);
    let matches = |test: &&Test| wanted.as_ref().is_none_or(|filter| test.name.to_lowercase().contains(filter));
    let tests: Vec<&Test> = model.tests.iter().filter(matches).collect();
    if tests.is_empty() {
        return Err(no_test(&model, filter));
    }
    let titles = titles(&model);
    let mut failed = Vec::new();
    for test in &tests {
        let unmet = run_test(&model, test, &project)?;
        let outcome = if unmet.is_empty() { text!("ok    ") } else { text!("FAILED") };
        writeln!(console.out, "{} {}", outcome.to(console.language), test.name)?;
        if !unmet.is_empty() {
            failed.push((test, unmet));
        }
    }
    for (test, unmet) in &failed {
        writeln!(console.out, "\n── {} ──\n", test.name)?;
        for failure in unmet {
            write_failure(failure, &project, &titles, console)?;
        }
    }
    let passed = tests.len() - failed.len();
    let skipped = model.tests.len() - tests.len();
    let summary = match skipped {
        0 => text!("{passed} passed, {failed} failed", passed, failed = failed.len()),
        _ => text!("{passed} passed, {failed} failed, {skipped} not matching", passed, failed = failed.len(), skipped),
    };
    writeln!(console.out, "\n{}", summary.to(console.language))?;
    Ok(if failed.is_empty() { Exit::Clean } else { Exit::Findings })
}

/// Runs one test: what it fails by.
fn run_test(model: &Model, test: &Test, project: &Project) -> Result<Vec<Unmet>, Failure> {
    let only = |finding: Diagnostic| Unmet { finding, derivation: Vec::new() };
    let plan = plan(model, &request(model, test));
    let tables = test.tables.iter().map(|table| (table.table, Input::Inline(table.clone())));
    let inputs: Inputs = tables.collect();
    let facts = match execute(model, &plan, &inputs, &Options::default()) {
        Ok(facts) => facts,
        Err(findings) if findings.is_empty() => return Err(project.fail(findings)),
        Err(findings) => return Ok(findings.into_iter().map(only).collect()),
    };
    let unknown = unknown_columns(model, test, &plan, &facts);
    if !unknown.is_empty() {
        return Ok(unknown);
    }
    let mut scored = kpi_score::score(model, &plan, &facts);
    let errors: Vec<_> = scored.findings().into_iter().filter(Diagnostic::is_error).map(only).collect();
    Ok(if errors.is_empty() { judge(test, &mut scored, &project.files) } else { errors })
}

fn write_failure(
    failure: &Unmet,
    project: &Project,
    titles: &Titles,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let look = console.look();
    let text = render_findings(std::slice::from_ref(&failure.finding), &project.files, look);
    console.out.write_all(text.as_bytes())?;
    for derivation in &failure.derivation {
        console.out.write_all(render_derivation(derivation, titles, look).as_bytes())?;
        writeln!(console.out)?;
    }
    Ok(())
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
