//! `kpi check --fix`: the changes that can move no score, made.

use std::collections::BTreeMap;
use std::path::Path;

use kpi_base::{Diagnostic, Edit, FileId, codes, text};

use crate::console::{Console, Failure};
use crate::project::Project;
use crate::replace::replace;

/// How often a policy is checked and mended at most: a change may bring another mistake to light.
const ROUNDS: usize = 10;

/// Makes every safe change, until there is none left; returns the project as it is then.
pub(super) fn mend(mut project: Project, path: Option<&Path>, console: &mut Console<'_>) -> Result<Project, Failure> {
    let mut made = 0;
    for _ in 0..ROUNDS {
        let (_, findings) = project.analyse();
        let edits = choose(&findings);
        if edits.is_empty() {
            break;
        }
        for (id, edits) in edits {
            let Some(file) = project.files.get(id) else { continue };
            let whole = console.cwd.join(&file.path);
            made += edits.len();
            replace(&whole, &apply(&file.text, &edits)).map_err(|error| {
                let path = console.shown(&whole);
                let message = text!("`{path}` cannot be written: {error}", path, error = error.to_string());
                let finding = Diagnostic::new(codes::config::CANNOT_WRITE, message);
                Failure::one(finding.help(text!("choose another file; what was there before is as it was")))
            })?;
        }
        project = Project::load(path, console)?;
    }
    if made > 0 {
        writeln!(console.err, "{}", text!("changes made: {n}", n = made).to(console.language))?;
    }
    Ok(project)
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
