//! The tokens of a policy text, as far as changing it in one place needs them.
//!
//! No parser: a changed text is a policy only if `kpi check` says so, and what it refuses is no mutant.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name, a keyword, a unit on its own.
    Word,
    /// Digits and their fraction, without the unit.
    Number,
    /// The unit or scale glued to a number.
    Unit,
    /// An operator, a bracket, a comma.
    Sign,
    /// A line break.
    Break,
    /// A string, a date or a month: never changed.
    Fixed,
    /// A comment, with its slashes.
    Comment,
}

/// A part of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub range: Range<usize>,
}

/// The tokens of a text, spaces left out.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let glued = found.last().is_some_and(|last| last.kind == Kind::Number && last.range.end == at);
        let (kind, length) = read(rest, first, glued);
        if let Some(kind) = kind {
            found.push(Token { kind, range: at..at + length });
        }
        at += length;
    }
    found
}

fn read(rest: &str, first: char, glued: bool) -> (Option<Kind>, usize) {
    let run = |of: fn(char) -> bool| rest.find(|c| !of(c)).unwrap_or(rest.len());
    match first {
        '\n' => (Some(Kind::Break), 1),
        c if c.is_whitespace() => (None, c.len_utf8()),
        '/' if rest.starts_with("//") => (Some(Kind::Comment), rest.find('\n').unwrap_or(rest.len())),
        '"' | '`' => (Some(Kind::Fixed), quoted(rest, first)),
        '0'..='9' => match dated(rest) {
            Some(length) => (Some(Kind::Fixed), length),
            None => (Some(Kind::Number), number(rest)),
        },
        '%' if glued => (Some(Kind::Unit), 1),
        c if glued && (c.is_alphabetic()) => (Some(Kind::Unit), run(|c| c.is_alphanumeric())),
        c if c.is_alphabetic() || c == '_' => (Some(Kind::Word), run(|c| c.is_alphanumeric() || c == '_')),
        _ => {
            let long = ["..<", "..", ">=", "<=", "==", "!=", "->"].into_iter().find(|sign| rest.starts_with(sign));
            (Some(Kind::Sign), long.map_or(first.len_utf8(), str::len))
        }
    }
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            '\n' => return at,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

fn digits(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())
}

fn number(rest: &str) -> usize {
    let whole = digits(rest);
    let fraction = rest.get(whole..).and_then(|tail| tail.strip_prefix('.')).map_or(0, digits);
    if fraction == 0 { whole } else { whole + 1 + fraction }
}

/// The length of a date, month, quarter, week or time at the front: four digits and a hyphen, or two and a colon.
fn dated(rest: &str) -> Option<usize> {
    let first = digits(rest);
    let sign = rest.as_bytes().get(first)?;
    let follows = rest.as_bytes().get(first + 1).is_some_and(|c| c.is_ascii_digit() || *c == b'Q' || *c == b'W');
    let is = follows && (first == 4 && *sign == b'-' || *sign == b':');
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == ':')).unwrap_or(rest.len());
    // A colon at its end belongs to the row of a table.
    is.then(|| rest.get(..length).map_or(length, |date| date.trim_end_matches(':').len()))
}
