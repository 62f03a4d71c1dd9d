//! Blocks: the header up to the brace, then the members, cut where their lines end.

use kpi_base::codes::syntax as codes;
use kpi_base::{Diagnostic, Text, text};

use super::ItemParser;
use super::cases::is_each;
use crate::ast::{Group, Indicator, ItemKind, Line, Scorecard, Table, TestTable};
use crate::build::Builder;
use crate::fault::{Fault, describe_fault};
use crate::grammar::{Pair, Rule, parse_slice};
use crate::text::{continues_name, starts_name};

/// A kind of block: how its members are read, and what messages call it.
pub(super) struct Kind {
    pub head: Rule,
    members: Rule,
    pub what: fn() -> Text,
    words: &'static [&'static str],
    /// Whether members may begin with names of the author.
    names: bool,
}

const POLICY: Kind = Kind {
    head: Rule::policy_head,
    members: Rule::policy_members,
    what: || text!("a policy"),
    words: &["edition", "currency", "period", "attainment", "rounding", "week", "year", "timezone"],
    names: false,
};
const DIMENSION: Kind = Kind {
    head: Rule::dimension_head,
    members: Rule::dimension_members,
    what: || text!("a dimension"),
    words: &[],
    names: true,
};
const SCALE: Kind =
    Kind { head: Rule::scale_head, members: Rule::scale_members, what: || text!("a scale"), words: &[], names: false };
const TABLE: Kind = Kind {
    head: Rule::table_head,
    members: Rule::table_members,
    what: || text!("a roster or source"),
    words: &["valid", "as", "sparse", "exclude"],
    names: true,
};
const SHAPE: Kind = Kind {
    head: Rule::table_head,
    members: Rule::table_members,
    what: || text!("a shape"),
    words: &["valid", "as"],
    names: true,
};
const VIEW: Kind =
    Kind { head: Rule::view_head, members: Rule::view_members, what: || text!("a view"), words: &[], names: true };
const INDICATOR: Kind = Kind {
    head: Rule::indicator_head,
    members: Rule::indicator_members,
    what: || text!("an indicator"),
    words: &[
        "formula",
        "target",
        "scoring",
        "when",
        "note",
        "tag",
        "part",
        "combine",
        "period",
        "track",
        "supports",
        "adjustable",
        "example",
    ],
    names: false,
};
pub(super) const EXAMPLE: Kind = Kind {
    head: Rule::example_head,
    members: Rule::example_members,
    what: || text!("an example"),
    words: &["period", "expect", "with", "data"],
    names: false,
};
const PART: Kind = Kind {
    head: Rule::part_head,
    members: Rule::part_members,
    what: || text!("a part of an indicator"),
    words: &["formula", "target", "scoring", "note", "period", "track"],
    names: false,
};
const SCORECARD: Kind = Kind {
    head: Rule::scorecard_head,
    members: Rule::scorecard_members,
    what: || text!("a scorecard"),
    words: &["group", "veto", "bonus", "deduct", "grade", "rank", "period", "weights", "mid_period"],
    names: true,
};
const GROUP: Kind = Kind {
    head: Rule::group_head,
    members: Rule::group_members,
    what: || text!("a group"),
    words: &["group"],
    names: true,
};
const INCENTIVE: Kind = Kind {
    head: Rule::incentive_head,
    members: Rule::incentive_members,
    what: || text!("an incentive"),
    words: &["pay", "cap", "floor", "when", "per", "share", "period"],
    names: false,
};
const RULE: Kind = Kind {
    head: Rule::rule_head,
    members: Rule::rule_members,
    what: || text!("a rule"),
    words: &["when", "then", "once", "top", "bottom", "period"],
    names: false,
};
const TEST: Kind = Kind {
    head: Rule::test_head,
    members: Rule::test_members,
    what: || text!("a test"),
    words: &["period", "expect", "with", "data"],
    names: false,
};

impl ItemParser<'_> {
    pub(super) fn policy(&mut self) -> Option<ItemKind> {
        let head = self.head(&POLICY, |b, p| b.policy_head(p));
        self.block(&POLICY, head, |b, p, t| b.policy_member(p, t)).map(ItemKind::Policy)
    }

    pub(super) fn dimension(&mut self) -> Option<ItemKind> {
        let head = self.head(&DIMENSION, |b, p| b.dimension_head(p));
        self.block(&DIMENSION, head, |b, p, t| b.dimension_member(p, t)).map(ItemKind::Dimension)
    }

    pub(super) fn scale(&mut self) -> Option<ItemKind> {
        let head = self.head(&SCALE, |b, p| b.scale_head(p));
        self.block(&SCALE, head, |b, p, t| b.scale_member(p, t)).map(ItemKind::Scale)
    }

    pub(super) fn table(&mut self) -> Option<Table> {
        let head = self.head(&TABLE, |b, p| b.table_head(p));
        self.block(&TABLE, head, |b, p, t| b.table_member(p, t))
    }

    pub(super) fn shape(&mut self) -> Option<Table> {
        let head = self.head(&SHAPE, |b, p| b.table_head(p));
        self.block(&SHAPE, head, |b, p, t| b.table_member(p, t))
    }

    /// A view of some rows has no block, one of groups has its aggregates in it.
    pub(super) fn view(&mut self) -> Option<ItemKind> {
        let start = self.raw.start;
        let end = self.raw.block.map_or(self.raw.end, |(open, _)| open);
        if self.layout.is_broken(start, end) {
            return None;
        }
        let head = self.strictly(VIEW.head, start, end, VIEW.what, |b, p| b.view_head(p));
        let grouped = head.as_ref().map(|view| view.grouping.is_some());
        let at = start + self.slice(start, end).trim_end().len();
        match (self.raw.block, grouped) {
            (None, Some(true)) => {
                let finding =
                    Diagnostic::new(codes::UNEXPECTED, text!("expected `{` and what is computed of each group"))
                        .label(self.span(at, at), text!("expected `{`"))
                        .help(text!("write the columns in braces, one a line: `talks = count()`"));
                self.diagnostics.push(finding);
                head.map(ItemKind::View)
            }
            (None, _) => head.map(ItemKind::View),
            (Some((open, _)), Some(false)) => {
                let finding = Diagnostic::new(codes::UNEXPECTED, text!("a view without `group by` has no block"))
                    .label(self.span(open, open + 1), text!("expected the end of the view"))
                    .help(text!(
                        "it has all columns of its input; to compute others, group the rows: `group by …` before the brace"
                    ));
                self.diagnostics.push(finding);
                head.map(ItemKind::View)
            }
            (Some(_), _) => self.block(&VIEW, head, |b, p, t| b.view_member(p, t)).map(ItemKind::View),
        }
    }

    pub(super) fn indicator(&mut self) -> Option<ItemKind> {
        let head = self.head(&INDICATOR, |b, p| b.indicator_head(p));
        if self.raw.block.is_none() {
            // What is bound to an entry may stand without members of its own.
            return head.filter(|indicator| indicator.binding.is_some()).map(ItemKind::Indicator);
        }
        let mut head = head;
        let (start, end) = self.body()?;
        let mut lines = Vec::new();
        let mut from = start;
        for (start, end) in self.examples(start, end) {
            lines.extend(self.lines(from, start, "part"));
            from = end;
            if let (Some(example), Some(head)) = (self.example(start, end), &mut head) {
                head.examples.push(example);
            }
        }
        lines.extend(self.lines(from, end, "part"));
        for (start, end) in lines {
            if let Some(part) = self.part(start, end) {
                if let (Some(head), Some(part)) = (&mut head, part) {
                    head.parts.push(part);
                }
                continue;
            }
            self.member(&INDICATOR, start, end, &mut |b: &mut Builder<'_>, p: Pair<'_>| match &mut head {
                Some(head) => b.indicator_member(p, head),
                None => Some(()),
            });
        }
        head.map(ItemKind::Indicator)
    }

    /// A part of an indicator, if that is what the slice is; `Some(None)` if it is one whose header cannot be read.
    fn part(&mut self, start: usize, end: usize) -> Option<Option<Indicator>> {
        let slice = self.slice(start, end).trim_end();
        if !slice.strip_prefix("part")?.starts_with([' ', '\t']) || !slice.ends_with('}') {
            return None;
        }
        let open = start + last_block(slice)?;
        let close = start + slice.len() - 1;
        let mut part = if self.layout.is_broken(start, open) {
            None
        } else {
            self.strictly(PART.head, start, open, || text!("the header of a part"), |b, p| b.part_head(p))
        };
        for (start, end) in self.members(open + 1, close) {
            self.member(&PART, start, end, &mut |b: &mut Builder<'_>, p: Pair<'_>| match &mut part {
                Some(part) => b.indicator_member(p, part),
                None => Some(()),
            });
        }
        Some(part)
    }

    pub(super) fn incentive(&mut self) -> Option<ItemKind> {
        let head = self.head(&INCENTIVE, |b, p| b.incentive_head(p));
        self.block(&INCENTIVE, head, |b, p, t| b.incentive_member(p, t)).map(ItemKind::Incentive)
    }

    pub(super) fn rule(&mut self) -> Option<ItemKind> {
        let head = self.head(&RULE, |b, p| b.rule_head(p));
        self.block(&RULE, head, |b, p, t| b.rule_member(p, t)).map(ItemKind::Rule)
    }

    pub(super) fn scorecard(&mut self) -> Option<ItemKind> {
        let mut card = self.head(&SCORECARD, |b, p| b.scorecard_head(p));
        let (start, end) = self.body()?;
        for (start, end) in self.lines(start, end, "group") {
            if let Some(group) = self.group(start, end) {
                if let (Some(card), Some(group)) = (&mut card, group) {
                    card.lines.push(Line::Group(group));
                }
                continue;
            }
            self.member(&SCORECARD, start, end, &mut |b: &mut Builder<'_>, p: Pair<'_>| match &mut card {
                Some(card) => b.scorecard_member(p, card),
                None => Some(()),
            });
        }
        card.map(|card: Scorecard| ItemKind::Scorecard(card))
    }

    /// The members of a block that holds blocks, groups or parts: one that shares its line with others is a slice by itself.
    fn lines(&self, start: usize, end: usize, word: &str) -> Vec<(usize, usize)> {
        let mut lines = Vec::new();
        for (start, end) in self.members(start, end) {
            let commas = outside_brackets(self.slice(start, end), |b| b == b',');
            let begins = |text: &str| text.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '\t']));
            // What is neither a group nor beside one stays together: a comma does not always end a member.
            let mut plain = start;
            let mut from = start;
            for to in commas.into_iter().map(|at| start + at).chain([end]) {
                let piece = self.slice(from, to);
                let indent = piece.len() - piece.trim_start().len();
                if begins(piece.trim_start()) && piece.trim_end().ends_with('}') {
                    lines.push((plain, from));
                    lines.push((from + indent, to));
                    plain = (to + 1).min(end);
                }
                from = to + 1;
            }
            lines.push((plain, end));
        }
        let trim = |(from, to): (usize, usize)| {
            let text = self.slice(from, to);
            let first = from + (text.len() - text.trim_start().len());
            (first, from + text.trim_end().len())
        };
        lines.into_iter().map(trim).filter(|(from, to)| from < to).collect()
    }

    /// A group, if that is what the slice is; `Some(None)` if it is one whose header cannot be read.
    fn group(&mut self, start: usize, end: usize) -> Option<Option<Group>> {
        let slice = self.slice(start, end).trim_end();
        let rest = slice.strip_prefix("group")?;
        if !rest.starts_with([' ', '\t']) || !slice.ends_with('}') {
            return None;
        }
        if !rest.trim_start().starts_with(|c| starts_name(c) || c == '`') || rest.trim_start().starts_with("weight ") {
            return None;
        }
        let open = start + last_block(slice)?;
        let close = start + slice.len() - 1;
        let span = self.span(start, close + 1);
        let mut group = if self.layout.is_broken(start, open) {
            None
        } else {
            self.strictly(GROUP.head, start, open, || text!("the header of a group"), |b, p| b.group_head(p))
        };
        if let Some(group) = &mut group {
            group.span = span;
        }
        for (start, end) in self.lines(open + 1, close, "group") {
            if let Some(inner) = self.group(start, end) {
                if let (Some(group), Some(inner)) = (&mut group, inner) {
                    group.lines.push(Line::Group(inner));
                }
                continue;
            }
            self.member(&GROUP, start, end, &mut |b: &mut Builder<'_>, p: Pair<'_>| {
                let line = b.line(p)?;
                if let Some(group) = &mut group {
                    group.lines.push(Line::One(line));
                }
                Some(())
            });
        }
        Some(group)
    }

    pub(super) fn test(&mut self) -> Option<ItemKind> {
        let mut test = self.head(&TEST, |b, p| b.test_head(p));
        let (start, end) = self.body()?;
        let mut tables = Vec::new();
        // Whether the grid in hand has a header that could be read.
        let mut open = false;
        // Where the cells of the rows of `each` stand.
        let mut places = Vec::new();
        for (start, end) in self.members(start, end) {
            let line = start - self.line_indent(start);
            if self.source.grids.binary_search_by_key(&line, |(at, _)| *at).is_ok() {
                let rows = tables.last().map_or(0, |table: &TestTable| table.rows.len());
                let cells = self.grid_row(start, end, &mut tables, &mut open);
                if tables.last().is_some_and(|table| is_each(&table.name) && table.rows.len() > rows) {
                    places.push(cells);
                }
                continue;
            }
            self.member(&TEST, start, end, &mut |b: &mut Builder<'_>, p: Pair<'_>| match &mut test {
                Some(test) => b.test_member(p, test),
                None => Some(()),
            });
        }
        let mut test = test?;
        test.each = tables.iter().position(|table| is_each(&table.name)).map(|place| tables.remove(place));
        test.tables = tables;
        self.add_cases(&mut test, &places);
        Some(ItemKind::Test(test))
    }

    pub(super) fn line_indent(&self, at: usize) -> usize {
        let before = self.source.text.get(..at).unwrap_or_default();
        before.len() - before.trim_end_matches([' ', '\t']).len()
    }

    /// Parses the header, up to the brace.
    fn head<T>(&mut self, kind: &Kind, build: impl FnOnce(&mut Builder<'_>, Pair<'_>) -> Option<T>) -> Option<T> {
        let start = self.raw.start;
        let end = self.raw.block.map_or(self.raw.end, |(open, _)| open);
        if self.layout.is_broken(start, end) {
            return None;
        }
        let before = self.diagnostics.len();
        let head = self.strictly(kind.head, start, end, kind.what, build);
        let needs_block = self.raw.block.is_none() && self.diagnostics.len() == before;
        if needs_block && !(kind.head == Rule::indicator_head && self.slice(start, end).contains(['=', '('])) {
            let at = start + self.slice(start, end).trim_end().len();
            let span = self.source.span(at, at);
            self.diagnostics.push(
                Diagnostic::new(
                    codes::UNEXPECTED,
                    text!("expected `{` and the members of {what}", what = (kind.what)()),
                )
                .label(span, text!("expected `{`"))
                .help(text!("write its members in braces, one a line")),
            );
        }
        head
    }

    /// Where the members stand.
    fn body(&mut self) -> Option<(usize, usize)> {
        let (open, close) = self.raw.block?;
        if self.raw.closed && close + 1 < self.raw.end {
            let rest = self.slice(close + 1, self.raw.end);
            let at = close + 1 + (rest.len() - rest.trim_start().len());
            let length = rest.trim_start().find(['\n', ' ']).unwrap_or(rest.trim_start().len());
            if length > 0 && !self.layout.is_broken(at, self.raw.end) {
                let span = self.source.span(at, at + length);
                self.diagnostics.push(
                    Diagnostic::new(codes::UNEXPECTED, text!("text behind the end of a declaration"))
                        .label(span, text!("the declaration has already ended"))
                        .help(text!(
                            "remove it, or move it into the block; the next declaration begins a line of its own, not indented"
                        )),
                );
            }
        }
        Some((open + 1, close))
    }

    fn block<T>(
        &mut self,
        kind: &Kind,
        mut head: Option<T>,
        build: impl Fn(&mut Builder<'_>, Pair<'_>, &mut T) -> Option<()>,
    ) -> Option<T> {
        let (start, end) = self.body()?;
        for (start, end) in self.members(start, end) {
            self.member(kind, start, end, &mut |b: &mut Builder<'_>, p: Pair<'_>| match &mut head {
                Some(head) => build(b, p, head),
                None => Some(()),
            });
        }
        head
    }

    /// The slices between the line breaks of a block, without spaces around them.
    pub(super) fn members(&self, start: usize, end: usize) -> Vec<(usize, usize)> {
        let mut slices = Vec::new();
        let mut from = start;
        // A grid's row may hold what looks like brackets or quotes: it is a slice as it stands.
        let first = self.source.grids.partition_point(|(at, _)| *at < start);
        let grids = self.source.grids.iter().skip(first).take_while(|(_, to)| *to <= end).copied();
        for (grid, behind) in grids.chain([(end, end)]) {
            let begin = from;
            for at in outside_brackets(self.slice(begin, grid), |b| b == b'\n') {
                slices.push((from, begin + at));
                from = begin + at + 1;
            }
            slices.push((from, grid));
            slices.push((grid, behind));
            from = behind;
        }
        let trim = |(from, to): (usize, usize)| {
            let text = self.slice(from, to);
            let first = from + (text.len() - text.trim_start().len());
            (first, from + text.trim_end().len())
        };
        slices.into_iter().map(trim).filter(|(from, to)| from < to).collect()
    }

    /// Parses the members of one line; each one that cannot be read is reported once.
    pub(super) fn member(
        &mut self,
        kind: &Kind,
        start: usize,
        end: usize,
        build: &mut dyn FnMut(&mut Builder<'_>, Pair<'_>) -> Option<()>,
    ) {
        if self.layout.is_broken(start, end) {
            return;
        }
        let slice = self.slice(start, end);
        match parse_slice(kind.members, slice) {
            Ok(mut pairs) => {
                self.hear(pairs.clone(), start);
                for pair in pairs.next().into_iter().flat_map(Pair::into_inner) {
                    if matches!(pair.as_rule(), Rule::EOI | Rule::comma) {
                        continue;
                    }
                    let before = self.diagnostics.len();
                    let (from, to) = (start + pair.as_span().start(), start + pair.as_span().end());
                    let built = build(&mut self.builder(start, end), pair);
                    if built.is_none() && self.diagnostics.len() == before {
                        self.unreadable(from, to, &text!("this member"));
                    }
                }
            }
            Err(_) if self.layout.is_reported(start, end) => {}
            Err(stop) => {
                let pieces = self.pieces(kind, start, end);
                if pieces.len() > 1 {
                    let before = self.diagnostics.len();
                    for (start, end) in pieces {
                        self.member(kind, start, end, build);
                    }
                    if self.diagnostics.len() > before {
                        return;
                    }
                }
                let place = Fault {
                    source: self.source,
                    start,
                    slice,
                    what: (kind.what)(),
                    members: kind.words,
                    names: kind.names,
                };
                self.diagnostics.push(describe_fault(&place, &stop));
            }
        }
    }

    /// Cuts a line at the commas behind which another member seems to begin.
    fn pieces(&self, kind: &Kind, start: usize, end: usize) -> Vec<(usize, usize)> {
        let slice = self.slice(start, end);
        let mut pieces = Vec::new();
        let mut from = start;
        for at in outside_brackets(slice, |b| b == b',') {
            let rest = slice.get(at + 1..).unwrap_or_default().trim_start();
            let word = rest.split(|c| !continues_name(c)).next().unwrap_or_default();
            let behind = rest.get(word.len()..).unwrap_or_default().trim_start();
            let begins = kind.words.contains(&word)
                || match kind.members {
                    Rule::dimension_members => true,
                    Rule::scale_members => rest.starts_with(|c: char| c.is_ascii_digit()),
                    Rule::table_members => behind.starts_with(':') || rest.starts_with('`'),
                    Rule::scorecard_members | Rule::group_members => {
                        behind.starts_with("weight ") || behind.starts_with("watch")
                    }
                    _ => false,
                };
            if begins && !rest.is_empty() {
                pieces.push((from, start + at));
                from = start + at + 1;
            }
        }
        pieces.push((from, end));
        let trimmed = pieces.into_iter().map(|(from, to)| {
            let text = self.slice(from, to);
            (from + (text.len() - text.trim_start().len()), to)
        });
        trimmed.filter(|(from, to)| from < to).collect()
    }
}

/// Where a byte stands outside brackets, strings and backticks.
fn outside_brackets(text: &str, wanted: impl Fn(u8) -> bool) -> Vec<usize> {
    let mut found = Vec::new();
    let mut depth = 0usize;
    let mut quoted: Option<u8> = None;
    let mut escaped = false;
    for (at, b) in text.bytes().enumerate() {
        match quoted {
            Some(quote) => {
                if escaped {
                    escaped = false;
                } else if b == b'\\' && quote == b'"' {
                    escaped = true;
                } else if b == quote {
                    quoted = None;
                }
            }
            None => match b {
                b'"' | b'`' => quoted = Some(b),
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                b if depth == 0 && wanted(b) => found.push(at),
                _ => {}
            },
        }
    }
    found
}

/// Where the last block outside brackets begins.
pub(super) fn last_block(text: &str) -> Option<usize> {
    outside_brackets_open(text).pop()
}

fn outside_brackets_open(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut depth = 0usize;
    let mut quoted: Option<u8> = None;
    let mut escaped = false;
    for (at, b) in text.bytes().enumerate() {
        match quoted {
            Some(quote) => {
                if escaped {
                    escaped = false;
                } else if b == b'\\' && quote == b'"' {
                    escaped = true;
                } else if b == quote {
                    quoted = None;
                }
            }
            None => match b {
                b'"' | b'`' => quoted = Some(b),
                b'(' | b'[' | b'{' => {
                    if depth == 0 && b == b'{' {
                        found.push(at);
                    }
                    depth += 1;
                }
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            },
        }
    }
    found
}
