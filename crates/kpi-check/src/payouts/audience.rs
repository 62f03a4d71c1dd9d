//! Whom an incentive pays and a rule watches.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::PeriodKind;

use crate::checker::Checker;
use crate::context::Context;
use crate::model::{Audience, Subject, TableId};
use crate::names::Decl;

/// An audience, the table of its subjects, and what its expressions may read.
pub(super) struct Reach {
    pub(super) audience: Audience,
    pub(super) table: TableId,
    pub(super) cx: Context,
}

impl<'a> Checker<'a> {
    /// The audience of an incentive or rule; `what` is which of them.
    pub(super) fn audience(
        &mut self,
        written: Option<&'a ast::Audience>,
        owner: &ast::Name,
        what: &Text,
    ) -> Option<Reach> {
        match written {
            None => {
                self.report(
                    Diagnostic::new(
                        codes::cards::AUDIENCE,
                        text!("the {what} `{owner}` is for nobody", what, owner = owner.text),
                    )
                    .label(owner.span, Text::default())
                    .help(text!(
                        "write `{what} {owner} for each scorecard of staff {`, or name scorecards or a table",
                        what,
                        owner = owner.text
                    )),
                );
                None
            }
            Some(ast::Audience::EachIndicator(_, span)) => {
                self.report(
                    Diagnostic::new(codes::cards::AUDIENCE, text!("an incentive pays subjects, not indicators"))
                        .label(*span, Text::default())
                        .help(text!("write `for each scorecard`, and read `gmv.attainment` in a pay")),
                );
                None
            }
            Some(ast::Audience::EachScorecard(table, span)) => {
                let table = self.optional(table.as_ref(), |checker, name| checker.table(name))?;
                self.each_scorecard(table, *span)
            }
            Some(ast::Audience::Named(names, condition)) => {
                let decls: Vec<_> = names
                    .iter()
                    .map(|name| {
                        self.resolve(name, &text!("a scorecard, or the table of the subjects")).map(|decl| (name, decl))
                    })
                    .collect();
                let decls: Vec<_> = decls.into_iter().collect::<Option<_>>()?;
                match decls.as_slice() {
                    [(name, Decl::Table(index))] => self.subjects(name, TableId::new(*index), condition.as_ref()),
                    _ => self.named_cards(&decls, condition.as_ref()),
                }
            }
        }
    }

    /// By which period an incentive or a rule is judged: that of the scorecards that it names, its own, or the policy's; `None` after
    /// a report.
    pub(super) fn own_period(
        &mut self,
        audience: Option<&'a ast::Audience>,
        own: Option<(PeriodKind, Span)>,
    ) -> Option<PeriodKind> {
        let named = match audience {
            Some(ast::Audience::Named(names, _)) => names.as_slice(),
            _ => &[],
        };
        let mut found: Option<(PeriodKind, &ast::Name)> = None;
        for name in named {
            let Some(Decl::Scorecard(index)) = self.names.get(&name.text) else { continue };
            let theirs = self.scorecard_period(index);
            if let Some((first, other)) = found
                && first != theirs
            {
                let message = text!("these scorecards are judged by different periods");
                self.report(
                    Diagnostic::new(codes::cards::AUDIENCE, message)
                        .label(name.span, text!("by the {unit}", unit = crate::show::show_period(theirs)))
                        .label(other.span, text!("by the {unit}", unit = crate::show::show_period(first)))
                        .help(text!("write one for each period")),
                );
                return None;
            }
            found = found.or(Some((theirs, name)));
        }
        match (found, own) {
            (None, None) => Some(self.model.policy.period),
            (None, Some((own, _))) => Some(own),
            (Some((theirs, _)), None) => Some(theirs),
            (Some((theirs, _)), Some((own, _))) if theirs == own => Some(own),
            (Some((theirs, name)), Some((_, span))) => {
                let unit = crate::show::show_period(theirs);
                let message = text!("`{name}` is judged by the {unit}", name = name.text, unit);
                self.report(
                    Diagnostic::new(codes::cards::AUDIENCE, message)
                        .label(span, text!("another period"))
                        .label(name.span, text!("its cards are of a {unit}", unit))
                        .help(text!("leave `period` out: what is for cards has their period")),
                );
                None
            }
        }
    }

    fn subjects(&mut self, name: &ast::Name, table: TableId, condition: Option<&'a ast::Expr>) -> Option<Reach> {
        self.check_subjects(table, name.span)?;
        let cx = Context::cell(Subject::Table(table));
        let condition = self.optional(condition, |checker, e| checker.condition(e, &cx))?;
        Some(Reach { audience: Audience::Table(table, condition), table, cx })
    }

    fn named_cards(&mut self, decls: &[(&ast::Name, Decl)], condition: Option<&ast::Expr>) -> Option<Reach> {
        let mut indices = Vec::new();
        for (name, decl) in decls {
            match decl {
                Decl::Scorecard(index) if indices.contains(index) => {
                    self.report(
                        Diagnostic::new(codes::cards::AUDIENCE, text!("`{name}` is named twice", name = name.text))
                            .label(name.span, Text::default()),
                    );
                    return None;
                }
                Decl::Scorecard(index) => indices.push(*index),
                other => {
                    let message = text!("`{name}` is {kind}, not a scorecard", name = name.text, kind = other.kind());
                    self.report(
                        Diagnostic::new(codes::cards::AUDIENCE, message)
                            .label(name.span, Text::default())
                            .help(text!("name one table, or one or more scorecards")),
                    );
                    return None;
                }
            }
        }
        if let Some(condition) = condition {
            self.report(
                Diagnostic::new(codes::cards::AUDIENCE, text!("`where` chooses rows of a table, not scorecards"))
                    .label(condition.span, Text::default())
                    .help(text!("a scorecard says itself whom it is for; who is eligible stands in `when`")),
            );
            return None;
        }
        let span = decls.first().map(|(name, _)| name.span).unwrap_or_default();
        self.cards(&indices, span)
    }

    fn each_scorecard(&mut self, table: Option<TableId>, span: Span) -> Option<Reach> {
        let of_table = |checker: &Self, index: &usize| {
            checker.scorecard_period(*index) == checker.judged
                && (table.is_none() || checker.scorecard_table(*index) == table)
        };
        let indices: Vec<usize> = (0..self.names.scorecards.len()).filter(|index| of_table(self, index)).collect();
        if indices.is_empty() {
            let of = table
                .map(|table| text!(" of `{name}`", name = self.model.tables[table].title.name))
                .unwrap_or_default();
            self.report(
                Diagnostic::new(codes::cards::AUDIENCE, text!("there is no scorecard{x}", x = of))
                    .label(span, text!("for nobody")),
            );
            return None;
        }
        self.cards(&indices, span)
    }

    /// Scorecards as an audience; they must share their subjects. Unsound cards are left out: they are reported.
    fn cards(&mut self, indices: &[usize], span: Span) -> Option<Reach> {
        let tables: Vec<TableId> = indices.iter().filter_map(|index| self.scorecard_table(*index)).collect();
        let table = *tables.first()?;
        if let Some(other) = tables.iter().find(|other| **other != table) {
            let (one, other) = (&self.model.tables[table].title.name, &self.model.tables[*other].title.name);
            let message = text!("these scorecards are for `{one}` and for `{other}`", one, other);
            let help = text!("write one for each: `for each scorecard of {one}`", one);
            self.report(Diagnostic::new(codes::cards::AUDIENCE, message).label(span, Text::default()).help(help));
            return None;
        }
        let cards = indices.iter().filter_map(|index| self.scorecard_ids.get(*index).copied().flatten()).collect();
        let mut cx = Context::cell(Subject::Table(table));
        cx.card = true;
        Some(Reach { audience: Audience::Cards(cards), table, cx })
    }
}
