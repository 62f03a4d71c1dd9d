//! Groups that can hold one subject only: ranked, graded or compared among oneself, everybody is the best.

use kpi_base::{Diagnostic, Span, codes, text};
use kpi_check::model::{AmongFunction, ExprKind, Grade, Model, Path};
use kpi_syntax::ast::{self, Item, ItemKind, Name};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) fn check_groups(model: &Model, items: &[&Item], findings: &mut Vec<Diagnostic>) {
    let mut said: FxHashSet<Span> = FxHashSet::default();
    let mut tell = |place: Span, what: &str, column: String| {
        if said.insert(place) {
            let message = text!("each group of `{what}` has one subject", what);
            findings.push(
                Diagnostic::new(codes::lints::ONE_PERSON_GROUP, message)
                    .label(place, text!("no two subjects have the same `{column}`", column))
                    .help(text!("group by what several have in common, or take `among all`")),
            );
        }
    };
    let files: FxHashSet<_> = items.iter().map(|item| item.span.file).collect();
    for e in model.exprs() {
        let ExprKind::Among(among) = &e.kind else { continue };
        let Some(column) = apart(model, &among.by).filter(|_| files.contains(&e.span.file)) else { continue };
        let what = match among.function {
            AmongFunction::Average => "average(… among …)",
            AmongFunction::Median => "median(… among …)",
            AmongFunction::Min => "min(… among …)",
            AmongFunction::Max => "max(… among …)",
            AmongFunction::Rank => "rank(… among …)",
            AmongFunction::Percentile => "percentile(… among …)",
            AmongFunction::Zscore => "zscore(… among …)",
        };
        tell(e.span, what, column);
    }
    let cards: FxHashMap<Span, &ast::Scorecard> = items
        .iter()
        .filter_map(|item| if let ItemKind::Scorecard(card) = &item.kind { Some((card.name.span, card)) } else { None })
        .collect();
    for (_, card) in model.scorecards.iter() {
        let Some(written) = cards.get(&card.title.span) else { continue };
        if let (Some(Grade::Shares { by, .. }), Some(ast::Grade::Shares(shares))) = (&card.grade, &written.grade)
            && let Some(column) = apart(model, by)
        {
            tell(place(&shares.by).unwrap_or(card.title.span), "grade among …", column);
        }
        if let (Some((names, whole)), Some(column)) = (&written.rank_among, apart(model, &card.rank_among)) {
            tell(place(names).unwrap_or(*whole), "rank among …", column);
        }
    }
}

/// The first of these columns in which no two subjects agree: every reference on the way to it differs for each row, and so does
/// the column.
fn apart(model: &Model, by: &[Path]) -> Option<String> {
    by.iter().find_map(|path| {
        let columns: Option<Vec<_>> = path.0.iter().map(|id| model.tables[id.table].column(id.index)).collect();
        let columns = columns.filter(|columns| !columns.is_empty() && columns.iter().all(|column| column.unique))?;
        Some(columns.iter().map(|column| column.title.name.as_str()).collect::<Vec<_>>().join("."))
    })
}

fn place(columns: &[Vec<Name>]) -> Option<Span> {
    let (first, last) = (columns.first()?.first()?, columns.last()?.last()?);
    Some(first.span.to(last.span))
}
