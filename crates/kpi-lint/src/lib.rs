//! House rules: what a team asks of its policies beyond what the language does, and which findings it wants to hear of.
//!
//! [`lint`] looks for breaches of house rules in what is written. [`judge`] is the one place where it is decided which
//! findings of any stage are told, and how loudly: `// kpi: allow(CODE) reason` beside the text, levels of `kpi.toml`
//! ([`Settings`]), and the [`Baseline`] of what was there before. Errors of meaning pass through it untouched: a policy that is
//! wrong stays wrong.
//!
//! It reads no files and knows no `kpi.toml`: whoever has them hands over [`Settings`] and a [`Baseline`].

mod allow;
mod baseline;
mod judge;
mod lints;
mod settings;

pub use baseline::Baseline;
pub use judge::{Judged, judge};
pub use lints::lint;
pub use settings::{Level, Settings};
