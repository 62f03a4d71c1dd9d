//! Every name of the example policies stands for something, and for what the checker says.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test may panic"
)]

mod common;

use std::collections::BTreeMap;

use kpi_base::Span;
use kpi_ide::{Snapshot, TokenKind};
use kpi_syntax::ast;
use kpi_testkit::names::disagreements;

/// Where names stand for nothing: cells of grids, which are data; topics of notes; currencies, also behind an amount; the quarter of
/// `2026-Q4` and the week of `2026-W41`; the word `each` at the head of a grid of cases.
fn is_exception(snapshot: &Snapshot, span: Span, cells: &[Span]) -> bool {
    let in_cell = |cell: &Span| cell.start <= span.start && span.end <= cell.end;
    if cells.partition_point(|cell| cell.start <= span.start).checked_sub(1).is_some_and(|at| in_cell(&cells[at])) {
        return true;
    }
    let text = snapshot.text(span.file);
    let line = text[..span.start as usize].rsplit('\n').next().unwrap().trim_start();
    let before = line.split_whitespace().last().unwrap_or_default();
    let own = snapshot.text_of(span);
    let glued = |mark: char| text[..span.start as usize].ends_with('-') && own.starts_with(mark);
    let amount =
        before.contains(|c: char| c.is_ascii_digit()) && own.len() == 3 && own.chars().all(|c| c.is_ascii_uppercase());
    matches!(before, "note" | "备注" | "currency" | "币种")
        || glued('Q')
        || glued('W')
        || amount
        || (line.is_empty() && matches!(own, "each" | "每个"))
}

fn cells(file: &ast::File) -> Vec<Span> {
    let mut cells = Vec::new();
    for item in &file.items {
        let tables: Vec<&ast::TestTable> = match &item.kind {
            ast::ItemKind::Test(test) => test.tables.iter().chain(&test.each).collect(),
            ast::ItemKind::Indicator(indicator) => indicator.examples.iter().flat_map(|e| &e.tables).collect(),
            _ => continue,
        };
        cells.extend(tables.iter().flat_map(|table| &table.rows).map(|row| row.span));
    }
    cells.sort();
    cells
}

#[test]
fn every_name_of_the_examples_stands_for_one_thing() {
    let mut stray = Vec::new();
    let mut several = Vec::new();
    for folder in common::examples() {
        let snapshot = common::snapshot(&folder);
        let occurrences = snapshot.occurrences();
        for file in snapshot.ids() {
            let mut found: BTreeMap<Span, usize> = BTreeMap::new();
            occurrences.in_file(file).iter().for_each(|o| *found.entry(o.span).or_default() += 1);
            let cells = cells(snapshot.parsed(file).unwrap());
            for token in snapshot.tokens(file) {
                if !matches!(token.kind, TokenKind::Name | TokenKind::QuotedName) {
                    continue;
                }
                let place = || {
                    let file = snapshot.files().get(file).unwrap();
                    let at = file.line_column(token.span.start);
                    let name = file.path.rsplit("examples/").next().unwrap().to_owned();
                    format!("{name}:{} {}", at.line, snapshot.text_of(token.span))
                };
                match found.get(&token.span) {
                    None if !is_exception(&snapshot, token.span, &cells) => stray.push(place()),
                    Some(n) if *n > 1 => several.push(place()),
                    _ => {}
                }
            }
        }
    }
    let count = stray.len();
    stray.truncate(80);
    assert!(stray.is_empty(), "{count} names stand for nothing:\n{}", stray.join("\n"));
    assert!(several.is_empty(), "names stand for several things:\n{}", several.join("\n"));
}

#[test]
fn names_stand_for_what_the_checker_says() {
    let mut count = 0;
    for folder in common::examples() {
        let snapshot = common::snapshot(&folder);
        let parsed: Vec<ast::File> = snapshot.ids().map(|id| snapshot.parsed(id).unwrap().clone()).collect();
        let model = kpi_check::check(&parsed).model.unwrap_or_else(|| panic!("{} has no model", folder.display()));
        let (wrong, agreed) = disagreements(&parsed, snapshot.occurrences(), &model);
        assert!(wrong.is_empty(), "{}:\n{}", folder.display(), wrong.join("\n"));
        count += agreed;
    }
    assert!(count > 500, "{count}");
}
