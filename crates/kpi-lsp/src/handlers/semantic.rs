//! `textDocument/semanticTokens`: the colour of each word; whole, as what has changed since the last time, and of a range.
//!
//! The legend is that of [`Paint::LEGEND`]; of the modifiers, `declaration` is where a name is declared, `defaultLibrary` what
//! belongs to the language.

use std::collections::HashMap;
use std::sync::Mutex;

use kpi_base::Span;
use kpi_ide::semantic::{self, Paint};
use lsp_types::{
    SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensDelta,
    SemanticTokensDeltaParams, SemanticTokensEdit, SemanticTokensFullDeltaResult, SemanticTokensFullOptions,
    SemanticTokensLegend, SemanticTokensOptions, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeResult, SemanticTokensResult, SemanticTokensServerCapabilities,
};

use super::Answer;
use crate::context::{Context, Document};

/// What was last answered of each document, to tell what has changed.
#[derive(Debug, Default)]
pub struct LastPainted(Mutex<HashMap<String, (String, Vec<SemanticToken>)>>);

/// What is announced.
pub fn options() -> SemanticTokensServerCapabilities {
    let types = Paint::LEGEND.iter().map(|(_, name)| SemanticTokenType::new(name)).collect();
    let modifiers = vec![SemanticTokenModifier::DECLARATION, SemanticTokenModifier::DEFAULT_LIBRARY];
    SemanticTokensServerCapabilities::SemanticTokensOptions(SemanticTokensOptions {
        legend: SemanticTokensLegend { token_types: types, token_modifiers: modifiers },
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
        ..SemanticTokensOptions::default()
    })
}

pub fn full(context: &Context, params: SemanticTokensParams) -> Answer<Option<SemanticTokensResult>> {
    let Some(document) = &context.document else { return Ok(None) };
    let data = tokens(context, document, None);
    let result_id = Some(keep(context, params.text_document.uri.as_str(), &data));
    Ok(Some(SemanticTokensResult::Tokens(SemanticTokens { result_id, data })))
}

pub fn delta(context: &Context, params: SemanticTokensDeltaParams) -> Answer<Option<SemanticTokensFullDeltaResult>> {
    let Some(document) = &context.document else { return Ok(None) };
    let uri = params.text_document.uri.as_str();
    let data = tokens(context, document, None);
    let before = context.client.painted.0.lock().ok().and_then(|last| last.get(uri).cloned());
    let before = before.filter(|(id, _)| *id == params.previous_result_id);
    let result_id = Some(keep(context, uri, &data));
    let Some((_, before)) = before else {
        return Ok(Some(SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id, data })));
    };
    let edits = change(&before, &data).into_iter().collect();
    Ok(Some(SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id, edits })))
}

pub fn range(context: &Context, params: SemanticTokensRangeParams) -> Answer<Option<SemanticTokensRangeResult>> {
    let Some(document) = &context.document else { return Ok(None) };
    let range = context.span(document, params.range);
    let data = tokens(context, document, Some(range));
    Ok(Some(SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data })))
}

/// Remembers an answer; the id by which it is asked for.
fn keep(context: &Context, uri: &str, data: &[SemanticToken]) -> String {
    let Ok(mut last) = context.client.painted.0.lock() else { return String::new() };
    let number = last.get(uri).and_then(|(id, _)| id.parse::<u64>().ok()).unwrap_or_default() + 1;
    last.insert(uri.to_owned(), (number.to_string(), data.to_vec()));
    number.to_string()
}

fn tokens(context: &Context, document: &Document, range: Option<Span>) -> Vec<SemanticToken> {
    let painted = semantic::paint(&document.snapshot, document.file, range);
    let (mut line, mut column) = (0, 0);
    let mut data = Vec::with_capacity(painted.len());
    for word in painted {
        let range = context.range(&document.snapshot, word.span);
        if range.end.line != range.start.line {
            continue;
        }
        let same_line = range.start.line == line;
        data.push(SemanticToken {
            delta_line: range.start.line - line,
            delta_start: if same_line { range.start.character - column } else { range.start.character },
            length: range.end.character - range.start.character,
            token_type: word.kind as u32,
            token_modifiers_bitset: u32::from(word.declares) | u32::from(word.built_in) << 1,
        });
        (line, column) = (range.start.line, range.start.character);
    }
    data
}

/// The one stretch in which two answers differ, in numbers of which a token has five; none if they do not.
fn change(before: &[SemanticToken], after: &[SemanticToken]) -> Option<SemanticTokensEdit> {
    let same = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (old, new) = (before.get(same..)?, after.get(same..)?);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (old.get(..old.len() - tail)?, new.get(..new.len() - tail)?);
    if old.is_empty() && new.is_empty() {
        return None;
    }
    let numbers = |tokens: usize| 5 * tokens as u32;
    Some(SemanticTokensEdit {
        start: numbers(same),
        delete_count: numbers(old.len()),
        data: (!new.is_empty()).then(|| new.to_vec()),
    })
}
