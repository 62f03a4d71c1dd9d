//! The peer: two jobs that kpi does, written by hand over Polars by somebody who knows both well, and sharing no code with
//! kpi. Each reads its source once (streaming, decimals, conditions as `when`/`then`), aggregates, and scores the small
//! result in a loop.
//!
//! - `peer generate DIR [EVENTS]` writes the data of the second job.
//! - `peer airlines EXPORTS OUT` and `peer events EXPORTS OUT` run the jobs.
//! - `peer race TIMES NAME COMMAND… -- COMMAND…` runs two commands in turn and prints how long they take.
//! - `peer same FILE FILE` compares the scores that both wrote.

mod airlines;
mod events;
mod exact;
mod generate;
mod race;
mod same;

use std::path::Path;
use std::process::ExitCode;

/// Anything that goes wrong.
type Failure = Box<dyn std::error::Error>;

#[allow(clippy::print_stderr, reason = "a program of its own")]
fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["generate", dir] => generate::generate(Path::new(dir), 5_000_000),
        ["generate", dir, rows] => {
            rows.parse().map_err(Failure::from).and_then(|n| generate::generate(Path::new(dir), n))
        }
        ["airlines", exports, out] => airlines::run(Path::new(exports), Path::new(out)),
        ["events", exports, out] => events::run(Path::new(exports), Path::new(out)),
        ["race", times, name, commands @ ..] => race::race(times, name, commands),
        ["same", one, two] => same::compare(Path::new(one), Path::new(two)),
        _ => Err("usage: peer generate | airlines | events | race | same".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("peer: {error}");
            ExitCode::FAILURE
        }
    }
}
