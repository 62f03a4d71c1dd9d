//! Small files and policies for tests.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A new file of this name in a folder of its own.
pub fn file(name: &str, text: &[u8]) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let place = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("kpi-engine-{}-{place}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}
