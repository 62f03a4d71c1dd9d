//! The example policies of the repository.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(dead_code, reason = "each test uses a part")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kpi_ide::{Ide, Snapshot};

/// The folders of the examples, in order.
pub fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.join("kpi.toml").exists());
    found.sort();
    found
}

/// An example as an editor has it, analysed or not.
pub fn open(folder: &Path) -> (Ide, PathBuf) {
    let mut ide = Ide::new();
    ide.add_root(folder);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder.join("policy")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "kpi"));
    paths.sort();
    for path in &paths {
        ide.set_file(path, std::fs::read_to_string(path).unwrap());
    }
    let first = paths.first().unwrap().clone();
    (ide, first)
}

pub fn snapshot(folder: &Path) -> Arc<Snapshot> {
    let (mut ide, first) = open(folder);
    ide.snapshot(&first).unwrap()
}
