//! A run as four flat tables: cards, lines, pay, rules.

use std::borrow::Cow;

use kpi_results::{CardStatus, Goal, Line, LineStatus, RuleOutcome, Run};
use kpi_value::Dec;

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
    vec![flatten_cards(run), flatten_lines(run), flatten_pay(run), flatten_rules(run)]
}

/// The table as CSV: UTF-8, a header, `\n` at the end of a line, exact numbers without separators.
pub fn render_csv(table: &FlatTable<'_>) -> Result<Vec<u8>, csv::Error> {
    let rows = table.columns.first().map_or(0, |c| c.cells.len());
    let mut out = render_records(std::iter::once(table.columns.iter().map(|c| Cow::Borrowed(c.name))))?;
    // Large tables are rendered in parts side by side, and put together in order.
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(rows / 10_000 + 1);
    let part = rows.div_ceil(threads).max(1);
    let records = |from: usize| {
        let rows = from..(from + part).min(rows);
        render_records(rows.map(|i| table.columns.iter().map(move |c| c.cells.text(i))))
    };
    let records = &records;
    let parts = std::thread::scope(|scope| {
        let started: Vec<_> = (0..rows).step_by(part).map(|from| scope.spawn(move || records(from))).collect();
        started.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    for part in parts {
        out.extend(part.map_err(|_| csv::Error::from(std::io::Error::other("a thread stopped")))??);
    }
    Ok(out)
}

fn render_records<'c, R>(records: impl Iterator<Item = R>) -> Result<Vec<u8>, csv::Error>
where
    R: Iterator<Item = Cow<'c, str>>,
{
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in records {
        for cell in record {
            writer.write_field(cell.as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.into_inner().map_err(|e| csv::Error::from(std::io::Error::other(e.to_string())))
}

impl Cells<'_> {
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

    fn text(&self, i: usize) -> Cow<'_, str> {
        let number = |text: Option<String>| text.map(Cow::Owned);
        let text = match self {
            Cells::Text(cells) => cells.get(i).and_then(Option::as_deref).map(Cow::Borrowed),
            Cells::Number(cells) => number(cells.get(i).copied().flatten().map(|x| x.to_string())),
            Cells::Whole(cells) => number(cells.get(i).copied().flatten().map(|x| x.to_string())),
        };
        text.unwrap_or_default()
    }
}

/// Declares a builder of one table: its columns with their kinds, and how a row is pushed.
macro_rules! builder {
    ($builder:ident, $table:literal, $($column:ident: $kind:ident($ty:ty)),* $(,)?) => {
        #[derive(Default)]
        struct $builder<'r> { $($column: Vec<Option<$ty>>),* }

        impl<'r> $builder<'r> {
            #[allow(clippy::too_many_arguments, reason = "one argument a column")]
            fn push(&mut self, $($column: Option<$ty>),*) {
                $(self.$column.push($column);)*
            }

            fn table(self) -> FlatTable<'r> {
                let columns = vec![$(FlatColumn { name: stringify!($column), cells: Cells::$kind(self.$column) }),*];
                FlatTable { name: $table, columns }
            }
        }
    };
}

builder!(CardRows, "cards",
    scorecard: Text(Cow<'r, str>), subject: Text(Cow<'r, str>), period: Text(Cow<'r, str>), status: Text(Cow<'r, str>),
    score: Number(Dec), attainment: Number(Dec), grade: Text(Cow<'r, str>), rank: Whole(u32), vetoed: Text(Cow<'r, str>),
    total_pay: Number(Dec));
builder!(LineRows, "lines",
    scorecard: Text(Cow<'r, str>), subject: Text(Cow<'r, str>), period: Text(Cow<'r, str>), group: Text(Cow<'r, str>), indicator: Text(Cow<'r, str>),
    actual: Text(Cow<'r, str>), actual_unit: Text(Cow<'r, str>), target: Text(Cow<'r, str>), target_to: Text(Cow<'r, str>),
    target_unit: Text(Cow<'r, str>), attainment: Number(Dec), weight: Number(Dec), score: Number(Dec), status: Text(Cow<'r, str>));
builder!(PayRows, "pay",
    scorecard: Text(Cow<'r, str>), incentive: Text(Cow<'r, str>), subject: Text(Cow<'r, str>), period: Text(Cow<'r, str>), kind: Text(Cow<'r, str>),
    pay: Text(Cow<'r, str>), amount: Number(Dec));
builder!(RuleRows, "rules",
    scorecard: Text(Cow<'r, str>), subject: Text(Cow<'r, str>), period: Text(Cow<'r, str>), rule: Text(Cow<'r, str>), outcome: Text(Cow<'r, str>),
    says: Text(Cow<'r, str>));

fn some(text: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text))
}

fn flatten_cards(run: &Run) -> FlatTable<'_> {
    let mut rows = CardRows::default();
    for card in &run.cards {
        let status = if card.status == CardStatus::Complete { "complete" } else { "incomplete" };
        let vetoed = (!card.vetoed.is_empty()).then(|| Cow::Owned(card.vetoed.join(";")));
        rows.push(
            some(&card.scorecard),
            some(&card.subject),
            some(&card.period),
            some(status),
            card.score,
            card.attainment,
            card.grade.as_deref().map(Cow::Borrowed),
            card.rank,
            vetoed,
            card.total_pay,
        );
    }
    rows.table()
}

fn flatten_lines(run: &Run) -> FlatTable<'_> {
    fn push<'r>(rows: &mut LineRows<'r>, card: &'r kpi_results::Card, group: Option<&'r str>, lines: &'r [Line]) {
        for line in lines {
            let (from, to, unit) = match &line.target {
                Some(Goal::Bound(q)) => (some(&q.value), None, some(&q.unit)),
                Some(Goal::Band { from, to, unit }) => (some(from), some(to), some(unit)),
                None => (None, None, None),
            };
            rows.push(
                some(&card.scorecard),
                some(&card.subject),
                some(&card.period),
                group.map(Cow::Borrowed),
                some(&line.indicator),
                line.actual.as_ref().and_then(|q| some(&q.value)),
                line.actual.as_ref().and_then(|q| some(&q.unit)),
                from,
                to,
                unit,
                line.attainment,
                line.weight,
                line.score,
                some(line_status(line.status)),
            );
            push(rows, card, Some(&line.indicator), line.lines.as_deref().unwrap_or_default());
        }
    }
    let mut rows = LineRows::default();
    for card in &run.cards {
        push(&mut rows, card, None, &card.lines);
    }
    rows.table()
}

fn flatten_pay(run: &Run) -> FlatTable<'_> {
    let mut rows = PayRows::default();
    for card in &run.cards {
        for (pay, amount) in &card.pay {
            let at = (some(&card.scorecard), some(&card.subject), some(&card.period));
            rows.push(at.0, None, at.1, at.2, some("pay"), some(pay), *amount);
        }
    }
    for roster in &run.incentives {
        let at = || (some(&roster.incentive), some(&roster.subject), some(&roster.period));
        for (pay, amount) in &roster.pay {
            let at = at();
            rows.push(None, at.0, at.1, at.2, some("pay"), some(pay), *amount);
        }
        let at = at();
        rows.push(None, at.0, at.1, at.2, some("total"), None, roster.total_pay);
    }
    rows.table()
}

fn flatten_rules(run: &Run) -> FlatTable<'_> {
    let mut rows = RuleRows::default();
    for card in &run.cards {
        for rule in &card.rules {
            let at = (some(&card.scorecard), some(&card.subject), some(&card.period));
            rows.push(
                at.0,
                at.1,
                at.2,
                some(&rule.rule),
                some(outcome(rule.outcome)),
                rule.says.as_deref().map(Cow::Borrowed),
            );
        }
    }
    for rule in &run.rules {
        let at = (some(&rule.subject), some(&rule.period), some(&rule.rule));
        rows.push(None, at.0, at.1, at.2, some(outcome(rule.outcome)), rule.says.as_deref().map(Cow::Borrowed));
    }
    rows.table()
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
