//! One module a command.

mod check;
mod completions;
mod explain;
mod fmt;
mod init;
mod periods;
mod pipeline;
mod run;
mod test;
mod why;

use crate::args::Command;
use crate::console::{Console, Exit, Failure};

/// Runs a command.
pub(crate) fn run(command: Command, console: &mut Console<'_>) -> Result<Exit, Failure> {
    match command {
        Command::Init { dir } => init::run(&dir, console),
        Command::Check { project, format } => check::run(&project, format, console),
        Command::Run(args) => run::run(&args, console),
        Command::Test { project, filter } => test::run(&project, filter.as_deref(), console),
        Command::Fmt(args) => fmt::run(&args, console),
        Command::Why(args) => why::run(&args, console),
        Command::Explain { code } => explain::run(code.as_deref(), console),
        Command::Lsp => kpi_lsp::serve().map(|()| Exit::Clean).map_err(|e| Failure::Io(std::io::Error::other(e))),
        Command::Completions { shell } => completions::run(shell, console),
    }
}
