//! Curves: bounds, gaps, overlaps.

use kpi_base::{Diagnostic, Fix, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::Dec;

use crate::by_tables::mend::take_out;
use crate::checker::Checker;
use crate::context::Context;
use crate::counter::Claim;
use crate::model::{self, CurveKind, Form, StepBound, Type, Unit};
use crate::names::Decl;
use crate::show::show_unit;

pub(crate) mod cover;
mod mend;

use cover::{Fault, check_cover};

/// A curve as written: in place, or a named one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WrittenCurve<'a> {
    /// Its name, if it has one.
    pub(crate) name: Option<&'a ast::Name>,
    /// Its kind.
    pub(crate) kind: ast::CurveKind,
    /// Its rows.
    pub(crate) rows: &'a [ast::CurveRow],
    /// The braces.
    pub(crate) body: Span,
}

impl<'a> Checker<'a> {
    /// Checks a curve of an argument of this unit. Values of a `step` are expressions in `cx` (a named curve's are in
    /// [`Context::pure`]); `expected` is the type of its value, if that is known. `Curve::ty` is the type of the value: of a
    /// `marginal` the argument's × the rate's.
    pub(crate) fn curve(
        &mut self,
        curve: WrittenCurve<'a>,
        argument: Unit,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<model::Curve> {
        if curve.rows.is_empty() {
            let kind = word(curve.kind);
            self.report(
                Diagnostic::new(codes::tables::CURVE_EMPTY, text!("this `{kind}` has no rows", kind))
                    .label(curve.body, Text::default()),
            );
            return None;
        }
        let (kind, ty) = match curve.kind {
            ast::CurveKind::Step => self.step(curve, argument, cx, expected)?,
            ast::CurveKind::Linear => self.linear(curve, argument, expected)?,
            ast::CurveKind::Marginal => self.marginal(curve, argument, expected)?,
        };
        Some(model::Curve { name: curve.name.map(|name| name.text.clone()), kind, ty, span: curve.body })
    }

    /// Checks the named curves that nothing uses, by the unit of their first bound.
    pub(crate) fn check_unused_curves(&mut self) {
        for index in 0..self.names.curves.len() {
            let Some(curve) = self.names.curves.get(index).map(|declared| declared.ast) else { continue };
            if self.used.contains(&Decl::Curve(index)) {
                continue;
            }
            let bound = curve.rows.iter().find_map(|row| match &row.at {
                ast::CurveAt::Compare(_, e) | ast::CurveAt::Point(e) | ast::CurveAt::From(e) => Some(e),
                ast::CurveAt::Range(range) => Some(&*range.low),
                ast::CurveAt::Else => None,
            });
            let unit = match bound {
                Some(e) => self.const_number(e, &text!("a bound")).map(|(_, unit)| unit),
                None => Some(Unit::NUMBER),
            };
            if let Some(unit) = unit {
                let written =
                    WrittenCurve { name: Some(&curve.name), kind: curve.kind, rows: &curve.rows, body: curve.body };
                self.curve(written, unit, &Context::pure(), None);
            }
        }
    }

    /// The bounds of rows that pick one value, complete and without overlap; the last argument names what they belong to.
    pub(crate) fn step_bounds(
        &mut self,
        rows: &'a [ast::CurveRow],
        argument: Unit,
        body: Span,
        what: &str,
    ) -> Option<Vec<StepBound>> {
        let bounds: Vec<Option<StepBound>> = rows.iter().map(|row| self.step_bound(row, argument, what)).collect();
        let bounds: Vec<StepBound> = bounds.into_iter().collect::<Option<_>>()?;
        let step = if argument.form == Form::Ratio && argument.is_plain() { Dec::percent(1) } else { Dec::ONE };
        let faults = check_cover(&bounds.iter().collect::<Vec<_>>(), step);
        let row = |place: usize| rows.get(place).map(|row| row.span).unwrap_or_default();
        for fault in &faults {
            let finding = match fault {
                // A rule does not fire where none of its rows holds.
                Fault::Gap(_) if what == "then" => continue,
                Fault::Gap(numbers) => {
                    for x in numbers {
                        self.example(codes::tables::CURVE_GAP, body, Claim::NoBracket(*x));
                    }
                    let list = Text::and_list(numbers.iter().map(|x| Text::verbatim(self.show_number(*x, argument))));
                    let message = if numbers.len() == 1 {
                        text!("{x} is in no bracket", x = list)
                    } else {
                        text!("{numbers} are in no bracket", numbers = list)
                    };
                    let finding = Diagnostic::new(codes::tables::CURVE_GAP, message)
                        .label(body, text!("these rows leave numbers out"))
                        .help(text!("move a bound, or add `else:` for all that remains"));
                    numbers.iter().fold(finding, |finding, x| {
                        let shown = self.show_number(*x, argument);
                        mend::around_gap(finding, rows, &bounds, (*x, &shown), &self.texts)
                    })
                }
                Fault::Overlap(first, second, x) => {
                    let shown = self.show_number(*x, argument);
                    let claim = Claim::TwoBrackets(*x, [row(*first), row(*second)]);
                    self.example(codes::tables::CURVE_OVERLAP, row(*second), claim);
                    let finding =
                        Diagnostic::new(codes::tables::CURVE_OVERLAP, text!("{x} is in two brackets", x = shown))
                            .label(row(*second), text!("here"))
                            .label(row(*first), text!("and here"))
                            .help(text!("say whose the boundary is: `≥` or `>`, `60%..<80%` or `60%..80%`"));
                    let pair = [*first, *second].map(|place| rows.get(place).zip(bounds.get(place)));
                    mend::of_two(finding, pair, (*x, &shown), &self.texts)
                }
                Fault::Unreachable(place, above) => {
                    let finding = Diagnostic::new(codes::tables::NEVER_APPLIES, text!("this row never applies"))
                        .label(row(*place), text!("the rows above have all of its numbers"))
                        .help(text!("rows are tried from the top: put the stricter bound first, or remove the row"));
                    let finding = match above {
                        Some(above) => finding.label(row(*above), text!("this one comes first")),
                        None => finding,
                    };
                    let spans: Vec<Span> = rows.iter().map(|row| row.span).collect();
                    let edit = take_out(&spans, row(*place), &self.texts);
                    let fix = edit.map(|edit| Fix { title: text!("remove the row"), edits: vec![edit], safe: false });
                    fix.into_iter().fold(finding, Diagnostic::add_fix)
                }
                Fault::Empty(place) => {
                    let finding = Diagnostic::new(codes::tables::CURVE_EMPTY, text!("no number lies in this range"))
                        .label(row(*place), Text::default())
                        .help(text!("write the lower bound first: `60%..<80%`"));
                    match rows.get(*place).map(|row| &row.at) {
                        Some(ast::CurveAt::Range(range)) if bounds.get(*place).is_some_and(falls) => {
                            let (low, high) = (self.texts.at(range.low.span), self.texts.at(range.high.span));
                            let dots = if range.closed { ".." } else { "..<" };
                            let turned = format!("{high}{dots}{low}");
                            let span = range.low.span.to(range.high.span);
                            finding.fix(text!("write `{turned}`", turned), span, turned)
                        }
                        _ => finding,
                    }
                }
            };
            self.report(finding);
        }
        // One with gaps alone goes on as it is: what reads it is checked as well, and the policy has no model.
        faults.iter().all(|fault| matches!(fault, Fault::Gap(_))).then_some(bounds)
    }

    fn step_bound(&mut self, row: &'a ast::CurveRow, argument: Unit, what: &str) -> Option<StepBound> {
        match &row.at {
            ast::CurveAt::Compare(op, e) => {
                let bound = self.const_dec(e, &text!("a bound"), argument)?;
                match compare_op(*op) {
                    Some(op) if op != model::CompareOp::Ne => Some(StepBound::Compare(op, bound)),
                    _ => self.wrong_row(row.span, what, &text!("a bound with `≥ > ≤ <` or `==`, a range, or `else`")),
                }
            }
            ast::CurveAt::Range(range) => {
                let low = self.const_dec(&range.low, &text!("a bound"), argument);
                let high = self.const_dec(&range.high, &text!("a bound"), argument);
                Some(StepBound::Range(low?, high?, range.closed))
            }
            ast::CurveAt::Else => Some(StepBound::Else),
            ast::CurveAt::Point(_) | ast::CurveAt::From(_) => {
                self.wrong_row(row.span, what, &text!("a bound with `≥ > ≤ <` or `==`, a range, or `else`"))
            }
        }
    }

    fn step(
        &mut self,
        curve: WrittenCurve<'a>,
        argument: Unit,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<(CurveKind, Type)> {
        let pure = Context::pure();
        let cx = if curve.name.is_some() { &pure } else { cx };
        let bounds = self.step_bounds(curve.rows, argument, curve.body, "step");
        // A bare 0 takes the type of the others.
        let lead = curve.rows.iter().position(|row| !is_bare_zero(&row.value)).unwrap_or_default();
        let first = curve.rows.get(lead).and_then(|row| self.expr(&row.value, cx, expected));
        let ty = first.as_ref().map(|first| first.ty);
        let mut values = Vec::new();
        for (place, row) in curve.rows.iter().enumerate() {
            let value = if place == lead { first.clone() } else { self.expr(&row.value, cx, expected.or(ty)) };
            values.push(value.map(|value| (value, row.span)));
        }
        let values: Vec<_> = values.into_iter().collect::<Option<_>>()?;
        let rows = bounds?.into_iter().zip(values).map(|(bound, (value, span))| model::StepRow { bound, value, span });
        Some((CurveKind::Step(rows.collect()), ty?))
    }

    fn linear(&mut self, curve: WrittenCurve<'a>, argument: Unit, expected: Option<Type>) -> Option<(CurveKind, Type)> {
        let mut unit = match expected {
            Some(Type::Number(unit)) => Some(unit),
            None => None,
            Some(_) => return self.not_a_number(curve),
        };
        let lead = curve.rows.iter().position(|row| !is_bare_zero(&row.value)).unwrap_or_default();
        if unit.is_none()
            && let Some(row) = curve.rows.get(lead)
        {
            unit = Some(self.const_number(&row.value, &text!("a value of `linear`"))?.1);
        }
        let unit = unit?;
        let mut points = Vec::new();
        for row in curve.rows {
            let point = match &row.at {
                ast::CurveAt::Point(e) => self.const_dec(e, &text!("a point"), argument),
                _ => self.wrong_row(row.span, "linear", &text!("a point: `80%: 50%`")),
            };
            let value = self.const_dec(&row.value, &text!("a value of `linear`"), unit);
            points.push(point.zip(value));
        }
        let points: Vec<(Dec, Dec)> = points.into_iter().collect::<Option<_>>()?;
        self.check_rising(curve, &points, argument)?;
        Some((CurveKind::Linear(points), Type::Number(unit)))
    }

    fn marginal(
        &mut self,
        curve: WrittenCurve<'a>,
        argument: Unit,
        expected: Option<Type>,
    ) -> Option<(CurveKind, Type)> {
        let form = match argument.form {
            Form::Count => Form::Number,
            form => form,
        };
        let unit = Unit { form, ..argument };
        match expected {
            Some(Type::Number(wanted)) if !wanted.same_dimension(unit) => {
                let (has, wanted) = (show_unit(unit), show_unit(wanted));
                self.report(
                    Diagnostic::new(
                        codes::types::UNIT_MISMATCH,
                        text!("this `marginal` is {has} where {wanted} is needed", has, wanted),
                    )
                    .label(curve.body, text!("a slice of the argument × its rate has the unit of the argument")),
                );
                return None;
            }
            Some(Type::Number(_)) | None => {}
            Some(_) => return self.not_a_number(curve),
        }
        let mut slices = Vec::new();
        for row in curve.rows {
            let start = match &row.at {
                ast::CurveAt::From(e) => self.const_dec(e, &text!("the start of a slice"), argument),
                _ => self.wrong_row(row.span, "marginal", &text!("the start of a slice: `from 10万元: 3%`")),
            };
            slices.push(start.zip(self.const_dec(&row.value, &text!("a rate"), Unit::RATIO)));
        }
        let slices: Vec<(Dec, Dec)> = slices.into_iter().collect::<Option<_>>()?;
        self.check_rising(curve, &slices, argument)?;
        if let (Some((start, _)), Some(row)) = (slices.first(), curve.rows.first())
            && start.is_negative()
        {
            self.report(
                Diagnostic::new(codes::tables::CURVE_ORDER, text!("a slice of `marginal` begins below 0"))
                    .label(row.span, text!("nothing is charged for a negative number"))
                    .help(text!("begin with `from 0`")),
            );
            return None;
        }
        Some((CurveKind::Marginal(slices), Type::Number(unit)))
    }

    fn check_rising(&mut self, curve: WrittenCurve<'a>, points: &[(Dec, Dec)], argument: Unit) -> Option<()> {
        let falls = points.windows(2).position(|pair| matches!(pair, [(a, _), (b, _)] if a >= b));
        let Some(place) = falls else { return Some(()) };
        let row = |place: usize| curve.rows.get(place).map(|row| row.span).unwrap_or_default();
        let shown = |place: usize| points.get(place).map(|(x, _)| self.show_number(*x, argument)).unwrap_or_default();
        let message = text!("{place} does not lie above {place2}", place = shown(place + 1), place2 = shown(place));
        self.report(
            Diagnostic::new(codes::tables::CURVE_ORDER, message)
                .label(row(place + 1), text!("this row"))
                .label(row(place), text!("follows this one"))
                .help(text!("write the rows in rising order, each point once")),
        );
        None
    }

    fn not_a_number<T>(&mut self, curve: WrittenCurve<'a>) -> Option<T> {
        let kind = word(curve.kind);
        self.report(
            Diagnostic::new(
                codes::types::TYPE_MISMATCH,
                text!("`{kind}` gives a number, which does not fit here", kind),
            )
            .label(curve.body, text!("only `step` can pick texts, dates or members")),
        );
        None
    }

    fn wrong_row<T>(&mut self, span: Span, what: &str, wanted: &Text) -> Option<T> {
        self.report(
            Diagnostic::new(codes::tables::CURVE_ROW, text!("this is no row of `{what}`", what))
                .label(span, text!("{wanted} was expected", wanted)),
        );
        None
    }

    /// A number as an author would write it.
    pub(crate) fn show_number(&self, x: Dec, unit: Unit) -> String {
        match (unit.money, unit.time, unit.form) {
            (0, 0, Form::Ratio) => x.mul(Dec::HUNDRED).map_or_else(|_| x.to_string(), |x| format!("{x}%")),
            (0, 1, _) => format!("{x}s"),
            (1, 0, _) => format!("{x} {}", self.model.policy.currency.code),
            _ => x.to_string(),
        }
    }
}

/// Whether a range has its bounds the wrong way round.
fn falls(bound: &StepBound) -> bool {
    matches!(bound, StepBound::Range(low, high, _) if high < low)
}

/// The comparison that an operator is.
pub(crate) fn compare_op(op: ast::BinaryOp) -> Option<model::CompareOp> {
    Some(match op {
        ast::BinaryOp::Eq => model::CompareOp::Eq,
        ast::BinaryOp::Ne => model::CompareOp::Ne,
        ast::BinaryOp::Lt => model::CompareOp::Lt,
        ast::BinaryOp::Le => model::CompareOp::Le,
        ast::BinaryOp::Gt => model::CompareOp::Gt,
        ast::BinaryOp::Ge => model::CompareOp::Ge,
        _ => return None,
    })
}

fn word(kind: ast::CurveKind) -> &'static str {
    match kind {
        ast::CurveKind::Step => "step",
        ast::CurveKind::Linear => "linear",
        ast::CurveKind::Marginal => "marginal",
    }
}

fn is_bare_zero(e: &ast::Expr) -> bool {
    matches!(&e.kind, ast::ExprKind::Number(n) if n.unit == ast::Unit::None && n.value.is_zero())
}
