//! Rows that were set aside, as a table.

use kpi_base::{Diagnostic, Language};

use super::Cell;
use super::csv::put_row;

const COLUMNS: [&str; 8] = ["table", "file", "line", "row", "column", "cell", "code", "message"];

/// Everything that is wrong with rows that were set aside, each finding with the name of its table, as a CSV file: where the cell
/// stands (a line in a text file, else a row), what it holds and what breaks its contract. Only the header if there are none.
pub fn render_quarantine<'a>(rows: impl Iterator<Item = (&'a str, &'a Diagnostic)>, language: Language) -> Vec<u8> {
    let mut out = Vec::new();
    put_row(&mut out, &COLUMNS.map(Cell::Text));
    let number = |n: Option<u64>| n.map_or(Cell::Empty, |n| Cell::Made(n.to_string()));
    for (table, finding) in rows {
        let Some(place) = &finding.place else { continue };
        let message = finding.message.to(language);
        let row = [
            Cell::Text(table),
            Cell::Text(&place.path),
            number(place.line),
            number(place.row),
            place.column.as_deref().map_or(Cell::Empty, Cell::Text),
            place.cell.as_deref().map_or(Cell::Empty, Cell::Text),
            Cell::Text(finding.code.name()),
            Cell::Text(&message),
        ];
        put_row(&mut out, &row);
    }
    out
}
