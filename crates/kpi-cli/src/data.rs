//! The commands that read data, and so need the engine: `kpi run`, `kpi test`, `kpi why`, `kpi numbers`, and `kpi diff` and `kpi ci` on data, made data too.

pub(crate) mod ci;
pub(crate) mod columns;
pub(crate) mod examples;
mod groups;
pub(crate) mod impact;
mod inputs;
pub(crate) mod numbers;
mod output;
mod periods;
mod pipeline;
mod progress;
pub(crate) mod run;
pub(crate) mod suggest;
pub(crate) mod test;
mod test_run;
mod titles;
pub(crate) mod why;
