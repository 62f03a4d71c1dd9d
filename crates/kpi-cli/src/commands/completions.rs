//! `kpi completions`

use clap::CommandFactory;

use crate::args::Args;
use crate::console::{Console, Exit, Failure};

pub(crate) fn run(shell: clap_complete::Shell, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "kpi", &mut script);
    console.out.write_all(&script)?;
    Ok(Exit::Clean)
}
