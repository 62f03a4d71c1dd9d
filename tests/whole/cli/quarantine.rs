//! Rows that break their contract, set aside by `--on-bad-row skip`.

use crate::support::Project;

const RUN: &str = "run --period 2026-10";
const SKIP: &str = "run --period 2026-10 --on-bad-row skip";

/// October with a row of each kind that cannot be read, and somebody whose role nobody has: her sessions go with her.
fn spoilt() -> Project {
    let live = Project::live().read("exports/live-2026-10.csv");
    let staff = Project::live().read("exports/staff.csv");
    let bad = "\
S90,A01,A05,2026-10-04 20:00,12.345,90000,3000
S91,A99,A05,2026-10-04 20:00,50000,90000,3000

S92,A01,A05,2026-10-32 20:00,50000,90000,3000
S93,A01,A05,2026-10-04 20:00,50000,90000
S94,A77,A05,2026-10-04 20:00,50000,90000,3000
";
    Project::live()
        .write("exports/live-2026-10.csv", format!("{}\n{bad}", live.trim_end()))
        .write("exports/staff.csv", format!("{}\nA77,王五,主持,T1,8000\n", staff.trim_end()))
}

#[test]
fn the_run_is_as_if_they_were_not_there() {
    let clean = Project::live().kpi(RUN);
    let skipped = spoilt().kpi(SKIP);
    assert_eq!((skipped.code, &skipped.out), (clean.code, &clean.out), "{}", skipped.whole());
    assert_eq!(spoilt().kpi(RUN).code, 1);
    insta::assert_snapshot!("quarantine", skipped.err);
}

#[test]
fn every_output_says_so() {
    let project = spoilt();
    let json = project.kpi(&format!("{SKIP} --format json")).out;
    assert!(json.contains("K6042"), "{json}");
    for format in ["text", "json", "csv", "parquet"] {
        let outcome = project.kpi(&format!("{SKIP} --format {format} --out {format}"));
        assert_eq!(outcome.code, 0, "{}", outcome.whole());
        assert!(outcome.err.contains("5 rows of `live` break their contract and are left out"), "{}", outcome.whole());
    }
    let listed = project.read("csv/quarantine.csv");
    assert_eq!(listed, project.read("parquet/quarantine.csv"));
    insta::assert_snapshot!("quarantine_csv", listed);
    let why = project.kpi("why A01 --period 2026-10 --on-bad-row skip");
    assert_eq!(why.out, Project::live().kpi("why A01 --period 2026-10").out);
    assert!(why.err.contains("K6042"), "{}", why.whole());
}

#[test]
fn what_is_not_about_single_rows_stops_all_the_same() {
    let whole = |project: Project, args: &str| project.kpi(args).whole();
    let without_a_column = || Project::live().replace("exports/live-2026-10.csv", "viewers", "visitors");
    assert_eq!(whole(without_a_column(), SKIP), whole(without_a_column(), RUN));
    // Nothing is left of the export.
    let only_bad = Project::live().write(
        "exports/live-2026-10.csv",
        "id,host,floor,started,成交金额,watched,viewers\nS1,A01,A05,2026-10-03 20:00,x,90000,3000\n",
    );
    let outcome = only_bad.kpi(SKIP);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("`live` has no row"), "{}", outcome.whole());
}

#[test]
fn where_nothing_is_bad_the_list_is_empty() {
    let project = Project::live();
    assert_eq!(project.kpi(&format!("{SKIP} --format csv --out results")).code, 0);
    assert_eq!(project.read("results/quarantine.csv"), "table,file,line,row,column,cell,code,message\n");
}
