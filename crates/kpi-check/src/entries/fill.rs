//! What an entry says, with what it is given in the place of its parameters.

use std::cell::RefCell;

use kpi_base::Span;
use kpi_syntax::ast::{
    self, ByKey, ByTable, CurveAt, CurveBody, CurveRow, Expr, ExprKind, Name, Scope, ScoringKind, Set, TargetKind,
    WindowKind,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// What stands for the parameters of an entry.
#[derive(Debug, Default)]
pub(super) struct Filling<'a> {
    /// Of a table: its name, and what stands for the columns that it calls otherwise.
    pub tables: FxHashMap<&'a str, Bound<'a>>,
    /// Of a value: the value.
    pub values: FxHashMap<&'a str, Expr>,
    /// The names of the entry's own module, as the package knows them.
    pub names: FxHashMap<&'a str, String>,
}

/// A table in the place of a parameter.
#[derive(Debug, Default)]
pub(super) struct Bound<'a> {
    /// Its name.
    pub table: String,
    /// The columns of the shape.
    pub columns: FxHashSet<&'a str>,
    /// What stands for them, where it is not the column of the same name. A name that stands alone is a column of the table.
    pub renamed: FxHashMap<&'a str, Expr>,
    /// The columns of the shape that were read.
    pub read: RefCell<FxHashSet<String>>,
}

impl Filling<'_> {
    /// Fills everything that an indicator says.
    pub fn indicator(&self, indicator: &mut ast::Indicator) {
        if let Some(formula) = &mut indicator.formula {
            self.expr(formula, None);
        }
        if let Some(target) = &mut indicator.target {
            self.by(target, |filling, target| filling.target(target));
        }
        if let Some(scoring) = &mut indicator.scoring {
            self.scoring(&mut scoring.kind);
        }
        for share in indicator.track.iter_mut().flat_map(|(shares, _)| shares) {
            self.expr(&mut share.share, None);
        }
        indicator.parts.iter_mut().for_each(|part| self.indicator(part));
    }

    fn by<T>(&self, table: &mut ByTable<T>, value: impl Fn(&Self, &mut T)) {
        match table {
            ByTable::Plain(plain) => value(self, plain),
            ByTable::By(by) => {
                for key in &mut by.keys {
                    if let ByKey::Expr(key) = key {
                        self.expr(key, None);
                    }
                }
                by.rows.iter_mut().for_each(|row| value(self, &mut row.value));
            }
        }
    }

    fn target(&self, target: &mut ast::Target) {
        match &mut target.kind {
            TargetKind::Compare(_, bound) => self.expr(bound, None),
            TargetKind::Between(range) => self.range(range, None),
            TargetKind::None => {}
        }
        target.stretch.iter_mut().chain(&mut target.tolerance).for_each(|e| self.expr(e, None));
    }

    fn scoring(&self, scoring: &mut ScoringKind) {
        match scoring {
            ScoringKind::Proportional { none_below, cap, stretch } => {
                none_below.iter_mut().chain(cap).chain(stretch).for_each(|e| self.expr(e, None));
            }
            ScoringKind::AllOrNothing => {}
            ScoringKind::Deduct { share, per } => [share, per].into_iter().for_each(|e| self.expr(e, None)),
            ScoringKind::Rating(of) => self.expr(of, None),
            ScoringKind::Curve { curve, .. } => match curve {
                CurveBody::Inline(_, rows, _) => self.rows(rows, None),
                CurveBody::Named(name) => self.rename(name),
            },
        }
    }

    /// Fills the declarations of a module that its entries read.
    pub fn item(&self, item: &mut ast::ItemKind) {
        match item {
            ast::ItemKind::Function(function) => {
                self.rename(&mut function.name);
                let own: Vec<String> = function.params.iter().map(|(name, _)| name.text.clone()).collect();
                let names = self.names.iter().filter(|(name, _)| !own.iter().any(|own| own == *name));
                let names = names.map(|(name, to)| (*name, to.clone())).collect();
                Filling { names, ..Filling::default() }.expr(&mut function.body, None);
            }
            ast::ItemKind::Param(param) => {
                self.rename(&mut param.name);
                self.by(&mut param.value, |filling, value| filling.expr(value, None));
            }
            ast::ItemKind::Curve(curve) => {
                self.rename(&mut curve.name);
                self.rows(&mut curve.rows, None);
            }
            ast::ItemKind::Shape(shape) => self.rename(&mut shape.name),
            ast::ItemKind::Indicator(indicator) => self.rename(&mut indicator.name),
            _ => {}
        }
    }

    fn rename(&self, name: &mut Name) {
        if let Some(to) = self.names.get(name.text.as_str()) {
            name.text.clone_from(to);
        }
    }

    fn rows(&self, rows: &mut [CurveRow], row: Option<&str>) {
        for curve in rows {
            match &mut curve.at {
                CurveAt::Compare(_, e) | CurveAt::Point(e) | CurveAt::From(e) => self.expr(e, row),
                CurveAt::Range(range) => self.range(range, row),
                CurveAt::Else => {}
            }
            self.expr(&mut curve.value, row);
        }
    }

    fn range(&self, range: &mut ast::Range, row: Option<&str>) {
        self.expr(&mut range.low, row);
        self.expr(&mut range.high, row);
    }

    /// Fills an expression. `row` is the parameter over whose rows it is computed.
    pub fn expr(&self, e: &mut Expr, row: Option<&str>) {
        let span = e.span;
        match &mut e.kind {
            ExprKind::Name(name) => {
                if let Some(value) = self.name(name, row) {
                    *e = value;
                }
            }
            ExprKind::Field(base, column) => {
                if let ExprKind::Name(table) = &base.kind
                    && let Some(bound) = self.tables.get(table.text.as_str())
                {
                    let table = Name { text: bound.table.clone(), span: table.span };
                    *e = bound.column(table, column, span);
                } else {
                    self.expr(base, row);
                }
            }
            ExprKind::Index(base, keys) => {
                self.expr(base, row);
                keys.iter_mut().for_each(|key| self.expr(key, row));
            }
            ExprKind::Call(call) => self.call(call, row),
            ExprKind::Curve(curve) => {
                self.expr(&mut curve.arg, row);
                self.rows(&mut curve.rows, row);
            }
            ExprKind::Neg(x) | ExprKind::Not(x) | ExprKind::Is(x, _) => self.expr(x, row),
            ExprKind::Over(x, scope) => {
                self.expr(x, row);
                if let Scope::Window(window) = scope {
                    self.window(window);
                }
            }
            ExprKind::Binary(_, a, b) => [a, b].into_iter().for_each(|x| self.expr(x, row)),
            ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|x| self.expr(x, row)),
            ExprKind::In(x, set, _) => {
                self.expr(x, row);
                match set {
                    Set::Range(range) => self.range(range, row),
                    Set::Members(members) => members.iter_mut().for_each(|x| self.expr(x, row)),
                }
            }
            ExprKind::Weighted(weighted) => {
                weighted.parts.iter_mut().flat_map(|(x, weight)| [x, weight]).for_each(|x| self.expr(x, row));
            }
            ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Date(_)
            | ExprKind::Period(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::SelfActual
            | ExprKind::Placeholder(_) => {}
        }
    }

    fn window(&self, window: &mut ast::Window) {
        if let WindowKind::Since(start) = &mut window.kind {
            self.expr(start, None);
        }
    }

    /// What stands for a name that stands alone, unless it is another name. What was given has its own place, so that what is wrong
    /// with it is shown there.
    fn name(&self, name: &mut Name, row: Option<&str>) -> Option<Expr> {
        let column =
            row.and_then(|row| self.tables.get(row)).filter(|bound| bound.columns.contains(name.text.as_str()));
        if let Some(bound) = column {
            bound.read.borrow_mut().insert(name.text.clone());
            return bound.renamed.get(name.text.as_str()).cloned();
        }
        if let Some(bound) = self.tables.get(name.text.as_str()) {
            name.text.clone_from(&bound.table);
            return None;
        }
        if let Some(value) = self.values.get(name.text.as_str()) {
            return Some(value.clone());
        }
        self.rename(name);
        None
    }

    fn call(&self, call: &mut ast::Call, row: Option<&str>) {
        self.rename(&mut call.function);
        // Over whose rows it runs; a function of the module runs over none.
        let of = call.args.iter().chain(&call.condition).find_map(|arg| self.table_of(arg)).or(row).map(str::to_owned);
        let row = of.as_deref();
        call.args.iter_mut().chain(&mut call.dated).chain(&mut call.condition).for_each(|e| self.expr(e, row));
        call.at.iter_mut().for_each(|e| self.expr(e, None));
        call.among.iter_mut().flat_map(|among| &mut among.condition).for_each(|e| self.expr(e, None));
        call.window.iter_mut().for_each(|window| self.window(window));
        let bound = row.and_then(|row| self.tables.get(row));
        if let (Some(bound), Some(via)) = (bound, call.via.as_mut().and_then(|via| via.first_mut())) {
            bound.read.borrow_mut().insert(via.text.clone());
            if let Some(Expr { kind: ExprKind::Name(name), .. }) = bound.renamed.get(via.text.as_str()) {
                via.text.clone_from(&name.text);
            }
        }
    }

    /// The first parameter for a table that an expression names.
    fn table_of<'e>(&self, e: &'e Expr) -> Option<&'e str> {
        match &e.kind {
            ExprKind::Name(name) => self.tables.contains_key(name.text.as_str()).then_some(name.text.as_str()),
            ExprKind::Field(base, _) => self.table_of(base),
            _ => crate::aggregates::ast_children(e).into_iter().find_map(|inner| self.table_of(inner)),
        }
    }
}

impl Bound<'_> {
    /// A column of the shape, read off the table.
    fn column(&self, table: Name, column: &Name, span: Span) -> Expr {
        self.read.borrow_mut().insert(column.text.clone());
        let column = match self.renamed.get(column.text.as_str()) {
            None => column.clone(),
            Some(Expr { kind: ExprKind::Name(name), .. }) => Name { text: name.text.clone(), span: column.span },
            Some(other) => return other.clone(),
        };
        Expr { kind: ExprKind::Field(Box::new(Expr { kind: ExprKind::Name(table), span }), column), span }
    }
}
