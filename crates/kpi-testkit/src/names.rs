//! Whether names stand for what the checker says: the occurrences of a policy, found without it, against its model.

use kpi_base::Span;
use kpi_check::model::{DimensionId, Expr, ExprKind, Model, Type};
use kpi_check::occurrences::{Occurrences, Symbol, SymbolKind};
use kpi_syntax::ast::File;
use kpi_value::Value;

/// The text of each name of which the occurrences say something else than the model, with what they say; and how many names agree.
/// What is bound to an entry of a library is written into its text, where names stand for what the entry takes: that is left out.
pub fn disagreements(files: &[File], occurrences: &Occurrences, model: &Model) -> (Vec<String>, usize) {
    let (mut found, mut agreed) = (Vec::new(), 0);
    let text = |span: Span| {
        let file = files.iter().find(|file| file.items.first().is_some_and(|item| item.span.file == span.file))?;
        Some((file.text.0.get(span.start as usize..span.end as usize)?, file.library))
    };
    for e in model.exprs() {
        let Some((text, false)) = text(e.span) else { continue };
        match agrees(model, occurrences, e) {
            _ if text == "self" || text == "自身" => {}
            Some(true) => agreed += 1,
            Some(false) => found.push(format!("{text}: {:?}", symbol(occurrences, e.span, true))),
            None => {}
        }
    }
    found.sort();
    found.dedup();
    (found, agreed)
}

/// The symbol of the name with which a place begins or ends.
fn symbol(occurrences: &Occurrences, span: Span, at_end: bool) -> Option<&Symbol> {
    let found = occurrences.in_file(span.file).iter();
    let mut found = found.filter(|o| if at_end { o.span.end == span.end } else { o.span.start == span.start });
    occurrences.symbol(found.next()?.symbol)
}

/// Whether an expression of the model is of what its names stand for; `None` where it is of no name.
fn agrees(model: &Model, occurrences: &Occurrences, e: &Expr) -> Option<bool> {
    let is = |place: Span, at_end: bool| symbol(occurrences, e.span, at_end).is_some_and(|found| found.span == place);
    match &e.kind {
        ExprKind::Column(path) => {
            let column = model.column(path.last()?);
            let found = symbol(occurrences, e.span, true);
            let is_dimension = |d: DimensionId| {
                found.is_some_and(|found| {
                    found.kind == SymbolKind::Dimension && found.span == model.dimensions[d].title.span
                })
            };
            // A key of a table may be the dimension of a column.
            let dimension = matches!(column.ty, Type::Member(d) if is_dimension(d));
            // A key of a view bears the name of the column that it takes.
            let key = symbol(occurrences, column.title.span, true);
            Some(dimension || is(column.title.span, true) || (key.is_some() && key == found))
        }
        // The fields of the line are seen alone in a rule for each indicator.
        ExprKind::Indicator(id, _) => {
            let alone = symbol(occurrences, e.span, false).is_none();
            Some(alone || is(model.indicators[*id].title.span, false))
        }
        ExprKind::Param(id, _) => Some(is(model.params[*id].title.span, false)),
        ExprKind::Const(Some(Value::Member(place))) => {
            let Type::Member(dimension) = e.ty else { return None };
            let member = model.dimensions[dimension].members.get(*place as usize)?;
            let found = symbol(occurrences, e.span, true);
            Some(found.is_some_and(|found| found.kind == SymbolKind::Member && found.name == member.name))
        }
        _ => None,
    }
}
