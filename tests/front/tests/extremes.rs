//! Texts that are far too long, too deep or too broken: findings, never a crash or a hang.
//!
//! `cargo test --release` tries 100,000 of each and lines of 10 MB. The times are those of a slow and busy machine; what is quadratic takes hours at these sizes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::time::{Duration, Instant};

use kpi_base::{Diagnostic, Files, Language, SourceFile};
use kpi_report::Look;

const HEAD: &str = "policy \"P\" {\n  edition 1\n  currency CNY\n  period month\n}\n\
    dimension stage { a, b }\nroster staff { id: text key, stage: stage, salary: money }\n\
    source live { who: -> staff, at: datetime time, gmv: money }\n";

/// How many of a thing there are: in a build for debugging, which is twenty times slower, a tenth.
const MANY: usize = if cfg!(debug_assertions) { 10_000 } else { 100_000 };

/// Every finding, the first ones shown in both languages.
fn check(text: &str) -> Vec<Diagnostic> {
    let start = Instant::now();
    let mut files = Files::new();
    let id = files.add(SourceFile::new("a.kpi", text));
    let parsed = kpi_syntax::parse(id, &files.get(id).unwrap().text);
    let mut findings = parsed.diagnostics;
    findings.extend(kpi_check::check(&[parsed.file]).diagnostics);
    for language in [Language::English, Language::Chinese] {
        let shown = kpi_report::render_findings(
            findings.get(..findings.len().min(200)).unwrap(),
            &files,
            Look { colour: false, width: 100, language },
        );
        assert!(shown.len() < 2_000_000, "{} bytes are shown of {} findings", shown.len(), findings.len());
    }
    let took = start.elapsed();
    assert!(took < Duration::from_secs(120), "{took:?} for {} bytes", text.len());
    findings
}

fn errors(text: &str) -> usize {
    check(text).iter().filter(|finding| finding.is_error()).count()
}

#[test]
fn a_line_of_megabytes() {
    let size = MANY * 100;
    for line in [
        "x".repeat(size),
        "指".repeat(size / 3),
        " ".repeat(size),
        "\0".repeat(size),
        "\"".to_owned() + &"长".repeat(size / 3),
        "`".to_owned() + &"y".repeat(size),
        "9".repeat(size),
    ] {
        let first: String = line.chars().take(2).collect();
        let found = errors(&format!("{HEAD}indicator n {{\n  formula {line}\n  target ≥ 1\n}}\n"));
        assert!((1..1000).contains(&found), "{first}: {found} errors");
    }
    assert!(errors(&format!("{HEAD}// {}\n", "字".repeat(size / 3))) == 0);
    assert!(errors(&format!("{HEAD}{}\n", "）".repeat(size / 3))) > 0);
}

#[test]
fn very_many_unknown_names_and_declarations() {
    let text: String = (0..MANY).map(|n| format!("indicator unknown_{n} {{ formula unkown_{n} }}\n")).collect();
    let found = check(&format!("{HEAD}{text}"));
    assert!(found.len() >= MANY, "{}", found.len());
    let text: String = (0..MANY).map(|n| format!("indikator i{n} {{ formula 1 }}\n")).collect();
    assert!(errors(&format!("{HEAD}{text}")) >= MANY);
}

#[test]
fn very_many_declarations_of_one_name() {
    let text = "param x: count = 1\n".repeat(MANY);
    assert_eq!(errors(&format!("{HEAD}{text}")), MANY - 1);
}

#[test]
fn very_many_members_lines_and_rows() {
    let many = |row: fn(usize) -> String| (0..MANY).map(row).collect::<Vec<_>>().join("\n");
    check(&format!("{HEAD}dimension long {{\n{}\n}}\n", many(|n| format!("  m{n}"))));
    check(&format!("{HEAD}dimension long {{\n{}\n}}\n", many(|_| "  same".to_owned())));
    check(&format!(
        "{HEAD}source long {{\n  who: -> staff\n  at: datetime time\n{}\n}}\n",
        many(|n| format!("  c{n}: count"))
    ));
    let one = "indicator i { formula sum(live.gmv), target ≥ 1元 }\n";
    check(&format!("{HEAD}{one}scorecard s for staff {{\n{}\n}}\n", many(|_| "  i weight 10%".to_owned())));
    check(&format!("{HEAD}scorecard s for staff {{\n{}\n}}\n", many(|n| format!("  i{n} weight 10%"))));
    let steps = many(|n| format!("    ≥ {}%: {}%", 200_000 - n, 200_000 - n));
    check(&format!(
        "{HEAD}{one}scorecard s for staff {{\n  i\n}}\nincentive p for s {{\n  pay base = staff.salary × step(attainment) {{\n{steps}\n    else: 0%\n  }}\n}}\n"
    ));
    let rows = many(|n| format!("      | p{n} | a | 1元 |"));
    check(&format!("{HEAD}test \"t\" {{\n  staff\n      | id | stage | salary |\n{rows}\n}}\n"));
    let rows = many(|_| "    a: ≥ 1元".to_owned());
    check(&format!("{HEAD}indicator t {{\n  formula sum(live.gmv)\n  target by staff.stage {{\n{rows}\n  }}\n}}\n"));
    let sum = (0..MANY).map(|_| "1").collect::<Vec<_>>().join(" + ");
    check(&format!("{HEAD}indicator long {{\n  formula {sum}\n  target ≥ 1\n}}\n"));
}

#[test]
fn brackets_and_operators_without_end() {
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("{", "a", "}"),
        ("[", "1", "]"),
        ("-", "1", ""),
        ("not ", "true", ""),
        ("if true then ", "1", " else 2"),
        ("（", "1", "）"),
        ("sum(", "1", ")"),
        ("1 + (", "1", ")"),
        ("", "a", ".a"),
        ("by staff.stage { a: ", "1", " }"),
        ("", "1", " ÷ 1"),
        ("(", "", ""),
        ("", "", ")"),
        ("{", "", ""),
        ("", "", "}"),
        ("\"", "", ""),
        ("“", "", ""),
        ("`", "", ""),
        ("{ (", "", ""),
    ] {
        let (open, close) = (open.repeat(MANY), close.repeat(MANY));
        check(&format!("{HEAD}indicator i {{\n  formula {open}{middle}{close}\n  target ≥ 1\n}}\n"));
        check(&format!("{HEAD}{open}{middle}{close}"));
    }
}

#[test]
fn a_chain_of_ten_thousand_indicators() {
    let text: String = (1..10_000).map(|n| format!("indicator i{n} {{ formula i{} + 1元 }}\n", n - 1)).collect();
    let last = "scorecard s for staff {\n  i9999 watch\n}\n";
    check(&format!("{HEAD}indicator i0 {{ formula sum(live.gmv) }}\n{text}{last}"));
    check(&format!("{HEAD}indicator i0 {{ formula i9999 }}\n{text}{last}"));
}
