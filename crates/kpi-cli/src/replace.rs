//! Files that are written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use kpi_base::{Diagnostic, codes, text};

use crate::console::Failure;

/// Replaces a file in one step: it holds the old text or the new, never a part of it.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    // A link stays a link.
    let path = fs::canonicalize(path)?;
    let mut file = beside(&path, text)?;
    file.as_file_mut().set_permissions(fs::metadata(&path)?.permissions())?;
    file.persist(&path)?;
    Ok(())
}

/// Writes a file that may be there already, in one step.
pub(crate) fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    if path.is_file() {
        return replace(path, text);
    }
    beside(path, text)?.persist(path)?;
    Ok(())
}

/// Why a file was not written.
pub(crate) fn cannot_write(path: &str, error: &io::Error) -> Failure {
    let finding = Diagnostic::new(
        codes::config::CANNOT_WRITE,
        text!("`{path}` cannot be written: {error}", path, error = error.to_string()),
    );
    Failure::one(finding.help(text!("choose another file; what was there before is as it was")))
}

fn beside(path: &Path, text: &str) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any program makes a file: the user's umask takes away what it should.
        new.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = new.prefix(".kpi-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}
