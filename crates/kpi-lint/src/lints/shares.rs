//! How much of a card is a matter of opinion, and how much of it looks beyond the period. Both are asked under every combination
//! of what the weights depend on; the worst is named.

use kpi_base::{Diagnostic, Text, codes, text};
use kpi_check::model::{Indicator, LineKind, Model, ScorecardId};
use kpi_check::shares::{Share, shares};
use kpi_syntax::ast::{Item, ItemKind, Name};
use kpi_value::Dec;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Settings;

pub(super) fn check_shares(model: &Model, items: &[&Item], settings: &Settings, findings: &mut Vec<Diagnostic>) {
    if settings.max_qualitative.is_none() && settings.min_long_term.is_none() {
        return;
    }
    let names: FxHashMap<_, &Name> = items
        .iter()
        .filter_map(|item| if let ItemKind::Scorecard(card) = &item.kind { Some(&card.name) } else { None })
        .map(|name| (name.span, name))
        .collect();
    // What stands in another card is judged there, with what surrounds it.
    let nested: FxHashSet<ScorecardId> = model.scorecards.iter().flat_map(|(_, card)| nested(&card.lines)).collect();
    for (id, card) in model.scorecards.iter() {
        let Some(name) = names.get(&card.title.span).filter(|_| !nested.contains(&id)) else { continue };
        if let Some(most) = settings.max_qualitative {
            let worst = of_tags(model, id, &settings.qualitative_tags)
                .into_iter()
                .reduce(|worst, share| if share.picked > worst.picked { share } else { worst });
            if let Some(worst) = worst.filter(|worst| worst.picked > most) {
                let message = text!(
                    "in the card `{card}` qualitative indicators weigh {share}, more than {most}",
                    card = name.text,
                    share = shown(&worst),
                    most = percent(most)
                );
                findings.push(
                    Diagnostic::new(codes::lints::QUALITATIVE_SHARE, message)
                        .label(name.span, text!("so much of the score is a matter of opinion"))
                        .help(text!("give more weight to what is measured")),
                );
            }
        }
        if let Some(least) = settings.min_long_term {
            let worst = of_tags(model, id, &settings.long_term_tags)
                .into_iter()
                .reduce(|worst, share| if share.picked < worst.picked { share } else { worst });
            if let Some(worst) = worst.filter(|worst| worst.picked < least) {
                let message = text!(
                    "in the card `{card}` long-term indicators weigh {share}, less than {least}",
                    card = name.text,
                    share = shown(&worst),
                    least = percent(least)
                );
                let tags = settings.long_term_tags.iter().map(|tag| Text::verbatim(format!("`tag {tag}`")));
                findings.push(
                    Diagnostic::new(codes::lints::LONG_TERM_SHARE, message)
                        .label(name.span, text!("so little of the score looks beyond the period"))
                        .help(text!(
                            "give more weight to what lasts; long-term indicators are those with {tags}",
                            tags = Text::or_list(tags)
                        )),
                );
            }
        }
    }
}

/// What indicators with one of the tags weigh, where there is a card at all.
fn of_tags(model: &Model, card: ScorecardId, tags: &[String]) -> Vec<Share> {
    let pick = |indicator: &Indicator| indicator.tags.iter().any(|tag| tags.contains(tag));
    // Weights that depend on too much to be added up are reported by the check.
    let mut found = shares(model, card, &pick).unwrap_or_default();
    found.retain(|share| !share.all.is_zero());
    found
}

fn nested(lines: &[kpi_check::model::Line]) -> Vec<ScorecardId> {
    let mut found = Vec::new();
    for line in lines {
        match &line.kind {
            LineKind::Card(card) if line.weight.is_some() => found.push(*card),
            LineKind::Group { lines, .. } => found.extend(nested(lines)),
            _ => {}
        }
    }
    found
}

fn shown(share: &Share) -> Text {
    let value = percent(share.picked);
    if share.combination.is_empty() {
        Text::verbatim(value)
    } else {
        text!("{value} for `{combination}`", value, combination = share.combination.words())
    }
}

fn percent(share: Dec) -> String {
    match share.mul(Dec::int(100)) {
        Ok(hundredths) => format!("{hundredths}%"),
        Err(_) => share.to_string(),
    }
}
