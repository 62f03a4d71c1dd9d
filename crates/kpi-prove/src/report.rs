//! Bounds and obligations as texts with units, for people and programs.

use kpi_base::{Files, text};
use kpi_check::model::Model;
use kpi_results::{Bounded, Obliged, Proven, Verdict, Witness};

use crate::bounds::Reached;
use crate::findings::{place_name, refuted_texts};
use crate::obligations::State;
use crate::show::show_number;
use crate::{Bounds, Proofs};

/// What was found, in words. The files are those of the policy.
pub fn report(model: &Model, files: &Files, proofs: &Proofs) -> Proven {
    let stated = model.obligations.iter().zip(&proofs.obligations);
    let obligations = stated.map(|(obligation, state)| {
        let (verdict, why, witness) = match state {
            State::Proven { .. } => (Verdict::Proven, None, None),
            State::Undecided(why) => (Verdict::Undecided, Some(why.clone()), None),
            State::Refuted(refutation) => {
                let (message, _) = refuted_texts(model, obligation, refutation);
                let mut inputs = refutation.inputs.clone();
                if let (Some(fall), kpi_check::model::Property::Monotone(id)) = (&refutation.fall, &obligation.property)
                {
                    let name = &model.indicators[*id].title.name;
                    let moved =
                        text!("`{name}` from {worse} to {better}", name, worse = fall.worse, better = fall.better);
                    inputs.insert(0, (moved, String::new()));
                }
                (Verdict::Refuted, Some(message), Some(Witness { case: refutation.case.clone(), inputs }))
            }
        };
        Obliged { text: files.text(obligation.span).to_owned(), verdict, why, witness }
    });
    Proven {
        policy: model.policy.title.clone(),
        obligations: obligations.collect(),
        bounds: proofs.bounds.iter().map(|bounds| bounded(model, files, bounds)).collect(),
    }
}

fn bounded(model: &Model, files: &Files, bounds: &Bounds) -> Bounded {
    let shown = |end: Option<kpi_value::Dec>| end.map(|x| show_number(model, x, bounds.ty));
    let witness = |reached: &Option<Reached>| {
        reached.as_ref().map(|reached| Witness { case: reached.case.clone(), inputs: reached.inputs.clone() })
    };
    let [lowest, highest] = &bounds.reached;
    Bounded {
        result: place_name(model, &bounds.place),
        card: bounds.card.map(|card| model.scorecards[card].title.name.clone()),
        base: bounds.base.clone(),
        low: shown(bounds.range.low),
        high: shown(bounds.range.high),
        unlimited: bounds.free.map(|span| files.text(span).split_whitespace().collect::<Vec<_>>().join(" ")),
        lowest: witness(lowest),
        highest: witness(highest),
    }
}
