//! What the library has, for people: read off the text of its modules.

use kpi_base::{Files, Span};
use kpi_check::entries::{self, show_type, taken};
use kpi_syntax::ast::{self, ItemKind};

use crate::{MODULES, Module, parse};

/// Something of a module that a policy can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// What it is.
    pub kind: Kind,
    /// Its module: `std.live`.
    pub module: &'static str,
    /// Its name.
    pub name: String,
    /// Its label, in Chinese.
    pub label: Option<String>,
    /// What it means: the comment above it.
    pub meaning: String,
    /// The formula; of a function or a curve its whole text.
    pub formula: String,
    /// What it takes; empty for a curve.
    pub takes: Vec<Taken>,
    /// Its notes: topic and text.
    pub notes: Vec<(String, String)>,
    /// Its examples.
    pub examples: Vec<Example>,
}

/// The kinds of thing that modules have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An indicator that takes tables.
    Entry,
    /// A function of values.
    Function,
    /// A curve.
    Curve,
}

/// What an entry or a function takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The parameter.
    pub name: String,
    /// A shape or a type, as written.
    pub ty: String,
    /// The value where none is given.
    pub default: Option<String>,
    /// Of a table, the columns that are needed.
    pub columns: Vec<Column>,
}

/// A column that an entry needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, with `time` where it says in which period a row lies.
    pub ty: String,
    /// What exports often call it.
    pub header: Option<String>,
}

/// An example of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// Its rows and what comes out, as written, without the indentation.
    pub text: String,
}

impl Described {
    /// Its whole name: `std.live.watch_time`.
    pub fn path(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }

    /// The note on a topic, in Chinese (`note zh_counting`) if there is one and that is wanted.
    pub fn note(&self, topic: &str, chinese: bool) -> Option<&str> {
        let find = |topic: &str| self.notes.iter().find(|(own, _)| own == topic).map(|(_, text)| text.as_str());
        if chinese { find(&format!("zh_{topic}")).or_else(|| find(topic)) } else { find(topic) }
    }

    /// What people call it: its label in Chinese, else its English one, else its name.
    pub fn title(&self, chinese: bool) -> &str {
        let label = if chinese { self.label.as_deref() } else { self.note("en", false) };
        label.or(self.label.as_deref()).unwrap_or(&self.name)
    }

    /// What it means, in Chinese (`note zh`) if that is there and wanted.
    pub fn meaning(&self, chinese: bool) -> &str {
        let own = self.notes.iter().find(|(topic, _)| topic == "zh").map(|(_, text)| text.as_str());
        own.filter(|_| chinese).unwrap_or(&self.meaning)
    }
}

/// Everything that the library has, by module, in the order of its text.
pub fn described() -> Vec<Described> {
    MODULES.iter().flat_map(|module| of_module(*module)).collect()
}

fn of_module(module: Module) -> Vec<Described> {
    let mut files = Files::new();
    let (file, _) = parse(&mut files, module);
    let text = |span: Span| in_one_line(files.text(span));
    let plain = |kind: Kind, item: &ast::Item, name: &ast::Name, label: &ast::Label| Described {
        kind,
        module: module.name,
        name: name.text.clone(),
        label: label.as_ref().map(|label| label.value.clone()),
        meaning: in_one_line(item.doc.as_deref().unwrap_or_default()),
        formula: text(item.span),
        takes: Vec::new(),
        notes: Vec::new(),
        examples: Vec::new(),
    };
    let files_of_module = [file];
    let mut found: Vec<(u32, Described)> = Vec::new();
    for item in files_of_module.iter().flat_map(|file| &file.items) {
        let described = match &item.kind {
            ItemKind::Function(function) => Described {
                takes: function
                    .params
                    .iter()
                    .map(|(name, ty)| Taken {
                        name: name.text.clone(),
                        ty: show_type(ty),
                        default: None,
                        columns: Vec::new(),
                    })
                    .collect(),
                ..plain(Kind::Function, item, &function.name, &function.label)
            },
            ItemKind::Curve(curve) => plain(Kind::Curve, item, &curve.name, &curve.label),
            _ => continue,
        };
        found.push((item.span.start, described));
    }
    for (item, entry, takes) in taken(&files_of_module, module.name) {
        let formula = entry.formula.as_ref().map(|formula| text(formula.span));
        let described = Described {
            formula: formula.unwrap_or_default(),
            takes: takes.iter().map(|taken| of_param(taken, &text)).collect(),
            notes: entry.notes.iter().map(|(topic, text)| (topic.text.clone(), text.value.clone())).collect(),
            examples: entry.examples.iter().map(|example| of_example(example, files.text(example.span))).collect(),
            ..plain(Kind::Entry, item, &entry.name, &entry.label)
        };
        found.push((item.span.start, described));
    }
    found.sort_by_key(|(start, _)| *start);
    found.into_iter().map(|(_, described)| described).collect()
}

fn of_param(taken: &entries::Taken<'_>, text: &dyn Fn(Span) -> String) -> Taken {
    let columns = taken.table.iter().flat_map(|(_, columns)| columns).map(|column| Column {
        name: column.name.text.clone(),
        ty: show_type(&column.ty) + if column.time.is_some() { " time" } else { "" },
        header: column.header.as_ref().map(|header| header.value.clone()),
    });
    Taken {
        name: taken.param.name.text.clone(),
        ty: show_type(&taken.param.ty),
        default: taken.param.default.as_ref().map(|default| text(default.span)),
        columns: columns.collect(),
    }
}

/// An example by its text: what stands between its braces.
fn of_example(example: &ast::Example, text: &str) -> Example {
    let inner = text.split_once('\n').map(|(_, inner)| inner);
    let inner = match inner {
        Some(inner) => inner.trim_end().trim_end_matches('}').trim_end(),
        // All of it stands on one line.
        None => text.rsplit_once(" { ").map_or(text, |(_, inner)| inner).trim_end_matches('}').trim_end(),
    };
    let indent = inner.lines().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len());
    let indent = indent.min().unwrap_or(0);
    let lines: Vec<&str> = inner.lines().map(|line| line.get(indent..).unwrap_or_default()).collect();
    Example { name: example.name.value.clone(), text: lines.join("\n") }
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
