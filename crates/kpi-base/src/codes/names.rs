//! Findings about names.

codes! {}
