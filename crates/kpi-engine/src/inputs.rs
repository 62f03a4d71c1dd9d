//! Where the rows of tables come from.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use kpi_check::model::{TableId, TestTable};

/// The rows of each table. A table that is left out is not given: what reads it has no data.
pub type Inputs = BTreeMap<TableId, Input>;

/// The rows of one table.
#[derive(Clone, Debug)]
pub enum Input {
    /// Exports: `.csv` files (UTF-8) or `.parquet` files, one after the other.
    Files(Vec<PathBuf>),
    /// The rows of a policy test.
    Inline(TestTable),
}

/// What to do with a row that breaks its contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnBadRow {
    /// The run stops and says where they are.
    #[default]
    Stop,
}

/// How a plan is run.
#[derive(Clone, Default)]
pub struct Options {
    /// What to do with a row that breaks its contract.
    pub on_bad_row: OnBadRow,
    /// Who is told how far the run is.
    pub progress: Option<Arc<dyn Progress>>,
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
