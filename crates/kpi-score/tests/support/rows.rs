//! The rows of a test's tables, and expressions over one row.

use kpi_check::model::{ArithmeticOp, ColumnId, Expr, ExprKind, Model, Path, TableId, Test, TestTable};
use kpi_value::Value;

/// The tables of a test of a policy.
pub struct Tables<'m> {
    pub model: &'m Model,
    test: &'m Test,
}

impl<'m> Tables<'m> {
    pub fn new(model: &'m Model, test: &'m Test) -> Tables<'m> {
        Tables { model, test }
    }

    pub fn given(&self, table: TableId) -> Option<&'m TestTable> {
        self.test.tables.iter().find(|t| t.table == table)
    }

    pub fn len(&self, table: TableId) -> usize {
        self.given(table).map_or(0, |t| t.rows.len())
    }

    pub fn cell(&self, table: TableId, column: u32, row: usize) -> Option<Value> {
        let given = self.given(table)?;
        let place = given.columns.iter().position(|c| *c == column)?;
        given.rows.get(row)?.cells.get(place)?.clone()
    }

    /// The value at the end of a path of columns.
    pub fn follow(&self, path: &Path, table: TableId, row: usize) -> Option<Value> {
        let (last, references) = path.0.split_last()?;
        let (mut table, mut row) = (table, row);
        for reference in references {
            let key = self.cell(table, reference.index, row)?;
            table = self.model.referred(*reference)?;
            let column = self.model.tables[table].key?;
            row = (0..self.len(table)).find(|r| self.cell(table, column, *r).as_ref() == Some(&key))?;
        }
        self.cell(table, last.index, row)
    }

    /// A column that an expression reads and the test does not give.
    pub fn absent(&self, expr: &Expr) -> Option<ColumnId> {
        if let ExprKind::Column(path) = &expr.kind {
            let lacks = |c: &&ColumnId| self.given(c.table).is_some_and(|t| !t.columns.contains(&c.index));
            return path.0.iter().find(lacks).copied();
        }
        expr.children().into_iter().find_map(|e| self.absent(e))
    }

    /// An expression over one row; of what rows of tests need.
    pub fn eval(&self, expr: &Expr, table: TableId, row: usize) -> Option<Value> {
        let sub = |e: &Expr| self.eval(e, table, row);
        match &expr.kind {
            ExprKind::Const(value) => value.clone(),
            ExprKind::Column(path) => self.follow(path, table, row),
            ExprKind::Compare(op, a, b) => Some(Value::Bool(op.holds(sub(a)?.cmp(&sub(b)?)))),
            ExprKind::And(a, b) => match (sub(a), sub(b)) {
                (Some(Value::Bool(false)), _) | (_, Some(Value::Bool(false))) => Some(Value::Bool(false)),
                (a, b) => a.zip(b).map(|_| Value::Bool(true)),
            },
            ExprKind::IsMissing(x) => Some(Value::Bool(sub(x).is_none())),
            ExprKind::Not(x) => Some(Value::Bool(!sub(x)?.as_bool()?)),
            ExprKind::Arithmetic(op, a, b) => {
                let (a, b) = (sub(a)?.as_dec()?, sub(b)?.as_dec()?);
                match op {
                    ArithmeticOp::Add => a.add(b).ok(),
                    ArithmeticOp::Sub => a.sub(b).ok(),
                    ArithmeticOp::Mul => a.mul(b).ok(),
                    ArithmeticOp::Div => a.div(b).ok().flatten(),
                }
                .map(Value::Dec)
            }
            other => panic!("tests over rows do not know {other:?}"),
        }
    }
}
