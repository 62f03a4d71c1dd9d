//! From a column of the data to everything that reads it.

use std::collections::{BTreeMap, BTreeSet};

use kpi_check::model::{
    Audience, ByKey, ByTable, ColumnId, Expr, ExprKind, Grade, GroupKey, IncentiveId, IndicatorId, Line, LineKind,
    Model, Path, RuleId, Scope, ScorecardId, Scoring, Subject, TableId, TargetKind, Timing,
};
use serde::Serialize;

use crate::{Plan, Roots};

/// Which columns of the data are read, and by whom; what is read through another indicator or a scorecard counts too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineage {
    columns: BTreeMap<ColumnId, Readers>,
}

/// Who reads a column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Readers {
    /// Indicators, by formula, target or scoring.
    pub indicators: BTreeSet<IndicatorId>,
    /// Scorecards, by a line, a weight, a veto or a condition.
    pub scorecards: BTreeSet<ScorecardId>,
    /// Incentives, by a pay, a condition or the scorecards that they are for.
    pub incentives: BTreeSet<IncentiveId>,
    /// Rules.
    pub rules: BTreeSet<RuleId>,
}

impl Plan {
    /// Who reads which column of the data in this plan.
    pub fn lineage(&self, model: &Model) -> Lineage {
        Lineage::of(model, &self.wanted)
    }
}

impl Lineage {
    /// Who of the wanted results reads which column.
    pub fn of(model: &Model, wanted: &Roots) -> Lineage {
        let mut lineage = Lineage::default();
        let mut seen = BTreeSet::new();
        for &card in &wanted.scorecards {
            let mut read = Reading::new(model);
            read.scorecard(card);
            seen.extend(&read.indicators);
            lineage.add(&read, |readers| &mut readers.scorecards, card);
        }
        for &incentive in &wanted.incentives {
            let mut read = Reading::new(model);
            read.incentive(incentive);
            seen.extend(&read.indicators);
            lineage.add(&read, |readers| &mut readers.incentives, incentive);
        }
        for &rule in &wanted.rules {
            let mut read = Reading::new(model);
            read.rule(rule);
            seen.extend(&read.indicators);
            lineage.add(&read, |readers| &mut readers.rules, rule);
        }
        for indicator in seen.into_iter().chain(wanted.indicators.iter().copied()) {
            let mut read = Reading::new(model);
            read.indicator(indicator);
            lineage.add(&read, |readers| &mut readers.indicators, indicator);
        }
        lineage
    }

    /// Who reads a column; nobody if it is not among them.
    pub fn readers(&self, column: ColumnId) -> Option<&Readers> {
        self.columns.get(&column)
    }

    /// Every column that is read, with its readers.
    pub fn columns(&self) -> impl Iterator<Item = (ColumnId, &Readers)> {
        self.columns.iter().map(|(column, readers)| (*column, readers))
    }

    fn add<T: Ord + Copy>(&mut self, read: &Reading<'_>, of: impl Fn(&mut Readers) -> &mut BTreeSet<T>, reader: T) {
        for column in below(read.model, &read.columns) {
            of(self.columns.entry(column).or_default()).insert(reader);
        }
    }
}

/// Columns with those of which the views among them are made.
fn below(model: &Model, columns: &BTreeSet<ColumnId>) -> BTreeSet<ColumnId> {
    let (mut all, mut open) = (BTreeSet::new(), columns.iter().copied().collect::<Vec<_>>());
    while let Some(column) = open.pop() {
        if !all.insert(column) {
            continue;
        }
        let Some(view) = &model.tables[column.table].view else { continue };
        let mut read = Reading::new(model);
        view.condition.iter().for_each(|condition| read.expr(condition, &Subject::All));
        match &view.grouping {
            None => match &view.dated {
                Some(dated) if model.tables[view.of].column(column.index).is_none() => read.expr(dated, &Subject::All),
                _ => read.columns.extend([ColumnId { table: view.of, ..column }]),
            },
            Some(grouping) => {
                let time = if let Timing::Flow(time) = model.tables[view.of].time { Some(time) } else { None };
                for key in &grouping.keys {
                    match key {
                        GroupKey::Column(path) => read.path(path),
                        GroupKey::Calendar(_) => {
                            read.columns.extend(time.map(|index| ColumnId { table: view.of, index }));
                        }
                    }
                }
                let place = (column.index as usize).checked_sub(grouping.keys.len());
                let aggregate = place.and_then(|place| grouping.aggregates.get(place));
                let exprs = aggregate.into_iter().flat_map(|a| a.arg.iter().chain(&a.condition));
                exprs.for_each(|expr| read.expr(expr, &Subject::All));
            }
        }
        open.extend(read.columns);
    }
    all
}

/// What one reader reads.
struct Reading<'a> {
    model: &'a Model,
    columns: BTreeSet<ColumnId>,
    indicators: BTreeSet<IndicatorId>,
}

impl<'a> Reading<'a> {
    fn new(model: &'a Model) -> Reading<'a> {
        Reading { model, columns: BTreeSet::new(), indicators: BTreeSet::new() }
    }

    fn path(&mut self, path: &Path) {
        self.columns.extend(&path.0);
    }

    /// Rows of a table as they reach a subject: their way there, their time.
    fn rows(&mut self, table: TableId, via: Option<&Path>, subject: &Subject) {
        if let Subject::Table(to) | Subject::Group(to, _) = subject
            && let Ok(way) = self.model.way(table, via, *to)
        {
            self.path(&way);
        }
        if let Subject::Group(_, path) = subject {
            self.path(path);
        }
        let model = self.model;
        model.tables[table].exclude.iter().for_each(|exclusion| self.expr(&exclusion.condition, &Subject::All));
        let column = |index| ColumnId { table, index };
        match self.model.tables[table].time {
            Timing::Timeless => {}
            Timing::Flow(time) | Timing::AsOf(time) => {
                self.columns.insert(column(time));
            }
            Timing::Stock { from, to } => self.columns.extend([column(from), column(to)]),
        }
    }

    fn expr(&mut self, expr: &Expr, subject: &Subject) {
        match &expr.kind {
            ExprKind::Column(path) => self.path(path),
            ExprKind::Aggregate(a) => self.rows(a.table, a.via.as_ref(), subject),
            ExprKind::Exists(exists) => exists.inner().for_each(|inner| self.expr(inner, subject)),
            ExprKind::Lookup(l) => self.rows(l.table, l.via.as_ref(), subject),
            ExprKind::Among(among) => among.by.iter().for_each(|path| self.path(path)),
            ExprKind::Indicator(id, _) => self.indicator(*id),
            ExprKind::Pay(id, _) => self.incentive(*id),
            ExprKind::Param(id, None) => self.table(&self.model.params[*id].value, subject, Reading::expr),
            ExprKind::Param(id, Some(_)) => {
                let rows = &self.model.params[*id].value.rows;
                rows.iter().for_each(|row| self.expr(&row.value, subject));
            }
            ExprKind::Over(inner, scope) => {
                let wider = match scope {
                    Scope::All => Subject::All,
                    Scope::Reference(path) => {
                        self.path(path);
                        path.last().and_then(|c| self.model.referred(c)).map_or(Subject::All, Subject::Table)
                    }
                    Scope::Dimension(path) => path.table().map_or(Subject::All, |t| Subject::Group(t, path.clone())),
                };
                return self.expr(inner, &wider);
            }
            _ => {}
        }
        expr.children().into_iter().for_each(|child| self.expr(child, subject));
    }

    fn table<T>(&mut self, table: &ByTable<T>, subject: &Subject, mut value: impl FnMut(&mut Self, &T, &Subject)) {
        for key in &table.keys {
            if let ByKey::Expr(expr) = key {
                self.expr(expr, subject);
            }
        }
        table.rows.iter().for_each(|row| value(self, &row.value, subject));
    }

    fn scoring(&mut self, scoring: &Scoring, subject: &Subject) {
        if let Scoring::Curve(_, curve) = scoring {
            curve.values().for_each(|value| self.expr(value, subject));
        }
    }

    fn indicator(&mut self, id: IndicatorId) {
        if !self.indicators.insert(id) {
            return;
        }
        let indicator = &self.model.indicators[id];
        let subject = &indicator.subject;
        self.expr(&indicator.formula, subject);
        self.scoring(&indicator.scoring, subject);
        indicator.parts.iter().flat_map(|parts| &parts.parts).for_each(|part| self.indicator(*part));
        if let Some(targets) = &indicator.target {
            self.table(targets, subject, |read, target, subject| {
                let Some(target) = target else { return };
                match &target.kind {
                    TargetKind::Compare(_, bound) => read.expr(bound, subject),
                    TargetKind::Between(low, high, _) => {
                        read.expr(low, subject);
                        read.expr(high, subject);
                    }
                }
                target.stretch.iter().for_each(|stretch| read.expr(stretch, subject));
            });
        }
    }

    fn scorecard(&mut self, id: ScorecardId) {
        let card = &self.model.scorecards[id];
        let subject = Subject::Table(card.table);
        self.lines(&card.lines, &subject);
        let conditions = card.condition.iter().chain(card.vetoes.iter().map(|veto| &veto.condition));
        conditions.for_each(|condition| self.expr(condition, &subject));
        card.adjustments.iter().for_each(|adjustment| self.expr(&adjustment.value, &subject));
        card.rank_among.iter().for_each(|path| self.path(path));
        if let Some(Grade::Shares { by, .. }) = &card.grade {
            by.iter().for_each(|path| self.path(path));
        }
    }

    fn lines(&mut self, lines: &[Line], subject: &Subject) {
        for line in lines {
            if let Some(weight) = &line.weight {
                self.table(weight, subject, |_, _, _| {});
            }
            match &line.kind {
                LineKind::Indicator { indicator, scoring, .. } => {
                    self.indicator(*indicator);
                    self.scoring(scoring, subject);
                }
                LineKind::Card(card) => self.scorecard(*card),
                LineKind::Group { lines, .. } => self.lines(lines, subject),
            }
        }
    }

    fn audience(&mut self, audience: &Audience, subject: &Subject) {
        match audience {
            Audience::Cards(cards) => cards.iter().for_each(|card| self.scorecard(*card)),
            Audience::Table(_, condition) => condition.iter().for_each(|condition| self.expr(condition, subject)),
        }
    }

    fn incentive(&mut self, id: IncentiveId) {
        let incentive = &self.model.incentives[id];
        let subject = Subject::Table(incentive.table);
        self.audience(&incentive.audience, &subject);
        let values = incentive.condition.iter().chain(&incentive.cap).chain(&incentive.floor);
        values.chain(incentive.pays.iter().map(|pay| &pay.value)).for_each(|value| self.expr(value, &subject));
    }

    fn rule(&mut self, id: RuleId) {
        let rule = &self.model.rules[id];
        let subject = Subject::Table(rule.table);
        self.audience(&rule.audience, &subject);
        self.expr(&rule.condition, &subject);
        if let Some(share) = &rule.share {
            share.of.iter().for_each(|of| self.expr(of, &subject));
            share.by.iter().for_each(|path| self.path(path));
        }
        if let Some(then) = &rule.then {
            self.table(&then.text, &subject, |_, _, _| {});
            then.by_number.iter().for_each(|(number, _)| self.expr(number, &subject));
        }
    }
}
