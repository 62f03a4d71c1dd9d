//! Two versions side by side.

use std::collections::{BTreeMap, BTreeSet};

use kpi_base::{Files, Span};
use kpi_syntax::ast::{Item, ItemKind};
use rustc_hash::FxHashSet;

use crate::canon::Canon;
use crate::dependents::Readers;
use crate::members::{Member, take_apart};
use crate::{Became, Change, Declaration, Diff, Excerpt, Matter, Role, Side};

/// A declaration in pieces.
pub(crate) struct Piece<'a> {
    pub declaration: Declaration,
    pub item: &'a Item,
    pub members: Vec<Member>,
    pub reads: BTreeSet<String>,
    name: Span,
}

/// Keys and normal forms of members, in order.
type Body<'a> = Vec<(&'a str, &'a str)>;

impl Piece<'_> {
    fn key(&self) -> (Role, &str) {
        (self.declaration.role, &self.declaration.name)
    }

    /// What it says that can move something, for a declaration of any name.
    fn body(&self) -> Body<'_> {
        let told = self.members.iter().filter(|member| member.matter != Matter::Words);
        let mut body: Vec<_> = told.map(|member| (member.key.as_str(), member.canon.as_str())).collect();
        body.sort_unstable();
        body
    }
}

/// What changed from one version to the other.
pub fn compare(base: Side<'_>, head: Side<'_>) -> Diff {
    let (before, after, renamed) = pieces_of_both(base, head);
    let mut readers = Readers::default();
    after.iter().for_each(|piece| readers.add(&piece.declaration, &piece.reads));
    // What the older version says is told of a declaration as the newer one has it.
    let newer: BTreeMap<(Role, &str), &Piece<'_>> = after.iter().map(|piece| (piece.key(), piece)).collect();
    for piece in &before {
        let (role, name) = piece.key();
        let name = renamed.get(name).map_or(name, String::as_str);
        let declaration = newer.get(&(role, name)).map_or(&piece.declaration, |piece| &piece.declaration);
        readers.add(declaration, &piece.reads);
    }
    let mut changes = Vec::new();
    let old: BTreeMap<(Role, &str), &Piece<'_>> = before.iter().map(|piece| (piece.key(), piece)).collect();
    let mut seen = BTreeSet::new();
    for piece in &after {
        let (role, name) = piece.key();
        let formerly = renamed.iter().find(|(_, new)| *new == name).map(|(old, _)| old.as_str());
        let partner = formerly.and_then(|name| old.get(&(role, name))).or_else(|| match renamed.contains_key(name) {
            true => None,
            false => old.get(&(role, name)),
        });
        let change = |became, matter, member: Option<&Member>, before, after| Change {
            id: 0,
            declaration: piece.declaration.clone(),
            became,
            matter,
            member: member.map(|member| member.title.clone()),
            before,
            after,
            dependents: Vec::new(),
        };
        let Some(partner) = partner else {
            let whole = excerpt(head.files, heading(piece));
            changes.push(change(Became::Added, matter_of(role), None, None, Some(whole)));
            continue;
        };
        seen.insert(partner.key());
        if partner.declaration.name != piece.declaration.name {
            let (before, after) = (excerpt(base.files, partner.name), excerpt(head.files, piece.name));
            changes.push(change(Became::Renamed, matter_of(role), None, Some(before), Some(after)));
        }
        for (old, new) in pairs(&partner.members, &piece.members) {
            let (became, member) = match (&old, &new) {
                (Some(_), Some(new)) => (Became::Changed, new),
                (None, Some(new)) => (Became::Added, new),
                (Some(old), None) => (Became::Removed, old),
                (None, None) => continue,
            };
            // Where the row is the same, only its value is told; where it is another one, all of it, and not as which.
            let same = old.as_ref().map(|member| &member.key) == new.as_ref().map(|member| &member.key);
            let told = |files: &Files, member: &Member| {
                let mut told = excerpt(files, member.value.filter(|_| same).unwrap_or(member.span));
                told.text = member.shown.clone().unwrap_or(told.text);
                told
            };
            let before = old.as_ref().map(|member| told(base.files, member));
            let after = new.as_ref().map(|member| told(head.files, member));
            let mut change = change(became, member.matter, Some(member), before, after);
            if let (Some(family), false) = (&member.family, same) {
                change.member = Some(family.title.clone());
            }
            changes.push(change);
        }
    }
    for piece in before.iter().filter(|piece| !seen.contains(&piece.key())) {
        changes.push(Change {
            id: 0,
            declaration: piece.declaration.clone(),
            became: Became::Removed,
            matter: matter_of(piece.declaration.role),
            member: None,
            before: Some(excerpt(base.files, heading(piece))),
            after: None,
            dependents: Vec::new(),
        });
    }
    changes.sort_by_key(|change| (change.matter, change.declaration.role));
    for (place, change) in changes.iter_mut().enumerate() {
        change.id = place as u32 + 1;
        if change.matter == Matter::Meaning && change.became != Became::Renamed {
            change.dependents = readers.of(&change.declaration.name);
        }
    }
    Diff { changes }
}

/// Both versions in pieces, and what the newer one calls otherwise.
pub(crate) fn pieces_of_both<'a>(
    base: Side<'a>,
    head: Side<'a>,
) -> (Vec<Piece<'a>>, Vec<Piece<'a>>, BTreeMap<String, String>) {
    let after = pieces(head, &BTreeMap::new());
    let mut renamed = BTreeMap::new();
    let mut before = pieces(base, &renamed);
    // What reads a declaration of another name is equal only once that is known.
    loop {
        let more = renames(&before, &after, &renamed);
        if more.is_empty() {
            return (before, after, renamed);
        }
        renamed.extend(more);
        before = pieces(base, &renamed);
    }
}

/// The declarations of one side in pieces, in the order of the text.
pub(crate) fn pieces<'a>(side: Side<'a>, renamed: &BTreeMap<String, String>) -> Vec<Piece<'a>> {
    let items = || side.parsed.iter().filter(|file| !file.library).flat_map(|file| &file.items);
    let declared: FxHashSet<&str> = items().flat_map(declared_names).collect();
    let called: FxHashSet<&str> = items()
        .filter_map(|item| match &item.kind {
            ItemKind::Dimension(d) => Some(d.name.text.as_str()),
            ItemKind::Scale(s) => Some(s.name.text.as_str()),
            ItemKind::Shape(s) => Some(s.name.text.as_str()),
            ItemKind::Function(f) => Some(f.name.text.as_str()),
            _ => None,
        })
        .collect();
    let currency = items().find_map(|item| match &item.kind {
        ItemKind::Policy(policy) => policy.currency.as_ref().map(|name| name.text.as_str()),
        _ => None,
    });
    let mut pieces = Vec::new();
    for item in items() {
        let mut canon = Canon {
            declared: &declared,
            called: &called,
            renamed,
            currency: currency.unwrap_or_default(),
            reads: BTreeSet::new(),
            locals: Vec::new(),
            hole: None,
        };
        let Some((role, name, label, members)) = take_apart(item, &mut canon) else { continue };
        let label = label.map(|label| label.value);
        pieces.push(Piece {
            declaration: Declaration { role, name: name.text, label },
            item,
            members,
            reads: canon.reads,
            name: name.span,
        });
    }
    pieces
}

/// Every name that a declaration makes.
pub(crate) fn declared_names(item: &Item) -> Vec<&str> {
    match &item.kind {
        ItemKind::Dimension(d) => {
            std::iter::once(&d.name).chain(d.members.iter().map(|(name, _)| name)).map(|n| n.text.as_str()).collect()
        }
        ItemKind::Roster(t) | ItemKind::Source(t) | ItemKind::Shape(t) => {
            std::iter::once(&t.name).chain(t.columns.iter().map(|c| &c.name)).map(|n| n.text.as_str()).collect()
        }
        ItemKind::View(v) => {
            let columns = v.grouping.iter().flat_map(|grouping| &grouping.columns).map(|column| &column.name);
            std::iter::once(&v.name).chain(columns).map(|n| n.text.as_str()).collect()
        }
        ItemKind::Param(p) => vec![&p.name.text],
        ItemKind::Function(f) => vec![&f.name.text],
        ItemKind::Curve(c) => vec![&c.name.text],
        ItemKind::Indicator(i) => {
            std::iter::once(&i.name).chain(i.parts.iter().map(|part| &part.name)).map(|n| n.text.as_str()).collect()
        }
        ItemKind::Scorecard(s) => {
            let vetoes = s.vetoes.iter().map(|veto| &veto.name);
            std::iter::once(&s.name).chain(vetoes).map(|n| n.text.as_str()).collect()
        }
        ItemKind::Incentive(i) => {
            std::iter::once(&i.name).chain(i.pays.iter().map(|pay| &pay.name)).map(|n| n.text.as_str()).collect()
        }
        ItemKind::Rule(r) => vec![&r.name.text],
        ItemKind::Scale(s) => vec![&s.name.text],
        ItemKind::Goal(g) => vec![&g.name.text],
        ItemKind::Policy(_) | ItemKind::Require(_) | ItemKind::Prove(_) | ItemKind::Test(_) | ItemKind::Use(_) => {
            Vec::new()
        }
    }
}

/// Declarations that are gone, each with the one new declaration that says the same.
fn renames(before: &[Piece<'_>], after: &[Piece<'_>], known: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let names = |pieces: &[Piece<'_>]| -> BTreeSet<(Role, String)> {
        pieces.iter().map(|piece| (piece.declaration.role, piece.declaration.name.clone())).collect()
    };
    let (old, new) = (names(before), names(after));
    let taken: BTreeSet<&String> = known.values().collect();
    let gone = before.iter().filter(|piece| {
        !new.contains(&(piece.declaration.role, piece.declaration.name.clone()))
            && !known.contains_key(&piece.declaration.name)
    });
    let mut added: BTreeMap<(Role, Body<'_>), Vec<&Piece<'_>>> = BTreeMap::new();
    for piece in after {
        let (role, name) = (piece.declaration.role, &piece.declaration.name);
        if !old.contains(&(role, name.clone())) && !taken.contains(name) {
            added.entry((role, piece.body())).or_default().push(piece);
        }
    }
    let mut found = BTreeMap::new();
    for piece in gone {
        let partners = added.get_mut(&(piece.declaration.role, piece.body()));
        // Of several that say the same, in the order of the text.
        if let Some(partners) = partners.filter(|partners| !partners.is_empty()) {
            found.insert(piece.declaration.name.clone(), partners.remove(0).declaration.name.clone());
        }
    }
    found
}

/// The members of both that are not equal: by key, then what is left of a family in order, if as many are left on both sides. What is a
/// part of something that is there on one side only is told as that.
pub(crate) fn pairs(old: &[Member], new: &[Member]) -> Vec<(Option<Member>, Option<Member>)> {
    let by_key: BTreeMap<&str, &Member> = old.iter().map(|member| (member.key.as_str(), member)).collect();
    let keys: BTreeSet<&str> = new.iter().map(|member| member.key.as_str()).collect();
    let mut gone: Vec<&Member> = old.iter().filter(|member| !keys.contains(member.key.as_str())).collect();
    let added: Vec<&Member> = new.iter().filter(|member| !by_key.contains_key(member.key.as_str())).collect();
    let mut moved: BTreeMap<&str, &Member> = BTreeMap::new();
    let families: BTreeSet<&str> =
        added.iter().filter_map(|member| Some(member.family.as_ref()?.key.as_str())).collect();
    for family in families {
        let of = |member: &&&Member| member.family.as_ref().is_some_and(|own| own.key == family);
        let (left, right): (Vec<&Member>, Vec<&Member>) =
            (gone.iter().filter(of).copied().collect(), added.iter().filter(of).copied().collect());
        if left.len() == right.len() {
            moved.extend(right.iter().zip(left).map(|(new, old)| (new.key.as_str(), old)));
        }
    }
    gone.retain(|member| !moved.values().any(|old| old.key == member.key));
    let (in_old, in_new) = (owners(old), owners(new));
    let (mut found, mut told) = (Vec::new(), BTreeSet::new());
    for member in new {
        match by_key.get(member.key.as_str()).or_else(|| moved.get(member.key.as_str())) {
            Some(old) if old.canon == member.canon && old.key == member.key => {}
            Some(old) => found.push((Some((*old).clone()), Some(member.clone()))),
            None => found.extend(whole(member, &in_old, &mut told).map(|member| (None, Some(member)))),
        }
    }
    for member in gone {
        found.extend(whole(member, &in_new, &mut told).map(|member| (Some(member), None)));
    }
    found
}

fn owners(members: &[Member]) -> BTreeSet<&str> {
    members.iter().flat_map(|member| &member.owners).map(|owner| owner.key.as_str()).collect()
}

/// A member, or the outermost part around it that the other side does not have; none if that was told.
fn whole(member: &Member, others: &BTreeSet<&str>, told: &mut BTreeSet<String>) -> Option<Member> {
    let Some(owner) = member.owners.iter().find(|owner| !others.contains(owner.key.as_str())) else {
        return Some(member.clone());
    };
    let new = told.insert(owner.key.clone());
    let (key, title) = (owner.key.clone(), owner.title.clone());
    new.then(|| Member {
        key,
        title,
        span: owner.span,
        matter: Matter::Meaning,
        value: None,
        shown: None,
        family: None,
        ..member.clone()
    })
}

const fn matter_of(role: Role) -> Matter {
    match role {
        Role::Test | Role::Require | Role::Prove => Matter::Tests,
        Role::Goal => Matter::Words,
        _ => Matter::Meaning,
    }
}

/// Where a whole declaration is shown: its first line.
fn heading(piece: &Piece<'_>) -> Span {
    Span { end: piece.name.end.max(piece.item.span.start), ..piece.item.span }
}

/// The text of a place on one line.
pub(crate) fn excerpt(files: &Files, span: Span) -> Excerpt {
    let mut text = String::new();
    for line in files.text(span).lines() {
        for word in without_comment(line).split_whitespace() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
    }
    let file = files.get(span.file);
    let line = file.map_or(1, |file| file.line_column(span.start).line);
    Excerpt { text, path: file.map(|file| file.path.clone()).unwrap_or_default(), line, span }
}

/// A line without the comment at its end: two slashes inside a text are none.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '/' if !quoted && before == '/' => return line.get(..at.saturating_sub(1)).unwrap_or(line),
            _ => {}
        }
        before = c;
    }
    line
}
