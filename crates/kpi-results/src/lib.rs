//! What a run found: cards with their lines, pay and rules, and the trace behind each number.
//!
//! Plain data, computed by `kpi-score` and by the naive interpreter of `kpi-testkit`, rendered by `kpi-report`. It
//! computes nothing. The JSON of a run is [`Run`] as serde writes it; `docs/schema/run.json` is its schema.

mod amounts;
mod cards;
mod equivalence;
mod exports;
mod numbers;
mod proofs;
mod sketch;
mod suggestions;
mod tested;
mod trace;

pub use amounts::*;
pub use cards::*;
pub use equivalence::*;
pub use exports::*;
pub use numbers::*;
pub use proofs::*;
pub use sketch::*;
pub use suggestions::*;
pub use tested::*;
pub use trace::*;
