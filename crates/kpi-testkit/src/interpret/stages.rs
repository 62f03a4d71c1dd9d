//! What is judged by periods of different kinds: each by itself, as if the policy's own period were of that kind.

use std::rc::Rc;

use kpi_check::model::{Model, RollUp, ScorecardId};
use kpi_results::Card;
use kpi_value::{Dec, Period, PeriodKind};

use super::cards::Marked;
use super::{Fault, Interpreter, Place, Who};
use crate::{Data, with_views};

/// The periods of a kind that end in a time: "each card is judged for each of its own periods that ends inside".
pub(super) fn ending_between(model: &Model, kind: PeriodKind, from: Period, to: Period) -> Vec<Period> {
    let calendar = &model.policy.calendar;
    let time = Data::default();
    let reader = Interpreter::new(model, &time, &time);
    if kind <= from.kind {
        let all = (from.index..=to.index).map(|index| Period { kind: from.kind, index });
        return all
            .flat_map(|whole| if kind == from.kind { vec![whole] } else { reader.inside(whole, kind) })
            .collect();
    }
    let first = calendar.period(kind, calendar.start(from)).plus(-1);
    let last = calendar.period(kind, calendar.end(to)).plus(1);
    let all = (first.index..=last.index).map(|index| Period { kind, index });
    let ends = |period: &Period| {
        let inside = reader.inside(*period, from.kind);
        inside.last().is_some_and(|end| (from.index..=to.index).contains(&end.index))
    };
    all.filter(ends).collect()
}

/// The data as of the end of a period, with the rows of views.
pub(super) fn seen_by(model: &Model, exports: &Data, last: Period) -> Result<Data, Fault> {
    let mut data = with_views(model, exports)?;
    data.until.get_or_insert_with(|| model.last_day(last));
    Ok(data)
}

impl Interpreter<'_> {
    /// The cards of a subject of a shorter period inside of that of a place: their periods, and what they came to.
    pub(super) fn shorter_cards(&self, id: ScorecardId, place: &Place<'_>) -> Result<Vec<(Period, Card)>, Fault> {
        let Who::Row(_, key) = &place.who else { return Ok(Vec::new()) };
        let model = self.model.judged_by(self.model.scorecards[id].period);
        let periods = self.inside(place.when.period, model.policy.period);
        let Some(last) = periods.last() else { return Ok(Vec::new()) };
        let data = seen_by(&model, self.exports, *last)?;
        let shorter = Interpreter::new(&model, &data, self.exports);
        let mut found = Vec::new();
        for period in periods {
            let cards: Rc<Vec<Marked>> = shorter.cards(id, period)?;
            let own = cards.iter().filter(|marked| *marked.card.subject == **key);
            found.extend(own.map(|marked| (period, marked.card.clone())));
        }
        Ok(found)
    }
}

/// What cards of shorter periods come to: score and attainment. "Incomplete ones are left out and counted; none is no data."
pub(super) fn roll_up(how: RollUp, cards: &[(Period, Card)]) -> Result<Option<(Dec, Dec)>, Fault> {
    let scores: Vec<Dec> = cards.iter().filter_map(|(_, card)| card.score).collect();
    let attainments: Vec<Dec> = cards.iter().filter_map(|(_, card)| card.attainment).collect();
    let one = |values: &[Dec]| -> Result<Option<Dec>, Fault> {
        if how == RollUp::Worst {
            return Ok(values.iter().copied().min());
        }
        let mut sum = Dec::ZERO;
        for value in values {
            sum = sum.add(*value)?;
        }
        Ok(sum.div(Dec::int(values.len() as i64))?)
    };
    Ok(one(&scores)?.zip(one(&attainments)?))
}
