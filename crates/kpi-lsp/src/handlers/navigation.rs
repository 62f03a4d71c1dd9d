//! The rows of what leads from place to place and what renames.

use lsp_types::request::{
    CallHierarchyIncomingCalls, CallHierarchyOutgoingCalls, CallHierarchyPrepare, DocumentHighlightRequest,
    DocumentLinkRequest, FoldingRangeRequest, GotoDefinition, GotoTypeDefinition, PrepareRenameRequest, References,
    Rename, SelectionRangeRequest, WorkspaceSymbolRequest,
};
use lsp_types::{
    CallHierarchyServerCapability, DocumentLinkOptions, FoldingRangeProviderCapability, OneOf, RenameOptions,
    SelectionRangeProviderCapability, TypeDefinitionProviderCapability, WorkDoneProgressOptions,
};

use super::{Handler, calls, definition, outline, regions, rename};

/// The rows, in the order of the protocol's pages.
pub fn rows() -> Vec<Handler> {
    vec![
        Handler::of::<GotoDefinition>(definition::definition, |server, _| {
            server.definition_provider = Some(OneOf::Left(true));
        }),
        Handler::of::<GotoTypeDefinition>(definition::type_definition, |server, _| {
            server.type_definition_provider = Some(TypeDefinitionProviderCapability::Simple(true));
        }),
        Handler::of::<References>(definition::references, |server, _| {
            server.references_provider = Some(OneOf::Left(true));
        }),
        Handler::of::<DocumentHighlightRequest>(definition::highlight, |server, _| {
            server.document_highlight_provider = Some(OneOf::Left(true));
        })
        .asked_again(),
        Handler::of::<CallHierarchyPrepare>(calls::prepare, |server, _| {
            server.call_hierarchy_provider = Some(CallHierarchyServerCapability::Simple(true));
        }),
        Handler::of::<CallHierarchyIncomingCalls>(calls::incoming, |_, _| {}),
        Handler::of::<CallHierarchyOutgoingCalls>(calls::outgoing, |_, _| {}),
        Handler::of::<DocumentLinkRequest>(regions::links, |server, _| {
            server.document_link_provider = Some(DocumentLinkOptions {
                resolve_provider: Some(false),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            });
        })
        .asked_again(),
        Handler::of::<FoldingRangeRequest>(regions::folds, |server, _| {
            server.folding_range_provider = Some(FoldingRangeProviderCapability::Simple(true));
        })
        .asked_again(),
        Handler::of::<SelectionRangeRequest>(regions::selections, |server, _| {
            server.selection_range_provider = Some(SelectionRangeProviderCapability::Simple(true));
        }),
        Handler::of::<WorkspaceSymbolRequest>(outline::workspace, |server, _| {
            server.workspace_symbol_provider = Some(OneOf::Left(true));
        }),
        Handler::of::<PrepareRenameRequest>(rename::prepare, |_, _| {}),
        Handler::of::<Rename>(rename::rename, |server, client| {
            let rename = client.text_document.as_ref().and_then(|text| text.rename.as_ref());
            let options = RenameOptions {
                prepare_provider: Some(true),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            };
            server.rename_provider = Some(match rename.and_then(|rename| rename.prepare_support) {
                Some(true) => OneOf::Right(options),
                _ => OneOf::Left(true),
            });
        }),
    ]
}
