//! `by` tables: keys, patterns, completeness, rows that never apply.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::Date;

use crate::checker::Checker;
use crate::context::Context;
use crate::model::{self, Pattern, Type};

pub(crate) mod complete;
pub(crate) mod space;
pub(crate) mod walk;

use complete::{check_complete, list};
use space::Space;

impl<'a> Checker<'a> {
    /// Checks a value or a table of values; `value` checks one of them. Keys are typed by [`Checker::by_key`].
    pub(crate) fn by_table<T, U>(
        &mut self,
        table: &'a ast::ByTable<T>,
        cx: &Context,
        mut value: impl FnMut(&mut Self, &'a T) -> Option<U>,
    ) -> Option<model::ByTable<U>> {
        match table {
            ast::ByTable::Plain(x) => value(self, x).map(|x| model::ByTable::plain(x, Span::default())),
            ast::ByTable::By(by) => self.by_rows(by, cx, value),
        }
    }

    /// Checks a table of values.
    pub(crate) fn by_rows<T, U>(
        &mut self,
        by: &'a ast::By<T>,
        cx: &Context,
        mut value: impl FnMut(&mut Self, &'a T) -> Option<U>,
    ) -> Option<model::ByTable<U>> {
        let keys: Vec<Option<model::ByKey>> = by.keys.iter().map(|key| self.table_key(key, cx)).collect();
        let mut rows = Vec::new();
        let mut sound = true;
        for row in &by.rows {
            let patterns = self.patterns(row, &keys);
            match (patterns, value(self, &row.value)) {
                (Some(patterns), Some(value)) => rows.push(model::ByRow { patterns, value, span: row.span }),
                _ => sound = false,
            }
        }
        let keys: Vec<model::ByKey> = keys.into_iter().collect::<Option<_>>()?;
        if !sound {
            return None;
        }
        let mut table = model::ByTable { keys, rows };
        order_dates(&mut table);
        self.check_rows(&table, by.span, "row").then_some(table)
    }

    /// What a table depends on.
    pub(crate) fn table_key(&mut self, key: &'a ast::ByKey, cx: &Context) -> Option<model::ByKey> {
        match key {
            ast::ByKey::Date(_) => Some(model::ByKey::Date),
            ast::ByKey::Expr(e) => self.by_key(e, cx).map(model::ByKey::Expr),
        }
    }

    /// The patterns of a row, one a key; `None` after a report, and where a key itself is unknown.
    fn patterns<T>(&mut self, row: &ast::ByRow<T>, keys: &[Option<model::ByKey>]) -> Option<Vec<Pattern>> {
        if let [ast::Pattern::Any(_)] = row.patterns.as_slice() {
            return Some(vec![Pattern::Any; keys.len()]);
        }
        if row.patterns.len() != keys.len() {
            let (asked, found) = (keys.len(), row.patterns.len());
            let keys = if asked == 1 { "key" } else { "keys" };
            self.report(
                Diagnostic::new(
                    codes::tables::ROW_KEYS,
                    text!("the table has {asked} {keys} and this row names {found}", asked, keys, found),
                )
                .label(row.span, Text::default())
                .help(text!(
                    "write one member for each key, in the order of the keys, with `,` between them; `_` takes anything"
                )),
            );
            return None;
        }
        let mut patterns = Vec::new();
        for (pattern, key) in row.patterns.iter().zip(keys) {
            patterns.push(self.pattern(pattern, key.as_ref()));
        }
        patterns.into_iter().collect()
    }

    pub(crate) fn pattern(&mut self, pattern: &ast::Pattern, key: Option<&model::ByKey>) -> Option<Pattern> {
        match (pattern, key?) {
            (ast::Pattern::Any(_), _) => Some(Pattern::Any),
            (ast::Pattern::From(date, _), model::ByKey::Date) => Some(Pattern::Dates(*date, None)),
            (ast::Pattern::Members(names), model::ByKey::Expr(model::Expr { ty: Type::Member(dimension), .. })) => {
                let members: Vec<Option<u32>> = names.iter().map(|name| self.member(name, *dimension)).collect();
                let mut members: Vec<u32> = members.into_iter().collect::<Option<_>>()?;
                members.sort_unstable();
                members.dedup();
                Some(Pattern::Members(members))
            }
            (other, model::ByKey::Date) => {
                self.report(
                    Diagnostic::new(codes::tables::ROW_KEYS, text!("a row of `by date` begins with a date"))
                        .label(other.span(), Text::default())
                        .help(text!("write `from 2026-07` or `from 2026-07-15`, or `else`")),
                );
                None
            }
            (other, model::ByKey::Expr(_)) => {
                self.report(
                    Diagnostic::new(codes::tables::ROW_KEYS, text!("this key is no date"))
                        .label(other.span(), text!("a member was expected"))
                        .help(text!("write `by date` among the keys for a table that changes in time")),
                );
                None
            }
        }
    }

    /// Whether a table says one thing for every combination; reported where not. `row` is what messages call a row of it:
    /// `row`, or `column` where it is written across.
    pub(crate) fn check_rows<U>(&mut self, table: &model::ByTable<U>, span: Span, row: &str) -> bool {
        let mut space = Space::default();
        space.add(table, &self.model.dimensions, &self.model.tables);
        let rows = space.rows(table);
        let place = |place: usize| table.rows.get(place).map(|row| row.span).unwrap_or_default();
        let Ok(faults) = check_complete(&space.keys(), &rows) else {
            self.report(
                Diagnostic::new(
                    codes::tables::TABLE_TOO_LARGE,
                    text!("the keys of this table have too many combinations to check"),
                )
                .label(span, Text::default())
                .help(text!("use fewer keys, or split the table in two")),
            );
            return false;
        };
        let mut sound = true;
        if !faults.missing.is_empty() {
            let what = if faults.missing_count == 1 { "combination is" } else { "combinations are" };
            let what = if table.keys.len() == 1 {
                if faults.missing_count == 1 { "value is" } else { "values are" }
            } else {
                what
            };
            let all = list(&faults.missing, faults.missing_count);
            self.report(
                Diagnostic::new(
                    codes::tables::TABLE_INCOMPLETE,
                    text!(
                        "{missing_count} {what} in no {row}: {all}",
                        missing_count = faults.missing_count,
                        what,
                        row,
                        all
                    ),
                )
                .label(span, text!("this table is not complete"))
                .help(if row == "row" {
                    text!("add the missing rows, or `else:` for all that remains")
                } else {
                    text!("add the missing {row}s, or one of `else` for all that remains", row)
                }),
            );
            sound = false;
        }
        for (first, second, combination) in faults.twice {
            self.report(
                Diagnostic::new(codes::tables::TWO_ROWS, text!("`{combination}` is in two {row}s", combination, row))
                    .label(place(second), text!("here"))
                    .label(place(first), text!("and here"))
                    .help(text!("leave it in one of them")),
            );
            sound = false;
        }
        for (unused, above) in faults.unused {
            let mut finding = Diagnostic::new(codes::tables::NEVER_APPLIES, text!("this {row} never applies", row))
                .label(place(unused), text!("other {row}s have all that it could take", row))
                .help(text!("remove it, or give it combinations that no other {row} has", row));
            if let Some(above) = above {
                finding = finding.label(place(above), text!("this one comes first"));
            }
            self.report(finding);
            sound = false;
        }
        sound
    }
}

/// Gives each `from` its end: of the rows that have begun on a day the latest is in force. They stand before the rows
/// that name no date, the latest first, and end where a row that takes all of their other keys begins.
pub(crate) fn order_dates<U>(table: &mut model::ByTable<U>) {
    let Some(place) = table.keys.iter().position(|key| matches!(key, model::ByKey::Date)) else { return };
    let from = |row: &model::ByRow<U>| match row.patterns.get(place) {
        Some(Pattern::Dates(from, _)) => Some(*from),
        _ => None,
    };
    table.rows.sort_by_key(|row| std::cmp::Reverse(from(row)));
    let mut ends: Vec<Option<Date>> = Vec::new();
    for (index, row) in table.rows.iter().enumerate() {
        let start = from(row);
        let later = table.rows.iter().take(index).rev();
        let mut later = later.filter(|l| from(l) > start && covers(&l.patterns, &row.patterns, place));
        ends.push(later.next().and_then(from));
    }
    for (row, end) in table.rows.iter_mut().zip(ends) {
        if let Some(Pattern::Dates(_, before)) = row.patterns.get_mut(place) {
            *before = end;
        }
    }
}

/// Whether the patterns take everything that the others do, but for the one at a place.
fn covers(wide: &[Pattern], narrow: &[Pattern], but: usize) -> bool {
    wide.iter().zip(narrow).enumerate().all(|(place, pair)| {
        place == but
            || match pair {
                (Pattern::Any, _) => true,
                (Pattern::Members(wide), Pattern::Members(narrow)) => narrow.iter().all(|m| wide.contains(m)),
                _ => false,
            }
    })
}
