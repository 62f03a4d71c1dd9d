//! Names of generated policies stand for what the checker says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kpi_base::FileId;
use kpi_check::occurrences::Occurrences;
use kpi_testkit::generate::Case;
use kpi_testkit::names::disagreements;

#[test]
fn names_of_generated_policies_stand_for_what_the_checker_says() {
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default);
    let (first, cases) = (number("KPI_SEED", 0), number("KPI_CASES", 200));
    let mut names = 0;
    for seed in first..first + cases {
        let text = Case::generate(seed, 1 + (seed % 4) as u32).policy();
        let files = [kpi_syntax::parse(FileId(0), &text).file];
        let Some(model) = kpi_check::check_meaning(&files).model else { continue };
        let occurrences = Occurrences::find(&files);
        let (wrong, agreed) = disagreements(&files, &occurrences, &model);
        assert!(wrong.is_empty(), "seed {seed}:\n{}\n{text}", wrong.join("\n"));
        names += agreed;
    }
    assert!(names > 1000, "{names}");
}
