//! The language server: what `kpi-ide` knows of policies, in the words of the protocol.
//!
//! It speaks over stdin and stdout ([`serve`]) and links no Polars, so that it starts at once. It computes nothing of its
//! own. Start with `server`: the loop, which alone changes anything; `handlers` lists what is answered, one feature a file,
//! each a function of a snapshot that runs on a worker; `projects` knows the disk, `edits` what a client sends of a
//! changed text, `findings` what it is shown, `numbers` what the exports come to (found by a process of its own), `positions`
//! translates places, `transport` reads what may be garbage.

mod client;
mod context;
mod edits;
mod findings;
mod handlers;
mod library;
mod markup;
mod numbers;
mod positions;
mod projects;
mod server;
mod transport;
mod uris;
mod workers;

pub use kpi_ide::HouseRules;
pub use projects::{ReadRules, Rules};
pub use server::{ServeError, Surroundings, serve, serve_connection};
