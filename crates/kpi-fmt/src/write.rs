//! One member or declaration on lines: what stands between tokens, and where a line goes on.

use unicode_width::UnicodeWidthStr;

use crate::WIDTH;
use crate::block::write_block;
use crate::grid::GridRow;
use crate::lex::{BEFORE_OPERANDS, Kind, Token};
use crate::tree::{Body, Context, Group, Piece};

/// A line of the formatted text.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub indent: usize,
    pub text: String,
    /// The comment behind the text.
    pub comment: Option<String>,
    /// Whether an empty line stands before it.
    pub blank: bool,
    /// The byte of the text before which a column begins.
    pub mark: Option<usize>,
    /// The row of a grid, until its columns are as wide as they must be.
    pub grid: Option<GridRow>,
}

impl Line {
    /// A comment on a line of its own.
    pub fn comment(token: &Token<'_>, indent: usize, blank: bool) -> Line {
        Line { indent, text: token.text.to_string(), blank, ..Line::default() }
    }

    pub fn width(&self) -> usize {
        self.indent + self.text.width()
    }
}

/// What functions are called; a name that stands apart from its parentheses otherwise may be a word of the language.
const FUNCTIONS: &[&str] = &[
    "sum",
    "count",
    "count_distinct",
    "average",
    "median",
    "quantile",
    "stddev",
    "lookup",
    "previous",
    "growth",
    "streak",
    "coalesce",
    "clamp",
    "abs",
    "min",
    "max",
    "percentile",
    "zscore",
    "linear",
    "marginal",
];

/// Writes a member or declaration. A block on one line that makes it too wide is opened up. `mark` is the piece before
/// which a column begins.
pub(crate) fn write_member(pieces: &mut Vec<Piece<'_>>, indent: usize, mark: Option<usize>) -> Vec<Line> {
    loop {
        let mut writer = Writer::new(indent);
        for (i, piece) in pieces.iter_mut().enumerate() {
            writer.marking = mark == Some(i);
            writer.piece(piece);
        }
        let too_wide = writer.lines.iter().any(|line| line.width() > WIDTH);
        if !(too_wide && open_last(pieces)) {
            return writer.lines;
        }
    }
}

/// The text of pieces on one line, line breaks of the author aside.
pub(crate) fn write_inline(pieces: &mut [Piece<'_>]) -> String {
    let mut writer = Writer::new(0);
    writer.breaks = false;
    pieces.iter_mut().for_each(|piece| writer.piece(piece));
    writer.lines.into_iter().next().unwrap_or_default().text
}

/// Opens the last block that stands on one line; outer ones before inner ones.
fn open_last(pieces: &mut [Piece<'_>]) -> bool {
    for piece in pieces.iter_mut().rev() {
        if let Piece::Group(group) = piece
            && !matches!(group.context, Context::Round | Context::Set)
            && matches!(&group.body, Body::Inline(inner) if !inner.is_empty())
        {
            group.open_up();
            return true;
        }
    }
    pieces.iter_mut().rev().any(|piece| match piece {
        Piece::Group(Group { body: Body::Inline(inner), context: Context::Round, .. }) => open_last(inner),
        _ => false,
    })
}

struct Writer {
    lines: Vec<Line>,
    /// How far the member is indented.
    base: usize,
    /// How far its next line is.
    next: usize,
    /// What was last written: its kind, and whether an operand follows.
    before: Option<(Kind, bool)>,
    last: String,
    /// Whether line breaks of the author are kept.
    breaks: bool,
    /// Whether the next token begins a column.
    marking: bool,
    /// Whether a comment ends the line in hand.
    ended: bool,
    /// Whether what is written is a set, whose braces cling to its members.
    tight: bool,
}

impl Writer {
    fn new(indent: usize) -> Writer {
        Writer {
            lines: vec![Line { indent, ..Line::default() }],
            base: indent,
            next: indent + 4,
            before: None,
            last: String::new(),
            breaks: true,
            marking: false,
            ended: false,
            tight: false,
        }
    }

    /// Something on the line in hand.
    fn line(&mut self) -> &mut Line {
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let last = self.lines.len() - 1;
        // There is one: it was pushed above.
        #[allow(clippy::indexing_slicing, reason = "the list is not empty")]
        &mut self.lines[last]
    }

    fn is_fresh(&self) -> bool {
        self.lines.last().is_none_or(|line| line.text.is_empty())
    }

    fn new_line(&mut self, indent: usize) {
        self.ended = false;
        self.before = None;
        self.lines.push(Line { indent, ..Line::default() });
    }

    fn piece(&mut self, piece: &mut Piece<'_>) {
        match piece {
            Piece::Token(token) => self.token(token),
            Piece::Group(group) => self.group(group),
        }
    }

    fn token(&mut self, token: &Token<'_>) {
        if token.kind == Kind::Comment {
            self.comment(token);
            return;
        }
        let clings = matches!(token.kind, Kind::Comma | Kind::Colon | Kind::Dot) || token.is(Kind::Open, "{");
        if self.ended || (self.breaks && token.gap.line && !clings && !self.is_fresh()) {
            self.new_line(self.next);
        }
        let spaced = !self.is_fresh() && self.is_spaced(token);
        let (first, marking) = (self.lines.len() == 1, self.marking);
        let line = self.line();
        if spaced {
            line.text.push(' ');
        }
        if marking && first {
            line.mark = Some(line.text.len());
        }
        line.text.push_str(token.shown());
        self.marking = false;
        self.last.clear();
        self.last.push_str(&token.text);
        self.before = Some((token.kind, BEFORE_OPERANDS.contains(&self.last.as_str())));
    }

    fn comment(&mut self, token: &Token<'_>) {
        if self.ended || (token.gap.line && !self.is_fresh()) {
            self.new_line(self.next);
        }
        self.ended = true;
        let line = self.line();
        if line.text.is_empty() {
            line.text = token.text.to_string();
        } else {
            line.comment = Some(token.text.to_string());
        }
    }

    fn group(&mut self, group: &mut Group<'_>) {
        self.token(&group.open);
        let tight = std::mem::replace(&mut self.tight, group.context == Context::Set);
        self.body(group);
        self.tight = tight;
    }

    fn body(&mut self, group: &mut Group<'_>) {
        let indent = self.lines.last().map_or(self.base, |line| line.indent);
        match &mut group.body {
            Body::Inline(pieces) => {
                let count = pieces.len() - usize::from(matches!(pieces.last(), Some(p) if p.is_kind(Kind::Comma)));
                let next = self.next;
                let hanging = pieces.iter().find(|p| !p.is_kind(Kind::Comment) || p.first().gap.line);
                let hanging = hanging.is_some_and(|p| p.first().gap.line) && self.breaks;
                if hanging {
                    self.next = indent + 4;
                }
                pieces.iter_mut().take(count).for_each(|piece| self.piece(piece));
                self.next = next;
                let Some(close) = &group.close else { return };
                if hanging && (close.gap.line || self.ended) {
                    self.new_line(indent);
                }
                self.token(close);
            }
            Body::Members(None, entries) if entries.is_empty() => self.close(group.close.as_ref()),
            Body::Members(comment, entries) => {
                if let Some(comment) = comment {
                    self.comment(comment);
                }
                let own = !matches!(group.context, Context::Rows | Context::Set);
                let indent = if own { self.base } else { indent };
                self.lines.extend(write_block(entries, group.context, indent + 2));
                self.new_line(indent);
                self.close(group.close.as_ref());
            }
        }
    }

    /// The brace that closes a block, where the line stands.
    fn close(&mut self, close: Option<&Token<'_>>) {
        let line = self.line();
        line.text.push('}');
        self.last = "}".to_owned();
        self.before = close.map(|close| (close.kind, false));
    }

    fn is_spaced(&self, token: &Token<'_>) -> bool {
        let Some((before, operand)) = self.before else { return false };
        match (before, token.kind) {
            (Kind::Other, _) | (_, Kind::Other) => token.gap.space,
            (Kind::Sign | Kind::Dot | Kind::Range, _) => false,
            (Kind::Open, Kind::Close) => false,
            (Kind::Open, _) => self.last == "{" && !self.tight,
            (_, Kind::Comma | Kind::Colon | Kind::Dot | Kind::Range | Kind::Optional) => false,
            (_, Kind::Close) => token.text == "}" && !self.tight,
            (Kind::Word, Kind::Open) if token.text == "(" => {
                operand || (token.gap.space && !FUNCTIONS.contains(&self.last.as_str()))
            }
            (Kind::Close, Kind::Open) if token.text == "(" => token.gap.space,
            (Kind::Word | Kind::Close, Kind::Open) => token.text == "{",
            _ => true,
        }
    }
}
