//! `kpi columns`: headers and some values of the exports, for editors.

use kpi_engine::{Export, peek};
use kpi_results::{ExportColumn, Exports};

use crate::args;
use crate::console::{Console, Exit, Failure};
use crate::project::Project;

/// Of how many rows of a file values are shown.
const ROWS: usize = 500;

/// How many different values of a column are shown.
const SAMPLES: usize = 20;

pub(crate) fn run(args: &args::Columns, console: &mut Console<'_>) -> Result<Exit, Failure> {
    console.json = true;
    let project = Project::load(args.project.path.as_deref(), console)?;
    let tables = project.exports(args.env.as_deref())?;
    let exports = Exports { tables: tables.into_iter().map(|(table, files)| (table, columns(&files))).collect() };
    serde_json::to_writer(&mut *console.out, &exports)?;
    writeln!(console.out)?;
    Ok(Exit::Clean)
}

/// The columns of a table: those of its last file, which is the newest where names have dates. A file that cannot be read has none: what is wrong with it
/// is told by the commands that need it.
fn columns(files: &[Export]) -> Vec<ExportColumn> {
    let last = files.last().and_then(|export| peek(export, ROWS, SAMPLES).ok());
    let columns = last.unwrap_or_default().into_iter();
    columns.map(|column| ExportColumn { header: column.header, samples: column.samples }).collect()
}
