//! One value a cell, for all cells of a spine.

use kpi_check::model::Type;
use kpi_value::{Dec, Value};

/// One value a cell of a spine, `None` where there is no data. Cells lie period by period: the cell of entity `e` in the
/// `p`-th period of a spine of `n` entities is `p × n + e`, so that a period earlier is `n` cells before.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// The same value in so many cells.
    Same(Option<Value>, usize),
    /// Numbers of any unit.
    Dec(Vec<Option<Dec>>),
    /// Truth values.
    Bool(Vec<Option<bool>>),
    /// Members of a dimension.
    Member(Vec<Option<u32>>),
    /// Texts, references, dates and times.
    Other(Vec<Option<Value>>),
}

impl Column {
    /// No data in any cell.
    pub const fn none(cells: usize) -> Column {
        Column::Same(None, cells)
    }

    /// A column of this type, made of one value a cell.
    pub fn of(ty: Type, values: impl Iterator<Item = Option<Value>>) -> Column {
        match ty {
            Type::Number(_) => Column::Dec(values.map(|v| v.and_then(|v| v.as_dec())).collect()),
            Type::Bool => Column::Bool(values.map(|v| v.and_then(|v| v.as_bool())).collect()),
            Type::Member(_) => Column::Member(values.map(|v| v.and_then(|v| v.as_member())).collect()),
            _ => Column::Other(values.collect()),
        }
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        match self {
            Column::Same(_, cells) => *cells,
            Column::Dec(values) => values.len(),
            Column::Bool(values) => values.len(),
            Column::Member(values) => values.len(),
            Column::Other(values) => values.len(),
        }
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number in a cell; none also if it holds something else, and likewise below.
    #[inline]
    pub fn dec(&self, cell: usize) -> Option<Dec> {
        match self {
            Column::Dec(values) => values.get(cell).copied().flatten(),
            Column::Same(Some(Value::Dec(x)), _) => Some(*x),
            _ => None,
        }
    }

    /// The truth value in a cell.
    #[inline]
    pub fn bool(&self, cell: usize) -> Option<bool> {
        match self {
            Column::Bool(values) => values.get(cell).copied().flatten(),
            Column::Same(Some(Value::Bool(x)), _) => Some(*x),
            _ => None,
        }
    }

    /// The member in a cell.
    #[inline]
    pub fn member(&self, cell: usize) -> Option<u32> {
        match self {
            Column::Member(values) => values.get(cell).copied().flatten(),
            Column::Same(Some(Value::Member(x)), _) => Some(*x),
            _ => None,
        }
    }

    /// The text or key in a cell.
    #[inline]
    pub fn text(&self, cell: usize) -> Option<&str> {
        match self {
            Column::Other(values) => values.get(cell)?.as_ref()?.as_text(),
            Column::Same(value, _) => value.as_ref()?.as_text(),
            _ => None,
        }
    }

    /// Whatever is in a cell.
    pub fn value(&self, cell: usize) -> Option<Value> {
        match self {
            Column::Same(value, _) => value.clone(),
            Column::Dec(values) => values.get(cell).copied().flatten().map(Value::Dec),
            Column::Bool(values) => values.get(cell).copied().flatten().map(Value::Bool),
            Column::Member(values) => values.get(cell).copied().flatten().map(Value::Member),
            Column::Other(values) => values.get(cell).cloned().flatten(),
        }
    }

    /// Whether there is data in a cell.
    #[inline]
    pub fn is_known(&self, cell: usize) -> bool {
        match self {
            Column::Same(value, _) => value.is_some(),
            Column::Dec(values) => values.get(cell).is_some_and(Option::is_some),
            Column::Bool(values) => values.get(cell).is_some_and(Option::is_some),
            Column::Member(values) => values.get(cell).is_some_and(Option::is_some),
            Column::Other(values) => values.get(cell).is_some_and(Option::is_some),
        }
    }

    /// The column of other cells, each taken from a cell of this one or left without data.
    #[must_use]
    pub fn gather(&self, from: impl ExactSizeIterator<Item = Option<usize>>) -> Column {
        match self {
            Column::Same(None, _) => Column::none(from.len()),
            Column::Same(Some(Value::Dec(x)), _) => Column::Dec(from.map(|cell| cell.map(|_| *x)).collect()),
            Column::Same(Some(Value::Bool(x)), _) => Column::Bool(from.map(|cell| cell.map(|_| *x)).collect()),
            Column::Same(Some(Value::Member(x)), _) => Column::Member(from.map(|cell| cell.map(|_| *x)).collect()),
            Column::Same(Some(_), _) => Column::Other(from.map(|cell| cell.and_then(|c| self.value(c))).collect()),
            Column::Dec(_) => Column::Dec(from.map(|cell| self.dec(cell?)).collect()),
            Column::Bool(_) => Column::Bool(from.map(|cell| self.bool(cell?)).collect()),
            Column::Member(_) => Column::Member(from.map(|cell| self.member(cell?)).collect()),
            Column::Other(_) => Column::Other(from.map(|cell| self.value(cell?)).collect()),
        }
    }
}
