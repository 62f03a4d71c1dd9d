//! Findings about types and units.

codes! {}
