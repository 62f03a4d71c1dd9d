//! The binary itself: exit codes, streams and colours as a shell sees them.
#![allow(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use tempfile::TempDir;

fn kpi(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kpi"));
    command.args(args).current_dir(folder).env("KPI_LANG", "en").output().unwrap()
}

#[test]
fn exit_codes_and_streams() {
    let folder = TempDir::new().unwrap();
    let kpi = |args: &[&str]| kpi(folder.path(), args);
    assert_eq!(kpi(&["init"]).status.code(), Some(0));
    let run = kpi(&["run", "--period", "2026-10"]);
    assert_eq!(run.status.code(), Some(0));
    let out = String::from_utf8(run.stdout).unwrap();
    assert!(out.starts_with("Shop · 2026-10\n"), "{out}");
    // No terminal reads it, so that there is no colour.
    assert!(!out.contains('\u{1b}'), "{out}");
    let wrong = kpi(&["run", "--period", "2026"]);
    assert_eq!((wrong.status.code(), wrong.stdout.len()), (Some(2), 0));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("error K8010"));
    assert_eq!(kpi(&["test", ".", "no such test"]).status.code(), Some(1));
    assert_eq!(kpi(&["frobnicate"]).status.code(), Some(2));
}

/// The bar for somebody who has just installed kpi is five minutes; of those the program takes seconds.
#[test]
fn a_new_user_is_done_in_seconds() {
    let folder = TempDir::new().unwrap();
    let start = Instant::now();
    assert_eq!(kpi(folder.path(), &["init", "mine", "--template", "live"]).status.code(), Some(0));
    let project = folder.path().join("mine");
    let run = || {
        let done = kpi(&project, &["run", "--period", "2026-10"]);
        assert_eq!((done.status.code(), done.stderr.len()), (Some(0), 0));
        done.stdout
    };
    let before = run();
    assert_eq!(kpi(&project, &["test"]).status.code(), Some(0));
    let policy = project.join("policy/live.kpi");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replace("growth: ≥ 45s", "growth: ≥ 55s")).unwrap();
    assert_ne!(run(), before, "the target moves nothing");
    // A test of the template says what 45 seconds are worth, and so notices.
    assert_eq!(kpi(&project, &["test"]).status.code(), Some(1));
    let took = start.elapsed();
    assert!(took.as_secs() < 30, "{took:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let mut command = Command::new(env!("CARGO_BIN_EXE_kpi"));
    let mut child =
        command.args(["explain"]).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn fmt_reads_stdin_and_writes_stdout() {
    let fmt = |args: &[&str], text: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kpi"));
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, out, err) = fmt(&["fmt", "-"], "\u{feff}dimension a{x}\r\n");
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "dimension a { x }\n", ""));
    let (code, out, _) = fmt(&["fmt", "-", "--check"], "dimension a{x}");
    assert_eq!((code, out.as_str()), (Some(1), "<stdin>\n"));
    let (code, out, err) = fmt(&["fmt", "-"], "dimension a{");
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("is never closed"), "{err}");
}

/// The policy of this example has Chinese names throughout, so that every Latin word would be one of the program.
#[test]
fn chinese_output_has_no_english_words() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/live-team-zh");
    let commands: &[&[&str]] = &[
        &["why", "A01", "--period", "2026-10"],
        &["why", "A02", "月度薪酬", "--period", "2026-10"],
        &["why", "A03", "--period", "2026-10"],
        &["why", "A04", "等级", "--period", "2026-10"],
        &["why", "A04", "排名", "--period", "2026-10"],
        &["run", "--period", "2026-10"],
        &["run", "--period", "2026-10", "--only", "A02"],
        &["run", "--period", "2026-10", "--view", "team"],
        &["run", "--period", "2026-10", "--view", "ranking"],
        &["run", "--period", "2026-10", "--view", "progress"],
        &["test"],
        &["check"],
        &["prove"],
    ];
    for command in commands {
        let mut kpi = Command::new(env!("CARGO_BIN_EXE_kpi"));
        let output = kpi.args(*command).args(["--lang", "zh"]).current_dir(&example).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        let out = String::from_utf8(output.stdout).unwrap();
        // What stands in backticks is a word of the language; behind a point it names a result.
        let told: String = out.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        let words = told.split(|c: char| !c.is_ascii_alphabetic() && c != '.' && !c.is_ascii_digit());
        let english = |word: &&str| {
            word.chars().filter(char::is_ascii_alphabetic).count() > 1
                && !word.starts_with('.')
                && !matches!(*word, "CNY" | "GMV")
        };
        let left: Vec<&str> = words.filter(english).collect();
        assert!(left.is_empty(), "{command:?} says {left:?} in\n{out}");
    }
}

#[test]
fn progress_is_told_in_the_language() {
    let folder = TempDir::new().unwrap();
    assert_eq!(kpi(folder.path(), &["init"]).status.code(), Some(0));
    let told = |language: &str| {
        let run = kpi(folder.path(), &["run", "--period", "2026-10", "--progress", "always", "--lang", language]);
        String::from_utf8(run.stderr).unwrap()
    };
    assert!(told("en").contains("kpi: reading rosters\n"), "{}", told("en"));
    assert!(told("zh").contains("kpi: 正在读取名册\n"), "{}", told("zh"));
}
