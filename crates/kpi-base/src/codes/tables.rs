//! Findings about tables, brackets and curves.

codes! {}
