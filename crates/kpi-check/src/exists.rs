//! `exists(activity where …)`: whether a row of another table answers to this one.
//!
//! What stands behind its `where` is a list of parts joined by `and`. Each is one of three things, so that an engine can look the
//! answer up instead of comparing every row with every other: an equality (a *key*), a bound of one date of the other table, or a
//! condition on the other table alone.

use std::sync::Arc;

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;

use crate::aggregates::ast_children;
use crate::checker::Checker;
use crate::compare::compare_op;
use crate::context::{At, Context};
use crate::expr::learn;
use crate::model::{self, Bound, CompareOp, Exists, ExprKind, TableId, Timing, Type};
use crate::names::Decl;
use crate::values::chain;

/// A comparison of a date of the inner row with one of the outer row.
struct Dated {
    op: CompareOp,
    inner: model::Expr,
    outer: model::Expr,
}

/// Which rows a part names.
#[derive(Clone, Copy, Default)]
struct Mentions {
    inner: bool,
    outer: bool,
}

/// Two tables whose rows are related.
#[derive(Clone, Copy)]
struct Both {
    inner: TableId,
    outer: TableId,
}

impl<'a> Checker<'a> {
    pub(crate) fn exists(&mut self, e: &'a ast::Expr, call: &'a ast::Call, cx: &Context) -> Option<model::Expr> {
        let At::Row(outer) = cx.at else {
            self.report(
                Diagnostic::new(
                    codes::names::NOT_HERE,
                    text!("`{name}(…)` has a value in a row only", name = call.function.text),
                )
                .label(e.span, text!("no row here"))
                .help(text!("write it in the `where` of an aggregate: `count(user where exists(activity where …))`")),
            );
            return None;
        };
        if !cx.relates {
            let message = text!("`exists` stands in the `where` or the argument of an aggregate of a formula");
            self.report(
                Diagnostic::new(codes::types::EXISTS_PLACE, message)
                    .label(e.span, text!("here a row would be taken or left before it is ripe"))
                    .help(text!("write it in the aggregates that read these rows")),
            );
            return None;
        }
        let inner = self.inner_table(e, call, outer)?;
        let both = Both { inner, outer };
        let Some(condition) = &call.condition else {
            return self.report_unrelated(e.span, both);
        };
        let mut parts = Vec::new();
        conjuncts(condition, &mut parts);
        let mut row = Context { relates: false, ..Context::row(inner) };
        let (mut filters, mut related) = (Vec::new(), Vec::new());
        let mut sound = true;
        for part in parts {
            let mut mentions = Mentions::default();
            if self.look_for_mentions(part, both, cx, &mut mentions).is_none() {
                sound = false;
                continue;
            }
            match mentions {
                Mentions { inner: true, outer: true } => related.push(part),
                Mentions { inner: false, outer: true } => {
                    sound = false;
                    self.report_beside(part, both);
                }
                Mentions { outer: false, .. } => match self.condition(part, &row) {
                    Some(filter) => {
                        learn(&filter, true, &mut row.known);
                        filters.push(filter);
                    }
                    None => sound = false,
                },
            }
        }
        let mut exists = Exists {
            table: inner,
            keys: Vec::new(),
            time: None,
            lower: Vec::new(),
            upper: Vec::new(),
            condition: filters.into_iter().reduce(|a, b| {
                let span = a.span.to(b.span);
                self.make(ExprKind::And(Box::new(a), Box::new(b)), Type::Bool, span)
            }),
        };
        let mut dated = Vec::new();
        for part in related {
            if self.related(part, both, (&row, cx), &mut exists, &mut dated).is_none() {
                sound = false;
            }
        }
        self.bound(dated, inner, &mut exists)?;
        // What the table leaves out does not exist.
        exists.condition = self.kept_rows(inner, exists.condition);
        if !sound {
            return None;
        }
        if exists.keys.is_empty() && exists.time.is_none() {
            return self.report_unrelated(e.span, both);
        }
        self.check_inner(&exists)?;
        Some(self.make(ExprKind::Exists(Arc::new(exists)), Type::Bool, e.span))
    }

    /// The table whose rows are looked for.
    fn inner_table(&mut self, e: &'a ast::Expr, call: &'a ast::Call, outer: TableId) -> Option<TableId> {
        let takes = text!("a table and which of its rows: `exists(activity where activity.user == user.id)`");
        let [ast::Expr { kind: ast::ExprKind::Name(name), .. }] = call.args.as_slice() else {
            return self.report_arguments(call, e.span, &takes);
        };
        let via = call.via.iter().flatten().map(|n| n.span);
        let clauses = via.chain(call.dated.iter().chain(&call.at).map(|e| e.span)).chain(call.needs.map(|(_, s)| s));
        if let Some(span) = clauses.min_by_key(|span| span.start) {
            self.report(
                Diagnostic::new(codes::types::ARGUMENTS, text!("`exists` takes a table and `where`, nothing else"))
                    .label(span, text!("take this off")),
            );
            return None;
        }
        let inner = self.table(name)?;
        if self.model.tables[inner].title.name == self.model.tables[outer].title.name {
            let message = text!("`exists` asks of `{name}` in the rows of `{name}` itself", name = name.text);
            self.report(
                Diagnostic::new(codes::types::EXISTS_ITSELF, message)
                    .label(name.span, text!("which of the two rows would `{name}` be?", name = name.text))
                    .help(text!("give the other rows a name of their own: `view earlier from {name}`, and `exists(earlier where …)`", name = name.text)),
            );
            return None;
        }
        let mut below = inner;
        while let Some(view) = &self.model.tables[below].view {
            if view.grouping.is_some() {
                let of = self.model.tables[view.of].title.name.clone();
                let message = text!("`exists` asks of the groups of `{name}`, which go on growing", name = name.text);
                self.report(
                    Diagnostic::new(codes::types::EXISTS_GROUPED, message)
                        .label(name.span, text!("there from its first row on, or when it is whole?"))
                        .label(self.model.tables[below].title.span, text!("grouped here"))
                        .help(text!("ask of the rows themselves: `exists({of} where …)`", of)),
                );
                return None;
            }
            below = view.of;
        }
        Some(inner)
    }

    /// Notes which rows an expression names; reports a column without its table.
    fn look_for_mentions(&mut self, e: &ast::Expr, both: Both, cx: &Context, found: &mut Mentions) -> Option<()> {
        let Some(names) = chain(e) else {
            for child in ast_children(e) {
                self.look_for_mentions(child, both, cx, found)?;
            }
            return Some(());
        };
        let first = names.first()?;
        if first.text == self.model.tables[both.inner].title.name {
            found.inner = true;
            return Some(());
        }
        let bound = cx.bindings.as_ref().is_some_and(|bindings| bindings.contains_key(&first.text));
        let period = names.len() > 1 && first.word() == "period";
        match self.names.get(&first.text) {
            _ if bound || period => found.outer = true,
            Some(Decl::Table(_)) => found.outer = true,
            Some(_) => {}
            None => {
                let own = |table: TableId| {
                    self.model.tables[table]
                        .find(&first.text)
                        .map(|_| format!("`{}.{}`", self.model.tables[table].title.name, first.text))
                };
                let shown: Vec<String> = [both.inner, both.outer].into_iter().filter_map(own).collect();
                if !shown.is_empty() {
                    let finding = Diagnostic::new(
                        codes::names::AMBIGUOUS_NAME,
                        text!("`{name}` of which row?", name = first.text),
                    )
                    .label(first.span, text!("a column without its table"))
                    .help(text!("write {shown}", shown = Text::or_list(shown.into_iter().map(Text::verbatim))));
                    self.report(finding);
                    return None;
                }
            }
        }
        Some(())
    }

    /// A part that names both rows: a key, or bounds of a date.
    fn related(
        &mut self,
        part: &'a ast::Expr,
        both: Both,
        (row, cx): (&Context, &Context),
        exists: &mut Exists,
        dated: &mut Vec<Dated>,
    ) -> Option<()> {
        match &part.kind {
            ast::ExprKind::Binary(op, left, right) if compare_op(*op).is_some() => {
                let op = compare_op(*op)?;
                let (op, inner, outer) = match (self.is_inner(left, both), self.is_inner(right, both)) {
                    (true, false) => (op, left, right),
                    (false, true) => (op.turned(), right, left),
                    _ => return self.report_not_looked_up(part, both),
                };
                if !self.is_outer(outer, both, cx) {
                    return self.report_not_looked_up(part, both);
                }
                let inner = self.operand(inner, row, None)?;
                let outer = self.against(&inner, Some(op), outer, cx)?;
                match inner.ty {
                    Type::Date | Type::DateTime if op != CompareOp::Ne => dated.push(Dated { op, inner, outer }),
                    _ if op == CompareOp::Eq => exists.keys.push((inner, outer)),
                    _ => return self.report_not_looked_up(part, both),
                }
            }
            ast::ExprKind::In(x, ast::Set::Range(range), false)
                if self.is_inner(x, both) && [&range.low, &range.high].iter().all(|e| self.is_outer(e, both, cx)) =>
            {
                let upper = if range.closed { CompareOp::Le } else { CompareOp::Lt };
                for (op, bound) in [(CompareOp::Ge, &range.low), (upper, &range.high)] {
                    let inner = self.operand(x, row, None)?;
                    if !matches!(inner.ty, Type::Date | Type::DateTime) {
                        return self.report_not_looked_up(part, both);
                    }
                    let outer = self.against(&inner, Some(op), bound, cx)?;
                    dated.push(Dated { op, inner, outer });
                }
            }
            _ => return self.report_not_looked_up(part, both),
        }
        Some(())
    }

    /// Whether an expression is a column of the inner row.
    fn is_inner(&self, e: &ast::Expr, both: Both) -> bool {
        let name = &self.model.tables[both.inner].title.name;
        chain(e).is_some_and(|names| names.len() > 1 && names.first().is_some_and(|first| first.text == *name))
    }

    /// Whether an expression does not name the inner row. What is wrong with it otherwise is reported when it is typed.
    fn is_outer(&mut self, e: &ast::Expr, both: Both, cx: &Context) -> bool {
        let mut mentions = Mentions::default();
        self.look_for_mentions(e, both, cx, &mut mentions).is_some() && !mentions.inner
    }

    /// Makes bounds of the comparisons of one date; equalities of others are keys like any.
    fn bound(&mut self, dated: Vec<Dated>, inner: TableId, exists: &mut Exists) -> Option<()> {
        let is_time = |d: &&Dated| match (&d.inner.kind, self.model.tables[inner].time) {
            (ExprKind::Column(path), Timing::Flow(time)) => {
                path.0.len() == 1 && path.last().is_some_and(|c| c.index == time)
            }
            _ => false,
        };
        let ordered = dated.iter().find(|d| d.op != CompareOp::Eq);
        let chosen = ordered.or_else(|| dated.iter().find(is_time)).or(dated.first());
        let Some(time) = chosen.map(|d| d.inner.clone()) else { return Some(()) };
        let mut sound = Some(());
        for Dated { op, inner, outer } in dated {
            let same = inner.kind == time.kind;
            match op {
                CompareOp::Eq if !same => exists.keys.push((inner, outer)),
                _ if !same => {
                    let message = text!("`exists` bounds one date of the rows that it looks for, not two");
                    self.report(
                        Diagnostic::new(codes::types::EXISTS_PART, message)
                            .label(inner.span, text!("a second date"))
                            .label(time.span, text!("the first")),
                    );
                    sound = None;
                }
                CompareOp::Lt | CompareOp::Le => {
                    exists.upper.push(Bound { at: outer, inclusive: op == CompareOp::Le });
                }
                CompareOp::Gt | CompareOp::Ge => {
                    exists.lower.push(Bound { at: outer, inclusive: op == CompareOp::Ge });
                }
                CompareOp::Eq | CompareOp::Ne => {
                    exists.lower.push(Bound { at: outer.clone(), inclusive: true });
                    exists.upper.push(Bound { at: outer, inclusive: true });
                }
            }
        }
        exists.time = Some(time);
        sound
    }

    /// Refuses what differs from period to period in the inner rows: they are read once for all periods of a run.
    fn check_inner(&mut self, exists: &Exists) -> Option<()> {
        let mut found = self.what_changes(exists.inner());
        let mut open: Vec<&model::Expr> = exists.inner().collect();
        while let Some(e) = open.pop() {
            if let ExprKind::Period(_) = e.kind {
                found.push((e.span, text!("the period is not the same for every row")));
            }
            open.extend(e.children());
        }
        for (span, what) in &found {
            let message = text!("{what}, and the rows that `exists` looks for belong to no period", what);
            self.report(
                Diagnostic::new(codes::types::EXISTS_CHANGES, message)
                    .label(*span, text!("of which period?"))
                    .help(text!("compare with a value of the row in which `exists` stands")),
            );
        }
        found.is_empty().then_some(())
    }

    fn report_unrelated(&mut self, span: Span, both: Both) -> Option<model::Expr> {
        let (inner, outer) = (&self.model.tables[both.inner].title.name, &self.model.tables[both.outer].title.name);
        let message = text!("this `exists` has the same answer for every row of `{outer}`", outer);
        let finding = Diagnostic::new(codes::types::EXISTS_UNRELATED, message)
            .label(span, text!("nothing relates `{inner}` to `{outer}`", inner, outer))
            .help(text!("say which rows belong together: `where {inner}.… == {outer}.…`", inner, outer));
        self.report(finding);
        None
    }

    fn report_beside(&mut self, part: &ast::Expr, both: Both) {
        let (inner, outer) = (&self.model.tables[both.inner].title.name, &self.model.tables[both.outer].title.name);
        let message = text!("this part of `exists` says nothing of `{inner}`", inner);
        let finding = Diagnostic::new(codes::types::EXISTS_PART, message)
            .label(part.span, text!("only of `{outer}`", outer))
            .help(text!("write it beside: `… and exists({inner} where …)`", inner));
        self.report(finding);
    }

    fn report_not_looked_up<T>(&mut self, part: &ast::Expr, both: Both) -> Option<T> {
        let (inner, outer) = (&self.model.tables[both.inner].title.name, &self.model.tables[both.outer].title.name);
        let message = text!("this part of `exists` cannot be looked up");
        let finding = Diagnostic::new(codes::types::EXISTS_PART, message)
            .label(part.span, text!("neither an equality nor a bound of a date"))
            .help(text!("compare a column of `{inner}` alone with a value of `{outer}`: `{inner}.… == …` of any, `< ≤ > ≥` or `in a..b` of a date", inner, outer));
        self.report(finding);
        None
    }
}

/// The parts that `and` joins.
fn conjuncts<'e>(e: &'e ast::Expr, parts: &mut Vec<&'e ast::Expr>) {
    match &e.kind {
        ast::ExprKind::Binary(ast::BinaryOp::And, a, b) => {
            conjuncts(a, parts);
            conjuncts(b, parts);
        }
        _ => parts.push(e),
    }
}
