//! Depth and size: what is deep parses fast, what is too deep is a finding, and nothing crashes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test may panic"
)]

use std::time::{Duration, Instant};

use kpi_base::FileId;
use kpi_base::codes::syntax as codes;
use kpi_syntax::{Parsed, parse};

fn formula(text: &str) -> Parsed {
    parse(FileId(0), &format!("indicator x {{\n  formula {text}\n  target ≥ 1\n}}\n\nparam after: count = 1\n"))
}

/// The bar is for what users run. Without optimisation everything takes several times as long; there the bar only catches
/// a time that grows with the depth in anything but a straight line.
const BAR: Duration = Duration::from_millis(if cfg!(debug_assertions) { 500 } else { 50 });

/// The fastest of some runs: other work on the machine only ever makes it slower.
fn fastest(text: &str) -> (Parsed, Duration) {
    let runs = (0..10).map(|_| {
        let start = Instant::now();
        (formula(text), start.elapsed())
    });
    runs.min_by_key(|(_, took)| *took).unwrap()
}

fn nested(depth: usize) -> String {
    format!("{}1{}", "(".repeat(depth), ")".repeat(depth))
}

#[test]
fn depth_200_parses_in_under_50_ms() {
    for text in [nested(200), format!("{}1{}", "max(1, ".repeat(200), ")".repeat(200))] {
        let (parsed, took) = fastest(&text);
        assert_eq!(parsed.diagnostics, []);
        assert!(took < BAR, "{took:?}");
    }
}

#[test]
fn a_fault_at_depth_200_is_found_in_under_50_ms() {
    for text in [
        format!("{}1 1{}", "(".repeat(200), ")".repeat(200)),
        format!("{}1 1{}", "step(".repeat(200), ")".repeat(200)),
        format!("{}1 1{}", "sum(".repeat(200), ")".repeat(200)),
    ] {
        let (parsed, took) = fastest(&text);
        assert_eq!(parsed.diagnostics.len(), 1, "{:#?}", parsed.diagnostics);
        assert!(took < BAR, "{took:?}");
    }
}

#[test]
fn what_is_too_deep_is_one_finding() {
    let deep = [
        nested(100_000),
        "(".repeat(100_000),
        format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("x in {}1{}", "{".repeat(100_000), "}".repeat(100_000)),
        format!("{}1", "-".repeat(100_000)),
        format!("{}1", "- ".repeat(100_000)),
        format!("{}true", "not ".repeat(100_000)),
        format!("{}1", "if a then 1 else ".repeat(100_000)),
        format!("1{}", " + 1".repeat(100_000)),
        format!("1{}", " × 1".repeat(100_000)),
        format!("a{}", ".a".repeat(100_000)),
        format!("a{}", "[1]".repeat(100_000)),
        format!("a{}", " and a".repeat(100_000)),
    ];
    for text in deep {
        let start = Instant::now();
        let parsed = formula(&text);
        let codes: Vec<_> = parsed.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, [codes::TOO_DEEP], "{}", text.chars().take(20).collect::<String>());
        assert_eq!(parsed.file.items.len(), 1, "the declaration after it survives");
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    }
}

#[test]
fn the_longest_expressions_allowed_parse() {
    assert_eq!(formula(&format!("1{}", " + 1".repeat(490))).diagnostics, []);
    assert_eq!(formula(&format!("{}true", "not ".repeat(490))).diagnostics, []);
    assert_eq!(formula(&format!("{}1", "if a then 1 else ".repeat(490))).diagnostics, []);
    assert_eq!(formula(&nested(250)).diagnostics, []);
}

#[test]
fn a_thousand_indicators_take_no_time() {
    let text: String = (0..1000)
        .map(|i| {
            format!(
                "/// Number {i}.\nindicator i{i} \"指标 {i}\" {{\n  formula sum(live.gmv where level == severe) / sum(live.viewers)\n  \
                 target by team.stage {{ startup: ≥ 30s, growth: ≥ 45s, mature: ≥ 60s }}\n  scoring deduct 50% per 1\n}}\n\n"
            )
        })
        .collect();
    let start = Instant::now();
    let parsed = parse(FileId(0), &text);
    let took = start.elapsed();
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(parsed.file.items.len(), 1000);
    // Unoptimised, on a busy machine; the benchmark measures what matters.
    assert!(took < Duration::from_secs(20), "{took:?}");
}
