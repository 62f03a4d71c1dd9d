//! The parts that all derivations are made of.

use kpi_base::{Span, Text};
use kpi_check::model::{self, Form, Type, Unit};
use kpi_plan::SpineId;
use kpi_results::{Derivation, Quantity, Step};
use kpi_value::{Dec, Value};

use super::Reader;
use crate::assemble::quantity;
use crate::{At, Column, Evaluator};

/// A node without anything below it.
pub(super) fn node(what: Text, step: Step, value: Option<Quantity>) -> Derivation {
    Derivation {
        what,
        step,
        value,
        band: None,
        note: None,
        rows: None,
        unknown_rows: None,
        left_out: Vec::new(),
        span: None,
        from: Vec::new(),
    }
}

/// A number with one of the units that need no type.
pub(super) fn number(value: Option<Dec>, unit: &str) -> Option<Quantity> {
    value.map(|value| Quantity { value: value.to_string(), unit: unit.to_owned() })
}

/// A text as a value.
pub(super) fn word(text: impl Into<String>) -> Option<Quantity> {
    Some(Quantity { value: text.into(), unit: "text".to_owned() })
}

/// A truth as a value.
pub(super) fn truth(value: Option<bool>) -> Option<Quantity> {
    value.map(|value| Quantity { value: value.to_string(), unit: "bool".to_owned() })
}

/// The column that the run recorded for an expression.
pub(crate) fn recorded<'e>(ev: &'e Evaluator<'_>, expr: &model::Expr, at: At) -> Option<&'e Column> {
    ev.recorded(expr.id, at).map(|column| &**column)
}

impl Reader<'_, '_> {
    /// The policy's text at a place, on one line.
    pub(super) fn source(&self, span: Span) -> String {
        self.files.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What an expression came to in a cell.
    pub(super) fn value_of(&self, expr: &model::Expr, at: At, cell: usize) -> Option<Value> {
        recorded(&self.scored.ev, expr, at)?.value(cell)
    }

    pub(super) fn quantity(&self, value: Option<&Value>, ty: Type) -> Option<Quantity> {
        value.map(|value| quantity(self.scored.model(), value, ty))
    }

    /// A number of a type in the middle of a sentence: `60%`, `5000 CNY`, `30s`.
    pub(super) fn brief(&self, x: Dec, ty: Type) -> String {
        match ty.unit() {
            Some(Unit { money: 0, time: 0, form: Form::Ratio }) => percent(x),
            Some(Unit::DURATION) => format!("{x}s"),
            Some(Unit::MONEY) => format!("{x} {}", self.scored.model().policy.currency.code),
            _ => x.to_string(),
        }
    }

    /// The period of a cell as it is written.
    pub(super) fn period_text(&self, spine: SpineId, cell: usize) -> String {
        let place = self.scored.ev.spine(spine).period(cell);
        let period = self.scored.ev.timeline_of(spine).periods.get(place);
        period.map(|&period| self.scored.model().policy.calendar.show(period)).unwrap_or_default()
    }
}

/// A ratio as a percentage.
pub(super) fn percent(x: Dec) -> String {
    x.mul(Dec::HUNDRED).map_or_else(|_| x.to_string(), |hundred| format!("{hundred}%"))
}
