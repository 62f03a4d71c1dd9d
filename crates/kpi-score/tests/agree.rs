//! Planner and value stage agree with the naive interpreter on generated policies and data.

mod support;

use kpi_testkit::compare::{first_difference, is_wholly_no_data};
use kpi_testkit::generate::Case;

/// What is different, if anything; none also for a case that the checker refuses or that faults.
fn difference(case: &Case) -> Result<Option<String>, String> {
    let model = kpi_testkit::check(&case.policy())?;
    let data = kpi_testkit::read(&model, &case.tables)?;
    let calendar = &model.policy.calendar;
    let (from, to) = (calendar.parse(&case.from).unwrap(), calendar.parse(&case.to).unwrap());
    let expected = kpi_testkit::interpret(&model, &data, from, to);
    let plan = support::plan(&model, from, to);
    let facts = support::facts(&model, &plan, &data);
    let scored = kpi_score::score(&model, &plan, &facts);
    let found = scored.run();
    let faulty = found.findings.iter().find(|f| f.is_error());
    match (expected, faulty) {
        (Ok(expected), None) => {
            let difference = first_difference(&expected, &found);
            if difference.is_none() && is_wholly_no_data(&expected) {
                return Err("wholly no data".into());
            }
            Ok(difference)
        }
        (Err(_), Some(_)) => Err("a fault".into()),
        (Err(fault), None) => Ok(Some(format!("expected the fault {fault:?}"))),
        (Ok(_), Some(finding)) => Ok(Some(format!("unexpected: {} {}", finding.code, finding.message))),
    }
}

#[test]
fn generated_policies_agree() {
    let cases = std::env::var("KPI_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    let first: u64 = std::env::var("KPI_FIRST").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let (mut agreed, mut others, mut failures) = (0, std::collections::BTreeMap::new(), Vec::new());
    for seed in first..first + cases {
        let case = Case::generate(seed, 1 + (seed % 4) as u32);
        match difference(&case) {
            Ok(None) => agreed += 1,
            Ok(Some(difference)) => failures.push((seed, difference)),
            Err(why) => *others.entry(why.chars().take(60).collect::<String>()).or_insert(0) += 1,
        }
    }
    println!("{agreed} agree, {} differ; {others:?}", failures.len());
    if let Some((seed, first)) = failures.first() {
        for (seed, difference) in failures.iter().take(40) {
            println!("seed {seed}: {difference}");
        }
        let case = Case::generate(*seed, 1 + (seed % 4) as u32);
        let small = kpi_testkit::shrink::shrink(&case, 300, &mut |case| matches!(difference(case), Ok(Some(_))));
        let tables: Vec<String> = small.tables.iter().map(|t| format!("## {}\n{}", t.table, t.text())).collect();
        panic!(
            "seed {seed}: {first}\nshrunk: {:?}\n{}\n{}\n{} .. {}",
            difference_of(&small),
            small.policy(),
            tables.join("\n"),
            small.from,
            small.to
        );
    }
}

fn difference_of(case: &Case) -> Option<String> {
    difference(case).ok().flatten()
}
