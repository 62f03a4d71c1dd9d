//! Curves: bounds, gaps, overlaps.

use kpi_base::Span;
use kpi_syntax::ast;

use crate::checker::Checker;
use crate::context::Context;
use crate::model::{self, Type, Unit};

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
        let _ = (argument, cx, expected, curve.name, curve.kind, curve.rows);
        self.report_not_built("curve", curve.body);
        None
    }
}
