//! Declarations below each other.

use std::mem;

use kpi_syntax::Reading;

use crate::align::{Column, join, pad_columns};
use crate::block::Class;
use crate::lex::{Kind, Token};
use crate::tree::{Body, Piece, nest};
use crate::write::{Line, write_member};

/// A declaration, or a comment between declarations.
enum Entry {
    Comment(Line),
    Item(Item),
}

struct Item {
    lines: Vec<Line>,
    /// What its keyword is; a roster is a source here.
    kind: String,
    /// Whether a doc comment stands above it.
    documented: bool,
}

impl Item {
    fn is_short(&self) -> bool {
        self.lines.len() == 1
    }
}

/// The formatted text of a file without errors.
pub(crate) fn format_file(reading: &Reading, tokens: Vec<Token<'_>>) -> String {
    let mut entries = gather(reading, tokens);
    space_out(&mut entries);
    let mut lines: Vec<Line> = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    for entry in entries {
        match entry {
            Entry::Comment(line) => lines.push(line),
            Entry::Item(mut item) => {
                let short = item.is_short();
                if short && item.lines.first().is_some_and(|line| line.mark.is_some()) {
                    columns.push(Column { line: lines.len(), class: Class::Braces, alone: false });
                }
                lines.append(&mut item.lines);
            }
        }
    }
    pad_columns(&mut lines, &columns);
    join(&lines)
}

fn gather(reading: &Reading, tokens: Vec<Token<'_>>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut starts = reading.items.iter().copied().peekable();
    let mut item: Vec<Token<'_>> = Vec::new();
    // Comments on lines of their own, of which is not known yet whether a declaration goes on behind them.
    let mut comments: Vec<Token<'_>> = Vec::new();
    let mut documented = false;
    for token in tokens {
        let begins = token.kind != Kind::Comment && starts.next_if(|start| *start <= token.start).is_some();
        if token.kind == Kind::Comment {
            // A doc comment belongs to what is below it, wherever it stands.
            let above = token.text.starts_with("///") && !token.text.starts_with("////");
            if token.gap.line || item.is_empty() || (above && is_complete(&item)) || !comments.is_empty() {
                comments.push(token);
            } else {
                item.push(token);
            }
            continue;
        }
        if begins {
            finish(&mut item, documented, &mut entries);
            documented = comments.last().is_some_and(|c| c.text.starts_with("///")) && !token.gap.blank;
            flush(&mut comments, &mut entries);
            item.push(token);
        } else {
            item.append(&mut comments);
            item.push(token);
        }
    }
    finish(&mut item, documented, &mut entries);
    flush(&mut comments, &mut entries);
    entries
}

/// Whether all brackets of a declaration are closed.
fn is_complete(tokens: &[Token<'_>]) -> bool {
    let count = |kind: Kind| tokens.iter().filter(|token| token.kind == kind).count();
    count(Kind::Open) == count(Kind::Close)
}

fn flush(comments: &mut Vec<Token<'_>>, entries: &mut Vec<Entry>) {
    entries.extend(comments.drain(..).map(|token| Entry::Comment(Line::comment(&token, 0, token.gap.blank))));
}

fn finish(tokens: &mut Vec<Token<'_>>, documented: bool, entries: &mut Vec<Entry>) {
    let Some(first) = tokens.first() else { return };
    let blank = first.gap.blank;
    let kind = if first.text == "roster" { "source".to_owned() } else { first.text.to_string() };
    let mut pieces = nest(mem::take(tokens));
    // Short blocks of neighbours stand in a column if nothing but a name is in front of them.
    let flat = |piece: &Piece<'_>| matches!(piece, Piece::Group(group) if matches!(group.body, Body::Inline(_)));
    let column = match pieces.as_slice() {
        [_, name, block, ..] if name.word().is_some() && block.is_block() && flat(block) => Some(2),
        _ => None,
    };
    let mut lines = write_member(&mut pieces, 0, column);
    if let Some(line) = lines.first_mut() {
        line.blank = blank;
    }
    entries.push(Entry::Item(Item { lines, kind, documented }));
}

/// Settles the empty lines: one between declarations, but short ones of a kind may stay together.
fn space_out(entries: &mut [Entry]) {
    let mut above: Option<(bool, String)> = None;
    for i in 0..entries.len() {
        let (_, rest) = entries.split_at_mut(i);
        let Some((entry, below)) = rest.split_first_mut() else { return };
        match entry {
            Entry::Comment(line) => {
                if i == 0 {
                    line.blank = false;
                }
                // Comments directly above a declaration belong to it, and doc comments never to the one before.
                if let Some((short, kind)) = above.take()
                    && !line.blank
                {
                    line.blank = match directly_below(below) {
                        Some(item) => item.documented || !(short && item.is_short() && item.kind == kind),
                        None => line.text.starts_with("///"),
                    };
                }
            }
            Entry::Item(item) => {
                let (short, documented) = (item.is_short(), item.documented);
                if let (Some((was_short, kind)), Some(line)) = (&above, item.lines.first_mut()) {
                    line.blank |= documented || !(*was_short && short && *kind == item.kind);
                }
                if let (0, Some(line)) = (i, item.lines.first_mut()) {
                    line.blank = false;
                }
                above = Some((short, item.kind.clone()));
            }
        }
    }
}

/// The declaration below comments, without an empty line between.
fn directly_below(entries: &[Entry]) -> Option<&Item> {
    for entry in entries {
        match entry {
            Entry::Comment(line) if line.blank => return None,
            Entry::Comment(_) => {}
            Entry::Item(item) => return item.lines.first().filter(|line| !line.blank).map(|_| item),
        }
    }
    None
}
