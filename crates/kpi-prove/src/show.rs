//! Numbers as people read them.

use kpi_check::model::{Form, Model, Type};
use kpi_value::{Dec, Value};

use crate::value::Range;

/// A number with its unit: `97.5%`, `30s`, `5000.00 CNY`.
pub fn show_number(model: &Model, x: Dec, ty: Type) -> String {
    let Type::Number(unit) = ty else { return x.to_string() };
    match (unit.money, unit.time, unit.form) {
        (1, 0, _) => {
            let currency = &model.policy.currency;
            format!("{} {}", x.to_fixed(currency.digits.max(x.fraction_digits())), currency.code)
        }
        (0, 1, _) => format!("{x}s"),
        (0, 0, Form::Ratio) => match x.mul(Dec::HUNDRED) {
            Ok(percent) => format!("{percent}%"),
            Err(_) => x.to_string(),
        },
        _ => x.to_string(),
    }
}

/// A value with its unit; a member by its name.
pub fn show_value(model: &Model, value: &Value, ty: Type) -> String {
    match (value, ty) {
        (Value::Dec(x), ty) => show_number(model, *x, ty),
        (Value::Member(member), Type::Member(dimension)) => {
            let members = &model.dimensions[dimension].members;
            members.get(*member as usize).map_or_else(String::new, |member| member.name.clone())
        }
        (Value::Bool(truth), _) => truth.to_string(),
        (Value::Text(text), _) => text.to_string(),
        (Value::Date(date), _) => date.to_string(),
        (other, _) => format!("{other:?}"),
    }
}

/// A range with its unit: `0..100`; an end without limit is left out.
pub fn show_range(model: &Model, range: Range, ty: Type) -> String {
    let end = |end: Option<Dec>| end.map_or_else(|| "∞".to_owned(), |x| show_number(model, x, ty));
    let low = if range.low.is_none() { "-∞".to_owned() } else { end(range.low) };
    format!("{low}..{}", end(range.high))
}
