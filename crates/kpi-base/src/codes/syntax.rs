//! Findings about the parser.

codes! {}
