//! `textDocument/prepareCallHierarchy` and what follows: what is computed of what.

use kpi_base::Span;
use kpi_ide::calls::{self, Call};
use kpi_ide::{Declaration, Snapshot};
use lsp_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, Range,
};

use super::{Answer, outline};
use crate::context::Context;

pub fn prepare(context: &Context, params: CallHierarchyPrepareParams) -> Answer<Option<Vec<CallHierarchyItem>>> {
    let Some(document) = &context.document else { return Ok(None) };
    let at = context.position(document, params.text_document_position_params.position);
    let found = calls::prepare(&document.snapshot, at);
    Ok(found.and_then(|found| item(context, &document.snapshot, &found)).map(|item| vec![item]))
}

pub fn incoming(
    context: &Context,
    params: CallHierarchyIncomingCallsParams,
) -> Answer<Option<Vec<CallHierarchyIncomingCall>>> {
    let Some(document) = &context.document else { return Ok(None) };
    let at = context.position(document, params.item.selection_range.start);
    let snapshot = &document.snapshot;
    let call = |call: Call| {
        let from = item(context, snapshot, &call.declaration)?;
        Some(CallHierarchyIncomingCall { from, from_ranges: ranges(context, snapshot, &call.places) })
    };
    Ok(Some(calls::incoming(snapshot, at).into_iter().filter_map(call).collect()))
}

pub fn outgoing(
    context: &Context,
    params: CallHierarchyOutgoingCallsParams,
) -> Answer<Option<Vec<CallHierarchyOutgoingCall>>> {
    let Some(document) = &context.document else { return Ok(None) };
    let at = context.position(document, params.item.selection_range.start);
    let snapshot = &document.snapshot;
    let call = |call: Call| {
        let to = item(context, snapshot, &call.declaration)?;
        Some(CallHierarchyOutgoingCall { to, from_ranges: ranges(context, snapshot, &call.places) })
    };
    Ok(Some(calls::outgoing(snapshot, at).into_iter().filter_map(call).collect()))
}

fn ranges(context: &Context, snapshot: &Snapshot, places: &[Span]) -> Vec<Range> {
    places.iter().map(|place| context.range(snapshot, *place)).collect()
}

fn item(context: &Context, snapshot: &Snapshot, declaration: &Declaration) -> Option<CallHierarchyItem> {
    Some(CallHierarchyItem {
        name: declaration.name.clone(),
        kind: outline::kind(declaration.kind),
        tags: None,
        detail: declaration.label.clone(),
        uri: context.uri_or_library(snapshot, declaration.span.file)?,
        range: context.range(snapshot, declaration.span),
        selection_range: context.range(snapshot, declaration.name_span),
        data: None,
    })
}
