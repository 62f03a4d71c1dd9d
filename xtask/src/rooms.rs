//! How long a file may be.

use std::path::Path;

/// The most lines of a file.
const MOST_LINES: usize = 800;

/// Every Rust file with more lines than a room holds, as a sentence.
pub fn check() -> Vec<String> {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    for folder in ["crates", "tests", "benches", "xtask"] {
        visit(&root.join(folder), &mut found);
    }
    found
}

fn visit(folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            visit(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let lines = std::fs::read_to_string(&path).map(|text| text.lines().count()).unwrap_or_default();
            if lines > MOST_LINES {
                found.push(format!("{}: {lines} lines; split it by what it is about", path.display()));
            }
        }
    }
}
