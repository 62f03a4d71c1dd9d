//! Where the rows of tables come from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::encoding::Encoding;
use kpi_check::model::{TableId, TestTable};

/// The rows of each table. A table that is left out is not given: what reads it has no data.
pub type Inputs = BTreeMap<TableId, Input>;

/// The rows of one table.
#[derive(Clone, Debug)]
pub enum Input {
    /// Exports, one after the other.
    Files(Vec<Export>),
    /// The rows of a policy test.
    Inline(TestTable),
}

/// An export: a `.csv` file, a `.parquet` file, or a sheet of a workbook (`.xlsx`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The file.
    pub path: PathBuf,
    /// Which sheet, for a workbook; none for the only one.
    pub sheet: Option<String>,
    /// The encoding of a `.csv` file; none to find out.
    pub encoding: Option<Encoding>,
    /// Rows that are not read, because they break their contract: lines of a `.csv` file, else rows, from 1.
    pub left_out: Arc<BTreeSet<u64>>,
}

impl Export {
    /// Whether it is a sheet of a workbook.
    pub fn is_workbook(&self) -> bool {
        crate::files::kind(&self.path) == Some(crate::files::Kind::Workbook)
    }
}

impl From<PathBuf> for Export {
    fn from(path: PathBuf) -> Export {
        Export { path, sheet: None, encoding: None, left_out: Arc::default() }
    }
}

/// How a plan is run.
#[derive(Clone, Default)]
pub struct Options {
    /// Who is told how far the run is.
    pub progress: Option<Arc<dyn Progress>>,
    /// Whether a judged period in which an export has no row is taken as it is, and is no error.
    pub any_period: bool,
}

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The shape of the files is checked: headers, cells a line, encoding.
    Checking,
    /// Rosters are read.
    Rosters,
    /// Sources are read and aggregated; `rows` counts their rows.
    Aggregating,
    /// The places of broken contracts are looked for.
    Diagnosing,
}

/// Is told how far a run is, from several threads.
pub trait Progress: Send + Sync {
    /// A stage begins. `rows` is how many rows it will read, if that is known.
    fn stage(&self, stage: Stage, rows: Option<u64>);
    /// So many more rows are read.
    fn rows(&self, more: u64);
}
