//! `by` tables of both versions: which rows are in force together.

use std::sync::LazyLock;

use kpi_base::Span;
use kpi_check::model::{
    ArithmeticOp, Builtin, ByKey, ByTable, CardField, Expr, ExprKind, Grade, GradeRow, Pattern, StepBound, Type,
};
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
pub(super) type Together<'t, T, U> = Vec<(Option<&'t T>, Option<&'t U>)>;

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
    pub(super) fn together<T, U>(&self, old: &Keyed<'m, T>, new: &Keyed<'m, U>) -> Option<Together<'m, T, U>> {
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
            let holds = |patterns: &[Pattern], place: &dyn Fn(usize) -> Option<usize>| {
                (0..keys.len()).all(|key| match place(key).and_then(|at| patterns.get(at)) {
                    Some(pattern) => class(key).is_none_or(|class| takes(pattern, class)),
                    None => true,
                })
            };
            let (at_old, at_new) = (
                |key: usize| keys.get(key).and_then(|(_, at, _)| *at),
                |key: usize| keys.get(key).and_then(|(_, _, at)| *at),
            );
            let pair = (
                old.table.rows.iter().position(|row| holds(&row.patterns, &at_old)),
                new.table.rows.iter().position(|row| holds(&row.patterns, &at_new)),
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
        Some(found.into_iter().map(|(a, b)| (value(old.table, a), value(new.table, b))).collect())
    }

    /// The relation of what stands in a table of one version to what the other version says without one; `compare` gets the values
    /// that are in force for somebody.
    pub(super) fn beside<T>(
        &self,
        table: &Keyed<'m, T>,
        is_old: bool,
        compare: impl Fn(&'m T) -> Relation,
    ) -> Relation {
        let rows = if is_old {
            self.together(table, &Keyed::own(&PLAIN)).map(|all| all.into_iter().map(|(row, _)| row).collect::<Vec<_>>())
        } else {
            self.together(&Keyed::own(&PLAIN), table).map(|all| all.into_iter().map(|(_, row)| row).collect())
        };
        let Some(rows) = rows else { return Relation::ANY };
        let without = Relation::only(if is_old { Trend::Up } else { Trend::Down });
        let each = rows.into_iter().map(|row| row.map_or(without, &compare));
        each.reduce(Relation::and).unwrap_or(Relation::ANY)
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
        let possible = self.possible(old, new);
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
    fn possible(&self, old: Option<&'m Expr>, new: Option<&'m Expr>) -> impl Fn(u32) -> bool {
        let (old, new) = (old.map(fingerprint), new.map(fingerprint));
        move |member| {
            let Some((old_condition, new_condition)) = self.audience() else { return true };
            let can_be = |scene: &Scene<'m>, key: &Option<String>, condition: &Expr| {
                let Some(key) = key else { return true };
                let mut case = Case::default();
                case.choices.insert(key.clone(), Choice::Members(vec![member]));
                Scene::new(scene.model, scene.ranges, &case).truth(condition).can_be_true
            };
            can_be(&self.base, &old, old_condition) && can_be(&self.head, &new, new_condition)
        }
    }
}

/// A table of one row for everybody.
static PLAIN: LazyLock<ByTable<()>> = LazyLock::new(|| ByTable::plain((), Span::default()));

fn value<T>(table: &ByTable<T>, at: Option<usize>) -> Option<&T> {
    at.and_then(|at| table.rows.get(at)).map(|row| &row.value)
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

/// Whether an expression has data, whatever the data are; what is read of a card has, for without it nothing is paid.
pub(super) fn is_known(scene: &Scene<'_>, expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Const(value) => value.is_some(),
        // What a reference leads to may not be there.
        ExprKind::Column(path) => matches!(path.0.as_slice(), [column] if !scene.model.column(*column).optional),
        ExprKind::Inlined(_, body) => is_known(scene, body),
        ExprKind::IsMissing(_) | ExprKind::Period(_) | ExprKind::StintDays => true,
        ExprKind::Card(CardField::Score | CardField::Attainment) => true,
        ExprKind::Card(CardField::Grade) => {
            let grade = scene.card.as_ref().and_then(|card| scene.model.scorecards[card.id].grade.as_ref());
            let is_rest = |row: &GradeRow| row.bound == StepBound::Else;
            matches!(grade, Some(Grade::Bounds(rows)) if rows.iter().any(is_rest))
        }
        ExprKind::Arithmetic(ArithmeticOp::Div, ..) => false,
        ExprKind::Call(Builtin::Min | Builtin::Max | Builtin::Clamp | Builtin::Abs | Builtin::Round, _)
        | ExprKind::Curve(..)
        | ExprKind::Arithmetic(..)
        | ExprKind::Neg(_)
        | ExprKind::Not(_)
        | ExprKind::Compare(..)
        | ExprKind::InRange(..)
        | ExprKind::InSet(..)
        | ExprKind::And(..)
        | ExprKind::Or(..)
        | ExprKind::If(..) => expr.children().into_iter().all(|child| is_known(scene, child)),
        _ => false,
    }
}
