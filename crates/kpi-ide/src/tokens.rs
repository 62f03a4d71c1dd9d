//! The tokens of a file: what the cursor is on, whether or not the text can be parsed.

use std::collections::HashMap;

use kpi_base::{FileId, SourceFile, Span};
use kpi_syntax::words::{Place, words_at};
use kpi_syntax::{continues_name, starts_name};

/// A stretch of text that belongs together. Spaces and line breaks are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name of the author, or a word of the language that stands where a name stands.
    Name,
    /// A name in backticks, which are part of it.
    QuotedName,
    /// A word of the language, with what it is there.
    Keyword(Place),
    /// A number with the unit that is glued to it: `80%`, `30s`, `3万元`.
    Number,
    /// A text with its quotes.
    Text,
    /// A comment with its slashes, to the end of the line.
    Comment,
    /// A doc comment: `///`.
    DocComment,
    /// A bracket, an operator, a comma: one character, or one of `..`, `->`, `==`, `!=`, `<=`, `>=`.
    Punctuation,
}

/// The tokens of a file, in order.
pub(crate) fn read_tokens(file: FileId, source: &SourceFile) -> Vec<Token> {
    let words: HashMap<u32, Place> =
        words_at(file, &source.text).into_iter().map(|word| (word.span.start, word.place)).collect();
    let mut tokens = Vec::new();
    let mut at = 0usize;
    while let Some(rest) = source.text.get(at..).filter(|rest| !rest.is_empty()) {
        let (kind, length) = read_token(rest);
        if let Some(kind) = kind {
            let span = Span { file, start: at as u32, end: (at + length) as u32 };
            let kind = match (kind, words.get(&span.start)) {
                (TokenKind::Name, Some(place)) => TokenKind::Keyword(*place),
                _ => kind,
            };
            tokens.push(Token { kind, span });
        }
        at += length.max(1);
    }
    tokens
}

/// The token with which a text begins, `None` for a space, and its length in bytes.
fn read_token(rest: &str) -> (Option<TokenKind>, usize) {
    let Some(first) = rest.chars().next() else { return (None, 0) };
    let line = || rest.find('\n').unwrap_or(rest.len());
    let comment = |slashes: &str| {
        let doc = rest.strip_prefix(slashes).is_some_and(|text| text.starts_with('/') && !text.starts_with("//"));
        let length = rest.get(..line()).unwrap_or_default().trim_end_matches('\r').len();
        (Some(if doc { TokenKind::DocComment } else { TokenKind::Comment }), length)
    };
    match first {
        c if c.is_whitespace() => (None, c.len_utf8()),
        '/' if rest.starts_with("//") => comment("//"),
        '／' if rest.starts_with("／／") => comment("／／"),
        '"' | '“' | '＂' => (Some(TokenKind::Text), quoted(rest, first)),
        '`' | '｀' => {
            let close = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '`' | '｀' | '\n'));
            let length = match close {
                Some((at, '\n')) => at,
                Some((at, c)) => at + c.len_utf8(),
                None => rest.len(),
            };
            (Some(TokenKind::QuotedName), length)
        }
        c if c.is_ascii_digit() || ('０'..='９').contains(&c) => (Some(TokenKind::Number), number(rest)),
        c if starts_name(c) => (Some(TokenKind::Name), rest.find(|c| !continues_name(c)).unwrap_or(rest.len())),
        c => {
            let two = ["..", "->", "==", "!=", "<=", ">="].into_iter().find(|two| rest.starts_with(two));
            (Some(TokenKind::Punctuation), two.map_or(c.len_utf8(), str::len))
        }
    }
}

/// How long the text is that begins with a quote; it ends with its line at the latest.
pub(crate) fn quoted(rest: &str, open: char) -> usize {
    let closes = |c: char| match open {
        '“' => c == '”' || c == '"',
        '＂' => c == '＂' || c == '"',
        _ => c == '"',
    };
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return at,
            c if !escaped && closes(c) => return at + c.len_utf8(),
            _ => escaped = !escaped && c == '\\',
        }
    }
    rest.len()
}

fn number(rest: &str) -> usize {
    let mut length = 0;
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        // The point of a number stands between digits; two points are a range.
        let inside = continues_name(c)
            || matches!(c, '%' | '％' | '‰')
            || (matches!(c, '.' | ',') && chars.peek().is_some_and(char::is_ascii_digit));
        if !inside {
            break;
        }
        length += c.len_utf8();
    }
    length
}
