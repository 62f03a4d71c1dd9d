//! Two commands in turn, and how long they take.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;

/// Runs both commands so many times, after one that does not count; prints both medians and their ratio.
#[allow(clippy::print_stdout, reason = "what it prints is its result")]
pub fn race(times: &str, name: &str, commands: &[&str]) -> Result<(), Failure> {
    let times: usize = times.parse()?;
    let mut halves = commands.split(|word| *word == "--");
    let (Some(one), Some(two)) = (halves.next(), halves.next()) else {
        return Err("two commands with `--` between them".into());
    };
    let (mut first, mut second) = (Vec::new(), Vec::new());
    run(one)?;
    run(two)?;
    for _ in 0..times {
        first.push(run(one)?);
        second.push(run(two)?);
    }
    let (kpi, peer) = (median(&mut first), median(&mut second));
    let ratio = kpi.as_secs_f64() / peer.as_secs_f64();
    let best = |times: &[Duration]| times.iter().min().copied().unwrap_or_default().as_secs_f64();
    let least = best(&first) / best(&second);
    println!(
        "{name}: kpi {:.3} s, peer {:.3} s (medians of {times}); ratio {ratio:.2}, of the fastest runs {least:.2}",
        kpi.as_secs_f64(),
        peer.as_secs_f64(),
    );
    Ok(())
}

fn run(words: &[&str]) -> Result<Duration, Failure> {
    let Some((program, args)) = words.split_first() else { return Err("an empty command".into()) };
    let start = Instant::now();
    let status = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let time = start.elapsed();
    if status.success() { Ok(time) } else { Err(format!("`{}` failed", words.join(" ")).into()) }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
