//! A card with too many indicators: each decides too little for anybody to care.

use kpi_base::{Diagnostic, codes, text};
use kpi_syntax::ast::{Item, ItemKind, Line};

pub(super) fn check_size(items: &[&Item], most: usize, findings: &mut Vec<Diagnostic>) {
    for item in items {
        let ItemKind::Scorecard(card) = &item.kind else { continue };
        let mut rows: Vec<&str> = Vec::new();
        collect(&card.lines, &mut rows);
        if let Some(grid) = &card.weights {
            rows.extend(grid.rows.iter().map(|row| row.line.name.text.as_str()));
        }
        rows.sort_unstable();
        rows.dedup();
        let count = rows.len();
        if count > most {
            let name = &card.name.text;
            let finding = Diagnostic::new(
                codes::lints::TOO_MANY_INDICATORS,
                text!("the card `{name}` has {count} indicators, more than {most}", name, count, most),
            );
            findings.push(
                finding
                    .label(card.name.span, text!("each decides little of the score"))
                    .help(text!("keep those that matter, and show the others with `watch`")),
            );
        }
    }
}

/// The indicators of the lines, without those that are only watched.
fn collect<'a>(lines: &'a [Line], names: &mut Vec<&'a str>) {
    for line in lines {
        match line {
            Line::One(line) if line.watch.is_none() => names.push(&line.name.text),
            Line::One(_) => {}
            Line::Group(group) => collect(&group.lines, names),
        }
    }
}
