//! The check that a formatted text means what the text did.

use std::borrow::Cow;

use kpi_base::FileId;
use kpi_syntax::Parsed;

use crate::grid::GridRow;
use crate::lex::{Kind, Token, lex};
use crate::respell;

/// Whether a formatted text has the same declarations, tokens and comments as the text that it was made of. If its words
/// are `respelt`, names that are spelt like words of the language count as those words.
pub(crate) fn means_the_same(before: &Parsed, tokens: &[Token<'_>], formatted: &str, respelt: bool) -> bool {
    let after = kpi_syntax::parse(FileId(0), formatted);
    if !after.diagnostics.is_empty() && before.diagnostics.is_empty() {
        return false;
    }
    let reading = kpi_syntax::read(formatted);
    let again = lex(&reading);
    same_words(tokens, &again) && same_items(before, &after, respelt)
}

/// Whether the tokens are the same, commas aside, for which line breaks may stand.
fn same_words(before: &[Token<'_>], after: &[Token<'_>]) -> bool {
    let words = |tokens: &[Token<'_>]| -> Vec<String> {
        tokens.iter().filter(|token| token.kind != Kind::Comma).map(|token| word(token).into_owned()).collect()
    };
    words(before) == words(after)
}

fn word<'t>(token: &'t Token<'_>) -> Cow<'t, str> {
    match token.kind {
        Kind::Grid => GridRow::of_test(&token.text).cells.join("|").into(),
        _ => Cow::Borrowed(&token.text),
    }
}

/// Whether the declarations are the same, places aside.
fn same_items(before: &Parsed, after: &Parsed, respelt: bool) -> bool {
    before.file.items.len() == after.file.items.len()
        && before.file.items.iter().zip(&after.file.items).all(|(a, b)| {
            let (a, b) = (format!("{a:?}"), format!("{b:?}"));
            if respelt { in_english(&a) == in_english(&b) } else { without_places(&a).eq(without_places(&b)) }
        })
}

/// A printed tree without its places, with its names in English where they are spelt like words of the language.
fn in_english(printed: &str) -> String {
    const NAME: &str = "Name { text: \"";
    let mut out = String::with_capacity(printed.len());
    for stretch in without_places(printed) {
        // A quote inside a text is printed with a backslash, so that only names begin like this.
        for (i, part) in stretch.split(NAME).enumerate() {
            match part.split_once('"').filter(|_| i > 0) {
                Some((name, rest)) => out.extend([NAME, respell::in_english(name), "\"", rest]),
                None => out.push_str(part),
            }
        }
    }
    out
}

/// The stretches of a printed tree between its places.
fn without_places(printed: &str) -> impl Iterator<Item = &str> {
    printed.split("Span {").enumerate().map(|(i, part)| match part.find('}') {
        Some(at) if i > 0 => part.get(at + 1..).unwrap_or_default(),
        _ => part,
    })
}
