//! Vetoes, rules and comparisons that are always or never true.

use kpi_base::{Diagnostic, Span, codes, text};

use super::{Places, Reach};
use crate::model::{Expr, ExprKind, Type};
use crate::ranges::{Range, Truth};

/// A comparison at one place, all its uses together.
struct Compared<'m> {
    e: &'m Expr,
    truth: Truth,
    left: Range,
    right: Range,
}

impl<'m> Reach<'m> {
    pub(super) fn check_vetoes(&mut self) {
        let model = self.model;
        for (_, card) in model.scorecards.iter() {
            for veto in &card.vetoes {
                let truth = self.ranges.truth(&veto.condition);
                if self.is_switch(&veto.condition, truth) {
                    continue;
                }
                let name = veto.title.name.clone();
                let (code, message, label, help) = if truth.is_never() {
                    (
                        codes::reach::VETO_NEVER,
                        text!("the veto `{name}` cannot fire", name),
                        text!("never true"),
                        text!("compare with what can happen, or remove the veto"),
                    )
                } else if truth.is_always() {
                    (
                        codes::reach::VETO_ALWAYS,
                        text!("the veto `{name}` fires for everybody", name),
                        text!("always true"),
                        text!("turn the comparison round, or compare with what only a few pass"),
                    )
                } else {
                    continue;
                };
                let finding = Self::finding(code, message, veto.condition.span, label);
                let finding = self.explain(finding, &veto.condition, truth.yes);
                self.report(finding.help(help));
            }
        }
    }

    pub(super) fn check_rules(&mut self) {
        let model = self.model;
        // A rule `for each indicator` stands in the model once for each of them.
        let mut places: Places<(Truth, &'m Expr, &'m str)> = Places::default();
        for (_, rule) in model.rules.iter() {
            let truth = self.ranges.truth(&rule.condition);
            let place = places.entry(rule.condition.span).or_insert((truth, &rule.condition, &rule.title.name));
            place.0 = place.0.either(truth);
        }
        for (_, (truth, condition, name)) in sorted(places) {
            if self.is_switch(condition, truth) {
                continue;
            }
            let (code, message, label) = if truth.is_never() {
                (codes::reach::RULE_NEVER, text!("the rule `{name}` cannot fire", name), text!("never true"))
            } else if truth.is_always() {
                (codes::reach::RULE_ALWAYS, text!("the rule `{name}` fires for everybody", name), text!("always true"))
            } else {
                continue;
            };
            let finding = Self::finding(code, message, condition.span, label);
            let finding = self.explain(finding, condition, truth.yes);
            self.report(finding.help(text!("compare with what some pass and others do not")));
        }
    }

    /// Whether a condition is decided by what its author wrote down to decide it: `false and …`, a parameter.
    fn is_switch(&self, e: &Expr, truth: Truth) -> bool {
        let own = self.ranges.truth(e);
        if !(truth.is_always() && own.is_always() || truth.is_never() && own.is_never()) {
            return false;
        }
        match &e.kind {
            ExprKind::And(a, b) | ExprKind::Or(a, b) => self.is_switch(a, truth) || self.is_switch(b, truth),
            ExprKind::Not(x) => self.is_switch(x, truth.not()),
            ExprKind::Inlined(_, x) => self.is_switch(x, truth),
            _ => self.is_given(e),
        }
    }

    /// Labels the comparisons that decide a condition, which are not reported by themselves then.
    fn explain(&mut self, mut finding: Diagnostic, condition: &'m Expr, truth: bool) -> Diagnostic {
        let mut open = vec![(condition, truth)];
        while let Some((e, truth)) = open.pop() {
            let own = self.ranges.truth(e);
            if !(if truth { own.is_always() } else { own.is_never() }) {
                continue;
            }
            self.explained.insert(e.id);
            match &e.kind {
                ExprKind::And(a, b) | ExprKind::Or(a, b) => open.extend([(&**b, truth), (&**a, truth)]),
                ExprKind::Not(x) => open.push((x, !truth)),
                ExprKind::Inlined(_, x) => open.push((x, truth)),
                _ => {
                    for side in sides(e) {
                        if side.as_const_dec().is_none() {
                            for (span, text) in self.reasons(side, self.ranges.range(side)) {
                                finding = finding.label(span, text);
                            }
                        }
                    }
                }
            }
        }
        finding
    }

    /// Comparisons of numbers in all formulas and conditions.
    pub(super) fn check_comparisons(&mut self, exprs: &[&'m Expr]) {
        let mut places: Places<Compared<'m>> = Places::default();
        for e in exprs {
            let (left, right) = match &e.kind {
                ExprKind::Compare(_, a, b) => (&**a, Some(&**b)),
                ExprKind::InRange(x, ..) | ExprKind::InSet(x, ..) => (&**x, None),
                _ => continue,
            };
            if left.ty.unit().is_none() || self.explained.contains(&e.id) {
                continue;
            }
            let is_given = |e: &Expr| self.is_given(e);
            if is_given(left) && right.is_none_or(is_given) {
                continue;
            }
            let truth = self.ranges.truth(e);
            let left = self.ranges.range(left);
            let right = right.map_or(Range::NEVER, |right| self.ranges.range(right));
            let place = places.entry(e.span).or_insert(Compared { e, truth, left, right });
            place.truth = place.truth.either(truth);
            place.left = place.left.hull(left);
            place.right = place.right.hull(right);
        }
        for (_, compared) in sorted(places) {
            if compared.truth.is_always() || compared.truth.is_never() {
                self.report_comparison(&compared);
            }
        }
    }

    fn report_comparison(&mut self, compared: &Compared<'m>) {
        let e = compared.e;
        let (Some(left), right) = (sides(e).first().copied(), sides(e).get(1).copied()) else { return };
        let range = self.words(compared.left, left.ty);
        let message = match (&e.kind, right, compared.truth.yes) {
            (ExprKind::Compare(..), Some(right), yes) => {
                let other = self.words(compared.right, right.ty);
                if yes {
                    text!("this comparison is always true: {range} on the left, {other} on the right", range, other)
                } else {
                    text!("this comparison is never true: {range} on the left, {other} on the right", range, other)
                }
            }
            (_, _, true) => text!("this comparison is always true: {range} on the left", range),
            (_, _, false) => text!("this comparison is never true: {range} on the left", range),
        };
        let label = if compared.truth.yes { text!("always true") } else { text!("never true") };
        let mut finding = Self::finding(codes::reach::ALWAYS, message, e.span, label);
        let mut percent: Option<(String, Span)> = None;
        for (side, range, other) in
            [(Some(left), compared.left, compared.right), (right, compared.right, compared.left)]
        {
            let Some(side) = side else { continue };
            if side.as_const_dec().is_some() {
                percent = percent.or_else(|| Some((self.meant_percent(side, other)?, side.span)));
                continue;
            }
            for (span, text) in self.reasons(side, range) {
                finding = finding.label(span, text);
            }
        }
        finding = match percent {
            Some((percent, span)) => finding.help(text!("did you mean `{percent}`?", percent)).fix(
                text!("write `{percent}`", percent),
                span,
                percent.clone(),
            ),
            None => finding.help(text!("leave it out, or compare with what can be on either side")),
        };
        self.report(finding);
    }

    /// Whether a value hangs on nothing but the text of the policy: a switch that its author turns.
    fn is_given(&self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Const(_) | ExprKind::Param(..) => true,
            ExprKind::Neg(_)
            | ExprKind::Not(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Compare(..)
            | ExprKind::Inlined(..)
            | ExprKind::Call(..) => e.children().into_iter().all(|e| self.is_given(e)),
            _ => false,
        }
    }
}

/// The values that a comparison compares: the left one first.
fn sides(e: &Expr) -> Vec<&Expr> {
    match &e.kind {
        ExprKind::Compare(_, a, b) if matches!(a.ty, Type::Number(_)) => vec![a, b],
        ExprKind::InRange(x, ..) | ExprKind::InSet(x, ..) if matches!(x.ty, Type::Number(_)) => vec![x],
        _ => Vec::new(),
    }
}

/// In the order of the text.
pub(super) fn sorted<T>(places: Places<T>) -> Vec<(Span, T)> {
    let mut all: Vec<_> = places.into_iter().collect();
    all.sort_by_key(|(span, _)| (span.file, span.start, span.end));
    all
}
