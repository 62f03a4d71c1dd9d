//! An indicator of a card that serves none of the house's goals: what is it measured for?

use kpi_base::{Diagnostic, codes, text};
use kpi_syntax::ast::{Has, Item, ItemKind, Line};
use rustc_hash::FxHashSet;

use crate::Settings;

pub(super) fn check_goals(items: &[&Item], settings: &Settings, findings: &mut Vec<Diagnostic>) {
    let code = codes::lints::NO_GOAL;
    // A policy without goals is not asked for them, unless the house says so.
    let asked = settings.levels.iter().any(|(of, _)| *of == code)
        || items.iter().any(|item| matches!(item.kind, ItemKind::Goal(_)));
    // Where the policy requires it itself, the check has said so.
    let required = items.iter().any(|item| match &item.kind {
        ItemKind::Require(require) => {
            require.of_each.as_ref().is_some_and(|each| each.tag.is_none() && matches!(each.has, Has::Goal(_)))
        }
        _ => false,
    });
    if !asked || required {
        return;
    }
    let mut on_cards: FxHashSet<&str> = FxHashSet::default();
    for item in items {
        if let ItemKind::Scorecard(card) = &item.kind {
            gather(&card.lines, &mut on_cards);
            let rows = card.weights.iter().flat_map(|grid| &grid.rows);
            on_cards.extend(rows.map(|row| row.line.name.text.as_str()));
        }
    }
    for item in items {
        let ItemKind::Indicator(indicator) = &item.kind else { continue };
        let name = &indicator.name;
        if indicator.supports.is_empty() && on_cards.contains(name.text.as_str()) {
            let message = text!("the indicator `{name}` serves no goal", name = name.text);
            findings.push(
                Diagnostic::new(code, message)
                    .label(name.span, text!("declared here"))
                    .help(text!("add `supports …` with the goal that it serves")),
            );
        }
    }
}

/// The indicators of the lines, without those that are only watched.
fn gather<'a>(lines: &'a [Line], names: &mut FxHashSet<&'a str>) {
    for line in lines {
        match line {
            Line::One(line) if line.watch.is_none() => {
                names.insert(&line.name.text);
            }
            Line::One(_) => {}
            Line::Group(group) => gather(&group.lines, names),
        }
    }
}
