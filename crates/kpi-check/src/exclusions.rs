//! Rows that take no part in what is measured: `exclude "beyond control" where cause == outage`.

use kpi_base::{Diagnostic, codes, text};
use kpi_syntax::ast;

use crate::checker::Checker;
use crate::context::Context;
use crate::model::{ColumnId, Exclusion, Expr, ExprId, ExprKind, Path, TableId, Timing, Type};
use crate::names::duplicate;

impl<'a> Checker<'a> {
    /// Checks which rows of a roster or source are left out.
    pub(crate) fn check_exclusions(&mut self, id: TableId, table: &'a ast::Table) {
        for (place, exclude) in table.exclude.iter().enumerate() {
            let label = &exclude.label;
            if label.value.trim().is_empty() {
                let message = text!("rows that are left out need a label");
                let finding = Diagnostic::new(codes::names::TABLE_SHAPE, message)
                    .label(label.span, text!("outputs count them by it"));
                self.report(finding.help(text!("say why these rows do not count")));
            }
            let same = table.exclude.iter().take(place).find(|other| other.label.value == label.value);
            if let Some(first) = same {
                self.report(duplicate(&label.value, label.span, first.label.span));
            }
        }
        let exclusions = self.exclusions(id, &table.exclude);
        if !matches!(self.model.tables[id].time, Timing::Flow(_)) {
            let _ = self.check_rows_whenever(id, exclusions.iter().map(|exclusion| &exclusion.condition));
        }
        if let Some(table) = self.model.tables.get_mut(id) {
            table.exclude = exclusions;
        }
    }

    /// What is left out of a table is left out of the rows that another one has of it, which have the same columns.
    pub(crate) fn inherit_exclusions(&mut self, id: TableId, of: TableId) {
        if self.model.tables[of].exclude.is_empty() {
            return;
        }
        let export = self.model.export_of(of);
        let Some((declared, _)) = self.names.tables.get(export.index()) else { return };
        let written = &declared.ast.exclude;
        let exclusions = self.exclusions(id, written);
        if let Some(table) = self.model.tables.get_mut(id) {
            table.exclude = exclusions;
        }
    }

    fn exclusions(&mut self, id: TableId, written: &'a [ast::Exclude]) -> Vec<Exclusion> {
        // Where a cell is missing the row is not left out: that is no reason to ask for `is known`.
        let mut row = Context::row(id);
        let columns = 0..self.model.tables[id].columns.len() as u32;
        row.known = columns.map(|index| Path(vec![ColumnId { table: id, index }])).collect();
        let made = written.iter().filter_map(|exclude| {
            let condition = self.condition(&exclude.condition, &row)?;
            Some(Exclusion { label: exclude.label.value.clone(), condition })
        });
        made.collect()
    }

    /// The condition of a view that groups, with what its input leaves out.
    pub(crate) fn kept_rows(&mut self, of: TableId, condition: Option<Expr>) -> Option<Expr> {
        let mut fresh = self.next_expr_id();
        let kept = self.model.tables[of].kept(&mut || {
            fresh.0 += 1;
            ExprId(fresh.0 - 1)
        });
        self.skip_exprs(fresh);
        let (kept, condition) = match (kept, condition) {
            (Some(kept), Some(condition)) => (kept, condition),
            (kept, condition) => return kept.or(condition),
        };
        let span = condition.span;
        Some(self.make(ExprKind::And(Box::new(kept), Box::new(condition)), Type::Bool, span))
    }
}
