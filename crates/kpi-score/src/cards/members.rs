//! Who is concerned by a scorecard, an incentive or a rule.

use kpi_base::codes::run::UNKNOWN_AUDIENCE;
use kpi_base::{Diagnostic, Span, text};
use kpi_check::model::{Expr, MidPeriod, Subject, TableId};
use kpi_plan::SpineId;

use crate::findings::{name_some, subjects_text};
use crate::{At, Evaluator, NOWHERE};

/// The cells of a spine that are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    /// The spine.
    pub spine: SpineId,
    /// The cells concerned, in rising order: by period, then by subject. What is computed of them has one entry a *row*, a
    /// place in this list.
    pub cells: Vec<u32>,
    /// The first row of a judged period.
    pub judged: usize,
    /// For each cell of the spine its row; [`NOWHERE`] if it is not concerned.
    pub rows: Vec<u32>,
}

impl Members {
    /// The row of a cell.
    pub fn row(&self, cell: usize) -> Option<usize> {
        super::place(&self.rows, cell)
    }

    /// The row for a cell of other members of the same table: the same cell, or the whole period of a stint, or the last stint
    /// of a period.
    pub(crate) fn row_for(&self, ev: &Evaluator<'_>, of: &Members, cell: usize) -> Option<usize> {
        let (own, other) = (ev.spine(self.spine), ev.spine(of.spine));
        if own.is_split() == other.is_split() {
            return self.row(cell);
        }
        let period = *ev.timeline_of(of.spine).periods.get(other.period(cell))?;
        let cells = own.cells_of(other.entity(cell), ev.timeline_of(self.spine).inside(period));
        cells.filter_map(|cell| self.row(cell)).last()
    }

    /// The cell of a row.
    pub fn cell(&self, row: usize) -> Option<usize> {
        self.cells.get(row).map(|&cell| cell as usize)
    }

    fn new(spine: SpineId, cells: Vec<u32>, all: usize, first_judged: usize) -> Members {
        let mut rows = vec![NOWHERE; all];
        for (row, &cell) in cells.iter().enumerate() {
            if let Some(slot) = rows.get_mut(cell as usize) {
                *slot = row as u32;
            }
        }
        let judged = cells.partition_point(|&cell| (cell as usize) < first_judged);
        Members { spine, cells, judged, rows }
    }
}

/// The subjects of a table that are there and meet the condition, in every period. Where the condition has no data, nobody
/// knows whether the subject is concerned: it is not, and a finding says so.
pub(crate) fn members(
    ev: &mut Evaluator<'_>,
    (table, mid): (TableId, MidPeriod),
    condition: Option<&Expr>,
    name: (&str, Span),
    findings: &mut Vec<Diagnostic>,
) -> Members {
    let Some(spine) = ev.plan.spine_of(&Subject::Table(table), ev.plan.from.kind, mid) else {
        return Members::new(SpineId(0), Vec::new(), 0, 0);
    };
    let holds = condition.map(|condition| ev.column(condition, At::spine(spine)));
    let cells = ev.spine(spine);
    let first_judged = cells.judged;
    let mut taken = Vec::new();
    let mut unknown = Vec::new();
    for cell in (0..cells.cells()).filter(|&cell| cells.is_present(cell)) {
        match holds.as_ref().map_or(Some(true), |column| column.bool(cell)) {
            Some(true) => taken.push(cell as u32),
            Some(false) => {}
            None if cell >= first_judged => unknown.push(cell),
            None => {}
        }
    }
    if !unknown.is_empty() {
        let who = name_some(ev, spine, &unknown);
        let count = subjects_text(unknown.len());
        let message =
            text!("it is not known whether `{name}` concerns {count}: the condition has no data", name = name.0, count);
        let span = condition.map_or(name.1, |condition| condition.span);
        let finding = Diagnostic::new(UNKNOWN_AUDIENCE, message).label(span, text!("no data for {who}", who));
        findings.push(finding.help(text!("fill in what the condition reads for these subjects")));
    }
    Members::new(spine, taken, cells.cells(), first_judged)
}
