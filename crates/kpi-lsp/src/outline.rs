//! The declarations of a file as the editor's outline.

use kpi_base::{FileId, SourceFile};
use kpi_syntax::ast::{Item, ItemKind, Label};
use lsp_types::{DocumentSymbol, SymbolKind};

use crate::positions::{Encoding, range};

/// The declarations of a policy file, in the order of the text.
pub fn symbols(file: &SourceFile, encoding: Encoding) -> Vec<DocumentSymbol> {
    let parsed = kpi_syntax::parse(FileId(0), &file.text);
    parsed.file.items.iter().filter_map(|item| symbol(file, item, encoding)).collect()
}

#[allow(deprecated, reason = "the protocol's struct has a deprecated field that must be written")]
fn symbol(file: &SourceFile, item: &Item, encoding: Encoding) -> Option<DocumentSymbol> {
    let label = |label: &Label| label.as_ref().map(|text| text.value.clone());
    let (name, span, detail, kind) = match &item.kind {
        ItemKind::Policy(p) => (p.title.value.clone(), p.title.span, None, SymbolKind::PACKAGE),
        ItemKind::Dimension(d) => (d.name.text.clone(), d.name.span, label(&d.label), SymbolKind::ENUM),
        ItemKind::Roster(t) | ItemKind::Source(t) | ItemKind::Shape(t) => {
            (t.name.text.clone(), t.name.span, label(&t.label), SymbolKind::STRUCT)
        }
        ItemKind::View(v) => (v.name.text.clone(), v.name.span, label(&v.label), SymbolKind::STRUCT),
        ItemKind::Param(p) => (p.name.text.clone(), p.name.span, label(&p.label), SymbolKind::CONSTANT),
        ItemKind::Function(f) => (f.name.text.clone(), f.name.span, label(&f.label), SymbolKind::FUNCTION),
        ItemKind::Indicator(i) => (i.name.text.clone(), i.name.span, label(&i.label), SymbolKind::VARIABLE),
        ItemKind::Scorecard(s) => (s.name.text.clone(), s.name.span, label(&s.label), SymbolKind::CLASS),
        ItemKind::Curve(c) => (c.name.text.clone(), c.name.span, label(&c.label), SymbolKind::FUNCTION),
        ItemKind::Incentive(i) => (i.name.text.clone(), i.name.span, label(&i.label), SymbolKind::CLASS),
        ItemKind::Rule(r) => (r.name.text.clone(), r.name.span, label(&r.label), SymbolKind::EVENT),
        ItemKind::Scale(s) => (s.name.text.clone(), s.name.span, label(&s.label), SymbolKind::ENUM),
        ItemKind::Goal(g) => (g.name.text.clone(), g.name.span, label(&g.label), SymbolKind::KEY),
        ItemKind::Test(t) => (t.name.value.clone(), t.name.span, None, SymbolKind::METHOD),
        ItemKind::Use(_) | ItemKind::Require(_) | ItemKind::Prove(_) | ItemKind::Unbuilt(_) => return None,
    };
    Some(DocumentSymbol {
        name: if name.is_empty() { "(no name)".to_owned() } else { name },
        detail,
        kind,
        tags: None,
        deprecated: None,
        range: range(file, item.span, encoding),
        selection_range: range(file, span, encoding),
        children: None,
    })
}
