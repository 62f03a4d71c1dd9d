//! `textDocument/inlayHint`: what is shown between the characters.

use kpi_ide::inlay::{self, HintKind};
use kpi_ide::numbers;
use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams, InlayHintTooltip};
use serde_json::Value;

use super::Answer;
use crate::context::Context;

/// The settings `kpi.inlay.units`, `kpi.inlay.cards` and `kpi.numbers.enabled` turn them off.
pub fn hints(context: &Context, params: InlayHintParams) -> Answer<Option<Vec<InlayHint>>> {
    let Some(document) = &context.document else { return Ok(None) };
    let range = context.span(document, params.range);
    let is_on = |name: &str| context.settings.get(name).and_then(Value::as_bool).unwrap_or(true);
    let (units, cards) = (is_on("inlay.units"), is_on("inlay.cards"));
    let numbers = document.figures.iter().flat_map(|figures| numbers::hints(&document.snapshot, range, figures));
    let hints = inlay::hints(&document.snapshot, range).into_iter().chain(numbers).filter(|hint| match hint.kind {
        HintKind::Unit => units,
        HintKind::Card => cards,
        HintKind::Number => true,
    });
    let hints = hints.map(|hint| {
        let at = kpi_base::Span { file: hint.at.file, start: hint.at.offset, end: hint.at.offset };
        InlayHint {
            position: context.range(&document.snapshot, at).start,
            label: InlayHintLabel::String(context.say(&hint.label)),
            kind: (hint.kind == HintKind::Unit).then_some(InlayHintKind::TYPE),
            text_edits: None,
            tooltip: hint.tooltip.map(|text| InlayHintTooltip::String(context.say(&text))),
            padding_left: Some(hint.kind != HintKind::Unit),
            padding_right: None,
            data: None,
        }
    });
    Ok(Some(hints.collect()))
}
