//! What the compiler's parser finds in a text.

use kpi_base::{FileId, Span};
use kpi_syntax::ast::{Indicator, ItemKind, Line, Name, Scorecard, Table, Test, TestTable, Text};

use crate::{Declaration, Named};

/// The declarations of a text, and whether the parser has no complaint.
pub fn compiled(text: &str) -> (Vec<Declaration>, bool) {
    let parsed = kpi_syntax::parse(FileId(0), text);
    let read = |item: &kpi_syntax::ast::Item| {
        let mut members = Vec::new();
        let (kind, name) = declared(text, &item.kind, &mut members);
        members.sort();
        Declaration { kind, name, start: item.span.start as usize, end: item.span.end as usize, members }
    };
    (parsed.file.items.iter().map(read).collect(), parsed.diagnostics.is_empty())
}

fn declared(text: &str, kind: &ItemKind, members: &mut Vec<Named>) -> (&'static str, String) {
    let name = |name: &Name| written(text, name.span);
    match kind {
        ItemKind::Policy(policy) => ("policy", written(text, policy.title.span)),
        ItemKind::Dimension(dimension) => {
            members.extend(dimension.members.iter().map(|(name, _)| named(text, "dimension_member", name)));
            ("dimension", name(&dimension.name))
        }
        ItemKind::Scale(scale) => {
            members.extend(scale.anchors.iter().map(|anchor| nameless("anchor", anchor.span)));
            ("scale", name(&scale.name))
        }
        ItemKind::Roster(table) => ("roster", columns(text, table, members)),
        ItemKind::Source(table) => ("source", columns(text, table, members)),
        ItemKind::Shape(table) => ("shape", columns(text, table, members)),
        ItemKind::View(view) => {
            let columns = view.grouping.iter().flat_map(|grouping| &grouping.columns);
            members.extend(columns.map(|column| named(text, "view_column", &column.name)));
            ("view", name(&view.name))
        }
        ItemKind::Param(param) => ("param", name(&param.name)),
        ItemKind::Function(function) => {
            members.extend(function.params.iter().map(|(name, _)| named(text, "parameter", name)));
            ("function", name(&function.name))
        }
        ItemKind::Curve(curve) => ("curve", name(&curve.name)),
        ItemKind::Indicator(indicator) => {
            indicator_members(text, indicator, members);
            ("indicator", name(&indicator.name))
        }
        ItemKind::Scorecard(card) => {
            card_members(text, card, members);
            ("scorecard", name(&card.name))
        }
        ItemKind::Incentive(incentive) => {
            members.extend(incentive.pays.iter().map(|pay| named(text, "pay", &pay.name)));
            ("incentive", name(&incentive.name))
        }
        ItemKind::Rule(rule) => ("rule", name(&rule.name)),
        ItemKind::Test(test) => {
            test_members(text, test, members);
            ("test", written(text, test.name.span))
        }
        ItemKind::Use(module) => {
            let names: Vec<String> = module.module.iter().map(name).collect();
            ("use", names.join("."))
        }
        ItemKind::Goal(goal) => ("goal", name(&goal.name)),
        ItemKind::Require(_) => ("require", String::new()),
        ItemKind::Prove(_) => ("prove", String::new()),
    }
}

fn columns(text: &str, table: &Table, members: &mut Vec<Named>) -> String {
    members.extend(table.columns.iter().map(|column| named(text, "column", &column.name)));
    written(text, table.name.span)
}

fn indicator_members(text: &str, indicator: &Indicator, members: &mut Vec<Named>) {
    members.extend(indicator.params.iter().map(|param| named(text, "parameter", &param.name)));
    members.extend(indicator.notes.iter().map(|(topic, _)| named(text, "note", topic)));
    for part in &indicator.parts {
        members.push(named(text, "part", &part.name));
        indicator_members(text, part, members);
    }
    for example in &indicator.examples {
        members.push(titled(text, "example", &example.name));
        example.tables.iter().for_each(|table| grid(text, table, members));
        members.extend(example.expects.iter().map(|expect| nameless("expect", expect.span)));
    }
}

fn card_members(text: &str, card: &Scorecard, members: &mut Vec<Named>) {
    // The lines of a weight grid are rows of the grid.
    let rows: Vec<Span> = card.weights.iter().flat_map(|grid| &grid.rows).map(|row| row.line.name.span).collect();
    lines(text, &card.lines, &rows, members);
    members.extend(card.vetoes.iter().map(|veto| named(text, "veto", &veto.name)));
    for adjustment in &card.adjustments {
        let kind = if adjustment.deduct { "deduction" } else { "bonus" };
        members.push(named(text, kind, &adjustment.name));
    }
}

fn lines(text: &str, found: &[Line], rows: &[Span], members: &mut Vec<Named>) {
    for line in found {
        match line {
            Line::One(line) if !rows.contains(&line.name.span) => members.push(named(text, "line", &line.name)),
            Line::One(_) => {}
            Line::Group(group) => {
                members.push(named(text, "group", &group.name));
                lines(text, &group.lines, rows, members);
            }
        }
    }
}

fn test_members(text: &str, test: &Test, members: &mut Vec<Named>) {
    test.tables.iter().chain(&test.each).for_each(|table| grid(text, table, members));
    members.extend(test.expects.iter().map(|expect| nameless("expect", expect.span)));
}

/// A grid: its name, its columns and the cells of its rows that hold something.
fn grid(text: &str, table: &TestTable, members: &mut Vec<Named>) {
    members.push(named(text, "data_row", &table.name));
    let cell = |span: Span| Named { at: span.start as usize, kind: "cell", name: raw(text, span) };
    members.extend(table.columns.iter().map(|column| cell(column.span)));
    let cells = table.rows.iter().flat_map(|row| &row.cells).filter(|text| !text.value.is_empty());
    members.extend(cells.map(|text| cell(text.span)));
}

fn named(text: &str, kind: &'static str, name: &Name) -> Named {
    Named { at: name.span.start as usize, kind, name: written(text, name.span) }
}

fn titled(text: &str, kind: &'static str, title: &Text) -> Named {
    Named { at: title.span.start as usize, kind, name: written(text, title.span) }
}

fn nameless(kind: &'static str, span: Span) -> Named {
    Named { at: span.start as usize, kind, name: String::new() }
}

fn raw(text: &str, span: Span) -> String {
    text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned()
}

/// What stands at a place, without quotes and backticks.
fn written(text: &str, span: Span) -> String {
    crate::tree::bare(&raw(text, span)).to_owned()
}
