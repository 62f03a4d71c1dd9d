//! The reference compiles: every ```` ```kpi ```` block of `docs/reference` is checked, together with
//! the block marked `kpi,prelude` of its page; a block `kpi,fails=K1234` must be refused with that code.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use kpi_base::{Diagnostic, Files, SourceFile};

/// One fenced block of a page.
struct Block {
    line: usize,
    words: Vec<String>,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(info) => {
                open = true;
                let words = info.split(',').map(|w| w.trim().to_owned()).collect();
                found.push(Block { line: index + 1, words, text: String::new() });
            }
            None if open => {
                let block = found.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => {}
        }
    }
    found.retain(|b| b.words[0] == "kpi");
    found
}

const POLICY: &str = "policy \"page\" {\n  edition 1\n  currency CNY\n  period month\n}\n";

fn errors(parts: &[&str]) -> Vec<Diagnostic> {
    let mut text = parts.join("\n");
    if !text.lines().any(|line| line.starts_with("policy ")) {
        text = format!("{POLICY}{text}");
    }
    let mut files = Files::new();
    let id = files.add(SourceFile::new("page.kpi", text));
    let parsed = kpi_syntax::parse(id, &files.get(id).unwrap().text);
    let mut found = parsed.diagnostics;
    found.extend(kpi_check::check(&[parsed.file]).diagnostics);
    found.retain(Diagnostic::is_error);
    found
}

fn check_pages(folder: &str) -> (usize, Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut pages: Vec<_> = fs::read_dir(&root).unwrap().map(|e| e.unwrap().path()).collect();
    pages.retain(|p| p.extension().is_some_and(|e| e == "md"));
    pages.sort();
    let (mut count, mut wrong) = (0, Vec::new());
    for path in pages {
        let page = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut prelude = String::new();
        for block in blocks(&page) {
            count += 1;
            let place = format!("{folder}/{name}:{}", block.line);
            let whole = block.text.lines().any(|line| line.starts_with("policy ")) && !prelude.is_empty();
            let found = if whole { errors(&[&block.text]) } else { errors(&[&prelude, &block.text]) };
            let codes: Vec<_> = found.iter().map(|d| d.code.name()).collect();
            match block.words.iter().find_map(|w| w.strip_prefix("fails=")) {
                Some(code) if codes.is_empty() || codes.iter().any(|c| *c != code) => {
                    wrong.push(format!("{place}: should fail with {code} alone, fails with {codes:?}"));
                }
                None if !found.is_empty() => {
                    let messages: Vec<_> = found.iter().map(|d| format!("{} {}", d.code, d.message)).collect();
                    wrong.push(format!("{place}: {messages:#?}"));
                }
                _ => {}
            }
            if block.words.iter().any(|w| w == "prelude") {
                prelude = block.text;
            }
        }
    }
    (count, wrong)
}

#[test]
fn every_block_of_the_reference_compiles_or_fails_as_it_says() {
    let (count, wrong) = check_pages("docs/reference");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 40, "only {count} blocks: were the fences recognised?");
}

#[test]
fn the_policy_of_the_readme_compiles() {
    let (count, wrong) = check_pages(".");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 1, "the README shows a policy");
}
