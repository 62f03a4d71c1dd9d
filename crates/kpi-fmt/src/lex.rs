//! What the parser reads, as tokens that keep their comments and where lines broke.

use std::borrow::Cow;

use kpi_syntax::{Reading, continues_name, starts_name};

/// The kinds of token that are set apart differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or keyword, also in backticks.
    Word,
    /// A number with its unit, a date, a ratio such as `1:3`.
    Number,
    /// A text in quotes.
    Text,
    /// An operator between two operands, or `=`.
    Operator,
    /// `->`
    Arrow,
    /// The sign of a negative number.
    Sign,
    /// `(`, `[`, `{`
    Open,
    /// `)`, `]`, `}`
    Close,
    Comma,
    Colon,
    Dot,
    /// `..`, `..<`
    Range,
    /// `?`
    Optional,
    /// `|` outside of tests
    Bar,
    /// A line of a grid in a test.
    Grid,
    Comment,
    /// Anything else: stands as it stood.
    Other,
}

/// What stood before a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gap {
    /// Spaces or a line break.
    pub space: bool,
    /// A line break.
    pub line: bool,
    /// An empty line.
    pub blank: bool,
    /// A line break that ends a member.
    pub ends: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub kind: Kind,
    /// What is read: operators in their one spelling, words of the language in English.
    pub text: Cow<'a, str>,
    /// What is written, where that is something else: a Chinese word.
    pub shown: Option<&'static str>,
    /// Its first byte.
    pub start: usize,
    pub gap: Gap,
}

impl Token<'_> {
    pub fn is(&self, kind: Kind, text: &str) -> bool {
        self.kind == kind && self.text == text
    }

    /// The text as it is to be written.
    pub fn shown(&self) -> &str {
        self.shown.unwrap_or(&self.text)
    }
}

/// Words behind which an operand follows.
pub(crate) const BEFORE_OPERANDS: &[&str] =
    &["if", "then", "else", "and", "or", "not", "in", "is", "where", "over", "formula", "when"];

/// The tokens of a text, comments among them, in order.
pub(crate) fn lex(reading: &Reading) -> Vec<Token<'_>> {
    let mut lexer = Lexer {
        reading,
        tokens: Vec::with_capacity(reading.text.len() / 4),
        at: 0,
        last: 0,
        last_token: 0,
        rows: Vec::new(),
    };
    lexer.run();
    let mut tokens = lexer.tokens;
    tell_signs(&mut tokens);
    tokens
}

/// A bracket that is open, and what of its present row was read.
struct Row {
    brace: bool,
    /// Whether the row begins as the key of a table does.
    key: Option<bool>,
    colon: bool,
}

struct Lexer<'a> {
    reading: &'a Reading,
    tokens: Vec<Token<'a>>,
    at: usize,
    /// The end of the last token or comment.
    last: usize,
    /// The end of the last token that is no comment.
    last_token: usize,
    rows: Vec<Row>,
}

impl<'a> Lexer<'a> {
    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.reading.text.get(from..to).unwrap_or_default()
    }

    fn run(&mut self) {
        let reading = self.reading;
        let mut comments = reading.comments.iter().peekable();
        let mut grids = reading.grids.iter().peekable();
        while self.at < reading.text.len() || comments.peek().is_some() {
            if let Some(comment) = comments.next_if(|comment| comment.at <= self.at) {
                self.push(Kind::Comment, comment_text(&comment.text), self.at, self.at);
                continue;
            }
            if let Some((start, end)) = grids.next_if(|(start, _)| *start == self.at) {
                self.push(Kind::Grid, self.slice(*start, *end).into(), *start, *end);
                continue;
            }
            let rest = self.slice(self.at, reading.text.len());
            match rest.chars().next() {
                Some(c) if c.is_whitespace() => self.at += c.len_utf8(),
                Some(c) => self.token(rest, c),
                None => break,
            }
        }
    }

    fn push(&mut self, kind: Kind, text: Cow<'a, str>, start: usize, end: usize) {
        let between = self.slice(self.last, start);
        let breaks = between.bytes().filter(|b| *b == b'\n').count();
        let comment = kind == Kind::Comment;
        let ends = !comment && self.reading.laid_out.get(self.last_token..start).is_some_and(|s| s.contains('\n'));
        let first = self.tokens.is_empty();
        let gap = Gap {
            space: start > self.last,
            line: breaks > 0 || first,
            blank: breaks > 1 && !first,
            ends: ends || first,
        };
        if !comment {
            self.note(kind, &text, gap);
            self.last_token = end;
        }
        self.last = end;
        self.at = end;
        let words = &self.reading.chinese;
        let shown = words.binary_search_by_key(&start, |word| word.at).ok().filter(|_| kind == Kind::Word);
        let shown = shown.and_then(|i| words.get(i)).map(|word| word.chinese);
        self.tokens.push(Token { kind, text, shown, start, gap });
    }

    /// Keeps track of where a row of a table is: `60:0` is a key and its value only in front of the first colon.
    fn note(&mut self, kind: Kind, text: &str, gap: Gap) {
        if kind == Kind::Close {
            self.rows.pop();
            return;
        }
        if let Some(row) = self.rows.last_mut().filter(|row| row.brace) {
            if gap.ends || kind == Kind::Comma {
                (row.key, row.colon) = (None, false);
            }
            if kind == Kind::Colon {
                row.colon = true;
            } else if kind != Kind::Comma && row.key.is_none() {
                row.key = Some(kind != Kind::Word || matches!(text, "from" | "top" | "next"));
            }
        }
        if kind == Kind::Open {
            self.rows.push(Row { brace: text == "{", key: None, colon: false });
        }
    }

    fn token(&mut self, rest: &'a str, c: char) {
        let (kind, length) = match c {
            '"' => (Kind::Text, quoted(rest, '"')),
            '`' => (Kind::Word, quoted(rest, '`')),
            '(' | '[' | '{' => (Kind::Open, 1),
            ')' | ']' | '}' => (Kind::Close, 1),
            ',' => (Kind::Comma, 1),
            ':' => (Kind::Colon, 1),
            '|' => (Kind::Bar, 1),
            '?' => (Kind::Optional, 1),
            '.' if rest.starts_with("..<") => (Kind::Range, 3),
            '.' if rest.starts_with("..") => (Kind::Range, 2),
            '.' => (Kind::Dot, 1),
            '-' if rest.starts_with("->") => (Kind::Arrow, 2),
            '¥' | '0'..='9' => (Kind::Number, self.number(rest)),
            '$' => {
                self.placeholder(rest);
                return;
            }
            _ if starts_name(c) => (Kind::Word, word(rest)),
            _ => match OPERATORS.iter().find(|(written, _)| rest.starts_with(written)) {
                Some((written, sign)) => {
                    let (start, end) = (self.at, self.at + written.len());
                    let text = if self.verbatim() { Cow::Borrowed(*written) } else { Cow::Borrowed(*sign) };
                    let kind = if self.verbatim() { Kind::Other } else { Kind::Operator };
                    self.push(kind, text, start, end);
                    return;
                }
                None => (Kind::Other, c.len_utf8()),
            },
        };
        let text = rest.get(..length).unwrap_or(rest);
        self.push(kind, text.into(), self.at, self.at + text.len());
    }

    /// A placeholder is a column's name, which is written as it was, even if it is spelt like a word of the language.
    fn placeholder(&mut self, rest: &'a str) {
        let name = word(rest.get(1..).unwrap_or_default());
        let words = &self.reading.chinese;
        let found = words.binary_search_by_key(&(self.at + 1), |word| word.at).ok().and_then(|i| words.get(i));
        let text = match found {
            Some(word) => format!("${}", word.chinese).into(),
            None => rest.get(..1 + name).unwrap_or(rest).into(),
        };
        self.push(Kind::Word, text, self.at, self.at + 1 + name);
    }

    /// Whether the member in hand is no expression: a time zone such as `Asia/Shanghai` is a name with a slash.
    fn verbatim(&self) -> bool {
        for token in self.tokens.iter().rev().take(6) {
            if matches!(token.text.as_ref(), "timezone" | "时区") {
                return token.gap.ends || token.gap.space;
            }
            if token.gap.ends || matches!(token.kind, Kind::Open | Kind::Comma) {
                return false;
            }
        }
        false
    }

    fn number(&self, rest: &str) -> usize {
        let yen = if rest.starts_with('¥') { '¥'.len_utf8() } else { 0 };
        let behind = |at: usize| rest.get(at..).unwrap_or_default();
        let mut at = yen + decimal(behind(yen));
        if at == yen {
            return yen;
        }
        let digits = at - yen;
        let pure = yen == 0;
        if pure && digits == 4 && rest.bytes().take(4).all(|b| b.is_ascii_digit()) {
            // A date or a period: `2026-10-03`, `2026-Q3`.
            while let Some(part) = behind(at).strip_prefix('-') {
                let length = part.bytes().take_while(u8::is_ascii_alphanumeric).count();
                let digit = part.bytes().take(2).any(|b| b.is_ascii_digit());
                if length == 0 || !digit || part.starts_with(|c: char| c.is_ascii_lowercase()) {
                    break;
                }
                at += 1 + length;
            }
        }
        if at == digits && pure && behind(at).starts_with(':') {
            let key = self.rows.last().is_some_and(|row| row.brace && !row.colon && row.key != Some(false));
            let second = decimal(behind(at + 1));
            if !key && second > 0 {
                at += 1 + second;
            }
        }
        at += behind(at).find(|c| !continues_name(c)).unwrap_or(behind(at).len());
        at + usize::from(behind(at).starts_with('%'))
    }
}

/// The operators, and how they are written; longer ones first.
const OPERATORS: &[(&str, &str)] = &[
    ("==", "=="),
    ("!=", "≠"),
    (">=", "≥"),
    ("<=", "≤"),
    ("≥", "≥"),
    ("≤", "≤"),
    ("≠", "≠"),
    ("±", "±"),
    ("+-", "±"),
    ("×", "×"),
    ("÷", "÷"),
    ("*", "×"),
    ("/", "÷"),
    ("+", "+"),
    ("-", "-"),
    ("<", "<"),
    (">", ">"),
    ("=", "="),
];

/// The text of a comment. Its slashes are half-width; more than two of them stay apart, since three would document.
fn comment_text(text: &str) -> Cow<'_, str> {
    match text.strip_prefix("／／") {
        Some(rest) => format!("//{}", rest.trim_end()).into(),
        None => text.trim_end().into(),
    }
}

fn word(text: &str) -> usize {
    text.find(|c| !continues_name(c)).unwrap_or(text.len())
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    let close = text.char_indices().skip(1).find(|(_, c)| {
        let found = !escaped && (*c == quote || *c == '\n');
        escaped = !escaped && *c == '\\' && quote == '"';
        found
    });
    close.map_or(text.len(), |(at, c)| if c == '\n' { at } else { at + 1 })
}

/// The length of digits with their fraction.
fn decimal(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let fraction = text.get(whole..).and_then(|rest| rest.strip_prefix('.')).map_or(0, digits);
    if whole > 0 && fraction > 0 { whole + 1 + fraction } else { whole }
}

/// Tells the sign of a number from a subtraction.
fn tell_signs(tokens: &mut [Token<'_>]) {
    let mut before: Option<(Kind, bool)> = None;
    let mut number = false;
    let mut followed: Vec<bool> = tokens.iter().skip(1).map(|t| t.gap.space).collect();
    followed.push(true);
    for (token, spaced) in tokens.iter_mut().zip(followed) {
        if token.kind == Kind::Comment {
            continue;
        }
        if token.is(Kind::Operator, "-") {
            let sign = match before {
                Some((Kind::Number | Kind::Text | Kind::Close | Kind::Optional, _)) => false,
                Some((Kind::Word, operand)) => operand || (token.gap.space && !spaced),
                _ => true,
            };
            if sign {
                token.kind = Kind::Sign;
            }
        }
        // A currency belongs to the number before it.
        let currency = number && token.text.len() == 3 && token.text.bytes().all(|b| b.is_ascii_uppercase());
        number = token.kind == Kind::Number;
        let kind = if currency { Kind::Number } else { token.kind };
        before = Some((kind, BEFORE_OPERANDS.contains(&token.text.as_ref())));
    }
}
