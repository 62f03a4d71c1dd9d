//! Several periods at once: `average(X, last 3 months)`, `X over last 3 months`.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::{Period, PeriodKind};

use crate::checker::Checker;
use crate::context::Context;
use crate::model::{self, ExprKind, IndicatorField, Timing, Type, Unit, Window, WindowFunction};
use crate::scopes::MOST_PERIODS;

/// The words for kinds of period.
const KINDS: &[(&str, PeriodKind)] = &[
    ("day", PeriodKind::Day),
    ("days", PeriodKind::Day),
    ("week", PeriodKind::Week),
    ("weeks", PeriodKind::Week),
    ("month", PeriodKind::Month),
    ("months", PeriodKind::Month),
    ("quarter", PeriodKind::Quarter),
    ("quarters", PeriodKind::Quarter),
    ("year", PeriodKind::Year),
    ("years", PeriodKind::Year),
];

impl<'a> Checker<'a> {
    /// `average(X, last 3 months needs 2)`
    pub(crate) fn window_call(
        &mut self,
        e: &'a ast::Expr,
        call: &'a ast::Call,
        written: &'a ast::Window,
        cx: &Context,
    ) -> Option<model::Expr> {
        let name = call.function.word();
        let function = match name {
            "sum" => WindowFunction::Sum,
            "average" => WindowFunction::Average,
            "median" => WindowFunction::Median,
            "min" => WindowFunction::Min,
            "max" => WindowFunction::Max,
            _ => {
                self.report(
                    Diagnostic::new(codes::types::ARGUMENTS, text!("`{name}` takes no values of several periods", name))
                        .label(written.span, text!("several periods"))
                        .help(text!("`sum average median min max` do; to pool the rows of several periods write `(…) over last 3 months`")),
                );
                return None;
            }
        };
        let clauses = call
            .via
            .iter()
            .flatten()
            .map(|n| n.span)
            .chain(call.dated.iter().chain(&call.at).chain(&call.condition).map(|c| c.span));
        if let Some(span) = clauses.chain(call.among.iter().map(|a| a.span)).next() {
            self.report(
                Diagnostic::new(codes::types::ARGUMENTS, text!("`{name}` over periods runs over no rows", name))
                    .label(span, text!("only `needs` has a place beside a window"))
                    .help(text!("write conditions into the value: `{name}(sum(… where …), last 3 months)`", name)),
            );
            return None;
        }
        let [x] = call.args.as_slice() else {
            return self.report_arguments(call, e.span, &text!("a value and a window: `average(gmv, last 3 months)`"));
        };
        let Some(own) = cx.subject().cloned() else {
            self.report_not_here(&text!("`{name}` over periods", name), e.span, cx);
            return None;
        };
        let window = self.window(written, cx);
        let inner = self.elsewhere(cx, own);
        let x = self.operand(x, &inner, None)?;
        let (window, needs) = (window?, self.needs(call)?);
        let unit = self.need_number(&x, &text!("`{name}` over periods", name))?;
        let mean = matches!(function, WindowFunction::Average | WindowFunction::Median);
        let ty = if mean && unit == Unit::COUNT { Type::NUMBER } else { x.ty };
        Some(self.make(ExprKind::Window(function, Box::new(x), window, needs), ty, e.span))
    }

    /// `X over last 3 months`
    pub(crate) fn over_window(
        &mut self,
        e: &'a ast::Expr,
        x: &'a ast::Expr,
        written: &'a ast::Window,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<model::Expr> {
        let own = cx.subject().cloned()?;
        let window = self.window(written, cx);
        let inner = self.elsewhere(cx, own);
        let x = self.operand(x, &inner, expected)?;
        let window = window?;
        self.check_pooled(&x, written.span)?;
        let ty = x.ty;
        Some(self.make(ExprKind::OverWindow(Box::new(x), window), ty, e.span))
    }

    /// The periods of a window, which are of the kind that is judged.
    fn window(&mut self, written: &'a ast::Window, cx: &Context) -> Option<Window> {
        let judged = cx.unit.unwrap_or(self.judged);
        match &written.kind {
            ast::WindowKind::Last((n, span), word) => {
                let kind = if matches!(word.word(), "period" | "periods") { judged } else { self.period_word(word)? };
                if kind != judged {
                    let message = text!(
                        "a window of {periods} where a {judged} is judged",
                        periods = crate::show::show_periods(kind),
                        judged = crate::show::show_period(judged)
                    );
                    let finding = Diagnostic::new(codes::types::WINDOW_UNIT, message)
                        .label(word.span, text!("not of {periods}", periods = crate::show::show_periods(judged)))
                        .help(text!(
                            "write it in {periods}, or as `last n periods`",
                            periods = crate::show::show_periods(judged)
                        ));
                    self.report(finding);
                    return None;
                }
                match crate::data::whole(*n).filter(|n| *n > 0) {
                    Some(n) if n <= MOST_PERIODS => Some(Window::Last(n)),
                    Some(_) => self.refuse_window(
                        *span,
                        text!("at most {most} periods: a run reads and keeps each", most = MOST_PERIODS),
                    ),
                    None => self.refuse_window(*span, text!("1, 2, 3, … periods; the one judged is the first")),
                }
            }
            ast::WindowKind::This(word) => {
                let kind = self.period_word(word)?;
                if kind <= judged {
                    let longer = text!(
                        "not a longer period than the {word} that is judged",
                        word = crate::show::show_period(judged)
                    );
                    return self.refuse_window(word.span, longer);
                }
                Some(Window::This(kind))
            }
            ast::WindowKind::Since(from) => match self.since(from, judged) {
                Ok(start) => Some(Window::Since(start)),
                Err(why) => self.refuse_window(from.span, why),
            },
        }
    }

    /// The first period of a window since a date or a period.
    pub(crate) fn since(&self, from: &ast::Expr, judged: PeriodKind) -> Result<Period, Text> {
        let calendar = self.model.policy.calendar;
        match &from.kind {
            ast::ExprKind::Date(date) => Ok(calendar.period(judged, *date)),
            ast::ExprKind::Period(text) => match calendar.parse(text) {
                Ok(period) if period.kind == judged => Ok(period),
                Ok(period) if period.kind > judged => Ok(calendar.period(judged, calendar.start(period))),
                Ok(period) => Err(text!(
                    "a {word}, and a {word2} is judged",
                    word = crate::show::show_period(period.kind),
                    word2 = crate::show::show_period(judged)
                )),
                Err(_) => Err(text!("a period or a date was expected")),
            },
            _ => Err(text!("a period or a date was expected")),
        }
    }

    pub(crate) fn refuse_window<T>(&mut self, span: Span, why: Text) -> Option<T> {
        let finding = Diagnostic::new(codes::types::OUT_OF_RANGE, text!("these are no periods of a window"));
        self.report(
            finding.label(span, why).help(text!("`last 3 months`, `last 3 periods`, `this year`, `since 2026-01`")),
        );
        None
    }

    fn period_word(&mut self, word: &ast::Name) -> Option<PeriodKind> {
        if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == word.word()) {
            return Some(*kind);
        }
        let words = KINDS.iter().map(|(name, _)| *name).chain(["period", "periods"]);
        let near = crate::names::nearest(&word.text, words);
        let finding = crate::checker::unknown(word, &text!("a word such as `months` or `periods`"), near);
        self.report(finding);
        None
    }

    /// Refuses in `X over last 3 months` what cannot be pooled: what is not made of the rows of single periods.
    fn check_pooled(&mut self, x: &model::Expr, window: Span) -> Option<()> {
        let mut open = vec![x.clone()];
        let mut sound = true;
        while let Some(e) = open.pop() {
            let (what, help) = match &e.kind {
                // One row, that of the judged period.
                ExprKind::Lookup(_) => continue,
                ExprKind::Aggregate(aggregate) => {
                    let table = &self.model.tables[aggregate.table];
                    if matches!(table.time, Timing::Flow(_) | Timing::AsOf(_)) {
                        continue;
                    }
                    let name = &table.title.name;
                    let what =
                        text!("a row of `{name}` is there in many periods, and would be pooled once for each", name);
                    (what, text!("take the values of the periods: `average(…, last 3 months)`"))
                }
                ExprKind::Indicator(id, IndicatorField::Actual) => {
                    let formula = self.instance(*id).filter(|i| i.parts.is_none() && i.shorter.is_none());
                    match formula.map(|i| i.formula.clone()) {
                        Some(formula) => {
                            open.push(formula);
                            continue;
                        }
                        None => (
                            text!("an indicator that is made of others has no rows of its own"),
                            text!("take its values: `average(…, last 3 months)`"),
                        ),
                    }
                }
                ExprKind::Indicator(..) => (
                    text!("only what an indicator measures is made of rows"),
                    text!("take the values of the periods: `average(x.attainment, last 3 months)`"),
                ),
                ExprKind::Previous(..)
                | ExprKind::Growth(_)
                | ExprKind::Streak(_)
                | ExprKind::Among(_)
                | ExprKind::Window(..)
                | ExprKind::OverWindow(..) => (
                    text!("this takes values of other periods or subjects"),
                    text!("pool the rows inside it: `previous(sum(x) over last 3 months)`"),
                ),
                _ => {
                    open.extend(e.children().into_iter().cloned());
                    continue;
                }
            };
            sound = false;
            let finding = Diagnostic::new(codes::types::NOT_POOLED, what)
                .label(e.span, text!("cannot be pooled"))
                .label(window, text!("over these periods"))
                .help(help);
            self.report(finding);
        }
        sound.then_some(())
    }
}
