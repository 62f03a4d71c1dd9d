//! `textDocument/prepareRename` and `rename`: another name for something, everywhere.

use std::collections::HashMap;
use std::path::Path;

use kpi_base::{SourceFile, Span};
use kpi_ide::rename::{self, Renaming};
use lsp_types::{
    DocumentChangeOperation, DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, PrepareRenameResponse,
    RenameParams, TextDocumentEdit, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
};

use super::{Answer, Refused};
use crate::context::{Context, Document};
use crate::{positions, projects, uris};

pub fn prepare(context: &Context, params: TextDocumentPositionParams) -> Answer<Option<PrepareRenameResponse>> {
    let Some(document) = &context.document else { return Ok(None) };
    let at = context.position(document, params.position);
    let found = rename::prepare(&document.snapshot, at).map_err(|why| Refused::Failed(context.say(&why)))?;
    Ok(found.map(|found| PrepareRenameResponse::RangeWithPlaceholder {
        range: context.range(&document.snapshot, found.span),
        placeholder: found.name,
    }))
}

pub fn rename(context: &Context, params: RenameParams) -> Answer<Option<WorkspaceEdit>> {
    let Some(document) = &context.document else { return Ok(None) };
    let at = context.position(document, params.text_document_position.position);
    let found = rename::rename(&document.snapshot, at, &params.new_name);
    let Some(found) = found.map_err(|why| Refused::Failed(context.say(&why)))? else { return Ok(None) };
    let mut edits: Vec<(Uri, Vec<TextEdit>)> = Vec::new();
    for edit in &found.edits {
        let Some(uri) = context.uri(&document.snapshot, edit.span.file) else { continue };
        let edit = TextEdit { range: context.range(&document.snapshot, edit.span), new_text: edit.text.clone() };
        match edits.last_mut() {
            Some((last, edits)) if *last == uri => edits.push(edit),
            _ => edits.push((uri, vec![edit])),
        }
    }
    edits.extend(bindings(context, document, &found));
    Ok(Some(workspace_edit(context, edits)))
}

/// The edits of the project's `kpi.toml`, which binds tables to files by their names.
fn bindings(context: &Context, document: &Document, found: &Renaming) -> Option<(Uri, Vec<TextEdit>)> {
    let (old, new) = found.bound.as_ref()?;
    let path = Path::new(&document.source()?.path);
    let config = projects::root_of(path)?.join("kpi.toml");
    let text = SourceFile::new(config.to_string_lossy(), std::fs::read_to_string(&config).ok()?);
    let edits = rename::rename_binding(&text.text, old, new).into_iter().map(|(range, new_text)| {
        let span = Span { start: range.start as u32, end: range.end as u32, ..Span::default() };
        TextEdit { range: positions::range(&text, span, context.client.encoding), new_text }
    });
    let edits: Vec<TextEdit> = edits.collect();
    if edits.is_empty() { None } else { Some((uris::uri(&config)?, edits)) }
}

fn workspace_edit(context: &Context, edits: Vec<(Uri, Vec<TextEdit>)>) -> WorkspaceEdit {
    let workspace = context.client.capabilities.workspace.as_ref();
    let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
    if edit.and_then(|edit| edit.document_changes) != Some(true) {
        #[allow(clippy::mutable_key_type, reason = "the protocol's struct has these keys")]
        let changes: HashMap<Uri, Vec<TextEdit>> = edits.into_iter().collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let change = |(uri, edits): (Uri, Vec<TextEdit>)| {
        let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: None };
        let edits = edits.into_iter().map(OneOf::Left).collect();
        DocumentChangeOperation::Edit(TextDocumentEdit { text_document, edits })
    };
    let changes = DocumentChanges::Operations(edits.into_iter().map(change).collect());
    WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
}
