//! The pages of docs/library, which the library's modules say.

use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/library")
}

/// Which pages are not what the modules say.
///
/// # Errors
/// If the folder cannot be read.
pub fn check() -> Result<Vec<String>, String> {
    let pages = kpi_stdlib::pages();
    let mut found = Vec::new();
    for (name, page) in &pages {
        if fs::read_to_string(folder().join(name)).ok().as_ref() != Some(page) {
            found.push(format!("docs/library/{name} is not what the library says: run `cargo xtask library`"));
        }
    }
    for name in written()? {
        if !pages.iter().any(|(page, _)| *page == name) {
            found.push(format!("docs/library/{name} is of no module: run `cargo xtask library`"));
        }
    }
    Ok(found)
}

/// Writes the pages, and takes those of modules away that are no more.
///
/// # Errors
/// If a page cannot be written.
pub fn write() -> Result<Vec<String>, String> {
    let told = |path: &Path, why: std::io::Error| format!("{}: {why}", path.display());
    let folder = folder();
    fs::create_dir_all(&folder).map_err(|why| told(&folder, why))?;
    let pages = kpi_stdlib::pages();
    for name in written()? {
        if !pages.iter().any(|(page, _)| *page == name) {
            let path = folder.join(&name);
            fs::remove_file(&path).map_err(|why| told(&path, why))?;
        }
    }
    for (name, page) in &pages {
        let path = folder.join(name);
        fs::write(&path, page).map_err(|why| told(&path, why))?;
    }
    Ok(Vec::new())
}

/// The names of the pages that are there.
fn written() -> Result<Vec<String>, String> {
    let folder = folder();
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.sort();
    Ok(names)
}
