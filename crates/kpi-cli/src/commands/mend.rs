//! `kpi check --fix`: the changes that can move no score, made.

use std::collections::BTreeMap;

use kpi_base::{Diagnostic, Edit, FileId, Files, SourceFile, codes, text};
use kpi_fmt::render_diff;

use crate::console::{Console, Failure};
use crate::project::Project;
use crate::replace::replace;

/// How often a policy is checked and mended at most: a change may bring another mistake to light.
const ROUNDS: usize = 10;

/// A policy as it would be after every safe change.
pub(super) struct Mended {
    before: Files,
    after: BTreeMap<FileId, String>,
    changes: usize,
}

/// Makes every safe change in the texts of a project, until there is none left; no file is written.
pub(super) fn mend(project: &mut Project) -> Result<Mended, Failure> {
    let before = project.files.clone();
    let (mut after, mut changes) = (BTreeMap::new(), 0);
    for _ in 0..ROUNDS {
        let analysis = project.analyse();
        let edits = choose(&project.judge(&analysis)?.findings);
        // The modules of the library that joined the files are nobody's to mend.
        let edits = edits.into_iter().filter_map(|(id, edits)| {
            before.get(id).and(project.files.get(id)).map(|file| (id, apply(&file.text, &edits), edits.len()))
        });
        let mended: Vec<(FileId, String, usize)> = edits.collect();
        if mended.is_empty() {
            break;
        }
        for (id, text, made) in mended {
            changes += made;
            after.insert(id, text);
        }
        project.files = before.with_texts(&after);
    }
    project.files = before.with_texts(&after);
    Ok(Mended { before, after, changes })
}

impl Mended {
    /// Whether nothing was to be changed.
    pub fn is_empty(&self) -> bool {
        self.after.is_empty()
    }

    /// Writes the files that differ, each whole or not at all.
    pub fn write(&self, console: &mut Console<'_>) -> Result<(), Failure> {
        for (file, text) in self.files() {
            let whole = console.cwd.join(&file.path);
            replace(&whole, text).map_err(|error| {
                let path = console.shown(&whole);
                let message = text!("`{path}` cannot be written: {error}", path, error = error.to_string());
                let finding = Diagnostic::new(codes::config::CANNOT_WRITE, message);
                Failure::one(finding.help(text!("choose another file; what was there before is as it was")))
            })?;
        }
        if self.changes > 0 {
            writeln!(console.err, "{}", text!("changes made: {n}", n = self.changes).to(console.language))?;
        }
        Ok(())
    }

    /// Shows what would be written.
    pub fn show(&self, console: &mut Console<'_>) -> Result<(), Failure> {
        for (file, text) in self.files() {
            console.out.write_all(render_diff(&file.path, &file.text, text, console.colour).as_bytes())?;
        }
        Ok(())
    }

    fn files(&self) -> impl Iterator<Item = (&SourceFile, &str)> {
        self.after.iter().filter_map(|(id, text)| Some((self.before.get(*id)?, text.as_str())))
    }
}

/// The edits of safe fixes by file, in order; of two that overlap the first.
fn choose(findings: &[Diagnostic]) -> BTreeMap<FileId, Vec<Edit>> {
    let mut chosen: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
    for fix in findings.iter().flat_map(|finding| finding.fixes.iter().find(|fix| fix.safe)) {
        let free = fix.edits.iter().all(|edit| {
            let taken = chosen.get(&edit.span.file).into_iter().flatten();
            taken.into_iter().all(|other| edit.span.end <= other.span.start || other.span.end <= edit.span.start)
        });
        if free {
            for edit in &fix.edits {
                chosen.entry(edit.span.file).or_default().push(edit.clone());
            }
        }
    }
    for edits in chosen.values_mut() {
        edits.sort_by_key(|edit| edit.span.start);
    }
    chosen
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        out.push_str(text.get(at..edit.span.start as usize).unwrap_or_default());
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}
