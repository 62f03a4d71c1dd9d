//! Types and units in words.

use crate::checker::Checker;
use crate::model::{Form, Type, Unit};
use kpi_base::{Text, text};
use kpi_value::PeriodKind;

impl Checker<'_> {
    /// A type with its article: "a duration", "a member of `stage`".
    pub fn show(&self, ty: Type) -> Text {
        match ty {
            Type::Bool => text!("a truth value"),
            Type::Text => text!("a text"),
            Type::Number(unit) => show_unit(unit),
            Type::Date => text!("a date"),
            Type::DateTime => text!("a time of a day"),
            Type::Period(kind) => text!("a {word}", word = show_period(kind)),
            Type::Member(d) => text!("a member of `{name}`", name = self.model.dimensions[d].title.name),
            Type::Reference(t) => text!("a reference to `{name}`", name = self.model.tables[t].title.name),
        }
    }
}

/// A unit with its article: "money", "a ratio", "money ÷ time".
pub fn show_unit(unit: Unit) -> Text {
    match (unit.money, unit.time, unit.form) {
        (0, 0, Form::Number) => text!("a number"),
        (0, 0, Form::Count) => text!("a count"),
        (0, 0, Form::Ratio) => text!("a ratio"),
        (0, 0, Form::Points) => text!("points"),
        (1, 0, _) => text!("money"),
        (0, 1, _) => text!("a duration"),
        (money, time, _) => {
            let parts = [(text!("money"), money), (text!("time"), time)];
            let above = parts.iter().filter(|p| p.1 > 0).map(|p| power(&p.0, p.1));
            let above = above.reduce(|a, b| text!("{a} × {b}", a, b)).unwrap_or_else(|| Text::verbatim("1"));
            let below = parts.iter().filter(|p| p.1 < 0).map(|p| power(&p.0, -p.1));
            below.fold(above, |above, below| text!("{above} ÷ {below}", above, below))
        }
    }
}

/// "month"
pub fn show_period(kind: PeriodKind) -> Text {
    match kind {
        PeriodKind::Day => text!("day"),
        PeriodKind::Week => text!("week"),
        PeriodKind::Month => text!("month"),
        PeriodKind::Quarter => text!("quarter"),
        PeriodKind::Year => text!("year"),
    }
}

/// "months"
pub(crate) fn show_periods(kind: PeriodKind) -> Text {
    match kind {
        PeriodKind::Day => text!("days"),
        PeriodKind::Week => text!("weeks"),
        PeriodKind::Month => text!("months"),
        PeriodKind::Quarter => text!("quarters"),
        PeriodKind::Year => text!("years"),
    }
}

fn power(name: &Text, exponent: i8) -> Text {
    match exponent {
        1 => name.clone(),
        2 => text!("{name}²", name),
        3 => text!("{name}³", name),
        n => text!("{name}^{n}", name, n),
    }
}
