//! The declarations of a package, and what can be named in each of its modules.

use kpi_base::Span;
use kpi_syntax::ast::{self, ItemKind, Name};
use rustc_hash::FxHashMap;

use super::{Occurrence, Role, Symbol, SymbolId, SymbolKind};

/// What a name that anybody may write stands for. Tables, dimensions and indicators are places in the lists of [`Index`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Decl {
    Dimension(usize),
    Table(usize),
    Param(usize),
    Function(usize),
    Indicator(usize),
    Scorecard(usize),
    Incentive(usize),
    /// A scale, a curve, a rule, an entry: what has no parts that are named from outside.
    Other(SymbolId),
}

#[derive(Debug)]
pub(super) struct Dimension<'a> {
    pub symbol: SymbolId,
    pub members: FxHashMap<&'a str, SymbolId>,
}

/// A roster, a source, a view or a shape.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub symbol: SymbolId,
    pub name: &'a str,
    pub columns: Vec<Column<'a>>,
    /// The place of the column that tells its rows apart.
    pub key: Option<usize>,
    /// The place of the column by which its rows lie in periods.
    time: Option<usize>,
    pub roster: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Column<'a> {
    pub name: &'a str,
    pub symbol: SymbolId,
    pub ty: Ty,
}

/// As much of a type as names hang on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Member(usize),
    Reference(usize),
    Other,
}

#[derive(Debug)]
pub(super) struct Declared<'a, T> {
    pub ast: &'a T,
    pub symbol: SymbolId,
    pub module: usize,
}

/// A card, with the names inside it.
#[derive(Debug)]
pub(super) struct Card<'a> {
    pub ast: &'a ast::Scorecard,
    pub symbol: SymbolId,
    pub module: usize,
    pub inside: FxHashMap<&'a str, SymbolId>,
}

#[derive(Debug)]
pub(super) struct Incentive<'a> {
    pub symbol: SymbolId,
    pub pays: FxHashMap<&'a str, SymbolId>,
}

/// A module of a library, or the package itself, whose module has no name.
#[derive(Debug, Default)]
pub(super) struct Module<'a> {
    pub name: &'a str,
    pub symbol: Option<SymbolId>,
    pub names: FxHashMap<&'a str, Decl>,
    pub goals: FxHashMap<&'a str, SymbolId>,
    pub entries: FxHashMap<&'a str, usize>,
}

/// All declarations.
#[derive(Debug, Default)]
pub(super) struct Index<'a> {
    pub symbols: Vec<Symbol>,
    pub declared: Vec<Occurrence>,
    pub modules: Vec<Module<'a>>,
    pub dimensions: Vec<Dimension<'a>>,
    pub tables: Vec<Table<'a>>,
    pub params: Vec<Declared<'a, ast::Param>>,
    pub functions: Vec<Declared<'a, ast::Function>>,
    pub indicators: Vec<Declared<'a, ast::Indicator>>,
    pub entries: Vec<Declared<'a, ast::Indicator>>,
    pub cards: Vec<Card<'a>>,
    pub incentives: Vec<Incentive<'a>>,
    pub tags: FxHashMap<&'a str, SymbolId>,
    /// What functions and entries take, by their symbols and names.
    pub arguments: FxHashMap<(SymbolId, &'a str), SymbolId>,
    typed: Vec<(SymbolId, usize, &'a ast::TypeName)>,
    views: Vec<(usize, &'a ast::View, usize)>,
    contracts: Vec<(usize, &'a ast::Table, usize)>,
}

impl<'a> Index<'a> {
    pub fn build(files: &[&'a ast::File]) -> Index<'a> {
        let mut index = Index { modules: vec![Module::default()], ..Index::default() };
        for file in files {
            let module = index.module_or_new(file);
            for item in &file.items {
                index.item(&item.kind, module);
            }
        }
        index.bring_in_modules(files);
        index.fill_contracts();
        let mut done = vec![0u8; index.views.len()];
        for place in 0..index.views.len() {
            index.fill_view(place, &mut done);
        }
        index
    }

    /// Makes functions, parameters and curves of the modules that are used names of the package.
    fn bring_in_modules(&mut self, files: &[&'a ast::File]) {
        for item in files.iter().filter(|file| !file.library).flat_map(|file| &file.items) {
            let ItemKind::Use(used) = &item.kind else { continue };
            let name = used.module.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
            let Some(module) = self.modules.iter().find(|module| module.name == name) else { continue };
            let is_curve = |symbol: SymbolId| {
                self.symbols.get(symbol.0 as usize).is_some_and(|symbol| symbol.kind == SymbolKind::Curve)
            };
            let shared = module.names.iter().filter(|(_, decl)| match decl {
                Decl::Function(_) | Decl::Param(_) => true,
                Decl::Other(symbol) => is_curve(*symbol),
                _ => false,
            });
            let shared: Vec<(&'a str, Decl)> = shared.map(|(name, decl)| (*name, *decl)).collect();
            let Some(package) = self.modules.first_mut() else { return };
            for (name, decl) in shared {
                package.names.entry(name).or_insert(decl);
            }
        }
    }

    /// The module of a file.
    pub fn module(&self, file: &ast::File) -> usize {
        self.modules.iter().position(|module| module.name == file.module).unwrap_or_default()
    }

    /// What a name stands for in a module.
    pub fn get(&self, module: usize, name: &str) -> Option<Decl> {
        self.modules.get(module)?.names.get(name).copied()
    }

    /// The symbol of a declaration.
    pub fn symbol_of(&self, decl: Decl) -> Option<SymbolId> {
        match decl {
            Decl::Dimension(at) => self.dimensions.get(at).map(|found| found.symbol),
            Decl::Table(at) => self.tables.get(at).map(|found| found.symbol),
            Decl::Param(at) => self.params.get(at).map(|found| found.symbol),
            Decl::Function(at) => self.functions.get(at).map(|found| found.symbol),
            Decl::Indicator(at) => self.indicators.get(at).map(|found| found.symbol),
            Decl::Scorecard(at) => self.cards.get(at).map(|found| found.symbol),
            Decl::Incentive(at) => self.incentives.get(at).map(|found| found.symbol),
            Decl::Other(symbol) => Some(symbol),
        }
    }

    /// The type of a type as written.
    pub fn ty(&self, module: usize, ty: &ast::TypeName) -> Ty {
        match &ty.kind {
            ast::TypeKind::Named(name) => match self.get(module, &name.text) {
                Some(Decl::Dimension(at)) if !super::values::is_type(name) => Ty::Member(at),
                _ => Ty::Other,
            },
            ast::TypeKind::Reference(name) => match self.get(module, &name.text) {
                Some(Decl::Table(at)) => Ty::Reference(at),
                _ => Ty::Other,
            },
        }
    }

    /// A column of a table by its name.
    pub fn column(&self, table: usize, name: &str) -> Option<&Column<'a>> {
        self.tables.get(table)?.columns.iter().find(|column| column.name == name)
    }

    fn module_or_new(&mut self, file: &'a ast::File) -> usize {
        if let Some(place) = self.modules.iter().position(|module| module.name == file.module) {
            return place;
        }
        let at = file.items.first().map(|item| Span { start: 0, end: 0, ..item.span }).unwrap_or_default();
        let symbol = self.symbol(SymbolKind::Module, &file.module, at, None);
        self.modules.push(Module { name: &file.module, symbol: Some(symbol), ..Module::default() });
        self.modules.len() - 1
    }

    fn symbol(&mut self, kind: SymbolKind, name: &str, span: Span, owner: Option<SymbolId>) -> SymbolId {
        self.symbols.push(Symbol { kind, name: name.to_owned(), span, owner, of: None });
        SymbolId(self.symbols.len() as u32 - 1)
    }

    fn declare(&mut self, kind: SymbolKind, name: &Name, owner: Option<SymbolId>) -> SymbolId {
        let symbol = self.symbol(kind, &name.text, name.span, owner);
        self.declared.push(Occurrence { span: name.span, symbol, role: Role::Declaration });
        symbol
    }

    /// Declares the parts of something by their names, of which the first keeps a name.
    fn parts(
        &mut self,
        kind: SymbolKind,
        names: impl IntoIterator<Item = &'a Name>,
        owner: SymbolId,
        into: &mut FxHashMap<&'a str, SymbolId>,
    ) {
        for name in names {
            let symbol = self.declare(kind, name, Some(owner));
            into.entry(&name.text).or_insert(symbol);
        }
    }

    fn arguments(
        &mut self,
        taken: impl IntoIterator<Item = (&'a Name, &'a ast::TypeName)>,
        owner: SymbolId,
        module: usize,
    ) {
        for (name, ty) in taken {
            let symbol = self.declare(SymbolKind::Argument, name, Some(owner));
            self.arguments.entry((owner, &name.text)).or_insert(symbol);
            self.typed.push((symbol, module, ty));
        }
    }

    fn name(&mut self, module: usize, name: &'a Name, decl: Decl) {
        if let Some(module) = self.modules.get_mut(module) {
            module.names.entry(&name.text).or_insert(decl);
        }
    }

    fn table(&mut self, kind: SymbolKind, name: &'a Name, module: usize) -> usize {
        let symbol = self.declare(kind, name, None);
        let roster = kind == SymbolKind::Roster;
        self.tables.push(Table { symbol, name: &name.text, columns: Vec::new(), key: None, time: None, roster });
        let place = self.tables.len() - 1;
        self.name(module, name, Decl::Table(place));
        place
    }

    fn tags(&mut self, tags: &'a [Name]) {
        for tag in tags {
            if !self.tags.contains_key(tag.text.as_str()) {
                let symbol = self.symbol(SymbolKind::Tag, &tag.text, tag.span, None);
                self.tags.insert(&tag.text, symbol);
            }
        }
    }

    fn item(&mut self, item: &'a ItemKind, module: usize) {
        match item {
            ItemKind::Dimension(x) => {
                let symbol = self.declare(SymbolKind::Dimension, &x.name, None);
                let mut members = FxHashMap::default();
                self.parts(SymbolKind::Member, x.members.iter().map(|(name, _)| name), symbol, &mut members);
                self.dimensions.push(Dimension { symbol, members });
                self.name(module, &x.name, Decl::Dimension(self.dimensions.len() - 1));
            }
            ItemKind::Roster(x) | ItemKind::Source(x) | ItemKind::Shape(x) => {
                let kind = match item {
                    ItemKind::Roster(_) => SymbolKind::Roster,
                    ItemKind::Source(_) => SymbolKind::Source,
                    _ => SymbolKind::Shape,
                };
                let place = self.table(kind, &x.name, module);
                self.contracts.push((place, x, module));
            }
            ItemKind::View(x) => {
                let place = self.table(SymbolKind::View, &x.name, module);
                self.views.push((place, x, module));
            }
            ItemKind::Param(x) => {
                let symbol = self.declare(SymbolKind::Param, &x.name, None);
                self.typed.push((symbol, module, &x.ty));
                self.params.push(Declared { ast: x, symbol, module });
                self.name(module, &x.name, Decl::Param(self.params.len() - 1));
            }
            ItemKind::Function(x) => {
                let symbol = self.declare(SymbolKind::Function, &x.name, None);
                self.arguments(x.params.iter().map(|(name, ty)| (name, ty)), symbol, module);
                self.functions.push(Declared { ast: x, symbol, module });
                self.name(module, &x.name, Decl::Function(self.functions.len() - 1));
            }
            ItemKind::Indicator(x) => {
                self.tags(&x.tags);
                let kind = if x.params.is_empty() { SymbolKind::Indicator } else { SymbolKind::Entry };
                let symbol = self.declare(kind, &x.name, None);
                for part in &x.parts {
                    self.declare(SymbolKind::Part, &part.name, Some(symbol));
                }
                let taken = x.params.iter().map(|param| (&param.name, &param.ty));
                self.arguments(taken, symbol, module);
                let declared = Declared { ast: x, symbol, module };
                if x.params.is_empty() {
                    self.indicators.push(declared);
                    self.name(module, &x.name, Decl::Indicator(self.indicators.len() - 1));
                } else {
                    self.entries.push(declared);
                    let place = self.entries.len() - 1;
                    if let Some(module) = self.modules.get_mut(module) {
                        module.entries.entry(&x.name.text).or_insert(place);
                    }
                    self.name(module, &x.name, Decl::Other(symbol));
                }
            }
            ItemKind::Scorecard(x) => {
                let symbol = self.declare(SymbolKind::Scorecard, &x.name, None);
                let mut inside = FxHashMap::default();
                self.groups(&x.lines, symbol, &mut inside);
                self.parts(SymbolKind::Veto, x.vetoes.iter().map(|veto| &veto.name), symbol, &mut inside);
                let adjustments = x.adjustments.iter().map(|adjustment| &adjustment.name);
                self.parts(SymbolKind::Adjustment, adjustments, symbol, &mut inside);
                self.cards.push(Card { ast: x, symbol, module, inside });
                self.name(module, &x.name, Decl::Scorecard(self.cards.len() - 1));
            }
            ItemKind::Incentive(x) => {
                let symbol = self.declare(SymbolKind::Incentive, &x.name, None);
                let mut pays = FxHashMap::default();
                self.parts(SymbolKind::Pay, x.pays.iter().map(|pay| &pay.name), symbol, &mut pays);
                self.incentives.push(Incentive { symbol, pays });
                self.name(module, &x.name, Decl::Incentive(self.incentives.len() - 1));
            }
            ItemKind::Scale(x) => self.other(SymbolKind::Scale, &x.name, module),
            ItemKind::Curve(x) => self.other(SymbolKind::Curve, &x.name, module),
            ItemKind::Rule(x) => self.other(SymbolKind::Rule, &x.name, module),
            ItemKind::Goal(x) => {
                let symbol = self.declare(SymbolKind::Goal, &x.name, None);
                if let Some(module) = self.modules.get_mut(module) {
                    module.goals.entry(&x.name.text).or_insert(symbol);
                }
            }
            ItemKind::Policy(_) | ItemKind::Test(_) | ItemKind::Use(_) | ItemKind::Require(_) | ItemKind::Prove(_) => {}
        }
    }

    fn other(&mut self, kind: SymbolKind, name: &'a Name, module: usize) {
        let symbol = self.declare(kind, name, None);
        self.name(module, name, Decl::Other(symbol));
    }

    fn groups(&mut self, lines: &'a [ast::Line], card: SymbolId, into: &mut FxHashMap<&'a str, SymbolId>) {
        for line in lines {
            if let ast::Line::Group(group) = line {
                self.parts(SymbolKind::Group, [&group.name], card, into);
                self.groups(&group.lines, card, into);
            }
        }
    }

    fn fill_contracts(&mut self) {
        for (place, x, module) in std::mem::take(&mut self.contracts) {
            let Some(owner) = self.tables.get(place).map(|table| table.symbol) else { continue };
            let mut columns = Vec::with_capacity(x.columns.len());
            for column in &x.columns {
                let symbol = self.declare(SymbolKind::Column, &column.name, Some(owner));
                let ty = self.ty(module, &column.ty);
                self.set_of(symbol, module, &column.ty);
                columns.push(Column { name: &column.name.text, symbol, ty });
            }
            let key = x.columns.iter().position(|column| column.key.is_some());
            let time = x.columns.iter().position(|column| column.time.is_some());
            if let Some(table) = self.tables.get_mut(place) {
                (table.columns, table.key, table.time) = (columns, key, time);
            }
        }
        let cards = self.cards.iter().filter_map(|card| Some((card.symbol, card.module, card.ast.table.as_ref()?)));
        let views = self
            .views
            .iter()
            .filter_map(|(place, view, module)| Some((self.tables.get(*place)?.symbol, *module, &view.of)));
        let named: Vec<(SymbolId, usize, &Name)> = cards.chain(views).collect();
        for (symbol, module, of) in named {
            let of = self.get(module, &of.text).and_then(|decl| self.symbol_of(decl));
            self.symbols.iter_mut().skip(symbol.0 as usize).take(1).for_each(|symbol| symbol.of = of);
        }
        for (symbol, module, ty) in std::mem::take(&mut self.typed) {
            self.set_of(symbol, module, ty);
        }
    }

    fn set_of(&mut self, symbol: SymbolId, module: usize, ty: &ast::TypeName) {
        let (ast::TypeKind::Named(name) | ast::TypeKind::Reference(name)) = &ty.kind;
        if matches!(ty.kind, ast::TypeKind::Named(_)) && super::values::is_type(name) {
            return;
        }
        let of = self.get(module, &name.text).and_then(|decl| self.symbol_of(decl));
        if let Some(symbol) = self.symbols.get_mut(symbol.0 as usize) {
            symbol.of = of;
        }
    }

    /// Gives a view its columns, after those of its input.
    fn fill_view(&mut self, at: usize, done: &mut [u8]) {
        let Some((place, x, module)) = self.views.get(at).copied() else { return };
        match done.get_mut(at) {
            Some(state) if *state == 0 => *state = 1,
            _ => return,
        }
        let of = match self.get(module, &x.of.text) {
            Some(Decl::Table(of)) => of,
            _ => return,
        };
        if let Some(below) = self.views.iter().position(|(table, ..)| *table == of) {
            self.fill_view(below, done);
        }
        let Some(owner) = self.tables.get(place).map(|table| table.symbol) else { return };
        let (mut columns, mut key, mut time) = (Vec::new(), None, None);
        match &x.grouping {
            None => {
                columns = self.tables.get(of).map(|table| table.columns.clone()).unwrap_or_default();
                (key, time) = self.tables.get(of).map(|table| (table.key, table.time)).unwrap_or_default();
            }
            Some(grouping) => {
                for names in &grouping.keys {
                    let Some(last) = names.last() else { continue };
                    let made = if self.is_calendar_key(of, names) {
                        time = Some(columns.len());
                        let symbol = self.declare(SymbolKind::CalendarColumn, last, Some(owner));
                        Column { name: &last.text, symbol, ty: Ty::Other }
                    } else if let Some(column) = self.path(of, names) {
                        // A key bears the name of the column that it takes, and is renamed with it.
                        Column { name: &last.text, ..column }
                    } else {
                        continue;
                    };
                    columns.push(made);
                }
                for column in &grouping.columns {
                    let symbol = self.declare(SymbolKind::Column, &column.name, Some(owner));
                    columns.push(Column { name: &column.name.text, symbol, ty: Ty::Other });
                }
            }
        }
        if let Some(table) = self.tables.get_mut(place) {
            (table.columns, table.key, table.time) = (columns, key, time);
        }
    }

    /// Whether a key of a view is a unit of the calendar: a word of it, unless its input has another column of that name.
    pub fn is_calendar_key(&self, of: usize, names: &[Name]) -> bool {
        let ([name], Some(table)) = (names, self.tables.get(of)) else { return false };
        let found = table.columns.iter().position(|column| column.name == name.text);
        matches!(name.word(), "day" | "week" | "month" | "quarter" | "year") && (found.is_none() || found == table.time)
    }

    /// The column to which names lead from a table on, each but the last a reference.
    fn path(&self, table: usize, names: &[Name]) -> Option<Column<'a>> {
        let (first, rest) = names.split_first()?;
        let own = self.tables.get(table).is_some_and(|table| table.name == first.text) && !rest.is_empty();
        if own && self.column(table, &first.text).is_none_or(|column| !matches!(column.ty, Ty::Reference(_))) {
            return self.path(table, rest);
        }
        let column = self.column(table, &first.text)?;
        match (rest, column.ty) {
            ([], _) => Some(column.clone()),
            (rest, Ty::Reference(to)) => self.path(to, rest),
            _ => None,
        }
    }

    /// Whether references lead from a table to another.
    pub fn leads(&self, from: usize, to: usize) -> bool {
        let mut seen = vec![from];
        let mut at = 0;
        while let Some(table) = seen.get(at).copied() {
            if table == to {
                return true;
            }
            let columns = self.tables.get(table).map(|table| table.columns.as_slice()).unwrap_or_default();
            for column in columns {
                match column.ty {
                    Ty::Reference(next) if !seen.contains(&next) => seen.push(next),
                    _ => {}
                }
            }
            at += 1;
        }
        false
    }
}
