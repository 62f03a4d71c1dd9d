//! The grids of tests: raw cells between bars.

use kpi_base::codes::syntax as codes;
use kpi_base::{Diagnostic, text};
use unicode_normalization::UnicodeNormalization;

use super::ItemParser;
use crate::ast::{Name, TestRow, TestTable, Text};
use crate::build::cells_in_words;
use crate::text::{continues_name, starts_name};

impl ItemParser<'_> {
    /// A line of a grid: a header with the table's name before its first bar, or a row. Gives where its cells stand.
    pub(super) fn grid_row(
        &mut self,
        start: usize,
        end: usize,
        tables: &mut Vec<TestTable>,
        open: &mut bool,
    ) -> Vec<(usize, usize)> {
        let line = self.slice(start, end);
        let span = self.span(start, end);
        let mut bars = line.match_indices(['|', '｜']).map(|(at, bar)| (at, at + bar.len()));
        let Some((first, mut from)) = bars.next() else { return Vec::new() };
        let mut cells: Vec<(usize, usize)> = Vec::new();
        for (at, next) in bars {
            cells.push((from, at));
            from = next;
        }
        let header = line.get(..first).unwrap_or_default().trim();
        if !line.get(from..).unwrap_or_default().trim().is_empty() {
            if !header.is_empty() {
                *open = false;
            }
            self.diagnostics.push(
                Diagnostic::new(codes::GRID_SHAPE, text!("a row of a grid ends with `|`"))
                    .label(self.span(start + from, end), text!("this cell is not closed"))
                    .help(text!("write `|` behind the last cell")),
            );
            return Vec::new();
        }
        let places: Vec<(usize, usize)> = cells
            .into_iter()
            .map(|(from, to)| {
                let cell = line.get(from..to).unwrap_or_default();
                let at = start + from + (cell.len() - cell.trim_start().len());
                let at = if cell.trim().is_empty() { start + from } else { at };
                (at, at + cell.trim().len())
            })
            .collect();
        let text =
            |&(from, to): &(usize, usize)| Text { value: self.slice(from, to).to_owned(), span: self.span(from, to) };
        let cells: Vec<Text> = places.iter().map(text).collect();
        if header.is_empty() {
            self.row(span, cells, tables, *open);
            return places;
        }
        let name = self.plain_name(header).map(|text| Name { text, span: self.span(start, start + header.len()) });
        let mut columns = Vec::with_capacity(cells.len());
        for cell in cells {
            match self.plain_name(&cell.value) {
                Some(text) => columns.push(Name { text, span: cell.span }),
                None => {
                    *open = false;
                    self.diagnostics.push(
                        Diagnostic::new(codes::GRID_SHAPE, text!("the first row of a grid names columns"))
                            .label(cell.span, text!("not the name of a column"))
                            .help(text!("write the table's name, then its columns between bars; rows begin with `|`")),
                    );
                    return Vec::new();
                }
            }
        }
        *open = name.is_some();
        if let Some(name) = name {
            tables.push(TestTable { name, columns, rows: Vec::new() });
        }
        Vec::new()
    }

    fn row(&mut self, span: kpi_base::Span, cells: Vec<Text>, tables: &mut [TestTable], open: bool) {
        let Some(table) = tables.last_mut().filter(|_| open) else {
            // Rows under a header that is itself reported say nothing new.
            if tables.is_empty() && !self.diagnostics.iter().any(|d| d.code == codes::GRID_SHAPE) {
                self.diagnostics.push(
                    Diagnostic::new(codes::GRID_SHAPE, text!("a row without a table"))
                        .label(span, text!("no header stands above it"))
                        .help(text!("begin the grid with the table's name and its columns: `live | id | gmv |`")),
                );
            }
            return;
        };
        if cells.len() != table.columns.len() {
            let cells = cells_in_words(cells.len());
            let columns = match table.columns.len() {
                1 => text!("1 column"),
                n => text!("{n} columns", n),
            };
            let header = table.columns.iter().fold(table.name.span, |span, column| span.to(column.span));
            self.diagnostics.push(
                Diagnostic::new(
                    codes::GRID_SHAPE,
                    text!("the row has {cells} and its table has {columns}", cells, columns),
                )
                .label(span, text!("this row"))
                .label(header, text!("the header"))
                .help(text!("give the row one cell a column; an empty cell is a missing value")),
            );
            return;
        }
        table.rows.push(TestRow { cells, span });
    }

    fn plain_name(&self, text: &str) -> Option<String> {
        if let Some(quoted) = text.strip_prefix('`').and_then(|t| t.strip_suffix('`')) {
            return (!quoted.is_empty()).then(|| quoted.nfc().collect());
        }
        (text.starts_with(starts_name) && text.chars().all(continues_name)).then(|| text.nfc().collect())
    }
}
