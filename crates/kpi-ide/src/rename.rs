//! Giving something another name, everywhere, or saying why that cannot be.
//!
//! What was declared for data keeps reading them: a column without `from` gets its old name as the header of the export, a member
//! without a label its old name as the label by which data name it. Where a table fits a shape by the name of a column, it says from
//! then on which column is meant. The edits are tried before they are given: every name must then
//! stand for what it stands for now.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kpi_base::{Edit, FileId, Span, Text, text};
use kpi_check::occurrences::{Occurrences, Symbol, SymbolId, SymbolKind};
use kpi_syntax::ast::{self, ItemKind};

use crate::definition::named_at;
use crate::snapshot::{FilePosition, Snapshot};

/// The name at a place that can be given another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamable {
    /// Where it stands.
    pub span: Span,
    /// The name, without backticks.
    pub name: String,
}

/// What becomes of a renaming.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renaming {
    /// The edits of policy files, in the order of their places.
    pub edits: Vec<Edit>,
    /// The names of a roster or a source, before and after: `kpi.toml` binds it to its files.
    pub bound: Option<(String, String)>,
}

/// Whether the name at a place can be given another one; `None` where no name stands.
///
/// # Errors
/// Why it cannot.
pub fn prepare(snapshot: &Snapshot, at: FilePosition) -> Result<Option<Renamable>, Text> {
    let Some((span, id)) = one_at(snapshot, at)? else { return Ok(None) };
    let Some(symbol) = snapshot.occurrences().symbol(id) else { return Ok(None) };
    check_own(snapshot, symbol)?;
    Ok(Some(Renamable { span, name: symbol.name.clone() }))
}

/// The edits that give what stands at a place another name; `None` where no name stands.
///
/// # Errors
/// Why it cannot have that name.
pub fn rename(snapshot: &Snapshot, at: FilePosition, new: &str) -> Result<Option<Renaming>, Text> {
    let Some((_, id)) = one_at(snapshot, at)? else { return Ok(None) };
    let Some(symbol) = snapshot.occurrences().symbol(id) else { return Ok(None) };
    check_own(snapshot, symbol)?;
    let new = new.trim().trim_matches(['`', '｀']);
    if new == symbol.name {
        return Ok(Some(Renaming::default()));
    }
    if new.is_empty() {
        return Err(text!("a name has at least one character"));
    }
    if new.contains(['`', '｀', '\n', '|', '"']) {
        return Err(text!("`{new}` is no name", new));
    }
    check_free(snapshot, id, symbol, new)?;
    let written = written_name(new);
    if symbol.kind == SymbolKind::Case && written != new {
        return Err(text!("in cells and texts `${new}` would end before its end: letters, digits and `_` only", new));
    }
    let cells = cells(snapshot);
    let spans: BTreeSet<Span> = snapshot.occurrences().of(id).iter().map(|found| found.span).collect();
    let edit = |span: &Span| {
        let text = if cells.contains(span) { new.to_owned() } else { written.clone() };
        Edit { span: *span, text }
    };
    let mut edits: Vec<Edit> = spans.iter().map(edit).collect();
    edits.extend(kept_for_data(snapshot, symbol));
    edits.extend(kept_for_entries(snapshot, id, symbol, &written));
    edits.sort_by_key(|edit| edit.span);
    try_out(snapshot, &edits, new)?;
    let bound =
        matches!(symbol.kind, SymbolKind::Roster | SymbolKind::Source).then(|| (symbol.name.clone(), new.to_owned()));
    Ok(Some(Renaming { edits, bound }))
}

/// The one meaning of the name at a place.
fn one_at(snapshot: &Snapshot, at: FilePosition) -> Result<Option<(Span, SymbolId)>, Text> {
    let found = named_at(snapshot, at);
    let Some(first) = found.first() else { return Ok(None) };
    // What is named by one name with something else cannot have another one alone.
    let occurrences = snapshot.occurrences();
    for found in occurrences.of(first.symbol) {
        let others = occurrences.in_file(found.span.file).iter().filter(|other| other.span == found.span);
        if others.count() > 1 {
            let name = snapshot.text_of(first.span);
            return Err(text!("`{name}` stands for columns of several tables in one place", name));
        }
    }
    Ok(Some((first.span, first.symbol)))
}

fn check_own(snapshot: &Snapshot, symbol: &Symbol) -> Result<(), Text> {
    let name = symbol.name.as_str();
    if snapshot.is_library(symbol.span.file) {
        return Err(text!("`{name}` is of the standard library, which is not yours to change", name));
    }
    match symbol.kind {
        SymbolKind::Module => return Err(text!("`{name}` is a module of the standard library", name)),
        SymbolKind::CalendarColumn => return Err(text!("`{name}` is a unit of the calendar", name)),
        SymbolKind::Subject => return Err(text!("`{name}` is a key in the data of this test", name)),
        _ => {}
    }
    Ok(())
}

/// The edits of what is bound to entries: a table fits a shape by the names of its columns, unless it says which is which.
fn kept_for_entries(snapshot: &Snapshot, id: SymbolId, column: &Symbol, new: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    if column.kind != SymbolKind::Column {
        return edits;
    }
    let occurrences = snapshot.occurrences();
    let items = snapshot.ids().filter_map(|id| snapshot.parsed(id)).filter(|file| !file.library);
    let bindings = items.flat_map(|file| &file.items).filter_map(|item| match &item.kind {
        ItemKind::Indicator(indicator) => indicator.binding.as_ref(),
        _ => None,
    });
    for binding in bindings {
        let Some((_, entry)) = binding.path.last().and_then(|name| symbol_at(snapshot, name.span)) else { continue };
        let at = FilePosition { file: entry.span.file, offset: entry.span.start };
        let Some(ItemKind::Indicator(written)) = snapshot.item_at(at).map(|item| &item.kind) else { continue };
        for (place, arg) in binding.args.iter().enumerate() {
            let (table, given): (&ast::Name, &[(ast::Name, ast::Expr)]) = match &arg.value {
                ast::BindingValue::Table(table, given) => (table, given),
                ast::BindingValue::Expr(ast::Expr { kind: ast::ExprKind::Name(name), .. }) => (name, &[]),
                ast::BindingValue::Expr(_) => continue,
            };
            let param = match &arg.name {
                Some(name) => written.params.iter().find(|param| param.name.text == name.text),
                None => written.params.get(place),
            };
            let Some(ast::TypeKind::Named(shape)) = param.map(|param| &param.ty.kind) else { continue };
            let Some((shape, _)) = symbol_at(snapshot, shape.span) else { continue };
            let of_shape = |other: &Symbol| other.owner == Some(shape) && other.kind == SymbolKind::Column;
            let mut columns = occurrences.symbols().iter().filter(|other| of_shape(other));
            let fits = columns.any(|other| other.name == column.name);
            if !fits || given.iter().any(|(name, _)| name.text == column.name) {
                continue;
            }
            let old = written_name(&column.name);
            let says = if of_shape(column) {
                format!("{new} = {old}")
            } else if bears(snapshot, table, id, column) {
                format!("{old} = {new}")
            } else {
                continue;
            };
            edits.push(match given.last() {
                Some((_, value)) => Edit { span: value.span.after(), text: format!(", {says}") },
                None => Edit { span: table.span.after(), text: format!(" {{ {says} }}") },
            });
        }
    }
    edits
}

fn symbol_at(snapshot: &Snapshot, span: Span) -> Option<(SymbolId, &Symbol)> {
    let occurrences = snapshot.occurrences();
    let found = occurrences.in_file(span.file).iter().find(|found| found.span == span)?;
    Some((found.symbol, occurrences.symbol(found.symbol)?))
}

/// Whether a table has a column: its own, or that of what it is a view of.
fn bears(snapshot: &Snapshot, table: &ast::Name, id: SymbolId, column: &Symbol) -> bool {
    let mut at = symbol_at(snapshot, table.span);
    // Views of each other are no tables, and end somewhere.
    for _ in 0..100 {
        let Some((table, symbol)) = at else { return false };
        if Some(table) == column.owner {
            return true;
        }
        let place = FilePosition { file: symbol.span.file, offset: symbol.span.start };
        let Some(ItemKind::View(view)) = snapshot.item_at(place).map(|item| &item.kind) else { return false };
        if let Some(grouping) = &view.grouping {
            let mut keys = grouping.keys.iter().filter_map(|names| names.last());
            return keys.any(|key| symbol_at(snapshot, key.span).is_some_and(|(found, _)| found == id));
        }
        at = symbol_at(snapshot, view.of.span);
    }
    false
}

/// Whether no other declaration has a name where it would be known.
fn check_free(snapshot: &Snapshot, id: SymbolId, symbol: &Symbol, new: &str) -> Result<(), Text> {
    let occurrences = snapshot.occurrences();
    let inside = |kind: SymbolKind| matches!(kind, SymbolKind::Group | SymbolKind::Veto | SymbolKind::Adjustment);
    let rivals = |other: &Symbol| {
        other.owner == symbol.owner
            && match symbol.kind {
                SymbolKind::Goal | SymbolKind::Tag | SymbolKind::Case => other.kind == symbol.kind,
                kind if inside(kind) => inside(other.kind),
                _ if symbol.owner.is_some() => other.kind == symbol.kind || other.kind == SymbolKind::CalendarColumn,
                _ => !matches!(other.kind, SymbolKind::Goal | SymbolKind::Tag | SymbolKind::Case | SymbolKind::Module),
            }
    };
    let of_one_test = |other: &Symbol| {
        let item =
            |span: Span| snapshot.item_at(FilePosition { file: span.file, offset: span.start }).map(|item| item.span);
        symbol.kind != SymbolKind::Case || item(other.span) == item(symbol.span)
    };
    let all = occurrences.symbols().iter().enumerate();
    let mut taken = all.filter(|(place, other)| {
        other.name == new
            && *place != id.0 as usize
            && !snapshot.is_library(other.span.file)
            && rivals(other)
            && of_one_test(other)
    });
    match taken.next() {
        None => Ok(()),
        Some((_, other)) => {
            let file = snapshot.files().get(other.span.file);
            let line = file.map_or(0, |file| file.line_column(other.span.start).line);
            let path = file.map(|file| file.path.clone()).unwrap_or_default();
            let path = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
            Err(text!("the name `{new}` is taken: {path}, line {line}", new, path, line))
        }
    }
}

/// A name as it is written: in backticks where it is no identifier.
fn written_name(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(kpi_syntax::starts_name) && chars.all(kpi_syntax::continues_name);
    let word = kpi_syntax::words::english(name).unwrap_or(name);
    let reserved = matches!(
        word,
        "if" | "then" | "else" | "and" | "or" | "not" | "in" | "is" | "true" | "false" | "none" | "self"
    );
    if plain && !reserved { name.to_owned() } else { format!("`{name}`") }
}

/// The cells of grids, in which names have no backticks.
fn cells(snapshot: &Snapshot) -> HashSet<Span> {
    let items = snapshot.ids().filter_map(|id| snapshot.parsed(id)).flat_map(|file| &file.items);
    let mut cells = HashSet::new();
    for item in items {
        let tables: Vec<&ast::TestTable> = match &item.kind {
            ItemKind::Test(test) => test.tables.iter().chain(&test.each).collect(),
            ItemKind::Indicator(indicator) => indicator.examples.iter().flat_map(|e| &e.tables).collect(),
            _ => continue,
        };
        cells.extend(tables.iter().flat_map(|t| &t.rows).flat_map(|row| &row.cells).map(|cell| cell.span));
    }
    cells
}

/// The edit by which data are read as before.
fn kept_for_data(snapshot: &Snapshot, symbol: &Symbol) -> Option<Edit> {
    let at = FilePosition { file: symbol.span.file, offset: symbol.span.start };
    let item = snapshot.item_at(at)?;
    let old = &symbol.name;
    match &item.kind {
        ItemKind::Roster(table) | ItemKind::Source(table) => {
            let column = table.columns.iter().find(|column| column.name.span == symbol.span)?;
            if column.header.is_some() {
                return None;
            }
            let chinese = snapshot.text_of(item.span).chars().next().is_some_and(|c| !c.is_ascii());
            let word = if chinese { "取自" } else { "from" };
            Some(Edit { span: column.ty.span.after(), text: format!(" {word} \"{old}\"") })
        }
        ItemKind::Dimension(dimension) => {
            let (name, label) = dimension.members.iter().find(|(name, _)| name.span == symbol.span)?;
            label.is_none().then(|| Edit { span: name.span.after(), text: format!(" \"{old}\"") })
        }
        _ => None,
    }
}

/// Whether after the edits every name stands for what it stands for now, and all can be read as before.
fn try_out(snapshot: &Snapshot, edits: &[Edit], new: &str) -> Result<(), Text> {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    edits.iter().for_each(|edit| by_file.entry(edit.span.file).or_default().push(edit));
    let mut changed: BTreeMap<FileId, ast::File> = BTreeMap::new();
    for (file, edits) in &by_file {
        let old = snapshot.parsed(*file);
        let before = kpi_syntax::parse(*file, snapshot.text(*file)).diagnostics.len();
        let text = apply(snapshot.text(*file), edits);
        let parsed = kpi_syntax::parse(*file, &text);
        if parsed.diagnostics.len() > before {
            return Err(text!("`{new}` cannot be read as a name everywhere that it would have to stand", new));
        }
        let module = old.map(|old| old.module.clone()).unwrap_or_default();
        changed.insert(*file, ast::File { module, ..parsed.file });
    }
    let files = snapshot.ids().filter_map(|id| changed.get(&id).or_else(|| snapshot.parsed(id)));
    let after = Occurrences::find(files);
    let moved = |span: Span| move_span(span, by_file.get(&span.file).map(Vec::as_slice).unwrap_or_default());
    let wanted = meanings(snapshot.occurrences(), moved);
    // What is written besides names is where it is put.
    let besides = edits.iter().filter(|edit| edit.span.start == edit.span.end);
    let added: Vec<Span> = besides.map(|edit| moved(edit.span)).collect();
    let is_added = |span: Span| {
        added.iter().any(|added| added.file == span.file && added.start <= span.start && span.end <= added.end)
    };
    let mut found = meanings(&after, |span| span);
    found.retain(|(span, ..)| !is_added(*span));
    let Some((span, ..)) = wanted.symmetric_difference(&found).next() else { return Ok(()) };
    let line = changed.get(&span.file).map(|file| line_of(&file.text.0, span.start));
    let line = line.unwrap_or_else(|| line_of(snapshot.text(span.file), span.start));
    let path = snapshot.files().get(span.file).map(|file| file.path.clone()).unwrap_or_default();
    let path = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    Err(text!("with the name `{new}` something else would be meant: {path}, line {line}", new, path, line))
}

fn line_of(text: &str, offset: u32) -> usize {
    text.get(..offset as usize).unwrap_or_default().matches('\n').count() + 1
}

/// Every place with the declaration and the kind of what it stands for.
fn meanings(occurrences: &Occurrences, moved: impl Fn(Span) -> Span) -> BTreeSet<(Span, Span, SymbolKind)> {
    let meaning = |found: kpi_check::occurrences::Occurrence| {
        let symbol = occurrences.symbol(found.symbol)?;
        Some((moved(found.span), moved(symbol.span), symbol.kind))
    };
    occurrences.iter().filter_map(meaning).collect()
}

/// Where a place is after edits in order: a name that is replaced has the length of the new one.
fn move_span(span: Span, edits: &[&Edit]) -> Span {
    let grown = |edit: &&Edit| edit.text.len() as i64 - i64::from(edit.span.end - edit.span.start);
    let before = edits.partition_point(|edit| edit.span.end <= span.start && edit.span != span);
    let shift: i64 = edits.iter().take(before).map(grown).sum();
    let start = (i64::from(span.start) + shift) as u32;
    let length = match edits.get(before).filter(|edit| edit.span == span) {
        Some(edit) => edit.text.len() as u32,
        None => span.end - span.start,
    };
    Span { start, end: start + length, ..span }
}

/// A text after edits in order.
pub fn apply(text: &str, edits: &[&Edit]) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0usize;
    for edit in edits {
        out.push_str(text.get(at..edit.span.start as usize).unwrap_or_default());
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The edits of a `kpi.toml`, as ranges of bytes, by which the files of a table stay bound to it under another name: keys of
/// `[sources]` and `[env.….sources]`.
pub fn rename_binding(config: &str, old: &str, new: &str) -> Vec<(std::ops::Range<usize>, String)> {
    let bare =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let written = if bare(new) { new.to_owned() } else { format!("\"{new}\"") };
    let mut edits = Vec::new();
    let (mut at, mut in_sources) = (0usize, false);
    for line in config.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim_start();
        if let Some(head) = trimmed.strip_prefix('[') {
            let name = head.split(']').next().unwrap_or_default().trim();
            in_sources = name == "sources" || (name.starts_with("env.") && name.ends_with(".sources"));
            continue;
        }
        let Some((key, _)) = trimmed.split_once('=').filter(|_| in_sources && !trimmed.starts_with('#')) else {
            continue;
        };
        let key = key.trim_end();
        if key.trim_matches(['"', '\'']) == old {
            let from = start + (line.len() - trimmed.len());
            edits.push((from..from + key.len(), written.clone()));
        }
    }
    edits
}

#[cfg(test)]
mod tests;
