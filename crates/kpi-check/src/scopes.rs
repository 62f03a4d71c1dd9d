//! Other subjects and other periods: `over`, `among`, `previous`, `growth`, `streak`.

use std::rc::Rc;
use std::sync::Arc;

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;

use crate::checker::Checker;
use crate::context::{At, Context};
use crate::model::{self, Among, AmongFunction, Back, CompareOp, ExprKind, IndicatorField, Scope, Subject, Type, Unit};

/// How many periods back anything may look: a hundred years of months. A run keeps every one of them for every subject.
pub(crate) const MOST_PERIODS: u32 = 1200;

impl<'a> Checker<'a> {
    /// `X over team`, `X over all`
    pub(crate) fn over(
        &mut self,
        e: &'a ast::Expr,
        x: &'a ast::Expr,
        scope: &'a ast::Scope,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<model::Expr> {
        let Some(own) = cx.subject().cloned() else {
            self.report_not_here(&text!("`over`"), e.span, cx);
            return None;
        };
        let (scope, subject) = match scope {
            ast::Scope::Window(window) => return self.over_window(e, x, window, cx, expected),
            ast::Scope::All(_) => (Scope::All, Subject::All),
            ast::Scope::Column(names) => self.scope(names, &own, cx)?,
        };
        let inner = self.elsewhere(cx, subject.clone());
        let value = self.operand(x, &inner, expected)?;
        // The subject is the group already: its cell is the one meant.
        if subject == own {
            return Some(value);
        }
        let ty = value.ty;
        Some(self.make(ExprKind::Over(Box::new(value), scope), ty, e.span))
    }

    fn scope(&mut self, names: &'a [ast::Name], own: &Subject, cx: &Context) -> Option<(Scope, Subject)> {
        if let ([name], Subject::Table(table)) = (names, own)
            && self.model.tables[*table].title.name == name.text
            && self.model.tables[*table].find(&name.text).is_none()
        {
            return Some((Scope::Reference(model::Path::default()), own.clone()));
        }
        let (path, ty) = self.attribute_path(names, cx)?;
        match (ty, own) {
            (Type::Reference(to), _) => Some((Scope::Reference(path), Subject::Table(to))),
            (Type::Member(_), Subject::Table(table) | Subject::Group(table, _)) => {
                Some((Scope::Dimension(path.clone()), Subject::Group(*table, path)))
            }
            _ => {
                let span = names_span(names);
                let found = self.show(ty);
                self.report(
                    Diagnostic::new(
                        codes::types::TYPE_MISMATCH,
                        text!("`over` takes a reference or a dimension, not {found}", found),
                    )
                    .label(span, text!("this is {found}", found)),
                );
                None
            }
        }
    }

    /// The context of the same expression for another subject, period or member.
    pub(crate) fn elsewhere(&self, cx: &Context, subject: Subject) -> Context {
        let at = At::Cell(subject);
        Context { at, moved: true, known: Vec::new(), certain: Rc::default(), ..cx.clone() }
    }

    /// `previous(X, n)`, `growth(X)`, `streak(condition)`
    pub(crate) fn moved(&mut self, e: &'a ast::Expr, call: &'a ast::Call, cx: &Context) -> Option<model::Expr> {
        self.plain_call(call)?;
        let name = call.function.word();
        let Some(own) = cx.subject().cloned() else {
            self.report_not_here(&text!("`{name}`", name), e.span, cx);
            return None;
        };
        let inner = self.elsewhere(cx, own);
        let (kind, ty) = match (name, call.args.as_slice()) {
            ("previous", [x, rest @ ..]) if rest.len() <= 1 => {
                let n = match rest.first() {
                    None => 1,
                    Some(n) => self.whole_number(n, &text!("how many periods back"))?,
                };
                let x = self.operand(x, &inner, None)?;
                let ty = x.ty;
                (ExprKind::Previous(Box::new(x), Back::Periods(n)), ty)
            }
            ("year_ago", [x]) => {
                let x = self.operand(x, &inner, None)?;
                let ty = x.ty;
                (ExprKind::Previous(Box::new(x), Back::Year), ty)
            }
            ("growth", [x]) => {
                let x = self.operand(x, &inner, None)?;
                self.need_number(&x, &text!("`growth`"))?;
                (ExprKind::Growth(Box::new(x)), Type::RATIO)
            }
            ("streak", [x]) => (ExprKind::Streak(Box::new(self.truth(x, &inner)?)), Type::COUNT),
            ("previous", _) => return self.report_arguments(call, e.span, &text!("a value and how many periods back")),
            ("growth" | "year_ago", _) => return self.report_arguments(call, e.span, &text!("a value")),
            _ => return self.report_arguments(call, e.span, &text!("a condition")),
        };
        Some(self.make(kind, ty, e.span))
    }

    /// A constant whole number from 1 on.
    fn whole_number(&mut self, e: &'a ast::Expr, what: &Text) -> Option<u32> {
        let value = self.const_dec(e, what, Unit::COUNT)?;
        match crate::data::whole(value).filter(|n| *n > 0) {
            Some(n) if n <= MOST_PERIODS => Some(n),
            Some(_) => {
                let message = text!("{what}: at most {most}", what, most = MOST_PERIODS);
                let finding = Diagnostic::new(codes::types::OUT_OF_RANGE, message);
                self.report(finding.label(e.span, text!("a run reads and keeps every period between")));
                None
            }
            None => {
                self.report(
                    Diagnostic::new(codes::types::OUT_OF_RANGE, text!("{what}: 1, 2, 3, …", what))
                        .label(e.span, text!("not a whole number above 0")),
                );
                None
            }
        }
    }

    /// `average(X among team, role where …)`
    pub(crate) fn among(
        &mut self,
        e: &'a ast::Expr,
        call: &'a ast::Call,
        among: &'a ast::Among,
        cx: &Context,
    ) -> Option<model::Expr> {
        let name = call.function.word();
        let function = match name {
            "average" => AmongFunction::Average,
            "median" => AmongFunction::Median,
            "min" => AmongFunction::Min,
            "max" => AmongFunction::Max,
            "rank" => AmongFunction::Rank,
            "percentile" => AmongFunction::Percentile,
            "zscore" => AmongFunction::Zscore,
            _ => {
                self.report(
                    Diagnostic::new(codes::types::ARGUMENTS, text!("`{name}` does not take `among`", name))
                        .label(among.span, text!("a group of members"))
                        .help(text!("`among` goes with `average median min max rank percentile zscore`; for the group as one subject use `over`")),
                );
                return None;
            }
        };
        self.plain_call(call)?;
        let [of] = call.args.as_slice() else {
            return self.report_arguments(call, e.span, &text!("the value of each member"));
        };
        let Some(Subject::Table(table)) = cx.subject().cloned() else {
            self.report(
                Diagnostic::new(codes::names::NOT_HERE, text!("only single subjects stand among others"))
                    .label(among.span, text!("here a group is computed as one, or there is no subject at all")),
            );
            return None;
        };
        let inner = self.elsewhere(cx, Subject::Table(table));
        let of = self.operand(of, &inner, None);
        let by: Vec<_> = among.by.iter().map(|names| self.attribute_path(names, cx).map(|(path, _)| path)).collect();
        let condition = match &among.condition {
            Some(condition) => Some(self.condition(condition, &inner)?),
            None => None,
        };
        let (of, by) = (of?, by.into_iter().collect::<Option<Vec<_>>>()?);
        let unit = self.need_number(&of, &text!("`{name} … among`", name))?;
        let ty = match function {
            AmongFunction::Rank => Type::COUNT,
            AmongFunction::Percentile => Type::RATIO,
            AmongFunction::Zscore => Type::NUMBER,
            AmongFunction::Average | AmongFunction::Median if unit == Unit::COUNT => Type::NUMBER,
            AmongFunction::Average | AmongFunction::Median | AmongFunction::Min | AmongFunction::Max => of.ty,
        };
        let higher_is_better = self.direction(&of).unwrap_or(true);
        let among = Among { function, of, by, condition, higher_is_better };
        Some(self.make(ExprKind::Among(Arc::new(among)), ty, e.span))
    }

    /// Whether more of a value is better, by the target of the indicator that it reads; none if nothing tells.
    pub fn direction(&self, e: &model::Expr) -> Option<bool> {
        match &e.kind {
            ExprKind::Indicator(id, IndicatorField::Actual) => {
                let index = self.instance_place(*id)?;
                let target = self.names.indicators.get(index)?.ast.target.as_ref()?;
                let rows: Vec<&ast::Target> = match target {
                    ast::ByTable::Plain(target) => vec![target],
                    ast::ByTable::By(by) => by.rows.iter().map(|row| &row.value).collect(),
                };
                rows.into_iter().find_map(|target| match &target.kind {
                    ast::TargetKind::Compare(op, _) => match crate::compare::compare_op(*op)? {
                        CompareOp::Ge | CompareOp::Gt => Some(true),
                        CompareOp::Le | CompareOp::Lt => Some(false),
                        _ => None,
                    },
                    _ => None,
                })
            }
            ExprKind::Previous(x, _)
            | ExprKind::Over(x, _)
            | ExprKind::Growth(x)
            | ExprKind::Inlined(_, x)
            | ExprKind::Window(_, x, ..)
            | ExprKind::OverWindow(x, _) => self.direction(x),
            ExprKind::Call(_, args) => args.iter().find_map(|x| self.direction(x)),
            _ => None,
        }
    }
}

fn names_span(names: &[ast::Name]) -> Span {
    match names {
        [] => Span::default(),
        [one] => one.span,
        [first, .., last] => first.span.to(last.span),
    }
}
