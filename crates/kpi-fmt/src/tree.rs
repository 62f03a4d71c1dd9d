//! Tokens nested by brackets, and blocks cut into members.

use std::iter::Peekable;
use std::mem;
use std::vec::IntoIter;

use crate::lex::{Kind, Token};

/// A token, or brackets with what is in them.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    Token(Token<'a>),
    Group(Group<'a>),
}

#[derive(Debug)]
pub(crate) struct Group<'a> {
    pub open: Token<'a>,
    pub close: Option<Token<'a>>,
    pub body: Body<'a>,
    pub context: Context,
}

#[derive(Debug)]
pub(crate) enum Body<'a> {
    /// On the line of its brackets, unless a line breaks within round or square ones.
    Inline(Vec<Piece<'a>>),
    /// One member a line; before them, the comment behind the brace.
    Members(Option<Token<'a>>, Vec<Entry<'a>>),
}

/// What stands in a block.
#[derive(Debug)]
pub(crate) enum Entry<'a> {
    Comment(Token<'a>),
    Member(Vec<Piece<'a>>),
}

/// What kind of member a block has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    Policy,
    Dimension,
    /// Columns of rosters, sources and shapes.
    Columns,
    /// Columns of views: `name = aggregate`.
    View,
    Indicator,
    Card,
    Incentive,
    Rule,
    Test,
    /// Rows of tables, curves and grades: `key: value`.
    Rows,
    /// What follows `in`: members stay on the lines on which they are.
    Set,
    /// Round and square brackets.
    Round,
}

impl<'a> Piece<'a> {
    /// The first token.
    pub fn first(&self) -> &Token<'a> {
        match self {
            Piece::Token(token) => token,
            Piece::Group(group) => &group.open,
        }
    }

    pub fn is(&self, kind: Kind, text: &str) -> bool {
        matches!(self, Piece::Token(token) if token.is(kind, text))
    }

    pub fn is_kind(&self, kind: Kind) -> bool {
        matches!(self, Piece::Token(token) if token.kind == kind)
    }

    /// The word that it is.
    pub fn word(&self) -> Option<&str> {
        match self {
            Piece::Token(token) if token.kind == Kind::Word => Some(&token.text),
            _ => None,
        }
    }

    /// Whether a comment stands in it.
    pub fn has_comment(&self) -> bool {
        match self {
            Piece::Token(token) => token.kind == Kind::Comment,
            Piece::Group(Group { body: Body::Inline(pieces), .. }) => pieces.iter().any(Piece::has_comment),
            Piece::Group(Group { body: Body::Members(comment, entries), .. }) => {
                let holds = |entry: &Entry<'_>| match entry {
                    Entry::Comment(_) => true,
                    Entry::Member(pieces) => pieces.iter().any(Piece::has_comment),
                };
                comment.is_some() || entries.iter().any(holds)
            }
        }
    }

    /// Whether it is a block or a table.
    pub fn is_block(&self) -> bool {
        matches!(self, Piece::Group(group) if !matches!(group.context, Context::Set | Context::Round))
    }
}

/// The pieces of one declaration, with every block in it opened that is not on one line.
pub(crate) fn nest(tokens: Vec<Token<'_>>) -> Vec<Piece<'_>> {
    let mut pieces = gather(&mut tokens.into_iter().peekable());
    let owner = match pieces.first().and_then(Piece::word) {
        Some("policy") => Context::Policy,
        Some("dimension") => Context::Dimension,
        Some("roster" | "source" | "shape") => Context::Columns,
        Some("view") => Context::View,
        Some("indicator") => Context::Indicator,
        Some("scorecard") => Context::Card,
        Some("incentive") => Context::Incentive,
        Some("rule") => Context::Rule,
        Some("test") => Context::Test,
        _ => Context::Rows,
    };
    settle(&mut pieces, owner);
    pieces
}

/// Pieces up to the bracket that closes.
fn gather<'a>(tokens: &mut Peekable<IntoIter<Token<'a>>>) -> Vec<Piece<'a>> {
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    while let Some(token) = tokens.next_if(|token| token.kind != Kind::Close) {
        if token.kind != Kind::Open {
            pieces.push(Piece::Token(token));
            continue;
        }
        let context = match pieces.as_slice() {
            _ if token.text != "{" => Context::Round,
            [.., last] if last.is(Kind::Word, "in") => Context::Set,
            [.., one, of] if one.is(Kind::Word, "one") && of.is(Kind::Word, "of") => Context::Set,
            _ => Context::Rows,
        };
        let body = Body::Inline(gather(tokens));
        let close = tokens.next();
        pieces.push(Piece::Group(Group { open: token, close, body, context }));
    }
    pieces
}

/// Says what the blocks of a member or declaration are, and opens those that are not on one line. The last one has the
/// members of its owner.
fn settle(pieces: &mut [Piece<'_>], owner: Context) {
    let last = pieces.iter().rposition(Piece::is_block);
    for (i, piece) in pieces.iter_mut().enumerate() {
        let Piece::Group(group) = piece else { continue };
        if Some(i) == last {
            group.context = owner;
        }
        settle_group(group);
    }
}

fn settle_group(group: &mut Group<'_>) {
    if group.context != Context::Round {
        if !group.is_flat() {
            group.open_up();
        }
    } else if let Body::Inline(inner) = &mut group.body {
        for piece in inner {
            if let Piece::Group(group) = piece {
                settle_group(group);
            }
        }
    }
}

impl<'a> Group<'a> {
    /// Whether no line breaks in it.
    pub fn is_flat(&self) -> bool {
        let Body::Inline(pieces) = &self.body else { return false };
        let flat = |piece: &Piece<'_>| match piece {
            Piece::Token(token) => !token.gap.line && !matches!(token.kind, Kind::Comment | Kind::Grid),
            Piece::Group(group) => !group.open.gap.line && group.is_flat(),
        };
        !self.close.as_ref().is_some_and(|close| close.gap.line) && pieces.iter().all(flat)
    }

    /// Gives each member a line of its own.
    pub fn open_up(&mut self) {
        let Body::Inline(pieces) = &mut self.body else { return };
        let (comment, mut entries) = Cutter::cut(mem::take(pieces), self.context);
        for entry in &mut entries {
            let Entry::Member(pieces) = entry else { continue };
            let word = pieces.first().and_then(Piece::word);
            let owner = match (self.context, word) {
                (Context::Card, Some("group")) => Context::Card,
                (Context::Indicator, Some("part")) => Context::Indicator,
                (Context::Indicator, Some("example")) => Context::Test,
                _ => Context::Rows,
            };
            settle(pieces, owner);
        }
        self.body = Body::Members(comment, entries);
    }
}

/// Cuts the pieces of a block into members.
struct Cutter<'a> {
    context: Context,
    entries: Vec<Entry<'a>>,
    member: Vec<Piece<'a>>,
    /// Comments on lines of their own, of which is not known yet whether they stand inside the member.
    comments: Vec<Token<'a>>,
    /// The comment behind the brace.
    head: Option<Token<'a>>,
}

impl<'a> Cutter<'a> {
    fn cut(pieces: Vec<Piece<'a>>, context: Context) -> (Option<Token<'a>>, Vec<Entry<'a>>) {
        let mut cutter = Cutter { context, entries: Vec::new(), member: Vec::new(), comments: Vec::new(), head: None };
        let mut rest = pieces.into_iter();
        while let Some(piece) = rest.next() {
            cutter.take(piece, rest.as_slice());
        }
        cutter.finish();
        cutter.flush();
        (cutter.head, cutter.entries)
    }

    fn take(&mut self, piece: Piece<'a>, rest: &[Piece<'a>]) {
        let gap = piece.first().gap;
        if let Piece::Token(token) = piece {
            match token.kind {
                Kind::Comment if gap.line => self.comments.push(token),
                Kind::Comment => self.trailing(token),
                Kind::Comma if !self.goes_on(rest) => self.finish(),
                _ => self.push(Piece::Token(token)),
            }
        } else {
            self.push(piece);
        }
    }

    fn push(&mut self, piece: Piece<'a>) {
        if piece.first().gap.ends {
            self.finish();
        }
        if self.member.is_empty() {
            self.flush();
        }
        self.member.extend(self.comments.drain(..).map(Piece::Token));
        self.member.push(piece);
    }

    /// A comment behind what was last read.
    fn trailing(&mut self, token: Token<'a>) {
        match self.entries.last_mut() {
            _ if !self.member.is_empty() => self.member.push(Piece::Token(token)),
            Some(Entry::Member(member)) => member.push(Piece::Token(token)),
            _ => self.head = Some(token),
        }
    }

    fn finish(&mut self) {
        if !self.member.is_empty() {
            self.entries.push(Entry::Member(mem::take(&mut self.member)));
        }
    }

    fn flush(&mut self) {
        self.entries.extend(self.comments.drain(..).map(Entry::Comment));
    }

    /// Whether the member goes on behind a comma.
    fn goes_on(&self, rest: &[Piece<'a>]) -> bool {
        let Some(next) = rest.iter().find(|piece| !piece.is_kind(Kind::Comment)) else { return false };
        if next.first().gap.ends {
            return false;
        }
        match self.context {
            Context::Set => true,
            Context::Rows => !self.member.iter().any(|piece| piece.is_kind(Kind::Colon)),
            Context::Policy | Context::Dimension | Context::Columns | Context::View => false,
            _ => self.lists(rest),
        }
    }

    /// Whether a list that the member holds goes on: the keys of a table, the columns of a group, the units of `track`.
    fn lists(&self, rest: &[Piece<'a>]) -> bool {
        let mut list = None;
        let mut before = None;
        for piece in &self.member {
            match piece.word() {
                Some("by") if before == Some("up") => {}
                Some(word @ ("by" | "among" | "track")) => list = Some(word),
                _ if piece.is_block() => list = None,
                _ => {}
            }
            before = piece.word();
        }
        match list {
            None => false,
            Some("among") => {
                let path = |piece: &&Piece<'_>| piece.is_kind(Kind::Word) || piece.is_kind(Kind::Dot);
                let length = rest.iter().take_while(path).count();
                let behind = rest.get(length);
                let ended = behind.is_none_or(|p| p.first().gap.ends || p.is_kind(Kind::Comma) || p.is_block());
                length > 0 && (ended || rest.iter().take(length).skip(1).any(|p| p.first().gap.ends))
            }
            Some("track") => {
                const MEMBERS: &[&str] = &["formula", "target", "scoring", "when", "note", "tag", "part", "combine"];
                !rest.first().and_then(Piece::word).is_some_and(|word| MEMBERS.contains(&word))
            }
            Some(_) => true,
        }
    }
}
