//! What can be done at a place: the changes that findings propose, and changes of form that keep the meaning.

mod extract;
mod normalise;
mod test_case;

use kpi_base::{Edit, FileId, Language, Span, Text, text};

use crate::snapshot::Snapshot;

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does, as an imperative.
    pub title: Text,
    /// Where it belongs in the menu of an editor.
    pub kind: ActionKind,
    /// The changes; they do not overlap.
    pub edits: Vec<Edit>,
    /// The finding that it mends, by its place among [`Snapshot::findings`].
    pub finding: Option<usize>,
    /// Whether it is what one mostly wants: a change that can move no score.
    pub preferred: bool,
}

/// The kinds of action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// Mends a finding.
    QuickFix,
    /// Writes something anew that means the same.
    Rewrite,
    /// Gives a part a name of its own.
    Extract,
    /// Makes all changes of a file that can move no score.
    FixAll,
    /// Puts a file's punctuation into the one form.
    Normalise,
}

/// What can be done where a span lies. Texts that are put in and that people read are in `language`.
pub fn actions(snapshot: &Snapshot, place: Span, language: Language) -> Vec<Action> {
    let mut found = Vec::new();
    if snapshot.is_library(place.file) {
        return found;
    }
    fixes(snapshot, place, &mut found);
    found.extend(extract::extract_param(snapshot, place));
    found.extend(test_case::add_test(snapshot, place));
    allows(snapshot, place, language, &mut found);
    found.extend(normalise::normalise_touched(snapshot, place));
    found.extend(normalise::normalise(snapshot, place.file));
    found.extend(fix_all(snapshot, place.file));
    found
}

/// All changes of a file that can move no score, no grade and no pay, in one; none if there are none.
pub fn fix_all(snapshot: &Snapshot, file: FileId) -> Option<Action> {
    let mut edits: Vec<Edit> = Vec::new();
    let safe = snapshot.findings().iter().filter_map(|finding| finding.fixes.iter().find(|fix| fix.safe));
    for fix in safe.filter(|fix| fix.edits.iter().all(|edit| edit.span.file == file)) {
        let overlaps = |edit: &Edit| edits.iter().any(|own| touch(own.span, edit.span));
        if !fix.edits.iter().any(overlaps) {
            edits.extend(fix.edits.iter().cloned());
        }
    }
    if edits.is_empty() {
        return None;
    }
    edits.sort_by_key(|edit| edit.span.start);
    let title = text!("make all changes that can move no score");
    Some(Action { title, kind: ActionKind::FixAll, edits, finding: None, preferred: false })
}

/// The changes that the findings at the place propose.
fn fixes(snapshot: &Snapshot, place: Span, found: &mut Vec<Action>) {
    for (number, finding) in snapshot.findings().iter().enumerate() {
        if !finding.labels.first().is_some_and(|label| touch(label.span, place)) {
            continue;
        }
        // Of several proposals none is what one mostly wants, unless it is the one that is safe.
        let safe = finding.fixes.iter().filter(|fix| fix.safe).count();
        for fix in &finding.fixes {
            found.push(Action {
                title: fix.title.clone(),
                kind: ActionKind::QuickFix,
                edits: fix.edits.clone(),
                finding: Some(number),
                preferred: fix.safe && safe == 1,
            });
        }
    }
}

/// Comments that accept the findings at the place, which their authors give a reason.
fn allows(snapshot: &Snapshot, place: Span, language: Language, found: &mut Vec<Action>) {
    let text = snapshot.text(place.file);
    for (number, finding) in snapshot.findings().iter().enumerate() {
        let Some(label) = finding.labels.first().filter(|label| touch(label.span, place)) else { continue };
        if finding.code.severity() == kpi_base::Severity::Error || label.span.file != place.file {
            continue;
        }
        let before = text.get(..label.span.start as usize).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(start..).unwrap_or_default();
        let indent: String = line.chars().take_while(|c| *c == ' ' || *c == '\t').collect();
        let code = finding.code.name();
        let reason = text!("say here why").to(language);
        let at = Span { file: place.file, start: start as u32, end: start as u32 };
        found.push(Action {
            title: text!("accept {code} here, with a reason", code),
            kind: ActionKind::QuickFix,
            edits: vec![Edit { span: at, text: format!("{indent}// kpi: allow({code}) {reason}\n") }],
            finding: Some(number),
            preferred: false,
        });
    }
}

/// Whether two spans overlap or touch.
fn touch(a: Span, b: Span) -> bool {
    a.file == b.file && a.start <= b.end && b.start <= a.end
}

#[cfg(test)]
mod tests;
