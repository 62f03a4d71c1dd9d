//! The binary itself: exit codes, streams and colours as a shell sees them.
#![allow(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

fn kpi(args: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("starter");
    Command::new(env!("CARGO_BIN_EXE_kpi")).args(args).current_dir(folder).output().unwrap()
}

#[test]
fn exit_codes_and_streams() {
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

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("starter");
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
