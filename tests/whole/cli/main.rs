//! The command line over real files: whole outputs and exit codes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a helper of a test may fail it"
)]

mod bad_input;
mod ci;
mod cohorts;
mod columns;
mod commands;
mod diff;
mod formats;
mod formatting;
mod house;
mod numbers;
mod outputs;
mod own_periods;
mod policy_tests;
mod quarantine;
mod standings;
mod suggest;
mod support;
mod templates;
mod tutorial;
mod what_if;
