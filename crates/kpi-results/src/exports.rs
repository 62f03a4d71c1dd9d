//! What exports hold, looked at without a policy: what an editor offers where headers and values are written.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The exports that `kpi.toml` binds. Its JSON is what `kpi columns` writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exports {
    /// By table, the columns of its exports.
    pub tables: IndexMap<String, Vec<ExportColumn>>,
}

/// A column of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportColumn {
    /// Its header.
    pub header: String,
    /// Some different values of its first rows, in their order.
    pub samples: Vec<String>,
}
