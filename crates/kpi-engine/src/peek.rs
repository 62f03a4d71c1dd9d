//! A look at an export without a contract: its headers, and some values below each.

use std::io;

use kpi_base::Diagnostic;
use kpi_value::{Date, DateTime, Dec};
use polars::prelude as pl;
use polars::prelude::SerReader;

use crate::contract::Raw;
use crate::csv_file::{CsvFile, header_of};
use crate::encoding::Encoding;
use crate::files::{Kind, kind, unknown_kind, unreadable};
use crate::inputs::Export;
use crate::{rows, workbook};

/// A column as it is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peeked {
    /// Its header, without blanks at its ends.
    pub header: String,
    /// Different values of the first rows, in their order; empty cells are none.
    pub samples: Vec<String>,
}

impl Peeked {
    fn add(&mut self, value: &str, most: usize) {
        let value = value.trim();
        if !value.is_empty() && self.samples.len() < most && !self.samples.iter().any(|known| known == value) {
            self.samples.push(value.to_owned());
        }
    }
}

/// The columns of an export, with at most so many different values (`most`) of its first rows.
///
/// # Errors
/// If it cannot be read, or is no file of a kind that is read.
pub fn peek(export: &Export, rows: usize, most: usize) -> Result<Vec<Peeked>, Vec<Diagnostic>> {
    let path = export.path.as_path();
    match kind(path) {
        Some(Kind::Csv) => peek_csv(export, rows, most).map_err(|error| vec![unreadable(path, &error)]),
        Some(Kind::Parquet) => peek_parquet(export, rows, most).map_err(|error| vec![unreadable(path, &error)]),
        Some(Kind::Workbook) => peek_sheet(export, rows, most),
        None => Err(vec![unknown_kind(path)]),
    }
}

fn columns(headers: Vec<String>) -> Vec<Peeked> {
    headers.into_iter().map(|header| Peeked { header, samples: Vec::new() }).collect()
}

/// Without a declared encoding the first in which the file is read.
fn peek_csv(export: &Export, rows: usize, most: usize) -> io::Result<Vec<Peeked>> {
    let tried = match export.encoding {
        Some(declared) => vec![declared],
        None => vec![Encoding::Utf8, Encoding::Gb18030, Encoding::Big5],
    };
    let mut last = Ok(Vec::new());
    for encoding in tried {
        last = CsvFile::open(&export.path, encoding).and_then(|csv| peek_records(csv, rows, most));
        if last.is_ok() {
            break;
        }
    }
    last
}

fn peek_records(mut csv: CsvFile, rows: usize, most: usize) -> io::Result<Vec<Peeked>> {
    let torn = || io::Error::new(io::ErrorKind::InvalidData, "not UTF-8");
    let Some((header, _)) = csv.next_record()? else { return Ok(Vec::new()) };
    if (0..header.len()).any(|place| header.cell(place).is_none()) {
        return Err(torn());
    }
    let mut columns = columns(header_of(header));
    for _ in 0..rows {
        let Some((record, _)) = csv.next_record()? else { break };
        for (place, column) in columns.iter_mut().enumerate().take(record.len()) {
            column.add(record.cell(place).ok_or_else(torn)?, most);
        }
    }
    Ok(columns)
}

fn peek_parquet(export: &Export, rows: usize, most: usize) -> io::Result<Vec<Peeked>> {
    let file = std::fs::File::open(&export.path)?;
    let frame = pl::ParquetReader::new(file).with_slice(Some((0, rows))).finish().map_err(io::Error::other)?;
    let mut columns = columns(frame.get_column_names().iter().map(|name| name.trim().to_owned()).collect());
    for (column, values) in columns.iter_mut().zip(frame.columns()) {
        for row in 0..values.len() {
            let value = values.get(row).unwrap_or(pl::AnyValue::Null);
            if let Some(text) = rows::raw(&value).and_then(|raw| shown(&raw)) {
                column.add(&text, most);
            }
        }
    }
    Ok(columns)
}

fn peek_sheet(export: &Export, rows: usize, most: usize) -> Result<Vec<Peeked>, Vec<Diagnostic>> {
    let sheet = workbook::read(export)?;
    let mut columns = columns(sheet.header);
    for row in sheet.rows.iter().take(rows) {
        for (place, column) in columns.iter_mut().enumerate() {
            if let Some(text) = row.raw(place).and_then(|raw| shown(&raw)) {
                column.add(&text, most);
            }
        }
    }
    Ok(columns)
}

/// A cell as somebody would write it into a test.
fn shown(raw: &Raw<'_>) -> Option<String> {
    Some(match raw {
        Raw::Text(text) => (*text).to_owned(),
        Raw::Int(n) => n.to_string(),
        Raw::Dec(units, digits) => {
            let scale = 10_i128.checked_pow(Dec::SCALE.checked_sub(*digits)?)?;
            Dec::from_units(units.checked_mul(scale)?).ok()?.to_string()
        }
        Raw::Float(x) => x.to_string(),
        Raw::Float32(x) => x.to_string(),
        Raw::Bool(b) => b.to_string(),
        Raw::Day(day) => Date(*day).to_string(),
        Raw::Time(micros) => DateTime(*micros).to_string(),
        _ => return None,
    })
}
