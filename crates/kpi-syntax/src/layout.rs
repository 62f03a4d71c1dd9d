//! Where declarations and members end: brackets are matched, and only those line breaks stay that end a member.
//!
//! A bracket that is never closed is reported here and made harmless, so that it spoils no more than its own member.

use kpi_base::Diagnostic;
use kpi_base::codes::syntax as codes;

use crate::suggest::nearest;
use crate::text::{Source, continues_name, starts_name};

/// The words with which a declaration begins.
pub(crate) const DECLARATIONS: &[&str] = &[
    "policy",
    "dimension",
    "roster",
    "source",
    "param",
    "function",
    "indicator",
    "scorecard",
    "curve",
    "incentive",
    "rule",
    "test",
    "view",
    "scale",
    "shape",
    "use",
    "require",
    "prove",
];

/// How deep brackets may be nested.
const MAX_DEPTH: usize = 256;
/// How many operators, calls and conditions one expression may have.
const MAX_OPERATORS: usize = 1000;

/// A declaration, delimited.
#[derive(Clone, Debug)]
pub(crate) struct RawItem {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// Its first opening brace outside other brackets, and the byte where the block ends (its closing brace, or the end).
    pub block: Option<(usize, usize)>,
    /// Whether the block has a closing brace.
    pub closed: bool,
    /// Whether it is so deep that it must not be parsed.
    pub too_deep: bool,
}

/// What the layout knows of a file.
pub(crate) struct Layout {
    /// The declarations.
    pub items: Vec<RawItem>,
    /// Places in members that are already reported as broken, in order.
    pub broken: Vec<usize>,
}

impl Layout {
    /// Whether a stretch of text is already reported as broken.
    pub fn is_broken(&self, start: usize, end: usize) -> bool {
        let next = self.broken.partition_point(|at| *at < start);
        self.broken.get(next).is_some_and(|at| *at < end)
    }
}

struct Bracket {
    at: usize,
    kind: u8,
    close: Option<usize>,
}

/// Delimits the declarations of a file and settles its line breaks.
pub(crate) fn lay_out(source: &mut Source, diagnostics: &mut Vec<Diagnostic>) -> Layout {
    let starts = find_items(source, diagnostics);
    let mut layout = Layout { items: Vec::with_capacity(starts.len()), broken: Vec::new() };
    let mut bytes = std::mem::take(&mut source.text).into_bytes();
    for (i, start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(bytes.len());
        lay_out_item(source, &mut bytes, *start, end, &mut layout, diagnostics);
    }
    // Only ASCII bytes were replaced by ASCII bytes.
    source.text = String::from_utf8(bytes).unwrap_or_default();
    layout.broken.sort_unstable();
    layout
}

/// The starts of declarations: words in column 0. An unknown word inside an open block is one only if it looks like a
/// mistyped keyword.
fn find_items(source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Vec<usize> {
    let text = &source.text;
    let mut starts: Vec<usize> = Vec::new();
    let mut depth = 0usize;
    let mut grids = source.grids.iter().peekable();
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let start = line_start;
        line_start += line.len();
        while grids.next_if(|(_, end)| *end <= start && *end < start.max(1)).is_some() {}
        let grid = grids.next_if(|(at, _)| *at == start).is_some();
        let first = line.chars().next().unwrap_or('\n');
        if !matches!(first, ' ' | '\t' | '\n' | '}' | ')' | ']' | '|') {
            let word = line.split(|c| !continues_name(c)).next().unwrap_or_default();
            if DECLARATIONS.contains(&word) || depth == 0 || nearest(word, DECLARATIONS).is_some() {
                starts.push(start);
                depth = 0;
            } else {
                let end = start + if starts_name(first) { word.len() } else { first.len_utf8() };
                diagnostics.push(
                    Diagnostic::new(codes::COLUMN_ZERO, "only a declaration may begin at the start of a line")
                        .label(source.span(start, end), "this belongs to the block above")
                        .help("indent the line, or close the block above it with `}`"),
                );
            }
        } else if first == '}' {
            // A brace in column 0 closes the declaration.
            depth = 0;
            continue;
        }
        if !grid {
            let mut quote = None;
            for b in line.bytes() {
                match (quote, b) {
                    (Some(q), _) if q == b => quote = None,
                    (Some(_), _) => {}
                    (None, b'"' | b'`') => quote = Some(b),
                    (None, b'{') => depth += 1,
                    (None, b'}') => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
        }
    }
    starts
}

fn lay_out_item(
    source: &Source,
    bytes: &mut [u8],
    start: usize,
    end: usize,
    layout: &mut Layout,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut item = RawItem { start, end, block: None, closed: false, too_deep: false };
    let brackets = match_brackets(source, bytes, &mut item, layout, diagnostics);
    settle_breaks(source, bytes, &item, &brackets);
    for bracket in &brackets {
        if bracket.close.is_none() && item.block.is_none_or(|(open, _)| open != bracket.at) {
            blank(bytes, bracket.at);
        }
    }
    if !item.too_deep {
        check_length(source, bytes, &mut item, diagnostics);
    }
    while item.end > item.start && bytes.get(item.end - 1).is_some_and(u8::is_ascii_whitespace) {
        item.end -= 1;
    }
    if let Some((_, close)) = &mut item.block {
        *close = (*close).min(item.end);
    }
    layout.items.push(item);
}

fn blank(bytes: &mut [u8], at: usize) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = b' ';
    }
}

fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(b'\n')
}

/// The byte behind the string, the backticked name or the grid row that begins here, if one does.
fn skip_opaque(source: &Source, bytes: &[u8], at: usize) -> Option<usize> {
    match byte(bytes, at) {
        quote @ (b'"' | b'`') => {
            let mut next = at + 1;
            while next < bytes.len() && byte(bytes, next) != quote && byte(bytes, next) != b'\n' {
                next += if quote == b'"' && byte(bytes, next) == b'\\' { 2 } else { 1 };
            }
            Some((next + 1).min(bytes.len()))
        }
        _ if at == 0 || byte(bytes, at - 1) == b'\n' => {
            let grid = source.grids.binary_search_by_key(&at, |(start, _)| *start).ok()?;
            source.grids.get(grid).map(|(_, end)| *end).filter(|end| *end > at)
        }
        _ => None,
    }
}

/// Matches the brackets of a declaration; reports those without a partner.
fn match_brackets(
    source: &Source,
    bytes: &mut [u8],
    item: &mut RawItem,
    layout: &mut Layout,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Bracket> {
    let last_column_zero =
        (item.start..item.end).rev().find(|at| byte(bytes, *at) == b'}' && byte(bytes, at.wrapping_sub(1)) == b'\n');
    let mut brackets: Vec<Bracket> = Vec::new();
    let mut stack: Vec<usize> = Vec::new();
    let mut at = item.start;
    while at < item.end {
        if let Some(next) = skip_opaque(source, bytes, at) {
            at = next;
            continue;
        }
        match byte(bytes, at) {
            kind @ (b'(' | b'[' | b'{') => {
                if stack.is_empty() && kind == b'{' && item.block.is_none() && !follows_in(bytes, item.start, at) {
                    item.block = Some((at, item.end));
                }
                stack.push(brackets.len());
                brackets.push(Bracket { at, kind, close: None });
                if stack.len() == MAX_DEPTH && !item.too_deep {
                    item.too_deep = true;
                    diagnostics.push(
                        Diagnostic::new(codes::TOO_DEEP, "brackets are nested too deeply")
                            .label(source.span(at, at + 1), format!("level {MAX_DEPTH}"))
                            .help("give a part of it a name: a `function`, a `param` or an indicator of its own"),
                    );
                }
            }
            closer @ (b')' | b']' | b'}') => {
                let open = match closer {
                    b')' => b'(',
                    b']' => b'[',
                    _ => b'{',
                };
                let column_zero = closer == b'}' && byte(bytes, at.wrapping_sub(1)) == b'\n';
                // The partner: for a brace in column 0 the declaration's own, else the innermost of the kind, where
                // round and square brackets do not reach through a brace.
                let depth = if column_zero {
                    stack.first().filter(|i| brackets.get(**i).is_some_and(|b| b.kind == b'{')).map(|_| 0)
                } else {
                    let found = stack.iter().rposition(|i| {
                        brackets.get(*i).is_some_and(|b| b.kind == open || (closer != b'}' && b.kind == b'{'))
                    });
                    found.filter(|depth| {
                        stack.get(*depth).and_then(|i| brackets.get(*i)).is_some_and(|b| b.kind == open)
                    })
                };
                let closes_early = depth == Some(0)
                    && closer == b'}'
                    && !column_zero
                    && last_column_zero.is_some_and(|last| last > at)
                    && item.block.is_some_and(|(open, _)| bytes.get(open..at).is_some_and(|b| b.contains(&b'\n')));
                match depth {
                    Some(depth) if !closes_early => {
                        if let Some(bracket) = stack.get(depth).and_then(|i| brackets.get_mut(*i)) {
                            bracket.close = Some(at);
                            if item.block.is_some_and(|(open, _)| open == bracket.at) {
                                item.block = Some((bracket.at, at));
                                item.closed = true;
                            }
                        }
                        stack.truncate(depth);
                    }
                    _ if item.too_deep => {}
                    _ => {
                        let shown = char::from(closer);
                        diagnostics.push(
                            Diagnostic::new(codes::UNMATCHED_CLOSE, format!("`{shown}` closes nothing"))
                                .label(source.span(at, at + 1), format!("no `{}` is open here", char::from(open)))
                                .help(format!("remove it, or open a `{}` before it", char::from(open))),
                        );
                        blank(bytes, at);
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    if !item.too_deep {
        for bracket in brackets.iter().filter(|b| b.close.is_none()) {
            let close = match bracket.kind {
                b'(' => ')',
                b'[' => ']',
                _ => '}',
            };
            let shown = char::from(bracket.kind);
            diagnostics.push(
                Diagnostic::new(codes::UNCLOSED_BRACKET, format!("`{shown}` is never closed"))
                    .label(source.span(bracket.at, bracket.at + 1), "opened here")
                    .help(format!("add the missing `{close}`")),
            );
            if item.block.is_none_or(|(open, _)| open != bracket.at) {
                layout.broken.push(bracket.at);
            }
        }
    }
    brackets
}

/// Turns line breaks into spaces wherever a member goes on over them.
fn settle_breaks(source: &Source, bytes: &mut [u8], item: &RawItem, brackets: &[Bracket]) {
    let mut stack: Vec<u8> = Vec::new();
    let mut brackets = brackets.iter().peekable();
    // Behind a bracket without a partner, deeper indented lines belong to its member.
    let mut swallow: Option<usize> = None;
    let mut last = b'\n';
    let mut last_end = item.start;
    let mut at = item.start;
    while at < item.end {
        if let Some(next) = skip_opaque(source, bytes, at) {
            (last, last_end, at) = (b'"', next, next);
            continue;
        }
        match byte(bytes, at) {
            b' ' | b'\t' => {}
            b'\n' => {
                let mut next = at;
                let mut line = at;
                while next < item.end && byte(bytes, next).is_ascii_whitespace() {
                    if byte(bytes, next) == b'\n' {
                        line = next;
                    }
                    next += 1;
                }
                let indent = next - line - 1;
                if swallow.is_some_and(|limit| indent <= limit) {
                    swallow = None;
                }
                let inside = matches!(stack.last(), Some(b'{'));
                let grid = source.grids.binary_search_by_key(&(line + 1), |(start, _)| *start).is_ok();
                let open = !grid && (goes_on_after(bytes, last, last_end) || goes_on_before(bytes, next));
                if (!inside || swallow.is_some() || open) && next < item.end {
                    for space in at..next {
                        blank(bytes, space);
                    }
                }
                at = next;
                continue;
            }
            b @ (b'(' | b'[' | b'{' | b')' | b']' | b'}') => {
                if let Some(bracket) = brackets.next_if(|b| b.at == at) {
                    let own = item.block.is_some_and(|(open, _)| open == at);
                    if bracket.close.is_some() || own {
                        stack.push(b);
                    } else if swallow.is_none() {
                        swallow = Some(indentation(bytes, item.start, at));
                    }
                } else {
                    stack.pop();
                }
                (last, last_end) = (b, at + 1);
            }
            b => (last, last_end) = (b, at + 1),
        }
        at += 1;
    }
}

/// Whether the word before a brace is `in`: `where role in {host, planner} {` has the members of a set before its block.
fn follows_in(bytes: &[u8], start: usize, at: usize) -> bool {
    let before = bytes.get(start..at).unwrap_or_default().trim_ascii_end();
    let word = before.strip_suffix(b"in");
    word.is_some_and(|rest| rest.last().is_some_and(u8::is_ascii_whitespace))
}

fn indentation(bytes: &[u8], from: usize, at: usize) -> usize {
    let line = bytes.get(from..at).and_then(|b| b.iter().rposition(|b| *b == b'\n')).map_or(from, |i| from + i + 1);
    bytes.get(line..).map_or(0, |rest| rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count())
}

/// Whether what was last read asks for more: an operator, or a word that cannot end an expression.
fn goes_on_after(bytes: &[u8], last: u8, end: usize) -> bool {
    match last {
        b'+' | b'-' | b'*' | b'/' | b'=' | b'<' | b'>' => true,
        0x80.. => {
            let tail = bytes.get(..end).unwrap_or_default();
            ["×", "÷", "≥", "≤", "≠"].iter().any(|op| tail.ends_with(op.as_bytes()))
        }
        b'd' | b'r' | b't' | b'f' | b'n' | b'e' | b's' => {
            let word = bytes.get(..end).unwrap_or_default();
            let start = word.iter().rposition(|b| !is_word(*b)).map_or(0, |i| i + 1);
            let before = start.checked_sub(1).map_or(b' ', |i| byte(bytes, i));
            let word = word.get(start..).unwrap_or_default();
            matches!(word, b"and" | b"or" | b"not" | b"if" | b"then" | b"else" | b"in" | b"is" | b"where")
                && before != b'.'
        }
        _ => false,
    }
}

/// Whether the next line goes on with an expression.
fn goes_on_before(bytes: &[u8], next: usize) -> bool {
    let rest = bytes.get(next..).unwrap_or_default();
    match rest {
        [b'+' | b'*' | b'/', ..] => true,
        [b'a', b'n', b'd', tail @ ..] | [b'o', b'r', tail @ ..] => !tail.first().copied().is_some_and(is_word),
        _ => rest.starts_with("×".as_bytes()) || rest.starts_with("÷".as_bytes()),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// An expression with too many operators would make a tree that is too deep to walk.
fn check_length(source: &Source, bytes: &[u8], item: &mut RawItem, diagnostics: &mut Vec<Diagnostic>) {
    let mut operators = 0usize;
    let mut at = item.start;
    let mut in_parens = 0usize;
    while at < item.end {
        if let Some(next) = skip_opaque(source, bytes, at) {
            at = next;
            continue;
        }
        let b = byte(bytes, at);
        match b {
            b'(' | b'[' => {
                in_parens += 1;
                operators += 1;
            }
            b')' | b']' => in_parens = in_parens.saturating_sub(1),
            b'\n' => operators = 0,
            b',' | b':' if in_parens == 0 => operators = 0,
            b'+' | b'-' | b'*' | b'/' | b'.' | b'<' | b'>' => operators += 1,
            0xc3 => operators += usize::from(matches!(byte(bytes, at + 1), 0x97 | 0xb7)),
            0xe2 => operators += 1,
            b'a'..=b'z' if !is_word(byte(bytes, at.wrapping_sub(1))) => {
                let rest = bytes.get(at..).unwrap_or_default();
                let word = rest.iter().position(|b| !is_word(*b)).and_then(|n| rest.get(..n)).unwrap_or(rest);
                operators += usize::from(matches!(word, b"and" | b"or" | b"not" | b"if"));
            }
            _ => {}
        }
        if operators > MAX_OPERATORS {
            item.too_deep = true;
            diagnostics.push(
                Diagnostic::new(codes::TOO_DEEP, format!("an expression with more than {MAX_OPERATORS} operators"))
                    .label(source.span(at, at + 1), "here it becomes too long")
                    .help("give a part of it a name: a `function`, a `param` or an indicator of its own"),
            );
            return;
        }
        at += 1;
    }
}
