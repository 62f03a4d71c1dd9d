//! Obligations as findings: refuted ones are errors, undecided ones warnings, and proven ones are silent.

use kpi_base::{Diagnostic, Join, Text, codes, text};
use kpi_check::model::{Model, Obligation, Place, Property};

use crate::obligations::{Refutation, State, type_of};
use crate::show::show_number;

/// How many inputs a finding lists.
const LISTED: usize = 8;

/// The finding about an obligation; none where it is proven.
pub(crate) fn finding(model: &Model, obligation: &Obligation, state: &State) -> Option<Diagnostic> {
    match state {
        State::Proven { .. } => None,
        State::Undecided(why) => {
            let place = place_name(model, &obligation.place);
            let message = match &obligation.property {
                Property::Within(..) => text!("it cannot be decided whether `{place}` stays within its bounds", place),
                Property::Monotone(id) => {
                    let name = &model.indicators[*id].title.name;
                    text!("it cannot be decided whether `{place}` never falls as `{name}` gets better", place, name)
                }
            };
            Some(
                Diagnostic::new(codes::proofs::UNDECIDED, message)
                    .label(obligation.span, why.clone())
                    .help(text!("`kpi prove` shows the bounds; cover by a policy test what depends on data")),
            )
        }
        State::Refuted(refutation) => Some(refuted(model, obligation, refutation)),
    }
}

/// What refutes an obligation: the message and the label.
pub(crate) fn refuted_texts(model: &Model, obligation: &Obligation, refutation: &Refutation) -> (Text, Text) {
    let place = place_name(model, &obligation.place);
    let shown = |x| show_number(model, x, type_of(&obligation.place));
    let result = shown(refutation.result);
    match (&obligation.property, &refutation.fall) {
        (Property::Monotone(id), Some(fall)) => {
            let name = &model.indicators[*id].title.name;
            let after = shown(fall.result);
            (
                text!("`{place}` falls from {result} to {after} as `{name}` gets better", place, result, after, name),
                text!("`{name}` goes from {worse} to {better}", name, worse = fall.worse, better = fall.better),
            )
        }
        _ => (text!("`{place}` can be {result}", place, result), text!("{result} is not within these bounds", result)),
    }
}

fn refuted(model: &Model, obligation: &Obligation, refutation: &Refutation) -> Diagnostic {
    let (message, label) = refuted_texts(model, obligation, refutation);
    let finding = Diagnostic::new(codes::proofs::REFUTED, message).label(obligation.span, label);
    let card = refutation.card.map(|card| model.scorecards[card].title.name.clone());
    let (case, inputs) = (&refutation.case, inputs_text(refutation));
    let help = match (card, case.is_empty(), inputs) {
        (Some(card), true, Some(inputs)) => text!("on the card `{card}`, with {inputs}", card, inputs),
        (Some(card), true, None) => text!("on the card `{card}`", card),
        (Some(card), false, Some(inputs)) => {
            text!("on the card `{card}` for {case}, with {inputs}", card, case, inputs)
        }
        (Some(card), false, None) => text!("on the card `{card}` for {case}", card, case),
        (None, true, Some(inputs)) => text!("with {inputs}", inputs),
        (None, true, None) => return finding,
        (None, false, Some(inputs)) => text!("for {case}, with {inputs}", case, inputs),
        (None, false, None) => text!("for {case}", case),
    };
    finding.help(help)
}

fn inputs_text(refutation: &Refutation) -> Option<Text> {
    if refutation.inputs.is_empty() {
        return None;
    }
    let shown = refutation.inputs.iter().take(LISTED);
    let mut inputs: Vec<Text> = shown.map(|(name, value)| text!("{name} = {value}", name, value)).collect();
    if let Some(more) = refutation.inputs.len().checked_sub(LISTED).filter(|more| *more > 0) {
        inputs.push(text!("{more} more inputs", more));
    }
    Some(Text::list(inputs, Join::Comma))
}

/// A result as it is written: `monthly_pay.total`.
pub fn place_name(model: &Model, place: &Place) -> String {
    match place {
        Place::Card(card, field) => {
            let field = match field {
                kpi_check::model::CardField::Score => "score",
                kpi_check::model::CardField::Attainment => "attainment",
                kpi_check::model::CardField::Grade => "grade",
                kpi_check::model::CardField::Rank => "rank",
            };
            format!("{}.{field}", model.scorecards[*card].title.name)
        }
        Place::Pay(id, pay) => {
            let incentive = &model.incentives[*id];
            let pay = pay.and_then(|pay| incentive.pays.get(pay as usize));
            format!("{}.{}", incentive.title.name, pay.map_or("total", |pay| pay.title.name.as_str()))
        }
        _ => String::new(),
    }
}
