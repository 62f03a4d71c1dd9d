//! Incentives.

use indexmap::IndexMap;
use kpi_check::model::{Audience, Incentive, IncentiveId, ScorecardId, Sharing};
use kpi_results::{Card, CardStatus, RosterPay};
use kpi_value::{Dec, Period, Value};

use super::cards::{Marked, own_card};
use super::time::When;
use super::{Fault, Interpreter, Place, Valued, Who};

/// What an incentive pays: each pay, `None` where it is held, and the total.
type Paid = (Vec<Option<Dec>>, Option<Dec>);

impl Interpreter<'_> {
    /// Every pay of every incentive for a card, and the sum of the totals. "Every pay of its incentives is *held*" on an
    /// incomplete card.
    pub(super) fn pay_card(
        &self,
        id: ScorecardId,
        period: Period,
        marked: &Marked,
        card: &mut Card,
    ) -> Result<(), Fault> {
        let mut totals = Vec::new();
        for (_, incentive) in self.model.incentives.iter() {
            if !matches!(&incentive.audience, Audience::Cards(cards) if cards.contains(&id)) {
                continue;
            }
            self.check_once(incentive, period, &card.subject)?;
            let (pays, total) = self.paid_by_card(incentive, id, marked)?;
            for (pay, amount) in incentive.pays.iter().zip(pays) {
                card.pay.insert(pay.title.name.clone(), amount);
            }
            totals.push(total);
        }
        if let Some(totals) = totals.into_iter().collect::<Option<Vec<Dec>>>().filter(|totals| !totals.is_empty()) {
            card.total_pay = Some(total(&totals)?);
        }
        Ok(())
    }

    fn paid_by_card(&self, incentive: &Incentive, id: ScorecardId, marked: &Marked) -> Result<Paid, Fault> {
        if marked.card.status == CardStatus::Incomplete {
            return Ok((vec![None; incentive.pays.len()], None));
        }
        if marked.pay_zero {
            return Ok(nothing(incentive));
        }
        let who = Who::Row(incentive.table, marked.card.subject.as_str().into());
        let place = Place::cell(who, marked.when).on_card(id);
        let share = match incentive.sharing {
            Sharing::Once | Sharing::PerCard => None,
            Sharing::ByStint => Some(self.part_of_stint(incentive, &place)?),
        };
        self.paid(incentive, share, &place)
    }

    /// "Each pay is multiplied by the card's stint.days ÷ Σ stint.days of the subject's cards in that incentive": the two
    /// numbers. Cap and floor are those of each card, in full.
    fn part_of_stint(&self, incentive: &Incentive, place: &Place<'_>) -> Result<(Dec, Dec), Fault> {
        let mut all = 0;
        for marked in self.cards_reached(incentive, place)? {
            all += self.covered_days(&place.who, marked);
        }
        Ok((Dec::int(self.covered_days(&place.who, place.when)), Dec::int(all)))
    }

    /// What every card of a subject covers by which an incentive reaches it.
    fn cards_reached(&self, incentive: &Incentive, place: &Place<'_>) -> Result<Vec<When>, Fault> {
        let (Audience::Cards(ids), Who::Row(_, key)) = (&incentive.audience, &place.who) else { return Ok(Vec::new()) };
        let mut reached = Vec::new();
        for id in ids {
            let cards = self.cards(*id, place.when.period)?;
            reached.extend(cards.iter().filter(|marked| *marked.card.subject == **key).map(|marked| marked.when));
        }
        Ok(reached)
    }

    /// "One that reaches a subject through two cards in a period is an error unless it says `share by stint` or `per card`."
    fn check_once(&self, incentive: &Incentive, period: Period, subject: &str) -> Result<(), Fault> {
        let place = Place::cell(Who::Row(incentive.table, subject.into()), When::whole(period));
        if incentive.sharing == Sharing::Once && self.cards_reached(incentive, &place)?.len() > 1 {
            let incentive = incentive.title.name.clone();
            return Err(Fault::TwoCards { incentive, subject: subject.to_owned() });
        }
        Ok(())
    }

    /// "Each `pay` rounded, `total` their sum, then `cap`/`floor` (floor 0)", which are rounded to the currency's minor
    /// unit as a pay is. Whoever is not eligible gets 0.
    fn paid(&self, incentive: &Incentive, share: Option<(Dec, Dec)>, place: &Place<'_>) -> Result<Paid, Fault> {
        let eligible = match &incentive.condition {
            Some(condition) => self.truth(condition, place)?,
            None => Some(true),
        };
        match eligible {
            None => return Ok((vec![None; incentive.pays.len()], None)),
            Some(false) => return Ok(nothing(incentive)),
            Some(true) => {}
        }
        let rounding = self.model.policy.rounding;
        let mut pays = Vec::new();
        for pay in &incentive.pays {
            let mut amount = self.number(&pay.value, place)?;
            if let (Some(whole), Some((own, all))) = (amount, share) {
                amount = whole.mul_div(own, all)?;
            }
            pays.push(amount.map(|amount| amount.round_to(pay.round_to, rounding)));
        }
        let cap = incentive.cap.as_ref().map(|cap| self.number(cap, place)).transpose()?;
        let floor = incentive.floor.as_ref().map(|floor| self.number(floor, place)).transpose()?;
        let known = pays.iter().copied().collect::<Option<Vec<Dec>>>();
        let (Some(known), false, false) = (known, cap == Some(None), floor == Some(None)) else {
            return Ok((pays, None));
        };
        let mut sum = total(&known)?;
        let limit = |amount: Dec| amount.round_with(self.model.policy.currency.digits, rounding);
        sum = cap.flatten().map_or(sum, |cap| sum.min(limit(cap)));
        sum = sum.max(floor.flatten().map_or(Dec::ZERO, limit));
        Ok((pays, Some(sum)))
    }

    /// An incentive for a roster, for every subject that meets its condition.
    pub(super) fn roster_pay(&self, id: IncentiveId, period: Period) -> Result<Vec<RosterPay>, Fault> {
        let incentive = &self.model.incentives[id];
        let Audience::Table(table, condition) = &incentive.audience else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for key in self.subjects(*table, When::whole(period)) {
            let place = Place::cell(Who::Row(*table, key.clone()), When::whole(period));
            let belongs = condition.as_ref().map(|condition| self.truth(condition, &place)).transpose()?;
            if belongs.is_some_and(|belongs| belongs != Some(true)) {
                continue;
            }
            let (pays, total_pay) = self.paid(incentive, None, &place)?;
            let names = incentive.pays.iter().map(|pay| pay.title.name.clone());
            all.push(RosterPay {
                incentive: incentive.title.name.clone(),
                subject: key.to_string(),
                period: self.model.policy.calendar.show(period),
                pay: names.zip(pays).collect::<IndexMap<_, _>>(),
                total_pay,
                brackets: Vec::new(),
            });
        }
        Ok(all)
    }

    /// `monthly_pay.total` or one pay of it, in a rule: that of the rule's card, else of the subject.
    pub(super) fn pay_field(&self, id: IncentiveId, pay: Option<u32>, place: &Place<'_>) -> Valued {
        let incentive = &self.model.incentives[id];
        let paid = match &incentive.audience {
            Audience::Table(_, condition) => {
                let place = Place::cell(place.who.clone(), place.when);
                let belongs = condition.as_ref().map(|condition| self.truth(condition, &place)).transpose()?;
                if belongs.is_some_and(|belongs| belongs != Some(true)) {
                    return Ok(None);
                }
                self.paid(incentive, None, &place)?
            }
            Audience::Cards(ids) => {
                let mut found = None;
                for card in ids.iter().filter(|card| place.card.is_none_or(|own| own == **card)) {
                    let cards = self.cards(*card, place.when.period)?;
                    if let Some(marked) = own_card(&cards, place) {
                        found = Some(self.paid_by_card(incentive, *card, marked)?);
                    }
                }
                let Some(paid) = found else { return Ok(None) };
                paid
            }
        };
        let amount = match pay {
            None => paid.1,
            Some(place) => paid.0.get(place as usize).copied().flatten(),
        };
        Ok(amount.map(Value::Dec))
    }
}

fn nothing(incentive: &Incentive) -> Paid {
    (vec![Some(Dec::ZERO); incentive.pays.len()], Some(Dec::ZERO))
}

fn total(amounts: &[Dec]) -> Result<Dec, Fault> {
    let mut sum = Dec::ZERO;
    for amount in amounts {
        sum = sum.add(*amount)?;
    }
    Ok(sum)
}
