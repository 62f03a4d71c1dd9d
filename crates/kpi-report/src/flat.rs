//! A run as four flat tables: cards, lines, pay, rules.

use kpi_results::{CardStatus, Goal, Line, LineStatus, RuleOutcome, Run};
use kpi_value::Dec;

/// A table of columns of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct FlatTable {
    /// Its name, which is the file's.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<FlatColumn>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct FlatColumn {
    /// Its header.
    pub name: &'static str,
    /// Its cells.
    pub cells: Cells,
}

/// The cells of a column; `None` is an empty cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Texts.
    Text(Vec<Option<String>>),
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
pub fn flatten(run: &Run) -> Vec<FlatTable> {
    vec![flatten_cards(run), flatten_lines(run), flatten_pay(run), flatten_rules(run)]
}

/// The table as CSV: UTF-8, a header, `\n` at the end of a line, exact numbers without separators.
pub fn render_csv(table: &FlatTable) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(table.columns.iter().map(|c| c.name))?;
    let rows = table.columns.first().map_or(0, |c| c.cells.len());
    for i in 0..rows {
        writer.write_record(table.columns.iter().map(|c| c.cells.text(i)))?;
    }
    writer.into_inner().map_err(|e| csv::Error::from(std::io::Error::other(e.to_string())))
}

impl Cells {
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

    fn text(&self, i: usize) -> String {
        let text = match self {
            Cells::Text(cells) => cells.get(i).cloned().flatten(),
            Cells::Number(cells) => cells.get(i).copied().flatten().map(|x| x.to_string()),
            Cells::Whole(cells) => cells.get(i).copied().flatten().map(|x| x.to_string()),
        };
        text.unwrap_or_default()
    }
}

/// Declares a builder of one table: its columns with their kinds, and how a row is pushed.
macro_rules! builder {
    ($builder:ident, $table:literal, $($column:ident: $kind:ident($ty:ty)),* $(,)?) => {
        #[derive(Default)]
        struct $builder { $($column: Vec<Option<$ty>>),* }

        impl $builder {
            #[allow(clippy::too_many_arguments, reason = "one argument a column")]
            fn push(&mut self, $($column: Option<$ty>),*) {
                $(self.$column.push($column);)*
            }

            fn table(self) -> FlatTable {
                let columns = vec![$(FlatColumn { name: stringify!($column), cells: Cells::$kind(self.$column) }),*];
                FlatTable { name: $table, columns }
            }
        }
    };
}

builder!(CardRows, "cards",
    scorecard: Text(String), subject: Text(String), period: Text(String), status: Text(String),
    score: Number(Dec), attainment: Number(Dec), grade: Text(String), rank: Whole(u32), vetoed: Text(String),
    total_pay: Number(Dec));
builder!(LineRows, "lines",
    scorecard: Text(String), subject: Text(String), period: Text(String), group: Text(String), indicator: Text(String),
    actual: Text(String), actual_unit: Text(String), target: Text(String), target_to: Text(String),
    target_unit: Text(String), attainment: Number(Dec), weight: Number(Dec), score: Number(Dec), status: Text(String));
builder!(PayRows, "pay",
    scorecard: Text(String), incentive: Text(String), subject: Text(String), period: Text(String), kind: Text(String),
    pay: Text(String), amount: Number(Dec));
builder!(RuleRows, "rules",
    scorecard: Text(String), subject: Text(String), period: Text(String), rule: Text(String), outcome: Text(String),
    says: Text(String));

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn flatten_cards(run: &Run) -> FlatTable {
    let mut rows = CardRows::default();
    for card in &run.cards {
        let status = if card.status == CardStatus::Complete { "complete" } else { "incomplete" };
        let vetoed = (!card.vetoed.is_empty()).then(|| card.vetoed.join(";"));
        rows.push(
            some(&card.scorecard),
            some(&card.subject),
            some(&card.period),
            some(status),
            card.score,
            card.attainment,
            card.grade.clone(),
            card.rank,
            vetoed,
            card.total_pay,
        );
    }
    rows.table()
}

fn flatten_lines(run: &Run) -> FlatTable {
    fn push(rows: &mut LineRows, card: &kpi_results::Card, group: Option<&str>, lines: &[Line]) {
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
                group.map(str::to_owned),
                some(&line.indicator),
                line.actual.as_ref().map(|q| q.value.clone()),
                line.actual.as_ref().map(|q| q.unit.clone()),
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

fn flatten_pay(run: &Run) -> FlatTable {
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

fn flatten_rules(run: &Run) -> FlatTable {
    let mut rows = RuleRows::default();
    for card in &run.cards {
        for rule in &card.rules {
            let at = (some(&card.scorecard), some(&card.subject), some(&card.period));
            rows.push(at.0, at.1, at.2, some(&rule.rule), some(outcome(rule.outcome)), rule.says.clone());
        }
    }
    for rule in &run.rules {
        let at = (some(&rule.subject), some(&rule.period), some(&rule.rule));
        rows.push(None, at.0, at.1, at.2, some(outcome(rule.outcome)), rule.says.clone());
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
