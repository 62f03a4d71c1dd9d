//! Cohorts: rows that belong to the period of another date than that of their table.

use kpi_base::{Diagnostic, codes, text};
use kpi_syntax::ast;

use crate::checker::Checker;
use crate::context::Context;
use crate::model::{self, Column, ColumnId, ExprKind, MidPeriod, Path, Table, TableId, Timing, Title, Type, View};
use crate::values::chain;

impl<'a> Checker<'a> {
    /// The rows of a table by the date of `dated registered + 30d`: a view of it without a name of its own, one for all that
    /// date the rows alike.
    pub(crate) fn dated_rows(&mut self, of: TableId, written: &'a ast::Expr) -> Option<TableId> {
        let table = &self.model.tables[of];
        if let Timing::AsOf(_) = table.time {
            let message =
                text!("the rows of `{name}` are one a period, and have no other date", name = table.title.name);
            let finding = Diagnostic::new(codes::types::HELD_ROWS, message)
                .help(text!("bind an export with one row an event and a `time` column, and count its rows"))
                .label(written.span, text!("a row here would be counted in each of its periods"))
                .label(table.title.span, text!("declared here"));
            self.report(finding);
            return None;
        }
        // Where a date is missing the row belongs to no period: that is no reason to ask for `is known`.
        let mut row = Context::row(of);
        let columns = 0..table.columns.len() as u32;
        row.known = columns.map(|index| Path(vec![ColumnId { table: of, index }])).collect();
        let date = self.typed(written, &row, None)?;
        if !matches!(date.ty, Type::Date | Type::DateTime) {
            let found = self.show(date.ty);
            let finding = Diagnostic::new(codes::types::ARGUMENTS, text!("`dated` takes a date, not {found}", found))
                .label(written.span, text!("this is {found}", found))
                .help(text!("name the date by which a row belongs to a period: `dated registered + 30d`"));
            self.report(finding);
            return None;
        }
        self.check_rows_whenever(of, std::iter::once(&date))?;
        let alike = |table: &Table| {
            table
                .view
                .as_ref()
                .is_some_and(|view| view.of == of && view.dated.as_ref().is_some_and(|other| same(other, &date)))
        };
        if let Some((id, _)) = self.model.tables.iter().find(|(_, table)| alike(table)) {
            return Some(id);
        }
        let input = &self.model.tables[of];
        let time = input.columns.len() as u32;
        let mut made = Table { roster: false, time: Timing::Flow(time), sparse: true, ..input.clone() };
        // A name that nobody can write: the column is the view's time and nothing else.
        let title = Title { name: "dated by".to_owned(), label: None, doc: None, span: written.span };
        made.columns.push(Column { header: String::new(), optional: true, ..Column::plain(title, date.ty) });
        made.view = Some(View { of, condition: None, grouping: None, dated: Some(date), at_start: false });
        let id = self.model.tables.push(made);
        self.inherit_exclusions(id, of);
        Some(id)
    }
}

impl<'a> Checker<'a> {
    /// The rows of a stock as they are at the period's start: a view of it without a name of its own.
    pub(crate) fn rows_at_start(&mut self, of: TableId, written: &'a ast::Expr) -> Option<TableId> {
        let is_start = chain(written).is_some_and(
            |names| matches!(names.as_slice(), [period, start] if period.word() == "period" && start.word() == "start"),
        );
        if !is_start {
            let finding = Diagnostic::new(codes::types::ARGUMENTS, text!("`at` takes `period.start`"))
                .label(written.span, text!("another moment"))
                .help(text!("without `at` rows are read at the period's end"));
            self.report(finding);
            return None;
        }
        let table = &self.model.tables[of];
        if !matches!(table.time, Timing::Stock { .. }) {
            let name = table.title.name.clone();
            let finding =
                Diagnostic::new(codes::types::ARGUMENTS, text!("rows of `{name}` are not there for a while", name))
                    .label(written.span, text!("only rows `valid from … to …` are there at a moment"))
                    .label(table.title.span, text!("declared here"));
            self.report(finding);
            return None;
        }
        let alike = |table: &Table| table.view.as_ref().is_some_and(|view| view.of == of && view.at_start);
        if let Some((id, _)) = self.model.tables.iter().find(|(_, table)| alike(table)) {
            return Some(id);
        }
        let view = View { of, condition: None, grouping: None, dated: None, at_start: true };
        self.at_start.push((written.span, of));
        let made = Table { roster: false, view: Some(view), ..self.model.tables[of].clone() };
        let id = self.model.tables.push(made);
        self.inherit_exclusions(id, of);
        Some(id)
    }

    /// Refuses rows at a period's start where a period may be cut into stints: each would have its own.
    pub(crate) fn check_starts(&mut self) {
        let split = self.model.scorecards.iter().find(|(_, card)| card.mid_period == MidPeriod::Split);
        let Some(card) = split.map(|(_, card)| card.title.span) else { return };
        for (span, of) in std::mem::take(&mut self.at_start) {
            let name = self.model.tables[of].title.name.clone();
            let message = text!("`at period.start` has two meanings where a card says `mid_period split`");
            let finding = Diagnostic::new(codes::cards::START_OF_STINT, message)
                .label(span, text!("the start of the period, or of each stint?"))
                .label(card, text!("this card is split"))
                .help(text!(
                    "write `mid_period last` or `first`, or count those at the end of the period before: `previous(count({name}))`",
                    name
                ));
            self.report(finding);
        }
    }
}

/// Whether two expressions of a row say the same by their form.
fn same(a: &model::Expr, b: &model::Expr) -> bool {
    let (below_a, below_b) = (a.children(), b.children());
    let own = match (&a.kind, &b.kind) {
        (ExprKind::Column(a), ExprKind::Column(b)) => a == b,
        (ExprKind::Const(a), ExprKind::Const(b)) => a == b,
        (ExprKind::Arithmetic(a, ..), ExprKind::Arithmetic(b, ..)) => a == b,
        (ExprKind::Param(a, None), ExprKind::Param(b, None)) => a == b,
        (ExprKind::Neg(_), ExprKind::Neg(_)) | (ExprKind::Inlined(..), ExprKind::Inlined(..)) => true,
        _ => false,
    };
    own && below_a.len() == below_b.len() && below_a.into_iter().zip(below_b).all(|(a, b)| same(a, b))
}
