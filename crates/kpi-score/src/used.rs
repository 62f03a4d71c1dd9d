//! Which values the results hang on, cell by cell.
//!
//! Columns are computed for all cells at once, both branches of an `if` included. Where that went wrong in a way that stops
//! the run (an overflow, a lookup that finds two rows, a date out of range), this walks from the results of the judged
//! periods down to what each of them took, and what nobody took is forgotten. It runs only where something went wrong.

use std::ops::Range;
use std::sync::Arc;

use kpi_check::model::{
    self, Among, Audience, Back, Builtin, ByKey, ByTable, Curve, CurveKind, ExprId, ExprKind, IndicatorField, Line,
    LineField, LineKind, MidPeriod, Path, RuleId, Scope, ScorecardId, Scoring, Subject, TargetKind,
};
use kpi_plan::SpineId;
use kpi_value::Dec;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::cards::{Cards, LineColumns, LineSource, get, place};
use crate::eval::{Site, narrow};
use crate::pay::{Pays, context};
use crate::rules::Outcomes;
use crate::{Applied, At, Column, Evaluator, NOWHERE, Reading, Standing};

/// Forgets what went wrong in values that no result hangs on.
pub(crate) fn keep_used(ev: &mut Evaluator<'_>, cards: &[Option<Cards>], pays: &[Pays], outcomes: &[Outcomes]) {
    let mut walk = Walk {
        ev,
        cards,
        pays,
        used: FxHashSet::default(),
        exprs: FxHashSet::default(),
        indicators: FxHashSet::default(),
        everything: false,
        groups: FxHashMap::default(),
        listed: FxHashSet::default(),
        periods: FxHashSet::default(),
    };
    // Which cells of shorter periods and of stints a result takes is not followed.
    let policy = walk.ev.plan.from.kind;
    let mut spines = walk.ev.plan.spines.iter();
    walk.everything = !spines.all(|spine| spine.period == policy && spine.mid == MidPeriod::Last);
    if !walk.everything {
        walk.walk_roots(outcomes);
    }
    if walk.everything {
        return;
    }
    let used = walk.used;
    ev.keep_used(|site, spine, cell| used.contains(&(site, spine, cell)));
}

/// What was found so far, and what need not be walked again.
struct Walk<'w, 'a> {
    ev: &'w mut Evaluator<'a>,
    cards: &'w [Option<Cards>],
    pays: &'w [Pays],
    used: FxHashSet<(Site, SpineId, usize)>,
    exprs: FxHashSet<(ExprId, At, usize)>,
    indicators: FxHashSet<(Reading, IndicatorField, usize)>,
    /// Whether every value must be taken as used.
    everything: bool,
    /// The groups of `among`, by the columns in which they agree.
    groups: FxHashMap<(SpineId, Vec<Path>), Arc<Vec<u32>>>,
    listed: FxHashSet<(ExprId, At, u32)>,
    periods: FxHashSet<(ScorecardId, usize)>,
}

impl Walk<'_, '_> {
    fn walk_roots(&mut self, outcomes: &[Outcomes]) {
        let judged = self.ev.timeline().judged..self.ev.timeline().periods.len();
        let model = self.ev.model;
        for &id in &self.ev.plan.wanted.indicators {
            let Some(spine) = self.ev.plan.spine(&model.indicators[id].subject) else { continue };
            for cell in self.cells(spine, judged.clone()) {
                self.indicator(Reading::plain(id, spine), IndicatorField::Score, spine, cell);
            }
        }
        let cards = self.cards;
        for cards in cards.iter().flatten() {
            judged.clone().for_each(|period| self.cards_of(cards.scorecard, period));
        }
        let all_pays = self.pays;
        for pays in all_pays {
            let incentive = &model.incentives[pays.incentive];
            if let Audience::Table(_, Some(condition)) = &incentive.audience {
                for cell in self.cells(pays.members.spine, judged.clone()) {
                    self.expr(condition, At::spine(pays.members.spine), cell);
                }
            }
            (pays.members.judged..pays.members.cells.len()).for_each(|row| self.pay(pays, row));
        }
        for outcomes in outcomes {
            let share = model.rules[outcomes.rule].share.as_ref().and_then(|share| share.of.as_ref());
            if let Some(of) = share {
                // Whom a share takes hangs on all who are ranked with them.
                let at = context(&outcomes.members, outcomes.card);
                for (&cell, _) in outcomes.members.cells.iter().zip(&outcomes.there).filter(|(_, there)| **there) {
                    self.expr(of, at, cell as usize);
                }
            }
            for row in outcomes.members.judged..outcomes.members.cells.len() {
                self.rule(outcomes.rule, outcomes, row);
            }
        }
    }

    /// All cells of some periods.
    fn cells(&self, spine: SpineId, periods: Range<usize>) -> Range<usize> {
        let entities = self.ev.spine(spine).entities();
        periods.start * entities..periods.end * entities
    }

    /// All cards of a scorecard in a period: a grade and a rank hang on those of others.
    fn cards_of(&mut self, id: ScorecardId, period: usize) {
        let all = self.cards;
        let Some(cards) = all.get(id.index()).and_then(Option::as_ref) else { return };
        if !self.periods.insert((id, period)) {
            return;
        }
        let card = &self.ev.model.scorecards[id];
        let at = At::spine(cards.members.spine);
        for cell in self.cells(at.spine, period..period + 1) {
            if let Some(condition) = &card.condition {
                self.expr(condition, at, cell);
            }
            let Some(row) = cards.members.row(cell) else { continue };
            self.lines(&card.lines, &cards.lines, at, (row, cell));
            card.adjustments.iter().for_each(|adjustment| self.expr(&adjustment.value, at, cell));
            card.vetoes.iter().for_each(|veto| self.expr(&veto.condition, at.strict(), cell));
        }
    }

    fn lines(&mut self, lines: &[Line], columns: &[LineColumns], at: At, (row, cell): (usize, usize)) {
        for (line, column) in lines.iter().zip(columns) {
            if let Some(weight) = &line.weight {
                self.keys(weight, None, at, cell);
                let place = column.weight_row.as_ref().map_or(Some(0), |rows| get(rows, row));
                let weight = place.and_then(|place| weight.rows.get(place as usize)).map(|row| row.value);
                if weight.is_some_and(Dec::is_zero) {
                    continue;
                }
            }
            match (&line.kind, &column.source) {
                (LineKind::Indicator { indicator, scoring, attainment_cap }, LineSource::Indicator { columns, .. }) => {
                    let reading = Reading::plain(*indicator, at.spine);
                    self.indicator(reading, IndicatorField::Target, at.spine, cell);
                    // A line whose target is `none` is not on the card.
                    if !columns.has_target(self.ev.model, cell) && columns.target_row.is_some() {
                        continue;
                    }
                    self.scoring(reading, (scoring, *attainment_cap), at.spine, cell);
                }
                (LineKind::Card(_), _) if column.rolled.is_some() => {}
                (LineKind::Card(card), _) => {
                    let period = self.ev.spine(at.spine).period(cell);
                    self.cards_of(*card, period);
                }
                (LineKind::Group { lines, .. }, _) => self.lines(lines, &column.lines, at, (row, cell)),
                _ => {}
            }
        }
    }

    /// What an incentive pays for a row of its members.
    fn pay(&mut self, pays: &Pays, row: usize) {
        let Some(cell) = pays.members.cell(row) else { return };
        let at = context(&pays.members, pays.card);
        let incentive = &self.ev.model.incentives[pays.incentive];
        if let Some(id) = pays.card {
            let period = self.ev.spine(at.spine).period(cell);
            self.cards_of(id, period);
            let all = self.cards;
            let cards = all.get(id.index()).and_then(Option::as_ref);
            let out = cards.is_none_or(|cards| {
                get(&cards.score, row).is_none() || crate::pay::pay_vetoed(self.ev.model, cards, row)
            });
            if out {
                return;
            }
        }
        if let Some(condition) = &incentive.condition {
            self.expr(condition, at, cell);
        }
        if pays.standing.get(row) == Some(&Standing::Paid) {
            let values = incentive.pays.iter().map(|pay| &pay.value);
            values.chain(&incentive.cap).chain(&incentive.floor).for_each(|value| self.expr(value, at, cell));
        }
    }

    fn rule(&mut self, id: RuleId, outcomes: &Outcomes, row: usize) {
        let Some(cell) = outcomes.members.cell(row) else { return };
        let rule = &self.ev.model.rules[id];
        let at = context(&outcomes.members, outcomes.card);
        let there = |row: usize| outcomes.there.get(row) == Some(&true);
        if !there(row) {
            return;
        }
        let entities = self.ev.spine(at.spine).entities();
        let place = self.ev.spine(at.spine).period(cell);
        let period = self.ev.timeline_of(at.spine).periods.get(place).map_or(0, |period| period.index);
        let back = rule.once.map_or(0, |since| usize::try_from(period - since.index).unwrap_or(0));
        let number = rule.then.as_ref().and_then(|then| then.by_number.as_ref()).map(|(number, _)| number);
        for n in 0..rule.streak as usize + back {
            let Some(earlier) = cell.checked_sub(n * entities) else { break };
            if let Some(card) = outcomes.card {
                let period = self.ev.spine(at.spine).period(earlier);
                self.cards_of(card, period);
            }
            if let Audience::Table(_, Some(condition)) = &rule.audience {
                self.expr(condition, at, earlier);
            }
            if outcomes.members.row(earlier).is_some_and(there) {
                self.expr(&rule.condition, at, earlier);
                number.into_iter().for_each(|number| self.expr(number, at, earlier));
            }
        }
        if let (Some(then), Some(_)) = (&rule.then, outcomes.text(row)) {
            self.keys(&then.text, None, at, cell);
        }
    }

    /// A value of an indicator by its own scoring.
    fn indicator(&mut self, reading: Reading, field: IndicatorField, spine: SpineId, cell: usize) {
        if !self.indicators.insert((reading, field, cell)) {
            return;
        }
        let indicator = &self.ev.model.indicators[reading.id];
        if let Some(parts) = &indicator.parts {
            self.used.insert((Site::Fraction(reading.id), spine, cell));
            for &id in &parts.parts {
                self.indicator(Reading { id, ..reading }, IndicatorField::Score, spine, cell);
            }
            return;
        }
        match field {
            IndicatorField::Actual => self.expr(&indicator.formula, reading.at(), cell),
            IndicatorField::Target => self.target(reading, cell),
            IndicatorField::Met | IndicatorField::Attainment => {
                self.indicator(reading, IndicatorField::Actual, spine, cell);
                self.indicator(reading, IndicatorField::Target, spine, cell);
                self.used.insert((Site::Met(reading.id), spine, cell));
            }
            IndicatorField::Gap => {
                self.indicator(reading, IndicatorField::Actual, spine, cell);
                self.indicator(reading, IndicatorField::Target, spine, cell);
                self.used.insert((Site::Gap(reading.id), spine, cell));
            }
            IndicatorField::Progress => {
                self.indicator(reading, IndicatorField::Actual, spine, cell);
                self.indicator(reading, IndicatorField::Target, spine, cell);
                self.used.insert((Site::Progress(reading.id), spine, cell));
            }
            IndicatorField::Score => {
                let cap = self.ev.model.policy.attainment_cap;
                self.scoring(reading, (&indicator.scoring, cap), spine, cell);
            }
        }
    }

    fn target(&mut self, reading: Reading, cell: usize) {
        let indicator = &self.ev.model.indicators[reading.id];
        let at = reading.at();
        if let Some(table) = &indicator.target {
            self.keys(table, None, at, cell);
        }
        let recorded = self.ev.recorded_indicator(reading);
        let Some(target) = recorded.and_then(|columns| columns.target(self.ev.model, cell)) else { return };
        match &target.kind {
            TargetKind::Compare(_, bound) => self.expr(bound, at, cell),
            TargetKind::Between(low, high, _) => {
                self.expr(low, at, cell);
                self.expr(high, at, cell);
            }
        }
        target.stretch.iter().for_each(|stretch| self.expr(stretch, at, cell));
    }

    /// What a scoring makes of an indicator whose attainment has this cap.
    fn scoring(&mut self, reading: Reading, (scoring, cap): (&Scoring, Dec), spine: SpineId, cell: usize) {
        self.indicator(reading, IndicatorField::Attainment, spine, cell);
        self.used.insert((Site::Fraction(reading.id), spine, cell));
        let Scoring::Curve(field, curve) = scoring else { return };
        let CurveKind::Step(rows) = &curve.kind else { return };
        let x = match field {
            LineField::Actual => Arc::clone(&self.ev.indicator(reading).actual),
            LineField::Attainment => self.ev.attainment(reading, cap),
        };
        let taken = x.dec(cell).and_then(|x| rows.iter().find(|row| self.ev.step_holds(&row.bound, x)));
        if let Some(row) = taken {
            self.expr(&row.value, At { line: Some((reading.id, cap)), ..reading.at() }, cell);
        }
    }

    /// The keys of a table: those written, or its own.
    fn keys<T>(&mut self, table: &ByTable<T>, written: Option<&[model::Expr]>, at: At, cell: usize) {
        match written {
            Some(written) => written.iter().for_each(|key| self.expr(key, at, cell)),
            None => {
                for key in &table.keys {
                    if let ByKey::Expr(key) = key {
                        self.expr(key, at, cell);
                    }
                }
            }
        }
    }

    fn column(&self, expr: &model::Expr, at: At) -> Option<Arc<Column>> {
        self.ev.recorded(expr.id, at).map(Arc::clone)
    }

    fn truth(&self, expr: &model::Expr, at: At, cell: usize) -> Option<bool> {
        self.ev.recorded(expr.id, at)?.bool(cell)
    }

    /// What the value of an expression in a cell hangs on.
    fn expr(&mut self, expr: &model::Expr, at: At, cell: usize) {
        let at = narrow(&expr.kind, at);
        if !self.ev.spine(at.spine).is_present(cell) || !self.exprs.insert((expr.id, at, cell)) {
            return;
        }
        self.used.insert((Site::Expr(expr.id), at.spine, cell));
        match &expr.kind {
            ExprKind::And(a, b) | ExprKind::Or(a, b) => {
                self.expr(a, at, cell);
                let settled = matches!(expr.kind, ExprKind::Or(..));
                if self.truth(a, at, cell) != Some(settled) {
                    self.expr(b, at, cell);
                }
            }
            ExprKind::If(condition, then, otherwise) => {
                self.expr(condition, at, cell);
                match self.truth(condition, at, cell) {
                    Some(true) => self.expr(then, at, cell),
                    Some(false) => self.expr(otherwise, at, cell),
                    None => {}
                }
            }
            ExprKind::Call(Builtin::Coalesce, args) => {
                for arg in args {
                    self.expr(arg, at, cell);
                    if self.column(arg, at).is_some_and(|column| column.is_known(cell)) {
                        break;
                    }
                }
            }
            ExprKind::Param(id, written) => {
                let table = &self.ev.model.params[*id].value;
                self.keys(table, written.as_deref(), at, cell);
                if let Some(Applied::Rows(rows)) = self.ev.applied(expr.id, at)
                    && let Some(row) = place(rows, cell).and_then(|row| table.rows.get(row))
                {
                    self.expr(&row.value, at, cell);
                }
            }
            ExprKind::Curve(curve, x) => {
                self.expr(x, at, cell);
                self.curve(expr.id, curve, at, cell);
            }
            ExprKind::Indicator(id, field) => {
                let reading = self.ev.reading(*id, at);
                self.indicator(reading, *field, at.spine, cell);
            }
            ExprKind::Over(x, scope) => self.over(x, scope, at, cell),
            ExprKind::Among(among) => self.among(among, at, cell),
            ExprKind::Previous(x, back) => self.earlier(x, *back, at, cell),
            ExprKind::Growth(x) => {
                self.expr(x, at, cell);
                self.earlier(x, Back::Periods(1), at, cell);
            }
            ExprKind::Streak(condition) => {
                let entities = self.ev.spine(at.spine).entities();
                let mut back = Some(cell);
                while let Some(earlier) = back {
                    self.expr(condition, at, earlier);
                    if self.truth(condition, at, earlier) != Some(true) {
                        break;
                    }
                    back = earlier.checked_sub(entities);
                }
            }
            ExprKind::Line(_) => {
                if let Some((id, _)) = at.line {
                    let reading = self.ev.reading(id, at);
                    self.indicator(reading, IndicatorField::Attainment, at.spine, cell);
                }
            }
            ExprKind::Card(_) => {
                if let Some(card) = at.card {
                    let period = self.ev.spine(at.spine).period(cell);
                    self.cards_of(card, period);
                }
            }
            ExprKind::Pay(incentive, _) => {
                let all = self.pays;
                let of = |pays: &&Pays| pays.incentive == *incentive && (pays.card.is_none() || pays.card == at.card);
                for pays in all.iter().filter(of) {
                    if let Audience::Table(_, Some(condition)) = &self.ev.model.incentives[*incentive].audience {
                        self.expr(condition, At::spine(at.spine), cell);
                    }
                    if let Some(row) = pays.members.row(cell) {
                        self.pay(pays, row);
                    }
                }
            }
            // Rows are the engine's: what goes wrong in one of them it tells itself.
            ExprKind::Aggregate(_) | ExprKind::Lookup(_) | ExprKind::Exists(_) => {}
            ExprKind::Const(_) | ExprKind::Column(_) | ExprKind::Period(_) | ExprKind::StintDays => {}
            // Which cells these take is not followed: nothing is forgotten beside them.
            ExprKind::Window(..) | ExprKind::OverWindow(..) => self.everything = true,
            ExprKind::Neg(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Compare(..)
            | ExprKind::InRange(..)
            | ExprKind::InSet(..)
            | ExprKind::Not(_)
            | ExprKind::IsMissing(_)
            | ExprKind::Call(..)
            | ExprKind::Inlined(..) => expr.children().into_iter().for_each(|child| self.expr(child, at, cell)),
        }
    }

    fn earlier(&mut self, x: &model::Expr, back: Back, at: At, cell: usize) {
        let Some((at, cell)) = self.ev.whole_cell(at, cell) else { return };
        if let Some(earlier) = self.ev.earlier_cell(back, at.spine, cell) {
            self.expr(x, at, earlier);
        }
    }

    /// The row of a step curve that applied; the other kinds have constants only.
    fn curve(&mut self, id: ExprId, curve: &Curve, at: At, cell: usize) {
        if let (CurveKind::Step(rows), Some(Applied::Rows(taken))) = (&curve.kind, self.ev.applied(id, at))
            && let Some(row) = place(taken, cell).and_then(|row| rows.get(row))
        {
            self.expr(&row.value, at, cell);
        }
    }

    fn over(&mut self, x: &model::Expr, scope: &Scope, at: At, cell: usize) {
        let subject = match scope {
            Scope::All => Some(Subject::All),
            Scope::Reference(path) => path.last().and_then(|c| self.ev.model.referred(c)).map(Subject::Table),
            Scope::Dimension(path) => path.table().map(|table| Subject::Group(table, path.clone())),
        };
        let Some(wider) = subject.and_then(|subject| self.ev.plan.spine(&subject)) else { return };
        let entity = match scope {
            Scope::All => Some(0),
            Scope::Reference(path) | Scope::Dimension(path) => self.ev.recorded_link(path, at.spine, cell),
        };
        let period = self.ev.spine(at.spine).period(cell);
        let lie = self.ev.spine(wider);
        if let Some(there) = entity.and_then(|entity| lie.cell(entity, period)) {
            self.expr(x, At { spine: wider, ..at }, there);
        }
    }

    fn among(&mut self, among: &Among, at: At, cell: usize) {
        let key = (at.spine, among.by.clone());
        let groups = match self.groups.get(&key) {
            Some(groups) => Arc::clone(groups),
            None => {
                let groups = self.ev.groups(&among.by, at.spine);
                self.groups.insert(key, Arc::clone(&groups));
                groups
            }
        };
        let Some(&group) = groups.get(cell).filter(|&&group| group != NOWHERE) else { return };
        if !self.listed.insert((among.of.id, at, group)) {
            return;
        }
        let period = self.ev.spine(at.spine).period(cell);
        for member in self.cells(at.spine, period..period + 1).filter(|&member| groups.get(member) == Some(&group)) {
            if let Some(condition) = &among.condition {
                self.expr(condition, at, member);
                if self.truth(condition, at, member) != Some(true) {
                    continue;
                }
            }
            self.expr(&among.of, at, member);
        }
    }
}
