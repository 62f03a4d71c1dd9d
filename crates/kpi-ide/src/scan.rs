//! The tokens of a declaration as they stand in its file, also while it is being written: brackets need not match, and a
//! word need not be one. Places are bytes of the file; words of the language and punctuation are read in their one
//! spelling.

use kpi_syntax::{continues_name, starts_name, words};

/// The kinds of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or a word of the language.
    Word,
    /// A number with its unit, a date.
    Number,
    /// A text in quotes.
    Text,
    /// An operator, `=` and `->` among them.
    Operator,
    /// `(`, `[`, `{`
    Open,
    /// `)`, `]`, `}`
    Close,
    Comma,
    Colon,
    Dot,
    /// `..`, `..<`
    Range,
    Bar,
    /// A comment, to the end of its line.
    Comment,
    /// Anything else.
    Other,
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'s> {
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// What is read: a name without backticks, a word of the language in English, an operator in its one spelling.
    pub text: &'s str,
    /// As it stands in the file.
    pub written: &'s str,
    /// Whether it is the first of its line.
    pub first: bool,
}

impl Token<'_> {
    /// Whether it is this word, operator or bracket.
    pub fn is(&self, text: &str) -> bool {
        self.text == text && !matches!(self.kind, Kind::Text | Kind::Comment) && !self.written.starts_with('`')
    }
}

/// The tokens of a stretch of a file.
pub(crate) fn scan(text: &str, from: usize, to: usize) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = from;
    let mut first = true;
    while let Some(rest) = text.get(at..to).filter(|rest| !rest.is_empty()) {
        let Some(c) = rest.chars().next() else { break };
        if c.is_whitespace() {
            first |= c == '\n';
            at += c.len_utf8();
            continue;
        }
        let (kind, length, read) = read_token(rest, c);
        let written = rest.get(..length).unwrap_or(rest);
        let read = read.unwrap_or(written);
        tokens.push(Token { kind, start: at, end: at + written.len(), text: read, written, first });
        first = false;
        at += written.len().max(1);
    }
    tokens
}

/// Kind and length of the token that a text begins with, and what is read where it is not what is written.
fn read_token(rest: &str, c: char) -> (Kind, usize, Option<&str>) {
    let width = c.len_utf8();
    if rest.starts_with("//") || rest.starts_with("／／") {
        let line = rest.split('\n').next().unwrap_or(rest);
        return (Kind::Comment, line.trim_end_matches('\r').len(), None);
    }
    if let Some((written, read)) = SIGNS.iter().find(|(written, _)| rest.starts_with(written)) {
        let kind = match *read {
            "(" | "[" | "{" => Kind::Open,
            ")" | "]" | "}" => Kind::Close,
            "," => Kind::Comma,
            ":" => Kind::Colon,
            "|" => Kind::Bar,
            "." => Kind::Dot,
            ".." | "..<" => Kind::Range,
            _ => Kind::Operator,
        };
        return (kind, written.len(), Some(read));
    }
    match c {
        '"' | '“' | '＂' => {
            let length = quoted(rest, c);
            let inner = rest.get(width..length).unwrap_or_default();
            (Kind::Text, length, Some(inner.strip_suffix(['"', '”', '＂']).unwrap_or(inner)))
        }
        '`' | '｀' => {
            let length = quoted(rest, c);
            let inner = rest.get(width..length).unwrap_or_default();
            (Kind::Word, length, Some(inner.strip_suffix(['`', '｀']).unwrap_or(inner)))
        }
        '0'..='9' | '０'..='９' | '¥' | '￥' => (Kind::Number, number(rest), None),
        '$' => (Kind::Word, 1 + word(rest.get(1..).unwrap_or_default()), None),
        _ if starts_name(c) => {
            let length = word(rest);
            let written = rest.get(..length).unwrap_or_default();
            (Kind::Word, length, words::english(written))
        }
        _ => (Kind::Other, width, None),
    }
}

/// What is written, and how it is read; longer ones first.
const SIGNS: &[(&str, &str)] = &[
    ("->", "->"),
    ("..<", "..<"),
    ("..", ".."),
    ("==", "=="),
    ("!=", "≠"),
    (">=", "≥"),
    ("<=", "≤"),
    ("≥", "≥"),
    ("≤", "≤"),
    ("≠", "≠"),
    ("×", "×"),
    ("÷", "÷"),
    ("*", "×"),
    ("/", "÷"),
    ("+", "+"),
    ("-", "-"),
    ("<", "<"),
    (">", ">"),
    ("=", "="),
    ("?", "?"),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    ("{", "{"),
    ("}", "}"),
    (",", ","),
    (":", ":"),
    (".", "."),
    ("|", "|"),
    ("（", "("),
    ("）", ")"),
    ("［", "["),
    ("］", "]"),
    ("｛", "{"),
    ("｝", "}"),
    ("，", ","),
    ("：", ":"),
    ("．", "."),
    ("｜", "|"),
    ("～", ".."),
    ("＝＝", "=="),
    ("＝", "="),
    ("＞", ">"),
    ("＜", "<"),
    ("＋", "+"),
    ("－", "-"),
    ("＊", "×"),
    ("／", "÷"),
    ("？", "?"),
];

/// The length of a name.
pub(crate) fn word(text: &str) -> usize {
    text.find(|c| !continues_name(c)).unwrap_or(text.len())
}

fn quoted(text: &str, open: char) -> usize {
    let closes = |c: char| match open {
        '“' => c == '”' || c == '"',
        '＂' => c == '＂' || c == '"',
        '`' | '｀' => matches!(c, '`' | '｀'),
        _ => c == '"',
    };
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == '\n' {
            return at;
        }
        if !escaped && closes(c) {
            return at + c.len_utf8();
        }
        escaped = !escaped && c == '\\' && open != '`';
    }
    text.len()
}

/// The length of a number with its unit, or of a date.
fn number(text: &str) -> usize {
    let mut length = 0;
    let mut chars = text.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let part = match c {
            '¥' | '￥' => at == 0,
            '.' | '．' => next.is_ascii_digit() && before.is_ascii_digit(),
            // A date goes on; a subtraction has spaces.
            '-' => before.is_ascii_digit() && at >= 4 && (next.is_ascii_digit() || matches!(next, 'Q' | 'W')),
            '%' | '％' => true,
            _ => continues_name(c),
        };
        if !part {
            break;
        }
        length = at + c.len_utf8();
        before = c;
        if matches!(c, '%' | '％') {
            break;
        }
    }
    length
}

#[cfg(test)]
#[test]
fn tokens_of_a_line_being_written() {
    let text = "  目标 按 team.stage { startup：>= 30秒, `30日`: 2026-10-03 } // x";
    let read: Vec<_> = scan(text, 0, text.len()).iter().map(|t| (t.kind, t.text)).collect();
    use Kind::*;
    let expected = [
        (Word, "target"),
        (Word, "by"),
        (Word, "team"),
        (Dot, "."),
        (Word, "stage"),
        (Open, "{"),
        (Word, "startup"),
        (Colon, ":"),
        (Operator, "≥"),
        (Number, "30秒"),
        (Comma, ","),
        (Word, "30日"),
        (Colon, ":"),
        (Number, "2026-10-03"),
        (Close, "}"),
        (Comment, "// x"),
    ];
    assert_eq!(read, expected);
}
