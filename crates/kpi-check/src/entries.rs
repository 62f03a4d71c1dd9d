//! Entries of libraries: what is bound to one becomes an indicator like any other before anything is checked.
//!
//! `expand` writes the formula of the entry into each indicator that is bound to it, with the tables and values that it is
//! given in the place of the entry's parameters. The places of what is written so stay those of the entry, so that findings
//! and explanations lead into it. Names of a module that the policy does not `use` get the module's name in front, which nobody
//! can write. [`alone`] makes a policy of an entry by itself, on its shapes, and [`examples`] one of each of its examples.

mod alone;
mod bind;
mod fill;
mod fits;

pub use alone::{Alone, Taken, alone, examples, taken};
pub use fits::show_type;

use kpi_base::{Diagnostic, Join, Span, Text, codes::names as codes, text};
use kpi_syntax::ast::{self, File, Indicator, ItemKind, Name, Table};
use rustc_hash::FxHashMap;

use crate::names::nearest;
use fill::Filling;

/// A module of a library, or the package itself, whose module has no name.
#[derive(Debug, Default)]
struct Module<'a> {
    /// `std.live`; empty for the package.
    name: &'a str,
    /// Whether the package uses it, so that its functions and curves are names of the package.
    used: bool,
    shapes: FxHashMap<&'a str, &'a Table>,
    entries: FxHashMap<&'a str, Entry<'a>>,
    /// All that it declares, with how the package knows it.
    names: FxHashMap<&'a str, String>,
}

#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    indicator: &'a Indicator,
    doc: Option<&'a str>,
    faulty: bool,
}

/// Whether a file holds what [`expand`] changes.
fn concerns(file: &File) -> bool {
    file.library
        || file.items.iter().any(|item| match &item.kind {
            ItemKind::Indicator(indicator) => {
                indicator.binding.is_some() || !indicator.params.is_empty() || !indicator.examples.is_empty()
            }
            ItemKind::Shape(_) => true,
            _ => false,
        })
}

/// The files with the formulas of entries in the place of what is bound to them; `None` if there is nothing to change.
/// What cannot be bound is reported, and is an indicator that says nothing.
pub(crate) fn expand(files: &[File], diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<File>> {
    if !files.iter().any(concerns) {
        return None;
    }
    let modules = gather(files);
    for file in files {
        for item in &file.items {
            check_declaration(item, module_of(&modules, file), diagnostics);
        }
    }
    if diagnostics.is_empty() {
        check_alone(files, diagnostics);
    }
    let tables = bind::Tables::gather(files);
    let mut expanded = files.to_vec();
    for (file, written) in expanded.iter_mut().zip(files) {
        if let Some(module) = module_of(&modules, written).filter(|module| !module.name.is_empty()) {
            let filling = Filling { names: module.names.clone(), ..Filling::default() };
            file.items.iter_mut().for_each(|item| filling.item(&mut item.kind));
            continue;
        }
        if !written.items.iter().any(is_bound) {
            // Its declarations stay shared.
            continue;
        }
        for item in &mut file.items {
            let ItemKind::Indicator(indicator) = &mut item.kind else { continue };
            let Some(binding) = indicator.binding.clone() else { continue };
            let Some((module, entry)) = find_entry(&modules, files, &binding, diagnostics) else { continue };
            let mut bound = entry.indicator.clone();
            let name = indicator.name.clone();
            match bind::bind(&name, &binding, module, entry, &tables, diagnostics) {
                Some(filling) => filling.indicator(&mut bound),
                None => continue,
            }
            item.faulty |= entry.faulty;
            if item.doc.is_none() {
                item.doc = entry.doc.map(str::to_owned);
            }
            merge(indicator, bound, &binding, diagnostics);
        }
    }
    Some(expanded)
}

fn is_bound(item: &ast::Item) -> bool {
    matches!(&item.kind, ItemKind::Indicator(indicator) if indicator.binding.is_some())
}

/// What is wrong with the entries of the package by themselves is said even where nothing is bound to them. Those of the library
/// are sound.
fn check_alone(files: &[File], diagnostics: &mut Vec<Diagnostic>) {
    for package in alone(files, "").into_iter().chain(examples(files, "")) {
        let (checked, ..) = crate::check_here(&package.files, false);
        // Two declarations of one name are said where the package is checked.
        let new = |finding: &Diagnostic| finding.is_error() && finding.code != codes::DUPLICATE_NAME;
        diagnostics.extend(checked.diagnostics.into_iter().filter(new));
    }
}

/// The module of a file.
fn module_of<'m, 'a>(modules: &'m [Module<'a>], file: &File) -> Option<&'m Module<'a>> {
    modules.iter().find(|module| module.name == file.module)
}

/// The package, and the modules that are in its files.
fn gather(files: &[File]) -> Vec<Module<'_>> {
    let used = used(files);
    let mut modules = vec![Module::default()];
    for file in files {
        let place = match modules.iter().position(|module| module.name == file.module) {
            Some(place) => place,
            None => {
                let used = used.iter().any(|(name, _)| *name == file.module);
                modules.push(Module { name: &file.module, used, ..Module::default() });
                modules.len() - 1
            }
        };
        let Some(module) = modules.get_mut(place) else { continue };
        file.items.iter().for_each(|item| module.add(item));
    }
    modules
}

/// The modules that the package uses, with the place where it says so.
fn used(files: &[File]) -> Vec<(String, &ast::Use)> {
    let items = files.iter().filter(|file| !file.library).flat_map(|file| &file.items);
    items
        .filter_map(|item| match &item.kind {
            ItemKind::Use(used) => Some((join(&used.module), used)),
            _ => None,
        })
        .collect()
}

fn join(names: &[Name]) -> String {
    names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
}

impl<'a> Module<'a> {
    fn add(&mut self, item: &'a ast::Item) {
        let (name, hidden) = match &item.kind {
            ItemKind::Shape(shape) => {
                self.shapes.entry(&shape.name.text).or_insert(shape);
                (&shape.name, true)
            }
            ItemKind::Indicator(indicator) => {
                if !indicator.params.is_empty() {
                    let entry = Entry { indicator, doc: item.doc.as_deref(), faulty: item.faulty };
                    self.entries.entry(&indicator.name.text).or_insert(entry);
                }
                (&indicator.name, true)
            }
            ItemKind::Function(function) => (&function.name, !self.used),
            ItemKind::Param(param) => (&param.name, !self.used),
            ItemKind::Curve(curve) => (&curve.name, !self.used),
            _ => return,
        };
        if hidden && !self.name.is_empty() {
            self.names.insert(&name.text, format!("{}.{}", self.name, name.text));
        }
    }
}

/// The entry that a binding names.
fn find_entry<'m, 'a>(
    modules: &'m [Module<'a>],
    files: &[File],
    binding: &ast::Binding,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(&'m Module<'a>, Entry<'a>)> {
    let (last, path) = binding.path.split_last()?;
    let wanted = join(path);
    let place = path.iter().map(|name| name.span).reduce(Span::to);
    // `live` is the used module `std.live`.
    let used = used(files);
    let full: Vec<&str> = match path {
        [short] => {
            let named = used.iter().filter(|(_, module)| module.module.last().is_some_and(|n| n.text == short.text));
            let mut found: Vec<&str> = named.map(|(name, _)| name.as_str()).collect();
            found.sort_unstable();
            found.dedup();
            found
        }
        _ => vec![&wanted],
    };
    if let ([first, second, ..], Some(place)) = (full.as_slice(), place) {
        diagnostics.push(
            Diagnostic::new(
                codes::AMBIGUOUS_NAME,
                text!("`{name}` is `{first}` and `{second}`, which are both used", name = wanted, first, second),
            )
            .label(place, text!("which one is meant?"))
            .help(text!("write the whole name: `{first}.{entry}`", first, entry = last.text)),
        );
        return None;
    }
    let module = modules.iter().find(|module| full.first().map_or(path.is_empty(), |full| module.name == *full));
    let Some(module) = module else {
        // Whoever loads modules has said which ones there are not.
        if path.first().is_some_and(|first| first.text == "std") && path.len() > 1 {
            return None;
        }
        let known: Vec<&str> = used.iter().filter_map(|(_, used)| Some(used.module.last()?.text.as_str())).collect();
        let mut finding = Diagnostic::new(codes::UNKNOWN_MODULE, text!("there is no module `{name}`", name = wanted))
            .label(place.unwrap_or(last.span), text!("not used in this policy"));
        finding = match nearest(&wanted, known.iter().copied()) {
            Some(near) => finding.help(text!("did you mean `{near}`?", near)).fix(
                text!("write `{near}`", near),
                place.unwrap_or(last.span),
                near,
            ),
            None => finding.help(text!("write `use std.{name}` above, or `std.{name}.…` here", name = wanted)),
        };
        diagnostics.push(finding);
        return None;
    };
    let Some(entry) = module.entries.get(last.text.as_str()) else {
        let known = module.entries.keys().copied();
        let mut known: Vec<&str> = known.collect();
        known.sort_unstable();
        let message = match module.name {
            "" => text!("there is no entry `{name}`", name = last.text),
            module => text!("`{module}` has no entry `{name}`", module, name = last.text),
        };
        let mut finding =
            Diagnostic::new(codes::UNKNOWN_ENTRY, message).label(last.span, text!("an entry was expected"));
        finding = match nearest(&last.text, known.iter().copied()) {
            Some(near) => finding.help(text!("did you mean `{near}`?", near)).fix(
                text!("write `{near}`", near),
                last.span,
                near,
            ),
            None if known.is_empty() && module.name.is_empty() => finding.help(text!(
                "an entry takes tables: `indicator watch_time(s: session) { … }`; those of the library stand in modules: `std.live.watch_time`"
            )),
            None if known.is_empty() => finding.help(text!("it has none; its functions are used in formulas")),
            None => {
                let list = Text::list(known.iter().take(12).map(Text::quoted), Join::Comma);
                finding.help(text!("it has {list}", list))
            }
        };
        diagnostics.push(finding);
        return None;
    };
    Some((module, *entry))
}

/// Adds what an entry says to what the policy says of its indicator, where the policy does not say it itself.
fn merge(indicator: &mut Indicator, entry: Indicator, binding: &ast::Binding, diagnostics: &mut Vec<Diagnostic>) {
    let own = indicator.formula.as_ref().map(|formula| formula.span);
    if let Some(span) = own.or_else(|| indicator.parts.first().map(|part| part.name.span)) {
        diagnostics.push(
            Diagnostic::new(
                codes::ENTRY_FORMULA,
                text!("`{name}` measures what its entry says", name = indicator.name.text),
            )
            .label(span, text!("a formula of its own"))
            .label(binding.span, text!("the entry"))
            .help(text!("take the formula out, or take the entry off: then the formula is yours to write")),
        );
    }
    indicator.formula = entry.formula;
    indicator.parts = entry.parts;
    indicator.combine = entry.combine;
    if indicator.label.is_none() {
        indicator.label = entry.label;
    }
    if indicator.target.is_none() {
        indicator.target = entry.target;
    }
    if indicator.scoring.is_none() {
        indicator.scoring = entry.scoring;
    }
    if indicator.when_missing.is_none() {
        indicator.when_missing = entry.when_missing;
    }
    if indicator.shorter.is_none() {
        indicator.shorter = entry.shorter;
    }
    if indicator.track.is_none() {
        indicator.track = entry.track;
    }
    if indicator.adjustable.is_none() {
        indicator.adjustable = entry.adjustable;
    }
    let mut notes = entry.notes;
    notes.retain(|(topic, _)| !indicator.notes.iter().any(|(own, _)| own.text == topic.text));
    notes.append(&mut indicator.notes);
    indicator.notes = notes;
    let tags = entry.tags.into_iter().filter(|tag| !indicator.tags.iter().any(|own| own.text == tag.text));
    indicator.tags.extend(tags.collect::<Vec<_>>());
    let goals = entry.supports.into_iter().filter(|goal| !indicator.supports.iter().any(|own| own.text == goal.text));
    indicator.supports.extend(goals.collect::<Vec<_>>());
}

/// Checks what a shape or an entry says by itself.
fn check_declaration(item: &ast::Item, module: Option<&Module<'_>>, diagnostics: &mut Vec<Diagnostic>) {
    match &item.kind {
        ItemKind::Shape(shape) => fits::check_shape(shape, item.faulty, module, diagnostics),
        ItemKind::Indicator(indicator) => {
            if let Some(example) = indicator.examples.first().filter(|_| indicator.params.is_empty()) {
                diagnostics.push(
                    Diagnostic::new(
                        codes::ENTRY_EXAMPLE,
                        text!(
                            "`{name}` takes no tables of which an example could give rows",
                            name = indicator.name.text
                        ),
                    )
                    .label(example.name.span, text!("only an entry has examples"))
                    .help(text!("show what an indicator of the policy does in a `test`")),
                );
            }
            fits::check_params(indicator, module, diagnostics);
        }
        _ => {}
    }
}
