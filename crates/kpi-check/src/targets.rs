//! Targets and scorings of indicators.

use kpi_base::{Diagnostic, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::Dec;

use crate::by_tables::Gives;
use crate::checker::Checker;
use crate::context::Context;
use crate::curves::compare_op;
use crate::model::{self, ByTable, CompareOp, IndicatorId, Subject, Target, TargetKind, Tolerance, Type, Unit};
use crate::show::show_unit;

mod per;
pub(crate) mod scoring;

impl<'a> Checker<'a> {
    /// Checks target and scoring of the indicator at this place of [`Names::indicators`](crate::names::Names) for a
    /// subject, and sets them on [`Checker::instance_mut`]. Its formula is checked and typed, so `self` may be read: set
    /// [`Context::this`](crate::context::Context::this).
    ///
    /// Returns whether both are sound.
    pub(crate) fn check_target_and_scoring(&mut self, index: usize, subject: &Subject, id: IndicatorId) -> bool {
        let Some(declared) = self.names.indicators.get(index) else { return false };
        let (written, faulty) = (declared.ast, declared.faulty);
        if self.instance(id).is_some_and(|indicator| indicator.parts.is_some()) {
            // They are judged by themselves.
            return true;
        }
        let Some(ty) = self.instance(id).map(|indicator| indicator.formula.ty) else { return false };
        let mut cx = Context::cell(subject.clone());
        cx.this = Some(id);
        cx.unit = self.instance(id).and_then(|indicator| indicator.shorter).map(|shorter| shorter.period);
        if faulty && written.target.is_none() && written.scoring.is_some() {
            // Whether there is a target for the scoring is not known.
            return false;
        }
        let Type::Number(unit) = ty else {
            let track = self.track(written, id);
            return self.check_unscored(written, ty) && track.is_some();
        };
        let mut sound = true;
        let target = written.target.as_ref().and_then(|target| {
            let checked =
                self.by_table(target, &cx, &Gives::Target, |checker, target| checker.target(target, &cx, unit));
            sound = checked.is_some();
            checked
        });
        let scoring = match &written.scoring {
            // A faulty target says enough: what its scoring needs of it is not known.
            Some(_) if !sound => None,
            Some(scoring) => self.scoring(scoring, target.as_ref(), &cx, unit),
            None => Some(model::Scoring::Proportional { none_below: None, cap: Dec::ONE, stretch: None }),
        };
        match (sound, scoring, self.instance_mut(id)) {
            (true, Some(scoring), Some(indicator)) => {
                indicator.target = target;
                indicator.scoring = scoring;
            }
            _ => return false,
        }
        let shorter = self.check_shorter_target(id);
        let track = self.track(written, id);
        match (shorter, track, self.instance_mut(id)) {
            (Some(()), Some(track), Some(indicator)) => {
                indicator.track = track;
                true
            }
            _ => false,
        }
    }

    /// What is no number can be shown and asked for in conditions; it has no attainment.
    fn check_unscored(&mut self, written: &ast::Indicator, ty: Type) -> bool {
        let mut spans = Vec::new();
        match &written.target {
            Some(ast::ByTable::Plain(target)) => spans.push((target.span, "target")),
            Some(ast::ByTable::By(by)) => spans.push((by.span, "target")),
            None => {}
        }
        spans.extend(written.scoring.as_ref().map(|scoring| (scoring.span, "scoring")));
        for (span, what) in &spans {
            let mut finding = Diagnostic::new(
                codes::cards::TARGET_TYPE,
                text!(
                    "a {what} needs a number, and the formula of `{name}` is {ty}",
                    what,
                    name = written.name.text,
                    ty = self.show(ty)
                ),
            )
            .label(*span, Text::default());
            if let Some(formula) = &written.formula {
                finding = finding.label(formula.span, self.show(ty));
            }
            self.report(finding.help(text!("count or measure something: `count(… where …)`")));
        }
        spans.is_empty()
    }

    /// One target of an indicator whose formula has this unit.
    fn target(&mut self, written: &'a ast::Target, cx: &Context, unit: Unit) -> Option<Option<Target>> {
        let formula = self.instance(cx.this?)?.formula.clone();
        let times = self.times_asked(written, &formula, cx)?;
        let kind = match &written.kind {
            ast::TargetKind::None => {
                if let Some(extra) = written.tolerance.as_ref().or(written.stretch.as_ref()) {
                    self.report(
                        Diagnostic::new(
                            codes::cards::TOLERANCE,
                            text!("`none` is no target, and nothing belongs to it"),
                        )
                        .label(extra.span, Text::default())
                        .help(text!("write `none` alone")),
                    );
                    return None;
                }
                return Some(None);
            }
            ast::TargetKind::Compare(op, bound) => {
                let op = compare_op(*op).filter(|op| *op != CompareOp::Ne);
                let bound = self.against(&formula, op, bound, cx);
                TargetKind::Compare(op?, self.repeated(bound?, times))
            }
            ast::TargetKind::Between(range) => {
                let low = self.against(&formula, None, &range.low, cx);
                let high = self.against(&formula, None, &range.high, cx);
                TargetKind::Between(self.repeated(low?, times), self.repeated(high?, times), range.closed)
            }
        };
        self.check_bounds(&kind)?;
        let tolerance = match &written.tolerance {
            Some(e) => Some(match self.tolerance(e, unit)? {
                Tolerance::Absolute(size) => Tolerance::Absolute(size.mul(times).unwrap_or(size)),
                share @ Tolerance::Share(_) => share,
            }),
            None => None,
        };
        let stretch = match &written.stretch {
            Some(e) => Some(self.stretch(e, &kind, times, cx, unit)?),
            None => None,
        };
        self.note_constant_target(written, &kind, &formula, cx);
        Some(Some(Target { kind, tolerance, stretch, span: written.span }))
    }

    fn check_bounds(&mut self, kind: &TargetKind) -> Option<()> {
        match kind {
            TargetKind::Compare(_, bound) => {
                if self.constant(bound).is_some_and(Dec::is_negative) {
                    self.report(
                        Diagnostic::new(codes::cards::TARGET_NEGATIVE, text!("the target is below 0, and no share of it can be attained"))
                            .label(bound.span, Text::default())
                            .help(text!("measure something that is asked for in positive numbers, or score the actual by a curve: `scoring linear on actual {…}`")),
                    );
                    return None;
                }
            }
            TargetKind::Between(low, high, closed) => {
                if let (Some(a), Some(b)) = (self.constant(low), self.constant(high))
                    && (a > b || a == b && !closed)
                {
                    self.report(
                        Diagnostic::new(codes::cards::TARGET_BAND, text!("no number lies in this band"))
                            .label(low.span.to(high.span), Text::default())
                            .help(text!("write the lower bound first: `between 90%..110%`")),
                    );
                    return None;
                }
            }
        }
        Some(())
    }

    fn tolerance(&mut self, e: &'a ast::Expr, unit: Unit) -> Option<Tolerance> {
        let literal = if let ast::ExprKind::Number(number) = &e.kind { Some(number) } else { None };
        let tolerance = match literal.map(|n| (&n.unit, n.value)) {
            Some((ast::Unit::Percent, share)) => Tolerance::Share(share),
            Some((ast::Unit::PercentagePoint, points)) if unit.is_plain() => Tolerance::Absolute(points),
            Some((ast::Unit::None, _)) if unit.is_plain() && unit.form != model::Form::Ratio => {
                Tolerance::Absolute(self.const_dec(e, &text!("a tolerance"), unit)?)
            }
            Some((ast::Unit::Duration | ast::Unit::Money(_), _)) => {
                Tolerance::Absolute(self.const_dec(e, &text!("a tolerance"), unit)?)
            }
            None => {
                let (value, found) = self.const_number(e, &text!("a tolerance"))?;
                if found.is_plain() && (found.form == model::Form::Ratio || !unit.is_plain()) {
                    Tolerance::Share(value)
                } else if found.same_dimension(unit) {
                    Tolerance::Absolute(value)
                } else {
                    return self.wrong_tolerance(e, unit);
                }
            }
            Some(_) => return self.wrong_tolerance(e, unit),
        };
        let (Tolerance::Share(size) | Tolerance::Absolute(size)) = &tolerance;
        if size.is_negative() {
            self.report(
                Diagnostic::new(codes::cards::TOLERANCE, text!("a tolerance is not below 0"))
                    .label(e.span, Text::default())
                    .help(text!("write how far the actual may miss the target, whichever way that is")),
            );
            return None;
        }
        Some(tolerance)
    }

    fn wrong_tolerance<T>(&mut self, e: &ast::Expr, unit: Unit) -> Option<T> {
        let has = show_unit(unit);
        self.report(
            Diagnostic::new(codes::cards::TOLERANCE, text!("this tolerance does not fit a target that is {has}", has))
                .label(e.span, Text::default())
                .help(text!("write a share of the target (`tolerance 20%`), or a distance in its unit (`2pp`, `5s`)")),
        );
        None
    }

    fn stretch(
        &mut self,
        e: &'a ast::Expr,
        kind: &TargetKind,
        times: Dec,
        cx: &Context,
        unit: Unit,
    ) -> Option<model::Expr> {
        let stretch = self.expr(e, cx, Some(Type::Number(unit)))?;
        let stretch = self.repeated(stretch, times);
        let wrong = match kind {
            TargetKind::Compare(CompareOp::Ge | CompareOp::Gt, base) => {
                self.constant(base).zip(self.constant(&stretch)).is_some_and(|(base, stretch)| stretch <= base)
            }
            TargetKind::Compare(CompareOp::Le | CompareOp::Lt, base) => {
                self.constant(base).zip(self.constant(&stretch)).is_some_and(|(base, stretch)| stretch >= base)
            }
            _ => true,
        };
        if wrong {
            self.report(
                Diagnostic::new(codes::cards::STRETCH, text!("the stretch target asks for no more than the target"))
                    .label(stretch.span, Text::default())
                    .help(text!("a stretch lies beyond a bound: above `≥`, below `≤`; a band has none")),
            );
            return None;
        }
        Some(stretch)
    }
}

impl Checker<'_> {
    /// The value of a constant number; `None` also where it is out of range, which is reported elsewhere.
    pub(crate) fn constant(&self, e: &model::Expr) -> Option<Dec> {
        self.fold(e).and_then(Result::ok)
    }
}

/// Whether some row of a target asks for something.
pub(crate) fn asks(target: Option<&ByTable<Option<Target>>>) -> bool {
    target.is_some_and(|table| table.rows.iter().any(|row| row.value.is_some()))
}
