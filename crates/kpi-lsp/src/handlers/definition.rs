//! `textDocument/definition`, `typeDefinition`, `references`, `documentHighlight`: where names lead and where else they stand.

use kpi_ide::definition::Role;
use kpi_ide::definition::{self, Definition};
use lsp_types::request::{GotoTypeDefinitionParams, GotoTypeDefinitionResponse};
use lsp_types::{
    DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, GotoDefinitionParams, GotoDefinitionResponse,
    Location, LocationLink, ReferenceParams,
};

use super::Answer;
use crate::context::{Context, Document};

pub fn definition(context: &Context, params: GotoDefinitionParams) -> Answer<Option<GotoDefinitionResponse>> {
    let Some(document) = &context.document else { return Ok(None) };
    let at = context.position(document, params.text_document_position_params.position);
    let text = context.client.capabilities.text_document.as_ref();
    let links = text.and_then(|text| text.definition).and_then(|definition| definition.link_support);
    let found = definition::definition(&document.snapshot, at);
    Ok(found.map(|found| answer(context, document, &found, links.unwrap_or(false))))
}

pub fn type_definition(
    context: &Context,
    params: GotoTypeDefinitionParams,
) -> Answer<Option<GotoTypeDefinitionResponse>> {
    let Some(document) = &context.document else { return Ok(None) };
    let at = context.position(document, params.text_document_position_params.position);
    let text = context.client.capabilities.text_document.as_ref();
    let links = text.and_then(|text| text.type_definition).and_then(|definition| definition.link_support);
    let found = definition::type_definition(&document.snapshot, at);
    Ok(found.map(|found| answer(context, document, &found, links.unwrap_or(false))))
}

fn answer(context: &Context, document: &Document, found: &Definition, links: bool) -> GotoDefinitionResponse {
    let snapshot = &document.snapshot;
    let origin = context.range(snapshot, found.origin);
    let targets = found.targets.iter().filter_map(|target| {
        Some(LocationLink {
            origin_selection_range: Some(origin),
            target_uri: context.uri_or_library(snapshot, target.name.file)?,
            target_range: context.range(snapshot, target.whole),
            target_selection_range: context.range(snapshot, target.name),
        })
    });
    if links {
        return GotoDefinitionResponse::Link(targets.collect());
    }
    let place = |link: LocationLink| Location { uri: link.target_uri, range: link.target_selection_range };
    GotoDefinitionResponse::Array(targets.map(place).collect())
}

pub fn references(context: &Context, params: ReferenceParams) -> Answer<Option<Vec<Location>>> {
    let Some(document) = &context.document else { return Ok(None) };
    let at = context.position(document, params.text_document_position.position);
    let spans = definition::references(&document.snapshot, at, params.context.include_declaration);
    let place = |span: kpi_base::Span| {
        let uri = context.uri_or_library(&document.snapshot, span.file)?;
        Some(Location { uri, range: context.range(&document.snapshot, span) })
    };
    Ok(Some(spans.into_iter().filter_map(place).collect()))
}

pub fn highlight(context: &Context, params: DocumentHighlightParams) -> Answer<Option<Vec<DocumentHighlight>>> {
    let Some(document) = &context.document else { return Ok(None) };
    let at = context.position(document, params.text_document_position_params.position);
    let found = definition::highlight(&document.snapshot, at).into_iter().map(|(span, role)| DocumentHighlight {
        range: context.range(&document.snapshot, span),
        kind: Some(match role {
            Role::Declaration => DocumentHighlightKind::WRITE,
            Role::Reference => DocumentHighlightKind::READ,
        }),
    });
    Ok(Some(found.collect()))
}
