//! What the value ranges of a sound policy say against it: targets that nobody can reach, vetoes that cannot fire, rows of
//! curves that never apply.
//!
//! A finding is about a place of the text. Where one text is checked several times (an indicator for people and for teams,
//! the body of a function for each call, a named curve for each use), it is reported only if it holds every time. What
//! stands in the library is never reported: it was not written for this policy.

mod brackets;
mod caps;
mod conditions;
mod targets;
mod words;
mod zeros;

use kpi_base::{Code, Diagnostic, FileId, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{ByKey, ByTable, Expr, ExprId, LineKind, Model, Scoring};
use crate::ranges::Ranges;

/// Looks a finished model through.
pub(crate) fn check_reach(model: &Model, library: &FxHashSet<FileId>) -> Vec<Diagnostic> {
    let mut reach = Reach {
        model,
        ranges: Ranges::of(model),
        library,
        said: FxHashSet::default(),
        explained: FxHashSet::default(),
        found: Vec::new(),
    };
    reach.check_targets();
    reach.check_vetoes();
    reach.check_rules();
    let exprs = reach.exprs();
    reach.check_comparisons(&exprs);
    reach.check_curves(&exprs);
    reach.check_grades();
    reach.check_divisions(&exprs);
    reach.check_caps();
    reach.found
}

struct Reach<'m> {
    model: &'m Model,
    ranges: Ranges<'m>,
    library: &'m FxHashSet<FileId>,
    /// What has been reported, so that nothing is said twice of one place.
    said: FxHashSet<(&'static str, Span)>,
    /// Comparisons that another finding has told of.
    explained: FxHashSet<ExprId>,
    found: Vec<Diagnostic>,
}

/// What stands at one place of the text, however often it is checked; in the order of the text's first use.
type Places<T> = FxHashMap<Span, T>;

impl<'m> Reach<'m> {
    fn report(&mut self, finding: Diagnostic) {
        let Some(label) = finding.labels.first() else { return };
        if !self.library.contains(&label.span.file) && self.said.insert((finding.code.name(), label.span)) {
            self.found.push(finding);
        }
    }

    /// A finding at a place.
    fn finding(code: Code, message: kpi_base::Text, span: Span, text: kpi_base::Text) -> Diagnostic {
        Diagnostic::new(code, message).label(span, text)
    }

    /// Every expression of the model, once.
    fn exprs(&self) -> Vec<&'m Expr> {
        let model = self.model;
        let mut all = Vec::new();
        for (_, table) in model.tables.iter() {
            let Some(view) = &table.view else { continue };
            all.extend(&view.condition);
            for aggregate in view.grouping.iter().flat_map(|grouping| &grouping.aggregates) {
                all.extend(aggregate.arg.iter().chain(&aggregate.condition));
            }
        }
        for (_, param) in model.params.iter() {
            all.extend(param.value.rows.iter().map(|row| &row.value));
        }
        for (_, indicator) in model.indicators.iter() {
            all.push(&indicator.formula);
            if let Some(target) = &indicator.target {
                keys(target, &mut all);
                all.extend(target.rows.iter().filter_map(|row| row.value.as_ref()).flat_map(|target| target.exprs()));
            }
            if let Scoring::Curve(_, curve) = &indicator.scoring {
                all.extend(curve.values());
            }
        }
        for (_, card) in model.scorecards.iter() {
            all.extend(&card.condition);
            lines(&card.lines, &mut all);
            all.extend(card.vetoes.iter().map(|veto| &veto.condition));
            all.extend(card.adjustments.iter().map(|adjustment| &adjustment.value));
        }
        for (_, incentive) in model.incentives.iter() {
            all.extend(incentive.condition.iter().chain(&incentive.cap).chain(&incentive.floor));
            all.extend(incentive.pays.iter().map(|pay| &pay.value));
            if let crate::model::Audience::Table(_, condition) = &incentive.audience {
                all.extend(condition);
            }
        }
        for (_, rule) in model.rules.iter() {
            all.push(&rule.condition);
            if let crate::model::Audience::Table(_, condition) = &rule.audience {
                all.extend(condition);
            }
        }
        let mut next = 0;
        while let Some(e) = all.get(next).copied() {
            all.extend(e.children());
            next += 1;
        }
        all
    }
}

fn keys<'m, T>(table: &'m ByTable<T>, all: &mut Vec<&'m Expr>) {
    all.extend(table.keys.iter().filter_map(|key| if let ByKey::Expr(e) = key { Some(e) } else { None }));
}

fn lines<'m>(lines: &'m [crate::model::Line], all: &mut Vec<&'m Expr>) {
    for line in lines {
        if let Some(weight) = &line.weight {
            keys(weight, all);
        }
        match &line.kind {
            LineKind::Indicator { scoring: Scoring::Curve(_, curve), .. } => all.extend(curve.values()),
            LineKind::Group { lines: inside, .. } => self::lines(inside, all),
            _ => {}
        }
    }
}
