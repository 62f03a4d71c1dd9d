//! The one style of policy files: [`format_text`] writes a text anew as every text is written.
//!
//! It works on tokens, not on the AST, so that it formats constructs that it knows nothing of, and loses no comment.
//! Where members and expressions end it does not guess: `kpi-syntax` tells which line breaks the parser sees.
//!
//! The road of a text: `lex` cuts what the parser reads into tokens with their comments; `tree` nests them by brackets and
//! cuts blocks into members; `write` puts a member on lines; `block` lays out the members of a block and knows which of
//! them stand in columns; `grid` and `align` pad columns; `file` puts declarations below each other. `respell` gives words
//! of the language their other spelling, if that is asked for. `verify` then
//! compares what the parser makes of both texts: a text whose meaning would change is never handed out.
//!
//! The style depends on tokens, comments and line breaks, never on how many spaces there were: so formatting twice is
//! formatting once. It does not decide what a policy should say, and it reads and writes no files.

mod align;
mod block;
mod diff;
mod file;
mod grid;
mod lex;
mod respell;
mod tree;
mod verify;
mod write;

pub use diff::render_diff;
pub use respell::{DeclaredNames, Keywords};

use kpi_base::{Diagnostic, FileId};

/// How wide a line may be before its block is laid out one member a line.
pub const WIDTH: usize = 120;

/// Why a text cannot be formatted.
#[derive(Clone, Debug, PartialEq)]
pub enum FormatError {
    /// It has errors of syntax; what it means is not known, so that nothing can keep it. The spans are bytes of the text.
    Syntax(Vec<Diagnostic>),
    /// The formatted text would not mean the same: an error of the formatter.
    Meaning,
}

/// Formats the text of a policy file. Comments are kept; so is what the parser reads, places aside.
///
/// # Errors
/// [`FormatError`], if the text is to stay as it is.
pub fn format_text(file: FileId, text: &str) -> Result<String, FormatError> {
    format_words(file, text, Keywords::AsWritten, &DeclaredNames::default())
}

/// Formats the text of a policy file, with the words of the language in the wanted spelling. Names, texts, comments and
/// columns stay; `names` are those that the files of the package declare, this one among them.
///
/// # Errors
/// [`FormatError`], if the text is to stay as it is.
pub fn format_words(
    file: FileId,
    text: &str,
    keywords: Keywords,
    names: &DeclaredNames,
) -> Result<String, FormatError> {
    let before = kpi_syntax::parse(file, text);
    if before.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(FormatError::Syntax(before.diagnostics));
    }
    let reading = kpi_syntax::read(text);
    let mut tokens = lex::lex(&reading);
    if keywords != Keywords::AsWritten {
        respell::respell_words(&mut tokens, &kpi_syntax::words::spoken_words(text), keywords, names);
    }
    let formatted = file::format_file(&reading, tokens.clone());
    if formatted != text && !verify::means_the_same(&before, &tokens, &formatted, keywords != Keywords::AsWritten) {
        return Err(FormatError::Meaning);
    }
    Ok(formatted)
}
