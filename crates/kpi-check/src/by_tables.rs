//! `by` tables: completeness, rows that never apply.

use kpi_syntax::ast;

use crate::checker::Checker;
use crate::context::Context;
use crate::model;

impl<'a> Checker<'a> {
    /// Checks a value or a table of values; `value` checks one of them. Keys are typed by [`Checker::by_key`].
    pub(crate) fn by_table<T, U>(
        &mut self,
        table: &'a ast::ByTable<T>,
        cx: &Context,
        mut value: impl FnMut(&mut Self, &'a T) -> Option<U>,
    ) -> Option<model::ByTable<U>> {
        match table {
            ast::ByTable::Plain(x) => value(self, x).map(|x| model::ByTable::plain(x, kpi_base::Span::default())),
            ast::ByTable::By(by) => {
                let _ = cx;
                self.report_not_built("by", by.span);
                None
            }
        }
    }
}
