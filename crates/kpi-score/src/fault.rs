//! Planted faults, by which the differential tests show that they would find real ones.

/// A fault of the engine, planted on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// `≥` is computed as `>`.
    GreaterForAtLeast,
    /// Scores and pay are rounded half to even.
    HalfEven,
    /// Aggregates without data are 0.
    NoDataAsZero,
    /// `previous` looks one period too far back.
    WindowOffByOne,
    /// Equal values are ranked by their order.
    TieByOrder,
    /// A week belongs to the month that holds its first day.
    WeekByFirstDay,
    /// What is rolled up by `average` is attained by the mean of the actuals.
    MeanOfActuals,
    /// Rows of the first day of a stint are not in it.
    StintOffByOne,
}
