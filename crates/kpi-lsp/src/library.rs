//! The modules of the standard library as files, so that every editor can open them.
//!
//! They are embedded in the binary. The first one that is gone to is written into a folder of the user's cache, read-only, by
//! version and content, or into the folder that the setting `kpi.library` names. What is opened from there
//! belongs to no policy: what is asked about it is answered from a policy that uses the module.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::client::Settings;

/// The folder of all modules.
fn folder(settings: &Settings) -> PathBuf {
    if let Some(folder) = settings.get("library").and_then(|folder| folder.as_str()).filter(|f| !f.is_empty()) {
        return PathBuf::from(folder);
    }
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = variable("XDG_CACHE_HOME").or_else(|| variable("LOCALAPPDATA"));
    let cache = cache.or_else(|| Some(variable("HOME")?.join(".cache"))).unwrap_or_else(std::env::temp_dir);
    cache.join("kpi").join("library")
}

/// Whether a file is one of these.
pub fn holds(settings: &Settings, path: &Path) -> bool {
    path.starts_with(folder(settings))
}

/// Where the file of a module is, once somebody has gone to it.
pub fn place(settings: &Settings, module: &str, text: &str) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let version = format!("{}-{:016x}", env!("CARGO_PKG_VERSION"), hasher.finish());
    let name = module.rsplit('.').next().unwrap_or(module);
    folder(settings).join(version).join(format!("{name}.kpi"))
}

/// The file of a module, which is there afterwards; none where it cannot be written.
pub fn file(settings: &Settings, module: &str, text: &str) -> Option<PathBuf> {
    let path = place(settings, module, text);
    if !path.is_file() {
        std::fs::create_dir_all(path.parent()?).ok()?;
        // Another session may write the same file: it comes whole or not at all.
        let written = path.with_extension(format!("{}.part", std::process::id()));
        std::fs::write(&written, text).ok()?;
        let mut permissions = std::fs::metadata(&written).ok()?.permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&written, permissions).ok()?;
        std::fs::rename(&written, &path).ok()?;
    }
    Some(path)
}
