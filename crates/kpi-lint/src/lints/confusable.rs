//! Names that a reader takes for others: letters of several scripts in one name, two names that look the same, or two of one kind
//! that differ in upper and lower case only.

use kpi_base::{Diagnostic, Span, codes, text};
use kpi_syntax::ast::{Item, ItemKind, Name};
use rustc_hash::FxHashMap;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection, skeleton};

pub(super) fn check_names(items: &[&Item], findings: &mut Vec<Diagnostic>) {
    let mut seen: FxHashMap<String, (&str, Span)> = FxHashMap::default();
    let mut folded: FxHashMap<(&str, &str, String), (&str, Span)> = FxHashMap::default();
    for (kind, owner, name) in items.iter().flat_map(|item| declared(item)) {
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
                continue;
            }
            Some(_) => {}
            None => {
                seen.insert(looks, (&name.text, name.span));
            }
        }
        let (other, place) = *folded.entry((kind, owner, name.text.to_lowercase())).or_insert((&name.text, name.span));
        if other != name.text {
            let message =
                text!("`{name}` and `{other}` differ in upper and lower case only", name = name.text, other = other);
            findings.push(
                Diagnostic::new(codes::lints::CONFUSABLE, message)
                    .label(name.span, text!("one name"))
                    .label(place, text!("the other"))
                    .help(text!("give one of the two another name")),
            );
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

/// The names that a declaration makes, each with its kind and, of members and columns, what it belongs to.
fn declared(item: &Item) -> Vec<(&'static str, &str, &Name)> {
    match &item.kind {
        ItemKind::Dimension(d) => {
            let members = d.members.iter().map(|(name, _)| ("member", d.name.text.as_str(), name));
            std::iter::once(("dimension", "", &d.name)).chain(members).collect()
        }
        ItemKind::Roster(t) | ItemKind::Source(t) => {
            let columns = t.columns.iter().map(|column| ("column", t.name.text.as_str(), &column.name));
            std::iter::once(("table", "", &t.name)).chain(columns).collect()
        }
        ItemKind::View(v) => vec![("table", "", &v.name)],
        ItemKind::Param(p) => vec![("param", "", &p.name)],
        ItemKind::Function(f) => vec![("function", "", &f.name)],
        ItemKind::Indicator(i) => vec![("indicator", "", &i.name)],
        ItemKind::Scorecard(s) => vec![("scorecard", "", &s.name)],
        ItemKind::Curve(c) => vec![("curve", "", &c.name)],
        ItemKind::Incentive(i) => vec![("incentive", "", &i.name)],
        ItemKind::Rule(r) => vec![("rule", "", &r.name)],
        ItemKind::Shape(s) => vec![("shape", "", &s.name)],
        ItemKind::Scale(s) => vec![("scale", "", &s.name)],
        ItemKind::Goal(g) => vec![("goal", "", &g.name)],
        _ => Vec::new(),
    }
}
