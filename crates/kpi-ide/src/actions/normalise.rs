//! Full-width punctuation and ASCII operators in the one form: `，` is `,` and `>=` is `≥`.

use kpi_base::{Edit, FileId, Span, text};

use super::{Action, ActionKind};
use crate::resolve::span;
use crate::scan::{Kind, Token, scan};
use crate::snapshot::Snapshot;
use crate::spot::extent;

/// The whole file; none if it is in form.
pub(super) fn normalise(snapshot: &Snapshot, file: FileId) -> Option<Action> {
    let edits = edits(snapshot, file);
    if edits.is_empty() {
        return None;
    }
    let title = text!("normalise the punctuation of the file");
    Some(Action { title, kind: ActionKind::Normalise, edits, finding: None, preferred: false })
}

/// What the place touches, as a change that is offered there.
pub(super) fn normalise_touched(snapshot: &Snapshot, place: Span) -> Option<Action> {
    let edits = edits(snapshot, place.file);
    let lines = lines_of(snapshot, place);
    let here: Vec<Edit> =
        edits.into_iter().filter(|edit| lines.start <= edit.span.start && edit.span.end <= lines.end).collect();
    if here.is_empty() {
        return None;
    }
    let title = text!("normalise the punctuation of the line");
    Some(Action { title, kind: ActionKind::Rewrite, edits: here, finding: None, preferred: false })
}

/// The whole lines of a place.
fn lines_of(snapshot: &Snapshot, place: Span) -> Span {
    let text = snapshot.text(place.file);
    let start = text.get(..place.start as usize).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
    let rest = text.get(place.end as usize..).unwrap_or_default();
    let end = place.end as usize + rest.find('\n').unwrap_or(rest.len());
    Span { start: start as u32, end: end as u32, ..place }
}

fn edits(snapshot: &Snapshot, file: FileId) -> Vec<Edit> {
    let text = snapshot.text(file);
    let mut edits = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (_, end) = extent(text, at);
        let end = end.max(at + 1);
        edit_declaration(file, &scan(text, at, end), &mut edits);
        at = end;
    }
    edits
}

fn edit_declaration(file: FileId, tokens: &[Token<'_>], edits: &mut Vec<Edit>) {
    let keyword = tokens.iter().find(|t| t.kind == Kind::Word).map_or("", |t| t.text);
    let has_grids = matches!(keyword, "test" | "indicator");
    let mut line = 0;
    for (place, token) in tokens.iter().enumerate() {
        if token.first {
            line = place;
        }
        // The cells of a grid are raw.
        let is_bar = |place: usize| tokens.get(place).is_some_and(|t| t.kind == Kind::Bar);
        if has_grids && (is_bar(line) || is_bar(line + 1)) {
            continue;
        }
        if let Some(read) = read_as(token) {
            edits.push(Edit { span: span(file, token), text: read });
        }
    }
}

/// What a token is in the one form, where it is written in another.
fn read_as(token: &Token<'_>) -> Option<String> {
    let read = match token.kind {
        Kind::Word | Kind::Comment => return None,
        Kind::Text if token.written.starts_with('"') => return None,
        Kind::Text if token.text.contains('"') => return None,
        Kind::Text => format!("\"{}\"", token.text),
        Kind::Number => token.written.chars().map(half_width).collect(),
        // A sign that may stand in a name such as `Asia/Shanghai`, or begin a range of its own, stays.
        Kind::Operator if matches!(token.written, "/" | "*" | "!=" | ">=" | "<=") => token.text.to_owned(),
        _ if token.written.is_ascii() => return None,
        _ => token.text.to_owned(),
    };
    (read != token.written).then_some(read)
}

/// A full-width letter, digit or sign as a half-width one.
fn half_width(c: char) -> char {
    match c {
        '￥' => '¥',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}
