//! The command line of kpi: arguments, configuration, files, exit codes.
//!
//! It has no logic of its own. A command finds the project ([`project`]), hands texts and files to the stages of the
//! compiler in turn, hands what they return to `kpi-report`, and writes what comes back. Start with [`commands`], one
//! module a command, those that read data in [`data`]; [`args`] is what a user may type, [`config`] what may stand in `kpi.toml`.
//!
//! Everything a command prints goes through a [`Console`], so that tests run the whole program in their own process.
//!
//! Exit codes: 0 clean, also with incomplete cards; 1 findings that are errors, broken contracts, failing tests; 2 usage,
//! configuration or an error of kpi itself.

mod args;
mod commands;
mod config;
mod console;
#[cfg(feature = "engine")]
mod data;
mod project;
mod read;
mod replace;
mod sound;

pub use console::{Console, Exit};

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let cwd = match std::env::current_dir() {
        Ok(cwd) => cwd,
        Err(error) => {
            use std::io::Write;
            // There is nothing left to tell if this cannot be written either.
            let _ = writeln!(anstream::stderr(), "kpi: the current folder cannot be read: {error}");
            return ExitCode::from(Exit::Trouble as u8);
        }
    };
    let interactive = std::io::IsTerminal::is_terminal(&std::io::stderr());
    // Not locked: the progress bar and the language server write from threads of their own.
    let (mut out, mut err) = (anstream::stdout(), anstream::stderr());
    let mut console = Console {
        out: &mut out,
        err: &mut err,
        colour: true,
        interactive,
        json: false,
        language: args::language_of_environment(),
        cwd,
    };
    ExitCode::from(run(std::env::args_os(), &mut console) as u8)
}

/// Runs one command. The first argument is the program's name.
pub fn run(args: impl IntoIterator<Item = OsString>, console: &mut Console<'_>) -> Exit {
    let result = match args::Args::try_parse_from(args) {
        Ok(args) => {
            console.language = args.lang.map_or(console.language, args::Lang::language);
            commands::run(args.command, console)
        }
        Err(usage) => console.usage(&usage),
    };
    result.unwrap_or_else(|failure| console.fail(failure))
}
