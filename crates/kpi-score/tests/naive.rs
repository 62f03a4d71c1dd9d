//! Planner and value stage against the naive interpreter, on generated policies and data.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::type_complexity,
    reason = "a test stops where something is not as it must be"
)]

mod answer;

use kpi_base::FileId;
use kpi_check::model::Model;
use kpi_plan::{Roots, judged_inside, stages};
use kpi_score::score_stages;
use kpi_testkit::compare::{first_difference, is_wholly_no_data};
use kpi_testkit::coverage::Coverage;
use kpi_testkit::generate::Case;
use kpi_testkit::shrink::shrink;
use kpi_testkit::{Fault, interpret, read};

/// What a case showed.
enum Shown {
    Refused(String),
    Equal { wholly_no_data: bool },
    Different(String),
}

fn check(text: &str) -> Result<Model, String> {
    let parsed = kpi_syntax::parse(FileId(0), text);
    if let Some(finding) = parsed.diagnostics.iter().find(|d| d.is_error()) {
        return Err(format!("{}: {}", finding.code, finding.message));
    }
    let checked = kpi_check::check_meaning(&[parsed.file]);
    checked.model.ok_or_else(|| {
        let errors = checked.diagnostics.iter().filter(|d| d.is_error());
        errors.map(|d| format!("{}: {}", d.code, d.message)).take(3).collect::<Vec<_>>().join("; ")
    })
}

fn run(case: &Case) -> Shown {
    let model = match check(&case.policy()) {
        Ok(model) => model,
        Err(why) => return Shown::Refused(why),
    };
    let data = match read(&model, &case.tables) {
        Ok(data) => data,
        Err(why) => return Shown::Refused(why),
    };
    let calendar = &model.policy.calendar;
    let (from, to) = (calendar.parse(&case.from).unwrap(), calendar.parse(&case.to).unwrap());
    let stages = stages(&model, &judged_inside(&model, from, to), None, &Roots::all(&model));
    let facts: Vec<_> = stages.iter().map(|stage| answer::answer(&stage.model, &stage.plan, &data)).collect();
    let scored = score_stages(&stages, &facts);
    let stopped = scored.findings().iter().find(|d| d.is_error()).map(|d| format!("{}: {}", d.code, d.message));
    match (interpret(&model, &data, from, to), stopped) {
        (Err(Fault::Model(why)), _) => Shown::Different(format!("the interpreter refuses the model: {why}")),
        (Err(_), Some(_)) => Shown::Equal { wholly_no_data: true },
        (Err(fault), None) => Shown::Different(format!("the interpreter stops: {fault:?}")),
        (Ok(_), Some(why)) => Shown::Different(format!("the value stage stops: {why}")),
        (Ok(expected), None) => match first_difference(&expected, &scored.run((from, to))) {
            Some(difference) => Shown::Different(difference),
            None => Shown::Equal { wholly_no_data: is_wholly_no_data(&expected) },
        },
    }
}

/// How many cases are tried usually: so many that there are [`ENOUGH`] of each of [`CONSTRUCTS`].
const USUAL: u64 = 700;

/// How many cases each of [`CONSTRUCTS`] has at least.
const ENOUGH: u64 = 200;

/// What is used seldom by itself, and decides pay all the same.
const CONSTRUCTS: &[&str] = &[
    "at start",
    "card for flow source",
    "card for stock source",
    "dated",
    "exclude",
    "exists",
    "is known",
    "once when",
    "param by date",
    "rule for each indicator",
    "rule streak",
    "scale",
    "share of a group",
    "target by date",
    "then by",
    "then one of",
    "then step",
    "weighted",
    "window",
    "window in shorter periods",
    "year_ago",
    "year_ago of a week or day",
];

/// How many cases are tried; `KPI_CASES` asks for more.
fn cases() -> u64 {
    std::env::var("KPI_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(USUAL)
}

#[test]
fn planner_and_value_stage_agree_with_the_interpreter() {
    let mut coverage = Coverage::default();
    let mut refusals = std::collections::BTreeMap::new();
    for seed in 0..cases() {
        let case = Case::generate(seed, 1 + seed as u32 % 3);
        match run(&case) {
            Shown::Refused(why) => {
                let code = why.split(':').next().unwrap_or_default().to_owned();
                refusals.entry(code).or_insert((0, why)).0 += 1;
                coverage.reject();
            }
            Shown::Equal { wholly_no_data } => coverage.count(&case, wholly_no_data),
            Shown::Different(difference) => {
                let small = shrink(&case, 400, &mut |case| matches!(run(case), Shown::Different(_)));
                let last = match run(&small) {
                    Shown::Different(why) => why,
                    _ => String::new(),
                };
                let tables: String = small.tables.iter().map(|t| format!("{}\n{}\n", t.table, t.text())).collect();
                panic!(
                    "seed {seed}: {difference}\n\n{}\n{tables}\n{}..{}\nsmaller: {last}",
                    small.policy(),
                    small.from,
                    small.to
                );
            }
        }
    }
    println!("{coverage}\n{refusals:#?}");
    if cases() >= USUAL {
        for construct in CONSTRUCTS {
            let tried = coverage.cases_with(construct);
            assert!(tried >= ENOUGH, "{tried} cases use `{construct}`");
        }
    }
}
