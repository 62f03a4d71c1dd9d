//! What editors know of the words of the language, made from its one table: words for the grammar, highlighting for Vim,
//! Emacs and VS Code, and the queries of tree-sitter.

mod emacs;
mod queries;
mod textmate;
mod vim;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kpi_syntax::words::{Place, WORDS};

pub use textmate::spoken;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file that is made, below the root, with its text.
fn files() -> Vec<(&'static str, String)> {
    vec![
        ("editors/tree-sitter-kpi/words.json", json()),
        ("editors/tree-sitter-kpi/queries/highlights.scm", queries::highlights(&[])),
        ("editors/neovim/queries/kpi/highlights.scm", queries::highlights(&[])),
        ("editors/helix/queries/kpi/highlights.scm", queries::highlights(queries::HELIX)),
        ("editors/zed/languages/kpi/highlights.scm", queries::highlights(&[])),
        ("editors/neovim/syntax/kpi.vim", vim::syntax()),
        ("editors/emacs/kpi-words.el", emacs::words()),
        ("editors/vscode/syntaxes/kpi.tmLanguage.json", textmate::grammar()),
    ]
}

/// Which files are not what the table of words says.
pub fn check() -> Vec<String> {
    let stale = |(path, text): (&str, String)| {
        (fs::read_to_string(root().join(path)).ok().as_deref() != Some(&text))
            .then(|| format!("{path} is not what the table of words says: run `cargo xtask editors`"))
    };
    let mut found: Vec<String> = files().into_iter().filter_map(stale).collect();
    found.extend(unparsed());
    found
}

/// Writes the files.
///
/// # Errors
/// If one cannot be written.
pub fn write() -> Result<Vec<String>, String> {
    for (path, text) in files() {
        let path = root().join(path);
        let folder = path.parent().unwrap_or(&path);
        fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
        fs::write(&path, text).map_err(|why| format!("{}: {why}", path.display()))?;
    }
    Ok(unparsed())
}

/// The keywords that the generated parser does not know: those of places that stand nowhere but in front of a member or in its
/// header. Other words are names to the grammar.
fn unparsed() -> Vec<String> {
    use Place::*;
    let path = "editors/tree-sitter-kpi/src/grammar.json";
    let grammar = fs::read_to_string(root().join(path)).unwrap_or_default();
    let known: BTreeSet<&str> = grammar.split('"').collect();
    let missing: Vec<&str> = words(&[Declaration, Reserved, Clause, Indicator, Card, Pay, Rule, Test])
        .into_iter()
        .filter(|word| !known.contains(word) && !NAMES.contains(word))
        .collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let missing = missing.join(", ");
    vec![format!("{path} does not know {missing}: run `tree-sitter generate --abi 14` in editors/tree-sitter-kpi")]
}

/// Words of those places that are names to the grammar.
const NAMES: &[&str] = &["score", "得分"];

fn json() -> String {
    let line = |word: &kpi_syntax::words::Word| {
        let place = format!("{:?}", word.place).to_lowercase();
        format!("  {{\"place\": \"{place}\", \"english\": \"{}\", \"chinese\": \"{}\"}}", word.english, word.chinese)
    };
    let lines: Vec<String> = WORDS.iter().map(line).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// The words of some places in both spellings, each once: the longest first, so that none hides another that it begins.
fn words(places: &[Place]) -> Vec<&'static str> {
    let there = WORDS.iter().filter(|word| places.contains(&word.place));
    let all: BTreeSet<&str> = there.flat_map(|word| [word.english, word.chinese]).collect();
    let mut all: Vec<&str> = all.into_iter().collect();
    all.sort_by_key(|word| (!word.is_ascii(), std::cmp::Reverse(word.chars().count())));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vim_and_emacs_highlight_every_word_in_both_spellings() {
        for text in [vim::syntax(), emacs::words()] {
            for word in WORDS {
                let known =
                    |spelling: &str| text.split(|c: char| " \\|()\"\n".contains(c)).any(|part| part == spelling);
                assert!(known(word.english) && known(word.chinese), "{word:?}");
            }
        }
    }

    #[test]
    fn what_is_committed_is_current() {
        assert_eq!(check(), Vec::<String>::new());
    }
}
