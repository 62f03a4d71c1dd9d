//! The corpus of the grammar, and the queries of all editors.

#![allow(clippy::unwrap_used, clippy::string_slice, reason = "a test may panic")]

use std::fs;

use kpi_tree_sitter_tests::{cases, language, repository, sexp};

#[test]
fn texts_of_the_corpus_give_their_trees() {
    let mut seen = 0;
    for entry in fs::read_dir(repository("editors/tree-sitter-kpi/test/corpus")).unwrap() {
        for case in cases(&fs::read_to_string(entry.unwrap().path()).unwrap()) {
            assert_eq!(without_fields(&sexp(&case.text)), case.tree, "{}", case.name);
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

/// The corpus leaves the names of fields out.
fn without_fields(tree: &str) -> String {
    tree.split(' ').filter(|word| !word.ends_with(':')).collect::<Vec<_>>().join(" ")
}

#[test]
fn queries_ask_for_what_the_grammar_has() {
    let mut seen = 0;
    for folder in ["tree-sitter-kpi/queries", "neovim/queries/kpi", "helix/queries/kpi", "zed/languages/kpi"] {
        for entry in fs::read_dir(repository(&format!("editors/{folder}"))).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "scm") {
                let query = fs::read_to_string(&path).unwrap();
                if let Err(why) = tree_sitter::Query::new(&language(), &query) {
                    panic!("{}: {why}", path.display());
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 8, "{seen}");
}
