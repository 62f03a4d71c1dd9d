//! An entry by itself: a policy around it, whose tables have just the columns of its shapes.

use std::collections::HashMap;

use kpi_base::Span;
use kpi_syntax::ast::{
    self, BinaryOp, Expect, ExpectKind, Expr, ExprKind, File, Indicator, ItemKind, Name, Table, TestRow, TestTable,
    Text, TypeKind, TypeName,
};
use kpi_value::{Date, Dec, PeriodKind};

use super::bind::{columns_read, shape_of};
use super::fill::{Bound, Filling};
use super::fits::KEY;
use super::{Entry, Module, gather};

/// A policy of an entry, or of one of its examples.
#[derive(Clone, Debug)]
pub struct Alone {
    /// `std.live.watch_time`; of one of the package just its name.
    pub entry: String,
    /// What the example shows.
    pub example: Option<String>,
    /// The policy, to be checked. With an example it has one test.
    pub files: Vec<File>,
}

/// Names that nobody writes.
const SUBJECT: &str = "the subject of the example";
const CARD: &str = "the example";
/// The key of the one subject.
const SOMEBODY: &str = "A";

/// Each entry in these files by itself, on its shapes: of a module (`std.live`), or of the package, whose module has no name.
pub fn alone(files: &[File], module: &str) -> Vec<Alone> {
    entries(files, module, |entry, package| {
        let files =
            package.files(entry, &|param| param.default.clone().or_else(|| stand_in(&param.ty, param.name.span)));
        vec![Alone { entry: package.name_of(entry), example: None, files }]
    })
}

/// Each example of the entries in these files, as a policy with one test.
pub fn examples(files: &[File], module: &str) -> Vec<Alone> {
    entries(files, module, |entry, package| {
        let of = |example: &ast::Example| {
            let value = |param: &ast::EntryParam| {
                let own = example.values.iter().find(|own| own.name.text == param.name.text);
                let own = own.map(|own| own.value.clone()).or_else(|| param.default.clone());
                own.or_else(|| stand_in(&param.ty, param.name.span))
            };
            let mut files = package.files(entry, &value);
            if let Some(file) = files.last_mut() {
                file.items.push(item(ItemKind::Test(test(example, entry.indicator)), example.span));
            }
            Alone { entry: package.name_of(entry), example: Some(example.name.value.clone()), files }
        };
        entry.indicator.examples.iter().map(of).collect()
    })
}

/// What an entry takes.
#[derive(Clone, Debug)]
pub struct Taken<'a> {
    /// As written.
    pub param: &'a ast::EntryParam,
    /// Of a table: its shape, and of that the columns that the entry reads; where the table must lie in time, the column that says so.
    pub table: Option<(&'a Table, Vec<&'a ast::Column>)>,
}

/// What the entries in these files take, in the order of the text, with the item that declares each.
pub fn taken<'a>(files: &'a [File], module: &str) -> Vec<(&'a ast::Item, &'a Indicator, Vec<Taken<'a>>)> {
    let modules = gather(files);
    let Some(module) = modules.iter().find(|found| found.name == module) else { return Vec::new() };
    let items = files.iter().filter(|file| file.module == module.name).flat_map(|file| &file.items);
    let entries = items.filter_map(|item| match &item.kind {
        ItemKind::Indicator(indicator) if !indicator.params.is_empty() => Some((item, indicator)),
        _ => None,
    });
    entries
        .map(|(item, indicator)| {
            let entry = Entry { indicator, doc: item.doc.as_deref(), faulty: item.faulty };
            let read = columns_read(module, entry);
            let taken = indicator.params.iter().map(|param| {
                let read = read.get(param.name.text.as_str());
                let is_read = |column: &&ast::Column| {
                    column.time.is_some() || read.is_some_and(|read| read.contains(column.name.text.as_str()))
                };
                let table = shape_of(module, &param.ty);
                Taken { param, table: table.map(|shape| (shape, shape.columns.iter().filter(is_read).collect())) }
            });
            (item, indicator, taken.collect())
        })
        .collect()
}

/// A module with what its entries may read.
struct Package<'m, 'a> {
    module: &'m Module<'a>,
    shared: Vec<File>,
    /// What the policy of the package says of itself, if there is one.
    policy: Option<ast::Policy>,
    /// By entry, the period of the indicators that are bound to it; none where one of them is judged by the period of the policy.
    periods: HashMap<String, Option<PeriodKind>>,
}

fn entries(
    files: &[File],
    module: &str,
    mut make: impl FnMut(Entry<'_>, &Package<'_, '_>) -> Vec<Alone>,
) -> Vec<Alone> {
    let modules = gather(files);
    let Some(found) = modules.iter().find(|found| found.name == module) else { return Vec::new() };
    let mut entries: Vec<&Entry<'_>> = found.entries.values().filter(|entry| !entry.faulty).collect();
    if entries.is_empty() {
        return Vec::new();
    }
    entries.sort_by_key(|entry| (entry.indicator.name.span.file, entry.indicator.name.span.start));
    // A package reads its own declarations and those of the modules that it uses.
    let of_module = |file: &&File| match module {
        "" => modules.iter().any(|m| m.name == file.module && (m.used || m.name.is_empty())),
        module => file.module == module,
    };
    let shared = files.iter().filter(of_module).map(|file| File { items: shared(&file.items).into(), ..file.clone() });
    let policy =
        files.iter().filter(|_| module.is_empty()).flat_map(|file| &file.items).find_map(|item| match &item.kind {
            ItemKind::Policy(policy) => Some(policy.clone()),
            _ => None,
        });
    let periods = if module.is_empty() { periods_of_bound(files) } else { HashMap::new() };
    let package = Package { module: found, shared: shared.collect(), policy, periods };
    entries.into_iter().flat_map(|entry| make(*entry, &package)).collect()
}

/// By entry of the package, the period of their own that indicators bound to it have.
fn periods_of_bound(files: &[File]) -> HashMap<String, Option<PeriodKind>> {
    let mut periods = HashMap::new();
    for item in files.iter().filter(|file| file.module.is_empty()).flat_map(|file| &file.items) {
        let ItemKind::Indicator(Indicator { binding: Some(binding), shorter, .. }) = &item.kind else { continue };
        let [entry] = binding.path.as_slice() else { continue };
        let own = shorter.as_ref().map(|shorter| shorter.period.0);
        let period = periods.entry(entry.text.clone()).or_insert(own);
        if shorter.is_none() {
            *period = None;
        }
    }
    periods
}

/// The declarations that an entry may read.
fn shared(items: &[ast::Item]) -> Vec<ast::Item> {
    let is_shared = |item: &&ast::Item| {
        matches!(
            item.kind,
            ItemKind::Function(_)
                | ItemKind::Param(_)
                | ItemKind::Curve(_)
                | ItemKind::Dimension(_)
                | ItemKind::Scale(_)
        )
    };
    items.iter().filter(is_shared).cloned().collect()
}

impl Package<'_, '_> {
    fn name_of(&self, entry: Entry<'_>) -> String {
        let name = &entry.indicator.name.text;
        if self.module.name.is_empty() { name.clone() } else { format!("{}.{name}", self.module.name) }
    }

    /// The policy, but for a test.
    fn files(&self, entry: Entry<'_>, value: &dyn Fn(&ast::EntryParam) -> Option<Expr>) -> Vec<File> {
        let written = entry.indicator;
        let at = written.name.span;
        let mut filling = Filling::default();
        let mut tables: Vec<Table> = Vec::new();
        // The shapes that are referred to, where no parameter has them.
        let mut wanted: Vec<&str> = Vec::new();
        for param in &written.params {
            let Some(shape) = shape_of(self.module, &param.ty) else {
                filling.values.extend(value(param).map(|value| (param.name.text.as_str(), value)));
                continue;
            };
            let columns = shape.columns.iter().map(|column| column.name.text.as_str()).collect();
            let bound = Bound { table: param.name.text.clone(), columns, ..Bound::default() };
            filling.tables.insert(&param.name.text, bound);
            tables.push(self.source(shape, &param.name, entry, &mut wanted));
        }
        let mut made = 0;
        while let Some(name) = wanted.get(made).copied() {
            made += 1;
            if let Some(shape) = self.module.shapes.get(name) {
                tables.push(self.source(shape, &shape.name, entry, &mut wanted));
            }
        }
        let mut indicator = Indicator { params: Vec::new(), examples: Vec::new(), ..written.clone() };
        // Goals are those of whoever binds the entry, and so is the period by which it is judged.
        indicator.supports.clear();
        let mut policy = self.policy.clone().unwrap_or_else(|| policy(at));
        if indicator.shorter.is_none()
            && let Some(Some(kind)) = self.periods.get(&written.name.text)
        {
            policy.period = Some((*kind, at));
        }
        filling.indicator(&mut indicator);
        let mut items = vec![
            item(ItemKind::Policy(policy), at),
            item(ItemKind::Roster(table(name(SUBJECT, at), vec![column("id", "text", at, true)])), at),
        ];
        items.extend(tables.into_iter().map(|table| item(ItemKind::Source(table), at)));
        let card = card(&written.name);
        items.push(item(ItemKind::Indicator(indicator), at));
        items.push(item(ItemKind::Scorecard(card), at));
        let text = self.shared.iter().find(|file| file.items.first().is_some_and(|i| i.span.file == at.file));
        let text = text.map(|file| file.text.clone()).unwrap_or_default();
        let mut files = self.shared.clone();
        files.push(File { items: items.into(), library: false, module: String::new(), text });
        // Functions of a used module are no declarations of this file, but names of the package.
        files.iter_mut().for_each(|file| file.module.clear());
        files
    }

    /// The table of a shape.
    fn source<'s>(&'s self, shape: &'s Table, called: &Name, entry: Entry<'s>, wanted: &mut Vec<&'s str>) -> Table {
        let at = called.span;
        let mut table = Table { name: called.clone(), ..shape.clone() };
        for (column, written) in table.columns.iter_mut().zip(&shape.columns) {
            column.header = None;
            match (&mut column.ty.kind, &written.ty.kind) {
                (TypeKind::Named(name), _) if name.word() == KEY => "text".clone_into(&mut name.text),
                (TypeKind::Reference(to), TypeKind::Reference(of)) => {
                    let mut params = entry.indicator.params.iter();
                    let shape_named = |ty: &TypeName| matches!(&ty.kind, TypeKind::Named(name) if name.text == of.text);
                    match params.find(|param| shape_named(&param.ty)) {
                        Some(param) => to.text.clone_from(&param.name.text),
                        None if !wanted.contains(&of.text.as_str()) => wanted.push(&of.text),
                        None => {}
                    }
                }
                _ => {}
            }
        }
        let mut who = column(SUBJECT, SUBJECT, at, false);
        who.ty.kind = TypeKind::Reference(name(SUBJECT, at));
        who.subject = Some(at);
        table.columns.push(who);
        table
    }
}

fn item(kind: ItemKind, span: Span) -> ast::Item {
    ast::Item { kind, span, doc: None, faulty: false }
}

fn name(text: &str, span: Span) -> Name {
    Name { text: text.to_owned(), span }
}

fn policy(span: Span) -> ast::Policy {
    ast::Policy {
        edition: Some((Dec::ONE, span)),
        currency: Some(name("CNY", span)),
        period: Some((PeriodKind::Month, span)),
        ..ast::Policy::new(Text { value: "entry".to_owned(), span })
    }
}

fn table(name: Name, columns: Vec<ast::Column>) -> Table {
    Table { name, label: None, columns, valid: None, as_of: None, sparse: None, exclude: Vec::new() }
}

fn column(called: &str, ty: &str, span: Span, key: bool) -> ast::Column {
    let ty = TypeName { kind: TypeKind::Named(name(ty, span)), optional: false, span };
    ast::Column { key: key.then_some(span), ..ast::Column::new(name(called, span), ty, span) }
}

fn card(of: &Name) -> ast::Scorecard {
    let at = of.span;
    let line = ast::OneLine { watch: Some(at), ..ast::OneLine::new(of.clone(), at) };
    let mut card = ast::Scorecard::new(name(CARD, at), None);
    card.table = Some(name(SUBJECT, at));
    card.lines.push(ast::Line::One(line));
    card
}

/// A value of a type, where an entry is looked at without one.
fn stand_in(ty: &TypeName, span: Span) -> Option<Expr> {
    let TypeKind::Named(name) = &ty.kind else { return None };
    let number = |value: Dec, unit: ast::Unit| ExprKind::Number(ast::Number { value, unit });
    let kind = match name.word() {
        "bool" => ExprKind::Bool(true),
        "text" | KEY => ExprKind::Text("x".to_owned()),
        "money" => number(Dec::ONE, ast::Unit::Money(None)),
        "duration" => number(Dec::ONE, ast::Unit::Duration),
        "ratio" => number(Dec::percent(50), ast::Unit::Percent),
        "number" | "count" | "points" => number(Dec::ONE, ast::Unit::None),
        "date" | "datetime" => ExprKind::Date(Date::new(2026, 10, 1)?),
        _ => return None,
    };
    Some(Expr { kind, span })
}

/// The test that an example is: its rows are those of one subject.
fn test(example: &ast::Example, indicator: &Indicator) -> ast::Test {
    let at = example.name.span;
    let text = |value: &str, span: Span| Text { value: value.to_owned(), span };
    let mut tables: Vec<TestTable> = example.tables.clone();
    for table in &mut tables {
        table.columns.push(name(SUBJECT, table.name.span));
        for row in &mut table.rows {
            row.cells.push(text(SOMEBODY, row.span));
        }
    }
    let somebody = TestRow { cells: vec![text(SOMEBODY, at)], span: at };
    tables.push(TestTable { name: name(SUBJECT, at), columns: vec![name("id", at)], rows: vec![somebody] });
    let expects = example.expects.iter().map(|expect| {
        let span = expect.span;
        let e = |kind: ExprKind| Expr { kind, span };
        let card = e(ExprKind::Index(
            Box::new(e(ExprKind::Name(name(CARD, span)))),
            vec![e(ExprKind::Name(name(SOMEBODY, span)))],
        ));
        let line = e(ExprKind::Field(Box::new(card), Name { span, ..indicator.name.clone() }));
        let actual = e(ExprKind::Field(Box::new(line), name("actual", span)));
        let equal = |value: &Expr| e(ExprKind::Binary(BinaryOp::Eq, Box::new(actual.clone()), Box::new(value.clone())));
        let kind = match &expect.kind {
            ast::ExampleValue::Value(value, None) => ExpectKind::Compare(equal(value)),
            ast::ExampleValue::Value(value, Some(within)) => ExpectKind::Near(equal(value), (**within).clone()),
            ast::ExampleValue::Is(presence) => ExpectKind::Missing(actual.clone(), *presence == ast::Presence::Known),
        };
        Expect { kind, span }
    });
    ast::Test {
        period: Some(example.period.clone().unwrap_or_else(|| text("2026-10", at))),
        data_until: example.data_until,
        tables,
        expects: expects.collect(),
        ..ast::Test::new(text(&format!("{}: {}", indicator.name.text, example.name.value), at))
    }
}
