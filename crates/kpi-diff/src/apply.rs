//! A version with some changes of the other.

use std::collections::{BTreeMap, BTreeSet};

use kpi_base::{FileId, Files, SourceFile, Span, replace_parts};

use crate::compare::{Piece, pieces_of_both};
use crate::{Became, Declaration, Diff, Matter, Side};

/// Changes that are made together or not at all: those of one member, or of a declaration whose members cannot be changed one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The declaration.
    pub declaration: Declaration,
    /// The numbers of the changes.
    pub changes: Vec<u32>,
}

/// The units of a comparison that can move something. A member that is there in both versions is a unit by itself; the declarations that are
/// added, removed or renamed, or have members that come and go, are one each.
pub fn units(diff: &Diff) -> Vec<Unit> {
    let mut whole: BTreeMap<&Declaration, Vec<u32>> = BTreeMap::new();
    let told = || diff.changes.iter().filter(|change| change.matter == Matter::Meaning);
    let in_pieces = |declaration: &Declaration| {
        told()
            .filter(|change| change.declaration == *declaration)
            .all(|change| change.became == Became::Changed && change.member.is_some())
    };
    let mut units = Vec::new();
    for change in told() {
        if in_pieces(&change.declaration) {
            units.push(Unit { declaration: change.declaration.clone(), changes: vec![change.id] });
        } else {
            whole.entry(&change.declaration).or_default().push(change.id);
        }
    }
    units.extend(whole.into_iter().map(|(declaration, changes)| Unit { declaration: declaration.clone(), changes }));
    units.sort_by_key(|unit| unit.changes.first().copied());
    units
}

/// The files of the older version with the changes of these numbers made. A declaration is put where the newer version has it, at the end
/// of the file of the same path, or of a file of its own.
pub fn apply(base: Side<'_>, head: Side<'_>, diff: &Diff, wanted: &BTreeSet<u32>) -> Files {
    let (before, after, renamed) = pieces_of_both(base, head);
    let own = |side: Side<'_>| -> BTreeSet<FileId> {
        let files = side.parsed.iter().filter(|file| !file.library).filter_map(|file| file.items.first());
        files.map(|item| item.span.file).collect()
    };
    let own = own(base);
    let mut edits: BTreeMap<FileId, Vec<(Span, String)>> = BTreeMap::new();
    let mut appended: BTreeMap<String, String> = BTreeMap::new();
    let find = |pieces: &'_ [Piece<'_>], declaration: &Declaration, name: &str| -> Option<usize> {
        pieces.iter().position(|piece| piece.declaration.role == declaration.role && piece.declaration.name == name)
    };
    let mut replaced: BTreeSet<&Declaration> = BTreeSet::new();
    for unit in units(diff).iter().filter(|unit| unit.changes.iter().any(|id| wanted.contains(id))) {
        for change in diff.changes.iter().filter(|change| unit.changes.contains(&change.id)) {
            let formerly =
                renamed.iter().find(|(_, new)| **new == change.declaration.name).map(|(old, _)| old.as_str());
            let old = find(&before, &change.declaration, formerly.unwrap_or(&change.declaration.name));
            let old = old.and_then(|place| before.get(place));
            let new = find(&after, &change.declaration, &change.declaration.name).and_then(|place| after.get(place));
            let in_place = change.became == Became::Changed && unit.changes.len() == 1;
            match (&change.before, &change.after) {
                (Some(before), Some(after)) if in_place => {
                    let text = head.files.text(after.span).to_owned();
                    edits.entry(before.span.file).or_default().push((before.span, text));
                }
                _ => {
                    if !replaced.insert(&change.declaration) {
                        continue;
                    }
                    let text = new.map(|piece| head.files.text(piece.item.span).to_owned()).unwrap_or_default();
                    match (old, new) {
                        (Some(old), _) => edits.entry(old.item.span.file).or_default().push((old.item.span, text)),
                        (None, Some(new)) => {
                            let path = head.files.get(new.item.span.file).map(|file| file.path.clone());
                            let end = appended.entry(path.unwrap_or_default()).or_default();
                            end.push_str(&format!("\n{text}\n"));
                        }
                        (None, None) => {}
                    }
                }
            }
        }
    }
    let mut files = Files::new();
    for (id, file) in base.files.iter().filter(|(id, _)| own.contains(id)) {
        let mut own = edits.remove(&id).unwrap_or_default();
        // A member inside of what is replaced as a whole is in its text already.
        own.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        let mut end = 0;
        own.retain(|(span, _)| {
            let outside = span.start >= end;
            end = end.max(span.end);
            outside
        });
        let mut text = replace_parts(&file.text, own);
        text.push_str(&appended.remove(&file.path).unwrap_or_default());
        files.add(SourceFile::new(file.path.clone(), text));
    }
    for (path, text) in appended {
        files.add(SourceFile::new(path, text));
    }
    files
}
