//! What a file declares: the names, where they stand, and what is said of them.

use kpi_base::Span;
use kpi_syntax::ast::{self, Item, ItemKind};

/// A declaration of a package or of a module that it uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// What it declares.
    pub kind: DeclarationKind,
    /// Its name in NFC; the title of a policy or a test; empty where there is none.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The whole declaration, without the doc comment.
    pub span: Span,
    /// What people call it.
    pub label: Option<String>,
    /// The doc comment above it, without the slashes.
    pub doc: Option<String>,
    /// Its place among the [items](ast::File::items) of the file.
    pub item: usize,
}

/// The kinds of declaration that have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the declaration of its name")]
pub enum DeclarationKind {
    Policy,
    Dimension,
    Scale,
    Roster,
    Source,
    Shape,
    View,
    Param,
    Function,
    Indicator,
    /// An indicator that takes tables: an entry of a library.
    Entry,
    Scorecard,
    Curve,
    Incentive,
    Rule,
    Goal,
    Test,
}

/// The declarations of a file, in the order of the text; of what cannot be named (`use`, `require`, `prove`) there is none.
pub(crate) fn read_declarations(file: &ast::File) -> Vec<Declaration> {
    file.items.iter().enumerate().filter_map(|(place, item)| read_declaration(place, item)).collect()
}

fn read_declaration(place: usize, item: &Item) -> Option<Declaration> {
    use DeclarationKind as Kind;
    let (kind, name, label) = match &item.kind {
        ItemKind::Policy(x) => return Some(titled(Kind::Policy, &x.title, place, item)),
        ItemKind::Test(x) => return Some(titled(Kind::Test, &x.name, place, item)),
        ItemKind::Dimension(x) => (Kind::Dimension, &x.name, &x.label),
        ItemKind::Scale(x) => (Kind::Scale, &x.name, &x.label),
        ItemKind::Roster(x) => (Kind::Roster, &x.name, &x.label),
        ItemKind::Source(x) => (Kind::Source, &x.name, &x.label),
        ItemKind::Shape(x) => (Kind::Shape, &x.name, &x.label),
        ItemKind::View(x) => (Kind::View, &x.name, &x.label),
        ItemKind::Param(x) => (Kind::Param, &x.name, &x.label),
        ItemKind::Function(x) => (Kind::Function, &x.name, &x.label),
        ItemKind::Indicator(x) if x.params.is_empty() => (Kind::Indicator, &x.name, &x.label),
        ItemKind::Indicator(x) => (Kind::Entry, &x.name, &x.label),
        ItemKind::Scorecard(x) => (Kind::Scorecard, &x.name, &x.label),
        ItemKind::Curve(x) => (Kind::Curve, &x.name, &x.label),
        ItemKind::Incentive(x) => (Kind::Incentive, &x.name, &x.label),
        ItemKind::Rule(x) => (Kind::Rule, &x.name, &x.label),
        ItemKind::Goal(x) => (Kind::Goal, &x.name, &x.label),
        ItemKind::Use(_) | ItemKind::Require(_) | ItemKind::Prove(_) => return None,
    };
    Some(Declaration {
        kind,
        name: name.text.clone(),
        name_span: name.span,
        span: item.span,
        label: label.as_ref().map(|label| label.value.clone()),
        doc: item.doc.clone(),
        item: place,
    })
}

fn titled(kind: DeclarationKind, title: &ast::Text, place: usize, item: &Item) -> Declaration {
    Declaration {
        kind,
        name: title.value.clone(),
        name_span: title.span,
        span: item.span,
        label: None,
        doc: item.doc.clone(),
        item: place,
    }
}
