//! A test of a target, a bracket or a grade, with a row in each table that it needs: what is left to the author are the
//! numbers.

use std::fmt::Write as _;

use kpi_base::{Edit, FileId, Span, text};
use kpi_syntax::ast::{self, ByTable, CurveRow, ExprKind, Item, ItemKind, Pattern, TypeKind};

use super::{Action, ActionKind};
use crate::completion::{fill, quote};
use crate::resolve::{Column, Names, is_dimension, is_table, label_of, members, name_of, written};
use crate::scan::{Kind, scan};
use crate::snapshot::{FilePosition, Snapshot};

/// What a test is to show.
struct Shown<'s> {
    /// The declaration.
    item: &'s Item,
    /// What is claimed, behind `expect`, with `⟦key⟧` for the subject's key.
    claims: Vec<String>,
    /// What the test is called by, behind the declaration's name.
    row: Option<String>,
    /// The members for which the row applies.
    members: Vec<&'s str>,
}

/// Adds a test of what stands at the place below its declaration.
pub(super) fn add_test(snapshot: &Snapshot, place: Span) -> Option<Action> {
    let at = FilePosition { file: place.file, offset: place.start };
    let item = snapshot.item_at(at)?;
    let names = Names::of(snapshot);
    let shown = shown(&names, item, place)?;
    let test = write_test(&names, &shown)?;
    let title = match &shown.row {
        Some(row) => text!("add a test of `{row}`", row),
        None => text!("add a test of the target"),
    };
    let end = Span { start: item.span.end, ..item.span };
    let behind = snapshot.text(place.file).get(item.span.end as usize..).unwrap_or_default();
    let apart =
        if behind.trim_start_matches([' ', '\r']).starts_with("\n\n") || behind.trim().is_empty() { "" } else { "\n" };
    let edits = vec![Edit { span: end, text: format!("\n\n{test}{apart}") }];
    Some(Action { title, kind: ActionKind::Rewrite, edits, finding: None, preferred: false })
}

fn shown<'s>(names: &Names<'s>, item: &'s Item, place: Span) -> Option<Shown<'s>> {
    let name = quote(&name_of(item)?.text);
    match &item.kind {
        ItemKind::Indicator(indicator) if indicator.params.is_empty() => match indicator.target.as_ref()? {
            ByTable::Plain(target) if holds(target.span, place) => Some(Shown {
                item,
                claims: vec![format!("{name}[⟦key⟧].met == ⟦true⟧")],
                row: None,
                members: Vec::new(),
            }),
            ByTable::By(by) => {
                let row = by.rows.iter().find(|row| holds(row.span, place))?;
                let head = Span { end: row.patterns.last()?.span().end, ..row.patterns.first()?.span() };
                let own = row.patterns.iter().flat_map(|pattern| match pattern {
                    Pattern::Members(own) => own.as_slice(),
                    _ => &[],
                });
                let head = names.snapshot.text_of(head).to_owned();
                Some(Shown {
                    item,
                    claims: vec![
                        format!("{name}[⟦key⟧].⟦target:Attribute⟧ ⟦takes⟧ \"{head}\""),
                        format!("{name}[⟦key⟧].⟦met:Attribute⟧ == ⟦true⟧"),
                    ],
                    row: Some(head),
                    members: own.map(|name| name.text.as_str()).collect(),
                })
            }
            ByTable::Plain(_) => None,
        },
        ItemKind::Scorecard(card) => {
            let Some(ast::Grade::Bounds(rows, _)) = &card.grade else { return None };
            let head = head_of_row(names, rows, place)?;
            let claim = format!("{name}[⟦key⟧].⟦grade:Attribute⟧ ⟦takes⟧ \"{head}\"");
            Some(Shown { item, claims: vec![claim], row: Some(head), members: Vec::new() })
        }
        ItemKind::Incentive(incentive) => {
            let pay = incentive.pays.iter().find(|pay| holds(pay.span, place))?;
            let rows = curves_in(&pay.value).into_iter().find(|rows| head_of_row(names, rows, place).is_some())?;
            let head = head_of_row(names, rows, place)?;
            let claim = format!("{name}[⟦key⟧].{} ⟦takes⟧ \"{head}\"", quote(&pay.name.text));
            Some(Shown { item, claims: vec![claim], row: Some(head), members: Vec::new() })
        }
        _ => None,
    }
}

fn holds(span: Span, place: Span) -> bool {
    span.file == place.file && span.start <= place.start && place.end <= span.end
}

fn head_of_row(names: &Names<'_>, rows: &[CurveRow], place: Span) -> Option<String> {
    let row = rows.iter().find(|row| holds(row.span, place))?;
    let head = Span { end: row.value.span.start, ..row.span };
    let head = names.snapshot.text_of(head).trim_end().trim_end_matches([':', '：']).trim_end();
    Some(head.to_owned())
}

/// The rows of the steps in a formula.
fn curves_in(e: &ast::Expr) -> Vec<&[CurveRow]> {
    match &e.kind {
        ExprKind::Curve(curve) => vec![&curve.rows],
        ExprKind::Binary(_, a, b) => [curves_in(a), curves_in(b)].concat(),
        ExprKind::Neg(x) => curves_in(x),
        ExprKind::If(_, a, b) => [curves_in(a), curves_in(b)].concat(),
        ExprKind::Call(call) => call.args.iter().flat_map(curves_in).collect(),
        _ => Vec::new(),
    }
}

fn write_test(names: &Names<'_>, shown: &Shown<'_>) -> Option<String> {
    let (roster, items) = needed(names, shown.item)?;
    let mut tables: Vec<&Item> = vec![roster];
    for item in &items {
        for table in tables_in(names, item) {
            if !tables.iter().any(|own| own.span == table.span) {
                tables.push(table);
            }
        }
    }
    // Tables to which columns refer follow, and theirs.
    let mut next = 0;
    while let Some(table) = tables.get(next).copied() {
        for column in names.columns(table) {
            if let Some(to) = names.referred(column).filter(|to| !tables.iter().any(|own| own.span == to.span)) {
                tables.push(to);
            }
        }
        next += 1;
    }
    // What is referred to stands first.
    tables.sort_by_key(|table| (!matches!(table.kind, ItemKind::Roster(_)), table.span.file, table.span.start));
    let wanted = wanted_members(names, shown, &items);
    let label = label_of(shown.item).unwrap_or(&name_of(shown.item)?.text);
    let title = shown.row.as_ref().map_or_else(|| label.to_owned(), |row| format!("{label}: {row}"));
    let mut test = format!("⟦test⟧ \"{}\" {{\n  ⟦period:Policy⟧ {}\n", title.replace('"', "'"), period(names));
    for table in tables {
        let columns: Vec<Column<'_>> = names.columns(table);
        let name = quote(&name_of(table)?.text);
        let head: Vec<String> = columns.iter().map(|c| quote(&c.name.text)).collect();
        let cells: Vec<String> = columns.iter().map(|c| cell(names, *c, &wanted)).collect();
        let _ = writeln!(test, "  {name} | {} |\n  | {} |", head.join(" | "), cells.join(" | "));
    }
    let key = key_of(roster);
    for claim in &shown.claims {
        let _ = writeln!(test, "  ⟦expect⟧ {}", claim.replace("⟦key⟧", &key));
    }
    test.push('}');
    let in_chinese = names.snapshot.text_of(shown.item.span).chars().next().is_some_and(|c| !c.is_ascii());
    let test = fill(&test, in_chinese);
    Some(kpi_fmt::format_text(FileId(0), &test).unwrap_or(test).trim_end().to_owned())
}

/// The roster of the subjects, and the declarations whose tables must have rows.
fn needed<'s>(names: &Names<'s>, item: &'s Item) -> Option<(&'s Item, Vec<&'s Item>)> {
    let cards = || names.snapshot.ids().filter_map(|id| names.snapshot.parsed(id)).flat_map(|file| &file.items);
    let lines_of = |card: &'s ast::Scorecard| {
        let mut found: Vec<&'s Item> = Vec::new();
        lines(&card.lines, &mut |name| found.extend(names.get(name)));
        found
    };
    match &item.kind {
        ItemKind::Indicator(indicator) => {
            let mut rosters = cards().filter_map(|user| {
                let ItemKind::Scorecard(card) = &user.kind else { return None };
                let mut has = false;
                lines(&card.lines, &mut |name| has |= name == indicator.name.text);
                Some((names.table(&card.table.as_ref()?.text)?, user)).filter(|_| has)
            });
            let (roster, _) = rosters.next()?;
            Some((roster, vec![item]))
        }
        ItemKind::Scorecard(card) => {
            let mut items = lines_of(card);
            items.push(item);
            Some((names.table(&card.table.as_ref()?.text)?, items))
        }
        ItemKind::Incentive(incentive) => {
            let (roster, only) = match incentive.audience.as_ref()? {
                ast::Audience::EachScorecard(of, _) => (names.table(&of.as_ref()?.text)?, None),
                ast::Audience::Named(who, _) => {
                    let first = names.get(&who.first()?.text)?;
                    match &first.kind {
                        ItemKind::Scorecard(card) => (names.table(&card.table.as_ref()?.text)?, Some(first)),
                        _ => (first, None),
                    }
                }
                ast::Audience::EachIndicator(..) => return None,
            };
            let is_for = |card: &&'s Item| match (&card.kind, only) {
                (_, Some(only)) => card.span == only.span,
                (ItemKind::Scorecard(card), None) => {
                    let of = card.table.as_ref().and_then(|table| names.table(&table.text));
                    of.is_some_and(|of| of.span == roster.span)
                }
                _ => false,
            };
            let card = cards().find(is_for)?;
            let mut items = vec![item, card];
            if let ItemKind::Scorecard(card) = &card.kind {
                items.extend(lines_of(card));
            }
            Some((roster, items))
        }
        _ => None,
    }
}

fn lines<'s>(all: &'s [ast::Line], each: &mut impl FnMut(&'s str)) {
    for line in all {
        match line {
            ast::Line::One(line) => each(&line.name.text),
            ast::Line::Group(group) => lines(&group.lines, each),
        }
    }
}

/// The tables, exports under views, that a declaration names.
fn tables_in<'s>(names: &Names<'s>, item: &Item) -> Vec<&'s Item> {
    let text = names.snapshot.text(item.span.file);
    let tokens = scan(text, item.span.start as usize, item.span.end as usize);
    let mut found: Vec<&'s Item> = Vec::new();
    for token in tokens.iter().filter(|t| t.kind == Kind::Word) {
        let mut table = names.table(written(token));
        while let Some(ItemKind::View(view)) = table.map(|table| &table.kind) {
            table = names.table(&view.of.text);
        }
        found.extend(table);
    }
    found
}

/// Which members columns should hold: those of the row, and what scorecards ask of their subjects.
fn wanted_members<'s>(names: &Names<'s>, shown: &Shown<'s>, items: &[&'s Item]) -> Vec<&'s str> {
    let mut wanted = shown.members.clone();
    let own = name_of(shown.item).map(|name| name.text.as_str()).unwrap_or_default();
    let cards = names.all().filter(|item| {
        let ItemKind::Scorecard(card) = &item.kind else { return false };
        let mut has = items.iter().any(|own| own.span == item.span);
        lines(&card.lines, &mut |name| has |= name == own);
        has
    });
    for card in cards {
        let ItemKind::Scorecard(ast::Scorecard { condition: Some(condition), .. }) = &card.kind else { continue };
        let text = names.snapshot.text_of(condition.span);
        let tokens = scan(text, 0, text.len());
        let is_member = |name: &str| {
            let mut dimensions = names.all().filter(|item| is_dimension(item));
            dimensions.any(|dimension| members(dimension).iter().any(|(own, _)| own.text == name))
        };
        wanted.extend(tokens.iter().filter(|t| t.kind == Kind::Word).map(written).filter(|name| is_member(name)));
    }
    wanted
}

/// A value that keeps the contract of a column as far as its type says.
fn cell(names: &Names<'_>, column: Column<'_>, wanted: &[&str]) -> String {
    let Some(declared) = column.declared else { return "1".to_owned() };
    if let Some(to) = names.referred(column) {
        return key_of(to);
    }
    if declared.ty.optional {
        return String::new();
    }
    if let Some(dimension) = names.dimension_of(column) {
        let all = members(dimension);
        let fits = all.iter().find(|(name, _)| wanted.contains(&name.text.as_str())).or_else(|| all.first());
        return fits.map(|(name, _)| name.text.clone()).unwrap_or_default();
    }
    let TypeKind::Named(ty) = &declared.ty.kind else { return String::new() };
    match ty.word() {
        "text" if declared.key.is_some() => key_of(column.table),
        "text" => "x".to_owned(),
        "bool" => "true".to_owned(),
        "date" => "2026-01-05".to_owned(),
        "datetime" => "2026-01-05 10:00".to_owned(),
        "month" => "2026-01".to_owned(),
        "quarter" => "2026-Q1".to_owned(),
        "year" => "2026".to_owned(),
        "duration" => "1s".to_owned(),
        _ => "1".to_owned(),
    }
}

/// The key of the one row of a table.
fn key_of(table: &Item) -> String {
    let name = name_of(table).map(|name| name.text.as_str()).unwrap_or_default();
    let letter = name.chars().next().filter(char::is_ascii_alphabetic).map_or('R', |c| c.to_ascii_uppercase());
    debug_assert!(is_table(table), "only tables have rows");
    format!("{letter}1")
}

/// The period of the policy in which 2026-01-05 lies.
fn period(names: &Names<'_>) -> &'static str {
    use kpi_value::PeriodKind;
    let policies = names.snapshot.ids().filter_map(|id| names.snapshot.parsed(id)).flat_map(|file| &file.items);
    let mut periods = policies.filter_map(|item| match &item.kind {
        ItemKind::Policy(policy) => policy.period.map(|(kind, _)| kind),
        _ => None,
    });
    match periods.next() {
        Some(PeriodKind::Day) => "2026-01-05",
        Some(PeriodKind::Week) => "2026-W02",
        Some(PeriodKind::Quarter) => "2026-Q1",
        Some(PeriodKind::Year) => "2026",
        _ => "2026-01",
    }
}
