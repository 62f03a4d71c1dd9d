//! Sessions with an editor, feature by feature: `features` is the table of them, from which docs/editor.md is written.
//!
//! A row names the tests that ask for the feature as an editor does. What those tests say to the server is kept, and two tests hold
//! it to what is promised: each row to its methods, and the capabilities that are announced to VS Code, Neovim and Emacs to the
//! messages that exercise them (`exercised`).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test may panic"
)]

#[path = "../client/mod.rs"]
mod client;

mod documents;
mod exercised;
mod features;
mod lists;
mod navigate;
#[cfg(unix)]
mod numbers;
mod page;
mod session;
mod show;
