//! What stands around a place of a policy while it is written: in which declaration, member, call and table it lies.
//!
//! It is read off tokens, so that it is known in a text that cannot be parsed; it knows no names.

use crate::scan::{Kind, Token, scan};

/// A place in a declaration.
#[derive(Clone, Debug)]
pub(crate) struct Spot<'s> {
    /// The tokens of the declaration, comments among them.
    pub tokens: Vec<Token<'s>>,
    /// How many of them end before the place, the word that is being written at it aside.
    pub before: usize,
    /// The word in which or at whose end the place lies.
    pub word: Option<Token<'s>>,
    /// The brackets that are open there, the outermost first, as places of `tokens`.
    pub open: Vec<usize>,
    /// Whether the place lies in a comment.
    pub in_comment: bool,
    /// Whether the place lies in a text in quotes.
    pub in_text: bool,
}

impl<'s> Spot<'s> {
    /// The place of a byte of a text.
    pub fn at(text: &'s str, offset: usize) -> Spot<'s> {
        let extent = extent(text, offset);
        let tokens = scan(text, extent.0, extent.1);
        let word = tokens.iter().find(|t| t.kind == Kind::Word && t.start <= offset && offset <= t.end).copied();
        let limit = word.map_or(offset, |word| word.start);
        let before = tokens.iter().take_while(|t| t.end <= limit).count();
        let holds = |kind: Kind, inside_end: usize| {
            tokens.iter().any(|t| t.kind == kind && t.start < offset && offset < t.end + inside_end)
        };
        let (in_comment, in_text) = (holds(Kind::Comment, 1), holds(Kind::Text, 0));
        let mut open = Vec::new();
        for (place, token) in tokens.iter().enumerate().take(before) {
            match token.kind {
                Kind::Open => open.push(place),
                Kind::Close => drop(open.pop()),
                _ => {}
            }
        }
        Spot { tokens, before, word, open, in_comment, in_text }
    }

    /// The keyword of the declaration, in English.
    pub fn keyword(&self) -> &'s str {
        self.tokens.iter().find(|t| t.kind == Kind::Word).map_or("", |t| t.text)
    }

    /// The token so many before the place; 0 for the last one.
    pub fn back(&self, n: usize) -> Option<&Token<'s>> {
        self.tokens.get(..self.before)?.iter().rev().filter(|t| t.kind != Kind::Comment).nth(n)
    }

    /// The first token behind the word at the place.
    pub fn next(&self) -> Option<&Token<'s>> {
        let end = self.word.map_or(0, |word| word.end);
        self.tokens.get(self.before..)?.iter().find(|t| t.start >= end && t.kind != Kind::Comment)
    }

    /// The name in front of the place and the points between: of `live.host.na` the tokens `live`, `host`.
    pub fn path(&self) -> Vec<Token<'s>> {
        self.path_before(0)
    }

    /// The same before the `n`-th token back.
    pub fn path_before(&self, mut n: usize) -> Vec<Token<'s>> {
        let mut path = Vec::new();
        while self.back(n).is_some_and(|t| t.kind == Kind::Dot) {
            let Some(name) = self.back(n + 1).filter(|t| t.kind == Kind::Word) else { break };
            path.push(*name);
            n += 2;
        }
        path.reverse();
        path
    }

    /// The innermost bracket that is open.
    pub fn bracket(&self) -> Option<&Token<'s>> {
        self.tokens.get(*self.open.last()?)
    }

    /// The tokens of the member up to the place: what stands since the innermost brace, a comma or line break in it, if
    /// the place lies directly in a brace; else of the declaration.
    pub fn member(&self) -> &[Token<'s>] {
        let brace = self.open.iter().rev().find(|place| self.tokens.get(**place).is_some_and(|t| t.is("{")));
        self.tokens.get(self.member_start(brace.copied(), self.before)..self.before).unwrap_or_default()
    }

    /// The tokens of the member in which the brace at a place of `tokens` stands, up to it: `target by stage`.
    pub fn head_of(&self, brace: usize) -> &[Token<'s>] {
        let outer =
            self.open.iter().rev().find(|place| **place < brace && self.tokens.get(**place).is_some_and(|t| t.is("{")));
        self.tokens.get(self.member_start(outer.copied(), brace)..brace).unwrap_or_default()
    }

    /// The innermost brace that is open, as a place of `tokens`.
    pub fn brace(&self) -> Option<usize> {
        self.open.iter().rev().copied().find(|place| self.tokens.get(*place).is_some_and(|t| t.is("{")))
    }

    /// The calls that are open at the place, the innermost first: the function's word, and where its arguments begin.
    pub fn calls(&self) -> impl Iterator<Item = (Token<'s>, usize)> + '_ {
        self.open.iter().rev().filter_map(|place| {
            let open = self.tokens.get(*place).filter(|t| t.is("("))?;
            let name = place.checked_sub(1).and_then(|before| self.tokens.get(before))?;
            (name.kind == Kind::Word && name.end == open.start).then_some((*name, place + 1))
        })
    }

    /// Where the member that holds the token `end` begins, inside the brace `brace`.
    fn member_start(&self, brace: Option<usize>, end: usize) -> usize {
        let from = brace.map_or(0, |brace| brace + 1);
        let Some(tokens) = self.tokens.get(from..end) else { return from };
        let mut start = 0;
        let mut depth = 0usize;
        let mut before: Option<&Token<'_>> = None;
        for (place, token) in tokens.iter().enumerate() {
            if token.kind == Kind::Comment {
                continue;
            }
            let continues = before.is_some_and(|b| b.kind == Kind::Operator || goes_on(b.text) || b.kind == Kind::Dot);
            let goes_on = matches!(token.text, "and" | "or" | "+" | "×" | "÷") || token.kind == Kind::Close;
            if depth == 0 && before.is_some() && token.first && brace.is_some() && !continues && !goes_on {
                start = place;
            }
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                Kind::Comma if depth == 0 && brace.is_some() => start = place + 1,
                _ => {}
            }
            before = Some(token);
        }
        // A place on a new line begins a new member, though no token of it is there yet.
        from + start
    }
}

/// Words behind which an expression goes on over a line break.
fn goes_on(word: &str) -> bool {
    matches!(word, "if" | "then" | "and" | "or" | "not" | "in" | "where" | "over" | "formula" | "target" | "when")
}

/// From the word in column 0 that begins the declaration around a byte to the next such word.
pub(crate) fn extent(text: &str, offset: usize) -> (usize, usize) {
    let begins = |line: &str| {
        line.chars()
            .next()
            .is_some_and(|c| !c.is_whitespace() && !matches!(c, '}' | ')' | ']' | '|' | '/' | '／' | '｜'))
    };
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if begins(line) {
            if at > offset {
                return (start, at);
            }
            start = at;
        }
        at += line.len();
    }
    (start, text.len())
}
