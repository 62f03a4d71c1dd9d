//! Names in expressions, tables and curves.

use kpi_syntax::ast::{self, Expr, ExprKind, Name};

use super::index::{Decl, Ty};
use super::resolve::{Cx, Walk};
use crate::values::chain;

impl<'a> Walk<'_, 'a> {
    /// An expression; `expected` is the dimension of which members' names are meant. Its type.
    pub fn expr(&mut self, e: &'a Expr, cx: &Cx<'_, 'a>, expected: Option<usize>) -> Ty {
        if let Some(names) = chain(e) {
            return self.value(&names, cx, expected);
        }
        match &e.kind {
            ExprKind::Field(base, _) => {
                self.expr(base, cx, None);
            }
            ExprKind::Index(base, keys) => return self.indexed(base, keys, cx),
            ExprKind::Call(call) => return self.call(call, cx, expected),
            ExprKind::Curve(curve) => {
                self.expr(&curve.arg, cx, None);
                self.rows(&curve.rows, cx, expected);
            }
            ExprKind::Neg(x) | ExprKind::Not(x) | ExprKind::Is(x, _) => {
                self.expr(x, cx, None);
            }
            ExprKind::Binary(op, a, b) => self.binary(*op, a, b, cx),
            ExprKind::In(x, set, _) => {
                let of = member_of(self.expr(x, cx, None));
                match set {
                    ast::Set::Range(range) => self.range(range, cx, of),
                    ast::Set::Members(members) => members.iter().for_each(|member| {
                        self.expr(member, cx, of);
                    }),
                }
            }
            ExprKind::If(condition, a, b) => {
                self.expr(condition, cx, None);
                let first = self.expr(a, cx, expected);
                let second = self.expr(b, cx, expected.or(member_of(first)));
                return if first == Ty::Other { second } else { first };
            }
            ExprKind::Over(x, scope) => return self.over(x, scope, cx, expected),
            ExprKind::Placeholder(name) => {
                if let Some(symbol) = self.cases.get(name.text.as_str()).copied() {
                    self.mark(name, symbol);
                }
            }
            ExprKind::Weighted(weighted) => {
                for (x, weight) in &weighted.parts {
                    self.expr(x, cx, None);
                    self.expr(weight, cx, None);
                }
            }
            ExprKind::Name(_)
            | ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Date(_)
            | ExprKind::Period(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::SelfActual => {}
        }
        Ty::Other
    }

    pub fn exprs(&mut self, all: impl IntoIterator<Item = &'a Expr>, cx: &Cx<'_, 'a>) {
        for e in all {
            self.expr(e, cx, None);
        }
    }

    pub fn range(&mut self, range: &'a ast::Range, cx: &Cx<'_, 'a>, expected: Option<usize>) {
        self.expr(&range.low, cx, expected);
        self.expr(&range.high, cx, expected);
    }

    pub fn rows(&mut self, rows: &'a [ast::CurveRow], cx: &Cx<'_, 'a>, expected: Option<usize>) {
        for row in rows {
            match &row.at {
                ast::CurveAt::Compare(_, e) | ast::CurveAt::Point(e) | ast::CurveAt::From(e) => {
                    self.expr(e, cx, None);
                }
                ast::CurveAt::Range(range) => self.range(range, cx, None),
                ast::CurveAt::Else => {}
            }
            self.expr(&row.value, cx, expected);
        }
    }

    fn binary(&mut self, op: ast::BinaryOp, a: &'a Expr, b: &'a Expr, cx: &Cx<'_, 'a>) {
        // A member's name takes its meaning from the other side.
        let (first, second) = match crate::compare::compare_op(op) {
            Some(_) if self.is_only_a_member(a, cx) => (b, a),
            _ => (a, b),
        };
        let of = member_of(self.expr(first, cx, None));
        self.expr(second, cx, of);
    }

    fn indexed(&mut self, base: &'a Expr, keys: &'a [Expr], cx: &Cx<'_, 'a>) -> Ty {
        let ExprKind::Name(name) = &base.kind else {
            self.expr(base, cx, None);
            self.exprs(keys, cx);
            return Ty::Other;
        };
        let index = self.index;
        let param = match self.mark_name(name, cx.module) {
            Some(Decl::Param(at)) => index.params.get(at),
            _ => None,
        };
        let wanted = param.map(|param| self.key_types(&param.ast.value, param.module)).unwrap_or_default();
        for (place, key) in keys.iter().enumerate() {
            self.expr(key, cx, wanted.get(place).copied().and_then(member_of));
        }
        param.map_or(Ty::Other, |param| index.ty(param.module, &param.ast.ty))
    }

    /// The types of the keys of a parameter, but for dates.
    fn key_types(&self, table: &ast::ByTable<Expr>, module: usize) -> Vec<Ty> {
        let ast::ByTable::By(by) = table else { return Vec::new() };
        let key = |key: &ast::ByKey| match key {
            ast::ByKey::Date(_) => None,
            ast::ByKey::Expr(e) => Some(self.pure_key(e, module)),
        };
        by.keys.iter().filter_map(key).collect()
    }

    fn pure_key(&self, e: &Expr, module: usize) -> Ty {
        let Some(names) = chain(e) else { return Ty::Other };
        let Some((first, rest)) = names.split_first() else { return Ty::Other };
        match self.index.get(module, &first.text) {
            Some(Decl::Dimension(at)) => Ty::Member(at),
            Some(Decl::Table(at)) => {
                let homes = [at];
                self.find_path(rest, &Cx::pure(module).rows(&homes), false).map_or(Ty::Other, |way| way.ty)
            }
            _ => Ty::Other,
        }
    }

    fn over(&mut self, x: &'a Expr, scope: &'a ast::Scope, cx: &Cx<'_, 'a>, expected: Option<usize>) -> Ty {
        match scope {
            ast::Scope::All(_) => self.expr(x, &Cx { homes: &[], ..*cx }, expected),
            ast::Scope::Window(window) => {
                self.window(window, cx);
                self.expr(x, cx, expected)
            }
            ast::Scope::Column(names) => {
                let own = match (names.as_slice(), cx.homes) {
                    ([name], [home]) => {
                        let table = self.index.tables.get(*home);
                        table.filter(|t| t.name == name.text && self.index.column(*home, &name.text).is_none())
                    }
                    _ => None,
                };
                if let (Some(table), Some(name)) = (own, names.first()) {
                    self.mark(name, table.symbol);
                    return self.expr(x, cx, expected);
                }
                match self.mark_path(names, cx) {
                    Ty::Reference(to) => self.expr(x, &Cx { homes: &[to], ..*cx }, expected),
                    _ => self.expr(x, cx, expected),
                }
            }
        }
    }

    fn window(&mut self, window: &'a ast::Window, cx: &Cx<'_, 'a>) {
        if let ast::WindowKind::Since(start) = &window.kind {
            self.expr(start, cx, None);
        }
    }

    fn call(&mut self, call: &'a ast::Call, cx: &Cx<'_, 'a>, expected: Option<usize>) -> Ty {
        let name = call.function.word();
        if let Some(among) = &call.among {
            self.exprs(&call.args, cx);
            among.by.iter().for_each(|names| {
                self.mark_path(names, cx);
            });
            self.exprs(&among.condition, cx);
            return Ty::Other;
        }
        if let Some(window) = &call.window {
            self.window(window, cx);
            self.exprs(&call.args, cx);
            return Ty::Other;
        }
        let scalar = matches!(name, "min" | "max") && call.args.len() > 1;
        match name {
            "exists" => {
                self.exists(call, cx);
                Ty::Other
            }
            "lookup" => self.aggregate(call, cx),
            _ if crate::aggregates::aggregate_function(name).is_some() && !scalar => {
                let ty = self.aggregate(call, cx);
                if matches!(name, "min" | "max" | "first" | "last") { ty } else { Ty::Other }
            }
            _ if crate::calls::is_builtin(name) => {
                let mut ty = Ty::Other;
                for arg in &call.args {
                    let found = self.expr(arg, cx, expected.or(member_of(ty)));
                    ty = if ty == Ty::Other { found } else { ty };
                }
                self.clauses(call, cx);
                ty
            }
            _ => self.own_function(call, cx),
        }
    }

    fn own_function(&mut self, call: &'a ast::Call, cx: &Cx<'_, 'a>) -> Ty {
        let index = self.index;
        let function = match self.mark_name(&call.function, cx.module) {
            Some(Decl::Function(at)) => index.functions.get(at),
            _ => None,
        };
        for (place, arg) in call.args.iter().enumerate() {
            let wanted = function.and_then(|f| Some((f.module, f.ast.params.get(place)?)));
            let wanted = wanted.and_then(|(module, (_, ty))| member_of(index.ty(module, ty)));
            self.expr(arg, cx, wanted);
        }
        self.clauses(call, cx);
        function.map_or(Ty::Other, |function| index.ty(function.module, &function.ast.ty))
    }

    /// The clauses of a call over rows, read in these surroundings.
    fn clauses(&mut self, call: &'a ast::Call, cx: &Cx<'_, 'a>) {
        if let Some(via) = &call.via {
            self.via(via, cx);
        }
        self.exprs(call.dated.iter().chain(&call.condition), cx);
    }

    /// `via floor.team`: a column of the rows, and what it leads to.
    fn via(&mut self, names: &'a [Name], cx: &Cx<'_, 'a>) {
        self.mark_path(names, cx);
    }

    fn aggregate(&mut self, call: &'a ast::Call, cx: &Cx<'_, 'a>) -> Ty {
        let Some(arg) = call.args.first() else { return Ty::Other };
        let mut named = Vec::new();
        self.tables_named(arg, cx, &mut named);
        if named.is_empty()
            && let Some(condition) = &call.condition
        {
            self.tables_named(condition, cx, &mut named);
        }
        let whole = named.iter().find(|from| named.iter().all(|to| self.index.leads(**from, *to)));
        let table = whole.or(named.first()).copied();
        let homes: Vec<usize> = table.map_or_else(|| cx.homes.to_vec(), |table| vec![table]);
        let row = cx.rows(&homes);
        self.clauses(call, &row);
        self.exprs(&call.at, cx);
        self.exprs(call.args.iter().skip(1), cx);
        match &arg.kind {
            ExprKind::Name(name) if table.is_some() && self.table_of_name(name, cx) == table => {
                self.mark_table(name, cx);
                Ty::Other
            }
            _ => self.expr(arg, &row, None),
        }
    }

    fn exists(&mut self, call: &'a ast::Call, cx: &Cx<'_, 'a>) {
        let inner = match call.args.first() {
            Some(Expr { kind: ExprKind::Name(name), .. }) => self.mark_table(name, cx),
            _ => None,
        };
        let related = Cx { inner, ..*cx };
        self.clauses(call, &related);
    }

    /// A value or a table of values.
    pub fn by_table<T>(
        &mut self,
        table: &'a ast::ByTable<T>,
        cx: &Cx<'_, 'a>,
        mut value: impl FnMut(&mut Self, &'a T, &Cx<'_, 'a>),
    ) {
        match table {
            ast::ByTable::Plain(x) => value(self, x, cx),
            ast::ByTable::By(by) => self.by(by, cx, value),
        }
    }

    pub fn by<T>(&mut self, by: &'a ast::By<T>, cx: &Cx<'_, 'a>, mut value: impl FnMut(&mut Self, &'a T, &Cx<'_, 'a>)) {
        let keys: Vec<Ty> = by.keys.iter().map(|key| self.by_key(key, cx)).collect();
        for row in &by.rows {
            for (pattern, key) in row.patterns.iter().zip(&keys) {
                self.pattern(pattern, *key);
            }
            value(self, &row.value, cx);
        }
    }

    pub fn by_key(&mut self, key: &'a ast::ByKey, cx: &Cx<'_, 'a>) -> Ty {
        let ast::ByKey::Expr(e) = key else { return Ty::Other };
        let Some(names) = chain(e) else { return self.expr(e, cx, None) };
        if cx.homes.is_empty() {
            let ty = self.pure_key(e, cx.module);
            let Some((first, rest)) = names.split_first() else { return ty };
            if let Some(Decl::Table(at)) = self.mark_name(first, cx.module) {
                let homes = [at];
                self.value(rest, &cx.rows(&homes), None);
            }
            return ty;
        }
        match self.find_path(&names, cx, true) {
            Some(way) => {
                for (name, symbol) in names.iter().zip(&way.marks) {
                    self.mark(name, *symbol);
                }
                way.ty
            }
            None => self.expr(e, cx, None),
        }
    }

    pub fn pattern(&mut self, pattern: &'a ast::Pattern, key: Ty) {
        let (ast::Pattern::Members(names), Ty::Member(dimension)) = (pattern, key) else { return };
        for name in names {
            if let Some(symbol) = self.member(dimension, &name.text) {
                self.mark(name, symbol);
            }
        }
    }

    /// A type as written.
    pub fn type_name(&mut self, ty: &'a ast::TypeName, module: usize) {
        let (ast::TypeKind::Named(name) | ast::TypeKind::Reference(name)) = &ty.kind;
        if matches!(ty.kind, ast::TypeKind::Reference(_)) || !is_type(name) {
            self.mark_name(name, module);
        }
    }
}

/// Whether a name is a type of the language.
pub(super) fn is_type(name: &Name) -> bool {
    matches!(
        name.word(),
        "bool"
            | "text"
            | "number"
            | "count"
            | "ratio"
            | "money"
            | "duration"
            | "date"
            | "datetime"
            | "month"
            | "quarter"
            | "year"
            | "points"
    )
}

/// The dimension of a type.
pub(super) fn member_of(ty: Ty) -> Option<usize> {
    match ty {
        Ty::Member(dimension) => Some(dimension),
        _ => None,
    }
}
