//! `textDocument/documentSymbol` and `workspace/symbol`: the declarations of a document and what is in them, and those of all
//! policies by a query.

use kpi_ide::DeclarationKind as Kind;
use kpi_ide::Snapshot;
use kpi_ide::outline::{self, EntryKind, Symbol};
use lsp_types::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, SymbolInformation, SymbolKind, WorkspaceSymbolParams,
    WorkspaceSymbolResponse,
};

use super::Answer;
use crate::context::Context;

/// How many symbols of all policies are listed: nobody reads more.
const MOST: usize = 500;

pub fn symbols(context: &Context, _: DocumentSymbolParams) -> Answer<Option<DocumentSymbolResponse>> {
    let Some(document) = &context.document else { return Ok(None) };
    let symbols = outline::symbols(&document.snapshot, document.file);
    Ok(Some(DocumentSymbolResponse::Nested(translate(context, &document.snapshot, symbols))))
}

fn translate(context: &Context, snapshot: &Snapshot, symbols: Vec<Symbol>) -> Vec<DocumentSymbol> {
    let symbol = |symbol: Symbol| {
        let children = translate(context, snapshot, symbol.children);
        #[allow(deprecated, reason = "the protocol's struct has a deprecated field that must be written")]
        DocumentSymbol {
            name: if symbol.name.is_empty() { "(no name)".to_owned() } else { symbol.name },
            detail: symbol.detail,
            kind: entry_kind(symbol.kind),
            tags: None,
            deprecated: None,
            range: context.range(snapshot, symbol.span),
            selection_range: context.range(snapshot, symbol.name_span),
            children: (!children.is_empty()).then_some(children),
        }
    };
    symbols.into_iter().map(symbol).collect()
}

pub fn workspace(context: &Context, params: WorkspaceSymbolParams) -> Answer<Option<WorkspaceSymbolResponse>> {
    let mut found = Vec::new();
    for snapshot in &context.packages {
        if context.is_cancelled() {
            break;
        }
        for declaration in outline::find(snapshot, &params.query) {
            let Some(location) = context.location(snapshot, declaration.name_span) else { continue };
            #[allow(deprecated, reason = "the protocol's struct has a deprecated field that must be written")]
            let symbol = SymbolInformation {
                name: declaration.name.clone(),
                kind: kind(declaration.kind),
                tags: None,
                deprecated: None,
                location,
                container_name: declaration.label.clone(),
            };
            found.push(symbol);
            if found.len() >= MOST {
                return Ok(Some(WorkspaceSymbolResponse::Flat(found)));
            }
        }
    }
    Ok(Some(WorkspaceSymbolResponse::Flat(found)))
}

fn entry_kind(entry: EntryKind) -> SymbolKind {
    match entry {
        EntryKind::Declaration(declared) => kind(declared),
        EntryKind::Column => SymbolKind::FIELD,
        EntryKind::Member => SymbolKind::ENUM_MEMBER,
        EntryKind::Part | EntryKind::Line => SymbolKind::VARIABLE,
        EntryKind::Group => SymbolKind::NAMESPACE,
        EntryKind::Veto => SymbolKind::EVENT,
        EntryKind::Adjustment => SymbolKind::OPERATOR,
        EntryKind::Pay => SymbolKind::PROPERTY,
        EntryKind::Bracket => SymbolKind::NUMBER,
    }
}

/// How an editor shows a kind of declaration.
pub fn kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Policy => SymbolKind::PACKAGE,
        Kind::Dimension | Kind::Scale => SymbolKind::ENUM,
        Kind::Roster | Kind::Source | Kind::Shape | Kind::View => SymbolKind::STRUCT,
        Kind::Param => SymbolKind::CONSTANT,
        Kind::Function | Kind::Curve | Kind::Entry => SymbolKind::FUNCTION,
        Kind::Indicator => SymbolKind::VARIABLE,
        Kind::Scorecard | Kind::Incentive => SymbolKind::CLASS,
        Kind::Rule => SymbolKind::EVENT,
        Kind::Goal => SymbolKind::KEY,
        Kind::Test => SymbolKind::METHOD,
    }
}
