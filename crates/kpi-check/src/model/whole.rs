//! Questions about a model as a whole.

use std::borrow::Cow;
use std::collections::BTreeSet;

use kpi_value::PeriodKind;

use super::{Audience, ByKey, ByTable, Expr, Line, LineKind, Model, Scoring};

impl Model {
    /// The kinds of period by which something is judged, the shortest first: the policy's, and those that cards, incentives and rules have
    /// of their own.
    pub fn judged_kinds(&self) -> BTreeSet<PeriodKind> {
        let cards = self.scorecards.iter().map(|(_, card)| card.period);
        let incentives = self.incentives.iter().map(|(_, incentive)| incentive.period);
        let rules = self.rules.iter().map(|(_, rule)| rule.period);
        cards.chain(incentives).chain(rules).chain([self.policy.period]).collect()
    }

    /// The policy as it would be if this kind of period were its own: what is judged by it is computed like that.
    pub fn judged_by(&self, kind: PeriodKind) -> Cow<'_, Model> {
        if self.policy.period == kind {
            return Cow::Borrowed(self);
        }
        let mut model = self.clone();
        model.policy.period = kind;
        Cow::Owned(model)
    }

    /// The names of the goals that serve this one: itself, those that are a part of it, and so on.
    pub fn goals_for<'m>(&'m self, goal: &'m str) -> Vec<&'m str> {
        let mut found = vec![goal];
        let mut next = 0;
        while let Some(to) = found.get(next).copied() {
            let parts = self.goals.iter().filter(|part| part.supports.iter().any(|name| name == to));
            for part in parts.map(|part| part.title.name.as_str()) {
                if !found.contains(&part) {
                    found.push(part);
                }
            }
            next += 1;
        }
        found
    }

    /// Every expression of the model, once.
    pub fn exprs(&self) -> Vec<&Expr> {
        let model = self;
        let mut all = Vec::new();
        for (_, table) in model.tables.iter() {
            let Some(view) = &table.view else { continue };
            all.extend(view.condition.iter().chain(&view.dated));
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
            if let Audience::Table(_, condition) = &incentive.audience {
                all.extend(condition);
            }
        }
        for (_, rule) in model.rules.iter() {
            all.push(&rule.condition);
            all.extend(rule.share.iter().filter_map(|share| share.of.as_ref()));
            if let Some(then) = &rule.then {
                keys(&then.text, &mut all);
                all.extend(then.by_number.iter().map(|(number, _)| number));
            }
            if let Audience::Table(_, condition) = &rule.audience {
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

fn lines<'m>(lines: &'m [Line], all: &mut Vec<&'m Expr>) {
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
