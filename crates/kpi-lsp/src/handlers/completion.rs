//! `textDocument/completion` and `completionItem/resolve`: what can be written at a place, and what is said of a choice.

use std::path::Path;

use kpi_ide::completion::{self, Columns, CompletionKind as Kind, CompletionSettings};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemLabelDetails, CompletionList, CompletionParams,
    CompletionResponse, CompletionTextEdit, InsertTextFormat, InsertTextMode, TextEdit,
};
use serde_json::json;

use super::Answer;
use crate::context::Context;
use crate::markup::documentation;

/// The signs at which an editor asks by itself: a point, and what opens a place where something is to be chosen.
pub const TRIGGERS: &[&str] = &[".", ">", "|", "\""];

pub fn complete(context: &Context, params: CompletionParams) -> Answer<Option<CompletionResponse>> {
    let Some(document) = &context.document else { return Ok(None) };
    let position = params.text_document_position;
    let at = context.position(document, position.position);
    let pinyin = context.settings.get("completion.pinyin").and_then(serde_json::Value::as_bool).unwrap_or(true);
    let columns = document.exports.as_deref().map(|exports| exports as &dyn Columns);
    let found = completion::complete(&document.snapshot, at, CompletionSettings { pinyin, columns });
    let range = context.range(&document.snapshot, found.span);
    let text = context.client.capabilities.text_document.as_ref();
    let item =
        text.and_then(|text| text.completion.as_ref()).and_then(|completion| completion.completion_item.as_ref());
    let snippets = item.and_then(|item| item.snippet_support).unwrap_or(false);
    let details = item.and_then(|item| item.label_details_support).unwrap_or(false);
    let modes = item.is_some_and(|item| item.insert_text_mode_support.is_some());
    let items = found.items.into_iter().map(|item| {
        let is_snippet = item.snippet && snippets;
        let new_text = if item.snippet && !snippets { completion::plain(&item.insert) } else { item.insert };
        let detail = item.detail.as_ref().map(|detail| context.say(detail));
        CompletionItem {
            sort_text: Some(format!("{:02}{}", item.rank, item.label)),
            filter_text: item.filter,
            kind: Some(kind(item.kind)),
            label_details: details.then(|| CompletionItemLabelDetails { detail: None, description: detail.clone() }),
            detail,
            insert_text_format: is_snippet.then_some(InsertTextFormat::SNIPPET),
            // Lines of what is put in know how far they are indented.
            insert_text_mode: modes.then_some(InsertTextMode::AS_IS),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
            data: (!item.key.is_empty())
                .then(|| json!({ "uri": position.text_document.uri.as_str(), "key": item.key })),
            label: item.label,
            ..CompletionItem::default()
        }
    });
    Ok(Some(CompletionResponse::List(CompletionList { is_incomplete: found.more, items: items.collect() })))
}

pub fn resolve(context: &Context, mut item: CompletionItem) -> Answer<CompletionItem> {
    let data = item.data.as_ref();
    let part = |name: &str| data.and_then(|data| data.get(name)).and_then(serde_json::Value::as_str);
    let (Some(uri), Some(key)) = (part("uri"), part("key")) else { return Ok(item) };
    let path = uri.parse().ok().and_then(|uri| crate::uris::path(&uri));
    let holds = |path: &Path| context.packages.iter().find(|package| package.file_id(path).is_some());
    if let Some(snapshot) = path.as_deref().and_then(holds) {
        let said: Vec<String> =
            completion::document(snapshot, key).iter().map(|paragraph| context.say(paragraph)).collect();
        let value = said.join("\n\n");
        let text = context.client.capabilities.text_document.as_ref();
        let able = text.and_then(|text| text.completion.as_ref()?.completion_item.as_ref());
        let formats = able.and_then(|able| able.documentation_format.as_ref());
        item.documentation = (!value.is_empty()).then(|| documentation(formats, value));
    }
    Ok(item)
}

fn kind(kind: Kind) -> CompletionItemKind {
    match kind {
        Kind::Keyword => CompletionItemKind::KEYWORD,
        Kind::Snippet => CompletionItemKind::SNIPPET,
        Kind::Table => CompletionItemKind::STRUCT,
        Kind::Column => CompletionItemKind::FIELD,
        Kind::Dimension => CompletionItemKind::ENUM,
        Kind::Member => CompletionItemKind::ENUM_MEMBER,
        Kind::Indicator => CompletionItemKind::VARIABLE,
        Kind::Param => CompletionItemKind::CONSTANT,
        Kind::Function | Kind::Curve => CompletionItemKind::FUNCTION,
        Kind::Scorecard | Kind::Incentive => CompletionItemKind::CLASS,
        Kind::Goal => CompletionItemKind::REFERENCE,
        Kind::Type => CompletionItemKind::TYPE_PARAMETER,
        Kind::Attribute => CompletionItemKind::PROPERTY,
        Kind::Module => CompletionItemKind::MODULE,
        Kind::Value => CompletionItemKind::VALUE,
    }
}
