//! What the generator writes passes the checker, and the interpreter finds data in most of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kpi_testkit::compare::is_wholly_no_data;
use kpi_testkit::coverage::Coverage;
use kpi_testkit::generate::Case;
use kpi_testkit::{check, interpret, read};

#[test]
fn generated_policies_are_checked_and_interpreted() {
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default);
    let (first, cases) = (number("KPI_SEED", 0), number("KPI_CASES", 100));
    let mut coverage = Coverage::default();
    let mut faults = 0;
    for seed in first..first + cases {
        let case = Case::generate(seed, 1 + (seed % 4) as u32);
        let model = match check(&case.policy()) {
            Ok(model) => model,
            Err(why) => {
                println!("seed {seed}: {why}");
                coverage.reject();
                continue;
            }
        };
        let data = read(&model, &case.tables).unwrap();
        let period = |text: &str| model.policy.calendar.parse(text).unwrap();
        match interpret(&model, &data, period(&case.from), period(&case.to)) {
            Ok(run) => coverage.count(&case, is_wholly_no_data(&run)),
            Err(fault) => {
                println!("seed {seed}: {fault:?}");
                faults += 1;
                coverage.count(&case, true);
            }
        }
    }
    println!("{coverage}{faults} faults");
    assert!(coverage.share_rejected() <= 5.0, "the generator writes policies that are refused");
    assert!(coverage.share_with_data() >= 70.0, "too many results are wholly no data");
}
