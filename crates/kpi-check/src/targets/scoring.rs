//! How a line earns its weight.

use std::sync::Arc;

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::Dec;

use super::asks;
use crate::checker::{Checker, unknown};
use crate::compare::Hundred;
use crate::context::Context;
use crate::curves::WrittenCurve;
use crate::model::{ByTable, Curve, CurveKind, LineField, Scoring, Target, TargetKind, Type, Unit};
use crate::names::{Decl, nearest};

impl<'a> Checker<'a> {
    /// A scoring, of an indicator or of one line of a card, for an actual of this unit.
    pub(crate) fn scoring(
        &mut self,
        written: &'a ast::Scoring,
        target: Option<&ByTable<Option<Target>>>,
        cx: &Context,
        unit: Unit,
    ) -> Option<Scoring> {
        self.check_scores_whole(written, cx.this)?;
        match &written.kind {
            ast::ScoringKind::Proportional { none_below, cap, stretch } => {
                self.check_has_target(&text!("`proportional`"), target, written.span)?;
                self.proportional(none_below.as_ref(), cap.as_ref(), stretch.as_ref(), target)
            }
            ast::ScoringKind::AllOrNothing => {
                self.check_has_target(&text!("`all_or_nothing`"), target, written.span)?;
                Some(Scoring::AllOrNothing)
            }
            ast::ScoringKind::Deduct { share, per } => {
                let share_value = self.const_dec(share, &text!("the share taken away"), Unit::RATIO);
                let per_value = self.distance(per, &text!("the distance"), unit);
                self.check_has_target(&text!("`deduct`"), target, written.span)?;
                let (share_value, per_value) = (share_value?, per_value?);
                self.check_positive(share_value, share.span, &text!("the share taken away"))?;
                self.check_positive(per_value, per.span, &text!("the distance for which it is taken"))?;
                Some(Scoring::Deduct { share: share_value, per: per_value })
            }
            ast::ScoringKind::Rating(of) => {
                let best = self.const_dec(of, &text!("the best rating"), Unit::NUMBER)?;
                self.check_positive(best, of.span, &text!("the best rating"))?;
                if !unit.is_plain() {
                    self.report(
                        Diagnostic::new(
                            codes::cards::SCORING_NUMBER,
                            text!("`rating of` scores ratings, and this formula has a unit"),
                        )
                        .label(written.span, Text::default()),
                    );
                    return None;
                }
                Some(Scoring::Rating(best))
            }
            ast::ScoringKind::Curve { on, curve } => self.curve_scoring(written, on, curve, target, cx, unit),
        }
    }

    fn proportional(
        &mut self,
        none_below: Option<&'a ast::Expr>,
        cap: Option<&'a ast::Expr>,
        stretch: Option<&'a ast::Expr>,
        target: Option<&ByTable<Option<Target>>>,
    ) -> Option<Scoring> {
        let number = |checker: &mut Self, e: Option<&'a ast::Expr>, what: &Text| match e {
            Some(e) => {
                let x = checker.const_dec(e, what, Unit::RATIO)?;
                checker.check_positive(x, e.span, what)?;
                Some(Some(x))
            }
            None => Some(None),
        };
        let none_value = number(self, none_below, &text!("the least attainment that earns something"));
        let cap_value = number(self, cap, &text!("the cap"));
        let stretch_value = number(self, stretch, &text!("the fraction at the stretch target"));
        let (none_value, cap_value, stretch_value) = (none_value?, cap_value?, stretch_value?);
        let highest = cap_value.unwrap_or(Dec::ONE).max(Dec::ONE);
        if let (Some(least), Some(e)) = (none_value, none_below)
            && least > highest
        {
            self.report(
                Diagnostic::new(
                    codes::cards::SCORING_NUMBER,
                    text!("nothing is earned below more than all that can be earned"),
                )
                .label(e.span, Text::default())
                .help(text!("write an attainment up to 100%, or up to the cap")),
            );
            return None;
        }
        let (Some(most), Some(e)) = (stretch_value, stretch) else {
            return Some(Scoring::Proportional {
                none_below: none_value,
                cap: cap_value.unwrap_or(Dec::ONE),
                stretch: None,
            });
        };
        if let Some(cap) = cap {
            self.report(
                Diagnostic::new(codes::cards::STRETCH, text!("a scoring with a stretch has its cap there"))
                    .label(cap.span, Text::default())
                    .label(e.span, text!("the fraction at the stretch target is the most that can be earned"))
                    .help(text!("remove the `cap`")),
            );
            return None;
        }
        if most <= Dec::ONE {
            self.report(
                Diagnostic::new(codes::cards::STRETCH, text!("the stretch earns no more than the target does"))
                    .label(e.span, Text::default())
                    .help(text!("write more than 100%: `proportional stretch 120%`")),
            );
            return None;
        }
        let mut targets = target.into_iter().flat_map(|table| &table.rows).filter_map(|row| row.value.as_ref());
        if let Some(missing) = targets.find(|target| target.stretch.is_none()) {
            self.report(
                Diagnostic::new(codes::cards::STRETCH, text!("this target has no stretch, which its scoring needs"))
                    .label(missing.span, Text::default())
                    .label(e.span, text!("needed here"))
                    .help(text!("add it to the target: `≥ 100 stretch 120`")),
            );
            return None;
        }
        Some(Scoring::Proportional { none_below: none_value, cap: most, stretch: Some(most) })
    }

    fn curve_scoring(
        &mut self,
        written: &'a ast::Scoring,
        on: &ast::Name,
        body: &'a ast::CurveBody,
        target: Option<&ByTable<Option<Target>>>,
        cx: &Context,
        unit: Unit,
    ) -> Option<Scoring> {
        let (field, argument) = match on.word() {
            "attainment" => (LineField::Attainment, Unit::RATIO),
            "actual" => (LineField::Actual, unit),
            other => {
                let near = nearest(other, ["attainment", "actual"]);
                self.report(unknown(on, &text!("`attainment` or `actual`"), near));
                return None;
            }
        };
        let curve = match body {
            ast::CurveBody::Inline(kind, rows, span) => {
                WrittenCurve { name: None, kind: *kind, rows: rows.as_slice(), body: *span }
            }
            ast::CurveBody::Named(name) => {
                let decl = self.resolve(name, &text!("a curve"))?;
                let Decl::Curve(index) = decl else {
                    self.report(
                        Diagnostic::new(
                            codes::names::WRONG_KIND,
                            text!("`{name}` is {kind}, not a curve", name = name.text, kind = decl.kind()),
                        )
                        .label(name.span, text!("a curve was expected")),
                    );
                    return None;
                };
                let curve = self.names.curves.get(index)?.ast;
                WrittenCurve { name: Some(&curve.name), kind: curve.kind, rows: &curve.rows, body: curve.body }
            }
        };
        if field == LineField::Attainment {
            self.check_percentages(Hundred::Attainment, on.span, curve.rows)?;
        }
        let mut line = cx.clone();
        line.line = Some(Type::Number(unit));
        let curve = self.curve(curve, argument, &line, Some(Type::RATIO))?;
        if field == LineField::Attainment {
            self.check_has_target(&text!("a scoring on `attainment`"), target, written.span)?;
        }
        let rising = match field {
            LineField::Attainment => Some(true),
            LineField::Actual => direction(target),
        };
        if self.gives_most_for_worst(&curve, field, rising) {
            let message = match rising {
                Some(true) => text!("the lowest number earns as much as any other"),
                Some(false) => text!("the highest number, which is the worst, earns as much as any other"),
                None => text!("every number earns the same"),
            };
            self.report(
                Diagnostic::new(codes::cards::SCORING_AT_WORST, message)
                    .label(curve.span, Text::default())
                    .help(text!("let better numbers earn more, or leave the line unscored with `watch`")),
            );
            return None;
        }
        Some(Scoring::Curve(field, Arc::new(curve)))
    }

    fn check_has_target(&mut self, what: &Text, target: Option<&ByTable<Option<Target>>>, span: Span) -> Option<()> {
        if asks(target) {
            return Some(());
        }
        self.report(
            Diagnostic::new(
                codes::cards::NEEDS_TARGET,
                text!("{what} compares with a target, and there is none", what),
            )
            .label(span, Text::default())
            .help(text!("add a `target`, or score the actual: `scoring linear on actual {…}`, `rating of 5`")),
        );
        None
    }

    fn check_positive(&mut self, x: Dec, span: Span, what: &Text) -> Option<()> {
        if x > Dec::ZERO {
            return Some(());
        }
        self.report(
            Diagnostic::new(codes::cards::SCORING_NUMBER, text!("{what} must be above 0", what))
                .label(span, Text::default()),
        );
        None
    }

    /// A distance between two actuals: of two ratios it may be written in percentage points.
    fn distance(&mut self, e: &'a ast::Expr, what: &Text, unit: Unit) -> Option<Dec> {
        match &e.kind {
            ast::ExprKind::Number(number) if number.unit == ast::Unit::PercentagePoint && unit.is_plain() => {
                Some(number.value)
            }
            _ => self.const_dec(e, what, unit),
        }
    }
}

/// Whether more is better by all targets; `None` where they differ, are bands or are not there.
fn direction(target: Option<&ByTable<Option<Target>>>) -> Option<bool> {
    let targets = target?.rows.iter().filter_map(|row| row.value.as_ref());
    let mut directions = targets.map(|target| match &target.kind {
        TargetKind::Between(..) => None,
        TargetKind::Compare(..) => target.higher_is_better(),
    });
    let first = directions.next()??;
    directions.all(|direction| direction == Some(first)).then_some(first)
}

impl Checker<'_> {
    /// Whether a curve of constants has its largest value at its worse end.
    fn gives_most_for_worst(&self, curve: &Curve, field: LineField, rising: Option<bool>) -> bool {
        let far = Dec::int(i64::MAX);
        let (values, low, high): (Vec<Option<Dec>>, _, _) = match &curve.kind {
            CurveKind::Linear(points) => (
                points.iter().map(|(_, y)| Some(*y)).collect(),
                points.first().map(|(_, y)| *y),
                points.last().map(|(_, y)| *y),
            ),
            CurveKind::Step(rows) => {
                let at = |x: Dec| rows.iter().find(|row| row.bound.holds(x)).and_then(|row| self.constant(&row.value));
                let least = if field == LineField::Actual { Dec::ZERO.sub(far).unwrap_or_default() } else { Dec::ZERO };
                (rows.iter().map(|row| self.constant(&row.value)).collect(), at(least), at(far))
            }
            CurveKind::Marginal(_) => return false,
        };
        let Some(most) = values.into_iter().collect::<Option<Vec<_>>>().and_then(|v| v.into_iter().max()) else {
            return false;
        };
        match rising {
            Some(true) => low == Some(most),
            Some(false) => high == Some(most),
            None => low == Some(most) && high == Some(most) && self.most_everywhere(curve, most),
        }
    }

    fn most_everywhere(&self, curve: &Curve, most: Dec) -> bool {
        match &curve.kind {
            CurveKind::Linear(points) => points.iter().all(|(_, y)| *y == most),
            CurveKind::Step(rows) => rows.iter().all(|row| self.constant(&row.value) == Some(most)),
            CurveKind::Marginal(_) => false,
        }
    }
}
