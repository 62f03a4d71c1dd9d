//! `kpi init`

use std::fs;
use std::io;
use std::path::Path;

use kpi_base::{Diagnostic, codes::config as codes, text};

use crate::console::{Console, Exit, Failure};

/// The starter project: each file with its text.
const STARTER: &[(&str, &str)] = &[
    ("kpi.toml", include_str!("../../starter/kpi.toml")),
    ("policy/shop.kpi", include_str!("../../starter/policy/shop.kpi")),
    ("exports/staff.csv", include_str!("../../starter/exports/staff.csv")),
    ("exports/orders-2026-10.csv", include_str!("../../starter/exports/orders-2026-10.csv")),
    ("exports/complaints.csv", include_str!("../../starter/exports/complaints.csv")),
];

pub(crate) fn run(dir: &Path, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let whole = console.cwd.join(dir);
    if let Some((taken, _)) = STARTER.iter().find(|(name, _)| whole.join(name).symlink_metadata().is_ok()) {
        let message = text!("`{path}` is there already", path = dir.join(taken).display().to_string());
        return Err(Failure::one(
            Diagnostic::new(codes::FOLDER_IN_USE, message).help(text!("name a new folder: `kpi init DIR`")),
        ));
    }
    write_starter(&whole).map_err(|error| {
        let message =
            text!("`{path}` cannot be written: {error}", path = dir.display().to_string(), error = error.to_string());
        Failure::one(Diagnostic::new(codes::CANNOT_WRITE, message))
    })?;
    let at = if dir == Path::new(".") { String::new() } else { format!(" {}", dir.display()) };
    for (name, _) in STARTER {
        writeln!(console.out, "  {}", dir.join(name).components().collect::<std::path::PathBuf>().display())?;
    }
    let try_it = text!("try:").to(console.language);
    writeln!(console.out, "\n{try_it}\n  kpi check{at}\n  kpi test{at}\n  kpi run{at} --period 2026-10")?;
    let why = if at.is_empty() { String::new() } else { format!(" --path{at}") };
    writeln!(console.out, "  kpi why A02 --period 2026-10{why}")?;
    Ok(Exit::Clean)
}

fn write_starter(dir: &Path) -> io::Result<()> {
    for (name, text) in STARTER {
        let path = dir.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}
