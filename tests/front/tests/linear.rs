//! Checking takes time in proportion to the text.
//!
//! Ten times the text may take twelve times as long. What is quadratic takes a hundred times as long, so that a machine with other
//! work to do does not hide it; the fastest of three runs counts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use kpi_base::{Diagnostic, Files, SourceFile};
use kpi_lint::Settings;

/// The policy of the benchmark, with so many indicators.
fn policy(indicators: usize) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/check");
    let output = Command::new("python3").arg(script).args(["--print", &indicators.to_string()]).output();
    let output = output.expect("python3 makes the policy");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// All that `kpi check` does, as long as it takes.
fn check(text: &str) -> (Duration, Vec<Diagnostic>) {
    let start = Instant::now();
    let mut files = Files::new();
    let id = files.add(SourceFile::new("a.kpi", text));
    let settings = Settings::default();
    let judged = kpi_analysis::analyse(&mut files, &[id], &settings).judge(&files, &settings, None, &str::to_owned);
    (start.elapsed(), judged.findings)
}

/// How many times longer the second text takes.
fn growth(small: &str, large: &str) -> f64 {
    let fastest = |text: &str| (0..3).map(|_| check(text).0).min().unwrap();
    fastest(large).as_secs_f64() / fastest(small).as_secs_f64()
}

#[test]
fn ten_times_the_indicators_take_at_most_twelve_times_as_long() {
    let (small, large) = (policy(400), policy(4_000));
    let found = check(&small).1;
    assert!(found.is_empty(), "{found:?}");
    let times = large.len() as f64 / small.len() as f64;
    let growth = growth(&small, &large);
    assert!(growth < 1.2 * times, "{times:.1} times the text take {growth:.1} times as long");
}

#[test]
fn ten_times_the_findings_and_allows_take_at_most_twelve_times_as_long() {
    let head = policy(20);
    let unused = |n: usize| {
        let params = (0..n).map(|i| match i % 2 {
            0 => format!("\n// kpi: allow(K1004) kept for the next year\nparam 多余_{i}: count = {i}\n"),
            _ => format!("\nparam 多余_{i}: count = {i} // kpi: allow(K1004) kept\n"),
        });
        head.clone() + &params.collect::<String>()
    };
    let (small, large) = (unused(1_000), unused(10_000));
    assert!(check(&small).1.is_empty());
    let growth = growth(&small, &large);
    assert!(growth < 12.0, "ten times the allows take {growth:.1} times as long");
}
