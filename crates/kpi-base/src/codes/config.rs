//! Findings about the configuration and the command line.

codes! {}
