//! Names that a reader takes for others: letters of several scripts in one name, or two names that look the same.

use kpi_base::{Diagnostic, Span, codes, text};
use kpi_syntax::ast::{Item, ItemKind, Name};
use rustc_hash::FxHashMap;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection, skeleton};

pub(super) fn check_names(items: &[&Item], findings: &mut Vec<Diagnostic>) {
    let mut seen: FxHashMap<String, (&str, Span)> = FxHashMap::default();
    for name in items.iter().flat_map(|item| declared(item)) {
        check_scripts(name, findings);
        let looks: String = skeleton(&name.text).collect();
        match seen.get(&looks) {
            Some((other, place)) if *other != name.text => {
                let message = text!("`{name}` looks like `{other}`", name = name.text, other = *other);
                findings.push(
                    Diagnostic::new(codes::lints::CONFUSABLE, message)
                        .label(name.span, text!("one name"))
                        .label(*place, text!("the other"))
                        .help(text!("give one of the two another name")),
                );
            }
            Some(_) => {}
            None => {
                seen.insert(looks, (&name.text, name.span));
            }
        }
    }
}

/// Latin beside Chinese, Japanese or Korean is usual; any other mixture hides a letter that is not what it seems.
fn check_scripts(name: &Name, findings: &mut Vec<Diagnostic>) {
    if name.text.is_ascii() {
        return;
    }
    let wide = name.text.chars().find(|c| ('\u{ff01}'..='\u{ff5e}').contains(c));
    let message = if let Some(wide) = wide {
        text!("`{name}` has the full-width letter `{wide}`", name = name.text, wide)
    } else if name.text.as_str().detect_restriction_level() > RestrictionLevel::HighlyRestrictive {
        text!("`{name}` mixes letters of several scripts", name = name.text)
    } else {
        return;
    };
    findings.push(
        Diagnostic::new(codes::lints::CONFUSABLE, message)
            .label(name.span, text!("not what it seems"))
            .help(text!("type the name anew, in one script")),
    );
}

/// The names that a declaration makes.
fn declared(item: &Item) -> Vec<&Name> {
    match &item.kind {
        ItemKind::Dimension(d) => std::iter::once(&d.name).chain(d.members.iter().map(|(name, _)| name)).collect(),
        ItemKind::Roster(t) | ItemKind::Source(t) => {
            std::iter::once(&t.name).chain(t.columns.iter().map(|column| &column.name)).collect()
        }
        ItemKind::View(v) => vec![&v.name],
        ItemKind::Param(p) => vec![&p.name],
        ItemKind::Function(f) => vec![&f.name],
        ItemKind::Indicator(i) => vec![&i.name],
        ItemKind::Scorecard(s) => vec![&s.name],
        ItemKind::Curve(c) => vec![&c.name],
        ItemKind::Incentive(i) => vec![&i.name],
        ItemKind::Rule(r) => vec![&r.name],
        ItemKind::Goal(g) => vec![&g.name],
        _ => Vec::new(),
    }
}
