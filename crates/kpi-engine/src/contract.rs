//! The contract of a column, made ready to judge cells.

use std::sync::Arc;

use kpi_check::model::{Column, ColumnRule, CompareOp, Form, Model, TableId, Type};
use kpi_value::{Calendar, Date, DateTime, Dec, Period, PeriodKind, Value, Zone};
use rustc_hash::FxHashMap;

use crate::cells::{self, CellError};

/// How the values of a type lie in a column of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rep {
    /// Whole numbers: 64 bits.
    Int,
    /// Decimals with so many digits after the point: 128 bits.
    Dec(u32),
    /// Truth values.
    Bool,
    /// Texts and keys.
    Text,
    /// Days since 1970-01-01: 32 bits.
    Day,
    /// Microseconds since 1970-01-01 00:00: 64 bits.
    Time,
    /// Indices of periods of the kind: 32 bits.
    Period(PeriodKind),
    /// Places of members: 32 bits.
    Member,
}

/// A cell before it is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Raw<'a> {
    /// A text; empty is missing.
    Text(&'a str),
    /// A whole number.
    Int(i128),
    /// A decimal: units and digits after the point.
    Dec(i128, u32),
    /// A binary number.
    Float(f64),
    /// A binary number of 32 bits.
    Float32(f32),
    /// A truth value.
    Bool(bool),
    /// A day.
    Day(i32),
    /// A wall time in microseconds.
    Time(i64),
    /// An instant in microseconds since 1970-01-01 00:00 UTC.
    Instant(i64),
    /// A duration in microseconds.
    Duration(i64),
    /// The error that the formula of a spreadsheet gave: `#DIV/0!`.
    Formula(&'a str),
    /// A value of a policy test.
    Value(&'a Value),
    /// A value of another type.
    Other,
}

/// A cell that keeps its contract, as it lies in a column of the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// See [`Rep::Int`].
    Int(i64),
    /// See [`Rep::Dec`].
    Dec(i128),
    /// See [`Rep::Bool`].
    Bool(bool),
    /// See [`Rep::Text`].
    Text(std::borrow::Cow<'a, str>),
    /// [`Rep::Day`], [`Rep::Period`], [`Rep::Member`]
    Small(i32),
    /// See [`Rep::Time`].
    Time(i64),
}

/// The contract of a column.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its place in the table.
    pub index: u32,
    /// The header in the export.
    pub header: String,
    /// How its values lie in a column.
    pub rep: Rep,
    /// Whether it may not be empty.
    pub required: bool,
    /// The table it refers to.
    pub refers: Option<TableId>,
    /// The column as declared.
    pub column: Column,
    percent: bool,
    members: Arc<FxHashMap<String, i32>>,
    calendar: Calendar,
    zone: Option<Zone>,
}

impl Cell<'_> {
    /// The cell apart from the text that it was read from.
    pub fn into_owned<'b>(self) -> Cell<'b> {
        match self {
            Cell::Int(n) => Cell::Int(n),
            Cell::Dec(units) => Cell::Dec(units),
            Cell::Bool(b) => Cell::Bool(b),
            Cell::Text(text) => Cell::Text(text.into_owned().into()),
            Cell::Small(n) => Cell::Small(n),
            Cell::Time(micros) => Cell::Time(micros),
        }
    }
}

impl Rep {
    /// How a type lies in a column, where a number has at most so many digits.
    pub fn of(ty: Type, digits: u32) -> Rep {
        match ty {
            Type::Bool => Rep::Bool,
            Type::Text | Type::Reference(_) => Rep::Text,
            Type::Number(unit) if unit.form == Form::Count => Rep::Int,
            Type::Number(_) => Rep::Dec(digits.min(Dec::SCALE)),
            Type::Date => Rep::Day,
            Type::DateTime => Rep::Time,
            Type::Period(kind) => Rep::Period(kind),
            Type::Member(_) => Rep::Member,
        }
    }

    /// The value of a cell.
    pub fn value(self, cell: &Cell<'_>) -> Option<Value> {
        Some(match (self, cell) {
            (Rep::Int, Cell::Int(n)) => Value::Dec(Dec::int(*n)),
            (Rep::Dec(scale), Cell::Dec(units)) => Value::Dec(Dec::from_scaled(*units, scale)?),
            (Rep::Bool, Cell::Bool(b)) => Value::Bool(*b),
            (Rep::Text, Cell::Text(text)) => Value::Text(Arc::from(&**text)),
            (Rep::Day, Cell::Small(day)) => Value::Date(Date(*day)),
            (Rep::Time, Cell::Time(micros)) => Value::DateTime(DateTime(*micros)),
            (Rep::Period(kind), Cell::Small(index)) => Value::Period(Period { kind, index: *index }),
            (Rep::Member, Cell::Small(place)) => Value::Member(place.unsigned_abs()),
            _ => return None,
        })
    }
}

impl Contract {
    /// The contract of a column of a table.
    pub fn new(model: &Model, index: u32, column: &Column, is_time: bool) -> Contract {
        let members = match column.ty {
            Type::Member(id) => {
                let members = model.dimensions[id].members.iter().enumerate();
                let names = members.clone().map(|(i, m)| (m.name.clone(), i as i32));
                let labels = members.filter_map(|(i, m)| Some((m.label.clone()?, i as i32)));
                // A name wins over an equal label of another member.
                labels.chain(names).collect()
            }
            _ => FxHashMap::default(),
        };
        let plain = column.scale == Dec::ONE;
        Contract {
            index,
            header: column.header.trim().to_owned(),
            rep: Rep::of(column.ty, if plain { column.digits } else { Dec::SCALE }),
            required: !column.optional || is_time,
            refers: if let Type::Reference(table) = column.ty { Some(table) } else { None },
            column: column.clone(),
            percent: matches!(column.ty, Type::Number(unit) if unit.form == Form::Ratio),
            members: Arc::new(members),
            calendar: model.policy.calendar,
            zone: model.policy.timezone.clone(),
        }
    }

    /// Judges a cell; `None` is an empty one that may be empty.
    ///
    /// # Errors
    /// How the cell breaks the contract.
    pub fn read<'a>(&self, raw: Option<Raw<'a>>) -> Result<Option<Cell<'a>>, CellError> {
        let cell = match raw {
            None => None,
            Some(Raw::Text(text)) => self.read_text(text)?,
            Some(raw) => Some(self.read_typed(raw)?),
        };
        let Some(cell) = cell else {
            return if self.required { Err(CellError::Missing) } else { Ok(None) };
        };
        if !self.column.rules.is_empty() {
            self.check_rules(&cell)?;
        }
        Ok(Some(cell))
    }

    fn read_text<'a>(&self, text: &'a str) -> Result<Option<Cell<'a>>, CellError> {
        if self.rep == Rep::Text {
            return Ok(if text.is_empty() { None } else { Some(Cell::Text(text.into())) });
        }
        let text = text.trim_matches([' ', '\t', '\u{a0}', '\u{3000}']);
        if text.is_empty() {
            return Ok(None);
        }
        Ok(Some(match self.rep {
            Rep::Int => Cell::Int(whole(cells::parse_number(text, 0).map_err(not_whole)?)?),
            Rep::Dec(digits) => match text.strip_suffix('%').filter(|_| self.percent) {
                Some(text) => {
                    let hundredths = cells::parse_number(text.trim_end(), digits.saturating_sub(2))?;
                    Cell::Dec(cells::rescale(hundredths, digits.saturating_sub(2) + 2, digits)?)
                }
                None => Cell::Dec(self.scaled(cells::parse_number(text, digits)?)?),
            },
            Rep::Bool => Cell::Bool(cells::parse_bool(text)?),
            Rep::Text => Cell::Text(text.into()),
            Rep::Day => Cell::Small(cells::parse_date(text, self.zone.as_ref())?.0),
            Rep::Time => Cell::Time(cells::parse_datetime(text, self.zone.as_ref())?.0),
            Rep::Period(kind) => {
                Cell::Small(cells::parse_period(text, kind, &self.calendar, self.zone.as_ref())?.index)
            }
            Rep::Member => Cell::Small(*self.members.get(text).ok_or(CellError::NotAMember)?),
        }))
    }

    fn read_typed<'a>(&self, raw: Raw<'a>) -> Result<Cell<'a>, CellError> {
        Ok(match (self.rep, raw) {
            (_, Raw::Value(value)) => return self.read_value(value),
            (_, Raw::Float(x)) => return self.read_shortest(x.is_finite(), &x.to_string()),
            (_, Raw::Float32(x)) => return self.read_shortest(x.is_finite(), &x.to_string()),
            (_, Raw::Formula(_)) => return Err(CellError::Formula),
            (Rep::Day | Rep::Time | Rep::Period(_), Raw::Instant(instant)) => {
                let wall = cells::in_zone(instant, self.zone.as_ref())?;
                return self.read_typed(Raw::Time(wall.0));
            }
            (Rep::Dec(digits), Raw::Duration(micros)) if self.column.ty == Type::DURATION => {
                Cell::Dec(cells::rescale(i128::from(micros), 6, digits)?)
            }
            (Rep::Int, Raw::Int(n)) => Cell::Int(whole(n)?),
            (Rep::Int, Raw::Dec(units, scale)) => {
                Cell::Int(whole(cells::rescale(units, scale, 0).map_err(not_whole)?)?)
            }
            (Rep::Dec(digits), Raw::Int(n)) => Cell::Dec(self.scaled(cells::rescale(n, 0, digits)?)?),
            (Rep::Dec(digits), Raw::Dec(units, scale)) => {
                Cell::Dec(self.scaled(cells::rescale(units, scale, digits)?)?)
            }
            (Rep::Bool, Raw::Bool(b)) => Cell::Bool(b),
            (Rep::Bool, Raw::Int(n @ (0 | 1))) => Cell::Bool(n == 1),
            (Rep::Text, Raw::Int(n)) => Cell::Text(n.to_string().into()),
            (Rep::Day, Raw::Day(day)) => Cell::Small(day),
            (Rep::Day, Raw::Time(micros)) => Cell::Small(DateTime(micros).date().0),
            (Rep::Time, Raw::Day(day)) => Cell::Time(Date(day).midnight().0),
            (Rep::Time, Raw::Time(micros)) => Cell::Time(micros),
            (Rep::Period(kind), Raw::Day(day)) => Cell::Small(self.calendar.period(kind, Date(day)).index),
            (Rep::Period(kind), Raw::Time(micros)) => {
                Cell::Small(self.calendar.period(kind, DateTime(micros).date()).index)
            }
            (Rep::Period(PeriodKind::Year), Raw::Int(year)) => {
                let year = i32::try_from(year).ok().filter(|year| (1..=9999).contains(year));
                Cell::Small(year.ok_or(CellError::NotADate)?)
            }
            (Rep::Member, Raw::Int(n)) => {
                Cell::Small(*self.members.get(n.to_string().as_str()).ok_or(CellError::NotAMember)?)
            }
            _ => return Err(CellError::WrongType),
        })
    }

    /// A binary number is read as its shortest decimal.
    fn read_shortest<'a>(&self, finite: bool, text: &str) -> Result<Cell<'a>, CellError> {
        match self.rep {
            Rep::Int | Rep::Dec(_) if !finite => Err(CellError::NotANumber),
            Rep::Int => Ok(Cell::Int(whole(cells::parse_number(text, 0).map_err(not_whole)?)?)),
            Rep::Dec(digits) => Ok(Cell::Dec(self.scaled(cells::parse_number(text, digits)?)?)),
            _ => Err(CellError::WrongType),
        }
    }

    /// Values of a policy test are in the unit of the type already.
    fn read_value<'a>(&self, value: &'a Value) -> Result<Cell<'a>, CellError> {
        Ok(match (self.rep, value) {
            (Rep::Int, Value::Dec(x)) => {
                Cell::Int(whole(cells::rescale(x.units(), Dec::SCALE, 0).map_err(not_whole)?)?)
            }
            (Rep::Dec(digits), Value::Dec(x)) => Cell::Dec(cells::rescale(x.units(), Dec::SCALE, digits)?),
            (Rep::Bool, Value::Bool(b)) => Cell::Bool(*b),
            (Rep::Text, Value::Text(text)) => Cell::Text((&**text).into()),
            (Rep::Day, Value::Date(day)) => Cell::Small(day.0),
            (Rep::Day, Value::DateTime(time)) => Cell::Small(time.date().0),
            (Rep::Time, Value::Date(day)) => Cell::Time(day.midnight().0),
            (Rep::Time, Value::DateTime(time)) => Cell::Time(time.0),
            (Rep::Period(kind), Value::Period(period)) => Cell::Small(self.calendar.containing(kind, *period).index),
            (Rep::Period(kind), Value::Date(day)) => Cell::Small(self.calendar.period(kind, *day).index),
            (Rep::Member, Value::Member(place)) => Cell::Small(*place as i32),
            _ => return Err(CellError::WrongType),
        })
    }

    /// The units in the unit of the type: minutes become seconds.
    fn scaled(&self, units: i128) -> Result<i128, CellError> {
        if self.column.scale == Dec::ONE {
            return Ok(units);
        }
        let number = Dec::from_units(units).map_err(|_| CellError::TooLarge)?;
        number.mul(self.column.scale).map(Dec::units).map_err(|_| CellError::TooLarge)
    }

    /// Whether the column's only rule is that it has nothing below zero, which is quick to see.
    pub fn is_at_least_zero(&self) -> bool {
        let zero = |bound: &Value| *bound == Value::Dec(Dec::ZERO);
        matches!(self.column.rules.as_slice(), [ColumnRule::Compare(CompareOp::Ge, bound)] if zero(bound))
    }

    fn check_rules(&self, cell: &Cell<'_>) -> Result<(), CellError> {
        if let (Cell::Int(0..), true) = (cell, self.is_at_least_zero()) {
            return Ok(());
        }
        let Some(value) = self.rep.value(cell) else { return Ok(()) };
        for (place, rule) in self.column.rules.iter().enumerate() {
            if !rule.holds(&value) {
                return Err(CellError::Rule(place));
            }
        }
        Ok(())
    }
}

fn whole(n: i128) -> Result<i64, CellError> {
    i64::try_from(n).map_err(|_| CellError::TooLarge)
}

fn not_whole(error: CellError) -> CellError {
    if error == CellError::TooManyDigits { CellError::NotWhole } else { error }
}
