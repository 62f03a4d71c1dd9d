//! `by` tables: keys, patterns, completeness, rows that never apply.

use kpi_base::{Diagnostic, Severity, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::Date;
use rustc_hash::FxHashSet;

use crate::certain::Certain;
use crate::checker::Checker;
use crate::context::Context;
use crate::counter::{Claim, Combination, KeyValue, show_day};
use crate::model::{self, Pattern, Type};

pub(crate) mod complete;
pub(crate) mod mend;
pub(crate) mod space;
pub(crate) mod walk;

use complete::{Faults, Key, check_complete};
use mend::WrittenTable;
use space::Space;
use walk::Rows;

/// What the rows of a table give.
#[derive(Clone, Debug)]
pub(crate) enum Gives {
    /// A target; where it is missing, `none` may be meant.
    Target,
    /// A weight.
    Weight,
    /// The value of the parameter of this name.
    Param(String),
    /// The text of a rule.
    Text,
    /// Nothing: they are the columns of a grid of weights.
    Column,
}

/// A table of targets that is still to be checked.
#[derive(Debug)]
pub(crate) struct TableOfTargets<'a> {
    id: model::IndicatorId,
    /// Whether it is for shorter periods than those of cards.
    shorter: bool,
    table: model::ByTable<()>,
    span: Span,
    written: WrittenTable<'a>,
}

impl<'a> Checker<'a> {
    /// Checks a value or a table of values; `value` checks one of them. Keys are typed by [`Checker::by_key`].
    pub(crate) fn by_table<T, U>(
        &mut self,
        table: &'a ast::ByTable<T>,
        cx: &Context,
        gives: &Gives,
        mut value: impl FnMut(&mut Self, &'a T) -> Option<U>,
    ) -> Option<model::ByTable<U>> {
        match table {
            ast::ByTable::Plain(x) => value(self, x).map(|x| model::ByTable::plain(x, Span::default())),
            ast::ByTable::By(by) => self.by_rows(by, cx, gives, value),
        }
    }

    /// Checks a table of values. One with gaps or with rows too many is reported, and goes on as it is: what reads it is
    /// checked as well, and the policy has no model.
    pub(crate) fn by_rows<T, U>(
        &mut self,
        by: &'a ast::By<T>,
        cx: &Context,
        gives: &Gives,
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
        let rows = by.rows.iter().map(|row| (row.patterns.as_slice(), row.span)).collect();
        let ranged = by.rows.iter().filter(|row| row.patterns.iter().any(is_range)).map(|row| row.span).collect();
        let written = WrittenTable { rows, targets: matches!(gives, Gives::Target) };
        match (gives, cx.this) {
            // Who asks for a target is known when all cards are.
            (Gives::Target, Some(id)) => {
                let keys_only =
                    |row: &model::ByRow<U>| model::ByRow { patterns: row.patterns.clone(), value: (), span: row.span };
                let keys = table.keys.clone();
                let table = model::ByTable { keys, rows: table.rows.iter().map(keys_only).collect() };
                let shorter = cx.unit.is_some();
                self.tables_of_targets.push(TableOfTargets { id, shorter, table, span: by.span, written });
            }
            _ => {
                let asked = if cx.certain.is_empty() { Vec::new() } else { vec![cx.certain.to_vec()] };
                self.check_rows(&table, by.span, gives, Some(&written), &asked, &ranged)?;
            }
        }
        Some(table)
    }

    /// Whether the tables of targets say one thing for everybody for whom they are asked.
    pub(crate) fn check_tables_of_targets(&mut self) {
        self.ask_for_parts();
        for TableOfTargets { id, shorter, table, span, written } in std::mem::take(&mut self.tables_of_targets) {
            // Somebody may have been another one at the end of a week than at that of the month.
            let asked = if shorter { Vec::new() } else { self.asked_for(id) };
            let ranged = written.rows.iter().filter(|(patterns, _)| patterns.iter().any(is_range));
            let ranged = ranged.map(|(_, span)| *span).collect();
            let _ = self.check_rows(&table, span, &Gives::Target, Some(&written), &asked, &ranged);
        }
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
            let message = if asked == 1 {
                text!("the table has 1 key and this row names {found}", found)
            } else {
                text!("the table has {asked} keys and this row names {found}", asked, found)
            };
            self.report(Diagnostic::new(codes::tables::ROW_KEYS, message).label(row.span, Text::default()).help(
                text!(
                    "write one member for each key, in the order of the keys, with `,` between them; `_` takes anything"
                ),
            ));
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
            (ast::Pattern::Dates(from, before, _), model::ByKey::Date) if from < before => {
                Some(Pattern::Dates(*from, Some(*before)))
            }
            (ast::Pattern::Dates(_, _, span), model::ByKey::Date) => {
                self.report(
                    Diagnostic::new(codes::tables::ROW_KEYS, text!("these dates end before they begin"))
                        .label(*span, text!("no day lies in it"))
                        .help(text!("write the earlier date first: `2026-07..2026-09`")),
                );
                None
            }
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
                        .help(text!("write `from 2026-07`, `2026-07..2026-09` or `else`")),
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

    /// Whether a table says one thing for every combination; reported where not, with the changes that would mend it where
    /// it is known how it is `written`. The rows of `ranged` say when they end. `None` where it has too many combinations to tell.
    ///
    /// It is asked of those for whom one of the lists is true; of everybody, if there is none.
    pub(crate) fn check_rows<U>(
        &mut self,
        table: &model::ByTable<U>,
        span: Span,
        gives: &Gives,
        written: Option<&WrittenTable<'_>>,
        asked: &[Vec<Certain>],
        ranged: &FxHashSet<Span>,
    ) -> Option<bool> {
        let mut space = Space::default();
        space.add(table, &self.model.dimensions, &self.model.tables);
        let rows = space.rows(table);
        let place = |place: usize| table.rows.get(place).map(|row| row.span).unwrap_or_default();
        let keys = space.keys();
        let limits: Vec<Vec<model::ByTable<bool>>> =
            asked.iter().map(|list| list.iter().map(|certain| certain.table(true, false)).collect()).collect();
        // What is certain of something else than the keys tells nothing of them.
        let limits: Vec<Vec<Rows<'_>>> = limits
            .iter()
            .map(|list| list.iter().filter(|table| space.has(table)).map(|t| space.rows(t)).collect())
            .collect();
        let ends: Vec<bool> = table.rows.iter().map(|row| ranged.contains(&row.span)).collect();
        let Ok(mut faults) = check_complete(&keys, &rows, &limits, &ends) else {
            self.report(
                Diagnostic::new(
                    codes::tables::TABLE_TOO_LARGE,
                    text!("the keys {keys} have too many combinations to check", keys = key_list(&keys)),
                )
                .label(span, Text::default())
                .help(text!("use fewer keys, or split the table in two")),
            );
            return None;
        };
        if let Some((combination, from)) = faults.ends.take() {
            self.report_end(table, &combination, from);
        }
        let sound = faults == Faults::default();
        if !faults.missing.is_empty() {
            self.report_missing(&faults, span, gives, written);
        }
        let column = matches!(gives, Gives::Column);
        for (first, second, combination) in faults.twice {
            let words = combination.words();
            let message = if column {
                text!("`{combination}` is in two columns", combination = words)
            } else {
                text!("`{combination}` is in two rows", combination = words)
            };
            self.example(codes::tables::TWO_ROWS, place(second), {
                Claim::TwoRows(combination, [place(first), place(second)])
            });
            self.report(
                Diagnostic::new(codes::tables::TWO_ROWS, message)
                    .label(place(second), text!("here"))
                    .label(place(first), text!("and here"))
                    .help(text!("leave it in one of them")),
            );
        }
        for (unused, above) in faults.unused {
            let finding = if column {
                Diagnostic::new(codes::tables::NEVER_APPLIES, text!("this column never applies"))
                    .label(place(unused), text!("other columns have all that it could take"))
                    .help(text!("remove it, or give it combinations that no other column has"))
            } else {
                Diagnostic::new(codes::tables::NEVER_APPLIES, text!("this row never applies"))
                    .label(place(unused), text!("other rows have all that it could take"))
                    .help(text!("remove it, or give it combinations that no other row has"))
            };
            let finding = match above {
                Some(above) => finding.label(place(above), text!("this one comes first")),
                None => finding,
            };
            let fix = written.and_then(|written| written.remove_row(place(unused), &self.texts));
            self.report(fix.into_iter().fold(finding, Diagnostic::add_fix));
        }
        Some(sound)
    }

    /// Tells that no row applies from a day on.
    fn report_end<U>(&mut self, table: &model::ByTable<U>, others: &Combination, from: Date) {
        let ends = |row: &&model::ByRow<U>| {
            row.patterns.iter().any(|pattern| matches!(pattern, Pattern::Dates(_, Some(before)) if *before == from))
        };
        let Some(row) = table.rows.iter().find(ends) else { return };
        let (last, next) = (from.plus(-1), show_day(from));
        let message = if others.is_empty() {
            text!("the table ends on {last}", last)
        } else {
            text!("the table ends on {last} for `{combination}`", last, combination = others.words())
        };
        self.report(
            Diagnostic::new(codes::lints::TABLE_ENDS, message)
                .label(row.span, text!("there is no data from the day after this on"))
                .help(text!("say what holds then: `from {next}: …`, or `else: …`", next)),
        );
    }

    fn report_missing(&mut self, faults: &Faults, span: Span, gives: &Gives, written: Option<&WrittenTable<'_>>) {
        /// How many combinations a message lists.
        const LISTED: usize = 5;
        let shown = faults.missing.iter().take(LISTED);
        let shown = shown.map(|combination| text!("`{combination}`", combination = combination.words()));
        let list = list(shown, faults.missing_count);
        let (one, count) = (faults.missing_count == 1, faults.missing_count);
        let message = match gives {
            Gives::Target if one => text!("{list} has no target", list),
            Gives::Target => text!("{count} combinations have no target: {list}", count, list),
            Gives::Weight if one => text!("{list} has no weight", list),
            Gives::Weight => text!("{count} combinations have no weight: {list}", count, list),
            Gives::Param(name) if one => text!("`{name}` has no value for {list}", name, list),
            Gives::Param(name) => text!("`{name}` has no value for {count} combinations: {list}", name, count, list),
            Gives::Text if one => text!("{list} has no text", list),
            Gives::Text => text!("{count} combinations have no text: {list}", count, list),
            Gives::Column if one => text!("{list} has no column", list),
            Gives::Column => text!("{count} combinations have no column: {list}", count, list),
        };
        let no_data = faults.missing.iter().flat_map(|c| &c.parts).any(|part| part.value == KeyValue::NoData);
        let help = match gives {
            Gives::Column => text!("add the missing columns, or one of `else` for all that remains"),
            _ if no_data => text!("say what holds where the column is empty: `else:`, or `_` in the place of the key"),
            _ => text!("add the missing rows, or `else:` for all that remains"),
        };
        let mut finding = Diagnostic::new(codes::tables::TABLE_INCOMPLETE, message)
            .label(span, text!("this table is not complete"))
            .help(help);
        if let Some(written) = written
            && faults.missing_count == faults.missing.len() as u128
        {
            for fix in written.add_rows(&faults.missing, &self.texts) {
                finding = finding.add_fix(fix);
            }
        }
        if faults.only_no_data {
            // The table can be read, and has no data there.
            finding.severity = Severity::Warning;
        }
        for combination in &faults.missing {
            self.example(codes::tables::TABLE_INCOMPLETE, span, Claim::NoRow(combination.clone()));
        }
        self.report(finding);
    }
}

/// A list for a message, of which there may be more: "`a`, `b` and 3 more".
pub(crate) fn list(shown: impl Iterator<Item = Text>, count: u128) -> Text {
    let mut shown: Vec<Text> = shown.collect();
    let more = count.saturating_sub(shown.len() as u128);
    if more > 0 {
        shown.push(text!("{more} more", more));
    }
    Text::and_list(shown)
}

/// The names of keys, for a message.
pub(crate) fn key_list(keys: &[Key]) -> Text {
    Text::and_list(keys.iter().map(|key| text!("`{name}`", name = key.name)))
}

/// Whether a pattern says when it ends.
pub(crate) fn is_range(pattern: &ast::Pattern) -> bool {
    matches!(pattern, ast::Pattern::Dates(..))
}

/// Gives each `from` its end: of the rows that have begun on a day the latest is in force. They stand before the rows
/// that name no date, the latest first, and end where another `from` that takes all of their other keys begins. A row that says
/// when it ends is an exception: while it lasts, it stands before what began no later.
pub(crate) fn order_dates<U>(table: &mut model::ByTable<U>) {
    let Some(place) = table.keys.iter().position(|key| matches!(key, model::ByKey::Date)) else { return };
    let from = |row: &model::ByRow<U>| match row.patterns.get(place) {
        Some(Pattern::Dates(from, _)) => Some(*from),
        _ => None,
    };
    let range = |row: &model::ByRow<U>| matches!(row.patterns.get(place), Some(Pattern::Dates(_, Some(_))));
    table.rows.sort_by_key(|row| (std::cmp::Reverse(from(row)), !range(row)));
    let mut ends: Vec<Option<Date>> = Vec::new();
    for (index, row) in table.rows.iter().enumerate() {
        let start = from(row);
        let later = table.rows.iter().take(index).rev();
        let mut later = later.filter(|l| !range(l) && from(l) > start && covers(&l.patterns, &row.patterns, place));
        ends.push(later.next().and_then(from));
    }
    for (row, end) in table.rows.iter_mut().zip(ends) {
        if let Some(Pattern::Dates(_, before)) = row.patterns.get_mut(place) {
            *before = before.or(end);
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
