//! The files of a table before any cell is read: what kind they are, which columns they have, what their lines look like.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kpi_base::codes::data as codes;
use kpi_base::{Diagnostic, Join, Place, Text, text};
use kpi_check::model::Table;
use polars::prelude as pl;
use polars::prelude::SerReader;

use crate::contract::Contract;
use crate::csv_file::{self, Shape};
use crate::encoding::{self, Encoding};
use crate::findings::{LIMIT, about_file};
use crate::inputs::Export;
use crate::workbook;

/// The kinds of file that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Comma-separated, with a header.
    Csv,
    /// Parquet.
    Parquet,
    /// A workbook with sheets.
    Workbook,
}

/// What is known of a file.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// Where it is.
    pub path: PathBuf,
    /// How many rows it has.
    pub rows: u64,
    /// Its headers, for Parquet with their types.
    pub layout: Layout,
    /// For CSV: whether Polars must be given a rewritten text.
    pub rewrite: bool,
    /// For CSV: its encoding.
    pub encoding: Encoding,
    /// The rows that are not read, see [`Export::left_out`].
    pub left_out: Arc<BTreeSet<u64>>,
}

/// The columns of a file; neighbouring files of equal layout are scanned together.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// Headers without blanks at their ends.
    Csv(Vec<String>),
    /// The schema.
    Parquet(pl::SchemaRef),
    /// Headers of a sheet without blanks at their ends; sheets are never scanned.
    Sheet(Vec<String>),
}

impl Layout {
    /// The headers.
    pub fn header(&self) -> Vec<String> {
        match self {
            Layout::Csv(header) | Layout::Sheet(header) => header.clone(),
            Layout::Parquet(schema) => schema.iter_names().map(|name| name.to_string()).collect(),
        }
    }
}

/// The kind of a file by the ending of its name.
pub fn kind(path: &Path) -> Option<Kind> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    match ending.as_str() {
        "csv" => Some(Kind::Csv),
        "parquet" | "pq" => Some(Kind::Parquet),
        "xlsx" => Some(Kind::Workbook),
        _ => None,
    }
}

/// The finding about a file of another kind.
pub fn unknown_kind(path: &Path) -> Diagnostic {
    about_file(codes::FILE_UNREADABLE, path, text!("the file is neither `.csv` nor `.parquet` nor `.xlsx`"))
        .help(text!("export it as CSV (separated by commas), Parquet or an Excel workbook"))
}

/// The finding about a file that the system does not give.
pub fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    if error.kind() == std::io::ErrorKind::NotFound {
        about_file(codes::FILE_NOT_FOUND, path, text!("there is no file `{path}`", path = path.display().to_string()))
            .help(text!("check the path in `kpi.toml`; it is relative to the folder of that file"))
    } else {
        about_file(codes::FILE_UNREADABLE, path, text!("the file cannot be read: {error}", error = error.to_string()))
    }
}

/// Looks at the files of a table.
///
/// # Errors
/// What is wrong with any of them.
pub fn look_at_all(
    table: &Table,
    exports: &[Export],
    contracts: &[Contract],
) -> Result<Vec<FileFacts>, Vec<Diagnostic>> {
    let name = &table.title.name;
    if exports.is_empty() {
        let finding = Diagnostic::new(codes::FILE_NOT_FOUND, text!("no file is bound to `{name}`", name));
        return Err(vec![finding.help(text!("check the pattern in `kpi.toml`"))]);
    }
    let (mut facts, mut findings) = (Vec::new(), Vec::new());
    for export in exports {
        let path = export.path.as_path();
        let found = match kind(path) {
            Some(Kind::Csv) => look_at_csv(export, contracts),
            Some(Kind::Workbook) => look_at_sheet(export),
            Some(Kind::Parquet) => look_at_parquet(export).map_err(|error| vec![unreadable(path, &error)]),
            None => Err(vec![unknown_kind(path)]),
        };
        match found.and_then(|file| find_columns(table, contracts, &file.layout.header(), path).map(|_| file)) {
            Ok(file) => facts.push(file),
            Err(more) => findings.extend(more),
        }
    }
    let rows: u64 = facts.iter().map(|f| f.rows).sum();
    if findings.is_empty() && rows == 0 && !table.sparse {
        let path = exports.first().map(|export| export.path.as_path()).unwrap_or(Path::new(""));
        let help = if table.roster {
            text!("give the whole export")
        } else {
            text!("give the whole export, or declare `{name}` as `sparse` if no row is a fact", name)
        };
        let finding = about_file(codes::EMPTY_EXPORT, path, text!("`{name}` has no row", name)).help(help);
        findings.push(finding.label(table.title.span, text!("declared here")));
    }
    if findings.is_empty() { Ok(facts) } else { Err(findings) }
}

fn look_at_csv(export: &Export, contracts: &[Contract]) -> Result<FileFacts, Vec<Diagnostic>> {
    let path = export.path.as_path();
    let look = |encoding| {
        csv_file::look_at(path, encoding, &export.left_out, LIMIT).map_err(|error| vec![unreadable(path, &error)])
    };
    // Most files are UTF-8, which a look at every line shows by itself.
    let mut encoding = Encoding::Utf8;
    if export.encoding.is_some_and(|declared| declared != Encoding::Utf8) {
        encoding = encoding::resolve(export, contracts)?;
    }
    let mut shape = look(encoding)?;
    if shape.not_utf8.is_some() {
        encoding = encoding::resolve(export, contracts)?;
        shape = look(encoding)?;
    }
    if shape.ragged_count > 0 {
        return Err(ragged(path, &shape));
    }
    Ok(FileFacts {
        path: path.to_path_buf(),
        rows: shape.rows,
        layout: Layout::Csv(shape.header),
        rewrite: shape.rewrite,
        encoding,
        left_out: export.left_out.clone(),
    })
}

fn ragged(path: &Path, shape: &Shape) -> Vec<Diagnostic> {
    let width = shape.header.len();
    let mut findings: Vec<Diagnostic> =
        shape.ragged.iter().map(|(line, cells)| ragged_row(path, *line, *cells, width)).collect();
    let more = shape.ragged_count - shape.ragged.len() as u64;
    let message = match more {
        0 => return findings,
        1 => text!("1 more row has too few or too many cells"),
        more => text!("{more} more rows have too few or too many cells", more),
    };
    findings.push(about_file(codes::ROW_SHAPE, path, message));
    findings
}

/// The finding about a row with more or fewer cells than the header.
pub fn ragged_row(path: &Path, line: u64, cells: usize, width: usize) -> Diagnostic {
    let message = text!("the row has {cells} cells, the header {width}", cells, width);
    let place = Place { path: path.display().to_string(), line: Some(line), ..Place::default() };
    let help =
        if cells > width { text!("put quotes around cells that hold commas") } else { text!("complete the row") };
    Diagnostic::new(codes::ROW_SHAPE, message).at(place).help(help)
}

fn look_at_sheet(export: &Export) -> Result<FileFacts, Vec<Diagnostic>> {
    let sheet = workbook::read(export)?;
    Ok(FileFacts {
        path: export.path.clone(),
        rows: sheet.rows.len() as u64 - export.left_out.len() as u64,
        layout: Layout::Sheet(sheet.header),
        rewrite: false,
        encoding: Encoding::Utf8,
        left_out: export.left_out.clone(),
    })
}

fn look_at_parquet(export: &Export) -> std::io::Result<FileFacts> {
    let path = export.path.as_path();
    let mut reader = pl::ParquetReader::new(std::fs::File::open(path)?);
    let rows = reader.num_rows().map_err(std::io::Error::other)? as u64 - export.left_out.len() as u64;
    let source = pl::PlRefPath::new(path.to_string_lossy());
    let args = pl::ScanArgsParquet { glob: false, ..Default::default() };
    let scan = pl::LazyFrame::scan_parquet(source, args).and_then(|mut frame| frame.collect_schema());
    let schema = scan.map_err(std::io::Error::other)?;
    Ok(FileFacts {
        path: path.to_path_buf(),
        rows,
        layout: Layout::Parquet(schema),
        rewrite: false,
        encoding: Encoding::Utf8,
        left_out: export.left_out.clone(),
    })
}

/// The places of the columns in a file's header.
///
/// # Errors
/// If one is missing or stands there twice.
pub fn find_columns(
    table: &Table,
    contracts: &[Contract],
    header: &[String],
    path: &Path,
) -> Result<Vec<usize>, Vec<Diagnostic>> {
    let (mut places, mut findings) = (Vec::new(), Vec::new());
    for contract in contracts {
        let wanted = &contract.header;
        let mut fits = header.iter().enumerate().filter(|(_, h)| *h == wanted).map(|(place, _)| place);
        match (fits.next(), fits.next()) {
            (Some(place), None) => places.push(place),
            (Some(_), Some(_)) => {
                let message = text!("the header `{wanted}` stands there twice", wanted);
                findings.push(
                    about_file(codes::DUPLICATE_HEADER, path, message)
                        .help(text!("rename or remove one of the columns")),
                );
            }
            // Without a line of headers every column is missing: that is one fault.
            (None, _) if header.is_empty() => {
                if findings.is_empty() {
                    let message = text!("the file of `{table}` is empty", table = table.title.name);
                    let finding = about_file(codes::MISSING_COLUMN, path, message);
                    findings.push(
                        finding.help(text!("it needs a line with headers, also where there is nothing to report")),
                    );
                }
            }
            (None, _) => findings.push(missing_column(table, contract, header, path)),
        }
    }
    if findings.is_empty() { Ok(places) } else { Err(findings) }
}

fn missing_column(table: &Table, contract: &Contract, header: &[String], path: &Path) -> Diagnostic {
    let wanted = &contract.header;
    let message = text!("the file of `{table}` has no column `{wanted}`", table = table.title.name, wanted);
    let name = &contract.column.title.name;
    let near = header.iter().find(|h| h.to_lowercase() == wanted.to_lowercase());
    let help = match (near, header) {
        (Some(near), _) => text!("did you mean `{near}`? write `{name}: … from \"{near}\"`", near, name),
        (None, [one]) if one.contains([';', '\t']) => text!("separate the columns by commas"),
        (None, _) => text!("its columns are {list}", list = Text::list(header.iter().map(Text::quoted), Join::Comma)),
    };
    let label = text!("`{name}` is declared here", name);
    about_file(codes::MISSING_COLUMN, path, message).label(contract.column.title.span, label).help(help)
}
