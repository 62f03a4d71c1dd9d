//! What shapes and parameters of entries may say, and whether a column is what a shape wants.

use kpi_base::{Diagnostic, Span, codes::names as codes, text};
use kpi_syntax::ast::{self, Indicator, Table, TypeKind, TypeName};

use super::Module;
use crate::names::nearest;

/// The types of values, and of columns that may be a text or a reference.
const TYPES: &[&str] = &[
    "bool", "text", "number", "count", "ratio", "money", "duration", "date", "datetime", "month", "quarter", "year",
    "points", KEY,
];

/// What tells rows apart: a text or a reference.
pub(super) const KEY: &str = "key";

/// A type as people write it.
pub fn show_type(ty: &TypeName) -> String {
    let optional = if ty.optional { "?" } else { "" };
    match &ty.kind {
        TypeKind::Named(name) => format!("{}{optional}", name.word()),
        TypeKind::Reference(name) => format!("-> {}{optional}", name.text),
    }
}

/// Whether a column of a table is what a column of a shape wants. What lies in periods by it may be a date or a time.
pub(super) fn fits(wanted: &ast::Column, found: &TypeName) -> bool {
    if found.optional && !wanted.ty.optional {
        return false;
    }
    match (&wanted.ty.kind, &found.kind) {
        (TypeKind::Reference(_), TypeKind::Reference(_)) => true,
        (TypeKind::Named(wanted), TypeKind::Reference(_)) => wanted.word() == KEY,
        (TypeKind::Reference(_), TypeKind::Named(_)) => false,
        (TypeKind::Named(name), TypeKind::Named(found)) => {
            let found = found.word();
            match name.word() {
                KEY => found == "text",
                "number" => matches!(found, "number" | "count" | "ratio" | "points"),
                "date" | "datetime" if wanted.time.is_some() => {
                    matches!(found, "date" | "datetime" | "month" | "quarter" | "year")
                }
                word => word == found,
            }
        }
    }
}

/// Whether values of one type may stand for values of another.
pub(super) fn same_kind(wanted: &TypeName, found: &TypeName) -> bool {
    let plain = |name: &str| matches!(name, "number" | "count" | "ratio" | "points");
    match (&wanted.kind, &found.kind) {
        (TypeKind::Named(a), TypeKind::Named(b)) => a.word() == b.word() || (plain(a.word()) && plain(b.word())),
        _ => true,
    }
}

/// Whether a literal is no value of a type; what else is written is checked where it is used.
pub(super) fn contradicts(ty: &TypeName, e: &ast::Expr) -> bool {
    let TypeKind::Named(name) = &ty.kind else { return false };
    let (number, zero) = match &e.kind {
        ast::ExprKind::Number(number) => (Some(&number.unit), number.value == kpi_value::Dec::ZERO),
        ast::ExprKind::Text(_) => return !matches!(name.word(), "text" | KEY),
        ast::ExprKind::Bool(_) => return name.word() != "bool",
        ast::ExprKind::Date(_) => return !matches!(name.word(), "date" | "datetime"),
        _ => return false,
    };
    match (name.word(), number) {
        ("money" | "duration", Some(ast::Unit::None)) => !zero,
        ("money", Some(unit)) => !matches!(unit, ast::Unit::Money(_)),
        ("duration", Some(unit)) => *unit != ast::Unit::Duration,
        ("number" | "count" | "points" | "ratio", Some(unit)) => {
            matches!(unit, ast::Unit::Money(_) | ast::Unit::Duration)
        }
        ("bool" | "text" | "date" | "datetime" | "month" | "quarter" | "year", Some(_)) => true,
        _ => false,
    }
}

/// Checks a shape.
pub(super) fn check_shape(shape: &Table, faulty: bool, module: Option<&Module<'_>>, diagnostics: &mut Vec<Diagnostic>) {
    if shape.columns.is_empty() && !faulty {
        diagnostics.push(
            Diagnostic::new(codes::SHAPE, text!("the shape `{name}` has no columns", name = shape.name.text))
                .label(shape.name.span, text!("every table would fit it"))
                .help(text!("name what entries read: `gmv: money`")),
        );
    }
    for column in &shape.columns {
        let first = shape.columns.iter().find(|other| other.name.text == column.name.text);
        if let Some(first) = first.filter(|first| first.span != column.span) {
            diagnostics.push(crate::names::duplicate(&column.name.text, column.name.span, first.name.span));
        }
        let own: [(&str, Option<Span>); 5] = [
            ("subject", column.subject),
            ("unique", column.unique),
            ("in", column.seconds.as_ref().map(|(_, span)| *span)),
            ("digits", column.digits.as_ref().map(|(_, span)| *span)),
            ("label", column.label),
        ];
        let rule = (!column.rules.is_empty()).then_some(column.span);
        let refused = own.into_iter().find_map(|(word, span)| Some((word, span?)));
        if let Some((word, span)) = refused.or_else(|| Some(("≥", rule?))) {
            diagnostics.push(
                Diagnostic::new(codes::SHAPE, text!("`{word}` is for the table that fits the shape to say", word))
                    .label(span, text!("in a shape it means nothing"))
                    .help(text!(
                        "a shape says names and types, `key`, `time`, and `from \"…\"` for what exports call the column"
                    )),
            );
        }
        check_type(&column.ty, module, true, diagnostics);
    }
    for exclude in &shape.exclude {
        diagnostics.push(
            Diagnostic::new(
                codes::SHAPE,
                text!("`{word}` is for the table that fits the shape to say", word = "exclude"),
            )
            .label(exclude.span, text!("in a shape it means nothing"))
            .help(text!(
                "a shape says names and types, `key`, `time`, and `from \"…\"` for what exports call the column"
            )),
        );
    }
}

/// Checks what an entry takes.
pub(super) fn check_params(indicator: &Indicator, module: Option<&Module<'_>>, diagnostics: &mut Vec<Diagnostic>) {
    for (place, param) in indicator.params.iter().enumerate() {
        let mut others = indicator.params.iter().take(place);
        if let Some(first) = others.find(|other| other.name.text == param.name.text) {
            diagnostics.push(crate::names::duplicate(&param.name.text, param.name.span, first.name.span));
        }
        if is_table(&param.ty, module) {
            if let Some(default) = &param.default {
                diagnostics.push(
                    Diagnostic::new(codes::SHAPE, text!("only a value has a default"))
                        .label(default.span, text!("`{name}` is a table", name = param.name.text))
                        .help(text!("whoever binds the entry says which table it is")),
                );
            }
            continue;
        }
        check_type(&param.ty, module, false, diagnostics);
        if let Some(default) = param.default.as_ref().filter(|default| contradicts(&param.ty, default)) {
            diagnostics.push(no_value(&param.name.text, &param.ty, default.span));
        }
    }
}

/// The finding that a literal is no value of a parameter.
pub(super) fn no_value(name: &str, ty: &TypeName, span: Span) -> Diagnostic {
    let wanted = show_type(ty);
    Diagnostic::new(codes::ENTRY_ARGUMENTS, text!("`{name}` is a value of type `{wanted}`", name, wanted))
        .label(span, text!("this is none"))
        .help(text!("write one with its unit: `30s`, `5000元`, `90%`"))
}

/// Whether a parameter is a table.
pub(super) fn is_table(ty: &TypeName, module: Option<&Module<'_>>) -> bool {
    match &ty.kind {
        TypeKind::Named(name) => module.is_some_and(|module| module.shapes.contains_key(name.text.as_str())),
        TypeKind::Reference(_) => false,
    }
}

fn check_type(ty: &TypeName, module: Option<&Module<'_>>, column: bool, diagnostics: &mut Vec<Diagnostic>) {
    let Some(module) = module else { return };
    let shapes = || module.shapes.keys().copied();
    let (name, mut known): (&ast::Name, Vec<&str>) = match &ty.kind {
        TypeKind::Named(name) if TYPES.contains(&name.word()) => return,
        // A package may have dimensions of its own.
        TypeKind::Named(_) if module.name.is_empty() && column => return,
        TypeKind::Named(name) => {
            (name, if column { TYPES.to_vec() } else { TYPES.iter().copied().chain(shapes()).collect() })
        }
        TypeKind::Reference(name) if module.shapes.contains_key(name.text.as_str()) => return,
        TypeKind::Reference(name) => (name, shapes().collect()),
    };
    known.sort_unstable();
    let wanted = if matches!(ty.kind, TypeKind::Reference(_)) {
        text!("a shape")
    } else if column {
        text!("a type")
    } else {
        text!("a shape or a type")
    };
    diagnostics.push(crate::checker::unknown(name, &wanted, nearest(&name.text, known)));
}
