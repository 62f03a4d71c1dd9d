//! The pages of `docs/diagnostics` show code that does what they say: a block `kpi,fails=K1234` gives that code and no other
//! error, every other ```` ```kpi ```` block gives no error. The Chinese page shows the same code. The index names every code.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use kpi_base::{Language, Severity, codes};
use kpi_front_tests::pages::{Ground, blocks, pages, repository};

#[test]
fn every_block_of_a_page_compiles_or_fails_as_it_says() {
    let ground =
        Ground::new(&fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("pages/ground.kpi")).unwrap());
    let (mut count, mut wrong) = (0, Vec::new());
    for folder in ["docs/diagnostics", "docs/diagnostics/zh"] {
        for path in pages(folder) {
            let page = fs::read_to_string(&path).unwrap();
            let code = path.file_stem().unwrap().to_str().unwrap();
            for block in blocks(&page) {
                count += 1;
                let found = ground.check(&block.text);
                let mistake = block.judge(&found, Some(code));
                wrong.extend(mistake.map(|mistake| format!("{folder}/{code}.md:{}: {mistake}", block.line)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 240, "only {count} blocks: were the fences recognised?");
}

#[test]
fn a_chinese_page_shows_the_same_code() {
    let code = |page: &str| {
        let page = fs::read_to_string(page).unwrap();
        let blocks = blocks(&page).into_iter();
        let plain = |line: &str| line.split("//").next().unwrap_or_default().trim_end().to_owned();
        blocks.map(|b| (b.words, b.text.lines().map(plain).collect::<Vec<_>>())).collect::<Vec<_>>()
    };
    for path in pages("docs/diagnostics/zh") {
        let english = repository("docs/diagnostics").join(path.file_name().unwrap());
        assert_eq!(code(path.to_str().unwrap()), code(english.to_str().unwrap()), "{}", path.display());
    }
}

/// Run with `INSTA_UPDATE=always` to write the index anew.
#[test]
fn the_index_names_every_code() {
    let mut index = String::from(
        "# What kpi finds\n\nEvery finding has a code, and every code a page: what it means, why, an example and what to do. `kpi explain CODE` prints it.\n\n\
         | code | | meaning | 含义 |\n|---|---|---|---|\n",
    );
    for code in codes::all() {
        let severity = match code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let (name, title, chinese) = (code.name(), code.title(), code.title_in(Language::Chinese));
        index += &format!("| [{name}]({name}.md) | {severity} | {title} | [{chinese}](zh/{name}.md) |\n");
    }
    let path = repository("docs/diagnostics/README.md");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&path, &index).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), index, "INSTA_UPDATE=always writes the index anew");
}
