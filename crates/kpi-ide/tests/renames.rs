//! Whatever is given another name in the example policies, the same is found in them, and they mean the same.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test may panic"
)]

mod common;

use std::collections::BTreeMap;

use kpi_base::Edit;
use kpi_check::occurrences::{Symbol, SymbolKind};
use kpi_ide::{FilePosition, Snapshot, rename};
use kpi_syntax::ast;

/// A name that no policy has, and that is no identifier.
const NEW: &str = "another 名";

/// A name for columns of `each`, which stand in cells and texts.
const PLAIN: &str = "another名";

/// What is found in a policy, and what it means, with the new name in the place of it and without places.
fn meaning(files: &[ast::File], names: Option<(&str, &str)>) -> (Vec<String>, String) {
    let checked = kpi_check::check(files);
    let codes = checked
        .diagnostics
        .iter()
        .map(|found| {
            format!(
                "{} {:?} {:?}",
                found.code,
                found.severity,
                if found.is_error() { found.message.to_string() } else { String::new() }
            )
        })
        .collect();
    let mut shown = String::new();
    let model = format!("{:?}", checked.model);
    let mut rest = model.as_str();
    while let Some(at) = rest.find("Span {") {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[rest.find('}').unwrap() + 1..];
    }
    shown.push_str(rest);
    match names {
        // By its old name data go on to name a member.
        Some((old, new)) => {
            let labelled = format!("name: \"{new}\", label: Some(\"{old}\")");
            (codes, shown.replace(&labelled, &format!("name: \"{old}\", label: None")).replace(new, old))
        }
        None => (codes, shown),
    }
}

fn parsed(snapshot: &Snapshot, edits: &[Edit]) -> Vec<ast::File> {
    let file = |id| {
        let own: Vec<&Edit> = edits.iter().filter(|edit| edit.span.file == id).collect();
        let old = snapshot.parsed(id).unwrap();
        if own.is_empty() {
            return old.clone();
        }
        let text = rename::apply(snapshot.text(id), &own);
        let parsed = kpi_syntax::parse(id, &text);
        assert!(parsed.diagnostics.is_empty(), "{:?}\n{text}", parsed.diagnostics);
        ast::File { module: old.module.clone(), library: old.library, ..parsed.file }
    };
    snapshot.ids().map(file).collect()
}

/// Holds a policy after a renaming to what was found in it and what it meant before.
fn assert_same(
    snapshot: &Snapshot,
    edits: &[Edit],
    names: (&str, &str),
    (codes, model): (&[String], &str),
    place: &str,
) {
    let (codes_after, model_after) = meaning(&parsed(snapshot, edits), Some(names));
    assert_eq!(codes_after, codes, "{place}");
    if model_after != model {
        let at = model_after.chars().zip(model.chars()).position(|(a, b)| a != b).unwrap_or_default();
        let near = |text: &str| text.chars().skip(at.saturating_sub(200)).take(400).collect::<String>();
        panic!("{place}:\n{}\n{}", near(model), near(&model_after));
    }
}

#[test]
fn a_renamed_policy_means_the_same() {
    // Of each kind the first ones of each policy: checking takes its time.
    let most = std::env::var("KPI_RENAMES").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut tried: BTreeMap<SymbolKind, usize> = BTreeMap::new();
    let mut refused = Vec::new();
    for folder in common::examples() {
        let snapshot = common::snapshot(&folder);
        let (codes, model) = meaning(&parsed(&snapshot, &[]), None);
        let mut here: BTreeMap<SymbolKind, usize> = BTreeMap::new();
        for symbol in snapshot.occurrences().symbols() {
            let own = !snapshot.is_library(symbol.span.file);
            let fixed = matches!(symbol.kind, SymbolKind::Subject | SymbolKind::Module | SymbolKind::CalendarColumn);
            let so_many = here.entry(symbol.kind).or_default();
            if !own || fixed || *so_many >= most {
                continue;
            }
            *so_many += 1;
            let at = FilePosition { file: symbol.span.file, offset: symbol.span.start };
            let place = || format!("{:?} {} of {}", symbol.kind, symbol.name, folder.display());
            let new = if symbol.kind == SymbolKind::Case { PLAIN } else { NEW };
            let renaming = match rename::rename(&snapshot, at, new) {
                Ok(renaming) => renaming.unwrap(),
                Err(why) => {
                    refused.push(format!("{}: {why}", place()));
                    continue;
                }
            };
            *tried.entry(symbol.kind).or_default() += 1;
            assert_same(&snapshot, &renaming.edits, (&symbol.name, new), (&codes, &model), &place());
        }
    }
    assert!(refused.len() < 5, "{}", refused.join("\n"));
    assert!(tried.len() > 16, "{tried:?}");
}

#[test]
fn tables_of_the_examples_go_on_to_fit_shapes() {
    let mut tried = 0;
    for folder in common::examples() {
        let snapshot = common::snapshot(&folder);
        let (codes, model) = meaning(&parsed(&snapshot, &[]), None);
        let mut here = 0;
        for symbol in snapshot.occurrences().symbols().iter().filter(|symbol| symbol.kind == SymbolKind::Column) {
            let at = FilePosition { file: symbol.span.file, offset: symbol.span.start };
            let of_shape = |other: &Symbol| {
                other.kind == SymbolKind::Column && other.name == symbol.name && snapshot.is_library(other.span.file)
            };
            let wanted = snapshot.occurrences().symbols().iter().any(of_shape);
            if here >= 1 || !wanted || snapshot.is_library(symbol.span.file) {
                continue;
            }
            let renaming = rename::rename(&snapshot, at, NEW).unwrap().unwrap();
            if renaming.edits.iter().any(|edit| edit.text.contains(" = ")) {
                (tried, here) = (tried + 1, here + 1);
                let place = format!("{} of {}", symbol.name, folder.display());
                assert_same(&snapshot, &renaming.edits, (&symbol.name, NEW), (&codes, &model), &place);
            }
        }
    }
    assert!(tried >= 2, "{tried}");
}
