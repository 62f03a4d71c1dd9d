//! Names in the tests of a policy and in the examples of entries.

use kpi_base::Span;
use kpi_syntax::ast::{self, Expr, ExprKind, Name};

use super::index::{Decl, Ty};
use super::resolve::{Cx, Walk};
use super::{SymbolId, SymbolKind};

impl<'a> Walk<'_, 'a> {
    pub fn test(&mut self, x: &'a ast::Test, module: usize) {
        self.keys.clear();
        self.cases.clear();
        let cx = Cx::pure(module);
        for column in x.each.iter().flat_map(|each| &each.columns) {
            let symbol = self.declare(SymbolKind::Case, column, None);
            self.cases.insert(&column.text, symbol);
        }
        let tables = || x.tables.iter().chain(x.cases.iter().flat_map(|case| &case.tables));
        tables().for_each(|table| self.declare_keys(table, &cx));
        tables().for_each(|table| self.grid(table, &cx));
        let cells = x.tables.iter().flat_map(|table| &table.rows).flat_map(|row| &row.cells).map(|cell| cell.span);
        let texts = x.expects.iter().filter_map(|expect| match &expect.kind {
            ast::ExpectKind::Takes(_, text) | ast::ExpectKind::Says(_, text) => Some(text.span),
            _ => None,
        });
        cells.chain(texts).for_each(|span| self.placeholders(span));
        let overrides = x.overrides.iter().chain(x.cases.iter().flat_map(|case| &case.overrides));
        overrides.for_each(|given| self.given(given, &cx));
        let expects = x.expects.iter().chain(x.cases.iter().flat_map(|case| &case.expects));
        expects.for_each(|expect| self.expect(&expect.kind, &cx));
        self.keys.clear();
        self.cases.clear();
    }

    /// An example of an entry, whose tables are what the entry takes.
    pub fn example(&mut self, x: &'a ast::Example, cx: &Cx<'_, 'a>) {
        self.keys.clear();
        x.values.iter().for_each(|given| {
            let local = cx.locals.iter().find(|local| local.name == given.name.text).map(|local| local.symbol);
            if let Some(symbol) = local {
                self.mark(&given.name, symbol);
            }
            self.expr(&given.value, &Cx::pure(cx.module), None);
        });
        x.tables.iter().for_each(|table| self.declare_keys(table, cx));
        x.tables.iter().for_each(|table| self.grid(table, cx));
        self.keys.clear();
    }

    /// The placeholders inside a cell or a text: `¥$base`.
    fn placeholders(&mut self, span: Span) {
        let written = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        if self.cases.is_empty() {
            return;
        }
        for (at, _) in written.match_indices('$') {
            let rest = written.get(at + 1..).unwrap_or_default();
            let end = rest.find(|c| !kpi_syntax::continues_name(c)).unwrap_or(rest.len());
            let name = rest.get(..end).unwrap_or_default();
            if let Some(symbol) = self.cases.get(name).copied() {
                let start = span.start + at as u32 + 1;
                let place = Span { start, end: start + end as u32, ..span };
                self.mark(&Name { text: String::new(), span: place }, symbol);
            }
        }
    }

    fn given(&mut self, given: &'a ast::Override, cx: &Cx<'_, 'a>) {
        let index = self.index;
        let wanted = match self.mark_name(&given.name, cx.module) {
            Some(Decl::Param(at)) => index.params.get(at).map(|param| index.ty(param.module, &param.ast.ty)),
            _ => None,
        };
        self.expr(&given.value, cx, wanted.and_then(super::values::member_of));
    }

    /// Whether a cell stands as such in the text: one that was put together from those of `each` does not.
    fn is_written(&self, cell: &ast::Text) -> bool {
        let Span { start, end, .. } = cell.span;
        self.text.get(start as usize..end as usize) == Some(cell.value.as_str())
    }

    /// The keys of a grid are subjects of the test.
    fn declare_keys(&mut self, grid: &'a ast::TestTable, cx: &Cx<'_, 'a>) {
        let Some(place) = self.table_of_name(&grid.name, cx) else { return };
        let Some(table) = self.index.tables.get(place) else { return };
        let (owner, key) = (table.symbol, table.key.and_then(|key| table.columns.get(key)));
        let key = key.and_then(|key| grid.columns.iter().position(|column| column.text == key.name));
        let Some(key) = key else { return };
        for cell in grid.rows.iter().filter_map(|row| row.cells.get(key)) {
            if self.is_written(cell) && !cell.value.is_empty() && !self.keys.contains_key(&(place, cell.value.as_str()))
            {
                let name = Name { text: cell.value.clone(), span: cell.span };
                let symbol = self.declare(SymbolKind::Subject, &name, Some(owner));
                self.keys.insert((place, &cell.value), symbol);
            }
        }
    }

    fn grid(&mut self, grid: &'a ast::TestTable, cx: &Cx<'_, 'a>) {
        let Some(table) = self.mark_table(&grid.name, cx) else { return };
        let index = self.index;
        let columns: Vec<_> = grid.columns.iter().map(|name| index.column(table, &name.text)).collect();
        grid.columns.iter().for_each(|name| self.mark_column(name, table));
        let key = index.tables.get(table).and_then(|found| found.columns.get(found.key?)).map(|key| key.symbol);
        for row in &grid.rows {
            for (cell, column) in row.cells.iter().zip(&columns) {
                let Some(column) = column.filter(|_| self.is_written(cell)) else { continue };
                let symbol: Option<SymbolId> = match column.ty {
                    Ty::Member(dimension) => self.member(dimension, &cell.value),
                    Ty::Reference(to) => self.key(to, &cell.value),
                    Ty::Other if Some(column.symbol) == key => self.key(table, &cell.value),
                    Ty::Other => None,
                };
                if let Some(symbol) = symbol {
                    self.mark(&Name { text: String::new(), span: cell.span }, symbol);
                }
            }
        }
    }

    fn key(&self, table: usize, text: &str) -> Option<SymbolId> {
        self.keys.get(&(table, text)).copied()
    }

    fn expect(&mut self, expect: &'a ast::ExpectKind, cx: &Cx<'_, 'a>) {
        use ast::ExpectKind as Kind;
        match expect {
            Kind::Compare(e) => self.claim(e, cx),
            Kind::Near(e, within) => {
                self.claim(e, cx);
                self.expr(within, cx, None);
            }
            Kind::Vetoed(e, name, _) | Kind::Because(e, name) => {
                let of = self.owner(e, cx);
                self.mark_inside(of, name, cx);
            }
            Kind::Incomplete(e, _) => {
                self.owner(e, cx);
            }
            Kind::Takes(e, _) | Kind::Says(e, _) | Kind::Missing(e, _) | Kind::Rule(e, _) => self.place(e, cx),
        }
    }

    fn claim(&mut self, e: &'a Expr, cx: &Cx<'_, 'a>) {
        match &e.kind {
            ExprKind::Binary(_, place, value) => {
                self.place(place, cx);
                self.expr(value, cx, None);
            }
            _ => self.place(e, cx),
        }
    }

    /// `host_card[A01].watch_time.actual` and shorter ones.
    fn place(&mut self, e: &'a Expr, cx: &Cx<'_, 'a>) {
        let mut fields = Vec::new();
        let mut of = e;
        while let ExprKind::Field(base, name) = &of.kind {
            fields.push(name);
            of = base;
        }
        let decl = self.owner(of, cx);
        let Some(first) = fields.last() else { return };
        match decl {
            Some(Decl::Scorecard(_)) if fields.len() > 1 => self.mark_inside(decl, first, cx),
            Some(Decl::Incentive(at)) => self.mark_pay(at, first),
            // A rule for each indicator.
            Some(Decl::Other(_)) => {
                self.mark_name(first, cx.module);
            }
            _ => {}
        }
    }

    /// `host_card[A01]`, `host_card[A01, 2026-09]`
    fn owner(&mut self, e: &'a Expr, cx: &Cx<'_, 'a>) -> Option<Decl> {
        let ExprKind::Index(owner, keys) = &e.kind else { return None };
        let ExprKind::Name(name) = &owner.kind else { return None };
        let decl = self.mark_name(name, cx.module);
        match keys.first().map(|key| &key.kind) {
            Some(ExprKind::Name(key)) => {
                let rosters = self.rosters();
                let found = rosters.into_iter().find_map(|table| self.key(table, &key.text));
                if let Some(symbol) = found {
                    self.mark(key, symbol);
                }
            }
            Some(ExprKind::Placeholder(_)) => self.exprs(keys.first(), cx),
            _ => {}
        }
        decl
    }

    /// A line, a group, a veto or an adjustment of a card.
    fn mark_inside(&mut self, of: Option<Decl>, name: &Name, cx: &Cx<'_, 'a>) {
        let card = match of {
            Some(Decl::Scorecard(at)) => self.index.cards.get(at),
            _ => None,
        };
        match card.and_then(|card| card.inside.get(name.text.as_str())) {
            Some(symbol) => self.mark(name, *symbol),
            None => {
                self.mark_name(name, cx.module);
            }
        }
    }
}
