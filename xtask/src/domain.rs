//! What the domain asks, where policies say it, and whether tests would notice if they said something else.
//!
//! [`rows`] reads the list of what is asked. [`annotations`] finds the statements of the example policies that name a row. [`mutants`] changes such a
//! statement in one place, [`trial`] asks `kpi test` whether a policy test then fails, and [`coverage`] writes down what came of it.

mod annotations;
mod coverage;
mod mutants;
mod rows;
#[cfg(test)]
mod tests;
mod tokens;
mod trial;

use std::path::{Path, PathBuf};

use annotations::Statement;
use rows::Row;

/// What `cargo xtask mutate` is asked.
#[derive(Debug, Default)]
pub struct Request {
    /// Compare docs/domain-coverage.md with what would be written, and write nothing.
    pub check: bool,
    /// Only rows whose id begins with this; nothing is written then.
    pub only: Option<String>,
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_path_buf()
}

/// What is wrong with the list of rows and with the annotations, without running anything: rows without a place, names of no row.
///
/// # Errors
/// If a file cannot be read.
pub fn check() -> Result<Vec<String>, String> {
    let (rows, statements) = read()?;
    Ok(complaints(&rows, &statements))
}

/// Changes every annotated statement, one place at a time, runs the tests of its project, and writes docs/domain-coverage.md. Every mutant that no test
/// notices is a complaint.
///
/// # Errors
/// If a file cannot be read or written, or `kpi` not built or run.
pub fn mutate(request: &Request) -> Result<Vec<String>, String> {
    let (rows, mut statements) = read()?;
    let mut found = complaints(&rows, &statements);
    if let Some(only) = &request.only {
        statements.retain(|statement| statement.ids.iter().any(|id| id.starts_with(only.as_str())));
    }
    let trials = trial::run(&statements)?;
    found.extend(trials.iter().flat_map(trial::Trial::survivors));
    if request.only.is_none() {
        let path = root().join("docs/domain-coverage.md");
        let text = coverage::render(&rows, &trials);
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        if request.check && old != text {
            found.push(
                "docs/domain-coverage.md is not what `cargo xtask mutate` writes: run it and commit the page"
                    .to_owned(),
            );
        } else if old != text {
            std::fs::write(&path, text).map_err(|why| format!("{}: {why}", path.display()))?;
        }
    }
    Ok(found)
}

fn read() -> Result<(Vec<Row>, Vec<Statement>), String> {
    let rows = rows::read(&root().join("docs/domain-rows.toml"))?;
    let statements = annotations::read(&root().join("examples"))?;
    Ok((rows, statements))
}

/// The systems of which every row must have its place.
const COMPLETE: &[&str] = &["1", "2", "3", "4", "5"];

fn complaints(rows: &[Row], statements: &[Statement]) -> Vec<String> {
    let mut found = Vec::new();
    for statement in statements {
        for id in &statement.ids {
            if !rows.iter().any(|row| row.id == *id) {
                found.push(format!("{}:{}: docs/domain-rows.toml has no row `{id}`", statement.file, statement.line));
            }
        }
    }
    for row in rows {
        let declared = statements.iter().any(|statement| statement.ids.contains(&row.id));
        match row.place() {
            rows::Place::Policy if !declared && COMPLETE.contains(&row.system()) => {
                found.push(format!("`{}` of docs/domain-rows.toml is said by no example: {}", row.id, row.asks));
            }
            rows::Place::Shown(test) => {
                if let Err(why) = rows::find_test(&root(), test) {
                    found.push(format!("`{}` of docs/domain-rows.toml: {why}", row.id));
                }
            }
            rows::Place::Policy | rows::Place::Advice(_) => {}
        }
    }
    found
}
