//! Names in declarations: tables, views, parameters, indicators, entries.

use kpi_syntax::ast::{self, ItemKind, Name};

use super::index::Decl;
use super::resolve::{Cx, Local, Walk};
use super::values::member_of;

impl<'a> Walk<'_, 'a> {
    pub fn item(&mut self, item: &'a ast::Item, module: usize) {
        let pure = Cx::pure(module);
        match &item.kind {
            ItemKind::Policy(x) => self.exprs(&x.attainment_cap, &pure),
            ItemKind::Roster(x) | ItemKind::Source(x) | ItemKind::Shape(x) => self.contract(x, module),
            ItemKind::View(x) => self.view(x, module),
            ItemKind::Param(x) => {
                self.type_name(&x.ty, module);
                let wanted = member_of(self.index.ty(module, &x.ty));
                self.by_table(&x.value, &pure, |walk, e, cx| {
                    walk.expr(e, cx, wanted);
                });
            }
            ItemKind::Function(x) => {
                x.params.iter().for_each(|(_, ty)| self.type_name(ty, module));
                self.type_name(&x.ty, module);
                let wanted = member_of(self.index.ty(module, &x.ty));
                let owner = self.index.get(module, &x.name.text).and_then(|decl| self.index.symbol_of(decl));
                let taken = x.params.iter().map(|(name, ty)| (name, ty));
                let locals = owner.map(|owner| self.locals(owner, taken, module)).unwrap_or_default();
                self.expr(&x.body, &Cx { locals: &locals, ..pure }, wanted);
            }
            ItemKind::Indicator(x) => self.about_indicator(x, module),
            ItemKind::Scorecard(x) => self.scorecard(x, module),
            ItemKind::Curve(x) => self.rows(&x.rows, &pure, None),
            ItemKind::Incentive(x) => self.incentive(x, module),
            ItemKind::Rule(x) => self.rule(x, module),
            ItemKind::Test(x) => self.test(x, module),
            ItemKind::Use(x) => self.module_name(&x.module, module),
            ItemKind::Goal(x) => self.goals(&x.supports, module),
            ItemKind::Require(x) => self.requirement(x, module),
            ItemKind::Prove(x) => self.obligation(x, module),
            ItemKind::Dimension(_) | ItemKind::Scale(_) => {}
        }
    }

    fn contract(&mut self, x: &'a ast::Table, module: usize) {
        let Some(Decl::Table(place)) = self.index.get(module, &x.name.text) else { return };
        let homes = [place];
        let row = Cx::pure(module).rows(&homes);
        for column in &x.columns {
            self.type_name(&column.ty, module);
            let of = member_of(self.index.ty(module, &column.ty));
            for rule in &column.rules {
                match rule {
                    ast::ColumnRule::Compare(_, e) => {
                        self.expr(e, &Cx::pure(module), of);
                    }
                    ast::ColumnRule::In(range) => self.range(range, &Cx::pure(module), of),
                    ast::ColumnRule::Matches(_) => {}
                }
            }
        }
        let held = x.valid.iter().flat_map(|valid| [&valid.from, &valid.to]).chain(&x.as_of);
        held.for_each(|name| self.mark_column(name, place));
        x.exclude.iter().for_each(|exclude| {
            self.expr(&exclude.condition, &row, None);
        });
    }

    pub fn mark_column(&mut self, name: &Name, table: usize) {
        if let Some(symbol) = self.index.column(table, &name.text).map(|column| column.symbol) {
            self.mark(name, symbol);
        }
    }

    fn view(&mut self, x: &'a ast::View, module: usize) {
        let Some(Decl::Table(of)) = self.mark_name(&x.of, module) else { return };
        let homes = [of];
        let row = Cx::pure(module).rows(&homes);
        self.exprs(&x.condition, &row);
        let Some(grouping) = &x.grouping else { return };
        for names in &grouping.keys {
            if !self.index.is_calendar_key(of, names) {
                self.mark_path(names, &row);
            }
        }
        self.exprs(grouping.columns.iter().map(|column| &column.value), &row);
    }

    fn locals(
        &self,
        owner: super::SymbolId,
        taken: impl Iterator<Item = (&'a Name, &'a ast::TypeName)>,
        module: usize,
    ) -> Vec<Local<'a>> {
        let local = |(name, ty): (&'a Name, &'a ast::TypeName)| {
            let symbol = *self.index.arguments.get(&(owner, name.text.as_str()))?;
            let table = match &ty.kind {
                ast::TypeKind::Named(of) => match self.index.get(module, &of.text) {
                    Some(Decl::Table(at)) => Some(at),
                    _ => None,
                },
                ast::TypeKind::Reference(_) => None,
            };
            Some(Local { name: &name.text, symbol, table, ty: self.index.ty(module, ty) })
        };
        taken.filter_map(local).collect()
    }

    /// What is written of an indicator and hangs on nobody; the whole of an entry.
    fn about_indicator(&mut self, x: &'a ast::Indicator, module: usize) {
        for tag in &x.tags {
            self.tag(tag);
        }
        self.goals(&x.supports, module);
        if let Some(binding) = &x.binding {
            self.binding(binding, module);
        }
        if x.params.is_empty() {
            return;
        }
        let entry = self.index.modules.get(module).and_then(|m| m.entries.get(x.name.text.as_str()).copied());
        let Some(owner) = entry.and_then(|at| self.index.entries.get(at)).map(|entry| entry.symbol) else { return };
        let locals = self.locals(owner, x.params.iter().map(|param| (&param.name, &param.ty)), module);
        for param in &x.params {
            self.type_name(&param.ty, module);
            self.exprs(&param.default, &Cx::pure(module));
        }
        self.indicator(x, Cx { locals: &locals, ..Cx::pure(module) });
        for example in &x.examples {
            self.example(example, &Cx { locals: &locals, ..Cx::pure(module) });
        }
    }

    pub fn tag(&mut self, tag: &Name) {
        if let Some(symbol) = self.index.tags.get(tag.text.as_str()).copied() {
            self.mark(tag, symbol);
        }
    }

    pub fn goals(&mut self, names: &'a [Name], module: usize) {
        for name in names {
            let goal = self.index.modules.get(module).and_then(|module| module.goals.get(name.text.as_str()));
            if let Some(symbol) = goal.copied() {
                self.mark(name, symbol);
            }
        }
    }

    /// `std.live`: all of it stands for the module.
    fn module_name(&mut self, names: &'a [Name], module: usize) {
        let _ = module;
        let name = names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
        let is_it = |module: &&super::index::Module<'_>| {
            module.name == name || (names.len() == 1 && module.name.rsplit('.').next() == Some(name.as_str()))
        };
        let symbol = self.index.modules.iter().skip(1).find(is_it).and_then(|module| module.symbol);
        if let Some(symbol) = symbol {
            names.iter().for_each(|name| self.mark(name, symbol));
        }
    }

    /// `= std.live.watch_time(live { watched = total_watch }, wait = 30s)`
    fn binding(&mut self, binding: &'a ast::Binding, module: usize) {
        let index = self.index;
        let Some((last, path)) = binding.path.split_last() else { return };
        self.module_name(path, module);
        let name = path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
        let is_it = |module: &&super::index::Module<'_>| {
            module.name == name || (path.len() == 1 && module.name.rsplit('.').next() == Some(name.as_str()))
        };
        let found = index.modules.iter().enumerate().find(|(_, module)| is_it(module)).map(|(place, _)| place);
        let entry = found.and_then(|m| index.modules.get(m)).and_then(|m| m.entries.get(last.text.as_str()));
        let entry = entry.and_then(|at| index.entries.get(*at));
        if let Some(entry) = entry {
            self.mark(last, entry.symbol);
        }
        for (place, arg) in binding.args.iter().enumerate() {
            let param = entry.and_then(|entry| match &arg.name {
                Some(name) => entry.ast.params.iter().find(|param| param.name.text == name.text),
                None => entry.ast.params.get(place),
            });
            if let (Some(name), Some(entry), Some(param)) = (&arg.name, entry, param)
                && let Some(symbol) = index.arguments.get(&(entry.symbol, param.name.text.as_str()))
            {
                self.mark(name, *symbol);
            }
            match &arg.value {
                ast::BindingValue::Table(table, columns) => {
                    let shape = param.zip(found).and_then(|(param, module)| match &param.ty.kind {
                        ast::TypeKind::Named(name) => match index.get(module, &name.text) {
                            Some(Decl::Table(at)) => Some(at),
                            _ => None,
                        },
                        ast::TypeKind::Reference(_) => None,
                    });
                    let given = match self.mark_name(table, module) {
                        Some(Decl::Table(at)) => vec![at],
                        _ => Vec::new(),
                    };
                    let row = Cx::pure(module).rows(&given);
                    for (name, value) in columns {
                        if let Some(shape) = shape {
                            self.mark_column(name, shape);
                        }
                        self.expr(value, &row, None);
                    }
                }
                ast::BindingValue::Expr(ast::Expr { kind: ast::ExprKind::Name(name), .. })
                    if matches!(index.get(module, &name.text), Some(Decl::Table(_))) =>
                {
                    self.mark_name(name, module);
                }
                ast::BindingValue::Expr(e) => {
                    let rosters = self.rosters();
                    self.expr(e, &Cx::cell(module, &rosters), None);
                }
            }
        }
    }

    /// What an indicator says for the subjects of its surroundings.
    pub fn indicator(&mut self, x: &'a ast::Indicator, cx: Cx<'_, 'a>) {
        self.exprs(&x.formula, &cx);
        if let Some(target) = &x.target {
            self.by_table(target, &cx, |walk, target, cx| walk.target(target, cx));
        }
        if let Some(scoring) = &x.scoring {
            self.scoring(scoring, &cx);
        }
        self.exprs(x.track.iter().flat_map(|(shares, _)| shares.iter().map(|share| &share.share)), &cx);
        x.parts.iter().for_each(|part| self.indicator(part, cx));
    }

    fn target(&mut self, target: &'a ast::Target, cx: &Cx<'_, 'a>) {
        match &target.kind {
            ast::TargetKind::Compare(_, e) => {
                self.expr(e, cx, None);
            }
            ast::TargetKind::Between(range) => self.range(range, cx, None),
            ast::TargetKind::None => {}
        }
        self.exprs(target.stretch.iter().chain(&target.tolerance), cx);
    }

    pub fn scoring(&mut self, scoring: &'a ast::Scoring, cx: &Cx<'_, 'a>) {
        let cx = Cx { line: true, ..*cx };
        match &scoring.kind {
            ast::ScoringKind::Proportional { none_below, cap, stretch } => {
                self.exprs(none_below.iter().chain(cap).chain(stretch), &cx);
            }
            ast::ScoringKind::AllOrNothing => {}
            ast::ScoringKind::Deduct { share, per } => self.exprs([share, per], &cx),
            ast::ScoringKind::Curve { curve, .. } => match curve {
                ast::CurveBody::Inline(_, rows, _) => self.rows(rows, &cx, None),
                ast::CurveBody::Named(name) => {
                    self.mark_name(name, cx.module);
                }
            },
            ast::ScoringKind::Rating(e) => {
                self.expr(e, &cx, None);
            }
        }
    }
}
