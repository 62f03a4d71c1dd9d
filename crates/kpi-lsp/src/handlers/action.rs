//! `textDocument/codeAction`: what can be done at a place.

#![allow(clippy::mutable_key_type, reason = "the protocol's changes are a map by URI")]

use std::collections::HashMap;

use kpi_base::Edit;
use kpi_ide::Snapshot;
use kpi_ide::actions::{self, ActionKind as Kind};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeActionProviderCapability,
    CodeActionResponse, Diagnostic, NumberOrString, TextEdit, Uri, WorkspaceEdit,
};

use super::Answer;
use crate::context::Context;

/// All changes of a file that can move no score.
const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.kpi");
/// The punctuation of a file in the one form.
const NORMALISE: CodeActionKind = CodeActionKind::new("source.normalizePunctuation.kpi");

/// What is announced.
pub fn options() -> CodeActionProviderCapability {
    let kinds = [Kind::QuickFix, Kind::Extract, Kind::Rewrite, Kind::FixAll, Kind::Normalise];
    CodeActionProviderCapability::Options(CodeActionOptions {
        code_action_kinds: Some(kinds.into_iter().map(kind).collect()),
        ..CodeActionOptions::default()
    })
}

pub fn actions(context: &Context, params: CodeActionParams) -> Answer<Option<CodeActionResponse>> {
    let Some(document) = &context.document else { return Ok(None) };
    let place = context.span(document, params.range);
    let snapshot = &document.snapshot;
    let wanted = params.context.only;
    let is_wanted = |kind: &CodeActionKind| match &wanted {
        // A kind stands for all below it: `source` for `source.fixAll.kpi`.
        Some(wanted) => wanted.iter().any(|wanted| {
            let below = kind.as_str().strip_prefix(wanted.as_str());
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }),
        // What is done to whole files is asked for by name.
        None => !kind.as_str().starts_with("source."),
    };
    let found = actions::actions(snapshot, place, context.language());
    let answers = found.into_iter().filter(|action| is_wanted(&kind(action.kind))).filter_map(|action| {
        let finding = action.finding.and_then(|number| snapshot.findings().get(number));
        let told = finding.map(|finding| {
            let is_it =
                |d: &&Diagnostic| matches!(&d.code, Some(NumberOrString::String(code)) if code == finding.code.name());
            params.context.diagnostics.iter().filter(is_it).cloned().collect()
        });
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            title: context.say(&action.title),
            kind: Some(kind(action.kind)),
            diagnostics: told,
            edit: Some(workspace_edit(context, snapshot, &action.edits)?),
            is_preferred: action.preferred.then_some(true),
            ..CodeAction::default()
        }))
    });
    Ok(Some(answers.collect()))
}

/// Changes of files; none if one of them is in a module of the library.
fn workspace_edit(context: &Context, snapshot: &Snapshot, edits: &[Edit]) -> Option<WorkspaceEdit> {
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for edit in edits {
        let range = context.range(snapshot, edit.span);
        let edit_of = TextEdit { range, new_text: edit.text.clone() };
        changes.entry(context.uri(snapshot, edit.span.file)?).or_default().push(edit_of);
    }
    Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}

fn kind(kind: Kind) -> CodeActionKind {
    match kind {
        Kind::QuickFix => CodeActionKind::QUICKFIX,
        Kind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        Kind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        Kind::FixAll => FIX_ALL,
        Kind::Normalise => NORMALISE,
    }
}
