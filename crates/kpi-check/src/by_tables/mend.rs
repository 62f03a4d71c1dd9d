//! Changes that would mend a `by` table: rows that are missing, and rows that never apply.
//!
//! A row that is put in has the value of a row that is there, which somebody must look at: no such change is safe.

use kpi_base::{Edit, Fix, Span, Text, text};
use kpi_syntax::ast::Pattern;

use crate::counter::{Combination, KeyValue, show_day};
use crate::written::{Texts, columns, written_name};

/// A table as it is written.
#[derive(Clone, Debug)]
pub(crate) struct WrittenTable<'a> {
    /// Its rows, of a grid its cells: the patterns, and where it stands.
    pub(crate) rows: Vec<(&'a [Pattern], Span)>,
    /// Whether a value may be `none`: not judged.
    pub(crate) targets: bool,
}

impl WrittenTable<'_> {
    /// Whether its rows are cells of a grid, whose patterns stand elsewhere.
    fn is_grid(&self) -> bool {
        self.rows.first().is_some_and(|(patterns, row)| patterns.last().is_some_and(|p| p.span().start < row.start))
    }

    /// The changes that give every missing combination a row.
    pub(crate) fn add_rows(&self, missing: &[Combination], texts: &Texts<'_>) -> Vec<Fix> {
        if self.is_grid() {
            return self.widen_grid(missing, texts).into_iter().collect();
        }
        let one = missing.len() == 1;
        let title = if one {
            text!("insert the missing row with the value of the row above, and put in its own")
        } else {
            text!("insert the missing rows with the values of the rows above, and put in their own")
        };
        let mut fixes: Vec<Fix> = self.insert_rows(missing, texts, None, title).into_iter().collect();
        if self.targets {
            let title = if one {
                text!("insert the missing row with `none`: not judged")
            } else {
                text!("insert the missing rows with `none`: not judged")
            };
            fixes.extend(self.insert_rows(missing, texts, Some("none"), title));
        }
        fixes
    }

    fn insert_rows(&self, missing: &[Combination], texts: &Texts<'_>, value: Option<&str>, title: Text) -> Option<Fix> {
        // The rows that go below each row that is there.
        let mut below: Vec<(usize, Vec<String>)> = Vec::new();
        for combination in missing {
            let (place, (patterns, span)) = self.nearest(combination)?;
            let value = match value {
                Some(value) => value,
                None => value_of(patterns, *span, texts)?,
            };
            let row = format!("{}: {value}", head(combination));
            match below.iter_mut().find(|(known, _)| *known == place) {
                Some((_, rows)) => rows.push(row),
                None => below.push((place, vec![row])),
            }
        }
        let edits = below.into_iter().filter_map(|(place, rows)| {
            let (_, span) = *self.rows.get(place)?;
            Some(if texts.has_own_lines(span) {
                texts.line_below(span, &rows.join(&format!("\n{}", texts.before(span))))
            } else {
                Edit { span: span.after(), text: format!(", {}", rows.join(", ")) }
            })
        });
        Some(Fix { title, edits: edits.collect(), safe: false })
    }

    /// The row that agrees with a combination in most keys, the last of them.
    fn nearest(&self, combination: &Combination) -> Option<(usize, &(&[Pattern], Span))> {
        let agreeing = |patterns: &[Pattern]| {
            let keys = patterns.iter().zip(&combination.parts);
            // A key further to the left weighs more: rows are grouped by it.
            keys.fold(0_u64, |sum, (pattern, part)| sum << 1 | u64::from(agrees(pattern, &part.value)))
        };
        self.rows.iter().enumerate().max_by_key(|(place, (patterns, _))| (agreeing(patterns), *place))
    }

    /// The change that takes a row out.
    pub(crate) fn remove_row(&self, row: Span, texts: &Texts<'_>) -> Option<Fix> {
        if self.is_grid() {
            return None;
        }
        let rows: Vec<Span> = self.rows.iter().map(|(_, span)| *span).collect();
        let edit = take_out(&rows, row, texts)?;
        Some(Fix { title: text!("remove the row"), edits: vec![edit], safe: false })
    }

    /// A row below a grid, or a column at its right, if that is what is missing.
    fn widen_grid(&self, missing: &[Combination], texts: &Texts<'_>) -> Option<Fix> {
        let lines = self.lines();
        let (first, last) = (lines.first()?, lines.last()?);
        let parts = |place: usize| missing.iter().map(move |combination| combination.parts.get(place));
        let part = |place: usize| missing.first().and_then(|combination| combination.parts.get(place));
        let same = |place: usize| parts(place).all(|p| p == part(place));
        if same(0) && missing.len() == members_of(first.iter().map(|(patterns, _)| patterns.get(1))) {
            let title = text!("insert the missing row with the value of the row above, and put in its own");
            let name = head_of(&part(0)?.value);
            let (patterns, cell) = last.last()?;
            let name_span = patterns.first()?.span();
            let from = texts.at(Span { start: name_span.end, end: cell.end, ..*cell });
            let (gap, cells) = from.split_once('|')?;
            let bar = texts.behind(*cell).find('|')?;
            let end = texts.behind(*cell).get(..=bar)?;
            let width = columns(texts.at(name_span)) + columns(gap);
            let line = format!("{}|{cells}{end}", pad(&name, width.max(columns(&name) + 1)));
            let whole = Span { start: name_span.start, end: cell.end + end.len() as u32, ..*cell };
            return Some(Fix { title, edits: vec![texts.line_below(whole, &line)], safe: false });
        }
        let rows = lines.iter().map(|line| line.first().and_then(|(patterns, _)| patterns.first()));
        if same(1) && missing.len() == members_of(rows) {
            let name = head_of(&part(1)?.value);
            let heading = first.last()?.0.get(1)?.span();
            let cells = lines.iter().filter_map(|line| line.last()).map(|(_, cell)| *cell);
            return add_column(&name, std::iter::once(heading).chain(cells), texts);
        }
        None
    }

    /// The cells of a grid, line by line.
    fn lines(&self) -> Vec<&[(&[Pattern], Span)]> {
        let line = |row: &(&[Pattern], Span)| row.0.first().map(Pattern::span);
        self.rows.chunk_by(|a, b| line(a) == line(b)).collect()
    }
}

/// The change that puts a column at the right of a grid; `last` are the places of its last column, the heading first.
pub(crate) fn add_column(name: &str, last: impl Iterator<Item = Span>, texts: &Texts<'_>) -> Option<Fix> {
    let title = text!("insert the missing column with the values of the one before, and put in its own");
    let last: Vec<Span> = last.collect();
    let content = |place: usize, span: Span| if place == 0 { name } else { texts.at(span) };
    let width = last.iter().enumerate().map(|(place, span)| columns(content(place, *span))).max()?;
    let edit = |(place, span): (usize, &Span)| {
        let end = span.end + texts.behind(*span).find('|')? as u32 + 1;
        let text = format!(" {} |", pad(content(place, *span), width));
        Some(Edit { span: Span { start: end, end, ..*span }, text })
    };
    let edits = last.iter().enumerate().map(edit).collect::<Option<_>>()?;
    Some(Fix { title, edits, safe: false })
}

/// The edit that takes one of some rows out, with what parts it from its neighbours.
pub(crate) fn take_out(rows: &[Span], row: Span, texts: &Texts<'_>) -> Option<Edit> {
    let place = rows.iter().position(|span| *span == row)?;
    if texts.has_own_lines(row) {
        return Some(texts.without_lines(row));
    }
    let before = place.checked_sub(1).and_then(|place| rows.get(place));
    let span = match (before, rows.get(place + 1)) {
        (Some(before), _) => Span { start: before.end, ..row },
        (None, Some(next)) => Span { end: next.start, ..row },
        (None, None) => return None,
    };
    Some(Edit { span, text: String::new() })
}

/// The value of a row, as it is written.
fn value_of<'t>(patterns: &[Pattern], row: Span, texts: &Texts<'t>) -> Option<&'t str> {
    let behind = texts.at(Span { start: patterns.last()?.span().end, ..row }).trim_start();
    Some(behind.strip_prefix([':', '：'])?.trim())
}

/// The patterns of a row that has just this combination.
fn head(combination: &Combination) -> String {
    if let [part] = combination.parts.as_slice()
        && part.value == KeyValue::NoData
    {
        return "else".to_owned();
    }
    let parts: Vec<String> = combination.parts.iter().map(|part| head_of(&part.value)).collect();
    parts.join(", ")
}

fn head_of(value: &KeyValue) -> String {
    match value {
        KeyValue::Member(name) => written_name(name),
        KeyValue::Dates(from, _) => format!("from {}", show_day(*from)),
        KeyValue::NoData | KeyValue::Before(_) => "_".to_owned(),
    }
}

fn agrees(pattern: &Pattern, value: &KeyValue) -> bool {
    match (pattern, value) {
        (Pattern::Any(_), _) => true,
        (Pattern::Members(names), KeyValue::Member(member)) => names.iter().any(|name| name.text == *member),
        (Pattern::From(date, _), KeyValue::Dates(from, _)) => date == from,
        _ => false,
    }
}

/// How many members some patterns name.
fn members_of<'p>(patterns: impl Iterator<Item = Option<&'p Pattern>>) -> usize {
    patterns.flatten().map(|pattern| if let Pattern::Members(names) = pattern { names.len() } else { 1 }).sum()
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}
