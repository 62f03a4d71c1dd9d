//! The places of a policy at which another value can be put, each by its path: `host_card.watch_time.weight`, `watch_time.target.growth`.

use kpi_base::{Span, Text};

use crate::compare::pieces;
use crate::members::Member;
use crate::{Matter, Role, Side};

/// A place whose value can be replaced.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its path, as it is written: names of the declaration and of what is in it, then the member; rows in brackets.
    pub path: String,
    /// What it is, for people.
    pub title: Text,
    /// The declaration's role.
    pub role: Role,
    /// The value, in the files of the side.
    pub span: Span,
    /// Of a row with a bound in front (`≥ 80%: 100%`) all of it: what is written with a colon takes its place.
    pub row: Option<Span>,
}

/// All places of a policy, in the order of its text.
pub fn places(side: Side<'_>) -> Vec<Place> {
    let mut places = Vec::new();
    for piece in pieces(side, &std::collections::BTreeMap::new()) {
        let declaration = &piece.declaration;
        for member in piece.members.iter().filter(|member| is_value(declaration.role, member)) {
            let written = side.files.text(member.span);
            let row = member.family.as_ref().filter(|_| member.value == Some(member.span)).map(|_| member.span);
            let Some((span, at)) = value_of(member, row, written) else { continue };
            let path = path_of(&declaration.name, member, at);
            places.push(Place { path, title: member.title.clone(), role: declaration.role, span, row });
        }
    }
    places.sort_by_key(|place| (place.span.file, place.span.start));
    places
}

/// Whether two paths are of one place: dots and brackets, blanks and backticks make no difference.
pub fn same_path(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

fn plain(path: &str) -> Vec<String> {
    let parts = path.split(['.', '[', ']']).map(|part| part.chars().filter(|c| !c.is_whitespace() && *c != '`'));
    let parts = parts.map(|part| part.collect::<String>().replace(">=", "≥").replace("<=", "≤"));
    parts.filter(|part| !part.is_empty()).collect()
}

/// Whether a member is a value by itself, which another text can stand for.
fn is_value(role: Role, member: &Member) -> bool {
    let word = own_key(member);
    let word = word.split('[').next().unwrap_or_default();
    let known = [
        "value",
        "target",
        "weight",
        "formula",
        "cap",
        "floor",
        "attainment cap",
        "points",
        "when",
        "amount",
        "row",
        "grade",
        "body",
        "round to",
        "streak",
    ];
    let told =
        matches!(role, Role::Param | Role::Indicator | Role::Scorecard | Role::Incentive | Role::Rule | Role::Curve);
    told && member.matter == Matter::Meaning && member.shown.is_none() && known.contains(&word)
}

/// The key of a member inside of what it is a part of.
fn own_key(member: &Member) -> &str {
    let outer = member.owners.last().map(|owner| owner.key.as_str());
    outer.and_then(|outer| member.key.strip_prefix(outer)).map_or(member.key.as_str(), str::trim_start)
}

/// Where the value of a member is, and what its row is called, if it is one.
fn value_of<'t>(member: &Member, row: Option<Span>, written: &'t str) -> Option<(Span, Option<&'t str>)> {
    let Some(row) = row.filter(|_| !own_key(member).starts_with("weight")) else {
        return Some((member.value.unwrap_or(member.span), None));
    };
    // A bound, a colon, a value.
    let (at, _) = written.char_indices().find(|(_, c)| matches!(c, ':' | '：'))?;
    let (bound, behind) = written.split_at(at);
    let value = behind.trim_start_matches([':', '：']).trim_start();
    let start = row.end - value.len() as u32;
    Some((Span { start, ..row }, Some(bound.trim())))
}

fn path_of(declaration: &str, member: &Member, at: Option<&str>) -> String {
    let mut path = declaration.to_owned();
    let mut outer = "";
    for owner in &member.owners {
        // `line watch_time`: the name follows the kind.
        let own = owner.key.strip_prefix(outer).unwrap_or(&owner.key).trim_start();
        path.push('.');
        path.push_str(own.split_once(' ').map_or(own, |(_, name)| name));
        outer = &owner.key;
    }
    let key = own_key(member);
    let (word, row) = key.split_once('[').map_or((key, None), |(word, row)| (word, row.strip_suffix(']')));
    if !matches!(word, "value" | "amount" | "row" | "body") {
        path.push('.');
        path.push_str(word);
    }
    if let Some(row) = at.or(row) {
        path.push_str(&format!("[{row}]"));
    }
    path
}
