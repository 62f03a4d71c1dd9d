//! Flat tables as CSV: UTF-8, a header, `\n` at the end of a line, exact numbers without separators.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use kpi_results::Run;

use super::{Cell, TABLES, Table};

/// The tables of a run, by name.
pub fn render_csv(run: &Run) -> Vec<(&'static str, Vec<u8>)> {
    TABLES.iter().zip(rows_of(run)).map(|(table, rows)| (table.name, [table.header(), rows].concat())).collect()
}

/// Renders a run that comes in parts, which together and in order are the whole, as the tables of [`render_csv`].
///
/// Parts are made and rendered on all processors, and taken apart at once, so that a large run is never in memory as a
/// whole. `write` gets the name of a table and its next bytes, in order.
///
/// # Errors
/// The first of `write`.
pub fn render_csv_parts(
    parts: usize,
    part: impl Fn(usize) -> Run + Sync,
    mut write: impl FnMut(&'static str, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    for table in &TABLES {
        write(table.name, &table.header())?;
    }
    let mut write_all = |texts: &[Vec<u8>]| {
        TABLES
            .iter()
            .zip(texts)
            .filter(|(_, text)| !text.is_empty())
            .try_for_each(|(table, text)| write(table.name, text))
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(parts);
    if threads < 2 {
        return (0..parts).try_for_each(|n| write_all(&rows_of(&part(n))));
    }
    let (next, part) = (AtomicUsize::new(0), &part);
    thread::scope(|scope| {
        let (done, rendered) = mpsc::sync_channel(4 * threads);
        for _ in 0..threads {
            let (done, next) = (done.clone(), &next);
            scope.spawn(move || {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    // Nobody receives any more once a write has failed.
                    if n >= parts || done.send((n, rows_of(&part(n)))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        let (mut waiting, mut due) = (BTreeMap::new(), 0);
        for (n, texts) in rendered {
            waiting.insert(n, texts);
            while let Some(texts) = waiting.remove(&due) {
                write_all(&texts)?;
                due += 1;
            }
        }
        Ok(())
    })
}

/// The rows of every table, without the headers.
fn rows_of(run: &Run) -> Vec<Vec<u8>> {
    TABLES.iter().map(|table| table.rows(run)).collect()
}

impl Table {
    fn header(&self) -> Vec<u8> {
        let names: Vec<Cell<'_>> = self.columns.iter().map(|(name, _)| Cell::Text(name)).collect();
        let mut out = Vec::new();
        put_row(&mut out, &names);
        out
    }

    fn rows(&self, run: &Run) -> Vec<u8> {
        let mut out = Vec::new();
        (self.walk)(run, &mut |row| put_row(&mut out, row));
        out
    }
}

/// Writes a row, with its line end.
pub(super) fn put_row(out: &mut Vec<u8>, row: &[Cell<'_>]) {
    for (place, cell) in row.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => put_text(out, text),
            Cell::Made(text) => put_text(out, text),
            Cell::Number(x) => out.extend_from_slice(x.text().as_bytes()),
            Cell::Whole(x) => out.extend_from_slice(x.to_string().as_bytes()),
        }
    }
    out.push(b'\n');
}

/// A text, in quotes where it must be.
fn put_text(out: &mut Vec<u8>, text: &str) {
    if !text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_as_the_csv_crate_does() {
        let texts = ["", "a", "a,b", "say \"so\"", "two\nlines", "back\r", "张三，李四", " a ", "#", "'", "\t;"];
        let row: Vec<Cell<'_>> = texts.iter().map(|text| Cell::Text(text)).collect();
        let mut ours = Vec::new();
        put_row(&mut ours, &row);
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(texts).unwrap();
        assert_eq!(ours, writer.into_inner().unwrap());
    }

    #[test]
    fn parts_are_put_together_in_order() {
        let whole = crate::cards::tests::run();
        let part = |n: usize| {
            let cards = whole.cards.get(n).cloned().into_iter().collect();
            let last = n + 1 == whole.cards.len();
            let (incentives, rules) = (whole.incentives.clone(), whole.rules.clone());
            let rest = if last { (incentives, rules) } else { Default::default() };
            Run { cards, incentives: rest.0, rules: rest.1, ..Run::default() }
        };
        let mut tables: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        let write = |name, bytes: &[u8]| {
            tables.entry(name).or_default().extend_from_slice(bytes);
            Ok(())
        };
        render_csv_parts(whole.cards.len(), part, write).unwrap();
        assert_eq!(tables, render_csv(&whole).into_iter().collect());
    }

    #[test]
    fn the_first_error_of_a_write_stops() {
        let mut written = 0;
        let write = |_: &'static str, _: &[u8]| {
            written += 1;
            if written > 6 { Err(io::Error::other("full")) } else { Ok(()) }
        };
        let failed = render_csv_parts(1000, |_| crate::cards::tests::run(), write);
        assert_eq!(failed.unwrap_err().to_string(), "full");
    }
}
