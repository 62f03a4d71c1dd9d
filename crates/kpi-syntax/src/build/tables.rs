//! `by` tables.

use kpi_base::codes::syntax as codes;
use kpi_base::{Diagnostic, Span, Text, text};

use super::{Builder, find, operand};
use crate::ast::{By, ByKey, ByRow, ByTable, Expr, ExprKind, Pattern};
use crate::grammar::{Pair, Rule};
use kpi_value::Date;

impl Builder<'_> {
    /// A plain expression or a table of them.
    pub(super) fn by_or_expr(&mut self, pair: Pair<'_>) -> Option<ByTable<Expr>> {
        if pair.as_rule() == Rule::by_expr {
            return self.by(pair, |b, value| b.expr(value)).map(|by| ByTable::By(Box::new(by)));
        }
        self.expr(pair).map(ByTable::Plain)
    }

    /// A table whose values are read by `value`.
    pub(super) fn by<T>(
        &mut self,
        pair: Pair<'_>,
        mut value: impl FnMut(&mut Self, Pair<'_>) -> Option<T>,
    ) -> Option<By<T>> {
        let span = self.span(&pair);
        let (mut keys, mut rows, mut header) = (Vec::new(), Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::by_keys => {
                    for key in part.into_inner().filter(|p| p.as_rule() == Rule::operand) {
                        keys.push(self.by_key(key)?);
                    }
                }
                Rule::grid_head => {
                    let span = self.span(&part);
                    for pattern in part.into_inner().filter(|p| p.as_rule() == Rule::pattern) {
                        header.push(self.pattern(pattern)?);
                    }
                    if keys.len() != 2 {
                        self.report(
                            Diagnostic::new(
                                codes::GRID_SHAPE,
                                text!("a grid shows two keys, and this table has {n}", n = keys.len()),
                            )
                            .label(span, text!("the header of a grid"))
                            .help(text!(
                                "write rows such as `ecommerce, junior: …` instead, or give the table two keys"
                            )),
                        );
                        return None;
                    }
                }
                Rule::row_expr | Rule::row_target | Rule::row_text => {
                    let span = self.span(&part);
                    let mut patterns = Vec::new();
                    let mut found = None;
                    for piece in part.into_inner() {
                        match piece.as_rule() {
                            Rule::patterns => {
                                for pattern in piece.into_inner().filter(|p| p.as_rule() == Rule::pattern) {
                                    patterns.push(self.pattern(pattern)?);
                                }
                            }
                            Rule::colon => {}
                            _ => found = Some(value(self, piece)?),
                        }
                    }
                    rows.push(ByRow { patterns, value: found?, span });
                }
                Rule::grid_row_expr | Rule::grid_row_target | Rule::grid_row_text => {
                    self.grid_row(part, &header, &mut rows, &mut value)?;
                }
                _ => {}
            }
        }
        Some(By { keys, rows, span })
    }

    /// One row of a grid, unfolded into its cells.
    fn grid_row<T>(
        &mut self,
        pair: Pair<'_>,
        header: &[Pattern],
        rows: &mut Vec<ByRow<T>>,
        value: &mut impl FnMut(&mut Self, Pair<'_>) -> Option<T>,
    ) -> Option<()> {
        let row_span = self.span(&pair);
        let mut parts = pair.into_inner().filter(|p| p.as_rule() != Rule::bar);
        let first = self.pattern(parts.next()?)?;
        let cells: Vec<_> = parts.collect();
        self.check_row_of_grid(cells.len(), header.len(), row_span)?;
        for (cell, column) in cells.into_iter().zip(header) {
            let span = self.span(&cell);
            rows.push(ByRow { patterns: vec![first.clone(), column.clone()], value: value(self, cell)?, span });
        }
        Some(())
    }

    /// Whether a row has a cell under each column of the header; reported where not.
    pub(super) fn check_row_of_grid(&mut self, cells: usize, columns: usize, row: Span) -> Option<()> {
        if cells == columns {
            return Some(());
        }
        self.report(
            Diagnostic::new(
                codes::GRID_SHAPE,
                text!(
                    "the row has {cells} and the header {columns}",
                    cells = cells_in_words(cells),
                    columns = cells_in_words(columns)
                ),
            )
            .label(row, text!("this row"))
            .help(text!("give the row one value under each column of the header")),
        );
        None
    }

    pub(super) fn by_key(&mut self, pair: Pair<'_>) -> Option<ByKey> {
        let expr = self.expr(pair)?;
        Some(match &expr.kind {
            ExprKind::Name(name) if name.word() == "date" => ByKey::Date(name.span),
            _ => ByKey::Expr(expr),
        })
    }

    pub(super) fn pattern(&mut self, pair: Pair<'_>) -> Option<Pattern> {
        let span = self.span(&pair);
        let mut names = Vec::new();
        let dates = pair.clone().into_inner().filter(|part| matches!(part.as_rule(), Rule::date | Rule::period));
        if let [first, last] = dates.collect::<Vec<_>>().as_slice() {
            let closed = find(pair.clone(), Rule::range_op).is_some_and(|op| op.as_str().trim() == "..");
            let (from, last_from) = (self.first_day(first)?, self.first_day(last)?);
            let before = match last_from.ymd() {
                _ if !closed => last_from,
                _ if last.as_rule() == Rule::date => last_from.plus(1),
                (year, 12, _) => Date::new(year + 1, 1, 1)?,
                (year, month, _) => Date::new(year, month + 1, 1)?,
            };
            return Some(Pattern::Dates(from, before, span));
        }
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_else | Rule::any => return Some(Pattern::Any(span)),
                Rule::date | Rule::period => return self.first_day(&part).map(|date| Pattern::From(date, span)),
                Rule::name => names.push(self.name(&part)),
                _ => {}
            }
        }
        Some(Pattern::Members(names))
    }

    /// `weight 30%`, `weight by stage { … }`
    pub(super) fn weight(&mut self, pair: Pair<'_>) -> Option<ByTable<Expr>> {
        let value = pair.into_inner().find(|p| matches!(p.as_rule(), Rule::by_expr | Rule::arith))?;
        self.by_or_expr(value)
    }

    /// The value of a clause such as `cap 150%`.
    pub(super) fn clause(&mut self, pair: Pair<'_>) -> Option<Expr> {
        self.expr(operand(pair)?)
    }
}

pub(crate) fn cells_in_words(n: usize) -> Text {
    if n == 1 { text!("1 cell") } else { text!("{n} cells", n) }
}
