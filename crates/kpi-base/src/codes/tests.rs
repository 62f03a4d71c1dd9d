//! Findings about policy tests.

codes! {}
