//! Columns of Polars and the cells in them.

use kpi_value::{Dec, Value};
use polars::prelude as pl;
use polars::prelude::{IntoColumn, IntoSeries, NewChunkedArray};

use crate::contract::{Cell, Rep};

impl Rep {
    /// The type of a column.
    pub fn dtype(self) -> pl::DataType {
        match self {
            Rep::Int | Rep::Time => pl::DataType::Int64,
            Rep::Dec(scale) => pl::DataType::Decimal(38, scale as usize),
            Rep::Bool => pl::DataType::Boolean,
            Rep::Text => pl::DataType::String,
            Rep::Day | Rep::Period(_) | Rep::Member => pl::DataType::Int32,
        }
    }

    /// Whether its values are numbers.
    pub const fn is_number(self) -> bool {
        matches!(self, Rep::Int | Rep::Dec(_))
    }

    /// The cell of a value.
    pub fn cell(self, value: &Value) -> Option<Cell<'_>> {
        Some(match (self, value) {
            (Rep::Int, Value::Dec(x)) => Cell::Int(i64::try_from(x.units() / Dec::UNITS).ok()?),
            (Rep::Dec(digits), Value::Dec(x)) => Cell::Dec(crate::cells::rescale(x.units(), Dec::SCALE, digits).ok()?),
            (Rep::Bool, Value::Bool(b)) => Cell::Bool(*b),
            (Rep::Text, Value::Text(text)) => Cell::Text((&**text).into()),
            (Rep::Day, Value::Date(day)) => Cell::Small(day.0),
            (Rep::Time, Value::DateTime(time)) => Cell::Time(time.0),
            (Rep::Time, Value::Date(day)) => Cell::Time(day.midnight().0),
            (Rep::Period(_), Value::Period(period)) => Cell::Small(period.index),
            (Rep::Member, Value::Member(place)) => Cell::Small(*place as i32),
            _ => return None,
        })
    }

    /// A column of cells.
    pub fn column<'a>(self, cells: impl Iterator<Item = Option<Cell<'a>>>) -> pl::Column {
        let name = pl::PlSmallStr::EMPTY;
        match self {
            Rep::Int | Rep::Time => {
                let cells = cells.map(|cell| match cell {
                    Some(Cell::Int(n) | Cell::Time(n)) => Some(n),
                    _ => None,
                });
                pl::Int64Chunked::from_iter_options(name, cells).into_column()
            }
            Rep::Dec(scale) => {
                let cells = cells.map(|cell| if let Some(Cell::Dec(units)) = cell { Some(units) } else { None });
                decimals(pl::Int128Chunked::from_iter_options(name, cells), scale)
            }
            Rep::Bool => {
                let cells = cells.map(|cell| if let Some(Cell::Bool(b)) = cell { Some(b) } else { None });
                pl::BooleanChunked::from_iter_options(name, cells).into_column()
            }
            Rep::Text => {
                let cells = cells.map(|cell| if let Some(Cell::Text(text)) = cell { Some(text) } else { None });
                pl::StringChunked::from_iter_options(name, cells).into_column()
            }
            Rep::Day | Rep::Period(_) | Rep::Member => {
                let cells = cells.map(|cell| if let Some(Cell::Small(n)) = cell { Some(n) } else { None });
                pl::Int32Chunked::from_iter_options(name, cells).into_column()
            }
        }
    }

    /// A constant.
    pub fn literal(self, cell: Option<Cell<'_>>) -> pl::Expr {
        let value = match (self, cell) {
            (_, None) => pl::AnyValue::Null,
            (Rep::Dec(scale), Some(Cell::Dec(units))) => pl::AnyValue::Decimal(units, 38, scale as usize),
            (_, Some(Cell::Int(n) | Cell::Time(n))) => pl::AnyValue::Int64(n),
            (_, Some(Cell::Small(n))) => pl::AnyValue::Int32(n),
            (_, Some(Cell::Bool(b))) => pl::AnyValue::Boolean(b),
            (_, Some(Cell::Text(text))) => pl::AnyValue::StringOwned(text.as_ref().into()),
            (_, Some(Cell::Dec(_))) => pl::AnyValue::Null,
        };
        pl::Literal::lit(pl::Scalar::new(self.dtype(), value))
    }

    /// The values of a column, in the order of `rows`.
    ///
    /// # Errors
    /// If the column is of another type.
    pub fn values(self, column: &pl::Column, rows: &[usize]) -> pl::PolarsResult<Vec<Option<Value>>> {
        let series = column.as_materialized_series();
        macro_rules! values {
            ($chunked:expr, $cell:expr) => {{
                let chunked = $chunked;
                rows.iter().map(|row| chunked.get(*row).and_then(|x| self.value(&$cell(x)))).collect()
            }};
        }
        Ok(match self {
            Rep::Int => values!(series.i64()?.rechunk(), Cell::Int),
            Rep::Time => values!(series.i64()?.rechunk(), Cell::Time),
            Rep::Dec(_) => values!(series.decimal()?.physical().rechunk(), Cell::Dec),
            Rep::Bool => values!(series.bool()?.rechunk(), Cell::Bool),
            Rep::Text => values!(series.str()?.rechunk(), |text: &str| Cell::Text(text.to_owned().into())),
            Rep::Day | Rep::Period(_) | Rep::Member => values!(series.i32()?.rechunk(), Cell::Small),
        })
    }
}

/// Units as a column of decimals.
pub fn decimals(units: pl::Int128Chunked, scale: u32) -> pl::Column {
    units.into_decimal_unchecked(38, scale as usize).into_series().into_column()
}

/// A column as long as its neighbours: one value stands for all.
pub fn stretched(column: &pl::Column, height: usize) -> pl::Series {
    let series = column.as_materialized_series();
    if series.len() == 1 && height != 1 { series.new_from_index(0, height) } else { series.clone() }
}
