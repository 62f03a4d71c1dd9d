//! `weights by stage { … }`: the weights of several lines in one grid.

use kpi_base::{Diagnostic, Span, codes, text};
use kpi_syntax::ast;
use kpi_value::Dec;
use rustc_hash::FxHashMap;

use super::Card;
use crate::by_tables::{Gives, is_range, order_dates};
use crate::checker::Checker;
use crate::model::{ByNumber, ByRow, ByTable, Pattern};

/// A line or group of a card as written, with its weight by the grid.
pub(super) enum Written<'a> {
    One(&'a ast::OneLine, Option<ByNumber>),
    Group(&'a ast::Group, Option<ByNumber>),
}

impl<'a> Written<'a> {
    pub(super) fn new(line: &'a ast::Line) -> Written<'a> {
        match line {
            ast::Line::One(line) => Written::One(line, None),
            ast::Line::Group(group) => Written::Group(group, None),
        }
    }

    fn name(&self) -> &'a ast::Name {
        match self {
            Written::One(line, _) => &line.name,
            Written::Group(group, _) => &group.name,
        }
    }

    /// Gives it the weight of the grid.
    fn weighted(self, weight: ByNumber) -> Written<'a> {
        match self {
            Written::One(line, _) => Written::One(line, Some(weight)),
            Written::Group(group, _) => Written::Group(group, Some(weight)),
        }
    }
}

impl<'a> Checker<'a> {
    /// The lines of a card, with those that its grid adds. A line that has a row of the grid stands where the grid does, in its
    /// order.
    pub(super) fn lines_of_card(&mut self, written: &'a ast::Scorecard, card: &Card<'_>) -> Option<Vec<Written<'a>>> {
        let mut lines: Vec<Written<'a>> = written.lines.iter().map(Written::new).collect();
        let Some(grid) = &written.weights else { return Some(lines) };
        let weights = self.grid_weights(grid, card)?;
        let mut rows: FxHashMap<&str, Span> = FxHashMap::default();
        let mut sound = true;
        for row in &grid.rows {
            let name = &row.line.name;
            let first = *rows.entry(&name.text).or_insert(name.span);
            if first != name.span {
                self.report_two_weights(name, name.span, first);
                sound = false;
            }
        }
        for line in &lines {
            let Some(row) = rows.get(line.name().text.as_str()).copied() else { continue };
            let (own, watch) = match line {
                Written::One(line, _) => (line.weight.is_some().then_some(line.span), line.watch),
                Written::Group(group, _) => (group.weight.is_some().then_some(group.name.span), None),
            };
            if let Some(own) = own {
                self.report_two_weights(line.name(), row, own);
                sound = false;
            }
            if let Some(watch) = watch {
                let message = text!("`{line}` is watched and scored at once", line = line.name().text);
                self.report(
                    Diagnostic::new(codes::cards::WATCHED, message)
                        .label(row, text!("has a weight"))
                        .label(watch, text!("shown, never scored"))
                        .help(text!("write `watch` or a weight, not both")),
                );
                sound = false;
            }
        }
        let mut inside = Vec::new();
        written.lines.iter().for_each(|line| names_inside(line, &mut inside));
        for (name, group) in inside {
            if let Some(row) = rows.get(name.text.as_str()).copied()
                && !lines.iter().any(|line| line.name().text == name.text)
            {
                let message = text!(
                    "`{name}` stands in the group `{group}`, and is weighed there",
                    name = name.text,
                    group = group.text
                );
                self.report(
                    Diagnostic::new(codes::cards::TWICE, message)
                        .label(row, text!("a weight of the card"))
                        .label(name.span, text!("a line of the group"))
                        .help(text!(
                            "give the grid a row for `{group}`, or the line a weight in its group",
                            group = group.text
                        )),
                );
                sound = false;
            }
        }
        if !sound {
            return None;
        }
        let mut behind = lines.split_off(grid.at.min(lines.len()));
        let mut of_grid = Vec::new();
        for (row, weight) in grid.rows.iter().zip(weights) {
            let is_it = |line: &Written<'_>| line.name().text == row.line.name.text;
            let line = match (lines.iter().position(is_it), behind.iter().position(is_it)) {
                (Some(place), _) => lines.remove(place),
                (None, Some(place)) => behind.remove(place),
                (None, None) => Written::One(&row.line, None),
            };
            of_grid.push(line.weighted(weight));
        }
        lines.append(&mut of_grid);
        lines.append(&mut behind);
        Some(lines)
    }

    /// The weights of a grid, row by row.
    fn grid_weights(&mut self, grid: &'a ast::WeightGrid, card: &Card<'_>) -> Option<Vec<ByNumber>> {
        let key = self.table_key(&grid.key, &card.cx);
        let columns: Vec<_> = grid.columns.iter().map(|column| self.pattern(column, key.as_ref())).collect();
        let weights: Vec<Option<Vec<Dec>>> = grid
            .rows
            .iter()
            .map(|row| {
                let cells: Vec<_> = row
                    .weights
                    .iter()
                    .map(|cell| cell.as_ref().map_or(Some(Dec::ZERO), |e| self.one_weight(e)))
                    .collect();
                cells.into_iter().collect()
            })
            .collect();
        let (key, columns) = (key?, columns.into_iter().collect::<Option<Vec<Pattern>>>()?);
        let table = |values: Vec<Dec>, spans: Vec<Span>| {
            let rows = columns.iter().zip(values).zip(spans);
            let rows = rows.map(|((pattern, value), span)| ByRow { patterns: vec![pattern.clone()], value, span });
            let mut table: ByNumber = ByTable { keys: vec![key.clone()], rows: rows.collect() };
            order_dates(&mut table);
            table
        };
        let across = table(vec![Dec::ZERO; columns.len()], grid.columns.iter().map(ast::Pattern::span).collect());
        let asked = if card.cx.certain.is_empty() { Vec::new() } else { vec![card.cx.certain.to_vec()] };
        let ranged = grid.columns.iter().filter(|column| is_range(column)).map(ast::Pattern::span).collect();
        self.check_rows(&across, grid.header, &Gives::Column, None, &asked, &ranged)?;
        let rows: Vec<Vec<Dec>> = weights.into_iter().collect::<Option<_>>()?;
        let spans = |row: &ast::WeightRow| vec![row.line.span; columns.len()];
        Some(rows.into_iter().zip(&grid.rows).map(|(values, row)| table(values, spans(row))).collect())
    }

    fn report_two_weights(&mut self, name: &ast::Name, again: Span, first: Span) {
        self.report(
            Diagnostic::new(codes::cards::TWICE, text!("`{name}` has two weights", name = name.text))
                .label(again, text!("one here"))
                .label(first, text!("another here"))
                .help(text!("keep one of them")),
        );
    }
}

/// The lines inside a group, with the group's name.
fn names_inside<'a>(line: &'a ast::Line, names: &mut Vec<(&'a ast::Name, &'a ast::Name)>) {
    let ast::Line::Group(group) = line else { return };
    for inner in &group.lines {
        match inner {
            ast::Line::One(line) => names.push((&line.name, &group.name)),
            ast::Line::Group(inside) => names.push((&inside.name, &group.name)),
        }
        names_inside(inner, names);
    }
}
