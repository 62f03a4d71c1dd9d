//! Where declarations and members end: brackets are matched, and only those line breaks stay that end a member.
//!
//! A bracket that is never closed is reported here and made harmless, so that it spoils no more than its own member.

use kpi_base::codes::syntax as codes;
use kpi_base::{Diagnostic, text};

use crate::suggest::nearest_word;
use crate::text::{Source, continues_name, starts_name};

/// The words with which a declaration begins.
pub const DECLARATIONS: &[&str] = &[
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
    "goal",
    "require",
    "prove",
];

/// How deep brackets may be nested.
const MAX_DEPTH: usize = 256;
/// How many operators, calls and conditions one expression may have.
const MAX_OPERATORS: usize = 500;
/// From this many on, an expression is parsed on a stack of its own.
const DEEP: usize = 20;

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
    /// Whether it is so deep that parsing it needs more stack than a thread of a test has.
    pub deep: bool,
}

/// What the layout knows of a file.
pub(crate) struct Layout {
    /// The declarations.
    pub items: Vec<RawItem>,
    /// Places of brackets that are never closed, in order: what holds one is reported and not parsed.
    pub broken: Vec<usize>,
    /// Places that are reported and mended, in order: what holds one is parsed, and says nothing more if that fails.
    pub mended: Vec<usize>,
}

impl Layout {
    /// Whether a stretch of text is already reported as broken.
    pub fn is_broken(&self, start: usize, end: usize) -> bool {
        holds(&self.broken, start, end)
    }

    /// Whether something in a stretch of text is already reported.
    pub fn is_reported(&self, start: usize, end: usize) -> bool {
        holds(&self.broken, start, end) || holds(&self.mended, start, end)
    }
}

fn holds(places: &[usize], start: usize, end: usize) -> bool {
    let next = places.partition_point(|at| *at < start);
    places.get(next).is_some_and(|at| *at <= end)
}

struct Bracket {
    at: usize,
    kind: u8,
    close: Option<usize>,
    /// How far its line is indented.
    indent: usize,
}

/// Delimits the declarations of a file and settles its line breaks.
pub(crate) fn lay_out(source: &mut Source, diagnostics: &mut Vec<Diagnostic>) -> Layout {
    let starts = find_items(source, diagnostics);
    check_before(source, starts.first().copied(), diagnostics);
    let mut layout =
        Layout { items: Vec::with_capacity(starts.len()), broken: Vec::new(), mended: source.unclosed.clone() };
    let mut bytes = std::mem::take(&mut source.text).into_bytes();
    for (i, start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(bytes.len());
        lay_out_item(source, &mut bytes, *start, end, &mut layout, diagnostics);
    }
    // Only ASCII bytes were replaced by ASCII bytes.
    source.text = String::from_utf8(bytes).unwrap_or_default();
    layout.broken.sort_unstable();
    layout.mended.sort_unstable();
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
            if DECLARATIONS.contains(&word) || depth == 0 || nearest_word(word, DECLARATIONS).is_some() {
                starts.push(start);
                depth = 0;
            } else {
                let end = start + if starts_name(first) { word.len() } else { first.len_utf8() };
                diagnostics.push(
                    Diagnostic::new(codes::COLUMN_ZERO, text!("only a declaration may begin at the start of a line"))
                        .label(source.span(start, end), text!("this belongs to the block above"))
                        .help(text!("indent the line, or close the block above it with `}`")),
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

/// Reports what stands before the first declaration.
fn check_before(source: &Source, first: Option<usize>, diagnostics: &mut Vec<Diagnostic>) {
    let text = source.text.get(..first.unwrap_or(source.text.len())).unwrap_or_default();
    let stray = text.trim();
    if stray.is_empty() {
        return;
    }
    let start = text.len() - text.trim_start().len();
    let length = stray.find([' ', '\n']).unwrap_or(stray.len());
    diagnostics.push(
        Diagnostic::new(codes::UNEXPECTED, text!("text before the first declaration"))
            .label(source.span(start, start + length), text!("no declaration has begun"))
            .help(text!("a declaration begins at the very start of a line: remove the spaces before its keyword")),
    );
}

fn lay_out_item(
    source: &Source,
    bytes: &mut [u8],
    start: usize,
    end: usize,
    layout: &mut Layout,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut item = RawItem { start, end, block: None, closed: false, too_deep: false, deep: false };
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

/// The brackets of a declaration and their partners.
#[derive(Default)]
struct Matching {
    brackets: Vec<Bracket>,
    /// Closing brackets without a partner.
    strays: Vec<usize>,
    block: Option<(usize, usize)>,
    closed: bool,
    /// The bracket that is nested too deeply.
    too_deep: Option<usize>,
}

/// Matches the brackets of a declaration; reports those without a partner.
fn match_brackets(
    source: &Source,
    bytes: &mut [u8],
    item: &mut RawItem,
    layout: &mut Layout,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Bracket> {
    let mut matching = pair_brackets(source, bytes, item, false);
    if matching.too_deep.is_none()
        && (!matching.strays.is_empty() || matching.brackets.iter().any(|b| b.close.is_none()))
    {
        // Something is wrong: now the indentation tells which bracket it is.
        matching = pair_brackets(source, bytes, item, true);
    }
    (item.block, item.closed) = (matching.block, matching.closed);
    if let Some(at) = matching.too_deep {
        item.too_deep = true;
        diagnostics.push(
            Diagnostic::new(codes::TOO_DEEP, text!("brackets are nested too deeply"))
                .label(source.span(at, at + 1), text!("level {n}", n = MAX_DEPTH))
                .help(text!("give a part of it a name: a `function`, a `param` or an indicator of its own")),
        );
        return matching.brackets;
    }
    for at in matching.strays {
        let closer = byte(bytes, at);
        let (shown, open) = (char::from(closer), char::from(opener_of(closer)));
        diagnostics.push(
            Diagnostic::new(codes::UNMATCHED_CLOSE, text!("`{shown}` closes nothing", shown))
                .label(source.span(at, at + 1), text!("no `{open}` is open here", open))
                .help(text!("remove it, or open a `{open}` before it", open)),
        );
        blank(bytes, at);
        layout.mended.push(at);
    }
    for bracket in matching.brackets.iter().filter(|b| b.close.is_none()) {
        let close = match bracket.kind {
            b'(' => ')',
            b'[' => ']',
            _ => '}',
        };
        let shown = char::from(bracket.kind);
        diagnostics.push(
            Diagnostic::new(codes::UNCLOSED_BRACKET, text!("`{shown}` is never closed", shown))
                .label(source.span(bracket.at, bracket.at + 1), text!("opened here"))
                .help(text!("add the missing `{close}`", close)),
        );
        if item.block.is_none_or(|(open, _)| open != bracket.at) {
            layout.broken.push(bracket.at);
        }
    }
    matching.brackets
}

fn opener_of(closer: u8) -> u8 {
    match closer {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    }
}

/// Pairs brackets. With `by_indentation`, a brace that begins its line closes a block that is not indented deeper, and
/// the declaration's own block ends in column 0.
fn pair_brackets(source: &Source, bytes: &[u8], item: &RawItem, by_indentation: bool) -> Matching {
    let mut found = Matching::default();
    let mut stack: Vec<usize> = Vec::new();
    let column_zero = |at: usize| byte(bytes, at) == b'}' && byte(bytes, at.wrapping_sub(1)) == b'\n';
    let last_column_zero = if by_indentation { (item.start..item.end).rev().find(|at| column_zero(*at)) } else { None };
    let mut at = item.start;
    let mut line = item.start;
    while at < item.end {
        if let Some(next) = skip_opaque(source, bytes, at) {
            at = next;
            continue;
        }
        match byte(bytes, at) {
            b'\n' => {
                line = at + 1;
                let in_parens = |i: &usize| found.brackets.get(*i).is_some_and(|b| b.kind != b'{');
                let indent = indentation(bytes, line);
                let not_deeper = stack.last().and_then(|i| found.brackets.get(*i)).is_some_and(|b| indent <= b.indent);
                let text = bytes.get(line..item.end).unwrap_or_default();
                // In the head of an indicator it is what an entry is given.
                let given = found.block.is_none() && is_given(bytes, item.start, text);
                if stack.last().is_some_and(in_parens) && !given && begins_member(text, not_deeper) {
                    let keep = stack.iter().rposition(|i| !in_parens(i)).map_or(0, |i| i + 1);
                    stack.truncate(keep);
                }
            }
            kind @ (b'(' | b'[' | b'{') => {
                if stack.is_empty() && kind == b'{' && found.block.is_none() && !follows_in(bytes, item.start, at) {
                    found.block = Some((at, item.end));
                }
                stack.push(found.brackets.len());
                found.brackets.push(Bracket { at, kind, close: None, indent: indentation(bytes, line) });
                if stack.len() == MAX_DEPTH {
                    found.too_deep = Some(at);
                    return found;
                }
            }
            closer @ (b')' | b']' | b'}') => {
                let open = opener_of(closer);
                let bracket = |i: &usize| found.brackets.get(*i);
                let of_kind = |i: &usize| bracket(i).is_some_and(|b| b.kind == open);
                let first_on_line = indentation(bytes, line) == at - line;
                // Round and square brackets do not reach through a brace.
                let mut partner = stack.iter().rposition(|i| of_kind(i) || (closer != b'}' && !is_round(bracket(i))));
                if by_indentation && closer == b'}' && first_on_line {
                    partner =
                        stack.iter().rposition(|i| of_kind(i) && bracket(i).is_some_and(|b| b.indent <= at - line));
                    if partner == Some(0) && at > line && last_column_zero.is_some_and(|last| last > at) {
                        partner = None;
                    }
                }
                let early = partner == Some(0)
                    && closer == b'}'
                    && at > line
                    && last_column_zero.is_some_and(|last| last > at)
                    && found.block.is_some_and(|(open, _)| open < line);
                match partner.filter(|depth| !early && stack.get(*depth).is_some_and(of_kind)) {
                    Some(depth) => {
                        if let Some(bracket) = stack.get(depth).and_then(|i| found.brackets.get_mut(*i)) {
                            bracket.close = Some(at);
                            if found.block.is_some_and(|(open, _)| open == bracket.at) {
                                found.block = Some((bracket.at, at));
                                found.closed = true;
                            }
                        }
                        stack.truncate(depth);
                    }
                    None => found.strays.push(at),
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Whether a line of an indicator begins with a name and `=`.
fn is_given(bytes: &[u8], start: usize, line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let name = line.iter().position(|b| !is_word(*b)).unwrap_or(line.len());
    let behind = line.get(name..).unwrap_or_default().trim_ascii_start();
    let equals = behind.first() == Some(&b'=') && behind.get(1) != Some(&b'=');
    name > 0 && equals && bytes.get(start..).is_some_and(|item| item.starts_with(b"indicator"))
}

fn is_round(bracket: Option<&Bracket>) -> bool {
    bracket.is_some_and(|b| b.kind != b'{')
}

/// Whether a line can only be a new member: it begins with a name and `:`, or with two words of which neither belongs
/// to an expression. (`grade among` could be part of one; it is none if it is not indented deeper than what is open.)
fn begins_member(line: &[u8], not_deeper: bool) -> bool {
    let line = line.trim_ascii_start();
    let first = line.iter().position(|b| !is_word(*b)).unwrap_or(line.len());
    let (word, rest) = line.split_at(first);
    let no_name = word.first().is_none_or(u8::is_ascii_digit);
    if no_name || (word != b"then" && belongs_to_expression(word)) {
        return false;
    }
    let spaces = rest.iter().take_while(|b| **b == b' ').count();
    let rest = rest.get(spaces..).unwrap_or_default();
    match rest.first() {
        Some(b':') => true,
        Some(b'"') => word != b"then",
        Some(b'=') => rest.get(1) != Some(&b'='),
        Some(b) if spaces > 0 && is_word(*b) => {
            let second = rest.iter().position(|b| !is_word(*b)).unwrap_or(rest.len());
            let (second, _) = rest.split_at(second);
            // A sign such as `≥` is no word, though its bytes look like one.
            let among = matches!(word, b"grade" | b"rank") && second == b"among" && not_deeper;
            let then = word == b"then" && matches!(second, b"by" | b"warn" | b"one" | b"score" | b"cap" | b"pay");
            among
                || then
                || word != b"then"
                    && !belongs_to_expression(second)
                    && second.first().is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
        }
        _ => false,
    }
}

fn belongs_to_expression(word: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"if", b"then", b"else", b"and", b"or", b"not", b"in", b"is", b"over", b"via", b"dated", b"at", b"where",
        b"needs", b"among", b"last", b"this", b"since",
    ];
    WORDS.contains(&word)
}

/// Turns line breaks into spaces wherever a member goes on over them.
fn settle_breaks(source: &Source, bytes: &mut [u8], item: &RawItem, brackets: &[Bracket]) {
    let mut stack: Vec<u8> = Vec::new();
    let mut brackets = brackets.iter().peekable();
    // Behind a bracket without a partner, deeper indented lines belong to its member.
    let mut swallow: Option<usize> = None;
    // How far the first line of the member in hand is indented.
    let mut member_indent = 0;
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
                let after = goes_on_after(bytes, last, last_end) && !begins_anew(bytes, next, indent <= member_indent);
                let open = !grid && (after || goes_on_before(bytes, next));
                if inside && swallow.is_none() && !open {
                    member_indent = indent;
                }
                if (!inside || swallow.is_some() || open) && next < item.end {
                    for space in at..next {
                        blank(bytes, space);
                    }
                }
                // A grid row begins with its indentation, and is passed over as a whole: its cells may hold single brackets.
                at = if grid && next < item.end { line + 1 } else { next };
                continue;
            }
            b @ (b'(' | b'[' | b'{' | b')' | b']' | b'}') => {
                if let Some(bracket) = brackets.next_if(|b| b.at == at) {
                    let own = item.block.is_some_and(|(open, _)| open == at);
                    if bracket.close.is_some() || own {
                        stack.push(b);
                    } else if swallow.is_none() {
                        swallow = Some(bracket.indent);
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

/// How many spaces a line begins with.
fn indentation(bytes: &[u8], line: usize) -> usize {
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

/// Whether a line behind an operator is nevertheless a new member: its operand is missing. A line that is not indented
/// deeper and begins with the word of a member is taken for one, so that it is not lost with the broken one.
fn begins_anew(bytes: &[u8], next: usize, not_deeper: bool) -> bool {
    const WORDS: &[&[u8]] = &[
        b"formula", b"target", b"scoring", b"note", b"tag", b"veto", b"bonus", b"deduct", b"grade", b"rank", b"group",
        b"pay", b"cap", b"floor", b"when", b"then", b"expect", b"else",
    ];
    let line = bytes.get(next..).unwrap_or_default();
    let first = line.iter().position(|b| !is_word(*b)).unwrap_or(line.len());
    let (word, rest) = line.split_at(first);
    let spaced = rest.first() == Some(&b' ');
    (not_deeper && spaced && WORDS.contains(&word)) || begins_member(line, not_deeper) || line.starts_with(b"}")
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
        item.deep |= operators > DEEP;
        if operators > MAX_OPERATORS {
            item.too_deep = true;
            diagnostics.push(
                Diagnostic::new(
                    codes::TOO_DEEP,
                    text!("an expression with more than {n} operators", n = MAX_OPERATORS),
                )
                .label(source.span(at, at + 1), text!("here it becomes too long"))
                .help(text!("give a part of it a name: a `function`, a `param` or an indicator of its own")),
            );
            return;
        }
        at += 1;
    }
}
