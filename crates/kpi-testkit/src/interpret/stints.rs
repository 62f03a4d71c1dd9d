//! Where a period is cut for a subject: "the longest runs of days on which the subject's row on the roster says the same in
//! every column that the policy reads".

use kpi_check::model::{
    Audience, ByKey, ByTable, ColumnId, Curve, Expr, ExprKind, Grade, GroupKey, Line, LineKind, Model, Path, Scope,
    Scoring, Subject, TableId, TargetKind, Timing,
};
use kpi_value::{Date, Period, Value};
use rustc_hash::FxHashSet;

use super::Interpreter;
use super::time::{Days, When};

impl Interpreter<'_> {
    /// The stints of a subject in a period, in order. Rows that say the same in what is read are one, a gap cuts. Where rows
    /// are not valid by days, there is one.
    pub(super) fn stints(&self, table: TableId, key: &str, period: Period) -> Vec<When> {
        let whole = When::whole(period);
        let (start, end) = self.span(whole);
        let stint = |from: Date, to: Date| When { days: Days::Stint(from, to), ..whole };
        if !matches!(self.model.tables[table].time, Timing::Stock { .. }) {
            return vec![stint(start, end)];
        }
        let mut stints: Vec<(Date, Date, Vec<Option<Value>>)> = Vec::new();
        for day in (start.0..=end.0).map(Date) {
            let Some(says) = self.says_on(table, key, stint(day, day)) else { continue };
            match stints.last_mut() {
                Some((_, to, before)) if *to == day.plus(-1) && *before == says => *to = day,
                _ => stints.push((day, day, says)),
            }
        }
        stints.into_iter().map(|(from, to, _)| stint(from, to)).collect()
    }

    /// What a subject's row says in the columns that the policy reads.
    fn says_on(&self, table: TableId, key: &str, when: When) -> Option<Vec<Option<Value>>> {
        let read = self.read.get_or_init(|| read_columns(self.model));
        let row = self.subject_row(table, key, when)?;
        let cells = row.iter().enumerate();
        let read = cells.filter(|(index, _)| read.contains(&ColumnId { table, index: *index as u32 }));
        Some(read.map(|(_, cell)| cell.clone()).collect())
    }
}

/// The columns that a policy reads: those that a formula, a table, a ranking or a view names, and the references by which
/// rows reach the subjects of the formulas.
fn read_columns(model: &Model) -> FxHashSet<ColumnId> {
    let mut read = Read { model, columns: FxHashSet::default() };
    for (_, param) in model.params.iter() {
        read.keys(&param.value, None);
        param.value.rows.iter().for_each(|row| read.expr(&row.value, None));
    }
    for (_, table) in model.tables.iter() {
        let Some(view) = &table.view else { continue };
        view.condition.iter().chain(&view.dated).for_each(|condition| read.expr(condition, None));
        let Some(grouping) = &view.grouping else { continue };
        for key in &grouping.keys {
            if let GroupKey::Column(path) = key {
                read.path(path);
            }
        }
        for aggregate in &grouping.aggregates {
            aggregate.arg.iter().chain(&aggregate.condition).for_each(|expr| read.expr(expr, None));
        }
    }
    for (_, indicator) in model.indicators.iter() {
        let table = match &indicator.subject {
            Subject::Table(table) | Subject::Group(table, _) => Some(*table),
            Subject::All => None,
        };
        read.expr(&indicator.formula, table);
        read.scoring(&indicator.scoring, table);
        let Some(target) = &indicator.target else { continue };
        read.keys(target, table);
        for target in target.rows.iter().filter_map(|row| row.value.as_ref()) {
            let bounds = match &target.kind {
                TargetKind::Compare(_, bound) => vec![bound],
                TargetKind::Between(low, high, _) => vec![low, high],
            };
            bounds.into_iter().chain(&target.stretch).for_each(|expr| read.expr(expr, table));
        }
    }
    for (_, card) in model.scorecards.iter() {
        let table = Some(card.table);
        card.condition.iter().for_each(|condition| read.expr(condition, table));
        read.lines(&card.lines, table);
        card.vetoes.iter().for_each(|veto| read.expr(&veto.condition, table));
        card.adjustments.iter().for_each(|adjustment| read.expr(&adjustment.value, table));
        card.rank_among.iter().for_each(|path| read.path(path));
        if let Some(Grade::Shares { by, .. }) = &card.grade {
            by.iter().for_each(|path| read.path(path));
        }
    }
    for (_, incentive) in model.incentives.iter() {
        let audience = if let Audience::Table(_, condition) = &incentive.audience { condition.as_ref() } else { None };
        let limits = incentive.condition.iter().chain(&incentive.cap).chain(&incentive.floor);
        let all = limits.chain(incentive.pays.iter().map(|pay| &pay.value)).chain(audience);
        all.for_each(|expr| read.expr(expr, Some(incentive.table)));
    }
    for (_, rule) in model.rules.iter() {
        let audience = if let Audience::Table(_, condition) = &rule.audience { condition.as_ref() } else { None };
        std::iter::once(&rule.condition).chain(audience).for_each(|expr| read.expr(expr, Some(rule.table)));
        rule.then.iter().for_each(|then| read.keys(&then.text, Some(rule.table)));
        let number = rule.then.iter().filter_map(|then| then.by_number.as_ref()).map(|(number, _)| number);
        let of = rule.share.iter().filter_map(|share| share.of.as_ref());
        number.chain(of).for_each(|expr| read.expr(expr, Some(rule.table)));
        rule.share.iter().flat_map(|share| &share.by).for_each(|path| read.path(path));
    }
    read.columns
}

struct Read<'m> {
    model: &'m Model,
    columns: FxHashSet<ColumnId>,
}

impl Read<'_> {
    fn path(&mut self, path: &Path) {
        self.columns.extend(path.0.iter().copied());
    }

    fn keys<T>(&mut self, table: &ByTable<T>, subjects: Option<TableId>) {
        for key in &table.keys {
            if let ByKey::Expr(expr) = key {
                self.expr(expr, subjects);
            }
        }
    }

    fn scoring(&mut self, scoring: &Scoring, subjects: Option<TableId>) {
        if let Scoring::Curve(_, curve) = scoring {
            self.curve(curve, subjects);
        }
    }

    fn curve(&mut self, curve: &Curve, subjects: Option<TableId>) {
        curve.values().for_each(|value| self.expr(value, subjects));
    }

    fn lines(&mut self, lines: &[Line], subjects: Option<TableId>) {
        for line in lines {
            line.weight.iter().for_each(|weight| self.keys(weight, subjects));
            match &line.kind {
                LineKind::Indicator { scoring, .. } => self.scoring(scoring, subjects),
                LineKind::Group { lines, .. } => self.lines(lines, subjects),
                LineKind::Card(_) => {}
            }
        }
    }

    /// `subjects` is the table of the subjects about whom the expression is; none where there are no subjects.
    fn expr(&mut self, expr: &Expr, subjects: Option<TableId>) {
        let mut inside = subjects;
        match &expr.kind {
            ExprKind::Column(path) => self.path(path),
            ExprKind::Aggregate(aggregate) => self.way(aggregate.table, aggregate.via.as_ref(), subjects),
            ExprKind::Lookup(lookup) => self.way(lookup.table, lookup.via.as_ref(), subjects),
            ExprKind::Among(among) => among.by.iter().for_each(|path| self.path(path)),
            ExprKind::Over(_, scope) => match scope {
                Scope::All => inside = None,
                Scope::Dimension(path) => self.path(path),
                Scope::Reference(path) => {
                    self.path(path);
                    inside = path.last().and_then(|column| self.model.referred(column));
                }
            },
            _ => {}
        }
        expr.children().into_iter().for_each(|child| self.expr(child, inside));
    }

    fn way(&mut self, table: TableId, via: Option<&Path>, subjects: Option<TableId>) {
        via.iter().for_each(|via| self.path(via));
        if let Some(way) = subjects.and_then(|subjects| self.model.way(table, via, subjects).ok()) {
            self.path(&way);
        }
    }
}
