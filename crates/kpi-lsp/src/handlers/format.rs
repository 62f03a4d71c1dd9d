//! `textDocument/formatting`, `rangeFormatting` and `onTypeFormatting`: policies in the one style.

use kpi_base::Edit;
use kpi_ide::format;
use lsp_types::{
    DocumentFormattingParams, DocumentOnTypeFormattingOptions, DocumentOnTypeFormattingParams,
    DocumentRangeFormattingParams, TextEdit,
};

use super::Answer;
use crate::context::{Context, Document};

/// What is announced of formatting while one types.
pub fn on_type_options() -> DocumentOnTypeFormattingOptions {
    let mut typed = format::TYPED.iter().map(char::to_string);
    DocumentOnTypeFormattingOptions {
        first_trigger_character: typed.next().unwrap_or_default(),
        more_trigger_character: Some(typed.collect()),
    }
}

pub fn document(context: &Context, _: DocumentFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
    let Some(document) = &context.document else { return Ok(None) };
    let edits = format::format(&document.snapshot, document.file);
    Ok(edits.map(|edits| translate(context, document, edits)))
}

pub fn range(context: &Context, params: DocumentRangeFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
    let Some(document) = &context.document else { return Ok(None) };
    let edits = format::format_range(&document.snapshot, context.span(document, params.range));
    Ok(Some(translate(context, document, edits)))
}

pub fn on_type(context: &Context, params: DocumentOnTypeFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
    let Some(document) = &context.document else { return Ok(None) };
    let at = context.position(document, params.text_document_position.position);
    let Some(typed) = params.ch.chars().next() else { return Ok(None) };
    let edits = format::format_typed(&document.snapshot, at, typed);
    Ok(Some(translate(context, document, edits)))
}

fn translate(context: &Context, document: &Document, edits: Vec<Edit>) -> Vec<TextEdit> {
    let edit = |edit: Edit| TextEdit { range: context.range(&document.snapshot, edit.span), new_text: edit.text };
    edits.into_iter().map(edit).collect()
}
