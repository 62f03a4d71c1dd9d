//! The language server: what an editor needs to show a policy's findings while it is written.
//!
//! It speaks the protocol over stdin and stdout ([`serve`]) and links no Polars, so that it starts at once. What it
//! knows of a policy it learns from `kpi-syntax` and `kpi-analysis`; it computes nothing of its own. Start with `session`:
//! the loop; `workspace` holds the texts, `positions` translates places.

mod outline;
mod positions;
mod session;
mod uris;
mod workspace;

pub use session::{ServeError, serve, serve_connection};
pub use workspace::{HouseRules, ReadRules};
