//! The examples of the repository, run as a newcomer would, against what other programs compute from the same exports.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper of a test may fail it")]

mod airlines;
mod assistant_framework;
mod douyin_team;
mod impact;
mod live_team_zh;
mod ops_assistant;
mod ops_library;
mod private_domain;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use kpi_cli::Console;

/// The repository's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a command prints; it must end well.
fn kpi(args: &[&str]) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console::plain(&mut out, &mut err, root());
    let code = kpi_cli::run(std::iter::once("kpi").chain(args.iter().copied()).map(OsString::from), &mut console) as u8;
    assert_eq!(code, 0, "{}", String::from_utf8_lossy(&err));
    String::from_utf8(out).unwrap()
}

/// What a script of an example prints; it must end well.
fn python(example: &str, script: &str, arguments: &[&str]) -> String {
    let output = Command::new("python3").arg(root().join(example).join(script)).args(arguments).output();
    let output = output.expect("python3 is needed to recompute the example");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{script}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn the_tests_of_the_policies_pass() {
    assert!(kpi(&["test", "examples/airlines"]).contains("1 passed, 0 failed"));
}
