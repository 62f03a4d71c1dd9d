//! Files that appear all together or not at all.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, codes::config as codes, text};
use tempfile::TempDir;

use crate::console::{Console, Failure};

/// A folder that files are written for: they are written beside their place, and moved when all are there.
pub(crate) struct Output {
    dir: PathBuf,
    shown: String,
    staging: TempDir,
    /// Whether the folder was made for this output, so that a failed run leaves none behind.
    made: bool,
    done: bool,
}

impl Output {
    /// Makes sure that the folder can be written to.
    pub fn open(dir: &Path, console: &Console<'_>) -> Result<Output, Failure> {
        let dir = console.cwd.join(dir);
        let shown = console.shown(&dir);
        let made = !dir.exists();
        let open = || {
            fs::create_dir_all(&dir)?;
            tempfile::Builder::new().prefix(".kpi-").tempdir_in(&dir)
        };
        match open() {
            Ok(staging) => Ok(Output { dir, shown, staging, made, done: false }),
            Err(error) => Err(cannot_write(&shown, &error)),
        }
    }

    /// Writes one file beside its place.
    pub fn write(&self, name: &str, write: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), Failure> {
        write(&self.staging.path().join(name)).map_err(|error| cannot_write(&self.shown, &error))
    }

    /// Writes several files beside their places as their bytes come: `fill` gets a function that takes the name of a file,
    /// without its extension, and its next bytes.
    pub fn write_by_and_by<'n>(
        &self,
        extension: &str,
        fill: impl FnOnce(&mut dyn FnMut(&'n str, &[u8]) -> io::Result<()>) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let mut files: BTreeMap<&str, fs::File> = BTreeMap::new();
        let mut write = |name: &'n str, bytes: &[u8]| {
            let file = match files.entry(name) {
                Entry::Occupied(open) => open.into_mut(),
                Entry::Vacant(place) => {
                    place.insert(fs::File::create(self.staging.path().join(format!("{name}.{extension}")))?)
                }
            };
            file.write_all(bytes)
        };
        fill(&mut write).map_err(|error| cannot_write(&self.shown, &error))
    }

    /// Moves all files into their place. If one cannot be moved, those already moved go back.
    pub fn commit(mut self) -> Result<(), Failure> {
        let moved = self.move_all();
        self.done = moved.is_ok();
        moved.map_err(|error| cannot_write(&self.shown, &error))
    }

    fn move_all(&self) -> io::Result<()> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.staging.path())? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.push(entry.file_name());
            }
        }
        names.sort();
        self.move_files(&names)
    }

    fn move_files(&self, names: &[OsString]) -> io::Result<()> {
        let aside = TempDir::new_in(self.staging.path())?;
        let mut moved: Vec<(PathBuf, Option<PathBuf>)> = Vec::new();
        for name in names {
            let (new, place, old) = (self.staging.path().join(name), self.dir.join(name), aside.path().join(name));
            let result = (|| {
                let old = if place.symlink_metadata().is_ok() {
                    fs::rename(&place, &old)?;
                    Some(old)
                } else {
                    None
                };
                moved.push((place.clone(), old));
                fs::rename(&new, &place)
            })();
            if let Err(error) = result {
                for (place, old) in moved.into_iter().rev() {
                    // The first error is the one to tell; what can be put back is put back.
                    let _ = fs::remove_file(&place);
                    if let Some(old) = old {
                        let _ = fs::rename(old, place);
                    }
                }
                return Err(error);
            }
        }
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.made && !self.done {
            // The staging folder goes first, so that an empty folder is empty.
            let _ = fs::remove_dir_all(self.staging.path());
            let _ = fs::remove_dir(&self.dir);
        }
    }
}

fn cannot_write(shown: &str, error: &io::Error) -> Failure {
    let message =
        text!("the output folder `{folder}` cannot be written: {error}", folder = shown, error = error.to_string());
    let finding = Diagnostic::new(codes::CANNOT_WRITE, message);
    Failure::one(finding.help(text!("choose another folder; what was there before is as it was")))
}

#[cfg(test)]
mod tests;
