//! The value stage: facts to results, exact and column by column.
//!
//! It knows no engine and no file. An [`Evaluator`] computes expressions for all cells of a spine at once and keeps what it
//! computed; [`score`] makes cards, pay and outcomes of rules from them, in the order of computing that the language
//! fixes. [`Scored`] holds all of it as columns: [`Scored::run`] nests them into results, [`Scored::explain`] derives one
//! number from the record, [`Scored::value`] answers what a policy test claims.

mod column;
mod spine;
mod stints;

mod kernels;

mod eval;
#[cfg(feature = "faults")]
mod fault;
mod histogram;
mod rollup;

mod cards;
mod findings;
mod pay;
mod rules;
mod scored;
mod sketch;
mod staged;
mod used;

mod assemble;
mod assumed;
mod explain;

pub use assemble::NoPlace;
pub use assumed::{Assumed, imagine, imagined_key, score_assumed};
pub use cards::{
    Cards, LineColumns, LineSource, Mark, Members, RolledCards, ShorterCard, ShorterCards, Steps, TrackColumns,
};
pub use column::Column;
pub use eval::{Applied, At, Evaluator, Fraction, IndicatorColumns, Reading, Rolled, RowCounts};
pub use explain::{NoAnswer, Question};
#[cfg(feature = "faults")]
pub use fault::Fault;
pub use kernels::goal::Goal;
pub use kernels::sample::quantile;
pub use pay::{Pays, Standing};
pub use rules::Outcomes;
pub use scored::{Scored, score};
pub use sketch::Newer;
pub use spine::{NOWHERE, Spine, Timeline};
#[cfg(feature = "faults")]
pub use staged::score_stages_with_fault;
pub use staged::{Staged, score_stages};
