//! Changes that would give a boundary to one row of a `step`: who owns it is for the author to say, so none is safe.

use kpi_base::{Diagnostic, Span, text};
use kpi_syntax::ast::{CurveAt, CurveRow};
use kpi_value::Dec;

use crate::model::{CompareOp, StepBound};
use crate::written::Texts;

/// How a row meets a number that may be its boundary.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meets {
    /// It ends there, with the number.
    EndsWith,
    /// It ends just before.
    EndsBefore,
    /// It begins there, with the number.
    BeginsWith,
    /// It begins just behind.
    BeginsBehind,
    /// In another way, or not at all.
    Otherwise,
}

fn meets(bound: &StepBound, x: Dec) -> Meets {
    match bound {
        StepBound::Compare(CompareOp::Le, y) if *y == x => Meets::EndsWith,
        StepBound::Compare(CompareOp::Lt, y) if *y == x => Meets::EndsBefore,
        StepBound::Compare(CompareOp::Ge, y) if *y == x => Meets::BeginsWith,
        StepBound::Compare(CompareOp::Gt, y) if *y == x => Meets::BeginsBehind,
        StepBound::Range(_, high, true) if *high == x => Meets::EndsWith,
        StepBound::Range(_, high, false) if *high == x => Meets::EndsBefore,
        StepBound::Range(low, ..) if *low == x => Meets::BeginsWith,
        _ => Meets::Otherwise,
    }
}

/// Adds the places around a number that no row has and, if that is just one number, the changes that give it to a neighbour.
pub(super) fn around_gap(
    mut finding: Diagnostic,
    rows: &[CurveRow],
    bounds: &[StepBound],
    (x, shown): (Dec, &str),
    texts: &Texts<'_>,
) -> Diagnostic {
    let find = |wanted: Meets| rows.iter().zip(bounds).find(|(_, bound)| meets(bound, x) == wanted);
    let (Some(before), Some(behind)) = (find(Meets::EndsBefore), find(Meets::BeginsBehind)) else { return finding };
    finding = finding
        .label(before.0.span, text!("ends before {x}", x = shown))
        .label(behind.0.span, text!("begins after {x}", x = shown));
    for (row, bound) in [before, behind] {
        finding = change_boundary(finding, row, bound, (x, shown), texts);
    }
    finding
}

/// Adds the changes that leave a boundary to one of two rows, if that is all they share.
pub(super) fn of_two(
    mut finding: Diagnostic,
    rows: [Option<(&CurveRow, &StepBound)>; 2],
    (x, shown): (Dec, &str),
    texts: &Texts<'_>,
) -> Diagnostic {
    let [Some(a), Some(b)] = rows else { return finding };
    let ways = [meets(a.1, x), meets(b.1, x)];
    if ways == [Meets::EndsWith, Meets::BeginsWith] || ways == [Meets::BeginsWith, Meets::EndsWith] {
        for (row, bound) in [a, b] {
            finding = change_boundary(finding, row, bound, (x, shown), texts);
        }
    }
    finding
}

/// Adds the change that gives a row its boundary, or takes it from it, if its form has one.
fn change_boundary(
    finding: Diagnostic,
    row: &CurveRow,
    bound: &StepBound,
    (x, shown): (Dec, &str),
    texts: &Texts<'_>,
) -> Diagnostic {
    let (span, sign, gives) = match (&row.at, bound) {
        // What a range has at its lower end is always its own.
        (CurveAt::Range(range), StepBound::Range(_, high, closed)) if *high == x => {
            let between = Span { start: range.low.span.end, end: range.high.span.start, ..row.span };
            (between, if *closed { "..<" } else { ".." }, !*closed)
        }
        (CurveAt::Compare(_, e), StepBound::Compare(op, _)) => {
            let (sign, gives) = match op {
                CompareOp::Ge => ("> ", false),
                CompareOp::Gt => ("≥ ", true),
                CompareOp::Le => ("< ", false),
                CompareOp::Lt => ("≤ ", true),
                CompareOp::Eq | CompareOp::Ne => return finding,
            };
            (Span { end: e.span.start, ..row.span }, sign, gives)
        }
        _ => return finding,
    };
    let whole = match &row.at {
        CurveAt::Range(range) => format!("{}{sign}{}", texts.at(range.low.span), texts.at(range.high.span)),
        CurveAt::Compare(_, e) => format!("{sign}{}", texts.at(e.span)),
        _ => return finding,
    };
    let title = if gives {
        text!("give {shown} to this row: `{whole}`", shown, whole)
    } else {
        text!("take {shown} from this row: `{whole}`", shown, whole)
    };
    finding.fix(title, span, sign)
}
