//! Walking through every combination of keys for which tables choose the same rows.
//!
//! One walk serves completeness (one table), rows that never apply, and weights (a table a line, all at once). It
//! divides the values of one key after another into classes that no row tells apart, so that the work grows with the
//! rows that are written and not with the product of the keys.

use kpi_value::Date;
use rustc_hash::FxHashMap;

use crate::model::Pattern;

/// What a key can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Domain {
    /// The members of a dimension, by number; and whether the key may have no data.
    Members(u32, bool),
    /// Days, cut at these dates, which rise.
    Dates(Vec<Date>),
}

/// Values of one key that the tables do not tell apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// Every value, no data included.
    Any,
    /// These members.
    Members(Vec<u32>),
    /// No data.
    Missing,
    /// The days before the first date at which anything changes.
    Before(Date),
    /// From the first day on and, where there is a second, before that.
    Dates(Date, Option<Date>),
}

/// One set of combinations, with the rows of each table that apply to it, in order.
pub(crate) struct Leaf<'a> {
    /// The class of each key.
    pub classes: &'a [Class],
    /// The rows that apply, by table.
    pub rows: &'a [Vec<usize>],
}

/// There are more combinations than a policy can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

/// How much a walk may do: far beyond any table that people write, and still a fraction of a second.
const BUDGET: usize = 2_000_000;

/// One table: for each row its patterns, one a domain.
pub(crate) type Rows<'a> = Vec<Vec<&'a Pattern>>;

/// Visits every class of combinations once.
pub(crate) fn walk(domains: &[Domain], tables: &[Rows<'_>], visit: &mut dyn FnMut(&Leaf<'_>)) -> Result<(), TooMany> {
    let rows: Vec<Vec<usize>> = tables.iter().map(|rows| (0..rows.len()).collect()).collect();
    let mut walk = Walk { domains, tables, visit, classes: Vec::new(), spent: 0 };
    walk.descend(&rows)
}

struct Walk<'a, 'v> {
    domains: &'a [Domain],
    tables: &'a [Rows<'a>],
    visit: &'v mut dyn FnMut(&Leaf<'_>),
    classes: Vec<Class>,
    spent: usize,
}

impl Walk<'_, '_> {
    fn descend(&mut self, rows: &[Vec<usize>]) -> Result<(), TooMany> {
        let depth = self.classes.len();
        self.spent += 1 + rows.iter().map(Vec::len).sum::<usize>();
        if self.spent > BUDGET {
            return Err(TooMany);
        }
        if rows.iter().enumerate().all(|(table, rows)| self.settled(table, rows, depth)) {
            let known = self.classes.len();
            self.classes.resize(self.domains.len(), Class::Any);
            (self.visit)(&Leaf { classes: &self.classes, rows });
            self.classes.truncate(known);
            return Ok(());
        }
        let Some(domain) = self.domains.get(depth) else { return Ok(()) };
        let parts = match domain {
            Domain::Members(count, missing) => self.divide_members(rows, depth, *count, *missing),
            Domain::Dates(cuts) => self.divide_dates(rows, depth, cuts),
        };
        for (class, rows) in parts {
            self.classes.push(class);
            let result = self.descend(&rows);
            self.classes.pop();
            result?;
        }
        Ok(())
    }

    /// Whether the keys that remain cannot change which row of the table applies.
    fn settled(&self, table: usize, rows: &[usize], depth: usize) -> bool {
        let Some(first) = rows.first() else { return true };
        self.patterns(table, *first).iter().skip(depth).all(|p| matches!(p, Pattern::Any))
    }

    fn patterns(&self, table: usize, row: usize) -> &[&Pattern] {
        self.tables.get(table).and_then(|rows| rows.get(row)).map(Vec::as_slice).unwrap_or_default()
    }

    fn pattern(&self, table: usize, row: usize, depth: usize) -> &Pattern {
        self.patterns(table, row).get(depth).copied().unwrap_or(&Pattern::Any)
    }

    fn divide_members(&mut self, rows: &[Vec<usize>], depth: usize, count: u32, missing: bool) -> Vec<Part> {
        let mut by_member: Vec<Vec<Vec<usize>>> = vec![vec![Vec::new(); rows.len()]; count as usize];
        let mut of_missing = vec![Vec::new(); rows.len()];
        for (table, rows) in rows.iter().enumerate() {
            for &row in rows {
                let everyone: Vec<u32>;
                let members = match self.pattern(table, row, depth) {
                    Pattern::Members(members) => members.as_slice(),
                    _ => {
                        if let Some(rows) = of_missing.get_mut(table) {
                            rows.push(row);
                        }
                        everyone = (0..count).collect();
                        &everyone
                    }
                };
                for &member in members {
                    if let Some(rows) = by_member.get_mut(member as usize).and_then(|tables| tables.get_mut(table)) {
                        rows.push(row);
                    }
                }
            }
        }
        self.spent += by_member.iter().flatten().map(Vec::len).sum::<usize>();
        let mut classes: FxHashMap<Vec<Vec<usize>>, usize> = FxHashMap::default();
        let mut parts: Vec<(Vec<u32>, Vec<Vec<usize>>)> = Vec::new();
        for (member, rows) in (0u32..).zip(by_member) {
            let next = parts.len();
            let place = *classes.entry(rows.clone()).or_insert(next);
            match parts.get_mut(place) {
                Some((members, _)) => members.push(member),
                None => parts.push((vec![member], rows)),
            }
        }
        let alike = parts.len() == 1 && (!missing || parts.first().is_some_and(|(_, rows)| *rows == of_missing));
        let class = |members| if alike { Class::Any } else { Class::Members(members) };
        let mut parts: Vec<Part> = parts.into_iter().map(|(members, rows)| (class(members), rows)).collect();
        if missing && !alike {
            parts.push((Class::Missing, of_missing));
        }
        parts
    }

    fn divide_dates(&mut self, rows: &[Vec<usize>], depth: usize, cuts: &[Date]) -> Vec<Part> {
        let Some(&first) = cuts.first() else { return vec![(Class::Any, rows.to_vec())] };
        let ends = cuts.iter().skip(1).copied().map(Some).chain([None]);
        let spans = cuts.iter().copied().zip(ends).map(|(start, end)| (Class::Dates(start, end), start));
        let classes = std::iter::once((Class::Before(first), first.plus(-1))).chain(spans);
        let mut parts: Vec<Part> = Vec::new();
        for (class, day) in classes {
            let rows: Vec<Vec<usize>> = rows
                .iter()
                .enumerate()
                .map(|(table, rows)| {
                    let applies = |row: &&usize| match self.pattern(table, **row, depth) {
                        Pattern::Dates(from, before) => *from <= day && before.is_none_or(|b| day < b),
                        _ => true,
                    };
                    rows.iter().filter(applies).copied().collect()
                })
                .collect();
            self.spent += rows.iter().map(Vec::len).sum::<usize>();
            // Neighbours that choose the same rows are one stretch of time.
            match (parts.last_mut(), &class) {
                (Some((Class::Dates(_, end), last)), Class::Dates(_, next)) if *last == rows => *end = *next,
                _ => parts.push((class, rows)),
            }
        }
        match parts.as_slice() {
            [(_, before), (_, after)] if before == after => vec![(Class::Any, before.clone())],
            _ => parts,
        }
    }
}

type Part = (Class, Vec<Vec<usize>>);
