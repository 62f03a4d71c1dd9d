//! What must hold of every text, tried on texts of chance; `fuzz/` tries the same for longer and chooses them better.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test may panic")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Instant;

use kpi_front_tests::judge::{judge_check, judge_format, judge_keywords, judge_parse};
use kpi_front_tests::mutate::{read_corpus, text_of};

type Judge = fn(&str) -> Result<(), String>;

const JUDGES: [(&str, Judge); 4] =
    [("parse", judge_parse), ("check", judge_check), ("format", judge_format), ("keywords", judge_keywords)];

/// How many texts of chance are tried; `KPI_CASES` asks for more.
fn cases() -> u64 {
    std::env::var("KPI_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(200)
}

/// What does not hold of a text, panics included.
fn failures(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, judge) in JUDGES {
        let start = Instant::now();
        match catch_unwind(AssertUnwindSafe(|| judge(text))) {
            Ok(Ok(())) => {}
            Ok(Err(why)) => found.push(format!("{name}: {why}")),
            Err(_) => found.push(format!("{name}: panics")),
        }
        let took = start.elapsed();
        if took.as_secs() >= 60 {
            found.push(format!("{name}: takes {took:?} for {} bytes", text.len()));
        }
    }
    found
}

fn repository() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn what_must_hold_of_every_text_holds_of_texts_of_chance() {
    let corpus = read_corpus(&repository()).unwrap();
    assert!(corpus.len() > 150, "{} texts", corpus.len());
    let first: u64 = std::env::var("KPI_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or_default();
    let mut all = Vec::new();
    for seed in first..first + cases() {
        let text = text_of(&corpus, seed, 12_000);
        let found = failures(&text);
        if !found.is_empty() {
            let place = std::env::temp_dir().join(format!("kpi-seed-{seed}.kpi"));
            std::fs::write(&place, &text).unwrap();
            all.push(format!("seed {seed}, {}: {}", place.display(), found.join("\n")));
        }
    }
    assert!(all.is_empty(), "{} texts:\n{}", all.len(), all.join("\n\n"));
}

#[test]
fn what_must_hold_of_every_text_holds_of_the_policies_of_the_repository() {
    for text in read_corpus(&repository()).unwrap().into_iter().filter(|text| text.len() < 30_000) {
        assert_eq!(failures(&text), [""; 0], "{text}");
    }
}

#[test]
fn what_was_found_once_is_not_found_again() {
    let mut found: Vec<_> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("found"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    found.sort();
    for path in found {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert_eq!(failures(&text), [""; 0], "{}", path.display());
    }
}
