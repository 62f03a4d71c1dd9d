//! Runs a [`Plan`] over Polars: exports in, [`Facts`] out.
//!
//! The only crate that uses Polars. It reads exports against their contracts and aggregates them; it computes no score.
//!
//! - [`execute`] is the way in. Rosters, and every table that a row refers to, are read row by row and exactly. Each other
//!   source is scanned once, lazily and streaming: its columns are typed by own kernels, references are followed to the
//!   loaded rosters, and one `group_by` a cube computes all of the cube's parts.
//! - The kernels count what breaks the contract while they read. Only if there is something to report a second, slow pass
//!   names file, line, column and cell.
//! - [`write_parquet`] writes flat columns of results.

mod inputs;

mod cells;
mod contract;
mod csv_file;
mod encoding;
mod exists;
mod files;
mod findings;
mod rows;
mod workbook;

mod loaded;
mod needs;
mod peek;
mod quarantine;

mod columns;
mod cubes;
mod groups;
mod indexes;
mod kernels;
mod lower;
mod run;
mod sources;
mod views;

mod write;

pub use encoding::Encoding;
pub use inputs::{Export, Input, Inputs, Options, Progress, Stage};
pub use peek::{Peeked, peek};
pub use quarantine::Quarantine;
pub use write::{OutColumn, write_parquet};

use kpi_base::Diagnostic;
use kpi_check::model::Model;
use kpi_plan::{Facts, Plan};

/// Answers a plan.
///
/// # Errors
/// What breaks the contracts of the data; then nothing is computed.
pub fn execute(model: &Model, plan: &Plan, inputs: &Inputs, options: &Options) -> Result<Facts, Vec<Diagnostic>> {
    run::Run::prepare(model, plan, inputs, options)?.execute()
}

/// The physical plans of the cubes as the streaming engine runs them, as dot texts one after the other.
///
/// # Errors
/// See [`execute`].
pub fn explain_physical(model: &Model, plan: &Plan, inputs: &Inputs) -> Result<String, Vec<Diagnostic>> {
    run::Run::prepare(model, plan, inputs, &Options::default())?.explain()
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;
