//! `kpi init`

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use kpi_base::{Diagnostic, codes::config as codes, text};

use super::templates::PERIOD;
use crate::args::{Init, TemplateName};
use crate::console::{Console, Exit, Failure};

pub(crate) fn run(args: &Init, console: &mut Console<'_>) -> Result<Exit, Failure> {
    if args.list {
        return list(console);
    }
    let dir = args.dir.as_path();
    let whole = console.cwd.join(dir);
    let template = args.template.template();
    if let Some(taken) = template.paths().find(|path| whole.join(path).symlink_metadata().is_ok()) {
        return Err(in_use(&dir.join(taken)));
    }
    let files = template.files(console.language);
    let mut written = Written::default();
    for (path, text) in &files {
        if let Err(error) = written.write(&whole.join(path), text) {
            written.undo();
            // Somebody else made the file in this moment.
            if error.kind() == ErrorKind::AlreadyExists {
                return Err(in_use(&dir.join(path)));
            }
            let message =
                text!("`{path}` cannot be written: {error}", path = shown(&dir.join(path)), error = error.to_string());
            return Err(Failure::one(Diagnostic::new(codes::CANNOT_WRITE, message)));
        }
    }
    for (path, _) in &files {
        writeln!(console.out, "  {}", shown(&dir.join(path)))?;
    }
    let at = if dir == Path::new(".") { String::new() } else { format!(" {}", quoted(dir)) };
    let try_it = text!("try:").to(console.language);
    writeln!(console.out, "\n{try_it}\n  kpi check{at}\n  kpi test{at}\n  kpi run{at} --period {PERIOD}")?;
    let why = if at.is_empty() { String::new() } else { format!(" --path{at}") };
    writeln!(console.out, "  kpi why {} --period {PERIOD}{why}", template.subject)?;
    Ok(Exit::Clean)
}

fn list(console: &mut Console<'_>) -> Result<Exit, Failure> {
    let names = TemplateName::value_variants();
    let width = names.iter().map(|name| name.template().name.len()).max().unwrap_or(0);
    writeln!(console.out, "{}", text!("templates:").to(console.language))?;
    for name in names {
        writeln!(console.out, "  {:width$}  {}", name.template().name, name.about().to(console.language))?;
    }
    writeln!(console.out, "\n{}", text!("start one with:").to(console.language))?;
    writeln!(console.out, "  kpi init my-kpi --template live")?;
    Ok(Exit::Clean)
}

fn in_use(path: &Path) -> Failure {
    let message = text!("`{path}` is there already", path = shown(path));
    Failure::one(Diagnostic::new(codes::FOLDER_IN_USE, message).help(text!("name a new folder: `kpi init DIR`")))
}

/// A path without `./`.
fn shown(path: &Path) -> String {
    path.components().filter(|part| *part != std::path::Component::CurDir).collect::<PathBuf>().display().to_string()
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    if path.contains(char::is_whitespace) { format!("\"{path}\"") } else { path }
}

/// The files and folders made so far, to be taken away again if a later one fails: no project is left half written.
#[derive(Default)]
struct Written {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Written {
    /// Writes a new file, never over one that exists, below folders that are made if need be.
    fn write(&mut self, path: &Path, text: &str) -> io::Result<()> {
        let missing: Vec<&Path> = path.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.folders.push(folder.to_owned());
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        self.files.push(path.to_owned());
        file.write_all(text.as_bytes())
    }

    fn undo(self) {
        // What cannot be taken away stays; the error that is told is the one that came first.
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}
