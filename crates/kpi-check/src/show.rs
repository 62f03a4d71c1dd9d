//! Types, units, numbers and ranges in words.

use crate::checker::Checker;
use crate::literals::times_hundred;
use crate::model::{Form, Model, Type, Unit};
use crate::ranges::{Bound, Range};
use kpi_base::{Text, text};
use kpi_value::{Dec, PeriodKind};

impl Checker<'_> {
    /// A type with its article: "a duration", "a member of `stage`".
    pub fn show(&self, ty: Type) -> Text {
        show_type(&self.model, ty)
    }
}

/// A type of a model with its article: "a duration", "a member of `stage`".
pub fn show_type(model: &Model, ty: Type) -> Text {
    match ty {
        Type::Bool => text!("a truth value"),
        Type::Text => text!("a text"),
        Type::Number(unit) => show_unit(unit),
        Type::Date => text!("a date"),
        Type::DateTime => text!("a time of a day"),
        Type::Period(kind) => text!("a {word}", word = show_period(kind)),
        Type::Member(d) => text!("a member of `{name}`", name = model.dimensions[d].title.name),
        Type::Reference(t) => text!("a reference to `{name}`", name = model.tables[t].title.name),
    }
}

/// A number of a model as it is written in a policy: `98%`, `30s`, `5000 CNY`.
pub fn show_number(model: &Model, x: Dec, ty: Type) -> String {
    let Type::Number(unit) = ty else { return x.to_string() };
    match unit {
        Unit { money: 1, time: 0, .. } => format!("{x} {}", model.policy.currency.code),
        Unit { money: 0, time: 1, .. } => duration(x),
        Unit { money: 0, time: 0, form: Form::Ratio } => format!("{}%", times_hundred(x)),
        _ => x.to_string(),
    }
}

/// A range in words: "0% to 100%", "0 or more".
pub fn show_range(model: &Model, range: Range, ty: Type) -> Text {
    let show = |x| show_number(model, x, ty);
    if let Some(x) = range.point() {
        return Text::verbatim(show(x));
    }
    match (range.low, range.high) {
        (Bound::Closed(low), Bound::Closed(high)) => text!("{low} to {high}", low = show(low), high = show(high)),
        (Bound::Closed(low), Bound::Open(high)) => {
            text!("{low} to less than {high}", low = show(low), high = show(high))
        }
        (Bound::Open(low), Bound::Closed(high)) => {
            text!("more than {low}, up to {high}", low = show(low), high = show(high))
        }
        (Bound::Open(low), Bound::Open(high)) => {
            text!("more than {low}, less than {high}", low = show(low), high = show(high))
        }
        (Bound::Closed(low), Bound::Infinite) => text!("{low} or more", low = show(low)),
        (Bound::Open(low), Bound::Infinite) => text!("more than {low}", low = show(low)),
        (Bound::Infinite, Bound::Closed(high)) => text!("{high} or less", high = show(high)),
        (Bound::Infinite, Bound::Open(high)) => text!("less than {high}", high = show(high)),
        (Bound::Infinite, Bound::Infinite) => text!("any number"),
    }
}

/// The longest unit that leaves a whole number, down to seconds.
fn duration(x: Dec) -> String {
    for (seconds, unit) in [(86_400, "d"), (3600, "h"), (60, "min")] {
        if let Ok(Some(times)) = x.div(Dec::int(seconds))
            && !times.is_zero()
            && times.fraction_digits() == 0
        {
            return format!("{times}{unit}");
        }
    }
    format!("{x}s")
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
