//! `kpi check`

use kpi_base::{Diagnostic, Files, Join, Text, text};
use kpi_check::model::Model;
use kpi_report::{
    render_findings, render_findings_concise, render_findings_github, render_findings_gitlab, render_findings_json,
    render_findings_junit, render_findings_markdown, render_findings_sarif,
};

use crate::args::{self, FindingsFormat};
use crate::commands::mend::mend;
use crate::commands::since::Since;
use crate::console::{Console, Exit, Failure, exit_of};
use crate::project::Project;
use crate::replace::{cannot_write, write_whole};

pub(crate) fn run(args: &args::Check, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let mut project = Project::load(args.project.path.as_deref(), console)?;
    if args.fix {
        let mended = mend(&mut project)?;
        if args.diff {
            mended.show(console)?;
            return Ok(if mended.is_empty() { Exit::Clean } else { Exit::Findings });
        }
        mended.write(console)?;
    }
    let analysis = project.analyse();
    if args.write_baseline {
        let baseline = project.baseline_of(&analysis).render()?;
        let path = project.baseline_path();
        write_whole(&path, &baseline).map_err(|error| cannot_write(&console.shown(&path), &error))?;
    }
    let mut judged = project.judge(&analysis)?;
    let mut left_out = None;
    if let Some(name) = &args.changed_since {
        let since = Since::find(name, args.project.path.as_deref(), &project, console)?;
        let narrowed = since.narrow(judged.findings, &analysis, &project);
        left_out = narrowed.say(&since);
        judged.findings = narrowed.findings;
    }
    let findings = judged.findings;
    match (args.format, args.output.as_deref()) {
        (FindingsFormat::Full, None) => console.report(&findings, &project.files)?,
        (format, None) => {
            let text = render(&findings, &project.files, format, console)?;
            console.out.write_all(text.as_bytes())?;
        }
        (format, Some(path)) => {
            let text = render(&findings, &project.files, format, console)?;
            let whole = console.cwd.join(path);
            write_whole(&whole, &text).map_err(|error| cannot_write(&console.shown(&whole), &error))?;
        }
    }
    for (n, line) in [
        (judged.known, text!("findings of the baseline that are not told: {n}", n = judged.known)),
        (
            judged.gone,
            text!(
                "entries of the baseline that are found no more: {n}; `kpi check --write-baseline` takes them out",
                n = judged.gone
            ),
        ),
    ] {
        if n > 0 {
            writeln!(console.err, "{}", line.to(console.language))?;
        }
    }
    if let Some(line) = left_out {
        writeln!(console.err, "{}", line.to(console.language))?;
    }
    // What another program reads on stdout is the findings and nothing else.
    let told = args.format == FindingsFormat::Full || args.output.is_some();
    if let Some(model) = analysis.model.filter(|_| told && !findings.iter().any(Diagnostic::is_error)) {
        summarise(&model, &findings, console)?;
    }
    Ok(exit_of(&findings))
}

fn render(
    findings: &[Diagnostic],
    files: &Files,
    format: FindingsFormat,
    console: &Console<'_>,
) -> Result<String, Failure> {
    let findings = &console.with_short_paths(findings);
    let look = kpi_report::Look { colour: false, ..console.look() };
    Ok(match format {
        FindingsFormat::Full => render_findings(findings, files, look),
        FindingsFormat::Concise => render_findings_concise(findings, files, look),
        FindingsFormat::Json => render_findings_json(findings, files, look.language)?,
        FindingsFormat::Sarif => render_findings_sarif(findings, files, look)?,
        FindingsFormat::Junit => {
            render_findings_junit(findings, files, look).map_err(|error| Failure::Io(std::io::Error::other(error)))?
        }
        FindingsFormat::Github => render_findings_github(findings, files, look),
        FindingsFormat::Gitlab => render_findings_gitlab(findings, files, look)?,
        FindingsFormat::Markdown => render_findings_markdown(findings, files, look),
    })
}

fn summarise(model: &Model, findings: &[Diagnostic], console: &mut Console<'_>) -> Result<(), Failure> {
    let mut indicators: Vec<&str> = model.indicators.iter().map(|(_, i)| i.title.name.as_str()).collect();
    indicators.sort_unstable();
    indicators.dedup();
    let parts = [
        match indicators.len() {
            1 => text!("1 indicator"),
            n => text!("{n} indicators", n),
        },
        match model.scorecards.len() {
            1 => text!("1 scorecard"),
            n => text!("{n} scorecards", n),
        },
        match model.incentives.len() {
            1 => text!("1 incentive"),
            n => text!("{n} incentives", n),
        },
        match model.rules.len() {
            1 => text!("1 rule"),
            n => text!("{n} rules", n),
        },
        match model.tests.len() {
            1 => text!("1 test"),
            n => text!("{n} tests", n),
        },
    ];
    let (policy, parts) = (&model.policy.title, Text::list(parts, Join::Comma));
    let line = if findings.is_empty() {
        text!("{policy}: no findings in {parts}", policy, parts)
    } else {
        text!("{policy}: no errors in {parts}", policy, parts)
    };
    writeln!(console.out, "{}", line.to(console.language))?;
    Ok(())
}
