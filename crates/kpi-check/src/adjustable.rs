//! `adjustable quarterly`: targets and weights that change only where a quarter, or a year, begins.

use std::collections::BTreeSet;

use kpi_base::{Diagnostic, Span, codes, text};
use kpi_value::{Date, PeriodKind};
use rustc_hash::FxHashSet;

use crate::checker::Checker;
use crate::model::{ByTable, Expr, ExprKind, Indicator, Line, LineKind, Pattern, TargetKind};

impl Checker<'_> {
    /// Refuses rows by date of targets, of weights, and of parameters that targets read, that begin or end at another day.
    pub(crate) fn check_adjustable(&mut self) {
        let mut found: Vec<(String, PeriodKind, Date, Span)> = Vec::new();
        let mut seen: FxHashSet<Span> = FxHashSet::default();
        let indicators: Vec<&Indicator> =
            self.instances.iter().filter_map(|instance| instance.model.as_ref()).collect();
        for indicator in &indicators {
            let Some(kind) = indicator.adjustable else { continue };
            let mut misplaced = |rows: Vec<(Date, Span)>| {
                let name = &indicator.title.name;
                let rows = rows.into_iter().filter(|(_, span)| seen.insert(*span));
                found.extend(rows.map(|(day, span)| (name.clone(), kind, day, span)));
            };
            if let Some(target) = &indicator.target {
                misplaced(self.misplaced(target, kind));
                for bound in bounds(indicator) {
                    misplaced(self.misplaced_below(bound, kind));
                }
            }
        }
        for (_, card) in self.model.scorecards.iter() {
            let mut open: Vec<&Line> = card.lines.iter().collect();
            while let Some(line) = open.pop() {
                if let LineKind::Group { lines, .. } = &line.kind {
                    open.extend(lines);
                }
                let LineKind::Indicator { indicator, .. } = &line.kind else { continue };
                let Some(indicator) = self.instance(*indicator) else { continue };
                if let (Some(kind), Some(weight)) = (indicator.adjustable, &line.weight) {
                    let rows = self.misplaced(weight, kind);
                    let rows = rows.into_iter().filter(|(_, span)| seen.insert(*span));
                    found.extend(rows.map(|(day, span)| (indicator.title.name.clone(), kind, day, span)));
                }
            }
        }
        for (name, kind, day, span) in found {
            let message = match kind {
                PeriodKind::Year => text!(
                    "`{name}` is adjustable yearly, and {day} is not the start of a year",
                    name,
                    day = day.to_string()
                ),
                _ => text!(
                    "`{name}` is adjustable quarterly, and {day} is not the start of a quarter",
                    name,
                    day = day.to_string()
                ),
            };
            let calendar = self.model.policy.calendar;
            let next = calendar.start(calendar.period(kind, day).plus(1));
            let finding = Diagnostic::new(codes::tables::NOT_ADJUSTABLE, message)
                .label(span, text!("this row changes it"))
                .help(text!("let it change on {day}, or take `adjustable` off the indicator", day = next.to_string()));
            self.report(finding);
        }
    }

    /// The days on which rows of a table begin or end that begin no period of a kind.
    fn misplaced<T>(&self, table: &ByTable<T>, kind: PeriodKind) -> Vec<(Date, Span)> {
        let calendar = self.model.policy.calendar;
        let mut days = Vec::new();
        // From its first day on a table says something at all: that changes nothing.
        let patterns = || table.rows.iter().flat_map(|row| row.patterns.iter().map(move |pattern| (pattern, row.span)));
        let begin = |(pattern, _)| if let &Pattern::Dates(from, _) = pattern { Some(from) } else { None };
        let begins: BTreeSet<Date> = patterns().filter_map(begin).collect();
        for (pattern, span) in patterns() {
            let Pattern::Dates(from, before) = pattern else { continue };
            // Where one row ends and another begins, that one is told.
            let end = before.filter(|end| !begins.contains(end));
            let own = (begins.first() != Some(from)).then_some(*from).into_iter().chain(end);
            days.extend(own.filter(|day| calendar.start(calendar.period(kind, *day)) != *day).map(|day| (day, span)));
        }
        days
    }

    /// As [`Checker::misplaced`], of the parameters that an expression reads.
    fn misplaced_below(&self, expr: &Expr, kind: PeriodKind) -> Vec<(Date, Span)> {
        let mut found = Vec::new();
        let mut open = vec![expr];
        while let Some(e) = open.pop() {
            if let ExprKind::Param(id, _) = &e.kind {
                found.extend(self.misplaced(&self.model.params[*id].value, kind));
            }
            open.extend(e.children());
        }
        found
    }
}

/// The expressions that a target compares with.
fn bounds(indicator: &Indicator) -> Vec<&Expr> {
    let targets = indicator.target.iter().flat_map(|table| &table.rows).filter_map(|row| row.value.as_ref());
    let bounds = targets.flat_map(|target| {
        let bounds = match &target.kind {
            TargetKind::Compare(_, bound) => vec![bound],
            TargetKind::Between(low, high, _) => vec![low, high],
        };
        bounds.into_iter().chain(&target.stretch)
    });
    bounds.collect()
}
