//! What the grammar for editors finds in a text.

use tree_sitter::{Language, Node, Parser, Tree};
use tree_sitter_language::LanguageFn;

use crate::{Declaration, Named};

#[allow(unsafe_code, reason = "the generated parser is a function of C")]
unsafe extern "C" {
    fn tree_sitter_kpi() -> *const ();
}

/// The grammar as it is committed.
#[allow(unsafe_code, reason = "it takes nothing and gives a table that never goes away")]
pub fn language() -> Language {
    unsafe { LanguageFn::from_raw(tree_sitter_kpi) }.into()
}

fn parse(text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&language()).ok()?;
    parser.parse(text, None)
}

/// The declarations of a text.
pub fn read(text: &str) -> Vec<Declaration> {
    let Some(tree) = parse(text) else { return Vec::new() };
    let mut found = Vec::new();
    visit(tree.root_node(), &mut |node| {
        let Some(kind) = known(DECLARATIONS, node.kind()) else { return true };
        let name = ["name", "label", "module"].into_iter().find_map(|field| match field {
            // A label is the name of what has no other; `use` has its path in several nodes.
            "label" if !matches!(kind, "policy" | "test") => None,
            "module" if kind != "use" => None,
            "module" => {
                let mut cursor = node.walk();
                node.children_by_field_name(field, &mut cursor).map(|part| written(text, part)).reduce(|a, b| a + &b)
            }
            _ => node.child_by_field_name(field).map(|name| written(text, name)),
        });
        let mut members = Vec::new();
        gather(text, node, &mut members);
        members.sort();
        let (start, end) = (node.start_byte(), node.end_byte());
        found.push(Declaration { kind, name: name.unwrap_or_default(), start, end, members });
        false
    });
    found
}

const DECLARATIONS: &[&str] = &[
    "policy",
    "dimension",
    "scale",
    "roster",
    "source",
    "shape",
    "view",
    "param",
    "function",
    "curve",
    "indicator",
    "scorecard",
    "incentive",
    "rule",
    "test",
    "use",
    "goal",
    "require",
    "prove",
];

/// Members with a name, those without one, and those whose text counts.
const NAMED: &[&str] = &[
    "dimension_member",
    "column",
    "view_column",
    "parameter",
    "note",
    "part",
    "example",
    "line",
    "group",
    "veto",
    "bonus",
    "deduction",
    "pay",
    "data_row",
];
const NAMELESS: &[&str] = &["anchor", "expect"];
const RAW: &[&str] = &["cell"];

fn known(words: &[&'static str], kind: &str) -> Option<&'static str> {
    words.iter().find(|word| **word == kind).copied()
}

fn gather(text: &str, node: Node<'_>, members: &mut Vec<Named>) {
    visit(node, &mut |part| {
        if part == node {
            return true;
        }
        if let Some(kind) = known(NAMED, part.kind()) {
            let fields = ["name", "topic", "table", "label"];
            if let Some(name) = fields.into_iter().find_map(|field| part.child_by_field_name(field)) {
                members.push(Named { at: name.start_byte(), kind, name: written(text, name) });
            }
        } else if let Some(kind) = known(NAMELESS, part.kind()) {
            members.push(Named { at: part.start_byte(), kind, name: String::new() });
        } else if let Some(kind) = known(RAW, part.kind()) {
            members.push(Named { at: part.start_byte(), kind, name: raw(text, part).to_owned() });
        }
        true
    });
}

/// Calls `seen` with a node and, where it says so, all nodes below it.
fn visit<'a>(node: Node<'a>, seen: &mut dyn FnMut(Node<'a>) -> bool) {
    if seen(node) {
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            visit(child, seen);
        }
    }
}

/// The lines, from 1, at which the grammar could not go on.
pub fn faults(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let Some(tree) = parse(text) else { return found };
    let mut nodes = vec![tree.root_node()];
    while let Some(node) = nodes.pop() {
        if node.is_error() || node.is_missing() {
            found.push(node.start_position().row + 1);
        } else if node.has_error() {
            let mut cursor = node.walk();
            nodes.extend(node.children(&mut cursor));
        }
    }
    found
}

/// The bytes of the words that the grammar takes for words of the language.
pub fn keywords(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    if let Some(tree) = parse(text) {
        visit(tree.root_node(), &mut |node| {
            if node.kind() == "keyword" {
                found.push((node.start_byte(), node.end_byte()));
            }
            true
        });
    }
    found
}

/// The tree of a text, as the corpus writes it.
pub fn sexp(text: &str) -> String {
    parse(text).map(|tree| tree.root_node().to_sexp()).unwrap_or_default()
}

fn raw<'a>(text: &'a str, node: Node<'_>) -> &'a str {
    text.get(node.byte_range()).unwrap_or_default()
}

fn written(text: &str, node: Node<'_>) -> String {
    bare(raw(text, node)).to_owned()
}

/// A name or text without its quotes or backticks.
pub(crate) fn bare(text: &str) -> &str {
    let quotes = |c: char| matches!(c, '"' | '“' | '”' | '＂' | '`' | '｀');
    let text = text.strip_prefix(quotes).unwrap_or(text);
    text.strip_suffix(quotes).unwrap_or(text)
}
