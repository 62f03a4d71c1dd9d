//! Views: tables whose rows are made of another table's.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::{Dec, PeriodKind};
use rustc_hash::FxHashMap;

use crate::aggregates::aggregate_function;
use crate::checker::{Checker, title};
use crate::context::Context;
use crate::expr::learn;
use crate::model::{
    self, AggregateFunction, ArithmeticOp, Builtin, Column, ExprKind, Form, GroupAggregate, GroupKey, Grouping, Path,
    Table, TableId, Timing, Title, Type, Unit, View,
};
use crate::names::{duplicate, nearest};

/// The calendar words that may be keys.
const CALENDAR: &[(&str, PeriodKind)] = &[
    ("day", PeriodKind::Day),
    ("week", PeriodKind::Week),
    ("month", PeriodKind::Month),
    ("quarter", PeriodKind::Quarter),
    ("year", PeriodKind::Year),
];

/// The aggregates that a view may hold, in words.
const AGGREGATES: &str = "`sum`, `count`, `count_distinct`, `average`, `min`, `max`, `any` or `all`";

impl<'a> Checker<'a> {
    /// Puts every view into the model by its name, so that references to it and ways through it have a place.
    pub(crate) fn name_views(&mut self) {
        for view in &self.names.views {
            let title = title(&view.ast.name, &view.ast.label, view.doc);
            let (key, label, time) = (None, None, Timing::Timeless);
            let columns = Vec::new();
            self.model.tables.push(Table {
                title,
                roster: false,
                columns,
                key,
                label,
                time,
                sparse: false,
                exclude: Vec::new(),
                view: None,
            });
        }
    }

    /// Checks the views, each after that of which it is one.
    pub(crate) fn check_views(&mut self) {
        let mut open = Vec::new();
        let mut done = vec![false; self.names.views.len()];
        for index in 0..done.len() {
            self.check_view(index, &mut open, &mut done);
        }
    }

    fn check_view(&mut self, index: usize, open: &mut Vec<usize>, done: &mut Vec<bool>) {
        if done.get(index).copied().unwrap_or(true) {
            return;
        }
        let Some(declared) = self.names.views.get(index) else { return };
        let (view, faulty) = (declared.ast, declared.faulty);
        open.push(index);
        let first = self.names.tables.len();
        let of = self.table(&view.of);
        let below = of.and_then(|of| of.index().checked_sub(first));
        match below {
            Some(below) if open.contains(&below) => self.report_cycle(&view.name, view.of.span),
            _ => {
                if let Some(below) = below {
                    self.check_view(below, open, done);
                }
                if let Some(of) = of {
                    self.fill_view(TableId::new(first + index), of, view, faulty);
                }
            }
        }
        open.pop();
        if let Some(slot) = done.get_mut(index) {
            *slot = true;
        }
    }

    fn fill_view(&mut self, id: TableId, of: TableId, view: &'a ast::View, faulty: bool) {
        let mut row = Context::row(of);
        let mut condition = None;
        if let Some(written) = &view.condition {
            condition = self.condition(written, &row);
            condition.iter().for_each(|condition| learn(condition, true, &mut row.known));
        }
        let input = &self.model.tables[of];
        let time_of_input = input.time;
        let (mut columns, mut time, mut grouping) = (input.columns.clone(), input.time, None);
        let (mut key, mut label, mut roster, sparse) = (input.key, input.label, input.roster, input.sparse);
        if let Some(written) = &view.grouping {
            condition = self.kept_rows(of, condition);
            (key, label, roster) = (None, None, false);
            (columns, time, grouping) = self.grouping(of, written, &row, faulty);
        }
        let grouped = grouping.iter();
        let args =
            grouped.clone().flat_map(|g: &Grouping| g.aggregates.iter().flat_map(|a| a.arg.iter().chain(&a.condition)));
        let exprs: Vec<model::Expr> = args.chain(&condition).cloned().collect();
        if !matches!(time_of_input, Timing::Flow(_)) {
            let _ = self.check_rows_whenever(of, exprs.iter());
        }
        if let Some(grouping) = &grouping {
            self.check_keys_in_time(of, &grouping.keys, view);
        }
        if let Some(table) = self.model.tables.get_mut(id) {
            (table.columns, table.time, table.roster, table.sparse) = (columns, time, roster, sparse);
            (table.key, table.label) = (key, label);
            table.view = Some(View { of, condition, grouping, dated: None, at_start: false });
        }
        if view.grouping.is_none() {
            self.inherit_exclusions(id, of);
        }
    }

    /// The columns of a grouped view, its time, and how it groups.
    fn grouping(
        &mut self,
        of: TableId,
        written: &'a ast::Grouping,
        row: &Context,
        faulty: bool,
    ) -> (Vec<Column>, Timing, Option<Grouping>) {
        if matches!(self.model.tables[of].time, Timing::Stock { .. } | Timing::AsOf(_)) {
            let input = &self.model.tables[of].title;
            let message =
                text!("`group by` over `{name}`, whose rows hold for a while and are no events", name = input.name);
            let finding = Diagnostic::new(codes::types::HELD_ROWS, message)
                .label(written.span, text!("of which days would the rows be?"))
                .label(input.span, text!("a row here is no event of one day"))
                .help(text!("aggregate it in a formula, which reads it as of the period; or bind an export with one row a day and a `time` column"));
            self.report(finding);
        }
        let (mut columns, mut time, mut keys) = (Vec::new(), Timing::Timeless, Vec::new());
        for names in &written.keys {
            let Some((key, column)) = self.group_key(of, names) else { continue };
            if let GroupKey::Calendar(_) = key {
                if let Timing::Flow(first) = time {
                    let first = columns.get(first as usize).map(|c: &Column| c.title.span).unwrap_or_default();
                    let finding = Diagnostic::new(codes::names::TABLE_SHAPE, text!("a view has one calendar unit"))
                        .label(column.title.span, text!("a second one"))
                        .label(first, text!("the first one"))
                        .help(text!("keep the shorter one; a formula adds up what is longer"));
                    self.report(finding);
                    continue;
                }
                time = Timing::Flow(columns.len() as u32);
            }
            keys.push(key);
            columns.push(column);
        }
        let mut aggregates = Vec::new();
        for written in &written.columns {
            let made = self.view_column(of, written, row);
            // A column that is not sound is there all the same, so that nobody is told that it is not.
            let column = made.as_ref().map(|(column, _)| column.clone());
            let title = title(&written.name, &written.label, None);
            columns.push(Column { title, ..column.unwrap_or_else(|| plain_column("", Span::default(), Type::NUMBER)) });
            aggregates.extend(made.map(|(_, aggregate)| aggregate));
        }
        if !faulty {
            self.check_view_names(&columns);
        }
        (columns, time, Some(Grouping { keys, aggregates }))
    }

    fn check_view_names(&mut self, columns: &[Column]) {
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for column in columns {
            if let Some(first) = seen.insert(&column.title.name, column.title.span) {
                self.report(duplicate(&column.title.name, column.title.span, first));
            }
        }
    }

    /// A key: a calendar word where the input has no other column of that name, else a column or a path.
    fn group_key(&mut self, of: TableId, names: &'a [ast::Name]) -> Option<(GroupKey, Column)> {
        let (last, input) = (names.last()?, &self.model.tables[of]);
        let word = CALENDAR.iter().find(|(word, _)| *word == last.word() && names.len() == 1).map(|(_, kind)| *kind);
        let time = if let Timing::Flow(time) = input.time { Some(time) } else { None };
        if let Some(kind) = word
            && input.find(&last.text).is_none_or(|(index, _)| Some(index) == time)
        {
            return self.calendar_key(of, kind, time, last);
        }
        let (path, ty) = self.attribute_path(names, &Context::row(of))?;
        let column = self.model.column(path.last()?);
        let direct = path.0.len() == 1;
        let scale = column.scale == Dec::ONE;
        let made = Column {
            optional: column.optional || !direct,
            subject: column.subject && direct,
            private: column.private,
            digits: if scale { column.digits } else { Dec::SCALE },
            ..plain_column(&last.text, last.span, ty)
        };
        Some((GroupKey::Column(path), made))
    }

    fn calendar_key(
        &mut self,
        of: TableId,
        kind: PeriodKind,
        time: Option<u32>,
        written: &ast::Name,
    ) -> Option<(GroupKey, Column)> {
        let span = written.span;
        let (input, policy) = (&self.model.tables[of], self.model.policy.period);
        let (name, place, word) = (input.title.name.clone(), input.title.span, crate::show::show_period(kind));
        let time = time.and_then(|time| input.column(time));
        let finding = match time.map(|column| (column.ty, column.title.span)) {
            None => {
                Diagnostic::new(codes::names::TABLE_SHAPE, text!("the rows of `{name}` lie on no {word}", name, word))
                    .label(span, text!("a unit of the calendar"))
                    .label(place, text!("no column of it is marked `time`"))
                    .help(text!(
                        "mark the column that says when a row of `{name}` is, or take the calendar unit off the keys",
                        name
                    ))
            }
            Some((Type::Period(own), column)) if own > kind => {
                let message = text!(
                    "a row of `{name}` is of a whole {word}, and lies on no {word2}",
                    name,
                    word = crate::show::show_period(own),
                    word2 = word
                );
                Diagnostic::new(codes::names::TABLE_SHAPE, message)
                    .label(span, text!("shorter than a {word}", word = crate::show::show_period(own)))
                    .label(column, text!("its time"))
            }
            Some(_) if kind > policy => {
                let message = text!(
                    "a {word} belongs to no {word2}, by which this policy judges",
                    word,
                    word2 = crate::show::show_period(policy)
                );
                Diagnostic::new(codes::names::TABLE_SHAPE, message)
                    .label(span, text!("longer than a {word}", word = crate::show::show_period(policy)))
                    .help(text!("group by the calendar unit of the policy or a shorter one, or by none at all"))
            }
            Some(_) => {
                let ty = if kind == PeriodKind::Day { Type::Date } else { Type::Period(kind) };
                return Some((GroupKey::Calendar(kind), plain_column(&written.text, span, ty)));
            }
        };
        self.report(finding);
        None
    }

    /// An aggregate of a view and the column that it makes.
    fn view_column(
        &mut self,
        of: TableId,
        written: &'a ast::ViewColumn,
        row: &Context,
    ) -> Option<(Column, GroupAggregate)> {
        let refuse = |checker: &mut Checker<'a>, span: Span, help: Text| {
            let message = text!("the column `{name}` of a view is one aggregate", name = written.name.text);
            let finding = Diagnostic::new(codes::types::ARGUMENTS, message)
                .label(span, text!("{x} was expected", x = AGGREGATES));
            checker.report(finding.help(help));
            None
        };
        let arithmetic = text!("compute with the view's columns in the formula that reads it");
        let ast::ExprKind::Call(call) = &written.value.kind else {
            return refuse(self, written.value.span, arithmetic);
        };
        let name = call.function.word();
        let function = match aggregate_function(name) {
            Some(
                AggregateFunction::Median
                | AggregateFunction::Quantile(_)
                | AggregateFunction::Stddev
                | AggregateFunction::First
                | AggregateFunction::Last,
            ) => {
                let help = text!(
                    "write `{name}` in the formula, over the rows of `{name2}` itself",
                    name,
                    name2 = self.model.tables[of].title.name
                );
                return refuse(self, call.function.span, help);
            }
            Some(function) => function,
            None => {
                let near = nearest(name, ["sum", "count", "count_distinct", "average", "min", "max", "any", "all"]);
                let help = near.map_or(arithmetic, |near| text!("did you mean `{near}`?", near));
                return refuse(self, call.function.span, help);
            }
        };
        let via = call.via.iter().flatten().map(|n| ("via", n.span));
        let via = via.chain(call.dated.iter().map(|dated| ("dated", dated.span)));
        let via = via.chain(call.at.iter().map(|at| ("at", at.span)));
        let others = call.needs.iter().map(|(_, span)| ("needs", *span));
        let others = others.chain(call.among.iter().map(|a| ("among", a.span)));
        let mut clauses = via.chain(others.chain(call.window.iter().map(|w| ("a window", w.span))));
        if let Some((what, span)) = clauses.next() {
            let message = text!(
                "{what} has no place in a view",
                what = if what == "a window" { what.to_owned() } else { format!("`{what}`") }
            );
            let finding = Diagnostic::new(codes::types::ARGUMENTS, message)
                .label(span, text!("a group has no subject and no period judged"))
                .help(text!("write it where the view is read"));
            self.report(finding);
            return None;
        }
        let mut cx = row.clone();
        let condition = match &call.condition {
            Some(condition) => {
                let condition = self.condition(condition, row)?;
                learn(&condition, true, &mut cx.known);
                Some(condition)
            }
            None => None,
        };
        let arg = match call.args.as_slice() {
            [] if function == AggregateFunction::Count => None,
            [arg] => {
                let whole = matches!(&arg.kind, ast::ExprKind::Name(n) if n.text == self.model.tables[of].title.name);
                if whole && function == AggregateFunction::Count { None } else { Some(self.operand(arg, &cx, None)?) }
            }
            _ => {
                return self.report_arguments(
                    call,
                    written.value.span,
                    &text!("one value of each row: `{name}(…)`", name),
                );
            }
        };
        let mut ty = self.aggregate_type(function, name, arg.as_ref(), of)?;
        let bare = arg.as_ref().and_then(|arg| if let ExprKind::Column(path) = &arg.kind { path.last() } else { None });
        if let (Type::Number(unit), Some(arg)) = (ty, &arg) {
            if !unit.is_a_type() {
                let found = self.show(ty);
                let message =
                    text!("the column `{name}` would be {found}, which is not a type", name = written.name.text, found);
                let finding =
                    Diagnostic::new(codes::types::NOT_A_TYPE, message).label(arg.span, text!("this is {found}", found));
                self.report(finding);
                return None;
            }
            // Only a column of counts is known to be whole.
            let counts = matches!(function, AggregateFunction::Count | AggregateFunction::CountDistinct);
            if unit.form == Form::Count && bare.is_none() && !counts {
                ty = Type::Number(Unit { form: Form::Number, ..unit });
            }
        }
        let exact = bare.map(|column| self.model.column(column)).filter(|c| c.scale == Dec::ONE).map(|c| c.digits);
        let digits = match function {
            AggregateFunction::Average => Dec::SCALE,
            _ => exact.unwrap_or(Dec::SCALE),
        };
        let from_rows = matches!(
            function,
            AggregateFunction::Average | AggregateFunction::Min | AggregateFunction::Max | AggregateFunction::All
        );
        let always = condition.is_none() && arg.as_ref().is_some_and(|arg| self.always_known(arg));
        let column = Column {
            optional: from_rows && !always,
            digits,
            ..plain_column(&written.name.text, written.name.span, ty)
        };
        Some((column, GroupAggregate { function, arg, condition }))
    }

    /// Whether a value is known in every row.
    fn always_known(&self, e: &model::Expr) -> bool {
        match &e.kind {
            ExprKind::Const(value) => value.is_some(),
            ExprKind::Column(Path(columns)) => {
                matches!(columns.as_slice(), [column] if !self.model.column(*column).optional)
            }
            ExprKind::Arithmetic(ArithmeticOp::Div, ..) | ExprKind::Call(Builtin::Coalesce, _) => false,
            ExprKind::Arithmetic(..)
            | ExprKind::Neg(_)
            | ExprKind::Not(_)
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::Compare(..)
            | ExprKind::InRange(..)
            | ExprKind::InSet(..)
            | ExprKind::Inlined(..)
            | ExprKind::Call(..) => e.children().into_iter().all(|child| self.always_known(child)),
            ExprKind::IsMissing(_) => true,
            _ => false,
        }
    }

    /// Refuses keys that change in time where the rows of the input lie in no period.
    fn check_keys_in_time(&mut self, of: TableId, keys: &[GroupKey], view: &'a ast::View) {
        if self.model.tables[of].time != Timing::Timeless {
            return;
        }
        let written = view.grouping.iter().flat_map(|grouping| &grouping.keys);
        for names in written {
            let place = names.iter().map(|n| n.span).reduce(Span::to).unwrap_or_default();
            let last = names.last().map(|n| n.text.as_str());
            let path = keys.iter().find_map(|key| match key {
                GroupKey::Column(path)
                    if path.last().is_some_and(|c| Some(self.model.column(c).title.name.as_str()) == last) =>
                {
                    Some(path.clone())
                }
                _ => None,
            });
            if let Some(path) = path {
                let ty = path.last().map_or(Type::Text, |c| self.model.column(c).ty);
                let e = self.make(ExprKind::Column(path), ty, place);
                let _ = self.check_rows_in_time(of, std::iter::once(&e));
            }
        }
    }
}

/// A column of which only its name and type are said.
fn plain_column(name: &str, span: Span, ty: Type) -> Column {
    Column::plain(Title { name: name.to_owned(), label: None, doc: None, span }, ty)
}
