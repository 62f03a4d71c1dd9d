//! What an editor asks for, asked anywhere in policies, whole and torn off: there is an answer or none, and its places lie in
//! the text.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::path::Path;

use kpi_base::{Edit, Language, Span};
use kpi_ide::completion::CompletionSettings;
use kpi_ide::{FilePosition, Ide, Snapshot, actions, completion, format, hover, inlay, lens, semantic, signature};

const POLICIES: &[&str] = &[
    include_str!("../../../examples/live-team-zh/policy/直播团队.kpi"),
    "policy \"x\" { edition 1, currency CNY, period month }\nindicator `a 😀` { formula sum(l.\"，、》 ≥ ｛ ( , 目标 按 { | | : or\n}} test \"\" { a | b |\n | 1 | 2\n\"\n// kpi: allow(K",
];

#[test]
fn every_place_of_a_policy_has_an_answer_or_none() {
    for policy in POLICIES {
        let path = Path::new("/policy.kpi");
        let mut ide = Ide::new();
        ide.set_file(path, *policy);
        ide.settle(path);
        let snapshot = ide.snapshot(path).unwrap();
        for (place, (offset, _)) in policy.char_indices().enumerate() {
            if place % 13 == 0 {
                ask(&snapshot, path, offset as u32);
            }
            if place % 127 == 0 {
                let mut torn = Ide::new();
                torn.set_file(path, policy.get(..offset).unwrap());
                let snapshot = torn.snapshot(path).unwrap();
                ask(&snapshot, path, offset as u32);
                ask(&snapshot, path, (offset / 2) as u32);
            }
        }
    }
}

fn ask(snapshot: &Snapshot, path: &Path, offset: u32) {
    let file = snapshot.file_id(path).unwrap();
    let text = snapshot.text(file);
    let whole = Span { file, start: 0, end: text.len() as u32 };
    let mut at = offset;
    while !text.is_char_boundary(at as usize) {
        at -= 1;
    }
    let lies_within = |span: Span| {
        assert!(span.start <= span.end && text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
    };
    let fits = |edits: &[Edit]| edits.iter().for_each(|edit| lies_within(edit.span));
    let place = FilePosition { file, offset: at };
    if let Some(hover) = hover::hover(snapshot, place) {
        lies_within(hover.span);
        assert!(hover.paragraphs.iter().all(|text| !text.to(Language::Chinese).is_empty()));
    }
    let found = completion::complete(snapshot, place, CompletionSettings { pinyin: true, columns: None });
    lies_within(found.span);
    for item in found.items.iter().take(5) {
        completion::document(snapshot, &item.key);
    }
    signature::signature(snapshot, place);
    let here = Span { file, start: at, end: at };
    actions::actions(snapshot, here, Language::Chinese).iter().for_each(|action| fits(&action.edits));
    format::TYPED.iter().for_each(|typed| fits(&format::format_typed(snapshot, place, *typed)));
    fits(&format::format_range(snapshot, here));
    inlay::hints(snapshot, whole)
        .iter()
        .for_each(|hint| lies_within(Span { start: hint.at.offset, end: hint.at.offset, file }));
    lens::lenses(snapshot, file).iter().for_each(|lens| lies_within(lens.span));
    semantic::paint(snapshot, file, None).iter().for_each(|painted| lies_within(painted.span));
}
