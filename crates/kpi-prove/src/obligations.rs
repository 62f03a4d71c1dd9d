//! Obligations: proven, refuted by an input that replays, or undecided for a reason.

use kpi_base::{Text, text};
use kpi_check::model::{
    Audience, CardField, Expr, IncentiveId, IndicatorId, Model, Obligation, Place, Property, ScorecardId, TableId, Type,
};
use kpi_check::ranges::Ranges;
use kpi_value::{Dec, Value};

use crate::cases::{Case, Cases};
use crate::inputs::{Inputs, Kind};
use crate::pay::{Base, base_of, each_expr, is_multiple};
use crate::replay::{Outcome, Sample, Subject};
use crate::scene::Scene;
use crate::search::Search;
use crate::show::{show_range, show_value};
use crate::value::{Number, Range};

/// What became of an obligation.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It holds, whatever is measured; in how many cases it was looked at.
    Proven {
        /// How many combinations of what the policy depends on there are.
        cases: usize,
    },
    /// It does not, as this input shows.
    Refuted(Box<Refutation>),
    /// Nobody knows.
    Undecided(Text),
}

/// An input that breaks an obligation, as the value stage evaluated it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refutation {
    /// In which case: `stage = growth`; empty if there is just one.
    pub case: Text,
    /// The card of the subject, where several could have been meant.
    pub card: Option<ScorecardId>,
    /// Every input with its value.
    pub inputs: Vec<(Text, String)>,
    /// The result; of a fall that before it.
    pub result: Dec,
    /// For a fall: the better value of the indicator, and the smaller result.
    pub fall: Option<Fall>,
}

/// How a result falls as an indicator gets better.
#[derive(Clone, Debug, PartialEq)]
pub struct Fall {
    /// The worse actual.
    pub worse: String,
    /// The better one.
    pub better: String,
    /// The result of the better one.
    pub result: Dec,
}

/// The card and the incentive that a result belongs to, with their cases and inputs.
pub(crate) struct Unit<'m> {
    pub subject: Subject,
    /// None where there are too many cases.
    pub cases: Option<Vec<Case>>,
    pub inputs: Inputs<'m>,
}

/// How many cases are searched for an input that breaks an obligation.
const SEARCHED: usize = 12;

impl<'m> Unit<'m> {
    pub fn new(
        model: &'m Model,
        ranges: &'m Ranges<'m>,
        card: Option<ScorecardId>,
        incentive: Option<IncentiveId>,
        table: TableId,
    ) -> Unit<'m> {
        let (mut cases, mut inputs) = (Cases::new(model), Inputs::new(model, ranges));
        if let Some(card) = card {
            cases.card(&model.scorecards[card]);
            inputs.card(&model.scorecards[card]);
        }
        if let Some(incentive) = incentive {
            let incentive = &model.incentives[incentive];
            each_expr(incentive, &mut |e| cases.expr(e));
            if let Audience::Table(_, Some(condition)) = &incentive.audience {
                cases.expr(condition);
                inputs.expr(condition);
            }
            inputs.incentive(incentive);
        }
        cases.keys().into_iter().for_each(|key| inputs.expr(key));
        let conditions: Vec<&Expr> = match (card, incentive.map(|id| &model.incentives[id].audience)) {
            (Some(card), _) => model.scorecards[card].condition.iter().collect(),
            (None, Some(Audience::Table(_, condition))) => condition.iter().collect(),
            _ => Vec::new(),
        };
        let possible = |case: &Case| {
            let scene = Scene::new(model, ranges, case);
            conditions.iter().all(|condition| scene.truth(condition).can_be_true)
        };
        Unit { subject: Subject { table, card, incentive }, cases: cases.all(possible), inputs }
    }

    /// The cases, or one that says nothing where there are too many.
    pub fn cases(&self) -> Vec<Case> {
        self.cases.clone().unwrap_or_else(|| vec![Case::default()])
    }
}

/// The units of a result.
pub(crate) fn units<'m>(model: &'m Model, ranges: &'m Ranges<'m>, place: &Place) -> Vec<Unit<'m>> {
    match place {
        Place::Card(card, _) => vec![Unit::new(model, ranges, Some(*card), None, model.scorecards[*card].table)],
        Place::Pay(id, _) => units_of(model, ranges, *id),
        _ => Vec::new(),
    }
}

/// The units of an incentive: one for each of its cards.
pub(crate) fn units_of<'m>(model: &'m Model, ranges: &'m Ranges<'m>, id: IncentiveId) -> Vec<Unit<'m>> {
    let incentive = &model.incentives[id];
    match &incentive.audience {
        Audience::Cards(cards) => {
            cards.iter().map(|card| Unit::new(model, ranges, Some(*card), Some(id), incentive.table)).collect()
        }
        Audience::Table(table, _) => vec![Unit::new(model, ranges, None, Some(id), *table)],
    }
}

/// A result in a scene; none where nobody has it.
pub(crate) fn result(scene: &mut Scene<'_>, subject: Subject, place: &Place) -> Option<Number> {
    let model = scene.model;
    let card = match subject.card {
        Some(id) => Some((id, scene.card(id)?)),
        None => None,
    };
    match place {
        Place::Card(_, CardField::Score) => card.map(|(_, card)| card.score),
        Place::Card(..) => card.map(|(_, card)| card.attainment),
        Place::Pay(id, pay) => {
            let value = scene.pay(&model.incentives[*id], card);
            match pay {
                Some(pay) => value.pays.get(*pay as usize).copied(),
                None => Some(value.total),
            }
        }
        _ => None,
    }
}

/// The same of an outcome.
fn outcome_of(outcome: &Outcome, place: &Place) -> Option<Dec> {
    match place {
        Place::Card(_, CardField::Score) => outcome.score,
        Place::Card(..) => outcome.attainment,
        Place::Pay(_, Some(pay)) => outcome.pays.get(*pay as usize).copied().flatten(),
        Place::Pay(..) => outcome.total,
        _ => None,
    }
}

/// The type of a result.
pub(crate) const fn type_of(place: &Place) -> Type {
    match place {
        Place::Card(_, CardField::Score) => Type::POINTS,
        Place::Card(..) => Type::RATIO,
        _ => Type::MONEY,
    }
}

/// The base of an incentive in whose multiples a result can be told, if it is never negative.
fn base_for(model: &Model, ranges: &Ranges<'_>, place: &Place) -> (Option<Base>, Option<Text>) {
    let Place::Pay(id, _) = place else { return (None, None) };
    let Some(base) = base_of(model, &model.incentives[*id]) else { return (None, None) };
    let range = base.path.last().map_or(Range::ALL, |last| Range::of(&ranges.column(last)));
    if range.low.is_some_and(|low| low >= Dec::ZERO) {
        return (Some(base), None);
    }
    let column = base.path.last().map(|last| model.column(last).title.name.clone()).unwrap_or_default();
    let why = text!("`{column}` may be negative: its column says no `≥ 0`", column);
    (None, Some(why))
}

fn count_in(scene: &mut Scene<'_>, base: &Base) {
    scene.pins.insert(base.print.clone(), Value::Dec(Dec::ONE));
    scene.multiples = true;
}

/// Decides an obligation.
pub(crate) fn decide(model: &Model, ranges: &Ranges<'_>, obligation: &Obligation) -> State {
    let units = units(model, ranges, &obligation.place);
    match &obligation.property {
        Property::Within(low, high, closed) => within(model, ranges, &units, &obligation.place, (low, high, *closed)),
        Property::Monotone(id) => monotone(model, ranges, &units, &obligation.place, *id),
    }
}

fn within(
    model: &Model,
    ranges: &Ranges<'_>,
    units: &[Unit<'_>],
    place: &Place,
    (low, high, closed): (&Expr, &Expr, bool),
) -> State {
    let (base, negative) = base_for(model, ranges, place);
    let multiple = |base: &Base| is_multiple(model, low, &base.print) && is_multiple(model, high, &base.print);
    let constant = low.as_const_dec().is_some() && high.as_const_dec().is_some();
    let base = base.filter(|base| multiple(base) && !constant);
    let mut count = 0;
    let mut open: Vec<(&Unit<'_>, Case)> = Vec::new();
    let (mut shown, mut free) = (None::<Range>, None);
    for unit in units {
        for case in unit.cases() {
            let mut scene = Scene::new(model, ranges, &case);
            base.iter().for_each(|base| count_in(&mut scene, base));
            count += 1;
            let Some(value) = result(&mut scene, unit.subject, place) else { continue };
            let (least, most) = (scene.number(low).range.high, scene.number(high).range.low);
            let above = value.range.low.zip(least).is_some_and(|(value, least)| least <= value);
            let fits = |value: Dec, most: Dec| value < most || closed && value == most;
            let below = value.range.high.zip(most).is_some_and(|(value, most)| fits(value, most));
            if !(above && below) {
                shown = Some(shown.map_or(value.range, |known: Range| known.join(value.range)));
                free = free.or(value.free);
                open.push((unit, case));
            }
        }
    }
    if open.is_empty() {
        return State::Proven { cases: count };
    }
    let mut conflict = None;
    for (unit, case) in open.iter().take(SEARCHED) {
        let search = Search::new((model, ranges), unit.subject, case, &unit.inputs);
        let samples = search.around();
        let outcomes = search.evaluate(&samples);
        for (sample, outcome) in samples.iter().zip(&outcomes) {
            let Some(value) = outcome_of(outcome, place) else { continue };
            let mut scene = Scene::new(model, ranges, case);
            pin(&mut scene, &unit.inputs, sample);
            let (Some(least), Some(most)) = (scene.number(low).range.as_point(), scene.number(high).range.as_point())
            else {
                continue;
            };
            if least <= value && (value < most || closed && value == most) {
                continue;
            }
            if base.is_some() && within_rounding(model, place, value, (least, most)) {
                continue;
            }
            if let Some(why) = search.conflict(sample, None) {
                conflict = conflict.or(Some(why));
                continue;
            }
            return State::Refuted(Box::new(Refutation {
                case: case.shown.clone(),
                card: unit.subject.card.filter(|_| units.len() > 1),
                inputs: inputs_shown(model, &unit.inputs, sample),
                result: value,
                fall: None,
            }));
        }
    }
    if let Some(why) = conflict.or(negative.filter(|_| !constant)) {
        return State::Undecided(why);
    }
    if units.iter().any(|unit| unit.cases.is_none()) {
        return State::Undecided(text!("the card depends on more combinations than can be looked at one by one"));
    }
    let range = show_range(model, shown.unwrap_or(Range::ALL), type_of(place));
    State::Undecided(match base {
        Some(_) => text!("what can be shown is wider than what is claimed, and no input was found that breaks it"),
        None => text!("what can be shown is {range}, and no input was found that breaks it", range),
    })
}

/// Whether a sum of rounded pays lies as near to its bounds as rounding alone explains.
fn within_rounding(model: &Model, place: &Place, value: Dec, (low, high): (Dec, Dec)) -> bool {
    let Place::Pay(id, _) = place else { return false };
    let slack = model.incentives[*id].pays.iter().try_fold(Dec::ZERO, |all, pay| all.add(pay.round_to));
    let Ok(slack) = slack else { return false };
    low.sub(slack).is_ok_and(|low| low <= value) && high.add(slack).is_ok_and(|high| value <= high)
}

fn monotone(model: &Model, ranges: &Ranges<'_>, units: &[Unit<'_>], place: &Place, id: IndicatorId) -> State {
    let (base, negative) = base_for(model, ranges, place);
    let mut count = 0;
    let mut open: Vec<(&Unit<'_>, Case)> = Vec::new();
    let mut doubts: Vec<Text> = Vec::new();
    for unit in units {
        for case in unit.cases() {
            count += 1;
            let mut never_falls = false;
            for base in [None, base.as_ref()] {
                let mut scene = Scene::new(model, ranges, &case);
                scene.track(id);
                if let Some(base) = base {
                    count_in(&mut scene, base);
                }
                let trend = result(&mut scene, unit.subject, place).map(|value| value.trend);
                never_falls = trend.is_none_or(|trend| trend.never_falls());
                if never_falls {
                    break;
                }
                for doubt in scene.doubts.take() {
                    if !doubts.contains(&doubt) {
                        doubts.push(doubt);
                    }
                }
            }
            if !never_falls {
                open.push((unit, case));
            }
        }
    }
    if open.is_empty() {
        return State::Proven { cases: count };
    }
    let mut conflict = None;
    let mut followed = Scene::new(model, ranges, &EMPTY);
    followed.track(id);
    for (unit, case) in open.iter().take(SEARCHED) {
        let search = Search::new((model, ranges), unit.subject, case, &unit.inputs);
        for (tracked, _) in &followed.tracked {
            let Some(input) = unit.inputs.place_of(*tracked) else { continue };
            let of = |outcome: &Outcome| outcome_of(outcome, place);
            let Some((worse, better, before, after)) = search.falling(input, &of) else { continue };
            let why = search.conflict(&worse, Some(input)).or_else(|| search.conflict(&better, Some(input)));
            if let Some(why) = why {
                conflict = conflict.or(Some(why));
                continue;
            }
            // What other cells make of the indicator does not stay as it was assumed.
            if !doubts.is_empty() {
                continue;
            }
            let ty = model.indicators[*tracked].formula.ty;
            let at = |sample: &Sample| {
                let value = sample.get(input).and_then(Option::as_ref);
                value.map(|value| show_value(model, value, ty)).unwrap_or_default()
            };
            let mut inputs = inputs_shown(model, &unit.inputs, &worse);
            let name = unit.inputs.list.get(input).map(|input| input.name.clone());
            inputs.retain(|(own, _)| Some(own) != name.as_ref());
            return State::Refuted(Box::new(Refutation {
                case: case.shown.clone(),
                card: unit.subject.card.filter(|_| units.len() > 1),
                inputs,
                result: before,
                fall: Some(Fall { worse: at(&worse), better: at(&better), result: after }),
            }));
        }
    }
    if let Some(why) = conflict.or(doubts.into_iter().next()).or(negative) {
        return State::Undecided(why);
    }
    if units.iter().any(|unit| unit.cases.is_none()) {
        return State::Undecided(text!("the card depends on more combinations than can be looked at one by one"));
    }
    let name = &model.indicators[id].title.name;
    State::Undecided(text!("`{name}` is in places that may pull apart, and no input was found that breaks it", name))
}

static EMPTY: std::sync::LazyLock<Case> = std::sync::LazyLock::new(Case::default);

fn pin(scene: &mut Scene<'_>, inputs: &Inputs<'_>, sample: &Sample) {
    for (input, value) in inputs.list.iter().zip(sample) {
        if let Some(value) = value {
            scene.pins.insert(input.print.clone(), value.clone());
        }
    }
}

/// The inputs of a sample as people read them: what indicators measure first.
pub(crate) fn inputs_shown(model: &Model, inputs: &Inputs<'_>, sample: &Sample) -> Vec<(Text, String)> {
    let mut shown = Vec::new();
    for measured in [true, false] {
        for (input, value) in inputs.list.iter().zip(sample) {
            let Some(value) = value.as_ref().filter(|_| matches!(input.kind, Kind::Actual(_)) == measured) else {
                continue;
            };
            // Which member it is stands in the case.
            if !matches!(value, Value::Member(_)) {
                shown.push((input.name.clone(), show_value(model, value, input.ty)));
            }
        }
    }
    shown
}
