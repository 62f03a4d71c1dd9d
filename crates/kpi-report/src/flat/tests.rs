use kpi_results::Run;

use super::*;

#[test]
fn an_empty_run_has_headers_only() {
    let run = Run::default();
    let tables = flatten(&run);
    let names: Vec<_> = tables.iter().map(|t| t.name).collect();
    assert_eq!(names, ["cards", "lines", "pay", "rules"]);
    assert!(tables.iter().all(|table| table.columns.iter().all(|column| column.cells.is_empty())));
    for (_, text) in render_csv(&run) {
        assert_eq!(String::from_utf8(text).unwrap().lines().count(), 1);
    }
}
