//! Model to an engine-neutral plan, and the facts that an engine answers with.
//!
//! The planner decides *how* a policy is computed: which tables are read row by row, which cubes are aggregated from
//! which source and at which grain, how much history is needed, and how each aggregate is read off a cube. It knows no
//! engine: an engine gets a [`Plan`] and answers with [`Facts`]; `kpi-score` computes the rest from those.

mod facts;
mod lineage;
mod plan;
mod planner;
mod request;
mod stages;
mod tables;

pub use facts::*;
pub use lineage::{Lineage, Readers};
pub use plan::*;
pub use planner::{STREAK_HISTORY, plan};
pub use request::{Request, Roots};
pub use stages::{Judged, Stage, judged_inside, stages};
