//! Incentives of both versions: what they pay in all.

use kpi_base::text;
use kpi_check::model::{Audience, Expr, Incentive, IncentiveId, ScorecardId, Sharing};
use kpi_value::Dec;

use super::cards::{CardRelation, partners};
use super::expressions::{apart, closer};
use super::pairs::Pairs;
use super::relation::Relation;
use super::tables::is_known;
use crate::pay::{Field, base_of, field_of};
use crate::scene::{CardState, Scene};
use crate::value::{Number, Range, Trend};

impl<'m> Pairs<'m> {
    /// The total that an incentive pays for a card, or without one.
    pub fn pay(
        &mut self,
        (old, old_card): (IncentiveId, Option<ScorecardId>),
        (new, new_card): (IncentiveId, Option<ScorecardId>),
    ) -> Relation {
        let (a, b) = (&self.base.model.incentives[old], &self.head.model.incentives[new]);
        let name = &a.title.name;
        if a.period != b.period || a.sharing != b.sharing || !self.same_audience(a, b) {
            self.doubt(text!("`{name}` is not for the same subjects in both", name));
            return Relation::ANY;
        }
        let Some((old_card, new_card)) = old_card.zip(new_card) else { return self.total(a, b, None) };
        let card = self.card(old_card, new_card);
        if !card.same_subjects {
            return Relation::ANY;
        }
        self.card.set(Some(card));
        let states = [(&self.base, old_card), (&self.head, new_card)].map(|(scene, id)| {
            scene.card(id).map(|card| CardState { id, score: card.score, attainment: card.attainment })
        });
        let [base, head] = states;
        (self.base.card, self.head.card) = (base.clone(), head.clone());
        let whole = self.total(a, b, Some(card));
        let found = match (whole.value, base, head, field_of(a).or(field_of(b))) {
            (Trend::Up | Trend::Down | Trend::Any, Some(base), Some(head), Some(field))
                if self.same_field(a, b, field, card) =>
            {
                self.by_stretches((a, b), field, card, (base, head))
                    .map_or(whole, |value| whole.with_value(closer(whole.value, value)))
            }
            _ => whole,
        };
        self.card.set(None);
        (self.base.card, self.head.card) = (None, None);
        found
    }

    /// Whether the pays of both hang on one value of the card at most, and that is the same.
    fn same_field(&self, old: &Incentive, new: &Incentive, field: Field, card: CardRelation) -> bool {
        let reads = |incentive: &Incentive| field_of(incentive).is_none_or(|own| own == field);
        let value = if field == Field::Score { card.score } else { card.attainment };
        reads(old) && reads(new) && value.value == Trend::Same
    }

    /// The total in each stretch of the card's value between the numbers at which either version may jump.
    fn by_stretches(
        &mut self,
        (a, b): (&'m Incentive, &'m Incentive),
        field: Field,
        card: CardRelation,
        (base, head): (CardState, CardState),
    ) -> Option<Trend> {
        let of = |state: &CardState| if field == Field::Score { state.score.range } else { state.attainment.range };
        let within = of(&base).meet(of(&head));
        let (low, high) = (within.low?, within.high?);
        let mut cuts = self.base.cuts(a, base.id);
        cuts.extend(self.head.cuts(b, head.id));
        cuts.retain(|cut| within.holds(*cut));
        cuts.extend([low, high]);
        cuts.sort_unstable();
        cuts.dedup();
        let step = field.step();
        let mut found: Option<Trend> = None;
        for (place, &cut) in cuts.iter().enumerate() {
            let between = match cuts.get(place + 1) {
                Some(next) => cut.add(step).ok().zip(next.sub(step).ok()).filter(|(from, to)| from <= to),
                None => None,
            };
            for range in [Some(Range::point(cut)), between.map(|(from, to)| Range::new(from, to))].into_iter().flatten()
            {
                let put = |state: &CardState| {
                    let mut state = state.clone();
                    match field {
                        Field::Score => state.score = Number::same(range),
                        Field::Attainment => state.attainment = Number::same(range),
                    }
                    state
                };
                (self.base.card, self.head.card) = (Some(put(&base)), Some(put(&head)));
                let one = self.total(a, b, Some(card)).value;
                found = Some(found.map_or(one, |known| known.and(one)));
            }
        }
        found
    }

    /// Whether both pay the same subjects, for the same cards.
    fn same_audience(&self, old: &'m Incentive, new: &'m Incentive) -> bool {
        match (&old.audience, &new.audience) {
            (Audience::Table(a, condition), Audience::Table(b, other)) => {
                self.same_table(*a, *b)
                    && match (condition, other) {
                        (Some(a), Some(b)) => self.elsewhere(|pairs| pairs.expr(a, b).is_same()),
                        (None, None) => true,
                        _ => false,
                    }
            }
            (Audience::Cards(a), Audience::Cards(b)) => {
                // Who has several cards is paid by how they are shared.
                let shared = a.len() > 1 || b.len() > 1 || old.sharing == Sharing::ByStint;
                let name = |pairs: &Self, old: ScorecardId, new: ScorecardId| {
                    pairs.base.model.scorecards[old].title.name == pairs.head.model.scorecards[new].title.name
                };
                !shared
                    || a.len() == b.len()
                        && a.iter().all(|old| {
                            b.iter().any(|new| {
                                name(self, *old, *new)
                                    && self.same_subjects(
                                        &self.base.model.scorecards[*old],
                                        &self.head.model.scorecards[*new],
                                    )
                            })
                        })
            }
            _ => false,
        }
    }

    fn total(&self, old: &'m Incentive, new: &'m Incentive, card: Option<CardRelation>) -> Relation {
        let eligible = match (&old.condition, &new.condition) {
            (None, None) => Relation::SAME,
            (Some(a), Some(b)) => self.expr(a, b),
            (None, Some(come)) => self.alone(&self.head, come, Trend::Down),
            (Some(gone), None) => self.alone(&self.base, gone, Trend::Up),
        };
        let mut paid = eligible;
        if let Some(card) = card {
            paid = paid.and(card.pays_nothing.flip()).and(card.score.data_only());
            // Whom a veto takes everything, of him nobody asks whether he is eligible.
            let asked = old.condition.is_some() || new.condition.is_some();
            if asked && card.pays_nothing.value != Trend::Same {
                paid.data = Trend::Any;
            }
        }
        if paid.value == Trend::Any {
            self.doubt(text!("`{name}` may be paid here or there only", name = old.title.name));
        }
        let mut amount = Relation::SAME;
        for (a, b) in partners(&old.pays, &new.pays, |pay| &pay.title.name) {
            let one = match (a, b) {
                (Some(a), Some(b)) if a.round_to == b.round_to => self.expr(&a.value, &b.value),
                (Some(_), Some(_)) | (None, None) => Relation::ANY,
                // What is gone is now nothing.
                (Some(gone), None) => self.beside_nothing(&self.base, &gone.value, Trend::Up).flip(),
                (None, Some(come)) => self.beside_nothing(&self.head, &come.value, Trend::Down),
            };
            if one.value == Trend::Any
                && let Some(pay) = a.or(b)
            {
                self.doubt(text!("`{name}` may come to more or to less", name = pay.title.name));
                self.doubt_sign(old);
            }
            amount = amount.and(one);
        }
        amount = amount.and(match (&old.cap, &new.cap) {
            (None, None) => Relation::SAME,
            (Some(a), Some(b)) => self.expr(a, b),
            (None, Some(come)) => self.alone(&self.head, come, Trend::Down),
            (Some(gone), None) => self.alone(&self.base, gone, Trend::Up),
        });
        amount = amount.and(match (&old.floor, &new.floor) {
            (None, None) => Relation::SAME,
            (Some(a), Some(b)) => self.expr(a, b),
            (None, Some(come)) => self.beside_nothing(&self.head, come, Trend::Down),
            (Some(gone), None) => self.beside_nothing(&self.base, gone, Trend::Up).flip(),
        });
        if paid.value == Trend::Same {
            return amount.and(paid.data_only());
        }
        // Who is not paid gets nothing, and a total is not below that unless its floor is.
        let floors = [(&self.base, &old.floor), (&self.head, &new.floor)];
        let positive = floors.iter().all(|(scene, floor)| {
            floor.as_ref().is_none_or(|floor| scene.number(floor).range.low.is_some_and(|low| low >= Dec::ZERO))
        });
        let value = if positive { amount.value.and(paid.value) } else { Trend::Any };
        // Nothing is known of itself, and what is paid may not be.
        let known = [(&self.base, old), (&self.head, new)].iter().all(|(scene, incentive)| {
            let amounts = incentive.pays.iter().map(|pay| &pay.value).chain(&incentive.cap).chain(&incentive.floor);
            amounts.into_iter().all(|amount| is_known(scene, amount))
        });
        let settled = if known { Trend::Same } else { paid.value.flip() };
        Relation { value, data: amount.data.and(paid.data).and(settled) }
    }

    /// Where pays are multiples of what may be negative, more of it may be less.
    fn doubt_sign(&self, incentive: &'m Incentive) {
        let Some(column) = base_of(self.base.model, incentive).and_then(|base| base.path.last()) else { return };
        let range = Range::of(&self.base.ranges.column(column));
        if range.low.is_none_or(|low| low < Dec::ZERO) {
            let column = &self.base.model.column(column).title.name;
            self.doubt(text!("`{column}` may be negative: its column says no `≥ 0`", column));
        }
    }

    /// Of a condition or a limit that only one version has.
    fn alone(&self, scene: &Scene<'m>, expr: &'m Expr, value: Trend) -> Relation {
        Relation { value, data: if is_known(scene, expr) { Trend::Same } else { value } }
    }

    /// An amount that only one version has, beside nothing; `data` says which version has more data without it.
    fn beside_nothing(&self, scene: &Scene<'m>, expr: &'m Expr, data: Trend) -> Relation {
        let value = apart(Range::point(Dec::ZERO), scene.number(expr).range);
        Relation { value, data: if is_known(scene, expr) { Trend::Same } else { data } }
    }
}
