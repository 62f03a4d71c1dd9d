//! Which row of a table of brackets each pay took.

use kpi_base::Files;
use kpi_check::model::{CardField, Curve, CurveKind, Expr, ExprKind, Incentive, StepRow};
use kpi_results::{BracketRow, BracketTable};

use crate::cards::get;
use crate::pay::context;
use crate::{Pays, Scored, Standing};

impl Scored<'_> {
    /// The tables of brackets by which pays are found, for each scorecard in the order of its pays.
    pub(crate) fn bracket_tables(&self, files: &Files) -> Vec<BracketTable> {
        let model = self.model();
        let mut tables = Vec::new();
        for pays in self.pays() {
            let incentive = &model.incentives[pays.incentive];
            for (pay, rows, _) in steps(incentive) {
                let row = |row: &StepRow| {
                    let text = files.text(row.span).split_whitespace().collect::<Vec<_>>().join(" ");
                    let (bound, value) = text.split_once([':', '：']).unwrap_or((text.as_str(), ""));
                    BracketRow { bound: bound.trim().to_owned(), value: value.trim().to_owned() }
                };
                tables.push(BracketTable {
                    scorecard: pays.card.map(|card| model.scorecards[card].title.name.clone()),
                    incentive: incentive.title.name.clone(),
                    pay: pay.to_owned(),
                    rows: rows.iter().map(row).collect(),
                });
            }
        }
        tables
    }

    /// For each table of an incentive the row that it took for whom it pays; none where nothing is paid, or nothing is known.
    pub(super) fn brackets(&self, pays: &Pays, row: usize) -> Vec<Option<u32>> {
        let incentive = &self.model().incentives[pays.incentive];
        let paid = pays.standing.get(row) == Some(&Standing::Paid);
        let taken = |(rows, x): (&[StepRow], &Expr)| {
            let x = match (&x.kind, pays.card.and_then(|card| self.cards_of(card))) {
                (ExprKind::Card(CardField::Score), Some(cards)) => get(&cards.score, row)?,
                (ExprKind::Card(CardField::Attainment), Some(cards)) => get(&cards.attainment, row)?,
                _ => self.recorded(x.id, context(&pays.members, pays.card))?.dec(pays.members.cell(row)?)?,
            };
            u32::try_from(rows.iter().position(|row| row.bound.holds(x))?).ok()
        };
        steps(incentive).into_iter().map(|(_, rows, x)| taken((rows, x)).filter(|_| paid)).collect()
    }
}

/// The `step` curves in the pays of an incentive: the pay, the rows, and of what.
fn steps(incentive: &Incentive) -> Vec<(&str, &[StepRow], &Expr)> {
    let mut found = Vec::new();
    for pay in &incentive.pays {
        let mut open = vec![&pay.value];
        while let Some(expr) = open.pop() {
            if let ExprKind::Curve(curve, x) = &expr.kind
                && let Curve { kind: CurveKind::Step(rows), .. } = &**curve
            {
                found.push((pay.title.name.as_str(), rows.as_slice(), &**x));
            }
            open.extend(expr.children());
        }
    }
    found
}
