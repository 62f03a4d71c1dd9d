//! Values as results show them: a text and a unit.

use kpi_check::model::{Form, Model, Type, Unit};
use kpi_results::Quantity;
use kpi_value::Value;

/// A value with the unit of its type.
pub(crate) fn quantity(model: &Model, value: &Value, ty: Type) -> Quantity {
    Quantity { value: text(model, value, ty), unit: unit(model, ty) }
}

/// A value as it is written: a decimal string, a date, the name of a member, a key.
pub(crate) fn text(model: &Model, value: &Value, ty: Type) -> String {
    match (value, ty) {
        (Value::Member(place), Type::Member(dimension)) => {
            let member = model.dimensions[dimension].members.get(*place as usize);
            member.map(|title| title.name.clone()).unwrap_or_default()
        }
        (Value::Bool(x), _) => x.to_string(),
        (Value::Dec(x), _) => x.to_string(),
        (Value::Text(x), _) => x.to_string(),
        (Value::Date(x), _) => x.to_string(),
        (Value::DateTime(x), _) => x.to_string(),
        (Value::Period(x), _) => model.policy.calendar.show(*x),
        (Value::Member(place), _) => place.to_string(),
    }
}

/// The unit of a type: `number`, `count`, `ratio`, `points`, `s`, the currency's code, `date`, `text` or `bool`; what
/// stands inside a formula may be a product of powers: `CNY/s`, `CNY^2`.
pub(crate) fn unit(model: &Model, ty: Type) -> String {
    let plain = match ty {
        Type::Bool => "bool",
        Type::Text | Type::Member(_) | Type::Reference(_) => "text",
        Type::Date | Type::DateTime | Type::Period(_) => "date",
        Type::Number(unit) if !unit.is_plain() => return powers(unit, &model.policy.currency.code),
        Type::Number(unit) => match unit.form {
            Form::Number => "number",
            Form::Count => "count",
            Form::Ratio => "ratio",
            Form::Points => "points",
        },
    };
    plain.to_owned()
}

fn powers(unit: Unit, currency: &str) -> String {
    let power = |name: &str, exponent: i8| match exponent.unsigned_abs() {
        1 => name.to_owned(),
        n => format!("{name}^{n}"),
    };
    let factors = [(currency, unit.money), ("s", unit.time)];
    let above: Vec<String> = factors.iter().filter(|f| f.1 > 0).map(|f| power(f.0, f.1)).collect();
    let below: Vec<String> = factors.iter().filter(|f| f.1 < 0).map(|f| power(f.0, f.1)).collect();
    let above = if above.is_empty() { "1".to_owned() } else { above.join("·") };
    if below.is_empty() { above } else { format!("{above}/{}", below.join("/")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_money_and_time() {
        let unit = |money, time| powers(Unit { money, time, form: Form::Number }, "CNY");
        assert_eq!(unit(1, 0), "CNY");
        assert_eq!(unit(0, 1), "s");
        assert_eq!(unit(1, -1), "CNY/s");
        assert_eq!(unit(2, 0), "CNY^2");
        assert_eq!(unit(0, -1), "1/s");
        assert_eq!(unit(1, 1), "CNY·s");
    }
}
