//! One module a command.

mod check;
pub(crate) mod ci;
mod completions;
pub(crate) mod diff;
mod explain;
mod fmt;
mod init;
mod mend;
mod prove;
pub(crate) mod since;
mod std;
mod templates;
mod what_if;

use ::std::path::PathBuf;

#[cfg(not(feature = "engine"))]
use kpi_base::{Diagnostic, codes, text};

#[cfg(feature = "engine")]
use crate::args;
use crate::args::Command;
use crate::console::{Console, Exit, Failure};
#[cfg(feature = "engine")]
use crate::data;
use crate::project::editor_rules;

/// Runs a command.
pub(crate) fn run(command: Command, console: &mut Console<'_>) -> Result<Exit, Failure> {
    match command {
        Command::Init(args) => init::run(&args, console),
        Command::Check(args) => check::run(&args, console),
        Command::Prove { project, format } => prove::run(&project, format, console),
        #[cfg(feature = "engine")]
        Command::Run(args) => data::run::run(&args, console),
        #[cfg(feature = "engine")]
        Command::Test(args) => data::test::run(&args, console),
        Command::Diff(args) => diff::run(&args, console),
        Command::Ci(args) => ci::run(&args, console),
        Command::WhatIf(args) => what_if::run(&args, console),
        Command::Fmt(args) => fmt::run(&args, console),
        #[cfg(feature = "engine")]
        Command::Why(args) => data::why::run(&args, console),
        #[cfg(feature = "engine")]
        Command::Numbers(args) => data::numbers::run(&args, console),
        #[cfg(feature = "engine")]
        Command::Suggest(args::Suggest::Targets(args)) => data::suggest::run(&args, console),
        #[cfg(feature = "engine")]
        Command::Columns(args) => data::columns::run(&args, console),
        #[cfg(not(feature = "engine"))]
        Command::Columns(_) => Err(no_engine()),
        #[cfg(not(feature = "engine"))]
        Command::Run(_) | Command::Test(_) | Command::Why(_) | Command::Numbers(_) | Command::Suggest(_) => {
            Err(no_engine())
        }
        Command::Explain { code } => explain::run(code.as_deref(), console),
        Command::Std(args) => std::run(&args, console),
        Command::Lsp => kpi_lsp::serve(kpi_lsp::Surroundings { rules: Box::new(editor_rules), program: engine() })
            .map(|()| Exit::Clean)
            .map_err(|e| Failure::Io(::std::io::Error::other(e))),
        Command::Completions { shell } => completions::run(shell, console),
    }
}

/// This program, if it reads exports.
fn engine() -> Option<PathBuf> {
    ::std::env::current_exe().ok().filter(|_| cfg!(feature = "engine"))
}

#[cfg(not(feature = "engine"))]
fn no_engine() -> Failure {
    let message = text!("this kpi was built without its engine, and reads no data");
    let finding = Diagnostic::new(codes::config::NO_ENGINE, message);
    Failure::one(
        finding.help(text!("it checks, formats and explains policies; to run them, install kpi with its engine")),
    )
}
