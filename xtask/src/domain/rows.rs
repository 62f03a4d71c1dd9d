//! The list of what the domain asks: `docs/domain-rows.toml`.

use std::path::Path;

use serde::Deserialize;

/// One row or bullet of a domain file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The number of its system, a point, a name: `1.publish-accuracy`.
    pub id: String,
    /// What it asks, in one line.
    pub asks: String,
    /// The test that shows a command or an output, as `file: function`, where no declaration says the row.
    #[serde(default)]
    shown: Option<String>,
    /// Why no program can compute it.
    #[serde(default)]
    advice: Option<String>,
}

/// Where a row is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// By declarations of an example that name it.
    Policy,
    /// By what the program does or shows: this test of the repository.
    Shown(&'a str),
    /// By nobody: no program can compute it, for this reason.
    Advice(&'a str),
}

impl Row {
    /// The number of the system: the part of the id before its point.
    pub fn system(&self) -> &str {
        self.id.split('.').next().unwrap_or_default()
    }

    /// Where it is answered.
    pub fn place(&self) -> Place<'_> {
        match (&self.shown, &self.advice) {
            (Some(test), _) => Place::Shown(test),
            (None, Some(why)) => Place::Advice(why),
            (None, None) => Place::Policy,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    row: Vec<Row>,
}

/// The rows of the list, in its order.
///
/// # Errors
/// If the file cannot be read, is no such list, or names an id twice.
pub fn read(path: &Path) -> Result<Vec<Row>, String> {
    let told = |why: String| format!("{}: {why}", path.display());
    let text = std::fs::read_to_string(path).map_err(|why| told(why.to_string()))?;
    let list: List = toml::from_str(&text).map_err(|why| told(why.to_string()))?;
    let mut seen = std::collections::BTreeSet::new();
    match list.row.iter().find(|row| !seen.insert(&row.id)) {
        Some(row) => Err(told(format!("the id `{}` stands there twice", row.id))),
        None => Ok(list.row),
    }
}

/// Looks for the test that `shown` names.
///
/// # Errors
/// If there is no such file, or no such function in it.
pub fn find_test(root: &Path, named: &str) -> Result<(), String> {
    let (file, function) = named.split_once(": ").ok_or_else(|| format!("`shown` is not `file: function`: {named}"))?;
    let text = std::fs::read_to_string(root.join(file)).map_err(|why| format!("{file}: {why}"))?;
    let there = text.contains(&format!("fn {function}("));
    if there { Ok(()) } else { Err(format!("{file} has no test `{function}`")) }
}
