//! Plan, engine and value stage against the naive interpreter, over files of generated cases.
//!
//! `KPI_CASES` says how many cases are tried (default 250), `KPI_SEED` from which on; `KPI_WITHOUT=track,previous` leaves out
//! those that use these constructs. A case that fails is made smaller and
//! printed whole: the policy, the data and the first value in which the two differ.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

/// Prints past the test harness, which keeps the output of a test that passes to itself.
macro_rules! tell_always {
    ($($part:tt)*) => {{
        let _ = writeln!(std::io::stderr(), $($part)*);
    }};
}

mod engine;

use std::collections::BTreeMap;
use std::io::Write as _;

use kpi_score::Fault;
use kpi_testkit::compare::{first_difference, is_wholly_no_data};
use kpi_testkit::coverage::Coverage;
use kpi_testkit::generate::Case;
use kpi_testkit::shrink::shrink;
use kpi_testkit::{check, interpret, read};

use engine::Executed;

/// What a case showed.
enum Shown {
    /// Its policy or its data were refused.
    Refused(String),
    /// Both found the same, or both stopped.
    Equal {
        wholly_no_data: bool,
    },
    Different(String),
}

fn try_case(case: &Case) -> Shown {
    let model = match check(&case.policy()) {
        Ok(model) => model,
        Err(why) => return Shown::Refused(why),
    };
    let data = match read(&model, &case.tables) {
        Ok(data) => data,
        Err(why) => return Shown::Refused(why),
    };
    let (from, to) = engine::periods(&model, case);
    let expected = interpret(&model, &data, from, to);
    let found = Executed::new(&model, case).and_then(|executed| executed.run(None));
    match (expected, found) {
        (Ok(expected), Ok(found)) => match first_difference(&expected, &found) {
            Some(difference) => Shown::Different(difference),
            None => Shown::Equal { wholly_no_data: is_wholly_no_data(&expected) },
        },
        (Err(_), Err(_)) => Shown::Equal { wholly_no_data: true },
        (Ok(_), Err(why)) => Shown::Different(format!("the engine stops: {why}")),
        (Err(fault), Ok(_)) => Shown::Different(format!("the interpreter stops: {fault:?}")),
    }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn size(seed: u64) -> u32 {
    1 + (seed % 4) as u32
}

/// What kind of difference it is: two values, or who stops why.
fn kind(difference: &str) -> Option<&str> {
    difference.starts_with("the ").then(|| difference.get(..24).unwrap_or(difference))
}

fn tell(case: &Case, why: &str) -> String {
    let mut text = format!("seed {}: {why}\n\n{}", case.seed, case.policy());
    for table in case.tables.iter().filter(|table| !table.rows.is_empty()) {
        text.push_str(&format!("// {}.csv\n{}\n", table.table, table.text()));
    }
    text + &format!("// judged: {} to {}\n", case.from, case.to)
}

/// What a command has on its main thread; in a build for debugging Polars takes more than the two megabytes of a test's.
const STACK: usize = 8 << 20;

#[test]
fn engine_and_interpreter_agree() {
    let all = std::thread::Builder::new().stack_size(STACK).spawn(compare_all).unwrap();
    if let Err(panic) = all.join() {
        std::panic::resume_unwind(panic);
    }
}

fn compare_all() {
    let (first, cases) = (number("KPI_SEED", 0), number("KPI_CASES", 250));
    let mut coverage = Coverage::default();
    let mut refused = BTreeMap::new();
    let mut different = Vec::new();
    let without = std::env::var("KPI_WITHOUT").unwrap_or_default();
    for seed in first..first + cases {
        let case = Case::generate(seed, size(seed));
        if without.split(',').any(|construct| case.tags.contains(construct)) {
            continue;
        }
        match try_case(&case) {
            Shown::Equal { wholly_no_data } => coverage.count(&case, wholly_no_data),
            Shown::Refused(why) => {
                coverage.reject();
                let code = why.split(':').next().unwrap_or_default().to_owned();
                refused.entry(code).or_insert((seed, why));
            }
            Shown::Different(difference) => different.push((case, difference)),
        }
    }
    tell_always!("{coverage}");
    for (seed, why) in refused.values() {
        tell_always!("refused, seed {seed}: {why}");
    }
    for (case, difference) in &different {
        tell_always!("seed {}: {difference}", case.seed);
    }
    if let Some((case, difference)) = different.first() {
        let small = shrink(
            case,
            400,
            &mut |case| matches!(try_case(case), Shown::Different(other) if kind(&other) == kind(difference)),
        );
        let Shown::Different(difference) = try_case(&small) else { panic!("the case no longer differs") };
        panic!("{} of {cases} cases differ\n{}", different.len(), tell(&small, &difference));
    }
    assert!(coverage.share_rejected() <= 20.0, "the generator writes policies that are refused");
    assert!(coverage.share_with_data() >= 70.0, "too many results are wholly no data");
}

/// Faults that the tests above would find show that they would find real ones.
#[test]
fn planted_faults_are_found() {
    const WITHIN: u64 = 2_000;
    let mut open = vec![
        Fault::GreaterForAtLeast,
        Fault::HalfEven,
        Fault::NoDataAsZero,
        Fault::WindowOffByOne,
        Fault::TieByOrder,
        Fault::WeekByFirstDay,
        Fault::MeanOfActuals,
        Fault::StintOffByOne,
    ];
    for seed in 0..WITHIN {
        if open.is_empty() {
            return;
        }
        let case = Case::generate(seed, size(seed));
        let Ok(model) = check(&case.policy()) else { continue };
        let Ok(data) = read(&model, &case.tables) else { continue };
        let (from, to) = engine::periods(&model, &case);
        let Ok(expected) = interpret(&model, &data, from, to) else { continue };
        let Ok(executed) = Executed::new(&model, &case) else { continue };
        open.retain(|fault| {
            let found = executed.run(Some(*fault)).ok();
            let difference = found.and_then(|found| first_difference(&expected, &found));
            if let Some(difference) = &difference {
                tell_always!("{fault:?} is found by case {}: {difference}", seed + 1);
            }
            difference.is_none()
        });
    }
    panic!("not found in {WITHIN} cases: {open:?}");
}
