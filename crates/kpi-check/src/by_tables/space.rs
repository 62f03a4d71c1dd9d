//! The keys of several tables together.

use kpi_value::Date;

use super::complete::Key;
use super::walk::{Class, Domain, Rows};
use crate::model::{Arena, ByKey, ByTable, Dimension, ExprKind, Pattern, Table, Type};

/// The different keys of some tables, each once.
#[derive(Debug, Default)]
pub(crate) struct Space {
    keys: Vec<(ByKey, Key)>,
}

impl Space {
    /// Adds the keys of a table.
    pub(crate) fn add<T>(&mut self, table: &ByTable<T>, dimensions: &Arena<Dimension>, tables: &Arena<Table>) {
        for (place, key) in table.keys.iter().enumerate() {
            let at = match self.place(key) {
                Some(at) => at,
                None => {
                    self.keys.push((key.clone(), describe(key, dimensions, tables)));
                    self.keys.len() - 1
                }
            };
            if let Some((_, Key { domain: Domain::Dates(cuts), .. })) = self.keys.get_mut(at) {
                let patterns = table.rows.iter().filter_map(|row| row.patterns.get(place));
                cuts.extend(patterns.flat_map(dates));
                cuts.sort_unstable();
                cuts.dedup();
            }
        }
    }

    /// The keys as messages need them.
    pub(crate) fn keys(&self) -> Vec<Key> {
        self.keys.iter().map(|(_, key)| key.clone()).collect()
    }

    /// What each key can be.
    pub(crate) fn domains(&self) -> Vec<Domain> {
        self.keys.iter().map(|(_, key)| key.domain.clone()).collect()
    }

    /// The keys as the model has them.
    pub(crate) fn model_keys(&self) -> Vec<ByKey> {
        self.keys.iter().map(|(key, _)| key.clone()).collect()
    }

    /// The rows of a table, with one pattern for each key of the space.
    pub(crate) fn rows<'t, T>(&self, table: &'t ByTable<T>) -> Rows<'t> {
        let places: Vec<Option<usize>> = table.keys.iter().map(|key| self.place(key)).collect();
        let spread = |patterns: &'t [Pattern]| {
            let mut row = vec![&Pattern::Any; self.keys.len()];
            for (pattern, place) in patterns.iter().zip(&places) {
                if let Some(slot) = place.and_then(|place| row.get_mut(place)) {
                    *slot = pattern;
                }
            }
            row
        };
        table.rows.iter().map(|row| spread(&row.patterns)).collect()
    }

    /// Whether all keys of a table are among them.
    pub(crate) fn has<T>(&self, table: &ByTable<T>) -> bool {
        table.keys.iter().all(|key| self.place(key).is_some())
    }

    fn place(&self, key: &ByKey) -> Option<usize> {
        self.keys.iter().position(|(known, _)| same_key(known, key))
    }
}

/// What a key of a checked table can be, and what its values are called.
pub(crate) fn describe(key: &ByKey, dimensions: &Arena<Dimension>, tables: &Arena<Table>) -> Key {
    match key {
        ByKey::Date => {
            Key { name: "date".to_owned(), domain: Domain::Dates(Vec::new()), members: Vec::new(), optional: false }
        }
        ByKey::Expr(expr) => {
            let dimension = if let Type::Member(id) = expr.ty { Some(&dimensions[id]) } else { None };
            let members: Vec<String> = dimension.into_iter().flat_map(|d| &d.members).map(|m| m.name.clone()).collect();
            let mut name = dimension.map(|d| d.title.name.clone()).unwrap_or_default();
            let (known, optional) = match &expr.kind {
                ExprKind::Column(path) => {
                    let columns = || path.0.iter().filter_map(|c| tables[c.table].column(c.index));
                    name = columns().map(|c| c.title.name.as_str()).collect::<Vec<_>>().join(".");
                    let optional = columns().any(|c| c.optional);
                    (!optional, optional)
                }
                ExprKind::Const(value) => (value.is_some(), false),
                _ => (false, false),
            };
            Key { name, domain: Domain::Members(members.len() as u32, !known), members, optional }
        }
    }
}

/// The days at which a pattern begins and ends.
pub(crate) fn dates(pattern: &Pattern) -> Vec<Date> {
    match pattern {
        Pattern::Dates(from, before) => std::iter::once(*from).chain(*before).collect(),
        _ => Vec::new(),
    }
}

/// The pattern that takes a class; [`Pattern::Any`] for no data, which therefore must stand behind the others.
pub(crate) fn pattern(class: &Class) -> Pattern {
    match class {
        Class::Members(members) => Pattern::Members(members.clone()),
        Class::Dates(from, before) => Pattern::Dates(*from, *before),
        Class::Before(_) | Class::Any | Class::Missing => Pattern::Any,
    }
}

fn same_key(a: &ByKey, b: &ByKey) -> bool {
    match (a, b) {
        (ByKey::Date, ByKey::Date) => true,
        (ByKey::Expr(a), ByKey::Expr(b)) => a.id == b.id || a.kind == b.kind,
        _ => false,
    }
}
