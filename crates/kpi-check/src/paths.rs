//! Names that lead along references to a column.

use kpi_syntax::ast;

use crate::checker::Checker;
use crate::context::Context;
use crate::model::{Path, TableId, Type};

impl<'a> Checker<'a> {
    /// The column of the row or of the subject that names lead to: for `among`, `over`, `rank among` and keys of tables.
    ///
    /// The first name is a column, the table itself, another table that is reached by one way, or a dimension of which
    /// there is one column.
    pub fn attribute_path(&mut self, names: &'a [ast::Name], cx: &Context) -> Option<(Path, Type)> {
        let _ = (names, cx);
        None
    }

    /// The table of a name, which is marked as used.
    pub fn table(&mut self, name: &ast::Name) -> Option<TableId> {
        let _ = name;
        None
    }
}
