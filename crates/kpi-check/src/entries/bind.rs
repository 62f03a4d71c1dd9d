//! What an entry is given: which argument is for which parameter, and whether a table fits its shape.

use kpi_base::{Diagnostic, Join, Span, Text, codes::names as codes, text};
use kpi_syntax::ast::{self, Binding, BindingArg, BindingValue, Expr, ExprKind, File, ItemKind, Name, TypeName};
use rustc_hash::{FxHashMap, FxHashSet};

use super::fill::{Bound, Filling};
use super::fits::{contradicts, fits, is_table, no_value, same_kind, show_type};
use super::{Entry, Module};
use crate::names::nearest;

/// The tables of a package, as far as shapes are concerned.
pub(super) struct Tables<'a> {
    tables: FxHashMap<&'a str, TableFacts<'a>>,
    /// The types of parameters.
    params: FxHashMap<&'a str, &'a TypeName>,
}

#[derive(Clone, Default)]
struct TableFacts<'a> {
    /// Its columns; of what a view computes the type is not known here.
    columns: Vec<(&'a str, Option<&'a TypeName>)>,
    /// The column that says in which period a row lies.
    time: Option<&'a str>,
    /// Whether some of it could not be read.
    faulty: bool,
}

const CALENDAR: &[&str] = &["day", "week", "month", "quarter", "year"];

impl<'a> Tables<'a> {
    pub fn gather(files: &'a [File]) -> Tables<'a> {
        let mut tables: FxHashMap<&str, TableFacts<'_>> = FxHashMap::default();
        let items = || files.iter().flat_map(|file| &file.items);
        for item in items() {
            let (ItemKind::Roster(table) | ItemKind::Source(table)) = &item.kind else { continue };
            let time = table.columns.iter().find(|column| column.time.is_some()).map(|c| c.name.text.as_str());
            let facts = TableFacts {
                columns: table.columns.iter().map(|column| (column.name.text.as_str(), Some(&column.ty))).collect(),
                time: time.or(table.as_of.as_ref().map(|name| name.text.as_str())),
                faulty: item.faulty,
            };
            tables.entry(&table.name.text).or_insert(facts);
        }
        let mut views: Vec<(&ast::View, bool)> = Vec::new();
        for item in items() {
            if let ItemKind::View(view) = &item.kind {
                views.push((view, item.faulty));
            }
        }
        // A view may read another one that stands below it.
        let mut left = views.len();
        while left > 0 {
            views.retain(|(view, faulty)| {
                let Some(of) = tables.get(view.of.text.as_str()).cloned() else { return true };
                let facts = TableFacts { faulty: *faulty || of.faulty, ..of_view(view, of) };
                tables.entry(&view.name.text).or_insert(facts);
                false
            });
            if views.len() == left {
                break;
            }
            left = views.len();
        }
        let params = items().filter_map(|item| match &item.kind {
            ItemKind::Param(param) => Some((param.name.text.as_str(), &param.ty)),
            _ => None,
        });
        Tables { params: params.collect(), tables }
    }
}

impl Tables<'_> {
    /// Whether a value is certainly none of a type.
    fn contradicts(&self, ty: &TypeName, value: &Expr) -> bool {
        let param = match &value.kind {
            ExprKind::Name(name) => self.params.get(name.text.as_str()),
            _ => None,
        };
        param.is_some_and(|found| !same_kind(ty, found)) || contradicts(ty, value)
    }
}

fn of_view<'a>(view: &'a ast::View, of: TableFacts<'a>) -> TableFacts<'a> {
    let Some(grouping) = &view.grouping else { return of };
    let mut facts = TableFacts::default();
    for key in &grouping.keys {
        let Some(last) = key.last() else { continue };
        let of_input = of.columns.iter().find(|(name, _)| key.len() == 1 && *name == last.text);
        if of_input.is_none() && CALENDAR.contains(&last.word()) {
            facts.time = Some(&last.text);
        }
        facts.columns.push((&last.text, of_input.and_then(|(_, ty)| *ty)));
    }
    facts.columns.extend(grouping.columns.iter().map(|column| (column.name.text.as_str(), None)));
    facts
}

/// What stands for the parameters of an entry; `None` after a report.
pub(super) fn bind<'a>(
    indicator: &Name,
    binding: &'a Binding,
    module: &Module<'a>,
    entry: Entry<'a>,
    tables: &Tables<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Filling<'a>> {
    let params = &entry.indicator.params;
    let given = assign(binding, entry, diagnostics)?;
    let read = columns_read(module, entry);
    let mut filling = Filling { names: module.names.clone(), ..Filling::default() };
    let mut sound = true;
    for (param, arg) in params.iter().zip(given) {
        let name = param.name.text.as_str();
        let Some(shape) = shape_of(module, &param.ty) else {
            match (arg.map(|arg| (&arg.value, arg.span)), &param.default) {
                (Some((BindingValue::Expr(value), _)), _) if tables.contradicts(&param.ty, value) => {
                    diagnostics.push(no_value(name, &param.ty, value.span));
                    sound = false;
                }
                (Some((BindingValue::Expr(value), _)), _) | (None, Some(value)) => {
                    filling.values.insert(name, value.clone());
                }
                (Some((BindingValue::Table(..), span)), _) => {
                    diagnostics.push(no_value(name, &param.ty, span));
                    sound = false;
                }
                (None, None) => {}
            }
            continue;
        };
        let Some(arg) = arg else { continue };
        let (table, columns): (&Name, &[(Name, Expr)]) = match &arg.value {
            BindingValue::Table(table, columns) => (table, columns),
            BindingValue::Expr(Expr { kind: ExprKind::Name(table), .. }) => (table, &[]),
            BindingValue::Expr(other) => {
                diagnostics.push(
                    Diagnostic::new(codes::ENTRY_ARGUMENTS, text!("`{name}` is a table", name))
                        .label(other.span, text!("this is none"))
                        .label(param.name.span, text!("what it is for"))
                        .help(text!("name a source, a roster or a view")),
                );
                sound = false;
                continue;
            }
        };
        let Some(facts) = tables.tables.get(table.text.as_str()) else {
            let near = nearest(&table.text, tables.tables.keys().copied());
            diagnostics.push(crate::checker::unknown(table, &text!("a source, a roster or a view"), near));
            sound = false;
            continue;
        };
        let read = read.get(name).cloned().unwrap_or_default();
        let fitting = Fitting { indicator, shape, table, arg, facts, read: &read };
        match fitting.renamed(columns, diagnostics) {
            Some(renamed) => {
                let columns = shape.columns.iter().map(|column| column.name.text.as_str()).collect();
                let bound = Bound { table: table.text.clone(), columns, renamed, ..Bound::default() };
                filling.tables.insert(name, bound);
            }
            None => sound = false,
        }
    }
    sound.then_some(filling)
}

pub(super) fn shape_of<'a>(module: &Module<'a>, ty: &TypeName) -> Option<&'a ast::Table> {
    match &ty.kind {
        ast::TypeKind::Named(name) if is_table(ty, Some(module)) => module.shapes.get(name.text.as_str()).copied(),
        _ => None,
    }
}

/// The argument of each parameter.
fn assign<'a>(
    binding: &'a Binding,
    entry: Entry<'a>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Option<&'a BindingArg>>> {
    let params = &entry.indicator.params;
    let mut given: Vec<Option<&BindingArg>> = vec![None; params.len()];
    let entry_name = &entry.indicator.name.text;
    let mut sound = true;
    let mut next = 0;
    for arg in &binding.args {
        let place = match &arg.name {
            Some(name) => params.iter().position(|param| param.name.text == name.text),
            None => Some(next),
        };
        match (place.and_then(|place| given.get_mut(place)), &arg.name) {
            (Some(slot @ None), _) => *slot = Some(arg),
            (Some(Some(first)), _) => {
                let first = first.span;
                diagnostics.push(
                    Diagnostic::new(
                        codes::ENTRY_ARGUMENTS,
                        text!("`{entry}` is given one thing twice", entry = entry_name),
                    )
                    .label(arg.span, text!("again here"))
                    .label(first, text!("first here"))
                    .help(text!("keep one of them")),
                );
                sound = false;
            }
            (None, Some(name)) => {
                let near = nearest(&name.text, params.iter().map(|param| param.name.text.as_str()));
                let wanted = text!("a parameter of `{entry}`", entry = entry_name);
                diagnostics.push(crate::checker::unknown(name, &wanted, near));
                sound = false;
            }
            (None, None) => {
                diagnostics.push(
                    Diagnostic::new(
                        codes::ENTRY_ARGUMENTS,
                        text!("`{entry}` does not take so much", entry = entry_name),
                    )
                    .label(arg.span, text!("one too many"))
                    .label(entry.indicator.name.span, text!("takes {list}", list = params_in_words(entry)))
                    .help(text!("take it out")),
                );
                sound = false;
            }
        }
        next += usize::from(arg.name.is_none());
    }
    for (param, arg) in params.iter().zip(&given) {
        if arg.is_none() && param.default.is_none() && sound {
            let message = text!("`{entry}` needs `{param}`", entry = entry_name, param = param.name.text);
            diagnostics.push(
                Diagnostic::new(codes::ENTRY_ARGUMENTS, message)
                    .label(binding.span, text!("not given here"))
                    .label(param.name.span, text!("what it is for"))
                    .help(text!("it takes {list}", list = params_in_words(entry))),
            );
            sound = false;
        }
    }
    sound.then_some(given)
}

fn params_in_words(entry: Entry<'_>) -> Text {
    let params = entry.indicator.params.iter();
    Text::list(params.map(|param| Text::quoted(format!("{}: {}", param.name.text, show_type(&param.ty)))), Join::Comma)
}

fn is_named(e: &Expr, name: &str) -> bool {
    matches!(&e.kind, ExprKind::Name(found) if found.text == name)
}

/// The columns of its shapes that an entry reads, by parameter.
pub(super) fn columns_read<'a>(module: &Module<'a>, entry: Entry<'a>) -> FxHashMap<&'a str, FxHashSet<String>> {
    let mut filling = Filling::default();
    for param in &entry.indicator.params {
        if let Some(shape) = shape_of(module, &param.ty) {
            let columns = shape.columns.iter().map(|column| column.name.text.as_str()).collect();
            let bound = Bound { table: param.name.text.clone(), columns, ..Bound::default() };
            filling.tables.insert(&param.name.text, bound);
        }
    }
    filling.indicator(&mut entry.indicator.clone());
    filling.tables.into_iter().map(|(name, bound)| (name, bound.read.into_inner())).collect()
}

/// A table that is to fit a shape.
struct Fitting<'b, 'a> {
    indicator: &'b Name,
    shape: &'a ast::Table,
    table: &'b Name,
    arg: &'b BindingArg,
    facts: &'b TableFacts<'b>,
    read: &'b FxHashSet<String>,
}

impl<'a> Fitting<'_, 'a> {
    /// What stands for the columns of the shape, where it is not the column of the same name.
    fn renamed(&self, given: &[(Name, Expr)], diagnostics: &mut Vec<Diagnostic>) -> Option<FxHashMap<&'a str, Expr>> {
        let mut sound = self.knows(given, diagnostics);
        let mut renamed = FxHashMap::default();
        for column in &self.shape.columns {
            let name = column.name.text.as_str();
            let own = given.iter().find(|(given, _)| given.text == name).map(|(_, e)| e);
            let read = self.read.contains(name);
            if column.time.is_some() && own.is_none() {
                match self.facts.time {
                    Some(time) if time != name => {
                        let time = Name { text: time.to_owned(), span: column.name.span };
                        let span = time.span;
                        renamed.insert(name, Expr { kind: ExprKind::Name(time), span });
                    }
                    Some(_) => {}
                    None if self.facts.faulty => return None,
                    None => {
                        self.misfit(column, &text!("no column of it is marked `time`"), diagnostics);
                        sound = false;
                        continue;
                    }
                }
            }
            if !read {
                continue;
            }
            let (found, place) = match own.map(|e| (&e.kind, e.span)) {
                Some((ExprKind::Name(found), place)) => (found.text.as_str(), place),
                Some((ExprKind::Field(base, found), place)) if is_named(base, &self.table.text) => {
                    (found.text.as_str(), place)
                }
                Some(_) => {
                    renamed.extend(own.map(|e| (name, self.qualified(e))));
                    continue;
                }
                None => (renamed.get(name).map_or(name, |_| self.facts.time.unwrap_or(name)), self.table.span),
            };
            match self.facts.columns.iter().find(|(known, _)| *known == found) {
                None if self.facts.faulty => return None,
                None => {
                    self.report_missing(column, found, place, own.is_some(), diagnostics);
                    sound = false;
                }
                Some((_, Some(ty))) if !fits(column, ty) => {
                    let (found_type, wanted) = (show_type(ty), show_type(&column.ty));
                    let missing = ty.optional && !column.ty.optional;
                    if missing && fits(column, &TypeName { optional: false, ..(*ty).clone() }) {
                        let table = &self.table.text;
                        let finding = self.finding(column, &text!("`{found}` may be missing there", found));
                        diagnostics.push(finding.help(text!(
                            "say what counts then: `{table} { {name} = coalesce({table}.{found}, …) }`",
                            table,
                            name,
                            found
                        )));
                        sound = false;
                        continue;
                    }
                    let why = if found == name {
                        text!("`{found}` is `{found_type}` there, not `{wanted}`", found, found_type, wanted)
                    } else {
                        text!(
                            "`{found}` is `{found_type}`, and `{column}` is `{wanted}`",
                            found,
                            found_type,
                            column = name,
                            wanted
                        )
                    };
                    self.misfit(column, &why, diagnostics);
                    sound = false;
                }
                Some(_) => renamed.extend(own.map(|e| (name, e.clone()))),
            }
        }
        sound.then_some(renamed)
    }

    /// A value of a row, in which columns stand with their table, so that aggregates know whose they are.
    fn qualified(&self, e: &Expr) -> Expr {
        let table = &self.table.text;
        let columns = self.facts.columns.iter().filter(|(name, _)| name != table);
        let values = columns.map(|(name, _)| {
            let named = |text: &str| Name { text: text.to_owned(), span: e.span };
            let base = Expr { kind: ExprKind::Name(named(table)), span: e.span };
            (*name, Expr { kind: ExprKind::Field(Box::new(base), named(name)), span: e.span })
        });
        let mut e = e.clone();
        Filling { values: values.collect(), ..Filling::default() }.expr(&mut e, None);
        e
    }

    /// Whether the shape has the columns that are given.
    fn knows(&self, given: &[(Name, Expr)], diagnostics: &mut Vec<Diagnostic>) -> bool {
        let mut sound = true;
        for (place, (name, _)) in given.iter().enumerate() {
            if let Some((first, _)) = given.iter().take(place).find(|(first, _)| first.text == name.text) {
                diagnostics.push(crate::names::duplicate(&name.text, name.span, first.span));
                sound = false;
            }
            if !self.shape.columns.iter().any(|column| column.name.text == name.text) {
                let near = nearest(&name.text, self.shape.columns.iter().map(|column| column.name.text.as_str()));
                let wanted = text!("a column of the shape `{shape}`", shape = self.shape.name.text);
                diagnostics.push(crate::checker::unknown(name, &wanted, near));
                sound = false;
            }
        }
        sound
    }

    fn misfit(&self, column: &ast::Column, why: &Text, diagnostics: &mut Vec<Diagnostic>) {
        let finding = self.finding(column, why);
        let name = &column.name.text;
        diagnostics.push(finding.help(text!(
            "say what stands for it: `{table} { {name} = … }`",
            table = self.table.text,
            name
        )));
    }

    fn finding(&self, column: &ast::Column, why: &Text) -> Diagnostic {
        let message = text!(
            "`{table}` does not fit the shape `{shape}`: {why}",
            table = self.table.text,
            shape = self.shape.name.text,
            why
        );
        Diagnostic::new(codes::MISFIT, message)
            .label(self.arg.span, text!("given to `{indicator}`", indicator = self.indicator.text))
            .label(column.span, text!("what the entry reads"))
    }

    fn report_missing(
        &self,
        column: &ast::Column,
        found: &str,
        place: Span,
        written: bool,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let (table, name, wanted) = (&self.table.text, &column.name.text, show_type(&column.ty));
        let finding = self.finding(column, &text!("it has no column `{found}`", found));
        let fitting = self.facts.columns.iter().filter(|(_, ty)| ty.is_none_or(|ty| fits(column, ty)));
        let fitting: Vec<&str> = fitting.map(|(name, _)| *name).collect();
        let finding = match (nearest(found, fitting.iter().copied()), fitting.as_slice()) {
            (Some(near), _) if written => {
                finding.help(text!("did you mean `{near}`?", near)).fix(text!("write `{near}`", near), place, near)
            }
            (Some(near), _) | (None, &[near]) => {
                finding.help(text!("say which one it is: `{table} { {name} = {near} }`", table, name, near))
            }
            (None, []) => finding.help(text!(
                "it has no column of type `{wanted}`; say what stands for it: `{table} { {name} = … }`",
                wanted,
                table,
                name
            )),
            (None, many) => {
                let list = Text::or_list(many.iter().take(6).map(Text::quoted));
                finding.help(text!("say which one it is, {list}: `{table} { {name} = … }`", list, table, name))
            }
        };
        diagnostics.push(finding);
    }
}
