//! `textDocument/signatureHelp`: what a function takes.

use lsp_types::{ParameterInformation, ParameterLabel, SignatureHelp, SignatureHelpParams, SignatureInformation};

use super::Answer;
use crate::context::Context;
use crate::markup::documentation;

/// The signs behind which an editor asks by itself.
pub const TRIGGERS: &[&str] = &["(", ",", "（", "，"];

pub fn signature(context: &Context, params: SignatureHelpParams) -> Answer<Option<SignatureHelp>> {
    let Some(document) = &context.document else { return Ok(None) };
    let at = context.position(document, params.text_document_position_params.position);
    let Some(found) = kpi_ide::signature::signature(&document.snapshot, at) else { return Ok(None) };
    let doc: Vec<String> = found.doc.iter().map(|text| context.say(text)).filter(|text| !text.is_empty()).collect();
    let text = context.client.capabilities.text_document.as_ref();
    let able = text.and_then(|text| text.signature_help.as_ref()?.signature_information.as_ref());
    let formats = able.and_then(|able| able.documentation_format.as_ref());
    let active = found.active.map(|active| active as u32);
    let parameters = found
        .parameters
        .into_iter()
        .map(|label| ParameterInformation { label: ParameterLabel::Simple(label), documentation: None });
    let signature = SignatureInformation {
        label: found.label,
        documentation: (!doc.is_empty()).then(|| documentation(formats, doc.join("\n\n"))),
        parameters: Some(parameters.collect()),
        active_parameter: active,
    };
    Ok(Some(SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter: active }))
}
