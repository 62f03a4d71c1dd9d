//! Findings about the contracts that data must keep.

codes! {}
