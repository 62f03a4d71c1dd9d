//! `prove`: of which result, and what must hold of it.

use kpi_base::{Diagnostic, codes, text};
use kpi_syntax::ast;

use crate::checker::{Checker, unknown};
use crate::context::Context;
use crate::model::{
    self, CardField, IncentiveId, IndicatorId, Line, LineKind, Obligation, Place, Property, ScorecardId, Subject,
    TableId, Type,
};
use crate::names::{Decl, nearest};

impl<'a> Checker<'a> {
    /// Checks what is to be proven into the model; whether it holds is found elsewhere.
    pub(crate) fn check_obligations(&mut self) {
        for index in 0..self.names.obligations.len() {
            let Some(declared) = self.names.obligations.get(index) else { continue };
            if let Some(obligation) = self.obligation(declared.ast) {
                self.model.obligations.push(obligation);
            }
        }
    }

    fn obligation(&mut self, written: &'a ast::Prove) -> Option<Obligation> {
        let (place, ty, table) = self.proven_place(written)?;
        let property = match &written.obligation {
            ast::Obligation::Within(range) => {
                let cx = Context::cell(Subject::Table(table));
                let low = self.expr(&range.low, &cx, Some(ty));
                let high = self.expr(&range.high, &cx, Some(ty));
                let (low, high) = (low?, high?);
                if let (Some(Ok(low)), Some(Ok(high))) = (self.fold(&low), self.fold(&high))
                    && (high < low || high == low && !range.closed)
                {
                    self.report(
                        Diagnostic::new(codes::proofs::NOT_PROVABLE, text!("no number lies in this range"))
                            .label(range.span, text!("nothing can be within it"))
                            .help(text!("write the smaller bound first: `within 0..100`")),
                    );
                    return None;
                }
                Property::Within(low, high, range.closed)
            }
            ast::Obligation::Monotone(name) => Property::Monotone(self.proven_indicator(name, &place, table)?),
        };
        Some(Obligation { place, property, span: written.span })
    }

    /// The result, its type, and the table of its subjects.
    fn proven_place(&mut self, written: &'a ast::Prove) -> Option<(Place, Type, TableId)> {
        let [name, field] = written.place.as_slice() else {
            return self.not_provable(written);
        };
        match self.resolve(name, &text!("a scorecard or an incentive"))? {
            Decl::Scorecard(index) => {
                let id = self.scorecard_ids.get(index).copied().flatten()?;
                let (field, ty) = match field.word() {
                    "score" => (CardField::Score, Type::POINTS),
                    "attainment" => (CardField::Attainment, Type::RATIO),
                    _ => return self.not_provable(written),
                };
                Some((Place::Card(id, field), ty, self.model.scorecards[id].table))
            }
            Decl::Incentive(index) => {
                let id = self.incentive_ids.get(index).copied().flatten()?;
                let incentive = &self.model.incentives[id];
                let pay = incentive.pays.iter().position(|pay| pay.title.name == field.text);
                if pay.is_none() && field.word() != "total" {
                    let names = incentive.pays.iter().map(|pay| pay.title.name.as_str()).chain(["total"]);
                    let near = nearest(&field.text, names);
                    let finding = unknown(field, &text!("a pay of the incentive, or `total`,"), near);
                    self.report(finding);
                    return None;
                }
                Some((Place::Pay(id, pay.map(|pay| pay as u32)), Type::MONEY, incentive.table))
            }
            other => {
                self.report_kind(name, other, &text!("a scorecard or an incentive"));
                None
            }
        }
    }

    /// The indicator in which something is to be monotone, as the cards in question have it.
    fn proven_indicator(&mut self, name: &'a ast::Name, place: &Place, table: TableId) -> Option<IndicatorId> {
        let index = match self.resolve(name, &text!("an indicator"))? {
            Decl::Indicator(index) => index,
            other => {
                self.report_kind(name, other, &text!("an indicator"));
                return None;
            }
        };
        let period = match place {
            Place::Pay(incentive, _) => self.model.incentives[*incentive].period,
            Place::Card(card, _) => self.model.scorecards[*card].period,
            _ => self.judged,
        };
        let known = self.instance_ids.get(&(index, Subject::Table(table), period)).copied();
        // An indicator that nothing uses for these subjects is nothing that a result could hang on. One that a pay reads
        // stands on no card.
        if let Some(id) = known
            && self.instance(id).is_some()
        {
            return Some(id);
        }
        let cards = match place {
            Place::Pay(incentive, _) => self.paid_cards(*incentive),
            Place::Card(card, _) => vec![*card],
            _ => Vec::new(),
        };
        let mut names: Vec<&str> = Vec::new();
        cards.iter().for_each(|card| self.indicator_names(&self.model.scorecards[*card].lines, &mut names));
        let near = nearest(&name.text, names).map(str::to_owned);
        if let Some(near) = near {
            self.report(unknown(name, &text!("an indicator of these cards"), Some(&near)));
            return None;
        }
        let message = text!("`{name}` has no say in this result", name = name.text);
        self.report(
            Diagnostic::new(codes::proofs::NOT_PROVABLE, message)
                .label(name.span, text!("no card of these subjects has it, and no pay reads it"))
                .help(text!("name an indicator that stands on the card")),
        );
        None
    }

    fn paid_cards(&self, incentive: IncentiveId) -> Vec<ScorecardId> {
        match &self.model.incentives[incentive].audience {
            model::Audience::Cards(cards) => cards.clone(),
            model::Audience::Table(..) => Vec::new(),
        }
    }

    fn indicator_names<'s>(&'s self, lines: &'s [Line], names: &mut Vec<&'s str>) {
        for line in lines {
            match &line.kind {
                LineKind::Indicator { indicator, .. } => {
                    names.extend(self.instance(*indicator).map(|indicator| indicator.title.name.as_str()));
                }
                LineKind::Card(card) => self.indicator_names(&self.model.scorecards[*card].lines, names),
                LineKind::Group { lines, .. } => self.indicator_names(lines, names),
            }
        }
    }

    fn not_provable<T>(&mut self, written: &'a ast::Prove) -> Option<T> {
        let place: Vec<&str> = written.place.iter().map(|name| name.text.as_str()).collect();
        let place = place.join(".");
        self.report(
            Diagnostic::new(codes::proofs::NOT_PROVABLE, text!("nothing can be proven of `{place}`", place))
                .label(written.span, text!("no result of a card or an incentive"))
                .help(text!(
                    "name a result: `host_card.score`, `host_card.attainment`, `monthly_pay.total`, or a pay by its name"
                )),
        );
        None
    }
}
