//! What went wrong in single cells, gathered into findings.

use std::collections::{BTreeMap, BTreeSet};

use kpi_base::codes::run as codes;
use kpi_base::{Diagnostic, Join, Span, Text, text};
use kpi_check::model::{ColumnId, ExprId, IndicatorId};
use kpi_plan::SpineId;
use kpi_value::{Date, Value};
use rustc_hash::FxHashSet;

use super::{At, Evaluator, Reading};

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Overflow,
    SeveralRows,
    DateOutOfRange,
    DividedByZero,
    NotRipe,
    NegativeTarget,
    StreakTooLong,
    NotPlanned,
}

/// In the computation of what it went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Site {
    /// An expression.
    Expr(ExprId),
    /// Whether an indicator meets its target.
    Met(IndicatorId),
    /// An indicator's distance from its target.
    Gap(IndicatorId),
    /// An indicator's share of its target, without limit.
    Progress(IndicatorId),
    /// What an indicator's scoring gives.
    Fraction(IndicatorId),
    /// Anything of an indicator.
    Indicator(IndicatorId),
}

/// All cells in which one thing went wrong.
#[derive(Clone, Debug)]
struct Trouble {
    span: Span,
    cells: BTreeSet<usize>,
}

/// Everything that went wrong, in an order that does not depend on the order of the computation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Troubles {
    cells: BTreeMap<(Kind, Option<IndicatorId>, Site, SpineId), Trouble>,
    absent: BTreeMap<ColumnId, BTreeSet<Option<IndicatorId>>>,
}

impl Kind {
    /// Whether it stops the run, and only where the value is used.
    const fn hangs_on_use(self) -> bool {
        matches!(self, Kind::Overflow | Kind::SeveralRows | Kind::DateOutOfRange)
    }
}

/// How many subjects a finding names.
const NAMED: usize = 5;

impl Evaluator<'_> {
    /// Notes that something went wrong in these cells.
    pub(crate) fn trouble(
        &mut self,
        kind: Kind,
        (site, span): (Site, Span),
        spine: SpineId,
        cells: impl IntoIterator<Item = usize>,
    ) {
        let owner = self.owners.last().copied();
        // Division by zero is reported once an indicator, wherever in it that is.
        let site = match owner {
            Some(id) if kind == Kind::DividedByZero => Site::Indicator(id),
            _ => site,
        };
        let entry = self.troubles.cells.entry((kind, owner, site, spine));
        entry.or_insert_with(|| Trouble { span, cells: BTreeSet::new() }).cells.extend(cells);
    }

    /// Notes that a column was read that the data do not give.
    pub(crate) fn absent_column(&mut self, column: ColumnId) {
        self.troubles.absent.entry(column).or_default().insert(self.owners.last().copied());
    }

    /// Whether something went wrong that stops the run if its value is used.
    pub(crate) fn may_stop(&self) -> bool {
        self.troubles.cells.keys().any(|(kind, ..)| kind.hangs_on_use())
    }

    /// Drops what went wrong where no result hangs on it, such as a branch of `if` that was not taken.
    pub(crate) fn keep_used(&mut self, is_used: impl Fn(Site, SpineId, usize) -> bool) {
        self.troubles.cells.retain(|&(kind, _, site, spine), trouble| {
            if kind.hangs_on_use() {
                trouble.cells.retain(|&cell| is_used(site, spine, cell));
            }
            !kind.hangs_on_use() || !trouble.cells.is_empty()
        });
    }

    /// What there is to say about the computation so far.
    pub fn findings(&self) -> Vec<Diagnostic> {
        self.findings_about(None)
    }

    /// Whether a cell is that of a subject.
    pub(crate) fn is_of(&self, spine: SpineId, cell: usize, subject: &str) -> bool {
        let spine = self.spine(spine);
        spine.keys.get(spine.entity(cell)).is_some_and(|key| **key == *subject)
    }

    /// As [`Evaluator::findings`], of what does not stop the run only what concerns a subject.
    pub(crate) fn findings_about(&self, subject: Option<&str>) -> Vec<Diagnostic> {
        let cells = self.troubles.cells.iter();
        let mut findings: Vec<Diagnostic> = cells
            .filter_map(|(&(kind, owner, site, spine), trouble)| {
                self.finding((kind, owner, site, spine), trouble, subject)
            })
            .collect();
        findings.extend(self.troubles.absent.iter().map(|(&column, owners)| self.absent_finding(column, owners)));
        findings
    }

    fn finding(
        &self,
        (kind, owner, site, spine): (Kind, Option<IndicatorId>, Site, SpineId),
        trouble: &Trouble,
        subject: Option<&str>,
    ) -> Option<Diagnostic> {
        let shown = owner.and_then(|id| self.shown_elsewhere(id, spine));
        let is_shown = |cell: usize| shown.as_ref().is_none_or(|shown| shown.contains(&self.whole_place(spine, cell)));
        let worth =
            |&cell: &usize| self.is_worth_telling(kind, owner, spine, cell) && (kind.hangs_on_use() || is_shown(cell));
        let told: Vec<usize> = trouble.cells.iter().copied().filter(worth).collect();
        let about = |&cell: &usize| kind.hangs_on_use() || subject.is_none_or(|who| self.is_of(spine, cell, who));
        let told: Vec<usize> = told.into_iter().filter(about).collect();
        if told.is_empty() && kind != Kind::NotPlanned {
            return None;
        }
        let what = owner.map_or_else(|| text!("a formula"), |id| Text::quoted(&self.model.indicators[id].title.name));
        let who = self.name_cells(spine, &told);
        // What looks before the data is told apart by its day, which the data reach.
        let last = told.iter().filter_map(|cell| self.ripe_on(site, spine, *cell)).max();
        let early = last.filter(|day| *day <= self.plan.data_until).map(|day| day.to_string());
        let (code, message, label, help) = match kind {
            Kind::Overflow => (
                codes::OVERFLOW,
                text!("{what} has a number that is too large, for {who}", what, who),
                text!("more than 26 digits before the point"),
                text!("look for a product of two amounts, a very small divisor, or a wrong value in the export"),
            ),
            Kind::SeveralRows => (
                codes::SEVERAL_ROWS,
                text!("{what} looks up one row and finds several, for {who}", what, who),
                text!("reads the one row of the subject and period"),
                text!("remove the wrong row from the data, or say which row is meant by `where`"),
            ),
            Kind::DateOutOfRange => (
                codes::DATE_OUT_OF_RANGE,
                text!("{what} has a date out of range, for {who}", what, who),
                text!("outside of the years 1 to 9999"),
                text!("look for a wrong date or a wrong duration in the export, or for one counted in another unit"),
            ),
            Kind::DividedByZero => (
                codes::DIVISION_BY_ZERO,
                text!("{what} divides by zero, and so has no data, for {who}", what, who),
                text!("the divisor is 0 there"),
                text!(
                    "`coalesce(…)` gives such subjects a value; `when missing …` on the line says what a card does without one"
                ),
            ),
            Kind::NotRipe if early.is_some() => (
                codes::BEFORE_THE_DATA,
                text!(
                    "{what} has no data because it looks before {day}, for {who}",
                    what,
                    day = early.clone().unwrap_or_default(),
                    who
                ),
                text!("looks into data that begin on {day}", day = early.unwrap_or_default()),
                text!("add the older exports; without them nobody knows what was there before"),
            ),
            Kind::NotRipe => (
                codes::NOT_RIPE,
                match last {
                    Some(day) => text!(
                        "{what} has no data before it is ripe on {day}, for {who}",
                        what,
                        day = day.to_string(),
                        who
                    ),
                    None => text!("{what} has no data before it is ripe, for {who}", what, who),
                },
                text!("looks beyond the data date, {day}", day = self.plan.data_until.to_string()),
                text!("run it again with data until then, or count a row in the period in which it is ripe: `dated …`"),
            ),
            Kind::NegativeTarget => (
                codes::NEGATIVE_TARGET,
                text!("the target of {what} is below zero, so that it has no attainment, for {who}", what, who),
                text!("is below zero there"),
                text!("keep the target from falling below zero: `max(…, 0)`"),
            ),
            Kind::StreakTooLong => (
                codes::STREAK_TOO_LONG,
                text!("{what} counts a streak that is longer than the history read, for {who}", what, who),
                text!("has held in every period that was read"),
                text!("a rule with `for n consecutive periods` reads exactly as much history as it needs"),
            ),
            Kind::NotPlanned => (
                codes::NOT_PLANNED,
                text!("{what} asks for a value that was not planned", what),
                text!("this one"),
                text!("please report this with the policy; it is a mistake of kpi"),
            ),
        };
        Some(Diagnostic::new(code, message).label(trouble.span, label).help(help))
    }

    /// When the rows of an aggregate are ripe in a cell.
    fn ripe_on(&self, site: Site, spine: SpineId, cell: usize) -> Option<Date> {
        let Site::Expr(expr) = site else { return None };
        match self.row_counts(expr, At::spine(spine))?.unripe.as_ref()?.1.get(cell)?.clone() {
            Some(Value::Date(day)) => Some(day),
            _ => None,
        }
    }

    /// Who has an indicator on a card, and in which of the policy's periods, if none of its cards lies in this spine: the whole
    /// periods behind stints, the weeks behind months.
    fn shown_elsewhere(&self, id: IndicatorId, spine: SpineId) -> Option<FxHashSet<(&str, i32)>> {
        let on_cards = || self.on_cards.iter().filter(|((shown, _), _)| *shown == id);
        if self.on_cards.contains_key(&(id, spine)) || on_cards().next().is_none() {
            return None;
        }
        let of = |((_, spine), cells): (&(IndicatorId, SpineId), &Vec<bool>)| {
            let shown: Vec<usize> = cells.iter().enumerate().filter(|(_, on)| **on).map(|(cell, _)| cell).collect();
            let spine = *spine;
            shown.into_iter().map(move |cell| self.whole_place(spine, cell))
        };
        Some(on_cards().flat_map(of).collect())
    }

    /// The subject of a cell and the policy's period in which it lies.
    fn whole_place(&self, spine: SpineId, cell: usize) -> (&str, i32) {
        let (timeline, spine) = (self.timeline_of(spine), self.spine(spine));
        let key = spine.keys.get(spine.entity(cell)).map_or("", |key| &**key);
        (key, timeline.wholes.get(spine.period(cell)).map_or(i32::MIN, |period| period.index))
    }

    /// Findings that stop the run hold in any period; the others matter where they are seen.
    fn is_worth_telling(&self, kind: Kind, owner: Option<IndicatorId>, spine: SpineId, cell: usize) -> bool {
        let on_card = owner.and_then(|id| self.on_cards.get(&(id, spine))).and_then(|cells| cells.get(cell));
        let judged = cell >= self.spine(spine).judged && on_card.copied().unwrap_or(true);
        match kind {
            Kind::Overflow | Kind::SeveralRows | Kind::DateOutOfRange | Kind::NotPlanned => true,
            Kind::NegativeTarget | Kind::StreakTooLong => judged,
            Kind::NotRipe => judged && self.spine(spine).is_present(cell),
            Kind::DividedByZero => {
                let read = |strict| owner.and_then(|id| self.indicators.get(&Reading { id, spine, strict }));
                let indicator = read(false).or_else(|| read(true));
                // A branch that was not taken, or a `coalesce`, may have ended it.
                let has_data = indicator.is_some_and(|i| {
                    let target = i.bound.is_known(cell) || i.low.is_known(cell) || !i.has_target(self.model, cell);
                    i.actual.is_known(cell) && target
                });
                judged && self.spine(spine).is_present(cell) && !has_data
            }
        }
    }

    fn name_cells(&self, spine: SpineId, cells: &[usize]) -> Text {
        let (timeline, spine) = (self.timeline_of(spine), self.spine(spine));
        let name = |&cell: &usize| {
            let key = spine.keys.get(spine.entity(cell)).map_or("", |key| &**key);
            let period = timeline.periods.get(spine.period(cell));
            let period = period.map_or_else(String::new, |&p| self.model.policy.calendar.show(p));
            match key {
                "" => text!("everything in {period}", period),
                key => text!("`{key}` in {period}", key, period),
            }
        };
        let names = Text::list(cells.iter().take(NAMED).map(name), Join::Comma);
        match cells.len().saturating_sub(NAMED) {
            0 => names,
            more => text!("{names} and {more} more", names, more),
        }
    }

    fn absent_finding(&self, column: ColumnId, owners: &BTreeSet<Option<IndicatorId>>) -> Diagnostic {
        let table = &self.model.tables[column.table].title.name;
        let name = &self.model.column(column).title.name;
        let readers = owners.iter().flatten().map(|&id| Text::quoted(&self.model.indicators[id].title.name));
        let mut readers: Vec<Text> = readers.collect();
        readers.dedup();
        let readers = if readers.is_empty() { text!("a formula") } else { Text::list(readers, Join::Comma) };
        let message =
            text!("{readers} reads the column `{name}` of `{table}`, which is not given", readers, name, table);
        Diagnostic::new(codes::COLUMN_LEFT_OUT, message)
            .label(self.model.column(column).title.span, text!("this column"))
            .help(text!("add the column `{name}` to the table `{table}`", name, table))
    }
}
