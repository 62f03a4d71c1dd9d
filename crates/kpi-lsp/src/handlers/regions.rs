//! `textDocument/foldingRange`, `selectionRange` and `documentLink`.

use kpi_ide::regions::{self, FoldKind, LinkTarget};
use lsp_types::{
    DocumentLink, DocumentLinkParams, FoldingRange, FoldingRangeKind, FoldingRangeParams, SelectionRange,
    SelectionRangeParams,
};

use super::Answer;
use crate::context::Context;
use crate::findings;

pub fn folds(context: &Context, _: FoldingRangeParams) -> Answer<Option<Vec<FoldingRange>>> {
    let Some(document) = &context.document else { return Ok(None) };
    let fold = |fold: regions::Fold| {
        let range = context.range(&document.snapshot, fold.span);
        let block = fold.kind == FoldKind::Block;
        // The closing bracket stays visible.
        let end_line = if block { range.end.line.checked_sub(1)? } else { range.end.line };
        (range.start.line < end_line).then_some(FoldingRange {
            start_line: range.start.line,
            end_line,
            kind: (fold.kind == FoldKind::Comment).then_some(FoldingRangeKind::Comment),
            ..FoldingRange::default()
        })
    };
    Ok(Some(regions::folds(&document.snapshot, document.file).into_iter().filter_map(fold).collect()))
}

pub fn selections(context: &Context, params: SelectionRangeParams) -> Answer<Option<Vec<SelectionRange>>> {
    let Some(document) = &context.document else { return Ok(None) };
    let around = |position| {
        let steps = regions::selections(&document.snapshot, context.position(document, position));
        let whole = SelectionRange { range: lsp_types::Range::new(position, position), parent: None };
        let grow = |parent: Option<Box<SelectionRange>>, span: &kpi_base::Span| {
            Some(Box::new(SelectionRange { range: context.range(&document.snapshot, *span), parent }))
        };
        steps.iter().rev().fold(None, grow).map_or(whole, |smallest| *smallest)
    };
    Ok(Some(params.positions.into_iter().map(around).collect()))
}

pub fn links(context: &Context, _: DocumentLinkParams) -> Answer<Option<Vec<DocumentLink>>> {
    let Some(document) = &context.document else { return Ok(None) };
    let link = |link: regions::Link| {
        let target = match &link.target {
            LinkTarget::Module(file) => context.uri_or_library(&document.snapshot, *file)?,
            LinkTarget::Code(code) => findings::page(context, code)?,
        };
        let range = context.range(&document.snapshot, link.span);
        Some(DocumentLink { range, target: Some(target), tooltip: None, data: None })
    };
    Ok(Some(regions::links(&document.snapshot, document.file).into_iter().filter_map(link).collect()))
}
