//! The cases of a test: for each row of its grid `each` a test with the row's cells in the place of placeholders.

use super::ItemParser;
use crate::ast::{Expect, ExpectKind, Expr, ExprKind, Name, Override, Test, TestCase, TestTable, Text};
use crate::build::Builder;
use crate::grammar::{Pair, Rule};
use crate::text::continues_name;
use kpi_base::text;

/// Whether a grid holds the cases of a test; its name is a word of the language.
pub(super) fn is_each(name: &Name) -> bool {
    matches!(name.text.as_str(), "each" | "每个")
}

/// A cell of `each`: as written, and as an expression where one was wanted of it.
struct Cell {
    name: Name,
    text: Text,
    expr: Option<Expr>,
}

impl ItemParser<'_> {
    /// Adds the cases. `places` says where the cells of each row stand in the text that is read.
    pub(super) fn add_cases(&mut self, test: &mut Test, places: &[Vec<(usize, usize)>]) {
        let Some(each) = &test.each else { return };
        // Only what expectations and overrides read must be a value of the language; other cells are those of exports.
        let mut wanted = Vec::new();
        test.overrides.iter().for_each(|o| find_placeholders(&o.value, &mut wanted));
        test.expects.iter().flat_map(|expect| parts(&expect.kind)).for_each(|e| find_placeholders(e, &mut wanted));
        let mut cases = Vec::with_capacity(each.rows.len());
        for (row, places) in each.rows.iter().zip(places) {
            let mut cells = Vec::with_capacity(row.cells.len());
            for ((name, text), &(start, end)) in each.columns.iter().zip(&row.cells).zip(places) {
                let read = start < end && wanted.contains(&name.text);
                let what = || text!("a value");
                let build = |b: &mut Builder<'_>, p: Pair<'_>| b.expr(p.into_inner().next()?);
                // Cells are raw text: words of the language in them have not been read as such.
                let kind = match crate::words::english(&text.value) {
                    _ if !read => None,
                    Some("true") => Some(ExprKind::Bool(true)),
                    Some("false") => Some(ExprKind::Bool(false)),
                    _ => self.strictly(Rule::test_cell, start, end, what, build).map(|expr| expr.kind),
                };
                let expr = kind.map(|kind| Expr { kind, span: text.span });
                cells.push(Cell { name: name.clone(), text: text.clone(), expr });
            }
            cases.push(TestCase {
                row: row.span,
                values: cells.iter().map(|cell| (cell.name.clone(), cell.text.clone())).collect(),
                overrides: test
                    .overrides
                    .iter()
                    .map(|o| Override { value: fill(&o.value, &cells), ..o.clone() })
                    .collect(),
                tables: test.tables.iter().map(|table| fill_table(table, &cells)).collect(),
                expects: test.expects.iter().map(|expect| fill_expect(expect, &cells)).collect(),
            });
        }
        test.cases = cases;
    }
}

/// The expressions of an expectation.
fn parts(kind: &ExpectKind) -> Vec<&Expr> {
    match kind {
        ExpectKind::Near(e, within) => vec![e, within],
        ExpectKind::Compare(e)
        | ExpectKind::Because(e, _)
        | ExpectKind::Takes(e, _)
        | ExpectKind::Says(e, _)
        | ExpectKind::Vetoed(e, ..)
        | ExpectKind::Incomplete(e, _)
        | ExpectKind::Missing(e, _)
        | ExpectKind::Rule(e, _) => vec![e],
    }
}

/// The parts of an expression in which placeholders are filled in; elsewhere the checker reports them.
fn inner(e: &Expr) -> Vec<&Expr> {
    match &e.kind {
        ExprKind::Field(x, _) | ExprKind::Neg(x) | ExprKind::Not(x) => vec![x],
        ExprKind::Index(x, keys) => std::iter::once(&**x).chain(keys).collect(),
        ExprKind::Binary(_, a, b) => vec![a, b],
        _ => Vec::new(),
    }
}

fn find_placeholders(e: &Expr, found: &mut Vec<String>) {
    if let ExprKind::Placeholder(name) = &e.kind {
        found.push(name.text.clone());
    }
    inner(e).into_iter().for_each(|part| find_placeholders(part, found));
}

fn fill_expect(expect: &Expect, cells: &[Cell]) -> Expect {
    let of = |e: &Expr| fill(e, cells);
    let kind = match &expect.kind {
        ExpectKind::Compare(e) => ExpectKind::Compare(of(e)),
        ExpectKind::Near(e, within) => ExpectKind::Near(of(e), of(within)),
        ExpectKind::Because(e, name) => ExpectKind::Because(of(e), name.clone()),
        ExpectKind::Takes(e, row) => ExpectKind::Takes(of(e), fill_text(row, cells)),
        ExpectKind::Says(e, text) => ExpectKind::Says(of(e), fill_text(text, cells)),
        ExpectKind::Vetoed(e, veto, negated) => ExpectKind::Vetoed(of(e), veto.clone(), *negated),
        ExpectKind::Incomplete(e, complete) => ExpectKind::Incomplete(of(e), *complete),
        ExpectKind::Missing(e, known) => ExpectKind::Missing(of(e), *known),
        ExpectKind::Rule(e, outcome) => ExpectKind::Rule(of(e), *outcome),
    };
    Expect { kind, span: expect.span }
}

fn fill_text(text: &Text, cells: &[Cell]) -> Text {
    let mut text = text.clone();
    let span = text.span;
    fill_cell(&mut text, cells);
    Text { span, ..text }
}

fn fill(e: &Expr, cells: &[Cell]) -> Expr {
    let of = |e: &Expr| Box::new(fill(e, cells));
    let kind = match &e.kind {
        ExprKind::Placeholder(name) => {
            let cell = cells.iter().find(|cell| cell.name.text == name.text);
            return match cell {
                Some(Cell { expr: Some(expr), .. }) => expr.clone(),
                // The place of the empty cell.
                Some(cell) => Expr { kind: e.kind.clone(), span: cell.text.span },
                None => e.clone(),
            };
        }
        ExprKind::Field(x, name) => ExprKind::Field(of(x), name.clone()),
        ExprKind::Neg(x) => ExprKind::Neg(of(x)),
        ExprKind::Not(x) => ExprKind::Not(of(x)),
        ExprKind::Index(x, keys) => ExprKind::Index(of(x), keys.iter().map(|key| fill(key, cells)).collect()),
        ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, of(a), of(b)),
        other => other.clone(),
    };
    Expr { kind, span: e.span }
}

fn fill_table(table: &TestTable, cells: &[Cell]) -> TestTable {
    let mut table = table.clone();
    for cell in table.rows.iter_mut().flat_map(|row| &mut row.cells) {
        fill_cell(cell, cells);
    }
    table
}

/// Fills the placeholders of a cell. One that is nothing but a placeholder takes the place of the row's cell too, so that what
/// is wrong with it is shown there.
fn fill_cell(text: &mut Text, cells: &[Cell]) {
    if !text.value.contains('$') {
        return;
    }
    let mut parts = text.value.split('$');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    let mut span = text.span;
    for part in parts {
        let end = part.find(|c| !continues_name(c)).unwrap_or(part.len());
        let (name, rest) = part.split_at_checked(end).unwrap_or((part, ""));
        match cells.iter().find(|cell| cell.name.text == name) {
            Some(cell) => {
                if text.value.strip_prefix('$') == Some(name) {
                    span = cell.text.span;
                }
                filled.push_str(&cell.text.value);
            }
            None => {
                filled.push('$');
                filled.push_str(name);
            }
        }
        filled.push_str(rest);
    }
    *text = Text { value: filled, span };
}
