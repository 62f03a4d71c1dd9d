//! The values that every stage of kpi shares: exact decimals, dates, and the periods of a policy's calendar.
//!
//! It knows nothing of the language, of files or of dataframes. Start with [`Dec`], the only number that decides a
//! score or a pay; [`Period`] and [`Calendar`] say which rows belong together in time; [`Value`] is one cell.

mod calendar;
mod decimal;
mod round;
mod value;
mod zone;

pub use calendar::{Calendar, Date, DateTime, ParsePeriodError, Period, PeriodKind};
pub use decimal::{Dec, DecText, Overflow, ParseDecError};
pub use round::Rounding;
pub use value::Value;
pub use zone::{Zone, parse_offset};
