//! Types and units in words.

use crate::checker::Checker;
use crate::model::{Form, Type, Unit};

impl Checker<'_> {
    /// A type with its article: "a duration", "a member of `stage`".
    pub fn show(&self, ty: Type) -> String {
        match ty {
            Type::Bool => "a truth value".to_owned(),
            Type::Text => "a text".to_owned(),
            Type::Number(unit) => show_unit(unit),
            Type::Date => "a date".to_owned(),
            Type::DateTime => "a time of a day".to_owned(),
            Type::Period(kind) => format!("a {}", kind.word()),
            Type::Member(d) => format!("a member of `{}`", self.model.dimensions[d].title.name),
            Type::Reference(t) => format!("a reference to `{}`", self.model.tables[t].title.name),
        }
    }
}

/// A unit with its article: "money", "a ratio", "money ÷ time".
pub fn show_unit(unit: Unit) -> String {
    match (unit.money, unit.time, unit.form) {
        (0, 0, Form::Number) => "a number".to_owned(),
        (0, 0, Form::Count) => "a count".to_owned(),
        (0, 0, Form::Ratio) => "a ratio".to_owned(),
        (0, 0, Form::Points) => "points".to_owned(),
        (1, 0, _) => "money".to_owned(),
        (0, 1, _) => "a duration".to_owned(),
        (money, time, _) => {
            let parts = [("money", money), ("time", time)];
            let above: Vec<String> = parts.iter().filter(|p| p.1 > 0).map(|p| power(p.0, p.1)).collect();
            let below: Vec<String> = parts.iter().filter(|p| p.1 < 0).map(|p| power(p.0, -p.1)).collect();
            let above = if above.is_empty() { "1".to_owned() } else { above.join(" × ") };
            if below.is_empty() { above } else { format!("{above} ÷ {}", below.join(" ÷ ")) }
        }
    }
}

fn power(name: &str, exponent: i8) -> String {
    match exponent {
        1 => name.to_owned(),
        2 => format!("{name}²"),
        3 => format!("{name}³"),
        n => format!("{name}^{n}"),
    }
}
