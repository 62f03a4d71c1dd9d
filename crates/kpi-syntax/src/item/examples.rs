//! The examples of an entry: blocks with grids inside an indicator.

use super::ItemParser;
use super::block::EXAMPLE;
use crate::ast::{Example, TestTable};
use crate::build::Builder;
use crate::grammar::Pair;

impl ItemParser<'_> {
    /// The stretches of an indicator's body that are examples. Their grids may hold what looks like brackets, so that they are
    /// found before the body is cut into members.
    pub(super) fn examples(&self, start: usize, end: usize) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut open: Option<(usize, usize)> = None;
        let mut at = start;
        for line in self.slice(start, end).split_inclusive('\n') {
            let grid = self.is_grid(at);
            let text = line.trim_start();
            let indent = line.len() - text.len();
            let is_head = text.strip_prefix("example").is_some_and(|rest| rest.trim_start().starts_with('"'));
            if open.is_none() && !grid && is_head {
                open = Some((at + indent, 0));
            }
            if let Some((from, depth)) = &mut open
                && !grid
            {
                let mut quote = None;
                for (i, b) in line.bytes().enumerate() {
                    match (quote, b) {
                        (Some(q), _) if q == b => quote = None,
                        (Some(_), _) => {}
                        (None, b'"' | b'`') => quote = Some(b),
                        (None, b'{') => *depth += 1,
                        (None, b'}') if *depth == 1 => {
                            found.push((*from, at + i + 1));
                            open = None;
                            break;
                        }
                        (None, b'}') => *depth = depth.saturating_sub(1),
                        _ => {}
                    }
                }
            }
            at += line.len();
        }
        found
    }

    fn is_grid(&self, line: usize) -> bool {
        self.source.grids.binary_search_by_key(&line, |(at, _)| *at).is_ok()
    }

    /// One of them.
    pub(super) fn example(&mut self, start: usize, end: usize) -> Option<Example> {
        let open = start + super::block::last_block(self.slice(start, end).split('\n').next()?)?;
        if self.layout.is_broken(start, open) {
            return None;
        }
        let mut example = self.strictly(EXAMPLE.head, start, open, EXAMPLE.what, |b, p| b.example_head(p));
        let mut tables: Vec<TestTable> = Vec::new();
        let mut header = false;
        for (start, end) in self.members(open + 1, end - 1) {
            if self.is_grid(start - self.line_indent(start)) {
                self.grid_row(start, end, &mut tables, &mut header);
                continue;
            }
            self.member(&EXAMPLE, start, end, &mut |b: &mut Builder<'_>, p: Pair<'_>| match &mut example {
                Some(example) => b.example_member(p, example),
                None => Some(()),
            });
        }
        let span = self.span(start, end);
        example.map(|example| Example { tables, span, ..example })
    }
}
