//! What must be true of every value if the checker was right: it is of the type that the model says, and nothing computes
//! with a cell that is empty though its column says that it may be.
//!
//! The interpreter would go on without: another evaluator might read a text as no number, and so as no data, and pay nothing.

use kpi_check::model::{Builtin, Expr, ExprKind, Model, Path, Type};
use kpi_value::Value;

use super::rows::text_key;
use super::time::When;
use super::{Fault, Interpreter, Place, Who};

/// An empty cell of a column that may be missing is computed with.
pub(super) const USED_UNKNOWN: Fault = Fault::Model("a cell that may be missing is used as if it were known");

/// Faults where a value is not of a type.
pub(super) fn of_type(model: &Model, value: Option<&Value>, ty: Type) -> Result<(), Fault> {
    let Some(value) = value else { return Ok(()) };
    let fits = match (ty, value) {
        (Type::Bool, Value::Bool(_))
        | (Type::Text | Type::Reference(_), Value::Text(_))
        | (Type::Number(_), Value::Dec(_))
        | (Type::Date, Value::Date(_))
        | (Type::DateTime, Value::DateTime(_)) => true,
        // A key may be of another type than text, and what refers to it holds the same.
        (Type::Reference(_), Value::Dec(_) | Value::Date(_)) => true,
        (Type::Period(kind), Value::Period(period)) => period.kind == kind,
        (Type::Member(dimension), Value::Member(member)) => {
            (*member as usize) < model.dimensions[dimension].members.len()
        }
        _ => false,
    };
    if fits { Ok(()) } else { Err(Fault::Model("a value of another type than was checked")) }
}

/// The operands of an expression that must be known wherever they are looked at.
fn operands(kind: &ExprKind) -> Vec<&Expr> {
    match kind {
        ExprKind::Neg(x) | ExprKind::Not(x) | ExprKind::Curve(_, x) => vec![x],
        ExprKind::Arithmetic(_, a, b) | ExprKind::Compare(_, a, b) => vec![a, b],
        ExprKind::InRange(x, low, high, ..) => vec![x, low, high],
        ExprKind::InSet(x, set, _) => std::iter::once(&**x).chain(set).collect(),
        // Only the first: whether the second is looked at hangs on it.
        ExprKind::And(a, _) | ExprKind::Or(a, _) | ExprKind::If(a, ..) => vec![a],
        ExprKind::Call(Builtin::Coalesce, _) => Vec::new(),
        ExprKind::Call(_, args) => args.iter().collect(),
        _ => Vec::new(),
    }
}

impl Interpreter<'_> {
    /// Faults where an operand is a column that may be missing, and its cell is empty.
    pub(super) fn operands_are_known(&self, expr: &Expr, place: &Place<'_>) -> Result<(), Fault> {
        for operand in operands(&expr.kind) {
            self.is_known(operand, place)?;
        }
        Ok(())
    }

    /// As [`Interpreter::operands_are_known`], of one expression that is computed with.
    pub(super) fn is_known(&self, expr: &Expr, place: &Place<'_>) -> Result<(), Fault> {
        if place.lenient {
            return Ok(());
        }
        let mut expr = expr;
        while let ExprKind::Inlined(_, body) = &expr.kind {
            expr = body;
        }
        let ExprKind::Column(path) = &expr.kind else { return Ok(()) };
        let empty = match (place.row, &place.who) {
            (Some((table, row)), _) => self.empty_cell(row, path, self.as_of_row(table, row, place.when)),
            (None, Who::Row(table, key)) => match self.subject_row(*table, key, place.when) {
                Some(row) => self.empty_cell(row, path, place.when),
                None => false,
            },
            _ => false,
        };
        if empty { Err(USED_UNKNOWN) } else { Ok(()) }
    }

    /// Whether a path of columns comes to an empty cell of a column that may be missing. What a reference leads to may also be
    /// off its roster in the period, which no declaration tells.
    fn empty_cell(&self, row: &crate::Row, path: &Path, when: When) -> bool {
        let mut row = row;
        for column in &path.0 {
            let Some(cell) = row.get(column.index as usize).and_then(Option::as_ref) else {
                return self.model.column(*column).optional;
            };
            let Some(table) = self.model.referred(*column) else { return false };
            let Some(next) = self.referred_row(table, &text_key(cell), when) else { return false };
            row = next;
        }
        false
    }
}
