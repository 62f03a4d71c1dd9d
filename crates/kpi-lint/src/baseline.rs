//! What was found before a team began to ask: it is not told again, so that an old repository can adopt a rule at once and
//! still hears of everything new.

use indexmap::IndexMap;
use kpi_base::{Diagnostic, Files, Language, Severity};
use serde::{Deserialize, Serialize};

/// Findings that are known, with how often each is there. Lines may move: a finding is known by its code, file, declaration and
/// message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The form of the file.
    pub version: u32,
    /// What is known, in the order of the files.
    pub findings: Vec<Known>,
}

/// A finding that is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Its code.
    pub code: String,
    /// The file, relative to the project.
    pub file: String,
    /// The first words of the declaration that it is in.
    pub declaration: String,
    /// Its message, in English.
    pub message: String,
    /// How often it is there.
    pub count: usize,
}

/// By what a finding is known.
type Key = (String, String, String, String);

impl Baseline {
    /// The findings of today; errors are never taken in. `path` gives the path of a file that does not hang on where a command
    /// runs.
    pub fn of(findings: &[Diagnostic], files: &Files, path: &dyn Fn(&str) -> String) -> Baseline {
        let mut counts: IndexMap<Key, usize> = IndexMap::new();
        for finding in findings.iter().filter(|finding| finding.severity < Severity::Error) {
            *counts.entry(key(finding, files, path)).or_default() += 1;
        }
        let known = counts.into_iter().map(|((code, file, declaration, message), count)| Known {
            code,
            file,
            declaration,
            message,
            count,
        });
        Baseline { version: 1, findings: known.collect() }
    }

    /// Reads a baseline file.
    ///
    /// # Errors
    /// What is wrong with its text.
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let baseline: Baseline = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if baseline.version == 1 { Ok(baseline) } else { Err(format!("version {}", baseline.version)) }
    }

    /// The text of its file.
    ///
    /// # Errors
    /// If JSON cannot be written.
    pub fn render(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Takes out what is known; returns how many findings that were, and how many entries are found no more.
    pub(crate) fn hide(
        &self,
        findings: &mut Vec<Diagnostic>,
        files: &Files,
        path: &dyn Fn(&str) -> String,
    ) -> (usize, usize) {
        let key_of =
            |known: &Known| (known.code.clone(), known.file.clone(), known.declaration.clone(), known.message.clone());
        let mut left: IndexMap<Key, usize> = IndexMap::new();
        for known in &self.findings {
            *left.entry(key_of(known)).or_default() += known.count;
        }
        let before = findings.len();
        findings.retain(|finding| {
            if finding.severity >= Severity::Error {
                return true;
            }
            match left.get_mut(&key(finding, files, path)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            }
        });
        (before - findings.len(), left.values().filter(|count| **count > 0).count())
    }
}

fn key(finding: &Diagnostic, files: &Files, path: &dyn Fn(&str) -> String) -> Key {
    let place = finding.labels.first().and_then(|label| Some((files.get(label.span.file)?, label.span.start)));
    let (file, declaration) = match place {
        Some((file, at)) => (path(&file.path), declaration(&file.text, at as usize)),
        None => (finding.place.as_ref().map(|place| path(&place.path)).unwrap_or_default(), String::new()),
    };
    (finding.code.name().to_owned(), file, declaration, finding.message.to(Language::English))
}

/// The first two words of the declaration that a place is in: the last line before it that is not indented.
fn declaration(text: &str, at: usize) -> String {
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |more| at + more);
    let before = text.get(..end).unwrap_or(text);
    let head = before.rsplit('\n').find(|line| line.starts_with(|c: char| c.is_alphabetic())).unwrap_or_default();
    head.split([' ', '{', ':']).filter(|word| !word.is_empty()).take(2).collect::<Vec<_>>().join(" ")
}
