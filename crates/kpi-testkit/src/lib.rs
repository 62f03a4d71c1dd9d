//! What a policy means, said a second time: a naive interpreter of the model, and generators of policies and data.
//!
//! The interpreter goes over plain tables row by row, once for every value that it is asked for. It shares no code with
//! the planner, the value stage or the engine, only the checked [`Model`](kpi_check::model::Model) and the form of the
//! results, so that a mistake in any of them shows as a difference. Where the two disagree, [`interpret`](interpret())
//! says what is right. It is slow, and it is no way to run a policy.
//!
//! Start with [`interpret()`] and the modules beneath it: one small function a construct, each with its rule.

pub mod check;
pub mod compare;
pub mod coverage;
pub mod data;
pub mod generate;
pub mod interpret;
pub mod names;
pub mod read;
pub mod shrink;
pub mod verify;

pub use check::check;
pub use data::{Data, Row, TableData};
pub use interpret::{Fault, interpret, with_views};
pub use read::{read, read_or_fill};
pub use verify::verify;
