//! placeholder
pub use polars::prelude as pl;
