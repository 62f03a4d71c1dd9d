//! Any table row by row, judged exactly: how rosters are loaded, and how the places of broken contracts are found.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};

use kpi_base::codes::data as codes;
use kpi_base::{Diagnostic, Text, text};
use kpi_check::model::{Column, Model, Table, TableId, TestTable};
use polars::prelude as pl;
use polars::prelude::SerReader;
use rustc_hash::FxHashMap;

use crate::contract::{Cell, Contract, Raw};
use crate::csv_file::{CsvFile, header_of};
use crate::encoding;
use crate::files::{self, Kind};
use crate::findings::{self, Findings, Origin};
use crate::inputs::{Export, Input};
use crate::loaded::Loaded;
use crate::workbook;

/// What is to be read.
pub struct RowReader<'a> {
    /// The policy.
    pub model: &'a Model,
    /// The table.
    pub table: TableId,
    /// Its columns that are read.
    pub contracts: &'a [Contract],
    /// The places among `contracts` of the columns of which no two rows may agree in all: keys and unique columns.
    pub unique: Vec<Vec<usize>>,
    /// The tables loaded so far, in which references are looked up.
    pub loaded: Option<&'a Loaded>,
}

/// Called for each row that keeps its contract with its cells, one for each contract.
pub type Visit<'v> = dyn FnMut(&[Option<Cell<'_>>], &Origin<'_>) + 'v;

/// A row that breaks its contract.
pub struct BadRow {
    /// The place of its export among those of the table.
    pub export: usize,
    /// Its line in a CSV file, else its row, from 1.
    pub row: u64,
    /// Everything that is wrong with it.
    pub findings: Vec<Diagnostic>,
}

impl RowReader<'_> {
    /// Reads all rows but those that are left out.
    ///
    /// # Errors
    /// What breaks the contract: the first findings, and how many more there are.
    pub fn read(&self, input: &Input, visit: &mut Visit<'_>) -> Result<(), Vec<Diagnostic>> {
        let mut judge = Judge::new(self, Findings::default());
        match input {
            Input::Inline(table) => self.read_inline(table, &mut judge, visit),
            Input::Files(exports) => {
                for export in exports {
                    self.read_export(export, &mut judge, visit)?;
                }
            }
        }
        if judge.findings.count() == 0 { Ok(()) } else { Err(judge.findings.finish(&self.table().title.name)) }
    }

    /// Finds all rows of exports that break their contract.
    ///
    /// # Errors
    /// What keeps a file from being read at all.
    pub fn find_bad(&self, exports: &[Export]) -> Result<Vec<BadRow>, Vec<Diagnostic>> {
        let (mut bad, mut judge) = (Vec::new(), Judge::new(self, Findings::whole()));
        for (place, export) in exports.iter().enumerate() {
            self.read_export(export, &mut judge, &mut |_, _| {})?;
            let refused = judge.refused.drain(..);
            bad.extend(refused.map(|(row, findings)| BadRow { export: place, row, findings }));
        }
        Ok(bad)
    }

    fn read_export(
        &self,
        export: &Export,
        judge: &mut Judge<'_>,
        visit: &mut Visit<'_>,
    ) -> Result<(), Vec<Diagnostic>> {
        match files::kind(&export.path) {
            Some(Kind::Workbook) => self.read_sheet(export, judge, visit),
            Some(Kind::Csv) => self.read_csv(export, judge, visit),
            Some(Kind::Parquet) => self.read_parquet(export, judge, visit),
            None => Err(vec![files::unknown_kind(&export.path)]),
        }
    }

    fn table(&self) -> &Table {
        &self.model.tables[self.table]
    }

    fn read_csv(&self, export: &Export, judge: &mut Judge<'_>, visit: &mut Visit<'_>) -> Result<(), Vec<Diagnostic>> {
        let path = export.path.as_path();
        let fail = |error: std::io::Error| vec![files::unreadable(path, &error)];
        let mut csv = CsvFile::open(path, encoding::resolve(export, self.contracts)?).map_err(fail)?;
        let header = csv.next_record().map_err(fail)?.map(|(record, _)| header_of(record)).unwrap_or_default();
        let places = files::find_columns(self.table(), self.contracts, &header, path)?;
        while let Some((record, _)) = csv.next_record().map_err(fail)? {
            if export.left_out.contains(&record.line) {
                continue;
            }
            if record.len() != header.len() {
                judge.refuse_shape(path, record.line, record.len(), header.len());
                continue;
            }
            let raws = places.iter().map(|place| Some(Raw::Text(record.cell(*place).unwrap_or_default())));
            judge.row(&raws.collect::<Vec<_>>(), &Origin::Line(path, record.line), visit);
        }
        Ok(())
    }

    fn read_sheet(&self, export: &Export, judge: &mut Judge<'_>, visit: &mut Visit<'_>) -> Result<(), Vec<Diagnostic>> {
        let sheet = workbook::read(export)?;
        let places = files::find_columns(self.table(), self.contracts, &sheet.header, &export.path)?;
        for row in sheet.rows.iter().filter(|row| !export.left_out.contains(&row.number)) {
            let raws = places.iter().map(|place| row.raw(*place));
            judge.row(&raws.collect::<Vec<_>>(), &Origin::Row(&export.path, row.number), visit);
        }
        Ok(())
    }

    fn read_parquet(
        &self,
        export: &Export,
        judge: &mut Judge<'_>,
        visit: &mut Visit<'_>,
    ) -> Result<(), Vec<Diagnostic>> {
        let path = export.path.as_path();
        let frame = read_frame(path, self.contracts).map_err(|error| vec![files::unreadable(path, &error)])?;
        let header: Vec<String> = frame.get_column_names().iter().map(|n| n.to_string()).collect();
        let places = files::find_columns(self.table(), self.contracts, &header, path)?;
        let columns: Vec<&pl::Column> = places.iter().filter_map(|place| frame.select_at_idx(*place)).collect();
        for row in (0..frame.height()).filter(|row| !export.left_out.contains(&(*row as u64 + 1))) {
            let values: Vec<pl::AnyValue<'_>> =
                columns.iter().map(|c| c.get(row).unwrap_or(pl::AnyValue::Null)).collect();
            let raws: Vec<_> = values.iter().map(raw).collect();
            judge.row(&raws, &Origin::Row(path, row as u64 + 1), visit);
        }
        Ok(())
    }

    fn read_inline(&self, table: &TestTable, judge: &mut Judge<'_>, visit: &mut Visit<'_>) {
        let place = |contract: &Contract| table.columns.iter().position(|c| *c == contract.index);
        let places: Vec<_> = self.contracts.iter().map(place).collect();
        for row in &table.rows {
            let given = |place: &Option<usize>| row.cells.get((*place)?).map(|cell| cell.as_ref().map(Raw::Value));
            let raws: Vec<Option<Option<Raw<'_>>>> = places.iter().map(given).collect();
            judge.row_given(&raws, &Origin::Test(row.span), visit);
        }
    }
}

fn read_frame(path: &Path, contracts: &[Contract]) -> std::io::Result<pl::DataFrame> {
    let open = || std::fs::File::open(path);
    let mut reader = pl::ParquetReader::new(open()?);
    let schema = reader.schema().map_err(std::io::Error::other)?;
    let has = |header: &String| schema.iter_names().any(|name| name.as_str() == header);
    let names: Vec<String> = contracts.iter().map(|c| c.header.clone()).filter(has).collect();
    pl::ParquetReader::new(open()?).with_columns(Some(names)).finish().map_err(std::io::Error::other)
}

/// A value of Polars as a cell before it is judged.
pub fn raw<'a>(value: &'a pl::AnyValue<'_>) -> Option<Raw<'a>> {
    Some(match value {
        pl::AnyValue::Null => return None,
        pl::AnyValue::String(text) => Raw::Text(text),
        pl::AnyValue::StringOwned(text) => Raw::Text(text.as_str()),
        pl::AnyValue::Boolean(b) => Raw::Bool(*b),
        pl::AnyValue::Int8(n) => Raw::Int(i128::from(*n)),
        pl::AnyValue::Int16(n) => Raw::Int(i128::from(*n)),
        pl::AnyValue::Int32(n) => Raw::Int(i128::from(*n)),
        pl::AnyValue::Int64(n) => Raw::Int(i128::from(*n)),
        pl::AnyValue::UInt8(n) => Raw::Int(i128::from(*n)),
        pl::AnyValue::UInt16(n) => Raw::Int(i128::from(*n)),
        pl::AnyValue::UInt32(n) => Raw::Int(i128::from(*n)),
        pl::AnyValue::UInt64(n) => Raw::Int(i128::from(*n)),
        pl::AnyValue::Float64(x) => Raw::Float(*x),
        pl::AnyValue::Float32(x) => Raw::Float32(*x),
        pl::AnyValue::Decimal(units, _, scale) => Raw::Dec(*units, *scale as u32),
        pl::AnyValue::Date(day) => Raw::Day(*day),
        pl::AnyValue::Datetime(time, unit, None) => Raw::Time(micros(*time, *unit)),
        pl::AnyValue::DatetimeOwned(time, unit, None) => Raw::Time(micros(*time, *unit)),
        pl::AnyValue::Datetime(time, unit, Some(_)) => Raw::Instant(micros(*time, *unit)),
        pl::AnyValue::DatetimeOwned(time, unit, Some(_)) => Raw::Instant(micros(*time, *unit)),
        _ => Raw::Other,
    })
}

/// Microseconds of a time in another unit.
pub fn micros(time: i64, unit: pl::TimeUnit) -> i64 {
    match unit {
        pl::TimeUnit::Nanoseconds => time.div_euclid(1000),
        pl::TimeUnit::Microseconds => time,
        pl::TimeUnit::Milliseconds => time.saturating_mul(1000),
    }
}

/// Judges rows and remembers what may not come twice.
struct Judge<'a> {
    reader: &'a RowReader<'a>,
    findings: Findings,
    /// The rows refused so far in the export that is read, with what is wrong with them; kept only where all findings are.
    refused: Vec<(u64, Vec<Diagnostic>)>,
    seen: FxHashMap<(usize, String), Seen>,
}

/// A place that is kept for later.
pub enum Seen {
    /// The line of a CSV file.
    Line(PathBuf, u64),
    /// The row of a Parquet file.
    Row(PathBuf, u64),
    /// The row of a policy test.
    Test(kpi_base::Span),
}

impl<'a> Judge<'a> {
    fn new(reader: &'a RowReader<'a>, findings: Findings) -> Judge<'a> {
        Judge { reader, findings, refused: Vec::new(), seen: FxHashMap::default() }
    }

    fn refuse_shape(&mut self, path: &Path, line: u64, cells: usize, width: usize) {
        let before = self.findings.count();
        self.findings.add(|| files::ragged_row(path, line, cells, width));
        self.refuse(before, &Origin::Line(path, line));
    }

    /// Notes that a row is refused, for what was found since there were `before` findings.
    fn refuse(&mut self, before: u64, origin: &Origin<'_>) {
        if let (Some(findings), Origin::Line(_, row) | Origin::Row(_, row)) = (self.findings.since(before), origin) {
            self.refused.push((*row, findings));
        }
    }

    fn row(&mut self, raws: &[Option<Raw<'_>>], origin: &Origin<'_>, visit: &mut Visit<'_>) {
        let raws: Vec<_> = raws.iter().map(|raw| Some(*raw)).collect();
        self.row_given(&raws, origin, visit);
    }

    /// Judges a row; the outer `None` is a cell of a column that is not given.
    fn row_given(&mut self, raws: &[Option<Option<Raw<'_>>>], origin: &Origin<'_>, visit: &mut Visit<'_>) {
        let before = self.findings.count();
        let mut cells = Vec::with_capacity(raws.len());
        for (contract, given) in self.reader.contracts.iter().zip(raws) {
            let cell = match given {
                None => Ok(None),
                Some(raw) => contract.read(*raw),
            };
            if let (Ok(Some(Cell::Text(key))), Some(to), Some(loaded)) = (&cell, contract.refers, self.reader.loaded)
                && let Some(keys) = loaded.unknown(to, key)
            {
                self.findings.add(|| {
                    let shown = public(&contract.column, key.clone());
                    let finding = findings::unknown_reference(self.reader.model, &contract.column, &shown, keys);
                    origin.mark(finding, &contract.header, Some(shown.into_owned()))
                });
            }
            cells.push(cell.unwrap_or_else(|error| {
                let shown = given.flatten().map(|raw| public(&contract.column, shown(&raw))).unwrap_or_default();
                let table = &self.reader.table().title.name;
                self.findings.add(|| {
                    let finding = findings::bad_cell(self.reader.model, table, &contract.column, error, &shown);
                    origin.mark(finding, &contract.header, Some(shown.into_owned()).filter(|s| !s.is_empty()))
                });
                None
            }));
        }
        for place in 0..self.reader.unique.len() {
            self.check_unique(place, &cells, origin);
        }
        if self.findings.count() == before {
            visit(&cells, origin);
        } else {
            self.refuse(before, origin);
        }
    }

    fn check_unique(&mut self, set: usize, cells: &[Option<Cell<'_>>], origin: &Origin<'_>) {
        let places = self.reader.unique.get(set).map(Vec::as_slice).unwrap_or_default();
        let mut key = String::new();
        for place in places {
            // A row without a value, or one whose value is bad, agrees with no other.
            let Some(Some(cell)) = cells.get(*place) else { return };
            match cell {
                Cell::Text(text) => key.push_str(text),
                other => key.push_str(&format!("{other:?}")),
            }
            key.push('\u{0}');
        }
        let Some(contract) = places.first().and_then(|place| self.reader.contracts.get(*place)) else { return };
        match self.seen.entry((set, key)) {
            Entry::Vacant(entry) => {
                entry.insert(Seen::at(origin));
            }
            Entry::Occupied(entry) => {
                let shown = entry.key().1.split('\u{0}').next().unwrap_or_default();
                let shown = public(&contract.column, shown.into()).into_owned();
                let (first, name) = (entry.get().words(), &contract.column.title.name);
                self.findings.add(|| {
                    let message = text!("`{shown}` stands twice in `{name}`", shown, name);
                    let help = text!("it stands first in {first}; a row counted twice would be paid twice", first);
                    origin.mark(
                        Diagnostic::new(codes::DUPLICATE_KEY, message).help(help),
                        &contract.header,
                        Some(shown),
                    )
                });
            }
        }
    }
}

impl Seen {
    /// This place, kept.
    pub fn at(origin: &Origin<'_>) -> Seen {
        match origin {
            Origin::Line(path, line) => Seen::Line(path.to_path_buf(), *line),
            Origin::Row(path, row) => Seen::Row(path.to_path_buf(), *row),
            Origin::Test(span) => Seen::Test(*span),
        }
    }

    /// In words.
    pub fn words(&self) -> Text {
        match self {
            Seen::Line(path, line) => Origin::Line(path, *line).words(),
            Seen::Row(path, row) => Origin::Row(path, *row).words(),
            Seen::Test(span) => Origin::Test(*span).words(),
        }
    }
}

/// A cell as findings may show it: they stand in logs that many read.
fn public<'a>(column: &Column, shown: Cow<'a, str>) -> Cow<'a, str> {
    if column.private && !shown.is_empty() { "•••".into() } else { shown }
}

/// A cell as it stands in the file.
fn shown<'a>(raw: &Raw<'a>) -> Cow<'a, str> {
    match raw {
        Raw::Text(text) => (*text).into(),
        Raw::Int(n) => n.to_string().into(),
        Raw::Dec(units, scale) => decimal_words(*units, *scale).into(),
        Raw::Float(x) => x.to_string().into(),
        Raw::Float32(x) => x.to_string().into(),
        Raw::Bool(b) => b.to_string().into(),
        Raw::Day(day) => kpi_value::Date(*day).to_string().into(),
        Raw::Time(micros) => kpi_value::DateTime(*micros).to_string().into(),
        Raw::Instant(micros) => format!("{} UTC", kpi_value::DateTime(*micros)).into(),
        Raw::Value(value) => findings::value_words(value).into(),
        Raw::Duration(micros) => format!("{} s", decimal_words(i128::from(*micros), 6)).into(),
        Raw::Formula(error) => (*error).into(),
        Raw::Other => "".into(),
    }
}

fn decimal_words(units: i128, scale: u32) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", units.unsigned_abs(), width = scale as usize + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len() - scale as usize).unwrap_or((&digits, ""));
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

impl Seen {
    /// The finding with this place, in this column.
    pub fn mark(&self, finding: Diagnostic, header: &str) -> Diagnostic {
        match self {
            Seen::Line(path, line) => Origin::Line(path, *line).mark(finding, header, None),
            Seen::Row(path, row) => Origin::Row(path, *row).mark(finding, header, None),
            Seen::Test(span) => Origin::Test(*span).mark(finding, header, None),
        }
    }
}
