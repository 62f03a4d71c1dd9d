//! Which members and combinations a `by` table still lacks.

use kpi_base::text;
use kpi_syntax::ast::Item;
use kpi_syntax::words::Place;

use super::offers::Offers;
use super::quote;
use crate::resolve::{members, written};
use crate::scan::{Kind, Token};

/// The most rows that are put in at once.
const MOST: usize = 60;

/// The rows that the table around the place lacks, if the place begins a row: each by itself, and all at once.
pub(super) fn gather(offers: &mut Offers<'_, '_>, brace: usize, keys: &[Option<&Item>]) {
    let dimensions: Vec<&Item> = keys.iter().copied().flatten().collect();
    if dimensions.len() != keys.len() || dimensions.is_empty() {
        return;
    }
    let rows = written_rows(&offers.spot.tokens, brace, offers.at.offset as usize, keys.len());
    if rows
        .iter()
        .any(|row| row.len() == 1 && keys.len() > 1 || row.iter().any(|p| p.iter().any(|m| *m == "else" || *m == "_")))
    {
        return;
    }
    let mut missing: Vec<Vec<&str>> = vec![Vec::new()];
    for dimension in &dimensions {
        let all = members(dimension);
        missing = missing
            .into_iter()
            .flat_map(|start| all.iter().map(move |(name, _)| [start.clone(), vec![name.text.as_str()]].concat()))
            .collect();
        if missing.len() > 4 * MOST {
            return;
        }
    }
    let holds = |row: &Vec<Vec<&str>>, one: &[&str]| {
        row.iter().zip(one).all(|(pattern, member)| pattern.iter().any(|own| own == member))
    };
    missing.retain(|one| !rows.iter().any(|row| holds(row, one)));
    let value = value_of_rows(&offers.spot.tokens, brace, offers.at.offset as usize);
    if missing.len() > 1 && missing.len() <= MOST {
        let indent = indent_of(offers);
        let rows = missing.iter().enumerate().map(|(place, one)| {
            let head = one.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ");
            format!("{head}: {value}${}", place + 1)
        });
        let insert = rows.collect::<Vec<_>>().join(&indent);
        let n = missing.len();
        let first = missing.first().map(|one| one.join(", ")).unwrap_or_default();
        offers.snippet(format!("{first}, …"), insert, Some(text!("all {n} missing rows", n)), 0);
    }
    let first_of = |names: &[&str]| names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ");
    for one in missing.iter().take(MOST).filter(|_| keys.len() > 1) {
        let head = first_of(one);
        offers.snippet(head.clone(), format!("{head}: {value}$0"), Some(text!("a missing row")), 1);
    }
    if let [dimension] = dimensions.as_slice() {
        let all: Vec<String> = missing.iter().filter_map(|one| one.first()).map(|name| quote(name)).collect();
        offers.members(dimension, 1, &|name: &str| all.iter().any(|own| own == name), |name| {
            format!("{name}: {value}$0")
        });
    }
    offers.word_with("else", Place::Row, 3, Some(&format!(": {value}$0")));
}

/// The patterns of the rows of a table, without the row at the place.
fn written_rows<'s>(tokens: &[Token<'s>], brace: usize, at: usize, keys: usize) -> Vec<Vec<Vec<&'s str>>> {
    let mut rows = Vec::new();
    let mut depth = 0usize;
    let mut row: Vec<Vec<&'s str>> = vec![Vec::new()];
    let mut in_key = true;
    let mut own = false;
    for token in tokens.get(brace + 1..).unwrap_or_default() {
        match token.kind {
            Kind::Close if depth == 0 => break,
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        if depth > 0 {
            continue;
        }
        if token.first && !in_key {
            (row, in_key, own) = (vec![Vec::new()], true, false);
        }
        own |= token.start <= at && at <= token.end;
        match token.kind {
            Kind::Word if in_key && !token.is("or") => {
                if let Some(last) = row.last_mut() {
                    last.push(if token.is("else") { "else" } else { written(token) });
                }
            }
            Kind::Comma if in_key && row.len() < keys => row.push(Vec::new()),
            Kind::Comma => (row, in_key, own) = (vec![Vec::new()], true, false),
            Kind::Colon if in_key => {
                if !own {
                    rows.push(std::mem::take(&mut row));
                }
                in_key = false;
            }
            _ => {}
        }
    }
    rows
}

/// The sign with which the values of the rows begin, where they do: `≥ `.
fn value_of_rows(tokens: &[Token<'_>], brace: usize, at: usize) -> String {
    let inside = tokens.get(brace + 1..).unwrap_or_default();
    let mut before_colon = false;
    for token in inside.iter().take_while(|t| !t.is("}")).filter(|t| t.end < at || t.start > at) {
        if before_colon && token.kind == Kind::Operator {
            return format!("{} ", token.text);
        }
        before_colon = token.kind == Kind::Colon;
    }
    let head = tokens.get(..brace).unwrap_or_default();
    let target = head.iter().rev().take(12).any(|t| t.is("target"));
    if target { "≥ ".to_owned() } else { String::new() }
}

/// What stands between rows: a line break with the indentation, or a comma.
fn indent_of(offers: &Offers<'_, '_>) -> String {
    let text = offers.names.snapshot.text(offers.at.file);
    let before = text.get(..offers.at.offset as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let lead: String = line.chars().take_while(|c| *c == ' ' || *c == '\t').collect();
    if line.trim_start().chars().all(kpi_syntax::continues_name) && !line.is_empty() {
        format!("\n{lead}")
    } else {
        ", ".to_owned()
    }
}
