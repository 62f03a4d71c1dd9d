//! The value stage: facts to results, exact and column by column.

mod cards;
mod column;
mod eval;
#[cfg(feature = "faults")]
mod fault;
mod pay;
mod rules;
mod spine;

pub use column::Column;
pub use eval::{Applied, At, Evaluator, Fraction, IndicatorColumns, RowCounts};
#[cfg(feature = "faults")]
pub use fault::Fault;
pub use spine::{NOWHERE, Spine, Timeline};
