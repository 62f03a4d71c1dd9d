//! Puts the indicators into the model, each after those that it reads.

use std::sync::Arc;

use kpi_base::{Diagnostic, codes, text};

use crate::checker::Checker;
use crate::model::{
    self, Arena, Audience, ByKey, ByTable, Curve, CurveKind, ExprKind, IndicatorId, Line, LineKind, Model, Place,
    Scoring, Target, TargetKind,
};

impl Checker<'_> {
    /// Moves the indicators into the model and gives every mention of them their new place.
    pub(crate) fn order_indicators(&mut self) {
        let order = self.reading_order();
        let mut places: Vec<Option<IndicatorId>> = vec![None; self.instances.len()];
        let mut arena = Arena::new();
        for id in order {
            if let Some(instance) = self.instances.get_mut(id.index())
                && let (Some(model), Some(place)) = (instance.model.take(), places.get_mut(id.index()))
            {
                *place = Some(arena.push(model));
            }
        }
        self.model.indicators = arena;
        let in_place = places.iter().enumerate().all(|(i, place)| *place == Some(IndicatorId::new(i)));
        if !in_place {
            let mover = Mover { places };
            mover.model(&mut self.model);
        }
    }

    /// The indicators, each after those that it reads; a ring among them (a target that reads what reads the actual) is
    /// reported.
    fn reading_order(&mut self) -> Vec<IndicatorId> {
        let mut order = Vec::with_capacity(self.instances.len());
        // 0: not seen, 1: open, 2: done.
        let mut state = vec![0u8; self.instances.len()];
        let mut rings = Vec::new();
        for start in 0..self.instances.len() {
            let mut stack = vec![(start, 0usize)];
            while let Some((at, next)) = stack.pop() {
                match state.get_mut(at) {
                    Some(state) if *state == 0 || next > 0 => *state = 1,
                    _ => continue,
                }
                let read = self.instances.get(at).and_then(|i| i.reads.get(next)).map(|id| id.index());
                let Some(read) = read else {
                    if let Some(state) = state.get_mut(at) {
                        *state = 2;
                    }
                    order.push(IndicatorId::new(at));
                    continue;
                };
                stack.push((at, next + 1));
                match state.get(read) {
                    Some(0) => stack.push((read, 0)),
                    Some(1) if read != at => rings.push((at, read)),
                    _ => {}
                }
            }
        }
        for (at, read) in rings {
            let title = |i: usize| self.instances.get(i).and_then(|x| x.model.as_ref()).map(|m| m.title.clone());
            if let (Some(at), Some(read)) = (title(at), title(read)) {
                self.report(
                    Diagnostic::new(
                        codes::names::CYCLE,
                        text!("`{name}` and `{name2}` need each other", name = at.name, name2 = read.name),
                    )
                    .label(at.span, text!("its formula or target reads `{name}`", name = read.name))
                    .label(read.span, text!("and the other way round, perhaps through others")),
                );
            }
        }
        order
    }
}

/// Gives mentions of indicators their new place.
struct Mover {
    places: Vec<Option<IndicatorId>>,
}

impl Mover {
    fn id(&self, id: &mut IndicatorId) {
        if let Some(Some(place)) = self.places.get(id.index()) {
            *id = *place;
        }
    }

    fn model(&self, model: &mut Model) {
        for i in 0..model.indicators.len() {
            let Some(indicator) = model.indicators.get_mut(IndicatorId::new(i)) else { continue };
            self.expr(&mut indicator.formula);
            indicator.parts.iter_mut().flat_map(|parts| &mut parts.parts).for_each(|part| self.id(part));
            if let Some(table) = &mut indicator.target {
                self.table(table, |mover, target| {
                    if let Some(target) = target {
                        mover.target(target);
                    }
                });
            }
            self.scoring(&mut indicator.scoring);
        }
        for i in 0..model.scorecards.len() {
            let Some(card) = model.scorecards.get_mut(model::ScorecardId::new(i)) else { continue };
            card.condition.iter_mut().for_each(|e| self.expr(e));
            card.lines.iter_mut().for_each(|line| self.line(line));
            card.vetoes.iter_mut().for_each(|veto| self.expr(&mut veto.condition));
            card.adjustments.iter_mut().for_each(|a| self.expr(&mut a.value));
        }
        for i in 0..model.incentives.len() {
            let Some(incentive) = model.incentives.get_mut(model::IncentiveId::new(i)) else { continue };
            self.audience(&mut incentive.audience);
            let others = incentive.condition.iter_mut().chain(&mut incentive.cap).chain(&mut incentive.floor);
            others.for_each(|e| self.expr(e));
            incentive.pays.iter_mut().for_each(|pay| self.expr(&mut pay.value));
        }
        for i in 0..model.rules.len() {
            let Some(rule) = model.rules.get_mut(model::RuleId::new(i)) else { continue };
            self.audience(&mut rule.audience);
            rule.line.iter_mut().for_each(|id| self.id(id));
            self.expr(&mut rule.condition);
            rule.share.iter_mut().filter_map(|share| share.of.as_mut()).for_each(|e| self.expr(e));
            if let Some(then) = &mut rule.then {
                self.table(&mut then.text, |_, _| {});
                then.by_number.iter_mut().for_each(|(number, _)| self.expr(number));
            }
        }
        for obligation in &mut model.obligations {
            if let model::Property::Monotone(id) = &mut obligation.property {
                self.id(id);
            }
        }
        for expect in model.tests.iter_mut().flat_map(|test| &mut test.expects) {
            match &mut expect.claim {
                model::Claim::Compare(Place::Indicator(id, _), ..)
                | model::Claim::Near(Place::Indicator(id, _), ..)
                | model::Claim::Takes(Place::Indicator(id, _), _)
                | model::Claim::Missing(Place::Indicator(id, _), _) => {
                    self.id(id);
                }
                _ => {}
            }
        }
    }

    fn table<T>(&self, table: &mut ByTable<T>, value: impl Fn(&Mover, &mut T)) {
        for key in &mut table.keys {
            if let ByKey::Expr(e) = key {
                self.expr(e);
            }
        }
        table.rows.iter_mut().for_each(|row| value(self, &mut row.value));
    }

    fn target(&self, target: &mut Target) {
        match &mut target.kind {
            TargetKind::Compare(_, e) => self.expr(e),
            TargetKind::Between(low, high, _) => {
                self.expr(low);
                self.expr(high);
            }
        }
        target.stretch.iter_mut().for_each(|e| self.expr(e));
    }

    fn scoring(&self, scoring: &mut Scoring) {
        if let Scoring::Curve(_, curve) = scoring {
            self.curve(curve);
        }
    }

    fn curve(&self, curve: &mut Arc<Curve>) {
        if let CurveKind::Step(rows) = &mut Arc::make_mut(curve).kind {
            rows.iter_mut().for_each(|row| self.expr(&mut row.value));
        }
    }

    fn line(&self, line: &mut Line) {
        if let Some(weight) = &mut line.weight {
            self.table(weight, |_, _| {});
        }
        match &mut line.kind {
            LineKind::Indicator { indicator, scoring, .. } => {
                self.id(indicator);
                self.scoring(scoring);
            }
            LineKind::Card(_) => {}
            LineKind::Group { lines, .. } => lines.iter_mut().for_each(|line| self.line(line)),
        }
    }

    fn audience(&self, audience: &mut Audience) {
        if let Audience::Table(_, Some(condition)) = audience {
            self.expr(condition);
        }
    }

    fn expr(&self, e: &mut model::Expr) {
        match &mut e.kind {
            ExprKind::Indicator(id, _) => self.id(id),
            ExprKind::Neg(x)
            | ExprKind::Not(x)
            | ExprKind::IsMissing(x)
            | ExprKind::Inlined(_, x)
            | ExprKind::Over(x, _)
            | ExprKind::Previous(x, _)
            | ExprKind::Growth(x)
            | ExprKind::Streak(x)
            | ExprKind::Window(_, x, ..)
            | ExprKind::OverWindow(x, _) => self.expr(x),
            ExprKind::Arithmetic(_, a, b) | ExprKind::Compare(_, a, b) | ExprKind::And(a, b) | ExprKind::Or(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::InRange(x, a, b, ..) | ExprKind::If(x, a, b) => {
                self.expr(x);
                self.expr(a);
                self.expr(b);
            }
            ExprKind::InSet(x, set, _) => {
                self.expr(x);
                set.iter_mut().for_each(|e| self.expr(e));
            }
            ExprKind::Call(_, args) => args.iter_mut().for_each(|e| self.expr(e)),
            ExprKind::Param(_, keys) => keys.iter_mut().flatten().for_each(|e| self.expr(e)),
            ExprKind::Among(among) => {
                let among = Arc::make_mut(among);
                self.expr(&mut among.of);
                among.condition.iter_mut().for_each(|e| self.expr(e));
            }
            ExprKind::Curve(curve, x) => {
                self.curve(curve);
                self.expr(x);
            }
            // Rows know no indicators.
            ExprKind::Aggregate(_)
            | ExprKind::Lookup(_)
            | ExprKind::Exists(_)
            | ExprKind::Const(_)
            | ExprKind::Column(_)
            | ExprKind::Period(_)
            | ExprKind::StintDays
            | ExprKind::Line(_)
            | ExprKind::Card(_)
            | ExprKind::Pay(..) => {}
        }
    }
}
