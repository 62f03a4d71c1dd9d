//! The report for a comment on a pull request, and for the summary of a job.

use kpi_base::text;

use super::{CiOutcome, CiReport, Stage, show_time, worst};
use crate::findings::{escape_cell, fence, findings_table};
use crate::{Look, render_diff_markdown, render_impact_markdown, render_tests};

/// A table of the stages, then what was found, stage by stage.
pub fn render_ci_markdown(report: CiReport<'_>, look: Look) -> String {
    let look = Look { colour: false, ..look };
    let mut out = format!("### kpi ci: {}\n\n", look.say(report.summary()));
    let heads = [text!("stage"), text!("outcome"), text!("time"), text!("what was found"), text!("what to do")]
        .map(|head| look.say(head));
    out += &format!("| {} |\n|---|---|--:|---|---|\n", heads.join(" | "));
    for stage in report.stages {
        let (sign, ran) = match stage.outcome {
            CiOutcome::Passed => ("✅", true),
            CiOutcome::Failed => ("❌", true),
            CiOutcome::NotRun => ("⚪", false),
        };
        let row = [
            stage.stage.name().to_owned(),
            format!("{sign} {}", look.say(stage.outcome.word())),
            if ran { show_time(stage.time) } else { String::new() },
            look.say(stage.found.clone()),
            stage.to_do.clone().map(|text| look.say(text)).unwrap_or_default(),
        ];
        out += &format!("| {} |\n", row.map(|cell| escape_cell(&cell)).join(" | "));
    }
    for stage in report.stages.iter().filter(|stage| !stage.findings.is_empty()) {
        out += &format!("\n#### {}\n\n", stage.stage.name());
        out += &findings_table(&worst(&stage.findings), &stage.files, look);
        let tested = report.tested.filter(|(tested, _)| stage.stage == Stage::Test && tested.failed().next().is_some());
        if let Some((tested, titles)) = tested {
            let whole = render_tests(tested, titles, &stage.files, look);
            let title = look.say(text!("how the results came about"));
            out += &format!("\n<details><summary>{title}</summary>\n\n{}</details>\n", fence(whole.trim()));
        }
    }
    if let Some(review) = report.review.filter(|review| !review.diff.changes.is_empty()) {
        out += "\n#### diff\n\n";
        out += &render_diff_markdown(&review, look.language);
        out += &review.impact.map(|impact| render_impact_markdown(impact, look.language)).unwrap_or_default();
    }
    out
}
