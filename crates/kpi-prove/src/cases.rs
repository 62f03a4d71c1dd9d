//! The combinations of keys under which a card or an incentive chooses the same rows of all of its tables.
//!
//! Every key is divided into classes of members, or of days, that no table and no comparison tells apart; a case is one
//! class of each. What is not told apart behaves alike, so that one member stands for its class.

use kpi_base::{Text, text};
use kpi_check::model::{
    ByKey, ByTable, CompareOp, Curve, Expr, ExprKind, Line, LineKind, Model, Pattern, Scorecard, Target, TargetKind,
    Type,
};
use kpi_value::{Date, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::words::fingerprint;

/// One class of each key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    pub choices: FxHashMap<String, Choice>,
    /// What people read: `stage = growth, from 2026-07-01`; nothing if there is just one case.
    pub shown: Text,
}

/// Values of one key that nothing tells apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Members(Vec<u32>),
    Missing,
    /// From the first day on and, where there is a second, before that.
    Days(Date, Option<Date>),
}

/// Whether a row of a table applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applies {
    No,
    Perhaps,
    Yes,
}

/// The name under which the days of a case stand.
pub(crate) const DATE: &str = "date";

/// How many cases are looked at one by one; of more the whole is looked at once, which says less.
const MOST_CASES: usize = 4096;

/// Gathers keys and the members that are told apart.
#[derive(Debug)]
pub(crate) struct Cases<'m> {
    model: &'m Model,
    keys: Vec<(String, Key<'m>)>,
    cuts: Vec<Date>,
    seen: FxHashSet<u32>,
    indicators: FxHashSet<usize>,
}

#[derive(Debug)]
struct Key<'m> {
    expr: &'m Expr,
    members: u32,
    optional: bool,
    groups: Vec<Vec<u32>>,
}

impl<'m> Cases<'m> {
    pub fn new(model: &'m Model) -> Cases<'m> {
        Cases {
            model,
            keys: Vec::new(),
            cuts: Vec::new(),
            seen: FxHashSet::default(),
            indicators: FxHashSet::default(),
        }
    }

    pub fn card(&mut self, card: &'m Scorecard) {
        card.condition.iter().for_each(|e| self.expr(e));
        card.lines.iter().for_each(|line| self.line(line));
        card.vetoes.iter().for_each(|veto| self.expr(&veto.condition));
        card.adjustments.iter().for_each(|adjustment| self.expr(&adjustment.value));
    }

    fn line(&mut self, line: &'m Line) {
        // What is only watched moves nothing.
        let Some(weight) = &line.weight else { return };
        self.table(weight);
        match &line.kind {
            LineKind::Indicator { indicator, scoring, .. } => {
                self.indicator(indicator.index());
                if let kpi_check::model::Scoring::Curve(_, curve) = scoring {
                    self.curve(curve);
                }
            }
            LineKind::Card(card) => self.card(&self.model.scorecards[*card]),
            LineKind::Group { lines, .. } => lines.iter().for_each(|line| self.line(line)),
        }
    }

    fn indicator(&mut self, index: usize) {
        if !self.indicators.insert(index) {
            return;
        }
        let indicator = &self.model.indicators[kpi_check::model::IndicatorId::new(index)];
        self.expr(&indicator.formula);
        indicator.parts.iter().flat_map(|parts| &parts.parts).for_each(|part| self.indicator(part.index()));
        if let Some(table) = &indicator.target {
            self.table(table);
            table.rows.iter().filter_map(|row| row.value.as_ref()).for_each(|target| self.target(target));
        }
        if let kpi_check::model::Scoring::Curve(_, curve) = &indicator.scoring {
            self.curve(curve);
        }
    }

    fn target(&mut self, target: &'m Target) {
        match &target.kind {
            TargetKind::Compare(_, bound) => self.expr(bound),
            TargetKind::Between(low, high, _) => [low, high].into_iter().for_each(|e| self.expr(e)),
        }
        target.stretch.iter().for_each(|e| self.expr(e));
    }

    fn curve(&mut self, curve: &'m Curve) {
        curve.values().for_each(|e| self.expr(e));
    }

    pub fn expr(&mut self, expr: &'m Expr) {
        match &expr.kind {
            // Rows and members have contexts of their own.
            ExprKind::Aggregate(_) | ExprKind::Lookup(_) | ExprKind::Among(_) | ExprKind::Over(..) => return,
            ExprKind::Indicator(id, _) => self.indicator(id.index()),
            ExprKind::Compare(CompareOp::Eq | CompareOp::Ne, a, b) => {
                for (key, member) in [(a, b), (b, a)] {
                    if let (Type::Member(_), ExprKind::Const(Some(Value::Member(member)))) = (key.ty, &member.kind) {
                        self.group(key, vec![*member]);
                    }
                }
            }
            ExprKind::InSet(x, set, _) if matches!(x.ty, Type::Member(_)) => {
                let members = set.iter().filter_map(|e| match e.kind {
                    ExprKind::Const(Some(Value::Member(member))) => Some(member),
                    _ => None,
                });
                let members = members.collect();
                self.group(x, members);
            }
            ExprKind::Param(id, keys) => {
                let table = &self.model.params[*id].value;
                let mut written = keys.iter().flatten();
                for (place, key) in table.keys.iter().enumerate() {
                    match key {
                        ByKey::Date => self.dates(table, place),
                        ByKey::Expr(own) => {
                            let key = written.next().unwrap_or(own);
                            self.patterns(key, table, place);
                        }
                    }
                }
                if self.seen.insert(id.index() as u32) {
                    table.rows.iter().for_each(|row| self.expr(&row.value));
                }
            }
            _ => {}
        }
        expr.children().into_iter().for_each(|child| self.expr(child));
    }

    fn table<T>(&mut self, table: &'m ByTable<T>) {
        for (place, key) in table.keys.iter().enumerate() {
            match key {
                ByKey::Date => self.dates(table, place),
                ByKey::Expr(key) => self.patterns(key, table, place),
            }
        }
    }

    fn dates<T>(&mut self, table: &ByTable<T>, place: usize) {
        for row in &table.rows {
            if let Some(Pattern::Dates(from, before)) = row.patterns.get(place) {
                self.cuts.push(*from);
                self.cuts.extend(before);
            }
        }
    }

    fn patterns<T>(&mut self, key: &'m Expr, table: &ByTable<T>, place: usize) {
        for row in &table.rows {
            if let Some(Pattern::Members(members)) = row.patterns.get(place) {
                self.group(key, members.clone());
            }
        }
    }

    fn group(&mut self, key: &'m Expr, members: Vec<u32>) {
        let Type::Member(dimension) = key.ty else { return };
        if matches!(key.kind, ExprKind::Const(_)) {
            return;
        }
        let name = fingerprint(key);
        if let Some((_, key)) = self.keys.iter_mut().find(|(known, _)| *known == name) {
            if !key.groups.contains(&members) {
                key.groups.push(members);
            }
            return;
        }
        let optional = match &key.kind {
            ExprKind::Column(path) => path.0.iter().any(|column| self.model.column(*column).optional),
            _ => true,
        };
        let count = self.model.dimensions[dimension].members.len() as u32;
        self.keys.push((name, Key { expr: key, members: count, optional, groups: vec![members] }));
    }

    /// The expressions of the keys.
    pub fn keys(&self) -> Vec<&'m Expr> {
        self.keys.iter().map(|(_, key)| key.expr).collect()
    }

    /// Every case that is possible; none where there are too many to be looked at one by one.
    pub fn all(&mut self, mut possible: impl FnMut(&Case) -> bool) -> Option<Vec<Case>> {
        self.cuts.sort_unstable();
        self.cuts.dedup();
        let mut cases = vec![Case::default()];
        if !self.cuts.is_empty() {
            let ends = self.cuts.iter().skip(1).copied().map(Some).chain([None]);
            let days = self.cuts.iter().copied().zip(ends);
            let case = |(from, before)| Case {
                choices: FxHashMap::from_iter([(DATE.to_owned(), Choice::Days(from, before))]),
                shown: Text::default(),
            };
            cases = days.map(case).collect();
        }
        for (name, key) in &self.keys {
            let classes = key.classes();
            if cases.len().checked_mul(classes.len()).is_none_or(|count| count > MOST_CASES) {
                return None;
            }
            let mut longer = Vec::with_capacity(cases.len() * classes.len());
            for case in &cases {
                for class in &classes {
                    let mut case = case.clone();
                    case.choices.insert(name.clone(), class.clone());
                    longer.push(case);
                }
            }
            cases = longer;
        }
        cases.retain(|case| possible(case));
        self.describe(&mut cases);
        Some(cases)
    }

    /// Says of each case in what it differs from others.
    fn describe(&self, cases: &mut [Case]) {
        let Some(first) = cases.first().cloned() else { return };
        let varies = |name: &str| cases.iter().any(|case| case.choices.get(name) != first.choices.get(name));
        let days = varies(DATE);
        let varying: Vec<&(String, Key<'_>)> = self.keys.iter().filter(|(name, _)| varies(name)).collect();
        for case in cases.iter_mut() {
            let mut parts: Vec<Text> = Vec::new();
            if let Some(Choice::Days(from, _)) = case.choices.get(DATE).filter(|_| days) {
                parts.push(text!("days from {date}", date = from.to_string()));
            }
            let choices = varying.iter().filter_map(|(name, key)| Some((key, case.choices.get(name)?)));
            parts.extend(choices.map(|(key, choice)| self.show(key, choice)));
            if !parts.is_empty() {
                case.shown = Text::list(parts, kpi_base::Join::Comma);
            }
        }
    }

    fn show(&self, key: &Key<'_>, class: &Choice) -> Text {
        let name = match &key.expr.kind {
            ExprKind::Column(path) => {
                let last = path.last().map(|column| self.model.column(column).title.name.clone());
                last.unwrap_or_default()
            }
            _ => match key.expr.ty {
                Type::Member(dimension) => self.model.dimensions[dimension].title.name.clone(),
                _ => String::new(),
            },
        };
        let member = match (class, key.expr.ty) {
            (Choice::Members(members), Type::Member(dimension)) => {
                let members = members.iter().filter_map(|m| self.model.dimensions[dimension].members.get(*m as usize));
                let names: Vec<&str> = members.map(|member| member.name.as_str()).collect();
                names.join("/")
            }
            _ => return text!("{name} missing", name),
        };
        text!("{name} = {member}", name, member)
    }
}

impl Key<'_> {
    fn classes(&self) -> Vec<Choice> {
        let mut classes: Vec<(Vec<bool>, Vec<u32>)> = Vec::new();
        for member in 0..self.members {
            let signature: Vec<bool> = self.groups.iter().map(|group| group.contains(&member)).collect();
            match classes.iter_mut().find(|(known, _)| *known == signature) {
                Some((_, members)) => members.push(member),
                None => classes.push((signature, vec![member])),
            }
        }
        let mut choices: Vec<Choice> = classes.into_iter().map(|(_, members)| Choice::Members(members)).collect();
        if self.optional {
            choices.push(Choice::Missing);
        }
        choices
    }
}

impl Case {
    /// Whether a pattern takes the value of a key.
    pub fn applies(&self, key: &str, pattern: &Pattern) -> Applies {
        match (pattern, self.choices.get(key)) {
            (Pattern::Any, _) => Applies::Yes,
            (_, None) => Applies::Perhaps,
            (Pattern::Members(members), Some(Choice::Members(own))) => {
                let count = own.iter().filter(|member| members.contains(member)).count();
                match count {
                    0 => Applies::No,
                    count if count == own.len() => Applies::Yes,
                    _ => Applies::Perhaps,
                }
            }
            (Pattern::Dates(from, before), Some(Choice::Days(first, end))) => {
                let inside = from <= first && before.is_none_or(|before| end.is_some_and(|end| end <= before));
                let outside = before.is_some_and(|before| before <= *first) || end.is_some_and(|end| end <= *from);
                match (inside, outside) {
                    (true, _) => Applies::Yes,
                    (_, true) => Applies::No,
                    _ => Applies::Perhaps,
                }
            }
            _ => Applies::No,
        }
    }

    /// The rows of a table that may be in force: one, unless something about it is not known.
    pub fn rows<'t, T>(&self, table: &'t ByTable<T>, written: Option<&[Expr]>) -> Vec<&'t T> {
        let mut written = written.map(<[Expr]>::iter);
        let keys: Vec<String> = table
            .keys
            .iter()
            .map(|key| match key {
                ByKey::Date => DATE.to_owned(),
                ByKey::Expr(own) => fingerprint(written.as_mut().and_then(Iterator::next).unwrap_or(own)),
            })
            .collect();
        let mut rows = Vec::new();
        for row in &table.rows {
            let applies = row.patterns.iter().zip(&keys).map(|(pattern, key)| self.applies(key, pattern));
            let mut all = Applies::Yes;
            for one in applies {
                all = match (all, one) {
                    (Applies::No, _) | (_, Applies::No) => Applies::No,
                    (Applies::Yes, Applies::Yes) => Applies::Yes,
                    _ => Applies::Perhaps,
                };
            }
            if all != Applies::No {
                rows.push(&row.value);
            }
            if all == Applies::Yes {
                break;
            }
        }
        rows
    }
}
