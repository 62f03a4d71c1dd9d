//! Findings about a run.

codes! {}
