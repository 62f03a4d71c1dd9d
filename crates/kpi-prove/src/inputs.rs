//! What a result hangs on: what indicators measure, what else is read from rows, and attributes.

use kpi_base::{Text, text};
use kpi_check::model::{
    AggregateFunction, ByNumber, Combine, Expr, ExprId, ExprKind, Incentive, IndicatorId, Line, LineKind, Model, Path,
    Scoring, TableId, Target, TargetKind, Type, Unit,
};
use kpi_check::ranges::Ranges;
use kpi_value::{Date, Dec, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::pay::each_expr;
use crate::scene::reads_indicators;
use crate::value::Range;
use crate::words::{any, fingerprint};

/// One input. Whatever means the same is one input, however often it is read.
#[derive(Clone, Debug)]
pub(crate) struct Input<'m> {
    pub print: String,
    pub kind: Kind<'m>,
    pub ty: Type,
    pub range: Range,
    /// Whether only whole numbers are measured.
    pub whole: bool,
    /// The indicators that measure it.
    pub indicators: Vec<IndicatorId>,
    /// The expressions that read it.
    pub exprs: Vec<ExprId>,
    /// What people call it.
    pub name: Text,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind<'m> {
    Actual(IndicatorId),
    Read(&'m Expr),
    Attribute(&'m Path),
}

/// A line of an indicator on a card: where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Placed<'m> {
    pub indicator: IndicatorId,
    pub scoring: &'m Scoring,
    /// The weights around it and its own.
    pub weights: Vec<&'m ByNumber>,
    /// Whether what it adds to its card is its share of the weight times what it earns.
    pub adds: bool,
}

/// All inputs of a card and an incentive.
pub(crate) struct Inputs<'m> {
    model: &'m Model,
    ranges: &'m Ranges<'m>,
    pub list: Vec<Input<'m>>,
    pub lines: Vec<Placed<'m>>,
    places: FxHashMap<String, usize>,
    seen: FxHashSet<IndicatorId>,
    params: FxHashSet<usize>,
}

impl<'m> Inputs<'m> {
    pub fn new(model: &'m Model, ranges: &'m Ranges<'m>) -> Inputs<'m> {
        Inputs {
            model,
            ranges,
            list: Vec::new(),
            lines: Vec::new(),
            places: FxHashMap::default(),
            seen: FxHashSet::default(),
            params: FxHashSet::default(),
        }
    }

    pub fn card(&mut self, card: &'m kpi_check::model::Scorecard) {
        self.card_inside(card, &mut Vec::new(), true);
    }

    fn card_inside(&mut self, card: &'m kpi_check::model::Scorecard, around: &mut Vec<&'m ByNumber>, adds: bool) {
        card.condition.iter().for_each(|e| self.expr(e));
        self.lines(&card.lines, around, adds);
        card.vetoes.iter().for_each(|veto| self.expr(&veto.condition));
        card.adjustments.iter().for_each(|adjustment| self.expr(&adjustment.value));
    }

    pub fn incentive(&mut self, incentive: &'m Incentive) {
        each_expr(incentive, &mut |e| self.expr(e));
    }

    fn lines(&mut self, lines: &'m [Line], around: &mut Vec<&'m ByNumber>, adds: bool) {
        for line in lines {
            let Some(weight) = &line.weight else { continue };
            around.push(weight);
            match &line.kind {
                LineKind::Indicator { indicator, scoring, .. } => {
                    self.lines.push(Placed { indicator: *indicator, scoring, weights: around.clone(), adds });
                    self.indicator(*indicator);
                    self.scoring(scoring);
                }
                LineKind::Card(card) => self.card_inside(&self.model.scorecards[*card], around, adds),
                LineKind::Group { combine, lines, .. } => self.lines(lines, around, adds && *combine == Combine::Sum),
            }
            around.pop();
        }
    }

    pub fn indicator(&mut self, id: IndicatorId) {
        if !self.seen.insert(id) {
            return;
        }
        let indicator = &self.model.indicators[id];
        if let Some(parts) = &indicator.parts {
            parts.parts.iter().for_each(|part| self.indicator(*part));
            return;
        }
        if reads_indicators(&indicator.formula) {
            self.expr(&indicator.formula);
        } else {
            let range = self.ranges.actual(id);
            let input = Input {
                print: fingerprint(&indicator.formula),
                kind: Kind::Actual(id),
                ty: indicator.formula.ty,
                range: Range::of(&range),
                whole: range.whole,
                indicators: vec![id],
                exprs: Vec::new(),
                name: Text::verbatim(format!("`{}`", indicator.title.name)),
            };
            self.add(input);
        }
        let targets = indicator.target.iter().flat_map(|table| &table.rows).filter_map(|row| row.value.as_ref());
        targets.for_each(|target| self.target(target));
        self.scoring(&indicator.scoring);
    }

    fn target(&mut self, target: &'m Target) {
        match &target.kind {
            TargetKind::Compare(_, bound) => self.expr(bound),
            TargetKind::Between(low, high, _) => [low, high].into_iter().for_each(|e| self.expr(e)),
        }
        target.stretch.iter().for_each(|e| self.expr(e));
    }

    fn scoring(&mut self, scoring: &'m Scoring) {
        if let Scoring::Curve(_, curve) = scoring {
            curve.values().for_each(|e| self.expr(e));
        }
    }

    pub fn expr(&mut self, expr: &'m Expr) {
        match &expr.kind {
            ExprKind::Column(path) => {
                let range = path.last().map_or(Range::ALL, |last| Range::of(&self.ranges.column(last)));
                let names: Vec<&str> =
                    path.0.iter().map(|column| self.model.column(*column).title.name.as_str()).collect();
                let table = path.table().map(|table| self.model.tables[table].title.name.as_str()).unwrap_or_default();
                let name = Text::verbatim(format!("`{table}.{}`", names.join(".")));
                self.read(expr, Kind::Attribute(path), range, false, name);
            }
            ExprKind::Aggregate(_)
            | ExprKind::Lookup(_)
            | ExprKind::Over(..)
            | ExprKind::Among(_)
            | ExprKind::Previous(..)
            | ExprKind::Growth(_)
            | ExprKind::Streak(_)
            | ExprKind::Window(..)
            | ExprKind::OverWindow(..) => {
                let range = self.ranges.range(expr);
                let table = table_of(expr).map(|table| self.model.tables[table].title.name.clone());
                let name = match (&expr.kind, table) {
                    (ExprKind::Aggregate(a), Some(table)) => match (&a.function, &a.condition) {
                        (AggregateFunction::Count, Some(_)) => text!("the number of certain rows of `{table}`", table),
                        (AggregateFunction::Count, None) => text!("the number of rows of `{table}`", table),
                        _ => text!("what is aggregated of `{table}`", table),
                    },
                    (ExprKind::Lookup(_), Some(table)) => text!("what is looked up in `{table}`", table),
                    _ => text!("what is read from other cells"),
                };
                self.read(expr, Kind::Read(expr), Range::of(&range), range.whole, name);
            }
            ExprKind::Indicator(id, _) => self.indicator(*id),
            ExprKind::Param(id, keys) => {
                keys.iter().flatten().for_each(|key| self.expr(key));
                if self.params.insert(id.index()) {
                    self.model.params[*id].value.rows.iter().for_each(|row| self.expr(&row.value));
                }
            }
            _ => expr.children().into_iter().for_each(|child| self.expr(child)),
        }
    }

    fn read(&mut self, expr: &'m Expr, kind: Kind<'m>, range: Range, whole: bool, name: Text) {
        let input = Input {
            print: fingerprint(expr),
            kind,
            ty: expr.ty,
            range,
            whole,
            indicators: Vec::new(),
            exprs: vec![expr.id],
            name,
        };
        self.add(input);
    }

    fn add(&mut self, input: Input<'m>) {
        if let Some(known) = self.places.get(&input.print).and_then(|place| self.list.get_mut(*place)) {
            known.indicators.extend(input.indicators);
            for id in input.exprs {
                if !known.exprs.contains(&id) {
                    known.exprs.push(id);
                }
            }
            if let Kind::Actual(_) = input.kind {
                (known.kind, known.name) = (input.kind, input.name);
            }
            return;
        }
        self.places.insert(input.print.clone(), self.list.len());
        self.list.push(input);
    }

    /// The place of an input by its fingerprint.
    pub fn place(&self, print: &str) -> Option<usize> {
        self.places.get(print).copied()
    }

    /// The place of what an indicator measures, if it is an input.
    pub fn place_of(&self, id: IndicatorId) -> Option<usize> {
        self.list.iter().position(|input| input.indicators.contains(&id))
    }
}

impl Input<'_> {
    /// What is assumed of it where nothing else is said.
    pub fn usual(&self) -> Option<Value> {
        match self.ty {
            Type::Number(unit) => {
                let usual = match (unit, self.range.low) {
                    // Nothing of what is counted, unless it is a target that is looked up.
                    _ if matches!(self.kind, Kind::Read(e) if matches!(e.kind, ExprKind::Aggregate(_))) => {
                        self.range.low.unwrap_or(Dec::ZERO)
                    }
                    (Unit::MONEY, _) => Dec::int(10_000),
                    (Unit::DURATION, _) => Dec::int(60),
                    (Unit::RATIO, _) => Dec::percent(50),
                    _ => Dec::int(10),
                };
                let range = Range::point(usual).clamp(self.range.low, self.range.high);
                range.as_point().map(Value::Dec)
            }
            Type::Bool => Some(Value::Bool(false)),
            Type::Member(_) => Some(Value::Member(0)),
            Type::Text => Some(Value::Text("x".into())),
            Type::Date => Date::new(2020, 1, 1).map(Value::Date),
            _ => None,
        }
    }

    /// A number that it can be: inside its range, whole where it must be, whole minor units of money.
    pub fn can_be(&self, x: Dec, up: bool) -> Dec {
        let rounding = if up { kpi_value::Rounding::Up } else { kpi_value::Rounding::Down };
        let x = if self.whole {
            x.round_with(0, rounding)
        } else if self.ty == Type::MONEY {
            x.round_with(2, rounding)
        } else {
            x
        };
        Range::point(x).clamp(self.range.low, self.range.high).as_point().unwrap_or(x)
    }
}

/// The table whose rows an expression reads first.
pub(crate) fn table_of(expr: &Expr) -> Option<TableId> {
    let mut table = None;
    any(expr, &mut |inner| {
        let found = match &inner.kind {
            ExprKind::Aggregate(a) => Some(a.table),
            ExprKind::Lookup(l) => Some(l.table),
            _ => None,
        };
        table = table.or(found);
        found.is_some()
    });
    table
}

/// One aggregate of an input: the table whose rows it takes, the columns of which it makes its value, whether it takes some of
/// the rows only, and whether it counts them.
struct Taken {
    table: TableId,
    columns: Vec<Path>,
    condition: Option<String>,
    counts: bool,
}

fn taken(expr: &Expr) -> Vec<Taken> {
    let mut all = Vec::new();
    any(expr, &mut |inner| {
        let (table, arg, condition, counts) = match &inner.kind {
            ExprKind::Aggregate(a) => {
                let counts = matches!(a.function, AggregateFunction::Count | AggregateFunction::CountDistinct)
                    || matches!(a.function, AggregateFunction::Any | AggregateFunction::All);
                (a.table, a.arg.as_ref(), a.condition.as_ref(), counts)
            }
            ExprKind::Lookup(l) => (l.table, Some(&l.arg), l.condition.as_ref(), false),
            _ => return false,
        };
        let mut columns = Vec::new();
        for e in arg.into_iter().chain(condition) {
            any(e, &mut |inner| {
                if let ExprKind::Column(path) = &inner.kind {
                    columns.push(path.clone());
                }
                false
            });
        }
        all.push(Taken { table, columns, condition: condition.map(fingerprint), counts });
        false
    });
    all
}

/// Whether two inputs may hang together, because both are made of the same rows: then not every pair of values of them can be
/// made of data. `zero` says that the input is at its value over no rows.
pub(crate) fn hang_together(a: (&Expr, bool), b: (&Expr, bool)) -> bool {
    let (first, second) = (taken(a.0), taken(b.0));
    for x in &first {
        for y in &second {
            if x.table != y.table {
                continue;
            }
            // Sums of different columns are independent: one row with both is enough.
            let apart = !x.counts && !y.counts && x.columns.iter().all(|column| !y.columns.contains(column));
            // No rows of a certain kind are possible whatever is known of all rows.
            let none = a.1 && x.condition.is_some() && y.condition.is_none()
                || b.1 && y.condition.is_some() && x.condition.is_none()
                || a.1 && b.1 && x.condition != y.condition;
            // Where there are rows at all, what they add up to is free, however many they are.
            let rows = x.condition.is_none()
                && y.condition.is_none()
                && (x.counts && !y.counts && !a.1 || y.counts && !x.counts && !b.1);
            if !apart && !none && !rows {
                return true;
            }
        }
    }
    false
}
