//! Workbooks: one sheet as a header and rows of cells.
//!
//! A sheet is small beside an export, so it is read whole. Its header is the first row that is not empty; empty rows are
//! passed over. Cells keep the type that the workbook gives them: dates are dates, and a number is the shortest decimal of
//! its binary form.

use std::path::Path;

use calamine::{Data, ExcelDateTime, Reader};
use kpi_base::codes::data as codes;
use kpi_base::{Code, Diagnostic, Join, Text, text};
use kpi_check::names::nearest;
use kpi_value::Date;

use crate::contract::Raw;
use crate::findings::about_file;
use crate::inputs::Export;

/// A sheet that was read.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// The headers, without blanks at their ends.
    pub header: Vec<String>,
    /// The rows below it that are not empty.
    pub rows: Vec<SheetRow>,
}

/// A row of a sheet.
#[derive(Clone, Debug)]
pub struct SheetRow {
    /// Its number, as the spreadsheet shows it: from 1.
    pub number: u64,
    cells: Vec<Data>,
    errors: Vec<Option<String>>,
}

/// Reads the sheet of an export: the one it names, or the only one.
///
/// # Errors
/// If there is no such workbook or sheet, or no way to tell which sheet is meant.
pub fn read(export: &Export) -> Result<Sheet, Vec<Diagnostic>> {
    let path = export.path.as_path();
    let fail = |error: calamine::Error| vec![unreadable(path, &error)];
    let mut workbook = calamine::open_workbook_auto(path).map_err(fail)?;
    let names = workbook.sheet_names();
    let name = choose(path, export.sheet.as_deref(), &names)?;
    let range = workbook.worksheet_range(name).map_err(fail)?;
    let first = range.start().map_or(1, |(row, _)| u64::from(row) + 1);
    let mut rows = range.rows().zip(first..).filter(|(cells, _)| cells.iter().any(|cell| !is_empty(cell)));
    let Some((header, _)) = rows.next() else { return Ok(Sheet::default()) };
    let header = header.iter().map(|cell| cell.to_string().trim().to_owned()).collect();
    let rows = rows.map(|(cells, number)| SheetRow::new(number, cells));
    Ok(Sheet { header, rows: rows.collect() })
}

impl SheetRow {
    fn new(number: u64, cells: &[Data]) -> SheetRow {
        let error = |cell: &Data| if let Data::Error(error) = cell { Some(error.to_string()) } else { None };
        SheetRow { number, cells: cells.to_vec(), errors: cells.iter().map(error).collect() }
    }

    /// The cell at a place, as a contract judges it; an empty one is `None`.
    pub fn raw(&self, place: usize) -> Option<Raw<'_>> {
        match self.cells.get(place)? {
            Data::Empty => None,
            Data::Int(n) => Some(Raw::Int(i128::from(*n))),
            Data::Float(x) => Some(whole(*x).map_or(Raw::Float(*x), Raw::Int)),
            Data::Bool(b) => Some(Raw::Bool(*b)),
            Data::String(text) | Data::DateTimeIso(text) => Some(Raw::Text(text)),
            Data::DateTime(time) => Some(time_of(time)),
            Data::DurationIso(_) => Some(Raw::Other),
            Data::Error(_) => self.errors.get(place)?.as_deref().map(Raw::Formula),
        }
    }
}

fn is_empty(cell: &Data) -> bool {
    match cell {
        Data::Empty => true,
        Data::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// Workbooks keep every number as a binary one: numbers of staff, months and pieces are whole.
fn whole(x: f64) -> Option<i128> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (x.fract() == 0.0 && x.abs() <= EXACT).then_some(x as i128)
}

/// A cell formatted as a time: a wall time, or a duration where it is one or lies before the first day.
fn time_of(time: &ExcelDateTime) -> Raw<'static> {
    const MILLIS_OF_DAY: f64 = 86_400_000.0;
    if time.is_duration() || time.as_f64() < 1.0 {
        return Raw::Duration((time.as_f64() * MILLIS_OF_DAY).round() as i64 * 1000);
    }
    let (year, month, day, hour, minute, second, millis) = time.to_ymd_hms_milli();
    let Some(date) = Date::new(i32::from(year), month, day) else { return Raw::Other };
    let seconds = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
    Raw::Time(date.midnight().0 + (seconds * 1000 + i64::from(millis)) * 1000)
}

fn choose<'n>(path: &Path, wanted: Option<&str>, names: &'n [String]) -> Result<&'n str, Vec<Diagnostic>> {
    let all = || Text::list(names.iter().map(Text::quoted), Join::Comma);
    let finding = |message: Text, help: Text| vec![about_file(codes::NO_SHEET, path, message).help(help)];
    match (wanted, names) {
        (Some(wanted), _) => names.iter().find(|name| *name == wanted).map(String::as_str).ok_or_else(|| {
            let help = match nearest(wanted, names.iter().map(String::as_str)) {
                Some(near) => text!("did you mean `{near}`?", near),
                None => text!("its sheets are {list}", list = all()),
            };
            finding(text!("the workbook has no sheet `{wanted}`", wanted), help)
        }),
        (None, [only]) => Ok(only),
        (None, _) => {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let help = text!(
                "name one in `kpi.toml`: `{ file = \"{file}\", sheet = \"…\" }`; its sheets are {list}",
                file,
                list = all()
            );
            Err(finding(text!("the workbook has {n} sheets", n = names.len()), help))
        }
    }
}

fn unreadable(path: &Path, error: &calamine::Error) -> Diagnostic {
    if let calamine::Error::Io(error) = error {
        return crate::files::unreadable(path, error);
    }
    let code: Code = codes::FILE_UNREADABLE;
    about_file(code, path, text!("the workbook cannot be read: {error}", error = error.to_string()))
        .help(text!("save it as an Excel workbook (`.xlsx`) without a password"))
}
