//! Counter-examples: the inputs for which a table, a curve or the weights of a card go wrong, as values.
//!
//! A message says the same in words; what wants to try one out (a test, an editor) reads it here.

use kpi_base::{Code, Span, Text, text};
use kpi_value::{Date, Dec};

/// An input under which a policy does not say exactly one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct CounterExample {
    /// The finding that it belongs to.
    pub code: Code,
    /// Where that stands.
    pub place: Span,
    /// What goes wrong.
    pub claim: Claim,
}

/// What goes wrong under an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// No row of a `by` table applies.
    NoRow(Combination),
    /// These two rows of a `by` table both name it.
    TwoRows(Combination, [Span; 2]),
    /// No row of a `step` or of grades holds this number.
    NoBracket(Dec),
    /// These two rows of a `step` or of grades both hold this number.
    TwoBrackets(Dec, [Span; 2]),
    /// The weights of a card or group add up to this, and not to 1.
    Weights(Combination, Dec),
}

/// One value for each key that matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Combination {
    /// The keys, in the order of the table.
    pub parts: Vec<Part>,
}

/// One key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The key as a reader knows it: the columns that lead to it (`team.stage`), or the dimension; `date`.
    pub key: String,
    /// Its value.
    pub value: KeyValue,
}

/// What a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyValue {
    /// A member of a dimension, by name.
    Member(String),
    /// It has no data.
    NoData,
    /// A day from the first on and, where there is a second, before that.
    Dates(Date, Option<Date>),
    /// A day before this one.
    Before(Date),
}

impl Combination {
    /// In words: `stage = growth, from 2026-07`.
    pub fn words(&self) -> Text {
        Text::list(self.parts.iter().map(Part::words), kpi_base::Join::Comma)
    }

    /// Whether there is nothing that it depends on.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl Part {
    fn words(&self) -> Text {
        let key = &self.key;
        match &self.value {
            KeyValue::Member(member) => Text::verbatim(format!("{key} = {member}")),
            KeyValue::NoData => text!("{key} = no data", key),
            KeyValue::Dates(from, None) => text!("from {day}", day = show_day(*from)),
            KeyValue::Dates(from, Some(before)) => {
                let (from, to) = show_days(*from, *before);
                if from == to { text!("in {period}", period = from) } else { text!("from {from} to {to}", from, to) }
            }
            KeyValue::Before(day) => text!("before {day}", day = show_day(*day)),
        }
    }
}

/// A day as authors write it: a month for its first day.
pub(crate) fn show_day(day: Date) -> String {
    match day.ymd() {
        (year, month, 1) => format!("{year:04}-{month:02}"),
        _ => day.to_string(),
    }
}

/// The first and last of some days, of which the last is before `before`: as months where they are whole ones.
fn show_days(from: Date, before: Date) -> (String, String) {
    let last = before.plus(-1);
    match (from.ymd(), before.ymd(), last.ymd()) {
        ((.., 1), (.., 1), (year, month, _)) => (show_day(from), format!("{year:04}-{month:02}")),
        _ => (from.to_string(), last.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_shown_as_they_are_written() {
        let day = |m, d| Date::new(2026, m, d).unwrap();
        let words = |value| Part { key: "date".to_owned(), value }.words().to_string();
        assert_eq!(words(KeyValue::Dates(day(7, 1), None)), "from 2026-07");
        assert_eq!(words(KeyValue::Dates(day(7, 15), None)), "from 2026-07-15");
        assert_eq!(words(KeyValue::Dates(day(1, 1), Some(day(3, 1)))), "from 2026-01 to 2026-02");
        assert_eq!(words(KeyValue::Dates(day(1, 1), Some(day(3, 2)))), "from 2026-01-01 to 2026-03-01");
    }
}
