//! A policy that passes the checker raises no type or unit error when it is computed: policies of chance, of which many are
//! ill-typed, are checked, and those that pass are computed by the naive interpreter and by the value stage.

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

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kpi_base::{Diagnostic, FileId};
use kpi_check::model::Model;
use kpi_plan::{Request, Roots, plan};
use kpi_score::score;
use kpi_testkit::compare::{first_difference, is_wholly_no_data};
use kpi_testkit::generate::Case;
use kpi_testkit::shrink::shrink;
use kpi_testkit::{Fault, interpret, read_or_fill, verify};

/// What a case showed.
enum Shown {
    /// The checker, or the parser, refuses it by this code.
    Refused(String),
    /// It passes and is computed.
    Sound { wholly_no_data: bool },
    /// It passes, and something is wrong with it at run time.
    Unsound(String),
}

fn check(text: &str) -> Result<Model, String> {
    let parsed = kpi_syntax::parse(FileId(0), text);
    if let Some(finding) = parsed.diagnostics.iter().find(|d| d.is_error()) {
        return Err(shown(finding, text));
    }
    let checked = kpi_check::check_meaning(&[parsed.file]);
    checked.model.ok_or_else(|| {
        let error = checked.diagnostics.iter().find(|d| d.is_error());
        error.map_or_else(|| "no error".to_owned(), |d| shown(d, text))
    })
}

/// The code, what it says, and of which words.
fn shown(finding: &Diagnostic, text: &str) -> String {
    let of = finding.labels.first().and_then(|label| text.get(label.span.start as usize..label.span.end as usize));
    format!("{}: {}: {}", finding.code, finding.message, of.unwrap_or_default())
}

fn run(case: &Case) -> Shown {
    let policy = case.policy();
    let model = match check(&policy) {
        Ok(model) => model,
        Err(code) => return Shown::Refused(code),
    };
    if let Err(why) = verify(&model, &policy) {
        return Shown::Unsound(format!("the model is ill-typed: {why}"));
    }
    let data = read_or_fill(&model, &case.tables, case.seed);
    let calendar = &model.policy.calendar;
    let (Ok(from), Ok(to)) = (calendar.parse(&case.from), calendar.parse(&case.to)) else {
        return Shown::Refused("another period".into());
    };
    let expected = match catch_unwind(AssertUnwindSafe(|| interpret(&model, &data, from, to))) {
        Ok(Err(Fault::Model(why))) => return Shown::Unsound(format!("the interpreter: {why}")),
        // Numbers too large, two rows where one is looked up: what data may always do to a run.
        Ok(Err(_)) => return Shown::Sound { wholly_no_data: true },
        Ok(Ok(expected)) => expected,
        Err(_) => return Shown::Unsound("the interpreter panics".into()),
    };
    let scored = catch_unwind(AssertUnwindSafe(|| {
        let plan = plan(&model, &Request { data_until: None, from, to, roots: Roots::all(&model) });
        let facts = answer::answer(&model, &plan, &data);
        let scored = score(&model, &plan, &facts);
        let stopped = scored.findings().iter().find(|d| d.is_error()).map(|d| format!("{}: {}", d.code, d.message));
        (scored.run(), stopped)
    }));
    let Ok((found, stopped)) = scored else { return Shown::Unsound("planner or value stage panic".into()) };
    match stopped {
        Some(why) => Shown::Unsound(format!("only the value stage stops: {why}")),
        None => match first_difference(&expected, &found) {
            Some(difference) => Shown::Unsound(difference),
            None => Shown::Sound { wholly_no_data: is_wholly_no_data(&expected) },
        },
    }
}

/// Which seeds are tried; `KPI_CASES` asks for more of them, `KPI_SEED` for other ones.
fn seeds(cases: u64) -> std::ops::Range<u64> {
    let number = |name: &str, default| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default);
    let first = number("KPI_SEED", 0);
    first..first + number("KPI_CASES", cases)
}

/// What became of all cases.
#[derive(Default)]
struct Tally {
    refused: u64,
    passed: u64,
    run: u64,
    with_data: u64,
    refusals: BTreeMap<String, (u64, Vec<String>)>,
}

impl Tally {
    fn refuse(&mut self, why: String) {
        self.refused += 1;
        let code = why.split(':').next().unwrap_or_default().to_owned();
        let found = self.refusals.entry(code).or_default();
        found.0 += 1;
        if found.1.len() < 3 {
            found.1.push(why);
        }
    }

    fn run(&mut self, seed: u64, case: &Case) {
        match run(case) {
            Shown::Refused(why) => self.refuse(why),
            Shown::Sound { wholly_no_data } => {
                self.run += 1;
                self.with_data += u64::from(!wholly_no_data);
            }
            Shown::Unsound(why) => report(seed, case, &why),
        }
    }

    /// Much passes and much is refused, and what passes is computed.
    fn assert_not_vacuous(&self) {
        let Tally { refused, passed, run, with_data, refusals } = self;
        println!(
            "{passed} pass, {refused} are refused; of {run} policies computed {with_data} have data: {refusals:#?}"
        );
        assert!(10 * passed >= passed + refused, "{passed} of {} pass", passed + refused);
        assert!(10 * refused >= passed + refused, "{refused} of {} are refused", passed + refused);
        assert!(10 * with_data >= 7 * run, "{with_data} of {run} have data");
    }
}

fn report(seed: u64, case: &Case, why: &str) {
    // A smaller case that is wrong in another way would tell of another mistake.
    let way = |why: &str| {
        let ways = ["the model", "the interpreter", "planner", "only", "K7007"];
        let known = ways.iter().find(|way| why.starts_with(**way)).map(|way| (*way).to_owned());
        known.or_else(|| why.rsplit('.').next().map(str::to_owned))
    };
    let small = shrink(case, 1500, &mut |case| matches!(run(case), Shown::Unsound(other) if way(&other) == way(why)));
    let last = match run(&small) {
        Shown::Unsound(why) => why,
        _ => String::new(),
    };
    let tables: String = small.tables.iter().map(|t| format!("{}\n{}\n", t.table, t.text())).collect();
    let policy = small.policy();
    panic!("seed {seed}: {why}\n\n{policy}\n{tables}\n{}..{}\nsmaller: {last}", small.from, small.to);
}

#[test]
fn formulas_put_together_at_random_are_refused_or_sound() {
    let mut tally = Tally::default();
    for seed in seeds(45) {
        let (mut case, wilds) = Case::wild(seed);
        if let Err(why) = check(&case.policy()) {
            panic!("seed {seed}: the simple policy is refused: {why}");
        }
        // What fits stays, so that formulas meet.
        for wild in &wilds {
            let next = case.with(wild);
            match check(&next.policy()) {
                Ok(_) => {
                    tally.passed += 1;
                    case = next;
                }
                Err(why) => tally.refuse(why),
            }
        }
        tally.run(seed, &case);
    }
    tally.assert_not_vacuous();
}

#[test]
fn policies_with_a_word_changed_are_refused_or_sound() {
    let mut tally = Tally::default();
    for seed in seeds(300) {
        tally.run(seed, &Case::mutant(seed, 1));
    }
    tally.passed = tally.run;
    tally.assert_not_vacuous();
}
