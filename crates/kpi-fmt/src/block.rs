//! The members of a block below each other, and which of them stand in columns.

use crate::align::{Column, pad_columns};
use crate::grid::{GridRow, pad_grids};
use crate::lex::Kind;
use crate::tree::{Context, Entry, Piece};
use crate::write::{Line, write_inline, write_member};

/// What members have in common that stand in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// `key: value`
    Key,
    /// `formula …`, `target …`, `tag …`; `edition 1`, `currency CNY`: throughout the block
    Keyword,
    /// `name weight 30%`
    Weight,
    /// `pay name = …`
    Equals,
    /// `name "label"`
    Label,
    /// `roster team { … }`: declarations on one line
    Braces,
}

impl Class {
    /// Whether the column goes through the whole block, whatever stands between.
    pub fn throughout(self) -> bool {
        self == Class::Keyword
    }
}

/// The lines of a block's members and comments.
pub(crate) fn write_block(entries: &mut [Entry<'_>], context: Context, indent: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    for entry in entries.iter_mut() {
        let first = lines.is_empty();
        let pieces = match entry {
            Entry::Comment(token) => {
                lines.push(Line::comment(token, indent, token.gap.blank && !first));
                continue;
            }
            Entry::Member(pieces) => pieces,
        };
        let blank = !first && pieces.first().is_some_and(|piece| piece.first().gap.blank);
        if let Some((row, comment)) = grid_row(pieces, context) {
            lines.push(Line { indent, blank, comment, grid: Some(row), ..Line::default() });
            continue;
        }
        let class = classify(pieces, context);
        let mut written = write_member(pieces, indent, class.map(|(_, piece)| piece));
        keep_apart(pieces, &mut written);
        if let Some(line) = written.first_mut() {
            line.blank = blank;
            if let (Some((class, _)), Some(_)) = (class, line.mark) {
                columns.push(Column { line: lines.len(), class, alone: written.len() > 1 });
            }
        }
        lines.append(&mut written);
    }
    pad_columns(&mut lines, &columns);
    pad_grids(&mut lines);
    lines
}

/// A row of a grid with its comment, if that is what the member is.
fn grid_row(pieces: &mut [Piece<'_>], context: Context) -> Option<(GridRow, Option<String>)> {
    let length = pieces.iter().position(|piece| piece.is_kind(Kind::Comment)).unwrap_or(pieces.len());
    let (row, comments) = pieces.split_at_mut(length);
    let comment = match comments {
        [] => None,
        [comment] => Some(comment.first().text.to_string()),
        _ => return None,
    };
    if let [Piece::Token(token)] = row
        && token.kind == Kind::Grid
    {
        return Some((GridRow::of_test(&token.text), comment));
    }
    // A comment inside a cell breaks its row, which then stands in no columns.
    if context != Context::Rows || !row.last()?.is_kind(Kind::Bar) || row.iter().any(Piece::has_comment) {
        return None;
    }
    let mut cells = Vec::new();
    for cell in row.split_mut(|piece| piece.is_kind(Kind::Bar)) {
        cells.push(write_inline(cell));
    }
    // Nothing stands behind the last bar.
    cells.pop();
    Some((GridRow { cells, head: false, raw: false }, comment))
}

/// Where a column begins in a member: its class, and its piece.
fn classify(pieces: &[Piece<'_>], context: Context) -> Option<(Class, usize)> {
    let length = pieces.iter().position(|piece| piece.is_kind(Kind::Comment)).unwrap_or(pieces.len());
    let member = pieces.get(..length)?;
    let word = member.first().and_then(Piece::word);
    let second = member.get(1);
    let equals = || member.iter().position(|piece| piece.is(Kind::Operator, "="));
    match context {
        Context::Columns | Context::Rows => {
            let colon = member.iter().position(|piece| piece.is_kind(Kind::Colon))?;
            (colon + 1 < length).then_some((Class::Key, colon + 1))
        }
        Context::Policy => (length == 2 && word.is_some()).then_some((Class::Keyword, 1)),
        Context::Indicator => {
            let keyword =
                matches!(word?, "formula" | "target" | "scoring" | "note" | "tag" | "period" | "track" | "combine");
            (length > 1 && keyword).then_some((Class::Keyword, 1))
        }
        Context::Card => {
            let weighted = matches!(second?.word()?, "weight" | "watch");
            (weighted && word.is_some()).then_some((Class::Weight, 1))
        }
        Context::Incentive if word == Some("pay") => Some((Class::Equals, equals()?)),
        Context::View => Some((Class::Equals, equals().filter(|at| *at == 1)?)),
        Context::Dimension => {
            (length == 2 && word.is_some() && second?.is_kind(Kind::Text)).then_some((Class::Label, 1))
        }
        _ => None,
    }
}

/// A member whose name is a word behind which an expression would go on keeps its comma.
fn keep_apart(pieces: &[Piece<'_>], lines: &mut [Line]) {
    let last = pieces.iter().rfind(|piece| !piece.is_kind(Kind::Comment));
    if let (Some("where"), [.., line]) = (last.and_then(Piece::word), lines) {
        line.text.push(',');
    }
}
