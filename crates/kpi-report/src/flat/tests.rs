use kpi_results::Run;

use super::*;

#[test]
fn an_empty_run_has_headers_only() {
    let run = Run::default();
    let tables = flatten(&run);
    let names: Vec<_> = tables.iter().map(|t| t.name).collect();
    assert_eq!(names, ["cards", "lines", "pay", "rules"]);
    for table in tables {
        assert_eq!(String::from_utf8(render_csv(&table).unwrap()).unwrap().lines().count(), 1);
    }
}
