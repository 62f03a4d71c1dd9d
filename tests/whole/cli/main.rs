//! The command line over real files: whole outputs and exit codes.

mod bad_input;
mod commands;
mod outputs;
mod support;
