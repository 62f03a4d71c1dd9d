//! What names mean where they stand.

use kpi_syntax::ast::{self, Name};
use rustc_hash::{FxHashMap, FxHashSet};

use super::index::{Decl, Index, Ty};
use super::{Occurrence, Occurrences, Role, Symbol, SymbolId, SymbolKind};

/// The walk through the files.
pub(super) struct Walk<'i, 'a> {
    pub index: &'i Index<'a>,
    found: Vec<Occurrence>,
    /// What is declared where it is used: subjects of tests.
    more: Vec<Symbol>,
    /// The indicators that are still to be read for the subjects of a table.
    open: Vec<(usize, usize)>,
    asked: FxHashSet<(usize, usize)>,
    /// The columns of `each` in the test in hand.
    pub cases: FxHashMap<&'a str, SymbolId>,
    /// The keys of the test in hand, by table.
    pub keys: FxHashMap<(usize, &'a str), SymbolId>,
    /// The text of the file in hand.
    pub text: &'a str,
}

/// What a name stands for inside a function or an entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Local<'a> {
    pub name: &'a str,
    pub symbol: SymbolId,
    /// The shape, of a table.
    pub table: Option<usize>,
    pub ty: Ty,
}

/// The surroundings of an expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cx<'c, 'a> {
    pub module: usize,
    /// The table whose columns stand without its name. Where it is not known for whom an indicator is computed, all that it
    /// may be.
    pub homes: &'c [usize],
    /// Whether it is evaluated for a row.
    pub row: bool,
    /// The table of `exists`, around whose `where` the others are.
    pub inner: Option<usize>,
    /// Whether `attainment` and `actual` of the line are seen.
    pub line: bool,
    /// Whether all fields of the line are: in rules for each indicator.
    pub each_line: bool,
    /// Whether the results of the card are.
    pub card: bool,
    pub locals: &'c [Local<'a>],
}

impl<'c, 'a> Cx<'c, 'a> {
    pub fn pure(module: usize) -> Cx<'c, 'a> {
        Cx { module, homes: &[], row: false, inner: None, line: false, each_line: false, card: false, locals: &[] }
    }

    pub fn cell(module: usize, homes: &'c [usize]) -> Cx<'c, 'a> {
        Cx { homes, ..Cx::pure(module) }
    }

    /// The rows of a table, below this.
    pub fn rows(self, homes: &'c [usize]) -> Cx<'c, 'a> {
        Cx { homes, row: true, locals: self.locals, ..Cx::pure(self.module) }
    }

    fn local(&self, name: &str) -> Option<Local<'a>> {
        self.locals.iter().find(|local| local.name == name).copied()
    }
}

/// Where names lead: what each of them stands for as far as that is known, and the type at their end.
pub(super) struct Way {
    pub marks: Vec<SymbolId>,
    pub ty: Ty,
    whole: bool,
}

impl<'i, 'a> Walk<'i, 'a> {
    pub fn new(index: &'i Index<'a>) -> Walk<'i, 'a> {
        Walk {
            index,
            found: index.declared.clone(),
            more: Vec::new(),
            open: Vec::new(),
            asked: FxHashSet::default(),
            cases: FxHashMap::default(),
            keys: FxHashMap::default(),
            text: "",
        }
    }

    /// All files of a package.
    pub fn package(&mut self, files: &[&'a ast::File]) {
        for file in files {
            let module = self.index.module(file);
            self.text = &file.text.0;
            for item in &file.items {
                self.item(item, module);
            }
        }
        self.read_open();
        // What no card has may be for anybody.
        let asked: FxHashSet<usize> = self.asked.iter().map(|(indicator, _)| *indicator).collect();
        let (index, rosters) = (self.index, self.rosters());
        for (place, declared) in index.indicators.iter().enumerate().filter(|(place, _)| !asked.contains(place)) {
            let _ = place;
            self.indicator(declared.ast, Cx::cell(declared.module, &rosters));
        }
        self.read_open();
    }

    /// The tables that somebody can be judged by: rosters first.
    pub fn rosters(&self) -> Vec<usize> {
        let keyed = |at: &usize| self.index.tables.get(*at).is_some_and(|table| table.key.is_some());
        let mut tables: Vec<usize> = (0..self.index.tables.len()).filter(keyed).collect();
        tables.sort_by_key(|at| self.index.tables.get(*at).is_none_or(|table| !table.roster));
        tables
    }

    fn read_open(&mut self) {
        while let Some((indicator, table)) = self.open.pop() {
            let Some(declared) = self.index.indicators.get(indicator) else { continue };
            self.indicator(declared.ast, Cx::cell(declared.module, &[table]));
        }
    }

    pub fn finish(self) -> Occurrences {
        let mut symbols = self.index.symbols.clone();
        symbols.extend(self.more);
        let mut out = Occurrences { symbols, ..Occurrences::default() };
        let mut found = self.found;
        found.sort_unstable();
        found.dedup_by_key(|found| (found.span, found.symbol));
        for occurrence in found {
            out.by_file.entry(occurrence.span.file).or_default().push(occurrence);
        }
        let mut asked: Vec<(usize, usize)> = self.asked.into_iter().collect();
        asked.sort_unstable();
        for (indicator, table) in asked {
            let of = self.index.indicators.get(indicator).map(|declared| declared.symbol);
            let table = self.index.tables.get(table).map(|table| table.symbol);
            if let (Some(of), Some(table)) = (of, table) {
                out.subjects.entry(of).or_default().push(table);
            }
        }
        out
    }

    /// Notes what a name stands for.
    pub fn mark(&mut self, name: &Name, symbol: SymbolId) {
        self.found.push(Occurrence { span: name.span, symbol, role: Role::Reference });
    }

    pub fn mark_decl(&mut self, name: &Name, decl: Decl) {
        if let Some(symbol) = self.index.symbol_of(decl) {
            self.mark(name, symbol);
        }
    }

    /// Notes what a name that anybody may write stands for.
    pub fn mark_name(&mut self, name: &Name, module: usize) -> Option<Decl> {
        let decl = self.index.get(module, &name.text)?;
        self.mark_decl(name, decl);
        Some(decl)
    }

    /// Declares what is declared where it is used.
    pub fn declare(&mut self, kind: SymbolKind, name: &Name, owner: Option<SymbolId>) -> SymbolId {
        let symbol = SymbolId((self.index.symbols.len() + self.more.len()) as u32);
        self.more.push(Symbol { kind, name: name.text.clone(), span: name.span, owner, of: None });
        self.found.push(Occurrence { span: name.span, symbol, role: Role::Declaration });
        symbol
    }

    /// Reads an indicator for the subjects of these tables, unless that was done.
    pub fn ask(&mut self, indicator: usize, homes: &[usize]) {
        for table in homes {
            if self.asked.insert((indicator, *table)) {
                self.open.push((indicator, *table));
            }
        }
    }

    /// Where names lead from a table on, by the rules of the checker's `find_path`.
    fn way(&self, names: &[&Name], home: usize, cx: &Cx<'_, 'a>, bare_dimension: bool) -> Option<Way> {
        let (first, rest) = names.split_first()?;
        let table = self.index.tables.get(home)?;
        let local = cx.local(&first.text).filter(|local| local.table == Some(home));
        let named = local.is_some() || table.name == first.text;
        let own = named && !rest.is_empty();
        let column = self.index.column(home, &first.text);
        let column = column.filter(|column| !own || matches!(column.ty, Ty::Reference(_)));
        let (mut marks, mut ty, rest) = if let Some(column) = column {
            (vec![column.symbol], column.ty, rest)
        } else if named {
            let of = local.map_or(table.symbol, |local| local.symbol);
            let (second, rest) = rest.split_first()?;
            match self.index.column(home, &second.text) {
                Some(column) => (vec![of, column.symbol], column.ty, rest),
                None => return Some(Way { marks: vec![of], ty: Ty::Other, whole: false }),
            }
        } else if let Some(Local { symbol, table: Some(to), .. }) = cx.local(&first.text) {
            if !self.index.leads(home, to) {
                return None;
            }
            (vec![symbol], Ty::Reference(to), rest)
        } else {
            match self.index.get(cx.module, &first.text)? {
                decl @ Decl::Table(to) if self.index.leads(home, to) => {
                    (vec![self.index.symbol_of(decl)?], Ty::Reference(to), rest)
                }
                Decl::Dimension(to) if bare_dimension && rest.is_empty() && self.has_column_of(home, to) => {
                    return Some(Way {
                        marks: vec![self.index.dimensions.get(to)?.symbol],
                        ty: Ty::Member(to),
                        whole: true,
                    });
                }
                _ => return None,
            }
        };
        for name in rest {
            let column = match ty {
                Ty::Reference(table) => self.index.column(table, &name.text),
                _ => None,
            };
            let Some(column) = column else { return Some(Way { marks, ty: Ty::Other, whole: false }) };
            marks.push(column.symbol);
            ty = column.ty;
        }
        Some(Way { marks, ty, whole: true })
    }

    /// Whether a column of a dimension is reached from a table.
    fn has_column_of(&self, home: usize, dimension: usize) -> bool {
        let has = |table: &usize| {
            let columns = self.index.tables.get(*table).map(|table| table.columns.as_slice()).unwrap_or_default();
            columns.iter().any(|column| column.ty == Ty::Member(dimension))
        };
        (0..self.index.tables.len()).filter(has).any(|table| self.index.leads(home, table))
    }

    /// Where names lead from whatever table their surroundings say.
    pub fn find_path(&self, names: &[&Name], cx: &Cx<'_, 'a>, bare_dimension: bool) -> Option<Way> {
        let first = names.first()?;
        if let Some(inner) = cx.inner
            && self.index.tables.get(inner).is_some_and(|table| table.name == first.text)
        {
            return self.way(names, inner, cx, bare_dimension);
        }
        let mut part = None;
        for home in cx.homes.iter().copied().chain(cx.inner) {
            match self.way(names, home, cx, bare_dimension) {
                Some(way) if way.whole => return Some(way),
                Some(way) if part.is_none() => part = Some(way),
                _ => {}
            }
        }
        part
    }

    /// Notes where names lead; their type.
    pub fn mark_path(&mut self, names: &'a [Name], cx: &Cx<'_, 'a>) -> Ty {
        let names: Vec<&Name> = names.iter().collect();
        match self.find_path(&names, cx, true) {
            Some(way) => self.mark_way(&names, &way),
            None => Ty::Other,
        }
    }

    fn mark_way(&mut self, names: &[&Name], way: &Way) -> Ty {
        for (name, symbol) in names.iter().zip(&way.marks) {
            self.mark(name, *symbol);
        }
        way.ty
    }

    /// The value that names stand for, alone or with fields: `salary`, `team.stage`, `gmv.attainment`.
    pub fn value(&mut self, names: &[&'a Name], cx: &Cx<'_, 'a>, expected: Option<usize>) -> Ty {
        let Some((first, rest)) = names.split_first() else { return Ty::Other };
        if let Some(local) = cx.local(&first.text).filter(|local| rest.is_empty() || local.table.is_none()) {
            self.mark(first, local.symbol);
            return local.ty;
        }
        if self.is_seen_here(first, rest, cx) {
            return Ty::Other;
        }
        let member = expected.filter(|_| rest.is_empty()).and_then(|d| self.member(d, &first.text).map(|m| (d, m)));
        if let Some((dimension, symbol)) = member {
            self.mark(first, symbol);
            return Ty::Member(dimension);
        }
        match self.find_path(names, cx, false) {
            Some(way) => self.mark_way(names, &way),
            None => self.declared(first, rest, cx),
        }
    }

    pub fn member(&self, dimension: usize, name: &str) -> Option<SymbolId> {
        self.index.dimensions.get(dimension)?.members.get(name).copied()
    }

    /// Whether names are what only some places see: `period.days`, the line's or the card's values.
    fn is_seen_here(&self, first: &Name, rest: &[&Name], cx: &Cx<'_, 'a>) -> bool {
        let free = || self.index.get(cx.module, &first.text).is_none();
        let has_column = || cx.homes.iter().any(|home| self.index.column(*home, &first.text).is_some());
        match (first.word(), rest) {
            ("actual" | "target" | "met" | "attainment" | "gap" | "progress" | "score", []) if cx.each_line => true,
            ("actual" | "attainment", []) if cx.line => true,
            ("attainment" | "score" | "grade" | "rank", []) if cx.card => true,
            ("period", [_]) => free(),
            ("stint", [_]) => free() && !has_column(),
            _ => false,
        }
    }

    /// Whether a name means nothing here unless it is a member of a dimension.
    pub fn is_only_a_member(&self, e: &ast::Expr, cx: &Cx<'_, 'a>) -> bool {
        let ast::ExprKind::Name(name) = &e.kind else { return false };
        let column = cx.homes.iter().any(|home| self.index.column(*home, &name.text).is_some());
        let is_member = self.index.dimensions.iter().any(|d| d.members.contains_key(name.text.as_str()));
        let other = matches!(self.index.get(cx.module, &name.text), Some(Decl::Indicator(_) | Decl::Param(_)));
        !column && cx.local(&name.text).is_none() && !self.is_seen_here(name, &[], cx) && is_member && !other
    }

    /// What a declaration's name stands for in an expression.
    fn declared(&mut self, first: &Name, rest: &[&Name], cx: &Cx<'_, 'a>) -> Ty {
        let Some(decl) = self.index.get(cx.module, &first.text) else { return Ty::Other };
        self.mark_decl(first, decl);
        match decl {
            Decl::Indicator(indicator) if !cx.row => self.ask(indicator, cx.homes),
            Decl::Param(at) => {
                if let Some(param) = self.index.params.get(at) {
                    return self.index.ty(param.module, &param.ast.ty);
                }
            }
            Decl::Incentive(at) => {
                if let Some(name) = rest.first() {
                    self.mark_pay(at, name);
                }
            }
            Decl::Table(at) => {
                if let Some(column) = rest.first().and_then(|name| self.index.column(at, &name.text))
                    && let Some(name) = rest.first()
                {
                    let ty = column.ty;
                    self.mark(name, column.symbol);
                    return ty;
                }
            }
            _ => {}
        }
        Ty::Other
    }

    pub fn mark_pay(&mut self, incentive: usize, name: &Name) {
        let pay = self.index.incentives.get(incentive).and_then(|found| found.pays.get(name.text.as_str()));
        if let Some(pay) = pay.copied() {
            self.mark(name, pay);
        }
    }

    /// The tables that an expression names, in order: over their rows a call runs.
    pub fn tables_named(&self, e: &ast::Expr, cx: &Cx<'_, 'a>, tables: &mut Vec<usize>) {
        if let Some(names) = crate::values::chain(e) {
            tables.extend(names.first().and_then(|first| self.table_of_name(first, cx)));
            return;
        }
        // Rows of the table in `exists` are looked for; the aggregate runs over those that they answer to.
        let sought = match &e.kind {
            ast::ExprKind::Call(call) if call.function.word() == "exists" => {
                let names = call.args.first().and_then(crate::values::chain);
                names.and_then(|names| self.table_of_name(names.first()?, cx))
            }
            _ => None,
        };
        let before = tables.len();
        for inner in crate::aggregates::ast_children(e) {
            self.tables_named(inner, cx, tables);
        }
        if let Some(sought) = sought {
            let mut place = 0;
            tables.retain(|table| {
                place += 1;
                place <= before || *table != sought
            });
        }
    }

    /// The table of a name.
    pub fn table_of_name(&self, name: &Name, cx: &Cx<'_, 'a>) -> Option<usize> {
        if let Some(local) = cx.local(&name.text) {
            return local.table;
        }
        match self.index.get(cx.module, &name.text) {
            Some(Decl::Table(at)) => Some(at),
            _ => None,
        }
    }

    /// Notes a table.
    pub fn mark_table(&mut self, name: &Name, cx: &Cx<'_, 'a>) -> Option<usize> {
        if let Some(local) = cx.local(&name.text) {
            self.mark(name, local.symbol);
            return local.table;
        }
        match self.mark_name(name, cx.module) {
            Some(Decl::Table(at)) => Some(at),
            _ => None,
        }
    }
}
