//! The lowest and the highest result of each card and incentive, with the case and the inputs that reach them.

use kpi_base::{Span, Text};
use kpi_check::model::{CardField, IncentiveId, Model, Place, ScorecardId, Type};
use kpi_check::ranges::Ranges;
use kpi_value::{Dec, Value};

use crate::cases::Case;
use crate::obligations::{Unit, inputs_shown, result, type_of, units_of};
use crate::pay::{Base, base_of};
use crate::replay::Outcome;
use crate::scene::Scene;
use crate::search::Search;
use crate::value::Range;

/// The bounds of one result.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds {
    /// The card of the subject, for a pay of several cards.
    pub card: Option<ScorecardId>,
    /// Which result.
    pub place: Place,
    /// Its unit; of a multiple of a base that of a ratio.
    pub ty: Type,
    /// The attribute of which it is a multiple: `staff.salary`.
    pub base: Option<String>,
    /// The lowest and the highest, over all cases.
    pub range: Range,
    /// What has no limit, where an end has none: its text in the policy.
    pub free: Option<Span>,
    /// In which cases the lowest and the highest are, and what reaches them; none where no input was found that does.
    pub reached: [Option<Reached>; 2],
}

/// What reaches a bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// In which case; empty if there is just one.
    pub case: Text,
    /// By which inputs.
    pub inputs: Vec<(Text, String)>,
}

/// The bounds of all cards and incentives.
pub(crate) fn bounds(model: &Model, ranges: &Ranges<'_>) -> Vec<Bounds> {
    let mut all = Vec::new();
    for (id, card) in model.scorecards.iter() {
        let unit = Unit::new(model, ranges, Some(id), None, card.table);
        let places = [Place::Card(id, CardField::Score), Place::Card(id, CardField::Attainment)];
        all.extend(bounds_of(model, ranges, &unit, &places, None));
    }
    for (id, _) in model.incentives.iter() {
        let units = units_of(model, ranges, id);
        for unit in &units {
            let several = units.len() > 1;
            let mut found =
                bounds_of(model, ranges, unit, &pays(model, id), base_of(model, &model.incentives[id]).as_ref());
            found.iter_mut().for_each(|bounds| bounds.card = unit.subject.card.filter(|_| several));
            all.extend(found);
        }
    }
    all
}

fn pays(model: &Model, id: IncentiveId) -> Vec<Place> {
    let count = model.incentives[id].pays.len() as u32;
    let single = (0..count).map(|pay| Place::Pay(id, Some(pay)));
    single.chain([Place::Pay(id, None)]).collect()
}

fn bounds_of(
    model: &Model,
    ranges: &Ranges<'_>,
    unit: &Unit<'_>,
    places: &[Place],
    base: Option<&Base>,
) -> Vec<Bounds> {
    /// A range, the cases in which its ends are reached, and why it has no end.
    type Found = (Range, usize, usize, Option<Span>);
    let cases = unit.cases();
    let mut found: Vec<Option<Found>> = vec![None; places.len()];
    for (index, case) in cases.iter().enumerate() {
        let mut scene = Scene::new(model, ranges, case);
        if let Some(base) = base {
            scene.pins.insert(base.print.clone(), Value::Dec(Dec::ONE));
            scene.multiples = true;
        }
        for (place, slot) in places.iter().zip(&mut found) {
            let Some(value) = result(&mut scene, unit.subject, place) else { continue };
            let range = value.range;
            *slot = Some(match *slot {
                None => (range, index, index, value.free),
                Some((known, low, high, free)) => {
                    let lower = range.low.is_none_or(|low| known.low.is_some_and(|known| low < known));
                    let higher = range.high.is_none_or(|high| known.high.is_some_and(|known| high > known));
                    let (low, high) = (if lower { index } else { low }, if higher { index } else { high });
                    (known.join(range), low, high, free.or(value.free))
                }
            });
        }
    }
    let mut all = Vec::new();
    for (place, found) in places.iter().zip(found) {
        let Some((range, low, high, free)) = found else { continue };
        let reached = [(range.low, low), (range.high, high)].map(|(end, index)| {
            let (end, case) = (end?, cases.get(index)?);
            reach(model, ranges, unit, case, place, base, end)
        });
        all.push(Bounds {
            card: None,
            place: place.clone(),
            ty: if base.is_some() { Type::RATIO } else { type_of(place) },
            base: base.map(|base| {
                let names = base.path.0.iter().map(|column| model.column(*column).title.name.as_str());
                let table = base.path.table().map(|table| model.tables[table].title.name.as_str());
                table.into_iter().chain(names).collect::<Vec<_>>().join(".")
            }),
            range,
            free: free.filter(|_| range.low.is_none() || range.high.is_none()),
            reached,
        });
    }
    all
}

/// A sample that comes to a bound, its inputs taken as independent of each other.
fn reach(
    model: &Model,
    ranges: &Ranges<'_>,
    unit: &Unit<'_>,
    case: &Case,
    place: &Place,
    base: Option<&Base>,
    end: Dec,
) -> Option<Reached> {
    let search = Search::new((model, ranges), unit.subject, case, &unit.inputs);
    let own = |outcome: &Outcome| match place {
        Place::Card(_, CardField::Score) => outcome.score,
        Place::Card(..) => outcome.attainment,
        Place::Pay(_, Some(pay)) => outcome.pays.get(*pay as usize).copied().flatten(),
        _ => outcome.total,
    };
    for samples in [search.ground(), search.around()] {
        let outcomes = search.evaluate(&samples);
        for (sample, outcome) in samples.iter().zip(&outcomes) {
            let Some(value) = own(outcome) else { continue };
            let bound = match base {
                None => Some(end),
                Some(base) => {
                    let place = unit.inputs.place(&base.print)?;
                    let amount = sample.get(place)?.as_ref()?.as_dec().filter(|amount| !amount.is_zero());
                    let Some(amount) = amount else { continue };
                    end.mul(amount).ok()
                }
            };
            if bound == Some(value) {
                return Some(Reached { case: case.shown.clone(), inputs: inputs_shown(model, &unit.inputs, sample) });
            }
        }
    }
    None
}
