//! The grammar for editors beside the compiler: both read a policy, and what they find is compared.
//!
//! [`compiled`] and [`read`] tell the declarations of a text with their members, as the compiler's parser and as
//! `editors/tree-sitter-kpi` find them; the tests want them to be equal. Nothing here needs the tool that generates the
//! grammar: its committed C sources are built by `build.rs`. Start with [`Declaration`].

mod compiler;
mod corpus;
mod tree;

pub use compiler::compiled;
pub use corpus::{Case, cases};
pub use tree::{faults, keywords, language, read, sexp};

use std::path::{Path, PathBuf};

/// Something with a name that a file holds: what it is, its name as written without backticks or quotes, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The byte where its name begins, or it itself where it has none.
    pub at: usize,
    /// `column`, `line`, …: the node of the grammar.
    pub kind: &'static str,
    /// Its name; empty where it has none.
    pub name: String,
}

/// A declaration with its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// `indicator`, `roster`, …: the keyword in English, and the node of the grammar.
    pub kind: &'static str,
    /// Its name, a title without its quotes, or the path of a module; empty where it has none.
    pub name: String,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// What it holds, in the order of the text.
    pub members: Vec<Named>,
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// All policy files of the repository, in the order of their paths.
///
/// # Errors
/// If a folder cannot be read.
pub fn policies() -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in ["benches", "crates", "docs", "editors", "examples", "fuzz", "stdlib", "tests"] {
        gather(&repository(folder), &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn gather(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !matches!(name.as_ref(), "target" | "node_modules") && !name.starts_with('.') {
            gather(&path, found)?;
        } else if path.is_file() && path.extension().is_some_and(|e| e == "kpi") {
            found.push(path);
        }
    }
    Ok(())
}
