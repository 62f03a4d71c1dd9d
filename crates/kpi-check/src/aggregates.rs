//! Aggregates over rows, and `lookup`.

use std::sync::Arc;

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::Dec;

use crate::checker::Checker;
use crate::context::Context;
use crate::expr::learn;
use crate::model::{
    self, Aggregate, AggregateFunction, ByKey, ExprKind, Form, Lookup, ParamId, Path, TableId, Timing, Type, Unit,
};
use crate::names::Decl;
use crate::values::chain;

/// The functions over rows; `quantile` has a second argument.
pub(crate) fn aggregate_function(name: &str) -> Option<AggregateFunction> {
    Some(match name {
        "sum" => AggregateFunction::Sum,
        "count" => AggregateFunction::Count,
        "count_distinct" => AggregateFunction::CountDistinct,
        "average" => AggregateFunction::Average,
        "median" => AggregateFunction::Median,
        "quantile" => AggregateFunction::Quantile(Dec::ZERO),
        "min" => AggregateFunction::Min,
        "max" => AggregateFunction::Max,
        "first" => AggregateFunction::First,
        "last" => AggregateFunction::Last,
        "any" => AggregateFunction::Any,
        "all" => AggregateFunction::All,
        "stddev" => AggregateFunction::Stddev,
        _ => return None,
    })
}

/// The rows that a call is about, with its clauses.
struct Rows {
    table: TableId,
    /// The table as it is named in the policy; `table` itself but for dated rows.
    named: TableId,
    via: Option<Path>,
    condition: Option<model::Expr>,
    cx: Context,
}

impl<'a> Checker<'a> {
    pub(crate) fn aggregate(
        &mut self,
        e: &'a ast::Expr,
        call: &'a ast::Call,
        function: AggregateFunction,
        cx: &Context,
    ) -> Option<model::Expr> {
        let name = &call.function.text;
        let function = match (function, call.args.as_slice()) {
            (AggregateFunction::Quantile(_), [_, share]) => {
                let value = self.const_dec(share, &text!("the share of a quantile"), Unit::RATIO)?;
                if value < Dec::ZERO || value > Dec::ONE {
                    self.report(
                        Diagnostic::new(codes::types::OUT_OF_RANGE, text!("a quantile lies at 0% to 100%"))
                            .label(share.span, text!("outside")),
                    );
                    return None;
                }
                AggregateFunction::Quantile(value)
            }
            (AggregateFunction::Quantile(_), _) => {
                return self.report_arguments(
                    call,
                    e.span,
                    &text!("a value of each row and a share: `quantile(x.y, 90%)`"),
                );
            }
            (function, [_]) => function,
            _ => return self.report_arguments(call, e.span, &text!("one value of each row: `{name}(…)`", name)),
        };
        let arg = call.args.first()?;
        let rows = self.rows(e, call, arg, cx)?;
        let bare_table = matches!(&arg.kind, ast::ExprKind::Name(n) if self.names.get(&n.text) == Some(Decl::Table(rows.named.index())));
        let arg = if bare_table {
            if function != AggregateFunction::Count {
                let table = &self.model.tables[rows.table].title.name;
                let finding =
                    Diagnostic::new(codes::types::ARGUMENTS, text!("`{name}` of what of `{table}`?", name, table))
                        .label(arg.span, text!("a table; one of its columns is needed"))
                        .help(text!("write `{name}({table}.…)`; only `count` takes a table", name, table));
                self.report(finding);
                return None;
            }
            None
        } else {
            Some(self.operand(arg, &rows.cx, None)?)
        };
        let ty = self.aggregate_type(function, name, arg.as_ref(), rows.table)?;
        let needs = self.needs(call)?;
        let (table, via, condition) = (rows.table, rows.via, rows.condition);
        self.check_rows_in_time(table, arg.iter().chain(&condition))?;
        let aggregate = Aggregate { function, table, arg, via, condition, needs };
        Some(self.make(ExprKind::Aggregate(Arc::new(aggregate)), ty, e.span))
    }

    pub(crate) fn lookup(&mut self, e: &'a ast::Expr, call: &'a ast::Call, cx: &Context) -> Option<model::Expr> {
        let [arg] = call.args.as_slice() else {
            return self.report_arguments(call, e.span, &text!("a column of the one row: `lookup(plan.gmv)`"));
        };
        let rows = self.rows(e, call, arg, cx)?;
        if let Some((_, span)) = call.needs {
            self.report(
                Diagnostic::new(codes::types::ARGUMENTS, text!("`lookup` reads one row, it `needs` no more"))
                    .label(span, text!("take this off")),
            );
        }
        // An empty cell of the one row is no data, as the row's absence is.
        let arg = self.typed(arg, &rows.cx, None)?;
        let ty = arg.ty;
        self.check_rows_in_time(rows.table, std::iter::once(&arg).chain(&rows.condition))?;
        let lookup = Lookup { table: rows.table, arg, via: rows.via, condition: rows.condition };
        Some(self.make(ExprKind::Lookup(Arc::new(lookup)), ty, e.span))
    }

    /// Finds the table of a call, checks its clauses, and that its rows reach the subject.
    fn rows(&mut self, e: &'a ast::Expr, call: &'a ast::Call, arg: &'a ast::Expr, cx: &Context) -> Option<Rows> {
        let name = &call.function.text;
        let Some(subject) = cx.subject().cloned() else {
            self.report_not_here(&text!("`{name}(…)`", name), e.span, cx);
            return None;
        };
        let named = self.table_of_rows(call, arg, cx)?;
        self.used.insert(Decl::Table(named.index()));
        let table = match (&call.dated, &call.at) {
            (None, None) => named,
            (Some(dated), None) => self.dated_rows(named, dated)?,
            (None, Some(at)) => self.rows_at_start(named, at)?,
            (Some(dated), Some(at)) => {
                let finding = Diagnostic::new(
                    codes::types::ARGUMENTS,
                    text!("rows are taken by a date or at a moment, not by both"),
                );
                let finding = finding.label(at.span, text!("at a moment")).label(dated.span, text!("by a date"));
                self.report(finding.help(text!("keep one of the two")));
                return None;
            }
        };
        let via = match &call.via {
            Some(names) => Some(self.via(table, names)?),
            None => None,
        };
        self.check_way(table, via.as_ref(), &subject, e.span)?;
        let mut row = Context { bindings: cx.bindings.clone(), relates: true, ..Context::row(table) };
        let condition = match &call.condition {
            Some(condition) => {
                let condition = self.condition(condition, &row)?;
                learn(&condition, true, &mut row.known);
                Some(condition)
            }
            None => None,
        };
        Some(Rows { table, named, via, condition, cx: row })
    }

    /// Refuses what differs from period to period in the rows of a table that lie in none: the engine reads such a table once
    /// for all periods of a run. So it is with the rows of a view's input that hold for a while.
    pub(crate) fn check_rows_in_time<'e>(
        &mut self,
        table: TableId,
        row: impl Iterator<Item = &'e model::Expr>,
    ) -> Option<()> {
        if self.model.tables[table].time != Timing::Timeless {
            return Some(());
        }
        self.check_rows_whenever(table, row)
    }

    /// As [`Checker::check_rows_in_time`], whatever the time of the table.
    pub(crate) fn check_rows_whenever<'e>(
        &mut self,
        table: TableId,
        row: impl Iterator<Item = &'e model::Expr>,
    ) -> Option<()> {
        let found = self.what_changes(row);
        let (name, place) = (self.model.tables[table].title.name.clone(), self.model.tables[table].title.span);
        let time = self.model.tables[table].time;
        for (span, what) in found.iter().cloned() {
            let name = name.clone();
            let (message, label, help) = match time {
                Timing::Timeless => (
                    text!("{what}, and a row of `{name}` has no time", what, name = name.clone()),
                    text!("no column of `{name}` is marked `time`", name = name.clone()),
                    text!("mark the column that says when a row of `{name}` is", name),
                ),
                Timing::Stock { .. } | Timing::AsOf(_) => (
                    text!("{what}, and a row of `{name}` holds for several periods", what, name),
                    text!("a row here holds for a while"),
                    text!("write this in the `where` of aggregates, which read it as of the period that is judged"),
                ),
                Timing::Flow(_) => (
                    text!("{what}, and the date of a row of `{name}` says to which period it belongs", what, name),
                    text!("its rows are given to periods by this date"),
                    text!("take a date of the row itself"),
                ),
            };
            let finding = Diagnostic::new(codes::types::ROWS_WHENEVER, message);
            self.report(finding.label(span, text!("of which period?")).label(place, label).help(help));
        }
        found.is_empty().then_some(())
    }

    /// What row expressions read that differs from period to period, each with its place.
    pub(crate) fn what_changes<'e>(&self, row: impl Iterator<Item = &'e model::Expr>) -> Vec<(Span, Text)> {
        let mut open: Vec<&model::Expr> = row.collect();
        let mut found: Vec<(Span, Text)> = Vec::new();
        while let Some(e) = open.pop() {
            match &e.kind {
                ExprKind::Column(path) => {
                    let moves =
                        |t: &TableId| matches!(self.model.tables[*t].time, Timing::Stock { .. } | Timing::AsOf(_));
                    let mut passed = path.0.iter().skip(1).map(|column| column.table);
                    if let Some(other) = passed.find(moves) {
                        found.push((
                            e.span,
                            text!("`{name}` changes in time", name = self.model.tables[other].title.name),
                        ));
                    }
                }
                ExprKind::Param(id, _) if self.changes_by_date(*id) => {
                    found.push((e.span, text!("`{name}` changes by date", name = self.model.params[*id].title.name)));
                }
                _ => {}
            }
            open.extend(e.children());
        }
        found
    }

    fn changes_by_date(&self, id: ParamId) -> bool {
        let table = &self.model.params[id].value;
        let mut open: Vec<&model::Expr> = table.rows.iter().map(|row| &row.value).collect();
        let mut changes = table.keys.iter().any(|key| matches!(key, ByKey::Date));
        while let Some(e) = open.pop() {
            // A parameter reads only those that are done before it.
            changes |= matches!(&e.kind, ExprKind::Param(other, _) if self.changes_by_date(*other));
            open.extend(e.children());
        }
        changes
    }

    /// The table over whose rows a call runs: the first one named from which all others named are reached.
    fn table_of_rows(&mut self, call: &'a ast::Call, arg: &'a ast::Expr, cx: &Context) -> Option<TableId> {
        let mut named: Vec<(TableId, Span)> = Vec::new();
        let mut other: Option<&ast::Name> = None;
        self.tables_named(arg, &mut named, &mut other);
        if named.is_empty()
            && let Some(condition) = &call.condition
        {
            self.tables_named(condition, &mut named, &mut None);
        }
        let reaches =
            |from: TableId| named.iter().all(|(to, _)| *to == from || self.model.way(from, None, *to).is_ok());
        if let Some((table, _)) = named.iter().find(|(from, _)| reaches(*from)) {
            return Some(*table);
        }
        let function = &call.function.text;
        if let [(first, here), (second, there), ..] = named.as_slice() {
            let (first, second) = (&self.model.tables[*first].title.name, &self.model.tables[*second].title.name);
            let finding = Diagnostic::new(
                codes::names::NO_WAY,
                text!(
                    "`{function}` runs over the rows of one table, not of `{first}` and `{second}`",
                    function,
                    first,
                    second
                ),
            )
            .label(*there, text!("`{second}`", second))
            .label(*here, text!("`{first}`", first))
            .help(text!(
                "aggregate each by itself, or refer from one to the other with a column `-> {second}`",
                second
            ));
            self.report(finding);
            return None;
        }
        self.report_no_table(call, arg, other, cx);
        None
    }

    /// No table is named in a call: an indicator was, or a column without its table.
    fn report_no_table(&mut self, call: &ast::Call, arg: &ast::Expr, other: Option<&ast::Name>, cx: &Context) {
        let function = &call.function.text;
        let Some(name) = other else {
            let message = text!("`{function}` needs the rows of a table", function);
            let finding = Diagnostic::new(codes::types::ARGUMENTS, message)
                .label(arg.span, text!("no table is named here"))
                .help(text!("write `{function}(table.column)`", function));
            return self.report(finding);
        };
        if let Some(decl @ Decl::Indicator(_)) = self.names.get(&name.text) {
            self.used.insert(decl);
            let message = text!(
                "`{function}` runs over rows, and the indicator `{name}` is one value",
                function,
                name = name.text
            );
            let mut finding = Diagnostic::new(codes::types::ARGUMENTS, message)
                .label(arg.span, text!("one value for the subject and period"));
            finding = match function.as_str() {
                "average" | "median" | "min" | "max" => finding.help(text!("for the members of a group write `{function}({name} among team)`; for the group as one subject `{name} over team`", function, name = name.text)),
                _ => finding.help(text!("for a group as one subject write `{name} over team`", name = name.text)),
            };
            return self.report(finding);
        }
        let with: Vec<&str> = self
            .model
            .tables
            .iter()
            .filter(|(_, t)| t.find(&name.text).is_some())
            .map(|(_, t)| t.title.name.as_str())
            .collect();
        if let Some(first) = with.first() {
            let shown = with.iter().map(|t| Text::verbatim(format!("`{t}.{}`", name.text)));
            let finding =
                Diagnostic::new(codes::names::UNKNOWN_NAME, text!("`{name}` of which table?", name = name.text))
                    .label(name.span, text!("a column without its table"))
                    .help(text!("write {shown}", shown = Text::or_list(shown)))
                    .fix(
                        text!("write `{first}.{name}`", first, name = name.text),
                        name.span,
                        format!("{first}.{name}", name = name.text),
                    );
            return self.report(finding);
        }
        if let Some(decl) = self.names.get(&name.text) {
            return self.report_kind(name, decl, &text!("a table or a column"));
        }
        let near = self.nearest_here(name, cx, None);
        self.report(crate::checker::unknown(name, &text!("a table or a column of one"), near.as_deref()));
    }

    /// The tables that an expression names, in order, and the first other name.
    fn tables_named<'e>(&self, e: &'e ast::Expr, tables: &mut Vec<(TableId, Span)>, other: &mut Option<&'e ast::Name>) {
        if let Some(names) = chain(e) {
            let Some(first) = names.first() else { return };
            match self.names.get(&first.text) {
                Some(Decl::Table(index)) => tables.push((TableId::new(index), first.span)),
                _ if other.is_none() => *other = Some(first),
                _ => {}
            }
            return;
        }
        // Rows of the table in `exists` are looked for; the aggregate runs over those that they answer to.
        let sought = match &e.kind {
            ast::ExprKind::Call(call) if call.function.word() == "exists" => call.args.first().and_then(chain),
            _ => None,
        };
        let sought = sought.and_then(|names| self.names.get(&names.first()?.text));
        let before = tables.len();
        for inner in ast_children(e) {
            self.tables_named(inner, tables, other);
        }
        if let Some(Decl::Table(sought)) = sought {
            let mut place = 0;
            tables.retain(|(table, _)| {
                place += 1;
                place <= before || table.index() != sought
            });
        }
    }

    pub(crate) fn needs(&mut self, call: &ast::Call) -> Option<u32> {
        let Some((needs, span)) = call.needs else { return Some(0) };
        match crate::data::whole(needs).filter(|n| *n > 0) {
            Some(n) => Some(n),
            None => {
                self.report(
                    Diagnostic::new(codes::types::OUT_OF_RANGE, text!("`needs` is a number of rows"))
                        .label(span, text!("1 or more, and whole")),
                );
                None
            }
        }
    }

    pub(crate) fn aggregate_type(
        &mut self,
        function: AggregateFunction,
        name: &str,
        arg: Option<&model::Expr>,
        table: TableId,
    ) -> Option<Type> {
        let Some(arg) = arg else { return Some(Type::COUNT) };
        let refuse = |checker: &mut Checker<'a>, wanted: &Text, help: Option<Text>| {
            let found = checker.show(arg.ty);
            let mut finding = Diagnostic::new(
                codes::types::ARGUMENTS,
                text!("`{name}` takes {wanted}, not {found}", name, wanted, found),
            )
            .label(arg.span, text!("this is {found}", found));
            if let Some(help) = help {
                finding = finding.help(help);
            }
            checker.report(finding);
            None
        };
        match function {
            AggregateFunction::Count if arg.ty == Type::Bool => {
                let table = self.model.tables[table].title.name.clone();
                refuse(
                    self,
                    &text!("a table or a column"),
                    Some(text!("write `count({table} where …)` to count the rows that meet a condition", table)),
                )
            }
            AggregateFunction::Count | AggregateFunction::CountDistinct => Some(Type::COUNT),
            AggregateFunction::Any | AggregateFunction::All => {
                if arg.ty == Type::Bool {
                    Some(Type::Bool)
                } else {
                    refuse(self, &text!("a condition"), None)
                }
            }
            AggregateFunction::Sum => match arg.ty {
                Type::Number(_) => Some(arg.ty),
                _ => refuse(self, &text!("a number"), None),
            },
            AggregateFunction::Average
            | AggregateFunction::Median
            | AggregateFunction::Quantile(_)
            | AggregateFunction::Stddev => match arg.ty {
                Type::Number(Unit { form: Form::Count, .. }) => Some(Type::NUMBER),
                Type::Number(_) => Some(arg.ty),
                _ => refuse(self, &text!("a number"), None),
            },
            AggregateFunction::Min | AggregateFunction::Max => {
                self.check_ordered(arg.ty, arg.span)?;
                Some(arg.ty)
            }
            AggregateFunction::First | AggregateFunction::Last => {
                let found = &self.model.tables[table];
                if !matches!(found.time, Timing::Flow(_) | Timing::AsOf(_)) {
                    let message = text!("the rows of `{name}` are in no order of time", name = found.title.name);
                    let finding = Diagnostic::new(codes::types::ARGUMENTS, message)
                        .label(arg.span, text!("`{name}` takes the row by its time", name))
                        .label(found.title.span, text!("no column here is marked `time`"));
                    self.report(finding);
                    return None;
                }
                Some(arg.ty)
            }
        }
    }

    /// Reports a wrong number of arguments.
    pub(crate) fn report_arguments<T>(&mut self, call: &ast::Call, span: Span, takes: &Text) -> Option<T> {
        let given = crate::params::count_arguments(call.args.len());
        self.report(
            Diagnostic::new(
                codes::types::ARGUMENTS,
                text!("`{function}` takes {takes}", function = call.function.text, takes),
            )
            .label(span, text!("{given} here", given)),
        );
        None
    }
}

/// The expressions directly inside one.
pub(crate) fn ast_children(e: &ast::Expr) -> Vec<&ast::Expr> {
    match &e.kind {
        ast::ExprKind::Field(x, _)
        | ast::ExprKind::Neg(x)
        | ast::ExprKind::Not(x)
        | ast::ExprKind::Is(x, _)
        | ast::ExprKind::Over(x, _) => vec![x],
        ast::ExprKind::Index(x, keys) => std::iter::once(&**x).chain(keys).collect(),
        ast::ExprKind::Binary(_, a, b) => vec![a, b],
        ast::ExprKind::If(a, b, c) => vec![a, b, c],
        ast::ExprKind::In(x, ast::Set::Range(range), _) => vec![x, &range.low, &range.high],
        ast::ExprKind::In(x, ast::Set::Members(set), _) => std::iter::once(&**x).chain(set).collect(),
        ast::ExprKind::Call(call) => call.args.iter().chain(&call.dated).chain(&call.condition).collect(),
        ast::ExprKind::Weighted(weighted) => weighted.parts.iter().flat_map(|(x, weight)| [x, weight]).collect(),
        ast::ExprKind::Curve(curve) => std::iter::once(&curve.arg).chain(curve.rows.iter().map(|r| &r.value)).collect(),
        _ => Vec::new(),
    }
}
