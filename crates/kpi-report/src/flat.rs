//! A run as flat tables: cards, lines, pay, rules, and periods where shorter ones are shown.
//!
//! Each table is a list of columns, and a walk over the run that hands out its rows. What the rows become is up to the taker:
//! [`flatten`] gathers them as columns, `csv` writes them as text.

mod csv;
mod quarantine;

use std::borrow::Cow;

use kpi_results::{Card, CardStatus, Goal, Line, LineStatus, RuleOutcome, Run};
use kpi_value::Dec;

pub use csv::{render_csv, render_csv_parts};
pub use quarantine::render_quarantine;

/// A table of columns of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct FlatTable<'r> {
    /// Its name, which is the file's.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<FlatColumn<'r>>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct FlatColumn<'r> {
    /// Its header.
    pub name: &'static str,
    /// Its cells.
    pub cells: Cells<'r>,
}

/// The cells of a column; `None` is an empty cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells<'r> {
    /// Texts, of the run mostly.
    Text(Vec<Option<Cow<'r, str>>>),
    /// Exact numbers.
    Number(Vec<Option<Dec>>),
    /// Whole numbers.
    Whole(Vec<Option<u32>>),
}

/// The flat tables of a run: `cards`, `lines`, `pay`, `rules`.
///
/// - Percentages and attainments are fractions, durations seconds.
/// - A line's `actual` and `target` are texts, since a target may be a date; `target_to` is the upper bound of a band.
/// - `pay` has one row a pay, and one of the kind `total` a subject of an incentive for a roster (a card's total stands in
///   `cards`). An empty `amount` is held.
pub fn flatten(run: &Run) -> Vec<FlatTable<'_>> {
    TABLES.iter().map(|table| table.gather(run)).collect()
}

/// One cell of a row.
enum Cell<'r> {
    Empty,
    Text(&'r str),
    /// A text that is made of others.
    Made(String),
    Number(Dec),
    Whole(u32),
}

/// What the cells of a column are.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Whole,
}

/// Who takes the rows of a table: one cell a column.
type Taker<'t, 'r> = &'t mut dyn FnMut(&[Cell<'r>]);

/// A table: its name, its columns, and the walk over a run that hands out its rows.
struct Table {
    name: &'static str,
    columns: &'static [(&'static str, Kind)],
    walk: for<'r> fn(&'r Run, Taker<'_, 'r>),
}

static TABLES: [Table; 4] = [
    Table {
        name: "cards",
        columns: &[
            ("scorecard", Kind::Text),
            ("subject", Kind::Text),
            ("period", Kind::Text),
            ("status", Kind::Text),
            ("score", Kind::Number),
            ("attainment", Kind::Number),
            ("grade", Kind::Text),
            ("rank", Kind::Whole),
            ("vetoed", Kind::Text),
            ("total_pay", Kind::Number),
        ],
        walk: walk_cards,
    },
    Table {
        name: "lines",
        columns: &[
            ("scorecard", Kind::Text),
            ("subject", Kind::Text),
            ("period", Kind::Text),
            ("group", Kind::Text),
            ("indicator", Kind::Text),
            ("actual", Kind::Text),
            ("actual_unit", Kind::Text),
            ("target", Kind::Text),
            ("target_to", Kind::Text),
            ("target_unit", Kind::Text),
            ("attainment", Kind::Number),
            ("weight", Kind::Number),
            ("score", Kind::Number),
            ("status", Kind::Text),
        ],
        walk: walk_lines,
    },
    Table {
        name: "pay",
        columns: &[
            ("scorecard", Kind::Text),
            ("incentive", Kind::Text),
            ("subject", Kind::Text),
            ("period", Kind::Text),
            ("kind", Kind::Text),
            ("pay", Kind::Text),
            ("amount", Kind::Number),
        ],
        walk: walk_pay,
    },
    Table {
        name: "rules",
        columns: &[
            ("scorecard", Kind::Text),
            ("subject", Kind::Text),
            ("period", Kind::Text),
            ("rule", Kind::Text),
            ("outcome", Kind::Text),
            ("says", Kind::Text),
            ("indicator", Kind::Text),
            ("choices", Kind::Text),
        ],
        walk: walk_rules,
    },
];

impl Table {
    fn gather<'r>(&self, run: &'r Run) -> FlatTable<'r> {
        let empty = |kind: Kind| match kind {
            Kind::Text => Cells::Text(Vec::new()),
            Kind::Number => Cells::Number(Vec::new()),
            Kind::Whole => Cells::Whole(Vec::new()),
        };
        let columns = self.columns.iter().map(|&(name, kind)| FlatColumn { name, cells: empty(kind) });
        let mut table = FlatTable { name: self.name, columns: columns.collect() };
        (self.walk)(run, &mut |row| {
            for (column, cell) in table.columns.iter_mut().zip(row) {
                column.cells.push(cell);
            }
        });
        table
    }
}

impl<'r> Cells<'r> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Cells::Text(cells) => cells.len(),
            Cells::Number(cells) => cells.len(),
            Cells::Whole(cells) => cells.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn push(&mut self, cell: &Cell<'r>) {
        match self {
            Cells::Text(cells) => cells.push(match cell {
                Cell::Text(text) => Some(Cow::Borrowed(text)),
                Cell::Made(text) => Some(Cow::Owned(text.clone())),
                _ => None,
            }),
            Cells::Number(cells) => cells.push(if let Cell::Number(x) = cell { Some(*x) } else { None }),
            Cells::Whole(cells) => cells.push(if let Cell::Whole(x) = cell { Some(*x) } else { None }),
        }
    }
}

fn text(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Empty, Cell::Text)
}

fn number<'r>(number: Option<Dec>) -> Cell<'r> {
    number.map_or(Cell::Empty, Cell::Number)
}

fn walk_cards<'r>(run: &'r Run, take: Taker<'_, 'r>) {
    for card in &run.cards {
        take(&[
            Cell::Text(&card.scorecard),
            Cell::Text(&card.subject),
            Cell::Text(&card.period),
            Cell::Text(if card.status == CardStatus::Complete { "complete" } else { "incomplete" }),
            number(card.score),
            number(card.attainment),
            text(card.grade.as_deref()),
            card.rank.map_or(Cell::Empty, Cell::Whole),
            if card.vetoed.is_empty() { Cell::Empty } else { Cell::Made(card.vetoed.join(";")) },
            number(card.total_pay),
        ]);
    }
}

fn walk_lines<'r>(run: &'r Run, take: Taker<'_, 'r>) {
    fn walk<'r>(card: &'r Card, group: Option<&'r str>, lines: &'r [Line], take: Taker<'_, 'r>) {
        for line in lines {
            let (from, to, unit) = match &line.target {
                Some(Goal::Bound(q)) => (Cell::Text(&q.value), Cell::Empty, Cell::Text(&q.unit)),
                Some(Goal::Band { from, to, unit }) => (Cell::Text(from), Cell::Text(to), Cell::Text(unit)),
                None => (Cell::Empty, Cell::Empty, Cell::Empty),
            };
            take(&[
                Cell::Text(&card.scorecard),
                Cell::Text(&card.subject),
                Cell::Text(&card.period),
                text(group),
                Cell::Text(&line.indicator),
                text(line.actual.as_ref().map(|q| q.value.as_str())),
                text(line.actual.as_ref().map(|q| q.unit.as_str())),
                from,
                to,
                unit,
                number(line.attainment),
                number(line.weight),
                number(line.score),
                Cell::Text(line_status(line.status)),
            ]);
            walk(card, Some(&line.indicator), line.lines.as_deref().unwrap_or_default(), take);
        }
    }
    for card in &run.cards {
        walk(card, None, &card.lines, take);
    }
}

fn walk_pay<'r>(run: &'r Run, take: Taker<'_, 'r>) {
    for card in &run.cards {
        for (pay, amount) in &card.pay {
            let by = run.paid_by.iter().find(|(of, name, _)| *of == card.scorecard && name == pay);
            take(&[
                Cell::Text(&card.scorecard),
                by.map_or(Cell::Empty, |by| Cell::Text(&by.2)),
                Cell::Text(&card.subject),
                Cell::Text(&card.period),
                Cell::Text("pay"),
                Cell::Text(pay),
                number(*amount),
            ]);
        }
    }
    for roster in &run.incentives {
        let pays = roster.pay.iter().map(|(pay, amount)| ("pay", Some(pay.as_str()), *amount));
        for (kind, pay, amount) in pays.chain([("total", None, roster.total_pay)]) {
            take(&[
                Cell::Empty,
                Cell::Text(&roster.incentive),
                Cell::Text(&roster.subject),
                Cell::Text(&roster.period),
                Cell::Text(kind),
                text(pay),
                number(amount),
            ]);
        }
    }
}

fn walk_rules<'r>(run: &'r Run, take: Taker<'_, 'r>) {
    for card in &run.cards {
        for rule in &card.rules {
            take(&[
                Cell::Text(&card.scorecard),
                Cell::Text(&card.subject),
                Cell::Text(&card.period),
                Cell::Text(&rule.rule),
                Cell::Text(outcome(rule.outcome)),
                text(rule.says.as_deref()),
                text(rule.indicator.as_deref()),
                choices(&rule.choices),
            ]);
        }
    }
    for rule in &run.rules {
        take(&[
            Cell::Empty,
            Cell::Text(&rule.subject),
            Cell::Text(&rule.period),
            Cell::Text(&rule.rule),
            Cell::Text(outcome(rule.outcome)),
            text(rule.says.as_deref()),
            Cell::Empty,
            choices(&rule.choices),
        ]);
    }
}

fn choices<'r>(choices: &[String]) -> Cell<'r> {
    if choices.is_empty() { Cell::Empty } else { Cell::Made(choices.join("; ")) }
}

fn line_status(status: LineStatus) -> &'static str {
    match status {
        LineStatus::Met => "met",
        LineStatus::Missed => "missed",
        LineStatus::NoData => "no_data",
        LineStatus::NotJudged => "not_judged",
        LineStatus::Watched => "watched",
        LineStatus::Scored => "scored",
    }
}

fn outcome(outcome: RuleOutcome) -> &'static str {
    match outcome {
        RuleOutcome::Fired => "fired",
        RuleOutcome::NotFired => "not_fired",
        RuleOutcome::NotJudged => "not_judged",
    }
}

#[cfg(test)]
mod tests;
