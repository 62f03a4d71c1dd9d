//! The reference compiles: every ```` ```kpi ```` block of `docs/reference` is checked, together with
//! the block marked `kpi,prelude` of its page; a block `kpi,fails=K1234` must be refused with that code.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use kpi_front_tests::pages::{blocks, check, is_whole, pages};

fn check_pages(folder: &str) -> (usize, Vec<String>) {
    let (mut count, mut wrong) = (0, Vec::new());
    for path in pages(folder) {
        let page = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut prelude = String::new();
        for block in blocks(&page) {
            count += 1;
            let whole = is_whole(&block.text) && !prelude.is_empty();
            let found = if whole { check(&block.text) } else { check(&format!("{prelude}\n{}", block.text)) };
            if let Some(mistake) = block.judge(&found, None) {
                wrong.push(format!("{folder}/{name}:{}: {mistake}", block.line));
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
