//! The rows of what an editor shows and offers.

use lsp_types::request::{
    CodeActionRequest, CodeLensRequest, Completion, Formatting, HoverRequest, InlayHintRequest, OnTypeFormatting,
    RangeFormatting, ResolveCompletionItem, SemanticTokensFullDeltaRequest, SemanticTokensFullRequest,
    SemanticTokensRangeRequest, SignatureHelpRequest,
};
use lsp_types::{CodeLensOptions, CompletionOptions, HoverProviderCapability, OneOf, SignatureHelpOptions};

use super::{Handler, action, completion, format, hover, inlay, lens, semantic, signature};

pub fn rows() -> Vec<Handler> {
    vec![
        Handler::of::<Completion>(completion::complete, |server, _| {
            server.completion_provider = Some(CompletionOptions {
                resolve_provider: Some(true),
                trigger_characters: Some(own(completion::TRIGGERS)),
                ..CompletionOptions::default()
            });
        }),
        Handler::of::<ResolveCompletionItem>(completion::resolve, |_, _| {}),
        Handler::of::<CodeActionRequest>(action::actions, |server, _| {
            server.code_action_provider = Some(action::options());
        }),
        Handler::of::<HoverRequest>(hover::hover, |server, _| {
            server.hover_provider = Some(HoverProviderCapability::Simple(true));
        }),
        Handler::of::<SignatureHelpRequest>(signature::signature, |server, _| {
            server.signature_help_provider = Some(SignatureHelpOptions {
                trigger_characters: Some(own(signature::TRIGGERS)),
                ..SignatureHelpOptions::default()
            });
        }),
        Handler::of::<CodeLensRequest>(lens::lenses, |server, _| {
            server.code_lens_provider = Some(CodeLensOptions { resolve_provider: Some(false) });
        })
        .asked_again(),
        Handler::of::<InlayHintRequest>(inlay::hints, |server, _| {
            server.inlay_hint_provider = Some(OneOf::Left(true));
        })
        .asked_again(),
        Handler::of::<SemanticTokensFullRequest>(semantic::full, |server, _| {
            server.semantic_tokens_provider = Some(semantic::options());
        })
        .asked_again(),
        Handler::of::<SemanticTokensFullDeltaRequest>(semantic::delta, |_, _| {}).asked_again(),
        Handler::of::<SemanticTokensRangeRequest>(semantic::range, |_, _| {}).asked_again(),
        Handler::of::<Formatting>(format::document, |server, _| {
            server.document_formatting_provider = Some(OneOf::Left(true));
        }),
        Handler::of::<RangeFormatting>(format::range, |server, _| {
            server.document_range_formatting_provider = Some(OneOf::Left(true));
        }),
        Handler::of::<OnTypeFormatting>(format::on_type, |server, _| {
            server.document_on_type_formatting_provider = Some(format::on_type_options());
        }),
    ]
}

fn own(signs: &[&str]) -> Vec<String> {
    signs.iter().map(|sign| (*sign).to_owned()).collect()
}
