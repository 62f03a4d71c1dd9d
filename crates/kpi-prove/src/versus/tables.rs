//! `by` tables of both versions: which rows are in force together.

use kpi_check::model::{ByKey, ByTable, Expr, ExprKind, Pattern, Type};
use kpi_value::Date;

use super::pairs::Pairs;
use super::relation::Relation;
use crate::cases::{Case, Choice};
use crate::scene::Scene;
use crate::value::Trend;
use crate::words::fingerprint;

/// What both tables depend on.
enum Key<'m> {
    Date,
    /// The key in each version that has it.
    Expr(Option<&'m Expr>, Option<&'m Expr>),
}

/// One value of a key, standing for all that neither table tells apart.
#[derive(Clone, Copy, Debug)]
enum Class {
    Member(u32),
    Missing,
    Day(Date),
}

/// Rows of two tables that are in force together; none where no row of one of them is.
pub(super) type Together<'t, T> = Vec<(Option<&'t T>, Option<&'t T>)>;

/// How many combinations of keys are looked at.
const MOST: usize = 4096;

/// A table with its keys: those that are written where it is read, or its own.
pub(super) struct Keyed<'m, T> {
    pub table: &'m ByTable<T>,
    pub written: Option<&'m [Expr]>,
}

impl<'m, T> Keyed<'m, T> {
    pub fn own(table: &'m ByTable<T>) -> Keyed<'m, T> {
        Keyed { table, written: None }
    }

    fn keys(&self) -> Vec<Option<&'m Expr>> {
        let mut written = self.written.unwrap_or_default().iter();
        let key = |key: &'m ByKey| match key {
            ByKey::Date => None,
            ByKey::Expr(own) => Some(written.next().unwrap_or(own)),
        };
        self.table.keys.iter().map(key).collect()
    }
}

impl<'m> Pairs<'m> {
    /// The relation of two tables by that of the rows that are in force together.
    pub(super) fn table<T>(
        &self,
        old: &Keyed<'m, T>,
        new: &Keyed<'m, T>,
        compare: impl Fn(&'m T, &'m T) -> Relation,
    ) -> Relation {
        let Some(together) = self.together(old, new) else { return Relation::ANY };
        let each = together.into_iter().map(|rows| match rows {
            (Some(old), Some(new)) => compare(old, new),
            (Some(_), None) => Relation::only(Trend::Down),
            (None, Some(_)) => Relation::only(Trend::Up),
            (None, None) => Relation::SAME,
        });
        each.reduce(Relation::and).unwrap_or(Relation::SAME)
    }

    /// The rows that are in force together, each pair once; none where there are too many combinations.
    pub(super) fn together<T>(&self, old: &Keyed<'m, T>, new: &Keyed<'m, T>) -> Option<Together<'m, T>> {
        let (old_keys, new_keys) = (old.keys(), new.keys());
        // Each key of both tables, with its place in each.
        let mut keys: Vec<(Key<'m>, Option<usize>, Option<usize>)> = Vec::new();
        let mut free: Vec<usize> = (0..new_keys.len()).collect();
        for (place, key) in old_keys.iter().enumerate() {
            let same = |other: &Option<&'m Expr>| match (key, other) {
                (None, None) => true,
                (Some(old), Some(new)) => self.expr(old, new).is_same(),
                _ => false,
            };
            let partner = free.iter().position(|other| new_keys.get(*other).is_some_and(same));
            let partner = partner.map(|at| free.remove(at));
            let theirs = partner.and_then(|at| new_keys.get(at).copied().flatten());
            keys.push((key.map_or(Key::Date, |key| Key::Expr(Some(key), theirs)), Some(place), partner));
        }
        for place in free {
            let key = new_keys.get(place).copied().flatten();
            keys.push((key.map_or(Key::Date, |key| Key::Expr(None, Some(key))), None, Some(place)));
        }
        let classes: Vec<Vec<Class>> = keys
            .iter()
            .map(|(key, at_old, at_new)| {
                let patterns = patterns(old.table, *at_old).chain(patterns(new.table, *at_new));
                self.classes(key, &patterns.collect::<Vec<_>>())
            })
            .collect();
        let count = classes.iter().try_fold(1_usize, |count, classes| count.checked_mul(classes.len().max(1)))?;
        if count > MOST {
            return None;
        }
        let mut found: Vec<(Option<usize>, Option<usize>)> = Vec::new();
        let mut chosen = vec![0_usize; classes.len()];
        for _ in 0..count {
            let class = |key: usize| classes.get(key).zip(chosen.get(key)).and_then(|(all, at)| all.get(*at)).copied();
            let row = |table: &ByTable<T>, place: &dyn Fn(usize) -> Option<usize>| {
                table.rows.iter().position(|row| {
                    (0..keys.len()).all(|key| match place(key).and_then(|at| row.patterns.get(at)) {
                        Some(pattern) => class(key).is_none_or(|class| takes(pattern, class)),
                        None => true,
                    })
                })
            };
            let pair = (
                row(old.table, &|key| keys.get(key).and_then(|(_, at, _)| *at)),
                row(new.table, &|key| keys.get(key).and_then(|(_, _, at)| *at)),
            );
            if !found.contains(&pair) {
                found.push(pair);
            }
            for (place, at) in chosen.iter_mut().enumerate() {
                *at += 1;
                if classes.get(place).is_some_and(|all| *at < all.len()) {
                    break;
                }
                *at = 0;
            }
        }
        let row = |table: &'m ByTable<T>, at: Option<usize>| at.and_then(|at| table.rows.get(at)).map(|row| &row.value);
        Some(found.into_iter().map(|(a, b)| (row(old.table, a), row(new.table, b))).collect())
    }

    /// One value of a key for each class that the patterns tell apart, as far as the subjects can have it.
    fn classes(&self, key: &Key<'m>, patterns: &[&Pattern]) -> Vec<Class> {
        let (old, new) = match key {
            Key::Date => {
                let mut days: Vec<Date> = Vec::new();
                for pattern in patterns {
                    if let Pattern::Dates(from, before) = pattern {
                        days.push(*from);
                        days.extend(before);
                    }
                }
                days.sort_unstable();
                days.dedup();
                // What is before all of them, too.
                days.extend(days.first().map(|first| Date(first.0.saturating_sub(1))));
                return days.into_iter().map(Class::Day).collect();
            }
            Key::Expr(old, new) => (*old, *new),
        };
        let Some((scene, expr)) = old.map(|e| (&self.base, e)).or(new.map(|e| (&self.head, e))) else {
            return Vec::new();
        };
        let Type::Member(dimension) = expr.ty else { return vec![Class::Missing] };
        let members = scene.model.dimensions[dimension].members.len() as u32;
        let possible = self.possible(old);
        let mut seen: Vec<Vec<bool>> = Vec::new();
        let mut classes = Vec::new();
        for member in (0..members).filter(|member| possible(*member)) {
            let signature: Vec<bool> = patterns.iter().map(|pattern| takes(pattern, Class::Member(member))).collect();
            if !seen.contains(&signature) {
                seen.push(signature);
                classes.push(Class::Member(member));
            }
        }
        let never_missing = |scene: &Scene<'m>, expr: Option<&'m Expr>| expr.is_none_or(|e| is_known(scene, e));
        if !(never_missing(&self.base, old) && never_missing(&self.head, new)) {
            classes.push(Class::Missing);
        }
        classes
    }

    /// Which members a key can be, for the subjects that are looked at.
    fn possible(&self, old: Option<&'m Expr>) -> impl Fn(u32) -> bool {
        let asked = self.audience().zip(old).map(|(condition, key)| (condition, fingerprint(key)));
        move |member| {
            let Some((condition, key)) = &asked else { return true };
            let mut case = Case::default();
            case.choices.insert(key.clone(), Choice::Members(vec![member]));
            Scene::new(self.base.model, self.base.ranges, &case).truth(condition).can_be_true
        }
    }
}

fn patterns<T>(table: &ByTable<T>, place: Option<usize>) -> impl Iterator<Item = &Pattern> {
    table.rows.iter().filter_map(move |row| place.and_then(|place| row.patterns.get(place)))
}

fn takes(pattern: &Pattern, class: Class) -> bool {
    match (pattern, class) {
        (Pattern::Any, _) => true,
        (Pattern::Members(members), Class::Member(member)) => members.contains(&member),
        (Pattern::Dates(from, before), Class::Day(day)) => *from <= day && before.is_none_or(|before| day < before),
        _ => false,
    }
}

/// Whether an expression has data, whatever the data are.
pub(super) fn is_known(scene: &Scene<'_>, expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Const(value) => value.is_some(),
        // What a reference leads to may not be there.
        ExprKind::Column(path) => matches!(path.0.as_slice(), [column] if !scene.model.column(*column).optional),
        ExprKind::Inlined(_, body) => is_known(scene, body),
        ExprKind::IsMissing(_) | ExprKind::Period(_) | ExprKind::StintDays => true,
        _ => false,
    }
}
