//! Findings about a run.

codes! {
    OVERFLOW = "K7001", Error, "a number is too large";
    DIVISION_BY_ZERO = "K7002", Note, "division by zero";
    SEVERAL_ROWS = "K7003", Error, "a lookup finds several rows";
    NEGATIVE_TARGET = "K7004", Warning, "a target below zero";
    COLUMN_LEFT_OUT = "K7005", Error, "a formula reads a column that is not given";
    STREAK_TOO_LONG = "K7006", Warning, "a streak is longer than the history read";
    NOT_PLANNED = "K7007", Error, "a value was not planned";
    DATE_OUT_OF_RANGE = "K7008", Error, "a date out of range";
    INCOMPLETE_CARDS = "K7101", Note, "incomplete cards";
    PAID_TWICE = "K7102", Error, "paid through two cards";
    UNKNOWN_AUDIENCE = "K7103", Warning, "not known who is concerned";
    UNKNOWN_GROUP = "K7104", Warning, "not known with whom to rank";
    SCORE_OVERFLOW = "K7105", Error, "a score or a pay is too large";
    DATA_DATE = "K7106", Error, "a data date before the period";
    NOT_RIPE = "K7107", Warning, "rows that are not ripe";
    /// What an `exists` asks for lies before the first row of the table that it looks in: no data.
    BEFORE_THE_DATA = "K7108", Warning, "a look before the data begin";
}
