//! Values as the results write them.

use kpi_check::model::{Form, Type};
use kpi_results::{Goal as Shown, Quantity};
use kpi_value::Value;

use super::Interpreter;
use super::indicators::Goal;

impl Interpreter<'_> {
    /// A value with its unit: decimals in as few digits as they have, durations in seconds, money in the main unit.
    pub(super) fn quantity(&self, value: &Value, ty: Type) -> Quantity {
        let text = match value {
            Value::Bool(truth) => truth.to_string(),
            Value::Dec(x) => x.to_string(),
            Value::Text(text) => text.to_string(),
            Value::Date(date) => date.to_string(),
            Value::DateTime(time) => time.to_string(),
            Value::Period(period) => self.model.policy.calendar.show(*period),
            Value::Member(place) => {
                let member = |id| self.model.dimensions[id].members.get(*place as usize).map(|m| m.name.clone());
                if let Type::Member(id) = ty { member(id).unwrap_or_default() } else { place.to_string() }
            }
        };
        Quantity { value: text, unit: self.unit(ty) }
    }

    /// The target of a line; none where there is no value.
    pub(super) fn shown_goal(&self, goal: Goal, ty: Type) -> Option<Shown> {
        match goal {
            Goal::No | Goal::NotJudged | Goal::NoData | Goal::Inside => None,
            Goal::Bound(_, bound, ..) | Goal::Exactly(bound, _) => {
                Some(Shown::Bound(self.quantity(&Value::Dec(bound), ty)))
            }
            // A band of one number is shown as that.
            Goal::Band { low, high, .. } if low == high => Some(Shown::Bound(self.quantity(&Value::Dec(low), ty))),
            Goal::Band { low, high, .. } => {
                Some(Shown::Band { from: low.to_string(), to: high.to_string(), unit: self.unit(ty) })
            }
        }
    }

    fn unit(&self, ty: Type) -> String {
        match ty {
            Type::Bool => "bool".into(),
            Type::Text | Type::Member(_) | Type::Reference(_) => "text".into(),
            Type::Date | Type::DateTime | Type::Period(_) => "date".into(),
            Type::Number(unit) => match (unit.money, unit.time, unit.form) {
                (1, 0, _) => self.model.policy.currency.code.clone(),
                (0, 1, _) => "s".into(),
                (0, 0, Form::Count) => "count".into(),
                (0, 0, Form::Ratio) => "ratio".into(),
                (0, 0, Form::Points) => "points".into(),
                _ => "number".into(),
            },
        }
    }
}
