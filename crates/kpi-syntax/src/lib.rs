//! Policy text to AST, with recovery.
//!
//! [`parse`] never fails: what it cannot read it reports and leaves out, and every other declaration and member
//! survives. It knows no names and no types; those are the business of `kpi-check`.
//!
//! The road of a text: `text` makes full-width punctuation half-width and takes comments away, keeping the way back to
//! the bytes of the file; `layout` matches brackets, splits the file at the words in column 0, and keeps only the line
//! breaks that end a member; `item` cuts a declaration into members and hands each to the grammar
//! (`grammar/kpi.pest`), so that a broken one spoils nothing else; `build` turns what pest found into the [`ast`].
//! This crate is the only user of pest, and nothing of pest leaves it.

pub mod ast;
mod build;
mod fault;
mod grammar;
mod item;
mod layout;
mod reading;
mod suggest;
mod text;
pub mod words;

pub use layout::DECLARATIONS;
pub use reading::{Reading, read};
pub use text::{Chinese, Comment, continues_name, starts_name};

use kpi_base::{Diagnostic, FileId};

/// What became of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// All that could be read.
    pub file: ast::File,
    /// What could not, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses the text of a policy file. The spans of the result are bytes of `text`.
pub fn parse(file: FileId, text: &str) -> Parsed {
    parse_again(file, text, &ast::File::default())
}

/// As [`parse`], of a text that was another before: declarations that stand where they stood, with the same text and nothing
/// wrong with it, are taken over as they were read.
pub fn parse_again(file: FileId, text: &str, before: &ast::File) -> Parsed {
    let mut diagnostics = Vec::new();
    let mut source = text::read_text(file, text, &mut diagnostics);
    let layout = layout::lay_out(&mut source, &mut diagnostics);
    let items = item::parse_items(&source, &layout, item::Known { before, text }, &mut diagnostics);
    diagnostics.sort_by_key(|d| d.labels.first().map(|label| label.span.start));
    Parsed {
        file: ast::File {
            items: items.into(),
            library: false,
            module: String::new(),
            text: ast::SourceText(text.into()),
        },
        diagnostics,
    }
}
