//! What the wanted results reach: subjects, attributes, aggregates, and how far back.

use std::collections::{BTreeMap, BTreeSet};

use kpi_check::model::{
    Audience, ByKey, ByTable, Expr, ExprId, ExprKind, Grade, IncentiveId, IndicatorField, IndicatorId, Line, LineKind,
    Model, Path, RuleId, Scope, ScorecardId, Scoring, Subject, TableId, TargetKind, Timing,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::STREAK_HISTORY;
use crate::{Roots, SpineId};

/// An aggregate or a lookup that is to be read for the cells of a spine.
pub(super) struct Wanted<'a> {
    pub expr: &'a Expr,
    pub spine: SpineId,
}

/// The state of the walk. Every function that walks something returns how many periods before a cell it needs.
pub(super) struct Walk<'a> {
    pub model: &'a Model,
    pub spines: Vec<Subject>,
    pub rosters: BTreeMap<TableId, BTreeSet<u32>>,
    pub reads: Vec<Wanted<'a>>,
    by_subject: FxHashMap<Subject, SpineId>,
    exprs: FxHashMap<(ExprId, SpineId), u32>,
    actuals: FxHashMap<IndicatorId, u32>,
    indicators: FxHashMap<IndicatorId, u32>,
    cards: FxHashMap<ScorecardId, u32>,
    incentives: FxHashMap<IncentiveId, u32>,
    open: FxHashSet<IndicatorId>,
}

impl<'a> Walk<'a> {
    pub fn new(model: &'a Model) -> Walk<'a> {
        Walk {
            model,
            spines: Vec::new(),
            rosters: BTreeMap::new(),
            reads: Vec::new(),
            by_subject: FxHashMap::default(),
            exprs: FxHashMap::default(),
            actuals: FxHashMap::default(),
            indicators: FxHashMap::default(),
            cards: FxHashMap::default(),
            incentives: FxHashMap::default(),
            open: FxHashSet::default(),
        }
    }

    /// Walks everything wanted.
    pub fn walk_roots(&mut self, roots: &Roots) -> u32 {
        let mut depth = 0;
        for &card in &roots.scorecards {
            depth = depth.max(self.walk_card(card));
        }
        for &incentive in &roots.incentives {
            depth = depth.max(self.walk_incentive(incentive));
        }
        for &rule in &roots.rules {
            depth = depth.max(self.walk_rule(rule));
        }
        for &indicator in &roots.indicators {
            depth = depth.max(self.walk_indicator(indicator));
        }
        depth
    }

    /// The spine of these subjects, new or old.
    fn spine(&mut self, subject: &Subject) -> SpineId {
        if let Some(&id) = self.by_subject.get(subject) {
            return id;
        }
        let id = SpineId(self.spines.len() as u32);
        self.spines.push(subject.clone());
        self.by_subject.insert(subject.clone(), id);
        match subject {
            Subject::Table(table) => self.use_roster(*table),
            Subject::Group(table, path) => {
                self.use_roster(*table);
                self.use_path(path);
            }
            Subject::All => {}
        }
        id
    }

    /// Has a table loaded row by row: its key, and what says when a row holds.
    pub fn use_roster(&mut self, table: TableId) {
        let contract = &self.model.tables[table];
        let columns = self.rosters.entry(table).or_default();
        columns.extend(contract.key);
        match contract.time {
            Timing::Timeless => {}
            Timing::Flow(time) | Timing::AsOf(time) => {
                columns.insert(time);
            }
            Timing::Stock { from, to } => columns.extend([from, to]),
        }
    }

    /// Has every column of a path loaded.
    pub fn use_path(&mut self, path: &Path) {
        for column in &path.0 {
            self.use_roster(column.table);
            self.rosters.entry(column.table).or_default().insert(column.index);
        }
    }

    fn walk_expr(&mut self, expr: &'a Expr, spine: SpineId) -> u32 {
        if let Some(&depth) = self.exprs.get(&(expr.id, spine)) {
            return depth;
        }
        let depth = self.walk_kind(expr, spine);
        self.exprs.insert((expr.id, spine), depth);
        depth
    }

    fn walk_kind(&mut self, expr: &'a Expr, spine: SpineId) -> u32 {
        match &expr.kind {
            ExprKind::Column(path) => {
                let grouped =
                    matches!(self.spines.get(spine.0 as usize), Some(Subject::Group(_, group)) if group == path);
                if !grouped {
                    self.use_path(path);
                }
                0
            }
            ExprKind::Aggregate(_) | ExprKind::Lookup(_) => {
                self.reads.push(Wanted { expr, spine });
                0
            }
            ExprKind::Param(id, keys) => {
                let param = &self.model.params[*id];
                let keys = match keys {
                    Some(keys) => self.walk_all(keys.iter(), spine),
                    None => self.walk_keys(&param.value, spine),
                };
                keys.max(self.walk_all(param.value.rows.iter().map(|row| &row.value), spine))
            }
            ExprKind::Indicator(id, field) => match field {
                IndicatorField::Actual => self.walk_actual(*id),
                _ => self.walk_indicator(*id),
            },
            ExprKind::Over(inner, scope) => {
                let subject = match scope {
                    Scope::All => Subject::All,
                    Scope::Reference(path) => {
                        self.use_path(path);
                        path.last().and_then(|c| self.model.referred(c)).map_or(Subject::All, Subject::Table)
                    }
                    Scope::Dimension(path) => {
                        path.table().map_or(Subject::All, |table| Subject::Group(table, path.clone()))
                    }
                };
                let wider = self.spine(&subject);
                self.walk_expr(inner, wider)
            }
            ExprKind::Among(among) => {
                among.by.iter().for_each(|path| self.use_path(path));
                self.walk_all(std::iter::once(&among.of).chain(&among.condition), spine)
            }
            ExprKind::Previous(inner, n) => n.saturating_add(self.walk_expr(inner, spine)),
            ExprKind::Growth(inner) => 1 + self.walk_expr(inner, spine),
            ExprKind::Streak(inner) => STREAK_HISTORY + self.walk_expr(inner, spine),
            ExprKind::Pay(incentive, _) => self.walk_incentive(*incentive),
            _ => self.walk_all(expr.children().into_iter(), spine),
        }
    }

    fn walk_all(&mut self, exprs: impl Iterator<Item = &'a Expr>, spine: SpineId) -> u32 {
        exprs.map(|expr| self.walk_expr(expr, spine)).max().unwrap_or(0)
    }

    fn walk_keys<T>(&mut self, table: &'a ByTable<T>, spine: SpineId) -> u32 {
        let keys = table.keys.iter().filter_map(|key| if let ByKey::Expr(expr) = key { Some(expr) } else { None });
        self.walk_all(keys, spine)
    }

    fn walk_actual(&mut self, id: IndicatorId) -> u32 {
        if let Some(&depth) = self.actuals.get(&id) {
            return depth;
        }
        // A formula that reads its own indicator is no formula; the evaluator finds no data there.
        if !self.open.insert(id) {
            return 0;
        }
        let indicator = &self.model.indicators[id];
        let spine = self.spine(&indicator.subject);
        let depth = self.walk_expr(&indicator.formula, spine);
        self.open.remove(&id);
        self.actuals.insert(id, depth);
        depth
    }

    fn walk_indicator(&mut self, id: IndicatorId) -> u32 {
        if let Some(&depth) = self.indicators.get(&id) {
            return depth;
        }
        self.indicators.insert(id, 0);
        let indicator = &self.model.indicators[id];
        let spine = self.spine(&indicator.subject);
        let mut depth = self.walk_actual(id).max(self.walk_scoring(&indicator.scoring, spine));
        if let Some(table) = &indicator.target {
            depth = depth.max(self.walk_keys(table, spine));
            for target in table.rows.iter().filter_map(|row| row.value.as_ref()) {
                let bounds = match &target.kind {
                    TargetKind::Compare(_, bound) => self.walk_expr(bound, spine),
                    TargetKind::Between(low, high, _) => self.walk_expr(low, spine).max(self.walk_expr(high, spine)),
                };
                depth = depth.max(bounds).max(self.walk_all(target.stretch.iter(), spine));
            }
        }
        self.indicators.insert(id, depth);
        depth
    }

    fn walk_scoring(&mut self, scoring: &'a Scoring, spine: SpineId) -> u32 {
        match scoring {
            Scoring::Curve(_, curve) => self.walk_all(curve.values(), spine),
            _ => 0,
        }
    }

    fn walk_card(&mut self, id: ScorecardId) -> u32 {
        if let Some(&depth) = self.cards.get(&id) {
            return depth;
        }
        let card = &self.model.scorecards[id];
        let spine = self.spine(&Subject::Table(card.table));
        card.rank_among.iter().for_each(|path| self.use_path(path));
        if let Some(Grade::Shares { by, .. }) = &card.grade {
            by.iter().for_each(|path| self.use_path(path));
        }
        let conditions = card.condition.iter().chain(card.vetoes.iter().map(|veto| &veto.condition));
        let values = conditions.chain(card.adjustments.iter().map(|adjustment| &adjustment.value));
        let depth = self.walk_all(values, spine).max(self.walk_lines(&card.lines, spine));
        self.cards.insert(id, depth);
        depth
    }

    fn walk_lines(&mut self, lines: &'a [Line], spine: SpineId) -> u32 {
        let mut depth = 0;
        for line in lines {
            if let Some(weight) = &line.weight {
                depth = depth.max(self.walk_keys(weight, spine));
            }
            depth = depth.max(match &line.kind {
                LineKind::Indicator { indicator, scoring, .. } => {
                    self.walk_indicator(*indicator).max(self.walk_scoring(scoring, spine))
                }
                LineKind::Card(card) => self.walk_card(*card),
                LineKind::Group { lines, .. } => self.walk_lines(lines, spine),
            });
        }
        depth
    }

    fn walk_audience(&mut self, audience: &'a Audience, spine: SpineId) -> u32 {
        match audience {
            Audience::Cards(cards) => cards.iter().map(|&card| self.walk_card(card)).max().unwrap_or(0),
            Audience::Table(_, condition) => self.walk_all(condition.iter(), spine),
        }
    }

    fn walk_incentive(&mut self, id: IncentiveId) -> u32 {
        if let Some(&depth) = self.incentives.get(&id) {
            return depth;
        }
        let incentive = &self.model.incentives[id];
        let spine = self.spine(&Subject::Table(incentive.table));
        let limits = incentive.condition.iter().chain(&incentive.cap).chain(&incentive.floor);
        let values = limits.chain(incentive.pays.iter().map(|pay| &pay.value));
        let depth = self.walk_all(values, spine).max(self.walk_audience(&incentive.audience, spine));
        self.incentives.insert(id, depth);
        depth
    }

    fn walk_rule(&mut self, id: RuleId) -> u32 {
        let rule = &self.model.rules[id];
        let spine = self.spine(&Subject::Table(rule.table));
        let says = rule.then.as_ref().map_or(0, |then| self.walk_keys(&then.text, spine));
        let judged = self.walk_expr(&rule.condition, spine).max(self.walk_audience(&rule.audience, spine));
        says.max(judged + rule.streak.saturating_sub(1))
    }
}
