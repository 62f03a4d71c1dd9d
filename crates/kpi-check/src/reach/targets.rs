//! Targets and stretch targets against what the actual can be.

use kpi_base::{Text, codes, text};

use super::Reach;
use crate::model::{CompareOp, Indicator, Target, TargetKind, Tolerance};
use crate::ranges::{Range, Truth};

impl<'m> Reach<'m> {
    pub(super) fn check_targets(&mut self) {
        let model = self.model;
        for (_, indicator) in model.indicators.iter() {
            let rows = indicator.target.iter().flat_map(|target| &target.rows);
            for target in rows.filter_map(|row| row.value.as_ref()) {
                self.check_target(indicator, target);
            }
        }
    }

    fn check_target(&mut self, indicator: &'m Indicator, target: &'m Target) {
        // In its own period, if it has one: what cannot be there cannot be in the sum of several either.
        let actual = self.ranges.range(&indicator.formula);
        if actual.is_empty() {
            return;
        }
        let met = self.met(actual, target);
        if !met.yes && met.no {
            self.report_unreachable(indicator, target, actual);
            return;
        }
        if met.is_always() {
            let name = indicator.title.name.clone();
            let shown = self.words(actual, indicator.formula.ty);
            let message = text!("nobody can miss this target: `{name}` is always {range}", name, range = shown);
            let mut finding =
                Self::finding(codes::reach::TARGET_SURE, message, target.span, text!("met by everybody who has data"));
            for (span, text) in self.reasons(&indicator.formula, actual) {
                finding = finding.label(span, text);
            }
            self.report(finding.help(text!("ask for more, or write `target none` where nothing is asked for")));
        }
        self.check_stretch(indicator, target, actual);
    }

    fn report_unreachable(&mut self, indicator: &'m Indicator, target: &'m Target, actual: Range) {
        let (name, ty) = (indicator.title.name.clone(), indicator.formula.ty);
        let range = self.words(actual, ty);
        let between_wholes = actual.whole && self.met(Range { whole: false, ..actual }, target).yes;
        let message = if between_wholes {
            text!("nobody can reach this target: `{name}` is always a whole number, {range}", name, range)
        } else {
            text!("nobody can reach this target: `{name}` is always {range}", name, range)
        };
        let asked = text!("asks for {range}", range = self.asked(target, ty));
        let (place, percent) = match &target.kind {
            TargetKind::Compare(_, bound) => (bound.span, self.meant_percent(bound, actual)),
            TargetKind::Between(low, high, _) => (low.span.to(high.span), None),
        };
        let mut finding = Self::finding(codes::reach::TARGET_UNREACHABLE, message, place, asked);
        for (span, text) in self.reasons(&indicator.formula, actual) {
            finding = finding.label(span, text);
        }
        finding = match percent {
            Some(percent) => finding.help(text!("did you mean `{percent}`?", percent)).fix(
                text!("write `{percent}`", percent),
                place,
                percent.clone(),
            ),
            None => finding.help(text!("ask for what it can be, or measure what is meant")),
        };
        self.report(finding);
    }

    /// What a target asks for at least, of all that it may ask.
    fn asked(&self, target: &Target, ty: crate::model::Type) -> Text {
        let range = match &target.kind {
            TargetKind::Compare(op, bound) => {
                let bound = self.ranges.range(bound);
                match op {
                    CompareOp::Ge | CompareOp::Gt => bound.low.number().map(|x| Range::comparing(*op, x)),
                    CompareOp::Le | CompareOp::Lt => bound.high.number().map(|x| Range::comparing(*op, x)),
                    CompareOp::Eq | CompareOp::Ne => Some(bound),
                }
            }
            TargetKind::Between(low, high, closed) => {
                let (low, high) = (self.ranges.range(low), self.ranges.range(high));
                let high =
                    if *closed { high.high } else { high.high.number().map_or(high.high, crate::ranges::Bound::Open) };
                Some(Range { low: low.low, high, whole: false, missing: false })
            }
        };
        self.words(range.unwrap_or(Range::ALL), ty)
    }

    /// Whether a target can be met and can be missed, tolerance included.
    fn met(&self, actual: Range, target: &Target) -> Truth {
        let widened = |bound: Range, down: bool| {
            let by = match &target.tolerance {
                Some(Tolerance::Share(share)) => bound.abs().mul(Range::at(*share)),
                Some(Tolerance::Absolute(amount)) => Range::at(*amount),
                None => return bound,
            };
            // The bound and its share move together: of a single bound the sum is exact, else it is wider.
            if down { bound.sub(by) } else { bound.add(by) }
        };
        match &target.kind {
            TargetKind::Compare(op, bound) => {
                let bound = self.ranges.range(bound);
                match op {
                    CompareOp::Ge | CompareOp::Gt => actual.compare(*op, widened(bound, true)),
                    CompareOp::Le | CompareOp::Lt => actual.compare(*op, widened(bound, false)),
                    CompareOp::Eq | CompareOp::Ne if target.tolerance.is_none() => actual.compare(CompareOp::Eq, bound),
                    CompareOp::Eq | CompareOp::Ne => between(actual, widened(bound, true), widened(bound, false), true),
                }
            }
            TargetKind::Between(low, high, closed) => {
                let (low, high) = (self.ranges.range(low), self.ranges.range(high));
                between(actual, widened(low, true), widened(high, false), *closed)
            }
        }
    }

    fn check_stretch(&mut self, indicator: &'m Indicator, target: &'m Target, actual: Range) {
        let (Some(stretch), TargetKind::Compare(op, _)) = (&target.stretch, &target.kind) else { return };
        let op = match op {
            CompareOp::Ge | CompareOp::Gt => CompareOp::Ge,
            CompareOp::Le | CompareOp::Lt => CompareOp::Le,
            CompareOp::Eq | CompareOp::Ne => return,
        };
        let bound = self.ranges.range(stretch);
        let reached = actual.compare(op, bound);
        if reached.yes || !reached.no {
            return;
        }
        let (name, ty) = (indicator.title.name.clone(), indicator.formula.ty);
        let range = self.words(actual, ty);
        let message = text!("nobody can reach this stretch target: `{name}` is always {range}", name, range);
        let bound = self.words(bound, ty);
        let mut finding = Self::finding(
            codes::reach::STRETCH_UNREACHABLE,
            message,
            stretch.span,
            text!("the stretch target is {bound}", bound),
        );
        for (span, text) in self.reasons(&indicator.formula, actual) {
            finding = finding.label(span, text);
        }
        finding = match self.meant_percent(stretch, actual) {
            Some(percent) => finding.help(text!("did you mean `{percent}`?", percent)).fix(
                text!("write `{percent}`", percent),
                stretch.span,
                percent.clone(),
            ),
            None => finding
                .help(text!("nobody earns what lies beyond the target: ask for what can be, or leave the stretch out")),
        };
        self.report(finding);
    }
}

fn between(actual: Range, low: Range, high: Range, closed: bool) -> Truth {
    let upper = if closed { CompareOp::Le } else { CompareOp::Lt };
    let inside = actual.compare(CompareOp::Ge, low).and(actual.compare(upper, high));
    let band = Range { low: low.low, high: high.high, whole: false, missing: false };
    // Above the one bound here and below the other there is not inside.
    Truth { yes: inside.yes && !actual.meet(band).is_empty(), ..inside }
}
