use kpi_base::{Files, SourceFile};

use super::*;

fn findings(text: &str) -> String {
    let mut files = Files::new();
    let file = files.add(SourceFile::new("kpi.toml", text));
    let found = parse(text, file).expect_err("it has faults");
    kpi_report::render_findings(&found, &files, kpi_report::Look::default())
}

#[test]
fn everything_that_may_stand_there() {
    let text = "\
[project]
policies = [\"policy/*.kpi\", \"extra.kpi\"]

[sources]
staff = \"staff.csv\"
live = [\"a.csv\", \"b-*.csv\"]
plan = { file = \"plans.xlsx\", sheet = \"月度\" }

[env.prod.sources]
live = \"/data/*.parquet\"
";
    let config = parse(text, FileId(0)).unwrap();
    let texts = |patterns: &[Pattern]| patterns.iter().map(|p| p.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&config.policies), ["policy/*.kpi", "extra.kpi"]);
    let tables: Vec<_> = config.sources.iter().map(|b| (b.table.as_str(), texts(&b.patterns).join(" "))).collect();
    assert_eq!(
        tables,
        [("staff", "staff.csv".to_owned()), ("live", "a.csv b-*.csv".to_owned()), ("plan", "plans.xlsx".to_owned())]
    );
    assert_eq!(config.sources[2].patterns[0].sheet.as_deref(), Some("月度"));
    assert_eq!(config.environments.len(), 1);
    assert_eq!(config.environments[0].0, "prod");
    assert_eq!(text.get(config.sources[1].key.clone()), Some("live"));
    assert_eq!(parse("", FileId(0)), Ok(Config::default()));
}

#[test]
fn unknown_keys_and_wrong_values_have_places() {
    insta::assert_snapshot!(findings(
        "[project]\npolicy = \"a.kpi\"\ncolour = 1\n\n[source]\n\n[sources]\nlive = 2026\nplan = []\nteam = [\"a.csv\", true]\n\n[env.prod]\nsorces = {}\n"
    ));
}

#[test]
fn a_sheet_is_named_with_its_file() {
    insta::assert_snapshot!(findings(
        "[sources]\nplan = { sheet = \"2026\" }\nlive = { file = 1, sheet = \"\", tab = \"x\" }\n\n[project]\npolicies = { file = \"a.kpi\" }\n"
    ));
}

#[test]
fn what_is_no_toml() {
    insta::assert_snapshot!(findings("[sources]\nlive = exports/live.csv\n"));
    insta::assert_snapshot!(findings("sources = \"live.csv\"\n"));
}
