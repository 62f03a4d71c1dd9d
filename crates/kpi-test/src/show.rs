//! Values as the language writes them.

use kpi_base::{Text, text};
use kpi_check::model::{Form, Model, Type};
use kpi_results::RuleOutcome;
use kpi_value::{Dec, Value};

/// A value of the results as it would stand in an expectation.
pub(crate) fn show_value(model: &Model, value: Option<&Value>, ty: Type) -> Text {
    let Some(value) = value else { return text!("no data") };
    Text::verbatim(match value {
        Value::Bool(truth) => truth.to_string(),
        Value::Dec(number) => show_number(model, *number, ty),
        Value::Text(text) => format!("\"{text}\""),
        Value::Date(date) => date.to_string(),
        Value::DateTime(time) => time.to_string(),
        Value::Period(period) => model.policy.calendar.show(*period),
        Value::Member(place) => {
            let Type::Member(dimension) = ty else { return Text::verbatim(place.to_string()) };
            let member = model.dimensions[dimension].members.get(*place as usize);
            member.map_or_else(|| place.to_string(), |member| member.name.clone())
        }
    })
}

/// A number with the unit of its type.
pub(crate) fn show_number(model: &Model, number: Dec, ty: Type) -> String {
    let Some(unit) = ty.unit() else { return number.to_string() };
    match (unit.money, unit.time, unit.form) {
        (1, 0, _) => format!("{number} {}", model.policy.currency.code),
        (0, 1, _) => format!("{number}s"),
        (0, 0, Form::Ratio) => match number.mul(Dec::HUNDRED) {
            Ok(percent) => format!("{percent}%"),
            Err(_) => number.to_string(),
        },
        _ => number.to_string(),
    }
}

/// The outcome of a rule in words.
pub(crate) fn show_outcome(outcome: RuleOutcome) -> Text {
    match outcome {
        RuleOutcome::Fired => text!("fired"),
        RuleOutcome::NotFired => text!("not fired"),
        RuleOutcome::NotJudged => text!("not judged"),
    }
}
