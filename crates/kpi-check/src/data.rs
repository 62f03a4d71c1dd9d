//! Dimensions, rosters and sources.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_syntax::words::{Place, both};
use kpi_value::{Dec, PeriodKind};
use rustc_hash::FxHashMap;

use crate::checker::{Checker, title, unknown};
use crate::context::Context;
use crate::model::{Column, ColumnRule, Dimension, DimensionId, Table, TableId, TextPattern, Timing, Title, Type};
use crate::names::{Decl, duplicate, nearest};

/// The types that are no dimension.
const TYPES: &[(&str, Type)] = &[
    ("bool", Type::Bool),
    ("text", Type::Text),
    ("number", Type::NUMBER),
    ("count", Type::COUNT),
    ("ratio", Type::RATIO),
    ("money", Type::MONEY),
    ("duration", Type::DURATION),
    ("points", Type::POINTS),
    ("date", Type::Date),
    ("datetime", Type::DateTime),
    ("month", Type::Period(PeriodKind::Month)),
    ("quarter", Type::Period(PeriodKind::Quarter)),
    ("year", Type::Period(PeriodKind::Year)),
];

fn shape(message: Text) -> Diagnostic {
    Diagnostic::new(codes::names::TABLE_SHAPE, message)
}

impl<'a> Checker<'a> {
    /// Checks dimensions, rosters and sources into the model.
    pub(crate) fn check_data(&mut self) {
        for index in 0..self.names.dimensions.len() {
            self.check_dimension(index);
        }
        self.check_scales();
        let mut tables: Vec<(&'a ast::Table, Option<&'a str>, bool)> = Vec::new();
        tables.extend(self.names.tables.iter().map(|(t, roster)| (t.ast, t.doc, *roster)));
        // Rules on values may name parameters and members, and ways lead through all tables, so every table stands in the
        // model before the first rule is checked.
        for (table, doc, roster) in &tables {
            let columns = table.columns.iter().map(|column| self.check_column(column)).collect();
            let title = title(&table.name, &table.label, *doc);
            let (key, label, time) = (None, None, Timing::Timeless);
            let sparse = table.sparse.is_some();
            self.model.tables.push(Table {
                title,
                roster: *roster,
                columns,
                key,
                label,
                time,
                sparse,
                exclude: Vec::new(),
                view: None,
            });
        }
        self.name_views();
        for (index, (table, ..)) in tables.iter().enumerate() {
            self.check_table(TableId::new(index), table);
        }
        for (index, (table, ..)) in tables.iter().enumerate() {
            self.check_exclusions(TableId::new(index), table);
        }
        self.check_views();
        for (index, (table, ..)) in tables.iter().enumerate() {
            self.check_references(TableId::new(index), table);
            self.check_column_rules(TableId::new(index), table);
        }
    }

    fn check_dimension(&mut self, index: usize) {
        let Some(declared) = self.names.dimensions.get(index) else { return };
        let (dimension, doc) = (declared.ast, declared.doc);
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for (name, label) in &dimension.members {
            let texts = [Some(name.text.as_str()), label.as_ref().map(|l| l.value.as_str())];
            for text in texts.into_iter().flatten() {
                // A cell of the data is matched by id or label, so one text may not mean two members.
                match seen.insert(text, name.span) {
                    Some(first) if first != name.span => self.report(duplicate(text, name.span, first)),
                    _ => {}
                }
            }
        }
        let members = dimension.members.iter();
        let members = members.map(|(name, label)| title(name, label, None)).collect();
        let title = title(&dimension.name, &dimension.label, doc);
        self.model.dimensions.push(Dimension { title, ordered: dimension.ordered, members });
    }

    /// The type of a written type, with whether it may be missing; text in the place of an unknown one, so that the rest
    /// of a table can be checked.
    fn column_type(&mut self, ty: &ast::TypeName) -> Type {
        self.type_name(ty).map_or(Type::Text, |(ty, _)| ty)
    }

    /// The type of a written type, with whether it may be missing.
    pub(crate) fn type_name(&mut self, ty: &ast::TypeName) -> Option<(Type, bool)> {
        let found = match &ty.kind {
            ast::TypeKind::Reference(name) => Type::Reference(self.table(name)?),
            ast::TypeKind::Named(name) => {
                if let Some((_, ty)) = TYPES.iter().find(|(n, _)| *n == name.word()) {
                    *ty
                } else {
                    self.dimension_type(name)?
                }
            }
        };
        Some((found, ty.optional))
    }

    fn dimension_type(&mut self, name: &ast::Name) -> Option<Type> {
        match self.names.get(&name.text) {
            Some(Decl::Dimension(index)) => {
                self.used.insert(Decl::Dimension(index));
                Some(Type::Member(DimensionId::new(index)))
            }
            Some(Decl::Scale(index)) => {
                self.used.insert(Decl::Scale(index));
                Some(Type::NUMBER)
            }
            Some(Decl::Table(_)) => {
                let found = Diagnostic::new(
                    codes::names::WRONG_KIND,
                    text!("`{name}` is a table, not a type", name = name.text),
                )
                .label(name.span, text!("a type was expected"))
                .help(text!("a reference to a row of a table is written with an arrow"))
                .fix(
                    text!("write it as a reference"),
                    name.span,
                    format!("-> {name}", name = name.text),
                );
                self.report(found);
                None
            }
            Some(other) => {
                self.report_kind(name, other, &text!("a type"));
                None
            }
            None => {
                let dimensions = self.names.dimensions.iter().map(|d| d.ast.name.text.as_str());
                let scales = self.names.scales.iter().map(|s| s.ast.name.text.as_str());
                let types = TYPES.iter().flat_map(|(name, _)| both(name, Place::Type)).map(|name| -> &str { name });
                let near = nearest(&name.text, types.chain(dimensions).chain(scales));
                let found = unknown(name, &text!("a type or a dimension"), near);
                self.report(found);
                None
            }
        }
    }

    fn check_column(&mut self, column: &'a ast::Column) -> Column {
        let ty = self.column_type(&column.ty);
        let money = matches!(ty, Type::Number(unit) if unit.money != 0);
        let mut digits = if money { self.model.policy.currency.digits } else { Dec::SCALE };
        let anchors = self.scale_of(&column.ty);
        if anchors.is_some() {
            digits = 0;
        }
        if let Some((written, span)) = column.digits {
            match whole(written).filter(|d| *d <= Dec::SCALE && ty.unit().is_some()) {
                Some(d) => digits = d,
                None => self.report(
                    shape(text!("`digits` of column `{name}` does not fit", name = column.name.text))
                        .label(span, text!("0 to 12, on a column of numbers")),
                ),
            }
        }
        let mut scale = Dec::ONE;
        if let Some((seconds, span)) = column.seconds {
            if ty == Type::DURATION {
                scale = seconds;
            } else {
                let message =
                    text!("column `{name}` is {ty}, not a duration", name = column.name.text, ty = self.show(ty));
                let help = text!("only a duration says what its numbers count");
                self.report(
                    shape(message)
                        .label(span, text!("a unit of durations"))
                        .label(column.ty.span, text!("its type"))
                        .help(help),
                );
            }
        }
        let header = column.header.as_ref().map_or_else(|| column.name.text.clone(), |h| h.value.clone());
        let title = Title { name: column.name.text.clone(), label: None, doc: None, span: column.name.span };
        Column {
            header,
            optional: column.ty.optional,
            unique: column.key.is_some() || column.unique.is_some(),
            subject: column.subject.is_some(),
            scale,
            digits,
            private: column.private.is_some(),
            anchors,
            ..Column::plain(title, ty)
        }
    }

    /// Key, label, time and double names of a table.
    fn check_table(&mut self, id: TableId, table: &'a ast::Table) {
        let mut names: FxHashMap<&str, Span> = FxHashMap::default();
        let mut headers: FxHashMap<&str, Span> = FxHashMap::default();
        for column in &table.columns {
            if let Some(first) = names.get(column.name.text.as_str()) {
                self.report(duplicate(&column.name.text, column.name.span, *first));
                continue;
            }
            names.insert(&column.name.text, column.name.span);
            let (header, span) = match &column.header {
                Some(text) => (text.value.as_str(), text.span),
                None => (column.name.text.as_str(), column.name.span),
            };
            if let Some(first) = headers.insert(header, span) {
                self.report(
                    shape(text!("two columns of `{name}` have the header `{header}`", name = table.name.text, header))
                        .label(span, text!("here again"))
                        .label(first, text!("here first"))
                        .help(text!("each column of an export is read by one column of its contract")),
                );
            }
        }
        let key = self.one_of(table, "key", |c| c.key);
        let label = self.one_of(table, "label", |c| c.label);
        if let Some((index, span)) = key {
            let (ty, optional) = self.column_of(id, index);
            if !matches!(ty, Type::Text | Type::Reference(_)) {
                let message = text!(
                    "a key is a text, and `{index}` is {ty}",
                    index = self.column_name(id, index),
                    ty = self.show(ty)
                );
                let help = text!("identifiers are not computed with; a column of digits is read well as `text`");
                self.report(shape(message).label(span, text!("the key")).help(help));
            }
            if optional {
                let message = text!("the key `{index}` may be missing", index = self.column_name(id, index));
                self.report(
                    shape(message)
                        .label(span, text!("a row without it cannot be told apart"))
                        .help(text!("take off the `?`")),
                );
            }
        }
        if let Some((index, span)) = label
            && self.column_of(id, index).0 != Type::Text
        {
            self.report(shape(text!("a label is a text")).label(span, text!("this column is none")));
        }
        self.check_usual_references(id, table);
        let time = self.check_timing(id, table);
        if let Some(found) = self.model.tables.get_mut(id) {
            (found.key, found.label, found.time) = (key.map(|(i, _)| i), label.map(|(i, _)| i), time);
        }
    }

    /// The one column with a mark.
    fn one_of(
        &mut self,
        table: &ast::Table,
        mark: &str,
        marked: impl Fn(&ast::Column) -> Option<Span>,
    ) -> Option<(u32, Span)> {
        let mut all = table.columns.iter().enumerate().filter_map(|(i, c)| Some((i as u32, marked(c)?)));
        let first = all.next()?;
        for (_, again) in all {
            let found = shape(text!("table `{name}` has two columns marked `{mark}`", name = table.name.text, mark))
                .label(again, text!("marked again"))
                .label(first.1, text!("marked first"))
                .help(text!("keep one `{mark}`", mark));
            self.diagnostics.push(found);
        }
        Some(first)
    }

    /// At most one reference to the same table is the usual one.
    fn check_usual_references(&mut self, id: TableId, table: &ast::Table) {
        let mut usual: FxHashMap<TableId, Span> = FxHashMap::default();
        for (index, column) in table.columns.iter().enumerate() {
            let Some(span) = column.subject else { continue };
            let (ty, _) = self.column_of(id, index as u32);
            let Type::Reference(to) = ty else {
                let message = text!("`{name}` is marked `subject` and refers to nothing", name = column.name.text);
                let help = text!("`subject` marks the usual one of several references to the same table");
                self.report(shape(message).label(span, text!("not a reference")).help(help));
                continue;
            };
            if let Some(first) = usual.insert(to, span) {
                let message =
                    text!("two references of `{name}` to the same table are marked `subject`", name = table.name.text);
                self.report(
                    shape(message)
                        .label(span, text!("here again"))
                        .label(first, text!("here first"))
                        .help(text!("keep one")),
                );
            }
        }
    }

    fn check_timing(&mut self, id: TableId, table: &'a ast::Table) -> Timing {
        let mut clauses: Vec<(&str, Span)> = Vec::new();
        clauses.extend(table.columns.iter().filter_map(|c| c.time).map(|span| ("`time`", span)));
        clauses.extend(table.valid.iter().map(|v| ("`valid from … to …`", v.span)));
        clauses.extend(table.as_of.iter().map(|n| ("`as of`", n.span)));
        if let [(one, first), (other, second), ..] = clauses.as_slice() {
            let message = text!("table `{name}` lies in time in two ways", name = table.name.text);
            let found = shape(message)
                .label(*second, text!("{other} here", other))
                .label(*first, text!("{one} here", one))
                .help(text!(
                    "a flow has one `time` column, a stock has `valid from … to …`, one row a period has `as of`"
                ));
            self.report(found);
        }
        if let Some((index, column)) = table.columns.iter().enumerate().find(|(_, c)| c.time.is_some()) {
            let (ty, optional) = self.column_of(id, index as u32);
            let span = column.time.unwrap_or(column.span);
            if !matches!(ty, Type::Date | Type::DateTime | Type::Period(_)) {
                let message = text!("the time of a row cannot be {ty}", ty = self.show(ty));
                let help = text!("a time column is a date, datetime, month, quarter or year");
                self.report(
                    shape(message)
                        .label(span, text!("marked as time"))
                        .label(column.ty.span, text!("its type"))
                        .help(help),
                );
            }
            if optional {
                let help = text!("take off the `?`; a row without time belongs to no period");
                self.report(
                    shape(text!("the time of a row may not be missing")).label(span, text!("this may")).help(help),
                );
            }
            return Timing::Flow(index as u32);
        }
        if let Some(valid) = &table.valid {
            let from = self.date_column(id, &valid.from, &[Type::Date]);
            let to = self.date_column(id, &valid.to, &[Type::Date]);
            if let (Some(from), Some(to)) = (from, to) {
                return Timing::Stock { from, to };
            }
        } else if let Some(name) = &table.as_of {
            // Days would let several rows of a key lie in one period: that is what `valid from … to …` is for.
            let types = [PeriodKind::Month, PeriodKind::Quarter, PeriodKind::Year].map(Type::Period);
            if let Some(index) = self.date_column(id, name, &types) {
                return Timing::AsOf(index);
            }
        }
        Timing::Timeless
    }

    fn date_column(&mut self, id: TableId, name: &ast::Name, types: &[Type]) -> Option<u32> {
        let index = self.column_named(id, name)?;
        let (ty, _) = self.column_of(id, index);
        if !types.contains(&ty) {
            let expected = Text::or_list(types.iter().map(|t| self.show(*t)));
            let message =
                text!("`{name}` is {ty}, and {expected} is needed", name = name.text, ty = self.show(ty), expected);
            self.report(shape(message).label(name.span, text!("this column")));
            return None;
        }
        Some(index)
    }

    /// The place of a column by its name; an unknown one is reported.
    pub(crate) fn column_named(&mut self, id: TableId, name: &ast::Name) -> Option<u32> {
        let table = &self.model.tables[id];
        if let Some((index, _)) = table.find(&name.text) {
            return Some(index);
        }
        let near = nearest(&name.text, table.columns.iter().map(|c| c.title.name.as_str()));
        let found = unknown(name, &text!("a column of `{name}`", name = table.title.name), near);
        self.report(found);
        None
    }

    fn check_references(&mut self, id: TableId, table: &'a ast::Table) {
        for (index, column) in table.columns.iter().enumerate() {
            let (Type::Reference(to), ast::TypeKind::Reference(name)) =
                (self.column_of(id, index as u32).0, &column.ty.kind)
            else {
                continue;
            };
            let target = &self.model.tables[to];
            if target.key.is_none() {
                let (place, help) = match &target.view {
                    Some(view) => {
                        let input = &self.model.tables[self.model.export_of(view.of)].title.name;
                        let help = text!(
                            "only a view without `group by` keeps the key of its input; refer to `{input}`",
                            input
                        );
                        (text!("the rows of this view are not told apart by one column"), help)
                    }
                    None => {
                        let help = text!("mark the column that tells its rows apart: `id: text key`");
                        (text!("no column here is marked `key`"), help)
                    }
                };
                let found = shape(text!("`{name}` has no key, so nothing can refer to its rows", name = name.text))
                    .label(name.span, text!("a reference to it"))
                    .label(target.title.span, place)
                    .help(help);
                self.report(found);
            }
        }
    }

    fn check_column_rules(&mut self, id: TableId, table: &'a ast::Table) {
        for (index, column) in table.columns.iter().enumerate() {
            let (ty, _) = self.column_of(id, index as u32);
            let steps = self.scale_of(&column.ty).map(|scale| &self.model.scales[scale]);
            let steps = steps.map(|scale| ColumnRule::In {
                low: kpi_value::Value::Dec(Dec::int(scale.low)),
                high: kpi_value::Value::Dec(Dec::int(scale.high())),
                closed: true,
            });
            let mut rules: Vec<_> = column.rules.iter().filter_map(|rule| self.check_column_rule(ty, rule)).collect();
            // Nothing is counted below zero, unless the contract says by a rule of its own what it may hold.
            if column.rules.is_empty() && ty == Type::COUNT {
                rules.push(ColumnRule::Compare(crate::model::CompareOp::Ge, kpi_value::Value::Dec(Dec::ZERO)));
            }
            rules.splice(0..0, steps);
            if let Some(c) = self.model.tables.get_mut(id).and_then(|t| t.columns.get_mut(index)) {
                c.rules = rules;
            }
        }
    }

    fn check_column_rule(&mut self, ty: Type, rule: &'a ast::ColumnRule) -> Option<ColumnRule> {
        match rule {
            ast::ColumnRule::Compare(op, bound) => {
                let op = crate::compare::compare_op(*op)?;
                if !matches!(op, crate::model::CompareOp::Eq | crate::model::CompareOp::Ne) {
                    self.check_ordered(ty, bound.span)?;
                }
                Some(ColumnRule::Compare(op, self.const_value(bound, ty)?))
            }
            ast::ColumnRule::In(range) => {
                self.check_ordered(ty, range.span)?;
                let (low, high) = (self.const_value(&range.low, ty)?, self.const_value(&range.high, ty)?);
                if low > high || (low == high && !range.closed) {
                    self.report(
                        shape(text!("no value lies in this range"))
                            .label(range.span, text!("its lower bound is above the upper")),
                    );
                    return None;
                }
                Some(ColumnRule::In { low, high, closed: range.closed })
            }
            ast::ColumnRule::Matches(written) => self.check_pattern(ty, written),
        }
    }

    fn check_pattern(&mut self, ty: Type, written: &ast::Text) -> Option<ColumnRule> {
        if !matches!(ty, Type::Text | Type::Reference(_)) {
            let message = text!("a pattern is for texts, and this column is {ty}", ty = self.show(ty));
            self.report(shape(message).label(written.span, text!("a pattern of texts")));
            return None;
        }
        match TextPattern::new(&written.value) {
            Some(pattern) => Some(ColumnRule::Matches(pattern)),
            None => {
                let message = text!("this is not a pattern");
                let help = text!(
                    "`A\\d+` is an A and any number of digits, `[A-Z]\\d\\d` a capital letter and two digits, `a|b` one of two; `\\(` is a bracket itself"
                );
                self.report(shape(message).label(written.span, text!("cannot be read")).help(help));
                None
            }
        }
    }

    /// A constant of a type.
    pub(crate) fn const_value(&mut self, e: &'a ast::Expr, ty: Type) -> Option<kpi_value::Value> {
        if let Type::Number(unit) = ty {
            return self.const_dec(e, &text!("the bound"), unit).map(kpi_value::Value::Dec);
        }
        let typed = self.expr(e, &Context::pure(), Some(ty))?;
        match typed.kind {
            crate::model::ExprKind::Const(Some(value)) => Some(value),
            _ => {
                self.report(
                    Diagnostic::new(codes::types::NOT_CONSTANT, text!("the bound is not a constant"))
                        .label(e.span, text!("this depends on more than the text of the policy")),
                );
                None
            }
        }
    }

    fn column_of(&self, id: TableId, index: u32) -> (Type, bool) {
        self.model.tables[id].column(index).map_or((Type::Text, false), |c| (c.ty, c.optional))
    }

    fn column_name(&self, id: TableId, index: u32) -> &str {
        self.model.tables[id].column(index).map_or("", |c| c.title.name.as_str())
    }
}

/// A whole number that is not negative.
pub(crate) fn whole(x: Dec) -> Option<u32> {
    let n = u32::try_from(x.units() / Dec::UNITS).ok()?;
    (Dec::int(i64::from(n)) == x).then_some(n)
}
