//! What the wanted results reach: subjects, attributes, aggregates, and how far back.

use std::collections::{BTreeMap, BTreeSet};

use kpi_check::model::{
    Audience, Back, ByKey, ByTable, Expr, ExprId, ExprKind, Grade, IncentiveId, IndicatorField, IndicatorId, Line,
    LineKind, MidPeriod, Model, Path, RuleId, Scope, ScorecardId, Scoring, Subject, TableId, TargetKind, Timing,
    Window,
};
use kpi_value::{Period, PeriodKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::STREAK_HISTORY;
use crate::{Roots, Spine, SpineId};

/// An aggregate or a lookup that is to be read for the cells of a spine.
pub(super) struct Wanted<'a> {
    pub expr: &'a Expr,
    pub spine: SpineId,
}

/// The state of the walk. Every function that walks something for the cells of a spine returns how many of its periods before
/// a cell it needs.
pub(super) struct Walk<'a> {
    pub model: &'a Model,
    /// The first period judged.
    from: Period,
    pub spines: Vec<Spine>,
    pub rosters: BTreeMap<TableId, BTreeSet<u32>>,
    pub reads: Vec<Wanted<'a>>,
    /// For each kind of period shorter than the policy's that is in use, how many of them before the first are needed.
    pub shorter: BTreeMap<PeriodKind, u32>,
    places: FxHashMap<Spine, SpineId>,
    exprs: FxHashMap<(ExprId, SpineId), u32>,
    actuals: FxHashMap<(IndicatorId, SpineId), u32>,
    indicators: FxHashMap<(IndicatorId, SpineId), u32>,
    cards: FxHashMap<ScorecardId, u32>,
    incentives: FxHashMap<IncentiveId, u32>,
    open: FxHashSet<(IndicatorId, SpineId)>,
}

impl<'a> Walk<'a> {
    pub fn new(model: &'a Model, from: Period) -> Walk<'a> {
        Walk {
            model,
            from,
            spines: Vec::new(),
            rosters: BTreeMap::new(),
            reads: Vec::new(),
            shorter: BTreeMap::new(),
            places: FxHashMap::default(),
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
            let spine = self.whole(&self.model.indicators[indicator].subject);
            depth = depth.max(self.walk_indicator(indicator, spine));
        }
        depth
    }

    /// The spine of these subjects in periods of the policy.
    fn whole(&mut self, subject: &Subject) -> SpineId {
        self.spine(subject, self.model.policy.period, MidPeriod::Last)
    }

    /// The spine of these subjects in periods of a kind, new or old.
    fn spine(&mut self, subject: &Subject, period: PeriodKind, mid: MidPeriod) -> SpineId {
        let spine = Spine { subject: subject.clone(), period, mid };
        if let Some(&id) = self.places.get(&spine) {
            return id;
        }
        let id = SpineId(self.spines.len() as u32);
        self.spines.push(spine.clone());
        self.places.insert(spine, id);
        if period != self.model.policy.period {
            self.shorter.entry(period).or_default();
        }
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

    /// The period and the attributes of a spine.
    fn cells(&self, spine: SpineId) -> (PeriodKind, MidPeriod) {
        let spine = self.spines.get(spine.0 as usize);
        spine.map_or((self.model.policy.period, MidPeriod::Last), |spine| (spine.period, spine.mid))
    }

    /// The spine that other periods and other subjects are read from: whole periods where this one has stints.
    fn unsplit(&mut self, spine: SpineId) -> SpineId {
        match self.spines.get(spine.0 as usize) {
            Some(Spine { subject, period, mid: MidPeriod::Split }) => {
                let (subject, period) = (subject.clone(), *period);
                self.spine(&subject, period, MidPeriod::Last)
            }
            _ => spine,
        }
    }

    /// The spine of an indicator that is read for the cells of another one.
    fn spine_of(&mut self, id: IndicatorId, spine: SpineId) -> SpineId {
        let subject = &self.model.indicators[id].subject;
        if self.spines.get(spine.0 as usize).is_some_and(|spine| spine.subject == *subject) {
            return spine;
        }
        let (period, mid) = self.cells(spine);
        self.spine(subject, period, if mid == MidPeriod::Split { MidPeriod::Last } else { mid })
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
                let subject = self.spines.get(spine.0 as usize).map(|spine| &spine.subject);
                let grouped = matches!(subject, Some(Subject::Group(_, group)) if group == path);
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
                IndicatorField::Actual => self.walk_actual(*id, spine),
                _ => self.walk_indicator(*id, spine),
            },
            ExprKind::Over(inner, scope) => {
                let spine = self.unsplit(spine);
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
                let (period, mid) = self.cells(spine);
                let wider = self.spine(&subject, period, mid);
                self.walk_expr(inner, wider)
            }
            ExprKind::Among(among) => {
                among.by.iter().for_each(|path| self.use_path(path));
                let spine = self.unsplit(spine);
                self.walk_all(std::iter::once(&among.of).chain(&among.condition), spine)
            }
            ExprKind::Previous(inner, back) => {
                let spine = self.unsplit(spine);
                let back = match (back, self.cells(spine).0) {
                    (Back::Periods(n), _) => *n,
                    (Back::Year, PeriodKind::Day) => 366,
                    (Back::Year, PeriodKind::Week) => 53,
                    (Back::Year, PeriodKind::Month) => 12,
                    (Back::Year, PeriodKind::Quarter) => 4,
                    (Back::Year, PeriodKind::Year) => 1,
                };
                back.saturating_add(self.walk_expr(inner, spine))
            }
            ExprKind::Growth(inner) => {
                let before = self.unsplit(spine);
                (1 + self.walk_expr(inner, before)).max(self.walk_expr(inner, spine))
            }
            ExprKind::Streak(inner) => {
                let own = spine;
                let spine = self.unsplit(spine);
                STREAK_HISTORY + self.walk_expr(inner, spine).max(self.walk_expr(inner, own))
            }
            ExprKind::Window(_, inner, window, _) | ExprKind::OverWindow(inner, window) => {
                let spine = self.unsplit(spine);
                self.periods_of(*window, spine).saturating_add(self.walk_expr(inner, spine))
            }
            ExprKind::Pay(incentive, _) => self.walk_incentive(*incentive),
            _ => self.walk_all(expr.children().into_iter(), spine),
        }
    }

    /// How many periods before a cell of a spine a window may reach.
    fn periods_of(&self, window: Window, spine: SpineId) -> u32 {
        let (kind, calendar) = (self.cells(spine).0, &self.model.policy.calendar);
        match window {
            Window::Last(n) => n.saturating_sub(1),
            // A unit has no more periods than its days at most, counted from any of its own.
            Window::This(unit) => {
                let days = |kind: PeriodKind| match kind {
                    PeriodKind::Day => 1,
                    PeriodKind::Week => 7,
                    PeriodKind::Month => 30,
                    PeriodKind::Quarter => 92,
                    PeriodKind::Year => 366,
                };
                days(unit) / days(kind)
            }
            Window::Since(first) => {
                let place = |day| calendar.period(kind, day).index;
                let back = place(calendar.start(self.from)).saturating_sub(place(calendar.start(first)));
                u32::try_from(back).unwrap_or(0)
            }
        }
    }

    fn walk_all(&mut self, exprs: impl Iterator<Item = &'a Expr>, spine: SpineId) -> u32 {
        exprs.map(|expr| self.walk_expr(expr, spine)).max().unwrap_or(0)
    }

    fn walk_keys<T>(&mut self, table: &'a ByTable<T>, spine: SpineId) -> u32 {
        let keys = table.keys.iter().filter_map(|key| if let ByKey::Expr(expr) = key { Some(expr) } else { None });
        self.walk_all(keys, spine)
    }

    fn walk_actual(&mut self, id: IndicatorId, spine: SpineId) -> u32 {
        let spine = self.spine_of(id, spine);
        if self.shorter_cells(id, spine).is_some() {
            return self.walk_indicator(id, spine);
        }
        if let Some(&depth) = self.actuals.get(&(id, spine)) {
            return depth;
        }
        // A formula that reads its own indicator is no formula; the evaluator finds no data there.
        if !self.open.insert((id, spine)) {
            return 0;
        }
        let depth = self.walk_expr(&self.model.indicators[id].formula, spine);
        self.open.remove(&(id, spine));
        self.actuals.insert((id, spine), depth);
        depth
    }

    /// The spine of the shorter periods from which an indicator is rolled up for the cells of a spine.
    fn shorter_cells(&mut self, id: IndicatorId, spine: SpineId) -> Option<SpineId> {
        let indicator = &self.model.indicators[id];
        let shorter = indicator.shorter.filter(|shorter| shorter.period < self.cells(spine).0)?;
        Some(self.spine(&indicator.subject, shorter.period, MidPeriod::Last))
    }

    /// Notes that so many shorter periods before the first one are needed.
    fn note_shorter(&mut self, spine: SpineId, depth: u32) {
        let slot = self.shorter.entry(self.cells(spine).0).or_default();
        *slot = depth.max(*slot);
    }

    fn walk_indicator(&mut self, id: IndicatorId, spine: SpineId) -> u32 {
        let spine = self.spine_of(id, spine);
        if let Some(&depth) = self.indicators.get(&(id, spine)) {
            return depth;
        }
        self.indicators.insert((id, spine), 0);
        let indicator = &self.model.indicators[id];
        let mut depth = self.walk_scoring(&indicator.scoring, spine);
        for &part in indicator.parts.iter().flat_map(|parts| &parts.parts) {
            depth = depth.max(self.walk_indicator(part, spine));
        }
        if let Some(shorter) = self.shorter_cells(id, spine) {
            let inside = self.walk_indicator(id, shorter);
            self.note_shorter(shorter, inside);
        } else {
            depth = depth.max(self.walk_actual(id, spine));
            if let Some(table) = &indicator.target {
                depth = depth.max(self.walk_keys(table, spine));
                for target in table.rows.iter().filter_map(|row| row.value.as_ref()) {
                    let bounds = match &target.kind {
                        TargetKind::Compare(_, bound) => self.walk_expr(bound, spine),
                        TargetKind::Between(low, high, _) => {
                            self.walk_expr(low, spine).max(self.walk_expr(high, spine))
                        }
                    };
                    depth = depth.max(bounds).max(self.walk_all(target.stretch.iter(), spine));
                }
            }
        }
        self.indicators.insert((id, spine), depth);
        depth
    }

    /// What is shown of an indicator's shorter periods beside it.
    fn walk_track(&mut self, id: IndicatorId) {
        let indicator = &self.model.indicators[id];
        for &part in indicator.parts.iter().flat_map(|parts| &parts.parts) {
            self.walk_track(part);
        }
        for track in &indicator.track {
            let spine = self.spine(&indicator.subject, track.period, MidPeriod::Last);
            let inside = self.walk_actual(id, spine);
            self.note_shorter(spine, inside);
        }
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
        let spine = self.spine(&Subject::Table(card.table), self.model.policy.period, card.mid_period);
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
                    self.walk_track(*indicator);
                    self.walk_indicator(*indicator, spine).max(self.walk_scoring(scoring, spine))
                }
                // A card of a shorter period is scored before, in a stage of its own.
                LineKind::Card(_) if line.rolled.is_some() => 0,
                LineKind::Card(card) => self.walk_card(*card),
                LineKind::Group { lines, .. } => self.walk_lines(lines, spine),
            });
        }
        depth
    }

    /// Walks whom something is for, and what is evaluated for each of them: for cards in the cells of their scorecard.
    fn walk_audience(
        &mut self,
        audience: &'a Audience,
        table: TableId,
        mut values: impl FnMut(&mut Walk<'a>, SpineId) -> u32,
    ) -> u32 {
        let subject = Subject::Table(table);
        match audience {
            Audience::Cards(cards) => {
                let mut depth = 0;
                for &card in cards {
                    depth = depth.max(self.walk_card(card));
                    let mid = self.model.scorecards[card].mid_period;
                    let spine = self.spine(&subject, self.model.policy.period, mid);
                    depth = depth.max(values(self, spine));
                }
                depth
            }
            Audience::Table(_, condition) => {
                let spine = self.whole(&subject);
                self.walk_all(condition.iter(), spine).max(values(self, spine))
            }
        }
    }

    fn walk_incentive(&mut self, id: IncentiveId) -> u32 {
        if let Some(&depth) = self.incentives.get(&id) {
            return depth;
        }
        let incentive = &self.model.incentives[id];
        let depth = self.walk_audience(&incentive.audience, incentive.table, |walk, spine| {
            let limits = incentive.condition.iter().chain(&incentive.cap).chain(&incentive.floor);
            walk.walk_all(limits.chain(incentive.pays.iter().map(|pay| &pay.value)), spine)
        });
        self.incentives.insert(id, depth);
        depth
    }

    fn walk_rule(&mut self, id: RuleId) -> u32 {
        let rule = &self.model.rules[id];
        // How far back `once when` and a streak look counts on top of what the cards need that they look at.
        let mut once = 0;
        let depth = self.walk_audience(&rule.audience, rule.table, |walk, spine| {
            let says = rule.then.as_ref().map_or(0, |then| walk.walk_keys(&then.text, spine));
            let before = if rule.streak > 1 || rule.once.is_some() { walk.unsplit(spine) } else { spine };
            let number = rule.then.iter().filter_map(|then| then.by_number.as_ref()).map(|(number, _)| number);
            let mut depth = says;
            for holds in std::iter::once(&rule.condition).chain(number) {
                depth = depth.max(walk.walk_expr(holds, spine)).max(walk.walk_expr(holds, before));
            }
            if let Some(share) = &rule.share {
                share.by.iter().for_each(|path| walk.use_path(path));
                depth = depth.max(walk.walk_all(share.of.iter(), spine));
            }
            once = rule.once.map_or(0, |since| walk.periods_of(Window::Since(since), spine)).max(once);
            depth
        });
        depth.saturating_add(once).saturating_add(rule.streak.saturating_sub(1))
    }
}
