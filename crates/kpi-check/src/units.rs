//! How units come out of arithmetics.
//!
//! Exponents of money and time add under `×`, subtract under `÷`, and must be equal under `+`, `-` and comparisons. A
//! number without dimension is written in one of four forms, which only say how it is shown:
//!
//! | operands | `+` `-` | `×` | `÷` |
//! |---|---|---|---|
//! | count, count | count | number | ratio |
//! | ratio, ratio | ratio | ratio | ratio |
//! | number, number | number | number | ratio |
//! | points, points | points | number | ratio |
//! | points, ratio | number | points | points |
//! | any other two | number | number | number |
//! | form f, literal | f | f (of a ratio: number) | f |
//! | like dimension (money ÷ money, …) | as the operands | | ratio |
//!
//! A bare literal takes the form of what it meets: `1 - share` is a ratio, `count(x) / 2` a count.

use crate::model::{ArithmeticOp, Form, Unit};

/// The unit of a result; `None` if the operands do not meet (`+`, `-`) or an exponent is out of range. The flags say
/// whether the left and the right operand are bare literals.
pub(crate) fn combine_units(op: ArithmeticOp, left: Unit, right: Unit, literals: (bool, bool)) -> Option<Unit> {
    let (money, time) = match op {
        ArithmeticOp::Add | ArithmeticOp::Sub => {
            if !left.same_dimension(right) {
                return None;
            }
            (left.money, left.time)
        }
        ArithmeticOp::Mul => (left.money.checked_add(right.money)?, left.time.checked_add(right.time)?),
        ArithmeticOp::Div => (left.money.checked_sub(right.money)?, left.time.checked_sub(right.time)?),
    };
    let plain = money == 0 && time == 0;
    let form = if plain { combine_forms(op, left, right, literals) } else { Form::Number };
    Some(Unit { money, time, form })
}

fn combine_forms(op: ArithmeticOp, left: Unit, right: Unit, literals: (bool, bool)) -> Form {
    if !left.is_plain() || !right.is_plain() {
        // Like ÷ like; or exponents that cancel out, as in money × (1 ÷ money).
        return if op == ArithmeticOp::Div { Form::Ratio } else { Form::Number };
    }
    let (a, b) = (left.form, right.form);
    match (op, literals) {
        (ArithmeticOp::Mul, (false, true) | (true, false)) => match if literals.0 { b } else { a } {
            Form::Ratio => Form::Number,
            form => form,
        },
        (ArithmeticOp::Add | ArithmeticOp::Sub, (true, false)) => b,
        (ArithmeticOp::Add | ArithmeticOp::Sub | ArithmeticOp::Div, (false, true)) => a,
        (ArithmeticOp::Add | ArithmeticOp::Sub, _) => join_forms(a, b),
        (ArithmeticOp::Mul, _) => match (a, b) {
            (Form::Ratio, Form::Ratio) => Form::Ratio,
            (Form::Points, Form::Ratio) | (Form::Ratio, Form::Points) => Form::Points,
            _ => Form::Number,
        },
        (ArithmeticOp::Div, _) => match (a, b) {
            (a, b) if a == b => Form::Ratio,
            (Form::Points, Form::Ratio) => Form::Points,
            _ => Form::Number,
        },
    }
}

/// The form of a value that is one of two.
pub(crate) fn join_forms(a: Form, b: Form) -> Form {
    if a == b { a } else { Form::Number }
}
